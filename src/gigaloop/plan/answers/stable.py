"""Near an earlier plan: what is inside the freeze fence is held, what moves beyond it costs something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.answers.stability import FenceBroken, Stability, Steadiness
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.factory import MONEY
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.learning import solve_learning
from gigaloop.plan.lp.limits import Limit, limits_of
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.results import by_site, read_quantities
from gigaloop.plan.records import Plan
from gigaloop.solve import Solution, SolveOptions

_PERIOD = 4
"""Weeks over which moves beyond the fence are counted together."""
_AGAINST = 100.0
"""Cost of breaking the fence over the greatest worth of a rack."""
_BROKEN = 1e-3
"""Racks by which the fence counts as broken."""


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A series inside the fence: its name, its columns, weeks and what they were, in the model's racks (weeks,)."""

    what: str
    columns: IntArray
    weeks: IntArray
    before: FloatArray
    scale: float


def solve_stable(
    plan: PlanModel, options: SolveOptions, free: Solution, previous: Plan, asked: Stability
) -> tuple[Solution, Steadiness]:
    """Plan again near an earlier plan.

    Parameters
    ----------
    plan
        The model, solved; it is left with the fence and the costs of moving.
    free
        That solution.
    previous
        The earlier plan; what this programme does not have any more of it is passed over.

    Raises
    ------
    SolveError
        If the solver stops before the optimum.
    """
    costs = plan.model.program().cost
    held = list(_inside(plan, previous, asked.freeze))
    over, under = _hold(plan, held, _AGAINST * float(np.abs(costs).max(initial=1.0)))
    _count_moves(plan, previous, asked)
    extra = plan.model.n_columns
    solution = solve_learning(plan, options)
    program = solution.program
    ours = np.arange(program.n_columns) < len(costs)
    ours |= np.arange(program.n_columns) >= extra
    money = float(program.cost[ours] @ solution.values[ours] + program.offset)
    steadiness = Steadiness(
        fence=plan.data.calendar.date(min(asked.freeze, plan.data.weeks)),
        moved=_moved(plan, solution, previous),
        moved_free=_moved(plan, free, previous),
        cost=max(money - free.objective, 0.0) / MONEY,
        broken=tuple(_broken(plan, solution, held, over, under)),
    )
    return solution, steadiness


def _weeks_of(plan: PlanModel, previous: Plan) -> IntArray:
    """Give the week of the earlier plan that each week is (weeks,); what it does not have is beyond its ends."""
    shift = (plan.data.calendar.start - previous.calendar.start).days // 7
    return np.arange(plan.data.weeks) + shift


def _then(pieces: FloatArray, week: IntArray) -> FloatArray:
    """Give what a series (weeks of the earlier plan,) was in weeks; 0 outside."""
    inside = (week >= 0) & (week < len(pieces))
    return np.where(inside, pieces[np.clip(week, 0, len(pieces) - 1)], 0.0)


def _inside(plan: PlanModel, previous: Plan, fence: int) -> Iterator[_Held]:
    """Give what is decided inside the fence: completions of what is begun there, and departures."""
    data, programme = plan.data, plan.data.programme
    items, then = data.production.items, _weeks_of(plan, previous)
    made = previous.production
    before = dict(zip(zip(made.factories, made.lines, made.parts, strict=True), made.pieces, strict=True))
    for a, activity in enumerate(data.production.activities):
        part = items[activity.item].part
        line = data.production.lines[activity.line] if activity.line >= 0 else ""
        pieces = before.get((programme.factories[activity.factory].id, line, part))
        if pieces is not None:
            name = f"{line or programme.factories[activity.factory].id}: {part}"
            yield from _series(
                name, plan.factory.make[a], fence + activity.cycle, pieces, then, items[activity.item].scale
            )
    for routes, columns, moves, to_sites in (
        (data.moves, plan.factory.move, previous.moves, False),
        (data.ships, plan.factory.ship, previous.shipments, True),
    ):
        left = dict(zip(zip(moves.lanes, moves.parts, strict=True), moves.pieces, strict=True))
        for r, route in enumerate(routes):
            item = items[data.production.rack_item[route.carries] if to_sites else route.carries]
            lane = programme.lanes[route.lane].id
            pieces = left.get((lane, item.part))
            if pieces is not None:
                yield from _series(f"lane {lane}: {item.part}", columns[r], fence, pieces, then, item.scale)


def _series(
    name: str, columns: IntArray, until: int, pieces: FloatArray, then: IntArray, scale: float
) -> Iterator[_Held]:
    weeks = np.flatnonzero(columns[:until] >= 0)
    if len(weeks):
        yield _Held(name, columns[weeks], weeks, _then(pieces, then[weeks]) / scale, scale)


def _hold(plan: PlanModel, held: list[_Held], price: float) -> tuple[IntArray, IntArray]:
    """Hold columns at what they were; where that cannot be, the difference costs more than anything brings."""
    none = np.zeros(0, dtype=np.intp)
    if not held:
        return none, none
    columns = np.concatenate([each.columns for each in held])
    before = np.concatenate([each.before for each in held])
    cells = [("cell", range(len(columns)))]
    over = plan.model.columns("more inside the fence", cells, cost=price)
    under = plan.model.columns("less inside the fence", cells, cost=price)
    rows = plan.model.rows("inside the fence", cells, lower=before, upper=before)
    plan.model.add(rows, columns, 1.0)
    plan.model.add(rows, over, -1.0)
    plan.model.add(rows, under, 1.0)
    return over.index, under.index


def _count_moves(plan: PlanModel, previous: Plan, asked: Stability) -> None:
    """Let racks completed and online to date that differ from the earlier plan's cost something, by period."""
    data, then = plan.data, _weeks_of(plan, previous)
    begins = np.arange(asked.freeze, data.weeks, _PERIOD)
    if not len(begins) or asked.per_rack_week == 0.0:
        return
    number = 0
    for columns, before in _watched(plan, previous):
        there = np.flatnonzero((columns >= 0).any(axis=0))
        if not len(there):
            continue
        number += 1
        lengths = np.minimum(begins + _PERIOD, data.weeks) - begins
        cost = asked.per_rack_week * MONEY * lengths * data.discount[begins]
        cells = [("period", range(len(begins)))]
        more = plan.model.columns(f"earlier than before {number}", cells, cost=cost)
        less = plan.model.columns(f"later than before {number}", cells, cost=cost)
        total = np.add.reduceat(_then(before, then), begins)
        rows = plan.model.rows(f"moved {number}", cells, lower=total, upper=total)
        series, week = np.nonzero(columns >= 0)
        late = week >= asked.freeze
        plan.model.add(rows[(week[late] - asked.freeze) // _PERIOD], columns[series[late], week[late]], 1.0)
        for each, sign in ((more, -1.0), (less, 1.0)):
            plan.model.add(rows, each, sign)
            plan.model.add(rows[1:], each[:-1], -sign)


def _watched(plan: PlanModel, previous: Plan) -> Iterator[tuple[IntArray, FloatArray]]:
    """Give the columns of racks completed by line, and online by site and generation, with the earlier plan's."""
    data, programme, made = plan.data, plan.data.programme, previous.production
    before = dict(zip(zip(made.lines, made.parts, strict=True), made.pieces, strict=True))
    for a, activity in enumerate(data.production.activities):
        item = data.production.items[activity.item]
        if item.generation >= 0 and activity.line >= 0:
            pieces = before.get((data.production.lines[activity.line], item.part))
            if pieces is not None:
                yield plan.factory.make[a : a + 1], pieces
    for p, (s, g) in enumerate(data.pairs):
        site, generation = programme.sites[s].id, programme.generations[g].id
        if site in previous.sites and generation in previous.generations:
            to_date = previous.online_racks[previous.sites.index(site), previous.generations.index(generation)]
            ways = [n for n, (_, q) in enumerate(plan.site.served) if q == p]
            yield plan.site.online[ways], np.diff(to_date, prepend=0.0)


def _moved(plan: PlanModel, solution: Solution, previous: Plan) -> float:
    """Give the racks online that moved against an earlier plan [rack-weeks]."""
    return rack_weeks_moved(plan, by_site(plan, read_quantities(plan, solution))[0], previous)


def rack_weeks_moved(plan: PlanModel, online: FloatArray, previous: Plan) -> float:
    """Add up the differences of racks online (sites, generations, weeks) from those of an earlier plan [rack-weeks]."""
    programme, week = plan.data.programme, _weeks_of(plan, previous)
    inside = (week >= 0) & (week < previous.calendar.weeks)
    total = 0.0
    for s, site in enumerate(programme.sites):
        for g, generation in enumerate(programme.generations):
            before = np.zeros(int(inside.sum()))
            if site.id in previous.sites and generation.id in previous.generations:
                row = previous.online_racks[previous.sites.index(site.id), previous.generations.index(generation.id)]
                before = row[week[inside]]
            total += float(np.abs(online[s, g][inside] - before).sum())
    return total


def _broken(
    plan: PlanModel, solution: Solution, held: list[_Held], over: IntArray, under: IntArray
) -> Iterator[FenceBroken]:
    """Say what could not stay inside the fence, and which limit stands against it."""
    if not held:
        return
    difference = values(solution, over) - values(solution, under)
    columns = np.concatenate([each.columns for each in held])
    limits = {int(row): limit for limit in limits_of(plan) for row in limit.rows}
    at = 0
    for each in held:
        mine = difference[at : at + len(each.columns)]
        for k in np.flatnonzero(np.abs(mine) > _BROKEN).tolist():
            column = int(columns[at + k])
            found = _against(solution, column, limits)
            before, after = float(each.before[k] * each.scale), float((each.before[k] + mine[k]) * each.scale)
            date = plan.data.calendar.date(int(each.weeks[k]))
            why = f"{found[0]} stands against it" if found else "what it is made of, or made for, has changed"
            said = f"{each.what} in the week of {date}: {after:,.1f} instead of {before:,.1f} pieces; {why}."
            yield FenceBroken(each.what, date, before, after, found[1] if found else "", said)
        at += len(each.columns)


def _against(solution: Solution, column: int, limits: dict[int, Limit]) -> tuple[str, str] | None:
    """Give name and path of the limit on a column whose price is greatest."""
    matrix = solution.program.matrix
    entries = slice(matrix.start[column], matrix.start[column + 1])
    rows, prices = (
        matrix.row[entries],
        np.abs(solution.dual(matrix.row[entries].astype(np.intp)) * matrix.value[entries]),
    )
    found = [(float(price), int(row)) for row, price in zip(rows, prices, strict=True) if int(row) in limits]
    price, row = max(found, default=(0.0, -1))
    return (limits[row].name, limits[row].path) if price > 0.0 else None
