"""From the solution back to pieces, racks, power and dollars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.findings import FirstUnits
from gigaloop.plan.inputs.data import Route
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.inputs.sourcing import Source
from gigaloop.plan.lp.factory import test_limit, test_load
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.supply import pool_use
from gigaloop.plan.quantities import Loads, Making, Purchases, Stocks, Transport
from gigaloop.solve import Solution

_NOISE = 1e-7
"""Racks, pieces per rack or MW below which a value of the solver is rounding."""
_FIRST_RACK = 0.999
"""Racks in all from which the first one counts as made. Source: one, less the rounding of the solver."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantities:
    """The solution in pieces, racks and W, by week."""

    made: FloatArray
    stock: FloatArray
    moved: FloatArray
    shipped: FloatArray
    online: FloatArray
    """Racks that go online (served, weeks)."""
    waiting: FloatArray
    """(pairs, weeks)."""
    late: FloatArray
    """(tiers, weeks) [W]."""
    short: FloatArray
    used: FloatArray
    """(sources, weeks)."""


def read_quantities(plan: PlanModel, solution: Solution) -> Quantities:
    """Read the solution, its rounding noise taken out."""
    items = plan.data.production.items

    def read(index: IntArray, scales: list[float] | None = None) -> FloatArray:
        found = values(solution, index)
        found[found < _NOISE] = 0.0
        return found if scales is None else found * np.array(scales).reshape(-1, 1)

    factory, site = plan.factory, plan.site
    made = read(factory.make, [items[activity.item].scale for activity in plan.data.production.activities])
    return Quantities(
        made,
        read(factory.stock, [items[i].scale for _, i in factory.nodes]),
        read(factory.move, [items[route.carries].scale for route in plan.data.moves]),
        read(factory.ship),
        read(site.online),
        read(site.waiting),
        read(site.late) * 1e6,
        read(factory.short),
        _used(plan, solution, made),
    )


def _used(plan: PlanModel, solution: Solution, made: FloatArray) -> FloatArray:
    """Give the use of every source by week: tiers as solved, sources of one price by what they have on hand."""
    sourcing = plan.data.sourcing
    used = np.zeros((len(sourcing.sources), plan.data.weeks))
    for number, pool in enumerate(sourcing.pools):
        total = pool_use(plan.data, pool, made)
        by_tier = [total]
        blocks = plan.pools.get(number)
        if blocks is not None and len(pool.tiers) > 1:
            extra = np.maximum(values(solution, blocks.extra)[1:], 0.0) * blocks.unit
            extra[extra < _NOISE * blocks.unit] = 0.0
            extra = _not_before_use(extra, total)
            by_tier = [total - extra.sum(axis=0), *extra]
        for part, pieces in zip(pool.parts, pool.pieces, strict=True):
            for tier, amount in zip(sourcing.tiers[part], by_tier, strict=False):
                members = [sourcing.sources[k] for k in tier.sources]
                used[list(tier.sources)] = _share_out(members, np.maximum(amount * pieces, 0.0))
    return used


def _not_before_use(extra: FloatArray, total: FloatArray) -> FloatArray:
    """Take what dearer tiers give (tiers, weeks) no earlier than it is used (weeks,); the sums stay."""
    if (extra.sum(axis=0) <= total).all():
        return extra
    moved, waiting = np.zeros(extra.shape), np.zeros(len(extra))
    for t in range(len(total)):
        waiting += extra[:, t]
        asked = waiting.sum()
        if asked > 0.0:
            moved[:, t] = waiting * min(1.0, total[t] / asked)
            waiting -= moved[:, t]
    return moved


def _share_out(sources: list[Source], amount: FloatArray) -> FloatArray:
    """Split use over sources of one price, in proportion to what each has on hand (sources, weeks)."""
    if len(sources) == 1:
        return amount[None, :]
    arrivals = np.array([source.arrivals for source in sources])
    used, hand = np.zeros(arrivals.shape), np.zeros(len(sources))
    for t in range(len(amount)):
        hand = hand + arrivals[:, t]
        total = hand.sum()
        if total > 0.0:
            used[:, t] = hand * (amount[t] / total)
            hand = np.maximum(hand - used[:, t], 0.0)
    return used


def latest_receipts(arrivals: FloatArray, used: FloatArray) -> FloatArray:
    """Give the latest receipts (weeks,) that cover use (weeks,) and are never more than what can arrive (weeks,).

    >>> latest_receipts(np.array([9.0, 2.0, 2.0]), np.array([0.0, 1.0, 5.0])).tolist()
    [2.0, 2.0, 2.0]
    """
    can, need = np.cumsum(arrivals), np.cumsum(used)
    behind = np.maximum.accumulate((need - can)[::-1])[::-1]
    return np.diff(np.maximum(can + behind, 0.0), prepend=0.0)


def making(plan: PlanModel, found: Quantities) -> Making:
    """Give the production by line and part."""
    production, factories = plan.data.production, plan.data.programme.factories
    rows = production.activities
    return Making(
        tuple(factories[a.factory].id for a in rows),
        tuple(production.lines[a.line] if a.line >= 0 else "" for a in rows),
        tuple(production.items[a.item].part for a in rows),
        found.made,
    )


def stocks(plan: PlanModel, found: Quantities) -> Stocks:
    """Give the stock of made parts by factory."""
    factories, items = plan.data.programme.factories, plan.data.production.items
    return Stocks(
        tuple(factories[f].id for f, _ in plan.factory.nodes),
        tuple(items[i].part for _, i in plan.factory.nodes),
        found.stock,
    )


def transport(plan: PlanModel, routes: tuple[Route, ...], pieces: FloatArray, to_sites: bool) -> Transport:
    """Give departures by lane and part."""
    programme, production = plan.data.programme, plan.data.production
    carried = [production.rack_item[r.carries] if to_sites else r.carries for r in routes]
    return Transport(
        tuple(programme.lanes[r.lane].id for r in routes),
        tuple(programme.lanes[r.lane].origin for r in routes),
        tuple(programme.lanes[r.lane].destination for r in routes),
        tuple(production.items[i].part for i in carried),
        tuple(r.transit for r in routes),
        pieces,
    )


def purchases(plan: PlanModel, found: Quantities) -> Purchases:
    """Give use and latest receipts by supply."""
    sources = plan.data.sourcing.sources
    received = [latest_receipts(source.arrivals, found.used[k]) for k, source in enumerate(sources)]
    return Purchases(
        tuple(source.path for source in sources),
        tuple(source.supplier for source in sources),
        tuple(source.part for source in sources),
        np.array([source.price for source in sources]),
        found.used,
        np.array(received).reshape(found.used.shape),
    )


def part_totals(plan: PlanModel, found: Quantities) -> tuple[FloatArray, FloatArray]:
    """Give the use of bought parts by week and what has arrived to date (parts, weeks) [pcs]."""
    sourcing = plan.data.sourcing
    used = np.zeros((len(sourcing.parts), plan.data.weeks))
    arrived = np.zeros(used.shape)
    at = {part: p for p, part in enumerate(sourcing.parts)}
    for k, source in enumerate(sourcing.sources):
        if source.part in at:
            used[at[source.part]] += found.used[k]
            arrived[at[source.part]] += np.cumsum(source.arrivals)
    return used, arrived


def by_site(plan: PlanModel, found: Quantities) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give racks online to date, installs, and racks waiting (sites, generations, weeks)."""
    data = plan.data
    shape = (len(data.places), len(data.facts), data.weeks)
    online, installs, waiting = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for n, (_, p) in enumerate(plan.site.served):
        online[data.pairs[p]] += np.cumsum(found.online[n])
    for p, pair in enumerate(data.pairs):
        waiting[pair] += found.waiting[p]
    for r, route in enumerate(data.ships):
        installs[route.destination, route.carries, route.transit :] += found.shipped[r][: data.weeks - route.transit]
    return online, installs, waiting


def late_power(plan: PlanModel, found: Quantities) -> FloatArray:
    """Give the power late by demand (demands, weeks) [W]: within a group the earliest due is served first."""
    late = np.zeros((len(plan.data.programme.demands), plan.data.weeks))
    for k, (a, cost) in enumerate(plan.site.tiers):
        asked, rest = plan.data.asked[a], found.late[k].copy()
        members = list(zip(asked.demands, asked.due, asked.power, asked.late_cost, strict=True))
        for demand, due, power, each in reversed(members):
            if each == cost:
                mine = np.minimum(rest, power)
                mine[:due] = 0.0
                late[demand] += mine
                rest -= mine
    return late


def loads(plan: PlanModel, found: Quantities) -> tuple[Loads, ...]:
    """Give the use of lines, burn-in cells, crews and limited lanes against their limits."""
    return (_line_loads(plan, found), *_test_loads(plan, found), _crew_loads(plan, found), _lane_loads(plan, found))


def _line_loads(plan: PlanModel, found: Quantities) -> Loads:
    production = plan.data.production
    limit = np.array(production.line_share).reshape(-1, plan.data.weeks)
    used = np.zeros(limit.shape)
    for a, activity in enumerate(production.activities):
        if activity.line >= 0:
            used[activity.line] += activity.load * found.made[a]
    return Loads("line", production.lines, production.line_path, "share of full rate", used, limit)


def _test_loads(plan: PlanModel, found: Quantities) -> list[Loads]:
    factories = plan.data.programme.factories
    rows = [f for f in range(len(factories)) if plan.data.production.test[f] is not None]
    made = []
    for measure, factor, unit in (("power", 1e6, "W"), ("flow", 1e-3, "m3/s"), ("positions", 1.0, "racks")):
        used = np.zeros((len(factories), plan.data.weeks))
        for a, activity in enumerate(plan.data.production.activities):
            used[activity.factory] += test_load(plan.data, a, measure) * factor * found.made[a]
        limit = np.array([test_limit(plan.data, f, measure) * factor for f in range(len(factories))])
        limited = [f for f in rows if np.isfinite(limit[f]).all()]
        if limited:
            names = tuple(factories[f].id for f in limited)
            paths = tuple(f"factories.{name}.test_cells" for name in names)
            made.append(Loads(f"test {measure}", names, paths, unit, used[limited], limit[limited]))
    return made


def _crew_loads(plan: PlanModel, found: Quantities) -> Loads:
    used = by_site(plan, found)[1].sum(axis=1)
    names = tuple(place.site.id for place in plan.data.places)
    limit = np.array([place.crews for place in plan.data.places]).reshape(used.shape)
    return Loads("crews", names, tuple(f"sites.{name}.install_crews" for name in names), "racks/week", used, limit)


def _lane_loads(plan: PlanModel, found: Quantities) -> Loads:
    data = plan.data
    limited = [n for n in range(len(data.programme.lanes)) if data.lane_capacity(n) is not None]
    used = np.zeros((len(limited), data.weeks))
    for routes, pieces in ((data.moves, found.moved), (data.ships, found.shipped)):
        for row, route in enumerate(routes):
            if route.lane in limited:
                used[limited.index(route.lane)] += pieces[row]
    names = tuple(data.programme.lanes[n].id for n in limited)
    limit = np.array([np.full(data.weeks, data.lane_capacity(n)) for n in limited], dtype=np.float64)
    return Loads("lane", names, tuple(f"lanes.{name}" for name in names), "pcs/week", used, limit.reshape(used.shape))


def first_units(plan: PlanModel, found: Quantities) -> tuple[FirstUnits, ...]:
    """Say where and when the first rack of every generation is made."""
    data = plan.data
    result = []
    for g, generation in enumerate(data.programme.generations):
        rows = [
            a for a, activity in enumerate(data.production.activities) if activity.item == data.production.rack_item[g]
        ]
        made = found.made[rows]
        total = np.cumsum(made.sum(axis=0)) if rows else np.zeros(data.weeks)
        there = np.flatnonzero(total >= _FIRST_RACK)
        wanted = 0.0 if generation.evaluation is None else float(generation.evaluation.racks)
        evaluated = float(made[:, data.production.evaluation[g]].sum()) if rows else 0.0
        factory, date = "", None
        if len(there):
            week = int(there[0])
            most = int(np.argmax(np.cumsum(made, axis=1)[:, week]))
            factory = data.programme.factories[data.production.activities[rows[most]].factory].id
            date = data.calendar.date(week)
        result.append(FirstUnits(generation.id, factory, date, evaluated, wanted))
    return tuple(result)
