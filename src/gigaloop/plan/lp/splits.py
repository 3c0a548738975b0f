"""Rules of sourcing held against a plan that does not know them: a split of use by tier that keeps them at no cost.

A pool whose tiers the plan may choose between is left out of the model at first, at the lowest cost of each week. If
what a plan uses can be split over the tiers so that nothing is used before it has arrived, nobody gives more than their
share, and every piece comes from a tier of the lowest cost, the plan is optimal with these rules, too. Where it cannot,
the pool joins the model, and :func:`cheapest_states` says from which basis its split is best started.
"""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray
from gigaloop.plan.inputs.sourcing import Pool
from gigaloop.plan.lp.rules import content_missing, content_years, share_periods
from gigaloop.solve import Model, Outcome, SolveOptions

BROKEN = 1e-7
"""Relative excess of use over arrivals, or over a share, that counts as the solver's tolerance."""
_SAME = 1e-12
"""Relative difference of costs that is rounding."""


def free_split(data: PlanData, pool: Pool, used: FloatArray) -> FloatArray | None:
    """Split use (weeks,) over the tiers of a pool (tiers, weeks) [pool units], at the lowest cost and within its rules.

    None where that cannot be. Under a floor on domestic content what is domestic goes first.
    """
    used = np.maximum(used, 0.0)
    cost = np.array([tier.cost for tier in pool.tiers])
    lowest = cost <= cost.min(axis=0) * (1.0 + _SAME)
    arrivals = np.array([data.sourcing.arrivals(pool, tier) for tier in range(len(pool.tiers))])
    share = np.ones(cost.shape)
    periods = list(share_periods(data, pool))
    most = _share(data, pool)
    for _, weeks in periods:
        share[:, weeks] = most
        whole = float(used[weeks].sum())
        give = np.minimum((used[weeks] * lowest[:, weeks]).sum(axis=1), most * whole)
        if give.sum() < whole * (1.0 - BROKEN):
            return None
    lacks = np.cumsum(used) - np.cumsum(arrivals.sum(axis=0))
    if (lacks > BROKEN * (1.0 + np.cumsum(arrivals.sum(axis=0)))).any():
        return None
    missing = content_missing(data, content_years(data), pool.parts[0])
    given = _by_hand(used, arrivals, share, lowest, missing)
    if given is None:
        given = _by_solver(used, arrivals, [weeks for _, weeks in periods], most, lowest, missing)
    return given


def _share(data: PlanData, pool: Pool) -> float:
    rule = data.sourcing.rules[pool.parts[0]]
    return 1.0 if rule is None else float(rule.max_share)


def _by_hand(
    used: FloatArray, arrivals: FloatArray, share: FloatArray, lowest: BoolArray, missing: FloatArray
) -> FloatArray | None:
    """Take from every tier in proportion to what it has, within its share of every week; None where that falls short.

    Tiers that miss less content give first.

    >>> one, two = np.array([4.0, 0.0]), np.array([2.0, 4.0])
    >>> every, same = np.ones((2, 2), dtype=bool), np.zeros((2, 2))
    >>> _by_hand(np.array([3.0, 5.0]), np.array([one, two]), np.ones((2, 2)), every, same).round(2).tolist()
    [[2.0, 1.43], [1.0, 3.57]]
    """
    given, hand = np.zeros(arrivals.shape), np.zeros(len(arrivals))
    noise = BROKEN * (1.0 + float(used.sum()))
    for t, wanted in enumerate(used.tolist()):
        hand += arrivals[:, t]
        can = np.where(lowest[:, t], np.minimum(hand, share[:, t] * wanted), 0.0)
        rest = wanted
        for rank in np.unique(missing[:, t]).tolist() if rest > 0.0 else ():
            of_rank = np.where(missing[:, t] == rank, can, 0.0)
            more = _in_proportion(np.where(of_rank > 0.0, hand, 0.0), of_rank, rest)
            given[:, t] += more
            rest -= float(more.sum())
        if rest > noise:
            return None
        hand = np.maximum(hand - given[:, t], 0.0)
    return given


def _in_proportion(weight: FloatArray, most: FloatArray, amount: float) -> FloatArray:
    """Share an amount out in proportion to weights, at most so much each.

    >>> _in_proportion(np.array([3.0, 1.0]), np.array([2.0, 1.0]), 2.8).round(9).tolist()
    [2.0, 0.8]
    """
    given = np.zeros(len(weight))
    while amount > 0.0 and (weight > 0.0).any():
        more = np.minimum(weight * (amount / weight.sum()), most - given)
        full = most - given - more <= _SAME * most
        given += more
        amount = 0.0 if not (full & (weight > 0.0)).any() else amount - float(more.sum())
        weight = np.where(full, 0.0, weight)
    return given


def _by_solver(
    used: FloatArray,
    arrivals: FloatArray,
    periods: list[range],
    share: float,
    lowest: BoolArray,
    missing: FloatArray,
) -> FloatArray | None:
    """Find the split that misses least content, as a small linear programme."""
    busy = np.flatnonzero(used > 0.0)
    size = float(used.sum())
    if not len(busy):
        return np.zeros(arrivals.shape)
    week, tiers = np.arange(len(used)), range(len(arrivals))
    model = Model("split of a part's use")
    upper = np.where(lowest[:, busy], used[busy], 0.0) / size
    give = model.columns("give", [("tier", tiers), ("week", busy)], cost=missing[:, busy], upper=upper)
    whole = model.rows("use", [("week", busy)], lower=used[busy] / size, upper=used[busy] / size)
    model.add(whole[None, :], give, 1.0)
    left = model.columns("left", [("tier", tiers), ("week", busy)])
    arrived = np.cumsum(arrivals, axis=1)
    come = np.diff((arrived * (1.0 + BROKEN) + BROKEN)[:, busy], axis=1, prepend=0.0) / size
    stock = model.rows("stock", [("tier", tiers), ("week", busy)], lower=come, upper=come)
    model.add(stock, give, 1.0)
    model.add(stock, left, 1.0)
    model.add(stock[:, 1:], left[:, :-1], -1.0)
    held = [np.flatnonzero(np.isin(busy, week[weeks])) for weeks in periods]
    held = [at for at in held if len(at)]
    limits = model.rows("share", [("period", range(len(held))), ("tier", tiers)], upper=BROKEN)
    for k, at in enumerate(held):
        for tier in tiers:
            own = (np.arange(len(arrivals)) == tier).astype(float)[:, None] - share
            model.add(np.full((1, 1), limits[k, tier]), give[:, at], own)
    solution = model.solve(SolveOptions(method="simplex"))
    if solution.status is not Outcome.OPTIMAL:
        return None
    found = np.zeros(arrivals.shape)
    found[:, busy] = np.maximum(solution[give], 0.0) * size
    return found


def cheapest_states(data: PlanData, pool: Pool, used: FloatArray) -> tuple[BoolArray, list[tuple[int, range]]]:
    """Say which tier gives when (tiers, weeks) at the least premium, and whose share is then full in which period.

    Where a tier is full within a week, the next one gives in it, too. Stocks are not looked at.
    """
    cost = np.array([tier.cost for tier in pool.tiers])
    gives = np.zeros(cost.shape, dtype=np.bool_)
    gives[np.argmin(cost, axis=0), np.arange(len(used))] = True
    full, most = [], _share(data, pool)
    for _, weeks in share_periods(data, pool):
        order = np.argsort(cost[:, weeks].mean(axis=1), kind="stable")
        amount = np.maximum(used[weeks], 0.0)
        ends = np.cumsum(amount)
        if not ends[-1] > 0.0:
            continue
        gives[:, weeks] = False
        begin, taken = 0, 0.0
        for k, tier in enumerate(order.tolist()):
            taken = min(taken + most, 1.0)
            last = k + 1 == len(order) or taken >= 1.0
            end = len(amount) - 1 if last else min(int(np.searchsorted(ends, taken * ends[-1])), len(amount) - 1)
            gives[tier, np.arange(weeks.start + begin, weeks.start + end + 1)] = True
            if last:
                break
            full.append((tier, weeks))
            begin = end
    return gives, full
