"""What is asked for and can never be: which rows of the user's files conflict, and the least that has to give."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.errors import InfeasibleError
from gigaloop.plan.explain.late import Weight, weigh_causes
from gigaloop.plan.explain.lifts import Situation, lateness_first, lifted, plan_situation
from gigaloop.plan.explain.need import needed
from gigaloop.plan.explain.say import mw
from gigaloop.plan.findings import Impossible, Relief
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import energy_price, rack_facts
from gigaloop.plan.inputs.schedule import BoolArray
from gigaloop.plan.lp.model import build_model
from gigaloop.plan.lp.site import MW
from gigaloop.programme.schema import Programme
from gigaloop.solve import elastic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design
    from gigaloop.plan.inputs.facts import RackFacts
    from gigaloop.plan.records import Plan
    from gigaloop.solve import Block, SolveOptions

_NOT_MET = 1e-4
"""Share of what is asked that counts as met though it is not."""
_ROUNDS = 40
"""Times that the model is relaxed and solved at most. Source: a choice of this model."""
_TRACE = 1e-6
"""Weight of causes that only stand behind others [MW weeks]."""


def explain_impossible(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    start: Plan | None = None,
    options: SolveOptions | None = None,
) -> tuple[Impossible, ...]:
    """Say which demands no plan meets within the horizon, why, and which limits have to give for them; none if all are.

    Raises
    ------
    InfeasibleError
        If no plan at all satisfies the programme: with the limits that conflict, and the cheapest way out.
    SolveError
        If the solver stops before the optimum.

    Notes
    -----
    The plan is made with lateness before all money, so that a demand that is not met cannot be. Causes are lifted one
    after the other until all is met at the end of the horizon; those without which it is met as well are then put back.
    """
    try:
        base = lateness_first(plan_situation(programme, designs, catalogue, start=start, options=options))
    except InfeasibleError as error:
        raise InfeasibleError(error.problems, ways_out=_way_out(programme, designs, catalogue)) from None
    missing = _missing(base)
    if not missing.any():
        return ()
    causes, stays = _lift_until_met(base)
    causes = _needed_only(base, causes)
    together = lifted(base, [weight.lift for weight in causes]) if causes else base
    reliefs = tuple(
        Relief(weight.cause.kind, weight.path, weight.sentence, need.sentence, need.cost)
        for weight in causes
        for need in (needed(base, together, weight),)
    )
    fixed = tuple(Relief(weight.cause.kind, weight.path, weight.sentence, "", None) for weight in stays)
    return tuple(_impossible(base, together, a, reliefs, fixed) for a in np.flatnonzero(missing).tolist())


def _missing(here: Situation) -> BoolArray:
    """Give the asked groups of which something is not met at the end of the horizon (groups,)."""
    asked = np.array([float(each.power.sum()) * MW for each in here.plan.data.asked])
    return np.asarray(here.late[:, -1] > _NOT_MET * np.maximum(asked, 1e-9), dtype=np.bool_)


def _lift_until_met(base: Situation) -> tuple[list[Weight], list[Weight]]:
    """Lift causes of what is not met until all is met; give them, and causes that nothing lifts."""
    here, chosen = base, list[Weight]()
    for _ in range(_ROUNDS):
        missing = _missing(here)
        if not missing.any():
            return chosen, []
        cells = np.zeros(here.late.shape, dtype=np.bool_)
        cells[missing, -1] = True
        causes = weigh_causes(here.plan, here.solution, here.found, cells, chain=True)
        new = [weight for weight in causes if weight.lift and weight.lift not in here.lifted]
        if not new:
            return chosen, [weight for weight in causes if not weight.lift and weight.late > _TRACE]
        chosen += new
        here = lifted(here, [weight.lift for weight in new])
    return chosen, []


def _needed_only(base: Situation, causes: list[Weight]) -> list[Weight]:
    """Put causes back that are not needed: without each alone first, then one after the other."""
    if not causes:
        return causes
    every = [weight.lift for weight in causes]
    goal = int(_missing(lifted(base, every)).sum())

    def spare(number: int) -> bool:
        rest = [lift for n, lift in enumerate(every) if n != number]
        return int(_missing(lifted(base, rest)).sum()) <= goal

    with ThreadPoolExecutor(max_workers=max(1, min(len(causes), os.cpu_count() or 1))) as pool:
        spares = [n for n, answer in enumerate(pool.map(spare, range(len(causes)))) if answer]
    dropped: set[int] = set()
    for n in spares:
        rest = [lift for k, lift in enumerate(every) if k != n and k not in dropped]
        if not dropped or int(_missing(lifted(base, rest)).sum()) <= goal:
            dropped.add(n)
    return [weight for n, weight in enumerate(causes) if n not in dropped]


def _impossible(
    base: Situation, together: Situation, group: int, reliefs: tuple[Relief, ...], stays: tuple[Relief, ...]
) -> Impossible:
    data = base.plan.data
    asked = data.asked[group]
    demands = [data.programme.demands[d] for d in asked.demands]
    late = float(base.late[group, -1])
    helped = float(together.late[group, -1]) < late - _NOT_MET
    names = " and ".join(demand.name for demand in demands)
    said = (
        f"{names}: {mw(late / MW)} of {mw(float(asked.power.sum()))} cannot be online by {data.calendar.end} "
        f"whatever the plan."
    )
    return Impossible(
        demands=tuple(demand.id for demand in demands),
        paths=tuple(f"demands.{demand.id}" for demand in demands),
        power=late / MW,
        reliefs=reliefs if helped else (),
        stays=stays if not helped or float(together.late[group, -1]) > _NOT_MET else (),
        sentence=said,
    )


def _way_out(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None,
) -> tuple[str, ...]:
    """Give the cheapest relaxations of limits that conflict, each limit's change counted by its own size."""
    facts = rack_facts(programme.generations, designs)
    prices = tuple(energy_price(programme, site, catalogue) for site in programme.sites)
    plan = build_model(gather(programme, facts, prices, weeks_up(float(programme.policy.early))))
    program = plan.model.program()
    soft: dict[Block, ArrayLike] = {}
    for block in plan.model.row_blocks:
        if not block.definition and block.size and block.name != "asked":
            rows = block.index.ravel()
            low, high = program.row_lower[rows], program.row_upper[rows]
            size = np.maximum(*(np.where(np.isfinite(side), np.abs(side), 0.0) for side in (low, high)))
            soft[block] = (1.0 / np.maximum(size, 1e-3)).reshape(block.shape)
    found = elastic(plan.model, soft)
    return tuple(str(change) for change in found.relaxations)
