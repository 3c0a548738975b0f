"""Hosts that stand by: the share of time for which too few are in service."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError

FloatArray = NDArray[np.float64]

MOST_SPARES = 100_000
"""Units that stand by, at most: keeps the sum over them small."""


def out_of_service(rate: ArrayLike, repair: ArrayLike) -> FloatArray:
    """Give the share of time that a unit is out of service, which fails at a rate and is repaired by itself.

    ``rate repair / (1 + rate repair)``: the steady state of a unit that alternates between service and repair.
    """
    load = np.asarray(rate, dtype=np.float64) * np.asarray(repair, dtype=np.float64)
    return np.asarray(load / (1.0 + load))


def short_share(needed: ArrayLike, spares: ArrayLike, out: ArrayLike) -> FloatArray:
    """Give the share of time for which fewer units than needed are in service.

    Units fail and are repaired independently, so that those out of service follow a binomial distribution (k of n
    systems: Barlow and Proschan, Mathematical Theory of Reliability, 1965). Shapes broadcast.

    Parameters
    ----------
    needed
        Units that must be in service.
    spares
        Units beyond them.
    out
        Share of time for which one unit is out of service.

    Examples
    --------
    One spare for ten units, each out of service 1 % of the time:

    >>> round(float(short_share(10, 1, 0.01)), 4)
    0.0052
    """
    needed, spares, out = np.broadcast_arrays(
        np.asarray(needed, dtype=np.float64), np.asarray(spares, dtype=np.float64), np.asarray(out, dtype=np.float64)
    )
    most = int(spares.max(initial=0.0))
    if most > MOST_SPARES:
        raise UsageError(f"{most:,} spares are too many to count", hint=f"at most {MOST_SPARES:,}")
    units = needed + spares
    with np.errstate(divide="ignore"):
        term = units * np.log1p(-out)
        odds = np.log(out) - np.log1p(-out)
    total = term.copy()
    for k in range(1, most + 1):
        with np.errstate(divide="ignore"):
            term = term + np.log(np.maximum(units - k + 1.0, 0.0)) - np.log(k) + odds
        total = np.where(spares >= k, np.logaddexp(total, term), total)
    return np.asarray(-np.expm1(np.minimum(total, 0.0)))


def spares_for(needed: float, out: float, short: float) -> int:
    """Give the fewest spares with which units fall short for at most a share of time.

    Parameters
    ----------
    needed
        Units that must be in service.
    out
        Share of time for which one unit is out of service.
    short
        Share of time for which fewer than needed may be in service.

    Examples
    --------
    >>> spares_for(2048, 0.01, 0.001)
    36
    """
    low, high = 0, 1
    while short_share(needed, high, out) > short:
        low, high = high + 1, 2 * high
        if high > MOST_SPARES:
            raise UsageError(
                f"no {MOST_SPARES:,} spares keep {needed:,.0f} units in service for {1.0 - short:.3%} of the time",
                hint="shorten the repair, or accept more waiting",
            )
    while low < high:
        middle = (low + high) // 2
        if short_share(needed, middle, out) > short:
            low = middle + 1
        else:
            high = middle
    return low
