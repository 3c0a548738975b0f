"""Tiers of a network: boxes of devices that stand together, and how many links join one tier to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gigaloop.core.evidence import Evidence
from gigaloop.report.figures.base import Figure, settle
from gigaloop.report.numbers import Number, pieces
from gigaloop.report.tables import Column, Row, Table, Text


@dataclass(frozen=True)
class TierBox:
    """Devices that stand together, over the columns ``first`` to ``last`` of the drawing."""

    first: int
    last: int
    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tier:
    """A tier with its boxes: ``count`` devices in all; ``stacked`` where every plane has one of its own."""

    name: str
    count: Number
    boxes: tuple[TierBox, ...]
    stacked: bool = False
    evidence: tuple[Evidence, ...] = ()

    def __init__(
        self,
        name: str,
        count: Number,
        boxes: Sequence[TierBox],
        stacked: bool = False,
        evidence: Evidence | Sequence[Evidence] = (),
    ) -> None:
        settle(self, name=name, count=count, boxes=tuple(boxes), stacked=stacked, evidence=pieces(evidence))


@dataclass(frozen=True)
class Layer:
    """The links between two tiers, or within one, by their positions from below.

    ``bundles`` are the words at the bundle of each box, of the tier of both that has more.
    """

    name: str
    lower: int
    upper: int
    links: Number
    rate: str
    remark: str = ""
    bundles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TierFigure(Figure):
    """A network by tiers, from the nodes upward; of planes that are alike one is drawn in front of the others."""

    kind: ClassVar[str] = "tiers"

    tiers: Sequence[Tier]
    layers: Sequence[Layer]
    planes: int = 1

    def _settle(self) -> None:
        settle(self, tiers=tuple(self.tiers), layers=tuple(self.layers))
        self._require(bool(self.tiers), "there is no tier")
        for tier in self.tiers:
            self._require(bool(tier.boxes), f"tier '{tier.name}' has no box")
        for layer in self.layers:
            inside = 0 <= layer.lower <= layer.upper < len(self.tiers) and layer.upper - layer.lower <= 1
            self._require(inside, f"layer '{layer.name}' joins no tiers that follow each other")

    @property
    def columns(self) -> int:
        """Columns of the drawing."""
        return 1 + max(box.last for tier in self.tiers for box in tier.boxes)

    def table(self) -> Table:
        """Give a row for each tier."""
        rows: list[Row] = [
            [Text(tier.name, tier.evidence), tier.count, "; ".join(_said(box) for box in tier.boxes)]
            for tier in self.tiers
        ]
        counts = Column("devices, all planes", "devices", decimals=0)
        return Table(f"{self.title}: tiers", ["tier", counts, "drawn"], rows)

    def tables(self) -> tuple[Table, ...]:
        """Give tiers and layers."""
        rows: list[Row] = [
            [layer.name, layer.links, layer.rate, layer.remark, layer.bundles[0] if layer.bundles else ""]
            for layer in self.layers
        ]
        counts = Column("links at speed, all planes", "links", decimals=0)
        columns: list[Column | str] = [
            "layer",
            counts,
            "rate of a link",
            "oversubscription or rails",
            "of the first box",
        ]
        return self.table(), Table(f"{self.title}: layers", columns, rows)


def _said(box: TierBox) -> str:
    return f"{box.name} ({', '.join(box.lines)})" if box.lines else box.name
