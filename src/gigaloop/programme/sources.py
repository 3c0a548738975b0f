"""The files of a programme folder, read and merged into one document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_origin

from gigaloop.core.document import Document, read_csv, read_yaml
from gigaloop.core.errors import Place, Problem
from gigaloop.core.marks import Mark
from gigaloop.programme.schema import Programme

OWN_CATALOGUE = "catalogue"
"""Sub-folder of a programme for the user's own catalogue entries."""

LIST_SECTIONS: tuple[str, ...] = tuple(
    name for name, info in Programme.model_fields.items() if get_origin(info.annotation) is tuple
)
"""Sections that are lists of records; they add up over the files of a folder."""


@dataclass(slots=True)
class Gathered:
    """All files of a folder as one document."""

    data: dict[str, Any] = field(default_factory=dict)
    mark: Mark = field(default_factory=lambda: Mark("", 0, 0, children={}))
    problems: list[Problem] = field(default_factory=list)
    whole: bool = True
    """Whether every file could be read; if not, what seems to be missing may stand in the others."""

    def lost(self, problem: Problem) -> None:
        """Note a problem because of which a file or table is not among the data."""
        self.problems.append(problem)
        self.whole = False


def gather(folder: Path) -> Gathered:
    """Read every ``*.yaml`` of a folder, with the CSV tables that they name, and merge their sections.

    Parameters
    ----------
    folder
        The programme's folder. Sub-folders and hidden files are left alone.
    """
    found = Gathered(mark=Mark(str(folder), 0, 0, children={}))
    where = Place(str(folder))
    try:
        if not folder.exists():
            hint = "give the folder of a programme, or make one with 'gigaloop new DIR'"
            found.lost(Problem("there is no such folder", where, hint=hint))
            return found
        if not folder.is_dir():
            found.lost(Problem("this is not a folder", where, hint="give the folder that holds the *.yaml files"))
            return found
        root = folder.resolve()
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except (OSError, ValueError, RuntimeError) as error:
        found.lost(Problem(f"the folder cannot be read: {_reason(error)}", where))
        return found
    yaml_names = [name for name in names if name.endswith(".yaml")]
    for name in names:
        if name.endswith(".yml"):
            path = Place(str(folder / name))
            found.lost(Problem("files of a programme end in .yaml", path, hint=f"rename it to {name[:-4]}.yaml"))
    if not yaml_names and not found.problems:
        found.lost(Problem("the folder holds no *.yaml file", where, hint="make a programme with 'gigaloop new DIR'"))
    for name in yaml_names:
        _add_file(found, folder, root, name)
    return found


def _add_file(found: Gathered, folder: Path, root: Path, name: str) -> None:
    shown_as = str(folder / name)
    document = _inside(folder, root, name, Place(shown_as)) or read_yaml(folder / name, shown_as)
    found.problems.extend(document.problems)
    if document.data is None:
        found.whole = False
        return
    if not isinstance(document.data, dict):
        why, hint = "the file holds no sections", "begin it with the name of a section, e.g. 'sites:'"
        found.lost(Problem(why, document.mark.place, hint=hint))
        return

    def table(value: Mapping[str, Any], mark: Mark) -> tuple[Any, Mark] | None:
        if "csv" not in value or len(value) != 1:
            return None
        place = (mark.child("csv") or mark).place
        given = value["csv"]
        if not isinstance(given, str) or not given.strip():
            found.lost(Problem("the name of a CSV file is due", place, hint="write e.g. {csv: parts.csv}"))
            return [], Mark(mark.file, mark.line, mark.column, children=[])
        read = _inside(folder, root, given, place) or read_csv(folder / given, str(folder / given))
        if read.data is None:
            for problem in read.problems:
                missing = problem.where == Place(str(folder / given)) and "no such" in problem.why
                found.lost(Problem(f"there is no file '{given}'", place, hint=problem.hint) if missing else problem)
            return [], Mark(mark.file, mark.line, mark.column, children=[])
        found.problems.extend(read.problems)
        found.whole = found.whole and not read.problems
        return read.data, read.mark

    data, mark = rewrite(document.data, document.mark, table)
    if isinstance(data, dict) and isinstance(mark.children, dict):
        for section, value in data.items():
            _add_section(found, section, value, mark.children[section])


def _inside(folder: Path, root: Path, name: str, place: Place) -> Document | None:
    """Refuse a file that lies outside the programme's folder, also by way of a link."""
    hint = "copy the file into the folder of the programme"
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        return Document.broken(place.file, Problem(f"'{name}' cannot be read: {_reason(error)}", place))
    if Path(name).is_absolute() or not path.is_relative_to(root):
        return Document.broken(place.file, Problem(f"'{name}' is outside the programme's folder", place, hint=hint))
    return None


def _add_section(found: Gathered, section: str, value: object, mark: Mark) -> None:
    marks = found.mark.children
    if not isinstance(marks, dict):
        return
    before = marks.get(section)
    if section not in LIST_SECTIONS:
        if before is not None:
            hint = f"the first is at {before.key_place}; only lists add up over files"
            found.problems.append(Problem(f"'{section}' is given twice", mark.key_place, section, hint))
            return
        found.data[section], marks[section] = value, mark
        return
    if value is None:
        value, mark = [], Mark(mark.file, mark.line, mark.column, mark.key_line, mark.key_column, [])
    if not isinstance(value, list):
        why, hint = f"'{section}' must be a list", "write its records as lines that begin with '- ', or {csv: FILE}"
        found.lost(Problem(why, mark.place, section, hint))
        return
    if before is None:
        found.data[section], marks[section] = value, mark
    elif isinstance(before.children, list) and isinstance(mark.children, list):
        found.data[section].extend(value)
        before.children.extend(mark.children)


Change = Callable[[Mapping[str, Any], Mark], tuple[Any, Mark] | None]


def rewrite(value: Any, mark: Mark, change: Change) -> tuple[Any, Mark]:  # noqa: ANN401 - any data of a document
    """Replace mappings inside a value, in place: those for which ``change`` gives another value and its mark."""
    if isinstance(value, dict):
        changed = change(value, mark)
        if changed is not None:
            other = changed[1]
            return changed[0], Mark(
                other.file, other.line, other.column, mark.key_line, mark.key_column, other.children
            )
        pairs: Any = list(value.items())
    elif isinstance(value, list):
        pairs = enumerate(value)
    else:
        return value, mark
    marks: Any = mark.children
    for step, inner in pairs:
        if isinstance(inner, dict | list):
            value[step], marks[step] = rewrite(inner, marks[step], change)
    return value, mark


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)
