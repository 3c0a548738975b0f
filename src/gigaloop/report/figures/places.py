"""Figures of where things stand: the map of the United States, and the elevation of a rack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gigaloop.report.figures.base import Figure, settle
from gigaloop.report.numbers import Number, Value, as_number
from gigaloop.report.tables import Column, Row, Table


@dataclass(frozen=True)
class Point:
    """A place on the map: its kind is told by shape and colour, its value by size."""

    name: str
    kind: str
    lat: float
    lon: float
    value: Number
    detail: str = ""
    id: str = ""

    def __init__(
        self,
        name: str,
        kind: str,
        lat: float,
        lon: float,
        value: Value = None,
        detail: str = "",
        id: str = "",  # noqa: A002 - the field's own name
    ) -> None:
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError(f"point '{name}': latitude {lat:g} and longitude {lon:g} are no place on earth")
        number = as_number(value)
        settle(self, name=name, kind=kind, lat=float(lat), lon=float(lon), value=number, detail=detail)
        settle(self, id=id or name)


@dataclass(frozen=True)
class Flow:
    """A quantity moved between two points, named by their ``id`` (the name where none was given)."""

    source: str
    target: str
    value: Number
    kind: str = ""

    def __init__(self, source: str, target: str, value: Value, kind: str = "") -> None:
        settle(self, source=source, target=target, value=as_number(value), kind=kind)


@dataclass(frozen=True, kw_only=True)
class MapFigure(Figure):
    """Points on the United States and flows between them.

    ``measure`` and ``unit`` speak of the points, ``flow_measure`` and ``flow_unit`` of the flows. Points
    outside the fifty states are set at the edge of the map under the heading "outside the US".
    """

    kind: ClassVar[str] = "map"

    points: Sequence[Point]
    flows: Sequence[Flow] = ()
    flow_measure: str = "flow"
    flow_unit: str = ""
    height: int = 560

    def _settle(self) -> None:
        settle(self, points=tuple(self.points), flows=tuple(self.flows))
        known = {point.id for point in self.points}
        self._require(len(known) == len(self.points), "two points have the same name; give them an id")
        for flow in self.flows:
            for end in (flow.source, flow.target):
                self._require(end in known, f"a flow names '{end}', which is no point of the map")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of points, in order of appearance."""
        return tuple(dict.fromkeys(point.kind for point in self.points))

    @property
    def flow_kinds(self) -> tuple[str, ...]:
        """The kinds of flows, in order of appearance."""
        return tuple(dict.fromkeys(flow.kind for flow in self.flows))

    def point(self, name: str) -> Point:
        """Give the point with an ``id``."""
        return next(point for point in self.points if point.id == name)

    def entities(self) -> tuple[str, ...]:
        """Give the kinds of points, then those of flows."""
        return (*self.kinds, *(kind for kind in self.flow_kinds if kind))

    def table(self) -> Table:
        """Give a row for each point."""
        columns: list[Column | str] = [
            "place",
            "kind",
            Column(self.measure or "value", self.unit),
            "detail",
            Column("latitude", "°", decimals=2),
            Column("longitude", "°", decimals=2),
        ]
        rows: list[Row] = [[p.name, p.kind, p.value, p.detail, p.lat, p.lon] for p in self.points]
        return Table(f"{self.title}: places" if self.flows else self.title, columns, rows)

    def flow_table(self) -> Table:
        """Give a row for each flow."""
        columns: list[Column | str] = ["from", "to", "kind", Column(self.flow_measure, self.flow_unit)]
        rows: list[Row] = [
            [self.point(flow.source).name, self.point(flow.target).name, flow.kind, flow.value] for flow in self.flows
        ]
        return Table(f"{self.title}: flows", columns, rows)

    def tables(self) -> tuple[Table, ...]:
        """Give the table of places and, where there are flows, theirs."""
        return (self.table(), self.flow_table()) if self.flows else (self.table(),)


@dataclass(frozen=True)
class Tray:
    """What fills some units of a rack, counted from unit 1 at the bottom."""

    name: str
    kind: str
    bottom_u: int
    height_u: int
    power: Number
    detail: str = ""
    """More about it, such as its coolant flow; told beside its power."""

    def __init__(
        self, name: str, kind: str, bottom_u: int, height_u: int, power: Value = None, detail: str = ""
    ) -> None:
        if bottom_u < 1 or height_u < 1:
            raise ValueError(f"tray '{name}': units are counted from 1 and a tray is at least 1 U high")
        settle(self, name=name, kind=kind, bottom_u=bottom_u, height_u=height_u)
        settle(self, power=as_number(power), detail=detail)

    @property
    def top_u(self) -> int:
        """The highest unit that is filled."""
        return self.bottom_u + self.height_u - 1


@dataclass(frozen=True)
class Rack:
    """A rack: its name, its height [U], and its trays, which may not overlap.

    ``power`` is that of the whole rack, where parts that are not drawn draw some of it too.
    """

    name: str
    height_u: int
    trays: tuple[Tray, ...]
    whole: float | None = None

    def __init__(self, name: str, height_u: int, trays: Sequence[Tray], power: float | None = None) -> None:
        filled: dict[int, str] = {}
        for tray in trays:
            if tray.top_u > height_u:
                raise ValueError(f"rack '{name}': '{tray.name}' ends at U{tray.top_u} of {height_u}")
            for unit in range(tray.bottom_u, tray.top_u + 1):
                if unit in filled:
                    raise ValueError(f"rack '{name}': U{unit} holds both '{filled[unit]}' and '{tray.name}'")
                filled[unit] = tray.name
        settle(self, name=name, height_u=height_u, trays=tuple(trays), whole=power)

    @property
    def power(self) -> float:
        """The sum of what the trays draw."""
        return sum(tray.power.value or 0.0 for tray in self.trays)


@dataclass(frozen=True, kw_only=True)
class RackFigure(Figure):
    """Racks seen from the front, unit by unit, side by side; ``measure`` and ``unit`` speak of power."""

    kind: ClassVar[str] = "rack"

    racks: Sequence[Rack]
    measure: str = "power"
    unit: str = "kW"
    height: int = 780

    def _settle(self) -> None:
        settle(self, racks=tuple(self.racks))
        names = [rack.name for rack in self.racks]
        self._require(len(set(names)) == len(names), "two racks have the same name")

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of trays, in order of appearance."""
        return tuple(dict.fromkeys(tray.kind for rack in self.racks for tray in rack.trays))

    def entities(self) -> tuple[str, ...]:
        """Give the kinds of trays."""
        return self.kinds

    def table(self) -> Table:
        """Give a row for each tray, from the top of each rack down."""
        columns: list[Column | str] = ["rack", "position", "tray", "kind", Column(self.measure, self.unit), "detail"]
        rows: list[Row] = [
            [rack.name, position(tray), tray.name, tray.kind, tray.power, tray.detail]
            for rack in self.racks
            for tray in sorted(rack.trays, key=lambda each: -each.bottom_u)
        ]
        return Table(self.title, columns, rows)


def position(tray: Tray) -> str:
    """Give the units that a tray fills: ``U12``, or ``U12 to U13``."""
    return f"U{tray.bottom_u}" if tray.height_u == 1 else f"U{tray.bottom_u} to U{tray.top_u}"
