"""Bring a HiGHS instance up to date with a model that changed after it was loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.solve.arrays import Int32Array, LinearProgram
from gigaloop.solve.outcome import IntArray

if TYPE_CHECKING:
    from gigaloop.solve.highs import Engine

FEW_COEFFICIENTS = 1000
"""Up to this many changed coefficients are passed one by one; beyond, the matrix is passed anew."""


@dataclass(slots=True)
class Changes:
    """Indices of what changed since the solver last saw the model."""

    column_bounds: list[IntArray] = field(default_factory=list)
    row_bounds: list[IntArray] = field(default_factory=list)
    costs: list[IntArray] = field(default_factory=list)
    entries: list[tuple[IntArray, IntArray]] = field(default_factory=list)
    offset: bool = False


def bring_up_to_date(engine: Engine, program: LinearProgram, changes: Changes) -> bool:
    """Pass the changes on in a few batched calls; answer False where loading anew is the faster way.

    Columns and rows that the program has beyond the engine's are added, and the basis stays usable.
    """
    old_columns, old_rows = engine.n_columns, engine.n_rows
    if changes.entries:
        row = np.concatenate([row for row, _ in changes.entries])
        column = np.concatenate([column for _, column in changes.entries])
        inside = (row < old_rows) & (column < old_columns)
        if np.count_nonzero(inside) > FEW_COEFFICIENTS:
            return False
        row, column = row[inside], column[inside]
        at = program.matrix.positions(row, column)
        value = np.where(at >= 0, program.matrix.value[at], 0.0) if len(program.matrix.value) else 0.0 * row
        engine.set_coefficients(row, column, value)
    if len(index := _unique(changes.column_bounds, old_columns)):
        engine.set_column_bounds(index, program.column_lower[index], program.column_upper[index])
    if len(index := _unique(changes.row_bounds, old_rows)):
        engine.set_row_bounds(index, program.row_lower[index], program.row_upper[index])
    if len(index := _unique(changes.costs, old_columns)):
        engine.set_cost(index, program.cost[index])
    if changes.offset:
        engine.set_offset(program.offset)
    if program.n_columns > old_columns:
        _add_columns(engine, program, old_columns, old_rows)
    if program.n_rows > old_rows:
        _add_rows(engine, program, old_rows)
    return True


def _unique(indices: Iterable[IntArray], below: int) -> IntArray:
    listed = list(indices)
    if not listed:
        return np.empty(0, dtype=np.intp)
    index = np.unique(np.concatenate(listed))
    return index[index < below]


def _starts(counts: IntArray) -> Int32Array:
    start = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(counts, out=start[1:])
    return start


def _add_columns(engine: Engine, program: LinearProgram, old_columns: int, old_rows: int) -> None:
    matrix = program.matrix
    first = matrix.start[old_columns]
    row, value = matrix.row[first:], matrix.value[first:]
    column = matrix.column[first:] - old_columns
    here = row < old_rows
    counts = np.bincount(column[here], minlength=program.n_columns - old_columns)
    engine.add_columns(program, _starts(counts), row[here], value[here])


def _add_rows(engine: Engine, program: LinearProgram, old_rows: int) -> None:
    matrix = program.matrix
    at = np.flatnonzero(matrix.row >= old_rows)
    at = at[np.argsort(matrix.row[at], kind="stable")]
    counts = np.bincount(matrix.row[at] - old_rows, minlength=program.n_rows - old_rows)
    engine.add_rows(program, _starts(counts), matrix.column[at], matrix.value[at])
