"""From plain data to records: every error at once, in plain words, with its place, path and a hint."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic.fields import FieldInfo

from gigaloop.core.errors import Place, Problem
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.marks import Mark, Names, Places, Steps, nearest
from gigaloop.core.quantity import UNDATED, Dim, Quantity
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.units import DIMENSIONS

M = TypeVar("M", bound=BaseModel)

PROBLEMS_LIMIT = 10_000
"""Most problems of one validation that are worded; more only cost time."""


def validate(
    model: type[M],
    data: object,
    places: Mapping[Steps, Place],
    *,
    names: Names | None = None,
    partial: bool = False,
    known: type | None = None,
) -> tuple[M | None, list[Problem]]:
    """Make a record from plain data, or say everything that is wrong with the data.

    Quantities of the record know their place; those stated without evidence become assumptions of the author.

    Parameters
    ----------
    model
        The type of the record.
    data
        Mappings, lists, texts, numbers, true, false and null; quantities and finished records may stand among them.
    places
        Where the values stand, as in :class:`gigaloop.core.document.Document`.
    names
        How paths are written; made from the data where not given.
    partial
        Whether keys missing at the top are left unsaid, because more data would follow.
    known
        A type that stands for values whose problem has been told already.
    """
    try:
        record = model.model_validate(data)
    except ValidationError as error:
        naming = names or Names(data)
        found = [
            details
            for details in error.errors(include_url=False)
            if not (known is not None and isinstance(details["input"], known))
            and not (partial and details["type"] == "missing" and len(details["loc"]) == 1)
        ]
        return None, [_problem(model, places, naming, details) for details in found[:PROBLEMS_LIMIT]]
    problems: list[Problem] = []
    if isinstance(places, Places):
        _locate(record, data, places.root, problems)
        if problems:
            return None, problems
    return record, problems


_STATED = "stated in the programme"


def _locate(record: BaseModel, data: object, mark: Mark, problems: list[Problem]) -> None:
    """Give the quantities of a fresh record their place; refuse dates that were read from numbers."""
    marks = mark.children
    if data is record or not isinstance(data, dict) or not isinstance(marks, dict):
        return
    fields = type(record).model_fields
    for name, value in record.__dict__.items():
        key = name
        child = marks.get(name)
        if child is None:
            alias = fields[name].alias if name in fields else None
            if alias is None or (child := marks.get(alias)) is None:
                continue
            key = alias
        kind = type(value)
        if kind is Quantity:
            evidence = value.evidence
            # The quantity has just been read from this very value, so nothing else holds it. One that was put
            # among the data as a quantity keeps what it has.
            if data[key] is value:
                continue
            place = Place(child.file, child.line, child.column)
            if evidence is None:
                value.evidence = Evidence(_STATED, UNDATED, EvidenceKind.ASSUMPTION, place=place)
            else:
                value.evidence = evidence.at(place)
        elif kind is tuple:
            inner, held = data[key], child.children
            if isinstance(held, list):
                for item, raw, item_mark in zip(value, inner, held, strict=False):
                    if isinstance(item, BaseModel):
                        _locate(item, raw, item_mark, problems)
        elif isinstance(value, BaseModel):
            _locate(value, data[key], child, problems)
        elif kind is dt.date and not isinstance(data[key], str | dt.date):
            problems.append(Problem(f"a date is due, not {_shown(data[key])}", child.place, name, _DATE_HINT))


def _problem(
    model: type[BaseModel], places: Mapping[Steps, Place], names: Names, details: Mapping[str, Any]
) -> Problem:
    """Word one error of pydantic."""
    path: Steps = details["loc"]
    kind: str = details["type"]
    given = details.get("input")
    context: Mapping[str, Any] = details.get("ctx") or {}
    if kind == "missing":
        parent, key = path[:-1], str(path[-1])
        field = field_of(record_at(model, parent), key)
        what = f"write e.g. '{key}: {_example(field)}'" if field is not None and _example(field) else ""
        return Problem(f"the key '{key}' is missing", nearest(places, parent), names.dotted(path), what)
    if kind == "extra_forbidden":
        parent, key = path[:-1], str(path[-1])
        owner = record_at(model, parent)
        known = list(keys_of(owner)) if owner else []
        hint = did_you_mean(key, known, otherwise=f"the keys are {', '.join(known)}" if known else "")
        hint = getattr(owner, "FORMER", {}).get(key, hint)
        if given is None and not hint.startswith(("did", "it was")):
            hint = f"put a text that holds a comma into quotes; {hint}"
        where = places.key(path) if isinstance(places, Places) else places.get(path)
        return Problem(f"unknown key '{key}'", where or nearest(places, path), names.dotted(path), hint)
    where = nearest(places, path)
    field = field_of(record_at(model, path[:-1]), str(path[-1])) if path else None
    why, hint = _worded(kind, given, context, str(details.get("msg", "")), field)
    return Problem(why, where, names.dotted(path), hint)


_DATE_HINT = "write it like 2027-03-31"


def _worded(
    kind: str, given: object, context: Mapping[str, Any], message: str, field: FieldInfo | None
) -> tuple[str, str]:
    """Give why and hint for a value that is there but wrong."""
    if kind == "quantity":
        if given is None:
            return f"{context['why'].split(', not ')[0]}, not nothing", f"{context['hint']}, or leave the key out"
        return context["why"], context["hint"]
    if kind == "value_error":
        return str(context.get("error", message)), ""
    shown = _shown(given)
    if kind == "string_type":
        number = isinstance(given, int | float) and not isinstance(given, Quantity)
        return f"a text is due, not {shown}", f"put it into quotes: '{_raw(given)}'" if number else ""
    if kind == "string_pattern_mismatch":
        return f"{shown} does not fit", _PATTERN_HINTS.get(str(context.get("pattern")), f"it must match {context}")
    if kind == "string_too_long":
        return f"the text has {len(str(given))} characters, at most {context['max_length']} are allowed", ""
    if kind == "string_too_short":
        return "the text is empty", "write something, or leave the key out"
    if kind in ("literal_error", "enum"):
        choices = choices_of(field.annotation) if field is not None else []
        listed = f"one of {', '.join(choices)}" if choices else str(context.get("expected", ""))
        hint = did_you_mean(str(given), choices, otherwise=f"write {listed}")
        return f"{shown} is not {listed}" if hint.startswith("did") else f"{shown} is not known here", hint
    if kind.startswith("date"):
        return f"{shown} is no date", _DATE_HINT
    if kind.startswith(("tuple", "list")):
        return f"a list is due, not {shown}", "write its items as lines that begin with '- '"
    if kind.startswith(("model", "dict")):
        return f"a record with keys is due, not {shown}", "write its keys on lines of their own, as 'key: value'"
    if kind.startswith("bool"):
        return f"true or false is due, not {shown}", "write true or false"
    if kind.startswith(("int", "float")):
        whole = "whole number" if kind.startswith("int") else "number"
        return f"a {whole} is due, not {shown}", ""
    bounds = {"greater_than_equal": "ge", "greater_than": "gt", "less_than_equal": "le", "less_than": "lt"}
    if kind in bounds:
        words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
        return f"{shown} must be {words[bounds[kind]]} {context[bounds[kind]]:g}", ""
    return f"{shown}: {message[:1].lower()}{message[1:]}", ""


_PATTERN_HINTS = {
    "^[a-z0-9][a-z0-9_-]*$": "an id has lower-case letters, digits, '-' and '_', e.g. 'gb300-nvl72'",
    "^[A-Z]{2}$": "write two capital letters, e.g. TX for a state or US for a country",
}


def _shown(value: object) -> str:
    """Write a value for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value if len(value) <= 60 else value[:57] + '...'}'"
    if isinstance(value, Quantity):
        return f"the quantity {value}"
    if isinstance(value, int | float):
        return f"the number {_raw(value)}"
    if isinstance(value, Mapping):
        return "keys with values"
    if isinstance(value, Sequence):
        return "a list"
    return f"a {type(value).__name__}"


def _raw(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


@lru_cache(maxsize=1024)
def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """Give the keys of a record as files write them, with the names of the fields."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def field_of(model: type[BaseModel] | None, key: str) -> FieldInfo | None:
    """Give the field that a key of a record stands for."""
    if model is None:
        return None
    return model.model_fields.get(keys_of(model).get(key, key))


def record_at(model: type[BaseModel], path: Steps) -> type[BaseModel] | None:
    """Give the type of the record at a path."""
    here: type[BaseModel] | None = model
    for step in path:
        if isinstance(step, str):
            field = field_of(here, step)
            here = record_in(field.annotation) if field is not None else None
    return here


def record_in(annotation: object) -> type[BaseModel] | None:
    """Give the type of record that an annotation holds (itself, optional, or in a list)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = record_in(inner)
        if found is not None:
            return found
    return None


def choices_of(annotation: object) -> list[str]:
    """Give the texts that an annotation allows."""
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(member.value) for member in annotation]
    return [choice for inner in get_args(annotation) for choice in choices_of(inner)]


def annotations_of(field: FieldInfo) -> list[Any]:
    """Give what annotates a field, also inside 'optional'."""
    found = list(field.metadata)
    stack: list[object] = [field.annotation]
    while stack:
        annotation = stack.pop()
        if get_origin(annotation) in (Union, types.UnionType):
            stack += get_args(annotation)
        found += getattr(annotation, "__metadata__", ())
    return found


def _example(field: FieldInfo) -> str:
    """Give an example of what may stand in a field."""
    marks = annotations_of(field)
    for mark in marks:
        if isinstance(mark, Dim):
            return DIMENSIONS[mark.dimension].example
        if isinstance(mark, StringConstraints) and str(mark.pattern) in _PATTERN_HINTS:
            return "an-id" if "a-z" in str(mark.pattern) else "TX"
    choices = choices_of(field.annotation)
    if choices:
        return choices[0]
    inner = record_in(field.annotation)
    if inner is not None:
        required = ", ".join(
            f"{key}: ..." for key, name in keys_of(inner).items() if inner.model_fields[name].is_required()
        )
        is_list = get_origin(field.annotation) is tuple
        return f"[{{{required}}}]" if is_list else f"{{{required}}}"
    plain = {str: "a text", dt.date: "2027-03-31", int: "1", float: "1.0", bool: "true"}
    if isinstance(field.annotation, type):
        return plain.get(field.annotation, "")
    return "[...]" if get_origin(field.annotation) is tuple else ""
