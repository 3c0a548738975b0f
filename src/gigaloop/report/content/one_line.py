"""The one-line diagram of a facility, from the grid to the racks."""

from __future__ import annotations

from collections.abc import Mapping

from gigaloop.design.records import Facility, OneLine, OneLineNode
from gigaloop.report.content.basis import KW, MW, Basis
from gigaloop.report.figures import DiagramFigure, Item, Wire
from gigaloop.report.figures.diagrams import Carrier, Symbol

_SYMBOLS: Mapping[str, Symbol] = {
    "grid": "grid",
    "main transformer": "transformer",
    "mv section": "switchgear",
    "unit transformer": "transformer",
    "solid-state transformer": "transformer",
    "lv switchboard": "bus",
    "converter": "ups",
    "rack": "rack",
}
"""Feeders and busways are drawn as lines."""


def _symbol(node: OneLineNode) -> Symbol:
    return "rectifier" if node.kind == "converter" and node.direct else _SYMBOLS[node.kind]


def one_line(basis: Basis, facility: Facility, line: OneLine) -> DiagramFigure:
    """Draw the power path of a facility: what there is, how many, how loaded, and the fault level at each place."""
    places: dict[int, tuple[float, float]] = {}
    taken: dict[float, int] = {}
    items, wires = [], []
    for i, node in enumerate(line.nodes):
        if node.kind not in _SYMBOLS:
            continue
        parent = node.parent
        between: list[OneLineNode] = []
        while parent >= 0 and parent not in places:
            between.insert(0, line.nodes[parent])
            parent = line.nodes[parent].parent
        row = places[parent][1] + 1.0 if parent >= 0 else 0.0
        column = float(taken.get(row, 0)) * 1.1
        taken[row] = taken.get(row, 0) + 1
        places[i] = (column, row)
        items.append(Item(str(i), _symbol(node), column, row, _called(node), _said(node)))
        if parent >= 0:
            carrier: Carrier = "dc" if line.nodes[parent].direct else "ac"
            label = "; ".join(f"{each.current:,.0f} A{f', {each.cable}' if each.cable else ''}" for each in between)
            wires.append(Wire(str(parent), str(i), carrier, label))
    return DiagramFigure(
        id="one-line",
        title=f"From the grid to {facility.racks:,.0f} racks, {facility.blocks.redundancy} blocks",
        alt="One-line diagram of the power path from the grid to the racks, with ratings, loads and fault levels.",
        items=items,
        wires=wires,
        pitch=(300, 92),
        evidence=basis.computed(
            f"load flow and short-circuit currents (IEC 60909) of {line.buses} buses at design load"
        ),
        notes=[
            "Counts are those of the whole facility; loads, currents and fault levels those of one piece.",
            *line.problems,
        ],
    )


def _called(node: OneLineNode) -> str:
    spare = f", {node.spare} of them spare" if node.spare else ""
    return f"{node.count:,} x {node.name}{spare}" if node.count > 1 else node.name


def _said(node: OneLineNode) -> list[str]:
    volts = f"{node.voltage / 1e3:g} kV" if node.voltage >= 1e3 else f"{node.voltage:g} V{' DC' if node.direct else ''}"
    rating = {"VA": (MW, "MVA"), "W": (KW, "kW"), "A": (1.0, "A")}[node.rating_unit]
    first = [volts]
    if node.rating is not None:
        first.append(f"{node.rating / rating[0]:,.4g} {rating[1]}")
        if node.load is not None:
            first.append(f"{100 * node.load:.0f} % loaded")
    second = [f"{node.current:,.0f} A"]
    if node.fault is not None:
        second.append(f"short circuit {node.fault / 1e3:.1f} kA")
    if node.breaker_breaking is not None:
        second.append(f"breaker {node.breaker_breaking / 1e3:g} kA")
    return [", ".join(first), ", ".join(second)]
