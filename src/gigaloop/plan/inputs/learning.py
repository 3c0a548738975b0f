"""Learning curves: how much longer a piece takes before a line has made many of them."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.production import Production
from gigaloop.plan.inputs.schedule import FloatArray


def pace_at(rate: float, at: float, made: FloatArray | float) -> FloatArray:
    """Give the time per piece over that of a mature line when so many pieces are made: at least 1.

    Parameters
    ----------
    rate
        What the time per piece falls to with every doubling of the pieces made.
    at
        Pieces made at which a line is mature.

    Notes
    -----
    T. P. Wright, Factors affecting the cost of airplanes, J. Aeronautical Sciences 3:122 (1936), doi:10.2514/8.155,
    with the time of the piece at hand (Crawford's form).

    Examples
    --------
    >>> pace_at(0.8, 400.0, np.array([100.0, 200.0, 400.0, 800.0])).round(4).tolist()
    [1.5625, 1.25, 1.0, 1.0]
    """
    doublings = np.log2(np.maximum(made, 1.0) / at)
    return np.maximum(rate**doublings, 1.0)


def pace_of(production: Production, completed: FloatArray) -> FloatArray:
    """Give the pace of every activity by week (activities, weeks) for the good pieces completed (activities, weeks).

    A week's pace is that at its first piece.
    """
    pace = np.ones(completed.shape)
    for a, activity in enumerate(production.activities):
        if activity.learning is not None:
            rate, at, before = activity.learning
            pace[a] = pace_at(rate, at, before + np.cumsum(completed[a]) - completed[a])
    return pace


def pace_at_full_rate(production: Production, weeks: int) -> FloatArray:
    """Give the pace of every activity by week (activities, weeks) if its line makes nothing else at its full rate."""
    pace = np.ones((len(production.activities), weeks))
    for a, activity in enumerate(production.activities):
        if activity.learning is not None:
            rate, at, made = activity.learning
            share = production.line_share[activity.line] * activity.allowed
            for t in range(weeks):
                pace[a, t] = float(pace_at(rate, at, made))
                made += float(share[t] / (activity.load[t] * pace[a, t]))
    return pace
