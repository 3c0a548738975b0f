"""Which resources bind, and what relieving them is worth: found by planning again, not by duals alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.findings import Binding
from gigaloop.plan.grid import NONE, duals, values
from gigaloop.plan.model import PlanModel, solve_model, twin
from gigaloop.plan.model_factory import MONEY
from gigaloop.plan.model_site import MW, SHIFT_WEEKS
from gigaloop.plan.model_supply import pool_arrivals
from gigaloop.plan.say import musd
from gigaloop.plan.schedule import FloatArray, IntArray
from gigaloop.solve import Basis, Solution, SolveOptions

RAISE = 0.10
"""Share by which a resource is raised to prove what it is worth."""
_MORE = f"{100 * RAISE:.0f} % more"
_BY_RUN = ("energisation", "hall")
"""Kinds whose rows stand at the end of each run of weeks with one limit, and hold for all of them."""
_NEGLIGIBLE = 1e-6
"""Worth below this share of the objective's size is not listed."""


@dataclass(frozen=True, eq=False)
class _Resource:
    """A resource, its rows and their limits relieved; ``units`` is how many units of ``unit`` one of a row's is."""

    kind: str
    name: str
    path: str
    rows: IntArray
    weeks: IntArray
    relieved: FloatArray
    lower: bool
    unit: str
    units: float
    relief: str
    bounds: tuple[IntArray, FloatArray] | None = None


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
    scale = max(abs(solution.objective), 1.0)
    ranked = []
    for resource in _resources(plan):
        limit = solution.program.row_lower if resource.lower else solution.program.row_upper
        gain = duals(solution, resource.rows) * (limit[resource.rows] - resource.relieved)
        if float(gain.sum()) > _NEGLIGIBLE * scale:
            ranked.append((float(gain.sum()), resource))
    ranked.sort(key=lambda pair: -pair[0])
    chosen = [resource for _, resource in ranked[:reliefs]]
    with ThreadPoolExecutor(max_workers=max(1, len(chosen))) as pool:
        basis = plan.model.basis() if chosen else None
        again = list(pool.map(lambda resource: _plan_again(plan, basis, resource, options), chosen))
    again += [None] * (len(ranked) - len(chosen))
    found = [_binding(plan, solution, resource, other) for (_, resource), other in zip(ranked, again, strict=True)]
    proved = [each for each in found if each.worth is not None]
    return tuple(sorted(proved, key=lambda each: -(each.worth or 0.0)) + found[len(proved) :])


def _plan_again(plan: PlanModel, basis: Basis | None, resource: _Resource, options: SolveOptions) -> Solution | None:
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
    return solve_model(own, options)


def online_energy(plan: PlanModel, solution: Solution) -> float:
    """Give the compute online within the horizon: power at the racks times time [W s]."""
    to_date = np.cumsum(values(solution, plan.site.online), axis=1)
    power = np.array([plan.data.facts[plan.data.pairs[p][1]].power for _, p in plan.site.served])
    return float((to_date.sum(axis=1) * power).sum() * WEEK)


def _binding(plan: PlanModel, solution: Solution, resource: _Resource, again: Solution | None) -> Binding:
    calendar = plan.data.calendar
    price = np.abs(duals(solution, resource.rows))
    weeks = resource.weeks[price > 0.0]
    earlier = resource.weeks[resource.weeks < weeks[0]]
    begins = int(weeks[0])
    if resource.kind in _BY_RUN:
        begins = int(earlier[-1]) + 1 if len(earlier) else 0
    shadow = float(price.sum()) / MONEY * resource.units
    worth = online = None
    gain = "its worth was not planned again"
    if again is not None:
        worth = max((solution.objective - again.objective) / MONEY, 0.0)
        online = online_energy(plan, again) - online_energy(plan, solution)
        side = f"{abs(online) * MW / WEEK:,.0f} MW-weeks {'more' if online >= 0.0 else 'less'} power online"
        gain = f"{resource.relief} is worth {musd(worth)} and brings {side}"
    first, last = calendar.date(begins), calendar.date(int(weeks[-1]))
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


def _resources(plan: PlanModel) -> Iterator[_Resource]:
    yield from _factory_resources(plan)
    yield from _site_resources(plan)
    yield from _supply_resources(plan)


def _raised(
    plan: PlanModel,
    kind: str,
    name: str,
    path: str,
    rows: IntArray,
    unit: str,
    *,
    units: float = 1.0,
    bounds: tuple[IntArray, FloatArray] | None = None,
) -> Iterator[_Resource]:
    weeks = np.flatnonzero(rows != NONE)
    if len(weeks):
        limit = plan.model.program().row_upper[rows[weeks]]
        relief = _MORE
        yield _Resource(kind, name, path, rows[weeks], weeks, limit * (1.0 + RAISE), False, unit, units, relief, bounds)


def _factory_resources(plan: PlanModel) -> Iterator[_Resource]:
    data, factory = plan.data, plan.factory
    upper = plan.model.program().column_upper
    for n, name in enumerate(data.production.lines):
        made = [a for a, activity in enumerate(data.production.activities) if activity.line == n]
        columns = factory.make[made]
        columns = columns[columns != NONE]
        columns = columns[np.isfinite(upper[columns])]
        bounds = (columns, upper[columns] * (1.0 + RAISE)) if len(columns) else None
        path = data.production.line_path[n]
        yield from _raised(plan, "line", name, path, factory.line[n], "USD per rack/week", bounds=bounds)
    for measure, unit, units in (
        ("power", "USD per MW", 1.0),
        ("flow", "USD per L/min", 1 / 60.0),
        ("positions", "USD per position", 1.0),
    ):
        for f, made_at in enumerate(data.programme.factories):
            path = f"factories.{made_at.id}.test_cells"
            rows = factory.test[measure][f]
            yield from _raised(plan, f"test {measure}", made_at.name, path, rows, unit, units=units)
    for n, lane in enumerate(data.programme.lanes):
        yield from _raised(plan, "lane", lane.name, f"lanes.{lane.id}", factory.lane[n], "USD per piece/week")


def _site_resources(plan: PlanModel) -> Iterator[_Resource]:
    data, site = plan.data, plan.site
    for s, place in enumerate(data.places):
        base = f"sites.{place.site.id}"
        yield from _raised(plan, "crews", place.site.name, f"{base}.install_crews", site.crew[s], "USD per rack/week")
        rows = site.energised[s]
        weeks = np.flatnonzero(rows != NONE)
        if len(weeks):
            earlier = place.free[np.minimum(weeks + SHIFT_WEEKS, data.weeks - 1)] * MW
            relief = f"energisation {SHIFT_WEEKS} weeks earlier"
            yield _Resource(
                "energisation",
                place.site.name,
                f"{base}.energisation",
                rows[weeks],
                weeks,
                earlier,
                False,
                "USD per MW",
                1.0,
                relief,
            )
        halls = [c for c, (at, _) in enumerate(site.halls.classes) if at == s]
        for measure, blocks, unit in (
            ("positions", site.halls.positions, "USD per position"),
            ("power", site.halls.power, "USD per MW"),
        ):
            for c in halls:
                name = f"{place.site.name} {' and '.join(place.halls[site.halls.classes[c][1]].halls)} {measure}"
                yield from _raised(plan, "hall", name, f"{base}.halls", blocks[c], unit)


def _supply_resources(plan: PlanModel) -> Iterator[_Resource]:
    data, sourcing = plan.data, plan.data.sourcing
    for number, blocks in plan.pools.items():
        pool = sourcing.pools[number]
        begins = int(np.flatnonzero(blocks.rows[0] != NONE)[0]) if (blocks.rows[0] != NONE).any() else data.weeks
        there = blocks.rows != NONE
        for part, pieces in zip(pool.parts, pool.pieces, strict=True):
            name = data.programme.part_of[sourcing.parts[part]].name
            path = sourcing.sources[sourcing.tiers[part][0].sources[0]].path
            relieved = -pool_arrivals(data, pool, begins, {part: RAISE})[there] / blocks.unit
            weeks = np.nonzero(there)[1]
            yield _Resource(
                "supply",
                name,
                path,
                blocks.rows[there],
                weeks,
                relieved,
                True,
                "USD per piece/week",
                1.0 / (pieces * blocks.unit),
                _MORE,
            )
