"""Totals beside the sums of what they decompose into: what a reader can check, checked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigaloop.study.chain import Result

ROUNDING = 1e-6
"""Relative difference up to which a total equals its parts."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A total and the sum of its parts, in one unit."""

    what: str
    parts: str
    unit: str
    total: float
    sum: float

    @property
    def difference(self) -> float:
        """The sum of the parts less the total."""
        return self.sum - self.total

    @property
    def holds(self) -> bool:
        """Whether they are equal, to rounding."""
        return math.isclose(self.total, self.sum, rel_tol=ROUNDING, abs_tol=ROUNDING)


def reconcile(result: Result) -> tuple[Reconciled, ...]:
    """Hold the totals of a run against their parts."""
    return tuple(_designs(result)) + tuple(_plan(result)) + tuple(_worth(result))


def _designs(result: Result) -> Iterator[Reconciled]:
    for design in result.designs.values():
        cost, chain = design.cost, design.chain
        parts = design.bom.total("cost") + cost.conversion
        yield Reconciled(f"{design.name}: cost of a rack", "bill of materials, conversion", "USD", cost.total, parts)
        power = design.bom.total("design_power")
        yield Reconciled(f"{design.name}: design power", "bill of materials", "W", design.power.design, power)
        if chain:
            out = design.chip_power + sum(stage.loss for stage in chain)
            total = design.facility_power_per_rack
            yield Reconciled(f"{design.name}: power at medium voltage", "power at the chips, losses", "W", total, out)


def _plan(result: Result) -> Iterator[Reconciled]:
    plan = result.plan
    costs = sum(plan.costs.values())
    yield Reconciled("objective of the plan", "present values of its costs", "USD", plan.objective, costs)
    shipped, racks = plan.shipments.pieces.sum(), {generation.rack for generation in result.programme.generations}
    held = sum(
        float(pieces[-1]) for part, pieces in zip(plan.stock.parts, plan.stock.pieces, strict=True) if part in racks
    )
    made = sum(float(plan.production_of(rack).sum()) for rack in racks)
    yield Reconciled("racks made", "shipped, in factory stock at the end", "racks", made, float(shipped) + held)
    spent = float((plan.purchases.used * plan.purchases.price[:, None]).sum())
    flows = sum(float(plan.flows[name].sum()) for name in ("bought parts", "consigned parts"))
    yield Reconciled("spend on parts", "pieces used x price, by supply", "USD", flows, spent)


def _worth(result: Result) -> Iterator[Reconciled]:
    value, watch = result.value, result.watch
    capital = float(value.total("capital").sum())
    for each in value.per_power:
        parts = each.usd_per_watt * each.power if each.power else 0.0
        yield Reconciled(f"capital, from $/GW of {each.basis} power", "lines of capital", "USD", parts, capital)
    planned = sum(result.plan.planned_power().values())
    rungs = sum(row.built + row.firm + row.option + row.announced + row.uncovered for row in watch.coverage)
    yield Reconciled("power planned for the end", "built, firm, option, announced, uncovered", "W", planned, rungs)
