"""Rules of a facility's equipment: what a piece is stated to serve, and dates to order by."""

from __future__ import annotations

from collections.abc import Iterator

from gigaloop.core.units import WEEK
from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.facility_draft import FacilityDraft
from gigaloop.design.rules.rule import Finding, Rule, shown


def _per_power(draft: FacilityDraft) -> Iterator[Finding]:
    for line in draft.facility.equipment:
        if line.stated_per_power is not None:
            path = draft.path("equipment", line.part, "per_power")
            yield Finding(
                shown(line.stated_per_power, "MW"),
                shown(line.per_power, "MW"),
                path,
                detail=f"{line.role}: {line.needed} + {line.spare} for {draft.facility.year.peak_power / 1e6:,.0f} MW",
            )


def _order_date(draft: FacilityDraft) -> Iterator[Finding]:
    """Give for each class the step that is latest to order for, of those that miss pieces."""
    as_of = draft.programme.as_of
    for line in draft.facility.equipment:
        open_ = [step for step in line.orders if step.missing and step.latest_order is not None]
        if not open_:
            continue
        step = min(open_, key=lambda step: step.latest_order or as_of)
        left = ((step.latest_order or as_of) - as_of).days * 86400.0
        detail = f"{line.role}: {step.missing} for {step.power / 1e6:,.0f} MW on {step.on}, by {step.latest_order}"
        # What the site does not list may be on order all the same.
        path = draft.path("equipment", line.part) if line.part else draft.path("equipment")
        severity = None if line.part else Severity.INFO
        detail += "" if line.part else "; the site lists none"
        found = shown(round(left / WEEK, 1) * WEEK, "weeks")
        yield Finding(found, shown(0.0, "weeks"), path, detail=detail, severity=severity)


RULES = (
    Rule(
        "facility.equipment-power",
        "Power that a piece of equipment is stated to serve within what it can",
        Sense.AT_MOST,
        Severity.WARNING,
        "facility power at the design day over the pieces that it needs, spares counted",
        "correct 'per_power' of the site's equipment, or say which larger unit is meant",
        _per_power,
    ),
    Rule(
        "facility.order-date",
        "Time left to order what is missing for the next steps of power",
        Sense.AT_LEAST,
        Severity.WARNING,
        "step of energisation less installation and lead time, mid value of its range",
        "order at once, buy from stock or another site, or move the step",
        _order_date,
    ),
)
