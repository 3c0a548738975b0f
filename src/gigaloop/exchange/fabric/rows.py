"""Lines of text from columns of numbers, many at a time: cells are bytes in rows of one width, blanks taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Cells = NDArray[np.uint8]
"""Texts of a column, (m, width): ASCII or UTF-8 bytes, 0 where there is nothing."""

ROWS = 1 << 16
"""Rows that are written at a time: it bounds the memory."""


def digits(values: ArrayLike, least: int = 1) -> Cells:
    """Write whole numbers, (m,), with at least some digits; nothing for a negative one.

    >>> joined([digits([7, 1234, -1], 3), b";"])
    b'007;1234;;'
    """
    numbers = np.asarray(values, dtype=np.int64)
    width = max(least, len(str(int(numbers.max(initial=0)))))
    cells = np.empty((len(numbers), width), dtype=np.uint8)
    rest = np.maximum(numbers, 0)
    for column in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        cells[:, column] = digit + ord("0")
        if column < width - least:
            cells[:, column][numbers < 10 ** (width - 1 - column)] = 0
    cells[numbers < 0] = 0
    return cells


def metres(values: ArrayLike) -> list[Cells]:
    """Write lengths [m], (m,), to the centimetre; nothing for nan.

    >>> joined([*metres([2.5, 31.25, float("nan")]), b";"])
    b'2.50;31.25;;'
    """
    numbers = np.asarray(values, dtype=np.float64)
    known = np.isfinite(numbers)
    whole, part = np.divmod(np.rint(np.where(known, numbers, 0.0) * 100.0).astype(np.int64), 100)
    point = np.where(known, ord("."), 0).astype(np.uint8)[:, None]
    return [digits(np.where(known, whole, -1)), point, digits(np.where(known, part, -1), 2)]


def picked(texts: Sequence[str], codes: ArrayLike) -> Cells:
    """Write a text of a few for each row, (m,); nothing for a negative code.

    >>> joined([picked(["leaf", "spine"], [1, 0, -1]), b";"])
    b'spine;leaf;;'
    """
    table = np.array([text.encode() for text in (*texts, "")], dtype=np.bytes_)
    cells = table.view(np.uint8).reshape(len(table), max(1, table.dtype.itemsize))
    found: Cells = cells[np.asarray(codes)]
    return found


def joined(columns: Sequence[Cells | bytes]) -> bytes:
    """Join columns, (m, any) or the same bytes in all rows, into one text row by row."""
    rows = next(len(column) for column in columns if not isinstance(column, bytes))
    made = [
        np.broadcast_to(np.frombuffer(column, dtype=np.uint8), (rows, len(column)))
        if isinstance(column, bytes)
        else column
        for column in columns
    ]
    return np.concatenate(made, axis=1).tobytes().translate(None, b"\0")


def slices(rows: int) -> Iterator[slice]:
    """Give the parts into which rows are cut to be written."""
    return (slice(start, min(start + ROWS, rows)) for start in range(0, rows, ROWS))


def csv_line(cells: Iterable[str]) -> bytes:
    r"""Write one line of CSV.

    >>> csv_line(["a", "b, c"])
    b'a,"b, c"\r\n'
    """
    return (",".join(quoted(cell) for cell in cells) + "\r\n").encode()


def quoted(text: str) -> str:
    """Write a text as a cell of CSV (RFC 4180)."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text
