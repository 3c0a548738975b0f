"""Incentives and tariffs, costs of capital and use, and measured effects on jobs, taxes and grids."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator

from gigaloop.catalogue.entry import CoarseDate, Entry
from gigaloop.core.quantity import (
    Area,
    Duration,
    Fraction,
    Jobs,
    Money,
    MoneyPerEnergy,
    MoneyPerGpuTime,
    MoneyPerPower,
    MoneyPerTime,
    Number,
    Power,
    RateOfChange,
    VolumeFlow,
)


class Incentive(Entry):
    """A tax rule, grant, duty or large-load tariff: what it is worth, on which conditions, in force or not."""

    kind: ClassVar[str] = "incentive"

    level: Literal["federal", "state", "local", "tariff"]
    jurisdiction: str
    applies_to: str
    conditions: str = ""
    status: str
    status_date: CoarseDate
    start: CoarseDate | None = None
    end: str = ""
    rate: Fraction | None = None
    """Share of the cost that is credited, deducted, exempted or charged, as the name says."""
    amount: Money | None = None
    """The most that is granted in all."""
    payment: Money | None = None
    """What the beneficiary pays instead."""
    energy_charge: MoneyPerEnergy | None = None
    minimum_bill: Fraction | None = None
    """Share of the contracted demand that is paid whether used or not."""
    minimum_load: Power | None = None
    minimum_investment: Money | None = None
    minimum_jobs: Jobs | None = None
    term: Duration | None = None


class _Amount(Entry):
    """An entry that states at least one number."""

    @model_validator(mode="after")
    def _one_number(self) -> _Amount:
        if not any(isinstance(getattr(self, name), float) for name in type(self).model_fields):
            raise ValueError("an entry of this kind states at least one number")
        return self


class Capex(_Amount):
    """A cost of building or using compute, with what it covers and the power that it refers to."""

    kind: ClassVar[str] = "capex"

    item: Literal["rack", "accelerator", "compute and facility", "compute", "facility", "rental", "finance", "wage"]
    basis: Literal["facility", "it", "not stated"] = "not stated"
    """Which power ``per_power`` refers to."""
    covers: str = ""
    price: Money | None = None
    """Per rack or accelerator, as ``item`` says."""
    per_power: MoneyPerPower | None = None
    per_gpu_time: MoneyPerGpuTime | None = None
    wage: MoneyPerTime | None = None
    share: Fraction | None = None
    rate: RateOfChange | None = None
    """Interest."""
    factor: Number | None = None


class Metric(_Amount):
    """A published effect of data centres on jobs, taxes, grid or water."""

    kind: ClassVar[str] = "metric"

    topic: Literal["jobs", "tax", "grid", "water", "reliability"]
    place: str
    method: str = ""
    as_of: CoarseDate
    jobs: Jobs | None = None
    money: Money | None = None
    money_per_time: MoneyPerTime | None = None
    power: Power | None = None
    area: Area | None = None
    fraction: Fraction | None = None
    water: VolumeFlow | None = None
    duration: Duration | None = None
    factor: Number | None = None
