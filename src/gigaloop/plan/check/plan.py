"""An independent check of a plan: only its tables and the programme are read, nothing of the model that made it.

Rates and steps are laid out by day here (by hour where they ramp) and added up to weeks, a second way to the same
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.units import WEEK
from gigaloop.plan.check import cost as check_cost
from gigaloop.plan.check import equipment as check_equipment
from gigaloop.plan.check import site as check_site
from gigaloop.plan.check import units as check_units
from gigaloop.plan.check.choices import check_choices, realised
from gigaloop.plan.check.common import Problems, broken, line_of, opening_of
from gigaloop.plan.check.production import check_production
from gigaloop.plan.check.supply import check_supply
from gigaloop.plan.inputs.facts import RackFacts, rack_facts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design


def check_plan(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    plan: Plan,
    catalogue: Catalogue | None = None,
) -> tuple[str, ...]:
    """Check a plan against its programme and say what does not hold; nothing where all holds.

    Parameters
    ----------
    programme, designs, catalogue
        What the plan was made from.
    plan
        The plan.

    Raises
    ------
    UsageError
        If the plan is telescoped: it holds at the ends of its buckets alone.

    Notes
    -----
    Held to be true: nothing is negative; stocks balance; parts are not used before they arrive, nor arrive before
    their lead time and allocation let them; lines, burn-in cells, lanes, crews, halls and energised power are not
    overdrawn; racks go online after commissioning and stay; generations are built within their dates; lateness is
    what is asked less what is online; costs are quantities times prices and add up to the objective.
    """
    plan.need_weeks("the check")
    facts = rack_facts(programme.generations, designs)
    decided = tuple(check_choices(programme, plan))
    programme = realised(programme, plan)
    problems: Problems = [
        *decided,
        *_signs(plan),
        *_balances(programme, plan),
        *check_supply(programme, plan, _components(programme, plan), _made_parts(plan)),
        *check_production(programme, facts, plan),
        *_dates(programme, plan),
        *_lanes(programme, plan),
        *check_site.check_sites(programme, facts, plan),
        *check_equipment.check_equipment(programme, facts, plan),
        *check_units.check_units(programme, facts, plan),
        *check_cost.check_costs(programme, facts, plan, catalogue),
    ]
    return tuple(problems)


def _signs(plan: Plan) -> Iterator[str]:
    arrays = {
        "production": plan.production.pieces,
        "stock": plan.stock.pieces,
        "moves": plan.moves.pieces,
        "shipments": plan.shipments.pieces,
        "starts": plan.production.started,
        "people hired": plan.hired,
        "purchases used": plan.purchases.used,
        "purchases received": plan.purchases.received,
        "online racks": plan.online_racks,
        "waiting racks": plan.waiting,
        "late power": plan.late_power,
    }
    for name, array in arrays.items():
        if array.size and (not np.isfinite(array).all() or float(array.min()) < -1e-6):
            yield f"{name}: {float(array.min()):g} is negative or no number"


def _use_week(weeks: int, cycle: int, pieces: FloatArray) -> FloatArray:
    used = np.zeros(weeks)
    used[: weeks - cycle] = pieces[cycle:]
    return used


def _components(programme: Programme, plan: Plan) -> Iterator[tuple[str, str, FloatArray]]:
    """Give factory, component and pieces used by week for every line's work and every purchase of a made part."""
    weeks = plan.calendar.weeks
    mondays = list(plan.calendar.dates())
    made = plan.production
    rows = zip(made.factories, made.lines, made.parts, made.pieces, made.started, strict=True)
    for factory, name, part, pieces, begun in rows:
        if not name:
            yield "", part, pieces
            continue
        cycle = weeks_up(float(line_of(programme, name).cycle_time))
        if pieces[:cycle].any():
            yield factory, f"{part} made before there was time", pieces
        started = _use_week(weeks, cycle, begun)
        for component in programme.part_of[part].components:
            since, until = component.effective_from, component.effective_until
            holds = [(not since or since <= day) and (not until or day < until) for day in mondays]
            yield factory, component.part, started * np.array(holds) * float(component.quantity)


def _made_parts(plan: Plan) -> set[str]:
    return set(plan.production.parts)


def _balances(programme: Programme, plan: Plan) -> Iterator[str]:
    """Stock at the end of the week is that of the week before, plus what comes, less what goes."""
    weeks = plan.calendar.weeks
    change: dict[tuple[str, str], FloatArray] = {}

    def add(factory: str, part: str, pieces: FloatArray) -> None:
        change[factory, part] = change.get((factory, part), np.zeros(weeks)) + pieces

    for row, pieces in enumerate(plan.production.pieces):
        add(plan.production.factories[row], plan.production.parts[row], pieces + plan.production.given[row])
    for place, part, date, quantity in opening_of(programme):
        at_start = np.zeros(weeks)
        week = max((date - plan.calendar.start).days // 7, 0)
        at_start[week : week + 1] = quantity
        add(place, part, at_start)
    for factory, part, pieces in _components(programme, plan):
        if factory and part in _made_parts(plan):
            add(factory, part, -pieces)
    for transport in (plan.moves, plan.shipments):
        for row, pieces in enumerate(transport.pieces):
            add(transport.origins[row], transport.parts[row], -pieces)
            if transport is plan.moves:
                arrived = np.zeros(weeks)
                arrived[transport.transit[row] :] = pieces[: weeks - transport.transit[row]]
                add(transport.destinations[row], transport.parts[row], arrived)
                if pieces[weeks - transport.transit[row] :].any():
                    yield f"{transport.lanes[row]}: leaves too late to arrive"
    stock = dict(zip(zip(plan.stock.factories, plan.stock.parts, strict=True), plan.stock.pieces, strict=True))
    for (factory, part), pieces in change.items():
        held = stock.get((factory, part), np.zeros(weeks))
        scale = 1.0 + float(np.abs(pieces).max(initial=0.0))
        yield from broken(f"stock of {part} at {factory}", np.abs(np.diff(held, prepend=0.0) - pieces), 1e-6 * scale)


def _dates(programme: Programme, plan: Plan) -> Iterator[str]:
    """Racks are completed within their generation's dates, evaluation units before the ramp where they belong."""
    week = np.arange(plan.calendar.weeks)
    for generation in programme.generations:
        dates, evaluation = generation.effectivity, generation.evaluation
        made = {
            factory: plan.production.pieces[row]
            for row, factory in enumerate(plan.production.factories)
            if plan.production.parts[row] == generation.rack
        }
        ramp = plan.calendar.index_from(dates.ramp)
        first = plan.calendar.index_from(dates.evaluation) if evaluation else ramp
        outside = (week < first) | (week > plan.calendar.index(dates.end_of_life))
        for factory in made:
            rows = [
                row
                for row in range(len(plan.production.parts))
                if plan.production.parts[row] == generation.rack and plan.production.factories[row] == factory
            ]
            total = plan.production.pieces[rows].sum(axis=0)
            yield from broken(f"{generation.id}: built outside its dates at {factory}", total * outside, 1e-6)
            early = float(total[(week < ramp)].sum())
            if early > 1e-6 and (evaluation is None or evaluation.factory != factory):
                yield f"{generation.id}: {early:g} racks before the ramp at {factory}"
            if evaluation is not None and early > float(evaluation.racks) * (1 + 1e-6) + 1e-6:
                yield f"{generation.id}: {early:g} evaluation units instead of {evaluation.racks}"


def _lanes(programme: Programme, plan: Plan) -> Iterator[str]:
    for lane in programme.lanes:
        if lane.capacity is None:
            continue
        loaded = np.zeros(plan.calendar.weeks)
        for transport in (plan.moves, plan.shipments):
            for row, name in enumerate(transport.lanes):
                if name == lane.id:
                    loaded += transport.pieces[row]
        most = float(lane.capacity) * WEEK
        yield from broken(f"lane {lane.id}", loaded - most, 1e-5 * (1.0 + most))
