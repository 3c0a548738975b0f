"""Figures of how a whole is divided: Sankey diagrams with their losses, and treemaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import ClassVar

from gigaloop.report.figures.base import Figure, settle, total
from gigaloop.report.numbers import Number, Value, as_number
from gigaloop.report.tables import Column, Row, Table


@dataclass(frozen=True)
class Link:
    """A flow from one node to another; ``loss`` where it is lost to the purpose of the chain."""

    source: str
    target: str
    value: Number
    loss: bool = False

    def __init__(self, source: str, target: str, value: Value, loss: bool = False) -> None:
        settle(self, source=source, target=target, value=as_number(value), loss=loss)


@dataclass(frozen=True, kw_only=True)
class SankeyFigure(Figure):
    """Flows through stages, as wide as they are large; nodes are named by the links."""

    kind: ClassVar[str] = "sankey"

    links: Sequence[Link]

    def _settle(self) -> None:
        settle(self, links=tuple(self.links))
        before: dict[str, set[str]] = defaultdict(set)
        for link in self.links:
            self._require((link.value.value or 0.0) >= 0, f"'{link.source}' to '{link.target}' flows backwards")
            before[link.target].add(link.source)
        try:
            TopologicalSorter(before).prepare()
        except CycleError as error:
            raise ValueError(f"figure '{self.id}': the flow runs in a circle: {error.args[1]}") from error

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of the nodes, in the order in which the links name them."""
        return tuple(dict.fromkeys(name for link in self.links for name in (link.source, link.target)))

    @property
    def depth(self) -> int:
        """The number of links on the longest way through."""
        longest = dict.fromkeys(self.nodes, 0)
        before = {node: {link.source for link in self.links if link.target == node} for node in self.nodes}
        for node in TopologicalSorter(before).static_order():
            longest[node] = max((longest[source] + 1 for source in before[node]), default=0)
        return max(longest.values(), default=0)

    def inflow(self, node: str) -> float:
        """Give the sum that flows into a node."""
        return total(link.value.value for link in self.links if link.target == node) or 0.0

    def outflow(self, node: str) -> float:
        """Give the sum that flows out of a node."""
        return total(link.value.value for link in self.links if link.source == node) or 0.0

    def imbalance(self) -> dict[str, float]:
        """Give inflow less outflow of every node that has both: zero where nothing is forgotten."""
        both = {link.source for link in self.links} & {link.target for link in self.links}
        return {node: self.inflow(node) - self.outflow(node) for node in self.nodes if node in both}

    def entities(self) -> tuple[str, ...]:
        """Give nothing: useful flow and loss have colours of their own."""
        return ()

    def table(self) -> Table:
        """Give a row for each flow with its share of what enters the chain."""
        inputs = sum(self.outflow(node) for node in self.nodes if not self.inflow(node))
        rows: list[Row] = [
            [
                link.source,
                link.target,
                link.value,
                100 * (link.value.value or 0.0) / inputs if inputs else None,
                "loss" if link.loss else "",
            ]
            for link in self.links
        ]
        columns: list[Column | str] = [
            "from",
            "to",
            Column(self.measure or "flow", self.unit),
            Column("of input", "%"),
            "kind",
        ]
        return Table(self.title, columns, rows)


@dataclass(frozen=True)
class Branch:
    """A part of a whole: with a value, or with parts of its own."""

    name: str
    value: Number
    parts: tuple[Branch, ...] = ()

    def __init__(self, name: str, value: Value = None, parts: Sequence[Branch] = ()) -> None:
        if bool(parts) == (value is not None):
            raise ValueError(f"branch '{name}' needs either a value or parts")
        number = Number(total(part.value.value for part in parts)) if parts else as_number(value)
        settle(self, name=name, value=number, parts=tuple(parts))

    def leaves(self, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Number]]:
        """Go through the parts that have no parts, with the names that lead to them."""
        path = (*above, self.name)
        if not self.parts:
            yield path, self.value
        for part in self.parts:
            yield from part.leaves(path)


@dataclass(frozen=True, kw_only=True)
class TreemapFigure(Figure):
    """Parts of a whole as areas, at most two levels deep."""

    kind: ClassVar[str] = "treemap"

    branches: Sequence[Branch]
    group_name: str = "group"
    part_name: str = "part"

    def _settle(self) -> None:
        settle(self, branches=tuple(self.branches))

    def entities(self) -> tuple[str, ...]:
        """Give the names of the first level."""
        return tuple(branch.name for branch in self.branches)

    def table(self) -> Table:
        """Give a row for each smallest part with its share of the whole."""
        whole = total(branch.value.value for branch in self.branches) or 0.0
        rows: list[Row] = [
            [path[0], " · ".join(path[1:]), number, 100 * (number.value or 0.0) / whole if whole else None]
            for branch in self.branches
            for path, number in branch.leaves()
        ]
        value = Column(self.measure or "value", self.unit)
        columns: list[Column | str] = [self.group_name, self.part_name, value, Column("share", "%")]
        return Table(self.title, columns, rows, total=["total", "", whole, 100.0 if whole else None])
