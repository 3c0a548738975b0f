"""All rules of facilities, and a facility held against them."""

from __future__ import annotations

from gigaloop.design.records import Check
from gigaloop.design.rules import facility_cooling, facility_grid, facility_power, facility_supply
from gigaloop.design.rules.facility_draft import FacilityDraft
from gigaloop.design.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *facility_cooling.RULES,
    *facility_power.RULES,
    *facility_supply.RULES,
    *facility_grid.RULES,
)
"""Rules of facilities, in the order of the report."""


def check_facility(draft: FacilityDraft) -> tuple[Check, ...]:
    """Hold every rule against a facility; a rule gives a check for each thing that it applies to, or none."""
    return tuple(check for rule in RULES for check in rule.check(draft))
