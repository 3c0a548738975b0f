"""The floor of a hall: rows, racks in them, storeys, trays, and what one row may draw, cool and weigh."""

from __future__ import annotations

from typing import Annotated, Literal

from gigaloop.core.quantity import (
    Dim,
    Length,
    Mass,
    PositivePower,
    Power,
    Quantity,
    RackUnits,
    VolumeFlow,
    WholeCount,
)
from gigaloop.programme.schema.base import Record

PositiveLength = Annotated[Quantity, Dim("length", above=0.0)]
FillShare = Annotated[Quantity, Dim("fraction", above=0.0, high=1.0)]


class Tray(Record):
    """The cable trays above the rows and across them."""

    width: PositiveLength = Quantity.of(600.0, "mm")
    depth: PositiveLength = Quantity.of(100.0, "mm")
    levels: WholeCount = Quantity.count(3)
    """Trays one above the other."""
    fill: FillShare = Quantity.of(50.0, "%")
    """Share of the cross-section that cables may take: practice of ladder and ventilated trays for communications, for
    which the NEC sets no limit (csemag.com, data and communications cabling and pathways, 2017-06)."""
    load: Annotated[Quantity, Dim("linear density", above=0.0)] = Quantity.of(74.4, "kg/m")
    """The most that a metre of one tray carries: 50 lb/ft, the lightest working load of NEMA VE 1 (class A)."""
    drop: Length = Quantity.of(2.2, "m")
    """From the tray down to the top of a rack, with the bend and what is stowed."""
    slack: Annotated[Quantity, Dim("fraction", low=0.0, high=1.0)] = Quantity.of(5.0, "%")
    """Added to the run for slack."""
    extra: Length = Quantity.of(0.5, "m")
    """Added to every cable for dressing at its ends."""


class HallFloor(Record):
    """How racks stand in a hall; what is left out follows common practice."""

    racks_per_row: WholeCount = Quantity.count(20)
    """Positions in a row, those of network racks and coolant distribution units within it included."""
    storeys: WholeCount = Quantity.count(1)
    storey_height: PositiveLength = Quantity.of(6.0, "m")
    position_width: PositiveLength = Quantity.of(600.0, "mm")
    position_depth: PositiveLength = Quantity.of(1200.0, "mm")
    cold_aisle: PositiveLength = Quantity.of(1.8, "m")
    hot_aisle: PositiveLength = Quantity.of(1.2, "m")
    cross_aisle: PositiveLength = Quantity.of(2.4, "m")
    """At both ends of the rows and between blocks of them."""
    row_power: Power | None = None
    """The most that the racks of a row draw."""
    row_flow: VolumeFlow | None = None
    row_mass: Mass | None = None
    leafs: Literal["in rack", "middle of row", "end of row", "own rows"] = "middle of row"
    """Where leaf switches stand: in the racks that they serve, in network racks amid those racks, in network racks at
    the end of their row, or in rows apart. Where a fabric spans halls, the first one says."""
    spines: Literal["middle of hall", "end of hall"] = "middle of hall"
    """Where the rows of spine and core switches stand."""
    network_units: RackUnits = Quantity.of(48.0, "U")
    """Height of a network rack."""
    panel_units: RackUnits = Quantity.of(6.0, "U")
    """Kept free in it for patch panels."""
    network_power: PositivePower = Quantity.of(40.0, "kW")
    """The most that the switches of a network rack draw."""
    gap: Length = Quantity.of(40.0, "m")
    """From this hall to the next of the site that a fabric spans."""
    tray: Tray = Tray()
