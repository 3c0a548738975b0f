"""YAML from PyYAML's C parser to plain data with marks.

The parser's events are used directly instead of its node graph: values are typed by the rules here and not by
YAML 1.1, and an alias, a deep nest or a flood of values ends the reading at once, before it can cost memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gigaloop.core.document import Document
from gigaloop.core.errors import Place, Problem
from gigaloop.core.marks import Mark, Places

DEPTH_LIMIT = 40
VALUES_LIMIT = 1_000_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_OLD_BOOLEANS = frozenset(
    spelling for word in ("yes", "no", "on", "off", "y", "n") for spelling in (word, word.title(), word.upper())
)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d*)", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?", re.ASCII)
_ODD_NUMBER = re.compile(r"[-+]?(?:0\d+|0o[0-7]+|0x[0-9a-fA-F]+|0b[01]+)", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)", re.ASCII)
_NUMBER_STARTS = frozenset("+-.0123456789")
_DIGITS_LIMIT = 300


class _Refusal(Exception):  # noqa: N818 - a signal inside this module
    """Carries a problem that ends the reading."""

    def __init__(self, why: str, place: Place, hint: str) -> None:
        self.problem = Problem(why, place, hint=hint)
        super().__init__(why)


def parse_yaml(text: str, shown_as: str) -> Document:
    r"""Read a YAML text; see :func:`gigaloop.core.document.read_yaml`.

    >>> parse_yaml("power: 132 kW\nracks: 8", "a.yaml").data
    {'power': '132 kW', 'racks': 8}
    """
    loader = _Loader(text)
    try:
        return _build(loader.get_event, shown_as)
    except _Refusal as refusal:
        return Document.broken(shown_as, refusal.problem)
    except yaml.YAMLError as error:
        return Document.broken(shown_as, _syntax_problem(error, text, shown_as))
    finally:
        loader.dispose()


def _build(get_event: Callable[[], Any], file: str) -> Document:
    problems: list[Problem] = []
    data: Any = None
    root: Mark | None = None
    documents = values = 0
    # The container being filled: its data and marks, and the key that waits for its value.
    here: Any = None
    marks: Any = None
    key: str | None = None
    key_line = key_column = 0
    stack: list[tuple[Any, Any, str | None, int, int]] = []

    while (event := get_event()) is not None:
        kind = type(event)
        if kind is ScalarEvent:
            start = event.start_mark
            line, column = start.line + 1, start.column + 1
            if event.anchor is not None or event.tag is not None:
                raise _refuse_extra(event, file)
            if key is None and type(here) is dict:
                key, key_line, key_column = event.value, line, column
                problem = _key_problem(key, event.implicit[0], marks, file, line, column)
                if problem:
                    problems.append(problem)
                continue
            value: Any = event.value
            if event.implicit[0]:
                value, problem = _plain(value, file, line, column)
                if problem:
                    problems.append(problem)
            mark = Mark(file, line, column)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            start = event.start_mark
            line, column = start.line + 1, start.column + 1
            if event.anchor is not None or event.tag is not None:
                raise _refuse_extra(event, file)
            if key is None and type(here) is dict:
                raise _Refusal("a key must be a text", Place(file, line, column), "put the key into quotes")
            if len(stack) >= DEPTH_LIMIT:
                why = f"values are nested more than {DEPTH_LIMIT} deep"
                raise _Refusal(why, Place(file, line, column), "close the brackets, or mend the indentation")
            value = {} if kind is MappingStartEvent else []
            mark = Mark(file, line, column, children=type(value)())
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            here, marks, key, key_line, key_column = stack.pop()
            continue
        elif kind is AliasEvent:
            raise _refuse_extra(event, file)
        elif kind is DocumentStartEvent:
            documents += 1
            if documents > 1:
                place = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
                raise _Refusal("a second document begins here", place, "write one document per file, without '---'")
            continue
        else:
            continue

        values += 1
        if values > VALUES_LIMIT:
            why = f"the file holds more than {VALUES_LIMIT:,} values"
            raise _Refusal(why, Place(file, line, column), "put long tables into CSV files")
        if here is None:
            data, root = value, mark
        elif type(here) is dict:
            mark.key_line, mark.key_column = key_line, key_column
            here[key] = value
            marks[key] = mark
            key = None
        else:
            here.append(value)
            marks.append(mark)
        if mark.children is not None:
            stack.append((here, marks, key, key_line, key_column))
            here, marks, key = value, mark.children, None

    if root is None or data is None:
        hint = "write into it what its name says, or remove it"
        return Document.broken(file, Problem("the file is empty", Place(file, 1, 1), hint=hint))
    return Document(data, Places(root), tuple(problems))


def _key_problem(key: str, plain: bool, marks: dict[str, Mark], file: str, line: int, column: int) -> Problem | None:
    """Say what is wrong with a key of a mapping."""
    place = Place(file, line, column)
    if key in marks:
        return Problem(
            f"the key '{_short(key)}' is given twice",
            place,
            hint=f"the first is at {marks[key].key_place}; keep one of them",
        )
    if plain and key == "<<":
        return Problem("merge keys ('<<') are not allowed", place, hint="write the values out")
    if not key:
        return Problem("a key is empty", place, hint="write a key before the colon")
    return None


def _plain(text: str, file: str, line: int, column: int) -> tuple[object, Problem | None]:
    """Type a plain scalar; what could be read in two ways is refused."""
    if text in _WORDS:
        return _WORDS[text], None
    if text[0] not in _NUMBER_STARTS:
        if text in _OLD_BOOLEANS:
            word = "true" if text.lower() in ("yes", "on", "y") else "false"
            hint = f"write {word}, or put it into quotes if it is a text: '{text}'"
            return text, Problem(f"{text} without quotes can be read as {word}", Place(file, line, column), hint=hint)
        return text, None
    if _INTEGER.fullmatch(text) and len(text) <= _DIGITS_LIMIT:
        return int(text), None
    if _ODD_NUMBER.fullmatch(text):
        hint = "write a decimal number without leading zero, or put it into quotes if it is a text"
        return text, Problem(f"{_short(text)} can be read in two ways", Place(file, line, column), hint=hint)
    if _NOT_FINITE.fullmatch(text):
        hint = "write a finite number, or leave the key out"
        return text, Problem(f"{text} is not a finite number", Place(file, line, column), hint=hint)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            return text, Problem(f"{_short(text)} is too large for a number", Place(file, line, column))
        return number, None
    return text, None


def _refuse_extra(event: Any, file: str) -> _Refusal:  # noqa: ANN401 - the types of events lack their tag
    place = Place(file, event.start_mark.line + 1, event.start_mark.column + 1)
    if event.anchor is not None:
        what = f"aliases ('*{_short(event.anchor)}')"
        if type(event) is not AliasEvent:
            what = f"anchors ('&{_short(event.anchor)}')"
        return _Refusal(f"{what} are not allowed", place, "write the value out where it is due")
    return _Refusal(f"tags ('{_short(event.tag)}') are not allowed", place, "write the plain value; quote a text")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


_SYNTAX = (
    ("mapping values are not allowed", "':' stands where no key can be", "quote a text that holds ': '"),
    ("could not find expected ':'", "a key has no ':' after it", "write 'key: value'; mind the line above"),
    ("while scanning a quoted scalar", "a quoted text is not closed", "put the closing quote"),
    ("while parsing a block mapping", "this does not fit the mapping around it", "align it with the keys above it"),
    ("while parsing a block collection", "this does not fit the list around it", "align the '-' of the items"),
    (
        "while parsing a flow mapping",
        "',' or '}' is due",
        "close '{' with '}'; quote a text that holds ',', '{' or ':'",
    ),
    ("while parsing a flow sequence", "',' or ']' is due", "close '[' with ']'; quote a text that holds ',' or '['"),
    ("undefined alias", "aliases are not allowed", "write the value out"),
    ("while scanning a block scalar", "a text after '|' or '>' is not indented evenly", "indent its lines with spaces"),
)


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Say in plain words what the parser stumbled on."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or ''}".strip()
    if "quoted scalar" in said and "end of stream" in said:
        mark = getattr(error, "context_mark", None) or mark
    if mark is None:
        return Problem(f"this is not YAML: {_short(str(error))}", Place(file))
    place = Place(file, mark.line + 1, mark.column + 1)
    lines = text.split("\n", mark.line + 1)
    line = lines[mark.line] if mark.line < len(lines) else ""
    character = line[mark.column : mark.column + 1]
    if character == "\t" or "\t" in line[: mark.column + 1]:
        return Problem("a tab stands where spaces are due", place, hint="indent with spaces")
    if "cannot start any token" in said:
        hint = f"put a text that begins with '{character}' into quotes"
        return Problem(f"a value cannot begin with '{character}'", place, hint=hint)
    for sign, why, hint in _SYNTAX:
        if sign in said:
            return Problem(why, place, hint=hint)
    return Problem(f"this is not YAML: {said}", place)
