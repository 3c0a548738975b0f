"""Checks of sites: equipment and its deliveries, racks that are there at the start, crews, and parts of units."""

from __future__ import annotations

import datetime as dt

from gigaloop.core.marks import item_keys
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema import Generation, Programme, Site

_ROUNDING = 1e-9


def check_sites(findings: Findings) -> None:
    """Check what sites have at the start and get, and what scalable units need."""
    for site in findings.programme.sites:
        _equipment(findings, site)
        _opening(findings, site)
        _on_the_way(findings, site)
        _retired(findings, site)
    for generation in findings.programme.generations:
        _unit_parts(findings, generation)


def _equipment(findings: Findings, site: Site) -> None:
    start = findings.programme.horizon.start
    for key, each in zip(item_keys(site.equipment), site.equipment, strict=True):
        path = f"sites.{site.id}.equipment.{key}"
        total = sum(float(delivery.quantity) for delivery in each.deliveries)
        if total > float(each.on_order) * (1.0 + _ROUNDING):
            why = f"{total:g} pieces are delivered, but {each.on_order} are on order"
            findings.add(f"{path}.deliveries", why, "on_order is the sum of all deliveries and of what has no date yet")
        for number, delivery in zip(item_keys(each.deliveries), each.deliveries, strict=True):
            if delivery.date < start:
                why = f"the delivery of {delivery.date} is before the horizon starts on {start}"
                findings.add(f"{path}.deliveries.{number}.date", why, "count what is in service into 'installed'")


def _opening(findings: Findings, site: Site) -> None:
    start = findings.programme.horizon.start
    standing = sum(
        float(racks.ready) + sum(float(each.quantity) for each in racks.in_commissioning) for racks in site.opening
    )
    positions = sum(float(hall.positions) for hall in site.halls if hall.ready <= start)
    if standing > positions * (1.0 + _ROUNDING):
        why = f"{standing:g} racks stand at the start, but halls that are ready have {positions:g} positions"
        findings.add(f"sites.{site.id}.opening", why, "list only racks that stand in halls with free positions")
    for n, racks in enumerate(site.opening):
        path = f"sites.{site.id}.opening.{n}"
        for number, each in zip(item_keys(racks.in_commissioning), racks.in_commissioning, strict=True):
            if each.date < start:
                why = f"racks commissioned on {each.date} are so before the horizon starts on {start}"
                findings.add(f"{path}.in_commissioning.{number}.date", why, "count them into 'ready'")


def _on_the_way(findings: Findings, site: Site) -> None:
    """Check that racks on their way at the start find a hall ready, with positions for all of them so far."""
    programme = findings.programme
    racks = {generation.rack for generation in programme.generations}
    arrivals = [
        (moved.arrives, float(moved.quantity), f"lanes.{lane.id}.in_transit.{key}.arrives")
        for lane in programme.lanes
        if lane.destination == site.id
        for key, moved in zip(item_keys(lane.in_transit), lane.in_transit, strict=True)
        if moved.part in racks and programme.calendar.index(moved.arrives) < programme.calendar.weeks
    ]
    there = sum(
        float(racks.ready) + sum(float(each.quantity) for each in racks.in_commissioning) for racks in site.opening
    )
    ready = [(_week_from(programme, hall.ready), float(hall.positions)) for hall in site.halls]
    for day, quantity, path in sorted(arrivals):
        there += quantity
        week = max(programme.calendar.index(day), 0)
        positions = sum(each for since, each in ready if since <= week)
        if there > positions * (1.0 + _ROUNDING):
            first = min(hall.ready for hall in site.halls)
            what = f"halls of '{site.id}' that are ready then have {positions:g} positions"
            why = f"with the {quantity:g} racks that arrive on {day} there are {there:g}, but {what}"
            late = f"no hall is ready before {first}; let them arrive after it" if positions == 0.0 else ""
            findings.add(
                path, why, late or "correct the quantities or the arrival, or the halls' 'ready' and 'positions'"
            )
            return


def _week_from(programme: Programme, day: dt.date) -> int:
    return max(programme.calendar.index_from(day), 0)


def _retired(findings: Findings, site: Site) -> None:
    total = sum(float(step.power) for step in site.retire)
    if total > float(site.online_at_start) * (1.0 + _ROUNDING):
        why = f"{total / 1e6:g} MW go offline, but {site.online_at_start} are online at the start"
        findings.add(f"sites.{site.id}.retire", why, "only what is online at the start can be retired")


def _unit_parts(findings: Findings, generation: Generation) -> None:
    programme = findings.programme
    made, supplied, within = _made(programme), _supplied(programme), _within(programme)
    racks = {each.rack for each in programme.generations}
    items = {each.part for each in generation.scale_out.parts}
    for key, each in zip(item_keys(generation.su_parts), generation.su_parts, strict=True):
        path = f"generations.{generation.id}.su_parts.{key}.part"
        if each.part not in made and each.part not in supplied:
            hint = "add it to a supplier's 'supplies' or to the 'products' of a line"
            findings.add(path, f"nobody supplies '{each.part}' and no line makes it", hint)
        elif each.part in racks:
            why = f"'{each.part}' is the rack of a generation"
            findings.add(path, why, "name what stands beside the racks of a unit; their number is 'racks_per_su'")
        elif each.part in within:
            why = f"'{each.part}' also goes into '{within[each.part]}'"
            findings.add(path, why, "give what stands beside the racks a part of its own")
        elif each.quantity is None and each.part not in items:
            why = f"no quantity is stated of '{each.part}', and it is no item of the fabric"
            findings.add(path, why, "state its 'quantity', or name it in 'scale_out.parts'")


def _made(programme: Programme) -> set[str]:
    return {made.part for factory in programme.factories for line in factory.lines for made in line.products}


def _supplied(programme: Programme) -> set[str]:
    return {supply.part for supplier in programme.suppliers for supply in supplier.supplies}


def _within(programme: Programme) -> dict[str, str]:
    return {line.part: part.id for part in programme.parts for line in part.components}
