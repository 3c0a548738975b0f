"""Cooling: what a rack needs of it, and the plant that gives it."""

from gigaloop.design.cooling.need import coolant_flow, cooling_need

__all__ = ["coolant_flow", "cooling_need"]
