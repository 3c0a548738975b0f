"""Plan a programme: put the model together, solve it, read it, and say what is late and what binds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan.answers.answer import Method, Objective, Resolution, answer_plan, binding_of
from gigaloop.plan.answers.stability import Stability
from gigaloop.plan.explain.late import explain_late
from gigaloop.plan.findings import Binding, Late
from gigaloop.plan.greedy.untraced import late_without_reason
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import RackFacts, energy_price, rack_facts
from gigaloop.plan.lp.decisions import WholeSolution
from gigaloop.plan.lp.learning import learn_from
from gigaloop.plan.lp.model import PlanModel, build_model
from gigaloop.plan.lp.warm import Start, start_from, take_start
from gigaloop.plan.orders.place import place_orders
from gigaloop.plan.outcome import bought, choices, results
from gigaloop.plan.outcome import costs as money
from gigaloop.plan.outcome.buying import Buying
from gigaloop.plan.outcome.choices import picks_of
from gigaloop.plan.outcome.deployed import equipment_of, site_loads
from gigaloop.plan.outcome.quantities import Units
from gigaloop.plan.outcome.stranded import find_stranded
from gigaloop.plan.outcome.whole import scalable_units
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme
from gigaloop.solve import Outcome, SolveOptions

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design

_EXACT = 1e-9
"""Gap up to which a plan in whole units counts as the optimum itself."""


def plan_programme(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    early_weeks: int | None = None,
    reliefs: int = 3,
    options: SolveOptions | None = None,
    start: Plan | None = None,
    method: Method = "optimal",
    objective: Objective = "money",
    stability: Stability | None = None,
    resolution: Resolution = "weekly",
) -> Plan:
    """Plan supply, manufacture, test, transport and deployment of a programme as one linear programme by week.

    The plan maximises the value of compute online less all costs, in present value; docs/plan.md has the mathematics.

    Parameters
    ----------
    programme
        The programme.
    designs
        The design of every generation, or what a plan needs of it.
    catalogue
        Where the price of electricity is looked up for sites that state none.
    early_weeks
        How many weeks before its date a demand may be served; ``policy.early`` where not given. Compute online then
        has its full value.
    reliefs
        How many of the resources that bind most are relieved and planned again to prove what they are worth.
    options
        Options of the solver.
    start
        A plan of this programme before some change, from which the solver starts. The optimum is the same; where
        several plans are optimal, another of them may be found.
    method
        ``optimal``, or ``greedy`` for a first answer at once, by pegging. A solve that its time limit or Ctrl-C stops
        gives the best plan found; ``status`` says so, ``bound`` and ``gap`` how far it may be from the optimum, if
        that is known. Reasons and what binds need the optimum.
    objective
        ``money``, or ``lexicographic``: the lateness of priority 1 first, then that of 2, and so on, then money.
    stability
        How near to ``start`` the plan stays; not at all where not given.
    resolution
        ``weekly``, or ``telescoped``: weeks for half a year and buckets of four after it. ``notes`` and ``buckets`` of
        the plan say so; it has no bound and no reasons, and is not checked by week.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    ProgrammeError
        If two generations share one rack part.
    SolveError
        If there is no plan at all to be given.
    UsageError
        If a generation has no design, a price of electricity is missing, or a telescoped plan is asked for together
        with ``method``, ``objective`` or ``stability``.
    """
    options = options or SolveOptions()
    begin = time.perf_counter()
    facts = rack_facts(programme.generations, designs)
    prices = tuple(energy_price(programme, site, catalogue) for site in programme.sites)
    early = weeks_up(float(programme.policy.early)) if early_weeks is None else max(early_weeks, 0)
    plan = build_model(gather(programme, facts, prices, early))
    if start is not None and start.start is not None:
        start_from(plan, start.start)
        made = start.production
        learn_from(plan, made.lines, made.parts, made.pieces + made.given)
    hint = picks_of(plan, start) if start is not None else ()
    answer = answer_plan(
        plan,
        options,
        hint,
        method=method,
        objective=objective,
        previous=start,
        stability=stability,
        resolution=resolution,
    )
    decided = answer.decided
    solution = decided.solution
    basis = take_start(plan) if answer.proved else None
    read = results.read_quantities(plan, solution)
    found, units = scalable_units(plan, read)
    late = explain_late(plan, solution, found) if answer.proved else late_without_reason(plan, found)
    binding = binding_of(plan, answer, reliefs, options)
    record = _record(plan, decided, read, found, units, late, binding, basis, time.perf_counter() - begin)
    return answer.mark(record)


def _record(
    plan: PlanModel,
    decided: WholeSolution,
    read: results.Quantities,
    found: results.Quantities,
    units: Units,
    late: tuple[Late, ...],
    binding: tuple[Binding, ...],
    start: Start | None,
    seconds: float,
) -> Plan:
    data, programme, solution = plan.data, plan.data.programme, decided.solution
    online, installs, waiting = results.by_site(plan, found)
    used, available = bought.part_totals(plan, found.used)
    placed = place_orders(plan, found.used)
    flows = money.flows(plan, found) | placed.flows
    costs = {name: float(flow @ data.discount) for name, flow in flows.items()}
    costs["compute beyond the horizon"] = -money.beyond_horizon(plan, found)
    objective, bound = solution.objective * 1e6, decided.bound * 1e6
    gap, status = solution.gap, solution.status.value
    if programme.policy.online_by == "units" or data.unit_parts or plan.picks or placed.flows:
        objective = sum(costs.values())
        bound = min(bound, objective)
        gap = max((objective - bound) / max(abs(objective), 1.0), 0.0)
        status = status if gap <= _EXACT else Outcome.FEASIBLE.value
    asked = np.zeros((len(data.places), data.weeks))
    for group in data.asked:
        asked[group.site] += group.cumulative(data.weeks)
    return Plan(
        programme=programme.id,
        calendar=data.calendar,
        price_year=programme.price_year,
        sites=tuple(site.id for site in programme.sites),
        generations=tuple(generation.id for generation in programme.generations),
        factories=tuple(factory.id for factory in programme.factories),
        demands=tuple(demand.id for demand in programme.demands),
        parts=data.sourcing.parts,
        basis=tuple(site.power_basis for site in programme.sites),
        pue=np.array([site.peak_pue for site in programme.sites]),
        rack_power=np.array([rack.power for rack in data.facts]),
        accelerators=np.array([float(generation.accelerators_per_rack) for generation in programme.generations]),
        tokens_per_s=np.array([rack.tokens_per_s for rack in data.facts]),
        production=results.making(plan, found),
        stock=results.stocks(plan, found),
        moves=results.transport(plan, data.moves, found.moved, to_sites=False),
        shipments=results.shipments(plan, found),
        purchases=bought.purchases(plan, found.used),
        orders=placed.orders,
        buying=Buying(
            bought.source_shares(plan, found.used),
            bought.domestic_content(plan, found.used, found.made),
            bought.used_up(plan, found.replaced),
            bought.leftovers(plan, found.used),
            placed.notes,
        ),
        part_use=used,
        part_available=available,
        hired=found.hired,
        loads=(*results.loads(plan, found), *site_loads(plan, online, read.online)),
        online_racks=online,
        installs=installs,
        waiting=waiting,
        served=results.served(plan, found),
        units=units,
        equipment=equipment_of(plan, online),
        stranded=find_stranded(plan, solution, read, found),
        held_power=np.array([place.power.held for place in data.places]).reshape(asked.shape),
        standing_at_start=np.array([place.standing for place in data.places]).reshape(online.shape[:2]),
        asked_power=asked,
        energised=np.array([place.energised for place in data.places]).reshape(asked.shape),
        online_at_start=np.array([float(site.online_at_start) for site in programme.sites]),
        late_power=results.late_power(plan, found),
        costs=costs,
        flows=flows,
        discount=data.discount,
        early_weeks=data.early_weeks,
        objective=objective,
        bound=bound,
        gap=gap,
        status=status,
        seconds=seconds,
        iterations=solution.iterations,
        late=late,
        binding=binding,
        first_units=results.first_units(plan, found),
        start=start,
        openings=choices.openings(plan),
        changeovers=choices.changeovers(plan),
    )
