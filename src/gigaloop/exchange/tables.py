"""Tables for other systems: columns with their meaning, rows of texts, dates and numbers; written as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

Value = str | int | float | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, and what it means."""

    name: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of rows with values for all columns, in a fixed order."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def column(self, name: str) -> tuple[Value, ...]:
        """Give the values of a column by its name."""
        at = [column.name for column in self.columns].index(name)
        return tuple(row[at] for row in self.rows)


def table(name: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Value]]) -> Table:
    """Make a table of columns (name, meaning) and rows."""
    return Table(name, tuple(Column(*column) for column in columns), tuple(tuple(row) for row in rows))


def plain(value: Value) -> str:
    """Write a value for CSV: dates as ISO 8601, whole numbers without a point, nothing for none.

    >>> plain(3.0), plain(0.125), plain(dt.date(2027, 1, 4)), plain(None)
    ('3', '0.125', '2027-01-04', '')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(round(value, 9))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def csv_bytes(of: Table) -> bytes:
    """Write a table as CSV (RFC 4180, UTF-8), its first line the names of the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in of.columns])
    writer.writerows([plain(value) for value in row] for row in of.rows)
    return text.getvalue().encode()
