"""Totals beside the sums of what they decompose into: what a reader can check, checked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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
    by_supply, by_part = float(plan.purchases.used.sum()), float(plan.part_use.sum())
    yield Reconciled("pieces of bought parts used", "purchases by supply", "pcs", by_part, by_supply)


def _worth(result: Result) -> Iterator[Reconciled]:
    value, watch = result.value, result.watch
    plan, programme = result.plan, result.programme
    racks = plan.online_racks[:, :, -1]
    hardware = float((racks @ np.array([result.designs[g].cost_per_rack for g in plan.generations])).sum())
    facility = plan.online_facility_power[:, :, -1].sum(axis=1)
    shells = float(facility @ np.array([programme.usd(site.facility_cost) for site in programme.sites]))
    capital = float(value.total("capital").sum())
    yield Reconciled("capital", "racks x cost, facility power x facility cost", "USD", capital, hardware + shells)
    energy = sum(float(line.usd.sum()) for line in value.lines if line.item == "energy")
    yield Reconciled("cost of energy", "weekly flow of the plan", "USD", energy, float(plan.flows["energy"].sum()))
    compute, flow = float(value.total("compute").sum()), -float(plan.flows["compute online"].sum())
    yield Reconciled("value of compute within the horizon", "weekly flow of the plan", "USD", compute, flow)
    planned = sum(result.plan.planned_power().values())
    rungs = sum(row.built + row.firm + row.option + row.announced + row.uncovered for row in watch.coverage)
    yield Reconciled("power planned for the end", "built, firm, option, announced, uncovered", "W", planned, rungs)
