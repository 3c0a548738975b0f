"""The power of a site over a day, and the limits of its grid."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.dynamics import Dynamics, GridFinding
from gigaloop.report.content.basis import MW, Basis, power_said
from gigaloop.report.document import Block
from gigaloop.report.figures import LineFigure, Series
from gigaloop.report.tables import Column, Row, Table, Text

_STRETCHES = 96
"""Of the trace in the figure: a quarter of an hour each over a day."""
_FAR = 100.0
"""Margin beyond which its size says nothing."""
_SHOWN = {"W/s": (MW / 60.0, "MW/min"), "W": (MW, "MW"), "1": (0.01, "%"), "s": (1.0, "s"), "J": (3.6e9, "MWh")}


def dynamics_blocks(basis: Basis, name: str, found: Dynamics) -> Iterator[Block]:
    """Show a site's power over time: its spread through the day, what the grid asks, the storage that answers."""
    how = basis.computed(f"trace at {found.step:g} s of {found.hours:g} h, seed {found.seed}")
    edges = np.linspace(0.0, found.hours * 3600.0, _STRETCHES + 1)
    at = np.clip(np.searchsorted(edges, found.times, side="right") - 1, 0, _STRETCHES - 1)

    def by_stretch(values: NDArray[np.float64], reduce: np.ufunc, start: float) -> list[float]:
        kept = np.full(_STRETCHES, start)
        reduce.at(kept, at, values / MW)
        return [float(value) for value in kept]

    yield LineFigure(
        id="power-day",
        title=f"{name}: {power_said(found.least)} to {power_said(found.peak)} in the course of a day",
        alt="Lines of the greatest and the least power of the site in each quarter of an hour, and at the grid.",
        measure="power",
        unit="MW",
        periods=[f"{int(edge // 3600)}:{int(edge % 3600 // 60):02d}" for edge in edges[:-1]],
        period_name="from [h:min]",
        series=[
            Series("greatest, load", by_stretch(found.trace, np.maximum, -np.inf), evidence=how),
            Series("least, load", by_stretch(found.trace, np.minimum, np.inf), evidence=how),
            Series("greatest, at the grid", by_stretch(found.smoothed, np.maximum, -np.inf), evidence=how),
            Series("least, at the grid", by_stretch(found.smoothed, np.minimum, np.inf), evidence=how),
        ],
        notes=[f"At the grid: behind the storage below. {_storage(found)}"],
    )
    rows: list[Row] = [_row(basis, finding) for finding in found.findings]
    yield Table(
        f"{name}: power over time against the limits of the grid",
        [
            "limit",
            Column("value", align="right"),
            Column("limit is", align="right"),
            Column("margin", "%"),
            "is it",
            "stated at",
        ],
        rows,
        id="grid-limits",
    )


def _storage(found: Dynamics) -> str:
    lines = [
        f"{each.purpose}: {power_said(each.power)} and {each.energy / 3.6e9:.3g} MWh (no storage below "
        f"{each.least_energy / 3.6e9:.2g} MWh can do it)"
        for each in found.storage
    ]
    return f"Storage against {'; '.join(lines)}." if lines else "None is needed."


def _row(basis: Basis, finding: GridFinding) -> Row:
    size, unit = _SHOWN.get(finding.unit, (1.0, finding.unit))
    far = "far inside" if finding.ok else "far outside"
    return [
        Text(finding.title, note=finding.detail),
        f"{finding.value / size:,.4g} {unit}",
        f"{finding.limit / size:,.4g} {unit}",
        f"{100.0 * finding.margin:+,.0f}" if abs(finding.margin) < _FAR else far,
        Text("met" if finding.ok else "not met"),
        basis.where(finding.path),
    ]
