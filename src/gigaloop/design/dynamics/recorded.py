"""A trace of power that somebody has recorded, from a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import math
from pathlib import Path

import numpy as np

from gigaloop.core.document import CSV_LIMIT, Document, decode
from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.units import UNITS
from gigaloop.design.dynamics.trace import PowerTrace

_GAP = 5.0
"""A gap longer than this many usual steps is an error: what happened in it is not known."""

_MOST_PROBLEMS = 16

_TIME_HINT = (
    "a column 'time [s]' (or [min], [h]) with rising numbers, or 'time' with moments such as 2026-07-01T13:05:00"
)


def read_trace(path: Path, shown_as: str = "") -> PowerTrace:
    """Read a recorded trace of power: a column of time and a column of power, each row a moment.

    Uneven steps are brought to the usual (median) one by straight lines between the moments. The first row is 0 s.

    Parameters
    ----------
    path
        CSV with a header: ``time [s]`` (or ``[min]``, ``[h]``, or moments in ISO form without a unit) and
        ``power [MW]`` (or ``[kW]``, ``[W]``, ``[GW]``). Other columns are not read.
    shown_as
        How problems name the file; its path where not given.

    Raises
    ------
    ProgrammeError
        If the file cannot be read, lacks a column, or has cells that are no numbers, times that do not rise, gaps,
        powers below zero or fewer than two rows; each with its line and column.
    """
    name = shown_as or str(path)
    rows = list(enumerate(csv.reader(_text(path, name).splitlines()), start=1))
    rows = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    if not rows:
        raise ProgrammeError([Problem("the file is empty", Place(name, 1, 1), hint=_TIME_HINT)], title=_title(name))
    line, header = rows[0]
    time_at, time_factor = _column(header, "time", "duration", Place(name, line, 1))
    power_at, power_factor = _column(header, "power", "power", Place(name, line, 1))
    problems: list[Problem] = []
    times: list[float] = []
    powers: list[float] = []
    lines: list[int] = []
    for line, cells in rows[1:]:
        problem, moment, power = _row(cells, (time_at, time_factor), (power_at, power_factor))
        if not problem and times and moment <= times[-1]:
            problem = (
                time_at,
                f"the time does not rise: the row of line {lines[-1]} is not before it",
                "sort the rows",
            )
        if problem:
            column = 1 + sum(len(cell) + 1 for cell in cells[: problem[0]])
            problems.append(Problem(problem[1], Place(name, line, column), hint=problem[2]))
            if len(problems) >= _MOST_PROBLEMS:
                break
            continue
        times.append(moment)
        powers.append(power)
        lines.append(line)
    if not problems and len(times) < 2:
        problems.append(Problem("a trace needs two rows or more", Place(name, rows[-1][0], 1), hint=_TIME_HINT))
    if problems:
        raise ProgrammeError(problems, title=_title(name))
    at = np.array(times) - times[0]
    steps = np.diff(at)
    step = float(np.median(steps))
    gaps = np.nonzero(steps > _GAP * step)[0]
    if gaps.size:
        found = [
            Problem(
                f"a gap of {steps[g]:g} s, where the usual step is {step:g} s",
                Place(name, lines[g + 1], 1),
                hint="fill it, or give the parts as files of their own",
            )
            for g in gaps[:_MOST_PROBLEMS].tolist()
        ]
        raise ProgrammeError(found, title=_title(name))
    count = round(at[-1] / step) + 1
    power = np.interp(step * np.arange(count), at, np.array(powers))
    return PowerTrace(0.0, step, power, np.empty((0, count), dtype=np.float32), ())


def _title(name: str) -> str:
    return f"the trace of power '{name}' is wrong"


def _text(path: Path, name: str) -> str:
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= CSV_LIMIT else b""
    except OSError as error:
        why = f"the file cannot be read: {error.strerror}"
        raise ProgrammeError([Problem(why, Place(name))], title=_title(name)) from error
    if size > CSV_LIMIT:
        why = f"the file has {size / 1e6:.0f} MB; at most {CSV_LIMIT / 1e6:.0f} MB are read"
        raise ProgrammeError([Problem(why, Place(name), hint="give a part of it")], title=_title(name))
    text = decode(raw, name)
    if isinstance(text, Document):
        raise ProgrammeError(text.problems, title=_title(name))
    return text


def _column(header: list[str], name: str, dimension: str, where: Place) -> tuple[int, float]:
    """Find a column and the factor of its unit to SI; 0 for moments, which have no unit."""
    names = [cell.partition("[")[0].strip().casefold() for cell in header]
    if name not in names:
        hint = did_you_mean(name, names, _TIME_HINT if name == "time" else "a column 'power [MW]'")
        why = f"there is no column '{name}'"
        raise ProgrammeError([Problem(why, where, hint=hint)], title=_title(where.file))
    index = names.index(name)
    symbol = header[index].partition("[")[2].rstrip("] ").strip()
    if not symbol and name == "time":
        return index, 0.0
    unit = UNITS.get(symbol)
    if unit is None or unit.dimension != dimension:
        why = f"the column '{name}' has the unit '{symbol}', which is none of {dimension}" if symbol else "no unit"
        why = why if symbol else f"the column '{name}' has no unit"
        hint = "e.g. 'time [s]'" if name == "time" else "e.g. 'power [MW]'"
        raise ProgrammeError([Problem(why, where, hint=hint)], title=_title(where.file))
    return index, unit.factor


def _row(
    cells: list[str], time: tuple[int, float], power: tuple[int, float]
) -> tuple[tuple[int, str, str] | None, float, float]:
    """Read one row: what is wrong with it (cell, why, hint), its moment [s] and its power [W]."""
    if len(cells) <= max(time[0], power[0]):
        return (0, f"the row has {len(cells)} cells", "time and power in every row"), 0.0, 0.0
    moment = _moment(cells[time[0]], time[1])
    if not math.isfinite(moment):
        return (time[0], f"'{cells[time[0]].strip()}' is no time", _TIME_HINT), 0.0, 0.0
    drawn = _number(cells[power[0]]) * power[1]
    if not math.isfinite(drawn):
        return (power[0], f"'{cells[power[0]].strip()}' is no number", "leave rows without a value out"), 0.0, 0.0
    if drawn < 0.0:
        return (power[0], f"a power of {cells[power[0]].strip()} is below zero", "load is positive"), 0.0, 0.0
    return None, moment, drawn


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _moment(text: str, factor: float) -> float:
    if factor:
        return _number(text) * factor
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return math.nan
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC).timestamp()
