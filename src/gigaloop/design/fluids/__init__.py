"""Fluids: coolants, pipes, heat exchangers and pumps."""

from gigaloop.design.fluids.coolant import (
    Coolant,
    CoolantProperties,
    CoolantState,
    coolant_properties,
    coolant_range,
    coolant_state,
)
from gigaloop.design.fluids.exchanger import Arrangement, effectiveness, mean_difference, ntu

__all__ = [
    "Arrangement",
    "Coolant",
    "CoolantProperties",
    "CoolantState",
    "coolant_properties",
    "coolant_range",
    "coolant_state",
    "effectiveness",
    "mean_difference",
    "ntu",
]
