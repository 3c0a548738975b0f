"""The value of a plan: capital, energy, compute, $/GW with its basis, and what a million tokens cost."""

from gigaloop.value.rollup import Line, PerPower, Valuation, value_programme
from gigaloop.value.tokens import HourCost, TokenCost

__all__ = ["HourCost", "Line", "PerPower", "TokenCost", "Valuation", "value_programme"]
