"""The ends of a pegging: racks online cut into scalable units, and given to the demands that they serve."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.pegging.building import Building, fed, joined, only
from gigaloop.plan.pegging.records import Feed, Stream, Units
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Demand, Programme

_SERVED = 1.0
"""Power of a week below which nothing is served [W]. Source: the rounding of the solver is below a tenth of it."""


def cut_units(building: Building, programme: Programme, plan: Plan) -> tuple[Units, Feed]:
    """Fill the scalable units of a plan with the racks online, in the order in which both go online."""
    online: dict[tuple[str, str], list[int]] = {}
    for s, stream in enumerate(building.streams):
        if stream.kind == "online":
            online.setdefault((stream.place, stream.name), []).append(s)
    week_of = np.concatenate([*building.weeks, np.arange(0)]).astype(np.intp)
    given, feeds, first_lot = plan.units, [], building.ends[-1]
    places = list(zip(given.sites, given.generations, strict=True))
    for site, generation in dict.fromkeys(places):
        rows = np.array([n for n, place in enumerate(places) if place == (site, generation)])
        stream = Stream("unit", site, generation, programme.generation_of[generation].rack)
        building.add_lots(stream, given.weeks[rows], given.racks[rows])
        for ways, members in _by_way(plan, site, generation, online[site, generation], rows):
            order = members[np.lexsort((given.numbers[members], given.weeks[members]))]
            lots, racks = building.in_order(ways, comes=False)
            feeds.append(fed(lots, racks, first_lot + order, given.racks[order]))
    feed = joined(feeds)
    feed = only(feed, feed.source >= 0)
    first = given.weeks.copy()
    np.minimum.at(first, feed.target - first_lot, week_of[feed.source])
    whole = np.array([float(programme.generation_of[each].racks_per_su) for each in given.generations])
    lot = first_lot + np.arange(len(places))
    units = Units(given.ids, given.sites, given.generations, lot, given.numbers, given.racks, whole, first, given.weeks)
    return units, feed


def _by_way(
    plan: Plan, site: str, generation: str, online: list[int], rows: IntArray
) -> Iterator[tuple[list[int], IntArray]]:
    """Give the streams of racks online that fill units, and the units: all together, or those of a demand its own."""
    served = plan.served
    here = [
        k for k, each in enumerate(zip(served.sites, served.generations, strict=True)) if each == (site, generation)
    ]
    demand = [plan.units.demands[row] for row in rows]
    if not all(demand):
        yield online, rows
        return
    for way, stream in zip(here, online, strict=True):
        yield [stream], rows[[each in served.demands[way] for each in demand]]


def serve_demands(building: Building, programme: Programme, plan: Plan) -> Feed:
    """Give the racks that go online for a group of demands to these, in the weeks in which the plan serves each.

    What is served before its day counts from its day on, and what a demand gives up later to a more urgent one counts
    for that one; of what falls into one week, the demand due first comes first.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, demands in enumerate(plan.served.demands):
        groups.setdefault(demands, []).append(row)
    streams = [s for s, stream in enumerate(building.streams) if stream.kind == "online"]
    watts = dict(zip(plan.generations, plan.rack_power.tolist(), strict=True))
    factor = np.where(np.array(plan.basis) == "facility", plan.pue, 1.0)
    feeds = []
    for demands, rows in groups.items():
        lots, racks = building.in_order([streams[row] for row in rows], comes=False)
        if not len(lots):
            continue
        of_lot = np.searchsorted(building.ends, lots, side="right") - 1
        each = np.array([watts[building.streams[s].name] for s in of_lot])
        site = plan.sites.index(plan.served.sites[rows[0]])
        targets, power = _serving(building, programme, plan, demands)
        feeds.append(fed(lots, racks * each * factor[site], targets, power))
    return joined(feeds)


def _serving(
    building: Building, programme: Programme, plan: Plan, demands: tuple[str, ...]
) -> tuple[IntArray, FloatArray]:
    """Add the lots of power that serve demands of a group; give them in the order of their weeks, with their power."""
    records = {demand.id: demand for demand in programme.demands}
    found = []
    for name in sorted(demands, key=lambda each: (records[each].by, plan.demands.index(each))):
        due = max(plan.calendar.index_from(records[name].by), 0)
        power = _asked(programme, plan, records[name])
        to_date = np.zeros(plan.calendar.weeks)
        to_date[due:] = power - plan.late_power[plan.demands.index(name), due:]
        for_good = np.minimum.accumulate(np.maximum(to_date, 0.0)[::-1])[::-1]
        served = np.diff(for_good, prepend=0.0)
        served[served < _SERVED] = 0.0
        found.append(building.add(Stream("demand", records[name].site, name, ""), served))
    return building.in_order(found, comes=False)


def _asked(programme: Programme, plan: Plan, demand: Demand) -> float:
    """Give the power that a demand asks for [W, on its site's basis]."""
    if demand.power is not None:
        return float(demand.power)
    generation = programme.generation_of[demand.generations[0]]
    racks = float(demand.racks or 0.0)
    if demand.accelerators is not None:
        racks = float(demand.accelerators) / float(generation.accelerators_per_rack)
    site = plan.sites.index(demand.site)
    factor = float(plan.pue[site]) if plan.basis[site] == "facility" else 1.0
    return racks * float(plan.rack_power[plan.generations.index(generation.id)]) * factor
