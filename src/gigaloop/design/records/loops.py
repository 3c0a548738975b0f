"""Coolant loops at the design day, item by item: pressure, pipes, pumps, coolant, leaks, heat for reuse."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gigaloop.design.records.facility import LoopPoint


@dataclass(frozen=True)
class PressureItem:
    """An item of the pressure budget along the circuit to the remotest consumer [Pa]."""

    name: str
    pressure: float


@dataclass(frozen=True)
class PipeRun:
    """Pipes of one size and purpose."""

    name: str
    nominal: int
    """DN of the largest piece."""
    diameter: float
    """Its inside diameter [m]."""
    velocity: float
    """There, at design flow [m/s]."""
    gradient: float
    """There [Pa/m]."""
    length: float
    """Of all of them together, supply and return [m]."""
    volume: float
    """Inside all of them [m3]."""
    mass: float
    """Of the steel [kg]."""


@dataclass(frozen=True)
class PumpSet:
    """Pumps that share a loop's flow; with ``redundant`` ones standing by."""

    sets: int
    """Of which each feeds a part of the loop, such as one to a coolant distribution unit."""
    duty: int
    """Pumps of a set that carry its design flow."""
    redundant: int
    """Of a set, beside them."""
    flow: float
    """Of one duty pump [m3/s]."""
    head: float
    """[Pa]"""
    efficiency: float
    """Pump, motor and drive."""
    power: float
    """Electric, all duty pumps of all sets [W]."""


@dataclass(frozen=True)
class Isolation:
    """What a leak costs where valves cut a part of a loop off."""

    zone: str
    """``rack``, ``row``, ``unit`` (a coolant distribution unit) or ``loop``."""
    volume: float
    """That stands between the valves and can drain [m3]."""
    leak: float
    """Flow out of the largest break in the zone until its valves close [m3/s]."""
    seconds: float
    """To detect it and to close."""
    racks: float
    """That go without cooling."""
    valves: int
    """Isolation valves of this kind, of all loops together."""
    within: float
    """Fluid in the loop that the zone belongs to: more cannot be lost [m3]."""

    @property
    def lost(self) -> float:
        """Fluid lost at most [m3]."""
        return min(self.volume + self.leak * self.seconds, self.within)


@dataclass(frozen=True)
class LoopDesign:
    """A loop at the design day: its point, and what that is made of."""

    point: LoopPoint
    budget: tuple[PressureItem, ...]
    """Adds up to the point's pressure drop."""
    pipes: tuple[PipeRun, ...]
    pumps: PumpSet
    volumes: Mapping[str, float]
    """Of fluid by place [m3]; they add up to the point's volume."""
    heat_capacity: float
    """Of the fluid and the steel around it [J/K]."""
    isolation: tuple[Isolation, ...]

    @property
    def residence(self) -> float:
        """Time that the fluid takes once around [s]."""
        return self.point.volume / self.point.flow if self.point.flow else math.inf

    @property
    def warming(self) -> float:
        """How fast the loop warms with the heat on and nothing to take it [K/s]."""
        return self.point.heat / self.heat_capacity if self.heat_capacity else math.inf


@dataclass(frozen=True)
class HeatReuse:
    """What a loop can give to a heat network through a heat exchanger."""

    heat: float
    """[W]"""
    supply: float
    """To the network [K]."""
    returns: float
    """From it [K]."""
    flow: float
    """Of water in the network [m3/s]."""
    share: float
    """Of the loop's heat."""


@dataclass(frozen=True)
class Loops:
    """The liquid loops of a facility at the design day."""

    tcs: LoopDesign
    fws: LoopDesign
    cdus: int
    """In service."""
    approach: float
    """TCS supply less FWS supply at the coolant distribution units [K]."""
    head_left: float | None
    """Head of the units' pumps beyond what racks and pipes of the TCS need [Pa]; None where they state none."""
    reuse: HeatReuse | None = None
    """What a heat network can take from the facility water; None without one."""

    @property
    def points(self) -> tuple[LoopPoint, LoopPoint]:
        """The points of both loops."""
        return self.tcs.point, self.fws.point
