"""What changed between two programmes, in the units that people wrote."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from gigaloop.core.marks import item_keys
from gigaloop.core.quantity import Quantity
from gigaloop.programme.schema import Programme

_SAME = 1e-12
"""Relative difference below which two quantities are the same one, written in different units."""

_MANY = 9.0
"""From ten times on a ratio is told as a factor."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")

_NO_RATIO = frozenset({"temperature"})
"""Dimensions whose zero is arbitrary, so that a ratio says nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: its path, what stood there before and stands there after, and by how much a number changed."""

    path: str
    kind: Literal["added", "removed", "changed"]
    before: str | None = None
    after: str | None = None
    relative: float | None = None
    """After over before, less one; none where there is no such ratio."""

    def __str__(self) -> str:
        if self.kind == "added":
            return f"{self.path}: added {self.after}"
        if self.kind == "removed":
            return f"{self.path}: removed {self.before}"
        ratio = ""
        if self.relative is not None:
            many = self.relative >= _MANY
            ratio = f" ({1 + self.relative:.3g} times)" if many else f" ({self.relative * 100:+.3g} %)"
        return f"{self.path}: {self.before} -> {self.after}{ratio}"

    def as_dict(self) -> dict[str, object]:
        """Give the change as plain data, for ``--json``."""
        return {
            "path": self.path,
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
            "relative": self.relative,
        }


def diff_programmes(before: Programme, after: Programme) -> tuple[Change, ...]:
    """Say what changed from one programme to another, in the order of the schema.

    Records are matched by id (lines by part, steps by date); their order does not count. A quantity written in
    another unit is the same; its evidence is not compared.

    Parameters
    ----------
    before, after
        Two programmes, e.g. two revisions, or a programme and one of its scenarios applied.
    """
    return tuple(_records(before, after, ""))


def _records(before: BaseModel, after: BaseModel, path: str) -> Iterator[Change]:
    for name, field in type(before).model_fields.items():
        key = field.alias or name
        yield from _values(getattr(before, name), getattr(after, name), f"{path}.{key}" if path else key)


def _values(before: Any, after: Any, path: str) -> Iterator[Change]:  # noqa: ANN401 - any value of a record
    if before is None and after is None:
        return
    if before is None:
        yield Change(path, "added", after=_text(after))
    elif after is None:
        yield Change(path, "removed", before=_text(before))
    elif isinstance(before, BaseModel):
        yield from _records(before, after, path)
    elif isinstance(before, tuple) and any(isinstance(item, BaseModel) for item in (*before, *after)):
        yield from _lists(before, after, path)
    elif not _same(before, after):
        yield Change(path, "changed", _text(before), _text(after), _relative(before, after))


def _lists(before: Sequence[BaseModel], after: Sequence[BaseModel], path: str) -> Iterator[Change]:
    old = dict(zip(item_keys(before), before, strict=True))
    new = dict(zip(item_keys(after), after, strict=True))
    gone = [key for key in old if key not in new]
    come = [key for key in new if key not in old]
    moved: dict[str, str] = {}
    if len(gone) == len(come) and all(_DATE.match(key) for key in (*gone, *come)):
        # Steps named by their dates, as many as before: they were moved in time.
        moved = dict(zip(sorted(gone), sorted(come), strict=True))
    for key, item in old.items():
        match = new.get(moved.get(key, key))
        if match is not None:
            yield from _records(item, match, f"{path}.{key}")
        else:
            yield Change(f"{path}.{key}", "removed", before=_text(item))
    for key in come:
        if not moved:
            yield Change(f"{path}.{key}", "added", after=_text(new[key]))


def _same(before: object, after: object) -> bool:
    if isinstance(before, Quantity) and isinstance(after, Quantity):
        return before.year == after.year and math.isclose(before, after, rel_tol=_SAME)
    return before == after


def _relative(before: object, after: object) -> float | None:
    for value in (before, after):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
    old, new = float(before), float(after)  # type: ignore[arg-type]
    if isinstance(before, Quantity) and before.unit.dimension in _NO_RATIO:
        return None
    if isinstance(before, Quantity) and isinstance(after, Quantity) and before.year != after.year:
        return None
    return new / old - 1.0 if old else None


def _text(value: object) -> str:
    """Write a value: quantities in their unit, records by name or by what they hold."""
    if isinstance(value, BaseModel):
        name = getattr(value, "name", None)
        if isinstance(name, str):
            return f"'{name}'"
        held = ((key, inner) for key, inner in value if inner is not None and inner not in ((), ""))
        return ", ".join(f"{key} {_text(inner)}" for key, inner in held)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
