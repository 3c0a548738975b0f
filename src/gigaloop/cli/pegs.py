"""What ``gigaloop explain pegs`` and ``gigaloop explain path`` do and print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.commands import planned
from gigaloop.cli.numbers import day, megawatts

if TYPE_CHECKING:
    from gigaloop.plan.pegging import Peg

_SHOWN = 24
"""Most lots of a kind that are printed."""
_TITLES = {
    "opening": "there or under way at the start",
    "receipt": "parts received",
    "make": "completed",
    "move": "moved between factories",
    "shipment": "shipped",
    "install": "installed",
    "online": "online",
    "unit": "scalable units",
    "demand": "demands",
}


def pegs(folder: Path, what: str, scenario: str, facts: Path | None, *, json: bool) -> None:
    """Peg something both ways."""
    from gigaloop.plan.pegging import find_pegs, peg_plan

    result = planned(folder, scenario, facts, quiet=json)
    found = find_pegs(result.programme, peg_plan(result.programme, result.plan), what)
    if json:
        output.print_json({"programme": result.programme.id, "key": result.key, **found.as_dict()})
        return
    output.line(f"{what}: first in, first out", style="bold")
    for heading, rows in (("It is fed by", found.back), ("It feeds", found.forward)):
        if rows:
            output.line()
            _show(heading, rows)
    if not found.back and not found.forward:
        output.line("nothing feeds it within the plan, and it feeds nothing")


def _show(heading: str, pegs: Sequence[Peg]) -> None:
    rows = [
        peg
        for kind in dict.fromkeys(peg.kind for peg in pegs)
        for peg in [each for each in pegs if each.kind == kind][:_SHOWN]
    ]
    left, right = "left", "right"
    columns = [("", left), ("from or at", left), ("what", left), ("week of", left), ("quantity", right), ("of", right)]
    output.table(
        heading,
        [*columns, ("order by", left)],
        [
            (
                _TITLES[peg.kind] if n == 0 or rows[n - 1].kind != peg.kind else "",
                peg.place if peg.kind in ("receipt", "opening", "install", "online") else peg.id,
                peg.part or peg.place,
                day(peg.week),
                _quantity(peg, peg.quantity),
                _quantity(peg, peg.of),
                day(peg.order_by) if peg.order_by else "",
            )
            for n, peg in enumerate(rows)
        ],
    )
    if len(rows) < len(pegs):
        output.line(f"... and {len(pegs) - len(rows)} more (all of them with --json)", style="dim")


def _quantity(peg: Peg, quantity: float) -> str:
    if peg.kind == "demand":
        return megawatts(quantity)
    return f"{quantity:,.0f}" if quantity >= 1000.0 else f"{quantity:,.4g}"


def path(folder: Path, what: str, scenario: str, facts: Path | None, *, json: bool) -> None:
    """Show the critical path of a scalable unit."""
    from gigaloop.plan.explain.path import critical_path
    from gigaloop.plan.pegging import peg_plan

    result = planned(folder, scenario, facts, quiet=json)
    pegging = peg_plan(result.programme, result.plan)
    found = critical_path(result.programme, result.plan, pegging, what)
    if json:
        output.print_json({"programme": result.programme.id, "key": result.key, **found.as_dict()})
        return
    output.line(found.sentence, style="bold")
    output.line()
    for number, at in enumerate(found.chain, 1):
        output.line(f"  {number}. {found.steps[at].sentence}")
    beside = sorted((n for n, step in enumerate(found.steps) if not step.critical), key=lambda n: found.steps[n].slack)
    if beside:
        output.line()
        left, right = "left", "right"
        output.table(
            "What else goes into it, the least slack first",
            [
                ("", left),
                ("where", left),
                ("what", left),
                ("end", left),
                ("latest end", left),
                ("slack in weeks", right),
            ],
            [(s.kind, s.place, s.part, day(s.end), day(s.latest), s.slack) for s in (found.steps[n] for n in beside)],
        )
