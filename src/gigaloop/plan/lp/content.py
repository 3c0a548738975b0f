"""Bought parts by tier, and the domestic content that a solution reaches with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.inputs.sourcing import Pool
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.rules import RuleBlocks, content_missing, content_of_making
from gigaloop.plan.lp.starts import MONEY
from gigaloop.plan.lp.supply import PoolBlocks, pool_use
from gigaloop.solve import Solution

NOISE = 1e-7
"""Pool units below which a value of the solver is rounding."""


def used_up_pieces(data: PlanData, rules: RuleBlocks, solution: Solution) -> FloatArray:
    """Give the pieces of made parts that take the old part (use-ups, weeks)."""
    items = data.production.items
    scale = np.array([items[each.item].scale for each in data.use_ups])
    found = np.maximum(values(solution, rules.used_up), 0.0) * scale.reshape(-1, 1)
    found[found < NOISE] = 0.0
    return np.asarray(found)


def total_use(data: PlanData, pool: Pool, begun: FloatArray, used_up: FloatArray) -> FloatArray:
    """Give the use of a pool (weeks,) [pool units], with what takes old parts in place of new ones."""
    total = pool_use(data, pool, begun)
    if not pool.alone:
        return total
    part = data.sourcing.parts[pool.parts[0]]
    for n, each in enumerate(data.use_ups):
        if part == each.old:
            total += used_up[n] * each.old_pieces / pool.pieces[0]
        if part == each.new:
            total -= used_up[n] * each.new_pieces / pool.pieces[0]
    return np.maximum(total, 0.0)


def tier_use(
    data: PlanData, number: int, blocks: PoolBlocks | None, solution: Solution, begun: FloatArray, used_up: FloatArray
) -> FloatArray:
    """Give the use of a pool [pool units] by tier (tiers, weeks) where it is chosen, or in all (1, weeks)."""
    pool = data.sourcing.pools[number]
    if pool.chosen and blocks is not None:
        return np.maximum(values(solution, blocks.extra), 0.0) * blocks.unit
    return total_use(data, pool, begun, used_up)[None, :]


def missing_content(
    data: PlanData, years: tuple[tuple[str, range, float], ...], used: Sequence[FloatArray], made: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give what is missing of the floors on domestic content, and the cost of all components (years,) [MUSD].

    Parameters
    ----------
    used
        Use of every pool by tier (tiers, weeks); what is given in all counts as from the most domestic tier.
    made
        Good pieces completed by activity (activities, weeks).
    """
    floor = np.zeros(data.weeks)
    for _, weeks, share in years:
        floor[weeks] = share
    lack, cost = np.zeros(data.weeks), np.zeros(data.weeks)
    for pool, by_tier in zip(data.sourcing.pools, used, strict=True):
        for part, pieces in zip(pool.parts, pool.pieces, strict=True):
            missing = content_missing(data, years, part)
            each = missing if len(by_tier) == len(missing) else missing.min(axis=0)[None, :]
            lack += pieces * (each * by_tier).sum(axis=0)
            cost += pieces * data.sourcing.price[part] * by_tier.sum(axis=0)
    for a in range(len(data.production.activities)):
        spent, domestic = content_of_making(data, a)
        lack += made[a] * (floor * spent - domestic)
        cost += made[a] * spent
    by_year = [(float(lack[weeks].sum()), float(cost[weeks].sum())) for _, weeks, _ in years]
    found = np.array(by_year).reshape(-1, 2) * MONEY
    return found[:, 0], found[:, 1]
