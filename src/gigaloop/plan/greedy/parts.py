"""Bought parts in a first plan: what has arrived to date of every pool, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.greedy.curves import room
from gigaloop.plan.inputs.production import purchase_key
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.rules import share_periods

_BROKEN = 1e-9
"""Relative excess of use over what the cheapest source brings from which a pool needs its rows."""


@dataclass(frozen=True, slots=True, eq=False)
class PartUse:
    """What an activity uses of pools: their numbers (pools,), and per unit of its column by week of use (pools, weeks).

    ``cycle`` are the weeks from the start of work, when parts are used, to its completion; ``passes`` how often work is
    begun for one good piece, by week of completion (weeks,).
    """

    pools: IntArray
    amount: FloatArray
    cycle: int
    passes: FloatArray


class Parts:
    """All pools of bought parts, with rows in the model or without, in units of the pool.

    ``left`` is what may still be used to date, so that all that is used later stays possible (pools, weeks), and
    ``changed`` the number of the taking that last changed it (pools,).
    """

    def __init__(self, plan: PlanModel) -> None:
        self.plan, self.weeks = plan, plan.data.weeks
        self.use = _uses(plan)
        self._cheapest, self.arrived = _arrivals(plan)
        self._left = np.minimum(self.arrived, _shared(plan))
        self.left = room(self._left)
        self.changed = np.zeros(len(self.left), dtype=np.intp)
        self._times = 0

    def take(self, pools: IntArray, used: FloatArray) -> None:
        """Take parts from pools by week of use (pools, weeks)."""
        left = self._left[pools] - np.cumsum(used, axis=1)
        self._left[pools] = left
        self.left[pools] = room(left)
        self._times += 1
        self.changed[pools] = self._times

    def overdrawn(self, x: FloatArray) -> list[int]:
        """Give the pools without rows or rules of which more is used than the cheapest source brings (n_columns,)."""
        used = np.zeros(self.arrived.shape)
        make = self.plan.factory.make
        for a, each in enumerate(self.use):
            if each is not None:
                begun = np.where(make[a] >= 0, x[make[a]], 0.0) * each.passes
                if begun.any():
                    used[each.pools, : self.weeks - each.cycle] += (
                        each.amount[:, : self.weeks - each.cycle] * begun[each.cycle :]
                    )
        excess = np.cumsum(used, axis=1) - self._cheapest * (1.0 + _BROKEN)
        pools = self.plan.data.sourcing.pools
        over = np.flatnonzero((excess > _BROKEN).any(axis=1)).tolist()
        return [k for k in over if k not in self.plan.pools and not pools[k].chosen]


def _uses(plan: PlanModel) -> list[PartUse | None]:
    """Give what every activity uses of pools; none where it uses no bought part."""
    data = plan.data
    by_key: dict[int, list[tuple[int, FloatArray]]] = {}
    for k, pool in enumerate(data.sourcing.pools):
        for key, amount in pool.use.items():
            by_key.setdefault(key, []).append((k, amount))
    stacks: dict[int, tuple[IntArray, FloatArray]] = {}
    found: list[PartUse | None] = []
    for activity in data.production.activities:
        key = activity.item if activity.line >= 0 else purchase_key(activity.item)
        if key not in by_key:
            found.append(None)
            continue
        if key not in stacks:
            numbers, amounts = zip(*by_key[key], strict=True)
            scale = data.production.items[activity.item].scale
            stacks[key] = np.array(numbers, dtype=np.intp), np.array(amounts) * scale
        passes = activity.passes if activity.rework else np.ones(data.weeks)
        found.append(PartUse(*stacks[key], activity.cycle, passes))
    return found


def _arrivals(plan: PlanModel) -> tuple[FloatArray, FloatArray]:
    """Give what has arrived to date of every pool at its lowest price, and at all prices (pools, weeks)."""
    sourcing = plan.data.sourcing
    shape = (len(sourcing.parts), plan.data.weeks)
    lowest, every = np.zeros(shape), np.zeros(shape)
    for p, tiers in enumerate(sourcing.tiers):
        for number, tier in enumerate(tiers):
            for k in tier.sources:
                every[p] += sourcing.sources[k].arrivals
                if number == 0:
                    lowest[p] += sourcing.sources[k].arrivals
    order = np.array([p for pool in sourcing.pools for p in pool.parts], dtype=np.intp)
    pieces = np.array([each for pool in sourcing.pools for each in pool.pieces]).reshape(-1, 1)
    begins = np.cumsum([0, *(len(pool.parts) for pool in sourcing.pools)])[:-1]
    if not len(order):
        return np.zeros((0, shape[1])), np.zeros((0, shape[1]))
    least = (np.minimum.reduceat(np.cumsum(each[order], axis=1) / pieces, begins) for each in (lowest, every))
    first, second = least
    return first, second


def _shared(plan: PlanModel) -> FloatArray:
    """Give the most of every pool that can be used to date (pools, weeks) as no source may give more than its share."""
    sourcing = plan.data.sourcing
    most = np.full((len(sourcing.pools), plan.data.weeks), np.inf)
    for k, pool in enumerate(sourcing.pools):
        rule = sourcing.rules[pool.parts[0]] if pool.chosen else None
        limited = [weeks for _, weeks in share_periods(plan.data, pool)] if rule is not None else []
        if rule is None or not limited:
            continue
        tiers = [sourcing.arrivals(pool, tier) for tier in range(len(pool.tiers))]
        arrived = np.cumsum(tiers, axis=1)
        others = ((arrived.sum(axis=0) - arrived) / (1.0 - float(rule.max_share))).min(axis=0)
        begin = min(weeks.start for weeks in limited)
        most[k, begin:] = others[begin:]
    return most
