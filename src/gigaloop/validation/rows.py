"""Reading the rows of a CSV table of published figures, with the place of every cell that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from gigaloop.core.document import Document, read_csv
from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean

T = TypeVar("T")


@dataclass(frozen=True)
class TextRow:
    """A row of texts, and where each of them stands."""

    cells: Mapping[str, object]
    number: int
    document: Document
    path: Path
    problems: list[Problem]
    """To which what is wrong with a cell is added."""

    def text(self, key: str) -> str:
        """Give a cell; empty where there is none."""
        return str(self.cells.get(key, "")).strip()

    def place(self, key: str) -> Place:
        """Say where a cell stands, or its row."""
        places = self.document.places
        return places.get((self.number, key)) or places.get((self.number,)) or Place(self.path.name)

    def complain(self, key: str, why: str, hint: str) -> None:
        """Add what is wrong with a cell."""
        self.problems.append(Problem(why, self.place(key), hint=hint))


def read_rows(
    path: Path, columns: Sequence[str], needed: Sequence[str], make: Callable[[TextRow], T], *, row: str, table: str
) -> tuple[T, ...]:
    """Read a table of published figures.

    Parameters
    ----------
    path
        The table.
    columns, needed
        Columns that it may have, and those that no row may leave empty.
    make
        What makes a record of a row.
    row, table
        What a row and the table are, for messages.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the table, each with its place.
    """
    document = read_csv(path, path.name)
    problems = list(document.problems)
    found = document.data if isinstance(document.data, list) else []
    if not found and not problems:
        problems.append(Problem("the table has no row", Place(path.name), hint=f"write a row for each {row}"))
    made: list[T] = []
    for number, cells in enumerate(found):
        each = TextRow(cells, number, document, path, problems)
        for key in cells if not made else ():
            if key not in columns:
                hint = did_you_mean(key, columns, f"the columns are {', '.join(columns)}")
                each.complain(key, f"there is no column '{key}'", hint)
        for key in needed:
            if not each.text(key):
                each.complain(key, f"the {row} has no {key}", f"fill in the column '{key}'")
        made.append(make(each))
    if problems:
        raise ProgrammeError(problems, title=f"{path.name} is no table of {table}")
    return tuple(made)
