"""What the lateness of a plan is due to, proved: causes are lifted one after the other, and the plan made again."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.explain.late import Weight, weigh_causes
from gigaloop.plan.explain.lifts import Situation, lateness_first, lifted, plan_situation
from gigaloop.plan.findings import Lateness, LatenessShare
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.site import MW

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design
    from gigaloop.plan.inputs.facts import RackFacts
    from gigaloop.plan.records import Plan
    from gigaloop.programme.schema import Programme
    from gigaloop.solve import SolveOptions

SOLVES = 40
"""Most times that a plan is made again."""
_AT_ONCE = 4
"""Causes that are lifted, one on top of the other, between two walks through the duals."""
_REST = 0.002
"""Share of the lateness that is not taken apart further."""
_SMALL = 0.02
"""Share of the lateness from which a cause is lifted by itself."""
_WORTH = ("worth", "policy.late_cost", "Being earlier would cost more than it brings, lateness included.")
"""Proved by a plan with lateness before all money."""
_NOTHING = 1e-6
"""Share of the lateness below which a cause is not listed."""


def explain_lateness(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    solves: int = SOLVES,
    start: Plan | None = None,
    options: SolveOptions | None = None,
) -> Lateness:
    """Take the lateness of the plan of a programme apart into causes, each proved by planning again without it.

    Parameters
    ----------
    solves
        Most times that a plan is made again; the causes found last are lifted together.
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

    Notes
    -----
    The causes are lifted in order, the one that most lateness waits for first, each on top of those before it. The
    share of a cause is the lateness that goes with it; shares add up to the whole. A cause that only acts behind
    another one has its share because that one was lifted before: the order is part of the answer.
    """
    began = time.perf_counter()
    base = plan_situation(programme, designs, catalogue, start=start, options=options)
    return attribute(base, solves, began)


def attribute(base: Situation, solves: int = SOLVES, began: float | None = None) -> Lateness:
    """Take the lateness of a situation apart: see :func:`explain_lateness`."""
    began = time.perf_counter() if began is None else began
    racks, total = _racks_per_mw(base), float(base.late.sum())
    here, shares, done = base, list[LatenessShare](), 0
    while float(here.late.sum()) > _REST * total and done < solves:
        causes = [
            each
            for each in weigh_causes(here.plan, here.solution, here.found)
            if each.lift and each.lift not in here.lifted
        ]
        if not causes:
            if here.given.lateness_first:
                break
            after = lateness_first(here)
            shares.append(_record(base, _WORTH, here.late - after.late, racks))
            here, done = after, done + 1
            continue
        steps: list[tuple[Weight, ...]] = [(each,) for each in causes if each.late > _SMALL * total]
        steps = steps[: min(_AT_ONCE, solves - done)]
        if not steps or done + len(steps) == solves:
            steps = [*steps[:-1], tuple(causes[max(len(steps) - 1, 0) :])]
        for step, after in zip(steps, _in_order(here, steps), strict=True):
            shares.append(_record(base, _said(step), here.late - after.late, racks))
            here = after
        done += len(steps)
    shares += [_record(base, said, late, racks) for said, late in _what_stays(here)]
    return Lateness(
        energy=total / MW * WEEK,
        rack_weeks=float((base.late.sum(axis=1) * racks).sum()),
        shares=tuple(share for share in shares if abs(share.share) > _NOTHING),
        solves=done,
        seconds=time.perf_counter() - began,
    )


def _liftable(here: Situation) -> list[Weight]:
    found = weigh_causes(here.plan, here.solution, here.found)
    return [weight for weight in found if weight.lift and weight.lift not in here.lifted]


def _said(step: tuple[Weight, ...]) -> tuple[str, str, str]:
    """Give the kind, path and sentence of a cause, or of several small ones."""
    if len(step) == 1:
        return step[0].cause.kind, step[0].path, step[0].sentence
    return "several", "", f"{len(step)} small causes together: {', '.join(weight.path for weight in step)}."


def _in_order(here: Situation, steps: list[tuple[Weight, ...]]) -> list[Situation]:
    """Lift the first cause, the first two, and so on, side by side: HiGHS runs outside Python's lock."""
    ahead = [[weight.lift for step in steps[: n + 1] for weight in step] for n in range(len(steps))]
    with ThreadPoolExecutor(max_workers=max(1, min(len(steps), os.cpu_count() or 1))) as pool:
        return list(pool.map(lambda paths: lifted(here, paths), ahead))


def _racks_per_mw(base: Situation) -> FloatArray:
    """Give the racks per MW of every asked group (groups,), by the racks that the plan brings it or could bring."""
    data = base.plan.data
    online = values(base.solution, base.plan.site.online).sum(axis=1) if base.plan.site.served else np.empty(0)
    found = np.zeros(len(data.asked))
    for a, asked in enumerate(data.asked):
        mine = [(float(online[n]), data.pairs[p]) for n, (group, p) in enumerate(base.plan.site.served) if group == a]
        racks = sum(count for count, _ in mine)
        power = sum(count * data.site_power(*pair) * MW for count, pair in mine)
        first = data.site_power(asked.site, asked.generations[0]) * MW
        found[a] = racks / power if racks > 1e-6 else 1.0 / first
    return found


def _unavoidable(here: Situation) -> FloatArray:
    """Give the lateness of weeks before which nothing can be online (groups, weeks) [MW]."""
    data, site = here.plan.data, here.plan.site
    late = np.zeros(here.late.shape)
    for a, asked in enumerate(data.asked):
        first = [data.arrives_from(data.pairs[p]) for group, p in site.served if group == a]
        begins = min(first, default=data.weeks)
        late[a, :begins] = asked.cumulative(data.weeks)[:begins] * MW
    return late


def _what_stays(here: Situation) -> list[tuple[tuple[str, str, str], FloatArray]]:
    """Say what is late though no cause is left to lift: for want of a way, of time, or not taken apart."""
    served = {group for group, _ in here.plan.site.served}
    no_way = np.array([group not in served for group in range(len(here.late))], dtype=np.bool_).reshape(-1, 1)
    too_soon = np.where(no_way, 0.0, np.minimum(_unavoidable(here), here.late))
    lost = np.where(no_way, here.late, 0.0)
    by_racks = np.zeros(here.late.shape)
    for k, (group, _) in enumerate(here.plan.site.tiers):
        by_racks[group] += np.maximum(values(here.solution, here.plan.site.late[k]), 0.0)
    waits = np.maximum(here.late - np.maximum(by_racks, lost + too_soon), 0.0)
    return [
        (("no way", "demands", "Nothing makes, brings and houses racks that may serve the demand."), lost),
        (("lead time", "horizon.start", "There is no time to make and bring racks from the start."), too_soon),
        (("unit", "policy.online_by", "Racks wait for the rest of their scalable unit."), waits),
        (("other", "", "Limits that are not taken apart."), here.late - lost - too_soon - waits),
    ]


def _record(base: Situation, said: tuple[str, str, str], late: FloatArray, racks: FloatArray) -> LatenessShare:
    data = base.plan.data
    by_group = late.sum(axis=1)
    total = float(base.late.sum())
    sites: dict[str, float] = {}
    for a, asked in enumerate(data.asked):
        site = data.places[asked.site].site.id
        sites[site] = sites.get(site, 0.0) + float(by_group[a])
    helped = sorted((site for site in sites if sites[site] > 1e-6 * max(total, 1e-12)), key=lambda site: -sites[site])
    kind, path, sentence = said
    return LatenessShare(
        kind=kind,
        path=path,
        energy=float(by_group.sum()) / MW * WEEK,
        rack_weeks=float((by_group * racks).sum()),
        share=float(by_group.sum()) / total if total else 0.0,
        sites=tuple(helped),
        sentence=sentence,
    )
