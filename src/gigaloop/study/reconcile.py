"""Totals beside the sums of what they decompose into: what a reader can check, checked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.value.unit_parts import unit_part_costs

if TYPE_CHECKING:
    from gigaloop.plan.inputs.schedule import FloatArray
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
    racks = {generation.rack for generation in result.programme.generations}
    shipped = _pieces(plan.shipments.parts, plan.shipments.pieces, racks)
    held = _pieces(plan.stock.parts, plan.stock.pieces[:, -1:], racks)
    begin = sum(
        float(stock.quantity) for place in result.programme.factories for stock in place.stock if stock.part in racks
    )
    made = sum(float(plan.production_of(rack).sum()) for rack in racks)
    parts = "shipped, in factory stock at the end, less that at the start"
    yield Reconciled("racks made", parts, "racks", made, shipped + held - begin)
    bought, used = plan.purchases.parts, plan.purchases.used
    total = float(plan.part_use.sum())
    yield Reconciled(
        "pieces of bought parts used", "purchases by supply", "pcs", total, _pieces(bought, used, set(plan.parts))
    )
    yield from _of_units(result)


def _of_units(result: Result) -> Iterator[Reconciled]:
    """Hold what is bought for scalable units as a whole against the racks online."""
    plan = result.plan
    bought, used = plan.purchases.parts, plan.purchases.used
    racks = dict(zip(plan.generations, plan.online_racks[:, :, -1].sum(axis=0).tolist(), strict=True))
    need: dict[str, float] = {}
    for generation in result.programme.generations:
        for each in generation.su_parts:
            pieces = each.pieces / float(generation.racks_per_su) * racks[generation.id]
            need[each.part] = need.get(each.part, 0.0) + pieces
    need = {part: pieces for part, pieces in need.items() if part not in {*plan.production.parts, *plan.parts}}
    if need:
        pieces = _pieces(bought, used, set(need))
        yield Reconciled("parts of scalable units used", "racks online x parts", "pcs", pieces, sum(need.values()))


def _pieces(parts: tuple[str, ...], pieces: FloatArray, wanted: set[str]) -> float:
    """Give the sum of the rows of the parts that are wanted."""
    return float(sum(row.sum() for part, row in zip(parts, pieces, strict=True) if part in wanted))


def _worth(result: Result) -> Iterator[Reconciled]:
    value, watch = result.value, result.watch
    plan, programme = result.plan, result.programme
    racks = plan.online_racks[:, :, -1]
    hardware = float((racks @ np.array([result.designs[g].cost_per_rack for g in plan.generations])).sum())
    facility = plan.online_facility_power[:, :, -1].sum(axis=1)
    shells = float(facility @ np.array([programme.usd(site.facility_cost) for site in programme.sites]))
    beside = sum(
        count
        * sum(each.per_rack for each in unit_part_costs(programme, programme.generation_of[g], result.designs[g].on))
        for g, count in zip(plan.generations, racks.sum(axis=0).tolist(), strict=True)
    )
    parts = "racks x cost, parts of their units x cost, facility power x facility cost"
    capital = float(value.total("capital").sum())
    yield Reconciled("capital", parts, "USD", capital, hardware + beside + shells)
    energy = sum(float(line.usd.sum()) for line in value.lines if line.item == "energy")
    yield Reconciled("cost of energy", "weekly flow of the plan", "USD", energy, float(plan.flows["energy"].sum()))
    compute, flow = float(value.total("compute").sum()), -float(plan.flows["compute online"].sum())
    yield Reconciled("value of compute within the horizon", "weekly flow of the plan", "USD", compute, flow)
    planned = sum(result.plan.planned_power().values())
    rungs = sum(row.built + row.firm + row.option + row.announced + row.uncovered for row in watch.coverage)
    yield Reconciled("power planned for the end", "built, firm, option, announced, uncovered", "W", planned, rungs)
