"""Figures on two axes: lines and areas over time, bars, waterfalls, heat maps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isclose
from typing import ClassVar

from gigaloop.report.figures.base import Figure, Series, settle, total
from gigaloop.report.numbers import Number, Value, as_number, as_numbers, shared_decimals
from gigaloop.report.tables import Column, Row, Table

_MANY_COLUMNS = 8
"""Series beyond which a table of few categories has a row for each of them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment or value to be pointed at, with a few words."""

    at: date | str | float
    label: str


@dataclass(frozen=True, kw_only=True)
class LineFigure(Figure):
    """Values over periods, against what was asked.

    ``periods`` are dates (a time axis) or texts such as ``2027-Q1`` (evenly spaced). ``stacked`` draws areas
    on top of each other, ``step`` holds each value until the next period. ``asked`` is drawn over them. ``floor`` is
    where the value axis begins, for ratios such as a PUE that cannot be less. ``log`` makes the value axis logarithmic,
    ``bands`` shades what lies between the low and the high of each number.
    """

    kind: ClassVar[str] = "line"

    periods: Sequence[date | str]
    series: Sequence[Series]
    asked: Series | None = None
    step: bool = False
    stacked: bool = False
    marks: Sequence[Mark] = ()
    period_name: str = "period"
    floor: float = 0.0
    log: bool = False
    bands: bool = False

    def _settle(self) -> None:
        settle(self, periods=tuple(self.periods), series=tuple(self.series), marks=tuple(self.marks))
        for series in self.all_series():
            self._require(
                len(series.values) == len(self.periods),
                f"'{series.name}' has {len(series.values)} values for {len(self.periods)} periods",
            )

    @property
    def on_time_axis(self) -> bool:
        """Whether the periods are dates."""
        return all(isinstance(period, date) for period in self.periods)

    def all_series(self) -> tuple[Series, ...]:
        """Give the series with what was asked last."""
        return (*self.series, *([self.asked] if self.asked else []))

    def entities(self) -> tuple[str, ...]:
        """Give the keys of the series."""
        return tuple(series.entity for series in self.series)

    def table(self) -> Table:
        """Give a row for each period, with the sum where areas are stacked."""
        return _series_table(self, self.period_name, self.periods, self.series, self.asked, stacked=self.stacked)


@dataclass(frozen=True, kw_only=True)
class BarFigure(Figure):
    """Bars by category, side by side or stacked, upright or lying (for long names), against what was asked."""

    kind: ClassVar[str] = "bar"

    categories: Sequence[str]
    series: Sequence[Series]
    asked: Series | None = None
    stacked: bool = False
    horizontal: bool = False
    category_name: str = "category"

    def _settle(self) -> None:
        settle(self, categories=tuple(str(name) for name in self.categories), series=tuple(self.series))
        for series in (*self.series, *([self.asked] if self.asked else [])):
            self._require(
                len(series.values) == len(self.categories),
                f"'{series.name}' has {len(series.values)} values for {len(self.categories)} categories",
            )

    def entities(self) -> tuple[str, ...]:
        """Give the keys of the series."""
        return tuple(series.entity for series in self.series)

    @property
    def sums(self) -> list[float | None]:
        """The height of each stack."""
        return [total(column) for column in _across(self.series)]

    def table(self) -> Table:
        """Give a row for each category, with the sum where bars are stacked; of many series a row for each of them."""
        if len(self.series) > _MANY_COLUMNS and len(self.categories) <= _MANY_COLUMNS and self.asked is None:
            return self._by_series()
        return _series_table(self, self.category_name, self.categories, self.series, self.asked, stacked=self.stacked)

    def _by_series(self) -> Table:
        """Give a row for each series and a column for each category."""
        decimals = shared_decimals(value for each in self.series for value in each.floats)
        columns = [Column(self.measure), *(Column(name, self.unit, decimals=decimals) for name in self.categories)]
        rows: list[Row] = [[each.name, *each.values] for each in self.series]
        return Table(self.title, columns, rows, ["total", *self.sums] if self.stacked else ())


@dataclass(frozen=True, kw_only=True)
class HistogramFigure(Figure):
    """How many of each kind fall between edges, stacked; ``limits`` are upright lines with a few words.

    A limit beyond the last edge is not drawn; it is in the table.
    """

    kind: ClassVar[str] = "histogram"

    edges: Sequence[float]
    series: Sequence[Series]
    limits: Sequence[tuple[float, str]] = ()
    along: str = ""
    """What runs along the lower axis, with its unit."""
    along_unit: str = ""

    def _settle(self) -> None:
        settle(self, edges=tuple(map(float, self.edges)), series=tuple(self.series), limits=tuple(self.limits))
        self._require(len(self.edges) > 1, "it needs two edges")
        for series in self.series:
            fits = len(series.values) == len(self.edges) - 1
            self._require(fits, f"'{series.name}' has {len(series.values)} values for {len(self.edges) - 1} bins")

    def entities(self) -> tuple[str, ...]:
        """Give the keys of the series."""
        return tuple(series.entity for series in self.series)

    @property
    def bins(self) -> list[str]:
        """Name each bin by its edges."""
        unit = f" {self.along_unit}" if self.along_unit else ""
        return [f"{low:,.6g} to {high:,.6g}{unit}" for low, high in pairwise(self.edges)]

    def table(self) -> Table:
        """Give a row for each bin in which something falls."""
        kept = [i for i, height in enumerate(total(column) for column in _across(self.series)) if height]
        series = [Series(each.name, [each.values[i] for i in kept]) for each in self.series]
        return _series_table(self, self.along, [self.bins[i] for i in kept], series, None, stacked=True)

    def tables(self) -> tuple[Table, ...]:
        """Give the bins, and the limits where there are any."""
        if not self.limits:
            return (self.table(),)
        rows: list[Row] = [[name, at] for at, name in self.limits]
        return self.table(), Table(f"{self.title}: limits", ["limit", Column("at", self.along_unit)], rows)


@dataclass(frozen=True)
class Step:
    """One step of a waterfall: a change, or a total that must equal what came before it."""

    name: str
    value: Number
    is_total: bool = False

    def __init__(self, name: str, value: Value, is_total: bool = False) -> None:
        settle(self, name=name, value=as_number(value), is_total=is_total)


@dataclass(frozen=True, kw_only=True)
class WaterfallFigure(Figure):
    """How a total comes about, step by step; a total that is not the sum of its steps is refused."""

    kind: ClassVar[str] = "waterfall"

    steps: Sequence[Step]
    step_name: str = "step"

    def _settle(self) -> None:
        settle(self, steps=tuple(self.steps))
        for step, (start, end) in zip(self.steps, self.spans(), strict=True):
            self._require(step.value.value is not None, f"step '{step.name}' has no value")
            if step.is_total and start != end:
                said = step.value.value or 0.0
                self._require(
                    isclose(said, end, rel_tol=1e-6, abs_tol=1e-9),
                    f"total '{step.name}' is {said:g}, its steps add to {end:g}",
                )

    def spans(self) -> list[tuple[float, float]]:
        """Give where each step starts and ends; a total starts at zero and ends at the sum so far."""
        level, spans = 0.0, []
        for i, step in enumerate(self.steps):
            value = step.value.value or 0.0
            if step.is_total and i:
                spans.append((0.0, level))
                continue
            spans.append((0.0 if step.is_total else level, level + value))
            level += value
        return spans

    def table(self) -> Table:
        """Give the change and the running sum of each step."""
        rows: list[Row] = [
            [step.name, Number(None) if step.is_total else step.value, end]
            for step, (_, end) in zip(self.steps, self.spans(), strict=True)
        ]
        columns: list[Column | str] = [self.step_name, Column("change", self.unit), Column("sum so far", self.unit)]
        return Table(self.title, columns, rows)


@dataclass(frozen=True, kw_only=True)
class HeatmapFigure(Figure):
    """Values of rows by columns as shades; ``diverging`` sets the middle of the shades at zero."""

    kind: ClassVar[str] = "heatmap"

    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Value]]
    row_name: str = "row"
    column_name: str = "column"
    diverging: bool = False

    def _settle(self) -> None:
        grid = tuple(as_numbers(row) for row in self.values)
        settle(self, rows=tuple(self.rows), columns=tuple(self.columns), values=grid)
        fits = len(grid) == len(self.rows) and all(len(row) == len(self.columns) for row in grid)
        self._require(fits, f"the values are not {len(self.rows)} rows by {len(self.columns)} columns")

    def cells(self) -> tuple[tuple[int, int, Number], ...]:
        """Give row, column and number of every cell."""
        return tuple((i, j, as_number(value)) for i, row in enumerate(self.values) for j, value in enumerate(row))

    def table(self) -> Table:
        """Give the grid."""
        decimals = shared_decimals(number.value for _, _, number in self.cells())
        columns = [Column(self.row_name), *(Column(name, self.unit, decimals=decimals) for name in self.columns)]
        rows: list[Row] = [[name, *map(as_number, row)] for name, row in zip(self.rows, self.values, strict=True)]
        return Table(self.title, columns, rows)


def _series_table(
    figure: Figure,
    name: str,
    places: Sequence[date | str],
    series: Sequence[Series],
    asked: Series | None,
    *,
    stacked: bool,
) -> Table:
    """Give a row for each place on the axis and a column for each series; all columns share their decimals."""
    drawn = [*series]
    if stacked and len(series) > 1:
        drawn.append(Series("total", [total(column) for column in _across(series)]))
    if asked:
        drawn.append(asked)
    decimals = shared_decimals(value for each in drawn for value in each.floats)
    columns = [Column(name), *(Column(each.name, figure.unit, decimals=decimals) for each in drawn)]
    rows: list[Row] = [[place, *(each.values[i] for each in drawn)] for i, place in enumerate(places)]
    return Table(figure.title, columns, rows)


def _across(series: Iterable[Series]) -> list[tuple[float | None, ...]]:
    return list(zip(*(each.floats for each in series), strict=True))
