"""The supply side of the plan's model: bought parts used to date against what has arrived to date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.production import purchase_key
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.inputs.sourcing import Pool
from gigaloop.plan.lp.factory import MONEY
from gigaloop.plan.lp.grid import NONE, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.names import pool_name
from gigaloop.plan.lp.starts import Terms
from gigaloop.solve import Model


@dataclass(frozen=True, slots=True, eq=False)
class PoolBlocks:
    """Columns and rows of one pool of bought parts, as indices by tier of price and week, in ``unit`` pool units.

    ``left`` is what has arrived and is not used, ``extra`` what is taken from a dearer tier instead of the cheapest
    one (first row: none), ``rows`` their balances. Where the plan chooses between the tiers, ``extra`` is what is used
    of every tier. Use enters the rows ``use`` (weeks,). ``unit`` brings the largest coefficient to 1.
    """

    pool: int
    unit: float
    left: IntArray
    extra: IntArray
    rows: IntArray
    use: IntArray


def pool_use(data: PlanData, pool: Pool, begun: FloatArray) -> FloatArray:
    """Give the use of a pool by week (weeks,) [pool units] for pieces started, by completion (activities, weeks)."""
    used = np.zeros(data.weeks)
    for a, activity in enumerate(data.production.activities):
        amount = use_per_piece(data, pool, a)
        if amount is not None:
            used[: data.weeks - activity.cycle] += (begun[a] * np.roll(amount, activity.cycle))[activity.cycle :]
    return used


def use_per_piece(data: PlanData, pool: Pool, activity: int) -> FloatArray | None:
    """Give the use of a pool per piece of an activity, by week of use (weeks,); None where there is none."""
    made = data.production.activities[activity]
    return pool.use.get(made.item if made.line >= 0 else purchase_key(made.item))


def could_bind(data: PlanData, pool: Pool) -> bool:
    """Say whether a rule holds for a pool, or a plan may have reason to use more than arrives at the lowest price."""
    if pool.chosen or pool.alone:
        return True
    arrived = np.cumsum(data.sourcing.arrivals(pool, 0))
    pieces = data.most_racks @ data.production.per_rack
    most = np.zeros((len(data.production.activities), data.weeks))
    for a, activity in enumerate(data.production.activities):
        most[a] = np.where(data.can_complete[a], np.minimum(activity.most, pieces[activity.item]), 0.0)
        if activity.line >= 0:
            most[a] = np.minimum(most[a], data.production.line_share[activity.line] / activity.load)
    by_line = np.cumsum(pool_use(data, pool, most))
    in_all = sum(float(amount.max()) * pieces[max(key, purchase_key(key))] for key, amount in pool.use.items())
    return bool((np.minimum(by_line, in_all) > arrived * (1.0 + 1e-9)).any())


def add_pool(model: Model, data: PlanData, number: int, make: IntArray, starts: list[Terms]) -> PoolBlocks:
    """Add the limits of one pool.

    Left before + arrivals (+ taken from dearer tiers) = left after + use; a dearer tier pays its premium.
    """
    pool, name = data.sourcing.pools[number], pool_name(data, number)
    tiers = len(pool.tiers)
    begins = _first_use(data, pool, make)
    exists = np.zeros((tiers, data.weeks), dtype=np.bool_)
    exists[:, begins : _last_use(data, pool, make) + 1 if pool.chosen else data.weeks] = True
    uses = []
    for a, activity in enumerate(data.production.activities):
        amount = use_per_piece(data, pool, a)
        if amount is not None and (make[a] != NONE).any():
            per = np.roll(amount, activity.cycle) * data.production.items[activity.item].scale
            uses.append((a, activity.cycle, per))
    unit = max((float(per[make[a] != NONE].max()) for a, _, per in uses), default=1.0) or 1.0
    left = grid_columns(model, f"left {name}", exists)
    takes = exists if pool.chosen else exists & (np.arange(tiers) > 0)[:, None]
    cost = pool_premium(data, pool) * pool.pieces[0] * unit * data.discount * MONEY
    extra = grid_columns(model, f"extra {name}", takes, cost=cost)
    arrivals = pool_arrivals(data, pool, begins) / unit
    path = data.sourcing.sources[pool.tiers[0].sources[0]].path
    rows = grid_rows(
        model, f"supply {name}", exists, lower=-arrivals, upper=-arrivals, path=lambda _: data.programme.place(path)
    )
    put(model, rows, np.where(rows != NONE, later(left, 1), NONE), 1.0)
    put(model, rows, left, -1.0)
    put(model, rows, extra, -1.0)
    enters = rows[0]
    if pool.chosen:
        enters = grid_rows(model, f"use of {name}", exists[0], lower=0.0, upper=0.0, definition=True)
    put(model, enters, extra, 1.0)
    for a, cycle, per in uses:
        for columns, share in starts[a]:
            put(model, later(enters, cycle), columns, -per / unit * share)
    return PoolBlocks(number, unit, left, extra, rows, enters)


def pool_premium(data: PlanData, pool: Pool) -> FloatArray:
    """Give what the tiers of a pool of one part cost more than the lowest (tiers, weeks) [USD per piece]."""
    lowest = data.sourcing.price[pool.parts[0]]
    return np.array([tier.cost - lowest for tier in pool.tiers])


def pool_arrivals(data: PlanData, pool: Pool, begins: int, raised: dict[int, float] | None = None) -> FloatArray:
    """Give arrivals by tier (tiers, weeks) [pool units], with what came before the first use in the first week of use.

    ``raised`` says by which share the offer to a part is raised.
    """
    arrivals = np.array([data.sourcing.arrivals(pool, tier, raised) for tier in range(len(pool.tiers))])
    if begins < data.weeks:
        arrivals[:, begins] += arrivals[:, :begins].sum(axis=1)
    arrivals[:, :begins] = 0.0
    return arrivals


def _first_use(data: PlanData, pool: Pool, make: IntArray) -> int:
    first = data.weeks
    for a, activity in enumerate(data.production.activities):
        there = np.flatnonzero(make[a] != NONE)
        if len(there) and use_per_piece(data, pool, a) is not None:
            first = min(first, int(there[0]) - activity.cycle)
    return first


def _last_use(data: PlanData, pool: Pool, make: IntArray) -> int:
    last = -1
    for a, activity in enumerate(data.production.activities):
        amount, there = use_per_piece(data, pool, a), np.flatnonzero(make[a] != NONE)
        if amount is not None and len(there):
            used = np.flatnonzero(amount[: int(there[-1]) - activity.cycle + 1])
            last = max(last, int(used[-1]) if len(used) else -1)
    for each in data.use_ups:
        if data.sourcing.parts[pool.parts[0]] == each.old:
            last = max(last, int(np.flatnonzero(each.weeks)[-1]))
    return last
