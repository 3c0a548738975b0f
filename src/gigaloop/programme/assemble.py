"""From a merged document to a checked programme that remembers what it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.marks import Mark, Names, Places
from gigaloop.core.validate import PROBLEMS_LIMIT as VALIDATION_LIMIT
from gigaloop.core.validate import validate
from gigaloop.programme.checks import check_programme
from gigaloop.programme.facts import Facts, Unknown
from gigaloop.programme.references import check_references
from gigaloop.programme.schema import SCHEMA_VERSION, Programme
from gigaloop.programme.sources import LIST_SECTIONS

PROBLEMS_LIMIT = 200
"""Most problems that one error lists; the rest is counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What a programme was made of: the merged document, its marks, and the catalogue."""

    data: Mapping[str, Any]
    mark: Mark
    catalogue: Facts


class PlaceIndex(Mapping[str, Place]):
    """The places of a programme's values by dotted path, found when asked for."""

    def __init__(self, names: Names, mark: Mark) -> None:
        self._names = names
        self._places = Places(mark)

    def __getitem__(self, path: str) -> Place:
        steps = self._names.find(path)
        if steps is None:
            raise KeyError(path)
        return self._places[steps]

    def __iter__(self) -> Iterator[str]:
        return (self._names.dotted(steps) for steps in self._places if steps)

    def __len__(self) -> int:
        return len(self._places) - 1


def assemble(
    data: dict[str, Any],
    mark: Mark,
    catalogue: Facts,
    *,
    problems: Iterable[Problem] = (),
    whole: bool = True,
    base: Programme | None = None,
) -> Programme:
    """Make a programme from a merged document, or raise with everything that is wrong with it.

    Parameters
    ----------
    data
        The merged document, with the facts of the catalogue in it resolved.
    mark
        Its marks.
    catalogue
        The catalogue whose ids it may name.
    problems
        What is known to be wrong already.
    whole
        Whether all of the document could be read; if not, what is missing is not reported.
    base
        A programme made of a document that shares records with this one; those are taken over as they are.

    Raises
    ------
    ProgrammeError
        With every problem, in the order of files and lines.
    """
    found = list(problems)
    refuse(_check_version(data, mark) or (() if data else found))
    names = Names(data)
    if whole:
        found += check_references(data, mark, catalogue, names)
    given = data if base is None else _with_records_of(base, data)
    programme, wrong = validate(Programme, given, Places(mark), names=names, partial=not whole, known=Unknown)
    refuse(found + wrong)
    if programme is None:
        raise ProgrammeError([Problem("the programme cannot be read", mark.place)])
    programme._places = PlaceIndex(names, mark)
    programme._origin = Origin(data, mark, catalogue)
    refuse(check_programme(programme))
    return programme


def origin_of(programme: Programme) -> Origin:
    """Give what a programme was made of.

    Raises
    ------
    ProgrammeError
        If it was not loaded from files, so that nothing in it can be patched.
    """
    origin = programme._origin
    if not isinstance(origin, Origin):
        hint = "load it with load_programme"
        raise ProgrammeError([Problem(f"the programme '{programme.id}' was not loaded from files", hint=hint)])
    return origin


def _with_records_of(base: Programme, data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the document with the records of another programme where both were made of the same data."""
    shared = origin_of(base).data
    given = dict(data)
    for section in LIST_SECTIONS:
        items = data.get(section)
        if isinstance(items, list) and section in shared:
            records = {id(raw): record for raw, record in zip(shared[section], getattr(base, section), strict=True)}
            given[section] = [records.get(id(item), item) for item in items]
    return given


def refuse(problems: Iterable[Problem]) -> None:
    """Raise when there are problems: each once, in the order of files and lines, at most 200 of them."""
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.where or Place("~"))
    if not ordered:
        return
    count = len(ordered)
    more = " or more" if count >= VALIDATION_LIMIT else ""
    title = f"the programme has {count}{more} problem" + ("" if count == 1 else "s")
    if count > PROBLEMS_LIMIT:
        title += f", of which the first {PROBLEMS_LIMIT} are listed"
        ordered = [*ordered[:PROBLEMS_LIMIT], Problem(f"and {count - PROBLEMS_LIMIT} more problems")]
    raise ProgrammeError(ordered, title=title)


def _check_version(data: Mapping[str, Any], mark: Mark) -> list[Problem]:
    """Refuse a document of another version of the schema before anything else is said about it."""
    version = data.get("schema")
    if not isinstance(version, int) or isinstance(version, bool) or version == SCHEMA_VERSION:
        return []
    child = mark.child("schema") or mark
    if version > SCHEMA_VERSION:
        why = f"the programme is written in version {version} of the schema; known here is up to {SCHEMA_VERSION}"
        return [Problem(why, child.place, "schema", "upgrade gigaloop: pip install --upgrade gigaloop")]
    hint = f"write 'schema: {SCHEMA_VERSION}'"
    return [Problem(f"there is no version {version} of the schema", child.place, "schema", hint)]
