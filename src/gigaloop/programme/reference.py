"""The reference of the file format: one table for each record, made from the schema itself."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gigaloop.core.quantity import Dim, Quantity
from gigaloop.core.units import DIMENSIONS
from gigaloop.core.validate import annotations_of, choices_of, record_in
from gigaloop.programme.jsonschema import field_docs, records_in, unit_table
from gigaloop.programme.references import reference_of
from gigaloop.programme.schema import Programme


def reference_tables() -> str:
    """Give the tables of all records and units as Markdown, the programme itself first."""
    blocks = [_table(model) for model in records_in(Programme).values()]
    return "\n".join([*blocks, _units()])


def _table(model: type[BaseModel]) -> str:
    summary = inspect.cleandoc(model.__doc__ or "").replace("``", "`")
    rows = [f"### {model.__name__}", "", summary, "", "| Key | Value | Default | Meaning |", "|---|---|---|---|"]
    documented = field_docs(model)
    for name, field in model.model_fields.items():
        meaning = documented.get(name, "").replace("\n", " ").replace("``", "`")
        rows.append(f"| `{field.alias or name}` | {_kind(field)} | {_default(field)} | {meaning} |")
    return "\n".join([*rows, ""])


def _kind(field: FieldInfo) -> str:
    ref = reference_of(field)
    is_list = get_origin(field.annotation) is tuple
    inner = record_in(field.annotation)
    choices = choices_of(field.annotation)
    dimensions = [item.dimension for item in annotations_of(field) if isinstance(item, Dim)]
    if dimensions:
        text = f"{dimensions[0]}, e.g. `{DIMENSIONS[dimensions[0]].example}`"
    elif inner is not None:
        text = f"[{inner.__name__}](#{inner.__name__.lower()})"
    elif ref is not None:
        text = f"id in {'the catalogue: ' if ref.catalogue else ''}{', '.join(ref.sections)}"
    elif choices:
        text = ", ".join(f"`{choice}`" for choice in choices)
    else:
        text = _plain(field.annotation)
    return f"list of {text}" if is_list else text


def _plain(annotation: Any) -> str:  # noqa: ANN401 - any annotation
    words = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", dt.date: "date"}
    if annotation in words:
        return words[annotation]
    found = [_plain(inner) for inner in get_args(annotation) if inner is not type(None) and inner is not Ellipsis]
    return found[0] if found else "any value"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.default
    if isinstance(value, Quantity):
        return f"`{value}`"
    if value is None or value in ("", ()) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _units() -> str:
    rows = ["### Units", "", "| Dimension | Inside | Example | Symbols |", "|---|---|---|---|"]
    for row in unit_table():
        symbols = row["units"]
        listed = ", ".join(f"`{symbol}`" for symbol in symbols) if isinstance(symbols, list) else ""
        bare = "a number without unit; " if row["bare"] else ""
        rows.append(
            f"| {row['dimension']} | {row['base']} | `{row['example']}` | {bare}{listed} |".replace("; |", " |")
        )
    return "\n".join([*rows, ""])
