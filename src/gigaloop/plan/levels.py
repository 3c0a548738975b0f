"""Lateness before money: the lateness of every priority is minimised in turn and held, and then the money."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.learning import solve_learning
from gigaloop.plan.lp.model import PlanModel, solve_model
from gigaloop.plan.lp.site import MW
from gigaloop.plan.priorities import Level
from gigaloop.solve import Solution, SolveOptions

_NOTHING = 1e-6
"""Lateness that counts as none [MW-weeks]."""
_HELD = 1e-7
"""Share by which a level may rise again, so that the solver's rounding does not contradict it."""
_A_WEEK_OF_COMPUTE = 0.5
"""About what a MW of compute brings in a week, less its costs [MUSD]: 500 accelerators at 6 USD an hour. Source: a
choice of this model; it only says how much larger than money the cost of a level is."""
_FIRST = 300.0
"""Cost of a level's lateness over the greatest of any lateness or compute: what is worth less than 300 times as much
of either says nothing against removing it."""
_LARGE = 30_000
"""Entries from which a model is solved by interior point: see docs/solve.md, Methods."""
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
    money = plan.model.program().cost.copy()
    groups = _late_columns(plan)
    by_money = {priority: float(first[columns].sum()) for priority, columns in groups.items()}
    solution, levels = first, []
    for priority, columns in sorted(groups.items()):
        late = float(solution[columns].sum())
        if late > _NOTHING:
            solution, money = _least(plan, options, columns, money)
            late = float(solution[columns].sum())
        row = plan.model.rows(f"lateness of priority {priority}", upper=_UNIT * (late * (1.0 + _HELD) + _NOTHING))
        plan.model.add(np.full(len(columns), row.start), columns, _UNIT)
        levels.append(Level(priority, max(late, 0.0) / MW * WEEK, by_money[priority] / MW * WEEK))
    plan.model.set_cost(np.arange(len(money)), money)
    return solve_learning(plan, _cold(plan, options)), tuple(levels)


def _cold(plan: PlanModel, options: SolveOptions) -> SolveOptions:
    """Take interior point for a large model: a level's costs leave little of the last basis."""
    large = len(plan.model.program().matrix.value) >= _LARGE
    return replace(options, method="ipx") if large and options.method == "choose" else options


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


def _least(plan: PlanModel, options: SolveOptions, columns: IntArray, money: FloatArray) -> tuple[Solution, FloatArray]:
    """Minimise the sum of columns by giving them a cost beside which all else is small.

    Money stays in the objective: without it the model has so many best solutions that the solver gets lost.
    """
    count = plan.model.n_columns
    plan.model.set_cost(np.arange(len(money)), money)
    late = plan.site.late[plan.site.late >= 0]
    dearest = max(float(money[late].max()), _A_WEEK_OF_COMPUTE)
    plan.model.set_cost(columns, money[columns] + _FIRST * dearest)
    solution = solve_model(plan, _cold(plan, options))
    # pools of parts that joined on the way bring costs of their own
    return solution, np.concatenate([money, plan.model.program().cost[count:]])
