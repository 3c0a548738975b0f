"""A facility, engineered: what a site needs around the racks of a generation, over a typical year."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.checks import Check
from gigaloop.design.records.power import ChainStage
from gigaloop.design.records.rack import Input

if TYPE_CHECKING:
    from gigaloop.design.records.dynamics import Dynamics
    from gigaloop.design.records.loops import Loops
    from gigaloop.design.records.oneline import OneLine

END_USES = ("losses", "tcs_pumps", "fws_pumps", "rejection_fans", "chillers", "air_fans", "other")
"""What a facility draws beside its IT: losses of the power path before the racks, pumps of the coolant distribution
units, pumps of the facility water (tower water included), fans of the heat rejection, chillers (their condenser fans
included), fans of the air side, and lighting, controls and offices."""


@dataclass(frozen=True)
class Band:
    """A number with its uncertainty: the central estimate, and what it is above in 90 % and in 10 % of all cases."""

    value: float
    p10: float
    p90: float


@dataclass(frozen=True)
class WeatherNote:
    """Which weather the figures stand on."""

    station: str
    name: str
    period: str
    source: str
    grain: str
    """``hours`` or ``bins``."""
    warming: float
    """[K]"""
    dry_bulb_max: float
    """[K]"""
    wet_bulb_max: float
    """[K]"""
    bins_difference: float | None
    """PUE by bins less PUE by hours, where both are known."""


@dataclass(frozen=True, eq=False)
class YearProfile:
    """The facility in every state of the weather, arrays of one shape (n,): hours, or bins with their hours."""

    hours: NDArray[np.float64]
    month: NDArray[np.int64]
    dry_bulb: NDArray[np.float64]
    """[K]"""
    wet_bulb: NDArray[np.float64]
    """[K]"""
    it_power: NDArray[np.float64]
    """[W]"""
    end_uses: Mapping[str, NDArray[np.float64]]
    """[W] by the names of ``END_USES``."""
    water: NDArray[np.float64]
    """Make-up water [m3/s]."""
    supply: NDArray[np.float64]
    """Facility water to the coolant distribution units [K]."""
    free: NDArray[np.float64]
    """Share of the heat to liquid that leaves without a chiller."""

    @property
    def power(self) -> NDArray[np.float64]:
        """Facility power [W]."""
        return np.asarray(self.it_power + sum(self.end_uses.values()), dtype=np.float64)

    @property
    def pue(self) -> NDArray[np.float64]:
        """Facility power over IT power."""
        return np.asarray(self.power / self.it_power, dtype=np.float64)


@dataclass(frozen=True)
class AnnualFigures:
    """A year of a facility. Energies in J, water in m3."""

    pue: Band
    wue: Band
    """Make-up water over IT energy [m3/J]."""
    peak_pue: Band
    """At the design day."""
    peak_power: float
    """Facility power at the design day with all racks at design power [W]."""
    it_energy: float
    end_uses: Mapping[str, float]
    """Energy by the names of ``END_USES`` [J]; with ``it_energy`` they are the facility's energy."""
    evaporation: float
    drift: float
    blowdown: float
    """Water by way of loss [m3]; they add up to the make-up."""
    free_hours: float
    """Hours without any chiller [h]."""
    chiller_hours: float
    """Hours in which any chiller runs, those of a loop for the air too [h]."""
    trim_hours: float
    """Hours in which chillers take heat of the facility water [h]."""
    wetted_hours: float
    """Hours in which water evaporates [h]."""
    short_hours: float
    """Hours in which the facility water is warmer than its set point by more than 0.1 K [h]."""
    heat: float
    """Heat rejected [J]."""
    reusable_heat: float
    """Heat that leaves the racks in liquid [J]."""
    reuse_temperature: float
    """At which it does: return of the facility water [K]."""

    @property
    def facility_energy(self) -> float:
        """Energy of the year [J]."""
        return self.it_energy + math.fsum(self.end_uses.values())

    @property
    def water(self) -> float:
        """Make-up [m3]."""
        return self.evaporation + self.drift + self.blowdown


@dataclass(frozen=True)
class Monthly:
    """One month of the year."""

    month: int
    pue: float
    wue: float
    """[m3/J]"""
    dry_bulb: float
    """Mean [K]."""
    wet_bulb: float
    """Mean [K]."""
    free_share: float
    """Of its hours without any chiller."""


@dataclass(frozen=True)
class PartLoad:
    """The facility with a share of its racks online, as during the ramp of a new campus."""

    load: float
    """Racks online over racks designed for."""
    pue: float
    facility_power: float
    """Mean over the year [W]."""


@dataclass(frozen=True)
class LoopPoint:
    """A loop at the design day: temperatures [K], flow [m3/s], what it is made of, and what its pumps take."""

    name: str
    """``TCS`` (technology cooling system), ``FWS`` (facility water system), ``tower`` or ``air``."""
    fluid: str
    supply: float
    returns: float
    flow: float
    heat: float
    """[W]"""
    pressure_drop: float
    """[Pa]"""
    pump_power: float
    """Electric [W]; of fans for air."""
    volume: float
    """Of fluid [m3]; 0 for air."""


@dataclass(frozen=True)
class LostPower:
    """How often at least a number of blocks is without power."""

    blocks: int
    power: float
    """Their IT power [W]."""
    hours: float
    """Of a year in which that much or more is lost [h]."""


@dataclass(frozen=True)
class BlockPlan:
    """The blocks of a facility: the smallest units that energise, their redundancy, and what can be counted on."""

    redundancy: str
    group: int
    """Blocks that a redundant one stands behind."""
    block_power: float
    """IT power of the racks of a full block [W]."""
    blocks: int
    """That carry the load."""
    spare_blocks: int
    racks_per_block: float
    load_factor: float
    """Load of each unit in service over its rating, with nothing failed."""
    unit_availability: float
    """Of one block's power path, its source included."""
    availability: float
    """Of a block's IT power: redundancy, source, common cause, operators and restarts counted."""
    expected_lost: float
    """IT power lost on average to unavailable power paths [W]."""
    lost_everywhere: float
    """Share of time lost to what no redundancy gives back: operators, controls, restarts after dips; part of it."""
    lost: tuple[LostPower, ...]
    """Distribution of the IT power lost, the source up."""
    cooling_availability: float
    """Of the cooling of a block's racks: coolant distribution units, pumps, heat rejection."""
    expected_lost_cooling: float
    """IT power lost on average to unavailable cooling [W]."""

    @property
    def rack_availability(self) -> float:
        """Share of time in which a rack has power and cooling."""
        return self.availability * self.cooling_availability


@dataclass(frozen=True)
class EnergisationStage:
    """What a step of a site's energisation brings: cumulative racks and blocks, and how the plant runs at that load."""

    on: dt.date
    power: float
    """Energised, on the facility's basis [W]."""
    racks: float
    blocks: int
    """Energised, spares left out."""
    load: float
    """Racks over racks designed for."""
    pue: float
    """Of a year at that load with the final plant in place."""
    facility_power: float
    """Mean of such a year [W]."""


@dataclass(frozen=True)
class OrderStep:
    """When a class of equipment must be ordered for a step of a site's energisation."""

    on: dt.date
    """Day of the step."""
    power: float
    """Energised from then on, on the facility's basis [W]."""
    pieces: int
    """Needed by then in all, spares counted."""
    missing: int
    """Of those, neither in service nor on order."""
    latest_order: dt.date | None
    """Day of the step less installation and lead time; None where no lead time is known."""
    latest_order_high: dt.date | None
    """The same with the upper end of the lead time."""
    late: bool
    """Whether pieces are missing and the day is past."""


@dataclass(frozen=True)
class EquipmentLine:
    """A class of equipment: how many, what they are, what they cost, when to order."""

    role: str
    """Such as ``cdu``, ``chiller``, ``unit transformer``; unique in a facility."""
    name: str
    entry: str
    """Id of its catalogue entry."""
    duty: float
    """What they must carry together, in ``unit``."""
    rating: float
    """Of one piece, in ``unit``."""
    unit: str
    """``W``, ``VA`` for transformers, ``m3/s`` for pumps."""
    needed: int
    spare: int
    per_power: float
    """Facility power that one piece stands for, spares counted [W]."""
    electric_power: float | None
    """That one piece in service draws at the design day [W]."""
    footprint: float | None
    """Of one piece [m2]."""
    unit_cost: float | None
    """[USD, programme's price year]; None where no price is known."""
    unit_cost_low: float | None
    unit_cost_high: float | None
    """Ends of the range of the price."""
    lead_time: float | None
    """[s]"""
    lead_time_high: float | None
    """Upper end of its range [s]."""
    install: float
    """From arrival to service [s]."""
    part: str
    """The site's equipment that it is, by its part; empty where the site lists none."""
    stated_per_power: float | None
    """Facility power that one piece serves, as the site states it [W]."""
    orders: tuple[OrderStep, ...]
    """For the steps of energisation that are still to come."""
    sizing: str
    """How the number came about."""

    @property
    def count(self) -> int:
        """Pieces, spares counted."""
        return self.needed + self.spare

    @property
    def cost(self) -> float | None:
        """Cost of all pieces [USD, programme's price year]; None where no price is known."""
        return None if self.unit_cost is None else self.unit_cost * self.count

    @property
    def needed_on(self) -> dt.date | None:
        """Day on which the first step of power needs it."""
        return self.orders[0].on if self.orders else None

    @property
    def latest_order(self) -> dt.date | None:
        """That day less installation and lead time."""
        return self.orders[0].latest_order if self.orders else None


@dataclass(frozen=True)
class Facility:
    """What a site needs around the racks of a generation: SI units, for all the racks that its power feeds."""

    site: str
    generation: str
    name: str
    architecture: str
    racks: float
    it_power: float
    """Of all racks at design power, losses of in-rack shelves included [W]."""
    site_power: float
    """Power at the end of the site's energisation [W], facility basis."""
    weather: WeatherNote
    cooling: str
    """``dry``, ``adiabatic`` or ``wet``, with or without trim chillers."""
    supply: float
    """Set point of the facility water [K]."""
    supply_max: float
    """Facility water at the design day [K]."""
    water_max: float
    """Make-up at the design day [m3/s]."""
    mean_load: float
    """IT power drawn on average over that at design power, with all racks online."""
    blocks: BlockPlan
    chain: tuple[ChainStage, ...]
    """From medium voltage to the racks, for all racks at design power."""
    one_line: OneLine | None
    """The electrical network, solved; None for racks without a power chain."""
    loops: tuple[LoopPoint, ...]
    loop_designs: Loops | None
    """What the liquid loops are made of; None without liquid cooling."""
    year: AnnualFigures
    drivers: tuple[tuple[str, float], ...]
    """Components that make the PUE uncertain, with their share in its variance, the largest first."""
    months: tuple[Monthly, ...]
    profile: YearProfile
    part_load: tuple[PartLoad, ...]
    stages: tuple[EnergisationStage, ...]
    equipment: tuple[EquipmentLine, ...]
    dynamics: Dynamics | None
    """Power over time; None where the site states no limit of its grid and no storage."""
    checks: tuple[Check, ...]
    inputs: tuple[Input, ...]

    @property
    def equipment_cost(self) -> float:
        """Cost of the equipment with a known price [USD]."""
        return math.fsum(line.cost for line in self.equipment if line.cost is not None)
