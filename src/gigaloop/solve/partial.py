"""Solutions that are given rather than found, and solves of a model with other bounds that leave it as it is."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.solve.outcome import FloatArray, Outcome, SolveOptions, relative_gap
from gigaloop.solve.run import Run, Vectors
from gigaloop.solve.solution import Solution

if TYPE_CHECKING:
    from gigaloop.solve.model import Model


def worst_violation(model: Model, values: FloatArray) -> float:
    """Give by how much values of the columns (n_columns,) break a row or bound at the most, relative to its limit.

    >>> from gigaloop.solve import Model
    >>> m = Model("one")
    >>> x = m.columns("x")
    >>> m.add(m.rows("limit", upper=3.0), x, 1.0)
    >>> worst_violation(m, np.array([5.0]))
    0.5
    """
    program = model.program()
    activity = program.matrix.times(values)
    worst = 0.0
    for value, lower, upper in (
        (activity, program.row_lower, program.row_upper),
        (values, program.column_lower, program.column_upper),
    ):
        if len(value):
            below = (lower - value) / (1.0 + np.where(np.isfinite(lower), np.abs(lower), 0.0))
            above = (value - upper) / (1.0 + np.where(np.isfinite(upper), np.abs(upper), 0.0))
            worst = max(worst, float(below.max()), float(above.max()))
    return worst


def given_solution(
    model: Model, values: FloatArray, *, bound: float = -math.inf, stopped_by: str = "", seconds: float = 0.0
) -> Solution:
    """Take values of the columns (n_columns,) as a feasible solution of a model, without duals.

    Parameters
    ----------
    bound
        What no solution's objective can be below, where that is known.
    stopped_by
        What kept the solver from finding a better one.
    """
    program = model.program()
    nothing = np.zeros(0)
    raw = SimpleNamespace(col_value=values, row_value=program.matrix.times(values), col_dual=nothing, row_dual=nothing)
    objective = float(program.cost @ values + program.offset)
    bound = min(bound, objective)
    run = Run(
        outcome=Outcome.FEASIBLE,
        stopped_by=stopped_by,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        seconds=seconds,
        iterations=0,
        nodes=0,
        vectors=Vectors(raw),
        has_duals=False,
    )
    return Solution(model.name, program, model.column_blocks, model.owner, run)


def solve_within(model: Model, lower: FloatArray, upper: FloatArray, options: SolveOptions | None = None) -> Solution:
    """Solve a model within other bounds of its columns (n_columns,), and leave the model and its basis as they are.

    Raises
    ------
    SolveError
        When HiGHS stops with an error.
    """
    from gigaloop.solve.highs import Engine

    program = replace(model.program(), column_lower=lower, column_upper=upper)
    run = Engine(program).run(options or SolveOptions())
    return Solution(model.name, program, model.column_blocks, model.owner, run)
