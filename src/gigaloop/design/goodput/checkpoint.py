"""How often to write a checkpoint: exact expectations under failures at a constant rate, and the best interval.

Shapes broadcast; times in s, rates in 1/s.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_STEPS = 60
"""Bound on the rounds of Newton's method; a dozen do."""


def lambert_w(x: ArrayLike) -> FloatArray:
    """Give the principal branch of Lambert's W, ``w e^w = x``, for ``-1/e <= x``.

    By Halley's iteration from the expansion about the branch point or the logarithm; see Corless et al., On the
    Lambert W function, Adv. Comput. Math. 5 (1996), doi:10.1007/BF02124750.

    Examples
    --------
    >>> round(float(lambert_w(1.0)), 6)
    0.567143
    """
    x = np.asarray(x, dtype=np.float64)
    away = np.sqrt(np.maximum(2.0 * (np.e * x + 1.0), 0.0))
    w = np.where(x < 0.5, -1.0 + away * (1.0 - away / 3.0 + 11.0 / 72.0 * away**2), np.log1p(np.maximum(x, -0.5)))
    for _ in range(_STEPS):
        e = np.exp(w)
        f = w * e - x
        slope = e * (w + 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = f / (slope - (w + 2.0) * f / (2.0 * w + 2.0))
        step = np.where(np.isfinite(step), step, 0.0)
        w = w - step
        if np.all(np.abs(step) <= 4.0 * np.finfo(np.float64).eps * (1.0 + np.abs(w))):
            break
    return np.asarray(w)


def young(rate: ArrayLike, blocked: ArrayLike) -> FloatArray:
    """Give the interval of work by the first order, ``sqrt(2 C / rate)`` [s].

    Source: Young, A first order approximation to the optimum checkpoint interval, CACM 17(9), 1974,
    doi:10.1145/361147.361115.
    """
    return np.asarray(np.sqrt(2.0 * np.asarray(blocked, dtype=np.float64) / np.asarray(rate, dtype=np.float64)))


def daly(rate: ArrayLike, blocked: ArrayLike) -> FloatArray:
    """Give the interval of work by the higher order [s].

    Source: Daly, A higher order estimate of the optimum checkpoint interval for restart dumps, FGCS 22(3), 2006,
    doi:10.1016/j.future.2004.11.016: ``sqrt(2 C M) (1 + x / 3 + x^2 / 9) - C`` with ``x = sqrt(C / 2 M)`` while the
    write ``C`` is below twice the mean time ``M`` between failures, else ``M``.
    """
    mean, c = 1.0 / np.asarray(rate, dtype=np.float64), np.asarray(blocked, dtype=np.float64)
    x = np.sqrt(c / (2.0 * mean))
    return np.where(c < 2.0 * mean, np.sqrt(2.0 * c * mean) * (1.0 + x / 3.0 + x**2 / 9.0) - c, mean)


def optimal_interval(rate: ArrayLike, blocked: ArrayLike, least: ArrayLike = 0.0) -> FloatArray:
    """Give the interval of work between checkpoints at which the expected time is least [s].

    ``(1 + W(-exp(-1 - rate C))) / rate``; neither the downtime nor the time to read a checkpoint moves it. Source:
    Bougeret, Casanova, Rabie, Robert and Vivien, Checkpointing strategies for parallel jobs, SC 2011,
    doi:10.1145/2063384.2063428.

    Parameters
    ----------
    rate
        Failures of the job [1/s].
    blocked
        For which a checkpoint stops the job [s].
    least
        Shortest interval that storage allows, where writing goes on behind the work [s].

    Examples
    --------
    A failure every three hours and 30 s for a checkpoint:

    >>> round(float(optimal_interval(1 / 10800, 30.0)))
    785
    """
    rate, blocked = np.asarray(rate, dtype=np.float64), np.asarray(blocked, dtype=np.float64)
    best = (1.0 + lambert_w(-np.exp(-1.0 - rate * blocked))) / rate
    return np.asarray(np.maximum(best, np.asarray(least, dtype=np.float64)))


def expected_time(
    interval: ArrayLike,
    rate: ArrayLike,
    blocked: ArrayLike,
    *,
    downtime: ArrayLike = 0.0,
    read: ArrayLike = 0.0,
    behind: ArrayLike = 0.0,
) -> FloatArray:
    """Give the expected time for an interval of work and its checkpoint, with all failures and what they cost [s].

    ``exp(rate (R + B)) (1 / rate + D) (exp(rate (tau + C)) - 1)`` for work ``tau``, a stop ``C`` for the checkpoint, a
    downtime ``D`` without further failures, and a read ``R`` that can fail as well: Bougeret et al., SC 2011,
    doi:10.1145/2063384.2063428. A checkpoint that is written behind the work is safe only ``B`` after its stop; a
    failure before that falls back on the one before. Summed over the attempts, that lengthens the time by
    ``exp(rate B)`` and no more, as long as ``B`` is at most one interval.

    Parameters
    ----------
    interval
        Work between checkpoints [s].
    rate
        Failures of the job [1/s].
    blocked
        For which a checkpoint stops the job [s].
    downtime
        From a failure until the job begins to read its checkpoint [s].
    read
        To read it [s].
    behind
        From the end of the stop until the checkpoint is safe [s].

    Returns
    -------
    NDArray
        Infinite where a job hardly ever gets as far as its next checkpoint.
    """
    work, rate, stop, down, again, late = (
        np.asarray(each, dtype=np.float64) for each in (interval, rate, blocked, downtime, read, behind)
    )
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(rate * (again + late)) * (1.0 / rate + down) * np.expm1(rate * (work + stop)))
