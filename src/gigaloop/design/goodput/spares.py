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
    cases = np.stack(
        [
            each.ravel()
            for each in np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (needed, spares, out)))
        ]
    )
    if np.any(cases[1] > MOST_SPARES):
        raise UsageError(f"{cases[1].max():,.0f} spares are too many to count", hint=f"at most {MOST_SPARES:,}")
    different, back = np.unique(cases, axis=1, return_inverse=True)
    tails = np.array([_tail(*case) for case in different.T])
    return tails[back].reshape(np.broadcast_shapes(np.shape(needed), np.shape(spares), np.shape(out)))


def _tail(needed: float, spares: float, out: float) -> float:
    """Give the probability that more than ``spares`` of ``needed + spares`` units are out: one less the rest."""
    if out <= 0.0:
        return 0.0
    units, k = needed + spares, np.arange(1.0, spares + 1.0)
    terms = np.cumsum(np.log(units - k + 1.0) - np.log(k) + np.log(out) - np.log1p(-out))
    none = units * np.log1p(-out)
    top = float(max(0.0, terms.max(initial=0.0)))
    kept = none + top + np.log(np.exp(-top) + np.sum(np.exp(terms - top)))
    return float(-np.expm1(min(kept, 0.0)))


def fewest_spares(needed: ArrayLike, out: ArrayLike, short: float) -> FloatArray:
    """Give what :func:`spares_for` gives, for columns; shapes broadcast."""
    shape = np.broadcast_shapes(np.shape(needed), np.shape(out))
    cases = np.stack([np.broadcast_to(np.asarray(each, dtype=np.float64), shape).ravel() for each in (needed, out)])
    different, back = np.unique(cases, axis=1, return_inverse=True)
    found = np.array([spares_for(float(n), float(share), short) for n, share in different.T], dtype=np.float64)
    return found[back].reshape(shape)


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
