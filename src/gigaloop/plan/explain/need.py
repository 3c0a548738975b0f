"""How much more of a resource a plan uses when its limit is lifted, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.explain.late import Weight
from gigaloop.plan.explain.lifts import Situation, every_limit
from gigaloop.plan.explain.say import many, musd
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.limits import Limit
from gigaloop.plan.lp.supply import pool_use
from gigaloop.solve.blocks import number

_SMALL = 1e-6
_BY_ROWS = (
    "crews", "commissioning crews", "lane", "test power", "test flow", "test positions", "staff", "storage",
    "in process",
)  # fmt: skip
"""Kinds that are nothing but their rows: lifting them opens no earlier dates."""
_STANDING = ("energisation", "hall")
"""Kinds whose rows hold for all weeks since the row before."""


@dataclass(frozen=True, slots=True)
class Need:
    """How much more is used: in words, and what it costs [USD] where the programme has a price for it."""

    sentence: str = ""
    cost: float | None = None


def needed(base: Situation, after: Situation, weight: Weight) -> Need:
    """Say how much more of a cause's resource is used in the plan without its limit than the limit allows."""
    if weight.cause.kind == "supply":
        return _pieces(base, after, weight)
    found = [(limit, _excess(base, after, limit)) for limit in every_limit(base.plan) if limit.path == weight.lift]
    wanted = [(limit, excess) for limit, excess in found if len(excess) and float(excess.max()) > _SMALL]
    if not wanted:
        return Need()
    limit, excess = max(wanted, key=lambda pair: float(pair[1].max()))
    weeks = np.flatnonzero(excess > _SMALL * float(excess.max()))
    calendar = base.plan.data.calendar
    more = number(float(f"{float(excess.max()) / limit.units:.3g}"))
    return Need(
        f"The plan would use up to {more} {many(limit.unit)} more of it, "
        f"from {calendar.date(int(weeks[0]))} to {calendar.date(int(weeks[-1]) + 1)}."
    )


def is_spare(base: Situation, after: Situation, weight: Weight) -> bool:
    """Say whether the plan without a cause's limit takes no more of it than there is, so that the limit may come back.

    Where that cannot be told from use alone (dates, several suppliers, rules between them) the answer is no.
    """
    if weight.cause.kind == "supply":
        sourcing, part = base.plan.data.sourcing, weight.cause.index
        pool = next((each for each in sourcing.pools if part in each.parts), None)
        if pool is None or pool.chosen or pool.alone or len(sourcing.tiers[part]) > 1:
            return False
        return not _pieces(base, after, weight).sentence
    found = [limit for limit in every_limit(base.plan) if limit.path == weight.lift]
    if not found or any(limit.kind not in _BY_ROWS for limit in found):
        return False
    return all(float(_excess(base, after, limit).max(initial=0.0)) <= _SMALL for limit in found)


def _excess(base: Situation, after: Situation, limit: Limit) -> FloatArray:
    """Give by week how far the use of a resource exceeds its limit in the plan without it (weeks,) [row units]."""
    weeks = base.plan.data.weeks
    same = [each for each in every_limit(after.plan) if (each.path, each.kind, each.name) == _key(limit)]
    allowed, used = np.full(weeks, np.nan), np.full(weeks, np.nan)
    program = base.solution.program
    if len(limit.rows):
        allowed[limit.weeks] = (program.row_lower if limit.lower else program.row_upper)[limit.rows]
    elif limit.bounds is not None:
        np.fmax.at(allowed, limit.weeks, program.column_upper[limit.bounds[0]])
    for each in same:
        if len(each.rows):
            used[each.weeks] = after.solution.activity(each.rows)
        elif each.bounds is not None:
            np.fmax.at(used, each.weeks, after.solution[each.bounds[0]])
    if limit.kind in _STANDING:
        allowed, used = _filled_back(allowed), _filled_back(used)
    sign = -1.0 if limit.lower else 1.0
    return np.asarray(np.nan_to_num(sign * (used - allowed), nan=0.0).clip(min=0.0))


def _key(limit: Limit) -> tuple[str, str, str]:
    return limit.path, limit.kind, limit.name


def _filled_back(values_: FloatArray) -> FloatArray:
    """Give every week the value of the next week that has one."""
    filled = values_.copy()
    for t in range(len(filled) - 2, -1, -1):
        if np.isnan(filled[t]):
            filled[t] = filled[t + 1]
    return filled


def _pieces(base: Situation, after: Situation, weight: Weight) -> Need:
    """Count the pieces that the plan uses beyond what arrives."""
    data, part = base.plan.data, weight.cause.index
    sourcing = data.sourcing
    pool = next((each for each in after.plan.data.sourcing.pools if part in each.parts), None)
    if pool is None:
        return Need()
    pieces = float(pool.pieces[pool.parts.index(part)])
    used = np.cumsum(pool_use(after.plan.data, pool, after.plan.started(after.solution))) * pieces
    arrived = np.zeros(data.weeks)
    for source in sourcing.sources:
        if source.part == sourcing.parts[part]:
            arrived += np.cumsum(source.arrivals)
    short = used - arrived
    most = float(short.max())
    if most <= _SMALL:
        return Need()
    by = data.calendar.date(int(np.argmax(short >= most * (1.0 - _SMALL))))
    price = sourcing.sources[sourcing.tiers[part][0].sources[0]].price
    cost = most * price if price > 0.0 else None
    said = f", {musd(cost)} at its price" if cost else ""
    name = data.programme.part_of[sourcing.parts[part]].name
    return Need(f"The plan would use {most:,.0f} more of '{name}' by {by}{said}.", cost)
