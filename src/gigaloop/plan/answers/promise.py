"""Capable to promise: when racks that nobody has asked for yet could be online, and what that takes.

The racks join the plan as a group of demands of their own, without a cost of lateness. For a date, the plan that brings
them online by then is a linear programme with bounds on what is late of them; the earliest date is the first for which
it has a solution, found by halving. With nothing moved, no demand may be later, or less early, in any week than it is
in the present plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.errors import SolveError, UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.units import WEEK
from gigaloop.plan.answers.leads import weeks_to_online
from gigaloop.plan.explain.late import explain_late
from gigaloop.plan.findings import Reason
from gigaloop.plan.inputs.data import PlanData, gather
from gigaloop.plan.inputs.deployment import Asked
from gigaloop.plan.inputs.facts import RackFacts, energy_price, rack_facts
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.decisions import solve_whole
from gigaloop.plan.lp.factory import MONEY
from gigaloop.plan.lp.grid import NONE, values
from gigaloop.plan.lp.model import PlanModel, build_model
from gigaloop.plan.lp.site import MW
from gigaloop.plan.lp.warm import start_from
from gigaloop.plan.outcome.choices import picks_of
from gigaloop.plan.outcome.results import late_power, read_quantities
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Demand, Programme
from gigaloop.solve import Outcome, Solution, SolveOptions

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design

PROMISED = "promised"
"""Id of the demand that stands for the racks asked about."""
_FIRST = 100.0
"""Cost of the racks' lateness over the greatest in the programme, where they are wanted as soon as can be."""
_SOME = 1e-4
"""Share of the racks that counts as none."""
_ROUNDING = 1e-6
"""MW by which a demand may be later than before: the rounding of the solver."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A demand that is served later, or earlier, than in the present plan.

    Parameters
    ----------
    before, after
        The first day on which it is met; none where it is not within the horizon.
    later
        Lateness that it gains; negative where it loses some [W s = J].
    """

    demand: str
    site: str
    before: dt.date | None
    after: dt.date | None
    later: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """When the racks can be there.

    Parameters
    ----------
    date
        The first day on which all are online; none where they cannot be within the horizon.
    racks
        Racks online to date as soon as they can be (weeks of change,): days and racks.
    by_date
        Racks that can be online by the day asked for; none where none was.
    cost, value
        What the plan costs more with them, and what their compute is worth, in present value [USD].
    reasons
        What keeps them from being there sooner, the greatest share first.
    moved
        Demands that are served otherwise, the most lateness first.
    """

    date: dt.date | None
    racks: tuple[tuple[dt.date, float], ...]
    by_date: float | None
    cost: float
    value: float
    reasons: tuple[Reason, ...]
    moved: tuple[Moved, ...]

    @property
    def margin(self) -> float:
        """Value less cost [USD]."""
        return self.value - self.cost


@dataclass(frozen=True, slots=True)
class Promise:
    """When racks that were asked about could be online.

    Parameters
    ----------
    not_before
        The first day on which work on them may have led to racks online; none where they may start at once.
    kept
        With nothing moved that is promised already.
    moving
        With others moved where that helps; the same where it does not.
    """

    site: str
    generation: str
    racks: float
    by: dt.date | None
    not_before: dt.date | None
    kept: Delivery
    moving: Delivery


def promise_racks(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    site: str,
    racks: float,
    generation: str = "",
    by: dt.date | None = None,
    exercised: dt.date | None = None,
    present: Plan | None = None,
    options: SolveOptions | None = None,
) -> Promise:
    """Say when racks could be online at a site, without and with moving what is promised already.

    Parameters
    ----------
    site, racks, generation
        What is asked about; of several generations that the site takes, the one that is there first without moving
        anything where none is given.
    by
        A day by which it is asked how many could be there.
    exercised
        The day of the order, such as the exercise of an option; work on the racks begins no earlier.
    present
        The present plan, from which the solver starts.

    Raises
    ------
    InfeasibleError
        If the programme has no plan.
    SolveError
        If the solver stops before the optimum.
    UsageError
        If there is no such site or generation, the site takes none, or the number of racks is not above 0.
    """
    if racks <= 0.0:
        raise UsageError(f"{racks:g} racks cannot be promised", hint="give a number above 0")
    options = options or SolveOptions()
    facts = rack_facts(programme.generations, designs)
    prices = tuple(energy_price(programme, each, catalogue) for each in programme.sites)
    data = gather(programme, facts, prices, weeks_up(float(programme.policy.early)))
    s = _index("site", site, [each.id for each in programme.sites])
    known = [each.id for each in programme.generations]
    asked = [_index("generation", generation, known)] if generation else list(range(len(known)))
    found = []
    for g in asked:
        search = _Search.of(data, s, g, racks, exercised, present, options)
        if search is not None:
            kept, week = search.delivery(by, moving=False)
            found.append((week, -kept.margin, g, search, kept))
    if not found:
        what = f"site {site} takes no rack of {generation or 'any generation'} within the horizon"
        raise UsageError(what, hint="a hall must take it, a line make it, and a lane bring it")
    week, _, g, search, kept = min(found, key=lambda each: each[:3])
    moving, sooner = search.delivery(by, moving=True)
    if sooner >= week and (kept.by_date or 0.0) >= (moving.by_date or 0.0) - _SOME * racks:
        moving = kept
    first = search.not_before
    not_before = data.calendar.date(first) if first > 0 and exercised is not None and first < data.weeks else None
    return Promise(site, known[g], racks, by, not_before, kept, moving)


def _index(what: str, name: str, known: list[str]) -> int:
    if name not in known:
        hint = did_you_mean(name, known, otherwise=f"there are: {', '.join(known)}")
        raise UsageError(f"there is no {what} '{name}'", hint=hint)
    return known.index(name)


def with_racks(data: PlanData, site: int, generation: int, racks: float) -> PlanData:
    """Give the plan's data with racks asked for from the start, as a group of their own that costs nothing late."""
    programme = data.programme
    demand = Demand.model_validate(
        {
            "id": PROMISED,
            "name": "Racks asked about",
            "site": programme.sites[site].id,
            "by": programme.horizon.start.isoformat(),
            "racks": f"{racks} pcs",
            "generations": [programme.generations[generation].id],
        }
    )
    number = len(programme.demands)
    power = np.array([racks * data.site_power(site, generation)])
    group = Asked(site, (generation,), (number,), (0,), power, np.zeros(1))
    changed = programme.model_copy(update={"demands": (*programme.demands, demand)})
    return replace(data, programme=changed, asked=(*data.asked, group))


class _Search:
    """The model with the racks, its present plan, and the columns that say how late they and the others are."""

    def __init__(
        self, plan: PlanModel, present: Solution, racks: float, not_before: int, options: SolveOptions
    ) -> None:
        self.plan, self.present, self.options = plan, present, options
        self.racks, self.not_before = racks, not_before
        self.group = len(plan.data.asked) - 1
        tier = next(k for k, (a, _) in enumerate(plan.site.tiers) if a == self.group)
        self.late = plan.site.late[tier]
        self.power = float(plan.data.asked[self.group].power[0]) * MW
        self.ways = [n for n, (a, _) in enumerate(plan.site.served) if a == self.group]
        self.costs = plan.model.program().cost[self.late[self.late >= 0]]

    @classmethod
    def of(
        cls,
        data: PlanData,
        site: int,
        generation: int,
        racks: float,
        exercised: dt.date | None,
        present: Plan | None,
        options: SolveOptions,
    ) -> _Search | None:
        """Plan without the racks first; None where none of them can ever be online."""
        plan = build_model(with_racks(data, site, generation, racks))
        ways = [n for n, (a, _) in enumerate(plan.site.served) if a == len(plan.data.asked) - 1]
        columns = plan.site.online[ways]
        if not (columns != NONE).any():
            return None
        first = 0
        if exercised is not None:
            order = plan.data.calendar.clip(plan.data.calendar.index_from(exercised))
            lead = weeks_to_online(plan.data, site, generation)
            first = plan.data.weeks if lead is None else order + lead
        there = columns[columns != NONE]
        plan.model.set_bounds(there, upper=0.0)
        if present is not None and present.start is not None:
            start_from(plan, present.start)
        decided = solve_whole(plan, options, picks_of(plan, present) if present is not None else ())
        later = columns[:, first:]
        plan.model.set_bounds(later[later != NONE], upper=np.inf)
        return cls(plan, decided.solution, racks, first, options)

    def delivery(self, by: dt.date | None, *, moving: bool) -> tuple[Delivery, int]:
        """Give when the racks can be there, and the week; the horizon's length where never."""
        weeks = self.plan.data.weeks
        self._hold_others(hold=not moving)
        self._due(weeks)
        soonest = self._solve(self._first(np.arange(weeks)))
        if soonest is None:
            raise SolveError("the present plan does not hold with nothing promised", hint="please report it")
        racks = self._online(soonest)
        reasons = self._reasons(soonest)
        by_date = None
        if by is not None:
            by_date = self._most_by(self.plan.data.calendar.index(by), soonest)
        week, best = self._earliest(racks)
        found = best if best is not None else soonest
        value = -float(found.program.cost[self._columns()] @ found.values[self._columns()]) / MONEY
        extra = float(self._money(found) - self.present.objective) / MONEY
        steps = np.flatnonzero(np.diff(racks, prepend=0.0) > _SOME * self.racks)
        days = [self.plan.data.calendar.date(int(t)) for t in steps]
        return Delivery(
            self.plan.data.calendar.date(week) if week < weeks else None,
            tuple(zip(days, racks[steps].tolist(), strict=True)),
            by_date,
            extra + value,
            value,
            reasons,
            self._moved(found) if moving else (),
        ), week

    # --- the model ---------------------------------------------------------------------------------------

    def _columns(self) -> IntArray:
        columns = self.plan.site.online[self.ways]
        return np.asarray(columns[columns != NONE])

    def _hold_others(self, *, hold: bool) -> None:
        """Let no other demand be later, or less early, than in the present plan; or let them be."""
        program, plan = self.present.program, self.plan
        late = np.concatenate(
            [row[row != NONE] for k, row in enumerate(plan.site.late) if plan.site.tiers[k][0] != self.group]
        )
        early = next((b.index for b in plan.model.column_blocks if b.name == "early"), np.zeros(0, dtype=np.intp))
        upper, lower = program.column_upper[late], np.zeros(len(early))
        if hold:
            upper = np.minimum(self.present.values[late] + _ROUNDING, upper)
            lower = np.clip(self.present.values[early] - _ROUNDING, 0.0, program.column_upper[early])
        plan.model.set_bounds(late, upper=upper)
        plan.model.set_bounds(early, lower=lower)

    def _due(self, week: int) -> None:
        """Ask for all racks from a week on."""
        late = self.late
        upper = np.where(np.arange(len(late)) < week, self.power, 0.0)
        self.plan.model.set_bounds(late[late != NONE], upper=upper[late != NONE])

    def _first(self, weeks: IntArray) -> FloatArray:
        """Give the cost that puts the racks' lateness in some weeks before all else (late columns,)."""
        cost = np.zeros(len(self.late))
        cost[weeks] = _FIRST * max(float(self.present.program.cost.max(initial=0.0)) / self.power, 1.0)
        return np.asarray(cost[self.late != NONE])

    def _solve(self, cost: FloatArray | None = None) -> Solution | None:
        """Solve with a cost of the racks' lateness; None where there is no solution."""
        model = self.plan.model
        model.set_cost(self.late[self.late != NONE], self.costs if cost is None else cost)
        while True:
            solution = model.solve(self.options)
            if solution.status is Outcome.INFEASIBLE:
                return None
            if solution.status is not Outcome.OPTIMAL:
                raise SolveError(f"the promise is {solution.status.value}", hint="give it a longer time limit")
            broken = self.plan.broken_pools(solution)
            if not broken:
                return solution
            self.plan.add_pools(broken)

    # --- what is asked of it -----------------------------------------------------------------------------

    def _online(self, solution: Solution) -> FloatArray:
        """Give the racks online to date (weeks,)."""
        racks = np.cumsum(values(solution, self.plan.site.online[self.ways]).sum(axis=0))
        return np.where(racks < _SOME * self.racks, 0.0, racks)

    def _earliest(self, racks: FloatArray) -> tuple[int, Solution | None]:
        """Halve the weeks before that in which the soonest racks are complete."""
        whole = racks >= self.racks * (1.0 - _SOME)
        if not whole.any():
            return self.plan.data.weeks, None
        high = int(np.argmax(whole))
        exists = (self.plan.site.online[self.ways] != NONE).any(axis=0)
        low = max(int(np.argmax(exists)), self.not_before) - 1
        best, trial = None, high - 1  # mostly the soonest racks are complete as early as can be
        while high - low > 1:
            self._due(trial)
            solution = self._solve()
            if solution is None:
                low = trial
            else:
                high, best = trial, solution
            trial = (low + high) // 2
        if best is None:
            self._due(high)
            best = self._solve()
        self._due(self.plan.data.weeks)
        return high, best

    def _most_by(self, week: int, soonest: Solution) -> float:
        """Give the most racks online by a week."""
        if not 0 <= week < self.plan.data.weeks:
            return 0.0 if week < 0 else float(self._online(soonest)[-1])
        if self.late[week] == NONE:
            return float(self._online(soonest)[week])
        solution = self._solve(self._first(np.array([week])))
        return 0.0 if solution is None else float(self._online(solution)[week])

    def _money(self, solution: Solution) -> float:
        """Give the objective without the cost of the racks' lateness."""
        late = self.late[self.late != NONE]
        return solution.objective - float(solution.program.cost[late] @ solution.values[late])

    def _reasons(self, soonest: Solution) -> tuple[Reason, ...]:
        late = explain_late(self.plan, soonest, read_quantities(self.plan, soonest))
        return next((row.reasons for row in late if row.demand == PROMISED), ())

    def _moved(self, solution: Solution) -> tuple[Moved, ...]:
        """Say which demands are served otherwise than in the present plan."""
        data = self.plan.data
        before = late_power(self.plan, read_quantities(self.plan, self.present))
        after = late_power(self.plan, read_quantities(self.plan, solution))
        moved = []
        for d, demand in enumerate(data.programme.demands[:-1]):
            later = float((after[d] - before[d]).sum()) * WEEK
            if abs(later) * MW > WEEK * 0.01:
                moved.append(Moved(demand.id, demand.site, _met(data, before[d]), _met(data, after[d]), later))
        return tuple(sorted(moved, key=lambda each: -each.later))


def _met(data: PlanData, late: FloatArray) -> dt.date | None:
    weeks = np.flatnonzero(late > 1.0)
    week = int(weeks[-1]) + 1 if len(weeks) else 0
    return data.calendar.date(week) if week < data.weeks else None
