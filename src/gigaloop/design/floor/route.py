"""Routes of cables on a floor: up from the rack, along the trays of rows and cross aisles, over risers, and down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.fabric import IntArray
from gigaloop.design.records.floor import FloorPlan
from gigaloop.design.supply import RACK_UNIT
from gigaloop.programme.schema.floor import Tray

Lengths = NDArray[np.float32]

MANAGER = 0.3
"""From a port to the cable manager at the side of its rack [m] (0.2 to 0.5). Source: none public, an assumption of
2026-11: half of a rack of 600 mm."""
_CHUNK = 1 << 16
"""Cables at a time: what a processor keeps near."""


class Routes:
    """The trays of a floor as columns over its racks, for routes between them."""

    def __init__(self, floor: FloorPlan) -> None:
        self.x, self.y = floor.x.astype(np.float32), floor.y.astype(np.float32)
        self.left, self.right = floor.left.astype(np.float32), floor.right.astype(np.float32)
        self.row, self.position, self.storey = floor.row, floor.position, floor.storey
        self.riser = floor.risers.astype(np.float32)[floor.hall_of]
        self.storeys = bool(floor.storey.any())
        self.storey_height = np.float32(floor.storey_height)

    def run(self, a: IntArray, b: IntArray) -> Lengths:
        """Give the way along the trays from above racks ``a`` to above racks ``b`` (m,) [m].

        A cable changes rows in a cross aisle: one between the racks, else the nearer end of their block. It changes
        storeys at a riser of the hall of either end, whichever is nearer.
        """
        xa, xb, ya, yb = self.x[a], self.x[b], self.y[a], self.y[b]
        right_a, right_b = self.right[a], self.right[b]
        along = np.abs(xa - xb)
        both = xa + xb
        round_left = both - 2.0 * np.minimum(self.left[a], self.left[b])
        round_right = 2.0 * np.maximum(right_a, right_b) - both
        apart = np.minimum(right_a, right_b) > np.maximum(xa, xb)
        apart &= self.row[a] != self.row[b]
        along = np.where(apart, np.minimum(round_left, round_right), along)
        along += np.abs(ya - yb)
        if self.storeys:
            climb = np.flatnonzero(self.storey[a] != self.storey[b])
            if len(climb):
                along[climb] += self._climb(a[climb], b[climb]) - np.abs(ya - yb)[climb]
        return np.asarray(along, dtype=np.float32)

    def _climb(self, a: IntArray, b: IntArray) -> Lengths:
        """Give the way across the rows and up over a riser [m]."""
        ya, yb = self.y[a], self.y[b]
        across = np.minimum(
            np.abs(ya - self.riser[a]) + np.abs(self.riser[a] - yb),
            np.abs(ya - self.riser[b]) + np.abs(self.riser[b] - yb),
        )
        return np.asarray(across + self.storey_height * np.abs(self.storey[a] - self.storey[b]), dtype=np.float32)

    def near(self, a: IntArray, b: IntArray) -> NDArray[np.bool_]:
        """Say which pairs are of one rack or of neighbours in a row, whose cables may pass from side to side."""
        return np.asarray((self.row[a] == self.row[b]) & (np.abs(self.position[a] - self.position[b]) <= 1))


def run_length(
    floor: FloorPlan, tray: Tray, a_rack: IntArray, a_unit: IntArray, b_rack: IntArray, b_unit: IntArray
) -> Lengths:
    """Give the lengths of cables between places of a floor, (m,) [m].

    A cable rises from its unit to the top of the rack and on to the tray, follows the trays, and comes down likewise.
    Within a rack it goes up and down at the side; between neighbours in a row from side to side, where that is shorter.
    On top come the tray's share of slack and its extra length.

    Parameters
    ----------
    floor, tray
        The floor, and its trays.
    a_rack, b_rack
        Racks at both ends (m,): indices into the floor.
    a_unit, b_unit
        Rack units at both ends (m,), from 1.
    """
    count = len(a_rack)
    length = np.empty(count, dtype=np.float32)
    routes = Routes(floor)
    drop = 2.0 * float(tray.drop) + 2.0 * floor.rack_units * RACK_UNIT
    stretch, extra = np.float32(1.0 + float(tray.slack)), np.float32(float(tray.extra))
    for start in range(0, count, _CHUNK):
        rows = slice(start, start + _CHUNK)
        a, b, low, high = a_rack[rows], b_rack[rows], a_unit[rows], b_unit[rows]
        run = routes.run(a, b)
        run += np.float32(drop) - np.float32(RACK_UNIT) * (low + high)
        near = np.flatnonzero(routes.near(a, b))
        if len(near):
            run[near] = np.minimum(run[near], _aside(routes, a[near], b[near], low[near] - high[near]))
        length[rows] = run * stretch + extra
    return length


def in_tray(
    routes: Routes, drop: float, a: IntArray, b: IntArray, units: IntArray, rise: IntArray
) -> NDArray[np.bool_]:
    """Say which cables lie in trays: not those of one rack, nor those that are shorter from side to side.

    Parameters
    ----------
    routes
        Routes of the floor.
    drop
        From both ends' lowest units to the tray and down again [m].
    a, b
        Racks (m,).
    units, rise
        Sum and difference of the units at both ends (m,).
    """
    lies = np.ones(len(a), dtype=np.bool_)
    near = np.flatnonzero(routes.near(a, b))
    if len(near):
        over = routes.run(a[near], b[near]) + np.float32(drop) - np.float32(RACK_UNIT) * units[near]
        lies[near] = over < _aside(routes, a[near], b[near], rise[near])
    return lies


def _aside(routes: Routes, a: IntArray, b: IntArray, rise: IntArray) -> Lengths:
    """Give the way from side to side of one rack or of neighbours [m]."""
    across = np.abs(routes.x[a] - routes.x[b]) + np.float32(2.0 * MANAGER)
    return np.asarray(across + np.float32(RACK_UNIT) * np.abs(rise), dtype=np.float32)
