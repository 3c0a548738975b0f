"""What a designed generation is: frozen records in SI floats, per rack unless a name says otherwise."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gigaloop.core.evidence import Evidence
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
class PowerRollup:
    """The power numbers of a rack, kept apart, and the current of its busbar.

    ``mean`` over time, ``design`` (thermal design) and ``peak`` (electrical design peak) are what the trays draw from
    the in-rack bus [W]; ``shelf_capacity`` is what the shelves supply with the redundant ones out, ``shelf_installed``
    with all [W], both 0 for a rack without shelves. Currents in A.
    """

    mean: float
    design: float
    peak: float
    shelf_capacity: float
    shelf_installed: float
    bus: str
    bus_voltage: float
    bus_current: float
    bus_peak_current: float


@dataclass(frozen=True)
class ChainStage:
    """A converter between medium voltage and the chip, at the design power of one rack [W]."""

    name: str
    converter: str
    location: str
    """``facility``, ``rack`` (its power shelves, and what follows up to the bus) or ``tray`` (behind the bus)."""
    power_in: float
    power_out: float
    loss: float
    efficiency: float
    load: float | None
    """Output over rating; None where the rating is not stated."""


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
class CoolingNeed:
    """What a rack needs of its cooling at design power, and what a coolant distribution unit carries."""

    coolant: str
    liquid_heat: float
    """[W]"""
    air_heat: float
    """[W], the losses of in-rack power shelves included."""
    flow: float
    """Coolant through the rack [m3/s]."""
    supply_temperature: float
    """Highest that the rack allows [K]."""
    return_temperature: float
    """[K]"""
    density: float
    """At the mean temperature [kg/m3]."""
    specific_heat: float
    """At the mean temperature [J/kg/K]."""
    hydraulic_power: float | None
    """Pressure drop times flow [W]; None where the pressure drop is not stated."""
    racks_per_cdu: float
    cdu_heat: float
    """Heat that one coolant distribution unit carries with its racks [W]."""
    cdu_flow: float
    """Flow that one coolant distribution unit gives its racks [m3/s]."""
    cdus_per_su: int

    @property
    def specific_flow(self) -> float:
        """Flow over liquid heat [m3/s/W]; 0 for a rack without liquid cooling."""
        return self.flow / self.liquid_heat if self.liquid_heat else 0.0

    def cdus(self, racks: float) -> int:
        """Give the coolant distribution units that a number of racks needs, without spares."""
        return math.ceil(racks / self.racks_per_cdu - 1e-9)


@dataclass(frozen=True)
class FabricCounts:
    """Switches and links of a scale-out fabric over all its planes.

    A link is one connection at the link rate; a transceiver is one end of it at that rate. ``switch_power`` and
    ``optics_power`` [W] are None where the programme states no power for them.
    """

    sus: int
    nodes: int
    endpoints: int
    """Network ports of nodes."""
    tiers: int
    leafs: int
    spines: int
    cores: int
    node_leaf_links: int
    leaf_spine_links: int
    spine_core_links: int
    switch_power: float | None
    optics_power: float | None

    @property
    def switches(self) -> int:
        """Leafs, spines and cores."""
        return self.leafs + self.spines + self.cores

    @property
    def links(self) -> int:
        """Links of all tiers."""
        return self.node_leaf_links + self.leaf_spine_links + self.spine_core_links

    @property
    def transceivers(self) -> int:
        """Ends of links at the link rate: an upper bound, as copper needs none."""
        return 2 * self.links

    @property
    def power(self) -> float | None:
        """Switches and optics [W]."""
        if self.switch_power is None or self.optics_power is None:
            return None
        return self.switch_power + self.optics_power


@dataclass(frozen=True)
class WorkloadPerformance:
    """What a rack does on a workload, as the lower of its compute and its memory roof, in tokens/s."""

    workload: str
    kind: str
    precision: str
    share: float
    """Of the accelerators' time."""
    tokens_per_s: float
    """Per rack, were all its time spent on the workload; 0 where the model does not fit."""
    tokens_per_s_per_accelerator: float
    compute_roof: float
    """Per rack [tokens/s]."""
    memory_roof: float
    """Per rack [tokens/s]."""
    bound: str
    """``compute``, ``memory`` (bandwidth) or ``capacity`` (it does not fit)."""
    accelerators: float
    """That hold the model together."""
    batch: float
    """Sequences in flight: the workload's, or fewer where memory holds no more."""
    batch_limit: float
    """The most sequences that memory holds."""
    flops_per_token: float
    memory_needed: float
    """For the model's states and one sequence [B]."""
    memory_available: float
    """[B]"""

    @property
    def fits(self) -> bool:
        """Whether the model and one sequence fit into memory."""
        return self.bound != "capacity"


class Severity(StrEnum):
    """What it means that a check fails."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Sense(StrEnum):
    """How a value must stand to its limit."""

    AT_MOST = "at most"
    AT_LEAST = "at least"
    EQUAL = "equal to"


@dataclass(frozen=True)
class Check:
    """A design rule held against a value: what was found, the limit, the margin, and the way out.

    ``value`` and ``limit`` are quantities, so they print in their unit and compute in SI. ``margin`` is the distance
    to the limit as a fraction of it; positive is inside.
    """

    id: str
    title: str
    value: Quantity
    sense: Sense
    limit: Quantity
    margin: float
    ok: bool
    severity: Severity
    subject: str
    """Path of what is checked: a generation, workload, factory or hall."""
    path: str
    """Path of the value of the programme to look at first; :meth:`Programme.place` says where it stands."""
    source: str
    """The clause, document or equation behind the rule."""
    evidence: tuple[Evidence, ...]
    """Of the value and the limit."""
    way_out: str
    detail: str = ""

    @property
    def unit(self) -> str:
        """The unit that value and limit are written in."""
        return self.limit.unit.symbol

    @property
    def failed(self) -> bool:
        """Whether the rule is broken in a way that matters (more than information)."""
        return not self.ok and self.severity is not Severity.INFO

    def __str__(self) -> str:
        said = "holds" if self.ok else self.severity.value
        unit = "" if self.unit == "1" else f" {self.unit}"
        found = (float(self.value) - self.limit.unit.offset) / self.limit.unit.factor
        bound = f"{self.sense} {self.limit.magnitude:.6g}{unit}"
        return f"{said}: {self.title}: {found:.6g}{unit}, {bound} ({100 * self.margin:+.1f} %)"


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


@dataclass(frozen=True)
class Elevation:
    """A rack seen from the front: its height, and what stands in it, stacked bottom-up in BOM order."""

    capacity: float | None
    """Height of the frame [U]; None where no part states it."""
    used: float
    """Height of all units, whether they find a place or not [U]."""
    units: tuple[RackUnit, ...]
    """The units that find a place."""


@dataclass(frozen=True)
class Design:
    """A generation, engineered: per rack, in SI units, as built on a day."""

    generation: str
    name: str
    on: dt.date
    accelerators: float
    """Per rack, as stated; the check ``rack.accelerators`` holds the bill of materials against it."""
    bom: BomTable
    power: PowerRollup
    chain: tuple[ChainStage, ...]
    """From medium voltage to the chip."""
    rack_input: float
    """Power into the rack at design power, losses of in-rack shelves included [W]: what a PUE calls IT."""
    cost: RackCost
    mass: float
    """[kg]"""
    massless: tuple[str, ...]
    """Bought parts that state no mass and stand in no unit that does: they are missing from the mass."""
    footprint: float
    """[m2]"""
    elevation: Elevation
    cooling: CoolingNeed
    fabric: FabricCounts
    """Of one scalable unit; :func:`gigaloop.design.fabric.generation_fabric` gives it for any number of racks."""
    performance: tuple[WorkloadPerformance, ...]
    checks: tuple[Check, ...]
    inputs: tuple[Input, ...]

    @property
    def mean_input(self) -> float:
        """Power into the rack at mean power, at the efficiency of the design point [W]."""
        return self.power.mean * self.rack_input / self.power.design if self.power.design else 0.0

    @property
    def facility_power_per_rack(self) -> float:
        """Power at medium voltage at design power, without cooling [W]."""
        return self.chain[0].power_in if self.chain else self.power.design

    @property
    def chip_power(self) -> float:
        """Power that reaches the chips at design power [W]."""
        return self.chain[-1].power_out if self.chain else self.power.design

    @property
    def chain_efficiency(self) -> float:
        """Share of the power at medium voltage that reaches the chips."""
        return self.chip_power / self.facility_power_per_rack if self.facility_power_per_rack else 1.0

    @property
    def cost_per_rack(self) -> float:
        """Standard cost [USD, programme's price year]; see ``cost`` for what has no price."""
        return self.cost.total

    @property
    def height_u(self) -> float:
        """Height of the units in the rack [U]."""
        return self.elevation.used

    @property
    def floor_load(self) -> float:
        """Mass over footprint [kg/m2]."""
        return self.mass / self.footprint if self.footprint else 0.0

    @property
    def tokens_per_s(self) -> float:
        """Tokens/s of a rack on the programme's mix of workloads, trained and generated together."""
        return math.fsum(p.share * p.tokens_per_s for p in self.performance)

    def tokens_per_s_of(self, kind: str) -> float:
        """Give the tokens/s of a rack in the mix that come from ``training`` or ``inference``."""
        return math.fsum(p.share * p.tokens_per_s for p in self.performance if p.kind == kind)

    @property
    def assumptions(self) -> tuple[Input, ...]:
        """The inputs that nobody outside the programme has stated."""
        return tuple(entry for entry in self.inputs if entry.is_assumption)

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """Checks of weight that do not hold, errors first."""
        order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
        return tuple(sorted((c for c in self.checks if c.failed), key=lambda c: (order[c.severity], c.id, c.subject)))
