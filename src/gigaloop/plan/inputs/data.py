"""Everything the plan's model is made of, as arrays by week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.deployment import Asked, Place, Worth, build_asked, build_places, worth_of_rack
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.production import Production, build_production
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, yearly_factor
from gigaloop.plan.inputs.sourcing import Sourcing, build_sourcing
from gigaloop.programme.schema import Programme

LAST_SHIPMENT_WEEKS = 26
"""Weeks after the last build of a generation in which its last racks leave the factories. Source: a choice of this
model, which keeps it small; later shipments are not planned."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A lane that carries one thing: an item between factories, or a generation's racks to a site.

    ``origin`` is a factory, ``destination`` a factory or a site; ``transit`` is in weeks, ``cost`` per piece [USD].
    """

    lane: int
    origin: int
    destination: int
    carries: int
    transit: int
    cost: float


@dataclass(frozen=True, eq=False)
class PlanData:
    """A programme as the plan's model reads it."""

    programme: Programme
    facts: tuple[RackFacts, ...]
    production: Production
    sourcing: Sourcing
    places: tuple[Place, ...]
    asked: tuple[Asked, ...]
    moves: tuple[Route, ...]
    ships: tuple[Route, ...]
    worth: Mapping[tuple[int, int], Worth]
    energy_prices: tuple[float, ...]
    early_weeks: int

    @property
    def calendar(self) -> Calendar:
        """The weeks of the plan."""
        return self.programme.calendar

    @property
    def weeks(self) -> int:
        """Number of weeks."""
        return self.programme.calendar.weeks

    @cached_property
    def discount(self) -> FloatArray:
        """Present value of a dollar of each week (weeks,)."""
        return 1.0 / yearly_factor(float(self.programme.policy.discount_rate), self.weeks)

    @cached_property
    def _reach(self) -> tuple[BoolArray, dict[tuple[int, int], int]]:
        return _reachable(self.production, self.moves, self.weeks)

    @property
    def can_complete(self) -> BoolArray:
        """Weeks in which each activity can complete anything, its components being there (activities, weeks)."""
        return self._reach[0]

    def first_stock(self, factory: int, item: int) -> int:
        """Give the first week in which a factory can have an item; the horizon's length where it never can."""
        return self._reach[1].get((factory, item), self.weeks)

    @cached_property
    def ship_weeks(self) -> BoolArray:
        """Weeks in which racks can leave by each route to a site, to be of use there (ships, weeks)."""
        weeks, week = self.weeks, np.arange(self.weeks)
        leaves = np.zeros((len(self.ships), weeks), dtype=np.bool_)
        for r, route in enumerate(self.ships):
            rack = self.production.rack_item[route.carries]
            ready = week + route.transit + self.places[route.destination].commissioning
            leaves[r] = (week >= self.first_stock(route.origin, rack)) & (ready < weeks)
            leaves[r] &= week <= self.production.items[rack].last + LAST_SHIPMENT_WEEKS
            leaves[r] &= ready >= self.ready_from(route.destination, route.carries)
        return leaves

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Sites and generations that can meet: asked for there, taken by a hall, brought by a lane."""
        brought = {
            (ship.destination, ship.carries)
            for ship, weeks in zip(self.ships, self.ship_weeks, strict=True)
            if weeks.any()
        }
        return tuple(sorted(brought))

    def arrives_from(self, pair: tuple[int, int]) -> int:
        """Give the first week in which a rack of a generation can stand ready at a site."""
        delay = self.places[pair[0]].commissioning
        return min(
            int(np.argmax(weeks)) + ship.transit + delay
            for ship, weeks in zip(self.ships, self.ship_weeks, strict=True)
            if (ship.destination, ship.carries) == pair and weeks.any()
        )

    @cached_property
    def most_racks(self) -> FloatArray:
        """More racks of each generation than a plan has reason to make (generations,)."""
        most = np.zeros(len(self.facts))
        for asked in self.asked:
            for g in asked.generations:
                if (asked.site, g) in self.pairs:
                    most[g] += asked.power.sum() / self.site_power(asked.site, g)
        for g, generation in enumerate(self.programme.generations):
            if generation.evaluation is not None:
                most[g] += float(generation.evaluation.racks)
        return most

    @cached_property
    def online_from(self) -> tuple[int, ...]:
        """Give, by asked group, the week from which racks may be online for it."""
        return tuple(max(asked.due[0] - self.early_weeks, 0) for asked in self.asked)

    def ready_from(self, site: int, generation: int) -> int:
        """Give the first week in which a rack may stand ready at a site: a hall takes it and it is not too early."""
        wanted = [
            begin
            for begin, asked in zip(self.online_from, self.asked, strict=True)
            if asked.site == site and generation in asked.generations
        ]
        if not wanted:
            return self.weeks
        place = self.places[site]
        return max(place.installs_from(generation) + place.commissioning, min(wanted) - self.early_weeks)

    def site_power(self, site: int, generation: int) -> float:
        """Give the power of a rack on the basis of a site [W]."""
        return self.facts[generation].power * self.places[site].factor

    def lane_capacity(self, lane: int) -> float | None:
        """Give the pieces that a lane takes per week; None where it has no limit."""
        capacity = self.programme.lanes[lane].capacity
        return None if capacity is None else float(capacity) * WEEK


def gather(
    programme: Programme, facts: tuple[RackFacts, ...], energy_prices: tuple[float, ...], early_weeks: int
) -> PlanData:
    """Read a programme into arrays by week.

    Parameters
    ----------
    facts
        Facts of every generation's rack, in the programme's order.
    energy_prices
        Price of electricity at every site [USD/J].
    early_weeks
        How many weeks before its date a demand may be served.

    Raises
    ------
    ProgrammeError
        If two generations share one rack part.
    """
    production = build_production(programme, facts)
    places = build_places(programme, facts)
    asked = build_asked(programme, places, facts)
    worth = {
        (s, g): worth_of_rack(programme, generation, facts[g], place.site, energy_prices[s])
        for s, place in enumerate(places)
        for g, generation in enumerate(programme.generations)
    }
    return PlanData(
        programme,
        facts,
        production,
        build_sourcing(programme, production.bought_use),
        places,
        asked,
        tuple(_moves(programme, production)),
        tuple(_ships(programme, production)),
        worth,
        energy_prices,
        early_weeks,
    )


def _moves(programme: Programme, production: Production) -> Iterator[Route]:
    factory_at = {factory.id: f for f, factory in enumerate(programme.factories)}
    made = {(a.factory, a.item) for a in production.activities if a.line >= 0}
    used = {(a.factory, c) for a in production.activities for c in production.items[a.item].made_parts}
    for number, lane in enumerate(programme.lanes):
        if lane.origin in factory_at and lane.destination in factory_at:
            origin, destination = factory_at[lane.origin], factory_at[lane.destination]
            for item in range(len(production.items)):
                if (origin, item) in made and (destination, item) in used:
                    transit = weeks_up(float(lane.transit))
                    yield Route(number, origin, destination, item, transit, programme.usd(lane.cost))


def _ships(programme: Programme, production: Production) -> Iterator[Route]:
    factory_at = {factory.id: f for f, factory in enumerate(programme.factories)}
    site_at = {site.id: s for s, site in enumerate(programme.sites)}
    made = {(a.factory, a.item) for a in production.activities if a.line >= 0}
    for number, lane in enumerate(programme.lanes):
        if lane.origin in factory_at and lane.destination in site_at:
            origin, destination = factory_at[lane.origin], site_at[lane.destination]
            for g, item in enumerate(production.rack_item):
                if (origin, item) in made:
                    transit = weeks_up(float(lane.transit))
                    yield Route(number, origin, destination, g, transit, programme.usd(lane.cost))


def _reachable(
    production: Production, moves: tuple[Route, ...], weeks: int
) -> tuple[BoolArray, dict[tuple[int, int], int]]:
    """Go forward from the bought parts: which activities can complete when, and since when items are in stock."""
    can = np.zeros((len(production.activities), weeks), dtype=np.bool_)
    first: dict[tuple[int, int], int] = {}
    week = np.arange(weeks)
    for i in reversed(range(len(production.items))):
        parts = production.items[i].made_parts
        for a, activity in enumerate(production.activities):
            if activity.item != i:
                continue
            can[a] = activity.allowed
            for component, amount in parts.items() if activity.line >= 0 else ():
                there = first.get((activity.factory, component), weeks) + activity.cycle
                can[a] &= (np.roll(amount, activity.cycle) == 0.0) | (week >= there)
            if can[a].any():
                key = (activity.factory, i)
                first[key] = min(first.get(key, weeks), int(np.argmax(can[a])))
        made = dict(first)
        for route in moves:
            if route.carries == i and (route.origin, i) in made:
                key = (route.destination, i)
                first[key] = min(first.get(key, weeks), made[route.origin, i] + route.transit)
    return can, first
