"""What is late, by how much, and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.explain.say import Cause, clear_week, describe, mw
from gigaloop.plan.explain.trace import NEGLIGIBLE, Tracer
from gigaloop.plan.findings import Late, Reason
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.grid import NONE
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.site import MW
from gigaloop.plan.results import Quantities, by_site, late_power
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
    tracer = Tracer(plan, solution)
    online, installs, _ = by_site(plan, found)
    view = _View(plan, solution, tracer, online, np.cumsum(installs, axis=2))
    late = late_power(plan, found)
    rows = []
    for a, asked in enumerate(plan.data.asked):
        for d, due, power, cost in zip(asked.demands, asked.due, asked.power, asked.late_cost, strict=True):
            mine = np.where(late[d] > _SMALL * power, late[d], 0.0)
            if mine.any():
                rows.append(_explain(view, a, d, due, float(power), float(cost), mine))
    return tuple(sorted(rows, key=lambda row: -row.energy))


@dataclass(frozen=True, eq=False)
class _View:
    plan: PlanModel
    solution: Solution
    tracer: Tracer
    online: FloatArray
    installed: FloatArray


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
    week = clear_week(view.plan, view.solution, cause, last)
    clears: dt.date | None = data.calendar.date(week) if week is not None and week < data.weeks else None
    path, sentence = describe(view.plan, cause, site, clears)
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
    begun = week - place.commissioning
    open_ways = [n for n in ways if not _hall_full(view, data.pairs[view.plan.site.served[n][1]], begun)]
    if not open_ways:
        return Cause("hall", s)
    existing = [n for n in open_ways if view.plan.site.online[n, week] != NONE]
    if not existing:
        return _not_yet(view, [data.pairs[view.plan.site.served[n][1]][1] for n in open_ways])
    in_time = [n for n in existing if data.arrives_from(data.pairs[view.plan.site.served[n][1]]) <= week]
    best = min(in_time or existing, key=lambda n: float(view.tracer.online[n, week]))
    pair = view.plan.site.served[best][1]
    rents = view.tracer.at_site(pair, week)
    key, rent = max(rents.items(), key=lambda item: item[1], default=(("worth", s, week), 0.0))
    if rent <= NEGLIGIBLE:
        kept = max(view.tracer.room_online[pair, week], view.tracer.room_installed[pair, max(begun, 0)])
        return Cause("reserved" if kept > NEGLIGIBLE else "worth", s, data.pairs[pair][1])
    kind, number, at = key
    if kind == "supply":
        return Cause(kind, data.sourcing.scarcest(data.sourcing.pools[number], at), number)
    return Cause(kind, number)


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
