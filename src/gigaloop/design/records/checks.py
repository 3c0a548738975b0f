"""A design rule held against a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gigaloop.core.evidence import Evidence
from gigaloop.core.quantity import Quantity


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
