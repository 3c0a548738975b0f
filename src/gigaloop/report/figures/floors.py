"""Floor plans: racks by kind where they stand, and a value of each as a shade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.report.figures.base import Figure, settle
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Row, Table

BINS = 6
"""Shades that the values of a plan are spread over, and one where they begin within a step."""


@dataclass(frozen=True, kw_only=True)
class FloorFigure(Figure):
    """Racks on the storeys of halls, arrays (r,): once by kind, once shaded by a value; ``measure`` names the value.

    ``x`` runs along the rows and ``y`` across them [m]; ``value`` is nan where a rack has none.
    """

    kind: ClassVar[str] = "floor"

    halls: Sequence[str]
    kinds: Sequence[str]
    hall: ArrayLike
    """Index into ``halls``."""
    storey: ArrayLike
    row: ArrayLike
    group: ArrayLike
    """Index into ``kinds``."""
    x: ArrayLike
    y: ArrayLike
    value: ArrayLike
    rack: tuple[float, float]
    """Width and depth of a rack [m]."""

    def _settle(self) -> None:
        settle(self, halls=tuple(self.halls), kinds=tuple(self.kinds))
        for name, kind in {"hall": int, "storey": int, "row": int, "group": int}.items():
            settle(self, **{name: np.asarray(getattr(self, name), dtype=kind)})
        for name in ("x", "y", "value"):
            settle(self, **{name: np.asarray(getattr(self, name), dtype=float)})
        columns = [np.asarray(getattr(self, name)) for name in ("hall", "storey", "row", "group", "x", "y", "value")]
        self._require(len(columns[0]) > 0, "there is no rack on the floor")
        self._require(len({len(column) for column in columns}) == 1, "its columns are not of one length")

    @property
    def edges(self) -> NDArray[np.float64]:
        """Round limits of the shades, (bins + 1,), that take every value in; empty where no rack has one."""
        known = np.asarray(self.value)[np.isfinite(np.asarray(self.value))]
        if not len(known):
            return np.empty(0)
        low, high = float(known.min()), float(known.max())
        step = nice((high - low) / BINS or max(high, 1.0) / 10)
        return step * np.arange(np.floor(low / step), np.floor(high / step) + 2)

    @property
    def bins(self) -> NDArray[np.int64]:
        """Shade of each rack, (r,); -1 where it has no value."""
        value = np.asarray(self.value)
        found = np.full(len(value), -1)
        known = np.isfinite(value)
        if known.any():
            found[known] = np.clip(np.searchsorted(self.edges, value[known], side="right") - 1, 0, len(self.edges) - 2)
        return found

    def places(self) -> list[tuple[int, int]]:
        """Give the storeys of halls with racks, as (hall, storey)."""
        keys = np.unique(np.stack([np.asarray(self.hall), np.asarray(self.storey)]), axis=1)
        return [(int(hall), int(storey)) for hall, storey in keys.T]

    def table(self) -> Table:
        """Give a row for each storey of each hall."""
        hall, storey, group, value = (np.asarray(each) for each in (self.hall, self.storey, self.group, self.value))
        rows: list[Row] = []
        for h, s in self.places():
            here = (hall == h) & (storey == s)
            known = value[here & np.isfinite(value)]
            counts = np.bincount(group[here], minlength=len(self.kinds))
            rows.append(
                [
                    f"{self.halls[h]}, storey {s + 1}",
                    len(np.unique(np.asarray(self.row)[here])),
                    *(int(count) for count in counts),
                    *((float(known.mean()), float(known.max())) if len(known) else (Number(None), Number(None))),
                ]
            )
        shaded = (Column(f"{self.measure}, mean", self.unit, decimals=1), Column("greatest", self.unit, decimals=1))
        kinds = [Column(kind, "racks", decimals=0) for kind in self.kinds]
        return Table(f"{self.title}: halls", ["where", Column("rows", decimals=0), *kinds, *shaded], rows)

    def tables(self) -> tuple[Table, ...]:
        """Give the halls, and how many racks have which shade."""
        counts = np.bincount(self.bins[self.bins >= 0], minlength=max(len(self.edges) - 1, 0))
        rows: list[Row] = [
            [f"{low:,.6g} to {high:,.6g} {self.unit}", int(count)]
            for low, high, count in zip(self.edges[:-1], self.edges[1:], counts, strict=True)
        ]
        return self.table(), Table(f"{self.title}: shades", [self.measure, Column("racks", decimals=0)], rows)


def nice(value: float) -> float:
    """Give the smallest of 1, 2, 2.5 and 5 times a power of ten that is at least a value.

    >>> nice(0.7), nice(12), nice(23), nice(300)
    (1.0, 20.0, 25.0, 500.0)
    """
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(each * power for each in (1.0, 2.0, 2.5, 5.0, 10.0) if each * power >= value * (1 - 1e-9)))
