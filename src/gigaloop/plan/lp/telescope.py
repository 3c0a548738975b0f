"""Plans whose later weeks go in buckets: a projection of the weekly model, expanded again to weeks.

Every column of a bucket has one value and every row is the mean of the bucket's rows, so that a lead time that ends
within a bucket arrives in shares, and none is ever rounded to buckets. What goes online, waits and is late stays by
week.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.core.errors import InfeasibleError, SolveError, StoppedError
from gigaloop.plan.inputs.choices import NEVER
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.coarse import Level, kits, level, lift, project
from gigaloop.plan.lp.decisions import round_whole
from gigaloop.plan.lp.grid import NONE
from gigaloop.plan.lp.learning import solve_learning
from gigaloop.plan.lp.model import PlanModel
from gigaloop.solve import (
    Basis,
    Block,
    LinearProgram,
    Outcome,
    Solution,
    SolveOptions,
    explain_infeasible,
    solve_program,
)
from gigaloop.solve.partial import given_solution

FINE_WEEKS = 26
"""First weeks that stand for themselves. Source: a choice of this model, tested against weekly plans."""
BUCKET_WEEKS = 4
"""Weeks of a bucket after them. Source: a choice of this model, tested against weekly plans."""
_GIVE_UP = 10
"""Rows per pivot after which interior point takes over from a basis, as pools that join leave a poor one. Source:
measurements on the programmes of ``benchmarks``."""
_BY_WEEK = frozenset({"waiting", "online", "late", "early", "site balance", "asked"})
"""Blocks that stay by week: dates of energisation and of demands are weeks, and a bucket about one would be late."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Weeks each for itself at first, in buckets later.

    Parameters
    ----------
    fine
        First weeks that stand for themselves.
    length
        Weeks of a bucket after them; the last bucket may be shorter.
    """

    fine: int = FINE_WEEKS
    length: int = BUCKET_WEEKS

    def of_weeks(self, weeks: int) -> IntArray:
        """Give the bucket of every week (weeks,).

        >>> Buckets(2, 4).of_weeks(9).tolist()
        [0, 1, 2, 2, 2, 2, 3, 3, 3]
        """
        week = np.arange(weeks)
        return np.asarray(np.where(week < self.fine, week, self.fine + (week - self.fine) // self.length))

    def lengths(self, weeks: int) -> tuple[int, ...]:
        """Give the weeks of every bucket.

        >>> Buckets(2, 4).lengths(9)
        (1, 1, 4, 3)
        """
        return tuple(np.bincount(self.of_weeks(weeks)).tolist())


def solve_telescoped(plan: PlanModel, options: SolveOptions, buckets: Buckets | None = None) -> Solution:
    """Solve a plan in buckets and give it by week, without prices; the model is left with the decisions held.

    Parameters
    ----------
    plan
        The model; pools of parts that the solution overdraws join.
    options
        Of the solver; its time limit holds for each solve.
    buckets
        Which weeks go together.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    StoppedError
        If the solver is stopped before the optimum.
    SolveError
        If there is no plan in buckets, although there is one by week.

    Notes
    -----
    Whole decisions are rounded from their relaxation, to the week in which a step passes half of what it comes to, as
    their columns stay by week; none are tried beside them.
    """
    projection = _Projection(plan, buckets or Buckets())
    begin = time.perf_counter()
    rules = [n for n, pool in enumerate(plan.data.sourcing.pools) if pool.chosen or pool.alone]
    plan.add_pools([n for n in rules if n not in plan.pools])
    if plan.choices is not None:
        plan.hold(())
        picks = round_whole(plan, solve_learning(plan, options, projection.solve))
        try:
            plan.hold(picks)
            solution = solve_learning(plan, options, projection.solve)
        except (InfeasibleError, SolveError) as error:
            if isinstance(error, StoppedError):
                raise
            plan.hold((NEVER,) * len(picks))
            solution = solve_learning(plan, options, projection.solve)
    else:
        solution = solve_learning(plan, options, projection.solve)
    run = replace(solution.run, seconds=time.perf_counter() - begin, iterations=projection.iterations)
    return replace(solution, run=run)


class _Projection:
    """The projected model, solved again and again, each time from the basis before."""

    def __init__(self, plan: PlanModel, buckets: Buckets) -> None:
        self._number = buckets.of_weeks(plan.data.weeks)
        self._kit = _kits(plan.data)
        self._basis: Basis | None = None
        self.iterations = 0

    def solve(self, plan: PlanModel, options: SolveOptions) -> Solution:
        """Solve, adding pools of parts until none is overdrawn."""
        while True:
            to, model = self._level(plan), plan.model
            start = None
            if self._basis is not None:
                each = Level(np.arange(model.n_columns), np.arange(model.n_rows))
                start = lift(plan.completed(self._basis), each, to)
            program = _with_mean_bounds(model.program(), to)
            run, basis = solve_program(program, replace(options, pivots=program.n_rows // _GIVE_UP), start)
            self.iterations += run.iterations
            if run.stopped_by:
                why = f"the plan in buckets is {run.outcome.value}: {run.stopped_by}"
                raise StoppedError(why, stopped_by=run.stopped_by, bound=-np.inf, hint="give it a longer time limit")
            if run.outcome is not Outcome.OPTIMAL or run.vectors is None:
                conflict = explain_infeasible(model) if run.outcome is Outcome.INFEASIBLE else None
                if conflict is not None:
                    raise conflict.error()
                raise SolveError(f"the plan in buckets is {run.outcome.value}", hint="plan by week")
            self._basis = None if basis is None else lift(basis, to)
            solution = given_solution(model, run.vectors.value[to.columns])
            broken = plan.broken_pools(solution)
            if not broken:
                return solution
            plan.add_pools(broken)

    def _level(self, plan: PlanModel) -> Level:
        model, weeks = plan.model, plan.data.weeks
        whole = level(model.column_blocks, model.row_blocks, weeks, bucket=weeks, kit=self._kit)
        columns = whole.columns * weeks + self._bucket(model.column_blocks)
        rows = whole.rows * weeks + self._bucket(model.row_blocks)
        own = _members(model.column_blocks)
        if plan.choices is not None:
            held = np.concatenate([plan.choices.opened.ravel(), plan.choices.changed.ravel()])
            own = np.concatenate([own, held[held != NONE]])
        columns[own] = (model.n_columns + 1) * weeks + own
        own = _members(model.row_blocks)
        rows[own] = (model.n_rows + 1) * weeks + own
        return Level(_in_order(columns), _in_order(rows))

    def _bucket(self, blocks: Sequence[Block]) -> IntArray:
        """Give the bucket of every member; 0 for those without a week."""
        found = [np.empty(0, dtype=np.intp)]
        for block in blocks:
            grid = block.grid
            week = np.zeros(block.size, dtype=np.intp) if grid is None else grid.cells % grid.width
            found.append(self._number[np.minimum(week, len(self._number) - 1)])
        return np.concatenate(found)


def _kits(data: PlanData) -> dict[str, str]:
    """Give the kits of made parts of which all can be made in the same weeks; else the cheapest would stand for all.

    What is there at the start differs by part, so that there are no kits then.
    """
    if data.opening.inflow:
        return {}
    items, coarse = data.production.items, kits(data)
    parents: list[set[int]] = [set() for _ in items]
    weeks: list[list[tuple[int, int, bytes]]] = [[] for _ in items]
    for i, item in enumerate(items):
        for component in item.made_parts:
            parents[component].add(i)
    for a, activity in enumerate(data.production.activities):
        weeks[activity.item].append((activity.line, activity.factory, data.can_complete[a].tobytes()))
    number: dict[object, int] = {}
    kit_of: list[int] = []
    for i, item in enumerate(items):  # components come after all that use them
        key = (coarse[item.part], tuple(sorted(weeks[i])), frozenset(kit_of[parent] for parent in parents[i]))
        kit_of.append(number.setdefault(key, len(number)))
    return {item.part: f"kit {kit}" for item, kit in zip(items, kit_of, strict=True)}


def _members(blocks: Sequence[Block]) -> IntArray:
    """Give the members of the blocks that stay by week."""
    return np.concatenate(
        [np.empty(0, dtype=np.intp)]
        + [np.arange(block.start, block.start + block.size) for block in blocks if block.name in _BY_WEEK]
    )


def _with_mean_bounds(program: LinearProgram, to: Level) -> LinearProgram:
    """Project with the mean of the bounds of a group's columns, as their values stand for all of its weeks."""
    projected = project(program, to)
    return replace(
        projected,
        column_lower=_mean(program.column_lower, to.columns, projected.n_columns),
        column_upper=_mean(program.column_upper, to.columns, projected.n_columns),
    )


def _mean(bound: FloatArray, group: IntArray, count: int) -> FloatArray:
    infinite = np.isinf(bound)
    mean = np.bincount(group, np.where(infinite, 0.0, bound), count) / np.bincount(group, minlength=count)
    mean[group[infinite]] = bound[infinite]
    return np.asarray(mean)


def _in_order(keys: IntArray) -> IntArray:
    """Give groups numbers in the order in which they first appear, so that those of new blocks come last."""
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.intp)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.asarray(rank[group.ravel()])
