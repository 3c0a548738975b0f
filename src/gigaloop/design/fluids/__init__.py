"""Fluids: coolants, pipes, heat exchangers and pumps."""

from gigaloop.design.fluids.coolant import Coolant, CoolantState, coolant_state

__all__ = ["Coolant", "CoolantState", "coolant_state"]
