"""What a rack needs of its cooling."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class CoolingNeed:
    """What a rack needs of its cooling at design power, and what a coolant distribution unit carries."""

    coolant: str
    liquid_heat: float
    """[W]"""
    air_heat: float
    """[W], the losses of in-rack power shelves included."""
    flow: float
    """Coolant through the rack [m3/s]."""
    supply_temperature: float
    """Highest that the rack allows [K]."""
    return_temperature: float
    """[K]"""
    density: float
    """At the mean temperature [kg/m3]."""
    specific_heat: float
    """At the mean temperature [J/kg/K]."""
    hydraulic_power: float | None
    """Pressure drop times flow [W]; None where the pressure drop is not stated."""
    racks_per_cdu: float
    cdu_heat: float
    """Heat that one coolant distribution unit carries with its racks [W]."""
    cdu_flow: float
    """Flow that one coolant distribution unit gives its racks [m3/s]."""
    cdus_per_su: int
    pressure_drop: float | None = None
    """Of the rack at this flow, cold plates, manifolds and quick disconnects together [Pa]; None where not stated."""

    @property
    def specific_flow(self) -> float:
        """Flow over liquid heat [m3/s/W]; 0 for a rack without liquid cooling."""
        return self.flow / self.liquid_heat if self.liquid_heat else 0.0

    def cdus(self, racks: float) -> int:
        """Give the coolant distribution units that a number of racks needs, without spares."""
        return math.ceil(racks / self.racks_per_cdu - 1e-9)
