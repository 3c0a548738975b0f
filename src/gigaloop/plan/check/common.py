"""What the checks of a plan share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.core.units import DAY
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.programme.schema import Demand, Factory, Line, Programme
from gigaloop.programme.schema.supply import RateStep

Problems = list[str]


def broken(what: str, excess: FloatArray, tolerance: float) -> Iterator[str]:
    """Give a problem where an excess (weeks,) is above its tolerance: the worst week and in how many weeks."""
    over = np.flatnonzero(~(excess <= tolerance))
    if len(over):
        worst = int(np.argmax(excess))
        yield f"{what}: {float(excess[worst]):g} too much in week {worst}, and in {len(over)} weeks in all"


def by_day(steps: Sequence[RateStep], calendar: Calendar) -> FloatArray:
    """Give the pieces of every day (days,) that rates by date come to."""
    pieces = np.zeros(7 * calendar.weeks)
    for step in sorted(steps, key=lambda step: step.start):
        pieces[max((step.start - calendar.start).days, 0) :] = float(step.rate) * DAY
    return pieces


def factory_of(programme: Programme, name: str) -> Factory:
    """Give a factory by its id."""
    return next(factory for factory in programme.factories if factory.id == name)


def line_of(programme: Programme, name: str) -> Line:
    """Give a line by its name ``factory.line``."""
    factory_id, line_id = name.split(".")
    return next(line for line in factory_of(programme, factory_id).lines if line.id == line_id)


def opening_of(programme: Programme) -> Iterator[tuple[str, str, dt.date, float]]:
    """Give factory, part, day and pieces of what is in stock at the start, or on its way to a factory."""
    for factory in programme.factories:
        for stock in factory.stock:
            yield factory.id, stock.part, programme.horizon.start, float(stock.quantity)
        for lane in programme.lanes:
            for moved in lane.in_transit if lane.destination == factory.id else ():
                yield factory.id, moved.part, moved.arrives, float(moved.quantity)


def unit_power(programme: Programme, facts: tuple[RackFacts, ...], site: str, generation: str) -> float:
    """Give the power of a rack of a generation at a site, on the site's basis [W]."""
    place = programme.site_of[site]
    g = next(g for g, each in enumerate(programme.generations) if each.id == generation)
    return facts[g].power * (place.peak_pue if place.power_basis == "facility" else 1.0)


def asked_power(programme: Programme, facts: tuple[RackFacts, ...], demand: Demand) -> float:
    """Give the power that a demand asks for, on the basis of its site [W]."""
    if demand.power is not None:
        return float(demand.power)
    racks = float(demand.racks or 0.0)
    if demand.accelerators is not None:
        generation = programme.generation_of[demand.generations[0]]
        racks = float(demand.accelerators) / float(generation.accelerators_per_rack)
    return racks * unit_power(programme, facts, demand.site, demand.generations[0])
