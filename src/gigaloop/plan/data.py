"""Everything the plan's model is made of, as arrays by week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.units import WEEK
from gigaloop.plan.deployment import Asked, Place, Worth, build_asked, build_places, worth_of_rack
from gigaloop.plan.facts import RackFacts
from gigaloop.plan.production import Production, build_production
from gigaloop.plan.schedule import FloatArray, yearly_factor
from gigaloop.plan.sourcing import Sourcing, build_sourcing
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
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Sites and generations that can meet: asked for there, with a hall that takes it, and a lane that brings it."""
        wanted = {(asked.site, g) for asked in self.asked for g in asked.generations}
        brought = {(ship.destination, ship.carries) for ship in self.ships}
        return tuple(
            (s, g)
            for s, place in enumerate(self.places)
            for g in range(len(self.facts))
            if (s, g) in wanted and (s, g) in brought and place.installs_from(g) < self.weeks
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
        place = self.places[site]
        early = min(wanted, default=self.weeks) - self.early_weeks
        return max(place.installs_from(generation) + place.commissioning, early)

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
