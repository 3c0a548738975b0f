"""Rules of a facility's cooling: the racks' limits, hot days, water, coolant distribution units."""

from __future__ import annotations

from collections.abc import Iterator

from gigaloop.core.quantity import Quantity
from gigaloop.design.cooling.layout import FROST
from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.facility_draft import FacilityDraft
from gigaloop.design.rules.rule import Finding, Rule, in_unit, shown


def _inlet(draft: FacilityDraft) -> Iterator[Finding]:
    if draft.approach is not None:
        limit = in_unit(draft.generation.cooling.inlet_limit, "degC")
        path = draft.path("facility", "cooling", "supply")
        coolant = draft.facility.supply + draft.approach
        detail = f"facility water at {draft.facility.supply - 273.15:.1f} degC and {draft.approach:.1f} K of approach"
        yield Finding(shown(coolant, "degC"), limit, path, detail=detail)


def _approach(draft: FacilityDraft) -> Iterator[Finding]:
    if draft.approach is not None:
        path = draft.path("facility", "cooling", "supply")
        yield Finding(shown(draft.approach, "K"), shown(2.0, "K"), path)


def _hot_day(draft: FacilityDraft) -> Iterator[Finding]:
    if draft.approach is not None:
        limit = in_unit(draft.generation.cooling.inlet_limit, "degC")
        coolant = draft.facility.supply_max + draft.approach
        yield Finding(shown(coolant, "degC"), limit, draft.path("facility", "cooling", "trim"))


def _short(draft: FacilityDraft) -> Iterator[Finding]:
    hours = draft.facility.year.short_hours
    yield Finding(shown(hours * 3600.0, "h"), shown(0.0, "h"), draft.path("facility", "cooling", "trim"))


def _water(draft: FacilityDraft) -> Iterator[Finding]:
    limit = draft.site.facility.cooling.water_limit
    if limit is not None:
        path = draft.path("facility", "cooling", "water_limit")
        yield Finding(shown(draft.facility.water_max, "L/s"), in_unit(limit, "L/s"), path)


def _frost(draft: FacilityDraft) -> Iterator[Finding]:
    loops = draft.facility.loop_designs
    if loops is not None and draft.site.facility.cooling.rejection != "wet":
        coldest = float(draft.facility.profile.dry_bulb.min())
        fluid = loops.fws.point.fluid
        path = draft.path("facility", "cooling", "coolant")
        limit = FROST["PG25" if fluid == "PG25" else "water"]
        yield Finding(shown(coldest, "degC"), shown(limit, "degC"), path, detail=f"{fluid} in the facility water")


def _freezing(draft: FacilityDraft) -> Iterator[Finding]:
    if draft.site.facility.cooling.rejection == "wet":
        coldest = float(draft.facility.profile.dry_bulb.min())
        path = draft.path("facility", "cooling", "rejection")
        yield Finding(shown(coldest, "degC"), shown(FROST["water"], "degC"), path)


def _cdu_flow(draft: FacilityDraft) -> Iterator[Finding]:
    line, blocks = draft.line("cdu"), draft.facility.blocks.blocks
    if line is not None and blocks:
        left = line.count / blocks - 1.0
        capacity = max(0.0, left) * float(draft.generation.cooling.cdu_flow)
        path = draft.path("facility", "cooling", "redundancy")
        yield Finding(shown(draft.demand.coolant_flow, "L/min"), shown(capacity, "L/min"), path)


def _cdu_spare(draft: FacilityDraft) -> Iterator[Finding]:
    line, blocks = draft.line("cdu"), draft.facility.blocks.blocks
    if line is not None and blocks:
        path = draft.path("facility", "cooling", "redundancy")
        yield Finding(shown(line.spare // blocks, "1"), Quantity.count(1), path)


RULES = (
    Rule(
        "facility.inlet",
        "Coolant to the racks within their inlet limit",
        Sense.AT_MOST,
        Severity.ERROR,
        "facility water and the approach of the coolant distribution units: effectiveness and NTU",
        "cooler facility water, more flow through the units, or racks with a higher inlet limit",
        _inlet,
    ),
    Rule(
        "facility.approach",
        "Approach of the coolant distribution units that a heat exchanger can have",
        Sense.AT_LEAST,
        Severity.ERROR,
        "no fluid is cooled below what cools it; plate exchangers are selected for 2 K and more (ASHRAE TC 9.9: 3 K)",
        "cooler facility water, or racks with a higher inlet limit",
        _approach,
    ),
    Rule(
        "facility.hot-day",
        "Coolant to the racks within their inlet limit on the design day",
        Sense.AT_MOST,
        Severity.ERROR,
        "heat rejection and chillers at the extremes of the station with 1.5 K of margin",
        "trim chillers, adiabatic or wet heat rejection, or a larger approach of the coolers' rating",
        _hot_day,
    ),
    Rule(
        "facility.short-hours",
        "Hours in which the facility water is above its set point",
        Sense.AT_MOST,
        Severity.WARNING,
        "the plant through every state of the typical year",
        "trim chillers, adiabatic or wet heat rejection, or a warmer set point if the racks allow it",
        _short,
    ),
    Rule(
        "facility.water-limit",
        "Make-up water at the design day within the site's limit",
        Sense.AT_MOST,
        Severity.ERROR,
        "evaporation, drift and blow-down by cycles of concentration",
        "more cycles of concentration, adiabatic instead of wet, or dry heat rejection",
        _water,
    ),
    Rule(
        "facility.frost",
        "Coolers that stand still in the coldest hour do not burst",
        Sense.AT_LEAST,
        Severity.WARNING,
        "coldest dry bulb of the weather against 2 degC for water, -18 degC for PG25: burst protection, ASHRAE"
        " Fundamentals 2017, chapter 31",
        "PG25 in the facility water, more glycol than that, coolers that drain back, or tracing on emergency power",
        _frost,
    ),
    Rule(
        "facility.freezing",
        "Water of towers protected where it can freeze",
        Sense.AT_LEAST,
        Severity.INFO,
        "coldest dry bulb of the weather against 2 degC",
        "basins indoors or with heaters, cells shut off in turn, and reversible fans against ice",
        _freezing,
    ),
    Rule(
        "facility.cdu-flow",
        "Coolant of a block within its distribution units with one out",
        Sense.AT_MOST,
        Severity.WARNING,
        "flow of the racks against rated flow of the units that are left",
        "a further unit for each block, larger units, or a larger temperature rise",
        _cdu_flow,
    ),
    Rule(
        "facility.cdu-spare",
        "A spare coolant distribution unit in every block",
        Sense.AT_LEAST,
        Severity.WARNING,
        "a unit that fails stops its racks within a minute; N+1 as vendors' reference designs for NVL72 pods have it",
        "set the redundancy of the cooling to N+1",
        _cdu_spare,
    ),
)
