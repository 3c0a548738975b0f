"""A plan stage by stage: what sites alone allow, then with transport, with factories, with suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.quantity import Quantity
from gigaloop.core.units import WEEK
from gigaloop.plan.explain.lifts import Situation, lift_dates, plan_situation, planned_as
from gigaloop.plan.findings import PlanStage
from gigaloop.plan.lp.limits import Limit
from gigaloop.plan.lp.site import MW
from gigaloop.plan.orders.place import place_orders
from gigaloop.plan.outcome import costs as money
from gigaloop.programme.schema import Programme

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design
    from gigaloop.plan.inputs.facts import RackFacts
    from gigaloop.plan.records import Plan
    from gigaloop.solve import SolveOptions

STAGES = ("sites", "transport", "factories", "suppliers")
"""In the order in which their limits come in."""
_STAGE_OF = {"sites": 0, "lanes": 1, "factories": 2, "generations": 2}
"""Stage by the section of a limit's path; all others come in with the suppliers."""
_AT_ONCE = Quantity.of(0.0, "weeks")


def plan_stages(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    start: Plan | None = None,
    options: SolveOptions | None = None,
) -> tuple[PlanStage, ...]:
    """Plan a programme stage by stage; the last stage is the joint plan.

    In the first stage racks of every generation appear at the sites without limit and at once, at their cost; then
    lanes take their time and have their capacity; then factories have lines, cells, staff and dates of generations;
    then suppliers have allocations and lead times.

    Parameters
    ----------
    start
        The programme's plan, from which the solver starts.
    options
        Options of the solver.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    SolveError
        If the solver stops before the optimum.
    """
    here = plan_situation(programme, designs, catalogue, start=start, options=options)
    found = [here]
    for last in reversed(range(len(STAGES) - 1)):
        here = planned_as(here, _without(programme, last), also=lambda limit, last=last: _comes_later(limit, last))  # type: ignore[misc]
        found.append(here)
    stages = list[PlanStage]()
    before: PlanStage | None = None
    for name, situation in zip(STAGES, reversed(found), strict=True):
        before = _stage(name, situation, before)
        stages.append(before)
    return tuple(stages)


def _comes_later(limit: Limit, last: int) -> bool:
    return _STAGE_OF.get(limit.path.partition(".")[0], len(STAGES) - 1) > last


def _without(programme: Programme, last: int) -> Programme:
    """Give a programme in which stages after one take no time, and what they have is there from the start."""
    if last < 2:
        paths = [f"generations.{generation.id}.effectivity" for generation in programme.generations]
        for factory in programme.factories:
            paths += [f"factories.{factory.id}.lines.{line.id}" for line in factory.lines]
        programme = lift_dates(programme, paths)
        quick = [
            factory.model_copy(
                update={"lines": tuple(line.model_copy(update={"cycle_time": _AT_ONCE}) for line in factory.lines)}
            )
            for factory in programme.factories
        ]
        programme = programme.model_copy(update={"factories": tuple(quick)})
    if last < 1:
        lanes = tuple(lane.model_copy(update={"transit": _AT_ONCE, "capacity": None}) for lane in programme.lanes)
        programme = programme.model_copy(update={"lanes": lanes})
    return programme


def _stage(name: str, situation: Situation, before: PlanStage | None) -> PlanStage:
    plan, found = situation.plan, situation.found
    data = plan.data
    online = np.zeros(data.weeks)
    for n, (_, p) in enumerate(plan.site.served):
        online += np.cumsum(found.online[n]) * data.facts[data.pairs[p][1]].power
    late = float(situation.late.sum()) / MW * WEEK
    flows = money.flows(plan, found) | place_orders(plan, found.used).flows
    costs = {key: float(flow @ data.discount) for key, flow in flows.items()}
    costs["compute beyond the horizon"] = -money.beyond_horizon(plan, found)
    objective = sum(costs.values())
    return PlanStage(
        stage=name,
        online=online,
        late=late,
        adds=late - (before.late if before else 0.0),
        costs=costs,
        objective=objective,
        worsens=objective - (before.objective if before else objective),
    )
