"""All design rules, and a generation held against them."""

from __future__ import annotations

from gigaloop.design.records import Check
from gigaloop.design.rules import bus, cooling, facility, feed, network, places, power, rack, stand, work
from gigaloop.design.rules.rule import Draft, Rule

RULES: tuple[Rule, ...] = (
    *rack.RULES,
    *stand.RULES,
    *power.RULES,
    *feed.RULES,
    *bus.RULES,
    *cooling.RULES,
    *work.RULES,
    *places.RULES,
)
"""The design rules of a generation, in the order of the report."""


def every_rule() -> tuple[Rule, ...]:
    """Give every design rule: those of a generation, of its networks, then of the facility at a site."""
    return (*RULES, *network.RULES, *facility.RULES)


def check_design(draft: Draft) -> tuple[Check, ...]:
    """Hold every rule against a generation; a rule gives a check for each thing that it applies to, or none.

    A check that fails stops nothing: it says what is found, by how much, and the way out.
    """
    return tuple(check for rule in RULES for check in rule.check(draft))
