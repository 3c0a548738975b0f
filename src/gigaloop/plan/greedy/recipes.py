"""Recipes: all that one rack takes, from the boards to its completion, by the week in which it is completed.

They are read from the matrix of the model: a recipe follows the material balances back from a finished rack, or from
what completes a scalable unit, choosing one provider for every part, and so takes part in whatever limits the columns
on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.plan.greedy.ledger import Ledger, Limited, exists
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.plan.lp.model import PlanModel


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """What a recipe takes of pools of parts.

    Parameters
    ----------
    pools, most, reach
        Pools it uses (pools,), how much one takes of each at the most, and the week by which what it takes must have
        arrived, by the week of completion (pools, weeks); negative where that is before the first.
    number, week, begun, amount
        Which of these pools, week of use, week of completion, and how much (entries,).
    """

    pools: IntArray
    most: FloatArray
    reach: IntArray
    number: IntArray
    week: IntArray
    begun: IntArray
    amount: FloatArray

    @classmethod
    def of(cls, pool: IntArray, week: IntArray, begun: IntArray, amount: FloatArray, weeks: int) -> Pooled:
        """Sort what is taken by pool."""
        pools, number = np.unique(pool, return_inverse=True)
        ahead = np.zeros(len(pools), dtype=np.intp)
        np.maximum.at(ahead, number, begun - week)
        totals = np.bincount(number * weeks + begun, amount, minlength=len(pools) * weeks)
        most = totals.reshape(len(pools), weeks).max(axis=1, initial=0.0)
        return cls(pools, most, np.arange(weeks) - ahead[:, None], number, week, begun, amount)

    def within(self, weeks: BoolArray) -> Pooled:
        """Give what is taken by those completed in some weeks (weeks,)."""
        mine = weeks[self.begun]
        pool = self.pools[self.number[mine]]
        return Pooled.of(pool, self.week[mine], self.begun[mine], self.amount[mine], len(weeks))

    def used(self, completed: FloatArray) -> FloatArray:
        """Give the use of each pool by week (pools, weeks) for what is completed (weeks,)."""
        weeks = len(completed)
        amount = self.amount * completed[self.begun]
        used = np.bincount(self.number * weeks + self.week, amount, minlength=len(self.pools) * weeks)
        return np.asarray(used.reshape(len(self.pools), weeks))


@dataclass(slots=True, eq=False)
class Recipe:
    """One way to make racks or what completes units, by the week of completion.

    Parameters
    ----------
    item, generation, factory
        What it makes, the generation of such racks (-1 for other items), and where.
    columns, weeks, amounts
        What a rack takes of the model's columns, by week of completion (entries,), weeks ascending.
    limits
        What it takes of the limits.
    parts
        What it takes of pools of parts.
    allowed
        Weeks in which it can complete racks (weeks,).
    cost
        What a rack costs (weeks,) [MUSD, discounted].
    """

    item: int
    generation: int
    factory: int
    columns: IntArray
    weeks: IntArray
    amounts: FloatArray
    limits: Limited
    parts: Pooled
    allowed: BoolArray
    cost: FloatArray
    exhausted: bool = False

    def within(self, allowed: BoolArray) -> Recipe:
        """Give the recipe for some weeks only."""
        return replace(self, allowed=self.allowed & allowed)


@dataclass(frozen=True, slots=True)
class _Provider:
    """An activity that makes a part, and the move that brings it where it is not made in place."""

    activity: int
    move: int = -1


def recipes_of(ledger: Ledger) -> tuple[list[Recipe], list[Recipe]]:
    """Give the recipes of series racks and of what completes units, and those of evaluation units."""
    plan = ledger.plan
    production = plan.data.production
    providers = _providers(plan)
    completes = {part.item for part in plan.data.unit_parts}
    series, evaluation = [], []
    for a, activity in enumerate(production.activities):
        g = production.items[activity.item].generation
        wanted = g >= 0 or (activity.item in completes and activity.line >= 0)
        recipe = _explode(ledger, providers, a) if wanted and (plan.factory.make[a] >= 0).any() else None
        if recipe is None:
            continue
        early = np.zeros(ledger.weeks, dtype=np.bool_)
        if g >= 0:
            early[production.evaluation[g]] = True
        series += list(_segments(ledger, recipe.within(~early)))
        if (recipe.allowed & early).any():
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


def _explode(ledger: Ledger, providers: dict[int, list[_Provider]], activity: int) -> Recipe | None:
    """Follow the balances back from what an activity completes; nothing where it never can."""
    plan, weeks = ledger.plan, ledger.weeks
    allowed = np.ones(weeks, dtype=np.bool_)
    every = np.arange(weeks)
    taken: list[tuple[IntArray, IntArray, FloatArray]] = []
    pooled: list[tuple[IntArray, IntArray, IntArray, FloatArray]] = []

    def take(index: IntArray, row: int, start: IntArray, when: IntArray, amount: FloatArray) -> BoolArray:
        columns, there = exists(index, row, when)
        if not there.all():
            allowed[start[~there]] = False
            columns, start, amount = columns[there], start[there], amount[there]
        taken.append((columns, start, amount))
        return there

    def run(a: int, start: IntArray, when: IntArray, amount: FloatArray) -> None:
        there = take(plan.factory.make, a, start, when, amount)
        if not there.all():
            start, when, amount = start[there], when[there], amount[there]
        columns = taken[-1][0]
        parts = ledger.supply.use[a]
        if parts is not None:
            begun = np.maximum(when - parts.cycle, 0)
            used = parts.amount[:, begun] * (amount * parts.passes[when])
            at, entry = np.nonzero(used)
            pooled.append((parts.pools[at], begun[entry], start[entry], used[at, entry]))
        found = ledger.entries(columns)
        nodes = ledger.node[found.row]
        spent = (found.value < 0.0) & (nodes >= 0)
        if not spent.any():
            return
        which, row, nodes = found.which[spent], found.row[spent], nodes[spent]
        each, begin, week = -found.value[spent] * amount[which], start[which], ledger.node_week[row]
        for node in set(nodes.tolist()):
            mine = nodes == node
            need(node, begin[mine], week[mine], each[mine])

    def need(node: int, start: IntArray, when: IntArray, amount: FloatArray) -> None:
        offers = providers[node]
        if not offers:
            allowed[start] = False
            return
        provider = offers[0]
        if provider.move >= 0:
            when = when - plan.data.moves[provider.move].transit
            there = take(plan.factory.move, provider.move, start, when, amount)
            start, when, amount = start[there], when[there], amount[there]
        run(provider.activity, start, when, amount)

    run(activity, every, every, np.ones(weeks))
    if not allowed.any():
        return None
    columns, start, amounts = (np.concatenate(each) for each in zip(*taken, strict=True))
    possible = allowed[start]
    columns, start, amounts = columns[possible], start[possible], amounts[possible]
    order = np.argsort(start, kind="stable")
    columns, start, amounts = columns[order], start[order], amounts[order]
    none = np.zeros(0, dtype=np.intp)
    pooled = pooled or [(none, none, none, np.zeros(0))]
    pool, used, begun, each = (np.concatenate(each) for each in zip(*pooled, strict=True))
    possible = allowed[begun]
    pool, used, begun, each = pool[possible], used[possible], begun[possible], each[possible]
    made = plan.data.production.activities[activity]
    cost = np.asarray(np.bincount(start, ledger.cost[columns] * amounts, minlength=weeks), dtype=np.float64)
    return Recipe(
        made.item,
        plan.data.production.items[made.item].generation,
        made.factory,
        columns,
        start,
        amounts,
        ledger.limited(columns, start, amounts),
        Pooled.of(pool, used, begun, each, weeks),
        allowed,
        cost,
    )


def _segments(ledger: Ledger, recipe: Recipe) -> Iterator[Recipe]:
    """Cut a recipe where it begins or ceases to use a part, so that within each piece it always uses it."""
    if not recipe.allowed.any():
        return
    parts = recipe.parts
    uses = np.zeros((len(parts.pools), ledger.weeks), dtype=np.bool_)
    uses[parts.number, parts.begun] = True
    week = np.flatnonzero(recipe.allowed)
    changes = np.any(uses[:, week[1:]] != uses[:, week[:-1]], axis=0)
    if not changes.any():
        yield recipe
        return
    for piece in np.split(week, np.flatnonzero(changes) + 1):
        within = np.zeros(ledger.weeks, dtype=np.bool_)
        within[piece] = True
        yield replace(recipe.within(within), parts=parts.within(within))
