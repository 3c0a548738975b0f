"""References between records: every id that is named exists, once, and a near miss is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gigaloop.core.errors import Problem
from gigaloop.core.marks import Mark, Names, Steps
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.validate import record_in
from gigaloop.programme.facts import Facts
from gigaloop.programme.schema import Programme
from gigaloop.programme.schema.base import Ref
from gigaloop.programme.schema.deployment import SiteEquipment
from gigaloop.programme.schema.product import UnitPart
from gigaloop.programme.schema.supply import LineProduct, PartStock, Supply
from gigaloop.programme.sources import LIST_SECTIONS

_ONE_PER_PART = (Supply, LineProduct, SiteEquipment, PartStock, UnitPart)
"""Records of which a list holds at most one for each part."""

_SUGGESTIONS_LIMIT = 60
"""Most unknown ids of one section that get a suggestion; in a large programme each costs time."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A field through which references are found: it holds ids itself, or records that do."""

    key: str
    name: str
    ref: Ref | None
    model: type[BaseModel] | None


@lru_cache(maxsize=256)
def _links(model: type[BaseModel]) -> tuple[_Link, ...]:
    found = []
    for name, info in model.model_fields.items():
        ref, inner = reference_of(info), record_in(info.annotation)
        if ref is not None or (inner is not None and _matters(inner)):
            found.append(_Link(info.alias or name, name, ref, inner))
    return tuple(found)


def _matters(model: type[BaseModel]) -> bool:
    return "id" in model.model_fields or model in _ONE_PER_PART or bool(_links(model))


def reference_of(info: FieldInfo) -> Ref | None:
    """Give what the ids in a field refer to, if they do."""
    stack: list[object] = [info.annotation, *info.metadata]
    while stack:
        item = stack.pop()
        if isinstance(item, Ref):
            return item
        stack.extend(get_args(item))
    return None


@dataclass(slots=True)
class _Walk:
    """One pass over a document."""

    names: Names
    catalogue: Facts
    problems: list[Problem] = field(default_factory=list)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    suggested: dict[tuple[tuple[str, ...], str], str] = field(default_factory=dict)

    def record(self, model: type[BaseModel], data: object, mark: Mark | None, path: Steps) -> None:
        """Follow the references of a record; anything that is not one is left to the validation."""
        if not isinstance(data, Mapping):
            return
        for link in _links(model):
            value = data.get(link.key, data.get(link.name))
            if value is None:
                continue
            inner = mark.child(link.key) if mark else None
            here = (*path, link.key)
            if isinstance(value, list):
                if link.model is not None:
                    self.duplicates(link.model, value, inner, here)
                for index, item in enumerate(value):
                    self.item(link, item, inner.child(index) if inner else None, (*here, index))
            else:
                self.item(link, value, inner, here)

    def item(self, link: _Link, value: object, mark: Mark | None, path: Steps) -> None:
        if link.model is not None:
            self.record(link.model, value, mark, path)
        elif link.ref is not None and isinstance(value, str):
            self.reference(link.ref, value.strip(), mark, path)

    def reference(self, ref: Ref, name: str, mark: Mark | None, path: Steps) -> None:
        holders = [section for section in ref.sections if name in self.known(ref, section)]
        if len(holders) == 1:
            return
        where = mark.place if mark else None
        if holders:
            kinds = " and ".join(_singular(section) for section in holders)
            hint = "rename one of them"
            self.problems.append(Problem(f"'{name}' is the id of a {kinds}", where, self.names.dotted(path), hint))
            return
        kinds = " or ".join(_singular(section) for section in ref.sections)
        why = f"the catalogue has no {kinds} '{name}'" if ref.catalogue else f"there is no {kinds} '{name}'"
        self.problems.append(Problem(why, where, self.names.dotted(path), self.suggestion(ref, name)))

    def known(self, ref: Ref, section: str) -> frozenset[str]:
        key = f"catalogue {section}" if ref.catalogue else section
        found = self.ids.get(key)
        if found is None:
            found = self.ids[key] = frozenset(self.catalogue.ids(section)) if ref.catalogue else frozenset()
        return found

    def suggestion(self, ref: Ref, name: str) -> str:
        key = (ref.sections, name)
        if key not in self.suggested:
            if len(self.suggested) >= _SUGGESTIONS_LIMIT:
                return ""
            pool = sorted({known for section in ref.sections for known in self.known(ref, section)})
            kind = f" {ref.sections[0]}" if len(ref.sections) == 1 else ""
            where = (
                f"see 'gigaloop catalogue list{kind}'" if ref.catalogue else f"they stand in {_listed(ref.sections)}"
            )
            self.suggested[key] = did_you_mean(name, pool, otherwise=ref.hint or where)
        return self.suggested[key]

    def duplicates(self, model: type[BaseModel], items: Iterable[object], mark: Mark | None, path: Steps) -> None:
        """Refuse a second record with the id (or of the part) of another one in the same list."""
        key = "id" if "id" in model.model_fields else "part"
        if key == "part" and model not in _ONE_PER_PART:
            return
        first: dict[str, int] = {}
        for index, item in enumerate(items):
            name = item.get(key) if isinstance(item, Mapping) else None
            if not isinstance(name, str):
                continue
            earlier = first.setdefault(name, index)
            if earlier != index:
                here = _id_mark(mark, index, key)
                there = _id_mark(mark, earlier, key)
                hint = f"the first is at {there.place}" if there else ""
                self.problems.append(
                    Problem(
                        f"the {key} '{name}' is given twice in {path[-1]}",
                        here.place if here else None,
                        self.names.dotted((*path, index)),
                        hint,
                    )
                )


def check_references(data: Mapping[str, Any], mark: Mark, catalogue: Facts, names: Names) -> list[Problem]:
    """Say which ids are given twice and which are named but do not exist.

    Works on plain data, so that these problems are found together with those of the validation.

    Parameters
    ----------
    data
        The merged document of a programme.
    mark
        Its marks.
    catalogue
        The catalogue whose ids the programme may name.
    names
        How paths are written.
    """
    walk = _Walk(names, catalogue)
    for section in LIST_SECTIONS:
        items = data.get(section)
        walk.ids[section] = frozenset(_ids(items)) if isinstance(items, list) else frozenset()
    walk.record(Programme, data, mark, ())
    return walk.problems


def _ids(items: Iterable[object]) -> Iterator[str]:
    for item in items:
        name = item.get("id") if isinstance(item, Mapping) else None
        if isinstance(name, str):
            yield name.strip()


def _id_mark(mark: Mark | None, index: int, key: str) -> Mark | None:
    item = mark.child(index) if mark else None
    return (item.child(key) or item) if item else None


_SINGULAR = {"factories": "factory"}


def _singular(section: str) -> str:
    return _SINGULAR.get(section, section.removesuffix("s").replace("_", " "))


def _listed(sections: tuple[str, ...]) -> str:
    return " or ".join(f"'{section}'" for section in sections)
