"""Files of cables read part by part: what is wrong is said with file, line, reason and what would do."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigaloop.core.errors import Place, StoreError
from gigaloop.core.suggest import closest
from gigaloop.design.records.fabric import FloatArray, IntArray

_ROWS = 1 << 13
"""Rows that are read at a time."""
_MOST = 2**31 - 1
_FAR = 1e6
"""No cable is as long as this [m]."""


def wrong(path: Path, line: int, why: str, hint: str = "") -> StoreError:
    """Make the error that says what is wrong with a line of a file; line 0 for the whole file."""
    return StoreError(why, where=Place(str(path), line), hint=hint)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say of what cannot be read why not."""
    try:
        yield
    except OSError as error:
        hint = "name a file that 'design fabric --cables' wrote, or a folder of files for NetBox"
        raise wrong(path, 0, f"the file cannot be read: {error.strerror or error}", hint) from error
    except UnicodeDecodeError as error:
        raise wrong(
            path, 0, f"this is not UTF-8: byte {error.start} cannot be read", "save the file as UTF-8"
        ) from error


def text_of(path: Path) -> str:
    """Read a text file."""
    with reading(path):
        return path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class CsvColumns:
    """Some rows of a CSV table, by column."""

    path: Path
    lines: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    def __getitem__(self, name: str) -> Sequence[str]:
        return self.columns[name]

    def numbers(self, name: str, least: int = 1) -> IntArray:
        """Give a column of whole numbers; -1 where there is none.

        Raises
        ------
        StoreError
            If a cell is no whole number, or one below the least.
        """
        column = self.columns[name]
        try:
            found = np.array([int(cell) if cell else -1 for cell in column], np.int64)
        except (ValueError, OverflowError):
            found = np.full(len(column), -2, np.int64)
            for row, cell in enumerate(column):
                found[row] = (
                    int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 11 else -1 if not cell else -2
                )
        bad = (found < least) | (found > _MOST)
        if bad.any():
            bad &= np.array([bool(cell) for cell in column])
        self._refuse(bad, name, f"is no whole number from {least} on")
        return found.astype(np.int32)

    def metres(self, name: str) -> FloatArray:
        """Give a column of lengths [m]; nan where there is none.

        Raises
        ------
        StoreError
            If a cell is no length.
        """
        column = self.columns[name]
        try:
            found = np.array([float(cell) if cell else np.nan for cell in column], np.float64)
        except ValueError:
            found = np.full(len(column), -1.0)
            for row, cell in enumerate(column):
                try:
                    found[row] = float(cell) if cell else np.nan
                except ValueError:
                    break
        bad = ~((found >= 0.0) & (found < _FAR))
        if bad.any():
            bad &= np.array([bool(cell) for cell in column])
        self._refuse(bad, name, "is no length in metres such as 12.50")
        return found

    def _refuse(self, bad: np.ndarray, name: str, why: str) -> None:
        if bad.any():
            row = int(np.argmax(bad))
            raise wrong(self.path, self.lines[row], f"'{self.columns[name][row]}' in column '{name}' {why}")


def read_csv_columns(
    path: Path, needed: Sequence[str], default: Mapping[str, str] | None = None
) -> Iterator[CsvColumns]:
    """Read a CSV table part by part; columns that are not asked for are passed over.

    Parameters
    ----------
    path
        The file, with a header line.
    needed
        Names of the columns.
    default
        What stands in a column that the file does not have; without it the column must be there.

    Raises
    ------
    StoreError
        If the file cannot be read, is no CSV, or lacks a column.
    """
    with reading(path), path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file, strict=True)
        try:
            header = [cell.strip() for cell in next(rows, [])]
            at = _places(path, header, needed, default or {})
            lines: list[int] = []
            cells: list[list[str]] = []
            for row in rows:
                if not row:
                    continue
                if len(row) != len(header):
                    why = f"the row has {len(row)} cells, the header {len(header)}"
                    raise wrong(path, rows.line_num, why, "put a cell that holds ',' into double quotes")
                lines.append(rows.line_num)
                cells.append(row)
                if len(cells) == _ROWS:
                    yield _part(path, lines, cells, at, default or {})
                    lines, cells = [], []
            if cells:
                yield _part(path, lines, cells, at, default or {})
        except csv.Error as error:
            hint = "a quoted cell begins and ends with '\"', and a '\"' inside is written twice"
            raise wrong(path, rows.line_num, f"this is not CSV: {error}", hint) from error


def _places(path: Path, header: list[str], needed: Sequence[str], default: Mapping[str, str]) -> dict[str, int]:
    if not header:
        raise wrong(path, 1, "the file is empty", f"its first line names the columns: {', '.join(needed)}")
    missing = [name for name in needed if name not in header and name not in default]
    if missing:
        near = closest(missing[0], header)
        hint = f"is it '{near[0]}'?" if near else f"the columns are: {', '.join(needed)}"
        raise wrong(path, 1, f"there is no column '{missing[0]}'", hint)
    return {name: header.index(name) for name in needed if name in header}


def _part(
    path: Path, lines: list[int], cells: list[list[str]], at: Mapping[str, int], default: Mapping[str, str]
) -> CsvColumns:
    columns = list(zip(*cells, strict=True))
    found: dict[str, Sequence[str]] = {name: columns[place] for name, place in at.items()}
    found.update({name: [value] * len(lines) for name, value in default.items() if name not in at})
    return CsvColumns(path, lines, found)
