"""The critical chain of the scalable unit that completes the site which is late the most."""

from __future__ import annotations

from collections.abc import Iterator

from gigaloop.plan.explain.path import Path, critical_path
from gigaloop.plan.explain.steps import Step
from gigaloop.plan.pegging import peg_plan
from gigaloop.report.content.basis import Basis
from gigaloop.report.document import Block
from gigaloop.report.figures import Activity, NetworkFigure

_BESIDE = 7
"""Activities beside the chain that are drawn, those with the least slack."""
_SAID = {
    "order": "on order",
    "opening": "at hand",
    "burn-in": "burn-in",
    "transit": "transport",
    "installation": "installation",
    "commissioning": "commissioning",
    "online": "online",
}


def chain_blocks(basis: Basis) -> Iterator[Block]:
    """Draw what waits for what until the last scalable unit of the latest site is complete."""
    plan, programme = basis.result.plan, basis.result.programme
    late: dict[str, float] = {}
    for each in plan.late:
        late[each.site] = late.get(each.site, 0.0) + each.energy
    for site in sorted(late, key=lambda site: -late[site]):
        if plan.online_racks[plan.sites.index(site), :, -1].any():
            yield _figure(basis, critical_path(programme, plan, peg_plan(programme, plan), site))
            return


def _figure(basis: Basis, path: Path) -> NetworkFigure:
    beside = sorted(set(range(len(path.steps))) - set(path.chain), key=lambda n: path.steps[n].slack)
    shown = sorted(_joined(path, beside[:_BESIDE]), key=lambda n: (path.steps[n].start, path.steps[n].end, -n))
    row = {n: at for at, n in enumerate(shown)}
    left = len(path.steps) - len(shown)
    more = f" {left} more, with more slack: see the command gigaloop explain path." if left > 0 else ""
    return NetworkFigure(
        id="chain",
        title=f"What sets the date of the last scalable unit at {basis.site(path.site)}",
        alt="Bars of the activities that lead to the unit online, with arrows from each to what waits for it.",
        activities=[_activity(basis, path.steps[n]) for n in shown],
        ties=[(row[a], row[b]) for a, b in path.edges if a in row and b in row],
        notes=[path.sentence, f"First in, first out. Slack is by how much an activity could end later.{more}"],
        evidence=basis.computed("pegging of the plan, first in first out; earliest and latest ends along its chains"),
        height=max(320, 26 * len(shown) + 80),
    )


def _joined(path: Path, beside: list[int]) -> set[int]:
    """Give the chain, and of the activities beside it those from which ties lead to it without a gap."""
    kept = set(path.chain)
    waiting = set(beside)
    while joined := {a for a, b in path.edges if a in waiting and b in kept}:
        kept |= joined
        waiting -= joined
    return kept


def _activity(basis: Basis, step: Step) -> Activity:
    programme = basis.result.programme
    part = basis.part(step.part) if step.part in programme.part_of else step.part
    held = f"held back {step.held} weeks by {step.held_by}" if step.held else ""
    if step.kind == "work":
        name = f"{basis.resource(step.path, step.id)}: {part}"
    elif step.kind in ("installation", "commissioning", "online"):
        name = f"{_SAID[step.kind]} at {basis.site(step.place) if step.place in programme.site_of else step.place}"
    else:
        name = f"{_SAID[step.kind]}: {part}"
    return Activity(name, step.start, step.end, 0.0 if step.critical else max(float(step.slack), 0.5), held)
