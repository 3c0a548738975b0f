"""Cases, what became of them, and the summary."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

RATIO_UNITS = frozenset({"", "1", "%"})
"""Units of quantities that are ratios themselves, such as a PUE: their error is the difference, not a share."""


@dataclass(frozen=True, slots=True)
class Case:
    """A published or measured case.

    Parameters
    ----------
    tolerance
        Error that still counts as within, in the terms of ``error``.
    published_to
        The step to which the published number is rounded, in its own unit; half of it counts as within.
    method
        What computes it.
    inputs
        What the method is given.
    folder
        Folder that files named in the inputs are in.
    """

    id: str
    quantity: str
    unit: str
    published: float
    tolerance: float
    published_to: float
    method: str
    inputs: Mapping[str, str]
    note: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Found:
    """What a method found for a case, and what is to be said of it."""

    value: float
    note: str = ""


Method = Callable[[Case], Found]


@dataclass(frozen=True, slots=True)
class Checked:
    """A case and what was computed for it: none where it could not be; ``published`` is none where it is no number."""

    id: str
    quantity: str
    unit: str
    published: float | None
    computed: float | None
    error: float | None
    within: bool
    note: str

    def as_dict(self) -> dict[str, object]:
        """Give the row as plain data, for ``--json``."""
        return {
            "id": self.id,
            "quantity": self.quantity,
            "unit": self.unit,
            "published": self.published,
            "computed": self.computed,
            "error": self.error,
            "within": self.within,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """How many cases there are, how many could be computed and are within, and how far off those computed are."""

    n: int
    computed: int
    within: int
    mean_abs_error: float | None
    median_abs_error: float | None
    max_abs_error: float | None


@dataclass(frozen=True, slots=True)
class Validation:
    """All cases of a kind, as checked; ``remarks`` say what they amount to."""

    kind: str
    rows: tuple[Checked, ...]
    remarks: tuple[str, ...] = ()

    @property
    def summary(self) -> Summary:
        """The summary of the rows."""
        errors = [abs(row.error) for row in self.rows if row.error is not None]
        return Summary(
            n=len(self.rows),
            computed=sum(row.computed is not None for row in self.rows),
            within=sum(row.within for row in self.rows),
            mean_abs_error=statistics.fmean(errors) if errors else None,
            median_abs_error=statistics.median(errors) if errors else None,
            max_abs_error=max(errors) if errors else None,
        )

    def as_dict(self) -> dict[str, object]:
        """Give the validation as plain data, for ``--json``."""
        summary = self.summary
        return {
            "kind": self.kind,
            "rows": [row.as_dict() for row in self.rows],
            "summary": {name: getattr(summary, name) for name in Summary.__slots__},
            **({"remarks": list(self.remarks)} if self.remarks else {}),
        }


def check_case(case: Case, found: Found) -> Checked:
    """Hold what was found for a case against what is published.

    The error is ``computed / published - 1``, or the difference where the quantity is a ratio itself or 0 is published.
    """
    value = found.value
    if not math.isfinite(value):
        return not_computed(case, "the computation gives no number")
    ratio = case.unit in RATIO_UNITS or case.published == 0.0
    error = value - case.published if ratio else value / case.published - 1.0
    within = abs(error) <= case.tolerance or abs(value - case.published) <= case.published_to / 2.0
    note = "; ".join(each for each in (case.note, found.note) if each)
    return Checked(case.id, case.quantity, case.unit, case.published, value, error, within, note)


def not_computed(case: Case, why: str) -> Checked:
    """Give the row of a case that could not be computed, with the reason."""
    note = "; ".join(each for each in (why, case.note) if each)
    return Checked(case.id, case.quantity, case.unit, case.published, None, None, False, note)
