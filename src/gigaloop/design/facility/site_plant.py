"""The plant of a site: its architecture, what the site chooses of it, and what the racks of a generation ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.design.climate import Weather
from gigaloop.design.cooling.layout import CDU_APPROACH, FROST
from gigaloop.design.cooling.rejection import Floats
from gigaloop.design.facility.architecture import architecture_plants
from gigaloop.design.facility.choices import check_loop
from gigaloop.design.facility.plants import LoopSet, PlantSet
from gigaloop.design.facility.uncertainty import Sample, ranges
from gigaloop.design.fluids.coolant import Coolant, coolant_properties
from gigaloop.design.power.losses import ChainCurve
from gigaloop.design.records import Design, Loops
from gigaloop.programme.schema import Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.catalogue.kinds import FacilityArchitecture

TOWER_APPROACH = 2.2
"""Facility water over tower water, apart by a heat exchanger, where the architecture has none [K] (1.7 to 2.8): N. Lei
and E. Masanet, doi:10.1016/j.energy.2020.117556 (2020)."""
SPARE: Mapping[str, float] = {"N": 1.0, "N+1": 1.2, "2N": 2.0}
"""Rejection installed over what the design heat needs, by redundancy; all of it runs. Source: assumption of 2026-11,
one spare to five."""
CHILLER_CLASS: Mapping[str, str] = {"air-cooled": "chiller-air-cooled", "water-cooled": "chiller-water-cooled"}
"""Entries of the catalogue that state the COP of a class; it scales that of an architecture with other chillers."""
DESIGN_SHARE = 0.004
"""Of the hours in which the wet bulb exceeds the one that towers are designed for: ASHRAE Fundamentals 2021, ch. 14."""


def plant_set(
    design: Design,
    site: Site,
    catalogue: Catalogue,
    weather: Weather,
    *,
    chain: ChainCurve | None = None,
    loops: Loops | None = None,
    it_power: ArrayLike = 1e6,
    values: Mapping[str, ArrayLike] | None = None,
) -> PlantSet:
    """Build the plant of a site for the racks of a generation.

    Parameters
    ----------
    design
        The generation, engineered.
    site
        Whose ``facility.cooling`` decides rejection, trim chillers, set point, redundancy and cycles, and whose
        ``facility.architecture`` all else.
    catalogue
        With the architecture.
    weather
        Of the site; towers are designed for the wet bulb that it exceeds in 0.4 % of its hours.
    chain
        Losses of the power path before the racks; those of the architecture's path unless given.
    loops
        The liquid loops at the design day, whose temperatures, heads and pumps then count; else the set point lies
        ``CDU_APPROACH`` below what the racks allow and pumps are those of the architecture.
    it_power
        Of all racks at design power [W]; a number or (d,).
    values
        What replaces any of this: numbers or arrays (d,) in base units, by the fields of the architecture, of
        :class:`~gigaloop.design.facility.plants.PlantSet` and of :class:`~gigaloop.design.facility.plants.LoopSet`
        (of all loops).

    Raises
    ------
    GigaloopError
        If the site's set point is too warm for the racks.
    UsageError
        If a value is unknown or outside of what a plant can have.
    """
    architecture = catalogue.facility_architecture(site.facility.architecture)
    choice = site.facility.cooling
    components = ranges(architecture)
    given: dict[str, ArrayLike] = {name: of.value for name, of in components.items()}
    given |= _asked(design, site, architecture, loops)
    given |= {"spare": SPARE[choice.redundancy], "it_power": it_power, **(values or {})}
    d = max(np.size(value) for value in given.values())
    columns = {name: np.array(np.broadcast_to(value, (d,)), dtype=np.float64) for name, value in given.items()}
    if design.cooling.liquid_heat > 0.0:
        _check_supply(site, design, columns["supply"])
    kind = trim_chiller(choice.rejection, architecture.chiller) if choice.trim else "none"
    columns["chiller_cop"] = columns["chiller_cop"] * _cop_factor(kind, architecture, catalogue)
    chosen = architecture.model_copy(update={"rejection": choice.rejection, "chiller": kind, "economiser": True})
    wet_bulb = design_wet_bulb(weather)
    plants = architecture_plants(chosen, Sample(columns), catalogue, wet_bulb)
    if chain is not None:
        curves = np.ascontiguousarray(np.broadcast_to(chain.loss, (d, len(chain.load))))
        plants = replace(plants, loss_load=chain.load, loss=curves)
    return override(plants, {name: columns[name] for name in columns if name not in components})


def facility_coolant(site: Site, weather: Weather) -> Coolant:
    """Give what flows in the facility water of a site: what it states, else what its frost asks for.

    A closed loop through dry or adiabatic coolers carries PG25 where the weather falls below ``FROST`` of water, for
    coolers that stand by, and all of them in an outage, hold still water. Towers have a heat exchanger before them, and
    their facility water stays indoors.
    """
    choice = site.facility.cooling
    if choice.coolant is not None:
        return choice.coolant
    cold = float(np.min(weather.dry_bulb)) < FROST["water"]
    return "PG25" if cold and choice.rejection != "wet" else "water"


def override(plants: PlantSet, values: Mapping[str, Floats]) -> PlantSet:
    """Replace fields of plants and of all their loops by name, each (d,).

    Raises
    ------
    UsageError
        If neither plants nor loops have a field of that name, or no loop can have the value.
    """
    own = {field.name for field in fields(PlantSet)} - {"water", "air_loop", "loss", "loss_load"}
    loop = {field.name for field in fields(LoopSet)}
    unknown = sorted(set(values) - own - loop)
    if unknown:
        raise UsageError(
            f"neither a plant nor a loop has {', '.join(unknown)}", hint=f"known: {', '.join(sorted(own | loop))}"
        )
    of_loop: dict[str, Any] = {name: value for name, value in values.items() if name in loop}
    of_plant: dict[str, Any] = {name: value for name, value in values.items() if name in own}
    loops = {name: replace(getattr(plants, name), **of_loop) for name in ("water", "air_loop")}
    for found in loops.values():
        check_loop({name: getattr(found, name) for name in loop})
    return replace(plants, **of_plant, water=loops["water"], air_loop=loops["air_loop"])


def _asked(design: Design, site: Site, architecture: FacilityArchitecture, loops: Loops | None) -> dict[str, ArrayLike]:
    """Give what the racks and the site ask of the architecture."""
    choice, need = site.facility.cooling, design.cooling
    share = need.liquid_heat / design.rack_input if design.rack_input else 0.0
    given: dict[str, ArrayLike] = {"air_share": 1.0 - share, "cycles": float(choice.cycles)}
    if share > 0.0:
        given["supply"] = need.supply_temperature - CDU_APPROACH
        given |= {} if loops is None else _of_loops(loops)
    if choice.supply is not None:
        given["supply"] = float(choice.supply)
    if choice.rejection == "wet" and float(architecture.exchanger_approach) == 0.0:
        given["exchanger_approach"] = TOWER_APPROACH
    return given


def trim_chiller(rejection: str, chiller: str) -> str:
    """Give the kind of trim chillers: on the towers where there are any, else the architecture's, else air-cooled.

    >>> trim_chiller("wet", "air-cooled"), trim_chiller("dry", "none"), trim_chiller("dry", "water-cooled")
    ('water-cooled', 'air-cooled', 'water-cooled')
    """
    if rejection == "wet":
        return "water-cooled"
    return "air-cooled" if chiller == "none" else chiller


def _cop_factor(kind: str, architecture: FacilityArchitecture, catalogue: Catalogue) -> float:
    """Give the COP of a kind of chillers over that of the architecture, by the classes of the catalogue."""

    def cop(of: str) -> float:
        stated = catalogue.cooling_equipment(CHILLER_CLASS[of]).cop
        return float(architecture.chiller_cop) if stated is None else float(stated)

    if kind in ("none", architecture.chiller):
        return 1.0
    own = float(architecture.chiller_cop) if architecture.chiller == "none" else cop(architecture.chiller)
    return cop(kind) / own


def design_wet_bulb(weather: Weather) -> float:
    """Give the wet bulb that a weather exceeds in 0.4 % of its hours [K]."""
    order = np.argsort(weather.wet_bulb)
    reached = np.cumsum(weather.hours[order]) / weather.hours.sum()
    return float(weather.wet_bulb[order][np.searchsorted(reached, 1.0 - DESIGN_SHARE)])


def _of_loops(loops: Loops) -> dict[str, ArrayLike]:
    """Give what the loops of the design day say of set point, rise, heads and pumps."""
    tcs, fws = loops.tcs, loops.fws
    fluid: Coolant = "PG25" if fws.point.fluid == "PG25" else "water"
    held = coolant_properties(fluid, (fws.point.supply + fws.point.returns) / 2.0)
    return {
        "heat_capacity": float(held.density * held.specific_heat),
        "supply": fws.point.supply,
        "water_rise": fws.point.returns - fws.point.supply,
        "water_head": fws.point.pressure_drop,
        "pump_efficiency": fws.pumps.efficiency,
        "cdu_share": tcs.point.pump_power / tcs.point.heat,
    }


def _check_supply(site: Site, design: Design, supply: Floats) -> None:
    limit = design.cooling.supply_temperature
    if np.any(supply >= limit):
        raise GigaloopError(
            f"facility water of {float(np.max(supply)) - 273.15:.1f} degC at {site.id} cannot cool {design.name}, whose"
            f" racks take coolant of at most {limit - 273.15:.1f} degC",
            where=f"sites.{site.id}.facility.cooling.supply",
            hint=f"set it to {limit - CDU_APPROACH - 273.15:.0f} degC or less, or leave it out",
        )
