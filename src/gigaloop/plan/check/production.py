"""The factories in the check of a plan: lines, starts and rework, burn-in, people, and room, laid out by hour."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.units import HOUR, WEEK
from gigaloop.plan.check.common import broken, factory_of, line_of
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Factory, Line, Programme, Stage

RATES_AGREE = 6e-3
"""Share of a line's time by which the rates that a plan used may differ from those that its own output gives.
Source: the tolerance of the iteration over learning curves, and the solver's."""


def check_production(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan) -> Iterator[str]:
    """Check everything inside the factories but the balance of parts."""
    yield from _given(programme, plan)
    yield from _starts(programme, plan)
    yield from _lines(programme, plan)
    yield from _cells(programme, facts, plan)
    yield from _staff(programme, plan)
    yield from _room(programme, plan)


def _hours(plan: Plan) -> FloatArray:
    """Give the middle of every hour of the horizon, in hours from its start."""
    return np.arange(plan.calendar.weeks * 168, dtype=np.float64) + 0.5


def _rising(line: Line, plan: Plan, initial: float) -> FloatArray:
    """Give the share by hour that rises from ``initial`` at the opening of a line to 1 at the end of its ramp."""
    since = _hours(plan) - (line.opens - plan.calendar.start).days * 24.0
    ramp = float(line.ramp) / HOUR
    rising = initial + (1.0 - initial) * np.clip(since / ramp, 0.0, 1.0) if ramp else np.ones(len(since))
    return np.asarray(np.where(since > 0.0, rising, 0.0))


def open_share(factory: Factory, line: Line, plan: Plan) -> FloatArray:
    """Give the mean share of the full rate by week from its value at the middle of every hour."""
    share = _rising(line, plan, float(line.initial_share))
    day = _hours(plan) // 24.0
    shifts = np.full(len(day), float(line.shifts))
    for step in sorted(line.shift_plan, key=lambda step: step.start):
        shifts[day >= (step.start - plan.calendar.start).days] = float(step.shifts)
    for closure in factory.closed:
        first, last = ((date - plan.calendar.start).days for date in (closure.start, closure.end))
        share[(day >= first) & (day <= last)] = 0.0
    return np.asarray((share * shifts / float(line.shifts)).reshape(-1, 168).mean(axis=1))


def good_share(line: Line, plan: Plan) -> FloatArray:
    """Give the mean test yield by week."""
    if line.initial_yield is None:
        return np.full(plan.calendar.weeks, float(line.test_yield))
    initial, final = float(line.initial_yield), float(line.test_yield)
    mature = _rising(line, plan, 0.0).reshape(-1, 168).mean(axis=1)
    return np.asarray(initial + (final - initial) * mature)


def completed(plan: Plan, row: int) -> FloatArray:
    """Give the good pieces completed, with those under way at the start."""
    return np.asarray(plan.production.pieces[row] + plan.production.given[row])


def _given(programme: Programme, plan: Plan) -> Iterator[str]:
    """Hold the pieces under way at the start to be those of the programme."""
    made = plan.production
    for row, name in enumerate(made.lines):
        expected = np.zeros(plan.calendar.weeks)
        for each in factory_of(programme, made.factories[row]).in_process if name else ():
            week = max((each.date - plan.calendar.start).days // 7, 0)
            if name.endswith(f".{each.line}") and each.part == made.parts[row] and week < len(expected):
                expected[week] += float(each.quantity)
        yield from broken(f"{name}: {made.parts[row]} under way", np.abs(made.given[row] - expected), 1e-6)


def _starts(programme: Programme, plan: Plan) -> Iterator[str]:
    """Hold starts to be passes less what comes back: pass for pass, one week's failures after another."""
    made = plan.production
    for row, name in enumerate(made.lines):
        pieces, begun = made.pieces[row], made.started[row]
        what = f"{name}: starts of {made.parts[row]}"
        scale = 1e-5 * (1.0 + float(pieces.max(initial=0.0)))
        line = line_of(programme, name) if name else None
        good = good_share(line, plan) if line is not None else np.ones(len(pieces))
        loop = weeks_up(float(line.rework_time)) if line is not None and (good < 1.0).any() else 0
        if loop == 0:
            yield from broken(what, np.abs(begun - pieces), scale)
            continue
        last = int(np.flatnonzero(pieces)[-1]) if pieces.any() else -1
        waiting = 0.0
        excess = np.zeros(len(pieces))
        for t in range(last + 1):
            returned = pieces[t - loop] * (1.0 / good[t - loop] - 1.0) if t >= loop else 0.0
            again = pieces[t] / good[t] - begun[t]
            waiting += returned - again
            excess[t] = max(-waiting, -begun[t], abs(waiting - made.waiting[row, t]))
        yield from broken(what, excess, scale * (last + 2) ** 0.5)


def line_time(programme: Programme, plan: Plan, row: int) -> FloatArray:
    """Give the time of the line that the pieces of a row take by week [share of the full rate]."""
    name, part = plan.production.lines[row], plan.production.parts[row]
    line = line_of(programme, name)
    product = next(each for each in line.products if each.part == part)
    slower = np.ones(plan.calendar.weeks)
    pieces = completed(plan, row)
    if line.learning is not None:
        before = float(product.made_before) + np.cumsum(pieces) - pieces
        doublings = np.log2(np.maximum(before, 1.0) / float(line.learning.at))
        slower = np.maximum(float(line.learning.rate) ** doublings, 1.0)
    return np.asarray(pieces * slower / (float(product.rate) * WEEK * good_share(line, plan)))


def _rows_of(plan: Plan, name: str) -> list[int]:
    return [row for row, each in enumerate(plan.production.lines) if each == name]


def _lines(programme: Programme, plan: Plan) -> Iterator[str]:
    for name in sorted(set(plan.production.lines) - {""}):
        line = line_of(programme, name)
        time = sum((line_time(programme, plan, row) for row in _rows_of(plan, name)), np.zeros(plan.calendar.weeks))
        share = open_share(factory_of(programme, name.split(".")[0]), line, plan)
        given = np.zeros(len(share))
        for row in _rows_of(plan, name):
            pieces = completed(plan, row)
            part = np.divide(plan.production.given[row], pieces, out=np.zeros(len(share)), where=pieces > 0.0)
            given += line_time(programme, plan, row) * part
        tolerance = 1e-4 if line.learning is None else RATES_AGREE
        yield from broken(f"line {name}: share of its time", time - np.maximum(share, given), tolerance)


def _cells(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan) -> Iterator[str]:
    """Racks in burn-in, by the steady state, fit the cells' power, coolant flow and positions."""
    weeks = plan.calendar.weeks
    hours = dict(_burn_in(programme))
    for factory in programme.factories:
        power, flow, racks = np.zeros(weeks), np.zeros(weeks), np.zeros(weeks)
        fixed = np.zeros((3, weeks))
        for row, name in enumerate(plan.production.lines):
            part = plan.production.parts[row]
            if plan.production.factories[row] != factory.id or not name or part not in hours:
                continue
            g, each = hours[part]
            per_piece = each / 168.0 / good_share(line_of(programme, name), plan)
            draws = facts[g].design_power * float(programme.generations[g].test.power_share)
            racks += completed(plan, row) * per_piece
            power += completed(plan, row) * per_piece * draws
            flow += completed(plan, row) * per_piece * facts[g].flow
            fixed += np.outer([draws, facts[g].flow, 1.0], plan.production.given[row] * per_piece)
        cells = factory.test_cells
        if cells is None:
            yield from broken(f"{factory.id}: burn-in without cells", power - fixed[0], 1.0)
            continue
        limit = np.zeros(weeks)
        for step in sorted(cells.power, key=lambda step: step.start):
            limit[plan.calendar.clip(plan.calendar.index_from(step.start)) :] = float(step.power)
        excess = power - np.maximum(limit, fixed[0])
        yield from broken(f"{factory.id}: burn-in power", excess, 1e-5 * (1.0 + limit.max()))
        if cells.coolant_flow is not None:
            most = np.maximum(float(cells.coolant_flow), fixed[1])
            yield from broken(f"{factory.id}: burn-in coolant flow", flow - most, 1e-5 * (1e-3 + float(most.max())))
        if cells.positions is not None:
            most = np.maximum(float(cells.positions), fixed[2])
            yield from broken(f"{factory.id}: burn-in positions", racks - most, 1e-4)


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


def _staff(programme: Programme, plan: Plan) -> Iterator[str]:
    """Hold the work of all lines of a factory to its people: there at the start, hired, and trained."""
    weeks = plan.calendar.weeks
    for f, factory in enumerate(programme.factories):
        if factory.headcount is None:
            continue
        needed = np.zeros(weeks)
        for row, name in enumerate(plan.production.lines):
            if plan.production.factories[row] == factory.id and name:
                needed += line_time(programme, plan, row) * float(line_of(programme, name).staff)
        decided = hired = plan.hired[f]
        room = np.inf
        if factory.headcount_target is not None:
            room = max(float(factory.headcount_target) - float(factory.headcount), 0.0)
        most = np.zeros(weeks)
        if factory.hiring is not None:
            begin = max(programme.horizon.start, factory.hiring.start or programme.horizon.start)
            day = np.arange(7 * weeks) >= (begin - plan.calendar.start).days
            most = day.reshape(-1, 7).sum(axis=1) / 7.0 * float(factory.hiring.rate) * WEEK
        yield from broken(f"{factory.id}: people hired in a week", hired - most, 1e-4)
        if float(hired.sum()) > room + 1e-4:
            yield f"{factory.id}: {float(hired.sum()):g} people hired, beyond its target by more than {room:g}"
        cost = factory.hiring.cost if factory.hiring is not None else None
        if factory.hiring is not None and (cost is None or programme.usd(cost) == 0.0):
            hired = np.diff(np.minimum(np.cumsum(most), room), prepend=0.0)
        training = float(factory.hiring.training) / HOUR if factory.hiring is not None else 0.0
        able = np.clip(_hours(plan) / training, 0.0, 1.0) if training > 0.0 else np.ones(168 * weeks)
        able = able.reshape(-1, 168).mean(axis=1)
        base, joined = np.full(weeks, float(factory.headcount)), np.convolve(hired, able)[:weeks]
        if hired is not decided:
            base, joined = base + joined, np.zeros(weeks)
        given = np.zeros(weeks)
        for row, name in enumerate(plan.production.lines):
            if plan.production.factories[row] == factory.id and name and plan.production.given[row].any():
                part = plan.production.given[row] / np.maximum(completed(plan, row), 1e-12)
                given += line_time(programme, plan, row) * part * float(line_of(programme, name).staff)
        tolerance = RATES_AGREE * float(sum(float(line.staff) for line in factory.lines))
        # Work under way may take more people than are there at the start; those hired are for new work.
        excess = needed - given - np.maximum(base - given, 0.0) - joined
        yield from broken(f"{factory.id}: people at work", excess, tolerance)


def _room(programme: Programme, plan: Plan) -> Iterator[str]:
    """Hold pieces in process, by starts less completions to date, and racks in stock to their limits."""
    weeks = plan.calendar.weeks
    for factory in programme.factories:
        for line in factory.lines:
            if line.wip_limit is None:
                continue
            cycle = weeks_up(float(line.cycle_time))
            held, fixed = np.zeros(weeks), np.zeros(weeks)
            for row in _rows_of(plan, f"{factory.id}.{line.id}"):
                pieces = plan.production.pieces[row]
                begun = np.cumsum(plan.production.started[row])
                until = np.append(begun[cycle:], np.full(min(cycle, weeks), begun[-1]))
                last = int(np.flatnonzero(pieces)[-1]) if pieces.any() else -1
                held += np.where(np.arange(weeks) <= last, until - np.cumsum(pieces), 0.0)
                fixed += plan.production.given[row].sum() - np.cumsum(plan.production.given[row])
            most = np.maximum(float(line.wip_limit), fixed)
            excess = held + fixed - most
            yield from broken(f"line {factory.id}.{line.id}: pieces in process", excess, 1e-4 * (1.0 + most.max()))
        if factory.rack_storage is not None:
            racks = {generation.rack for generation in programme.generations}
            stored = np.zeros(weeks)
            for row, part in enumerate(plan.stock.parts):
                if plan.stock.factories[row] == factory.id and part in racks:
                    stored += plan.stock.pieces[row]
            most_racks = float(factory.rack_storage)
            yield from broken(f"{factory.id}: racks in stock", stored - most_racks, 1e-4 * (1.0 + most_racks))
