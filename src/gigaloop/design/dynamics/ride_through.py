"""Voltage dips: what rides through, what leaves the grid and how it comes back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.errors import GigaloopError

if TYPE_CHECKING:
    from gigaloop.design.records.product import RackProduct

BBU_START = 4e-3
"""From the drop of the bus to the battery carrying it [s]; ORv3 battery backup, OCP talk of Delta and Advanced Energy
(2024), https://www.sgpjbg.com/bgdown/161254.html."""

BBU_DETECT = 2e-3
"""For which the bus must be below 48.5 V before a battery starts [s]; ORv3, same talk."""

BBU_TIME = 240.0
"""For which a battery shelf carries its rated load [s]; ORv3, same talk."""

SHELF_HOLD_UP = 20e-3
"""Of a power supply at full load without input [s]; ORv3, same talk."""

LOWEST_INPUT = 180.0 / 277.0
"""Share of the rated voltage at which power supplies still run at full power: 180 to 305 V for 277 V nominal,
https://globaltechresearch.substack.com/p/is-monolithic-power-system-mpwr-us."""


@dataclass(frozen=True)
class Dip:
    """A dip of voltage: when it begins [s], what remains of the rated voltage, and how long it lasts [s]."""

    begin: float
    remaining: float
    duration: float


@dataclass(frozen=True)
class Backup:
    """What stands behind the feed of racks."""

    hold_up: float = SHELF_HOLD_UP
    """Of the power supplies at full load [s]."""
    load: float = 1.0
    """Of the supplies, over their rating."""
    lowest_input: float = LOWEST_INPUT
    """Voltage at which they still run, over the rated."""
    takes_over: float | None = BBU_DETECT + BBU_START
    """Time in which a battery or UPS carries the load [s]; None where there is none."""
    carries: float = BBU_TIME
    """For how long it does [s]."""


def rack_backup(rack: RackProduct) -> Backup:
    """Give what stands behind the feed of racks: their shelves' hold-up, and a UPS or battery of their power chain.

    Where no hold-up of the shelves is known it is that of Open Rack V3 supplies at full load.

    Parameters
    ----------
    rack
        As it was engineered.
    """
    known = None if rack.shelves is None else rack.shelves.hold_up
    hold_up, stored = SHELF_HOLD_UP if known is None else known, rack.backup
    if stored is None:
        return Backup(hold_up=hold_up, takes_over=None)
    return Backup(hold_up=hold_up, takes_over=stored.takes_over, carries=stored.carries)


@dataclass(frozen=True)
class Ridden:
    """What a dip did to a load: it stayed on the ``grid``, ran on ``storage``, or is ``lost``."""

    outcome: str
    time: float
    """For which the load runs on stored energy, or after which it stops [s]."""
    margin: float
    """Longest dip of this depth that is ridden, less this one, over this one."""


def ride(dip: Dip, backup: Backup) -> Ridden:
    """Say whether a load rides a dip.

    Above the lowest input of the supplies the load stays on the grid. Below it the supplies live on their hold-up,
    which lasts longer at part load (``hold_up / load``); what takes over within it carries the load on.

    Parameters
    ----------
    dip
        The dip.
    backup
        What stands behind the feed.

    Examples
    --------
    Half of the voltage for 150 ms is more than 20 ms of hold-up, and nothing for a battery:

    >>> ride(Dip(0.0, 0.5, 0.15), Backup(takes_over=None)).outcome, ride(Dip(0.0, 0.5, 0.15), Backup()).outcome
    ('lost', 'storage')
    """
    if not (0.0 <= dip.remaining <= 1.0 and dip.duration > 0.0):
        raise GigaloopError("a dip leaves a share of the voltage and lasts some time")
    if dip.remaining >= backup.lowest_input:
        return Ridden("grid", 0.0, math.inf)
    held = backup.hold_up / backup.load if backup.load > 0.0 else math.inf
    if backup.takes_over is not None and backup.takes_over <= held:
        held = max(held, backup.takes_over + backup.carries)
    outcome = "storage" if dip.duration <= held else "lost"
    return Ridden(outcome, min(dip.duration, held), held / dip.duration - 1.0)


def curve_margin(curve: Sequence[tuple[float, float]], backup: Backup) -> float:
    """Give the least margin of a load over a ride-through curve: negative where a dip on it is not ridden.

    Parameters
    ----------
    curve
        Points (remaining voltage, duration [s]) that the load must ride, such as ``[(0.0, 0.15), (0.5, 0.5)]``.
    backup
        What stands behind the feed.

    Examples
    --------
    >>> round(curve_margin([(0.0, 0.15), (0.5, 0.5)], Backup(takes_over=None)), 2)
    -0.96
    """
    if not curve:
        raise GigaloopError("a ride-through curve has a point or more")
    return min(ride(Dip(0.0, remaining, duration), backup).margin for remaining, duration in curve)


def transfer_time(faults: Sequence[float], count: int = 3, window: float = 60.0) -> float | None:
    """Give the moment at which a fault counter moves its load to backup for good.

    UPS that each ride a fault may yet be set to leave the grid, until somebody brings them back by hand, once they
    have seen ``count`` faults within ``window``. Six faults in 82 s took about 1,500 MW of data centres off the grid at
    once that way (NERC, Incident Review: Considering Simultaneous Voltage-Sensitive Load Reductions, January 2025).

    Parameters
    ----------
    faults
        Moments of the faults [s].
    count
        That triggers.
    window
        Within which they count [s].

    Returns
    -------
    float or None
        [s]; None where it never triggers.

    Examples
    --------
    Of six faults over 82 s, evenly spread, the third one triggers:

    >>> round(transfer_time([82 / 5 * k for k in range(6)]), 1)
    32.8
    """
    if count < 1 or not window > 0.0:
        raise GigaloopError("a fault counter counts one fault or more within some time")
    ordered = sorted(faults)
    for index in range(count - 1, len(ordered)):
        if ordered[index] - ordered[index - count + 1] <= window:
            return ordered[index]
    return None


def load_after(groups: Sequence[tuple[float, int, float]], faults: Sequence[float], at: float) -> tuple[float, float]:
    """Give the load on the grid and the load that has left it, by counters of several settings.

    Parameters
    ----------
    groups
        (load [W], count, window [s]) of each group.
    faults
        Moments of the faults [s].
    at
        Moment asked for [s].

    Examples
    --------
    >>> groups = [(1500e6, 3, 60.0), (500e6, 10, 60.0)]
    >>> load_after(groups, [82 / 5 * k for k in range(6)], 82.0)
    (500000000.0, 1500000000.0)
    """
    left = 0.0
    for load, count, window in groups:
        moment = transfer_time(faults, count, window)
        left += load if moment is not None and moment <= at else 0.0
    return math.fsum(load for load, _, _ in groups) - left, left


def reconnect_time(load: float, ramp: float, waiting: float = 0.0) -> float:
    """Give the time until a load is back on the grid at a ramp, after a time of waiting.

    Parameters
    ----------
    load
        [W]
    ramp
        That the utility allows [W/s].
    waiting
        Until the utility, or somebody at a switch, lets it begin [s].

    Examples
    --------
    1,500 MW at 50 MW/min take half an hour:

    >>> reconnect_time(1500e6, 50e6 / 60) / 60
    30.0
    """
    if not ramp > 0.0 or load < 0.0 or waiting < 0.0:
        raise GigaloopError("a load comes back at a ramp above 0")
    return waiting + load / ramp
