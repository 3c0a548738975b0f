"""A network engineered whole."""

from __future__ import annotations

from dataclasses import dataclass

from gigaloop.design.records.cables import BeyondReach, CableSchedule, FabricBill, RefusedMedium
from gigaloop.design.records.checks import Check
from gigaloop.design.records.fabric import Fabric
from gigaloop.design.records.floor import FloorPlan, TrayFill


@dataclass(frozen=True)
class Network:
    """The networks of a number of scalable units of a generation, engineered: fabric, floor, cables, bill, checks."""

    site: str
    """Id of the site; empty for a floor that is no site's."""
    fabric: Fabric
    floor: FloorPlan
    schedule: CableSchedule
    trays: TrayFill
    bill: FabricBill
    checks: tuple[Check, ...]
    beyond: tuple[BeyondReach, ...] = ()
    """Links that no medium at hand reaches, by layer, with the shortest medium that would serve."""
    refused: tuple[RefusedMedium, ...] = ()
    """Cables and modules of the rate that do not serve, with the reason."""

    @property
    def feasible(self) -> bool:
        """Whether everything is placed and every cable is within a supported reach."""
        return not self.floor.unplaced and not len(self.schedule.unreached)
