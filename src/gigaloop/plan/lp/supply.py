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
from gigaloop.solve import Model


@dataclass(frozen=True, slots=True, eq=False)
class PoolBlocks:
    """Columns and rows of one pool of bought parts, as indices by tier of price and week, in ``unit`` pool units.

    ``left`` is what has arrived and is not used, ``extra`` what is taken from a dearer tier instead of the cheapest
    one (first row: none), ``rows`` their balances. ``unit`` brings the largest coefficient to 1.
    """

    pool: int
    unit: float
    left: IntArray
    extra: IntArray
    rows: IntArray


def pool_use(data: PlanData, pool: Pool, made: FloatArray) -> FloatArray:
    """Give the use of a pool by week (weeks,) [pool units] for pieces completed by activity (activities, weeks)."""
    used = np.zeros(data.weeks)
    for a, activity in enumerate(data.production.activities):
        amount = use_per_piece(data, pool, a)
        if amount is not None:
            used[: data.weeks - activity.cycle] += (made[a] * np.roll(amount, activity.cycle))[activity.cycle :]
    return used


def use_per_piece(data: PlanData, pool: Pool, activity: int) -> FloatArray | None:
    """Give the use of a pool per piece of an activity, by week of use (weeks,); None where there is none."""
    made = data.production.activities[activity]
    return pool.use.get(made.item if made.line >= 0 else purchase_key(made.item))


def first_tier_suffices(data: PlanData, pool: Pool) -> bool:
    """Say whether what arrives at the lowest price covers any use that a plan has reason to make."""
    arrived = np.cumsum(data.sourcing.arrivals(pool, 0))
    pieces = data.most_racks @ data.production.per_rack
    most = np.zeros((len(data.production.activities), data.weeks))
    for a, activity in enumerate(data.production.activities):
        most[a] = np.where(data.can_complete[a], np.minimum(activity.most, pieces[activity.item]), 0.0)
        if activity.line >= 0:
            most[a] = np.minimum(most[a], data.production.line_share[activity.line] / activity.load)
    by_line = np.cumsum(pool_use(data, pool, most))
    in_all = sum(float(amount.max()) * pieces[max(key, purchase_key(key))] for key, amount in pool.use.items())
    return bool((np.minimum(by_line, in_all) <= arrived * (1.0 + 1e-9)).all())


def add_pool(model: Model, data: PlanData, number: int, make: IntArray) -> PoolBlocks:
    """Add the limits of one pool.

    Left before + arrivals (+ taken from dearer tiers) = left after + use; a dearer tier pays its premium.
    """
    pool = data.sourcing.pools[number]
    tiers = len(pool.tiers)
    begins = _first_use(data, pool, make)
    exists = np.zeros((tiers, data.weeks), dtype=np.bool_)
    exists[:, begins:] = True
    uses = []
    for a, activity in enumerate(data.production.activities):
        amount = use_per_piece(data, pool, a)
        if amount is not None and (make[a] != NONE).any():
            per = np.roll(amount, activity.cycle) * data.production.items[activity.item].scale
            uses.append((a, activity.cycle, per))
    unit = max((float(per[make[a] != NONE].max()) for a, _, per in uses), default=1.0) or 1.0
    premium = np.array([(tier.price - pool.tiers[0].price) * pool.pieces[0] * unit for tier in pool.tiers])
    left = grid_columns(model, f"left {number}", exists)
    dearer = exists & (np.arange(tiers) > 0)[:, None]
    extra = grid_columns(model, f"extra {number}", dearer, cost=premium[:, None] * data.discount * MONEY)
    arrivals = pool_arrivals(data, pool, begins) / unit
    path = data.sourcing.sources[pool.tiers[0].sources[0]].path
    rows = grid_rows(
        model, f"supply {number}", exists, lower=-arrivals, upper=-arrivals, path=lambda _: data.programme.place(path)
    )
    put(model, rows, later(left, 1), 1.0)
    put(model, rows, left, -1.0)
    put(model, rows, extra, -1.0)
    put(model, rows[0], extra, 1.0)
    for a, cycle, per in uses:
        put(model, later(rows[0], cycle), make[a], -per / unit)
    return PoolBlocks(number, unit, left, extra, rows)


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
