"""Design rules: named checks of a generation against its limits, each with margin, severity, source and way out."""

from gigaloop.design.rules.rule import Draft, Finding, Rule
from gigaloop.design.rules.run import RULES, check_design, every_rule

__all__ = ["RULES", "Draft", "Finding", "Rule", "check_design", "every_rule"]
