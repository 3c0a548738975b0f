"""What a design rule is, what it finds, and how a finding becomes a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gigaloop.catalogue.kinds import Accelerator, Converter
from gigaloop.core.evidence import Evidence
from gigaloop.core.quantity import BARE, UNDATED, Quantity
from gigaloop.core.units import UNITS
from gigaloop.design.records import (
    BomTable,
    ChainStage,
    Check,
    CoolingNeed,
    Elevation,
    PowerRollup,
    RackCost,
    RackProduct,
    Sense,
    Severity,
    WorkloadPerformance,
)
from gigaloop.programme.schema import Generation, Programme

_FORGIVEN = 1e-9
"""Relative rounding that no rule is broken by."""


class Subject(Protocol):
    """What rules are held against: it knows its path in the programme."""

    def path(self, *steps: str) -> str:
        """Give the path of a value of it."""
        ...


@dataclass(frozen=True)
class Draft:
    """A generation with all that was engineered of it, before it is checked."""

    programme: Programme
    generation: Generation
    accelerator: Accelerator
    converters: Mapping[str, Converter]
    bom: BomTable
    power: PowerRollup
    chain: tuple[ChainStage, ...]
    rack_input: float
    cost: RackCost
    mass: float
    massless: tuple[str, ...]
    elevation: Elevation
    cooling: CoolingNeed
    rack: RackProduct
    performance: tuple[WorkloadPerformance, ...]
    most_sus: int
    """Scalable units that one fabric joins at most."""

    def path(self, *steps: str) -> str:
        """Give the path of a value of the generation."""
        return ".".join(("generations", self.generation.id, *steps))


@dataclass(frozen=True)
class Finding:
    """What a rule finds: value and limit, both as quantities in the unit to show them in.

    ``way_out`` and ``severity`` replace those of the rule where they are given; ``subject`` and ``path`` default to
    the generation.
    """

    value: Quantity
    limit: Quantity
    path: str
    subject: str = ""
    way_out: str = ""
    detail: str = ""
    severity: Severity | None = None
    sense: Sense | None = None


@dataclass(frozen=True)
class Rule:
    """A named design rule."""

    id: str
    title: str
    sense: Sense
    severity: Severity
    source: str
    way_out: str
    find: Callable[[Any], Iterable[Finding]]
    """Of what the rule is about: a :class:`Draft`, or the draft of a facility."""

    def check(self, draft: Subject) -> Iterable[Check]:
        """Hold the rule against a draft: a check for each thing that it applies to."""
        return (self._check(draft, finding) for finding in self.find(draft))

    def _check(self, draft: Subject, finding: Finding) -> Check:
        sense = finding.sense or self.sense
        margin = margin_of(finding.value, sense, finding.limit)
        return Check(
            id=self.id,
            title=self.title,
            value=finding.value,
            sense=sense,
            limit=finding.limit,
            margin=margin,
            ok=margin >= -_FORGIVEN,
            severity=finding.severity or self.severity,
            subject=finding.subject or draft.path(),
            path=finding.path,
            source=self.source,
            evidence=_evidence(finding),
            way_out=finding.way_out or self.way_out,
            detail=finding.detail,
        )


def margin_of(value: Quantity, sense: Sense, limit: Quantity) -> float:
    """Give the distance of a value to its limit as a fraction of the limit; positive is inside.

    Both are taken in the limit's unit, so that of temperatures is a fraction of degrees Celsius. Where the limit is
    zero, the margin is 1 inside and -1 outside.

    Examples
    --------
    >>> round(margin_of(Quantity.of(120, "kW"), Sense.AT_MOST, Quantity.of(132, "kW")), 3)
    0.091
    >>> round(margin_of(Quantity.of(42, "degC"), Sense.AT_LEAST, Quantity.of(32, "degC")), 4)
    0.3125
    """
    found, bound = ((float(x) - limit.unit.offset) / limit.unit.factor for x in (value, limit))
    distance = bound - found if sense is Sense.AT_MOST else found - bound
    if sense is Sense.EQUAL:
        distance = 0.0 - abs(distance)
    return distance / (abs(bound) or abs(found) or 1.0)


def shown(value: float, unit: str) -> Quantity:
    """Give a computed SI value as a quantity that prints in a unit; ``1`` for a pure number."""
    return Quantity(value, BARE if unit == "1" else UNITS[unit])


def in_unit(limit: Quantity, unit: str) -> Quantity:
    """Give a stated limit, with its evidence, in a unit."""
    return Quantity(float(limit), UNITS[unit], None, limit.evidence)


def _evidence(finding: Finding) -> tuple[Evidence, ...]:
    found = (finding.value.evidence, finding.limit.evidence)
    return tuple(evidence for evidence in found if evidence is not None and evidence.date != UNDATED)
