"""What all entries of the catalogue share: identity, evidence, and the field types of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, InstanceOf, StringConstraints

from gigaloop.core.evidence import Evidence, is_evidence_date
from gigaloop.core.quantity import Dim, Quantity

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
"""Lower-case letters, digits, ``-`` and ``_``, as in a programme."""


def _coarse(value: str) -> str:
    if not is_evidence_date(value):
        raise ValueError(f"'{value}' is no date; write e.g. 2026, 2026-Q3, 2026-10 or 2026-10-31")
    return value


CoarseDate = Annotated[str, BeforeValidator(str), AfterValidator(_coarse)]
"""An ISO date as coarse as its source states it: a year, quarter, month or day."""


@dataclass(frozen=True, slots=True)
class EntryOf:
    """Marks a text as the id of an entry of a kind."""

    kind: str


AcceleratorId = Annotated[str, EntryOf("accelerator")]
LeadTimeId = Annotated[str, EntryOf("lead_time")]

ApparentPower = Annotated[Quantity, Dim("apparent power", above=0.0)]
Latitude = Annotated[Quantity, Dim("number", low=-90.0, high=90.0)]
Longitude = Annotated[Quantity, Dim("number", low=-180.0, high=180.0)]
PositiveFraction = Annotated[Quantity, Dim("fraction", above=0.0, high=1.0)]


class Record(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


class Entry(Record):
    """One thing that the catalogue knows facts about.

    Every number is a :class:`~gigaloop.core.quantity.Quantity` with its own evidence; texts and dates rest on
    ``evidence``, the sources of the entry as a whole.
    """

    kind: ClassVar[str]

    id: Id
    name: str
    aliases: tuple[str, ...] = ()
    note: str = ""
    evidence: tuple[InstanceOf[Evidence], ...]
