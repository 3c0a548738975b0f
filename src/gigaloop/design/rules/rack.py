"""Rules of the rack as a product: what it holds, its height, mass, cost and dates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

from gigaloop.core.quantity import Quantity
from gigaloop.design.rack import accelerators_of
from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown
from gigaloop.programme.bom import explode

_NOT_RESOLVED = "the bill of materials holds no part of family 'accelerator': trays that arrive complete hide them"


def _accelerators(draft: Draft) -> Iterator[Finding]:
    counted = accelerators_of(draft.bom)
    yield Finding(
        shown(counted, "1"),
        draft.generation.accelerators_per_rack,
        draft.path("accelerators_per_rack"),
        detail="" if counted else _NOT_RESOLVED,
        severity=None if counted else Severity.INFO,
    )


def _accelerator_power(draft: Draft) -> Iterator[Finding]:
    tdp = draft.accelerator.tdp
    stated = math.fsum(row.design_power or 0.0 for row in draft.bom.rows if row.family == "accelerator")
    counted = accelerators_of(draft.bom)
    if tdp is None or not stated or not counted:
        return
    yield Finding(shown(stated / counted, "W"), in_unit(tdp, "W"), draft.path("accelerator"))


def _domain(draft: Draft) -> Iterator[Finding]:
    domain, held = float(draft.generation.scale_up.domain), float(draft.generation.accelerators_per_rack)
    small, large = sorted((domain, held))
    yield Finding(
        shown(math.fmod(large, small), "1"),
        Quantity.count(0),
        draft.path("scale_up", "domain"),
        detail=f"{held:g} accelerators per rack in domains of {domain:g}",
    )


def _height(draft: Draft) -> Iterator[Finding]:
    if draft.elevation.capacity is not None:
        used, capacity = shown(draft.elevation.used, "U"), shown(draft.elevation.capacity, "U")
        yield Finding(used, capacity, draft.path("rack"))


def _floor(draft: Draft) -> Iterator[Finding]:
    limit = draft.generation.floor_limit
    if limit is not None:
        load = draft.mass / float(draft.generation.footprint)
        yield Finding(shown(load, "kg/m2"), in_unit(limit, "kg/m2"), draft.path("floor_limit"))


def _mass(draft: Draft) -> Iterator[Finding]:
    names = ", ".join(draft.massless[:8]) + (", ..." if len(draft.massless) > 8 else "")
    yield Finding(
        shown(len(draft.massless), "1"),
        Quantity.count(0),
        draft.path("rack"),
        detail=f"without mass: {names}" if names else "",
    )


def _cost(draft: Draft) -> Iterator[Finding]:
    missing = (*draft.cost.unpriced, *draft.cost.unworked)
    names = ", ".join(missing[:8]) + (", ..." if len(missing) > 8 else "")
    yield Finding(
        shown(len(missing), "1"),
        Quantity.count(0),
        draft.path("rack"),
        detail=f"without cost: {names}" if names else "",
    )


def _dates(draft: Draft) -> Iterator[Finding]:
    dates = draft.generation.effectivity
    steps = (
        ("ramp", dates.evaluation, dates.ramp),
        ("volume", dates.ramp, dates.volume),
        ("end_of_life", dates.volume, dates.end_of_life),
    )
    for name, before, after in steps:
        yield Finding(
            shown((after - before).days * 86400.0, "days"),
            shown(0.0, "days"),
            draft.path("effectivity", name),
            detail=f"{name} {after} after {before}",
        )


def _effective(draft: Draft) -> Iterator[Finding]:
    dates = draft.generation.effectivity
    last = dates.end_of_life - dt.timedelta(days=1)
    days = (("evaluation", dates.evaluation), ("ramp", dates.ramp), ("end_of_life", last))
    families = {part.id for part in draft.programme.parts if part.family == "accelerator"}
    for name, day in days:
        counts = explode(draft.programme.part_of, draft.generation.rack, day).per_part
        held = math.fsum(count for part, count in counts.items() if part in families)
        if not accelerators_of(draft.bom):
            continue
        yield Finding(
            shown(held, "1"),
            draft.generation.accelerators_per_rack,
            draft.path("effectivity", name),
            detail=f"as built on {day}",
        )


RULES = (
    Rule(
        "rack.accelerators",
        "Accelerators by the bill of materials as stated",
        Sense.EQUAL,
        Severity.ERROR,
        "the bill of materials counts every accelerator package (family 'accelerator')",
        "correct accelerators_per_rack or the quantities of the bill of materials",
        _accelerators,
    ),
    Rule(
        "rack.accelerator-power",
        "Design power of an accelerator within its thermal design power",
        Sense.AT_MOST,
        Severity.WARNING,
        "data sheet of the accelerator in the catalogue; operators run below it, not above",
        "correct the power of the accelerator part, or cap it",
        _accelerator_power,
    ),
    Rule(
        "rack.scale-up",
        "Scale-up domains fill racks, or racks fill a domain, without remainder",
        Sense.EQUAL,
        Severity.ERROR,
        "a domain is wired inside of whole racks",
        "choose a domain that divides the accelerators of a rack, or a multiple of them",
        _domain,
    ),
    Rule(
        "rack.height",
        "Units within the height of the frame",
        Sense.AT_MOST,
        Severity.ERROR,
        "sum of the heights of the topmost parts that state one",
        "a higher frame, or units moved to a side rack",
        _height,
    ),
    Rule(
        "rack.floor-load",
        "Mass over footprint within the floor limit of the generation",
        Sense.AT_MOST,
        Severity.ERROR,
        "mass over footprint, evenly spread",
        "spread the load, strengthen the floor, or take mass out of the rack",
        _floor,
    ),
    Rule(
        "rack.mass-known",
        "Every part states its mass, or stands in one that does",
        Sense.EQUAL,
        Severity.INFO,
        "what has no mass is missing from the mass of the rack",
        "state the mass of these parts",
        _mass,
    ),
    Rule(
        "rack.cost-known",
        "Every part has a cost",
        Sense.EQUAL,
        Severity.WARNING,
        "what has no price is missing from the cost of the rack",
        "state a price at a supplier, or a standard cost of these parts",
        _cost,
    ),
    Rule(
        "rack.dates",
        "Evaluation, ramp, volume and end of life in order",
        Sense.AT_LEAST,
        Severity.ERROR,
        "effectivity of the generation",
        "correct the dates",
        _dates,
    ),
    Rule(
        "rack.effective",
        "The bill of materials is whole from evaluation to the last build",
        Sense.EQUAL,
        Severity.ERROR,
        "effectivity of the lines of the bill of materials",
        "close the gap between the lines' effective_from and effective_until",
        _effective,
    ),
)
