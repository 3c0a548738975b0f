"""Availability of redundant equipment in closed form: k of n, two paths, shared spares, common cause, power lost.

Everything works on unavailabilities, the small numbers, so that nine nines keep their digits. Failures are independent
but for the common cause that :func:`with_common_cause` adds; repair is not queued for crews; planned work is taken to
be done on the redundant path.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError

FloatArray = NDArray[np.float64]

BETA = 0.02
"""Share of the failures of a unit that take its redundant partners with it. Assumption of 2026-11 within the 0.01 to
0.10 of the beta factors of IEC 61508-6:2010, annex D; power paths on separate buses and rooms are at the low end."""


def unavailability(failure_rate: float, repair: float) -> float:
    """Give the steady unavailability ``MTTR / (MTBF + MTTR)`` of a repaired unit.

    Parameters
    ----------
    failure_rate
        Failures over time in service, ``1 / MTBF`` [1/s].
    repair
        Mean time to repair [s].

    Examples
    --------
    A transformer that fails every 170 years and is replaced in two days:

    >>> round(unavailability(0.0059 / 31_557_600, 48 * 3600.0), 7)
    3.23e-05
    """
    lost = failure_rate * repair
    return lost / (1.0 + lost)


def series(*parts: ArrayLike) -> FloatArray:
    """Give the unavailability of parts that are all needed: ``1 - product of (1 - u)``.

    Parameters
    ----------
    parts
        Unavailabilities that broadcast.

    Examples
    --------
    >>> float(series(1e-5, 2e-5)).__round__(12)
    2.99998e-05
    """
    total = np.zeros(())
    for part in parts:
        total = total + np.log1p(-np.asarray(part, dtype=np.float64))
    return np.asarray(-np.expm1(total), dtype=np.float64)


def failures(u: ArrayLike, units: int) -> FloatArray:
    """Give the probabilities that 0, 1, ... of a number of like units are down: binomial, axis 0 is the count.

    Parameters
    ----------
    u
        Unavailability of one unit (...).
    units
        How many there are.

    Returns
    -------
    NDArray
        (units + 1, ...).

    Examples
    --------
    >>> failures(0.1, 2).round(4).tolist()
    [0.81, 0.18, 0.01]
    """
    u = np.asarray(u, dtype=np.float64)
    if units < 0:
        raise UsageError(f"there cannot be {units} units", hint="give 0 or more")
    count = np.arange(units + 1, dtype=np.float64).reshape(-1, *(1,) * u.ndim)
    # Products of large binomials and small powers, formed as sums of logarithms; 0 ** 0 is 1.
    ways = np.array(
        [math.lgamma(units + 1) - math.lgamma(k + 1) - math.lgamma(units - k + 1) for k in range(units + 1)]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.where(count > 0, count * np.log(u), 0.0)
        up = np.where(count < units, (units - count) * np.log1p(-u), 0.0)
    return np.asarray(np.exp(ways.reshape(count.shape) + down + up), dtype=np.float64)


def k_of_n(u: ArrayLike, needed: int, installed: int) -> FloatArray:
    """Give the probability that fewer than ``needed`` of ``installed`` like units are up.

    The complement of ``A = sum over i from k to n of C(n, i) a^i (1 - a)^(n - i)``, summed over the failed states.

    Parameters
    ----------
    u
        Unavailability of one unit (...).
    needed, installed
        k and n.

    Examples
    --------
    Two of three units of 99.9 %:

    >>> float(k_of_n(1e-3, 2, 3)).__round__(9)
    2.998e-06
    """
    _some(needed, installed)
    spare = installed - needed
    return np.asarray(failures(u, installed)[spare + 1 :].sum(axis=0), dtype=np.float64)


def two_paths(u: ArrayLike) -> FloatArray:
    """Give the unavailability of a load on two full paths (2N): ``u^2``."""
    return np.asarray(np.square(np.asarray(u, dtype=np.float64)))


def lost_units(needed: int, spare: int) -> FloatArray:
    """Give the units' worth of load that is not served, by how many of ``needed + spare`` units are down.

    Holds for spares that take the load of any failed unit of their group, and for a distributed redundant group whose
    loads are each fed by two of its units: there what survives is short of capacity before it is short of paths, so
    as long as load is shed to the rating, it loses what its failed units leave uncovered.

    Returns
    -------
    NDArray
        (needed + spare + 1,).

    Examples
    --------
    Four to make three:

    >>> lost_units(3, 1).tolist()
    [0.0, 0.0, 1.0, 2.0, 3.0]
    """
    _some(needed, needed + spare)
    return np.maximum(np.arange(needed + spare + 1, dtype=np.float64) - spare, 0.0)


def unshed_units(needed: int) -> FloatArray:
    """Give the load lost by a distributed redundant group of ``needed + 1`` units that sheds no load.

    Each pair of units feeds an equal part of the load. Units that would carry more than their rating trip, one state
    after the other: one failure is carried, a second one takes the group down.

    Returns
    -------
    NDArray
        Units' worth of load, by how many units are down (needed + 2,).

    Examples
    --------
    >>> unshed_units(3).tolist()
    [0.0, 0.0, 3.0, 3.0, 3.0]
    """
    _some(needed, needed + 1)
    installed = needed + 1
    lost = np.zeros(installed + 1)
    for down in range(installed + 1):
        up = installed - down
        connected = needed * (1.0 - down * (down - 1) / (installed * needed)) if installed > 1 else float(up)
        # By symmetry every surviving unit carries the same; if one is over its rating, all are.
        lost[down] = needed - connected if up and connected <= up * (1.0 + 1e-12) else float(needed)
    return lost


def share_lost(u: ArrayLike, needed: int, lost: FloatArray) -> FloatArray:
    """Give the share of a group's load that is lost on average.

    Parameters
    ----------
    u
        Unavailability of one unit (...).
    needed
        Units that carry the load.
    lost
        Units' worth of load lost, by how many units are down (n + 1,): :func:`lost_units` or :func:`unshed_units`.

    Examples
    --------
    Four to make three at 99.9 %, against 99.9 % without a spare:

    >>> float(share_lost(1e-3, 3, lost_units(3, 1))).__round__(8)
    2e-06
    """
    return np.asarray(np.tensordot(lost, failures(u, len(lost) - 1), axes=1) / needed, dtype=np.float64)


def with_common_cause(u: ArrayLike, independent: ArrayLike, beta: float = BETA) -> FloatArray:
    """Add to the unavailability of a redundant group what takes all its units down at once: ``beta u``.

    Parameters
    ----------
    u
        Unavailability of one unit.
    independent
        Of the group, from independent failures.
    beta
        Share of a unit's failures with a common cause.
    """
    return series(independent, beta * np.asarray(u, dtype=np.float64))


def redundant_share_lost(
    u: float, redundancy: str, group: int, *, beta: float = BETA, units: int | None = None
) -> float:
    """Give the share of the load that a class of blocks or units loses on average.

    Parameters
    ----------
    u
        Unavailability of one unit.
    redundancy
        ``N``, ``N+1`` or ``distributed`` (one spare for ``group`` units), ``2N``.
    group
        Units that a redundant one stands behind.
    beta
        Share of failures with a common cause, of redundant units.
    units
        Units that carry load; the last group is smaller where they are no multiple. A whole group unless given.

    Raises
    ------
    UsageError
        If the redundancy is unknown.
    """
    if redundancy == "N":
        return u
    independent, common = u * (1.0 - beta), beta * u
    if redundancy == "2N":
        return float(series(two_paths(independent), common))
    if redundancy not in ("N+1", "distributed"):
        raise UsageError(f"'{redundancy}' is no redundancy", hint="take N, N+1, 2N or distributed")
    units = group if units is None else units
    whole, rest = divmod(units, group)
    lost = whole * group * float(share_lost(independent, group, lost_units(group, 1)))
    if rest:
        lost += rest * float(share_lost(independent, rest, lost_units(rest, 1)))
    return float(series(lost / units, common))


def lost_distribution(u: float, needed: int, lost: FloatArray, groups: int) -> FloatArray:
    """Give the probabilities that 0, 1, 2, ... units' worth of load of like, independent groups are lost at a moment.

    Parameters
    ----------
    u
        Unavailability of one unit.
    needed
        Units that carry the load of a group.
    lost
        Units' worth lost, by how many units of a group are down; whole numbers.
    groups
        How many groups there are.

    Returns
    -------
    NDArray
        (groups * needed + 1,).

    Examples
    --------
    Without spares it is the binomial distribution:

    >>> lost_distribution(0.1, 1, lost_units(1, 0), 2).round(4).tolist()
    [0.81, 0.18, 0.01]
    """
    one = np.zeros(needed + 1)
    np.add.at(one, np.rint(lost).astype(np.int64), failures(u, len(lost) - 1))
    total, power = np.ones(1), one
    while groups:
        if groups & 1:
            total = np.convolve(total, power)
        groups >>= 1
        if groups:
            power = np.convolve(power, power)
    return total


def _some(needed: int, installed: int) -> None:
    if not 1 <= needed <= installed:
        raise UsageError(f"{needed} of {installed} units cannot be needed", hint="need 1 or more, and at most all")
