"""EPW weather files: a typical or real year by the hour, checked line by line.

The format is that of EnergyPlus (U.S. DOE, *Auxiliary Programs*, "EnergyPlus Weather File (EPW) Data Dictionary"):
eight header lines, then one line per hour. Used here: LOCATION, DATA PERIODS, and of every hour the date, dry bulb, dew
point, relative humidity and pressure.
"""

from __future__ import annotations

import contextlib
import gzip
import math
import zlib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.units import FREEZING
from gigaloop.design.climate.psychrometrics import humidity_ratio, saturation_pressure, wet_bulb
from gigaloop.design.climate.weather import Weather

HEADER_LINES = 8
LIMIT = 32_000_000
"""Largest weather file that is read, unpacked [B]; a year by the hour has 1.6 MB. EPW, EnergyPlus Auxiliary Programs,
https://energyplus.net/documentation."""

_PROBLEMS_LIMIT = 16
_GZIP = b"\x1f\x8b"
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # the civil calendar, ISO 8601


@dataclass(frozen=True)
class _Field:
    """A field of an hour: its column, its code for a missing value, and the range it may have."""

    name: str
    column: int
    missing: float
    low: float
    high: float
    unit: str


# Missing-value codes and ranges: EnergyPlus Auxiliary Programs, EPW data dictionary, fields N6-N9,
# https://bigladdersoftware.com/epx/docs/8-3/auxiliary-programs/energyplus-weather-file-epw-data-dictionary.html
_FIELDS = (
    _Field("dry bulb", 6, 99.9, -70.0, 70.0, "degC"),
    _Field("dew point", 7, 99.9, -70.0, 70.0, "degC"),
    _Field("relative humidity", 8, 999.0, 0.0, 110.0, "%"),
    _Field("pressure", 9, 999_999.0, 31_000.0, 120_000.0, "Pa"),
)
# position in the header record LOCATION, name and range: the same data dictionary of EnergyPlus,
# https://bigladdersoftware.com/epx/docs/8-3/auxiliary-programs/energyplus-weather-file-epw-data-dictionary.html
_NUMBERS = ((6, "latitude", -90.0, 90.0), (7, "longitude", -180.0, 180.0), (9, "elevation", -1000.0, 9999.9))
_DATE = (0, 1, 2, 3)
_COLUMNS = (*_DATE, *(field.column for field in _FIELDS))


@dataclass(frozen=True)
class _Location:
    name: str
    station: str
    latitude: float
    longitude: float
    elevation: float
    source: str


def read_epw(path: Path | str, *, shown_as: str = "") -> Weather:
    """Read an EPW file (or one packed with gzip) as hours of weather.

    The humidity is that of the dew point (which the format holds to 0.1 K), or of the relative humidity where the dew
    point is missing; both are relative to liquid water at all temperatures, as weather services report them
    (WMO-No. 8, Guide to Instruments and Methods of Observation, annex 4.B). Air counts as saturated at most.

    Parameters
    ----------
    path
        The file: 8,760 hours from 1 January, or 8,784 of a leap year.
    shown_as
        How problems and results name the file; its path where not given.

    Raises
    ------
    ProgrammeError
        With what is wrong by line: a file that is no EPW, too few or too many hours, hours out of order or given twice,
        missing values, values that are no numbers or out of range.
    """
    shown = shown_as or str(path)
    lines = _lines(Path(path), shown)
    location = _location(lines, shown)
    leap = _periods(lines, shown)
    hours = lines[HEADER_LINES:]
    while hours and not hours[-1].strip():
        hours.pop()
    table = _table(hours, shown)
    problems = _time_problems(table, shown, leap=leap) or _value_problems(table, shown)
    if problems:
        _refuse(problems, shown)
    dry, dew, relative = table[:, 4] + FREEZING, table[:, 5] + FREEZING, table[:, 6]
    pressure = np.ascontiguousarray(table[:, 7])
    dewless = table[:, 5] == _FIELDS[1].missing
    vapour = saturation_pressure(dew, over="water")
    if dewless.any():
        vapour[dewless] = 0.01 * relative[dewless] * saturation_pressure(dry[dewless], over="water")
    wet = wet_bulb(dry, humidity_ratio(vapour, pressure), pressure)
    years = sorted({int(year) for year in table[:, 0]})
    return Weather(
        dry_bulb=dry,
        wet_bulb=wet,
        pressure=pressure,
        hours=np.ones(len(dry)),
        month=table[:, 1].astype(np.int64),
        station=location.station or Path(shown).name,
        name=location.name or Path(shown).name,
        period=str(years[0]) if len(years) == 1 else f"months of {years[0]}-{years[-1]}",
        source=f"{Path(shown).name}" + (f" ({location.source})" if location.source else ""),
        grain="hours",
        latitude=location.latitude,
        longitude=location.longitude,
        elevation=location.elevation,
    )


def _lines(path: Path, shown: str) -> list[str]:
    """Read the lines of a file, packed or not."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            raw = file.read(LIMIT + 1)
    except FileNotFoundError:
        _refuse([Problem("there is no such file", Place(shown), hint="give the path of an EPW file")], shown)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        _refuse([Problem("the gzip archive is damaged", Place(shown), hint="pack or copy the file again")], shown)
    except OSError as error:
        _refuse([Problem(f"the file cannot be read: {error.strerror or error}", Place(shown))], shown)
    if len(raw) > LIMIT:
        why = f"the file has more than {LIMIT / 1e6:.0f} MB; a year by the hour has under 2 MB"
        _refuse([Problem(why, Place(shown), hint="give one year in steps of an hour")], shown)
    # station names may hold accents of an old encoding; nothing that is read as a number does
    lines = raw.decode("utf-8-sig", errors="replace").splitlines()
    starts = bool(lines) and lines[0].upper().startswith("LOCATION,")
    if len(lines) < HEADER_LINES or not starts:
        why = "this is no EPW file: its first line does not begin with 'LOCATION,'"
        if starts:
            why = f"this is no EPW file: its header has fewer than {HEADER_LINES} lines"
        _refuse([Problem(why, Place(shown, 1, 1), hint="give a weather file in EnergyPlus' EPW format")], shown)
    return lines


def _location(lines: list[str], shown: str) -> _Location:
    cells = [cell.strip() for cell in lines[0].split(",")]
    problems = []
    numbers = []
    for at, name, low, high in _NUMBERS:
        text = cells[at] if at < len(cells) else ""
        value = _number(text)
        if value is None or not low <= value <= high:
            why = f"the {name} '{text}' is no number from {low:g} to {high:g}"
            problems.append(Problem(why, Place(shown, 1, _column_of(lines[0], at)), hint="correct the LOCATION line"))
        numbers.append(0.0 if value is None else value)
    if problems:
        _refuse(problems, shown)
    name = ", ".join(cell for cell in cells[1:3] if cell and cell != "-")
    return _Location(name, cells[5], numbers[0], numbers[1], numbers[2], cells[4])


def _periods(lines: list[str], shown: str) -> bool:
    """Check the header's data periods, and say whether the file tells that it observes leap years."""
    leap = False
    for number, line in enumerate(lines[:HEADER_LINES], 1):
        cells = [cell.strip() for cell in line.split(",")]
        head = cells[0].upper()
        if head.startswith("HOLIDAYS"):
            leap = len(cells) > 1 and cells[1].upper() == "YES"
        if head == "DATA PERIODS" and len(cells) > 2:
            if cells[1] != "1":
                why = f"the file has {cells[1]} data periods"
                _refuse([Problem(why, Place(shown, number, 1), hint="give a file of one year")], shown)
            if cells[2] != "1":
                why = f"the file has {cells[2]} records per hour"
                _refuse([Problem(why, Place(shown, number, 1), hint="give a file in steps of one hour")], shown)
    return leap


def _table(hours: list[str], shown: str) -> NDArray[np.float64]:
    """Read the columns that are used: (n, 8)."""
    if not hours:
        _refuse([Problem("the file holds no hours", Place(shown, HEADER_LINES + 1))], shown)
    table = None
    with contextlib.suppress(ValueError, IndexError):
        table = np.loadtxt(hours, delimiter=",", usecols=_COLUMNS, ndmin=2, comments=None)
    if table is not None and len(table) == len(hours) and np.isfinite(table).all():
        return table
    names = ("year", "month", "day", "hour", *(field.name for field in _FIELDS))
    problems = []
    for number, line in enumerate(hours, HEADER_LINES + 1):
        cells = line.split(",")
        if len(cells) <= _COLUMNS[-1]:
            why = f"the line has {len(cells)} fields; an hour has 35, of which the first 10 are read"
            problems.append(Problem(why, Place(shown, number, 1), hint="restore the line, or give another file"))
            continue
        for name, column in zip(names, _COLUMNS, strict=True):
            if _number(cells[column]) is None:
                why = f"the {name} '{cells[column].strip()}' is no number"
                problems.append(Problem(why, Place(shown, number, _column_of(line, column))))
    unread = Problem("its hours cannot be read as numbers", Place(shown, HEADER_LINES + 1, 1))
    return _refuse(problems or [unread], shown)


def _time_problems(table: NDArray[np.float64], shown: str, *, leap: bool) -> list[Problem]:
    """Say where the hours do not follow each other from 1 January to 31 December."""
    month, day, hour = (np.clip(table[:, column], -1.0, 100.0).astype(np.int64) for column in (1, 2, 3))
    with_leap_day = bool(np.any((month == 2) & (day == _MONTH_DAYS[1] + 1)))
    days = np.array(_MONTH_DAYS)
    days[1] += with_leap_day
    begin = np.concatenate([[0], np.cumsum(days)])
    due = int(begin[-1]) * 24
    inside = (month >= 1) & (month <= 12) & (hour >= 1) & (hour <= 24) & np.all(table[:, 1:4] % 1.0 == 0.0, axis=1)
    inside &= (day >= 1) & (day <= days[np.clip(month, 1, 12) - 1])
    if not inside.all():
        row = int(np.argmin(inside))
        date = f"month {table[row, 1]:g}, day {table[row, 2]:g}, hour {table[row, 3]:g}"
        return [Problem(f"{date}: there is no such hour", _place(shown, row), hint="hours run from 1 to 24")]
    index = (begin[month - 1] + day - 1) * 24 + hour - 1
    expected = np.arange(len(index))
    if len(index) == due and np.array_equal(index, expected):
        return []
    wrong = np.flatnonzero(index != expected[: len(index)] % due)
    count = f"the file has {len(index):,} hours; a year has {due:,}"
    if not with_leap_day and leap and len(index) < due + 24:
        count += " (or 8,784 with 29 February)"
    if not len(wrong):
        row = min(len(index), due)
        told = f"{count}: they end with {_hour(table, row - 1)}" if len(index) < due else f"{count}: more follow it"
        return [Problem(told, _place(shown, row), hint="give all hours of one year, each once")]
    row = int(wrong[0])
    place = _place(shown, row)
    if row and index[row] in index[:row]:
        first = int(np.argmax(index[:row] == index[row]))
        hint = f"the first is on line {first + HEADER_LINES + 1}; keep one of them"
        return [Problem(f"{count}: {_hour(table, row)} is given twice", place, hint=hint)]
    if row == 0:
        why, hint = f"{count}: the first is {_hour(table, 0)}", "hours begin with hour 1 of 1 January"
        return [Problem(why, place, hint=hint)]
    why = f"{count}: {_hour(table, row)} follows {_hour(table, row - 1)}"
    return [Problem(why, place, hint="restore the hours in between, or put the lines in order of time")]


def _hour(table: NDArray[np.float64], row: int) -> str:
    return f"hour {table[row, 3]:.0f} of {table[row, 1]:.0f}/{table[row, 2]:.0f}"


def _value_problems(table: NDArray[np.float64], shown: str) -> list[Problem]:
    """Say which hours lack a value that is needed or have one out of range."""
    values = table[:, 4:]
    missing = [values[:, n] == field.missing for n, field in enumerate(_FIELDS)]
    # either of dew point and relative humidity will do
    needed = [missing[0], missing[1] & missing[2], np.zeros(len(table), bool), missing[3]]
    problems = []
    for n, field in enumerate(_FIELDS):
        what = "dew point and relative humidity are" if n == 1 else f"the {field.name} is"
        for row in map(int, np.flatnonzero(needed[n])):
            why = f"{what} missing at {_hour(table, row)} (code {field.missing:g})"
            problems.append((row, Problem(why, _place(shown, row), hint="fill the gap, or give another file")))
        outside = ~missing[n] & ~((values[:, n] >= field.low) & (values[:, n] <= field.high))
        for row in map(int, np.flatnonzero(outside)):
            why = f"the {field.name} {values[row, n]:g} {field.unit} at {_hour(table, row)} is out of range"
            hint = f"it lies between {field.low:g} and {field.high:g} {field.unit}"
            problems.append((row, Problem(why, _place(shown, row), hint=hint)))
    return [problem for _, problem in sorted(problems, key=lambda item: item[0])]


def _place(shown: str, row: int) -> Place:
    return Place(shown, row + HEADER_LINES + 1, 1)


def _column_of(line: str, cell: int) -> int:
    """Give the column at which a cell begins, from 1."""
    return sum(len(text) + 1 for text in islice(line.split(","), cell)) + 1


def _number(text: str) -> float | None:
    try:
        # Python would take digits of other scripts and 1_000, which no weather file means
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _refuse(problems: list[Problem], shown: str) -> NoReturn:
    count = f"{len(problems):,} problem" + ("" if len(problems) == 1 else "s")
    title = f"the weather file {shown} has {count}"
    if len(problems) > _PROBLEMS_LIMIT:
        problems = [*problems[:_PROBLEMS_LIMIT], Problem(f"and {len(problems) - _PROBLEMS_LIMIT:,} more")]
    raise ProgrammeError(problems, title=title)
