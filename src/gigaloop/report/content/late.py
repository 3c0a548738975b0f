"""What is late and why: the demands, and how much of all lateness each cause has."""

from __future__ import annotations

from collections.abc import Iterator

from gigaloop.report.content.basis import MW, Basis
from gigaloop.report.document import Block, Callout
from gigaloop.report.figures import Step, WaterfallFigure
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Table
from gigaloop.study.headline import Headline

_GW_WEEK = 1e9 * 7 * 86400.0
_CAUSES = 9
"""Causes that are drawn one by one; the others are summed."""


def late_blocks(basis: Basis, answers: Headline) -> Iterator[Block]:
    """Say which demands are late and what the lateness is due to."""
    if not answers.late:
        yield Callout("Nothing is late", "Every demand is met on its date.", tone="good")
        return
    yield _waterfall(basis)
    how = basis.computed("the plan's lateness by demand")
    yield Table(
        "Demands that are late, the most power x time first",
        [
            "demand",
            "site",
            "due",
            "met",
            Column("late at most", "MW"),
            Column("for", "weeks", decimals=0),
            "main reason",
            "stated at",
        ],
        [
            [
                late.demand,
                basis.site(late.site),
                late.due.isoformat(),
                late.met.isoformat() if late.met else "not within the horizon",
                Number(late.power / MW, evidence=how),
                Number(late.weeks, evidence=how),
                late.reason.sentence,
                basis.where(late.reason.path),
            ]
            for late in answers.late
        ],
        id="late",
    )


def _waterfall(basis: Basis) -> WaterfallFigure:
    """Draw how all lateness comes about, by the first cause found in each week of each demand."""
    causes: dict[str, float] = {}
    for late in basis.result.plan.late:
        for reason in late.reasons:
            name = _name(basis, reason.kind, reason.path)
            causes[name] = causes.get(name, 0.0) + late.energy * reason.share / _GW_WEEK
    ranked = sorted(causes.items(), key=lambda item: -item[1])
    steps = [Step(name, value) for name, value in ranked[:_CAUSES]]
    rest = sum(value for _, value in ranked[_CAUSES:])
    if rest:
        steps.append(Step(f"{len(ranked) - _CAUSES} other causes", rest))
    total = sum(causes.values())
    steps.append(Step("all lateness", Number(total, "GW-weeks"), is_total=True))
    first, share = ranked[0][0], 100 * ranked[0][1] / total
    return WaterfallFigure(
        id="late-causes",
        title=f"{total:,.1f} GW-weeks are late; {share:.0f} % of them wait for {first}",
        alt="Waterfall of the lateness by cause, the greatest first, adding up to all lateness.",
        measure="power late x time",
        unit="GW-weeks",
        steps=steps,
        step_name="cause",
        evidence=basis.computed("the cause that binds first in each week in which a demand is late"),
        notes="Clearing a cause can bring less, as another binds next: the command gigaloop explain late proves it.",
        height=max(300, 36 * len(steps) + 70),
    )


_SAID = {"reserved": "room kept for later racks", "worth": "racks not worth their cost"}


def _name(basis: Basis, kind: str, path: str) -> str:
    kind = _SAID.get(kind, kind)
    section, _, rest = path.partition(".")
    owner, _, inner = rest.partition(".")
    if section == "suppliers":
        return f"{basis.part(inner.partition('.')[2].partition('.')[0])} ({kind})"
    if section == "parts":
        return f"{basis.part(owner)} ({kind})"
    if section == "generations":
        return f"{basis.generation(owner)} ({kind})"
    name = basis.resource(path, rest)
    return name if kind == "line" else f"{name} ({kind})"
