"""Catalogue facts in a programme: ``{from: gb300-nvl72.mass}`` takes value and evidence from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel

from gigaloop.core.errors import CatalogueError, Problem
from gigaloop.core.marks import Mark
from gigaloop.core.quantity import Quantity
from gigaloop.core.suggest import did_you_mean
from gigaloop.programme.sources import rewrite


class Facts(Protocol):
    """What a programme needs of a catalogue."""

    def __getitem__(self, key: str, /) -> Any:  # noqa: ANN401 - entries of all kinds
        """Give an entry by id."""

    def ids(self, kind: str | None = None) -> Iterable[str]:
        """Give the ids of one kind, or of all."""


def resolve_facts(value: object, mark: Mark, catalogue: Facts, problems: list[Problem]) -> tuple[Any, Mark]:
    """Replace every ``{from: ID.FACT}`` inside a value by the catalogue's quantity, with the place where it stands.

    Parameters
    ----------
    value
        Data of a document; changed in place.
    mark
        The marks of the data.
    catalogue
        Where facts come from.
    problems
        Gets what is wrong.
    """

    def fact(value: Mapping[str, Any], mark: Mark) -> tuple[Any, Mark] | None:
        if "from" not in value:
            return None
        place = (mark.child("from") or mark).place
        found = _look_up(value, catalogue)
        if isinstance(found, Quantity):
            if found.evidence is not None:
                found = found.with_evidence(found.evidence.at(place))
            return found, Mark(mark.file, mark.line, mark.column)
        why, hint = found
        problems.append(Problem(why, place, hint=hint))
        # A stand-in that the validation lets pass nowhere would only repeat the problem.
        return Unknown(), Mark(mark.file, mark.line, mark.column)

    return rewrite(value, mark, fact)


class Unknown:
    """Stands where a fact could not be found; the problem has been noted already."""


def _look_up(value: Mapping[str, Any], catalogue: Facts) -> Quantity | tuple[str, str]:
    """Give the fact, or why not and a hint."""
    example = "write {from: ENTRY.FACT}, e.g. {from: gb300-nvl72.mass}"
    name = value["from"]
    if len(value) > 1:
        return "a value from the catalogue has no other key than 'from'", example
    if not isinstance(name, str) or "." not in name:
        return "the name of a catalogue fact is due", example
    entry_id, *steps = name.split(".")
    try:
        here: object = catalogue[entry_id]
    except (KeyError, CatalogueError):
        see = "see 'gigaloop catalogue list'"
        return f"the catalogue has no entry '{entry_id}'", did_you_mean(entry_id, catalogue.ids(), otherwise=see)
    for step in steps:
        inner = getattr(here, step, None) if step in _facts(here) else None
        if inner is None:
            known = ", ".join(_facts(here))
            hint = did_you_mean(step, _facts(here), otherwise=f"it knows {known}" if known else "")
            return f"'{entry_id}' of the catalogue has no fact '{step}'", hint
        here = inner
    if not isinstance(here, Quantity):
        return f"'{name}' of the catalogue is no quantity", f"name a fact of it: {', '.join(_facts(here)) or 'none'}"
    return here


def _facts(entry: object) -> list[str]:
    """Name the facts of an entry that it has."""
    names = (
        type(entry).model_fields if isinstance(entry, BaseModel) else vars(entry) if hasattr(entry, "__dict__") else ()
    )
    return [name for name in names if isinstance(getattr(entry, name), Quantity | BaseModel)]
