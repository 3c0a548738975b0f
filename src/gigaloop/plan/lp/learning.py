"""Plans whose lines learn: rates follow from the output of the plan, and the output from the rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gigaloop.core.errors import SolveError
from gigaloop.plan.inputs.learning import pace_of
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.factory import line_coefficient, line_limit
from gigaloop.plan.lp.grid import NONE
from gigaloop.plan.lp.model import PlanModel, solve_model
from gigaloop.plan.lp.workforce import staff_limit, staff_load
from gigaloop.solve import Solution, SolveOptions

AGREED = 5e-3
"""Share of a line's time by which the rates used may differ from those that the plan's own output gives. Source: a
choice of this model."""
ROUNDS = 5
"""Rounds in which rates follow the output up and down. After them a plan stands whose output gives no slower rates than
it used, and rates are only lowered."""
SLOWER = 0.005
"""Share by which rates are lowered beyond what the output gives, so that what follows from it is covered too. Source:
a choice of this model."""
LAST_ROUND = 60
"""Rounds after which no rates are found to agree; rates that are only lowered settle long before."""


def solve_learning(
    plan: PlanModel, options: SolveOptions, solve: Callable[[PlanModel, SolveOptions], Solution] = solve_model
) -> Solution:
    """Solve, and solve again with the rates that the plan's own output gives, until both agree.

    Parameters
    ----------
    solve
        How the model is solved at given rates.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    SolveError
        If the solver stops before the optimum, or no rates agree with the output that they allow.
    """
    solution = solve(plan, options)
    learns = [a for a, activity in enumerate(plan.data.production.activities) if activity.learning is not None]
    if not learns:
        return solution
    for turn in range(LAST_ROUND):
        completed = plan.made(solution) + plan.data.opening.given
        pace = pace_of(plan.data.production, completed)
        used = _line_time(plan, completed, plan.data.pace)
        needed = _line_time(plan, completed, pace)
        if (needed <= used + AGREED).all() and (turn >= ROUNDS or (needed >= used - AGREED).all()):
            return solution
        if turn >= ROUNDS:
            pace = np.where(pace > plan.data.pace, pace * (1.0 + SLOWER), plan.data.pace)
        set_pace(plan, pace, learns)
        solution = solve(plan, options)
    raise SolveError(
        f"{plan.model.name}: no rates agree with the output that they allow",
        hint="give the lines that learn a rate nearer to 100 %, or fewer pieces 'at' which they are mature",
    )


def learn_from(plan: PlanModel, lines: Sequence[str], parts: Sequence[str], completed: FloatArray) -> None:
    """Begin with the paces that the output of an earlier plan gave.

    Parameters
    ----------
    lines, parts, completed
        Line, part and good pieces completed of the earlier plan's rows (rows,), (rows,), (rows, weeks); where its weeks
        are others, nothing is learnt from it.
    """
    production = plan.data.production
    learns = [a for a, activity in enumerate(production.activities) if activity.learning is not None]
    if not learns or completed.shape[-1] != plan.data.weeks:
        return
    before = {key: pieces for key, pieces in zip(zip(lines, parts, strict=True), completed, strict=True) if key[0]}
    output = np.zeros((len(production.activities), plan.data.weeks))
    known = []
    for a in learns:
        activity = production.activities[a]
        pieces = before.get((production.lines[activity.line], production.items[activity.item].part))
        if pieces is not None and pieces.any():
            output[a] = pieces
            known.append(a)
    pace = plan.data.pace.copy()
    pace[known] = pace_of(production, output)[known]
    set_pace(plan, pace, known)


def _line_time(plan: PlanModel, completed: FloatArray, pace: FloatArray) -> FloatArray:
    """Give the time of the lines that pieces take at a pace (lines, weeks) [share of the full rate]."""
    used = np.zeros((len(plan.data.production.lines), plan.data.weeks))
    for a, activity in enumerate(plan.data.production.activities):
        if activity.line >= 0:
            used[activity.line] += activity.load * pace[a] * completed[a]
    return used


def set_pace(plan: PlanModel, pace: FloatArray, learns: list[int]) -> None:
    """Give a model, and its data, other times per piece for the activities that learn."""
    plan.data = replace(plan.data, pace=pace)
    factory, data = plan.factory, plan.data
    for grid, limit in (
        (factory.line, line_limit(data) * factory.line_rate[:, None]),
        (factory.staff.rows, staff_limit(data)),
    ):
        plan.model.set_limits(grid[grid != NONE], upper=limit[grid != NONE])
    rows, columns, values = [], [], []
    for a in learns:
        activity = data.production.activities[a]
        there = np.flatnonzero((factory.make[a] != NONE) & (factory.line[activity.line] != NONE))
        rows.append(factory.line[activity.line, there])
        columns.append(factory.make[a, there])
        values.append((line_coefficient(data, a) * factory.line_rate[activity.line])[there])
        there = np.flatnonzero((factory.make[a] != NONE) & (factory.staff.rows[activity.factory] != NONE))
        rows.append(factory.staff.rows[activity.factory, there])
        columns.append(factory.make[a, there])
        values.append((staff_load(data, a) * data.production.items[activity.item].scale)[there])
    if rows:
        plan.model.set_coefficients(np.concatenate(rows), np.concatenate(columns), np.concatenate(values))
