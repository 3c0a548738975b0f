"""The first answer: the first plan, held against every row of the model, and brought within those it breaks."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np

from gigaloop.core.errors import SolveError
from gigaloop.plan.greedy.schedule import first_plan, peg_plan
from gigaloop.plan.inputs.choices import NEVER
from gigaloop.plan.inputs.learning import pace_of
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.choices import Picks
from gigaloop.plan.lp.learning import set_pace
from gigaloop.plan.lp.model import PlanModel
from gigaloop.solve import Solution, SolveOptions
from gigaloop.solve.partial import given_solution, solve_within, worst_violation

_TOLERANCE = 1e-7
_SAME_PACE = 1e-9


def first_answer(
    plan: PlanModel, options: SolveOptions | None = None, *, bound: float = -math.inf, stopped_by: str = ""
) -> Solution:
    """Give a feasible plan at once, by pegging instead of optimising.

    Parameters
    ----------
    plan
        The model; it is left with the whole decisions, learnt rates and pools of parts of the answer.
    bound
        What no plan's objective can be below [MUSD], where a solver has found that out.
    stopped_by
        What kept a solver from finding a better plan.

    Raises
    ------
    SolveError
        If no plan is found that makes, ships and puts online no more than the first plan.

    Notes
    -----
    Where rules of the programme are broken that pegging does not know, what it would make, ship and put online is
    kept, and the solver finds what else these rules ask for; where that cannot be, it becomes what is made, shipped
    and put online at the most. Lines open, and are changed over, as early as they can; never, where that cannot be.
    """
    begin = time.perf_counter()
    *first, last = _decisions(plan)
    for picks in first:
        plan.hold(picks)
        try:
            solution = _learnt(plan, options or SolveOptions())
            break
        except SolveError:
            continue
    else:
        plan.hold(last)
        solution = _learnt(plan, options or SolveOptions())
    seconds = time.perf_counter() - begin
    return given_solution(plan.model, solution.values, bound=bound, stopped_by=stopped_by, seconds=seconds)


def _decisions(plan: PlanModel) -> tuple[Picks, ...]:
    """Give the whole decisions to try: all as early as can be, then none at all."""
    if plan.choices is None:
        return ((),)
    choices = plan.data.choices
    weeks = [each.weeks for each in choices.openings] + [each.weeks for each in choices.changes]
    early = tuple(int(each[0]) if len(each) else NEVER for each in weeks)
    return early, (NEVER,) * len(weeks)


def _learnt(plan: PlanModel, options: SolveOptions) -> Solution:
    """Answer with the rates of lines that have learnt nothing, and again with those that the output of that gives."""
    production = plan.data.production
    learns = [a for a, activity in enumerate(production.activities) if activity.learning is not None]
    if learns:
        set_pace(plan, pace_of(production, plan.data.opening.given), learns)
    slow, (first, repaired) = plan.data.pace, _feasible(plan, options)
    if not learns or repaired:  # the solver takes longer than pegging: once is enough for a first answer
        return first
    set_pace(plan, np.minimum(pace_of(production, plan.made(first) + plan.data.opening.given), slow), learns)
    second, _ = _feasible(plan, options)
    pace = pace_of(production, plan.made(second) + plan.data.opening.given)
    if second.objective < first.objective and (pace <= plan.data.pace + _SAME_PACE).all():
        return second
    set_pace(plan, slow, learns)
    return first


def _feasible(plan: PlanModel, options: SolveOptions) -> tuple[Solution, bool]:
    """Give a first plan that keeps all limits, and whether the solver had to bring it within them."""
    pegged = peg_plan(plan)
    while True:
        solution = given_solution(plan.model, first_plan(plan, pegged))
        broken = plan.broken_pools(solution)
        if broken:
            plan.add_pools(broken)
            continue
        if worst_violation(plan.model, solution.values) <= _TOLERANCE:
            return solution, False
        solution = given_solution(plan.model, _brought_within(plan, solution.values, options))
        broken = plan.broken_pools(solution)
        if not broken:
            return solution, True
        plan.add_pools(broken)


def _brought_within(plan: PlanModel, values: FloatArray, options: SolveOptions) -> FloatArray:
    program = plan.model.program()
    own_items = _of_racks_alone(plan)
    made = np.array([activity.item in own_items for activity in plan.data.production.activities], dtype=np.bool_)
    moved = np.array([route.carries in own_items for route in plan.data.moves], dtype=np.bool_)
    blocks = (plan.factory.make[made], plan.factory.move[moved], plan.factory.ship, plan.site.online)
    decided = np.concatenate([block[block >= 0] for block in blocks])
    own = replace(options, time_limit=math.inf, warm=False, stop=None, method="choose")
    for keep in (True, False):
        lower, upper = program.column_lower.copy(), program.column_upper.copy()
        upper[decided] = np.maximum(values[decided], lower[decided])
        if keep:
            lower[decided] = upper[decided]
        solution = solve_within(plan.model, lower, upper, own)
        if solution.status.has_solution:
            return solution.values
    raise SolveError("there is no first answer", hint="let the solver plan, and give it the time that it needs")


def _of_racks_alone(plan: PlanModel) -> set[int]:
    """Give the items that go into racks and not into what completes scalable units, which pegging does not plan."""
    items = plan.data.production.items
    others = {part.item for part in plan.data.unit_parts if part.item >= 0}
    for i in range(len(items)):  # components come after all that use them
        if i in others:
            others |= set(items[i].made_parts)
    return set(range(len(items))) - others
