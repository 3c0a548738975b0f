"""Diagrams: equipment by its usual symbol on a grid, joined by lines that say what flows in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from gigaloop.core.evidence import Evidence
from gigaloop.report.figures.base import Figure, settle
from gigaloop.report.numbers import pieces
from gigaloop.report.tables import Row, Table, Text

Symbol = Literal[
    "grid", "transformer", "switchgear", "ups", "rectifier", "generator", "bus", "storage",
    "rack", "exchanger", "pump", "dry cooler", "tower", "chiller", "air handler", "outdoors",
]  # fmt: skip
Carrier = Literal["ac", "dc", "cold", "warm", "standby"]
CARRIERS: dict[Carrier, str] = {
    "ac": "alternating current",
    "dc": "direct current",
    "standby": "standby supply",
    "cold": "supply",
    "warm": "return",
}


@dataclass(frozen=True)
class Item:
    """A piece of equipment at a place of the grid (``column`` to the right, ``row`` down), with what is said of it.

    ``lines`` are printed beside it, the first in bold; fractions of columns and rows are allowed.
    """

    id: str
    symbol: Symbol
    column: float
    row: float
    name: str
    lines: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's own name
        symbol: Symbol,
        column: float,
        row: float,
        name: str,
        lines: Sequence[str] = (),
        evidence: Evidence | Sequence[Evidence] = (),
    ) -> None:
        settle(self, id=id, symbol=symbol, column=column, row=row, name=name)
        settle(self, lines=tuple(lines), evidence=pieces(evidence))


@dataclass(frozen=True)
class Wire:
    """A line from one item to another: what it carries, and words such as a temperature and a flow.

    ``lane`` moves it to the side, in shares of a row or column, where two lines join the same items.
    """

    source: str
    target: str
    carrier: Carrier
    label: str = ""
    lane: float = 0.0


@dataclass(frozen=True, kw_only=True)
class DiagramFigure(Figure):
    """Equipment and what joins it; ``pitch`` is the width of a column and the height of a row [px]."""

    kind: ClassVar[str] = "diagram"

    items: Sequence[Item]
    wires: Sequence[Wire]
    pitch: tuple[int, int] = (240, 96)
    beside: bool = True
    """Whether words stand to the right of a symbol, else below it."""

    def _settle(self) -> None:
        settle(self, items=tuple(self.items), wires=tuple(self.wires))
        names = [item.id for item in self.items]
        self._require(bool(names), "there is nothing in the diagram")
        self._require(len(set(names)) == len(names), "two items have the same id")
        for wire in self.wires:
            for end in (wire.source, wire.target):
                self._require(end in names, f"there is no item '{end}'")

    def item(self, id_: str) -> Item:
        """Give an item by its id."""
        return next(item for item in self.items if item.id == id_)

    def table(self) -> Table:
        """Give a row for each item, with what leads to it."""
        rows: list[Row] = []
        for item in self.items:
            fed = [
                f"{self.item(wire.source).name}" + (f" ({wire.label})" if wire.label else "")
                for wire in self.wires
                if wire.target == item.id
            ]
            rows.append([Text(item.name, item.evidence), item.symbol, "; ".join(item.lines), "; ".join(fed)])
        return Table(self.title, ["item", "kind", "figures", "from"], rows)
