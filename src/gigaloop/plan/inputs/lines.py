"""What a line can do by week: its ramp, the days and shifts that it works, and its test yield as it matures."""

from __future__ import annotations

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.plan.inputs.schedule import FloatArray, by_week, ramp_by_day, ramp_share
from gigaloop.programme.schema import Factory, Line


def open_days(factory: Factory, calendar: Calendar) -> FloatArray:
    """Give 1 for every day on which a factory works, 0 where it is closed (days,)."""
    days = np.ones(7 * calendar.weeks)
    for closure in factory.closed:
        first = max((closure.start - calendar.start).days, 0)
        days[first : max((closure.end - calendar.start).days + 1, 0)] = 0.0
    return days


def shift_factor(line: Line, calendar: Calendar) -> FloatArray:
    """Give the shifts planned for every day (days,) over those at which the line's rates hold."""
    factor = np.ones(7 * calendar.weeks)
    for step in sorted(line.shift_plan, key=lambda step: step.start):
        factor[max((step.start - calendar.start).days, 0) :] = float(step.shifts) / float(line.shifts)
    return factor


def line_share(line: Line, factory: Factory, calendar: Calendar) -> FloatArray:
    """Give the share of its full rate that a line has by week (weeks,): its ramp, on open days, by shifts."""
    ramp = ramp_by_day(line.opens, float(line.ramp), float(line.initial_share), calendar)
    return by_week(ramp * open_days(factory, calendar) * shift_factor(line, calendar))


def line_yield(line: Line, calendar: Calendar) -> FloatArray:
    """Give the mean test yield by week (weeks,): from ``initial_yield`` linearly to ``test_yield`` over the ramp."""
    final = float(line.test_yield)
    initial = final if line.initial_yield is None else float(line.initial_yield)
    return initial + (final - initial) * ramp_share(line.opens, float(line.ramp), 0.0, calendar)
