"""A facility, engineered: weather, racks, power path, loops, plant through a year, blocks, equipment, checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.climate import Weather, site_weather
from gigaloop.design.facility.bands import site_bands
from gigaloop.design.facility.blocks import BlockCount, count_blocks, energisation_stages, plan_blocks
from gigaloop.design.facility.duties import cooling_lost, equipment_demand, power_path
from gigaloop.design.facility.equipment import POWER_FACTOR, Demand, Need, size_equipment
from gigaloop.design.facility.orders import equipment_lines
from gigaloop.design.facility.plant import simulate
from gigaloop.design.facility.shapes import (
    WATER_DENSITY,
    chain_of,
    chilled_share,
    facility_inputs,
    loop_points_of,
    months_of,
    note_of,
    profile_of,
    set_point,
    year_of,
)
from gigaloop.design.facility.sizing import SizedPlant, site_power, size_plant
from gigaloop.design.facility.uncertainty import SAMPLES
from gigaloop.design.facility.year import annual, monthly, part_load
from gigaloop.design.generation import design_generation
from gigaloop.design.power import campus_network
from gigaloop.design.records import (
    Design,
    Facility,
    PartLoad,
)
from gigaloop.programme.schema import Generation, Programme, Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.power.campus import Campus
    from gigaloop.design.records.dynamics import Dynamics

PART_LOADS = tuple(share / 10 for share in range(1, 11))
"""Shares of the racks that are online, for the ramp of a campus."""


def design_facility(
    programme: Programme,
    generation: Generation,
    site: Site,
    catalogue: Catalogue,
    weather: Weather | None = None,
    designs: Mapping[str, Design] | None = None,
    *,
    samples: int = SAMPLES,
) -> Facility:
    """Engineer what a site needs around the racks of a generation that its final power feeds.

    Parameters
    ----------
    programme
        The programme.
    generation
        The racks.
    site
        Where they stand; its ``facility`` decides how they are fed and cooled.
    catalogue
        Classes of equipment, architecture, climate stations.
    weather
        Hours or bins; the site's own unless given.
    designs
        Generations that are engineered already, by id.
    samples
        Facilities drawn for the bands; 0 for none.

    Raises
    ------
    ProgrammeError
        If the site has no weather or no power.
    GigaloopError
        If the racks cannot be fed or cooled as the site states.
    CatalogueError
        If the catalogue lacks a class of equipment.
    """
    design = (designs or {}).get(generation.id) or design_generation(programme, generation, catalogue)
    weather = site_weather(programme, site, catalogue) if weather is None else weather
    sized = size_plant(programme, generation, design, site, catalogue, weather)
    mean_load = min(1.0, design.mean_input / design.rack_input)
    state = simulate(sized.plants, weather, mean_load)
    table = annual(state)
    bands = site_bands(sized, design, site, catalogue, weather, mean_load, samples)
    basis = sized.peak_pue if site.power_basis == "it" else 1.0
    power = site.facility.power
    count = count_blocks(
        sized.racks, design.rack_input, float(power.block), power.redundancy, int(power.blocks_per_group)
    )
    demand = equipment_demand(sized, design, site, count, catalogue)
    campus = _campus(sized, design, site, catalogue, count, demand)
    cdu = float(generation.cooling.cdu_heat), float(generation.cooling.cdu_flow)
    needs = size_equipment(demand, site, catalogue, *cdu, campus)
    lines = equipment_lines(needs, programme, site, catalogue, sized.peak_power, basis)
    path = power_path(needs, site, catalogue, design.rack.backup)
    lost = cooling_lost(needs, site, catalogue, count.blocks, chilled_share(sized, design, state))
    curve = part_load(sized.plants, weather, mean_load * np.array(PART_LOADS))
    found = Facility(
        site=site.id,
        generation=generation.id,
        name=site.name,
        architecture=site.facility.architecture,
        racks=sized.racks,
        it_power=sized.racks * design.rack_input,
        site_power=site_power(programme, site) * basis,
        weather=note_of(weather, state, mean_load),
        cooling=site.facility.cooling.rejection + (" with trim" if site.facility.cooling.trim else ""),
        supply=set_point(sized.plants),
        supply_max=float(np.max(sized.day.supply[0])),
        water_max=float(np.max(sized.day.water[0])) / WATER_DENSITY,
        mean_load=mean_load,
        blocks=plan_blocks(count, power.redundancy, sized.racks, design.rack_input, path, lost),
        chain=chain_of(sized, design),
        one_line=None if campus is None else campus.one_line,
        loops=loop_points_of(sized, design),
        loop_designs=sized.loops,
        year=year_of(table, bands, sized, state),
        drivers=tuple((driver.name, driver.share) for driver in bands.drivers),
        months=months_of(monthly(state)),
        profile=profile_of(state),
        part_load=tuple(
            PartLoad(share, float(pue), float(drawn))
            for share, pue, drawn in zip(PART_LOADS, curve[0][0], curve[1][0], strict=True)
        ),
        stages=energisation_stages(
            site,
            basis,
            sized.racks,
            sized.peak_power / sized.racks,
            count.racks_per_block,
            lambda share: tuple(float(np.interp(share, PART_LOADS, each[0])) for each in curve),  # type: ignore[return-value,arg-type]
        ),
        equipment=lines,
        dynamics=None,
        checks=(),
        inputs=tuple(facility_inputs(site, catalogue, lines)),
    )
    return _checked(programme, generation, site, catalogue, design, found, demand, needs)


def _checked(
    programme: Programme,
    generation: Generation,
    site: Site,
    catalogue: Catalogue,
    design: Design,
    found: Facility,
    demand: Demand,
    needs: tuple[Need, ...],
) -> Facility:
    from gigaloop.design.rules.facility import check_facility
    from gigaloop.design.rules.facility_draft import FacilityDraft

    dynamics = _dynamics(programme, generation, site, catalogue, design, found)
    found = replace(found, dynamics=dynamics)
    draft = FacilityDraft(programme, generation, site, design, found, demand, needs)
    return replace(found, checks=check_facility(draft))


def _dynamics(
    programme: Programme, generation: Generation, site: Site, catalogue: Catalogue, design: Design, found: Facility
) -> Dynamics | None:
    """Give the power over time where the site states a limit that it can break, or storage."""
    grid = site.facility.grid
    if site.facility.storage is None and all(
        limit is None for limit in (grid.ramp, grid.range, grid.band_amplitude, grid.reconnect)
    ):
        return None
    from gigaloop.design.dynamics.site import site_dynamics

    return site_dynamics(programme, generation, site, catalogue, design=design, facility=found)


def _campus(
    sized: SizedPlant, design: Design, site: Site, catalogue: Catalogue, count: BlockCount, demand: Demand
) -> Campus | None:
    """Solve the network: the blocks, and beside them units of the same size for the plant."""
    if sized.chain is None:
        return None
    power = site.facility.power
    plant = int(np.ceil(demand.mechanical / demand.block_input))
    units = count.blocks + plant

    def solved(other_load: float) -> Campus:
        return campus_network(
            design.chain,
            {stage.converter: catalogue.converter(stage.converter) for stage in design.chain},
            catalogue.converter("substation-transformer"),
            racks=sized.racks,
            blocks=units,
            spare=count.spare + (0 if site.facility.cooling.redundancy == "N" or not plant else 1),
            redundancy=power.redundancy,
            block_power=count.block_power,
            other_load=other_load,
            medium_voltage=float(power.medium_voltage),
            fault_level=None if power.fault_level is None else float(power.fault_level),
            power_factor=POWER_FACTOR,
        )

    other = sized.peak_power - sized.racks * design.rack_input * (1.0 + float(sized.chain.loss[-1]))
    campus = solved(other)
    if campus.unit_rating and campus.unit_rating * POWER_FACTOR < demand.block_input:
        # The last block is not full, and so the mean is less than a full one, which the units must carry.
        campus = solved(other + units * (demand.block_input - campus.plan.block_load))
    return campus
