"""Rules of the cooling: coolant distribution units, coolant temperatures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown

CDU_APPROACH = 3.0
"""Coolant supply above facility water at a unit's rating [K]: ASHRAE TC 9.9 guidance as quoted by Stulz."""

WARM_WATER = 273.15 + 32.0
"""Facility water of ASHRAE class W32 [K] (Thermal Guidelines for Data Processing Environments, 5th ed., 2021)."""

AIR_LIMIT = 40e3
"""Heat that air takes out of one rack position [W]: an assumption, about what air-cooled racks of four 8-GPU systems
draw (41 kW; https://factryze.ai/scale-atlas/power/dlc-watts-per-rack, read 2026-11)."""

RETURN_LIMIT = 273.15 + 70.0
"""Highest return temperature that hoses, seals and glycol are taken to stand for years [K]. Source: none public, an
assumption of 2026-11."""


def _cdu_flow(draft: Draft) -> Iterator[Finding]:
    if not draft.cooling.flow:
        return
    cooling = draft.generation.cooling
    most = math.floor(float(cooling.cdu_flow) / draft.cooling.flow)
    yield Finding(
        shown(draft.cooling.cdu_flow, "L/min"),
        in_unit(cooling.cdu_flow, "L/min"),
        draft.path("cooling", "cdu_flow"),
        way_out=f"put at most {most} racks on one unit, allow a larger temperature rise, or take a larger unit",
    )


def _cdu_heat(draft: Draft) -> Iterator[Finding]:
    if not draft.cooling.liquid_heat:
        return
    cooling = draft.generation.cooling
    most = math.floor(float(cooling.cdu_heat) / draft.cooling.liquid_heat)
    yield Finding(
        shown(draft.cooling.cdu_heat, "kW"),
        in_unit(cooling.cdu_heat, "kW"),
        draft.path("cooling", "cdu_heat"),
        way_out=f"put at most {most} racks on one unit, or take a larger one",
    )


def _warm_water(draft: Draft) -> Iterator[Finding]:
    if not draft.cooling.liquid_heat:
        return
    limit = draft.generation.cooling.inlet_limit
    water = shown(float(limit) - CDU_APPROACH, "degC").with_evidence(limit.evidence)
    yield Finding(water, shown(WARM_WATER, "degC"), draft.path("cooling", "inlet_limit"))


def _return(draft: Draft) -> Iterator[Finding]:
    if draft.cooling.liquid_heat:
        value = shown(draft.cooling.return_temperature, "degC")
        yield Finding(value, shown(RETURN_LIMIT, "degC"), draft.path("cooling", "temperature_rise"))


def _air(draft: Draft) -> Iterator[Finding]:
    path = draft.path("cooling", "liquid_fraction")
    yield Finding(shown(draft.cooling.air_heat, "kW"), shown(AIR_LIMIT, "kW"), path)


RULES = (
    Rule(
        "cooling.cdu-flow",
        "Flow of its racks within a coolant distribution unit",
        Sense.AT_MOST,
        Severity.ERROR,
        "V = Q / (rho cp dT)",
        "fewer racks per unit, a larger temperature rise, or a larger unit",
        _cdu_flow,
    ),
    Rule(
        "cooling.cdu-heat",
        "Heat of its racks within a coolant distribution unit",
        Sense.AT_MOST,
        Severity.ERROR,
        "energy balance",
        "fewer racks per unit, or a larger one",
        _cdu_heat,
    ),
    Rule(
        "cooling.warm-water",
        "Facility water may be warm enough to do without chillers most of the year",
        Sense.AT_LEAST,
        Severity.INFO,
        "inlet limit less an approach of 3 K, against class W32 of ASHRAE's Thermal Guidelines (2021)",
        "a cold plate for warmer coolant",
        _warm_water,
    ),
    Rule(
        "cooling.return",
        "Coolant returns below 70 degC",
        Sense.AT_MOST,
        Severity.WARNING,
        "usual limit of hoses, quick disconnects and seals in technology cooling loops: an assumption",
        "more flow, or a lower inlet limit",
        _return,
    ),
    Rule(
        "cooling.air",
        "Heat to air within what one rack position rejects to air",
        Sense.AT_MOST,
        Severity.WARNING,
        "air-cooled racks of four 8-GPU systems draw 41 kW: https://factryze.ai/scale-atlas/power/dlc-watts-per-rack",
        "a larger liquid fraction, or a rear-door heat exchanger",
        _air,
    ),
)
