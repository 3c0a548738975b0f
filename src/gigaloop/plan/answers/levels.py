"""Lateness before money: the lateness of every priority is minimised in turn and held, and then the money.

A level is the least sum of the late columns of a priority. By complementary slackness every plan that reaches it has
the columns with a reduced cost, and the rows with a price, where they are in one of them: held there, they leave to the
levels after it exactly the plans that keep it. Only costs change and bounds are drawn closer around the last solution,
so that the primal simplex goes on from the last basis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.answers.priorities import Level
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.learning import solve_learning
from gigaloop.plan.lp.model import PlanModel, solve_model
from gigaloop.plan.lp.site import MW
from gigaloop.solve import Solution, SolveOptions

_NOTHING = 1e-6
"""Lateness that counts as none [MW-weeks]."""
_HELD = 1e-6
"""Share by which a level may rise again, so that the solver's rounding does not contradict it."""
_PRICE = 1e-7
"""Reduced costs and prices of a level's lateness up to which they are the solver's rounding."""
_A_WEEK_OF_COMPUTE = 0.5
"""About what a MW of compute brings in a week, less its costs [MUSD]: 500 accelerators at 6 USD an hour. Source: a
choice of this model; it only says how dear it is to pass a level where learnt rates leave no other way."""
_PASSED = 300.0
"""Cost of passing a level over the greatest of any lateness or compute. Source: a choice of this model."""
_LARGE = 30_000
"""Entries from which a model is solved by interior point. Source: measured, see docs/solve.md, Methods."""
_UNIT = 0.01
"""Of the rows that hold levels, so that their coefficients keep within the range of the model's others."""


def solve_levels(plan: PlanModel, options: SolveOptions, first: Solution) -> tuple[Solution, tuple[Level, ...]]:
    """Minimise the lateness of each priority in turn, the most urgent first, then money.

    Parameters
    ----------
    plan
        The model, solved for money; it is left with the levels held.
    first
        That solution.

    Raises
    ------
    SolveError
        If the solver stops before the optimum.
    """
    groups = dict(sorted(_late_columns(plan).items()))
    by_money = {priority: float(first[columns].sum()) for priority, columns in groups.items()}
    going_on = replace(options, method="simplex", primal=True)
    least: dict[int, float] = {}
    solution = first
    with _faces(plan) as money:
        for priority, columns in groups.items():
            late = float(solution[columns].sum())
            if late > _NOTHING:
                solution = _least(plan, going_on, columns, money)
                late = float(solution[columns].sum())
                _stay(plan, solution)
            else:
                plan.model.set_bounds(columns, upper=0.0)
            least[priority] = max(late, 0.0)
    for priority, columns in groups.items():
        _hold(plan, priority, columns, least[priority])
    solution = solve_learning(plan, options, _anew(plan))
    return solution, tuple(
        Level(priority, float(solution[columns].sum()) / MW * WEEK, by_money[priority] / MW * WEEK)
        for priority, columns in groups.items()
    )


def _late_columns(plan: PlanModel) -> dict[int, IntArray]:
    """Give the columns of lateness by priority."""
    groups: dict[int, list[IntArray]] = {}
    for k, tier in enumerate(plan.site.tiers):
        columns = plan.site.late[k]
        groups.setdefault(priority_of(plan.data, *tier), []).append(columns[columns >= 0])
    return {priority: np.concatenate(members) for priority, members in groups.items()}


def priority_of(data: PlanData, group: int, late_cost: float) -> int:
    """Give the priority of the demands of a group with a cost of lateness; the most urgent where they differ."""
    asked = data.asked[group]
    members = zip(asked.demands, asked.late_cost, strict=True)
    return min(data.programme.demands[d].priority for d, cost in members if cost == late_cost)


@contextmanager
def _faces(plan: PlanModel) -> Iterator[list[FloatArray]]:
    """Let costs and limits be changed for a while; afterwards the model is as before, and starts from the last basis.

    Gives the costs of the columns, to which those of columns that join on the way are added.
    """
    before = plan.model.program()
    money = [before.cost.copy()]
    try:
        yield money
    finally:
        model, now = plan.model, plan.model.program()
        columns, rows = np.arange(before.n_columns), np.arange(before.n_rows)
        changed = (now.column_lower[columns] != before.column_lower) | (
            now.column_upper[columns] != before.column_upper
        )
        model.set_bounds(columns[changed], lower=before.column_lower[changed], upper=before.column_upper[changed])
        changed = (now.row_lower[rows] != before.row_lower) | (now.row_upper[rows] != before.row_upper)
        model.set_limits(rows[changed], lower=before.row_lower[changed], upper=before.row_upper[changed])
        costs = np.concatenate(money)
        model.set_cost(np.arange(len(costs)), costs)


def _least(plan: PlanModel, options: SolveOptions, columns: IntArray, money: list[FloatArray]) -> Solution:
    before = plan.model.n_columns
    cost = np.zeros(before)
    cost[columns] = 1.0
    plan.model.set_cost(np.arange(before), cost)
    try:
        return solve_model(plan, options)
    finally:
        money.append(plan.model.program().cost[before:].copy())


def _anew(plan: PlanModel) -> Callable[[PlanModel, SolveOptions], Solution]:
    """Solve a large model by interior point at first: rows that hold levels lead the simplex far around."""
    rounds = count()

    def solve(model: PlanModel, options: SolveOptions) -> Solution:
        large = len(plan.model.program().matrix.value) >= _LARGE and options.method == "choose"
        return solve_model(model, replace(options, method="ipx") if large and next(rounds) == 0 else options)

    return solve


def _stay(plan: PlanModel, solution: Solution) -> None:
    """Hold what has a price where it is: no plan that is as good has it elsewhere."""
    program = solution.program
    price = solution.reduced_cost(np.arange(program.n_columns))
    free = (np.abs(price) > _PRICE) & (program.column_lower < program.column_upper)
    columns = np.flatnonzero(free)
    at = np.where(price > 0.0, program.column_lower, program.column_upper)[columns]
    plan.model.set_bounds(columns, lower=at, upper=at)
    price = solution.dual(np.arange(program.n_rows))
    rows = np.flatnonzero((np.abs(price) > _PRICE) & (program.row_lower < program.row_upper))
    at = np.where(price > 0.0, program.row_lower, program.row_upper)[rows]
    plan.model.set_limits(rows, lower=at, upper=at)


def _hold(plan: PlanModel, priority: int, columns: IntArray, late: float) -> None:
    """Hold a level; where learnt rates leave no other way it may be passed, at a cost above all others."""
    model = plan.model
    money = model.program().cost
    lateness = plan.site.late[plan.site.late >= 0]
    dearest = max(float(money[lateness].max(initial=0.0)), _A_WEEK_OF_COMPUTE)
    row = model.rows(f"lateness of priority {priority}", upper=_UNIT * (late * (1.0 + _HELD) + _NOTHING))
    model.add(np.full(len(columns), row.start), columns, _UNIT)
    passed = model.columns(f"later than the least of priority {priority}", cost=_PASSED * dearest, unit="MW")
    model.add(row, passed, -_UNIT)
