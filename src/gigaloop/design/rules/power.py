"""Rules of the power path: shelves, busbar, chain."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.core.quantity import Quantity
from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown

BUS_CLASS = {"54 VDC": (48.0, 58.0), "800 VDC": (700.0, 860.0)}
"""Voltages taken to belong to each class of in-rack bus [V]: an assumption around ORv3's 48 to 54 V and 800 V, with
+/-400 VDC included."""

VOLTAGE_BAND = 0.2
"""By which the rated voltages of stages that follow each other may differ. Source: a guard against stages of the wrong
bus, 2026-11: supplies for 415 and 480 VAC, or 48 and 54 VDC, are the same products."""

_PASS_ON = ("busway", "battery backup", "ups", "switchgear")


def _shelf_capacity(draft: Draft) -> Iterator[Finding]:
    power, feed = draft.power, draft.generation.power
    if not float(feed.shelves):
        return
    short = power.design - power.shelf_capacity
    way_out = f"add {math.ceil(short / float(feed.shelf_rating))} shelves, or cap the power" if short > 0 else ""
    yield Finding(
        shown(power.design, "kW"), shown(power.shelf_capacity, "kW"), draft.path("power", "shelves"), way_out=way_out
    )


def _shelf_peak(draft: Draft) -> Iterator[Finding]:
    stage = next((stage for stage in draft.chain if stage.location == "rack"), None)
    if stage is None:
        return
    factor = draft.converters[stage.converter].peak_factor
    limit = draft.power.shelf_capacity * (1.0 if factor is None else float(factor))
    evidence = None if factor is None else factor.evidence
    detail = "" if factor is not None else f"'{stage.converter}' states no peak factor: its rating counts"
    yield Finding(
        shown(draft.power.peak, "kW"),
        shown(limit, "kW").with_evidence(evidence),
        draft.path("power", "shelf_rating"),
        detail=detail,
    )


def _shelf_spare(draft: Draft) -> Iterator[Finding]:
    feed = draft.generation.power
    if float(feed.shelves):
        yield Finding(feed.redundant_shelves, Quantity.count(1), draft.path("power", "redundant_shelves"))


def _shelf_rating(draft: Draft) -> Iterator[Finding]:
    for stage in draft.chain:
        converter = draft.converters[stage.converter]
        rating = converter.rating
        if stage.location == "rack" and converter.role == "power shelf" and rating is not None:
            stated = in_unit(draft.generation.power.shelf_rating, "kW")
            yield Finding(stated, in_unit(rating, "kW"), draft.path("power", "shelf_rating"))


def _shelf_stage(draft: Draft) -> Iterator[Finding]:
    feed = draft.generation.power
    if float(feed.shelves) and feed.chain:
        stages = any(stage.location == "rack" for stage in draft.chain)
        yield Finding(shown(stages, "1"), Quantity.count(1), draft.path("power", "chain"))


def _bus_steady(draft: Draft) -> Iterator[Finding]:
    limit = in_unit(draft.generation.power.busbar_limit, "A")
    yield Finding(shown(draft.power.bus_current, "A"), limit, draft.path("power", "busbar_limit"))


def _bus_peak(draft: Draft) -> Iterator[Finding]:
    limit = in_unit(draft.generation.power.busbar_limit, "A")
    yield Finding(shown(draft.power.bus_peak_current, "A"), limit, draft.path("power", "busbar_limit"))


def _bus_class(draft: Draft) -> Iterator[Finding]:
    feed = draft.generation.power
    low, high = BUS_CLASS[feed.bus]
    path = draft.path("power", "bus_voltage")
    yield Finding(in_unit(feed.bus_voltage, "V"), shown(low, "V"), path, sense=Sense.AT_LEAST)
    yield Finding(in_unit(feed.bus_voltage, "V"), shown(high, "V"), path, sense=Sense.AT_MOST)


def _order(draft: Draft) -> Iterator[Finding]:
    power = draft.power
    yield Finding(
        shown(power.mean, "kW"),
        shown(power.design, "kW"),
        draft.path("rack"),
        detail="mean power against thermal design power",
    )
    yield Finding(
        shown(power.design, "kW"),
        shown(power.peak, "kW"),
        draft.path("rack"),
        detail="thermal design power against electrical peak",
    )


def _chain_load(draft: Draft) -> Iterator[Finding]:
    """Below its lowest known point a curve goes on with the constant loss that it has there: an upper bound."""
    for stage in draft.chain:
        curve = draft.converters[stage.converter].efficiency
        if stage.load is not None and len(curve) > 1:
            yield Finding(
                shown(stage.load, "%"),
                in_unit(curve[0].load, "%"),
                draft.path("power", "chain"),
                detail=stage.name,
            )


def _chain_voltage(draft: Draft) -> Iterator[Finding]:
    """Hold what each stage takes against what reaches it, where both are known; busways and batteries pass it on."""
    given: Quantity | None = None
    worst: Finding | None = None
    for stage in draft.chain:
        converter = draft.converters[stage.converter]
        passes = converter.input_voltage is None and converter.role in _PASS_ON
        taken = converter.output_voltage if passes else converter.input_voltage
        if taken is not None and given is not None:
            off = abs(float(given) / float(taken) - 1.0)
            if worst is None or off > float(worst.value):
                detail = f"{given} before, {stage.name} takes {taken}"
                worst = Finding(shown(off, "%"), shown(VOLTAGE_BAND, "%"), draft.path("power", "chain"), detail=detail)
        given = converter.output_voltage or given
    if worst is not None:
        yield worst


RULES = (
    Rule(
        "power.chain-voltage",
        "Each stage of the power chain takes the voltage that the one before gives",
        Sense.AT_MOST,
        Severity.ERROR,
        "rated voltages of the stages in the catalogue; 415 against 480 VAC and 50 against 54 VDC pass",
        "put the stages in order from medium voltage to the chip, and take the battery of the bus that it stands on",
        _chain_voltage,
    ),
    Rule(
        "power.shelf-capacity",
        "Rack design power within the power shelves, redundant ones out",
        Sense.AT_MOST,
        Severity.ERROR,
        "N shelves carry the rack: NVIDIA Mission Control, power shelves (GB200: 4 + 4 shelves of 33 kW for 132 kW)",
        "add shelves, take a larger shelf, or cap the accelerators' power",
        _shelf_capacity,
    ),
    Rule(
        "power.shelf-peak",
        "Rack peak power within the short-time rating of the shelves",
        Sense.AT_MOST,
        Severity.WARNING,
        "short-time overload of Open Rack V3 shelves (155 %, HPR 160 %): OCP, ORv3 and ORv3 HPR power shelf",
        "add shelves, energy storage in the shelves, or smooth the power of the accelerators",
        _shelf_peak,
    ),
    Rule(
        "power.shelf-spare",
        "At least one redundant power shelf",
        Sense.AT_LEAST,
        Severity.WARNING,
        "a failed shelf stops a rack without a spare one (N+1)",
        "add a shelf, or state the redundant ones",
        _shelf_spare,
    ),
    Rule(
        "power.shelf-rating",
        "Shelf rating as that of the shelf in the power chain",
        Sense.EQUAL,
        Severity.WARNING,
        "one product, one rating: catalogue entry of the power shelf in the chain",
        "put the shelf that the rack has into the chain, or correct its rating",
        _shelf_rating,
    ),
    Rule(
        "power.shelf-stage",
        "The power chain holds the rack's power shelves",
        Sense.EQUAL,
        Severity.WARNING,
        "losses of shelves count once",
        "put the power shelf, or the rectifier of a power rack, into the chain before the bus",
        _shelf_stage,
    ),
    Rule(
        "power.busbar",
        "Busbar current at design power within its limit",
        Sense.AT_MOST,
        Severity.ERROR,
        "I = P / V",
        "a higher bus voltage, a larger or cooled busbar, or less power per rack",
        _bus_steady,
    ),
    Rule(
        "power.busbar-peak",
        "Busbar current at peak power within its limit",
        Sense.AT_MOST,
        Severity.WARNING,
        "I = P / V; limits are thermal, so peaks of milliseconds pass where steady current would not",
        "state a short-time limit, smooth the peak, or raise the limit of the busbar",
        _bus_peak,
    ),
    Rule(
        "power.bus-class",
        "Bus voltage within the class of the bus",
        Sense.AT_LEAST,
        Severity.ERROR,
        "an assumption: 48 to 58 V for the 54 VDC class, 700 to 860 V for the 800 VDC class (+/-400 VDC included)",
        "correct the voltage or the class of the bus",
        _bus_class,
    ),
    Rule(
        "power.order",
        "Mean power within design power, design power within peak power",
        Sense.AT_MOST,
        Severity.WARNING,
        "definition of the power numbers",
        "correct the powers of the parts",
        _order,
    ),
    Rule(
        "power.chain-load",
        "Converters loaded within their known efficiency curve",
        Sense.AT_LEAST,
        Severity.INFO,
        "below the known points the loss is taken as constant",
        "choose a smaller converter, or add points of its curve to the catalogue",
        _chain_load,
    ),
)
