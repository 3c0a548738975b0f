"""Exports of a plan, by format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.exchange.erp import erp_tables
from gigaloop.exchange.frepple import frepple_tables
from gigaloop.exchange.ical import calendar_bytes
from gigaloop.exchange.tables import csv_bytes
from gigaloop.exchange.writing import write_files
from gigaloop.exchange.xlsx import workbook
from gigaloop.plan import Plan
from gigaloop.programme import Programme

Files = Iterator[tuple[str, bytes]]


def _erp(programme: Programme, plan: Plan) -> Files:
    for each in erp_tables(programme, plan):
        yield f"erp/{each.name}.csv", csv_bytes(each)


def _xlsx(programme: Programme, plan: Plan) -> Files:
    yield f"{programme.id}.xlsx", workbook(erp_tables(programme, plan), programme.name, programme.as_of)


def _ical(programme: Programme, plan: Plan) -> Files:
    yield f"{programme.id}.ics", calendar_bytes(programme, plan)


def _frepple(programme: Programme, plan: Plan) -> Files:
    for each in frepple_tables(programme, plan):
        yield f"frepple/{each.name}.csv", csv_bytes(each)


FORMATS: dict[str, Callable[[Programme, Plan], Files]] = {
    "erp": _erp,
    "xlsx": _xlsx,
    "ical": _ical,
    "frepple": _frepple,
}
"""The formats by name."""


def export_plan(programme: Programme, plan: Plan, folder: Path, formats: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write a plan for other systems and give the files: all of them are written, or none.

    Parameters
    ----------
    programme, plan
        A programme and its plan.
    folder
        Where to write; made where missing, files of the same names are replaced.
    formats
        Some of ``erp`` (CSV), ``xlsx``, ``ical`` and ``frepple``; all where not given.

    Raises
    ------
    UsageError
        If there is no such format.
    StoreError
        If the files cannot be written; what was there stays as it was.
    """
    for name in formats:
        if name not in FORMATS:
            hint = did_you_mean(name, FORMATS, f"there are: {', '.join(FORMATS)}")
            raise UsageError(f"there is no format '{name}'", hint=hint)
    chosen = dict.fromkeys(formats or FORMATS)
    return write_files(folder, dict(file for name in chosen for file in FORMATS[name](programme, plan)))
