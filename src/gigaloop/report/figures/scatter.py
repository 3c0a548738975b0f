"""Figures of one quantity against another: points, curves through them, roofs over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gigaloop.core.evidence import Evidence
from gigaloop.report.figures.base import Figure, Series, settle
from gigaloop.report.numbers import Number, Value, as_number
from gigaloop.report.tables import Column, Row, Table

Form = Literal["points", "hollow", "line", "curve", "mark"]


@dataclass(frozen=True)
class Dot:
    """A point: where it lies, a few words drawn beside it, and what else is to be known of it."""

    x: Number
    y: Number
    label: str = ""
    note: str = ""

    def __init__(self, x: Value, y: Value, label: str = "", note: str = "") -> None:
        settle(self, x=as_number(x), y=as_number(y), label=label, note=note)

    @property
    def known(self) -> bool:
        """Whether both its values are known."""
        return self.x.value is not None and self.y.value is not None


@dataclass(frozen=True)
class Trail:
    """Points that belong together: alone, hollow, joined by a line, as a curve without symbols, or marked large."""

    name: str
    dots: tuple[Dot, ...]
    form: Form = "points"
    entity: str = ""

    def __init__(
        self,
        name: str,
        dots: Iterable[Dot],
        form: Form = "points",
        entity: str = "",
        evidence: Evidence | Sequence[Evidence] = (),
    ) -> None:
        points = tuple(dots)
        shared = Series(name, [dot.y for dot in points], entity, evidence)
        points = tuple(Dot(d.x, y, d.label, d.note) for d, y in zip(points, shared.values, strict=True))
        settle(self, name=name, dots=points, form=form, entity=shared.entity)


@dataclass(frozen=True, slots=True)
class Limit:
    """A value of one axis that is drawn across the plot, with a few words."""

    at: float
    words: str
    axis: Literal["x", "y"] = "x"


@dataclass(frozen=True, kw_only=True)
class ScatterFigure(Figure):
    """One quantity against another.

    ``along`` and ``along_unit`` name the lower axis, ``measure`` and ``unit`` the upright one. ``log`` names the axes
    that are logarithmic; points that are not above zero are then left out of the drawing. ``from_zero`` names those
    that begin at zero. ``band`` names the line for which what lies between low and high is shaded.
    """

    kind: ClassVar[str] = "scatter"

    trails: Sequence[Trail]
    along: str
    along_unit: str = ""
    log: Literal["", "x", "y", "xy"] = ""
    from_zero: Literal["", "x", "y", "xy"] = ""
    limits: Sequence[Limit] = ()
    band: str = ""
    point_name: str = "point"

    def _settle(self) -> None:
        settle(self, trails=tuple(self.trails), limits=tuple(self.limits))
        self._require(any(dot.known for trail in self.trails for dot in trail.dots), "there is no point")
        names = [trail.name for trail in self.trails]
        self._require(len(set(names)) == len(names), "two of its trails have the same name")

    @property
    def along_name(self) -> str:
        """The name of the lower axis with its unit."""
        return f"{self.along} ({self.along_unit})" if self.along_unit else self.along

    def entities(self) -> tuple[str, ...]:
        """Give the keys of the trails."""
        return tuple(trail.entity for trail in self.trails if trail.form != "mark")

    def shown(self, dot: Dot) -> bool:
        """Say whether a point is known and can stand on its axes."""
        if dot.x.value is None or dot.y.value is None:
            return False
        return ("x" not in self.log or dot.x.value > 0.0) and ("y" not in self.log or dot.y.value > 0.0)

    def table(self) -> Table:
        """Give a row for each point."""
        named = any(dot.label or dot.note for trail in self.trails for dot in trail.dots)
        rows: list[Row] = [
            [trail.name, *([" - ".join(filter(None, (dot.label, dot.note)))] if named else []), dot.x, dot.y]
            for trail in self.trails
            for dot in trail.dots
        ]
        columns: list[Column | str] = ["series", *([self.point_name] if named else [])]
        columns += [Column(self.along, self.along_unit), Column(self.measure, self.unit)]
        return Table(self.title, columns, rows)

    def tables(self) -> tuple[Table, ...]:
        """Give the points, and the limits where there are any."""
        if not self.limits:
            return (self.table(),)
        of = {"x": (self.along, self.along_unit), "y": (self.measure, self.unit)}
        rows: list[Row] = [[each.words, of[each.axis][0], Number(each.at, of[each.axis][1])] for each in self.limits]
        return self.table(), Table(f"{self.title}: limits", ["limit", "of", Column("at")], rows)
