"""Rules of the places that must take a rack: factories that make and test it, halls that power and cool it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.core.quantity import Quantity
from gigaloop.design.records import Design, Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown
from gigaloop.programme.schema import Factory, Hall, Site


def _makers(draft: Draft) -> tuple[Factory, ...]:
    return tuple(
        factory
        for factory in draft.programme.factories
        if any(product.part == draft.generation.rack for line in factory.lines for product in line.products)
    )


def _made(draft: Draft) -> Iterator[Finding]:
    yield Finding(shown(len(_makers(draft)), "1"), Quantity.count(1), draft.path("rack"))


def _test_power(draft: Draft) -> Iterator[Finding]:
    need = draft.power.design * float(draft.generation.test.power_share)
    for factory in _makers(draft):
        cells = factory.test_cells
        if cells is None or not cells.power:
            continue
        most = max((step.power for step in cells.power), key=float)
        subject = f"factories.{factory.id}"
        limit = in_unit(most, "kW")
        yield Finding(shown(need, "kW"), limit, f"{subject}.test_cells.power", subject)


def _test_flow(draft: Draft) -> Iterator[Finding]:
    need = draft.cooling.flow * float(draft.generation.test.power_share)
    for factory in _makers(draft):
        cells = factory.test_cells
        if cells is None or cells.coolant_flow is None:
            continue
        subject = f"factories.{factory.id}"
        limit = in_unit(cells.coolant_flow, "L/min")
        yield Finding(shown(need, "L/min"), limit, f"{subject}.test_cells.coolant_flow", subject)


def _halls(draft: Draft) -> Iterator[tuple[str, Site, Hall]]:
    for site in draft.programme.sites:
        for hall in site.halls:
            yield f"sites.{site.id}.halls.{hall.id}", site, hall


def _hall_power(draft: Draft) -> Iterator[Finding]:
    for subject, _, hall in _halls(draft):
        limit = in_unit(hall.rack_power, "kW")
        yield Finding(shown(draft.power.design, "kW"), limit, f"{subject}.rack_power", subject)


def _hall_flow(draft: Draft) -> Iterator[Finding]:
    for subject, _, hall in _halls(draft):
        limit = in_unit(hall.rack_flow, "L/min")
        yield Finding(shown(draft.cooling.flow, "L/min"), limit, f"{subject}.rack_flow", subject)


def _hall_floor(draft: Draft) -> Iterator[Finding]:
    load = draft.mass / float(draft.generation.footprint)
    for subject, _, hall in _halls(draft):
        limit = in_unit(hall.floor_load, "kg/m2")
        yield Finding(shown(load, "kg/m2"), limit, f"{subject}.floor_load", subject)


def _hall_bus(draft: Draft) -> Iterator[Finding]:
    bus = draft.generation.power.bus
    for subject, _, hall in _halls(draft):
        yield Finding(
            shown(float(bus in hall.bus), "1"),
            Quantity.count(1),
            f"{subject}.bus",
            subject,
            detail=f"{bus} wanted, {' and '.join(hall.bus)} there",
        )


def hall_takes(draft: Draft | Design, footprint: float, bus: str, hall: Hall) -> bool:
    """Say whether a hall powers, cools and carries a rack of a footprint [m2], and has its bus."""
    forgiven = 1.0 + 1e-9
    return (
        draft.power.design <= float(hall.rack_power) * forgiven
        and draft.cooling.flow <= float(hall.rack_flow) * forgiven
        and draft.mass / footprint <= float(hall.floor_load) * forgiven
        and bus in hall.bus
    )


def _takes(draft: Draft, hall: Hall) -> bool:
    return hall_takes(draft, float(draft.generation.footprint), draft.generation.power.bus, hall)


def _some_hall(draft: Draft) -> Iterator[Finding]:
    if any(site.halls for site in draft.programme.sites):
        fit = sum(_takes(draft, hall) for _, _, hall in _halls(draft))
        yield Finding(shown(fit, "1"), Quantity.count(1), draft.path("power", "bus"))


def _fabric_reach(draft: Draft) -> Iterator[Finding]:
    largest = max((_positions(draft, site) for site in draft.programme.sites), default=0.0)
    reach = shown(math.floor(draft.most_sus * float(draft.generation.racks_per_su)), "1")
    if largest:
        yield Finding(reach, shown(largest, "1"), draft.path("scale_out", "switch_radix"))


def _positions(draft: Draft, site: Site) -> float:
    """Racks of the generation that the halls of a site have both positions and power for."""
    return sum(
        min(float(hall.positions), float(hall.power) // draft.power.design if draft.power.design else 0.0)
        for hall in site.halls
        if _takes(draft, hall)
    )


RULES = (
    Rule(
        "factory.made",
        "At least one factory makes the rack",
        Sense.AT_LEAST,
        Severity.ERROR,
        "lines of the factories",
        "add the rack to the products of a line",
        _made,
    ),
    Rule(
        "factory.test-power",
        "Burn-in of one rack within the power of the factory's test cells",
        Sense.AT_MOST,
        Severity.ERROR,
        "share of thermal design power drawn in burn-in x design power",
        "more power for the test cells, or a smaller share of design power in burn-in",
        _test_power,
    ),
    Rule(
        "factory.test-flow",
        "Burn-in of one rack within the coolant flow of the factory's test cells",
        Sense.AT_MOST,
        Severity.ERROR,
        "V = Q / (rho cp dT), with the share of design power drawn in burn-in",
        "more coolant flow for the test cells, or a larger temperature rise",
        _test_flow,
    ),
    Rule(
        "site.some-hall",
        "At least one hall takes the rack",
        Sense.AT_LEAST,
        Severity.ERROR,
        "power, coolant flow, floor load and bus of the halls",
        "a hall that feeds, cools and carries this rack",
        _some_hall,
    ),
    Rule(
        "site.hall-power",
        "Rack design power within what a position of the hall is fed and cooled for",
        Sense.AT_MOST,
        Severity.INFO,
        "design power against rack_power of the hall",
        "another hall, more power per position, or a power cap",
        _hall_power,
    ),
    Rule(
        "site.hall-flow",
        "Coolant flow of the rack within what a position of the hall gets",
        Sense.AT_MOST,
        Severity.INFO,
        "V = Q / (rho cp dT)",
        "another hall, or a larger temperature rise",
        _hall_flow,
    ),
    Rule(
        "site.hall-floor",
        "Floor load of the rack within that of the hall",
        Sense.AT_MOST,
        Severity.INFO,
        "mass over footprint, evenly spread",
        "another hall, load spreading, or a slab on grade",
        _hall_floor,
    ),
    Rule(
        "site.hall-bus",
        "The hall feeds the rack's bus",
        Sense.AT_LEAST,
        Severity.INFO,
        "in-rack buses that the hall's distribution can feed",
        "another hall, or a power rack that makes this bus",
        _hall_bus,
    ),
    Rule(
        "fabric.reach",
        "One fabric reaches all racks that the largest site takes",
        Sense.AT_LEAST,
        Severity.INFO,
        "k^3/4 endpoints per plane in three tiers: Al-Fares et al., SIGCOMM 2008, doi:10.1145/1402958.1402967",
        "a larger radix, more planes, or several fabrics on one site",
        _fabric_reach,
    ),
)
