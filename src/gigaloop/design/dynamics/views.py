"""Traces as they are looked at: thinned out over the day, and closely for two minutes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.dynamics.basis import Basis
from gigaloop.design.dynamics.jobs import Job
from gigaloop.design.dynamics.trace import power_trace

ZOOM = 2 * 60.0
"""Window at a high rate [s]."""

ZOOM_STEP = 1 / 64
"""Of that window [s]: shows frequencies up to 32 Hz."""

POINTS = 1000
"""Stretches of a thinned trace, two points each."""

Floats = NDArray[np.float64]


def decimated(values: Floats, step: float, begin: float = 0.0) -> tuple[Floats, Floats]:
    """Give the least and the greatest value of each of at most ``POINTS`` stretches, with the middle of each [s].

    Examples
    --------
    >>> times, shown = decimated(np.arange(4000.0), 1.0)
    >>> shown.size, shown[:4].tolist(), times[:2].tolist()
    (2000, [0.0, 3.0, 4.0, 7.0], [2.0, 2.0])
    """
    stretch = max(1, -(-values.size // POINTS))
    starts = np.arange(0, values.size, stretch)
    both = np.stack((np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)), axis=1)
    middle = begin + step * np.minimum(starts + 0.5 * stretch, float(values.size))
    return np.repeat(middle, 2), both.ravel()


def busiest(
    jobs: Sequence[Job], basis: Basis, power: Floats, seconds: float, seed: int, stored: float | None
) -> tuple[float, Floats]:
    """Give the beginning [s] and the power at ``ZOOM_STEP`` of the two minutes in which the site draws most [W].

    Parameters
    ----------
    jobs
        Of the site.
    basis
        Its racks.
    power
        Its power at 1 s [W].
    seconds
        Length of the trace [s].
    seed
        Of the trace.
    stored
        Energy storage in a rack [J]; it filters spikes with a time constant of energy over power.
    """
    width = min(round(ZOOM), power.size)
    total = np.concatenate(([0.0], np.cumsum(power)))
    begin = float((total[width:] - total[:-width]).argmax())
    tau = (stored or 0.0) / basis.rack_power if basis.rack_power else 0.0
    fine = power_trace(
        jobs, seconds, step=ZOOM_STEP, begin=begin, end=begin + width, seed=seed, filter_time=tau, keep_jobs=False
    )
    return begin, fine.power * (1.0 + basis.loss) + basis.cooling * float(fine.power.mean())


def steepest(power: Floats, step: float) -> tuple[float, Floats]:
    """Give the beginning [s] and the power of the two minutes of a recorded trace around its largest change [W]."""
    width = max(2, min(power.size, round(ZOOM / step)))
    at = int(np.abs(np.diff(power)).argmax())
    first = min(max(0, at - width // 2), power.size - width)
    return step * first, power[first : first + width]
