"""The product: parts and their bills of materials, rack generations, and the workloads they serve."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.quantity import (
    Area,
    Count,
    Dim,
    Duration,
    FloorLoad,
    Fraction,
    Mass,
    Money,
    MoneyPerGpuTime,
    PositiveCount,
    Power,
    Quantity,
    RackUnits,
    WholeCount,
)
from gigaloop.programme.schema.base import (
    AcceleratorRef,
    Country,
    FactoryRef,
    GenerationRef,
    Named,
    PartRef,
    Record,
)
from gigaloop.programme.schema.network import BesideNetwork, ScaleOut, ScaleUp
from gigaloop.programme.schema.rack import PowerDistribution, RackCooling, RackEnvelope


class Stage(StrEnum):
    """Stages of manufacture in the contract manufacturers' terms."""

    L6 = "L6"
    """Boards and sub-assemblies."""
    L10 = "L10"
    """Complete trays, shelves and other units, tested."""
    L11 = "L11"
    """Complete racks, integrated and tested under load."""
    L12 = "L12"
    """Racks tested together as a system with their network."""


class BomLine(Record):
    """One line of a bill of materials: how many of a part stand in its parent, and from when to when.

    Two lines of one parent with the same ``position`` (default: the part) must not be effective on the same day.
    """

    part: PartRef
    quantity: PositiveCount
    position: str = ""
    effective_from: dt.date | None = None
    effective_until: dt.date | None = None
    use_up_until: dt.date | None = None
    """Until when a bought part may still be used here in place of its successor at the position, to use it up."""


class SourcingRule(Record):
    """A rule of dual sourcing: most that one supplier gives of the pieces of a part that are used in a period.

    It holds in every period from whose first day ``min_sources`` suppliers can deliver.
    """

    max_share: Annotated[Quantity, Dim("fraction", above=0.0, high=1.0)]
    min_sources: Annotated[Quantity, Dim("count", above=1.0, whole=True)] = Quantity.count(2)
    period: Literal["month", "quarter", "year"] = "quarter"


class Part(Named):
    """A part, made or bought. Mass, height, power and cost are its own share, without its components'."""

    family: Literal[
        "accelerator",
        "processor",
        "memory",
        "storage",
        "board",
        "tray",
        "switch",
        "cable",
        "connector",
        "optics",
        "power",
        "cooling",
        "structure",
        "network",
        "rack",
        "site equipment",
    ]
    stage: Stage | None = None
    """The stage that makes it; none for a bought part."""
    components: tuple[BomLine, ...] = ()
    consigned: bool = False
    """Whether the buyer of the rack delivers the part to the factory instead of the factory buying it."""
    country: Country | None = None
    mass: Mass | None = None
    height: RackUnits | None = None
    mean_power: Power | None = None
    power: Power | None = None
    """Thermal design power."""
    peak_power: Power | None = None
    """Electrical design peak."""
    cost: Money | None = None
    """Standard cost where no supplier states a price."""
    sourcing: SourcingRule | None = None
    """Rule of dual sourcing of a bought part, instead of the policy's."""
    safety_stock: Count = Quantity.count(0)
    """Pieces of a bought part held back from use; they are paid for as they arrive."""
    safety_time: Duration = Quantity.of(0.0, "weeks")
    """How long before its use a bought part is to have arrived; what is on hand at the start counts as in time."""


class Effectivity(Record):
    """When a generation can be built: evaluation units, ramp, volume, and the last build."""

    evaluation: dt.date
    ramp: dt.date
    volume: dt.date
    end_of_life: dt.date


class EvaluationUnits(Record):
    """The first units, built to be evaluated."""

    racks: PositiveCount
    factory: FactoryRef


class RackTest(Record):
    """Burn-in at the factory: hours at each stage, and the share of thermal design power drawn meanwhile."""

    l11: Duration
    l12: Duration = Quantity.of(0.0, "h")
    power_share: Fraction


class UnitPart(Record):
    """How many of a part a whole scalable unit needs at its site before it can go online."""

    part: PartRef
    quantity: PositiveCount | None = None
    """Engineered from the fabric where it is not stated: of the item that ``scale_out.parts`` says the part is."""

    @property
    def pieces(self) -> float:
        """Pieces of a scalable unit.

        Raises
        ------
        ProgrammeError
            If the quantity is not stated and was not engineered.
        """
        if self.quantity is None:
            why = f"how many of '{self.part}' a scalable unit needs is neither stated nor engineered"
            hint = "state its 'quantity', or plan what gigaloop.design.design_programme gives, which engineers it"
            raise ProgrammeError([Problem(why, path=f"su_parts.{self.part}.quantity", hint=hint)])
        return float(self.quantity)


class Generation(Named):
    """A generation of rack-scale systems."""

    accelerator: AcceleratorRef
    accelerators_per_rack: PositiveCount
    rack: PartRef
    """The top of the bill of materials."""
    racks_per_su: WholeCount
    su_parts: tuple[UnitPart, ...] = ()
    """Products beside the racks that complete a scalable unit: network racks, coolant distribution units. They are made
    by lines and come by lanes, or come from suppliers straight to the site."""
    footprint: Area
    floor_limit: FloorLoad | None = None
    envelope: RackEnvelope | None = None
    scale_up: ScaleUp
    scale_out: ScaleOut
    networks: tuple[BesideNetwork, ...] = ()
    """Networks beside the scale-out fabric: storage and frontend, out-of-band."""
    power: PowerDistribution
    cooling: RackCooling
    test: RackTest
    effectivity: Effectivity
    evaluation: EvaluationUnits | None = None
    compute_value: MoneyPerGpuTime
    """What an hour of one accelerator online is worth."""
    supersedes: GenerationRef | None = None
