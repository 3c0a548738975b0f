"""An independent check of a plan: only its tables and the programme are read, nothing of the model that made it.

Rates and steps are laid out by day here (by hour where they ramp) and added up to weeks, a second way to the same
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.units import DAY, HOUR, WEEK
from gigaloop.plan.check import cost as check_cost
from gigaloop.plan.check import site as check_site
from gigaloop.plan.check.common import Problems, broken, by_day, line_of
from gigaloop.plan.inputs.facts import RackFacts, rack_facts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Line, Programme, Stage

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

    Notes
    -----
    Held to be true: nothing is negative; stocks balance; parts are not used before they arrive, nor arrive before
    their lead time and allocation let them; lines, burn-in cells, lanes, crews, halls and energised power are not
    overdrawn; racks go online after commissioning and stay; generations are built within their dates; lateness is
    what is asked less what is online; costs are quantities times prices and add up to the objective.
    """
    facts = rack_facts(programme.generations, designs)
    problems: Problems = [
        *_signs(plan),
        *_balances(programme, plan),
        *_supplies(programme, plan),
        *_lines(programme, plan),
        *_cells(programme, facts, plan),
        *_dates(programme, plan),
        *_lanes(programme, plan),
        *check_site.check_sites(programme, facts, plan),
        *check_cost.check_costs(programme, facts, plan, catalogue),
    ]
    return tuple(problems)


def _signs(plan: Plan) -> Iterator[str]:
    arrays = {
        "production": plan.production.pieces,
        "stock": plan.stock.pieces,
        "moves": plan.moves.pieces,
        "shipments": plan.shipments.pieces,
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
    for factory, name, part, pieces in zip(made.factories, made.lines, made.parts, made.pieces, strict=True):
        if not name:
            yield "", part, pieces
            continue
        cycle = weeks_up(float(line_of(programme, name).cycle_time))
        if pieces[:cycle].any():
            yield factory, f"{part} made before there was time", pieces
        started = _use_week(weeks, cycle, pieces)
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
        add(plan.production.factories[row], plan.production.parts[row], pieces)
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


def _supplies(programme: Programme, plan: Plan) -> Iterator[str]:
    """Receipts keep to stock, orders, lead times and allocations; use keeps to receipts; every use is bought."""
    weeks, start = plan.calendar.weeks, programme.horizon.start
    offset = (start - plan.calendar.start).days
    bought = plan.purchases
    possible: dict[str, FloatArray] = {}
    for supplier in programme.suppliers:
        for supply in supplier.supplies:
            lead = offset + int(np.ceil(float(supply.lead_time) / DAY - 1e-9))
            ordered, allocated = (by_day(steps, plan.calendar) for steps in (supply.open_orders, supply.allocation))
            day = np.arange(7 * weeks)
            from_day = lead
            if supply.qualified is not None:
                from_day = max(lead, (supply.qualified - plan.calendar.start).days)
            daily = np.where((day >= offset) & (day < lead), ordered, 0.0) + np.where(day >= from_day, allocated, 0.0)
            arrivals = daily.reshape(weeks, 7).sum(axis=1)
            arrivals[0] += float(supply.on_hand)
            for receipt in supply.receipts:
                week = max((receipt.date - plan.calendar.start).days // 7, 0)
                if week < weeks:
                    arrivals[week] += float(receipt.quantity)
            to_date = np.cumsum(arrivals)
            if supply.qualified is not None:
                to_date[: plan.calendar.clip(plan.calendar.index_from(supply.qualified))] = 0.0
            possible[f"suppliers.{supplier.id}.supplies.{supply.part}"] = to_date
    for row, path in enumerate(bought.paths):
        received, used = np.cumsum(bought.received[row]), np.cumsum(bought.used[row])
        limit = possible.get(path, np.zeros(weeks))
        tolerance = 1e-5 * (1.0 + float(limit[-1]))
        yield from broken(f"{path}: received before it can arrive", received - limit, tolerance)
        yield from broken(f"{path}: used before it is received", used - received, tolerance)
    made = _made_parts(plan)
    need: dict[str, FloatArray] = {}
    for factory, part, pieces in _components(programme, plan):
        if not factory or part not in made:
            need[part] = need.get(part, np.zeros(weeks)) + pieces
    for part, pieces in need.items():
        rows = [row for row, each in enumerate(bought.parts) if each == part]
        used = bought.used[rows].sum(axis=0)
        yield from broken(f"{part}: used and not bought", np.abs(used - pieces), 1e-5 * (1.0 + pieces.max()))


def _share(line: Line, plan: Plan) -> FloatArray:
    """Give the mean share of the full rate by week from its value at the middle of every hour."""
    hours = np.arange(plan.calendar.weeks * 168) + 0.5
    since = hours - (line.opens - plan.calendar.start).days * 24.0
    ramp = float(line.ramp) / HOUR
    initial = float(line.initial_share)
    rising = initial + (1.0 - initial) * np.clip(since / ramp, 0.0, 1.0) if ramp else np.ones(len(hours))
    return np.asarray(np.where(since > 0.0, rising, 0.0).reshape(-1, 168).mean(axis=1))


def _lines(programme: Programme, plan: Plan) -> Iterator[str]:
    for name in sorted(set(plan.production.lines) - {""}):
        line = line_of(programme, name)
        time = np.zeros(plan.calendar.weeks)
        rates = {product.part: float(product.rate) * WEEK for product in line.products}
        for row, each in enumerate(plan.production.lines):
            if each == name:
                rate = rates[plan.production.parts[row]] * float(line.test_yield)
                time += plan.production.pieces[row] / rate
        yield from broken(f"line {name}: share of its time", time - _share(line, plan), 1e-4)


def _cells(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan) -> Iterator[str]:
    """Racks in burn-in, by the steady state, fit the cells' power, coolant flow and positions."""
    weeks = plan.calendar.weeks
    hours = dict(_burn_in(programme))
    for factory in programme.factories:
        power, flow, racks = np.zeros(weeks), np.zeros(weeks), np.zeros(weeks)
        for row, name in enumerate(plan.production.lines):
            part = plan.production.parts[row]
            if plan.production.factories[row] != factory.id or not name or part not in hours:
                continue
            g, each = hours[part]
            standing = plan.production.pieces[row] * each / 168.0 / float(line_of(programme, name).test_yield)
            racks += standing
            power += standing * facts[g].design_power * float(programme.generations[g].test.power_share)
            flow += standing * facts[g].flow
        cells = factory.test_cells
        if cells is None:
            yield from broken(f"{factory.id}: burn-in without cells", power, 1.0)
            continue
        limit = np.zeros(weeks)
        for step in sorted(cells.power, key=lambda step: step.start):
            limit[plan.calendar.clip(plan.calendar.index_from(step.start)) :] = float(step.power)
        yield from broken(f"{factory.id}: burn-in power", power - limit, 1e-5 * (1.0 + limit.max()))
        if cells.coolant_flow is not None:
            most = float(cells.coolant_flow)
            yield from broken(f"{factory.id}: burn-in coolant flow", flow - most, 1e-5 * (1e-3 + most))
        if cells.positions is not None:
            yield from broken(f"{factory.id}: burn-in positions", racks - float(cells.positions), 1e-4)


def _burn_in(programme: Programme) -> Iterator[tuple[str, tuple[int, float]]]:
    """Give part, generation and hours of burn-in: at L12, the L11 racks within bear the L11 hours."""
    stages = {part.id: part.stage for part in programme.parts}
    lines = {product.part for factory in programme.factories for line in factory.lines for product in line.products}
    for g, generation in enumerate(programme.generations):
        l11, l12 = float(generation.test.l11) / HOUR, float(generation.test.l12) / HOUR
        inner: dict[str, float] = {}
        for line in programme.part_of[generation.rack].components:
            if stages[line.part] is Stage.L11 and line.part in lines:
                inner[line.part] = inner.get(line.part, 0.0) + float(line.quantity)
        if stages[generation.rack] is Stage.L12 and inner:
            yield generation.rack, (g, l12)
            for part in inner:
                yield part, (g, l11 / sum(inner.values()))
        else:
            yield generation.rack, (g, l11 + l12)


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
