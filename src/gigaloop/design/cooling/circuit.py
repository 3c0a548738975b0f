"""What every loop is put together from: pipes with taps, pumps for a pressure budget, the loop's point."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.design.fluids.pipe import STEEL, STEEL_HEAT, Pipe, pressure_gradient
from gigaloop.design.fluids.pump import MOTOR_AND_DRIVE, pump_efficiency, pump_power
from gigaloop.design.records import Isolation, LoopDesign, LoopPoint, PipeRun, PressureItem, PumpSet


def pipe_run(name: str, pipe: Pipe, length: float) -> PipeRun:
    """Give a run of pipe of a total length [m]."""
    return PipeRun(
        name, pipe.nominal, pipe.diameter, pipe.velocity, pipe.gradient, length, pipe.area * length, pipe.steel * length
    )


def tapped_drop(
    flow: float, taps: int, pitch: float, pipe: Pipe, density: float, viscosity: float, roughness: float = STEEL
) -> float:
    """Give the pressure drop along a header of one size that feeds equal consumers one after the other [Pa].

    Parameters
    ----------
    flow
        Into the header [m3/s].
    taps
        Consumers; the first stands a pitch behind the inlet.
    pitch
        Between them [m].
    pipe
        The header.
    density, viscosity, roughness
        Of the fluid [kg/m3], [Pa s], and the wall [m].
    """
    left = flow * (1.0 - np.arange(taps) / taps)
    return pitch * float(pressure_gradient(left, pipe.diameter, density, viscosity, roughness).sum())


def pump_set(sets: int, duty: int, redundant: int, flow: float, budget: Sequence[PressureItem]) -> PumpSet:
    """Give the pumps that push a flow through a pressure budget.

    Parameters
    ----------
    sets
        Of which each feeds a part of the loop.
    duty, redundant
        Pumps of a set.
    flow
        Of a set [m3/s].
    budget
        What it must overcome.
    """
    head, each = math.fsum(item.pressure for item in budget), flow / duty
    efficiency = float(pump_efficiency(each)) * MOTOR_AND_DRIVE
    power = float(pump_power(each, head, efficiency, 1.0)) * duty * sets
    return PumpSet(sets, duty, redundant, each, head, efficiency, power)


@dataclass(frozen=True)
class Circuit:
    """A loop by its fluid and heat."""

    name: str
    fluid: str
    supply: float
    """[K]"""
    flow: float
    """[m3/s]"""
    heat: float
    """[W]"""
    density: float
    """[kg/m3]"""
    specific_heat: float
    """[J/kg/K]"""

    def design(
        self,
        budget: tuple[PressureItem, ...],
        pipes: tuple[PipeRun, ...],
        pumps: PumpSet,
        volumes: Mapping[str, float],
        isolation: tuple[Isolation, ...],
    ) -> LoopDesign:
        """Put the loop together."""
        volume = math.fsum(volumes.values())
        capacity = self.density * self.specific_heat
        point = LoopPoint(
            name=self.name,
            fluid=self.fluid,
            supply=self.supply,
            returns=self.supply + self.heat / (capacity * self.flow),
            flow=self.flow,
            heat=self.heat,
            pressure_drop=pumps.head,
            pump_power=pumps.power,
            volume=volume,
        )
        steel = math.fsum(run.mass for run in pipes)
        return LoopDesign(point, budget, pipes, pumps, volumes, capacity * volume + STEEL_HEAT * steel, isolation)
