"""Numbers as a report shows them: a value, its unit, and the evidence behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, isclose, isfinite, log10
from typing import SupportsFloat

from gigaloop.core.evidence import Evidence

MISSING = "–"
_MINUS = "−"


@dataclass(frozen=True, slots=True)
class Number:
    """A value with its unit and evidence; ``None`` where the value is not known.

    ``decimals`` fixes the digits after the point; without it they follow the size of the number. ``low`` and
    ``high`` give a computed range, shown beside the value. ``note`` is a short remark shown with the evidence.
    """

    value: float | None
    unit: str = ""
    evidence: tuple[Evidence, ...] = ()
    decimals: int | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""

    def __init__(
        self,
        value: SupportsFloat | None,
        unit: str = "",
        evidence: Evidence | Sequence[Evidence] = (),
        decimals: int | None = None,
        low: SupportsFloat | None = None,
        high: SupportsFloat | None = None,
        note: str = "",
    ) -> None:
        known = {"value": _finite(value), "low": _finite(low), "high": _finite(high)}
        words = {"unit": unit, "evidence": pieces(evidence), "decimals": decimals, "note": note}
        for name, each in (known | words).items():
            object.__setattr__(self, name, each)

    @property
    def text(self) -> str:
        """The number as text, without its unit."""
        return format_number(self.value, self.decimals)

    @property
    def range_text(self) -> str:
        """The range as text, or nothing."""
        if self.low is None or self.high is None:
            return ""
        digits = shared_decimals([self.low, self.high]) if self.decimals is None else self.decimals
        return f"{format_number(self.low, digits)} to {format_number(self.high, digits)}"

    @property
    def is_assumption(self) -> bool:
        """Whether any evidence of the number is an assumption."""
        return any(evidence.is_assumption for evidence in self.evidence)


Value = Number | SupportsFloat | None


def pieces(evidence: Evidence | Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Give evidence as a tuple; one piece may be given bare."""
    return (evidence,) if isinstance(evidence, Evidence) else tuple(evidence)


def _finite(value: SupportsFloat | None) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if isfinite(number) else None


def as_number(value: Value, unit: str = "", decimals: int | None = None) -> Number:
    """Give a plain value, or a number that may lack a unit, as a number."""
    if isinstance(value, Number):
        if value.unit or not unit:
            return value
        return Number(value.value, unit, value.evidence, value.decimals, value.low, value.high, value.note)
    return Number(value, unit, decimals=decimals)


def as_numbers(values: Iterable[Value], unit: str = "") -> tuple[Number, ...]:
    """Give values (a list, a NumPy array, numbers with evidence) as a tuple of numbers."""
    return tuple(as_number(value, unit) for value in values)


def decimals_for(value: float) -> int:
    """Say how many decimals show about three significant digits of a value, none from a hundred on.

    >>> [decimals_for(value) for value in (12345, 132, 13.2, 1.32, 0.132, 0.0132)]
    [0, 0, 1, 2, 3, 4]
    """
    if not value or not isfinite(value):
        return 0
    return max(0, min(9, 2 - floor(log10(abs(value)))))


def shared_decimals(values: Iterable[float | None]) -> int:
    """Say how many decimals a column needs so that all its numbers are read alike.

    No more than the numbers have; as many as show three digits of the largest and two of the smallest, so long
    as the largest is not written with more than four digits; one at least where a number is below one. What is a
    millionth of the largest counts as nothing.

    >>> [shared_decimals(values) for values in ([43.75, 30], [4, 120], [140, 5.6, 0.3], [2450, 410.5], [])]
    [1, 0, 1, 0, 0]
    """
    known = [abs(value) for value in values if value is not None and isfinite(value)]
    largest = max(known, default=0.0)
    seen = [value for value in known if value > 1e-6 * largest]
    if not seen:
        return 0
    smallest = min(seen)
    needed = next((digits for digits in range(9) if all(_written(value, digits) for value in seen)), 9)
    wanted = max(0, 1 - floor(log10(smallest)), 2 - floor(log10(largest)))
    room = max(0, 3 - floor(log10(largest)), 1 if smallest < 1 else 0)
    return min(needed, wanted, room)


def _written(value: float, digits: int) -> bool:
    return isclose(round(value, digits), value, rel_tol=1e-6)


def format_number(value: float | None, decimals: int | None = None) -> str:
    """Write a number with thousands separators, a true minus sign, and a dash where it is missing.

    >>> format_number(-12345.6), format_number(0.5, 2), format_number(None), format_number(1e-12)
    ('−12,346', '0.50', '–', '1e−12')
    """
    if value is None or not isfinite(value):
        return MISSING
    if decimals is None:
        if (value and abs(value) < 1e-6) or abs(value) >= 1e15:
            return f"{value:.3g}".replace("-", _MINUS)
        decimals = 0 if value == int(value) else decimals_for(value)
    text = f"{value:,.{decimals}f}"
    if text.startswith("-"):
        text = text[1:] if not any(digit in "123456789" for digit in text) else _MINUS + text[1:]
    return text
