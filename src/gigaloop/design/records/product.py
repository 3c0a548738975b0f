"""The rack as a product that is fed, cooled, carried and placed: what its card shows beside power and heat."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gigaloop.design.records.dynamics import SwingStorage


@dataclass(frozen=True)
class BusbarDrop:
    """The busbar of a rack at design power, its current taken off evenly along it."""

    section: float
    """Copper of one pole [m2]."""
    length: float
    """[m]"""
    stated: bool
    """Whether the programme states it; else it is as large as a bare bar for the busbar's limit must be."""
    resistance: float
    """Of both poles, at the temperature of the copper [ohm]."""
    drop: float
    """From the shelves to the farthest unit at design power [V]."""
    peak_drop: float
    """At peak power [V]."""
    loss: float
    """At design power [W]."""


@dataclass(frozen=True)
class ShelfState:
    """The power shelves of a rack: what is left when one of them or one feed is lost, and how they run [W]."""

    installed: float
    """Shelves."""
    rating: float
    """Of one."""
    one_lost: float
    """What the others supply with one shelf lost."""
    feed_lost: float | None
    """What is left with one feed lost; None where the shelves stand on a single feed."""
    load: float
    """Design power over the rating of all that are installed."""
    hold_up: float | None
    """Without input at design power, over all that are installed [s]; None where it is not known."""
    peak_hold_up: float | None
    """At peak power [s]."""


@dataclass(frozen=True)
class ChainBackup:
    """What carries the racks when their input fails: a UPS before them, or a battery on their bus."""

    name: str
    converter: str
    """Entry of the catalogue."""
    ups: bool
    """Whether it is a UPS; else a battery."""
    takes_over: float
    """From the loss of input to carrying the load [s]."""
    carries: float
    """For how long it does [s]."""


@dataclass(frozen=True)
class LineState:
    """The lines that feed a rack, at design power [A]."""

    lines: int
    feeds: int
    current: float
    """Of one line with all in service."""
    feed_lost: float | None
    """Of one line with one feed lost; None with a single feed."""
    breaker: float


@dataclass(frozen=True)
class Placement:
    """The rack as it stands and is moved: lengths in m, masses in kg."""

    width: float
    depth: float
    height: float
    feet: int
    foot_load: float
    """Mass on one foot, evenly shared [kg]."""
    centre: float
    """Height of the centre of mass, parts without a place at half the height of the rack."""
    packed_height: float
    packed_mass: float

    @property
    def tilt(self) -> float:
        """Angle to the narrow side at which the rack falls over, on its outermost feet [rad]."""
        return math.atan2(min(self.width, self.depth) / 2.0, self.centre)


@dataclass(frozen=True)
class RackProduct:
    """The rack as a product."""

    power_cap: float | None
    """Power to which each accelerator is held [W]."""
    uncapped_design: float
    """Design power without the cap [W]."""
    busbar: BusbarDrop
    shelves: ShelfState | None
    """None for a rack without shelves."""
    lines: LineState | None
    """None where the programme does not say how the rack is fed."""
    backup: ChainBackup | None
    """None where the power chain holds neither a UPS nor a battery."""
    storage: SwingStorage
    """Energy storage in the shelves against swings at the scale of training iterations."""
    velocity: float | None
    """Coolant in the rack's hoses [m/s]; None where their bore is not stated."""
    placement: Placement | None
    """None where the programme states no envelope."""
