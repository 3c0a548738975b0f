"""Sites as they energise, and what is wanted of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.quantity import (
    Area,
    Count,
    Dim,
    Duration,
    FloorLoad,
    Length,
    Mass,
    Money,
    MoneyPerEnergy,
    MoneyPerPower,
    MoneyPerPowerTime,
    PositiveCount,
    PositivePower,
    Power,
    Quantity,
    VolumeFlow,
)
from gigaloop.programme.schema.base import (
    ClimateStationRef,
    ElectricityRef,
    GenerationRef,
    Id,
    Named,
    PartRef,
    Record,
    SiteRef,
    State,
)
from gigaloop.programme.schema.facility import SiteFacility
from gigaloop.programme.schema.floor import HallFloor
from gigaloop.programme.schema.supply import Latitude, Longitude, PowerStep, RateStep, Receipt

EquipmentRole = Literal[
    "main transformer",
    "mv switchgear",
    "unit transformer",
    "solid-state transformer",
    "lv switchboard",
    "ups",
    "rectifier",
    "generator",
    "cdu",
    "dry cooler",
    "adiabatic cooler",
    "cooling tower",
    "chiller",
    "facility-water pump",
    "tower pump",
]
"""Classes of equipment that a facility is engineered from."""


PowerUsage = Annotated[Quantity, Dim("number", low=1.0, high=3.0)]


class Hall(Record):
    """A data hall: rack positions, power, and what one position can take."""

    id: Id
    ready: dt.date
    positions: PositiveCount
    power: Power
    rack_power: Power
    """The most that one position is fed and cooled for."""
    rack_flow: VolumeFlow
    floor_load: FloorLoad
    bus: tuple[Literal["54 VDC", "800 VDC"], ...] = ("54 VDC",)
    """In-rack buses that the hall's distribution can feed."""
    door_width: Length | None = None
    """Of the narrowest door or passage on the way in."""
    door_height: Length | None = None
    point_load: Mass | None = None
    """The most that the floor carries under one foot of a rack."""
    floor: HallFloor | None = None
    """How racks stand in it; common practice where not given."""


class SiteEquipment(Record):
    """A class of long-lead equipment of a site: power is usable as far as pieces in service of every class serve it.

    More can be bought from suppliers of the part: it arrives after their lead time, within their allocation, which all
    sites share. What equipment costs is part of ``facility_cost``.
    """

    part: PartRef
    per_power: PositivePower | None = None
    """Facility power that one piece serves; engineered where it is not stated, spares counted."""
    installed: Count = Quantity.count(0)
    """Pieces in service at the start, beyond those that serve ``online_at_start``."""
    on_order: Count = Quantity.count(0)
    """Pieces on order at the start; those without a delivery enter service in time for the steps of ``energisation``,
    the first steps first, as far as they last."""
    deliveries: tuple[Receipt, ...] = ()
    """Days on which pieces on order arrive."""
    install: Duration = Quantity.of(0.0, "weeks")
    """From arrival to service."""
    role: EquipmentRole | None = None
    """Which class of equipment of the engineered facility it is; by the id of the part where not given."""

    @property
    def served(self) -> float:
        """Facility power that one piece serves [W].

        Raises
        ------
        ProgrammeError
            If it is not stated and was not engineered.
        """
        if self.per_power is None:
            why = f"what a piece of '{self.part}' serves is neither stated nor engineered"
            hint = "state its 'per_power', or the 'role' that it has in the engineered facility"
            raise ProgrammeError([Problem(why, path=f"equipment.{self.part}.per_power", hint=hint)])
        return float(self.per_power)


class OpeningRacks(Record):
    """Racks of a generation that stand at a site and are not online at the start of the horizon; their cost is spent.

    Racks on their way to the site are listed in the ``in_transit`` of a lane.
    """

    generation: GenerationRef
    ready: Count = Quantity.count(0)
    """Racks commissioned, which wait to go online."""
    in_commissioning: tuple[Receipt, ...] = ()
    """Racks installed, by the day on which they are commissioned."""


class Retirement(Record):
    """Power of racks online at the start that go offline on a day."""

    date: dt.date
    power: Power
    """On the site's basis."""


class Site(Named):
    """A data-centre campus."""

    developer: str
    tenant: str = ""
    county: str = ""
    state: State
    latitude: Latitude
    longitude: Longitude
    utility: str
    iso: str
    climate_station: ClimateStationRef = ""
    """Station of the catalogue whose typical year it has, by WMO number."""
    status: str = ""
    power_basis: Literal["facility", "it"]
    """What the megawatts of ``energisation`` and ``demand`` are measured at."""
    pue: PowerUsage | None = None
    """Facility over IT power when the facility draws most; engineered at its design day where it is not stated."""
    energy_pue: PowerUsage | None = None
    """Facility over IT energy of the year; ``pue`` where that is stated alone, else engineered."""
    energisation: tuple[PowerStep, ...]
    """Cumulative power by date; never falls."""
    online_at_start: Power = Quantity.of(0.0, "MW")
    """Power of racks already online at the start of the horizon, on the site's basis; they hold energised power."""
    retire: tuple[Retirement, ...] = ()
    """What of ``online_at_start`` goes offline, and frees its power."""
    opening: tuple[OpeningRacks, ...] = ()
    """Racks that stand at the site and are not online at the start of the horizon."""
    halls: tuple[Hall, ...]
    install_crews: tuple[RateStep, ...]
    commissioning: Duration
    """From the installed rack to compute online."""
    commissioning_crews: tuple[RateStep, ...] = ()
    """Racks that can be commissioned with power, and so go online, by date; none for no limit."""
    electricity: ElectricityRef
    energy_price: MoneyPerEnergy | None = None
    capacity_price: MoneyPerPowerTime | None = None
    facility_cost: MoneyPerPower
    """Shell, power and cooling per unit of facility power."""
    equipment: tuple[SiteEquipment, ...] = ()
    facility: SiteFacility = Field(default_factory=SiteFacility)
    """How it is fed and cooled: what the facility engine works from."""
    area: Area | None = None
    announced_capex: Money | None = None

    @property
    def peak_pue(self) -> float:
        """Facility over IT power when the facility draws most.

        Raises
        ------
        ProgrammeError
            If it is not stated and was not engineered.
        """
        if self.pue is None:
            problem = Problem(
                f"the PUE of site '{self.id}' is neither stated nor engineered",
                path=f"sites.{self.id}.pue",
                hint="state 'pue', or plan what gigaloop.design.design_programme gives, which engineers it",
            )
            raise ProgrammeError([problem])
        return float(self.pue)

    @property
    def annual_pue(self) -> float:
        """Facility over IT energy of the year."""
        return self.peak_pue if self.energy_pue is None else float(self.energy_pue)


class Demand(Named):
    """Compute asked for at a site by a date; the asked amounts of one site add up over its demands."""

    site: SiteRef
    by: dt.date
    power: PositivePower | None = None
    """On the site's basis."""
    racks: Annotated[Quantity, Dim("pieces", above=0.0)] | None = None
    accelerators: Annotated[Quantity, Dim("gpus", above=0.0)] | None = None
    generations: tuple[GenerationRef, ...] = ()
    """Generations that may serve it; none given means any."""
    priority: Annotated[int, Field(ge=1, le=9)] = 5
    """1 is the most urgent: lateness costs 1.8 times as much as at 5, at 9 a fifth; what is dearest is served first."""
    late_cost: MoneyPerPowerTime | None = None
    """Cost of lateness per unit of power on the site's basis, beyond the value of the compute not online."""

    @model_validator(mode="after")
    def _one_quantity(self) -> Demand:
        given = [name for name in ("power", "racks", "accelerators") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("a demand states exactly one of power, racks or accelerators")
        if given[0] != "power" and len(self.generations) != 1:
            raise ValueError(f"a demand in {given[0]} names exactly one generation")
        return self
