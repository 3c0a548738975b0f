"""CSV tables to lists of mappings with the place of every cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gigaloop.core.document import Document
from gigaloop.core.errors import Place, Problem
from gigaloop.core.marks import Mark, Places

PROBLEMS_LIMIT = 200

_HEADER = re.compile(r"([^\[\]]+?)\s*(?:\[([^\[\]]*)\])?")
_BARE_NUMBER = re.compile(r"[+-]?(?:\d[\d,]*)?(?:\.\d*)?(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: the keys that lead to its cells, the unit of bare numbers, and whether a cell is a list."""

    keys: tuple[str, ...]
    unit: str
    is_list: bool
    header: str


def parse_csv(text: str, shown_as: str) -> Document:
    r"""Read a CSV text; see :func:`gigaloop.core.document.read_csv`.

    >>> parse_csv("id,power [MW],sites []\na,5,x;y\n", "a.csv").data
    [{'id': 'a', 'power': '5 MW', 'sites': ['x', 'y']}]
    """
    records = _records(text)
    try:
        first = next(records, None)
        if first is None:
            hint = "write a header line with the names of the columns"
            return Document.broken(shown_as, Problem("the file is empty", Place(shown_as, 1, 1), hint=hint))
        columns, problems = _columns(first, shown_as)
        if problems:
            return Document.broken(shown_as, *problems)
        data: list[dict[str, Any]] = []
        marks: list[Mark] = []
        for record in records:
            if len(record.cells) != len(columns):
                if len(problems) < PROBLEMS_LIMIT:
                    problems.append(_ragged(record, len(columns), shown_as))
                continue
            item, mark = _row(record, columns, shown_as)
            data.append(item)
            marks.append(mark)
    except csv.Error as error:
        line = int(str(error.args[1])) if len(error.args) > 1 else 0
        why = f"this is not CSV: {error.args[0]}"
        hint = "a quoted cell begins and ends with '\"', and a '\"' inside is written twice"
        return Document.broken(shown_as, Problem(why, Place(shown_as, line, 1 if line else 0), hint=hint))
    return Document(data, Places(Mark(shown_as, 1, 1, children=marks)), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Record:
    """The cells of one record, its text, and the line on which it begins."""

    cells: list[str]
    text: str
    line: int

    def positions(self) -> list[tuple[int, int]]:
        """Give line and column of every cell."""
        if '"' not in self.text:
            column, found = 1, []
            for cell in self.cells:
                found.append((self.line, column))
                column += len(cell) + 1
            return found
        line, column = self.line, 1
        found = [(line, column)]
        # A quote opens a cell only where the cell begins; a second one right after the closing one stands for itself.
        quoted, before = False, ","
        for character in self.text:
            column += 1
            if character == '"' and (quoted or before in (",", "closed")):
                quoted = not quoted
                before = '"' if quoted else "closed"
                continue
            if character == "," and not quoted:
                found.append((line, column))
            elif character == "\n":
                line, column = line + 1, 1
            before = character if not quoted else '"'
        return found


def _records(text: str) -> Iterator[_Record]:
    """Give the records that are not blank; a csv.Error carries the line on which its record begins."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, strict=True)
    while True:
        begin = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise csv.Error(str(error), begin + 1) from None
        if any(cell.strip() for cell in cells):
            yield _Record(cells, "".join(lines[begin : reader.line_num]).rstrip("\r\n"), begin + 1)


def _columns(record: _Record, file: str) -> tuple[list[_Column], list[Problem]]:
    columns: list[_Column] = []
    problems: list[Problem] = []
    taken: dict[tuple[str, ...], int] = {}
    for index, (header, position) in enumerate(zip(record.cells, record.positions(), strict=False)):
        place = Place(file, *position)
        match = _HEADER.fullmatch(header.strip())
        keys = tuple(step.strip() for step in match[1].split(".")) if match else ()
        if not match or not all(keys):
            why = f"'{header}' is no name of a column" if header.strip() else "a column has no name"
            problems.append(Problem(why, place, hint="write e.g. 'id', 'power [MW]' or 'power.source'"))
            continue
        same = taken.get(keys)
        if same is not None:
            problems.append(Problem(f"the column '{match[1]}' is given twice", place, hint="keep one of them"))
        elif clash := _clash(keys, taken):
            problems.append(Problem(f"the columns '{match[1]}' and '{clash}' exclude each other", place))
        taken[keys] = index
        columns.append(_Column(keys, (match[2] or "").strip(), match[2] is not None and not match[2].strip(), header))
    if len(record.cells) == 1 and (";" in record.text or "\t" in record.text):
        sign = "';'" if ";" in record.text else "a tab"
        hint = "save the table as comma-separated CSV"
        problems = [Problem(f"the columns are separated by {sign}, not by ','", Place(file, record.line, 1), hint=hint)]
    return columns, problems


def _clash(keys: tuple[str, ...], taken: dict[tuple[str, ...], int]) -> str:
    """Name a column that would have to be text and mapping at once with this one."""
    for other in taken:
        short, long = sorted((keys, other), key=len)
        if len(short) < len(long) and long[: len(short)] == short:
            return ".".join(other)
    return ""


def _row(record: _Record, columns: Sequence[_Column], file: str) -> tuple[dict[str, Any], Mark]:
    item: dict[str, Any] = {}
    marks: dict[str, Mark] = {}
    for column, cell, (line, position) in zip(columns, record.cells, record.positions(), strict=False):
        text = cell.strip()
        if not text:
            continue
        value: Any = text
        mark = Mark(file, line, position)
        if column.unit:
            value = _with_unit(text, column.unit)
        elif column.is_list:
            value = [word.strip() for word in text.split(";") if word.strip()]
            mark.children = [Mark(file, line, position) for _ in value]
        inner, inner_marks = item, marks
        for key in column.keys[:-1]:
            inner = inner.setdefault(key, {})
            above = inner_marks.setdefault(key, Mark(file, line, position, children={}))
            inner_marks = above.children  # type: ignore[assignment]
        inner[column.keys[-1]] = value
        inner_marks[column.keys[-1]] = mark
    return item, Mark(file, record.line, 1, children=marks)


def _with_unit(text: str, unit: str) -> str:
    """Append the unit of the column where the cell is a bare number."""
    return f"{text} {unit}" if _BARE_NUMBER.fullmatch(text) else text


def _ragged(record: _Record, due: int, file: str) -> Problem:
    count = len(record.cells)
    position = record.positions()[min(due, count - 1)] if count > due else (record.line, 1)
    return Problem(
        f"the row has {count} cell" + ("s" if count != 1 else "") + f", the header {due}",
        Place(file, *position),
        hint='put a cell that holds "," into double quotes'
        if count > due
        else "write an empty cell as nothing between commas",
    )
