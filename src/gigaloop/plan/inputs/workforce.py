"""People at the factories: how many work by week, how fast more can be hired, and when they have learnt their work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.core.units import DAY, WEEK
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.programme.schema import Factory, Programme

_TRAINED = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Workforce:
    """The people of one factory.

    Parameters
    ----------
    working
        People at work by week (weeks,) [jobs]; with all that can be hired where hiring costs nothing.
    most
        Most people hired by week (weeks,) [jobs], where the plan decides; none otherwise.
    in_all
        Most people hired in all [jobs].
    trained
        Share of a person's work from the week of hiring on (weeks of training + 1,), 1 at the end.
    cost
        Of hiring a person [USD].
    """

    working: FloatArray
    most: FloatArray
    in_all: float
    trained: FloatArray
    cost: float


def trained_share(training: float) -> FloatArray:
    """Give the mean share of a person's work in each week since hiring, which rises linearly over ``training`` [s].

    >>> trained_share(2 * WEEK).tolist()
    [0.25, 0.75, 1.0]
    """
    weeks = training / WEEK
    if weeks <= 0.0:
        return np.ones(1)
    edge = np.arange(int(np.ceil(weeks - _TRAINED)) + 2.0)
    area = np.where(edge < weeks, edge**2 / (2.0 * weeks), edge - weeks / 2.0)
    return np.diff(area)


def hires_by_week(factory: Factory, calendar: Calendar, start: int) -> FloatArray:
    """Give the most people hired by week (weeks,) [jobs]; ``start`` is the first day, counted in the calendar."""
    if factory.hiring is None:
        return np.zeros(calendar.weeks)
    begin = start if factory.hiring.start is None else max((factory.hiring.start - calendar.start).days, start)
    days = (np.arange(7 * calendar.weeks) >= begin).reshape(-1, 7).sum(axis=1)
    return np.asarray(float(factory.hiring.rate) * DAY * days)


def read_workforce(programme: Programme) -> tuple[Workforce | None, ...]:
    """Give the people of every factory; None where their number limits nothing."""
    calendar = programme.calendar
    found: list[Workforce | None] = []
    for factory in programme.factories:
        if factory.headcount is None:
            found.append(None)
            continue
        start = (programme.horizon.start - calendar.start).days
        here, most = float(factory.headcount), hires_by_week(factory, calendar, start)
        room = np.inf
        if factory.headcount_target is not None:
            room = max(float(factory.headcount_target) - here, 0.0)
        hiring = factory.hiring
        trained = trained_share(0.0 if hiring is None else float(hiring.training))
        cost = 0.0 if hiring is None or hiring.cost is None else programme.usd(hiring.cost)
        working = np.full(calendar.weeks, here)
        if hiring is None or cost == 0.0:
            hired = np.diff(np.minimum(np.cumsum(most), room), prepend=0.0)
            working = working + working_of(hired, trained)
            most = np.zeros(calendar.weeks)
        found.append(Workforce(working, most, room, trained, cost))
    return tuple(found)


def working_of(hired: FloatArray, trained: FloatArray) -> FloatArray:
    """Give the people whom those hired by week (weeks,) come to at work (weeks,)."""
    rise = np.diff(trained, prepend=0.0)
    return np.asarray(np.cumsum(np.convolve(hired, rise)[: len(hired)]))
