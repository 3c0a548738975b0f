"""JSON Schema of a programme for editors, and the listing of units."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from functools import lru_cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from gigaloop.core.quantity import Quantity
from gigaloop.core.units import DIMENSIONS, UNITS
from gigaloop.core.validate import record_in
from gigaloop.programme.schema import Programme

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_QUANTITY = re.compile(r"([a-zA-Z ]+) \[[^\]]+\]")


def programme_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of the files of a programme.

    It describes the document that the files of a folder make together. Every section is optional, so that it holds for
    each file by itself; a list of records may stand in a CSV file.
    """
    quantities: dict[str, Any] = {}
    schema: dict[str, Any] = _shared(Programme.model_json_schema(by_alias=True, mode="validation"), quantities)
    definitions: dict[str, Any] = schema.pop("$defs", {})
    schema.pop("required", None)
    for name, model in records_in(Programme).items():
        _describe(schema if model is Programme else definitions[name], model)
    return {
        "$schema": DIALECT,
        **schema,
        "title": "gigaloop programme",
        "$defs": dict(sorted({**definitions, **quantities}.items())),
    }


def unit_table() -> tuple[dict[str, Any], ...]:
    """List the dimensions with the unit of their numbers inside, an example, and the symbols that may be written."""
    return tuple(
        {
            "dimension": dimension.name,
            "base": dimension.base,
            "example": dimension.example,
            "bare": dimension.bare,
            "units": [unit.symbol for unit in UNITS.values() if unit.dimension == dimension.name],
        }
        for dimension in DIMENSIONS.values()
    )


def records_in(root: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Give the types of records that a type holds, itself included, by name; each before what it holds."""
    found: dict[str, type[BaseModel]] = {}
    stack = [root]
    while stack:
        model = stack.pop()
        if model.__name__ not in found:
            found[model.__name__] = model
            inner = [record_in(field.annotation) for field in model.model_fields.values()]
            stack += [item for item in reversed(inner) if item is not None]
    return found


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Put the docstrings of fields into the schema of their record, quantities as text, and tables beside lists."""
    documented = field_docs(model)
    properties = schema["properties"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        entry = _with_table(properties[key])
        entry.pop("title", None)
        if isinstance(field.default, Quantity):
            entry["default"] = str(field.default)
        if name in documented:
            entry["description"] = documented[name]
        properties[key] = entry


@lru_cache(maxsize=256)
def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """Give the docstrings that stand under the fields of a record, by field; also those it inherits.

    Parameters
    ----------
    model
        The type of the record.
    """
    found: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if not issubclass(owner, BaseModel) or owner is BaseModel:
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
        body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
        for field, text in pairwise(body):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
                and isinstance(text.value.value, str)
            ):
                found[field.target.id] = inspect.cleandoc(text.value.value)
    return found


def _with_table(value: dict[str, Any]) -> dict[str, Any]:
    """Let a list of records stand in a CSV file."""
    if value.get("type") != "array" or "$ref" not in value.get("items", {}):
        return value
    table = {
        "type": "object",
        "properties": {"csv": {"type": "string", "description": "CSV file inside the folder of the programme"}},
        "required": ["csv"],
        "additionalProperties": False,
    }
    return {"anyOf": [{"type": "array", "items": value["items"]}, table]}


def _shared(value: Any, quantities: dict[str, Any]) -> Any:  # noqa: ANN401 - any part of a schema
    """Replace the schemas of quantities by references to one definition for each dimension."""
    if isinstance(value, list):
        return [_shared(item, quantities) for item in value]
    if not isinstance(value, dict):
        return value
    match = _QUANTITY.fullmatch(str(value.get("description", ""))) if "anyOf" in value else None
    if match is None or match[1] not in DIMENSIONS:
        return {key: _shared(inner, quantities) for key, inner in value.items()}
    name = match[1].replace(" ", "_")
    quantities[f"quantity_{name}"] = {"anyOf": value["anyOf"], "description": value["description"]}
    return {"$ref": f"#/$defs/quantity_{name}"}
