"""Blocks of a model over weeks in which only some weeks exist: an index array with -1 for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.core.errors import Place, SolveError
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.solve import Grid, Model, Solution

NONE = -1
Where = Callable[[tuple[int, ...]], Place | None]


def grid_columns(
    model: Model,
    name: str,
    exists: BoolArray,
    *,
    cost: ArrayLike = 0.0,
    upper: ArrayLike = np.inf,
    unit: str = "racks",
    keys: Sequence[str] | None = None,
) -> IntArray:
    """Add a column for every true cell and give the index of each cell's column (shape of ``exists``).

    ``keys`` name the entries of the first axis, so that a basis finds them again in another model; without them,
    their numbers do.
    """
    cells = np.flatnonzero(exists)
    costs = np.broadcast_to(np.asarray(cost, dtype=np.float64), exists.shape).ravel()[cells]
    uppers = np.broadcast_to(np.asarray(upper, dtype=np.float64), exists.shape).ravel()[cells]
    grid = _grid(exists, cells, keys)
    block = model.columns(name, axes=[("cell", cells)], cost=costs, upper=uppers, unit=unit, grid=grid)
    return _spread(exists, cells, block.index)


def grid_rows(
    model: Model,
    name: str,
    exists: BoolArray,
    *,
    lower: ArrayLike = -np.inf,
    upper: ArrayLike = np.inf,
    unit: str = "racks",
    path: Callable[[int], Place | None] | None = None,
    definition: bool = False,
    keys: Sequence[str] | None = None,
) -> IntArray:
    """Add a row for every true cell and give the index of each cell's row (shape of ``exists``).

    ``path`` gives the place in the user's file of a row by its position on the first axis; ``keys`` are as for columns.
    """
    cells = np.flatnonzero(exists)
    low = np.broadcast_to(np.asarray(lower, dtype=np.float64), exists.shape).ravel()[cells]
    high = np.broadcast_to(np.asarray(upper, dtype=np.float64), exists.shape).ravel()[cells]
    per_row = int(np.prod(exists.shape[1:]))
    origin: Where | None = None
    if path is not None:
        place_of = path

        def origin(at: tuple[int, ...]) -> Place | None:
            return place_of(int(cells[at[0]]) // per_row)

    grid = _grid(exists, cells, keys)
    block = model.rows(
        name, axes=[("cell", cells)], lower=low, upper=high, unit=unit, origin=origin, definition=definition, grid=grid
    )
    return _spread(exists, cells, block.index)


def _grid(exists: BoolArray, cells: IntArray, keys: Sequence[str] | None) -> Grid:
    """Name the series of a grid: the entries of the first axis, or the one series of a grid of one axis."""
    width = exists.shape[-1] if exists.ndim else 1
    series = exists.size // width if width else 0
    if keys is None or len(keys) != series:
        keys = [str(number) for number in range(series)]
    return Grid(tuple(keys), width, cells)


def _spread(exists: BoolArray, cells: IntArray, members: IntArray) -> IntArray:
    index = np.full(exists.size, NONE, dtype=np.intp)
    index[cells] = members
    return index.reshape(exists.shape)


def put(model: Model, rows: IntArray, columns: IntArray, coefficients: ArrayLike) -> None:
    """Add coefficients where both the row and the column exist (all broadcast).

    Raises
    ------
    SolveError
        If a column with a coefficient has no row: a limit would be skipped.
    """
    row, column, value = np.broadcast_arrays(rows, columns, np.asarray(coefficients, dtype=np.float64))
    wanted = (column >= 0) & (value != 0.0)
    if (row[wanted] < 0).any():
        raise SolveError(f"{model.name}: a column lacks its row", hint="this is a fault of gigaloop: please report it")
    if wanted.any():
        model.add(row[wanted], column[wanted], value[wanted])


def cumulative(
    model: Model, name: str, flows: list[IntArray], ends: IntArray, given: FloatArray
) -> tuple[IntArray, IntArray]:
    """Add columns (weeks,), at the ends only, that hold the sum of flows up to and including the end's week.

    Gives them, and for every week the row that its flows enter (weeks,); ``given`` enters besides the flows (weeks,).
    """
    weeks = len(given)
    exists = np.zeros(weeks, dtype=np.bool_)
    exists[ends] = True
    total = grid_columns(model, name, exists)
    enters = np.zeros(weeks)
    enters[ends] = np.diff(np.cumsum(given)[ends], prepend=0.0)
    rows = grid_rows(model, f"{name} sum", exists, lower=-enters, upper=-enters, definition=True)
    interval = np.searchsorted(ends, np.arange(weeks))
    known = interval < len(ends)
    put(model, rows[ends], total[ends], -1.0)
    put(model, rows[ends[1:]], total[ends[:-1]], 1.0)
    for flow in flows:
        put(model, rows[ends[interval[known]]], flow[known], 1.0)
    entered = np.full(weeks, NONE, dtype=np.intp)
    entered[known] = rows[ends[interval[known]]]
    return total, entered


def later(index: IntArray, weeks: int) -> IntArray:
    """Move cells (..., weeks) later by whole weeks (earlier where negative); what leaves the horizon is lost."""
    moved = np.full_like(index, NONE)
    n = index.shape[-1]
    if weeks >= 0:
        moved[..., weeks:] = index[..., : n - weeks] if weeks < n else NONE
    else:
        moved[..., : max(n + weeks, 0)] = index[..., -weeks:]
    return moved


def values(solution: Solution, index: IntArray) -> FloatArray:
    """Give the value of every cell's column (shape of ``index``), 0 where there is none."""
    found = np.zeros(index.shape)
    there = index >= 0
    found[there] = solution[index[there]]
    return found


def duals(solution: Solution, index: IntArray) -> FloatArray:
    """Give the dual of every cell's row (shape of ``index``), 0 where there is none."""
    found = np.zeros(index.shape)
    there = index >= 0
    found[there] = solution.dual(index[there])
    return found


def reduced_costs(solution: Solution, index: IntArray) -> FloatArray:
    """Give the reduced cost of every cell's column (shape of ``index``), infinite where there is none."""
    found = np.full(index.shape, np.inf)
    there = index >= 0
    found[there] = solution.reduced_cost(index[there])
    return found
