"""Equipment of a facility: classes, how many pieces of which rating, and why."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.errors import CatalogueError
from gigaloop.core.quantity import Quantity
from gigaloop.design.facility.blocks import spare_units
from gigaloop.programme.schema import Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.catalogue.kinds import CoolingEquipment, PowerEquipment
    from gigaloop.design.power.campus import Campus

DESIGN_MARGIN = 1.5
"""Added to the warmest dry and wet bulb of the station for the design day [K]. Assumption of 2026-11: typical years
lack their extremes, and air around rows of coolers is warmer than at the station."""

POWER_FACTOR = 0.97
"""Power over apparent power of a facility at its design day. Source: assumption of 2026-11 between the 0.99 of supplies
with correction and the 0.9 of motors with drives and filters."""

STANDARD_RATINGS = tuple(1e3 * kva for kva in (500, 750, 1000, 1500, 2000, 2500, 3750, 5000, 7500, 10000))
"""Ratings of three-phase distribution transformers [VA]. Source: IEEE Std C57.12.00, preferred continuous ratings."""

SUBSTATION_PIECES = 4
"""Main transformers that share a site's power before the spare one. Assumption of 2026-11: one in four or five stands
by; the rating follows, within the range of the class."""

PLANT_GROUP = 8
"""Machines of a cooling plant that one spare stands behind under N+1. Assumption of 2026-11: a campus has many plants,
each with a spare of its own."""

ENTRIES = {
    "main transformer": "large-power-transformer",
    "mv switchgear": "mv-switchgear-lineup",
    "unit transformer": "distribution-transformer",
    "solid-state transformer": "dc-unit-substation",
    "lv switchboard": "lv-switchboard",
    "ups": "ups-megawatt",
    "rectifier": "rectifier-sidecar",
    "generator": "diesel-generator",
    "cdu": "cdu-row-1300kw",
    "dry cooler": "dry-cooler",
    "adiabatic cooler": "adiabatic-cooler",
    "cooling tower": "cooling-tower",
    "chiller": "chiller-air-cooled",
    "facility-water pump": "facility-water-pump",
    "tower pump": "facility-water-pump",
}
"""Entry of the catalogue that stands for each class of equipment."""

_ROUNDING = 1e-9
_NEAR = 1.15
"""Ratio of heats within which one class stands for another. Source: a choice of this project."""


@dataclass(frozen=True)
class Need:
    """What a class of equipment must carry, and the pieces that do."""

    role: str
    entry: str
    duty: float
    rating: float
    unit: str
    needed: int
    spare: int
    sizing: str
    electric: float | None = None
    """Electricity of all pieces in service at the design day [W]."""


@dataclass(frozen=True)
class Demand:
    """What the engineered facility asks of its equipment, at the design day with all racks at design power.

    Powers in W, heats in W, flows in m3/s, for the whole facility.
    """

    peak_power: float
    """Of the facility."""
    block_input: float
    """Into one full block at medium voltage."""
    block_it: float
    """Into the racks of one full block."""
    blocks: int
    spare_blocks: int
    mechanical: float
    """Of cooling and everything else that no block feeds."""
    liquid_heat: float
    """Of one full block."""
    coolant_flow: float
    """Of one full block."""
    racks: float
    racks_per_block: float
    racks_per_cdu: float
    rejection: str
    """``dry cooler``, ``adiabatic cooler``, ``cooling tower`` or empty."""
    rejected_heat: float
    rejection_power: float
    chiller_heat: float
    """That chillers must be able to carry."""
    chiller_power: float
    water_cooled: bool
    """Whether the chillers give their heat to the rejection."""
    water_flow: float
    water_pump_power: float
    tower_flow: float
    tower_pump_power: float
    cdu_power: float
    """Of the pumps of all coolant distribution units."""
    stages: frozenset[str]
    """Roles of the converters before the racks."""


def size_equipment(
    demand: Demand, site: Site, catalogue: Catalogue, cdu_heat: float, cdu_flow: float, campus: Campus | None = None
) -> tuple[Need, ...]:
    """Give the classes of equipment of a facility with their number, from what it asks of them.

    Parameters
    ----------
    demand
        What the facility asks.
    site
        Its choices of redundancy.
    catalogue
        Ratings of the classes.
    cdu_heat, cdu_flow
        Of one coolant distribution unit of the generation [W], [m3/s].
    campus
        The electrical network, whose main transformers and sections of switchgear then count.
    """
    sizing = _Sizing(demand, site, catalogue, cdu_heat, cdu_flow, campus)
    return tuple(need for need in (*sizing.electrical(), *sizing.cooling()) if need.needed > 0)


@dataclass(frozen=True)
class _Sizing:
    demand: Demand
    site: Site
    catalogue: Catalogue
    cdu_heat: float
    cdu_flow: float
    campus: Campus | None

    @property
    def _group(self) -> int:
        return int(self.site.facility.power.blocks_per_group)

    def _power(self, role: str) -> PowerEquipment:
        return self.catalogue.power_equipment(ENTRIES[role])

    def _heat(self, entry: str) -> CoolingEquipment:
        return self.catalogue.cooling_equipment(entry)

    def electrical(self) -> Iterable[Need]:
        if self.campus is None or self.campus.mains:
            yield self._main_transformers()
        yield self._sections()
        yield from self._unit_transformers()
        if "solid-state transformer" not in self.demand.stages:
            yield self._per_block("lv switchboard", self.demand.block_input)
        if "ups" in self.demand.stages:
            yield self._per_block("ups", self.demand.block_it)
        if "rectifier" in self.demand.stages:
            yield self._per_block("rectifier", self.demand.block_it)
        if self.site.facility.power.generators:
            yield self._shared("generator", self.demand.peak_power, "facility power at the design day")

    def _main_transformers(self) -> Need:
        entry = self._power("main transformer")
        duty = self.demand.peak_power / POWER_FACTOR
        if self.campus is not None:
            how = "those of the one-line diagram: one to spare, each with its section of switchgear"
            return Need(
                "main transformer", entry.id, duty, self.campus.main_rating, "VA", self.campus.mains - 1, 1, how
            )
        _known(entry.rating, entry.id)
        low, high = (0.0, 0.0) if entry.rating is None else entry.rating.bounds
        rating = min(max(duty / SUBSTATION_PIECES, low), high)
        rating = min(math.ceil(rating / 10e6 * (1.0 - _ROUNDING)) * 10e6, high)
        needed = _pieces(duty, rating)
        spare = 0 if self.site.facility.power.redundancy == "N" else 1
        how = f"facility power at a power factor of {POWER_FACTOR:g}; one spare for the site"
        return Need("main transformer", entry.id, duty, rating, "VA", needed, spare, how)

    def _sections(self) -> Need:
        if self.campus is None:
            return self._shared("mv switchgear", self.demand.peak_power, "facility power at the design day")
        entry, sections = self._power("mv switchgear"), self.campus.sections
        spare = 1 if self.campus.mains else 0
        duty = self.demand.peak_power
        how = "sections of the one-line diagram, one for each main transformer"
        return Need("mv switchgear", entry.id, duty, duty / (sections - spare), "W", sections - spare, spare, how)

    def _unit_transformers(self) -> Iterable[Need]:
        """Give those of the blocks and those of the plant, which are of one size."""
        demand, solid = self.demand, "solid-state transformer" in self.demand.stages
        if self.campus is not None and self.campus.unit_rating:
            rating = self.campus.unit_rating
            plant = self.campus.plan.blocks - demand.blocks
            plant_spare = self.campus.plan.spare - demand.spare_blocks
        else:
            rating = standard_rating(demand.block_input / POWER_FACTOR)
            plant = _pieces(demand.mechanical / POWER_FACTOR, rating)
            plant_spare = spare_units(plant, self.site.facility.cooling.redundancy, max(plant, 1))
        if solid:
            yield self._per_block("solid-state transformer", demand.block_it)
            how = "the plant's power; the blocks have solid-state ones"
            needed, spare, duty = plant, plant_spare, demand.mechanical / POWER_FACTOR
        else:
            how = "one standard rating for a block and all that it loses; the plant's own beside them"
            needed, spare = demand.blocks + plant, demand.spare_blocks + plant_spare
            duty = (demand.blocks * demand.block_input + demand.mechanical) / POWER_FACTOR
        yield Need("unit transformer", ENTRIES["unit transformer"], duty, rating, "VA", needed, spare, how)

    def _per_block(self, role: str, power: float) -> Need:
        entry = self._power(role)
        rating = _known(entry.electric_rating, role)
        each = _pieces(power, rating)
        demand = self.demand
        how = f"{each} for every block"
        return Need(
            role, entry.id, demand.blocks * power, rating, "W", each * demand.blocks, each * demand.spare_blocks, how
        )

    def _shared(self, role: str, power: float, what: str) -> Need:
        entry = self._power(role)
        rating = _known(entry.electric_rating, role)
        needed = _pieces(power, rating)
        redundancy = self.site.facility.power.redundancy
        spare = spare_units(needed, redundancy, self._group)
        return Need(role, entry.id, power, rating, "W", needed, spare, f"{what}, redundant as the blocks")

    def cooling(self) -> Iterable[Need]:
        demand = self.demand
        yield self._cdus()
        if demand.rejection:
            yield self._plant(demand.rejection, ENTRIES[demand.rejection], demand.rejected_heat, demand.rejection_power)
        if demand.chiller_heat > 0.0:
            entry = "chiller-water-cooled" if demand.water_cooled else "chiller-air-cooled"
            yield self._plant("chiller", entry, demand.chiller_heat, demand.chiller_power)
        yield self._pumps("facility-water pump", demand.water_flow, demand.water_pump_power)
        if demand.tower_flow > 0.0:
            yield self._pumps("tower pump", demand.tower_flow, demand.tower_pump_power)

    def _cdus(self) -> Need:
        """Give the units for all racks, as many as heat, flow or racks of a unit ask for, and spares by block."""
        demand = self.demand
        entry = nearest_cdu(self.catalogue, self.cdu_heat)
        filled = demand.racks / demand.racks_per_block
        heat = demand.liquid_heat * filled
        needed = max(
            _pieces(heat, self.cdu_heat),
            _pieces(demand.coolant_flow * filled, self.cdu_flow),
            _pieces(demand.racks, demand.racks_per_cdu) if heat > 0.0 else 0,
        )
        redundancy = self.site.facility.cooling.redundancy
        spare = min(demand.blocks, needed) if redundancy == "N+1" else spare_units(needed, redundancy, max(needed, 1))
        how = "heat, flow and racks of a unit" + ("; a spare in every block" if redundancy == "N+1" else "")
        return Need("cdu", entry.id, heat, self.cdu_heat, "W", needed, spare, how, demand.cdu_power)

    def _plant(self, role: str, entry_id: str, heat: float, electric: float) -> Need:
        rating = _known(self._heat(entry_id).heat, entry_id)
        needed = _pieces(heat, rating)
        redundancy = self.site.facility.cooling.redundancy
        spare = spare_units(needed, redundancy, PLANT_GROUP)
        how = "heat at the design day" + (f"; a spare for every {PLANT_GROUP}" if redundancy == "N+1" else "")
        return Need(role, entry_id, heat, rating, "W", needed, spare, how, electric)

    def _pumps(self, role: str, flow: float, electric: float) -> Need:
        entry = self._heat(ENTRIES[role])
        rating = _known(entry.flow, entry.id)
        needed = _pieces(flow, rating)
        spare = spare_units(needed, self.site.facility.cooling.redundancy, PLANT_GROUP)
        return Need(role, entry.id, flow, rating, "m3/s", needed, spare, "flow at the design day", electric)


def standard_rating(apparent: float) -> float:
    """Give the smallest standard rating of a distribution transformer that carries an apparent power [VA].

    Examples
    --------
    >>> standard_rating(2.6e6)
    3750000.0
    """
    return next((rating for rating in STANDARD_RATINGS if rating >= apparent * (1.0 - _ROUNDING)), math.ceil(apparent))


def nearest_cdu(catalogue: Catalogue, heat: float, *, priced: bool = False) -> CoolingEquipment:
    """Give the coolant distribution unit of the catalogue that stands for one of a heat [W].

    Of those within ``_NEAR`` of the heat one with a price comes first, then the nearest; ``priced`` asks for a price.
    """
    units = [catalogue.cooling_equipment(entry.id) for entry in catalogue.of_kind("cooling_equipment")]

    def rank(unit: CoolingEquipment) -> tuple[object, ...]:
        away = abs(math.log(float(unit.heat or 1.0) / heat))
        return (0.0, unit.price is None, away, unit.id) if away < math.log(_NEAR) else (away, False, away, unit.id)

    known = [unit for unit in units if unit.role == "cdu" and unit.heat is not None]
    return min((unit for unit in known if unit.price is not None or not priced), key=rank)


def _pieces(duty: float, rating: float) -> int:
    return math.ceil(duty / rating * (1.0 - _ROUNDING)) if duty > 0.0 else 0


def _known(rating: Quantity | None, what: str) -> float:
    if rating is None:
        raise CatalogueError(f"'{what}' states no rating to size it by", hint="add one to its entry")
    return float(rating)
