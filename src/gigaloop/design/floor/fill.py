"""How full the trays of a floor are: cords, cross-section and mass by segment, from a cable schedule."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.floor.route import Routes, in_tray
from gigaloop.design.records.cables import CableSchedule
from gigaloop.design.records.fabric import FloatArray, IntArray
from gigaloop.design.records.floor import FloorPlan, TrayFill
from gigaloop.design.supply import RACK_UNIT
from gigaloop.programme.schema.floor import Tray

_CHUNK = 4 << 16
_GRID = 1e3
"""Coordinates are told apart by the millimetre [1/m]."""
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class _Grid:
    """Trays as lines with nodes: one along the rows for each storey and y, one across for each storey and aisle."""

    xs: FloatArray
    """Where racks and aisles are along the rows [m]."""
    ys: FloatArray
    """Where rows and risers are across them [m]."""
    x: Indices
    """Of each rack (r,), as an index into ``xs``; so are ``left`` and ``right``."""
    left: Indices
    right: Indices
    aisles: Indices
    """The cross aisles, ascending, as indices into ``xs``."""
    y: Indices
    riser: Indices
    """Of each rack's hall (r,), as an index into ``ys``."""
    storeys: int

    @property
    def along(self) -> int:
        """Cells of the trays along the rows."""
        return self.storeys * len(self.ys) * len(self.xs)

    @property
    def cells(self) -> int:
        """Cells of all trays: the segment that begins at each node."""
        return 2 * self.along


def _grid(floor: FloorPlan) -> _Grid:
    def index(*columns: FloatArray) -> tuple[FloatArray, list[Indices]]:
        rounded = [np.rint(column * _GRID).astype(np.int64) for column in columns]
        values = np.unique(np.concatenate(rounded))
        return values / _GRID, [np.searchsorted(values, column) for column in rounded]

    xs, (x, left, right) = index(floor.x, floor.left, floor.right)
    ys, (y, riser) = index(floor.y, floor.risers[floor.hall_of])
    aisles = np.unique(np.concatenate([left, right]))
    return _Grid(xs, ys, x, left, right, aisles, y, riser, int(floor.storey.max(initial=0)) + 1)


def tray_fill(floor: FloorPlan, schedule: CableSchedule, tray: Tray) -> TrayFill:
    """Give what lies in every segment of the trays: between neighbouring racks of a row, and between rows in an aisle.

    Cords count once however many links they carry; those without a medium are left out, as their diameter is not known.
    Trays one above the other count as one of their summed cross-section. Cords that change rows share
    the aisles between their racks evenly, as all are as short.

    Parameters
    ----------
    floor, tray
        The floor, and its trays.
    schedule
        Every cable, with its medium.
    """
    grid, routes = _grid(floor), Routes(floor)
    rows = schedule.first_rows
    rows = rows[schedule.medium[rows] >= 0]
    media = len(schedule.media)
    counts = np.zeros(media * grid.cells, dtype=np.int64)
    drop = 2.0 * float(tray.drop) + 2.0 * floor.rack_units * RACK_UNIT
    for start in range(0, len(rows), _CHUNK):
        some = rows[start : start + _CHUNK]
        a, b = schedule.a_rack[some], schedule.b_rack[some]
        low, high = schedule.a_unit[some], schedule.b_unit[some]
        lies = in_tray(routes, drop, a, b, low + high, low - high)
        a, b = a[lies], b[lies]
        medium = schedule.medium[some][lies].astype(np.int64) * grid.cells
        for first, last in _spans(grid, floor, a, b, some[lies]):
            counts += np.bincount(medium + np.minimum(first, last), minlength=len(counts))
            counts -= np.bincount(medium + np.maximum(first, last), minlength=len(counts))
    lying = _summed(counts.reshape(media, grid.cells), grid)
    area = np.array([math.pi / 4.0 * medium.diameter**2 for medium in schedule.media])
    density = np.array([medium.density for medium in schedule.media])
    return _segments(grid, floor, tray, lying, area, density)


def _spans(grid: _Grid, floor: FloorPlan, a: IntArray, b: IntArray, number: IntArray) -> list[tuple[Indices, Indices]]:
    """Give the spans of trays that cords take, as first and last cell: along a row, across rows, along the other."""
    wide, deep = len(grid.xs), len(grid.ys)
    xa, xb = grid.x[a], grid.x[b]
    at = _turn(grid, a, b, number)
    at = np.where(floor.row[a] == floor.row[b], xb, at)
    lower, upper = floor.storey[a].astype(np.int64), floor.storey[b].astype(np.int64)
    line_a, line_b = (lower * deep + grid.y[a]) * wide, (upper * deep + grid.y[b]) * wide
    aisle_a, aisle_b = grid.along + (lower * wide + at) * deep, grid.along + (upper * wide + at) * deep
    over = _riser(grid, a, b)
    turn = np.where(lower == upper, grid.y[b], over)
    spans = [(line_a + xa, line_a + at), (line_b + at, line_b + xb), (aisle_a + grid.y[a], aisle_a + turn)]
    if grid.storeys > 1:
        spans.append((aisle_b + turn, aisle_b + grid.y[b]))
    return spans


def _turn(grid: _Grid, a: IntArray, b: IntArray, number: IntArray) -> Indices:
    """Say in which aisle cords change rows: by their number one of those between the racks, else the nearer one."""
    first, last = np.minimum(grid.right[a], grid.right[b]), np.maximum(grid.left[a], grid.left[b])
    both = grid.xs[grid.x[a]] + grid.xs[grid.x[b]]
    nearer = both - 2.0 * grid.xs[last] <= 2.0 * grid.xs[first] - both
    low, high = np.searchsorted(grid.aisles, first), np.searchsorted(grid.aisles, last)
    between = grid.aisles[low + number % np.maximum(high - low + 1, 1)]
    return np.where(first <= last, between, np.where(nearer, last, first))


def _riser(grid: _Grid, a: IntArray, b: IntArray) -> Indices:
    """Say at which riser cords change storeys."""
    ya, yb, ra, rb = (grid.ys[index] for index in (grid.y[a], grid.y[b], grid.riser[a], grid.riser[b]))
    first = np.abs(ya - ra) + np.abs(ra - yb) <= np.abs(ya - rb) + np.abs(rb - yb)
    return np.where(first, grid.riser[a], grid.riser[b])


def _summed(counts: Indices, grid: _Grid) -> Indices:
    """Sum what begins and ends at the nodes along every line, (media, cells)."""
    wide, deep = len(grid.xs), len(grid.ys)
    along, across = counts[:, : grid.along], counts[:, grid.along :]
    lines = along.reshape(len(counts), along.shape[1] // wide, wide).cumsum(axis=2)
    aisles = across.reshape(len(counts), across.shape[1] // deep, deep).cumsum(axis=2)
    return np.concatenate([lines.reshape(along.shape), aisles.reshape(across.shape)], axis=1)


def _segments(
    grid: _Grid, floor: FloorPlan, tray: Tray, lying: Indices, area: FloatArray, density: FloatArray
) -> TrayFill:
    """Give the segments that a tray runs along: over rows from aisle to aisle, and in aisles from row to row."""
    wide, deep = len(grid.xs), len(grid.ys)
    there = np.zeros(grid.cells, dtype=np.int64)
    storey = floor.storey.astype(np.int64)
    line = (storey * deep + grid.y) * wide
    for first, last in ((line + grid.left, line + grid.right), *_aisles(grid, storey)):
        np.add.at(there, first, 1)
        np.add.at(there, last, -1)
    built = _summed(there[None], grid)[0] > 0
    cells = np.flatnonzero(built | (lying > 0).any(axis=0))
    is_along = cells < grid.along
    local = np.where(is_along, cells, cells - grid.along)
    outer, inner = local // np.where(is_along, wide, deep), local % np.where(is_along, wide, deep)
    level, other = outer // np.where(is_along, deep, wide), outer % np.where(is_along, deep, wide)
    i, j = np.where(is_along, inner, other), np.where(is_along, other, inner)
    i1, j1 = np.minimum(i + is_along, wide - 1), np.minimum(j + ~is_along, deep - 1)
    cords, levels = lying[:, cells], float(tray.levels)
    return TrayFill(
        storey=level.astype(np.int32),
        x0=grid.xs[i],
        y0=grid.ys[j],
        x1=grid.xs[i1],
        y1=grid.ys[j1],
        cords=cords.sum(axis=0).astype(np.int32),
        fill=area @ cords / (levels * float(tray.width) * float(tray.depth)),
        load=density @ cords,
        fill_limit=float(tray.fill),
        load_limit=levels * float(tray.load),
    )


def _aisles(grid: _Grid, storey: Indices) -> list[tuple[Indices, Indices]]:
    """Give the cross aisles of each storey as spans, from its first row to its last."""
    wide, deep = len(grid.xs), len(grid.ys)
    spans = []
    for end in (grid.left, grid.right):
        aisle = storey * wide + end
        names, which = np.unique(aisle, return_inverse=True)
        first, last = np.full(len(names), deep, dtype=np.int64), np.zeros(len(names), dtype=np.int64)
        np.minimum.at(first, which.reshape(-1), grid.y)
        np.maximum.at(last, which.reshape(-1), grid.y)
        spans.append((grid.along + names * deep + first, grid.along + names * deep + last))
    return spans
