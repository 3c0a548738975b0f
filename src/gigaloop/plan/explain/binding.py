"""Which resources bind, and what relieving them is worth: found by planning again, not by duals alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.explain.say import musd
from gigaloop.plan.findings import Binding
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.factory import MONEY
from gigaloop.plan.lp.grid import duals, values
from gigaloop.plan.lp.limits import Limit, limits_of
from gigaloop.plan.lp.model import PlanModel, solve_model, twin
from gigaloop.plan.lp.site import MW
from gigaloop.solve import Basis, Solution, SolveOptions

_BY_RUN = ("energisation", "equipment", "hall")
"""Kinds whose rows stand at the end of each run of weeks with one limit, and hold for all of them."""
_NEGLIGIBLE = 1e-6
"""Worth below this share of the objective's size is not listed."""


def find_binding(plan: PlanModel, solution: Solution, reliefs: int, options: SolveOptions) -> tuple[Binding, ...]:
    """Rank the resources that bind by what a relief is worth at the margin, and plan the first ones again.

    Parameters
    ----------
    reliefs
        How many are planned again: 10 % more of the resource, or energisation 4 weeks earlier.
    options
        Options of the solver.

    Notes
    -----
    The marginal worth (dual times relief) bounds the gain from above, as the objective is convex in the limits; what
    is reported as ``worth`` is the gain itself, from planning again with the relief.
    """
    ranked = rank(plan, solution)
    chosen = [resource for _, resource in ranked[:reliefs]]
    with ThreadPoolExecutor(max_workers=max(1, len(chosen))) as pool:
        basis = plan.model.basis() if chosen else None
        again = list(pool.map(lambda resource: plan_again(plan, basis, resource, options), chosen))
    again += [None] * (len(ranked) - len(chosen))
    found = [_binding(plan, solution, resource, other) for (_, resource), other in zip(ranked, again, strict=True)]
    proved = [each for each in found if each.worth is not None]
    return tuple(sorted(proved, key=lambda each: -(each.worth or 0.0)) + found[len(proved) :])


def rank(plan: PlanModel, solution: Solution) -> list[tuple[float, Limit]]:
    """Give what a relief of every resource that binds is worth at the margin [MUSD], the most first."""
    scale = max(abs(solution.objective), 1.0)
    ranked = []
    for resource in limits_of(plan):
        limit = solution.program.row_lower if resource.lower else solution.program.row_upper
        gain = duals(solution, resource.rows) * (limit[resource.rows] - resource.relieved)
        if float(gain.sum()) > _NEGLIGIBLE * scale:
            ranked.append((float(gain.sum()), resource))
    return sorted(ranked, key=lambda pair: -pair[0])


def binding_since(resource: Limit, price: FloatArray) -> tuple[int, int]:
    """Give the first and last week in which a resource binds, from the prices of its rows (rows,)."""
    weeks = resource.weeks[price > 0.0]
    earlier = resource.weeks[resource.weeks < weeks[0]]
    begins = int(weeks[0])
    if resource.kind in _BY_RUN:
        begins = int(earlier[-1]) + 1 if len(earlier) else 0
    return begins, int(weeks[-1])


def plan_again(plan: PlanModel, basis: Basis | None, resource: Limit, options: SolveOptions) -> Solution | None:
    """Plan again with a resource relieved, on a model of its own: HiGHS runs outside Python's lock."""
    own = twin(plan)
    if basis is not None:
        own.model.restore(basis)
    if resource.lower:
        own.model.set_limits(resource.rows, lower=resource.relieved, upper=resource.relieved)
    else:
        own.model.set_limits(resource.rows, upper=resource.relieved)
    if resource.bounds is not None:
        own.model.set_bounds(resource.bounds[0], upper=resource.bounds[1])
    return solve_model(own, replace(options, far=True))


def online_energy(plan: PlanModel, solution: Solution) -> float:
    """Give the compute online within the horizon: power at the racks times time [W s]."""
    to_date = np.cumsum(values(solution, plan.site.online), axis=1)
    power = np.array([plan.data.facts[plan.data.pairs[p][1]].power for _, p in plan.site.served])
    return float((to_date.sum(axis=1) * power).sum() * WEEK)


def _binding(plan: PlanModel, solution: Solution, resource: Limit, again: Solution | None) -> Binding:
    calendar = plan.data.calendar
    price = np.abs(duals(solution, resource.rows))
    begins, ends = binding_since(resource, price)
    shadow = float(price.sum()) / MONEY * resource.units
    worth = online = None
    gain = "its worth was not planned again"
    if again is not None:
        worth = max((solution.objective - again.objective) / MONEY, 0.0)
        online = online_energy(plan, again) - online_energy(plan, solution)
        side = f"{abs(online) * MW / WEEK:,.0f} MW-weeks {'more' if online >= 0.0 else 'less'} power online"
        gain = f"{resource.relief} is worth {musd(worth)} and brings {side}"
    first, last = calendar.date(begins), calendar.date(ends)
    return Binding(
        kind=resource.kind,
        name=resource.name,
        path=resource.path,
        first=first,
        last=last,
        shadow_price=shadow,
        unit=resource.unit,
        relief=resource.relief,
        worth=worth,
        online=online,
        sentence=f"{resource.name} ({resource.kind}, {first} to {last}): {gain}.",
    )
