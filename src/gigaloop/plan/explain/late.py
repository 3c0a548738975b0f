"""What is late, by how much, and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.explain.say import Cause, clear_week, describe, mw, supply_path
from gigaloop.plan.explain.trace import NEGLIGIBLE, NO_WAY, ROOM, Tracer
from gigaloop.plan.findings import Late, Reason
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray
from gigaloop.plan.lp.equipment import served_power
from gigaloop.plan.lp.grid import NONE, values
from gigaloop.plan.lp.limits import limit_pool
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.site import MW
from gigaloop.plan.outcome.results import Quantities, by_site, late_power
from gigaloop.solve import Solution

_SMALL = 1e-6
"""Share of what is asked (or of a limit) that counts as rounding."""


def explain_late(plan: PlanModel, solution: Solution, found: Quantities) -> tuple[Late, ...]:
    """Say which demands are late and why, the most lateness first.

    Parameters
    ----------
    found
        The solution in pieces, racks and W.

    Notes
    -----
    For every week in which a demand is late, one reason is found, in this order: the site has no more energised
    power; its halls are full or not ready; then, walking back from the site along the cheapest way to one more rack
    (by the duals of the plan), the resource whose scarcity costs most on that way: crews, lanes, lines, burn-in
    cells, parts, or time itself. Where none of these is scarce, room and power are kept for racks
    that are worth more later, or another rack is worth less than it costs.
    """
    view = _view(plan, solution, found)
    late = late_power(plan, found)
    rows = []
    for a, asked in enumerate(plan.data.asked):
        for d, due, power, cost in zip(asked.demands, asked.due, asked.power, asked.late_cost, strict=True):
            mine = np.where(late[d] > _SMALL * power, late[d], 0.0)
            if mine.any():
                rows.append(_explain(view, a, d, due, float(power), float(cost), mine))
    return tuple(sorted(rows, key=lambda row: -row.energy))


@dataclass(frozen=True, slots=True)
class Weight:
    """A cause and the lateness that waits for it.

    Parameters
    ----------
    path
        The record in the programme that says how much there is of it, or when.
    lift
        Path of what takes the cause away (:mod:`.lifts`); empty where nothing does.
    late
        Lateness of the weeks of which it is the cause [MW weeks].
    """

    cause: Cause
    path: str
    lift: str
    sentence: str
    clears: dt.date | None
    late: float


def weigh_causes(
    plan: PlanModel, solution: Solution, found: Quantities, cells: BoolArray | None = None, *, chain: bool = False
) -> tuple[Weight, ...]:
    """Give the causes of all lateness in a plan, the one with most lateness first; parts of one pool are one cause.

    Parameters
    ----------
    found
        The solution in pieces, racks and W.
    cells
        Asked groups and weeks to explain (groups, weeks); all that are late where not given.
    chain
        Whether to give behind them everything else that is scarce on the way of another rack, by its rent.
    """
    view = _view(plan, solution, found)
    late = np.zeros((len(plan.data.asked), plan.data.weeks))
    for k, (a, _) in enumerate(plan.site.tiers):
        late[a] += view.late[k] * MW
    if cells is None:
        cells = late > _SMALL * max(float(late.max()), 1.0)
    weight: dict[tuple[str, int], dict[Cause, float]] = defaultdict(lambda: defaultdict(float))
    last: dict[Cause, tuple[int, int]] = {}
    for a, t in np.argwhere(cells).tolist():
        causes = [(_cause(view, a, t), max(float(late[a, t]), _SMALL))]
        if chain:
            causes += _behind(view, a, t)
        for cause, power in causes:
            pool = cause.kind == "supply"
            key = ("supply pool", cause.other) if pool else (_lift_path(view, cause) or cause.kind, NONE)
            weight[key][cause] += power
            last[cause] = max(last.get(cause, (0, 0)), (t, plan.data.asked[a].site))
    result = []
    for of_key in sorted(weight.values(), key=lambda each: -sum(each.values())):
        cause = max(of_key, key=lambda each, of_key=of_key: of_key[each])  # type: ignore[misc]
        reason = _reason(view, cause, 1.0, *last[cause])
        late_ = sum(of_key.values())
        result.append(Weight(cause, reason.path, _lift_path(view, cause), reason.sentence, reason.clears, late_))
    return tuple(result)


def _behind(view: _View, group: int, week: int) -> list[tuple[Cause, float]]:
    """Give what is scarce on the way of another rack of every generation, weighed far below lateness, by rent."""
    found: dict[Cause, float] = defaultdict(float)
    for n, (a, p) in enumerate(view.plan.site.served):
        if a == group and view.plan.site.online[n, week] != NONE:
            s, g = view.plan.data.pairs[p]
            for (number, at), rent in view.tracer.to_go_online(n, week).items():
                if number != NO_WAY and rent > NEGLIGIBLE:
                    cause = _scarce(view, number, at, s, g)
                    found[cause] = max(found[cause], rent)
    most = max(found.values(), default=1.0)
    return [(cause, 0.5 * _SMALL * rent / most) for cause, rent in found.items()]


def _lift_path(view: _View, cause: Cause) -> str:
    data = view.plan.data
    if cause.kind in ("energisation", "hall"):
        return f"sites.{data.places[cause.index].site.id}.{'halls' if cause.kind == 'hall' else 'energisation'}"
    if cause.kind == "supply":
        return supply_path(view.plan, cause.index)
    if cause.limit != NONE:
        return view.tracer.limits[cause.limit].path
    if cause.kind == "effectivity":
        item = data.production.items[cause.index]
        return f"generations.{data.programme.generations[item.generation].id}.effectivity"
    return _opening(data, cause.index) if cause.kind == "lead time" else ""


def _opening(data: PlanData, item: int) -> str:
    """Give the path of the line whose opening comes first where an item, or what it is made of, has none open."""
    production = data.production
    lines = [a for a in production.activities if a.item == item and a.line >= 0]
    opens = [(int(np.argmax(production.line_share[a.line] > 0.0)), production.line_path[a.line]) for a in lines]
    if opens and min(opens)[0] > 0:
        return min(opens)[1]
    return next((path for part in production.items[item].made_parts if (path := _opening(data, part))), "")


def _view(plan: PlanModel, solution: Solution, found: Quantities) -> _View:
    online, installs, _ = by_site(plan, found)
    to_come = np.cumsum(values(solution, plan.site.online)[:, ::-1], axis=1)[:, ::-1]
    return _View(plan, solution, Tracer(plan, solution), online, np.cumsum(installs, axis=2), found.late, to_come)


@dataclass(frozen=True, eq=False)
class _View:
    plan: PlanModel
    solution: Solution
    tracer: Tracer
    online: FloatArray
    installed: FloatArray
    late: FloatArray
    """(tiers, weeks) [W]."""
    to_come: FloatArray
    """Racks that go online by each way from a week on (served, weeks)."""


def _explain(view: _View, group: int, d: int, due: int, power: float, cost: float, late: FloatArray) -> Late:
    data = view.plan.data
    demand = data.programme.demands[d]
    weeks = np.flatnonzero(late)
    weight: dict[Cause, float] = defaultdict(float)
    last: dict[Cause, int] = {}
    for t in weeks.tolist():
        cause = _cause(view, group, t)
        weight[cause] += float(late[t])
        last[cause] = t
    total = float(late.sum())
    reasons = tuple(
        _reason(view, cause, share / total, last[cause], data.asked[group].site)
        for cause, share in sorted(weight.items(), key=lambda item: -item[1])
    )
    end = int(weeks[-1]) + 1
    met = data.calendar.date(end) if end < data.weeks else None
    most = float(late.max())
    until = f"is met on {met}" if met else "is not met within the horizon"
    begins = int(weeks[0])
    since = f" from {data.calendar.date(begins)}" if begins > due else ""
    path = f"demands.{demand.id}"
    said = f"{demand.name}: {mw(most)} of {mw(power)} due on {demand.by} late{since}; it {until}."
    return Late(
        site=demand.site,
        demand=demand.id,
        path=path,
        due=demand.by,
        power=most,
        energy=total * WEEK,
        weeks=end - begins,
        met=met,
        cost=float(late @ data.discount) * cost * WEEK,
        reasons=reasons,
        sentence=f"{said} {reasons[0].sentence}",
    )


def _reason(view: _View, cause: Cause, share: float, last: int, site: int) -> Reason:
    data = view.plan.data
    week = clear_week(view.plan, view.solution, view.tracer.limits, cause, last)
    clears: dt.date | None = data.calendar.date(week) if week is not None and week < data.weeks else None
    path, sentence = describe(view.plan, view.tracer.limits, cause, site, clears)
    return Reason(cause.kind, path, share, clears, sentence)


def _cause(view: _View, group: int, week: int) -> Cause:
    data = view.plan.data
    asked = data.asked[group]
    s, place = asked.site, data.places[asked.site]
    online = sum(float(view.online[s, g, week]) * data.site_power(s, g) for g in range(len(data.facts)))
    free = float(place.free[week])
    ways = [n for n, (a, _) in enumerate(view.plan.site.served) if a == group]
    if not ways:
        return _no_way(view, group)
    if online >= free - _SMALL * max(free, 1.0 / MW):
        return Cause("energisation", s)
    if not _late_by_itself(view, group, week):
        return Cause("unit", s)
    scarce = _scarce_equipment(view, s, week, online)
    if scarce is not None:
        return scarce
    begun = week - place.commissioning
    open_ways = [n for n in ways if not _hall_full(view, data.pairs[view.plan.site.served[n][1]], begun)]
    if not open_ways:
        return Cause("hall", s)
    existing = [n for n in open_ways if view.plan.site.online[n, week] != NONE]
    if not existing:
        return _not_yet(view, [data.pairs[view.plan.site.served[n][1]][1] for n in open_ways])
    in_time = [n for n in existing if data.arrives_from(data.pairs[view.plan.site.served[n][1]]) <= week]
    cost = {n: float(view.tracer.online[n, week]) for n in in_time or existing}
    near = [n for n in cost if cost[n] <= min(cost.values()) + NEGLIGIBLE]
    best = max(near, key=lambda n: view.to_come[n, week])  # of ways at one cost, the one that the plan will go
    number, at, rent = view.tracer.scarcest(best, week)
    g = data.pairs[view.plan.site.served[best][1]][1]
    if rent <= NEGLIGIBLE:
        return Cause("worth", s, g)
    if number == NO_WAY:
        return _not_yet(view, [g])
    return _scarce(view, number, at, s, g)


def _scarce(view: _View, number: int, week: int, site: int, generation: int) -> Cause:
    """Name a resource that has a rent as a cause."""
    limit, sourcing = view.tracer.limits[number], view.plan.data.sourcing
    if limit.kind == "supply":
        pool = limit_pool(view.plan, limit)
        empty = _empty_from(view, pool, week)
        return Cause("supply", sourcing.scarcest(sourcing.pools[pool], empty), pool, number)
    if limit.kind in ROOM:
        return Cause("reserved", site, generation, number)
    return Cause(limit.kind, site, NONE, number)


def _empty_from(view: _View, pool: int, week: int) -> int:
    """Give the first week from one on in which nothing of a pool is left: then its price of that week is made."""
    left = values(view.solution, view.plan.pools[pool].left).sum(axis=0)
    empty = np.flatnonzero(left[week:] <= _SMALL * max(float(left.max(initial=0.0)), 1.0))
    return week + int(empty[0]) if len(empty) else week


def _late_by_itself(view: _View, group: int, week: int) -> bool:
    """Say whether a group of demands is late for another reason than racks that wait for the rest of their unit."""
    site = view.plan.site
    rows = [k for k, (a, _) in enumerate(site.tiers) if a == group]
    late = float(values(view.solution, site.late[rows, week]).sum())
    return late > _SMALL * float(view.plan.data.asked[group].power.sum()) * MW


def _scarce_equipment(view: _View, site: int, week: int, online: float) -> Cause | None:
    """Give the class of equipment that serves no more power at a site than is online [W]."""
    for blocks in view.plan.gates.values():
        for n, gate in enumerate(blocks.group.gates):
            if gate.site == site:
                served = float(served_power(view.plan.data, blocks, n, view.solution)[week])
                if online >= served - _SMALL * max(served, 1.0 / MW):
                    path = view.plan.data.places[site].power.equipment[gate.number].path
                    number = next(k for k, limit in enumerate(view.tracer.limits) if limit.path == path)
                    rows = view.tracer.limits[number].rows
                    if np.isfinite(view.solution.program.row_upper[rows]).any():  # else it was lifted
                        return Cause("equipment", site, NONE, number)
    return None


def _no_way(view: _View, group: int) -> Cause:
    """Say why no rack can ever serve a group of demands: no line, no lane or no hall."""
    data = view.plan.data
    asked = data.asked[group]
    made = [g for g in asked.generations if data.production.rack_item[g] >= 0]
    if not made:
        return Cause("line", NONE, asked.generations[0])
    brought = {ship.carries for ship in data.ships if ship.destination == asked.site} & set(made)
    if not brought:
        return Cause("lane", NONE, made[0])
    taken = [g for g in sorted(brought) if data.places[asked.site].installs_from(g) < data.weeks]
    return _not_yet(view, taken) if taken else Cause("hall", asked.site)


def _not_yet(view: _View, generations: list[int]) -> Cause:
    """Say why no rack of some generations can be there yet: their dates, or the time that making and moving takes."""
    data = view.plan.data
    first = {g: data.production.items[data.production.rack_item[g]].first for g in generations}
    soonest = min(generations, key=lambda g: first[g])
    kind = "effectivity" if first[soonest] > 0 else "lead time"
    return Cause(kind, data.production.rack_item[soonest])


def _hall_full(view: _View, pair: tuple[int, int], week: int) -> bool:
    """Say whether the halls have no room for one more rack of a generation in a week of installation.

    They have none where some generations, this one among them, fill all halls that take any of them (Hall's theorem
    on systems of distinct representatives, J. London Math. Soc. 10:26, 1935, doi:10.1112/jlms/s1-10.37.26).
    """
    s, g = pair
    data = view.plan.data
    if week < data.places[s].installs_from(g):
        return True
    standing = view.installed[s, :, week]
    others = [other for other in np.flatnonzero(standing).tolist() if other != g]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            group = {g, *more}
            halls = [hall for hall in data.places[s].halls if group & set(hall.generations)]
            positions = sum(float(hall.positions[week]) for hall in halls)
            power = sum(float(hall.power[week]) for hall in halls)
            drawn = sum(float(standing[other]) * data.facts[other].design_power for other in group)
            racks = float(standing[list(group)].sum())
            if racks >= positions * (1.0 - _SMALL) or drawn >= power * (1.0 - _SMALL):
                return True
    return False
