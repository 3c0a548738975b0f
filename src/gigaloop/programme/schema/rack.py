"""The rack of a generation: how it is fed, cooled and placed."""

from __future__ import annotations

from typing import Annotated, Literal

from gigaloop.core.quantity import (
    Count,
    Current,
    Dim,
    Duration,
    Energy,
    Fraction,
    Length,
    Mass,
    PositiveCount,
    PositivePower,
    Power,
    Pressure,
    Quantity,
    Temperature,
    VolumeFlow,
    WholeCount,
)
from gigaloop.programme.schema.base import ConverterRef, Record


class RackSupply(Record):
    """How a rack is fed: lines from the hall's distribution to its power shelves."""

    system: Literal["AC", "DC"] = "AC"
    """Three-phase alternating, or direct current."""
    voltage: Annotated[Quantity, Dim("voltage", above=0.0)]
    """Between two phases, or between the poles."""
    lines: WholeCount
    """Lines (whips) of a rack, which share its power evenly."""
    breaker: Annotated[Quantity, Dim("current", above=0.0)]
    """Rating of the breaker of one line."""
    feeds: WholeCount = Quantity.count(1)
    """Independent feeds over which lines and shelves are spread evenly: 2 for A and B."""
    power_factor: Annotated[Quantity, Dim("fraction", above=0.0, high=1.0)] = Quantity.of(98.0, "%")
    """Of the shelves on alternating current."""


class RackBusbar(Record):
    """The busbar of a rack, as far as its voltage drop needs it."""

    section: Annotated[Quantity, Dim("area", above=0.0)]
    """Copper cross-section of one pole."""
    length: Annotated[Quantity, Dim("length", above=0.0)]
    temperature: Temperature = Quantity.of(70.0, "degC")
    """Of the copper at design power."""
    fed_at: Literal["one end", "both ends"] = "both ends"
    """Where the shelves stand."""


class RackEnvelope(Record):
    """Outer measures of a rack, as placed and as packed for transport."""

    width: Annotated[Quantity, Dim("length", above=0.0)]
    depth: Annotated[Quantity, Dim("length", above=0.0)]
    height: Annotated[Quantity, Dim("length", above=0.0)]
    feet: WholeCount = Quantity.count(4)
    """Feet or castors that carry it."""
    packed_height: Length | None = None
    packed_mass: Mass | None = None
    """With crate or pallet."""


class PowerDistribution(Record):
    """Power in the rack and on the way to it."""

    bus: Literal["54 VDC", "800 VDC"]
    bus_voltage: Annotated[Quantity, Dim("voltage", above=0.0)]
    shelves: Count
    shelf_rating: Power
    redundant_shelves: Count = Quantity.count(0)
    busbar_limit: Current
    chain: tuple[ConverterRef, ...]
    """Converters from medium voltage to the chip, in order."""
    power_cap: PositivePower | None = None
    """Power to which each accelerator is held, where that is below its thermal design power."""
    slot_limit: PositivePower | None = None
    """The most that the connector of one tray to the busbar carries."""
    hold_up: Duration | None = None
    """Of the shelves at their rating, without input; that of the shelf in the chain where not given."""
    storage: Energy | None = None
    """Usable energy in the rack's shelves against swings of its load."""
    busbar: RackBusbar | None = None
    supply: RackSupply | None = None


class RackCooling(Record):
    """Cooling of the rack: how much goes to liquid, at which inlet limit and temperature rise."""

    coolant: Literal["PG25", "water"]
    liquid_fraction: Fraction
    inlet_limit: Temperature
    temperature_rise: Annotated[Quantity, Dim("temperature difference", above=0.0)]
    pressure_drop: Pressure | None = None
    """Of the rack at design flow, with its hoses and quick disconnects."""
    cdu_head: Pressure | None = None
    """What a coolant distribution unit holds between supply and return of the racks at design flow."""
    bore: Annotated[Quantity, Dim("length", above=0.0)] | None = None
    """Inner diameter of the rack's supply and return hoses."""
    unit_flow_limit: VolumeFlow | None = None
    """The most that the quick disconnects of one tray pass."""
    racks_per_cdu: PositiveCount
    cdu_heat: PositivePower
    cdu_flow: VolumeFlow
