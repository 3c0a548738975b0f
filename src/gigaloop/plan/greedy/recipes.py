"""Recipes: all that one rack takes, from the boards to its completion, by the week in which it is completed.

They are read from the matrix of the model: a recipe follows the material balances back from a finished rack, choosing
one provider for every part, and so takes part in whatever limits the columns on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.greedy.ledger import Ledger, Limited, exists
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.plan.lp.model import PlanModel

_VARIANTS = 1
"""Choices of providers that are tried for the racks of one line."""


@dataclass(slots=True, eq=False)
class Recipe:
    """One way to make racks of a generation, by the week of completion.

    Parameters
    ----------
    columns, weeks, amounts
        What a rack takes of the model's columns, by week of completion (entries,), weeks ascending.
    limits
        What it takes of the limits.
    pool, pool_week, pool_from, pool_amount
        What it takes of pools of parts: pool, week of use, week of completion, amount (entries,).
    pools, most, reach
        Pools it uses, how much a rack takes of each at the most, and the week by which what it takes must have
        arrived, by the week of completion (pools, weeks); negative where that is before the first.
    allowed
        Weeks in which it can complete racks (weeks,).
    cost
        What a rack costs (weeks,) [MUSD, discounted].
    """

    generation: int
    factory: int
    columns: IntArray
    weeks: IntArray
    amounts: FloatArray
    limits: Limited
    pool: IntArray
    pool_week: IntArray
    pool_from: IntArray
    pool_amount: FloatArray
    pools: IntArray
    most: FloatArray
    reach: IntArray
    allowed: BoolArray
    cost: FloatArray
    exhausted: bool = False

    def within(self, allowed: BoolArray) -> Recipe:
        """Give the recipe for some weeks only."""
        return Recipe(
            self.generation, self.factory, self.columns, self.weeks, self.amounts, self.limits, self.pool,
            self.pool_week, self.pool_from, self.pool_amount, self.pools, self.most, self.reach,
            self.allowed & allowed, self.cost,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Provider:
    """An activity that makes a part, and the move that brings it where it is not made in place."""

    activity: int
    move: int = -1


def recipes_of(ledger: Ledger) -> tuple[list[Recipe], list[Recipe]]:
    """Give the recipes of series racks, and those of evaluation units."""
    plan = ledger.plan
    production = plan.data.production
    providers = _providers(plan)
    series, evaluation = [], []
    for a, activity in enumerate(production.activities):
        g = production.items[activity.item].generation
        if g < 0 or not (plan.factory.make[a] >= 0).any():
            continue
        known: set[tuple[tuple[int, _Provider], ...]] = set()
        early = np.zeros(ledger.weeks, dtype=np.bool_)
        early[production.evaluation[g]] = True
        for variant in range(_VARIANTS):
            chosen, recipe = _explode(ledger, providers, g, a, variant)
            if chosen in known or recipe is None:
                continue
            known.add(chosen)
            series += list(_segments(ledger, recipe.within(~early)))
            if variant == 0 and (recipe.allowed & early).any():
                evaluation.append(recipe.within(early))
    return series, evaluation


def _providers(plan: PlanModel) -> dict[int, list[_Provider]]:
    """Give the providers of every node: made in place, brought from where it is made, bought."""
    data = plan.data
    node_at = {node: n for n, node in enumerate(plan.factory.nodes)}
    makers: dict[int, list[int]] = {}
    for a, activity in enumerate(data.production.activities):
        node = node_at.get((activity.factory, activity.item))
        if node is not None and (plan.factory.make[a] >= 0).any():
            makers.setdefault(node, []).append(a)
    lines = data.production.activities
    found = {n: [_Provider(a) for a in makers.get(n, []) if lines[a].line >= 0] for n in node_at.values()}
    routes = sorted(range(len(data.moves)), key=lambda m: (data.moves[m].transit, data.moves[m].cost))
    for m in routes:
        route = data.moves[m]
        origin, destination = (
            node_at.get((route.origin, route.carries)),
            node_at.get((route.destination, route.carries)),
        )
        if origin is not None and destination is not None and (plan.factory.move[m] >= 0).any():
            found[destination] += [_Provider(a, m) for a in makers.get(origin, []) if lines[a].line >= 0]
    for n in node_at.values():
        found[n] += [_Provider(a) for a in makers.get(n, []) if lines[a].line < 0]
    return found


def _explode(
    ledger: Ledger, providers: dict[int, list[_Provider]], generation: int, activity: int, variant: int
) -> tuple[tuple[tuple[int, _Provider], ...], Recipe | None]:
    """Follow the balances back from a rack that an activity completes."""
    plan, weeks = ledger.plan, ledger.weeks
    allowed = np.ones(weeks, dtype=np.bool_)
    every = np.arange(weeks)
    chosen: dict[int, _Provider] = {}
    taken: list[tuple[IntArray, IntArray, FloatArray]] = []
    pooled: list[tuple[IntArray, IntArray, IntArray, FloatArray]] = []

    def run(
        index: IntArray, row: int, start: IntArray, when: IntArray, amount: FloatArray, follow: bool = True
    ) -> None:
        columns, there = exists(index, row, when)
        allowed[start[~there]] = False
        columns, start, amount = columns[there], start[there], amount[there]
        taken.append((columns, start, amount))
        if not follow:
            return
        found = ledger.entries(columns)
        spent = found.value < 0.0
        which, at, each = found.which[spent], found.row[spent], -found.value[spent]
        part = ledger.pool[at] >= 0
        used = each[part] * amount[which][part]
        pooled.append((ledger.pool[at][part], ledger.pool_week[at][part], start[which][part], used))
        nodes = ledger.node[at]
        for node in np.unique(nodes[nodes >= 0]).tolist():
            mine = nodes == node
            need(node, start[which][mine], ledger.node_week[at][mine], each[mine] * amount[which][mine])

    def need(node: int, start: IntArray, when: IntArray, amount: FloatArray) -> None:
        offers = providers[node]
        if not offers:
            allowed[start] = False
            return
        provider = chosen.setdefault(node, offers[variant % len(offers)])
        if provider.move >= 0:
            when = when - plan.data.moves[provider.move].transit
            run(plan.factory.move, provider.move, start, when, amount, follow=False)
        run(plan.factory.make, provider.activity, start, when, amount)

    run(plan.factory.make, activity, every, every, np.ones(weeks))
    key = tuple(sorted(chosen.items(), key=lambda pair: pair[0]))
    if not allowed.any():
        return key, None
    columns, start, amounts = (np.concatenate(each) for each in zip(*taken, strict=True))
    possible = allowed[start]
    columns, start, amounts = columns[possible], start[possible], amounts[possible]
    order = np.argsort(start, kind="stable")
    columns, start, amounts = columns[order], start[order], amounts[order]
    pool, used, begun, each = (np.concatenate(each) for each in zip(*pooled, strict=True))
    possible = allowed[begun]
    pool, used, begun, each = pool[possible], used[possible], begun[possible], each[possible]
    pools, most, reach = _pool_totals(pool, used, begun, each, weeks)
    factory = plan.data.production.activities[activity].factory
    cost = np.asarray(np.bincount(start, ledger.cost[columns] * amounts, minlength=weeks), dtype=np.float64)
    limits = ledger.limited(columns, start, amounts)
    return key, Recipe(
        generation, factory, columns, start, amounts, limits, pool, used, begun, each, pools, most, reach, allowed, cost
    )


def _pool_totals(
    pool: IntArray, used: IntArray, begun: IntArray, amount: FloatArray, weeks: int
) -> tuple[IntArray, FloatArray, IntArray]:
    """Give the pools in use, the most that a rack takes of each, and by when (pools, weeks)."""
    pools, number = np.unique(pool, return_inverse=True)
    ahead = np.zeros(len(pools), dtype=np.intp)
    np.maximum.at(ahead, number, begun - used)
    totals = np.bincount(number * weeks + begun, amount, minlength=len(pools) * weeks)
    most = totals.reshape(len(pools), weeks).max(axis=1, initial=0.0)
    return pools, most, np.arange(weeks) - ahead[:, None]


def _segments(ledger: Ledger, recipe: Recipe) -> Iterator[Recipe]:
    """Cut a recipe where it begins or ceases to use a part, so that within each piece it always uses it."""
    if not recipe.allowed.any():
        return
    uses = np.zeros((len(recipe.pools), ledger.weeks), dtype=np.bool_)
    uses[np.searchsorted(recipe.pools, recipe.pool), recipe.pool_from] = True
    week = np.flatnonzero(recipe.allowed)
    changes = np.any(uses[:, week[1:]] != uses[:, week[:-1]], axis=0)
    if not changes.any():
        yield recipe
        return
    for piece in np.split(week, np.flatnonzero(changes) + 1):
        within = np.zeros(ledger.weeks, dtype=np.bool_)
        within[piece] = True
        mine = within[recipe.pool_from]
        part = recipe.within(within)
        part.pools, part.most, part.reach = _pool_totals(
            recipe.pool[mine], recipe.pool_week[mine], recipe.pool_from[mine], recipe.pool_amount[mine], ledger.weeks
        )
        yield part
