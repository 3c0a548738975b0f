"""Months, quarters and years as runs of weeks; a week counts in the period of its Monday."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from gigaloop.core.calendar import Calendar, quarter_label


@lru_cache(maxsize=16)
def periods(calendar: Calendar, length: Literal["month", "quarter", "year"]) -> Mapping[str, range]:
    """Give the weeks of every period of the horizon by its name.

    >>> import datetime as dt
    >>> dict(periods(Calendar(dt.date(2026, 12, 14), 5), "quarter"))
    {'2026-Q4': range(0, 3), '2027-Q1': range(3, 5)}
    """
    found: dict[str, range] = {}
    for week, day in enumerate(calendar.dates()):
        name = {"month": f"{day:%Y-%m}", "quarter": quarter_label(day), "year": f"{day.year}"}[length]
        found[name] = range(found[name].start if name in found else week, week + 1)
    return MappingProxyType(found)
