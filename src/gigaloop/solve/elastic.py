"""The cheapest way out of infeasibility: let chosen limits be broken at a price, and pay as little as possible.

With ``R`` the limits that may be broken and ``p`` their prices per unit, it solves
``minimise sum(p[i] * s[i] for i in R)`` subject to the model with ``lower[i] - s[i]`` and ``upper[i] + s[i]`` in place
of the limits in ``R``, ``s >= 0``; the model's own costs play no part.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.core.errors import Place, SolveError, UsageError
from gigaloop.solve import checks
from gigaloop.solve.arrays import LinearProgram, compress
from gigaloop.solve.blocks import Block, Columns, Rows, Side, number
from gigaloop.solve.explain import explain_infeasible
from gigaloop.solve.model import Model
from gigaloop.solve.outcome import FloatArray, IntArray, Outcome, SolveOptions

_NEGLIGIBLE = 1e-7
"""Breaches up to this part of the limit's size are the solver's tolerance, not relaxations."""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One limit to relax, by how much and at which price.

    Parameters
    ----------
    block
        Name of the block of rows or columns.
    labels
        Label of the member by axis name.
    index
        Index of the row or column in the model.
    side
        ``at least`` (the limit is lowered) or ``at most`` (it is raised).
    bound, relaxed
        The limit as it is, and as it would have to be [unit of the block].
    amount
        By how much it moves [unit of the block].
    cost
        The price of that.
    sentence
        What to do.
    place
        Where in the user's files the limit comes from.
    """

    block: str
    labels: dict[str, Hashable]
    index: int
    is_row: bool
    side: Side
    bound: float
    relaxed: float
    amount: float
    cost: float
    sentence: str
    place: Place | None

    def __str__(self) -> str:
        return f"{self.sentence} ({self.place})" if self.place else self.sentence


@dataclass(frozen=True, slots=True)
class WayOut:
    """The cheapest set of relaxations; empty where the model is feasible as it is.

    Parameters
    ----------
    model
        Name of the model.
    relaxations
        What to relax, dearest first.
    cost
        Total price.
    proven
        Whether no cheaper way exists; False where the time limit cut the search short.
    """

    model: str
    relaxations: tuple[Relaxation, ...]
    cost: float
    proven: bool

    def apply(self, model: Model) -> None:
        """Relax the limits in a model."""
        for change in self.relaxations:
            index = np.array([change.index])
            bound = {"lower" if change.side == "at least" else "upper": change.relaxed}
            if change.is_row:
                model.set_limits(index, **bound)
            else:
                model.set_bounds(index, **bound)

    def __str__(self) -> str:
        if not self.relaxations:
            return f"{self.model}: nothing has to be relaxed"
        return "\n".join(
            [f"{self.model}: the cheapest way out costs {number(self.cost)}:"]
            + [f"  - {change}" for change in self.relaxations]
        )


def elastic(model: Model, soft: Mapping[Block, ArrayLike], options: SolveOptions | None = None) -> WayOut:
    """Find the cheapest set of relaxations that makes a model feasible.

    The model is not changed, nor is its solver state: see :meth:`WayOut.apply`.

    Parameters
    ----------
    model
        The model.
    soft
        Price per unit for each block of rows, or of columns (for their bounds), that may be relaxed, broadcast to
        the block's shape; infinite for members that may not.
    options
        How to solve.

    Raises
    ------
    UsageError
        For a block of another model, or a price that is not above 0.
    InfeasibleError
        Where the other limits conflict on their own; it carries that conflict.
    SolveError
        When no way out was found within the time limit.

    Examples
    --------
    Five racks short: a hall's limit costs 2 a rack to raise, the demand 3 a rack to lower.

    >>> m = Model("site")
    >>> x = m.columns("racks", axes=[("hall", ["A", "B"])], upper=10, unit="racks")
    >>> demand = m.rows("demand", lower=25, unit="racks")
    >>> m.add(demand, x, 1.0)
    >>> way = elastic(m, {demand: 3.0, x: [2.0, np.inf]})
    >>> print(way)
    site: the cheapest way out costs 10:
      - raise the upper limit of racks[A] by 5 racks, from 10 to 15
    """
    from gigaloop.solve.highs import Engine

    program = model.program()
    soft_limits = _soft_limits(model, program, soft)
    run = Engine(_softened(program, soft_limits)).run(options or SolveOptions())
    if run.outcome is Outcome.INFEASIBLE:
        raise _hard_conflict(model, program, soft_limits)
    if run.vectors is None:
        raise SolveError(f"no way out of {model.name!r} was found: {run.outcome.value}")
    # the last columns are the breaches, in the order of the soft limits
    breach = run.vectors.value[program.n_columns :]
    found = [
        _relaxation(model, limits.is_row, limits.side, int(i), float(bound), float(amount), float(price))
        for limits, part in zip(soft_limits, np.split(breach, _ends(soft_limits)[:-1]), strict=True)
        for i, bound, amount, price in zip(limits.index, limits.bound, part, limits.price, strict=True)
        if amount > _NEGLIGIBLE * max(1.0, abs(bound))
    ]
    found.sort(key=lambda change: -change.cost)
    total = sum(change.cost for change in found)
    return WayOut(model.name, tuple(found), total, run.outcome is Outcome.OPTIMAL)


@dataclass(frozen=True, slots=True, eq=False)
class _SoftLimits:
    """Limits of one kind and side that may be relaxed."""

    is_row: bool
    side: Side
    index: IntArray
    bound: FloatArray
    price: FloatArray


def _ends(limits: list[_SoftLimits]) -> IntArray:
    return np.cumsum([len(part.index) for part in limits])


def _soft_limits(model: Model, program: LinearProgram, soft: Mapping[Block, ArrayLike]) -> list[_SoftLimits]:
    made: list[_SoftLimits] = []
    for block, price in soft.items():
        if not isinstance(block, Rows | Columns) or block.owner != model.owner:
            raise UsageError(f"{block.name!r} is no block of model {model.name!r}")
        prices = checks.shaped(f"price of {block.name!r}", price, block.shape).ravel()
        if not (prices > 0.0).all():
            raise UsageError(f"the price of relaxing {block.name!r} is not above 0", hint="give inf for never")
        is_row = isinstance(block, Rows)
        lower, upper = (
            (program.row_lower, program.row_upper) if is_row else (program.column_lower, program.column_upper)
        )
        index = block.index.ravel()
        sides: tuple[tuple[Side, FloatArray], ...] = (("at least", lower[index]), ("at most", upper[index]))
        for side, bound in sides:
            may = np.isfinite(bound) & np.isfinite(prices)
            made.append(_SoftLimits(is_row, side, index[may], bound[may], prices[may]))
    return made


def _softened(program: LinearProgram, soft: list[_SoftLimits]) -> LinearProgram:
    """Give the programme whose objective is the price of the breaches, one further column for each soft limit."""
    m, n = program.n_rows, program.n_columns
    column_lower, column_upper = program.column_lower.copy(), program.column_upper.copy()
    rows = [program.matrix.row.astype(np.intp)]
    columns = [program.matrix.column.astype(np.intp)]
    values = [program.matrix.value]
    new_lower: list[FloatArray] = []
    new_upper: list[FloatArray] = []
    next_row, next_column = m, n
    for part in soft:
        size = len(part.index)
        breach = np.arange(next_column, next_column + size)
        sign = 1.0 if part.side == "at least" else -1.0
        if part.is_row:
            at = part.index
        else:  # a bound becomes a row that holds the column and its breach
            at = np.arange(next_row, next_row + size)
            infinite = np.full(size, np.inf)
            (column_lower if sign > 0 else column_upper)[part.index] = -sign * infinite
            new_lower.append(part.bound if sign > 0 else -infinite)
            new_upper.append(infinite if sign > 0 else part.bound)
            rows.append(at)
            columns.append(part.index)
            values.append(np.ones(size))
            next_row += size
        rows.append(at)
        columns.append(breach)
        values.append(np.full(size, sign))
        next_column += size
    extra = next_column - n
    return LinearProgram(
        cost=np.concatenate([np.zeros(n), *(part.price for part in soft)]),
        column_lower=np.concatenate([column_lower, np.zeros(extra)]),
        column_upper=np.concatenate([column_upper, np.full(extra, np.inf)]),
        integer=np.concatenate([program.integer, np.zeros(extra, dtype=np.bool_)]),
        row_lower=np.concatenate([program.row_lower, *new_lower]),
        row_upper=np.concatenate([program.row_upper, *new_upper]),
        matrix=compress(np.concatenate(rows), np.concatenate(columns), np.concatenate(values), next_row, next_column),
    )


def _hard_conflict(model: Model, program: LinearProgram, soft: list[_SoftLimits]) -> Exception:
    """Give the error for limits that conflict even when every soft limit is dropped."""
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    column_lower, column_upper = program.column_lower.copy(), program.column_upper.copy()
    for part in soft:
        lower, upper = (row_lower, row_upper) if part.is_row else (column_lower, column_upper)
        (lower if part.side == "at least" else upper)[part.index] = -np.inf if part.side == "at least" else np.inf
    hard = replace(
        program, row_lower=row_lower, row_upper=row_upper, column_lower=column_lower, column_upper=column_upper
    )
    conflict = explain_infeasible(model, program=hard)
    if conflict is None:
        return SolveError(f"no way out of {model.name!r} was found", hint="its numbers span too many magnitudes")
    return conflict.error()


def _relaxation(
    model: Model, is_row: bool, side: Side, index: int, bound: float, amount: float, price: float
) -> Relaxation:
    block: Block = model.row_block(index) if is_row else model.column_block(index)
    lowered = side == "at least"
    relaxed = bound - amount if lowered else bound + amount
    unit = f" {block.unit}" if block.unit else ""
    return Relaxation(
        block=block.name,
        labels=block.labels(index),
        index=index,
        is_row=is_row,
        side=side,
        bound=bound,
        relaxed=relaxed,
        amount=amount,
        cost=amount * price,
        sentence=f"{'lower the lower' if lowered else 'raise the upper'} limit of {block.member(index)} by "
        f"{number(amount)}{unit}, from {number(bound)} to {number(relaxed)}",
        place=block.place(index),
    )
