"""How a site is fed and cooled: its power distribution in blocks, its cooling plant, its weather, its grid."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gigaloop.core.quantity import (
    Dim,
    Duration,
    Energy,
    Fraction,
    PositiveCount,
    PositiveDuration,
    PositivePower,
    Power,
    Quantity,
    Temperature,
    TemperatureDifference,
    VolumeFlow,
)
from gigaloop.programme.schema.base import ArchitectureRef, Record

PositiveApparentPower = Annotated[Quantity, Dim("apparent power", above=0.0)]
PositiveVoltage = Annotated[Quantity, Dim("voltage", above=0.0)]
Cycles = Annotated[Quantity, Dim("number", above=1.0, high=20.0)]
PowerRate = Annotated[Quantity, Dim("power rate", above=0.0)]
Frequency = Annotated[Quantity, Dim("frequency", above=0.0)]


class CoolingChoice(Record):
    """The cooling plant of a site."""

    rejection: Literal["dry", "adiabatic", "wet"] = "dry"
    """Dry coolers, dry coolers with wetted pads for the hot hours, or open cooling towers."""
    trim: bool = True
    """Chillers for the hours in which the heat rejection alone does not reach the supply temperature."""
    supply: Temperature | None = None
    """Set point of the facility water to the coolant distribution units; as warm as the racks allow where not given."""
    coolant: Literal["water", "PG25"] | None = None
    """What flows in the facility water; where not given, PG25 in outdoor coolers of a site with frost, else water."""
    redundancy: Literal["N", "N+1", "2N"] = "N+1"
    """Of chillers, dry coolers, towers and pumps."""
    cycles: Cycles = Quantity.count(5)
    """Cycles of concentration of an evaporative plant."""
    water_limit: VolumeFlow | None = None
    """Most make-up water that the site may draw at any hour."""
    heat_network: Temperature | None = None
    """Return of a heat network that stands ready to take heat from the facility water, before it goes to the heat
    rejection; what it can take at design is told, and the plant is sized without it."""


class PowerChoice(Record):
    """The power distribution of a site."""

    redundancy: Literal["N", "N+1", "2N", "distributed"] = "N+1"
    """Of the blocks: none, one spare for ``blocks_per_group`` (block redundant), two of everything, or each block
    sharing the spare of its group (distributed redundant, such as 4 to make 3)."""
    blocks_per_group: PositiveCount = Quantity.count(4)
    """Blocks that a redundant one stands behind."""
    block: PositivePower = Quantity.of(2.5, "MW")
    """IT power of the smallest unit that energises: transformer, switchboard, coolant distribution units, racks."""
    generators: bool = True
    """Standby generators for the whole of the load."""
    medium_voltage: PositiveVoltage = Quantity.of(34.5, "kV")
    fault_level: PositiveApparentPower | None = None
    """Short-circuit power of the utility at medium voltage."""


class GridLimits(Record):
    """What the utility asks of a large load, in time and in frequency."""

    ramp: PowerRate | None = None
    """Fastest change of power that the site may make on its own."""
    range: Fraction | None = None
    """Largest change of power within ``range_window``, as a share of the site's peak."""
    range_window: Duration = Quantity.of(60.0, "s")
    band_low: Frequency = Quantity.of(0.1, "Hz")
    band_high: Frequency = Quantity.of(20.0, "Hz")
    """Frequencies in which power may not swing by more than ``band_amplitude``."""
    band_amplitude: Fraction | None = None
    """Largest amplitude of a swing in the band, as a share of the site's peak."""
    ride_through_voltage: Fraction = Quantity.of(50.0, "%")
    """Deepest remaining voltage that the site must ride through, as a share of the rated."""
    ride_through: PositiveDuration = Quantity.of(0.15, "s")
    """How long it must."""
    reconnect: PowerRate | None = None
    """Ramp at which load may come back after a disconnection."""


class Storage(Record):
    """Energy storage of a site that stands between its load and the grid."""

    power: Power
    energy: Energy
    round_trip: Fraction = Quantity.of(90.0, "%")


class SiteFacility(Record):
    """How a site is fed and cooled; what is left out is engineered from the catalogue's classes."""

    architecture: ArchitectureRef = "liquid-ai-campus"
    """Entry of the catalogue's facility architectures: air side, pumps, fans and losses, with their ranges."""
    cooling: CoolingChoice = Field(default_factory=CoolingChoice)
    power: PowerChoice = Field(default_factory=PowerChoice)
    grid: GridLimits = Field(default_factory=GridLimits)
    storage: Storage | None = None
    weather_file: str = ""
    """An EPW file of one's own, relative to the programme's folder; it takes precedence over ``climate_station``."""
    warming: TemperatureDifference = Quantity.of(0.0, "K")
    """Added to the dry bulb of every hour, at the same humidity ratio."""
