"""The rack: inputs that it rests on, bill of materials, cost, and what stands where."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from gigaloop.core.quantity import UNDATED, Quantity


@dataclass(frozen=True)
class Input:
    """A value that the design rests on: the path where it stands, and the quantity with its evidence."""

    path: str
    quantity: Quantity

    @property
    def is_assumption(self) -> bool:
        """Whether nobody outside the programme has stated the value."""
        evidence = self.quantity.evidence
        return evidence is None or evidence.is_assumption or evidence.date == UNDATED


@dataclass(frozen=True)
class BomRow:
    """One line of the bill of materials, or its top, as it counts in a rack.

    ``height`` to ``cost`` are what the part adds itself, without its components, times ``per_rack``; None where it
    is not stated. ``path`` leads to the line in the programme.
    """

    path: str
    part: str
    name: str
    family: str
    stage: str | None
    parent: str | None
    level: int
    per_parent: float
    per_rack: float
    mass: float | None
    height: float | None
    mean_power: float | None
    design_power: float | None
    peak_power: float | None
    cost: float | None


@dataclass(frozen=True)
class BomTable:
    """The bill of materials effective on a day: a row for the top and for each line, parents before children.

    A part that stands in several parents has a row, and a share of ``per_rack``, under each.
    """

    on: dt.date
    rows: tuple[BomRow, ...]
    per_rack: Mapping[str, float]
    """Pieces of each part in a rack, the top included."""

    def total(self, column: str) -> float:
        """Sum a column such as ``mass`` over the rows; what is not stated adds nothing."""
        return math.fsum(value for row in self.rows if (value := getattr(row, column)) is not None)


@dataclass(frozen=True)
class RackCost:
    """Standard cost of a rack [USD, prices of the programme's price year], from the cheapest qualified source."""

    purchased: float
    """Parts bought by the factories."""
    consigned: float
    """Parts that the buyer of the rack delivers."""
    conversion: float
    """Work at every stage."""
    unpriced: tuple[str, ...]
    """Bought parts without any price: they are missing from the total."""
    unworked: tuple[str, ...]
    """Made parts without a line, and so without a conversion cost."""

    @property
    def total(self) -> float:
        """The sum of what is known."""
        return self.purchased + self.consigned + self.conversion


@dataclass(frozen=True)
class RackUnit:
    """What stands in a rack, counted from U1 at the bottom: for the drawing."""

    label: str
    part: str
    family: str
    bottom: float
    """Lowest unit that it fills [U]."""
    height: float
    """[U]"""
    power: float
    """Thermal design power with its components [W]."""
    mass: float
    """With its components [kg]."""
    liquid_heat: float = 0.0
    """Its share of the rack's heat to liquid, by power [W]."""
    flow: float = 0.0
    """Its share of the rack's coolant flow [m3/s]."""


@dataclass(frozen=True)
class Elevation:
    """A rack seen from the front: its height, and what stands in it, stacked bottom-up in BOM order."""

    capacity: float | None
    """Height of the frame [U]; None where no part states it."""
    used: float
    """Height of all units, whether they find a place or not [U]."""
    units: tuple[RackUnit, ...]
    """The units that find a place."""
