"""Plans asked for otherwise: at once, in limited time, by priority before money, or near the plan at hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import commands, objects, output, summary
from gigaloop.cli.numbers import money
from gigaloop.core.errors import UsageError

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design
    from gigaloop.plan import Plan, Stability
    from gigaloop.programme import Programme


@dataclass(frozen=True, slots=True)
class Ask:
    """How a plan is asked for; nothing set asks for the optimum."""

    quick: bool = False
    time_limit: float = math.inf
    lexicographic: bool = False
    stable: bool = False
    freeze: str = ""
    telescoped: bool = False

    def __bool__(self) -> bool:
        """Say whether anything but the optimum is asked for."""
        return self != Ask()


def plan(folder: Path, scenario: str, facts: Path | None, ask: Ask, *, json: bool) -> None:
    """Plan a programme as asked and show the plan; nothing of it is kept."""
    if ask.quick and (ask.lexicographic or ask.stable):
        raise UsageError("--quick gives a first answer, no optimum", hint="leave it out, or the other options")
    if ask.telescoped and (ask.quick or ask.lexicographic or ask.stable):
        raise UsageError("--telescoped plans by money alone", hint="leave it out, or the other options")
    if ask.freeze and not ask.stable:
        raise UsageError("--freeze holds an earlier plan", hint="add --stable")
    if ask.stable and not scenario:
        raise UsageError("--stable plans a change again", hint="name the change with --scenario")
    before = commands.planned(folder, "", facts, quiet=json).plan if ask.stable else None

    def planner(programme: Programme, designs: Mapping[str, Design], catalogue: Catalogue) -> Plan:
        from gigaloop.plan import plan_programme
        from gigaloop.solve import SolveOptions

        return plan_programme(
            programme,
            designs,
            catalogue,
            reliefs=0 if ask.quick or ask.telescoped else 3,
            options=SolveOptions(time_limit=ask.time_limit),
            start=before,
            method="greedy" if ask.quick else "optimal",
            objective="lexicographic" if ask.lexicographic else "money",
            stability=_stability(ask) if ask.stable else None,
            resolution="telescoped" if ask.telescoped else "weekly",
        )

    result, _ = commands.run_chain_with(folder, scenario, facts, planner, quiet=json)
    if json:
        output.print_json({"programme": result.programme.id, "key": result.key, "plan": objects.plan_object(result)})
        return
    summary.show_plan(result)
    found = result.plan.stability
    if found is not None:
        output.line()
        output.line("Beside the plan before", style="bold")
        output.line(f"  {found.moved:,.0f} rack-weeks online moved; {found.moved_free:,.0f} without --stable")
        output.line(f"  staying near it costs {money(found.cost)}")
        if ask.freeze and not found.broken:
            output.line(f"  held as it was: work begun and departures before {found.fence}")
        for broken in found.broken:
            output.line(f"  {broken.sentence}")


def _stability(ask: Ask) -> Stability:
    from gigaloop.core.quantity import parse
    from gigaloop.core.units import WEEK
    from gigaloop.plan import Stability

    if not ask.freeze:
        return Stability()
    span = parse(ask.freeze, "duration")
    return Stability(freeze=max(round(float(span) / WEEK), 0))
