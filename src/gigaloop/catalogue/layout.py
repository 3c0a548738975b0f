"""What a model of the catalogue is made of: which fields are quantities, lists of records, references, or texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import get_args, get_origin

from pydantic import BaseModel

from gigaloop.catalogue.entry import EntryOf, Record
from gigaloop.core.quantity import Dim


@dataclass(frozen=True, slots=True)
class Field:
    """What one field holds: a quantity of ``dim``, a list of ``items``, the id of an entry of ``refers``, or a text."""

    dim: Dim | None = None
    items: type[Record] | None = None
    refers: str = ""


TEXT = Field()


@cache
def layout(model: type[BaseModel]) -> dict[str, Field]:
    """Give what the fields of a model hold, by name."""
    return {
        name: _field([*info.metadata, *_parts(info.annotation)])
        for name, info in model.model_fields.items()
        if name not in ("id", "evidence")
    }


def _field(parts: list[object]) -> Field:
    for part in parts:
        if isinstance(part, Dim):
            return Field(dim=part)
        if isinstance(part, EntryOf):
            return Field(refers=part.kind)
        if isinstance(part, type) and issubclass(part, Record):
            return Field(items=part)
    return TEXT


def _parts(annotation: object) -> Iterator[object]:
    """Give the leaves of an annotation: the types and markers that its unions, tuples and markings hold."""
    if get_origin(annotation) is None:
        yield annotation
        return
    for argument in get_args(annotation):
        yield from _parts(argument)
    yield from getattr(annotation, "__metadata__", ())
