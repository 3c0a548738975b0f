"""How many racks a site feeds, with the loops and the plant around them: peak power and racks depend on each other."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.design.climate import Weather, design_states
from gigaloop.design.cooling import CduRating, class_rating, design_loops, tower_loop
from gigaloop.design.cooling.layout import CDU_APPROACH
from gigaloop.design.facility.equipment import DESIGN_MARGIN, nearest_cdu
from gigaloop.design.facility.plant import PlantState, simulate
from gigaloop.design.facility.plants import PlantSet
from gigaloop.design.facility.site_plant import facility_coolant, plant_set
from gigaloop.design.placed import placed
from gigaloop.design.power import ChainCurve, chain_losses, unit_share
from gigaloop.design.records import Design
from gigaloop.design.records.loops import LoopDesign, Loops
from gigaloop.programme.schema import Generation, Programme, Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

_ROUNDS = 2
_GUESS = 1.2
"""PUE to begin with where the site states none. Source: a choice of this project; the rounds replace it."""
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class SizedPlant:
    """A site's racks with the plant around them."""

    racks: float
    chain: ChainCurve | None
    loops: Loops | None
    plants: PlantSet
    """One design (1,), for all racks at design power."""
    day: PlantState
    """At the design day, all racks at design power: the hottest and the most humid state."""
    tower: LoopDesign | None

    @property
    def worst(self) -> int:
        """Which state of the design day draws more."""
        return int(np.argmax(self.day.power[0]))

    @property
    def peak_power(self) -> float:
        """Facility power at the design day [W]."""
        return float(np.max(self.day.power[0]))

    @property
    def peak_pue(self) -> float:
        """Facility power over IT power at the design day."""
        return float(np.max(self.day.power[0] / self.day.it_power[0]))


def design_day(weather: Weather) -> Weather:
    """Give the states that equipment is sized for: the extremes of a weather, ``DESIGN_MARGIN`` on both bulbs."""
    states = design_states(weather)
    return replace(states, dry_bulb=states.dry_bulb + DESIGN_MARGIN, wet_bulb=states.wet_bulb + DESIGN_MARGIN)


def site_power(programme: Programme, site: Site) -> float:
    """Give the power at the end of a site's energisation, on the site's basis [W].

    Raises
    ------
    ProgrammeError
        If the site never has power.
    """
    power = max((float(step.power) for step in site.energisation), default=0.0)
    if power <= 0.0:
        path = f"sites.{site.id}.energisation"
        hint = "state a step such as '{start: 2028-01-03, power: 100 MW}'"
        raise ProgrammeError([Problem(f"'{site.id}' never has power", programme.place(path), path, hint)])
    return power


def facility_chain(design: Design, site: Site, catalogue: Catalogue) -> ChainCurve | None:
    """Give the losses of the generation's power path before the racks, with the site's redundancy; None without one."""
    if not any(stage.location == "facility" for stage in design.chain):
        return None
    power = site.facility.power
    share = unit_share(power.redundancy, float(power.blocks_per_group))
    return chain_losses(design.chain, {s.converter: catalogue.converter(s.converter) for s in design.chain}, share)


def cdu_rating_of(generation: Generation, catalogue: Catalogue) -> CduRating:
    """Give the rating of a generation's coolant distribution unit: its own heat and flow, the rest of its class."""
    cooling = generation.cooling
    heat, flow = float(cooling.cdu_heat), float(cooling.cdu_flow)
    entry = nearest_cdu(catalogue, heat)
    if entry.approach is None:
        return CduRating(heat=heat, flow=flow, facility_flow=flow, approach=CDU_APPROACH)
    return class_rating(entry, heat, flow)


def size_plant(
    programme: Programme, generation: Generation, design: Design, site: Site, catalogue: Catalogue, weather: Weather
) -> SizedPlant:
    """Give the racks that a site's final power feeds at the design day, and the plant for them.

    On the facility's basis the racks are those whose facility power at the design day fits; on the IT basis those whose
    own design power does.

    Raises
    ------
    ProgrammeError
        If the site never has power, or too little for one rack.
    GigaloopError
        If heat, flow or temperatures are beyond what loops and plant can do.
    """
    power = site_power(programme, site)
    chain = facility_chain(design, site, catalogue)
    stated = _GUESS if site.pue is None else float(site.pue)
    per_rack = design.rack_input * (stated if site.power_basis == "facility" else 1.0)
    racks = float(math.floor(power / per_rack * (1.0 + _ROUNDING)))
    for _ in range(_ROUNDS):
        sized = _at(max(racks, 1.0), generation, design, site, catalogue, weather, chain)
        per_rack = design.rack_input * (sized.peak_pue if site.power_basis == "facility" else 1.0)
        racks = float(math.floor(power / per_rack * (1.0 + _ROUNDING)))
    if racks < 1.0:
        path = f"sites.{site.id}.energisation"
        why = f"{power / 1e6:g} MW feed no rack of '{generation.id}', which takes {per_rack / 1e6:.3g} MW of them"
        hint = "energise more power, or choose a smaller rack"
        raise ProgrammeError([Problem(why, programme.place(path), path, hint)])
    sized = _at(racks, generation, design, site, catalogue, weather, chain)
    while site.power_basis == "facility" and racks > 1.0 and _takes(sized, design) > power * (1.0 + _ROUNDING):
        racks -= 1.0  # the PUE of this many racks is a little above that of the round before
        sized = _at(racks, generation, design, site, catalogue, weather, chain)
    return sized


def _takes(sized: SizedPlant, design: Design) -> float:
    """Give the facility power at the design day [W]."""
    return sized.racks * design.rack_input * sized.peak_pue


def site_loops(
    racks: float, generation: Generation, design: Design, site: Site, catalogue: Catalogue, weather: Weather
) -> Loops | None:
    """Give the liquid loops for a number of racks with what a site and its weather ask; None for racks without liquid.

    Raises
    ------
    GigaloopError
        If heat, flow or temperatures are beyond what the loops can do.
    """
    if design.cooling.liquid_heat <= 0.0:
        return None
    choice = site.facility.cooling
    architecture = catalogue.facility_architecture(site.facility.architecture)
    # What is wrong stands where the set point is, else with the racks and their units.
    where = (
        f"generations.{generation.id}.cooling" if choice.supply is None else f"sites.{site.id}.facility.cooling.supply"
    )
    with placed(where):
        return design_loops(
            design.cooling,
            racks,
            cdu_rating_of(generation, catalogue),
            rejection=choice.rejection,
            chillers=choice.trim,
            supply=None if choice.supply is None else float(choice.supply),
            rise=float(architecture.water_rise),
            other_heat=design.cooling.air_heat * racks if architecture.air == "coils" else 0.0,
            facility_coolant=facility_coolant(site, weather),
            heat_network=None if choice.heat_network is None else float(choice.heat_network),
        )


def _at(
    racks: float,
    generation: Generation,
    design: Design,
    site: Site,
    catalogue: Catalogue,
    weather: Weather,
    chain: ChainCurve | None,
) -> SizedPlant:
    loops = site_loops(racks, generation, design, site, catalogue, weather)
    it_power = racks * design.rack_input
    with placed(f"sites.{site.id}.facility"):
        plants = plant_set(design, site, catalogue, weather, chain=chain, loops=loops, it_power=it_power)
        day = simulate(plants, design_day(weather), 1.0)
    tower = None
    if site.facility.cooling.rejection == "wet" and loops is not None:
        loop = plants.water
        supply = loops.fws.point.supply - float(loop.exchanger_approach[0])
        tower = tower_loop(loops.fws.point.heat, supply, float(loop.rejection_rise[0]))
    return SizedPlant(racks, chain, loops, plants, day, tower)
