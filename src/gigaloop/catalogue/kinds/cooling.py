"""Cooling equipment: coolant distribution units, chillers, dry coolers and towers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from gigaloop.catalogue.entry import LeadTimeId
from gigaloop.catalogue.kinds.equipment import Equipment
from gigaloop.core.quantity import (
    Dim,
    Fraction,
    PositivePower,
    Power,
    Pressure,
    Quantity,
    SpecificFlow,
    TemperatureDifference,
    VolumeFlow,
)

Volume = Annotated[Quantity, Dim("volume", above=0.0)]


class CoolingEquipment(Equipment):
    """A piece of cooling plant: heat it moves, flow, approach and own electricity."""

    kind: ClassVar[str] = "cooling_equipment"

    role: Literal["cdu", "chiller", "dry cooler", "adiabatic cooler", "cooling tower", "pump"]
    placement: str = ""
    vendor: str = ""
    heat: PositivePower | None = None
    flow: VolumeFlow | None = None
    specific_flow: SpecificFlow | None = None
    facility_flow: VolumeFlow | None = None
    """Of a coolant distribution unit: facility water at its rating."""
    external_pressure: Pressure | None = None
    """Of a coolant distribution unit: head that its pumps leave for racks and pipes at rated flow."""
    facility_pressure: Pressure | None = None
    """Of a coolant distribution unit: pressure drop of the facility water through it at rated flow, control valve
    included."""
    volume: Volume | None = None
    """Coolant in it."""
    approach: TemperatureDifference | None = None
    """Between the fluid that it cools and the fluid or air that it rejects to, at rating."""
    electric_power: Power | None = None
    electric_share: Fraction | None = None
    """Own electricity over heat moved."""
    cop: Annotated[Quantity, Dim("number", above=0.0)] | None = None
    """Heat moved over electricity, at rating."""
    lead_time: LeadTimeId | None = None
    """Entry of its lead time."""
    suppliers: tuple[str, ...] = ()
