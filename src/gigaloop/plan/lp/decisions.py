"""Whole decisions: the relaxation is rounded, and refined by planning again with the decisions held.

With the decisions held at r the plan is a linear programme, whose optimum v(r) is convex in r. The reduced costs d of
the columns held give a lower limit at every other r' (a cut of J. F. Benders, Numerische Mathematik 4 (1962) 238-252,
doi:10.1007/BF01386316): v(r') >= v(r) + d (r' - r). A small mixed-integer master programme over the cuts bounds what
any whole r' can reach, and says which one to try next.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.core.errors import InfeasibleError, SolveError, StoppedError
from gigaloop.plan.inputs.choices import NEVER
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.choices import ChoiceBlocks, Picks
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.learning import solve_learning
from gigaloop.plan.lp.model import PlanModel, solve_model
from gigaloop.solve import Basis, Model, Solution, SolveOptions

TRIES = 6
"""Plans with the decisions held that are solved at most. Source: a choice of this model; the gap is reported."""
GAP = 1e-4
"""Relative gap at which the search ends. Source: a choice of this model; the gap is reported."""
KEPT_GAP = 2e-3
"""Relative gap up to which the decisions of an earlier plan are kept. Source: a choice of this model."""
RADIUS = 16
"""Weeks by which a decision is moved at first; then 4, then 1. Source: a choice of this model."""
_LEAST_TIME = 1e-3
"""Time limit of a solve for which no time is left [s]; it stops at once."""
_NEVER_BELOW = 1e-6
"""Final value of a relaxed step below which it is taken not to happen."""


@dataclass(frozen=True, slots=True, eq=False)
class WholeSolution:
    """The best plan found with whole decisions, what no plan can cost less than, and the plans that were solved."""

    solution: Solution
    picks: Picks
    bound: float
    tries: int


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """What every option of every decision changes the cost by, at least, from a plan's own cost."""

    cost: float
    changes: tuple[FloatArray, ...]


class _Search:
    """The plans tried so far; options of a decision are its weeks and, last, never."""

    def __init__(self, plan: PlanModel, blocks: ChoiceBlocks, options: SolveOptions, gap: float) -> None:
        choices = plan.data.choices
        self.plan, self.options, self.gap = plan, options, gap
        self.began = time.monotonic()
        self.weeks: list[IntArray] = [opening.weeks for opening in choices.openings]
        self.weeks += [change.weeks for change in choices.changes]
        self.columns = [blocks.opened[n, each.weeks] for n, each in enumerate(choices.openings)]
        self.columns += [blocks.changed[n, each.weeks] for n, each in enumerate(choices.changes)]
        self.steps = [False] * len(choices.openings) + [True] * len(choices.changes)
        self.cuts: list[_Cut] = []
        self.tried: set[Picks] = set()
        self.best: tuple[Solution, Picks, _Cut] | None = None
        self.basis: Basis | None = None
        self.at_best = False

    def hold(self, picks: Picks) -> None:
        """Hold the decisions, and solve next from the best plan so far rather than from the last one tried."""
        self.plan.hold(picks)
        if self.basis is not None and not self.at_best:
            self.plan.model.restore(self.plan.completed(self.basis))

    def left(self) -> SolveOptions:
        """Give the options with the time that is left."""
        spent = time.monotonic() - self.began
        return replace(self.options, time_limit=max(self.options.time_limit - spent, _LEAST_TIME))

    def close(self, bound: float, gap: float | None = None) -> bool:
        """Say whether the best plan so far is within a gap of a bound; the search's own where none is given."""
        if self.best is None:
            return False
        cost = self.best[0].objective
        return cost - bound <= (self.gap if gap is None else gap) * max(abs(cost), 1e-9)

    def option(self, n: int, pick: int) -> int:
        """Give the option that a pick of a decision is."""
        return len(self.weeks[n]) if pick == NEVER else pick - int(self.weeks[n][0])

    def pick(self, n: int, option: int) -> int:
        """Give the week of an option of a decision."""
        return NEVER if option == len(self.weeks[n]) else int(self.weeks[n][option])

    def try_at(self, picks: Picks) -> None:
        """Plan with the decisions held; a line may lack the time that a change-over takes, which is passed over."""
        if picks in self.tried:
            return
        self.tried.add(picks)
        self.hold(picks)
        self.at_best = False
        try:
            solution = solve_model(self.plan, self.left())
        except InfeasibleError:
            return
        self.note(picks, solution)

    def note(self, picks: Picks, solution: Solution) -> _Cut:
        """Keep what a plan with the decisions held tells of all others."""
        cut = _Cut(solution.objective, tuple(self._changes(solution, n, pick) for n, pick in enumerate(picks)))
        self.tried.add(picks)
        self.cuts.append(cut)
        if self.best is None or solution.objective < self.best[0].objective:
            self.best = solution, picks, cut
            self.basis = self.plan.model.last_basis
            self.at_best = True
        return cut

    def _changes(self, solution: Solution, n: int, pick: int) -> FloatArray:
        prices = solution.reduced_cost(self.columns[n])
        worth = np.append(np.cumsum(prices[::-1])[::-1] if self.steps[n] else prices, 0.0)
        return np.asarray(worth - worth[self.option(n, pick)])

    def rounded(self, relaxed: Solution, half_of_final: bool) -> Picks:
        """Give the weeks in which the relaxed steps pass 1/2, or half of what they come to."""
        picks = []
        for n, columns in enumerate(self.columns):
            step = values(relaxed, columns)
            step = step if self.steps[n] else np.cumsum(step)
            final = float(step[-1]) if len(step) else 0.0
            half = final / 2.0 if half_of_final else 0.5
            passes = final > _NEVER_BELOW and final >= half - 1e-9
            picks.append(self.pick(n, int(np.argmax(step >= half - 1e-9))) if passes else NEVER)
        return tuple(picks)

    def neighbours(self, radius: int) -> list[Picks]:
        """Give the best plan so far with one decision moved, the move that promises most first.

        A decision moves by at most ``radius`` weeks, from never to its most promising week, or to never.
        """
        if self.best is None:
            return []
        _, picks, cut = self.best
        moves = []
        for n, changes in enumerate(cut.changes):
            here, never = self.option(n, picks[n]), len(changes) - 1
            near = (
                np.abs(np.arange(len(changes)) - here) <= radius if here != never else np.ones(len(changes), np.bool_)
            )
            near[never] = True
            near[here] = False
            options = np.flatnonzero(near & (changes < 0.0))
            if len(options):
                option = int(options[np.argmin(changes[options])])
                moves.append((float(changes[option]), (*picks[:n], self.pick(n, option), *picks[n + 1 :])))
        return [move for _, move in sorted(moves) if move not in self.tried]

    def master(self, floor: float) -> float:
        """Give the least cost that the cuts allow for."""
        model = Model("whole decisions")
        cost = model.columns("cost", lower=floor, cost=1.0)
        rows = model.rows("cut", [("plan", range(len(self.cuts)))], lower=[cut.cost for cut in self.cuts])
        model.add(rows, np.full(len(self.cuts), cost.start), 1.0)
        for n, weeks in enumerate(self.weeks):
            option = [("option", range(len(weeks) + 1))]
            columns = model.columns(f"decision {n}", option, upper=1.0, integer=True)
            one = model.rows(f"one of decision {n}", lower=1.0, upper=1.0)
            model.add(np.full(columns.size, one.start), columns, 1.0)
            for k, cut in enumerate(self.cuts):
                model.add(np.full(columns.size, rows[k]), columns, -cut.changes[n])
        options = SolveOptions(mip_gap=1e-6, threads=self.options.threads, seed=self.options.seed)
        return max(floor, model.solve(options).bound)


def _refine(search: _Search, bound: float, tries: int) -> float:
    """Move one decision at a time while that promises and brings something; give the best bound."""
    radius = RADIUS
    while search.best is not None and len(search.tried) < tries and not search.close(bound):
        before = search.best[0].objective
        moves = search.neighbours(radius)
        for move in moves[: tries - len(search.tried)]:
            search.try_at(move)
            if search.best[0].objective < before:
                break
        if search.best[0].objective >= before:
            if radius == 1:
                break
            radius = max(radius // 4, 1)
    if search.best is None or search.close(bound):
        return bound
    return min(max(bound, search.master(bound)), search.best[0].objective)


def round_whole(plan: PlanModel, relaxed: Solution) -> Picks:
    """Give the whole decisions at the weeks in which the relaxed steps pass half of what they come to."""
    if plan.choices is None:
        return ()
    return _Search(plan, plan.choices, SolveOptions(), GAP).rounded(relaxed, True)


def solve_whole(
    plan: PlanModel, options: SolveOptions, hint: Picks = (), *, tries: int = TRIES, gap: float = GAP
) -> WholeSolution:
    """Solve a plan with its whole decisions, and leave the model held at the best of them.

    Parameters
    ----------
    plan
        The model; one without whole decisions is solved as it is.
    options
        Of the solver.
    hint
        Decisions of an earlier plan, tried first, and kept where they are good enough.
    tries
        How many plans with the decisions held are solved at most.
    gap
        Relative gap at which the search ends [1].

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    SolveError
        If the solver stops before the optimum of a plan.
    """
    if plan.choices is None:
        relaxed = solve_learning(plan, options)
        return WholeSolution(relaxed, (), relaxed.bound, 0)
    search = _Search(plan, plan.choices, options, gap)
    kept = _keep(search, hint, max(gap, KEPT_GAP)) if gap and len(hint) == len(search.weeks) else None
    if kept is not None:
        return kept
    plan.hold(())
    relaxed = solve_learning(plan, search.left())
    bound = relaxed.objective
    try:
        for picks in (search.rounded(relaxed, False), search.rounded(relaxed, True)):
            if len(search.tried) < max(tries, 1) and not search.close(bound):
                search.try_at(picks)
        if search.best is None:
            search.try_at((NEVER,) * len(search.weeks))
        bound = _refine(search, bound, tries)
        if search.best is None:
            why = "no whole decisions were found at which a plan exists"
            raise SolveError(why, hint="check the time that the lines' change-overs take")
        _, picks, _ = search.best
        search.hold(picks)
        # Once more, so that basis, pools and learnt rates of the model are those of the plan that is kept.
        return WholeSolution(solve_learning(plan, search.left()), picks, bound, len(search.tried))
    except StoppedError:
        learns = any(activity.learning is not None for activity in plan.data.production.activities)
        if search.best is None or learns:
            raise
        solution, picks, _ = search.best
        plan.hold(picks)
        return WholeSolution(solution, picks, bound, len(search.tried))


def _keep(search: _Search, hint: Picks, gap: float) -> WholeSolution | None:
    """Plan with the decisions of an earlier plan, and keep them where no others can be better by more than a gap."""
    search.plan.hold(hint)
    try:
        solution = solve_learning(search.plan, search.left())
    except InfeasibleError:
        return None
    cut = search.note(hint, solution)
    bound = cut.cost + sum(float(changes.min()) for changes in cut.changes)
    return WholeSolution(solution, hint, bound, 1) if search.close(bound, gap) else None
