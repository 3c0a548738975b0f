"""Storage against periodic swings of load, in closed form: what flattens them, and what less of it leaves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gigaloop.core.errors import GigaloopError
from gigaloop.design.records.dynamics import Spread, SwingStorage

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import LoadProfile


def square_energy(swing: float, period: float, duty: float = 0.5) -> float:
    """Give the storage that flattens a load of two levels: ``swing duty (1 - duty) period``.

    The feed carries the mean; what the upper level takes beyond it comes out of the storage and goes back in the
    lower level. Less storage leaves ``swing (1 - installed / needed)``, the least that any control can leave.

    Parameters
    ----------
    swing
        Between the levels [W].
    period
        [s]
    duty
        Share of the period at the upper level.

    Returns
    -------
    float
        Usable energy [J].

    Raises
    ------
    GigaloopError
        If the swing or period is negative or the duty not within 0 and 1.

    Examples
    --------
    A rack that swings by 40 kW, half of every second:

    >>> square_energy(40e3, 1.0)
    10000.0
    """
    _check(swing, period)
    if not 0.0 <= duty <= 1.0:
        raise GigaloopError(f"a duty of {duty:g} is no share", hint="the share of a period at the upper level, 0 to 1")
    return swing * duty * (1.0 - duty) * period


def sine_energy(swing: float, period: float) -> float:
    """Give the storage that flattens a sinusoidal load: ``swing period / (2 pi)``, the swing from peak to peak.

    Examples
    --------
    >>> round(sine_energy(40e3, 1.0))
    6366
    """
    _check(swing, period)
    return swing * period / (2.0 * math.pi)


def swing_storage(
    swing: float,
    period: float,
    duty: float = 0.5,
    installed: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> SwingStorage:
    """Hold the energy storage of a rack against its swings at the scale of training iterations.

    Parameters
    ----------
    swing
        Between computing and communicating [W].
    period
        Of an iteration [s].
    duty
        Share of it spent computing.
    installed
        Usable energy [J]; None where it is not known.
    low, high
        Ends of the range of what is needed [J]; the value itself where not given.

    Examples
    --------
    Published storage of 65 J for each of 72 GPUs carries a swing of 40 kW for 0.12 s:

    >>> rack = swing_storage(40e3, 1.5, installed=72 * 65.0)
    >>> round(rack.covered_time, 3), round(rack.coverage, 2)
    (0.117, 0.31)
    """
    needed = square_energy(swing, period, duty)
    if installed is not None and installed < 0.0:
        raise GigaloopError(f"storage of {installed:g} J is less than none")
    bounds = (needed if low is None else low, needed if high is None else high)
    return SwingStorage(swing, period, duty, Spread(needed, min(bounds[0], needed), max(bounds[1], needed)), installed)


def rack_swing_storage(design_power: float, profile: LoadProfile, installed: float | None = None) -> SwingStorage:
    """Hold the storage of a rack against the swings of a load profile; its ranges reach what is needed.

    Parameters
    ----------
    design_power
        Thermal design power of the rack [W].
    profile
        Of the catalogue, such as ``pre-training``.
    installed
        Usable energy in the rack [J]; None where it is not known.
    """
    depth = profile.compute - profile.communicate
    least = max(0.0, profile.compute.bounds[0] - profile.communicate.bounds[1])
    most = max(0.0, profile.compute.bounds[1] - profile.communicate.bounds[0])
    duty = float(profile.duty)
    shortest, longest = profile.period.bounds
    spread = [share * (1.0 - share) for share in (*profile.duty.bounds, duty)]
    if profile.duty.bounds[0] <= 0.5 <= profile.duty.bounds[1]:
        spread.append(0.25)
    return swing_storage(
        design_power * depth,
        float(profile.period),
        duty,
        installed,
        design_power * least * shortest * min(spread),
        design_power * most * longest * max(spread),
    )


def filtered_spike(excess: float, duration: float, time_constant: float) -> float:
    """Give what is left of a short rectangular spike behind a first-order filter: ``excess (1 - exp(-t / tau))``.

    Storage in the shelf acts as such a filter of time constant energy over power.

    Parameters
    ----------
    excess
        Of the spike over the steady load [W].
    duration
        [s]
    time_constant
        [s]; 0 for no filter.

    Examples
    --------
    Half a millisecond at 40 % above 140 kW, behind 35 ms:

    >>> round(filtered_spike(56e3, 0.5e-3, 35e-3))
    794
    """
    _check(excess, duration)
    return excess if time_constant <= 0.0 else -excess * math.expm1(-duration / time_constant)


def _check(swing: float, period: float) -> None:
    if not (swing >= 0.0 and period >= 0.0 and math.isfinite(swing) and math.isfinite(period)):
        raise GigaloopError(f"a swing of {swing:g} W over {period:g} s is not possible", hint="both are at least 0")
