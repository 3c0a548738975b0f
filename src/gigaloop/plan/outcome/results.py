"""From the solution back to pieces, racks, power and dollars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.findings import FirstUnits
from gigaloop.plan.inputs.data import Route
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.content import used_up_pieces
from gigaloop.plan.lp.factory import test_limit, test_load
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.starts import started
from gigaloop.plan.outcome.bought import use_by_source
from gigaloop.plan.outcome.choices import line_limits
from gigaloop.plan.outcome.loads import room_loads, staff_loads
from gigaloop.plan.outcome.quantities import Loads, Making, Served, Stocks, Transport
from gigaloop.solve import Solution

_NOISE = 1e-7
"""Racks, pieces per rack or MW below which a value of the solver is rounding."""
_FIRST_RACK = 0.999
"""Racks in all from which the first one counts as made. Source: one, less the rounding of the solver."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantities:
    """The solution in pieces, racks and W, by week."""

    made: FloatArray
    started: FloatArray
    """Pieces started, by week of completion (activities, weeks)."""
    waits: FloatArray
    """Pieces that wait for rework at the end of the week (activities, weeks)."""
    hired: FloatArray
    """People hired (factories, weeks)."""
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
    replaced: FloatArray
    """Pieces of made parts that take an old part in place of its successor (use-ups, weeks)."""
    unit_shipped: FloatArray
    """Departures of products of scalable units to sites (unit ships, weeks)."""


def read_quantities(plan: PlanModel, solution: Solution) -> Quantities:
    """Read the solution, its rounding noise taken out."""
    items = plan.data.production.items

    def read(index: IntArray, scales: list[float] | None = None) -> FloatArray:
        found = values(solution, index)
        found[found < _NOISE] = 0.0
        return found if scales is None else found * np.array(scales).reshape(-1, 1)

    factory, site = plan.factory, plan.site
    scales = [items[activity.item].scale for activity in plan.data.production.activities]
    made = read(factory.make, scales)
    waits = read(factory.wait, scales)
    begun = np.maximum(started(plan.data, made, waits), 0.0)
    replaced = used_up_pieces(plan.data, plan.rules, solution)
    return Quantities(
        made,
        begun,
        waits,
        read(factory.staff.hired),
        _kept(plan, read(factory.stock, [items[i].scale for _, i in factory.nodes])),
        read(factory.move, [items[route.carries].scale for route in plan.data.moves]),
        read(factory.ship),
        read(site.online),
        read(site.waiting),
        read(site.late) * 1e6,
        read(factory.short),
        use_by_source(plan, solution, begun, replaced),
        replaced,
        read(plan.units.ship, [items[route.carries].scale for route in plan.data.unit_ships]),
    )


def _kept(plan: PlanModel, stock: FloatArray) -> FloatArray:
    """Keep what was there at the start, and is of no use any more, to the end of the horizon."""
    for n, node in enumerate(plan.factory.nodes):
        there = np.flatnonzero(plan.factory.stock[n] >= 0)
        if node in plan.data.opening.inflow and len(there):
            stock[n, there[-1] :] = stock[n, there[-1]]
    return stock


def making(plan: PlanModel, found: Quantities) -> Making:
    """Give the production by line and part."""
    production, factories = plan.data.production, plan.data.programme.factories
    rows = production.activities
    return Making(
        tuple(factories[a.factory].id for a in rows),
        tuple(production.lines[a.line] if a.line >= 0 else "" for a in rows),
        tuple(production.items[a.item].part for a in rows),
        found.made,
        plan.data.opening.given,
        found.started,
        found.waits,
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


def shipments(plan: PlanModel, found: Quantities) -> Transport:
    """Give departures of racks, and of what completes their scalable units, to sites."""
    racks = transport(plan, plan.data.ships, found.shipped, to_sites=True)
    if not plan.data.unit_ships:
        return racks
    units = transport(plan, plan.data.unit_ships, found.unit_shipped, to_sites=False)
    return Transport(
        racks.lanes + units.lanes,
        racks.origins + units.origins,
        racks.destinations + units.destinations,
        racks.parts + units.parts,
        racks.transit + units.transit,
        np.concatenate([racks.pieces, units.pieces]),
    )


def served(plan: PlanModel, found: Quantities) -> Served:
    """Give the racks that go online by the demands that they may serve."""
    data = plan.data
    pairs = [data.pairs[p] for _, p in plan.site.served]
    groups = [data.asked[u].demands for u, _ in plan.site.served]
    return Served(
        tuple(data.programme.sites[s].id for s, _ in pairs),
        tuple(data.programme.generations[g].id for _, g in pairs),
        tuple(tuple(data.programme.demands[d].id for d in demands) for demands in groups),
        found.online,
    )


def by_site(plan: PlanModel, found: Quantities) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give racks online to date, installs, and racks waiting (sites, generations, weeks)."""
    data = plan.data
    shape = (len(data.places), len(data.facts), data.weeks)
    online, installs, waiting = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for n, (_, p) in enumerate(plan.site.served):
        online[data.pairs[p]] += np.cumsum(found.online[n])
    for p, pair in enumerate(data.pairs):
        waiting[pair] += found.waiting[p]
    for s, place in enumerate(data.places):
        installs[s] += place.installed
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
    return (
        _line_loads(plan, found),
        *_test_loads(plan, found),
        *room_loads(plan, found.made, found.started, found.waits, found.stock),
        *staff_loads(plan, found.made, found.hired),
        _crew_loads(plan, found),
        _lane_loads(plan, found),
    )


def _line_loads(plan: PlanModel, found: Quantities) -> Loads:
    production = plan.data.production
    limit = line_limits(plan)
    used = np.zeros(limit.shape)
    for a, activity in enumerate(production.activities):
        if activity.line >= 0:
            pieces = found.made[a] + plan.data.opening.given[a]
            used[activity.line] += activity.load * plan.data.pace[a] * pieces
    return Loads("line", production.lines, production.line_path, "share of full rate", used, limit)


def _test_loads(plan: PlanModel, found: Quantities) -> list[Loads]:
    factories = plan.data.programme.factories
    rows = [f for f in range(len(factories)) if plan.data.production.test[f] is not None]
    made = []
    for measure, factor, unit in (("power", 1e6, "W"), ("flow", 1e-3, "m3/s"), ("positions", 1.0, "racks")):
        used = np.zeros((len(factories), plan.data.weeks))
        for a, activity in enumerate(plan.data.production.activities):
            pieces = found.made[a] + plan.data.opening.given[a]
            used[activity.factory] += test_load(plan.data, a, measure) * factor * pieces
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
    carried = ((data.moves, found.moved), (data.ships, found.shipped), (data.unit_ships, found.unit_shipped))
    for routes, pieces in carried:
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
        made = found.made[rows] + data.opening.given[rows]
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
