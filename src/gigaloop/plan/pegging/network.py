"""The network of a plan's streams and stocks, and its pegging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.pegging.building import Building, Stock
from gigaloop.plan.pegging.ends import cut_units, serve_demands
from gigaloop.plan.pegging.records import Pegging, Stream
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Generation, Line, Part, Programme

_ROUNDING = 1e-5
"""Pieces, and share of the most that goes in a week, below which a difference of flows is rounding of the solver."""


def peg_plan(programme: Programme, plan: Plan) -> Pegging:
    """Peg a plan: decompose its cumulative curves into lots that feed one another, first in first out.

    Parameters
    ----------
    programme, plan
        A programme and a plan of it; nothing else is read.

    Notes
    -----
    At every stock (an item at a factory, a part from a supplier, racks at a site) what came first goes first; of what
    comes or goes in one week, what stands first in the plan's tables. Bought parts are pooled: of the suppliers whose
    parts are used in a week, the one that stands first serves first.
    """
    building = Building()
    _purchases(building, plan)
    _factories(building, programme, plan)
    _transport(building, plan)
    _sites(building, programme, plan)
    _openings(building, programme, plan)
    material = building.feed_stocks()
    units, of_units = cut_units(building, programme, plan)
    of_demands = serve_demands(building, programme, plan)
    needs = np.zeros((len(building.streams), 2), dtype=np.intp)
    for s, stream in enumerate(building.streams):
        if stream.maker >= 0:
            begin, end = needs[stream.maker]
            needs[stream.maker] = (begin if end else s, s + 1)
    return Pegging(
        plan.calendar,
        tuple(building.streams),
        building.lots(),
        np.array(building.ends),
        material,
        of_units,
        of_demands,
        needs,
        units,
        tuple((tuple(come), tuple(go)) for come, go in building.stocks.values()),
    )


def _purchases(building: Building, plan: Plan) -> None:
    bought = plan.purchases
    for row, (path, supplier, part) in enumerate(zip(bought.paths, bought.suppliers, bought.parts, strict=True)):
        shelf = ("supply", str(row))
        building.add(Stream("receipt", supplier, path, part), bought.received[row], into=shelf)
        building.add(Stream("use", supplier, path, part), bought.used[row], out_of=shelf, into=("part", part))


def _factories(building: Building, programme: Programme, plan: Plan) -> None:
    made, weeks = plan.production, plan.calendar.weeks
    lines = {f"{factory.id}.{line.id}": line for factory in programme.factories for line in factory.lines}
    mondays = list(plan.calendar.dates())
    own = set(made.parts)
    changed = _used_up(programme, plan, lines)
    for row, (factory, name, part) in enumerate(zip(made.factories, made.lines, made.parts, strict=True)):
        started, line = made.started[row], ("line", str(row))
        work = building.add(Stream("start", factory, name, part), started, into=line)
        building.add(Stream("make", factory, name, part), made.pieces[row], out_of=line, into=("stock", factory, part))
        if not name:
            building.add(Stream("need", factory, name, part, maker=work), started, out_of=("part", part))
            continue
        cycle = weeks_up(float(lines[name].cycle_time))
        for component, amount in _amounts(programme.part_of[part], mondays):
            per_piece = np.zeros(weeks)
            per_piece[cycle:] = amount[: weeks - cycle]
            building.add(
                Stream("need", factory, name, component, goes=-cycle, maker=work),
                np.maximum(started * per_piece + changed.get((row, component), 0.0), 0.0),
                out_of=("stock", factory, component) if component in own else ("part", component),
            )


def _used_up(programme: Programme, plan: Plan, lines: Mapping[str, Line]) -> dict[tuple[int, str], FloatArray]:
    """Give what using up old parts adds to the needs of work, by row of the production and component (weeks,).

    The plan says how many pieces of a part take the old one; the first rows of its production take it first.
    """
    found: dict[tuple[int, str], FloatArray] = {}
    used, made, weeks = plan.buying.used_up, plan.production, plan.calendar.weeks
    for part, old, new, pieces in zip(used.parts, used.old, used.new, used.pieces, strict=True):
        per_piece = {line.part: float(line.quantity) for line in programme.part_of[part].components}
        left = pieces.copy()
        for row, each in enumerate(made.parts):
            if each == part and made.lines[row]:
                cycle = weeks_up(float(lines[made.lines[row]].cycle_time))
                begun = np.zeros(weeks)
                begun[: weeks - cycle] = made.started[row][cycle:]
                taken = np.minimum(left, begun)
                left -= taken
                of_lots = np.zeros(weeks)
                of_lots[cycle:] = taken[: weeks - cycle]
                for component, sign in ((old, 1.0), (new, -1.0)):
                    change = sign * per_piece[component] * of_lots
                    found[row, component] = found.get((row, component), np.zeros(weeks)) + change
    return found


def _amounts(part: Part, mondays: Sequence[dt.date]) -> Iterator[tuple[str, FloatArray]]:
    """Give the pieces of each component per piece, by the bill in force on the Monday of use (weeks,)."""
    total: dict[str, FloatArray] = {}
    for line in part.components:
        since, until = line.effective_from, line.effective_until
        holds = [(not since or since <= day) and (not until or day < until) for day in mondays]
        total[line.part] = total.get(line.part, 0.0) + np.array(holds) * float(line.quantity)
    yield from total.items()


def _transport(building: Building, plan: Plan) -> None:
    for transport in (plan.moves, plan.shipments):
        for row, lane in enumerate(transport.lanes):
            part, origin, destination = transport.parts[row], transport.origins[row], transport.destinations[row]
            to_site = transport is plan.shipments
            building.add(
                Stream("shipment" if to_site else "move", origin, lane, part, comes=transport.transit[row]),
                transport.pieces[row],
                out_of=("stock", origin, part),
                into=("site" if to_site else "stock", destination, part),
            )


def _sites(building: Building, programme: Programme, plan: Plan) -> None:
    for s, site in enumerate(programme.sites):
        commissioning = weeks_up(float(site.commissioning))
        for g, generation in enumerate(programme.generations):
            building.add(
                Stream("install", site.id, generation.id, generation.rack, comes=commissioning),
                plan.installs[s, g],
                out_of=("site", site.id, generation.rack),
                into=("ready", site.id, generation.id),
            )
    served, made = plan.served, set(plan.production.parts)
    for row, (place, name) in enumerate(zip(served.sites, served.generations, strict=True)):
        generation, racks = programme.generation_of[name], served.racks[row]
        online = building.add(Stream("online", place, name, generation.rack), racks, out_of=("ready", place, name))
        commissioning = weeks_up(float(programme.site_of[place].commissioning))
        for part, pieces in _unit_parts(generation):
            building.add(
                Stream("need", place, name, part, goes=-commissioning, maker=online),
                racks * pieces,
                out_of=("site", place, part) if part in made else ("part", part),
            )


def _unit_parts(generation: Generation) -> Iterator[tuple[str, float]]:
    """Give the products that scalable units need beside their racks, in pieces for each rack."""
    total: dict[str, float] = {}
    for each in generation.su_parts:
        total[each.part] = total.get(each.part, 0.0) + each.pieces / float(generation.racks_per_su)
    yield from total.items()


def _openings(building: Building, programme: Programme, plan: Plan) -> None:
    """Add what comes into stocks without the plan bringing it: stock, work in progress and transit at the start."""
    held: dict[Stock, FloatArray] = {
        ("stock", factory, part): pieces
        for factory, part, pieces in zip(plan.stock.factories, plan.stock.parts, plan.stock.pieces, strict=True)
    }
    for s, site in enumerate(plan.sites):
        for g, generation in enumerate(plan.generations):
            held["ready", site, generation] = plan.waiting[s, g]
    weeks = plan.calendar.weeks
    held |= {stock: np.zeros(weeks) for stock in building.stocks if stock[0] == "site"}
    for stock, (come, go) in list(building.stocks.items()):
        if stock in held:
            gone = building.flow(go, weeks, comes=False)
            kept = np.diff(held.get(stock, np.zeros(weeks)), prepend=0.0)
            more = kept + gone - building.flow(come, weeks, comes=True)
            more[more <= _ROUNDING * (1.0 + gone.max(initial=0.0))] = 0.0
            if more.any():
                part = programme.generation_of[stock[2]].rack if stock[0] == "ready" else stock[2]
                come.insert(0, building.add(Stream("opening", stock[1], stock[0], part), more))
