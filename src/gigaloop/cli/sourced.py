"""Numbers with where they come from: a table, and the sources once each below it."""

from __future__ import annotations

from collections.abc import Sequence

from gigaloop.cli import output
from gigaloop.core.evidence import Evidence
from gigaloop.core.quantity import UNDATED


def show(title: str, heading: str, rows: Sequence[tuple[str, str, Evidence | None]]) -> None:
    """Print (name, value, evidence) rows; what an author states without evidence shows its place instead."""
    sources: dict[str, int] = {}
    cells = []
    for name, value, evidence in rows:
        if evidence is None:
            cells.append((name, value, "", "", "", ""))
            continue
        span = f"{evidence.low or '...'} to {evidence.high or '...'}" if evidence.low or evidence.high else ""
        if evidence.date == UNDATED:
            cells.append((name, value, span, evidence.kind.value, "", str(evidence.place or "")))
        else:
            number = sources.setdefault(evidence.source, len(sources) + 1)
            cells.append((name, value, span, evidence.kind.value, evidence.date, f"[{number}]"))
    columns = [(heading, "left"), ("value", "right"), ("range", "left"), ("kind", "left"), ("date", "left")]
    output.table(title, [*columns, ("source", "left")], cells)
    for source, number in sources.items():
        output.line(f"[{number}] {source}", style="dim")
