"""What binds, ranked, in weeks and dollars per unit: a little more of each is planned again."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.plan.explain.binding import binding_since, plan_again, rank
from gigaloop.plan.explain.lifts import Situation
from gigaloop.plan.explain.say import many, musd
from gigaloop.plan.findings import Bottleneck
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.factory import MONEY
from gigaloop.plan.lp.grid import duals, values
from gigaloop.plan.lp.limits import Limit
from gigaloop.solve import Solution
from gigaloop.solve.blocks import number

_MOVED = 0.05
"""Weeks by which a rack counts as brought forward. Source: a choice of this model, half of what is told."""
_SAMPLES = 4000
"""Racks of a site and generation of which dates are compared at most. Source: a choice of this model."""


@dataclass(frozen=True, slots=True)
class _Forward:
    racks: float
    weeks: float


def explain_bottlenecks(base: Situation, proved: int = 5) -> tuple[Bottleneck, ...]:
    """Rank the resources that bind by what a little more of each is worth at the margin; plan the first ones again.

    Parameters
    ----------
    proved
        How many are planned again: with one unit more where the resource is power, 10 % more of it where it is
        something else, and energisation 4 weeks earlier.

    Raises
    ------
    SolveError
        If the solver stops before the optimum.
    """
    ranked = rank(base.plan, base.solution)
    first = [_by_a_unit(base, limit) for _, limit in ranked[:proved]]
    basis = base.plan.model.basis() if first else None
    with ThreadPoolExecutor(max_workers=max(1, min(len(first), os.cpu_count() or 1))) as pool:
        again = list(pool.map(lambda each: plan_again(base.plan, basis, each[0], base.given.options), first))
    found = [_bottleneck(base, limit, units, other) for (limit, units), other in zip(first, again, strict=True)]
    found.sort(key=lambda each: -(each.worth or 0.0))
    return (*found, *(_bottleneck(base, limit, 0.0, None) for _, limit in ranked[proved:]))


def _by_a_unit(base: Situation, limit: Limit) -> tuple[Limit, float]:
    """Give the limit with the relief that is planned, and how many units that is: one MW, or what the relief says."""
    program = base.solution.program
    now = (program.row_lower if limit.lower else program.row_upper)[limit.rows]
    if limit.unit == "USD per MW" and not limit.lower and limit.kind != "energisation":
        return replace(limit, relieved=now + limit.units, relief="one more MW"), 1.0
    step = float(np.abs(limit.relieved - now).max(initial=0.0)) / limit.units
    return limit, step if limit.kind != "energisation" else 0.0


def _bottleneck(base: Situation, limit: Limit, units: float, again: Solution | None) -> Bottleneck:
    calendar = base.plan.data.calendar
    price = np.abs(duals(base.solution, limit.rows))
    begins, last = binding_since(limit, price)
    first, until = calendar.date(begins), calendar.date(last)
    unit = limit.unit.removeprefix("USD per ")
    shadow = float(price.sum()) / MONEY * limit.units
    named = f"{limit.name} ({limit.kind})"
    if again is None:
        said = f"{named} binds from {calendar.label(begins)}: {musd(shadow)} per {unit} at the margin."
        return Bottleneck(
            limit.kind, limit.name, limit.path, first, until, shadow, unit, limit.relief, None, None, None, None, said
        )
    worth = max((base.solution.objective - again.objective) / MONEY, 0.0)
    moved = _forward(base, again)
    per_unit = moved.racks * moved.weeks / units if units else None
    more = "One more MW" if limit.relief == "one more MW" else limit.relief[0].upper() + limit.relief[1:]
    if units and more != "One more MW":
        more = f"{more} ({number(float(f'{units:.3g}'))} {many(limit.unit)})"
    brings = (
        f"brings {moved.racks:,.0f} racks {moved.weeks:.1f} weeks forward, "
        if moved.racks >= 1.0
        else "moves no rack, "
    )
    said = f"{more} of {named} from {calendar.label(begins)} {brings}worth {musd(worth)}."
    return Bottleneck(
        limit.kind, limit.name, limit.path, first, until, shadow, unit, limit.relief, worth, moved.racks, moved.weeks,
        per_unit, said,
    )  # fmt: skip


def _forward(base: Situation, again: Solution) -> _Forward:
    """Compare the dates of racks of a site and generation, the first with the first: how many are earlier, and how."""
    online = base.plan.site.online
    before, after = values(base.solution, online), values(again, online)
    racks = weeks = 0.0
    for pair in sorted({pair for _, pair in base.plan.site.served}):
        mine = [n for n, (_, each) in enumerate(base.plan.site.served) if each == pair]
        moved = _moves(np.cumsum(before[mine].sum(axis=0)), np.cumsum(after[mine].sum(axis=0)))
        racks, weeks = racks + moved[0], weeks + moved[1]
    return _Forward(racks, weeks / racks if racks > 0.0 else 0.0)


def _moves(old: FloatArray, new: FloatArray) -> tuple[float, float]:
    """Give the racks whose date moves forward and their rack-weeks; a rack not online counts at the horizon's end.

    >>> _moves(np.array([0.0, 0.0, 10.0]), np.array([0.0, 10.0, 10.0]))
    (10.0, 10.0)
    """
    total = max(float(old[-1]), float(new[-1]))
    if total <= 0.0:
        return 0.0, 0.0
    count = int(min(max(np.ceil(total), 1.0), _SAMPLES))
    rack = (np.arange(count) + 0.5) * total / count
    gain = np.searchsorted(old, rack, "left") - np.searchsorted(new, rack, "left")
    forward = gain > _MOVED
    return float(forward.sum()) * total / count, float(gain[forward].sum()) * total / count
