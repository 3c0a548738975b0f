"""Published fabrics for people: a line for each with all its counts, and what was read into it once below."""

from __future__ import annotations

from collections.abc import Sequence

from gigaloop.cli import output
from gigaloop.validation import Checked
from gigaloop.validation.fabric import QUANTITIES

_SHORT = dict(
    zip(
        (quantity for quantity, _ in QUANTITIES.values()),
        ("leafs", "spines", "cores", "node-leaf", "leaf-spine", "spine-core"),
        strict=True,
    )
)


def show_fabrics(rows: Sequence[Checked]) -> None:
    """Show the counts of fabrics that were computed."""
    fabrics: list[dict[str, Checked]] = []
    for row in rows:
        if not fabrics or row.quantity in fabrics[-1] or row.id != next(iter(fabrics[-1].values())).id:
            fabrics.append({})
        fabrics[-1][row.quantity] = row
    notes: dict[str, int] = {}
    output.table(
        "Published counts of fabrics",
        [("fabric", "left"), ("published=computed", "left"), ("within", "left"), ("note", "left")],
        [_line(list(fabric.values()), notes) for fabric in fabrics],
        caption="switches and cables between them, of all planes",
    )
    for note, number in notes.items():
        output.line(f"{number:>3}  {note}", style="dim")


def _line(fabric: Sequence[Checked], notes: dict[str, int]) -> tuple[str, ...]:
    said: list[str] = []
    for row in fabric:
        # What was read into a fabric stands at its first count, a part of it at the others.
        if row.note and not any(row.note in each for each in said):
            said.append(row.note)
    numbers = ", ".join(str(notes.setdefault(each, len(notes) + 1)) for each in said)
    within = "yes" if all(row.within for row in fabric) else "no"
    return fabric[0].id, ", ".join(map(_count, fabric)), within, numbers


def _count(row: Checked) -> str:
    near = "\N{ALMOST EQUAL TO}" if row.within else "\N{NOT EQUAL TO}"
    sign = "=" if row.published == row.computed else near
    return f"{_SHORT.get(row.quantity, row.quantity)} {row.published:,.0f}{sign}{row.computed:,.0f}"
