"""What every figure has: an identity, a title that states the finding, words for those who cannot see it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from gigaloop.core.evidence import Evidence
from gigaloop.report.numbers import Number, Value, as_number, pieces
from gigaloop.report.tables import Table


@dataclass(frozen=True, kw_only=True)
class Figure(ABC):
    """A figure as data.

    Parameters
    ----------
    id
        Identifier within the report; it becomes the anchor of the figure.
    title
        The finding or the question, as a sentence.
    alt
        One sentence that says what can be seen, for readers who cannot see it.
    measure, unit
        What is measured and its unit; they name the value axis.
    evidence
        Evidence of the whole figure; single numbers carry their own.
    notes
        Remarks printed below the figure.
    height
        Height [px] on the screen.
    """

    kind: ClassVar[str] = ""

    id: str
    title: str
    alt: str
    measure: str = ""
    unit: str = ""
    evidence: Evidence | Sequence[Evidence] = ()
    notes: str | Sequence[str] = ()
    height: int = 360

    def __post_init__(self) -> None:
        for name in ("id", "title", "alt"):
            if not getattr(self, name).strip():
                raise ValueError(f"{type(self).__name__} '{self.id}': '{name}' says nothing")
        notes = (self.notes,) if isinstance(self.notes, str) else tuple(self.notes)
        settle(self, evidence=pieces(self.evidence), notes=notes)
        self._settle()

    @abstractmethod
    def _settle(self) -> None:
        """Bring what was given into tuples and check that it fits together."""

    @abstractmethod
    def table(self) -> Table:
        """Give the numbers that are drawn."""

    def tables(self) -> tuple[Table, ...]:
        """Give every table of the figure; most have one."""
        return (self.table(),)

    def entities(self) -> tuple[str, ...]:
        """Give the keys that are told apart by colour, in order."""
        return ()

    @property
    def axis_name(self) -> str:
        """The name of the value axis with its unit."""
        if self.measure and self.unit and self.measure != self.unit:
            return f"{self.measure} ({self.unit})"
        return self.measure or self.unit

    def _require(self, holds: bool, why: str) -> None:
        if not holds:
            raise ValueError(f"figure '{self.id}': {why}")


@dataclass(frozen=True)
class Series:
    """Named values; series of the same ``entity`` (by default the name) share a colour across figures.

    ``estimated`` says of each value whether nothing measured supports it; such points are drawn hollow.
    """

    name: str
    values: tuple[Number, ...]
    entity: str = ""
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)
    estimated: tuple[bool, ...] = ()

    def __init__(
        self,
        name: str,
        values: Iterable[Value],
        entity: str = "",
        evidence: Evidence | Sequence[Evidence] = (),
        estimated: Iterable[bool] = (),
    ) -> None:
        shared = pieces(evidence)
        settled = tuple(_with_evidence(as_number(value), shared) for value in values)
        settle(self, name=name, values=settled, entity=entity or name, evidence=shared, estimated=tuple(estimated))

    @property
    def floats(self) -> list[float | None]:
        """The bare values."""
        return [number.value for number in self.values]


def _with_evidence(number: Number, evidence: tuple[Evidence, ...]) -> Number:
    if number.evidence or not evidence or number.value is None:
        return number
    return Number(number.value, number.unit, evidence, number.decimals, number.low, number.high, number.note)


def settle(record: object, **fields: object) -> None:
    """Set fields of a frozen record while it is being made."""
    for name, value in fields.items():
        object.__setattr__(record, name, value)


def total(values: Iterable[float | None]) -> float | None:
    """Add what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
