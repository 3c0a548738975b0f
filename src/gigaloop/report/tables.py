"""Tables as data: a caption, columns with units, and rows of cells that may carry evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, SupportsFloat, TypeGuard

from gigaloop.core.evidence import Evidence
from gigaloop.report.numbers import Number, as_number, pieces, shared_decimals

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words with evidence, a short tag (such as a status) or a remark."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    tag: str = ""
    note: str = ""

    def __init__(self, text: str, evidence: Evidence | Sequence[Evidence] = (), tag: str = "", note: str = "") -> None:
        for name, each in {"text": text, "evidence": pieces(evidence), "tag": tag, "note": note}.items():
            object.__setattr__(self, name, each)

    @property
    def is_assumption(self) -> bool:
        """Whether any evidence of the words is an assumption."""
        return any(evidence.is_assumption for evidence in self.evidence)


Cell = Number | Text
CellLike = Number | Text | str | date | SupportsFloat | None
Row = Sequence[CellLike]

_LONG = 44
"""Length from which a text counts as long [characters]."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the unit of its numbers, and how it is set.

    ``decimals`` fixes the digits after the point; without it one choice is made for the whole column. ``long`` is
    set where a column holds sentences, which need room.
    """

    name: str
    unit: str = ""
    align: Align | None = None
    decimals: int | None = None
    long: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it shows, its columns, its rows, and optionally a closing row of totals.

    Columns may be given as plain names, cells as plain text, dates and numbers. Columns of numbers are set to
    the right and share their decimals.

    >>> table = Table("Racks by factory", ["factory", Column("racks", "racks")], [["Houston", 410]])
    >>> table.rows[0][1].text, table.columns[1].align
    ('410', 'right')
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] = ()
    id: str = ""
    note: str = ""

    def __init__(
        self,
        caption: str,
        columns: Iterable[Column | str],
        rows: Iterable[Row],
        total: Row = (),
        *,
        id: str = "",  # noqa: A002 - the field's own name
        note: str = "",
    ) -> None:
        named = tuple(column if isinstance(column, Column) else Column(column) for column in columns)
        lines = [tuple(row) for row in rows]
        closing = tuple(total)
        for row in [*lines, *([closing] if closing else [])]:
            if len(row) != len(named):
                raise ValueError(f"table '{caption}': a row has {len(row)} cells for {len(named)} columns")
        every = [*lines, closing] if closing else lines
        settled = tuple(_settle(column, [row[i] for row in every]) for i, column in enumerate(named))
        body = tuple(tuple(_cell(cell, column) for cell, column in zip(row, settled, strict=True)) for row in lines)
        foot = tuple(_cell(cell, column) for cell, column in zip(closing, settled, strict=False))
        values = {"caption": caption, "columns": settled, "rows": body, "total": foot, "id": id, "note": note}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def column(self, name: str) -> tuple[Cell, ...]:
        """Give the cells of one column."""
        at = [column.name for column in self.columns].index(name)
        return tuple(row[at] for row in self.rows)


def _settle(column: Column, cells: Sequence[CellLike]) -> Column:
    """Choose alignment and decimals of a column from what stands in it."""
    numbers = [as_number(cell).value for cell in cells if _is_number(cell)]
    align: Align = column.align or ("right" if numbers else "left")
    decimals = column.decimals
    if decimals is None and numbers:
        decimals = shared_decimals(numbers)
    long = column.long or any(len(_words(cell)) >= _LONG for cell in cells)
    return Column(column.name, column.unit, align, decimals, long)


def _words(cell: CellLike) -> str:
    return cell.text if isinstance(cell, Text) else cell if isinstance(cell, str) else ""


def _is_number(cell: CellLike) -> TypeGuard[Number | SupportsFloat]:
    return isinstance(cell, Number) or (cell is not None and not isinstance(cell, str | Text | date))


def _cell(cell: CellLike, column: Column) -> Cell:
    """Give what stands in a cell as a number with the column's decimals, or as text."""
    if isinstance(cell, Text):
        return cell
    if isinstance(cell, str):
        return Text(cell)
    if isinstance(cell, date):
        return Text(cell.isoformat())
    if cell is None:
        return Number(None) if column.align == "right" else Text("")
    number = as_number(cell)
    own_unit = "" if number.unit == column.unit else number.unit
    decimals = column.decimals if number.decimals is None and not own_unit else number.decimals
    return replace(number, unit=own_unit, decimals=decimals)


def slug(text: str) -> str:
    """Give a text as an identifier for a link: small letters, digits and hyphens.

    >>> slug("What binds: Houston, TX?")
    'what-binds-houston-tx'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "item"
