"""Cooling equipment: coolant distribution units, chillers, dry coolers and towers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from gigaloop.catalogue.entry import Entry, LeadTimeId
from gigaloop.core.quantity import (
    Dim,
    Fraction,
    PositivePower,
    Power,
    Quantity,
    SpecificFlow,
    TemperatureDifference,
    VolumeFlow,
)


class CoolingEquipment(Entry):
    """A piece of cooling plant: heat it moves, flow, approach and own electricity."""

    kind: ClassVar[str] = "cooling_equipment"

    role: Literal["cdu", "chiller", "dry cooler", "cooling tower"]
    placement: str = ""
    vendor: str = ""
    heat: PositivePower | None = None
    flow: VolumeFlow | None = None
    specific_flow: SpecificFlow | None = None
    approach: TemperatureDifference | None = None
    """Between the fluid that it cools and the fluid or air that it rejects to, at rating."""
    electric_power: Power | None = None
    electric_share: Fraction | None = None
    """Own electricity over heat moved."""
    cop: Annotated[Quantity, Dim("number", above=0.0)] | None = None
    """Heat moved over electricity, at rating."""
    availability: Fraction | None = None
    lead_time: LeadTimeId | None = None
    """Entry of its lead time."""
    suppliers: tuple[str, ...] = ()
