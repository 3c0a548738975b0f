"""All design rules, and a generation held against them."""

from __future__ import annotations

from gigaloop.design.records import Check
from gigaloop.design.rules import cooling, places, power, rack, work
from gigaloop.design.rules.rule import Draft, Rule

RULES: tuple[Rule, ...] = (*rack.RULES, *power.RULES, *cooling.RULES, *work.RULES, *places.RULES)
"""Every design rule, in the order of the report."""


def check_design(draft: Draft) -> tuple[Check, ...]:
    """Hold every rule against a generation; a rule gives a check for each thing that it applies to, or none.

    A check that fails stops nothing: it says what is found, by how much, and the way out.
    """
    return tuple(check for rule in RULES for check in rule.check(draft))
