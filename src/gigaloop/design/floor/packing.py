"""Switches into network racks: as many to a rack as its units and its power take, in order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.design.records.fabric import IntArray

_FORGIVEN = 1e-9


@dataclass(frozen=True)
class Run:
    """Switches of a kind that follow each other."""

    count: int
    units: int
    """Height of one [U]."""
    power: float
    """Of one [W]; 0 where it is not known."""


@dataclass(frozen=True)
class Packing:
    """Where switches stand, (n,) in the order of their runs, and what the racks draw, (r,)."""

    rack: IntArray
    unit: IntArray
    """Lowest unit that each fills, from 1."""
    power: tuple[float, ...]
    """[W]"""

    @property
    def racks(self) -> int:
        """Racks that are filled."""
        return len(self.power)


def pack(runs: Sequence[Run], units: int, power: float) -> Packing:
    """Fill racks with switches in order: a rack is closed by the first that fits neither its units nor its power.

    A switch that is higher than the rack, or draws more than it may, has a rack to itself.

    Parameters
    ----------
    runs
        Switches by kind, in the order in which they are stacked.
    units
        Free units of a rack.
    power
        The most that the switches of a rack draw [W].

    Examples
    --------
    >>> packing = pack([Run(count=5, units=4, power=3e3), Run(count=2, units=1, power=0.2e3)], units=12, power=40e3)
    >>> packing.rack.tolist(), packing.unit.tolist()
    ([0, 0, 0, 1, 1, 1, 1], [1, 5, 9, 1, 5, 9, 10])
    """
    racks: list[IntArray] = []
    places: list[IntArray] = []
    drawn: list[float] = []
    used = units
    for run in runs:
        left = run.count
        if left <= 0:
            continue
        if drawn:
            fits = min(left, _fit(run, units - used, power - drawn[-1]))
            if fits:
                racks.append(np.full(fits, len(drawn) - 1, dtype=np.int32))
                places.append((used + 1 + run.units * np.arange(fits)).astype(np.int32))
                used += fits * run.units
                drawn[-1] += fits * run.power
                left -= fits
        if left:
            per_rack = max(1, _fit(run, units, power))
            index = np.arange(left, dtype=np.int32)
            racks.append(index // per_rack + np.int32(len(drawn)))
            places.append(index % per_rack * run.units + 1)
            full, rest = divmod(left, per_rack)
            drawn.extend([per_rack * run.power] * full + ([rest * run.power] if rest else []))
            used = (rest or per_rack) * run.units
    empty = np.empty(0, dtype=np.int32)
    return Packing(
        np.concatenate(racks, dtype=np.int32) if racks else empty,
        np.concatenate(places, dtype=np.int32) if places else empty,
        tuple(drawn),
    )


def _fit(run: Run, units: int, power: float) -> int:
    """Count the switches of a run that the free units and power of a rack take."""
    by_power = math.floor(power / run.power * (1.0 + _FORGIVEN)) if run.power > 0.0 and power < math.inf else units
    return max(0, min(units // run.units, by_power))
