"""Programmes between two revisions: the first with some of the changes to the second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel

from gigaloop.core.marks import item_keys
from gigaloop.programme import Change, Programme

Key = tuple[str, ...]

_NOT_PLANNED = frozenset({"name", "description", "as_of", "contracts", "claims", "scenarios"})
"""Sections that no plan depends on."""
_NESTED = frozenset({("suppliers", "supplies"), ("factories", "lines")})
"""Lists within records whose items are records of their own."""


def groups(changes: Sequence[Change], most: int) -> tuple[tuple[Key, tuple[Change, ...]], ...]:
    """Group the changes that a plan depends on by field of a record; where these are too many, by record or section.

    Parameters
    ----------
    changes
        Changes from one programme to another.
    most
        The most groups wanted; sections are never joined.
    """
    planned = [change for change in changes if change.path.split(".")[0] not in _NOT_PLANNED]
    found: dict[Key, list[Change]] = {}
    for cut in (_field, _record, _section):
        found = {}
        for change in planned:
            found.setdefault(cut(tuple(change.path.split("."))), []).append(change)
        if len(found) <= most:
            break
    return tuple((key, tuple(members)) for key, members in found.items())


def _field(steps: Key) -> Key:
    nested = len(steps) > 3 and (steps[0], steps[2]) in _NESTED
    return steps[: 5 if nested else 3]


def _record(steps: Key) -> Key:
    return steps[:2]


def _section(steps: Key) -> Key:
    return steps[:1]


def mixed(before: Programme, after: Programme, keys: Iterable[Key]) -> Programme:
    """Give a programme with what stands at some paths taken from another.

    Parameters
    ----------
    before, after
        Two programmes.
    keys
        Paths, of fields, records, or sections; ``after`` may lack a record at a path, which removes it.
    """
    made = _record_of(before, after, set(keys))
    return made if isinstance(made, Programme) else before


def _record_of(before: BaseModel, after: BaseModel, keys: set[Key]) -> BaseModel:
    values: dict[str, Any] = {}
    for name, field in type(before).model_fields.items():
        own = field.alias or name
        inner = {key[1:] for key in keys if key[0] == own}
        old, new = getattr(before, name), getattr(after, name)
        values[name] = old if not inner else new if () in inner else _value(old, new, inner)
    made = type(before).model_construct(None, **values)
    private = getattr(before, "__pydantic_private__", None)
    if private:
        object.__setattr__(made, "__pydantic_private__", dict(private))
    return made


def _value(old: Any, new: Any, keys: set[Key]) -> Any:  # noqa: ANN401 - any value of a record
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        return _record_of(old, new, keys)
    items = isinstance(old, tuple) and isinstance(new, tuple)
    if not items or not all(isinstance(item, BaseModel) for item in (*old, *new)):
        return new
    olds = dict(zip(item_keys(old), old, strict=True))
    news = dict(zip(item_keys(new), new, strict=True))
    made = []
    for name, item in olds.items():
        inner = {key[1:] for key in keys if key[0] == name}
        if not inner:
            made.append(item)
        elif name in news:
            made.append(news[name] if () in inner else _record_of(item, news[name], inner))
    taken = {key[0] for key in keys}
    return (*made, *(item for name, item in news.items() if name not in olds and name in taken))
