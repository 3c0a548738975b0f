"""Reading cases from a CSV table, with the place of every cell that is wrong."""

from __future__ import annotations

import math
from pathlib import Path

from gigaloop.validation.records import Case
from gigaloop.validation.rows import TextRow, read_rows

NEEDED = ("id", "quantity", "unit", "published", "method")
COLUMNS = (*NEEDED, "tolerance", "published_to", "inputs", "source", "note")
DEFAULT_TOLERANCE = 0.01
"""Error within which a case counts as met where its row states no tolerance. Source: a choice of this project."""


def read_cases(path: Path) -> tuple[Case, ...]:
    """Read cases from a table: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the table, each with its place.
    """
    needed = [key for key in NEEDED if key != "unit"]
    return read_rows(path, COLUMNS, needed, _case, row="case", table="cases")


def _case(row: TextRow) -> Case:
    inputs = {}
    for each in filter(None, (each.strip() for each in row.text("inputs").split(";"))):
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            row.complain("inputs", f"'{each}' is no input", "write name=value; name=value")
        inputs[name.strip()] = value.strip()
    return Case(
        id=row.text("id"),
        quantity=row.text("quantity"),
        unit=row.text("unit"),
        published=_number(row, "published", 0.0),
        tolerance=_number(row, "tolerance", DEFAULT_TOLERANCE),
        published_to=_number(row, "published_to", 0.0),
        method=row.text("method"),
        inputs=inputs,
        note=row.text("note"),
        folder=row.path.parent,
    )


def _number(row: TextRow, key: str, standard: float) -> float:
    written = row.text(key)
    if not written:
        return standard
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        row.complain(key, f"'{written}' is no number", "write a plain number such as 12.5")
    return value
