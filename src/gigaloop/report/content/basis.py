"""What all sections share: names, and the evidence of computed and of stated numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.quantity import Quantity
from gigaloop.programme import evidence_of
from gigaloop.report.numbers import Number

if TYPE_CHECKING:
    from gigaloop.study.chain import Result

GW = 1e9
MW = 1e6
KW = 1e3
BUSD = 1e9
MUSD = 1e6

Floats = NDArray[np.float64]


def power_unit(largest: float) -> tuple[float, str]:
    """Give the unit in which powers up to the largest [W] are said, as its size [W] and its symbol.

    >>> power_unit(7.5e9), power_unit(40e6)
    ((1000000000.0, 'GW'), (1000000.0, 'MW'))
    """
    return (GW, "GW") if largest >= 0.1 * GW else (MW, "MW")


def power_said(power: float) -> str:
    """Give a power [W] in words: in GW with two decimals, below a tenth of one in MW."""
    size, unit = power_unit(power)
    return f"{power / size:.2f} {unit}" if unit == "GW" else f"{power / size:.3g} {unit}"


@dataclass(frozen=True, slots=True)
class Basis:
    """A run, and how its numbers are named and vouched for."""

    result: Result

    def computed(self, how: str) -> Evidence:
        """Give the evidence of numbers that this run computed: by which rule, from which programme and key."""
        programme = self.result.programme
        source = f"computed by gigaloop from the programme {programme.id}, key {self.result.key[:12]}"
        return Evidence(source, programme.as_of.isoformat(), EvidenceKind.COMPUTED, note=how)

    def stated(self, quantity: Quantity, path: str = "") -> Number:
        """Give a number of the programme in its own unit, with its evidence."""
        evidence = self.evidence_of(quantity, path)
        unit = "" if quantity.unit.symbol == "1" else quantity.unit.symbol
        if quantity.year is not None:
            unit = f"{unit} ({quantity.year})"
        return Number(quantity.magnitude, unit, evidence)

    def evidence_of(self, quantity: Quantity, path: str = "") -> tuple[Evidence, ...]:
        """Give the evidence of a number of the programme; one stated without any is its author's assumption."""
        return (evidence_of(self.result.programme, quantity, path),)

    def site(self, site: str) -> str:
        """Give the name of a site with its state."""
        record = self.result.programme.site_of[site]
        return f"{record.name}, {record.state}"

    def generation(self, generation: str) -> str:
        """Give the name of a generation."""
        return self.result.programme.generation_of[generation].name

    def workload(self, workload: str) -> str:
        """Give the name of a workload."""
        return next(each.name for each in self.result.programme.workloads if each.id == workload) or workload

    def factory(self, factory: str) -> str:
        """Give the name of a factory with its state."""
        for record in self.result.programme.factories:
            if record.id == factory:
                return f"{record.name}, {record.state}"
        return factory

    def part(self, part: str) -> str:
        """Give the name of a part."""
        return self.result.programme.part_of[part].name

    def where(self, path: str) -> str:
        """Give file and line of a path of the programme, without its folder."""
        place = self.result.programme.place(path)
        return f"{Path(place.file).name}:{place.line}" if place is not None else path

    def resource(self, path: str, name: str) -> str:
        """Give the name of a resource of a factory or site in full; ``name`` where it is neither."""
        section, _, rest = path.partition(".")
        owner, _, inner = rest.partition(".")
        if section == "sites":
            return self.site(owner)
        if section != "factories":
            return name
        factory = next(each for each in self.result.programme.factories if each.id == owner)
        kind, _, line_of = inner.partition(".")
        named = line_of.partition(".")[0] if kind == "lines" else ""
        line = next((each for each in factory.lines if each.id == named), None)
        return f"{factory.name}: {line.name}" if line is not None else self.factory(owner)
