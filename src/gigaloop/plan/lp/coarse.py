"""Coarser levels of the model, made by projection of the weekly one, from whose bases the weekly one starts.

With ``C`` giving every member of a group of columns the group's value, and ``R`` the mean of the rows of a group, a
coarser level has the matrix ``R A C``, the costs ``c C`` and the means of the right-hand sides. Weeks are grouped into
buckets of four; made items that the same lines make for the same parents are grouped into kits. Lead times within a
bucket become shares of it by construction. A level is small and quickly solved; its basis, with every member in its
group's state, is close to optimal for the next finer one, which the dual simplex then finishes: the optimum is that of
the weekly model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.solve import Basis, Block, LinearProgram, Model, Outcome, SolveOptions, compress, solve_program
from gigaloop.solve.run import Run, Vectors

BUCKET = 4
"""Weeks of a bucket. Of 2, 4, 6 and 8 it took the least time in all on the programmes of ``benchmarks``."""
_DENSE = 0.5
"""Share of the weeks of a block's series, from their first to their last, from which its weeks are grouped; blocks with
fewer hold the ends of intervals."""


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A coarser level: the group of every column (n_columns,) and row (n_rows,) of the weekly model."""

    columns: IntArray
    rows: IntArray


def kits(data: PlanData) -> dict[str, str]:
    """Give the kit of every made part: parts made by the same lines for the same parents go together."""
    items = data.production.items
    makers: list[set[tuple[int, int]]] = [set() for _ in items]
    parents: list[set[int]] = [set() for _ in items]
    for activity in data.production.activities:
        makers[activity.item].add((activity.line, activity.factory))
    for i, item in enumerate(items):
        for component in item.made_parts:
            parents[component].add(i)
    number: dict[object, int] = {}
    kit_of: dict[int, int] = {}
    for i, item in enumerate(items):
        single = item.generation >= 0 or item.test_hours > 0.0
        key = i if single else (frozenset(makers[i]), frozenset(kit_of[parent] for parent in parents[i]))
        kit_of[i] = number.setdefault(key, len(number))
    return {item.part: f"kit {kit_of[i]}" for i, item in enumerate(items)}


def level(
    columns: Sequence[Block], rows: Sequence[Block], weeks: int, *, bucket: int = 1, kit: dict[str, str] | None = None
) -> Level:
    """Group the members of a model by bucket of weeks and by kit.

    Parameters
    ----------
    columns, rows
        The blocks of the model.
    weeks
        Weeks of the horizon.
    bucket
        Weeks of a bucket.
    kit
        Kit of every made part; series whose name ends with a part go by its kit.
    """
    return Level(_groups(columns, weeks, bucket, kit or {}), _groups(rows, weeks, bucket, kit or {}))


def _groups(blocks: Sequence[Block], weeks: int, bucket: int, kit: dict[str, str]) -> IntArray:
    known: dict[tuple[str, str], int] = {}
    keys = []
    for block in blocks:
        grid = block.grid
        if grid is None:
            first = known.setdefault((block.name, ""), len(known))
            keys.append(first * _WIDEST + np.arange(block.size))
            continue
        numbers = np.array([known.setdefault((block.name, _by_kit(name, kit)), len(known)) for name in grid.names])
        series, week = np.divmod(grid.cells, grid.width)
        if bucket > 1 and grid.width == weeks and _is_dense(series, week):
            week = week // bucket
        keys.append(numbers[series] * _WIDEST + week if block.size else np.empty(0, dtype=np.intp))
    return np.unique(np.concatenate(keys), return_inverse=True)[1].astype(np.intp)


_WIDEST = 2**31
"""More than the weeks of any series, so that no keys meet. Source: half the width of an integer of 64 bits."""


def _by_kit(name: str, kit: dict[str, str]) -> str:
    place, _, part = name.rpartition(" ")
    return f"{place} {kit[part]}" if part in kit else name


def _is_dense(series: IntArray, week: IntArray) -> bool:
    if not len(series):
        return False
    first = np.flatnonzero(np.concatenate(([True], series[1:] != series[:-1])))
    last = np.append(first[1:], len(series)) - 1
    return len(series) >= _DENSE * float((week[last] - week[first] + 1).sum())


def project(program: LinearProgram, to: Level) -> LinearProgram:
    """Give the programme of a coarser level; bounds of columns are the loosest of a group."""
    columns, rows, matrix = to.columns, to.rows, program.matrix
    n_columns, n_rows = int(columns.max()) + 1, int(rows.max()) + 1
    weight = (1.0 / np.bincount(rows, minlength=n_rows))[rows]
    lower, upper = np.full(n_columns, np.inf), np.full(n_columns, -np.inf)
    np.minimum.at(lower, columns, program.column_lower)
    np.maximum.at(upper, columns, program.column_upper)
    return replace(
        program,
        cost=np.asarray(np.bincount(columns, program.cost, n_columns), dtype=np.float64),
        column_lower=lower,
        column_upper=upper,
        integer=np.zeros(n_columns, dtype=np.bool_),
        row_lower=_mean(program.row_lower, rows, weight, n_rows),
        row_upper=_mean(program.row_upper, rows, weight, n_rows),
        matrix=compress(rows[matrix.row], columns[matrix.column], matrix.value * weight[matrix.row], n_rows, n_columns),
    )


def _mean(limit: FloatArray, rows: IntArray, weight: FloatArray, count: int) -> FloatArray:
    """Give the mean of the limits of a group's rows; infinite where one is."""
    infinite = np.isinf(limit)
    mean = np.bincount(rows, np.where(infinite, 0.0, limit * weight), count)
    mean[rows[infinite]] = limit[infinite]
    return np.asarray(mean)


def lift(basis: Basis, above: Level, to: Level | None = None) -> Basis:
    """Give a finer level's basis: its groups (the columns and rows themselves without a level) as those above."""
    if to is None:
        return Basis(basis.columns[above.columns], basis.rows[above.rows])
    return Basis(
        basis.columns[above.columns[_first(to.columns)]],
        basis.rows[above.rows[_first(to.rows)]],
    )


def _first(groups: IntArray) -> IntArray:
    first = np.empty(int(groups.max()) + 1, dtype=np.intp)
    first[groups[::-1]] = np.arange(len(groups), dtype=np.intp)[::-1]
    return first


class Levels:
    """The levels of one model: kits in buckets of weeks, kits by week, and the model itself."""

    def __init__(self, model: Model, data: PlanData) -> None:
        self._program = model.program()
        kit = kits(data)
        columns, rows = model.column_blocks, model.row_blocks
        self._coarse = level(columns, rows, data.weeks, bucket=BUCKET, kit=kit)
        self._by_kit = level(columns, rows, data.weeks, kit=kit) if len(set(kit.values())) < len(kit) else None
        self._basis: Basis | None = None

    def solve(self, options: SolveOptions) -> Run | None:
        """Solve the coarse level and give it as a run on the columns of the model; None where it has no optimum."""
        run, self._basis = solve_program(project(self._program, self._coarse), options)
        if run.outcome is not Outcome.OPTIMAL or run.vectors is None or self._basis is None:
            return None
        return replace(run, vectors=Vectors.of(run.vectors.value[self._coarse.columns]), has_duals=False)

    def basis(self, options: SolveOptions) -> Basis | None:
        """Give the basis of the model that follows from the coarse level, once that is solved."""
        if self._basis is None or self._by_kit is None:
            return None if self._basis is None else lift(self._basis, self._coarse)
        start = lift(self._basis, self._coarse, self._by_kit)
        program = project(self._program, self._by_kit)
        run, basis = solve_program(program, replace(options, pivots=3 * program.n_rows // 2), start)
        return lift(basis, self._by_kit) if run.outcome is Outcome.OPTIMAL and basis is not None else None
