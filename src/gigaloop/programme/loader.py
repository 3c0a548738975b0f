"""Loading a programme: a folder of YAML and CSV files becomes a checked :class:`Programme`."""

from __future__ import annotations

from pathlib import Path

from gigaloop.programme.assemble import assemble, refuse
from gigaloop.programme.facts import Facts, resolve_facts
from gigaloop.programme.files import check_files
from gigaloop.programme.scenario import check_scenarios
from gigaloop.programme.schema import Programme
from gigaloop.programme.sources import OWN_CATALOGUE, gather


def load_programme(folder: str | Path, catalogue: Facts) -> Programme:
    """Load a programme, with every value knowing its file, line and column.

    All ``*.yaml`` files of the folder are read and their sections merged: lists add up, anything else is given once.
    A list may stand in a CSV file: ``parts: {csv: parts.csv}``. A quantity may come from the catalogue:
    ``mass: {from: gb300-nvl72.mass}``.

    Parameters
    ----------
    folder
        The folder of the programme.
    catalogue
        The facts it may refer to; see :func:`own_catalogue`.

    Raises
    ------
    ProgrammeError
        With every problem that could be found, each with place, reason and hint.
    """
    found = gather(Path(folder))
    if isinstance(found.mark.children, dict):
        for section in found.data.keys() - {"scenarios"}:
            found.data[section], found.mark.children[section] = resolve_facts(
                found.data[section], found.mark.children[section], catalogue, found.problems
            )
    programme = assemble(found.data, found.mark, catalogue, problems=found.problems, whole=found.whole)
    refuse([*check_files(programme), *check_scenarios(programme)])
    return programme


def own_catalogue(folder: str | Path) -> Path | None:
    """Give the folder of the user's own catalogue entries inside a programme's folder, if there is one."""
    path = Path(folder) / OWN_CATALOGUE
    return path if path.is_dir() else None
