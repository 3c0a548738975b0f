"""What the checks of a plan share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.core.units import DAY
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.programme.schema import Line, Programme
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


def line_of(programme: Programme, name: str) -> Line:
    """Give a line by its name ``factory.line``."""
    factory_id, line_id = name.split(".")
    factory = next(factory for factory in programme.factories if factory.id == factory_id)
    return next(line for line in factory.lines if line.id == line_id)
