"""Reading cases from a CSV table, with the place of every cell that is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from gigaloop.core.document import Document, read_csv
from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean
from gigaloop.validation.records import Case

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
    document = read_csv(path, path.name)
    problems = list(document.problems)
    rows = document.data if isinstance(document.data, list) else []
    if not rows and not problems:
        problems.append(Problem("the table has no row", Place(path.name), hint="write a row for each case"))
    cases = [_case(path, document, number, row, problems) for number, row in enumerate(rows)]
    if problems:
        raise ProgrammeError(problems, title=f"{path.name} is no table of cases")
    return tuple(cases)


def _case(path: Path, document: Document, number: int, row: Mapping[str, object], problems: list[Problem]) -> Case:
    def place(key: str) -> Place:
        return document.places.get((number, key)) or document.places.get((number,)) or Place(path.name)

    def text(key: str) -> str:
        return str(row.get(key, "")).strip()

    def number_in(key: str, standard: float) -> float:
        written = text(key)
        if not written:
            return standard
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            problems.append(Problem(f"'{written}' is no number", place(key), hint="write a plain number such as 12.5"))
        return value

    for key in row:
        if key not in COLUMNS:
            hint = did_you_mean(key, COLUMNS, f"the columns are {', '.join(COLUMNS)}")
            problems.append(Problem(f"there is no column '{key}'", place(key), hint=hint))
    missing = [key for key in NEEDED if key != "unit" and not text(key)]
    problems += [Problem(f"the case has no {key}", place(key), hint=f"fill in the column '{key}'") for key in missing]
    inputs = {}
    for each in filter(None, (each.strip() for each in text("inputs").split(";"))):
        name, equals, value = each.partition("=")
        if not equals or not name.strip():
            why = f"'{each}' is no input"
            problems.append(Problem(why, place("inputs"), hint="write name=value; name=value"))
        inputs[name.strip()] = value.strip()
    return Case(
        id=text("id"),
        quantity=text("quantity"),
        unit=text("unit"),
        published=number_in("published", 0.0),
        tolerance=number_in("tolerance", DEFAULT_TOLERANCE),
        published_to=number_in("published_to", 0.0),
        method=text("method"),
        inputs=inputs,
        note=text("note"),
        folder=path.parent,
    )
