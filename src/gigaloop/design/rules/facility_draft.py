"""A facility with what it was sized from, as its rules are held against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.design.records import Design, EquipmentLine, Facility
from gigaloop.programme.schema import Generation, Programme, Site

if TYPE_CHECKING:
    from gigaloop.design.facility.equipment import Demand, Need


@dataclass(frozen=True)
class FacilityDraft:
    """A facility with what it was sized from, before it is checked."""

    programme: Programme
    generation: Generation
    site: Site
    design: Design
    facility: Facility
    demand: Demand
    needs: tuple[Need, ...]

    def path(self, *steps: str) -> str:
        """Give the path of a value of the site."""
        return ".".join(("sites", self.site.id, *steps))

    def line(self, role: str) -> EquipmentLine | None:
        """Give a class of equipment."""
        return next((line for line in self.facility.equipment if line.role == role), None)

    @property
    def approach(self) -> float | None:
        """Coolant supply over facility water at the units [K]; None without liquid cooling."""
        return None if self.facility.loop_designs is None else self.facility.loop_designs.approach
