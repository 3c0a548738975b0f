"""Rules of the cooling: coolant distribution units, coolant temperatures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.design.cooling.layout import CDU_APPROACH
from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown

WARM_WATER = 273.15 + 32.0
"""Facility water of ASHRAE class W32 [K] (Thermal Guidelines for Data Processing Environments, 5th ed., 2021)."""

AIR_LIMIT = 40e3
"""Heat that air takes out of one rack position [W]: an assumption, about what air-cooled racks of four 8-GPU systems
draw (41 kW; https://factryze.ai/scale-atlas/power/dlc-watts-per-rack, read 2026-11)."""

RETURN_LIMIT = 273.15 + 70.0
"""Highest return temperature that hoses, seals and glycol are taken to stand for years [K]. Source: none public, an
assumption of 2026-11."""

HOSE_VELOCITY = 8 * 0.3048
"""Mean velocity beyond which flow wears copper away: 8 ft/s, https://www.watts.com/resources/references-tools/prv-sizing
(2.4 m/s; BS 6700 has 3 m/s up to 50 degC) [m/s]."""

DEW_POINT = 273.15 + 15.0
"""Highest dew point recommended at the inlet of IT equipment: ASHRAE TC 9.9, Thermal Guidelines, 5th ed. (2021) [K]."""

DEW_MARGIN = 2.0
"""Coolant above the dew point of the room: 2 to 3 K, https://resistancezero.com/cdu-checklist.html, 2026-11 [K]."""


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


def _velocity(draft: Draft) -> Iterator[Finding]:
    if draft.rack.velocity is not None:
        limit = shown(HOSE_VELOCITY, "m/s")
        yield Finding(shown(draft.rack.velocity, "m/s"), limit, draft.path("cooling", "bore"))


def _pressure_drop(draft: Draft) -> Iterator[Finding]:
    drop, head = draft.generation.cooling.pressure_drop, draft.generation.cooling.cdu_head
    if drop is not None and head is not None:
        yield Finding(in_unit(drop, "kPa"), in_unit(head, "kPa"), draft.path("cooling", "cdu_head"))


def _unit_flow(draft: Draft) -> Iterator[Finding]:
    limit = draft.generation.cooling.unit_flow_limit
    most = max((unit.flow for unit in draft.elevation.units), default=0.0)
    if limit is not None and most:
        yield Finding(shown(most, "L/min"), in_unit(limit, "L/min"), draft.path("cooling", "unit_flow_limit"))


def _dew_point(draft: Draft) -> Iterator[Finding]:
    if draft.cooling.liquid_heat:
        supply = in_unit(draft.generation.cooling.inlet_limit, "degC")
        yield Finding(supply, shown(DEW_POINT + DEW_MARGIN, "degC"), draft.path("cooling", "inlet_limit"))


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
    Rule(
        "cooling.velocity",
        "Coolant in the rack's hoses slow enough not to wear them",
        Sense.AT_MOST,
        Severity.WARNING,
        "8 ft/s (2.4 m/s) for copper, as plumbing codes and the Copper Tube Handbook have it; v = V / (pi d^2 / 4)",
        "a wider hose, two in parallel, or a larger temperature rise",
        _velocity,
    ),
    Rule(
        "cooling.pressure-drop",
        "Pressure drop of the rack within the head of its coolant distribution unit",
        Sense.AT_MOST,
        Severity.ERROR,
        "the unit's pumps hold a difference between supply and return; the row manifold takes its share too",
        "wider hoses and disconnects, a larger temperature rise, or a unit with more head",
        _pressure_drop,
    ),
    Rule(
        "cooling.quick-disconnect",
        "Flow of a unit within its quick disconnects",
        Sense.AT_MOST,
        Severity.ERROR,
        "rated flow of the disconnects of a tray; the flow of a unit is its share of the rack's, by power",
        "the next size of disconnect, two pairs on a tray, or a larger temperature rise",
        _unit_flow,
    ),
    Rule(
        "cooling.dew-point",
        "Coolant above the dew point of the room",
        Sense.AT_LEAST,
        Severity.ERROR,
        "dew point of 15 degC at most, recommended by ASHRAE TC 9.9 (2021), and 2 K above it against condensation",
        "a higher supply temperature, or drier air",
        _dew_point,
    ),
)
