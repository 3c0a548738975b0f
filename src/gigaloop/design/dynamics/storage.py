"""The storage that keeps a site within a limit of ramp: least power, least energy, and what a controller needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.lag import first_order

RESTORE = tuple(60.0 * 2**double for double in range(6))
"""Times in which a controller may bring its storage back [s]."""


@dataclass(frozen=True, eq=False)
class Smoothed:
    """What the grid sees behind storage, and what the storage does."""

    grid: NDArray[np.float64]
    """[W], shape (n,)."""
    power: float
    """Largest power into or out of the storage [W]."""
    energy: float
    """Between its fullest and its emptiest moment [J]."""
    losses: float
    """[J]"""
    missed: float
    """Time in which the storage was full, empty or too weak, so that the load showed through [s]."""


def least_power(power: ArrayLike, step: float, ramp: float) -> tuple[NDArray[np.float64], float]:
    """Give the feed within a limit of ramp that stays nearest to the load, and so the least power of storage.

    The lowest feed above the load within the limit, and the highest below it, come from a pass forward and a pass
    backward each; half way between them no other feed is nearer at its worst moment (best uniform approximation by
    Lipschitz functions).

    Parameters
    ----------
    power
        The load, shape (n,) [W].
    step
        [s]
    ramp
        Limit [W/s].

    Returns
    -------
    tuple
        Feed [W], shape (n,), and the largest difference to the load [W].

    Examples
    --------
    A step of 10 MW at 1 MW per step is met half way:

    >>> feed, storage = least_power([0.0] * 20 + [10.0] * 20, 1.0, 1.0)
    >>> storage, float(np.abs(np.diff(feed)).max())
    (4.5, 1.0)
    """
    load, _ = _checked(power, step, ramp)
    slope = ramp * step * np.arange(load.size)

    def above(values: NDArray[np.float64]) -> NDArray[np.float64]:
        forward = np.maximum.accumulate(values + slope) - slope
        backward = np.maximum.accumulate((values - slope)[::-1])[::-1] + slope
        return np.asarray(np.maximum(forward, backward), dtype=np.float64)

    feed = 0.5 * (above(load) - above(-load))
    return feed, float(np.abs(load - feed).max())


def least_energy(power: ArrayLike, step: float, ramp: float) -> tuple[Smoothed, float]:
    """Give a feed within a limit of ramp that needs little energy of storage, and a bound that none can go below.

    In terms of energy up to each moment the limit bounds the curvature. The least curve above the load's whose
    curvature is at most the limit, and the greatest below it whose curvature is at least its negative, are convex
    hulls of that energy with a parabola added or taken away: what is between them bounds the energy from below. The
    hull of the hull, the other way round, keeps both limits (Lasry and Lions' double envelope) and is the feed; of the
    two orders the one with less energy is taken. For a single step feed and bound agree: ``dP^2 / (8 ramp)``. It knows
    the load in advance, which a planned start allows and a failure does not; see :func:`follow`.

    Parameters
    ----------
    power
        The load, shape (n,) [W].
    step
        [s]
    ramp
        Limit [W/s].

    Returns
    -------
    tuple
        The feed with its storage, without losses, and the bound [J].

    Examples
    --------
    >>> feed, bound = least_energy([0.0] * 100 + [10.0] * 100, 1.0, 0.5)
    >>> round(feed.energy, 2), round(bound, 2)
    (25.0, 25.0)
    """
    load, mean = _checked(power, step, ramp)
    energy = np.concatenate(([0.0], np.cumsum(load - mean))) * step
    time = step * (np.arange(energy.size, dtype=np.float64) - 0.5 * (energy.size - 1))
    bow = 0.5 * ramp * time * time

    def below(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return _lower_hull(time, values + bow) - bow

    def above(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return -below(-values)

    top, bottom = above(energy), below(energy)
    bound = float((top - bottom).max())
    fed = min((below(top), above(bottom)), key=lambda curve: float(np.ptp(energy - curve)))
    grid = np.diff(fed) / step + mean
    need = Smoothed(grid, float(np.abs(load - grid).max()), float(np.ptp(energy - fed)), 0.0, 0.0)
    return need, min(bound, need.energy)


def follow(
    power: ArrayLike,
    step: float,
    ramp: float,
    *,
    restore: float = 10 * 60.0,
    round_trip: float = 1.0,
    capacity: float = math.inf,
    rating: float = math.inf,
) -> Smoothed:
    """Follow a load at a limit of ramp without knowing what comes, and bring the storage back to half full.

    The feed moves towards the load plus what restores the storage, at most by the limit in each step. Storage that is
    too small shows: where it is full, empty or at its rating, the rest goes to the grid, and the time of it is counted.

    Parameters
    ----------
    power
        The load, shape (n,) [W].
    step
        [s]
    ramp
        Limit [W/s].
    restore
        Time in which the storage is brought back [s]; :func:`sized` finds the best.
    round_trip
        Efficiency of charging and discharging together.
    capacity
        Usable energy [J]; unlimited where its size is asked.
    rating
        Power [W].

    Examples
    --------
    A step that nobody has foreseen takes ``dP^2 / (2 ramp)``, less half a step: four times what a foreseen one takes:

    >>> tracked = follow([0.0] * 100 + [10.0] * 2000, 1.0, 0.5, restore=1e9)
    >>> round(tracked.energy, 1)
    95.0
    """
    load, _ = _checked(power, step, ramp)
    if not 0.0 < round_trip <= 1.0:
        raise GigaloopError(f"a round trip of {round_trip:g} is no efficiency", hint="above 0 and at most 1")
    if capacity <= 0.0 or rating <= 0.0 or restore <= 0.0:
        raise GigaloopError("storage of no energy or no power smooths nothing, and it is restored in some time")
    one_way = math.sqrt(round_trip)
    half, move = 0.5 * capacity, ramp * step
    stored = least = most = lost = missed = strongest = 0.0
    feed = float(load[0])
    grid = []
    for wanted in load.tolist():
        change = wanted - stored / restore - feed
        feed += move if change > move else (-move if change < -move else change)
        out = wanted - feed
        drawn = out / one_way if out > 0.0 else out * one_way
        after = stored - drawn * step
        if after > half or after < -half or abs(out) > rating:
            allowed = min(rating, max(-rating, out))
            drawn = allowed / one_way if allowed > 0.0 else allowed * one_way
            drawn = min(max(drawn, (stored - half) / step), (stored + half) / step)
            out = drawn * one_way if drawn > 0.0 else drawn / one_way
            feed = wanted - out
            after = stored - drawn * step
            missed += step
        stored = after
        lost += (drawn - out) * step
        least, most, strongest = min(least, stored), max(most, stored), max(strongest, abs(out))
        grid.append(feed)
    return Smoothed(np.array(grid), strongest, most - least, lost, missed)


def sized(power: ArrayLike, step: float, ramp: float, round_trip: float = 1.0) -> tuple[Smoothed, float]:
    """Give the storage that a controller without foresight needs for a limit of ramp, and the time of its restoring.

    Storage that is brought back slowly carries one event into the next; brought back fast it makes swings of its own.
    The least energy over ``RESTORE`` is taken.

    Parameters
    ----------
    power
        The load, shape (n,) [W].
    step
        [s]
    ramp
        Limit [W/s].
    round_trip
        Efficiency of charging and discharging together.
    """
    tried = ((follow(power, step, ramp, restore=time, round_trip=round_trip), time) for time in RESTORE)
    return min(tried, key=lambda found: found[0].energy)


def low_pass(power: ArrayLike, step: float, time_constant: float) -> Smoothed:
    """Smooth a load by a first-order filter; storage holds ``tau`` times the distance that the feed travels.

    ``tau dG/dt = P - G`` is what goes into the storage, so its energy moves by ``tau (G - G_0)``: exactly. The feed
    ramps at most at ``max |P - G| / tau``.

    Examples
    --------
    >>> smoothed = low_pass([0.0] + [10.0] * 5000, 1.0, 60.0)
    >>> round(smoothed.energy)
    600
    """
    load, _ = _checked(power, step, 1.0)
    if not time_constant > 0.0:
        raise GigaloopError(f"a filter of {time_constant:g} s does not smooth")
    after = first_order(load, step, time_constant)
    before = np.concatenate(([load[0]], after[:-1]))
    grid = load - time_constant * (after - before) / step
    largest = float(max(np.abs(load - before).max(), np.abs(load - after).max()))
    return Smoothed(grid, largest, time_constant * float(np.ptp(after)), 0.0, 0.0)


def step_energy(change: float, ramp: float, *, foreseen: bool) -> float:
    """Give the storage that turns a step of load into a ramp: ``dP^2 / (8 R)`` foreseen, else ``dP^2 / (2 R)``.

    Parameters
    ----------
    change
        Of the load [W].
    ramp
        [W/s]
    foreseen
        Whether the feed can begin to move before the load does.

    Examples
    --------
    100 MW lost at once, against 10 MW/min:

    >>> round(step_energy(100e6, 10e6 / 60, foreseen=False) / 3.6e9, 2)
    8.33
    """
    if not ramp > 0.0:
        raise GigaloopError(f"a ramp of {ramp:g} W/s allows no change")
    return change * change / ((8.0 if foreseen else 2.0) * ramp)


def _lower_hull(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the greatest convex function below points, at the same places."""
    hull_x: list[float] = []
    hull_y: list[float] = []
    for at, value in zip(x.tolist(), y.tolist(), strict=True):
        while len(hull_x) > 1 and (hull_y[-1] - hull_y[-2]) * (at - hull_x[-1]) >= (value - hull_y[-1]) * (
            hull_x[-1] - hull_x[-2]
        ):
            hull_x.pop()
            hull_y.pop()
        hull_x.append(at)
        hull_y.append(value)
    return np.interp(x, hull_x, hull_y)


def _checked(power: ArrayLike, step: float, ramp: float) -> tuple[NDArray[np.float64], float]:
    load = np.asarray(power, dtype=np.float64)
    if load.ndim != 1 or load.size < 2 or not np.isfinite(load).all():
        raise GigaloopError("a trace of power has two finite values or more, one after the other")
    if not (step > 0.0 and ramp > 0.0):
        raise GigaloopError(f"steps of {step:g} s at a ramp of {ramp:g} W/s are not possible", hint="both above 0")
    return load, float(load.mean())
