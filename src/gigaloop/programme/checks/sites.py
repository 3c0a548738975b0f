"""Checks of sites: equipment and its deliveries, racks that are there at the start, crews, and parts of units."""

from __future__ import annotations

from gigaloop.core.marks import item_keys
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema import Generation, Programme, Site

_ROUNDING = 1e-9


def check_sites(findings: Findings) -> None:
    """Check what sites have at the start and get, and what scalable units need."""
    for site in findings.programme.sites:
        _equipment(findings, site)
        _opening(findings, site)
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
        for number, delivery in enumerate(each.deliveries):
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
        for number, each in enumerate(racks.in_commissioning):
            if each.date < start:
                why = f"racks commissioned on {each.date} are so before the horizon starts on {start}"
                findings.add(f"{path}.in_commissioning.{number}.date", why, "count them into 'ready'")


def _retired(findings: Findings, site: Site) -> None:
    total = sum(float(step.power) for step in site.retire)
    if total > float(site.online_at_start) * (1.0 + _ROUNDING):
        why = f"{total / 1e6:g} MW go offline, but {site.online_at_start} are online at the start"
        findings.add(f"sites.{site.id}.retire", why, "only what is online at the start can be retired")


def _unit_parts(findings: Findings, generation: Generation) -> None:
    programme = findings.programme
    made, supplied, within = _made(programme), _supplied(programme), _within(programme)
    for key, each in zip(item_keys(generation.su_parts), generation.su_parts, strict=True):
        path = f"generations.{generation.id}.su_parts.{key}.part"
        if each.part not in made and each.part not in supplied:
            hint = "add it to a supplier's 'supplies' or to the 'products' of a line"
            findings.add(path, f"nobody supplies '{each.part}' and no line makes it", hint)
        elif each.part in within:
            why = f"'{each.part}' also goes into '{within[each.part]}'"
            findings.add(path, why, "give what stands beside the racks a part of its own")


def _made(programme: Programme) -> set[str]:
    return {made.part for factory in programme.factories for line in factory.lines for made in line.products}


def _supplied(programme: Programme) -> set[str]:
    return {supply.part for supplier in programme.suppliers for supply in supplier.supplies}


def _within(programme: Programme) -> dict[str, str]:
    return {line.part: part.id for part in programme.parts for line in part.components}
