"""Reading YAML and CSV so that every value knows its file, line and column, and nothing is guessed.

Both readers take any bytes and never raise: what is wrong comes back as problems.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gigaloop.core.errors import Place, Problem
from gigaloop.core.marks import Mark, Places, Steps

YAML_LIMIT = 16_000_000
"""Largest YAML file that is read [B]: some 500,000 lines, far above what people write by hand."""

CSV_LIMIT = 64_000_000
"""Largest CSV file that is read [B]."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds: plain data, the place of every value, and what is wrong with it as a text."""

    data: object
    places: Mapping[Steps, Place]
    problems: tuple[Problem, ...] = ()

    @property
    def mark(self) -> Mark:
        """The root of the marks that stand behind the places."""
        if isinstance(self.places, Places):
            return self.places.root
        return Mark("", 0, 0)

    @classmethod
    def broken(cls, shown_as: str, *problems: Problem) -> Document:
        """Make the document of a file that could not be read."""
        return cls(None, Places(Mark(shown_as, 0, 0)), problems)


def read_yaml(path: Path, shown_as: str) -> Document:
    """Read a YAML file as plain data (mappings, lists, texts, numbers, true, false, null) with places.

    The YAML is that of version 1.2 with JSON's values: dates stay text; ``yes``, ``no``, ``on`` and ``off`` are
    refused unless quoted; so are anchors, aliases, merge keys, tags, duplicate keys, infinities and a second document.

    Parameters
    ----------
    path
        The file.
    shown_as
        How places and problems name the file.
    """
    from gigaloop.core.yaml_reader import parse_yaml

    text = _read_text(path, shown_as, YAML_LIMIT, "put long tables into CSV files beside it: 'parts: {csv: parts.csv}'")
    return text if isinstance(text, Document) else parse_yaml(text, shown_as)


def read_csv(path: Path, shown_as: str) -> Document:
    """Read a CSV file as a list of mappings from column to text, with the place of every cell.

    A column ``capacity [MW]`` appends its unit to bare numbers, ``generations []`` is a list separated by ``;``,
    ``power.source`` is a key inside a mapping. Empty cells are left out.

    Parameters
    ----------
    path
        The file: comma-separated, UTF-8, one header line.
    shown_as
        How places and problems name the file.
    """
    from gigaloop.core.csv_reader import parse_csv

    text = _read_text(path, shown_as, CSV_LIMIT, "split the table over several files")
    return text if isinstance(text, Document) else parse_csv(text, shown_as)


def _read_text(path: Path, shown_as: str, limit: int, hint: str) -> str | Document:
    """Read a text file within a size limit, or give the document that says why not."""
    where = Place(shown_as)
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            return Document.broken(shown_as, Problem("this is not a file", where))
        if about.st_size > limit:
            why = f"the file has {about.st_size / 1e6:.0f} MB; at most {limit / 1e6:.0f} MB are read"
            return Document.broken(shown_as, Problem(why, where, hint=hint))
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except FileNotFoundError:
        return Document.broken(shown_as, Problem("there is no such file", where))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return Document.broken(shown_as, Problem(f"the file cannot be read: {why}", where))
    return decode(raw, shown_as)


def decode(raw: bytes, shown_as: str) -> str | Document:
    r"""Decode UTF-8 (a byte order mark is accepted), or give the document that says where it is not.

    >>> decode(b"name: caf\xe9", "a.yaml").problems[0].where
    Place(file='a.yaml', line=1, column=10)
    """
    save = "save the file as UTF-8"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Document.broken(shown_as, Problem("the file is UTF-16, not UTF-8", Place(shown_as, 1, 1), hint=save))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # utf-8-sig counts from after the mark
        start = error.start + (3 if raw.startswith(b"\xef\xbb\xbf") and len(error.object) < len(raw) else 0)
        before = raw[:start].decode("utf-8-sig", errors="replace")
        where = place_in(before, len(before), shown_as)
        why = f"the byte 0x{raw[start]:02x} is not UTF-8"
        return Document.broken(shown_as, Problem(why, where, hint=save))
    control = _CONTROL.search(text)
    if control:
        where = place_in(text, control.start(), shown_as)
        why = f"the control character U+{ord(control[0]):04X} is not allowed"
        hint = "is this a text file?" if control[0] == "\0" else "remove it"
        return Document.broken(shown_as, Problem(why, where, hint=hint))
    return text


def place_in(text: str, offset: int, file: str) -> Place:
    r"""Give the place of a character of a text.

    >>> place_in("ab\ncd", 4, "x")
    Place(file='x', line=2, column=2)
    """
    line = text.count("\n", 0, offset)
    return Place(file, line + 1, offset - text.rfind("\n", 0, offset))
