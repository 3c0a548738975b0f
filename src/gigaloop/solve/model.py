"""A linear or mixed-integer model: named blocks of columns and rows, solved and re-solved by HiGHS."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.core.errors import SolveError, UsageError
from gigaloop.solve import checks
from gigaloop.solve.arrays import LinearProgram, Matrix, Vector, compress
from gigaloop.solve.blocks import Axis, AxisLike, Block, Columns, Grid, Origin, Rows, Say, read_axes
from gigaloop.solve.changes import Changes, bring_up_to_date
from gigaloop.solve.outcome import Basis, FloatArray, IntArray, SolveOptions
from gigaloop.solve.solution import Index, Solution, resolve

if TYPE_CHECKING:
    from gigaloop.solve.highs import Engine
    from gigaloop.solve.run import Run

_numbers = count(1)
_B = TypeVar("_B", bound=Block)


class Model:
    """A model that minimises ``constant + cost @ x`` over its columns ``x``, subject to its rows.

    Blocks are added, then coefficients between them; after a solve, bounds, limits, costs and coefficients may
    change and columns and rows may be added, and the next solve starts from the last basis.

    Parameters
    ----------
    name
        Name for messages.

    Examples
    --------
    Two products, three plants: 2 batches of doors and 6 of windows earn 36 (the Wyndor example of Hillier and
    Lieberman, Introduction to Operations Research, section 3.1).

    >>> m = Model("plants")
    >>> x = m.columns("batches", axes=[("product", ["door", "window"])], cost=[-3, -5])
    >>> hours = m.rows("hours", axes=[("plant", [1, 2, 3])], upper=[4, 12, 18])
    >>> m.add(hours[[0, 1, 2, 2]], x[[0, 1, 0, 1]], [1, 2, 3, 2])
    >>> s = m.solve()
    >>> s.objective, s[x].tolist(), s.dual(hours)[1:].tolist()
    (-36.0, [2.0, 6.0], [-1.5, -1.0])
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.owner = next(_numbers)
        self.n_columns = 0
        self.n_rows = 0
        self.offset = 0.0
        self._columns: list[Columns] = []
        self._rows: list[Rows] = []
        self._names: set[str] = set()
        self._cost, self._integer = Vector(), Vector()
        self._column_lower, self._column_upper = Vector(), Vector()
        self._row_lower, self._row_upper = Vector(), Vector()
        self._matrix = compress(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0), 0, 0)
        self._triplets: list[tuple[IntArray, IntArray, FloatArray]] = []
        self._changes = Changes()
        self._engine: Engine | None = None
        self._last: FloatArray | None = None
        self._basis: Basis | None = None

    # --- building ----------------------------------------------------------------------------------------

    def columns(
        self,
        name: str,
        axes: Sequence[AxisLike] = (),
        *,
        lower: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        cost: ArrayLike = 0.0,
        integer: bool = False,
        unit: str = "",
        origin: Origin | None = None,
        say: Say | None = None,
        grid: Grid | None = None,
    ) -> Columns:
        """Add a block of columns.

        Parameters
        ----------
        name
            Unique in the model.
        axes
            Pairs of name and labels; none for a single column. An axis of tuples makes a sparse block; name it
            by a tuple of names to have its labels taken apart in sentences.
        lower, upper
            Bounds, broadcast to the block's shape.
        cost
            Cost per unit, broadcast to the block's shape.
        integer
            Whether the columns are whole numbers.
        unit, origin, say, grid
            For sentences about the columns' bounds, and the cells: see :class:`~gigaloop.solve.blocks.Block`.

        Raises
        ------
        UsageError
            For a name in use, wrong shapes, NaN, or an infinite cost.
        """
        block = Columns(name, self._axes(name, axes), self.n_columns, self.owner, unit, origin, say, grid=grid)
        low, high = checks.bounds(repr(name), lower, upper, block.shape)
        what = f"cost of {name!r}"
        costs = checks.finite(what, checks.shaped(what, cost, block.shape))
        self._append(self._column_lower, self._column_upper, low, high)
        self._cost.append(costs)
        self._integer.append(np.full(block.size, float(integer)))
        self.n_columns += block.size
        self._columns.append(block)
        self._names.add(name)
        return block

    def rows(
        self,
        name: str,
        axes: Sequence[AxisLike] = (),
        *,
        lower: ArrayLike = -np.inf,
        upper: ArrayLike = np.inf,
        unit: str = "",
        origin: Origin | None = None,
        say: Say | None = None,
        definition: bool = False,
        grid: Grid | None = None,
    ) -> Rows:
        """Add a block of rows: limits on sums of columns, whose coefficients :meth:`add` gives.

        Parameters
        ----------
        name
            Unique in the model.
        axes
            Pairs of name and labels; none for a single row.
        lower, upper
            Limits, broadcast to the block's shape; equal for an equation.
        unit, origin, say, definition, grid
            For sentences about the rows' limits, and the cells: see :class:`~gigaloop.solve.blocks.Block`.

        Raises
        ------
        UsageError
            For a name in use, wrong shapes, or NaN.
        """
        block = Rows(name, self._axes(name, axes), self.n_rows, self.owner, unit, origin, say, definition, grid)
        low, high = checks.bounds(repr(name), lower, upper, block.shape)
        self._append(self._row_lower, self._row_upper, low, high)
        self.n_rows += block.size
        self._rows.append(block)
        self._names.add(name)
        return block

    def add(self, r: Rows | Index, x: Columns | Index, coefficients: ArrayLike) -> None:
        """Add coefficients; rows, columns and coefficients broadcast, and an entry given twice is summed.

        Raises
        ------
        UsageError
            For shapes that do not broadcast, an index out of range, NaN, or a coefficient of 1e15 or more.
        """
        row, column, value = self._entries(r, x, coefficients)
        self._triplets.append((row, column, value))
        if self._engine is not None:
            self._changes.entries.append((row, column))

    def add_cost(self, x: Columns | Index, values: ArrayLike) -> None:
        """Add to the cost of columns.

        Raises
        ------
        UsageError
            For wrong shapes, an index out of range, NaN, or an infinite cost.
        """
        index = self._column_index(x)
        self._cost.add(index, self._costs(values, index.shape))
        self._changes.costs.append(index.ravel())

    def add_constant(self, value: float) -> None:
        """Add to the constant part of the objective.

        Raises
        ------
        UsageError
            For NaN or an infinite value.
        """
        self.offset += float(checks.finite("the constant", checks.shaped("the constant", value, ())))
        self._changes.offset = True

    # --- changing ----------------------------------------------------------------------------------------

    def set_limits(self, r: Rows | Index, *, lower: ArrayLike | None = None, upper: ArrayLike | None = None) -> None:
        """Set the right-hand sides of rows; a side that is not given stays.

        Raises
        ------
        UsageError
            For wrong shapes, an index out of range, or NaN.
        """
        index = self._row_index(r)
        self._put(index, lower, upper, self._row_lower, self._row_upper)
        self._changes.row_bounds.append(index.ravel())

    def set_bounds(self, x: Columns | Index, *, lower: ArrayLike | None = None, upper: ArrayLike | None = None) -> None:
        """Set the bounds of columns; a side that is not given stays.

        Raises
        ------
        UsageError
            For wrong shapes, an index out of range, or NaN.
        """
        index = self._column_index(x)
        self._put(index, lower, upper, self._column_lower, self._column_upper)
        self._changes.column_bounds.append(index.ravel())

    def set_cost(self, x: Columns | Index, values: ArrayLike) -> None:
        """Set the cost of columns.

        Raises
        ------
        UsageError
            For wrong shapes, an index out of range, NaN, or an infinite cost.
        """
        index = self._column_index(x)
        self._cost.put(index, self._costs(values, index.shape))
        self._changes.costs.append(index.ravel())

    def set_coefficients(self, r: Rows | Index, x: Columns | Index, coefficients: ArrayLike) -> None:
        """Set coefficients, in place of what :meth:`add` gave.

        Raises
        ------
        UsageError
            As for :meth:`add`, and for an entry given twice.
        """
        row, column, value = self._entries(r, x, coefficients)
        key = column * max(self.n_rows, 1) + row
        if len(np.unique(key)) < len(key):
            raise UsageError(f"set_coefficients of {self.name!r} was given one entry twice")
        old = self._compressed()
        at = old.positions(row, column)
        kept = np.ones(len(old.value), dtype=np.bool_)
        kept[at[at >= 0]] = False
        rows = np.concatenate([old.row[kept].astype(np.intp), row])
        columns = np.concatenate([old.column[kept].astype(np.intp), column])
        values = np.concatenate([old.value[kept], value])
        self._matrix = compress(rows, columns, values, self.n_rows, self.n_columns)
        if self._engine is not None:
            self._changes.entries.append((row, column))

    # --- solving -----------------------------------------------------------------------------------------

    def solve(self, options: SolveOptions | None = None) -> Solution:
        """Solve, from the last basis where there is one.

        Raises
        ------
        SolveError
            When HiGHS stops without an answer; an infeasible model is an answer, see ``Solution.status``.
        """
        from gigaloop.solve.highs import Engine

        program = self.program()
        try:
            if self._engine is None or not bring_up_to_date(self._engine, program, self._changes):
                basis = self._basis if self._engine is None else self._engine.basis()
                self._engine = Engine(program)
                self._basis = basis
            if self._basis is not None:
                self._engine.set_basis(self._basis)
            run = self._engine.run(options or SolveOptions(), self._last)
        except BaseException:  # what HiGHS holds is uncertain: the next solve loads the model anew
            self._engine = None
            raise
        finally:
            self._changes, self._basis = Changes(), None
        if run.vectors is not None and program.is_mixed_integer:
            self._last = run.vectors.value
        return Solution(self.name, program, tuple(self._columns), self.owner, run)

    def basis(self) -> Basis:
        """Give the basis of the last solve, to be restored later or elsewhere.

        Raises
        ------
        SolveError
            Where the last solve left no basis.
        """
        basis = self._engine.basis() if self._engine is not None else self._basis
        if basis is None:
            raise SolveError(f"model {self.name!r} has no basis", hint="solve it first; ipx and simplex leave one")
        return basis

    @property
    def last_basis(self) -> Basis | None:
        """The basis that the next solve would start from; none for a cold or mixed-integer model."""
        return self._engine.basis() if self._basis is None and self._engine is not None else self._basis

    def restore(self, basis: Basis) -> None:
        """Start the next solve from a basis of this model, or of the same model with fewer blocks.

        Raises
        ------
        UsageError
            For a basis with more columns or rows than the model.
        """
        if len(basis.columns) > self.n_columns or len(basis.rows) > self.n_rows:
            raise UsageError(
                f"the basis has {len(basis.columns)} columns and {len(basis.rows)} rows, "
                f"model {self.name!r} has {self.n_columns} and {self.n_rows}"
            )
        self._basis = basis

    @property
    def is_cold(self) -> bool:
        """Whether the next solve has neither an earlier one nor a basis to start from."""
        return self._engine is None and self._basis is None

    def trial(self, run: Run) -> Solution:
        """Give a run on this model's columns as a solution of it, to be read like one; the model stays as it is."""
        return Solution(self.name, self.program(), tuple(self._columns), self.owner, run)

    def program(self) -> LinearProgram:
        """Give the model as arrays, as it is now."""
        return LinearProgram(
            cost=self._cost.snapshot(),
            column_lower=self._column_lower.snapshot(),
            column_upper=self._column_upper.snapshot(),
            integer=self._integer.array != 0.0,
            row_lower=self._row_lower.snapshot(),
            row_upper=self._row_upper.snapshot(),
            matrix=self._compressed(),
            offset=self.offset,
        )

    @property
    def column_blocks(self) -> tuple[Columns, ...]:
        """The blocks of columns, in order."""
        return tuple(self._columns)

    @property
    def row_blocks(self) -> tuple[Rows, ...]:
        """The blocks of rows, in order."""
        return tuple(self._rows)

    def column_block(self, index: int) -> Columns:
        """Give the block that a column belongs to."""
        return _block_of(self._columns, index)

    def row_block(self, index: int) -> Rows:
        """Give the block that a row belongs to."""
        return _block_of(self._rows, index)

    # --- inside ------------------------------------------------------------------------------------------

    def _axes(self, name: str, axes: Sequence[AxisLike]) -> tuple[Axis, ...]:
        if not name or name in self._names:
            why = f"model {self.name!r} has a block {name!r} already" if name else "a block needs a name"
            raise UsageError(why, hint="give each block of columns or rows a name of its own")
        return read_axes(name, axes)

    def _row_index(self, r: Rows | Index) -> IntArray:
        return checks.inside(f"rows of {self.name!r}", resolve(r, Rows, self.owner, self.name), self.n_rows)

    def _column_index(self, x: Columns | Index) -> IntArray:
        index = resolve(x, Columns, self.owner, self.name)
        return checks.inside(f"columns of {self.name!r}", index, self.n_columns)

    def _entries(
        self, r: Rows | Index, x: Columns | Index, coefficients: ArrayLike
    ) -> tuple[IntArray, IntArray, FloatArray]:
        return checks.triplets(repr(self.name), self._row_index(r), self._column_index(x), coefficients)

    def _costs(self, values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
        what = f"cost in {self.name!r}"
        return checks.finite(what, checks.shaped(what, values, shape))

    @staticmethod
    def _append(lower: Vector, upper: Vector, low: FloatArray | None, high: FloatArray | None) -> None:
        if low is None or high is None:
            raise UsageError("a block needs both bounds", hint="write -inf or inf where there is none")
        lower.append(low)
        upper.append(high)

    def _put(
        self, index: IntArray, low: ArrayLike | None, high: ArrayLike | None, lower: Vector, upper: Vector
    ) -> None:
        new_low, new_high = checks.bounds(f"a member of {self.name!r}", low, high, index.shape)
        if new_low is not None:
            lower.put(index, new_low)
        if new_high is not None:
            upper.put(index, new_high)

    def _compressed(self) -> Matrix:
        old = self._matrix
        if self._triplets or (old.n_rows, old.n_columns) != (self.n_rows, self.n_columns):
            rows = np.concatenate([old.row, *(row for row, _, _ in self._triplets)])
            columns = np.concatenate([old.column, *(column for _, column, _ in self._triplets)])
            values = np.concatenate([old.value, *(value for _, _, value in self._triplets)])
            self._matrix = compress(rows, columns, values, self.n_rows, self.n_columns)
            self._triplets.clear()
        return self._matrix


def solve_program(
    program: LinearProgram, options: SolveOptions | None = None, basis: Basis | None = None
) -> tuple[Run, Basis | None]:
    """Solve a programme given as arrays, from a basis where one is given; gives the run and the basis it ended with.

    Raises
    ------
    SolveError
        When HiGHS stops without an answer.
    """
    from gigaloop.solve.highs import Engine

    engine = Engine(program)
    if basis is not None:
        engine.set_basis(basis)
    run = engine.run(options or SolveOptions())
    return run, engine.basis()


def _block_of(blocks: Sequence[_B], index: int) -> _B:
    at = bisect_right(blocks, index, key=lambda block: block.start) - 1
    while blocks[at].size == 0:
        at -= 1
    return blocks[at]
