"""Where a number came from: source, date, kind, range, and what it superseded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from gigaloop.core.errors import Place

_DATE = re.compile(r"(\d{4})(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?|-?Q[1-4])?")


class EvidenceKind(StrEnum):
    """How far a number can be trusted, from the firmest to the weakest."""

    MEASURED = "measured"
    DATASHEET = "datasheet"
    FILING = "filing"
    ANNOUNCED = "announced"
    REPORTED = "reported"
    ESTIMATE = "estimate"
    ASSUMPTION = "assumption"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of one number.

    ``date`` is ISO, as coarse as the source allows (``2025``, ``2025-Q2``, ``2025-10`` or ``2025-10-31``).
    ``low`` and ``high`` are quantities as text in the unit of the value. ``place`` says where in a user's file
    the value stands. ``superseded`` lists earlier evidence that this one replaces.
    """

    source: str
    date: str
    kind: EvidenceKind
    low: str = ""
    high: str = ""
    note: str = ""
    place: Place | None = None
    superseded: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("evidence needs a source: a link, a document or 'assumption of ...'")
        if not is_evidence_date(self.date):
            raise ValueError(f"'{self.date}' is no date of evidence; write e.g. 2025, 2025-Q2, 2025-10 or 2025-10-31")

    @property
    def is_assumption(self) -> bool:
        """Whether nobody outside has stated the number."""
        return self.kind is EvidenceKind.ASSUMPTION

    def at(self, place: Place) -> Evidence:
        """Give the same evidence with the place where the value stands."""
        return replace(self, place=place)

    def as_dict(self) -> dict[str, object]:
        """Give the evidence as plain data; empty fields are left out."""
        data: dict[str, object] = {"source": self.source, "date": self.date, "kind": self.kind.value}
        data |= {name: value for name in ("low", "high", "note") if (value := getattr(self, name))}
        if self.place is not None:
            data["place"] = str(self.place)
        if self.superseded:
            data["superseded"] = [earlier.as_dict() for earlier in self.superseded]
        return data


def is_evidence_date(text: str) -> bool:
    """Say whether a text is a year, quarter, month or day in ISO order.

    >>> is_evidence_date("2025-Q2"), is_evidence_date("2025-13")
    (True, False)
    """
    return _DATE.fullmatch(text) is not None
