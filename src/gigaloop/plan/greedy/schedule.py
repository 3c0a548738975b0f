"""The first plan: demands in the order of their date and priority, each served by the best recipe that still can.

Racks are completed, shipped and put online as late as their date allows, so that what comes earlier stays free for
demands that are more pressing there. All is done on cumulative curves by week, a few array operations for each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.greedy.curves import advanced, delayed, latest, room, soonest
from gigaloop.plan.greedy.ledger import Ledger, Limited
from gigaloop.plan.greedy.recipes import Recipe, recipes_of
from gigaloop.plan.greedy.values import complete
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.site import MW

_SOME = 1e-6
"""Racks that count as none."""
_ROUNDS = 4
"""Recipes that what is late of a demand is spread over at the most."""


def first_plan(plan: PlanModel) -> FloatArray:
    """Give values for the columns of a plan's model (n_columns,) that make a good plan, found without a solver.

    Demands are served by date, then priority; each takes the racks that are worth most and can be there on time, then
    those that bring what is late soonest. The values keep all limits that the model had when this was written; whether
    they keep those of any model is for :func:`gigaloop.plan.greedy.answer.first_answer` to find out.
    """
    ledger = Ledger(plan)
    series, evaluation = recipes_of(ledger)
    board = _Board(plan, ledger, series)
    board.take_stock()
    for recipe in evaluation:
        board.evaluate(recipe)
    for demand in _in_order(plan):
        board.serve(demand)
    return complete(plan, ledger.x, board.installed)


@dataclass(frozen=True, slots=True)
class _Demand:
    """A demand: its group, its first week and date, and its power [W]."""

    group: int
    begin: int
    due: int
    power: float
    late_cost: float


def _in_order(plan: PlanModel) -> list[_Demand]:
    data = plan.data
    found = []
    for a, asked in enumerate(data.asked):
        for d, due, power, cost in zip(asked.demands, asked.due, asked.power, asked.late_cost, strict=True):
            begin = max(due - data.early_weeks, 0)
            found.append((due, -cost, d, _Demand(a, begin, due, power, cost)))
    return [demand for *_, demand in sorted(found, key=lambda each: each[:3])]


@dataclass(slots=True, eq=False)
class _Source:
    """Racks to be had at a factory: from a recipe, or evaluation units that are made already."""

    generation: int
    factory: int
    recipe: Recipe | None
    capacity: FloatArray
    there: FloatArray
    cost: FloatArray
    version: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """A way for racks of a generation to a site: its route, columns and limits."""

    route: int
    weeks: IntArray
    columns: IntArray
    limits: Limited
    cost: FloatArray


class _Board:
    """What is free of recipes, ways and sites while demands are served one after the other."""

    def __init__(self, plan: PlanModel, ledger: Ledger, recipes: list[Recipe]) -> None:
        data = plan.data
        self.plan, self.ledger, self.data = plan, ledger, data
        shape = (len(recipes), ledger.weeks)
        capacity, there = np.zeros(shape), np.zeros(shape)
        self.sources = [
            _Source(recipe.generation, recipe.factory, recipe, capacity[k], there[k], recipe.cost)
            for k, recipe in enumerate(recipes)
        ]
        self.ways: dict[tuple[int, int], list[_Way]] = {}
        for r, route in enumerate(data.ships):
            weeks = np.flatnonzero(plan.factory.ship[r] >= 0)
            if len(weeks):
                columns = plan.factory.ship[r][weeks]
                limits = ledger.limited(columns, weeks, np.ones(len(weeks)))
                cost = np.zeros(ledger.weeks)
                cost[weeks] = ledger.cost[columns]
                self.ways.setdefault((route.destination, route.carries), []).append(
                    _Way(r, weeks, columns, limits, cost)
                )
        self.free = np.array(data.sure_power).reshape(len(data.places), ledger.weeks) * MW
        self.power = [[np.minimum(hall.power, 1e18) * MW for hall in place.halls] for place in data.places]
        self.positions = [[np.minimum(hall.positions, 1e12) for hall in place.halls] for place in data.places]
        self.installed: dict[tuple[int, int, int], FloatArray] = {}
        self.offers: dict[int, list[_Offer]] = {}
        self.shipping: dict[int, tuple[int, FloatArray]] = {}
        self.wanted = {
            g: float(generation.evaluation.racks)
            for g, generation in enumerate(data.programme.generations)
            if generation.evaluation is not None
        }

    def take_stock(self) -> None:
        """Offer the racks that factories hold at the start, or that are under way there."""
        for n, (f, i) in enumerate(self.plan.factory.nodes):
            g = self.data.production.items[i].generation
            racks = room(np.cumsum(self.ledger.given[n]))
            if g >= 0 and racks[-1] > _SOME:
                self._offer_racks(g, f, racks)

    def _offer_racks(self, generation: int, factory: int, racks: FloatArray) -> None:
        nothing = np.zeros(self.ledger.weeks)
        self.sources.insert(0, _Source(generation, factory, None, nothing + racks[-1], racks, nothing))

    # --- evaluation units --------------------------------------------------------------------------------

    def evaluate(self, recipe: Recipe) -> None:
        """Make the evaluation units of a generation as late as their weeks allow; demands may take them first."""
        capacity, there = self._possible(recipe)
        wanted = self.wanted.pop(recipe.generation, 0.0)
        made = np.minimum(soonest(capacity, there), wanted)
        self.wanted[recipe.generation] = wanted - float(made[-1])
        if made[-1] <= _SOME:
            return
        week = np.arange(self.ledger.weeks)
        end = int(np.flatnonzero(recipe.allowed)[-1])
        completed = latest(capacity, np.where(week >= end, made[-1], 0.0))
        self._make(recipe, np.diff(completed, prepend=0.0))
        self._offer_racks(recipe.generation, recipe.factory, completed)

    # --- demands -----------------------------------------------------------------------------------------

    def serve(self, demand: _Demand) -> None:
        """Serve a demand: what can be there on its date first, then what is late."""
        offers = sorted(self._offers(demand.group), key=lambda offer: -offer.gain[demand.due] / offer.power)
        left = demand.power * MW
        for offer in offers:
            if left <= _SOME:
                return
            online = self._online(offer, demand, left)
            if online is not None and online[demand.due] > _SOME:
                left -= self._book(offer, np.minimum(online, online[demand.due]))
        for _ in range(_ROUNDS):
            best, gain = None, 0.0
            for offer in offers:
                online = self._online(offer, demand, left) if left > _SOME else None
                if online is not None:
                    value = self._value(offer, demand, online)
                    if value > gain:
                        best, gain = (offer, online), value
            if best is None:
                return
            left -= self._book(*best)

    def _offers(self, group: int) -> list[_Offer]:
        """Give all ways to serve a group of demands."""
        if group not in self.offers:
            found = []
            for n, (a, p) in enumerate(self.plan.site.served):
                s, g = self.data.pairs[p]
                columns = self.plan.site.online[n]
                worth = np.where(columns >= 0, -self.ledger.cost[columns], 0.0)
                power = self.data.site_power(s, g) * MW
                for way in self.ways.get((s, g), ()) if a == group else ():
                    route = self.data.ships[way.route]
                    lag = route.transit + self.data.places[s].commissioning
                    for source in self.sources:
                        if (source.generation, source.factory) == (g, route.origin):
                            gain = worth - delayed(way.cost + source.cost, lag)
                            found.append(_Offer(n, s, g, way, source, lag, power, gain))
            self.offers[group] = found
        return self.offers[group]

    def _possible(self, recipe: Recipe) -> tuple[FloatArray, FloatArray]:
        """Give what a recipe can complete to date by its limits, and by its parts (weeks,)."""
        each, to_date = self.ledger.most(recipe.limits)
        capacity = np.cumsum(np.where(recipe.allowed, np.minimum(each, 1e6), 0.0))
        there = np.minimum(to_date, 1e9)
        if len(recipe.pools):
            parts = self.ledger.parts[recipe.pools[:, None], np.maximum(recipe.reach, 0)] / recipe.most[:, None]
            there = np.minimum(there, np.where(recipe.reach >= 0, parts, 0.0).min(axis=0))
        return capacity, there

    def _ready(self, source: _Source) -> tuple[FloatArray, FloatArray]:
        """Give the capacity of a source to date and what can have been completed (weeks,)."""
        if source.recipe is not None and source.version != self.ledger.version:
            source.capacity, there = self._possible(source.recipe)
            source.there = soonest(source.capacity, there)
            source.version = self.ledger.version
            source.recipe.exhausted = bool(source.there[-1] <= _SOME)
        return source.capacity, source.there

    def _online(self, offer: _Offer, demand: _Demand, left: float) -> FloatArray | None:
        """Give the racks that can be online to date by an offer for what is left of a demand (weeks,) [MW]."""
        recipe = offer.source.recipe
        if recipe is not None and recipe.exhausted:
            return None
        columns = self.plan.site.online[offer.served]
        possible = np.flatnonzero(columns[demand.begin :] >= 0)
        if not len(possible):
            return None
        _, there = self._ready(offer.source)
        if there[-1] <= _SOME:
            return None
        capacity = self._shipping(offer)
        transit = self.data.ships[offer.way.route].transit
        there = np.minimum(there, advanced(self._room(offer.site, offer.generation), transit))
        online = delayed(soonest(capacity, there), offer.lag)
        online = np.minimum(online, room(self.free[offer.site]) / offer.power)
        online = np.minimum(online, left / offer.power)
        online[: demand.begin + int(possible[0])] = 0.0
        return online if online[-1] > _SOME else None

    def _shipping(self, offer: _Offer) -> FloatArray:
        """Give the racks that can leave by a way to date (weeks,)."""
        version, capacity = self.shipping.get(offer.way.route, (-1, np.zeros(0)))
        if version != self.ledger.version:
            each, _ = self.ledger.most(offer.way.limits)
            capacity = np.zeros(self.ledger.weeks)
            capacity[offer.way.weeks] = np.minimum(each[offer.way.weeks], 1e6)
            capacity = np.cumsum(capacity)
            self.shipping[offer.way.route] = self.ledger.version, capacity
        return capacity

    def _room(self, site: int, generation: int) -> FloatArray:
        """Give the racks of a generation that the halls of a site have room for to date (weeks,)."""
        total = np.zeros(self.ledger.weeks)
        for k, hall in enumerate(self.data.places[site].halls):
            if generation in hall.generations:
                total = total + self._room_in(site, k, generation)
        return total

    def _room_in(self, site: int, hall: int, generation: int) -> FloatArray:
        power = self.data.facts[generation].design_power * MW
        left = self.positions[site][hall]
        if power > 0.0:
            left = np.minimum(left, self.power[site][hall] / power)
        return room(left)

    def _value(self, offer: _Offer, demand: _Demand, online: FloatArray) -> float:
        """Give what racks online to date are worth less their costs, lateness spared included [MUSD]."""
        first = np.diff(online, prepend=0.0)
        spared = float((online * self.data.discount)[demand.due :].sum()) * offer.power
        return float(first @ offer.gain) + spared * self._week_late(demand)

    def _week_late(self, demand: _Demand) -> float:
        return demand.late_cost * 7 * 86400.0

    def _book(self, offer: _Offer, online: FloatArray) -> float:
        """Put racks online as an offer says, all that they need as late as it can be; give the power [MW]."""
        x = self.ledger.x
        needed = advanced(online, offer.lag)
        shipped = latest(self._shipping(offer), needed)
        ready, _ = self._ready(offer.source)
        columns = self.plan.site.online[offer.served]
        first = np.maximum(np.diff(online, prepend=0.0), 0.0)
        x[columns[first > 0.0]] += first[first > 0.0]
        leaves = np.maximum(np.diff(shipped, prepend=0.0), 0.0)
        x[offer.way.columns] += leaves[offer.way.weeks]
        self.free[offer.site] -= online * offer.power
        self._install(offer, delayed(shipped, self.data.ships[offer.way.route].transit))
        if offer.source.recipe is None:
            offer.source.there = room(offer.source.there - shipped)
        else:
            completed = latest(ready, shipped)
            self._make(offer.source.recipe, np.maximum(np.diff(completed, prepend=0.0), 0.0))
        self.ledger.take(offer.way.limits, leaves)
        return float(online[-1]) * offer.power

    def _install(self, offer: _Offer, installed: FloatArray) -> None:
        """Put racks into the halls that take them, one after the other."""
        rest = installed
        power = self.data.facts[offer.generation].design_power * MW
        for k, hall in enumerate(self.data.places[offer.site].halls):
            if offer.generation not in hall.generations:
                continue
            beyond = np.maximum.accumulate(np.maximum(rest - self._room_in(offer.site, k, offer.generation), 0.0))
            here = rest - beyond
            self.positions[offer.site][k] = self.positions[offer.site][k] - here
            self.power[offer.site][k] = self.power[offer.site][k] - here * power
            key = (offer.site, offer.generation, k)
            self.installed[key] = self.installed.get(key, 0.0) + here
            rest = beyond

    def _make(self, recipe: Recipe, completed: FloatArray) -> None:
        """Complete racks by a recipe (weeks,), taking all that they need."""
        made = completed[recipe.weeks]
        some = made > 0.0
        np.add.at(self.ledger.x, recipe.columns[some], (recipe.amounts * made)[some])
        used = completed[recipe.pool_from]
        some = used > 0.0
        self.ledger.use_parts(recipe.pool[some], recipe.pool_week[some], (recipe.pool_amount * used)[some])
        self.ledger.take(recipe.limits, completed)


@dataclass(frozen=True, slots=True, eq=False)
class _Offer:
    """A way to serve a demand: racks from a source by a way, ``lag`` weeks before they are online.

    ``gain`` is what a rack brings by the week in which it goes online [MUSD].
    """

    served: int
    site: int
    generation: int
    way: _Way
    source: _Source
    lag: int
    power: float
    gain: FloatArray
