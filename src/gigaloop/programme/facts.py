"""Catalogue facts in a programme: ``{from: gb300-nvl72.mass}`` takes value and evidence from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from gigaloop.core.errors import CatalogueError, Problem
from gigaloop.core.marks import Mark
from gigaloop.core.quantity import Quantity
from gigaloop.programme.sources import rewrite

_EXAMPLE = "write {from: ENTRY.FACT}, e.g. {from: gb300-nvl72.mass}"


class Facts(Protocol):
    """What a programme needs of a catalogue."""

    def fact(self, path: str, /) -> Quantity:
        """Give one number by the id of its entry and its name; a CatalogueError where there is none."""

    def ids(self, kind: str, /) -> Iterable[str]:
        """Give the ids of one kind."""


class Unknown:
    """Stands where a fact could not be found; the problem has been told already."""


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
            evidence = found.evidence
            return found.with_evidence(evidence.at(place) if evidence else None), _leaf(mark)
        why, hint = found
        problems.append(Problem(why, place, hint=hint))
        return Unknown(), _leaf(mark)

    return rewrite(value, mark, fact)


def _leaf(mark: Mark) -> Mark:
    return Mark(mark.file, mark.line, mark.column, mark.key_line, mark.key_column)


def _look_up(value: Mapping[str, Any], catalogue: Facts) -> Quantity | tuple[str, str]:
    """Give the fact, or why not and a hint."""
    name = value["from"]
    if len(value) > 1:
        return "a value from the catalogue has no other key than 'from'", _EXAMPLE
    if not isinstance(name, str) or "." not in name:
        return "the name of a catalogue fact is due", _EXAMPLE
    try:
        return catalogue.fact(name)
    except CatalogueError as error:
        return error.why, error.hint
