"""Files that a programme names: they lie inside its folder, and are there."""

from __future__ import annotations

from pathlib import Path

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.programme.assemble import origin_of
from gigaloop.programme.schema import Programme


def check_files(programme: Programme) -> list[Problem]:
    """Say which files that sites and workloads name are not there.

    Parameters
    ----------
    programme
        A programme that was loaded from a folder.
    """
    problems: list[Problem] = []
    for name, path in named_files(programme):
        try:
            programme_file(programme, name, path)
        except ProgrammeError as error:
            problems.extend(error.problems)
    return problems


def named_files(programme: Programme) -> list[tuple[str, str]]:
    """Give the files that a programme names, each with the path of the value that does."""
    weather = [(each.facility.weather_file, f"sites.{each.id}.facility.weather_file") for each in programme.sites]
    models = [(each.model.config, f"workloads.{each.id}.model.config") for each in programme.workloads]
    return [(name, path) for name, path in (*weather, *models) if name]


def programme_file(programme: Programme, name: str, path: str) -> Path:
    """Give the path of a file that a programme names, relative to the programme's folder.

    Parameters
    ----------
    programme
        A programme that was loaded from a folder.
    name
        As the programme writes it.
    path
        Where it does, for problems.

    Raises
    ------
    ProgrammeError
        If the programme was not loaded from files, or the file is not there, or lies outside the folder.
    """
    folder = Path(origin_of(programme).mark.file)
    where = programme.place(path)
    try:
        root, file = folder.resolve(), (folder / name).resolve()
        inside, there = not Path(name).is_absolute() and file.is_relative_to(root), file.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise ProgrammeError([Problem(f"'{name}' cannot be read: {error}", where, path)]) from error
    if not inside:
        hint = "copy the file into the folder of the programme"
        raise ProgrammeError([Problem(f"'{name}' is outside the programme's folder", where, path, hint)])
    if not there:
        hint = f"paths begin at the programme's folder, {folder}"
        raise ProgrammeError([Problem(f"there is no file '{name}'", where, path, hint)])
    return folder / name
