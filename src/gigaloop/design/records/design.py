"""A generation, engineered."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from gigaloop.design.records.checks import Check, Severity
from gigaloop.design.records.cooling import CoolingNeed
from gigaloop.design.records.fabric import Fabric
from gigaloop.design.records.power import ChainStage, PowerRollup
from gigaloop.design.records.product import RackProduct
from gigaloop.design.records.rack import BomTable, Elevation, Input, RackCost
from gigaloop.design.records.work import WorkloadPerformance


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
    rack: RackProduct
    """The rack as it is fed, held, carried and placed."""
    fabric: Fabric
    """Of one scalable unit; :func:`gigaloop.design.fabric.design_fabric` gives it for any number of them."""
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
