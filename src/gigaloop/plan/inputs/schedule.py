"""Dates and steps as weekly arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.calendar import Calendar
from gigaloop.core.units import DAY, WEEK, YEAR
from gigaloop.programme.schema.supply import PowerStep, RateStep

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


def rate_by_week(
    steps: Sequence[RateStep], calendar: Calendar, start: dt.date | None = None, until: dt.date | None = None
) -> FloatArray:
    """Give the pieces of every week (weeks,) that rates by date add up to, counted from ``start`` to before ``until``.

    Examples
    --------
    >>> from gigaloop.core.quantity import Quantity
    >>> step = RateStep(start=dt.date(2027, 1, 7), rate=Quantity.of(7, "pcs/week"))
    >>> rate_by_week([step], Calendar(dt.date(2027, 1, 4), 3), until=dt.date(2027, 1, 20)).round(9).tolist()
    [4.0, 7.0, 2.0]
    """
    week = np.arange(calendar.weeks) * 7.0
    pieces = np.zeros(calendar.weeks)
    ordered = sorted(steps, key=lambda step: step.start)
    for step, after in zip(ordered, [*ordered[1:], None], strict=False):
        first = max(step.start, start) if start else step.start
        ends = [day for day in (after.start if after else None, until) if day is not None]
        low = float((first - calendar.start).days)
        high = float((min(ends) - calendar.start).days) if ends else np.inf
        days = np.minimum(high, week + 7.0) - np.maximum(low, week)
        pieces += float(step.rate) * DAY * np.maximum(days, 0.0)
    return pieces


def power_by_week(steps: Sequence[PowerStep], calendar: Calendar) -> FloatArray:
    """Give the power of every week (weeks,) [W]: a step counts from the first week that starts on or after its day."""
    power = np.zeros(calendar.weeks)
    for step in sorted(steps, key=lambda step: step.start):
        power[calendar.clip(calendar.index_from(step.start)) :] = float(step.power)
    return power


def ramp_share(opens: dt.date, ramp: float, initial: float, calendar: Calendar) -> FloatArray:
    """Give the mean share by week (weeks,) of what opens at ``initial`` and rises linearly to 1 over ``ramp`` [s].

    Examples
    --------
    >>> ramp_share(dt.date(2027, 1, 4), 2 * WEEK, 0.0, Calendar(dt.date(2026, 12, 28), 4)).tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    return by_week(ramp_by_day(opens, ramp, initial, calendar))


def ramp_by_day(opens: dt.date, ramp: float, initial: float, calendar: Calendar) -> FloatArray:
    """Give the mean share by day (days,) of what opens at ``initial`` and rises linearly to 1 over ``ramp`` [s]."""
    days = ramp / DAY
    open_for = np.maximum(np.arange(7.0 * calendar.weeks + 1.0) - (opens - calendar.start).days, 0.0)
    rising = np.minimum(open_for, days)
    area = open_for - rising + initial * rising
    if days > 0.0:
        area += (1.0 - initial) * rising**2 / (2.0 * days)
    return np.asarray(np.diff(area))


def by_week(days: FloatArray) -> FloatArray:
    """Give the mean of every week (weeks,) of values by day (days,)."""
    return np.asarray(days.reshape(-1, 7).mean(axis=1))


def yearly_factor(rate: float, weeks: int) -> FloatArray:
    """Give ``(1 + rate)^years`` at the start of every week (weeks,); ``rate`` [1/s] is compounded yearly."""
    return np.asarray((1.0 + rate * YEAR) ** (np.arange(weeks) * (WEEK / YEAR)))


def intervals_end(values: FloatArray) -> IntArray:
    """Give the last week of every run of equal values (runs,).

    >>> intervals_end(np.array([0.0, 5.0, 5.0, 9.0])).tolist()
    [0, 2, 3]
    """
    return np.flatnonzero(np.append(values[1:] != values[:-1], True))
