"""The first plan: demands in the order of their date and priority, each served by the best recipe that still can.

Racks are completed, shipped and put online as late as their date allows, so that what comes earlier stays free for
demands that are more pressing there. All is done on cumulative curves by week, a few array operations for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.greedy.curves import advanced, delayed, latest, room, soonest, steps
from gigaloop.plan.greedy.ledger import Ledger, Limited, start_rows
from gigaloop.plan.greedy.recipes import Recipe, recipes_of
from gigaloop.plan.greedy.trim import take_back
from gigaloop.plan.greedy.units import Need, UnitParts
from gigaloop.plan.greedy.values import complete
from gigaloop.plan.greedy.works import SOME, Source, Way, Works
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.site import MW

_ROUNDS = 4
"""Recipes that what is late of a demand is spread over at the most."""


@dataclass(frozen=True, slots=True, eq=False)
class Pegged:
    """What a first plan makes, moves, ships and puts online, in the columns of its model (n_columns,).

    ``installed`` are the racks installed to date by site, generation and class of halls (weeks,).
    """

    columns: FloatArray
    installed: Mapping[tuple[int, int, int], FloatArray]


def peg_plan(plan: PlanModel) -> Pegged:
    """Decide what is made, moved, shipped and put online, without a solver.

    Demands are served by date, then priority; each takes the racks that are worth most and can be there on time, then
    those that bring what is late soonest. Pools of parts of which more is used than their cheapest sources bring join
    the model.
    """
    ledger = Ledger(plan)
    series, evaluation = recipes_of(ledger)
    board = _Board(plan, ledger, series)
    for recipe in evaluation:
        board.evaluate(recipe)
    for demand in _in_order(plan):
        board.serve(demand)
    if len(start_rows(plan)):
        take_back(ledger, ledger.x)
    plan.add_pools(ledger.supply.overdrawn(ledger.x))
    return Pegged(ledger.x, board.installed)


def first_plan(plan: PlanModel, pegged: Pegged) -> FloatArray:
    """Give values for the columns of a plan's model (n_columns,) that make a whole plan of what was decided.

    They keep all limits that the model had when this was written; whether they keep those of any model is for
    :func:`gigaloop.plan.greedy.answer.first_answer` to find out.
    """
    more = plan.model.n_columns - len(pegged.columns)
    return complete(plan, np.append(pegged.columns, np.zeros(more)), pegged.installed)


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


class _Board:
    """What is free of recipes, ways and sites while demands are served one after the other."""

    def __init__(self, plan: PlanModel, ledger: Ledger, recipes: list[Recipe]) -> None:
        data = plan.data
        self.plan, self.ledger, self.data = plan, ledger, data
        self.works = Works(ledger, recipes)
        self.units = UnitParts(plan, self.works)
        self.ways: dict[tuple[int, int], list[Way]] = {}
        for way in self.works.ways(data.ships, plan.factory.ship):
            self.ways.setdefault((way.destination, way.carries), []).append(way)
        self.free = np.array(data.sure_power).reshape(len(data.places), ledger.weeks) * MW
        self.open = room(self.free)
        self.power = [[np.minimum(hall.power, 1e18) * MW for hall in place.halls] for place in data.places]
        self.positions = [[np.minimum(hall.positions, 1e12) for hall in place.halls] for place in data.places]
        self.rooms: dict[tuple[int, int], FloatArray] = {}
        self.installed: dict[tuple[int, int, int], FloatArray] = {}
        self.offers: dict[int, list[_Offer]] = {}
        self.wanted = {
            g: float(generation.evaluation.racks)
            for g, generation in enumerate(data.programme.generations)
            if generation.evaluation is not None
        }
        self.standing: dict[tuple[int, int], Source] = {}
        for s, g in data.pairs:
            self._opening_at(s, g)
        self._opening_stock()

    def _opening_at(self, site: int, generation: int) -> None:
        """Take racks that stand at a site at the start, or come to it: they have their room in its halls."""
        place = self.data.places[site]
        there = np.cumsum(place.installed[generation]) + place.standing[generation]
        if there[-1] > 0.0:
            self._install(site, generation, there)
        ready = np.cumsum(place.ready[generation])
        if ready[-1] > SOME:
            nothing = np.zeros(self.ledger.weeks)
            self.standing[site, generation] = Source(-1, -1, None, nothing, ready, nothing)

    def _opening_stock(self) -> None:
        """Offer the racks that factories hold at the start, or that are under way there."""
        for n, (f, i) in enumerate(self.plan.factory.nodes):
            racks = room(np.cumsum(self.ledger.given[n]))
            if self.data.production.items[i].generation >= 0 and racks[-1] > SOME:
                self._offer_racks(i, f, racks)

    def _offer_racks(self, item: int, factory: int, racks: FloatArray) -> None:
        nothing = np.zeros(self.ledger.weeks)
        self.works.sources.insert(0, Source(item, factory, None, nothing + racks[-1], racks, nothing))

    # --- evaluation units --------------------------------------------------------------------------------

    def evaluate(self, recipe: Recipe) -> None:
        """Make the evaluation units of a generation as late as their weeks allow; demands may take them first."""
        capacity, there = self.works.possible(recipe)
        wanted = self.wanted.pop(recipe.generation, 0.0)
        made = np.minimum(soonest(capacity, there), wanted)
        self.wanted[recipe.generation] = wanted - float(made[-1])
        if made[-1] <= SOME:
            return
        week = np.arange(self.ledger.weeks)
        end = int(np.flatnonzero(recipe.allowed)[-1])
        completed = latest(capacity, np.where(week >= end, made[-1], 0.0))
        self.works.make(recipe, steps(completed))
        self._offer_racks(recipe.item, recipe.factory, completed)

    # --- demands -----------------------------------------------------------------------------------------

    def serve(self, demand: _Demand) -> None:
        """Serve a demand: what can be there on its date first, then what is late."""
        offers = sorted(self._offers(demand.group), key=lambda offer: -offer.gain[demand.due] / offer.power)
        left = demand.power * MW
        for offer in offers:
            if left <= SOME:
                return
            by = demand.due if offer.way is not None else -1  # what stands there comes before what is to be made
            if self._there(offer, by) <= SOME:
                continue
            online = self._online(offer, demand, left)
            if online is not None and online[by] > SOME:
                left -= self._book(offer, demand, left, np.minimum(online, online[by]))
        late = self.data.discount[demand.due :].sum() * demand.late_cost * 7 * 86400.0
        for _ in range(_ROUNDS):
            best, gain = None, 0.0
            for offer in offers if left > SOME else ():
                most = float(offer.gain[demand.begin :].max()) / offer.power + late
                if most * min(left, self._there(offer, -1)) <= gain:  # however soon it were there
                    continue
                online = self._online(offer, demand, left)
                if online is not None:
                    value = self._value(offer, demand, online)
                    if value > gain:
                        best, gain = (offer, online), value
            if best is None:
                return
            left -= self._book(best[0], demand, left, best[1])

    def _there(self, offer: _Offer, week: int) -> float:
        """Give the power that an offer can bring by a week at the most [MW]."""
        ready = week - offer.lag if week >= 0 else week
        racks = float(self.works.ready(offer.source)[ready]) if ready >= 0 or week < 0 else 0.0
        return min(racks * offer.power, float(self.open[offer.site][week]))

    def _offers(self, group: int) -> list[_Offer]:
        """Give all ways to serve a group of demands."""
        if group not in self.offers:
            found = []
            for n, (a, p) in enumerate(self.plan.site.served):
                if a == group:
                    found += self._offers_of(n, *self.data.pairs[p])
            self.offers[group] = found
        return self.offers[group]

    def _offers_of(self, served: int, site: int, generation: int) -> list[_Offer]:
        columns = self.plan.site.online[served]
        weeks = np.flatnonzero(columns >= 0)
        if not len(weeks):
            return []
        worth = np.where(columns >= 0, -self.ledger.cost[columns], 0.0)
        power = self.data.site_power(site, generation) * MW
        limits = self.ledger.limited(columns[weeks], weeks, np.ones(len(weeks)))
        needs, first = self.units.needs(generation), int(weeks[0])
        found = []
        if (site, generation) in self.standing:
            source = self.standing[site, generation]
            found.append(_Offer(served, site, generation, None, source, 0, power, worth, first, limits, needs))
        for way in self.ways.get((site, generation), ()):
            lag = way.transit + self.data.places[site].commissioning
            for source in self.works.sources:
                if (source.item, source.factory) == (self.data.production.rack_item[generation], way.origin):
                    gain = worth - delayed(way.cost + source.cost, lag)
                    found.append(_Offer(served, site, generation, way, source, lag, power, gain, first, limits, needs))
        return found

    def _online(self, offer: _Offer, demand: _Demand, left: float) -> FloatArray | None:
        """Give the racks that can be online to date (weeks,) for what is left of a demand [MW]; none where none can."""
        there = self.works.ready(offer.source)
        if there[-1] <= SOME:
            return None
        if offer.way is not None:
            there = np.minimum(there, advanced(self._room(offer.site, offer.generation), offer.way.transit))
            there = delayed(soonest(self.works.leaving(offer.way), there), offer.lag)
        online = np.minimum(there, np.minimum(self.open[offer.site], left) / offer.power)
        for need in offer.needs:
            online = np.minimum(online, self.units.most(offer.site, need))
        online[: max(demand.begin, offer.first)] = 0.0
        if online[-1] > SOME and len(offer.limits.all_slots):
            each, _ = self.ledger.most(offer.limits)
            online = soonest(np.minimum(each, 1e6).cumsum(), online)
        return online if online[-1] > SOME else None

    def _room(self, site: int, generation: int) -> FloatArray:
        """Give the racks of a generation that the halls of a site have room for to date (weeks,)."""
        if (site, generation) not in self.rooms:
            total = np.zeros(self.ledger.weeks)
            for k, hall in enumerate(self.data.places[site].halls):
                if generation in hall.generations:
                    total = total + self._room_in(site, k, generation)
            self.rooms[site, generation] = total
        return self.rooms[site, generation]

    def _room_in(self, site: int, hall: int, generation: int) -> FloatArray:
        power = self.data.facts[generation].design_power * MW
        left = self.positions[site][hall]
        if power > 0.0:
            left = np.minimum(left, self.power[site][hall] / power)
        return room(left)

    def _value(self, offer: _Offer, demand: _Demand, online: FloatArray) -> float:
        """Give what racks online to date are worth less their costs, lateness spared included [MUSD]."""
        spared = float(online[demand.due :] @ self.data.discount[demand.due :]) * offer.power
        return float(steps(online) @ offer.gain) + spared * demand.late_cost * 7 * 86400.0

    def _book(self, offer: _Offer, demand: _Demand, left: float, online: FloatArray) -> float:
        """Put racks online as an offer says, all that they need as late as it can be; give the power [MW]."""
        if offer.needs:  # what completes units may take what the racks would need
            for need in offer.needs:
                self.units.bring(offer.site, need, online)
            again = self._online(offer, demand, left)
            if again is None:
                return 0.0
            online = np.minimum(online, again)
            for need in offer.needs:
                self.units.use(offer.site, need, online)
        x, columns = self.ledger.x, self.plan.site.online[offer.served]
        first = np.maximum(steps(online), 0.0)
        goes = first > 0.0
        x[columns[goes]] += first[goes]
        self.free[offer.site] -= online * offer.power
        self.open[offer.site] = room(self.free[offer.site])
        if len(offer.limits.all_slots):
            self.ledger.take(offer.limits, first)
        if offer.way is None:
            offer.source.there = room(offer.source.there - online)
        else:
            shipped = self.works.send(offer.source, offer.way, advanced(online, offer.lag))
            self._install(offer.site, offer.generation, delayed(shipped, offer.way.transit))
        return float(online[-1]) * offer.power

    def _install(self, site: int, generation: int, installed: FloatArray) -> None:
        """Put racks into the halls that take them, one after the other."""
        rest = installed
        power = self.data.facts[generation].design_power * MW
        for k, hall in enumerate(self.data.places[site].halls):
            if generation not in hall.generations:
                continue
            beyond = np.maximum.accumulate(np.maximum(rest - self._room_in(site, k, generation), 0.0))
            here = rest - beyond
            self.positions[site][k] = self.positions[site][k] - here
            self.power[site][k] = self.power[site][k] - here * power
            key = (site, generation, k)
            self.installed[key] = self.installed.get(key, 0.0) + here
            rest = beyond
        for each in [pair for pair in self.rooms if pair[0] == site]:
            del self.rooms[each]


@dataclass(frozen=True, slots=True, eq=False)
class _Offer:
    """A way to serve a demand: racks from a source by a way, ``lag`` weeks before they are online.

    ``way`` is none for racks that stand at the site at the start. ``gain`` is what a rack brings by the week in which
    it goes online [MUSD], ``first`` the first such week, ``limits`` what going online takes of the limits,
    ``needs`` what completes its unit.
    """

    served: int
    site: int
    generation: int
    way: Way | None
    source: Source
    lag: int
    power: float
    gain: FloatArray
    first: int
    limits: Limited
    needs: tuple[Need, ...]
