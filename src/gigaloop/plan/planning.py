"""Plan a programme: put the model together, solve it, read it, and say what is late and what binds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan import costs as money
from gigaloop.plan import results
from gigaloop.plan.explain.binding import find_binding
from gigaloop.plan.explain.late import explain_late
from gigaloop.plan.findings import Binding, Late
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import RackFacts, energy_price, rack_facts
from gigaloop.plan.lp.model import PlanModel, build_model, solve_model
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme
from gigaloop.solve import Solution, SolveOptions

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design


def plan_programme(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    early_weeks: int | None = None,
    reliefs: int = 3,
    options: SolveOptions | None = None,
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

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    ProgrammeError
        If two generations share one rack part.
    SolveError
        If the solver stops before the optimum.
    UsageError
        If a generation has no design, or a price of electricity is missing.
    """
    options = options or SolveOptions()
    begin = time.perf_counter()
    facts = rack_facts(programme.generations, designs)
    prices = tuple(energy_price(programme, site, catalogue) for site in programme.sites)
    early = weeks_up(float(programme.policy.early)) if early_weeks is None else max(early_weeks, 0)
    plan = build_model(gather(programme, facts, prices, early))
    solution = solve_model(plan, options)
    found = results.read_quantities(plan, solution)
    late = explain_late(plan, solution, found)
    binding = find_binding(plan, solution, reliefs, options)
    return _record(plan, solution, found, late, binding, time.perf_counter() - begin)


def _record(
    plan: PlanModel,
    solution: Solution,
    found: results.Quantities,
    late: tuple[Late, ...],
    binding: tuple[Binding, ...],
    seconds: float,
) -> Plan:
    data, programme = plan.data, plan.data.programme
    online, installs, waiting = results.by_site(plan, found)
    used, available = results.part_totals(plan, found)
    flows = money.flows(plan, found)
    costs = {name: float(flow @ data.discount) for name, flow in flows.items()}
    costs["compute beyond the horizon"] = -money.beyond_horizon(plan, found)
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
        pue=np.array([float(site.pue) for site in programme.sites]),
        rack_power=np.array([rack.power for rack in data.facts]),
        accelerators=np.array([float(generation.accelerators_per_rack) for generation in programme.generations]),
        tokens_per_s=np.array([rack.tokens_per_s for rack in data.facts]),
        production=results.making(plan, found),
        stock=results.stocks(plan, found),
        moves=results.transport(plan, data.moves, found.moved, to_sites=False),
        shipments=results.transport(plan, data.ships, found.shipped, to_sites=True),
        purchases=results.purchases(plan, found),
        part_use=used,
        part_available=available,
        loads=results.loads(plan, found),
        online_racks=online,
        installs=installs,
        waiting=waiting,
        asked_power=asked,
        energised=np.array([place.energised for place in data.places]).reshape(asked.shape),
        online_at_start=np.array([float(site.online_at_start) for site in programme.sites]),
        late_power=results.late_power(plan, found),
        costs=costs,
        flows=flows,
        discount=data.discount,
        early_weeks=data.early_weeks,
        objective=solution.objective * 1e6,
        bound=solution.bound * 1e6,
        gap=solution.gap,
        status=solution.status.value,
        seconds=seconds,
        iterations=solution.iterations,
        late=late,
        binding=binding,
        first_units=results.first_units(plan, found),
    )
