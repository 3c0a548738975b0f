"""Numbers with where they come from: a table, and the sources once each below it."""

from __future__ import annotations

from collections.abc import Sequence

from gigaloop.cli import output
from gigaloop.core.evidence import Evidence

_NARROW = 110
"""Columns below which rows are printed as lines instead of a table."""
_LONG = 60
"""Characters of a value above which they are, too: it is prose that would push the other columns out."""


def show(title: str, heading: str, rows: Sequence[tuple[str, str, Evidence | None]]) -> None:
    """Print (name, value, evidence) rows; a value stated in a programme shows its place instead of a source."""
    sources: dict[str, int] = {}
    cells = [(name, value, *_cells(evidence, sources)) for name, value, evidence in rows]
    if output.out.width < _NARROW or any(len(value) > _LONG for _, value, _ in rows):
        output.line(title, style="bold")
        for name, *rest in cells:
            output.line(f"{name}  {'  '.join(cell for cell in rest if cell)}")
    else:
        columns = [(heading, "left"), ("value", "right"), ("range", "left"), ("kind", "left"), ("date", "left")]
        output.table(title, [*columns, ("source", "left")], cells)
    for source, number in sources.items():
        output.line(f"[{number}] {source}", style="dim")


def _cells(evidence: Evidence | None, sources: dict[str, int]) -> tuple[str, str, str, str]:
    if evidence is None:
        return "", "", "", ""
    span = f"{evidence.low or '...'} to {evidence.high or '...'}" if evidence.low or evidence.high else ""
    if evidence.is_assumption and evidence.place is not None:
        return span, evidence.kind.value, evidence.date, str(evidence.place)
    number = sources.setdefault(evidence.source, len(sources) + 1)
    return span, evidence.kind.value, evidence.date, f"[{number}]"
