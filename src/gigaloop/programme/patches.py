"""What a patch names and what it makes of it: paths with ``*``, and values set, scaled or shifted in time."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, get_origin

from gigaloop.core.errors import QuantityError
from gigaloop.core.evidence import EvidenceKind
from gigaloop.core.marks import Names, Steps, natural_key
from gigaloop.core.quantity import Quantity, parse
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.units import DAY, UNITS
from gigaloop.core.validate import field_of, keys_of, record_at
from gigaloop.programme.schema import Patch, Programme

_NUMBER = re.compile(
    r"\s*([+-]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)(\s*([^\s\d(][^\s(]*)?\s*(?:\(\d{4}\))?)\s*"
)
_FIXED = ("scenarios", "schema", "schema_version")
_LARGEST = 1e300


class PatchError(Exception):
    """Why a patch cannot be applied, and which of its keys is at fault."""

    def __init__(self, why: str, hint: str = "", *, key: str = "path") -> None:
        self.why, self.hint, self.key = why, hint, key
        super().__init__(why)


def patch_targets(data: dict[str, Any], patch: Patch) -> list[Steps]:
    """Give every path of a document that a patch names, in the order of the document.

    A ``*`` stands for every record of a list or every key of a record; where a path goes on after it, records
    without what it names are passed over. What is set need not exist yet: a key that the schema knows, or a new
    record of a list whose id is the last step of the path.

    Parameters
    ----------
    data
        The merged document of a programme.
    patch
        The patch.

    Raises
    ------
    PatchError
        If the path names nothing.
    """
    words = patch.path.split(".")
    if words[0] in _FIXED:
        raise PatchError(f"'{words[0]}' cannot be patched", "a patch changes the programme, not its form")
    found = list(_Search(Names(data), patch).walk(data, words, (), lenient=False))
    if not found:
        raise PatchError(f"nothing stands at '{patch.path}'", "a '*' stands for every record or key")
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for the targets of one patch."""

    names: Names
    patch: Patch

    def walk(self, here: object, words: list[str], path: Steps, *, lenient: bool) -> Iterator[Steps]:
        if not words:
            yield path
            return
        word, rest = words[0], words[1:]
        if word == "*" and isinstance(here, dict | list):
            for step in list(here) if isinstance(here, dict) else range(len(here)):
                yield from self.walk(here[step], rest, (*path, step), lenient=True)
        elif isinstance(here, dict) and word in here:
            yield from self.walk(here[word], rest, (*path, word), lenient=lenient)
        elif isinstance(here, list) and (index := self.names.index(here, word)) is not None:
            yield from self.walk(here[index], rest, (*path, index), lenient=lenient)
        elif self.patch.set is not None and isinstance(here, dict | list):
            yield from self.new(here, words, path)
        elif not lenient:
            raise self.missing(here, word, path)

    def new(self, here: dict[str, Any] | list[Any], words: list[str], path: Steps) -> Iterator[Steps]:
        """Give the path of a key or record that is to be made."""
        word, rest = words[0], words[1:]
        if isinstance(here, list):
            if rest or natural_key(self.patch.set) != word:
                raise self.missing(here, word, path)
            yield (*path, len(here))
            return
        owner = record_at(Programme, path)
        field = field_of(owner, word)
        if owner is not None and field is None:
            raise self.missing(here, word, path)
        is_list = field is not None and get_origin(field.annotation) is tuple
        empty: dict[str, Any] | list[Any] = [] if is_list else {}
        if is_list and rest:
            raise self.missing(empty, rest[0], (*path, word))
        yield from self.walk(empty, rest, (*path, word), lenient=False)

    def missing(self, here: object, word: str, path: Steps) -> PatchError:
        """Say that a step of the path names nothing, and what is near."""
        base = self.names.dotted(path)
        inside = f"in '{base}'" if base else "in the programme"
        if isinstance(here, list):
            known = self.names.keys(here)
            hint = "a new record needs an id equal to the last step of the path" if self.patch.set is not None else ""
        elif isinstance(here, dict):
            owner = record_at(Programme, path)
            known = list(dict.fromkeys([*here, *(keys_of(owner) if owner else ())]))
            if word in known:
                return PatchError(f"'{word}' {inside} has no value to change", "give it one with 'set'")
            hint = f"there are {', '.join(known[:12])}" if known else ""
        else:
            return PatchError(f"'{base}' is a single value; there is no '{word}' in it", "shorten the path")
        prefix = f"{base}." if base else ""
        near = did_you_mean(word, known)
        return PatchError(
            f"there is no '{word}' {inside}", near.replace("mean '", f"mean '{prefix}", 1) if near else hint
        )


def changed_value(before: object, patch: Patch) -> Any:  # noqa: ANN401 - any data of a document
    """Give what a patch makes of a value.

    Parameters
    ----------
    before
        The data that stands there.
    patch
        A patch that sets, scales or shifts. Scaling keeps the unit and turns evidence into an assumption; shifting
        moves a date by whole days.

    Raises
    ------
    PatchError
        If the value cannot be changed so.
    """
    if patch.scale is not None:
        return _scaled(before, patch.scale)
    if patch.shift is not None:
        return _shifted(before, patch.shift)
    return deepcopy(patch.set)


def _scaled(before: object, factor: float) -> object:
    if not math.isfinite(factor):
        raise PatchError(f"{factor} is no factor", "write e.g. 'scale: 1.1'", key="scale")
    if isinstance(before, bool):
        raise PatchError("true and false cannot be scaled", "use 'set'", key="scale")
    if isinstance(before, Quantity):
        return _scaled(_with_evidence(before), factor)
    if isinstance(before, int | float):
        if abs(before) > _LARGEST:
            raise PatchError("what stands there is too large to be scaled", "use 'set'", key="scale")
        scaled = float(f"{before * factor:.12g}")
        return int(scaled) if isinstance(before, int) and scaled.is_integer() else scaled
    if isinstance(before, dict) and "value" in before:
        source = f"{factor:g} times {before['value']} of {before.get('source', 'the programme')}"
        kept = {key: before[key] for key in ("date", "note") if key in before}
        return {
            **kept,
            "value": _scaled(before["value"], factor),
            "source": source,
            "kind": EvidenceKind.ASSUMPTION.value,
        }
    match = _NUMBER.fullmatch(before) if isinstance(before, str) else None
    if match is None or (match[3] and match[3] not in UNITS):
        raise PatchError("what stands there is no number or quantity", "use 'set'", key="scale")
    if match[3] and UNITS[match[3]].offset:
        raise PatchError("a temperature cannot be scaled", "use 'set'", key="scale")
    return f"{float(match[1].replace(',', '')) * factor:.12g}{match[2]}"


def _with_evidence(quantity: Quantity) -> object:
    """Write a quantity of the catalogue as a programme would hold it."""
    evidence = quantity.evidence
    if evidence is None:
        return str(quantity)
    return {"value": str(quantity), "source": evidence.source, "date": evidence.date}


def _shifted(before: object, by: str) -> object:
    try:
        days = round(float(parse(by, "duration")) / DAY)
    except QuantityError as error:
        raise PatchError(error.why, "write it like '6 weeks' or '-14 days'", key="shift") from None
    try:
        return (dt.date.fromisoformat(str(before)) + dt.timedelta(days=days)).isoformat()
    except ValueError:
        raise PatchError(
            "what stands there is no date", "shift moves dates; use 'scale' or 'set'", key="shift"
        ) from None
    except OverflowError:
        raise PatchError(f"'{by}' leads out of the calendar", key="shift") from None
