"""What the commands do, as functions: load, engineer, run, report, save, diff, new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.programme import (
    Change,
    Programme,
    diff_programmes,
    load_programme,
    new_programme,
    own_catalogue,
)

if TYPE_CHECKING:
    import os

    from gigaloop.design.records import Facility, Network
    from gigaloop.study.cache import Cache
    from gigaloop.study.chain import Progress, Result

    Folder = str | os.PathLike[str]


def load(folder: Folder, *, facts: Folder | None = None) -> Programme:
    """Load and check a programme.

    Parameters
    ----------
    folder
        The programme's folder.
    facts
        A folder of catalogue entries of your own; ``catalogue/`` in the programme's folder where not given.

    Raises
    ------
    ProgrammeError
        With every problem found.
    CatalogueError
        If the facts are wrong.
    """
    return load_programme(Path(folder), catalogue_for(folder, facts))


def catalogue_for(folder: Folder, facts: Folder | None = None) -> Catalogue:
    """Give the catalogue that a programme is read with: the bundled facts, extended by its own."""
    return load_catalogue(Path(facts) if facts is not None else own_catalogue(Path(folder)))


def run(
    programme: Programme,
    *,
    scenario: str = "",
    catalogue: Catalogue | None = None,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Result:
    """Carry a programme through design, plan, value and watch; see :func:`gigaloop.study.chain.run`."""
    from gigaloop.study.chain import run as run_chain

    return run_chain(programme, catalogue, scenario=scenario, cache=cache, progress=progress)


def design_facility(
    programme: Programme,
    generation: str,
    site: str,
    *,
    catalogue: Catalogue | None = None,
    weather: Folder | None = None,
) -> Facility:
    """Engineer what a site needs around the racks of a generation that its final power feeds.

    Parameters
    ----------
    programme
        The programme.
    generation, site
        Their ids.
    catalogue
        The bundled facts where not given.
    weather
        An EPW file instead of the site's own weather.

    Raises
    ------
    UsageError
        If there is no such generation or site.
    ProgrammeError
        If the site has no weather or no power, or the file is wrong.
    GigaloopError
        If the racks cannot be fed or cooled as the site states.
    """
    from gigaloop.core.suggest import find
    from gigaloop.design.climate import read_epw, warmed
    from gigaloop.design.facility.facility import design_facility as engineer

    racks = find("generation", generation, ((each.id, each) for each in programme.generations))
    place = find("site", site, ((each.id, each) for each in programme.sites))
    own = None if weather is None else warmed(read_epw(Path(weather)), float(place.facility.warming))
    return engineer(programme, racks, place, catalogue or load_catalogue(), weather=own)


def design_network(
    programme: Programme,
    generation: str,
    *,
    site: str = "",
    sus: int | None = None,
    catalogue: Catalogue | None = None,
) -> Network:
    """Engineer the networks of a generation: fabric, floor, every cable, bill of materials, checks.

    Parameters
    ----------
    programme
        The programme.
    generation, site
        Their ids; a floor of common practice where no site is given.
    sus
        Scalable units; the ``scale_out.span`` of the generation where not given, as far as the site's halls hold them.
    catalogue
        The bundled facts where not given.

    Raises
    ------
    UsageError
        If there is no such generation or site.
    GigaloopError
        If no fabric of the generation's switches joins as many units, or they are more than the site's halls hold.
    """
    from gigaloop.core.suggest import find
    from gigaloop.design.network import design_network as engineer

    racks = find("generation", generation, ((each.id, each) for each in programme.generations))
    place = find("site", site, ((each.id, each) for each in programme.sites)) if site else None
    return engineer(programme, racks, catalogue or load_catalogue(), sus=sus, site=place)


def write_report(result: Result, path: Folder) -> Path:
    """Write the report of a run to one HTML file that needs nothing else.

    Raises
    ------
    StoreError
        If the file cannot be written; an older one stays as it is.
    """
    from gigaloop.report import write
    from gigaloop.report.content import build_report

    return write(build_report(result), path)


def save(result: Result, folder: Folder) -> Path:
    """Keep a run: its tables as Parquet, its report and a manifest, in ``folder/<key>/``.

    Raises
    ------
    StoreError
        If the disk is full or the folder cannot be written; earlier runs stay as they are.
    """
    from gigaloop.report import render
    from gigaloop.report.content import build_report
    from gigaloop.study.store import now, write_run

    manifest = {
        "programme": result.programme.id,
        "scenario": result.scenario,
        "written": now(),
        "stages": [{"name": s.name, "seconds": round(s.seconds, 4), "cached": s.cached} for s in result.stages],
    }
    html = render(build_report(result)).encode("utf-8", "replace")
    return write_run(Path(folder), result.key, result.tables, manifest, {"report.html": html})


def export(result: Result, folder: Folder, *, formats: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write the plan of a run for other systems: ERP tables, a workbook, a calendar, tables for frePPLe.

    Parameters
    ----------
    result
        The run.
    folder
        Where to write; made where missing.
    formats
        Some of ``erp``, ``xlsx``, ``ical`` and ``frepple``; all where not given.

    Raises
    ------
    UsageError
        If there is no such format.
    StoreError
        If the files cannot be written; what was there stays as it was.
    """
    from gigaloop.exchange import export_plan

    return export_plan(result.programme, result.plan, Path(folder), formats)


def diff(before: Programme, after: Programme) -> tuple[Change, ...]:
    """Say what changed between two programmes, in their own units."""
    return diff_programmes(before, after)


def new(folder: Folder, *, source: str = "") -> Path:
    """Start a programme in a new folder: a commented example, or a copy of a bundled one.

    Raises
    ------
    UsageError
        If the folder is not empty or there is no such bundled programme.
    """
    return new_programme(Path(folder), source or None)
