"""Reading a network of stages from two CSV tables, with the place of every cell that is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

from gigaloop.core.csv_reader import parse_csv
from gigaloop.core.document import Document, read_csv
from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean
from gigaloop.plan.safety.network import Arc, Field, Network, Stage, find_problems, title

_STAGE_COLUMNS: Mapping[str, str] = {
    "stage": "id",
    "time": "time",
    "cost": "cost",
    "max_service_time": "max_service",
    "demand_mean": "demand_mean",
    "demand_std": "demand_std",
    "z": "z",
    "service_level": "service_level",
    # names of Willems (2008), doi:10.1287/msom.1070.0176
    "Stage Name": "id",
    "stageTime": "time",
    "stageCost": "cost",
    "maxServiceTime": "max_service",
    "avgDemand": "demand_mean",
    "stdDevDemand": "demand_std",
    "serviceLevel": "service_level",
}
_ARC_COLUMNS: Mapping[str, str] = {
    "source": "source",
    "target": "target",
    "quantity": "quantity",
    "sourceStage": "source",
    "destinationStage": "target",
}
_NOT_USED = re.compile(r"relDepth|stageClassification|stdDev stageTime|stageTime_(%_)?\d+|[xy]Position")
"""Columns of Willems (2008) that the model does not use."""


@dataclass(frozen=True, eq=False)
class _Table:
    """Rows by field with the key of every field in the file, the document for places, and what is wrong.

    It is complete where every row and every column that is needed could be read.
    """

    shown_as: str
    document: Document
    rows: list[dict[str, str]]
    keys: dict[str, str]
    problems: list[Problem]
    complete: bool

    def place(self, index: int, field: str) -> Place:
        """Give the place of a cell, of its row where the cell is empty, or of the file."""
        for steps in ((index, self.keys.get(field, "")), (index,)):
            place = self.document.places.get(steps)
            if place:
                return place
        return Place(self.shown_as)

    def number(self, index: int, field: str) -> float | None:
        """Give the number in a cell; what is none goes to the problems and counts as empty."""
        text = self.rows[index].get(field)
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
        why, hint = f"'{text}' is no number", "write a plain number such as 12.5"
        self.problems.append(Problem(why, self.place(index, field), hint=hint))
        return None


def read_network(stages_csv: Path, arcs_csv: Path) -> Network:
    """Read stages and arcs, in gigaloop's columns or in those of Willems (2008).

    Stages: ``stage``, ``time`` [period], ``cost`` (added, per unit), ``max_service_time`` [period], ``demand_mean``,
    ``demand_std`` [unit/period], and ``service_level`` (share of periods covered) or ``z`` (deviations covered).
    Arcs: ``source``, ``target``, ``quantity`` (1 where empty). See docs/safety_stock.md.

    Parameters
    ----------
    stages_csv, arcs_csv
        The tables.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in both files, each with its place.
    """
    stage_table = _read(stages_csv, _STAGE_COLUMNS, ("id", "time", "cost"))
    arc_table = _read(arcs_csv, _ARC_COLUMNS, ("source", "target"))
    tables = {"stages": stage_table, "arcs": arc_table}
    readable = stage_table.complete and arc_table.complete
    stages = [_stage(stage_table, i) for i in range(len(stage_table.rows))]
    arcs = [_arc(arc_table, k) for k in range(len(arc_table.rows))]
    problems = [*stage_table.problems, *arc_table.problems]

    def where(table: str, index: int, field: Field) -> Place:
        name = "service_level" if field == "z" and "z" not in stage_table.keys else field
        return tables[table].place(index, name)

    if readable:
        taken = {problem.where for problem in problems}
        problems += [problem for problem in find_problems(stages, arcs, where) if problem.where not in taken]
    if problems:
        raise ProgrammeError(sorted(problems, key=_by_place), title=title(len(problems)))
    return Network(tuple(stages), tuple(arcs))


def _by_place(problem: Problem) -> tuple[bool, Place]:
    """Sort by file and line, the stages' file before the arcs' as they were found."""
    return problem.where is None, problem.where or Place("")


def _read(path: Path, columns: Mapping[str, str], needed: tuple[str, ...]) -> _Table:
    """Read a table and rename its columns; report unknown, repeated and missing ones once."""
    document = _document(path)
    rows: list[dict[str, str]] = []
    keys: dict[str, str] = {}
    problems = list(document.problems)
    data = document.data if isinstance(document.data, list) else []
    for index, item in enumerate(data):
        row = {}
        for key, text in item.items():
            field = columns.get(key)
            place = document.places.get((index, key))
            if field is None:
                if not _NOT_USED.fullmatch(key) and key not in keys.values():
                    hint = did_you_mean(key, columns, f"the columns are {', '.join(columns)}")
                    problems.append(Problem(f"there is no column '{key}'", place, hint=hint))
                    keys[f"unknown {key}"] = key
            elif keys.setdefault(field, key) != key:
                problems.append(Problem(f"the columns '{keys[field]}' and '{key}' say the same", place))
            elif not isinstance(text, str):
                problems.append(Problem(f"'{key}' is not one plain cell", place))
            else:
                row[field] = text
        rows.append(row)
    if not document.problems and not rows:
        problems.append(Problem("the table has no row", Place(path.name)))
    missing = [field for field in needed if rows and field not in keys]
    for field in missing:
        names = " or ".join(f"'{name}'" for name, meant in columns.items() if meant == field)
        problems.append(Problem(f"there is no column {names}", Place(path.name, 1)))
    complete = bool(rows) and not document.problems and not missing
    table = _Table(path.name, document, rows, keys, problems, complete)
    for index, row in enumerate(rows):
        for field in needed:
            if field not in row and field not in missing:
                why, hint = f"the cell '{keys[field]}' is empty", "fill it in, or remove the row"
                problems.append(Problem(why, table.place(index, field), hint=hint))
    return table


def _document(path: Path) -> Document:
    """Read a CSV file; columns at its end that spreadsheets leave behind, without name and cells, are dropped."""
    document = read_csv(path, path.name)
    if document.data is not None or not document.problems[0].why.endswith("has no name"):
        return document
    text = path.read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    extra = len(lines[0]) - len(lines[0].rstrip(","))
    tail = "," * extra
    if '"' in text or not extra or not all(line.endswith(tail) for line in lines if line):
        return document
    return parse_csv("\n".join(line[: len(line) - extra] for line in lines), path.name)


def _stage(table: _Table, index: int) -> Stage:
    row = table.rows[index]
    level, z = table.number(index, "service_level"), table.number(index, "z")
    if level is not None and z is not None:
        why = "the row gives a service level and a number of deviations"
        table.problems.append(Problem(why, table.place(index, "z"), hint="keep one of them"))
    if level is not None and not 0.0 < level < 1.0:
        why, hint = f"the service level is {level:g}", "write a share between 0 and 1, e.g. 0.95"
        table.problems.append(Problem(why, table.place(index, "service_level"), hint=hint))
        level = 0.5
    longest = table.number(index, "max_service")
    return Stage(
        id=row.get("id", ""),
        time=table.number(index, "time") or 0.0,
        cost=table.number(index, "cost") or 0.0,
        max_service=math.inf if longest is None else longest,
        demand_mean=table.number(index, "demand_mean"),
        demand_std=table.number(index, "demand_std"),
        z=NormalDist().inv_cdf(level) if level is not None else z,
    )


def _arc(table: _Table, index: int) -> Arc:
    row = table.rows[index]
    quantity = table.number(index, "quantity")
    return Arc(row.get("source", ""), row.get("target", ""), 1.0 if quantity is None else quantity)
