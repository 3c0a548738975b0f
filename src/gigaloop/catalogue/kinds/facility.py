"""How facilities are built: architectures with the ranges of their components, and facilities that run."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from gigaloop.catalogue.entry import CoarseDate, Entry, EntryOf, PositiveFraction, Record
from gigaloop.core.quantity import (
    Dim,
    Fraction,
    PositivePower,
    Pressure,
    Quantity,
    Temperature,
    TemperatureDifference,
    parse,
)

ConverterId = Annotated[str, EntryOf("converter")]
ArchitectureId = Annotated[str, EntryOf("facility_architecture")]
PositiveDifference = Annotated[Quantity, Dim("temperature difference", above=0.0)]
PositiveNumber = Annotated[Quantity, Dim("number", above=0.0)]
Cycles = Annotated[Quantity, Dim("number", above=1.0, high=20.0)]


def ends(value: Quantity) -> tuple[float, float]:
    """Give the ends of the range that the evidence of a quantity states, in base units; the value where it has none."""
    evidence = value.evidence
    low, high = (evidence.low, evidence.high) if evidence else ("", "")
    dimension = value.unit.dimension
    return (
        float(parse(low, dimension)) if low else float(value),
        float(parse(high, dimension)) if high else float(value),
    )


class PathStage(Record):
    """An element of the power path before the racks, from medium voltage on."""

    converter: ConverterId
    load: PositiveFraction
    """Output over rating with all racks at design power and everything in service."""


class FacilityArchitecture(Entry):
    """How a class of facilities is built, with the range in which each of its components lies.

    Shares are of the electrical power of the IT where nothing else is said. Heads, pressures and fan power are those at
    design flow; what they are at other loads follows from affinity laws.
    """

    kind: ClassVar[str] = "facility_architecture"

    operator_class: Literal["ai campus", "hyperscale", "colocation", "enterprise", "hpc"]
    built_from: CoarseDate
    built_to: CoarseDate | None = None
    boundary: str = ""
    """What counts as IT, and so what the PUE leaves out."""

    path: tuple[PathStage, ...] = ()
    """From medium voltage to the racks."""
    site_loss: Fraction
    """Of the substation and of the cables between it and the blocks, over power."""
    utilisation: PositiveFraction
    """IT power as drawn on average over the IT power that the facility is built for."""

    rejection: Literal["none", "dry", "adiabatic", "wet", "hybrid"]
    """What rejects the heat of the facility water; hybrid: dry first, wet for the rest."""
    chiller: Literal["none", "air-cooled", "water-cooled"]
    economiser: bool
    """Whether the facility water is cooled without chillers in cool weather."""
    supply: Temperature
    """Set point of the facility water."""
    exchanger_approach: TemperatureDifference
    """Facility water over the water of the rejection, where a heat exchanger stands between; 0 where none does."""
    tower_approach: PositiveDifference
    """Tower water over wet bulb at design heat."""
    dry_approach: PositiveDifference
    """Water over dry bulb at design heat."""
    dry_share: Fraction
    """Heat that the dry part of a hybrid rejection can take at ``dry_approach``, over the design heat."""
    pad_effectiveness: Fraction
    """Of wetted pads of an adiabatic rejection and of evaporative assist: share of the wet-bulb depression."""
    fan_share: Fraction
    """Fans of the rejection at design, over the heat rejected."""
    chiller_cop: PositiveNumber
    """At rating."""
    water_rise: PositiveDifference
    """Of the facility water."""
    water_head: Pressure
    """Of the pumps of the facility water."""
    tower_rise: PositiveDifference
    """Of the tower water."""
    tower_head: Pressure
    """Of the pumps of the tower water; 0 where there is none."""
    pump_efficiency: PositiveFraction
    """Pump, motor and drive."""
    cdu_share: Fraction
    """Pumps of the coolant distribution units, over the heat to liquid."""
    reuse: Fraction
    """Of the heat, that goes into buildings instead of the rejection, on average over the year."""
    cycles: Cycles
    """Cycles of concentration of tower water."""
    drift: Fraction
    """Of the tower water in circulation."""

    air: Literal["coils", "chilled", "outside air"]
    """How the heat that goes to air leaves: through coils on the facility water, through coils on a loop of their own
    that is as cool as the air needs it, or with outside air."""
    air_share: Fraction
    """Of the IT's heat that goes to air."""
    air_supply: Temperature
    """Air to the IT, at most."""
    air_low: Temperature | None = None
    """Air to the IT, at least, where it comes from outside: in colder weather return air is mixed in."""
    dew_point: Temperature | None = None
    """Of the air to the IT, at least, where it comes from outside: drier air is humidified."""
    coil_approach: PositiveDifference
    """Air to the IT over the water of a chilled loop of its own."""
    air_rise: PositiveDifference
    """Of the air through the IT."""
    fan_pressure: Pressure
    """Of the air side, at design flow."""
    fan_efficiency: PositiveFraction
    """Fan, motor and drive."""
    fan_exponent: Annotated[Quantity, Dim("number", low=1.0, high=3.0)]
    """Power of the fans over their flow; 3 by the affinity laws, less where pressure is held."""

    operation: Annotated[Quantity, Dim("number", low=1.0)]
    """Energy of pumps, fans and chillers as run over what ideal control of the same plant takes."""
    other: Fraction
    """Lighting, controls, offices, heating of stand-by equipment, over the IT power that the facility is built for."""


class Hall(Record):
    """A part of a facility, built in one way."""

    architecture: ArchitectureId
    share: PositiveFraction
    """Of the facility's IT power."""
    station: str = ""
    """WMO number of its weather station, where it is not that of the facility."""


class Facility(Entry):
    """A facility, region or fleet that runs, whose figures are published: how it is built."""

    kind: ClassVar[str] = "facility"

    operator: str
    country: str = ""
    state: str = ""
    opened: CoarseDate | None = None
    as_of: CoarseDate | None = None
    """Where how it is built changes with time: when these halls were those it had."""
    it_power: PositivePower | None = None
    """Mean."""
    station: str = ""
    """WMO number of a weather station that stands for its climate."""
    halls: tuple[Hall, ...]
