"""Reading rows of measured facilities: site, operator, station, metric, with the place of every cell that is wrong."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from gigaloop.validation.rows import TextRow, read_rows

NEEDED = ("id", "metric")
COLUMNS = (
    "id",
    "site",
    "operator",
    "state",
    "nearest_tmy3_wmo",
    "metric",
    "value",
    "unit",
    "period",
    "conditions",
    "kind",
    "evidence",
    "source",
)

_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_RANGE = re.compile(rf"({_NUMBER.pattern})\s*(?:\.\.|-|–|to)\s*({_NUMBER.pattern})")
_SUM = re.compile(rf"({_NUMBER.pattern})\s*\+\s*({_NUMBER.pattern})")
_ABOUT = re.compile(r"^(?:~|≈|about |approx\.? |ca\.? |c\. )\s*", re.IGNORECASE)
_MARGIN = re.compile(rf"({_NUMBER.pattern})\s*(?:±|\+/-|\+-)\s*({_NUMBER.pattern})")
_BELOW = re.compile(rf"(?:<|≤|<=|below |under |at most )\s*({_NUMBER.pattern})", re.IGNORECASE)
_DIGITS = 12
_DIMENSIONLESS = frozenset({"-", "–", "1"})


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure; ``low`` and ``high`` are its ends, where it is a range."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A row: a figure that somebody measured, claimed or modelled of a facility."""

    id: str
    site: str
    operator: str
    state: str
    station: str
    metric: str
    published: Published | None
    stated: str
    """The figure as it stands in the table."""
    unit: str
    period: str
    conditions: str
    kind: str

    @property
    def quantity(self) -> str:
        """What is compared."""
        return ", ".join(each for each in (f"{self.operator} {self.site}".strip(), self.metric, self.period) if each)


def read_measured(path: Path) -> tuple[Measured, ...]:
    """Read rows of measured facilities: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the table, each with its place.
    """
    return read_rows(path, COLUMNS, NEEDED, _measured, row="row", table="measured facilities")


def _measured(row: TextRow) -> Measured:
    text, unit = row.text, row.text("unit")
    return Measured(
        id=text("id"),
        site=text("site"),
        operator=text("operator"),
        state=text("state"),
        station=text("nearest_tmy3_wmo"),
        metric=text("metric"),
        published=read_published(text("value")),
        stated=text("value"),
        unit="" if unit in _DIMENSIONLESS else unit,
        period=text("period"),
        conditions=text("conditions"),
        kind=text("kind"),
    )


def read_published(text: str) -> Published | None:
    """Read a figure: a number, a range (``1.167..1.307``, ``8-30``) or a sum (``40 + 8``); none where it is neither.

    A figure may be marked as approximate (``~1.25``), have a margin (``1.11 ± 0.02``) or be an upper end (``<0.05``).
    A comma stands between thousands.

    Examples
    --------
    >>> read_published("1.1..1.3")
    Published(value=1.2, low=1.1, high=1.3)
    >>> read_published("about one") is None
    True
    """
    text = _ABOUT.sub("", text.strip())
    if _NUMBER.fullmatch(text):
        return Published(_float(text)) if math.isfinite(_float(text)) else None
    if match := _MARGIN.fullmatch(text):
        middle, margin = _float(match[1]), _float(match[2])
        return Published(middle, round(middle - margin, _DIGITS), round(middle + margin, _DIGITS))
    if match := _BELOW.fullmatch(text):
        return Published(_float(match[1]), 0.0, _float(match[1]))
    if match := _RANGE.fullmatch(text):
        low, high = sorted((_float(match[1]), _float(match[2])))
        return Published(round((low + high) / 2.0, _DIGITS), low, high)
    if match := _SUM.fullmatch(text):
        return Published(_float(match[1]) + _float(match[2]))
    return None


def _float(text: str) -> float:
    return float(text.replace(",", ""))
