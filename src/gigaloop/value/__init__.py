"""The value of a plan: capital, energy, compute, and $/GW with its basis."""

from gigaloop.value.rollup import Line, PerPower, Valuation, value_programme

__all__ = ["Line", "PerPower", "Valuation", "value_programme"]
