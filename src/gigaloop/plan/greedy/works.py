"""Factories and lanes in a first plan: what recipes can complete, what can leave, and how both are booked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.greedy.curves import latest, room, soonest, steps
from gigaloop.plan.greedy.ledger import Ledger, Limited
from gigaloop.plan.greedy.recipes import Recipe
from gigaloop.plan.inputs.data import Route
from gigaloop.plan.inputs.schedule import FloatArray, IntArray

SOME = 1e-6
"""Racks that count as none."""


@dataclass(slots=True, eq=False)
class Source:
    """Items to be had at a factory: from a recipe, or there already.

    Parameters
    ----------
    capacity, there
        What it can complete to date, and what of it can be there with the parts it needs (weeks,).
    cost
        Of one, by the week of completion (weeks,) [MUSD].
    """

    item: int
    factory: int
    recipe: Recipe | None
    capacity: FloatArray
    there: FloatArray
    cost: FloatArray
    version: int = -1
    parts_version: int = -1


@dataclass(slots=True, eq=False)
class Way:
    """A way from a factory to a site: its route, columns, limits and cost; ``capacity`` is what can leave to date."""

    origin: int
    destination: int
    carries: int
    transit: int
    weeks: IntArray
    columns: IntArray
    limits: Limited
    cost: FloatArray
    capacity: FloatArray
    version: int = -1


class Works:
    """What is free of recipes and ways while demands are served one after the other."""

    def __init__(self, ledger: Ledger, recipes: Sequence[Recipe]) -> None:
        self.ledger = ledger
        nothing = np.zeros(ledger.weeks)
        self.sources = [Source(r.item, r.factory, r, nothing, nothing, r.cost) for r in recipes]

    def ways(self, routes: Sequence[Route], columns: IntArray) -> Iterator[Way]:
        """Give the ways of routes, with their columns of departures (routes, weeks)."""
        nothing = np.zeros(self.ledger.weeks)
        for route, row in zip(routes, columns, strict=True):
            weeks = np.flatnonzero(row >= 0)
            if len(weeks):
                mine = row[weeks]
                limits = self.ledger.limited(mine, weeks, np.ones(len(weeks)))
                cost = nothing.copy()
                cost[weeks] = self.ledger.cost[mine]
                yield Way(
                    route.origin, route.destination, route.carries, route.transit, weeks, mine, limits, cost, nothing
                )

    def possible(self, recipe: Recipe) -> tuple[FloatArray, FloatArray]:
        """Give what a recipe can complete to date by its limits, and by its parts (weeks,)."""
        each, to_date = self.ledger.most(recipe.limits)
        capacity = np.where(recipe.allowed, np.minimum(each, 1e6), 0.0).cumsum()
        there = np.minimum(to_date, 1e9)
        parts = recipe.parts
        if len(parts.pools):
            left = self.ledger.supply.left[parts.pools[:, None], np.maximum(parts.reach, 0)]
            left /= parts.most[:, None]
            left[parts.reach < 0] = 0.0
            there = np.minimum(there, left.min(axis=0))
        return capacity, there

    def ready(self, source: Source) -> FloatArray:
        """Give what can have been completed to date (weeks,)."""
        recipe, times = source.recipe, len(self.ledger.taken)
        if recipe is None or source.version == times:
            return source.there
        parts = int(self.ledger.supply.changed[recipe.parts.pools].max(initial=0))
        fresh = source.version >= 0 and parts == source.parts_version
        if not fresh or self.ledger.touched(recipe.limits, source.version):
            source.capacity, there = self.possible(recipe)
            source.there = soonest(source.capacity, there)
        source.version, source.parts_version = times, parts
        return source.there

    def leaving(self, way: Way) -> FloatArray:
        """Give what can leave by a way to date (weeks,)."""
        times = len(self.ledger.taken)
        if way.version != times:
            each, _ = self.ledger.most(way.limits)
            capacity = np.zeros(self.ledger.weeks)
            capacity[way.weeks] = np.minimum(each[way.weeks], 1e6)
            way.capacity = capacity.cumsum()
        way.version = times
        return way.capacity

    def send(self, source: Source, way: Way, needed: FloatArray) -> FloatArray:
        """Complete and send what must have left to date (weeks,), as late as can be; give what leaves to date."""
        shipped = latest(self.leaving(way), needed)
        there = self.ready(source)
        leaves = np.maximum(steps(shipped), 0.0)
        self.ledger.x[way.columns] += leaves[way.weeks]
        if source.recipe is None:
            source.there = room(there - shipped)
        else:
            completed = latest(source.capacity, shipped)
            self.make(source.recipe, np.maximum(steps(completed), 0.0))
        self.ledger.take(way.limits, leaves)
        return shipped

    def make(self, recipe: Recipe, completed: FloatArray) -> None:
        """Complete items by a recipe (weeks,), taking all that they need."""
        made = completed[recipe.weeks]
        some = made > 0.0
        np.add.at(self.ledger.x, recipe.columns[some], (recipe.amounts * made)[some])
        if len(recipe.parts.pools):
            self.ledger.supply.take(recipe.parts.pools, recipe.parts.used(completed))
        self.ledger.take(recipe.limits, completed)
