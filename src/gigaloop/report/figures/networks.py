"""Figures of what waits for what: networks of activities over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from gigaloop.report.figures.base import Figure, settle
from gigaloop.report.tables import Column, Row, Table

CRITICAL, OTHER = "on the critical chain", "with slack"


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity from its first day to its last, and how many weeks later it could end without harm."""

    name: str
    start: date
    end: date
    slack: float = 0.0
    note: str = ""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"activity '{self.name}' ends {self.end} before it starts {self.start}")

    @property
    def group(self) -> str:
        """Whether it is on the critical chain."""
        return OTHER if self.slack > 0.0 else CRITICAL


@dataclass(frozen=True, kw_only=True)
class NetworkFigure(Figure):
    """Activities over time, each on a row of its own; ``ties`` are pairs of which the second waits for the first."""

    kind: ClassVar[str] = "network"

    activities: Sequence[Activity]
    ties: Sequence[tuple[int, int]]

    def _settle(self) -> None:
        settle(self, activities=tuple(self.activities), ties=tuple(self.ties))
        self._require(bool(self.activities), "there is no activity")
        count = len(self.activities)
        for before, after in self.ties:
            self._require(0 <= before < count and 0 <= after < count, f"there is no activity {max(before, after)}")

    def table(self) -> Table:
        """Give a row for each activity with what it waits for."""
        before: dict[int, list[str]] = {}
        for first, second in self.ties:
            before.setdefault(second, []).append(self.activities[first].name)
        rows: list[Row] = [
            [each.name, each.start, each.end, each.slack, "; ".join(before.get(i, [])), each.note]
            for i, each in enumerate(self.activities)
        ]
        columns: list[Column | str] = ["activity", "start", "end", Column("slack", "weeks"), "waits for", "note"]
        return Table(self.title, columns, rows)
