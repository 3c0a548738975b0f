"""Causes of lateness and binding resources in sentences that name the user's records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.schedule import BoolArray, IntArray
from gigaloop.plan.lp.grid import NONE, values
from gigaloop.plan.lp.model import PlanModel
from gigaloop.solve import Solution

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Cause:
    """A resource that something waits for: its kind, its index, and a further index (pool, generation)."""

    kind: str
    index: int
    other: int = NONE


def mw(watts: float) -> str:
    """Write a power in MW.

    >>> mw(12.5e6), mw(1.2345e9)
    ('12.5 MW', '1,234 MW')
    """
    value = watts * 1e-6
    return f"{value:,.0f} MW" if value >= 100.0 else f"{value:.3g} MW"


def musd(usd: float) -> str:
    """Write an amount in MUSD.

    >>> musd(1.2421e9), musd(2.34e5)
    ('1,242 MUSD', '0.23 MUSD')
    """
    value = usd * 1e-6
    return f"{value:,.0f} MUSD" if value >= 10.0 else f"{value:.2g} MUSD"


def _rows_of(plan: PlanModel, kind: str, index: int) -> IntArray:
    """Give the rows of a line, burn-in cell, lane or crew by week (weeks,), -1 where there is none."""
    factory = plan.factory
    if kind.startswith("test "):
        return np.asarray(factory.test[kind.removeprefix("test ")][index])
    return np.asarray({"line": factory.line, "lane": factory.lane, "crews": plan.site.crew}[kind][index])


def clear_week(plan: PlanModel, solution: Solution, cause: Cause, last: int) -> int | None:
    """Give the first week after ``last`` in which a cause no longer binds; None where it binds to the end."""
    if cause.index == NONE or cause.kind in ("worth", "reserved"):
        return None
    data = plan.data
    if cause.kind == "energisation":
        free = data.places[cause.index].free
        more = np.flatnonzero(free > free[last] * (1.0 + _SLACK))
    elif cause.kind == "hall":
        room = sum(np.minimum(hall.positions, 1e9) for hall in data.places[cause.index].halls) + np.zeros(data.weeks)
        begun = max(last - data.places[cause.index].commissioning, 0)
        more = np.flatnonzero(room > room[begun]) + data.places[cause.index].commissioning
    elif cause.kind in ("effectivity", "lead time"):
        return last + 1
    else:
        more = np.flatnonzero(~_tight_weeks(plan, solution, cause))
    later = more[more > last] if cause.kind in ("energisation", "hall") else more[more > _bound(plan, cause, last)]
    return int(later[0]) if len(later) else None


def _bound(plan: PlanModel, cause: Cause, last: int) -> int:
    """Give the week to look for slack from: a factory's rows bind well before the site's week."""
    if cause.kind == "crews":
        return last - plan.data.places[cause.index].commissioning - 1
    transit = min((route.transit for route in plan.data.ships), default=0)
    return max(last - transit - 1 - (1 if cause.kind == "supply" else 0), 0)


def _tight_weeks(plan: PlanModel, solution: Solution, cause: Cause) -> BoolArray:
    if cause.kind == "supply":
        left = values(solution, plan.pools[cause.other].left).sum(axis=0)
        return np.asarray(left <= _SLACK)
    rows = _rows_of(plan, cause.kind, cause.index)
    there = rows >= 0
    tight = np.zeros(len(rows), dtype=np.bool_)
    limit = solution.program.row_upper[rows[there]]
    tight[there] = limit - solution.activity(rows[there]) <= _SLACK * np.maximum(np.abs(limit), 1.0)
    return tight


def describe(plan: PlanModel, cause: Cause, site: int, clears: dt.date | None) -> tuple[str, str]:
    """Give the path of a cause and a sentence about it."""
    programme, production = plan.data.programme, plan.data.production
    until = f"until {clears}" if clears else "to the end of the horizon"
    name = programme.sites[site].name
    kind, n = cause.kind, cause.index
    if kind == "energisation":
        return f"sites.{programme.sites[n].id}.energisation", f"{name} has no more energised power {until}."
    if kind == "hall":
        return f"sites.{programme.sites[n].id}.halls", f"No hall at {name} has room for such racks {until}."
    if kind == "crews":
        return f"sites.{programme.sites[n].id}.install_crews", f"The crews at {name} install all they can {until}."
    if kind == "lane":
        if n == NONE:
            rack = programme.generations[cause.other].name
            return f"sites.{programme.sites[site].id}", f"No lane brings {rack} racks to {name}."
        lane = programme.lanes[n]
        return f"lanes.{lane.id}", f"The lane {lane.name} is full {until}."
    if kind == "line":
        if n == NONE:
            generation = programme.generations[cause.other]
            return f"generations.{generation.id}.rack", f"No line makes the rack of {generation.name}."
        return production.line_path[n], f"The line {production.lines[n]} works at its limit {until}."
    if kind.startswith("test "):
        factory = programme.factories[n]
        measure = {"power": "power", "flow": "coolant flow", "positions": "positions"}[kind.removeprefix("test ")]
        path = f"factories.{factory.id}.test_cells"
        return path, f"The burn-in cells of {factory.name} have no {measure} left {until}."
    if kind == "supply":
        return _supply(plan, n, until)
    if kind == "reserved":
        generation = programme.generations[cause.other]
        path = f"sites.{programme.sites[n].id}"
        return (
            path,
            f"Room and power at {name} are kept for racks that are worth more than {generation.name} racks now.",
        )
    if kind == "worth":
        generation = programme.generations[cause.other]
        path = f"generations.{generation.id}.compute_value"
        return path, f"Another {generation.name} rack at {name} would cost more than it brings, lateness included."
    return _time(plan, kind, n, until)


def _supply(plan: PlanModel, part: int, until: str) -> tuple[str, str]:
    sourcing, programme = plan.data.sourcing, plan.data.programme
    name = programme.part_of[sourcing.parts[part]].name
    members = [sourcing.sources[k] for tier in sourcing.tiers[part] for k in tier.sources]
    if not members[0].supplier:
        return members[0].path, f"Nobody supplies {name}."
    suppliers = {supplier.id: supplier.name for supplier in programme.suppliers}
    listed = " and ".join(suppliers[source.supplier] for source in members)
    return members[0].path, f"Supply of '{name}' from {listed} is used up as it arrives {until}."


def _time(plan: PlanModel, kind: str, item: int, until: str) -> tuple[str, str]:
    programme, production = plan.data.programme, plan.data.production
    if item == NONE:
        return "horizon.start", f"There is too little time from the start of the horizon {until}."
    made = production.items[item]
    generation = programme.generations[made.generation] if made.generation >= 0 else None
    if kind == "effectivity" and generation is not None:
        return f"generations.{generation.id}.effectivity", f"{generation.name} is not built in such numbers {until}."
    name = programme.part_of[made.part].name
    lines = [activity.line for activity in production.activities if activity.item == item and activity.line >= 0]
    path = production.line_path[lines[0]] if lines else f"parts.{made.part}"
    return path, f"From the start of the horizon there is no time to make and bring {name} {until}."
