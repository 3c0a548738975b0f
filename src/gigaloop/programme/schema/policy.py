"""Policy: the prices, costs and rules by which plans are judged; and scenarios, patches on a programme."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, JsonValue, model_validator

from gigaloop.core.quantity import (
    Dim,
    Duration,
    Fraction,
    MoneyPerPowerTime,
    MoneyPerRackTime,
    Quantity,
    RateOfChange,
)
from gigaloop.programme.schema.base import Named, Record
from gigaloop.programme.schema.product import SourcingRule


class DomesticContentStep(Record):
    """Least share of the cost of components that is of domestic origin, from the year of a day on."""

    start: dt.date
    share: Fraction


class Policy(Record):
    """How plans are judged."""

    discount_rate: RateOfChange
    """Real, as all money is in prices of one year: a nominal rate less escalation."""
    escalation: RateOfChange
    """Of prices, between price years."""
    compute_price_change: RateOfChange
    """Real change of the value of an accelerator-hour over time."""
    rack_life: Duration
    """Economic life of a rack, over which its value counts beyond the horizon."""
    availability: Fraction
    """Share of the hours that an accelerator online is usable."""
    utilisation: Fraction
    """Mean power over thermal design power, for energy."""
    stock_cost: MoneyPerRackTime
    """Keeping a finished rack in a factory."""
    waiting_cost: MoneyPerRackTime
    """Keeping a delivered rack that cannot be powered, beyond the cost of capital."""
    late_cost: MoneyPerPowerTime
    """Cost of lateness where a demand states none."""
    early: Duration = Quantity.of(26.0, "weeks")
    """How long before the day it is asked for compute online has its value; what is not asked for by then has none."""
    online_by: Literal["racks", "units"] = "racks"
    """Whether racks go online as they come, or in whole scalable units; the last unit of a demand may be short."""

    sourcing: SourcingRule | None = None
    """Rule of dual sourcing of all bought parts that state none."""
    domestic_content: tuple[DomesticContentStep, ...] = ()
    """Floor on the domestic share of the cost of components used in a calendar year; none where not given."""
    domestic_shortfall: Annotated[Quantity, Dim("fraction", high=1000.0)] = Quantity.of(100.0, "%")
    """Cost of missing the floor, per cost of the components that are missing."""
    pay_obsolete: bool = False
    """Whether stock and firm receipts of parts that nothing uses any more are paid for."""


class Patch(Record):
    """One change: set, scale, shift in time, or remove what stands at a path such as ``sites.abilene.pue``."""

    path: Annotated[str, Field(min_length=1)]
    set: JsonValue = None
    scale: float | None = None
    shift: Annotated[str, Field(min_length=1)] | None = None
    remove: bool = False

    @model_validator(mode="after")
    def _one_change(self) -> Patch:
        given = [name for name in ("set", "scale", "shift") if getattr(self, name) is not None]
        if len(given) + self.remove != 1:
            raise ValueError("a patch does exactly one of set, scale, shift or remove")
        return self


class Scenario(Named):
    """A named small change of a programme."""

    question: str = ""
    patches: tuple[Patch, ...]
