"""What a sized plant asks of its equipment, and how often its cooling is not there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.cooling import coolant_flow
from gigaloop.design.facility.availability import BETA, lost_units, redundant_share_lost, series, share_lost
from gigaloop.design.facility.blocks import GRID_OUTAGE, OPERATIONS, BlockCount, PowerPath, path_parts
from gigaloop.design.facility.equipment import ENTRIES, PLANT_GROUP, Demand, Need
from gigaloop.design.facility.plants import AirSide, Chiller, LoopSet
from gigaloop.design.facility.sizing import SizedPlant
from gigaloop.design.records import Design
from gigaloop.design.records.product import ChainBackup
from gigaloop.programme.schema import Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

REJECTORS = {"dry": "dry cooler", "adiabatic": "adiabatic cooler", "wet": "cooling tower"}
"""Class of equipment of each way to reject heat."""


def equipment_demand(sized: SizedPlant, design: Design, site: Site, count: BlockCount, catalogue: Catalogue) -> Demand:
    """Give what the plant asks of its equipment at the design day, with all racks at design power.

    Parameters
    ----------
    sized
        The plant.
    design
        The generation.
    site
        Its choices.
    count
        Racks by block.
    catalogue
        With the converters of the power path.
    """
    day, plants, need = sized.day, sized.plants, design.cooling
    uses = {name: float(np.max(power[0])) for name, power in day.end_uses.items()}
    loss = 0.0 if sized.chain is None else float(sized.chain.loss[-1])
    per_rack = uses["tcs_pumps"] / sized.racks
    block_it = count.block_power
    water = sized.loops.fws.point if sized.loops else None
    liquid = float(day.reusable[0].max())
    carried = water.heat if water else 0.0
    own_air = plants.air[0] == AirSide.CHILLED
    air_heat = max(0.0, float(np.max(day.heat[0])) - carried) if own_air else 0.0
    chilled = (float(np.max(1.0 - day.free[0])) * carried if liquid > 0.0 else 0.0) + air_heat
    trims = bool(day.chilled[0].any())
    return Demand(
        peak_power=sized.peak_power,
        block_input=block_it * (1.0 + loss) + per_rack * count.racks_per_block,
        block_it=block_it,
        blocks=count.blocks,
        spare_blocks=count.spare,
        mechanical=float(np.max(day.mechanical[0])) - uses["tcs_pumps"] + uses["other"],
        liquid_heat=need.liquid_heat * count.racks_per_block,
        coolant_flow=need.flow * count.racks_per_block,
        racks=sized.racks,
        racks_per_block=float(count.racks_per_block),
        racks_per_cdu=need.racks_per_cdu,
        rejection=REJECTORS[site.facility.cooling.rejection],
        rejected_heat=float(np.max(day.heat[0])),
        rejection_power=uses["rejection_fans"],
        chiller_heat=chilled if trims else 0.0,
        chiller_power=uses["chillers"],
        water_cooled=bool(plants.water.chiller[0] == Chiller.WATER),
        water_flow=(water.flow if water else 0.0) + _loop_flow(air_heat, plants.air_loop),
        water_pump_power=uses["fws_pumps"] - (sized.tower.point.pump_power if sized.tower else 0.0),
        tower_flow=sized.tower.point.flow if sized.tower else 0.0,
        tower_pump_power=sized.tower.point.pump_power if sized.tower else 0.0,
        cdu_power=uses["tcs_pumps"],
        stages=frozenset(
            catalogue.converter(stage.converter).role for stage in design.chain if stage.location == "facility"
        ),
    )


def _loop_flow(heat: float, loop: LoopSet) -> float:
    """Give the water of a loop at its design rise [m3/s]."""
    supply, rise = float(loop.supply[0]), float(loop.rise[0])
    return coolant_flow(heat, rise, "water", supply) if heat > 0.0 else 0.0


def power_path(needs: Sequence[Need], site: Site, catalogue: Catalogue, backup: ChainBackup | None = None) -> PowerPath:
    """Give what a block's power depends on, from the classes of equipment that a facility has.

    Main transformers count with the utility: what they do not carry, generators do.

    Parameters
    ----------
    needs
        Classes of equipment.
    site
        Its generators.
    catalogue
        Availability of the classes.
    backup
        UPS or battery of the power chain.
    """
    roles = {need.role: need for need in needs}
    unit = "solid-state transformer" if "solid-state transformer" in roles else "unit transformer"
    in_series = [role for role in ("mv switchgear", unit, "lv switchboard", "ups", "rectifier") if role in roles]
    parts = path_parts([(role, _unavailable(role, catalogue), 1) for role in in_series])
    grid = GRID_OUTAGE
    main, u = roles.get("main transformer"), _unavailable("main transformer", catalogue)
    if main is not None and u is not None:
        grid = float(series(grid, share_lost(u, main.needed, lost_units(main.needed, main.spare))))
    start = catalogue.power_equipment(ENTRIES["generator"]).start_failure
    generators = site.facility.power.generators
    return PowerPath(
        parts,
        float(start) if generators and start is not None else None,
        grid,
        bridge=None if backup is None else backup.carries,
        operations=OPERATIONS,
    )


def _unavailable(role: str, catalogue: Catalogue) -> float | None:
    return catalogue.power_equipment(ENTRIES[role]).unavailability


def cooling_lost(needs: Iterable[Need], site: Site, catalogue: Catalogue, blocks: int, chiller_share: float) -> float:
    """Give the share of IT power that is lost on average to cooling that is not there.

    Units of a block stand behind each other, machines of the plant in groups of ``PLANT_GROUP``. What of the heat is
    not taken is power that cannot be drawn. Chillers count for the share of the year's heat that they carry.

    Parameters
    ----------
    needs
        Classes of equipment.
    site
        Its redundancy of cooling.
    catalogue
        Availability of the classes.
    blocks
        That hold racks.
    chiller_share
        Of the year's heat, that chillers carry.
    """
    redundancy = site.facility.cooling.redundancy
    lost: list[float] = []
    for need in needs:
        if need.role not in ("cdu", "facility-water pump", "tower pump", "chiller", *REJECTORS.values()):
            continue
        u = catalogue.cooling_equipment(need.entry).unavailability
        u = catalogue.cooling_equipment(ENTRIES[need.role]).unavailability if u is None else u
        if u is None or not need.needed:
            continue
        if need.role == "cdu" and blocks:
            each, spare = math.ceil(need.needed / blocks), need.spare // blocks
            share = float(share_lost(u, each, lost_units(each, spare)))
            lost.append(float(series(share, BETA * u)) if spare else share)
            continue
        share = redundant_share_lost(u, redundancy, PLANT_GROUP, units=need.needed)
        lost.append(share * (chiller_share if need.role == "chiller" else 1.0))
    return float(series(*lost)) if lost else 0.0
