"""A linear or mixed-integer programme as plain arrays, and the little sparse algebra it needs.

The programme is: minimise ``offset + cost @ x`` subject to ``row_lower <= A @ x <= row_upper`` and
``column_lower <= x <= column_upper``, with ``x[j]`` whole where ``integer[j]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gigaloop.solve.outcome import FloatArray, IntArray

Int32Array = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Matrix:
    """A sparse matrix in compressed columns, rows ascending within a column, no entry twice.

    Parameters
    ----------
    start
        Where each column begins in ``row`` and ``value`` (n_columns + 1,).
    row
        Row of each entry (n_entries,).
    value
        Coefficient of each entry (n_entries,).
    n_rows
        Number of rows.
    """

    start: Int32Array
    row: Int32Array
    value: FloatArray
    n_rows: int

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.start) - 1

    @cached_property
    def column(self) -> Int32Array:
        """Column of each entry (n_entries,)."""
        return np.repeat(np.arange(self.n_columns, dtype=np.int32), np.diff(self.start))

    @cached_property
    def by_rows(self) -> tuple[Int32Array, IntArray]:
        """Where each row begins (n_rows + 1,), and the positions of the entries, sorted by row (n_entries,)."""
        start = np.zeros(self.n_rows + 1, dtype=np.int32)
        np.cumsum(np.bincount(self.row, minlength=self.n_rows), out=start[1:])
        return start, np.argsort(self.row, kind="stable")

    def times(self, x: FloatArray) -> FloatArray:
        """Give ``A @ x`` (n_rows,)."""
        return np.asarray(np.bincount(self.row, self.value * x[self.column], minlength=self.n_rows), np.float64)

    def transposed_times(self, y: FloatArray) -> FloatArray:
        """Give ``A.T @ y`` (n_columns,)."""
        return np.asarray(np.bincount(self.column, self.value * y[self.row], minlength=self.n_columns), np.float64)

    def positions(self, row: IntArray, column: IntArray) -> IntArray:
        """Give the position of each entry (row, column), or -1 where the matrix has none."""
        if not len(self.row):
            return np.full(len(row), -1, dtype=np.intp)
        keys = self.column.astype(np.int64) * self.n_rows + self.row
        wanted = np.asarray(column, dtype=np.int64) * self.n_rows + row
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[found] == wanted, found, -1)


def compress(row: IntArray, column: IntArray, value: FloatArray, n_rows: int, n_columns: int) -> Matrix:
    """Sort triplets into compressed columns, summing duplicates and dropping sums of exactly zero.

    >>> a = compress(np.array([0, 0]), np.array([1, 1]), np.array([2.0, 3.0]), 1, 2)
    >>> a.start.tolist(), a.value.tolist()
    ([0, 0, 1], [5.0])
    """
    key = np.asarray(column, dtype=np.int64) * n_rows + row
    if len(key) > 1 and not (key[1:] > key[:-1]).all():
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
        key, value = key[first], np.add.reduceat(value[order], first)
    nonzero = value != 0.0
    if not nonzero.all():
        key, value = key[nonzero], value[nonzero]
    of_column = key // max(n_rows, 1)
    start = np.zeros(n_columns + 1, dtype=np.int32)
    np.cumsum(np.bincount(of_column, minlength=n_columns), out=start[1:])
    return Matrix(start, (key - of_column * n_rows).astype(np.int32), np.asarray(value, np.float64), n_rows)


@dataclass(frozen=True, slots=True, eq=False)
class LinearProgram:
    """A linear or mixed-integer programme as arrays; nothing in it changes once it is made.

    Parameters
    ----------
    cost
        Cost per unit of each column (n_columns,).
    column_lower, column_upper
        Bounds of the columns (n_columns,), infinite where there is none.
    integer
        Which columns are whole numbers (n_columns,).
    row_lower, row_upper
        Limits of the rows (n_rows,), infinite where there is none.
    matrix
        Coefficients (n_rows, n_columns).
    offset
        Constant part of the objective.
    """

    cost: FloatArray
    column_lower: FloatArray
    column_upper: FloatArray
    integer: NDArray[np.bool_]
    row_lower: FloatArray
    row_upper: FloatArray
    matrix: Matrix
    offset: float = 0.0

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    @property
    def is_mixed_integer(self) -> bool:
        """Whether any column must be a whole number."""
        return bool(self.integer.any())

    def violation(self, x: FloatArray) -> float:
        """Give the largest amount by which ``x`` (n_columns,) breaks a row, a bound or integrality.

        >>> one = np.array([1.0])
        >>> a = compress(np.array([0]), np.array([0]), one, 1, 1)
        >>> lp = LinearProgram(one, one * 0, one * 9, one < 0, one * 4, one * 6, a)
        >>> lp.violation(np.array([3.5])), lp.violation(np.array([5.0]))
        (0.5, 0.0)
        """
        activity = self.matrix.times(x)
        parts = (
            self.column_lower - x,
            x - self.column_upper,
            self.row_lower - activity,
            activity - self.row_upper,
            np.abs(x - np.round(x))[self.integer],
        )
        return max(0.0, *(float(part.max(initial=0.0)) for part in parts))


class Vector:
    """A vector of floats that grows by blocks and is copied before it is changed under a snapshot."""

    def __init__(self) -> None:
        self._chunks: list[FloatArray] = []
        self._array: FloatArray = np.empty(0)
        self._shared = False

    def append(self, values: FloatArray) -> None:
        """Add values at the end."""
        self._chunks.append(np.array(values, dtype=np.float64).ravel())

    @property
    def array(self) -> FloatArray:
        """The vector as it is now, to be read and not written or kept."""
        if self._chunks:
            self._array = np.concatenate([self._array, *self._chunks])
            self._chunks.clear()
            self._shared = False
        return self._array

    def snapshot(self) -> FloatArray:
        """Give the vector as it is now; later changes do not touch what was given."""
        array = self.array
        self._shared = True
        return array

    def _own(self) -> FloatArray:
        array = self.array
        if self._shared:
            self._array = array = array.copy()
            self._shared = False
        return array

    def put(self, index: IntArray, values: FloatArray) -> None:
        """Set the values at an index array."""
        self._own()[index] = values

    def add(self, index: IntArray, values: FloatArray) -> None:
        """Add to the values at an index array, an index given twice counting twice."""
        np.add.at(self._own(), index, values)
