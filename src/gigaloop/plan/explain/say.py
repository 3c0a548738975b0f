"""Causes of lateness and binding resources in sentences that name the user's records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.schedule import BoolArray
from gigaloop.plan.lp.equipment import served_power
from gigaloop.plan.lp.grid import NONE, values
from gigaloop.plan.lp.limits import Limit
from gigaloop.plan.lp.model import PlanModel
from gigaloop.solve import Solution

_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Cause:
    """What something waits for.

    Parameters
    ----------
    kind
        Kind of resource or circumstance.
    index
        Site; part of ``supply``; item of ``effectivity`` and ``lead time`` without a limit.
    other
        Pool of ``supply``; generation of ``reserved`` and ``worth``.
    limit
        Number of the resource among the limits of the plan.
    """

    kind: str
    index: int
    other: int = NONE
    limit: int = NONE


def mw(watts: float) -> str:
    """Write a power in MW.

    >>> mw(12.5e6), mw(1.2345e9)
    ('12.5 MW', '1,234 MW')
    """
    value = watts * 1e-6
    return f"{value:,.0f} MW" if value >= 100.0 else f"{value:.3g} MW"


def many(unit: str) -> str:
    """Write what a price is per as a plural: symbols of units stay.

    >>> many("USD per rack/week"), many("USD per MW")
    ('racks/week', 'MW')
    """
    thing, slash, per = unit.removeprefix("USD per ").partition("/")
    plural = thing if thing != thing.lower() else f"{thing}s"
    return plural + slash + per


def musd(usd: float) -> str:
    """Write an amount in MUSD.

    >>> musd(1.2421e9), musd(2.34e5)
    ('1,242 MUSD', '0.23 MUSD')
    """
    value = usd * 1e-6
    return f"{value:,.0f} MUSD" if value >= 10.0 else f"{value:.2g} MUSD"


def clear_week(plan: PlanModel, solution: Solution, limits: tuple[Limit, ...], cause: Cause, last: int) -> int | None:
    """Give the first week after ``last`` in which a cause no longer binds; None where it binds to the end."""
    data = plan.data
    if cause.kind == "energisation":
        free = data.places[cause.index].free
        more = np.flatnonzero(free > free[last] * (1.0 + _SLACK))
    elif cause.kind == "equipment":
        served = next(
            served_power(data, blocks, n, solution)
            for blocks in plan.gates.values()
            for n, gate in enumerate(blocks.group.gates)
            if data.places[gate.site].power.equipment[gate.number].path == limits[cause.limit].path
        )
        more = np.flatnonzero(served > served[last] * (1.0 + _SLACK))
    elif cause.kind == "hall":
        room = sum(np.minimum(hall.positions, 1e9) for hall in data.places[cause.index].halls) + np.zeros(data.weeks)
        begun = max(last - data.places[cause.index].commissioning, 0)
        more = np.flatnonzero(room > room[begun]) + data.places[cause.index].commissioning
    elif cause.kind in ("worth", "reserved") or (cause.limit == NONE and cause.index == NONE):
        return None
    elif cause.limit == NONE:
        return last + 1 if cause.kind in ("effectivity", "lead time", "unit") else None
    else:
        more = np.flatnonzero(~_tight_weeks(plan, solution, limits[cause.limit], cause))
    later = (
        more[more > last]
        if cause.kind in ("energisation", "equipment", "hall")
        else more[more > _bound(plan, cause, last)]
    )
    return int(later[0]) if len(later) else None


def _bound(plan: PlanModel, cause: Cause, last: int) -> int:
    """Give the week to look for slack from: a factory's rows bind well before the site's week."""
    if cause.kind == "crews":
        return last - plan.data.places[cause.index].commissioning - 1
    transit = min((route.transit for route in plan.data.ships), default=0)
    return max(last - transit - 1 - (1 if cause.kind == "supply" else 0), 0)


def _tight_weeks(plan: PlanModel, solution: Solution, limit: Limit, cause: Cause) -> BoolArray:
    if cause.kind == "supply":
        left = values(solution, plan.pools[cause.other].left).sum(axis=0)
        return np.asarray(left <= _SLACK)
    if cause.kind == "unit parts":
        left = next(left for left, rows in plan.units.bought.values() if rows[0] == limit.rows[0])
        return np.asarray(values(solution, left) <= _SLACK)
    tight = np.zeros(plan.data.weeks, dtype=np.bool_)
    if len(limit.rows):
        most, used = solution.program.row_upper[limit.rows], solution.activity(limit.rows)
    elif limit.bounds is not None:
        most, used = solution.program.column_upper[limit.bounds[0]], solution[limit.bounds[0]]
    else:
        return tight
    np.logical_or.at(tight, limit.weeks, most - used <= _SLACK * np.maximum(np.abs(most), 1.0))
    return tight


_SENTENCES = {
    "crews": "The crews at {name} install all they can {until}.",
    "commissioning crews": "The crews at {name} commission all they can {until}.",
    "lane": "The lane {name} is full {until}.",
    "line": "The line {name} works at its limit {until}.",
    "test power": "The burn-in cells of {name} have no power left {until}.",
    "test flow": "The burn-in cells of {name} have no coolant flow left {until}.",
    "test positions": "The burn-in cells of {name} have no positions left {until}.",
    "staff": "All people of {name} are at work {until}.",
    "in process": "The line {name} has as many pieces in process as it has room for {until}.",
    "storage": "{name} has no room for more finished racks {until}.",
    "effectivity": "{name} is not built in such numbers {until}.",
}


def describe(
    plan: PlanModel, limits: tuple[Limit, ...], cause: Cause, site: int, clears: dt.date | None
) -> tuple[str, str]:
    """Give the path of a cause and a sentence about it."""
    programme = plan.data.programme
    until = f"until {clears}" if clears else "to the end of the horizon"
    here = programme.sites[site]
    kind, n = cause.kind, cause.index
    if kind == "energisation":
        return f"sites.{programme.sites[n].id}.energisation", f"{here.name} has no more energised power {until}."
    if kind == "hall":
        return f"sites.{programme.sites[n].id}.halls", f"No hall at {here.name} has room for such racks {until}."
    if kind == "unit":
        said = f"Racks at {here.name} wait until their scalable unit is complete {until}."
        return f"sites.{here.id}", said
    if kind == "supply":
        return _supply(plan, n, until)
    if kind in ("reserved", "worth"):
        path, said = _kept(plan, kind, n, cause.other)
        return (limits[cause.limit].path if cause.limit != NONE else path), said
    if cause.limit != NONE:
        limit = limits[cause.limit]
        said = limit.sentence or _SENTENCES.get(kind, "{name} ({kind}) is at its limit {until}.")
        return limit.path, said.format(name=limit.name, kind=kind, until=until)
    if kind in ("lane", "line"):
        generation = programme.generations[cause.other]
        if kind == "lane":
            return f"sites.{here.id}", f"No lane brings {generation.name} racks to {here.name}."
        return f"generations.{generation.id}.rack", f"No line makes the rack of {generation.name}."
    return _time(plan, kind, n, until)


def _kept(plan: PlanModel, kind: str, site: int, generation: int) -> tuple[str, str]:
    here, rack = plan.data.programme.sites[site], plan.data.programme.generations[generation]
    if kind == "worth":
        path = f"generations.{rack.id}.compute_value"
        return path, f"Another {rack.name} rack at {here.name} would cost more than it brings, lateness included."
    said = f"Room and power at {here.name} are kept for racks that are worth more than {rack.name} racks now."
    return f"sites.{here.id}", said


def supply_path(plan: PlanModel, part: int) -> str:
    """Give the path of the cheapest supply of a bought part; the part's own where nobody supplies it."""
    sourcing = plan.data.sourcing
    return sourcing.sources[sourcing.tiers[part][0].sources[0]].path


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
    if lines and all(production.line_share[n][0] <= 0.0 for n in lines):
        opening = " and ".join(production.lines[n] for n in lines)
        return path, f"No line that makes {name} is open at the start ({opening}); no rack is there {until}."
    return path, f"From the start of the horizon there is no time to make and bring {name} {until}."
