"""Policy: the prices, costs and rules by which plans are judged; and scenarios, patches on a programme."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue, model_validator

from gigaloop.core.quantity import (
    Duration,
    Fraction,
    MoneyPerPowerTime,
    MoneyPerRackTime,
    Quantity,
    RateOfChange,
)
from gigaloop.programme.schema.base import Named, Record


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
