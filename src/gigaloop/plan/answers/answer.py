"""How a plan is answered: the optimum, at once, by priority before money, near an earlier plan, or as far as it got."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from gigaloop.core.errors import StoppedError, UsageError
from gigaloop.plan.answers.levels import solve_levels
from gigaloop.plan.answers.priorities import Level
from gigaloop.plan.answers.stability import Stability, Steadiness
from gigaloop.plan.answers.stable import solve_stable
from gigaloop.plan.explain.binding import find_binding
from gigaloop.plan.findings import Binding
from gigaloop.plan.greedy.answer import first_answer
from gigaloop.plan.lp.choices import Picks
from gigaloop.plan.lp.decisions import WholeSolution, solve_whole
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.telescope import Buckets, solve_telescoped
from gigaloop.plan.records import Plan
from gigaloop.solve import Outcome, SolveOptions

Method = Literal["optimal", "greedy"]
Objective = Literal["money", "lexicographic"]
Resolution = Literal["weekly", "telescoped"]
FIRST_ANSWER = "first answer"
"""Status of a plan by pegging."""
_EXACT = 1e-9
"""Gap up to which a plan counts as the optimum itself."""
STOPPED = "stopped"
"""Status of the best plan found when the solver was stopped."""
TELESCOPED = "telescoped"
"""Status of a plan whose later weeks go in buckets."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was decided, how it is called where it is no optimum, and the levels of a lexicographic plan."""

    decided: WholeSolution
    status: str = ""
    levels: tuple[Level, ...] = ()
    stability: Steadiness | None = None
    notes: tuple[str, ...] = ()
    buckets: tuple[int, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether the solution has prices, by which a plan is explained."""
        return self.decided.solution.run.has_duals

    def mark(self, plan: Plan) -> Plan:
        """Give the record of the plan with what the answer says of it."""
        if not self.status and not self.levels and self.stability is None:
            return plan
        # What holds levels and keeps near a plan is in the model's objective, and no money.
        objective = sum(plan.costs.values()) if self.levels or self.stability is not None else plan.objective
        bound = min(self.decided.bound * 1e6, objective)
        gap = (objective - bound) / max(abs(objective), 1.0) if math.isfinite(bound) else math.inf
        found = Outcome.FEASIBLE.value if self.stability is not None and gap > _EXACT else plan.status
        return replace(
            plan,
            status=self.status or found,
            objective=objective,
            bound=bound,
            gap=gap,
            levels=self.levels,
            stability=self.stability,
            notes=self.notes,
            buckets=self.buckets,
        )


def binding_of(plan: PlanModel, answer: Answer, reliefs: int, options: SolveOptions) -> tuple[Binding, ...]:
    """Rank what binds; by prices alone where planning again is stopped, or would drop what the plan keeps to."""
    if not answer.proved:
        return ()
    if answer.levels or answer.stability is not None:
        return find_binding(plan, answer.decided.solution, 0, options)
    try:
        return find_binding(plan, answer.decided.solution, reliefs, options)
    except (StoppedError, KeyboardInterrupt):
        return find_binding(plan, answer.decided.solution, 0, options)


def answer_plan(
    plan: PlanModel,
    options: SolveOptions,
    hint: Picks = (),
    *,
    method: Method = "optimal",
    objective: Objective = "money",
    previous: Plan | None = None,
    stability: Stability | None = None,
    resolution: Resolution = "weekly",
) -> Answer:
    """Answer a plan as asked; a solve that is stopped gives the best plan found.

    Parameters
    ----------
    hint
        Whole decisions of an earlier plan, tried first.
    method
        ``optimal``, or ``greedy`` for the first answer alone.
    objective
        ``money``, or ``lexicographic`` for the lateness of each priority before it.
    previous, stability
        An earlier plan, and how near to it this one stays.
    resolution
        ``weekly``, or ``telescoped`` for later weeks in buckets.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    SolveError
        If there is no plan at all to be given.
    UsageError
        If a telescoped plan is to be anything else besides.
    """
    if resolution == "telescoped" and (method == "greedy" or objective == "lexicographic" or stability is not None):
        why = "a telescoped plan is by money, solved, and near no other"
        raise UsageError(why, hint="leave out 'telescoped', or the other options")
    if method == "greedy":
        return _first(plan, options, FIRST_ANSWER)
    try:
        if resolution == "telescoped":
            return _telescoped(plan, options)
        decided = solve_whole(plan, options, hint)
    except StoppedError as stopped:
        return _first(plan, options, STOPPED, bound=stopped.bound, stopped_by=stopped.stopped_by)
    except KeyboardInterrupt:
        return _first(plan, options, STOPPED, stopped_by="interrupt")
    answer = Answer(decided)
    try:
        if objective == "lexicographic":
            solution, levels = solve_levels(plan, options, decided.solution)
            answer = Answer(replace(decided, solution=solution, bound=solution.bound), levels=levels)
        if previous is not None and stability is not None:
            solution, found = solve_stable(plan, options, answer.decided.solution, previous, stability)
            answer = replace(answer, decided=replace(answer.decided, solution=solution), stability=found)
    except (StoppedError, KeyboardInterrupt):
        return replace(answer, status=f"{STOPPED} before the plan that was asked for")
    return answer


def _first(
    plan: PlanModel, options: SolveOptions, status: str, *, bound: float = -math.inf, stopped_by: str = ""
) -> Answer:
    solution = first_answer(plan, options, bound=bound, stopped_by=stopped_by)
    return Answer(WholeSolution(solution, plan.picks, solution.bound, 1), status)


def _telescoped(plan: PlanModel, options: SolveOptions) -> Answer:
    buckets = Buckets()
    solution = solve_telescoped(plan, options, buckets)
    note = (
        f"Telescoped: after week {buckets.fine} the plan goes in buckets of {buckets.length} weeks. Rates are even "
        "within a bucket, stocks are those of its end, limits hold in its mean; what is late or scarce for less than "
        "a bucket may not show. Plan by week before acting on it."
    )
    lengths = buckets.lengths(plan.data.weeks)
    notes, lengths = ((note,), lengths) if max(lengths) > 1 else ((), ())
    return Answer(WholeSolution(solution, plan.picks, -math.inf, 1), TELESCOPED, notes=notes, buckets=lengths)
