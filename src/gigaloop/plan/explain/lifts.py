"""Plan again with causes taken away: a limit's rows, and the dates before which nothing of it is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.quantity import Quantity
from gigaloop.plan.inputs.choices import NEVER
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import RackFacts, energy_price, rack_facts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.choices import Picks
from gigaloop.plan.lp.decisions import solve_whole
from gigaloop.plan.lp.limits import Limit, bounds_of, lift, limits_of
from gigaloop.plan.lp.model import PlanModel, build_model, solve_model
from gigaloop.plan.lp.site import MW
from gigaloop.plan.lp.warm import Start, start_from, take_start
from gigaloop.plan.outcome.choices import picks_of
from gigaloop.plan.outcome.results import Quantities, read_quantities
from gigaloop.plan.outcome.whole import scalable_units
from gigaloop.programme.schema import Programme
from gigaloop.programme.schema.supply import PowerStep, RateStep, Supply
from gigaloop.solve import Solution, SolveOptions

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design
    from gigaloop.plan.records import Plan

_ENOUGH_POWER = Quantity.of(1e6, "MW")
_ENOUGH_POSITIONS = Quantity.count(1e6)
_ENOUGH_PIECES = Quantity.of(1e6, "pcs/week")
_A_WEEK = Quantity.of(1.0, "pcs/week")
_LATENESS_FIRST = 100.0
"""Cost of a late MW-week where lateness comes first [MUSD]: a rack of 0.2 MW is then worth 20 MUSD a week, more than
it earns in its life."""


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What is planned: a programme as it is written, what its plan needs beside it, and how.

    Parameters
    ----------
    facts
        Facts of every generation's rack.
    energy_prices
        Price of electricity at every site [USD/J].
    lateness_first
        Whether lateness comes before all money.
    """

    programme: Programme
    facts: tuple[RackFacts, ...]
    energy_prices: tuple[float, ...]
    early_weeks: int
    options: SolveOptions
    lateness_first: bool = False


@dataclass(frozen=True, eq=False)
class Situation:
    """A programme, perhaps with causes lifted, and its plan: what further solves start from.

    Parameters
    ----------
    lifted
        Paths of the causes that are lifted.
    start
        The basis of the solution by names.
    """

    given: Given
    lifted: frozenset[str]
    plan: PlanModel
    solution: Solution
    start: Start | None

    @cached_property
    def found(self) -> Quantities:
        """The solution in pieces, racks and W, whole units online where the programme wants that."""
        return scalable_units(self.plan, read_quantities(self.plan, self.solution))[0]

    @cached_property
    def late(self) -> FloatArray:
        """Power late by asked group and week (groups, weeks) [MW, on the site's basis]."""
        late = np.zeros((len(self.plan.data.asked), self.plan.data.weeks))
        for k, (group, _) in enumerate(self.plan.site.tiers):
            late[group] += self.found.late[k] * MW
        return late


def plan_situation(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    start: Plan | None = None,
    options: SolveOptions | None = None,
) -> Situation:
    """Plan a programme as :func:`~gigaloop.plan.planning.plan_programme` does, and keep the model.

    Parameters
    ----------
    start
        The programme's plan, from whose basis and whole decisions the solver starts.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    SolveError
        If the solver stops before the optimum.
    UsageError
        If a generation has no design, or a price of electricity is missing.
    """
    facts = rack_facts(programme.generations, designs)
    prices = tuple(energy_price(programme, site, catalogue) for site in programme.sites)
    early = weeks_up(float(programme.policy.early))
    given = Given(programme, facts, prices, early, options or SolveOptions())
    plan = build_model(gather(programme, facts, prices, early))
    if start is not None and start.start is not None:
        start_from(plan, start.start)
    decided = solve_whole(plan, given.options, picks_of(plan, start) if start is not None else ())
    return Situation(given, frozenset(), plan, decided.solution, take_start(plan))


def lifted(base: Situation, paths: Collection[str], *, also: Callable[[Limit], bool] | None = None) -> Situation:
    """Plan again from a situation with the causes at some paths lifted, those that are lifted already among them.

    Parameters
    ----------
    also
        Says of further limits whether to lift their rows.

    Raises
    ------
    SolveError
        If the solver stops before the optimum.
    """
    return _solve(base, base.given, base.lifted | frozenset(paths), also)


def put_back(after: Situation, paths: Collection[str]) -> Situation:
    """Give a situation with causes no longer lifted of which its plan takes no more than there is: it stays optimal."""
    return replace(after, lifted=after.lifted - frozenset(paths))


def planned_as(base: Situation, programme: Programme, *, also: Callable[[Limit], bool] | None = None) -> Situation:
    """Plan another form of a situation's programme, from its basis; ``also`` says which rows to lift.

    Raises
    ------
    SolveError
        If the solver stops before the optimum.
    """
    return _solve(base, replace(base.given, programme=programme), base.lifted, also)


def lateness_first(base: Situation) -> Situation:
    """Plan a situation again with lateness before all money: no other plan has less power late in all.

    Raises
    ------
    SolveError
        If the solver stops before the optimum.
    """
    return _solve(base, replace(base.given, lateness_first=True), base.lifted, None)


def _solve(base: Situation, given: Given, paths: frozenset[str], also: Callable[[Limit], bool] | None) -> Situation:
    """Plan with rates of lines that learn, and whole decisions, as they are; these are free where lateness is first."""
    programme = lift_dates(given.programme, paths)
    data = gather(programme, given.facts, given.energy_prices, given.early_weeks)
    plan = build_model(replace(data, pace=base.plan.data.pace))
    if base.start is not None:
        start_from(plan, base.start)
    if not given.lateness_first:
        plan.hold(fitting(plan, base.plan.picks))
    if given.lateness_first:
        columns = plan.site.late[plan.site.late >= 0]
        plan.model.set_cost(columns, np.full(len(columns), _LATENESS_FIRST))
    done = -1
    while len(plan.joined) != done:  # a solve may add pools of parts, which are then lifted as well
        done = len(plan.joined)
        for limit in every_limit(plan):
            by_rows = limit.path in paths and not limit.path.startswith("suppliers.")  # parts of a pool share its rows
            if by_rows or (also is not None and also(limit)):
                lift(plan, limit)
        solution = solve_model(plan, replace(given.options, far=True, pivots=plan.model.n_rows))
        if not paths and also is None:
            break
    return Situation(given, paths, plan, solution, take_start(plan))


def fitting(plan: PlanModel, picks: Picks) -> Picks:
    """Give whole decisions as the model has weeks for them; none where it has other decisions."""
    choices = plan.data.choices
    weeks = [each.weeks for each in choices.openings] + [each.weeks for each in choices.changes]
    if len(weeks) != len(picks):
        return ()
    return tuple(
        NEVER if pick == NEVER or not len(each) else int(np.clip(pick, each[0], each[-1]))
        for pick, each in zip(picks, weeks, strict=True)
    )


def every_limit(plan: PlanModel) -> Iterator[Limit]:
    """Give every resource that limits a plan, by rows or by the bounds of columns."""
    yield from limits_of(plan)
    yield from bounds_of(plan)


def lift_dates(programme: Programme, paths: Collection[str]) -> Programme:
    """Give a programme in which what the paths name is there from the start of the horizon.

    Sites are energised, halls ready, lines open at full rate, parts on offer in any number and generations in volume;
    other paths change nothing.
    """
    wanted = set(paths)
    begin = programme.calendar.date(0)
    long_ago = begin - dt.timedelta(weeks=10 * 52)
    sites = []
    for site in programme.sites:
        changes: dict[str, object] = {}
        if f"sites.{site.id}.energisation" in wanted:
            changes["energisation"] = (PowerStep(start=long_ago, power=_ENOUGH_POWER),)
        if f"sites.{site.id}.halls" in wanted:
            there = {"ready": long_ago, "positions": _ENOUGH_POSITIONS, "power": _ENOUGH_POWER}
            changes["halls"] = tuple(hall.model_copy(update=there) for hall in site.halls)
        sites.append(site.model_copy(update=changes) if changes else site)
    factories = []
    for factory in programme.factories:
        lines = tuple(
            line.model_copy(update={"opens": long_ago}) if f"factories.{factory.id}.lines.{line.id}" in wanted else line
            for line in factory.lines
        )
        factories.append(factory.model_copy(update={"lines": lines}))
    suppliers = []
    for supplier in programme.suppliers:
        supplies = tuple(
            _at_once(supply, long_ago) if f"suppliers.{supplier.id}.supplies.{supply.part}" in wanted else supply
            for supply in supplier.supplies
        )
        suppliers.append(supplier.model_copy(update={"supplies": supplies}))
    generations = []
    for generation in programme.generations:
        dates = generation.effectivity
        if f"generations.{generation.id}.effectivity" in wanted:
            dates = dates.model_copy(update={"evaluation": long_ago, "ramp": long_ago, "volume": long_ago})
        generations.append(generation.model_copy(update={"effectivity": dates}))
    changed = programme.model_copy(
        update={
            "sites": tuple(sites),
            "factories": tuple(factories),
            "suppliers": tuple(suppliers),
            "generations": tuple(generations),
        }
    )
    for name in ("site_of", "generation_of"):  # a copy keeps what was looked up in the original
        changed.__dict__.pop(name, None)
    return changed


def _at_once(supply: Supply, long_ago: dt.date) -> Supply:
    """Give a supply that delivers any number of pieces at once."""
    most = max((float(step.rate) for step in supply.allocation), default=0.0)
    rate = max(float(_ENOUGH_PIECES), 100.0 * most)
    enough = RateStep(start=long_ago, rate=Quantity.of(rate / float(_A_WEEK), "pcs/week"))
    none = Quantity.of(0.0, "weeks")
    return supply.model_copy(
        update={"allocation": (enough,), "lead_time": none, "customs_time": none, "qualified": None}
    )
