"""The weekly calendar: weeks start on Monday and are named as in ISO 8601 (``2027-W03``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from gigaloop.core.units import WEEK

_DAYS = 7


def monday(day: dt.date) -> dt.date:
    """Give the Monday of the ISO week that holds a day.

    >>> monday(dt.date(2027, 1, 1)).isoformat()
    '2026-12-28'
    """
    return day - dt.timedelta(days=day.weekday())


def week_label(day: dt.date) -> str:
    """Name the ISO week that holds a day.

    >>> week_label(dt.date(2027, 1, 1))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def quarter_label(day: dt.date) -> str:
    """Name the calendar quarter of a day.

    >>> quarter_label(dt.date(2027, 5, 1))
    '2027-Q2'
    """
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def weeks_up(seconds: float) -> int:
    """Give a duration in whole weeks, rounded up (1e-9 of a week is forgiven).

    >>> weeks_up(8 * 86400.0)
    2
    """
    whole = -(-(seconds / WEEK - 1e-9) // 1)
    return max(0, int(whole))


@dataclass(frozen=True, slots=True)
class Calendar:
    """A horizon of whole weeks: week ``i`` runs from Monday ``date(i)`` for seven days.

    >>> calendar = Calendar.spanning(dt.date(2026, 12, 2), dt.date(2027, 1, 15))
    >>> calendar.weeks, calendar.label(0), calendar.index(dt.date(2027, 1, 4))
    (7, '2026-W49', 5)
    """

    start: dt.date
    weeks: int

    def __post_init__(self) -> None:
        if self.start.weekday() != 0:
            raise ValueError(f"{self.start} is not a Monday")
        if self.weeks < 1:
            raise ValueError("a calendar needs at least one week")

    @classmethod
    def spanning(cls, first: dt.date, last: dt.date) -> Calendar:
        """Give the calendar of the weeks that hold ``first`` to ``last``, both included."""
        start = monday(first)
        return cls(start, (monday(last) - start).days // _DAYS + 1)

    @property
    def end(self) -> dt.date:
        """The day after the last week."""
        return self.date(self.weeks)

    def index(self, day: dt.date) -> int:
        """Give the index of the week that holds a day; negative before the start, ``>= weeks`` after the end."""
        return (day - self.start).days // _DAYS

    def index_from(self, day: dt.date) -> int:
        """Give the first week that starts on or after a day: what is due or available *by* then counts from it."""
        return -((self.start - day).days // _DAYS)

    def clip(self, index: int) -> int:
        """Bring a week index into the horizon, ``0 .. weeks``."""
        return min(max(index, 0), self.weeks)

    def date(self, index: int) -> dt.date:
        """Give the Monday of a week."""
        return self.start + dt.timedelta(days=_DAYS * index)

    def label(self, index: int) -> str:
        """Name a week in ISO 8601."""
        return week_label(self.date(index))

    def dates(self) -> Iterator[dt.date]:
        """Give the Monday of every week."""
        return (self.date(index) for index in range(self.weeks))

    def labels(self) -> tuple[str, ...]:
        """Name every week."""
        return tuple(week_label(day) for day in self.dates())

    def quarters(self) -> tuple[str, ...]:
        """Name the quarter of every week: that of its Thursday, as ISO 8601 gives weeks to years."""
        return tuple(quarter_label(day + dt.timedelta(days=3)) for day in self.dates())

    def years(self) -> tuple[int, ...]:
        """Give the ISO year of every week."""
        return tuple(day.isocalendar().year for day in self.dates())
