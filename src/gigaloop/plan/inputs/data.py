"""Everything the plan's model is made of, as arrays by week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.choices import Choices, read_choices
from gigaloop.plan.inputs.deployment import Asked, Place, Worth, build_asked, build_places, worth_of_rack
from gigaloop.plan.inputs.effectivity import Obsolete, UseUp, find_obsolete, find_use_ups, with_used_up
from gigaloop.plan.inputs.equipment import GateGroup, find_gates, read_markets, sure_power
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.items import LAST_SHIPMENT_WEEKS
from gigaloop.plan.inputs.learning import pace_at_full_rate
from gigaloop.plan.inputs.opening import Opening, read_opening
from gigaloop.plan.inputs.production import Production, build_production
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, yearly_factor
from gigaloop.plan.inputs.sourcing import Sourcing, build_sourcing
from gigaloop.plan.inputs.units import NOT_MADE, UnitPart, read_unit_parts
from gigaloop.plan.inputs.workforce import Workforce, read_workforce
from gigaloop.programme.schema import Programme


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
    opening: Opening
    workforce: tuple[Workforce | None, ...]
    pace: FloatArray
    """Time per piece over that of a line that has learnt (activities, weeks)."""
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
    def use_ups(self) -> tuple[UseUp, ...]:
        """Positions where old bought parts may be used up in place of their successors."""
        return find_use_ups(self.programme, self.production.items)

    @cached_property
    def obsolete(self) -> tuple[Obsolete, ...]:
        """Bought parts that nothing uses any more from some week on, and that come all the same."""
        fixed: dict[str, FloatArray] = {}
        for source in self.sourcing.sources:
            fixed[source.part] = fixed.get(source.part, np.zeros(self.weeks)) + source.fixed
        return find_obsolete(self.production.bought_use, self.use_ups, fixed)

    @cached_property
    def _reach(self) -> tuple[BoolArray, dict[tuple[int, int], int]]:
        return _reachable(self.production, self.opening, self.moves, self.weeks)

    @property
    def can_complete(self) -> BoolArray:
        """Weeks in which each activity can complete anything, its components being there (activities, weeks)."""
        return self._reach[0]

    @cached_property
    def choices(self) -> Choices:
        """Line openings and change-overs that the plan decides."""
        return read_choices(self.programme, self.production, self.can_complete)

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
    def unit_parts(self) -> tuple[UnitPart, ...]:
        """What completes scalable units at their sites."""
        return read_unit_parts(self.programme, self.production, self.sourcing)

    def unit_cost(self, site: int, generation: int) -> FloatArray:
        """Give what is bought for a rack's share of its unit, by the week online, in present value (weeks,) [USD]."""
        cost = np.zeros(self.weeks)
        begins = np.maximum(np.arange(self.weeks) - self.places[site].commissioning, 0)
        for part in self.unit_parts:
            if part.sources and generation in part.per_rack:
                price = np.min([self.sourcing.sources[k].cost for k in part.sources], axis=0)
                cost += part.per_rack[generation] * (price * self.discount)[begins]
        return cost

    @cached_property
    def unit_ships(self) -> tuple[Route, ...]:
        """Routes by which made products of units come to sites that use them."""
        wanted = {
            (s, part.item)
            for part in self.unit_parts
            if part.item != NOT_MADE
            for s, g in self.pairs
            if g in part.per_rack
        }
        return tuple(_unit_ships(self.programme, self.production, wanted))

    @cached_property
    def unit_ship_weeks(self) -> BoolArray:
        """Weeks in which products of units can leave by each of these routes, to be of use (unit ships, weeks)."""
        weeks, week = self.weeks, np.arange(self.weeks)
        leaves = np.zeros((len(self.unit_ships), weeks), dtype=np.bool_)
        for r, route in enumerate(self.unit_ships):
            users = [g for part in self.unit_parts if part.item == route.carries for g in part.per_rack]
            ready = week + route.transit + self.places[route.destination].commissioning
            first = min(self.ready_from(route.destination, g) for g in users)
            first = min([first, *(self.opening_from((route.destination, g)) for g in users)])
            leaves[r] = (week >= self.first_stock(route.origin, route.carries)) & (ready < weeks) & (ready >= first)
            leaves[r] &= week <= self.production.items[route.carries].last
        return leaves

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Sites and generations that can meet: asked for there, taken by a hall, brought by a lane; or there before."""
        brought = {
            (ship.destination, ship.carries)
            for ship, weeks in zip(self.ships, self.ship_weeks, strict=True)
            if weeks.any()
        }
        there = {
            (s, g)
            for s, place in enumerate(self.places)
            for g in range(len(self.facts))
            if place.standing[g] or place.installed[g].any() or place.ready[g].any()
        }
        return tuple(sorted(brought | there))

    def arrives_from(self, pair: tuple[int, int]) -> int:
        """Give the first week in which a rack of a generation can stand ready at a site."""
        delay = self.places[pair[0]].commissioning
        brought = [
            int(np.argmax(weeks)) + ship.transit + delay
            for ship, weeks in zip(self.ships, self.ship_weeks, strict=True)
            if (ship.destination, ship.carries) == pair and weeks.any()
        ]
        return min([*brought, self.opening_from(pair)])

    def opening_from(self, pair: tuple[int, int]) -> int:
        """Give the first week in which racks that were there or on their way at the start can go online."""
        ready = self.places[pair[0]].ready[pair[1]]
        return int(np.argmax(ready > 0.0)) if ready.any() else self.weeks

    @cached_property
    def gates(self) -> tuple[GateGroup, ...]:
        """The equipment of sites of which suppliers may not deliver enough in time."""
        ahead = np.minimum(np.arange(self.weeks) + self.early_weeks, self.weeks - 1)
        wanted = [np.zeros(self.weeks) for _ in self.places]
        for asked in self.asked:
            wanted[asked.site] += asked.cumulative(self.weeks)[ahead]
        markets = read_markets(self.programme, self.sourcing.sources)
        return find_gates(markets, [place.power for place in self.places], wanted)

    @cached_property
    def sure_power(self) -> tuple[FloatArray, ...]:
        """The power that every site can use whatever the others buy of scarce equipment (weeks,) [W]."""
        return tuple(sure_power([place.power for place in self.places], self.gates))

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
    use_ups = find_use_ups(programme, production.items)
    changed = frozenset(part for each in use_ups for part in (each.old, each.new))
    last = {i: item.last for i, item in enumerate(production.items)}
    bought_use = with_used_up(production.bought_use, use_ups, programme.calendar.weeks)
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
        read_opening(programme, production),
        read_workforce(programme),
        pace_at_full_rate(production, programme.calendar.weeks),
        build_sourcing(programme, bought_use, changed, last),
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


def _unit_ships(programme: Programme, production: Production, wanted: set[tuple[int, int]]) -> Iterator[Route]:
    factory_at = {factory.id: f for f, factory in enumerate(programme.factories)}
    site_at = {site.id: s for s, site in enumerate(programme.sites)}
    made = {(a.factory, a.item) for a in production.activities if a.line >= 0}
    for number, lane in enumerate(programme.lanes):
        if lane.origin in factory_at and lane.destination in site_at:
            origin, destination = factory_at[lane.origin], site_at[lane.destination]
            for _, item in sorted(each for each in wanted if each[0] == destination):
                if (origin, item) in made:
                    transit = weeks_up(float(lane.transit))
                    yield Route(number, origin, destination, item, transit, programme.usd(lane.cost))


def _reachable(
    production: Production, opening: Opening, moves: tuple[Route, ...], weeks: int
) -> tuple[BoolArray, dict[tuple[int, int], int]]:
    """Go forward from the bought parts: which activities can complete when, and since when items are in stock."""
    can = np.zeros((len(production.activities), weeks), dtype=np.bool_)
    first = {key: int(np.argmax(pieces > 0.0)) for key, pieces in opening.inflow.items()}
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
