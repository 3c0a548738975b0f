"""Places: factories, data-centre sites with their power over time, and electricity by state."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, field_validator

from gigaloop.catalogue.entry import CoarseDate, Entry, Latitude, Longitude, Record
from gigaloop.core.quantity import (
    Area,
    CarbonIntensity,
    Count,
    Gpus,
    Jobs,
    Money,
    MoneyPerEnergy,
    MoneyPerPowerTime,
    MoneyPerTime,
    PieceRate,
    Power,
    Quantity,
)

State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Factory(Entry):
    """A factory, or what a maker can make in all its factories."""

    kind: ClassVar[str] = "factory"

    operator: str
    owner: str = ""
    city: str = ""
    county: str = ""
    state: State | None = None
    country: Country | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    utility: str = ""
    iso: str = ""
    products: str = ""
    status: str = ""
    start: CoarseDate | None = None
    floor: Area | None = None
    land: Area | None = None
    site_power: Power | None = None
    headcount: Jobs | None = None
    headcount_target: Jobs | None = None
    headcount_target_date: CoarseDate | None = None
    wage: MoneyPerTime | None = None
    capex: Money | None = None
    incentives: Money | None = None
    rack_rate: PieceRate | None = None


class SiteStep(Record):
    """Power of a site from a day on; a day after the date of its evidence is a projection."""

    date: dt.date
    power: Power
    buildings: Count | None = None
    capex: Money | None = None
    """Cumulative, of compute and construction."""


class Site(Entry):
    """A data-centre campus: where, whose, how much power by when, and at what cost."""

    kind: ClassVar[str] = "site"

    developer: str
    tenant: str = ""
    county: str = ""
    state: State | None = None
    country: Country
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    utility: str = ""
    iso: str = ""
    status: str = ""
    status_date: CoarseDate | None = None
    power_basis: Literal["facility", "it", "contract demand", "generation", "not stated"] = "not stated"
    """What ``planned_power`` is measured at."""
    planned_power: Power | None = None
    operational_power: Power | None = None
    operational_date: CoarseDate | None = None
    first_power: CoarseDate | None = None
    full_power: CoarseDate | None = None
    accelerators: Gpus | None = None
    capex: Money | None = None
    floor: Area | None = None
    land: Area | None = None
    construction_jobs: Jobs | None = None
    jobs: Jobs | None = None
    timeline: tuple[SiteStep, ...] = ()

    @field_validator("timeline")
    @classmethod
    def _dated(cls, value: tuple[SiteStep, ...]) -> tuple[SiteStep, ...]:
        if any(b.date <= a.date for a, b in pairwise(value)):
            raise ValueError("the steps of a timeline need rising dates")
        return value


class EnergyPrice(Record):
    """Mean price of a year or month."""

    date: CoarseDate
    price: MoneyPerEnergy


class CapacityPrice(Record):
    """Price of capacity for a delivery year, from its first day."""

    start: dt.date
    price: MoneyPerPowerTime


class Electricity(Entry):
    """Electricity of a state: mean industrial price, capacity price of its market, carbon intensity of its grid."""

    kind: ClassVar[str] = "electricity"

    state: State
    iso: str
    utilities: tuple[str, ...] = ()
    industrial_prices: tuple[EnergyPrice, ...]
    capacity_market: str = ""
    capacity_prices: tuple[CapacityPrice, ...] = ()
    carbon_region: str = ""
    carbon_intensity: CarbonIntensity | None = None

    @field_validator("industrial_prices")
    @classmethod
    def _some(cls, value: tuple[EnergyPrice, ...]) -> tuple[EnergyPrice, ...]:
        if not value or any(b.date <= a.date for a, b in pairwise(value)):
            raise ValueError("industrial prices need one or more, by rising date")
        return value

    @property
    def industrial_price(self) -> Quantity:
        """The latest mean industrial price."""
        return self.industrial_prices[-1].price

    @property
    def capacity_price(self) -> Quantity | None:
        """The latest price of capacity; none where the catalogue knows none."""
        return self.capacity_prices[-1].price if self.capacity_prices else None

    def capacity_price_on(self, day: dt.date) -> Quantity | None:
        """Give the price of capacity that holds on a day: that of the last delivery year begun by then."""
        begun = [step.price for step in self.capacity_prices if step.start <= day]
        return begun[-1] if begun else None
