"""The cables of a fabric in the report: how long they are, by layer and medium, and the bill of materials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gigaloop.core.evidence import Evidence
from gigaloop.design.records import FabricBill, FabricItemLine, Network
from gigaloop.report.content.basis import KW, MUSD, Basis
from gigaloop.report.document import Block
from gigaloop.report.figures import HistogramFigure, Series
from gigaloop.report.figures.floors import nice
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Row, Table, Text
from gigaloop.study.network_tables import cords_of

_BINS = 32
"""Most bins of the histogram."""
_AHEAD = 1.3
"""A reach up to this multiple of the longest cable is on the axis."""
_KM = 1e3


def cable_blocks(basis: Basis, network: Network) -> Iterator[Block]:
    """Show how long the cables are and what the fabric is made of."""
    if len(network.schedule):
        yield _lengths(basis, network)
    yield _bill(network)


def range_number(cost: tuple[float, float, float] | None, evidence: tuple[Evidence, ...] = ()) -> Number:
    """Give a cost with its range [MUSD]; nothing where no price is known."""
    if cost is None or not cost[2]:
        return Number(None)
    low, base, high = (each / MUSD for each in cost)
    return Number(base, evidence=evidence, low=low, high=high)


def both_costs(bill: FabricBill) -> tuple[float, float, float]:
    """Give low, base and high of what has a price, in nodes and outside of them [USD]."""
    low, base, high = (outside + inside for outside, inside in zip(bill.cost, bill.node_cost, strict=True))
    return low, base, high


def _lengths(basis: Basis, network: Network) -> HistogramFigure:
    cords = list(cords_of(network.schedule))
    longest = max(float(each.length.max()) for each in cords)
    near = (each.medium.reach for each in cords if each.medium and each.medium.reach <= _AHEAD * longest)
    end = max(longest, *near, 0.0)
    step = nice(end / _BINS)
    edges = step * np.arange(np.ceil(end / step) + 1)
    names = {id(each): f"{each.layer}, {each.medium.kind if each.medium else 'beyond every reach'}" for each in cords}
    several = len({each.network for each in cords}) > 1
    heights: dict[str, np.ndarray] = {}
    limits: dict[tuple[float, str], None] = {}
    for each in cords:
        name = f"{each.network}: {names[id(each)]}" if several else names[id(each)]
        heights[name] = heights.get(name, 0) + np.histogram(each.length, edges)[0]
        if each.medium is not None:
            limits[each.medium.reach, each.medium.kind] = None
    beyond = len(network.schedule.unreached)
    total = int(sum(height.sum() for height in heights.values()))
    state = f"{beyond:,} links are beyond every reach" if beyond else "all within the supported reach of their medium"
    return HistogramFigure(
        id="network-lengths",
        title=f"{total:,} cords of up to {longest:.0f} m, {state}",
        alt="Histogram of the lengths of the cables by layer and medium, with the supported reach of each medium.",
        measure="cords",
        unit="cords",
        edges=[float(edge) for edge in edges],
        along="length of the run, with drops and slack (m)",
        along_unit="m",
        series=[Series(name, [int(value) for value in height]) for name, height in heights.items()],
        evidence=basis.computed("length of every run along the trays, by the medium that reaches it"),
        limits=[(reach, f"{kind}: reach {reach:g} m") for reach, kind in limits],
        notes=_beyond_axis(limits, float(edges[-1])),
    )


def _beyond_axis(limits: dict[tuple[float, str], None], end: float) -> str:
    far = [f"{kind} {reach:g} m" for reach, kind in limits if reach > end]
    return f"Supported reach beyond the axis: {', '.join(far)}." if far else ""


@dataclass
class _Group:
    """Lines of a bill that differ in their length only."""

    first: FabricItemLine
    lines: list[FabricItemLine] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name without a length."""
        return self.first.name if self.first.length is None else self.first.name.rpartition(", ")[0] or self.first.name

    def total(self, values: list[float | None]) -> float | None:
        """Give a sum, or nothing where a piece of it is not known."""
        return None if any(value is None for value in values) else sum(value or 0.0 for value in values)

    @property
    def cost(self) -> tuple[float, float, float] | None:
        """Low, base and high of all lines [USD]."""
        known = [line.cost for line in self.lines if line.cost is not None]
        if len(known) < len(self.lines):
            return None
        low, base, high = (sum(column) for column in zip(*known, strict=True))
        return low, base, high


def _bill(network: Network) -> Table:
    groups: dict[tuple[str, ...], _Group] = {}
    bill = network.bill
    several = len({line.network for line in bill.lines if line.network}) > 1
    for line in bill.lines:
        key = (line.item, line.catalogue or line.name, line.network, line.where, line.unit)
        groups.setdefault(key, _Group(line)).lines.append(line)
    rows: list[Row] = []
    for group in groups.values():
        first, lengths = group.first, group.total([line.length for line in group.lines])
        power = group.total([line.power for line in group.lines])
        cost = group.cost
        rows.append(
            [
                first.item,
                Text(group.name, tuple(dict.fromkeys(first.evidence))),
                ": ".join(part for part in ((first.network if several else ""), first.where) if part),
                Number(sum(line.quantity for line in group.lines), decimals=0),
                first.unit,
                Number(lengths and lengths / _KM, decimals=1),
                Number(power and power / KW, decimals=0),
                range_number(cost) if cost is not None else Text("no price known"),
            ]
        )
    power = None if bill.power is None or bill.node_power is None else (bill.power + bill.node_power) / KW
    unpriced = sum(group.cost is None for group in groups.values())
    return Table(
        "Bill of materials of the fabric",
        [
            "item",
            "what",
            "where",
            Column("quantity"),
            "of",
            Column("length as ordered", "km"),
            Column("power", "kW"),
            Column("cost", "MUSD", align="right"),
        ],
        rows,
        [
            "in all",
            "",
            "",
            "",
            "",
            "",
            Number(power, decimals=0),
            range_number(both_costs(bill)) if unpriced < len(groups) else Text("no price known"),
        ],
        id="network-bill",
        note=(
            "Cost: base, and in brackets low to high; what nobody has given a price for stays without and is in no "
            "sum. Power in nodes counts in the power of the racks too. Stock lengths of a cable are one line here; "
            "the table network_bill of a run has each."
            + (f" Draws power of which none is known: {', '.join(bill.unpowered)}." if bill.unpowered else "")
        ),
    )
