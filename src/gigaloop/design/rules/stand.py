"""Rules of how a rack stands and is moved: its envelope, feet, stability, doors, trucks, pallets, and its sources."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown
from gigaloop.design.supply import RACK_UNIT

PANEL = 3000 * 0.45359237 / 2.0
"""Mass on one foot, two of which stand on a raised-floor panel of 3,000 lb design load (Tate ConCore 3000, tested by
CISCA's method, https://markets.businessinsider.com/news/stocks/raised-access-floor-loading-explained-1018709521, 2018)
[kg]."""

TILT = math.radians(10.0)
"""Tilt at which equipment may not fall over: IEC 62368-1, clause 8.6.2.2 [rad]."""

TRUCK_DOOR = 108 * 0.0254
"""Height of the rear door of a dry van trailer of 53 feet: 108 to 110 inches,
https://haletrailer.com/blog/dry-van-dimensions-capacities, 2025-08 [m]."""

PALLET_TRUCK = 2500.0
"""Mass that a common hand pallet truck carries. Source: none public, an assumption of 2026-11 [kg]."""


def _footprint(draft: Draft) -> Iterator[Finding]:
    placement = draft.rack.placement
    if placement is not None:
        area = placement.width * placement.depth
        yield Finding(shown(area, "m2"), in_unit(draft.generation.footprint, "m2"), draft.path("footprint"))


def _frame(draft: Draft) -> Iterator[Finding]:
    placement = draft.rack.placement
    if placement is not None and draft.elevation.capacity is not None:
        inner = draft.elevation.capacity * RACK_UNIT
        yield Finding(shown(inner, "m"), shown(placement.height, "m"), draft.path("envelope", "height"))


def _foot(draft: Draft) -> Iterator[Finding]:
    placement = draft.rack.placement
    if placement is None:
        return
    stated = False
    for site in draft.programme.sites:
        for hall in site.halls:
            if hall.point_load is not None:
                stated = True
                subject = f"sites.{site.id}.halls.{hall.id}"
                limit = in_unit(hall.point_load, "kg")
                yield Finding(shown(placement.foot_load, "kg"), limit, f"{subject}.point_load", subject)
    if not stated:
        yield Finding(
            shown(placement.foot_load, "kg"),
            shown(PANEL, "kg"),
            draft.path("envelope", "feet"),
            detail="no hall states its own: a heavy raised-floor panel",
        )


def _tilt(draft: Draft) -> Iterator[Finding]:
    placement = draft.rack.placement
    if placement is not None:
        yield Finding(
            shown(placement.tilt, "deg"),
            shown(TILT, "deg"),
            draft.path("envelope", "width"),
            detail=f"centre of mass at {placement.centre:.2f} m",
        )


def _door(draft: Draft) -> Iterator[Finding]:
    placement = draft.rack.placement
    if placement is None:
        return
    narrow = min(placement.width, placement.depth)
    for site in draft.programme.sites:
        for hall in site.halls:
            subject = f"sites.{site.id}.halls.{hall.id}"
            for name, value in (("door_height", placement.height), ("door_width", narrow)):
                limit = getattr(hall, name)
                if limit is not None:
                    detail = name.replace("_", " ")
                    yield Finding(shown(value, "m"), in_unit(limit, "m"), f"{subject}.{name}", subject, detail=detail)


def _truck(draft: Draft) -> Iterator[Finding]:
    placement = draft.rack.placement
    if placement is not None:
        path = draft.path("envelope", "packed_height")
        yield Finding(shown(placement.packed_height, "m"), shown(TRUCK_DOOR, "m"), path)


def _lift(draft: Draft) -> Iterator[Finding]:
    placement = draft.rack.placement
    if placement is not None:
        path = draft.path("envelope", "packed_mass")
        yield Finding(shown(placement.packed_mass, "kg"), shown(PALLET_TRUCK, "kg"), path)


def _sources(draft: Draft) -> Iterator[Finding]:
    """Count the bought parts of the rack that one supplier alone can deliver by the start of volume."""
    day = draft.generation.effectivity.volume
    counts: dict[str, int] = {}
    for supplier in draft.programme.suppliers:
        for supply in supplier.supplies:
            if supply.qualified is None or supply.qualified <= day:
                counts[supply.part] = counts.get(supply.part, 0) + 1
    single = sorted(part for part in draft.bom.per_rack if counts.get(part) == 1)
    yield Finding(
        shown(len(single), "1"),
        shown(0, "1"),
        draft.path("rack"),
        detail=(", ".join(single[:8]) + (", ..." if len(single) > 8 else "")) if single else "",
    )


def _lead_time(draft: Draft) -> Iterator[Finding]:
    """Hold the longest lead time, each part from its fastest supplier, against the time to the ramp."""
    best: dict[str, tuple[float, str]] = {}
    for supplier in draft.programme.suppliers:
        for supply in supplier.supplies:
            if supply.part in draft.bom.per_rack:
                found = (float(supply.lead_time), f"suppliers.{supplier.id}.supplies.{supply.part}.lead_time")
                best[supply.part] = min(best.get(supply.part, found), found)
    left = (draft.generation.effectivity.ramp - draft.programme.as_of) / dt.timedelta(seconds=1)
    if best and left > 0.0:
        longest, path = max(best.values())
        yield Finding(shown(longest, "weeks"), shown(left, "weeks"), path, detail=path.split(".")[-2])


RULES = (
    Rule(
        "stand.footprint",
        "Envelope of the rack within its footprint",
        Sense.AT_MOST,
        Severity.WARNING,
        "width x depth; floor load and positions count by the footprint",
        "correct the footprint or the envelope",
        _footprint,
    ),
    Rule(
        "stand.frame",
        "Rack units of the frame within the height of the rack",
        Sense.AT_MOST,
        Severity.ERROR,
        "one rack unit is 44.45 mm: EIA-310",
        "correct the height of the frame or of the envelope",
        _frame,
    ),
    Rule(
        "stand.foot",
        "Load of one foot within what the floor carries at a point",
        Sense.AT_MOST,
        Severity.INFO,
        "mass over feet, evenly shared; else half of 3,000 lb: a raised-floor panel with two feet on it (CISCA method)",
        "load-spreading plates, more feet, or a slab on grade",
        _foot,
    ),
    Rule(
        "stand.tilt",
        "Rack stands up to a tilt of 10 degrees",
        Sense.AT_LEAST,
        Severity.WARNING,
        "IEC 62368-1, clause 8.6.2.2; angle = atan(half the narrow side over the height of the centre of mass)",
        "bolt it down, outriggers for the move, or heavy units further down",
        _tilt,
    ),
    Rule(
        "stand.door",
        "Rack through the doors on the way into the hall",
        Sense.AT_MOST,
        Severity.WARNING,
        "height and narrow side against the narrowest door, upright",
        "another way in, a higher door, or a rack that comes in parts",
        _door,
    ),
    Rule(
        "stand.truck",
        "Packed rack through the rear door of a dry van trailer",
        Sense.AT_MOST,
        Severity.WARNING,
        "108 inches: https://haletrailer.com/blog/dry-van-dimensions-capacities",
        "a lower pallet, or an air-ride trailer with a higher door",
        _truck,
    ),
    Rule(
        "stand.lift",
        "Packed rack within a common pallet truck",
        Sense.AT_MOST,
        Severity.INFO,
        "2,500 kg, a common rating of hand pallet trucks: an assumption",
        "a forklift or a rack mover of a higher rating at both ends, and a check of ramps and lifts",
        _lift,
    ),
    Rule(
        "supply.single",
        "No bought part hangs on one supplier at the start of volume",
        Sense.EQUAL,
        Severity.INFO,
        "suppliers qualified by the start of volume, by part",
        "qualify a second source, or hold safety stock",
        _sources,
    ),
    Rule(
        "supply.lead-time",
        "Longest lead time of a part within the time to the ramp",
        Sense.AT_MOST,
        Severity.INFO,
        "lead time of each part at its fastest supplier, against the days from the programme's date to the ramp",
        "order it now, reserve capacity, or take stock over from the generation before",
        _lead_time,
    ),
)
