"""Rules of how a rack is fed: shelves and feeds lost, hold-up, efficiency, lines and their breakers, storage."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown

RIDE_OUT = 0.020
"""Loss of all voltage that IT equipment rides out: 20 ms, ITI (CBEMA) curve of 2000,
https://voltage-disturbance.com/voltage-quality/itic-curve/ [s]."""

EFFICIENCY_MARGIN = 0.01
"""Efficiency given away against the best load before it is worth a remark: an assumption of 2026-11."""

CONTINUOUS = 0.80
"""Of a breaker's rating for a load of three hours or more. Source: NFPA 70 (NEC), 210.20(A) and 215.3: 125 %."""


def _shelf_lost(draft: Draft) -> Iterator[Finding]:
    shelves = draft.rack.shelves
    if shelves is not None:
        value, limit = shown(draft.power.design, "kW"), shown(shelves.one_lost, "kW")
        yield Finding(value, limit, draft.path("power", "shelves"))


def _feed_lost(draft: Draft) -> Iterator[Finding]:
    shelves = draft.rack.shelves
    if shelves is None or shelves.feed_lost is None:
        return
    need = math.ceil(draft.power.design / shelves.rating - 1e-9)
    yield Finding(
        shown(draft.power.design, "kW"),
        shown(shelves.feed_lost, "kW"),
        draft.path("power", "shelves"),
        way_out=f"{need} shelves on each feed, a power cap for the time of the loss, or more feeds",
    )


def _shelf_load(draft: Draft) -> Iterator[Finding]:
    stage = next((stage for stage in draft.chain if stage.location == "rack"), None)
    if draft.rack.shelves is None or stage is None:
        return
    converter = draft.converters[stage.converter]
    if len(converter.efficiency) < 2 or not draft.rack.shelves.installed:
        return
    load = draft.power.mean / (draft.rack.shelves.installed * draft.rack.shelves.rating)
    best = max(converter.efficiency, key=lambda point: float(point.efficiency))
    yield Finding(
        shown(float(converter.efficiency_at(load)), "%"),
        shown(float(best.efficiency) - EFFICIENCY_MARGIN, "%").with_evidence(best.efficiency.evidence),
        draft.path("power", "shelves"),
        detail=f"at {load:.0%} of their rating; best at {float(best.load):.0%}",
    )


def _hold_up(draft: Draft) -> Iterator[Finding]:
    shelves = draft.rack.shelves
    if shelves is not None and shelves.peak_hold_up is not None:
        limit, held, detail = shown(RIDE_OUT, "ms"), shelves.peak_hold_up, ""
        battery = draft.rack.backup
        if battery is not None and not battery.ups and battery.takes_over <= held:
            held, detail = battery.takes_over + battery.carries, f"{battery.name} takes over"
        yield Finding(shown(held, "ms"), limit, draft.path("power", "hold_up"), detail=detail)


def _line_breaker(draft: Draft) -> Iterator[Finding]:
    lines = draft.rack.lines
    if lines is not None:
        limit = shown(CONTINUOUS * lines.breaker, "A")
        yield Finding(shown(lines.current, "A"), limit, draft.path("power", "supply", "breaker"))


def _line_lost(draft: Draft) -> Iterator[Finding]:
    lines = draft.rack.lines
    if lines is not None and lines.feed_lost is not None:
        limit = shown(lines.breaker, "A")
        yield Finding(shown(lines.feed_lost, "A"), limit, draft.path("power", "supply", "breaker"))


def _line_share(draft: Draft) -> Iterator[Finding]:
    lines = draft.rack.lines
    if lines is not None and lines.feeds > 1:
        rest = math.fmod(lines.lines, lines.feeds)
        shelves = math.fmod(float(draft.generation.power.shelves), lines.feeds)
        yield Finding(
            shown(max(rest, shelves), "1"),
            shown(0, "1"),
            draft.path("power", "supply", "lines"),
            detail=f"{lines.lines} lines and {float(draft.generation.power.shelves):g} shelves on {lines.feeds} feeds",
        )


def _feeds(draft: Draft) -> Iterator[Finding]:
    supply = draft.generation.power.supply
    if supply is not None:
        yield Finding(shown(float(supply.feeds), "1"), shown(2, "1"), draft.path("power", "supply", "feeds"))


def _swing(draft: Draft) -> Iterator[Finding]:
    storage = draft.rack.storage
    if storage.installed is not None:
        yield Finding(
            shown(storage.installed, "kJ"),
            shown(storage.needed.value, "kJ"),
            draft.path("power", "storage"),
            detail=f"swings of {storage.swing / 1e3:.0f} kW every {storage.period:.2g} s;"
            f" {storage.needed.low / 1e3:.3g} to {storage.needed.high / 1e3:.3g} kJ over the profile's ranges",
        )


def _slot(draft: Draft) -> Iterator[Finding]:
    limit = draft.generation.power.slot_limit
    heaviest = max((unit.power for unit in draft.elevation.units if unit.family == "tray"), default=0.0)
    if limit is not None and heaviest:
        yield Finding(shown(heaviest, "W"), in_unit(limit, "W"), draft.path("power", "slot_limit"))


RULES = (
    Rule(
        "power.shelf-lost",
        "Rack design power within the shelves with any one of them lost (N+1)",
        Sense.AT_MOST,
        Severity.WARNING,
        "a shelf can fail at any load: N-1 of the shelves carry the thermal design power",
        "add a shelf, take a larger one, or cap the accelerators' power",
        _shelf_lost,
    ),
    Rule(
        "power.feed-lost",
        "Rack design power within the shelves with one feed lost (N+N)",
        Sense.AT_MOST,
        Severity.WARNING,
        "4 + 4 shelves on two feeds carry a GB200 rack of 132 kW: NVIDIA Mission Control, power shelves",
        "more shelves on each feed, or a power cap for the time of the loss",
        _feed_lost,
    ),
    Rule(
        "power.shelf-efficiency",
        "Shelves at mean power within one point of their best efficiency",
        Sense.AT_LEAST,
        Severity.INFO,
        "efficiency over load of the shelf in the catalogue; Open Rack V3 shelves peak about half load",
        "fewer shelves in service at low load, or shelves of another rating",
        _shelf_load,
    ),
    Rule(
        "power.hold-up",
        "Shelves hold the bus at peak power for 20 ms without input",
        Sense.AT_LEAST,
        Severity.WARNING,
        "ITI (CBEMA) curve, application note of 2000: no voltage for 20 ms; ORv3 supplies hold 20 ms at full load",
        "more shelves or capacitance, a battery shelf, or a UPS before the rack",
        _hold_up,
    ),
    Rule(
        "power.line-breaker",
        "Continuous current of a line within 80 % of its breaker",
        Sense.AT_MOST,
        Severity.ERROR,
        "NFPA 70 (NEC), articles 210.20(A) and 215.3: 125 % of the continuous load",
        "more lines, a larger breaker with its cable, or a higher voltage",
        _line_breaker,
    ),
    Rule(
        "power.line-lost",
        "Current of a line within its breaker with one feed lost",
        Sense.AT_MOST,
        Severity.WARNING,
        "the lines of the feeds that are left carry the rack: I n / (n - 1) within the rating of the breaker",
        "more lines, a larger breaker with its cable, or a power cap for the time of the loss",
        _line_lost,
    ),
    Rule(
        "power.line-share",
        "Lines and shelves spread evenly over the feeds",
        Sense.EQUAL,
        Severity.WARNING,
        "an uneven share loses more than 1/n of the rack with the larger feed",
        "a number of lines and shelves that the feeds divide",
        _line_share,
    ),
    Rule(
        "power.feeds",
        "Two independent feeds to the rack",
        Sense.AT_LEAST,
        Severity.INFO,
        "two distribution paths let one be maintained: Uptime Institute, Tier Standard: Topology, Tier III",
        "a second feed, or a checkpoint interval that bears the loss of the rack",
        _feeds,
    ),
    Rule(
        "power.swing-storage",
        "Storage in the shelves flattens the swings of training iterations",
        Sense.AT_LEAST,
        Severity.INFO,
        "E = dP d (1 - d) T of the catalogue's load profile; swings at iteration scale: arXiv:2508.14318",
        "more storage in the shelves or the power rack, storage of the site, or smoothing by the accelerators",
        _swing,
    ),
    Rule(
        "power.slot",
        "Power of a tray within the connector to the busbar",
        Sense.AT_MOST,
        Severity.ERROR,
        "rating of the tray's connector, e.g. 6,667 W for a GB200 tray in NVIDIA's device specifications",
        "a connector of a higher rating, two connectors, or a power cap",
        _slot,
    ),
)
