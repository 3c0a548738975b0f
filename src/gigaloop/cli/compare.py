"""The command ``gigaloop compare``: scenarios of a programme side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigaloop.cli import commands, output
from gigaloop.cli.numbers import gigawatts, money
from gigaloop.core.errors import UsageError
from gigaloop.core.units import WEEK

if TYPE_CHECKING:
    from gigaloop.study.chain import Result

BASE = "as planned"
_SAME = 1e-6
"""Relative difference that counts as none."""


@dataclass(frozen=True, slots=True)
class Column:
    """What is said of one scenario, with its difference to the programme as planned."""

    scenario: str
    name: str
    online: dict[str, float]
    late: float
    demands_late: int
    first_units: dict[str, str]
    cost: float
    objective: float
    status: str


def compare(folder: Path, scenarios: list[str], facts: Path | None, *, json: bool) -> None:
    """Plan the programme and scenarios of it, each from the plan before, and show them side by side."""
    base = commands.planned(folder, "", facts, quiet=json)
    known = [scenario.id for scenario in base.programme.scenarios]
    chosen = list(dict.fromkeys(scenarios)) or known
    if not chosen:
        raise UsageError("the programme has no scenarios to compare", hint="write some into scenarios.yaml")
    columns = [column(base)] + [column(commands.planned(folder, each, facts, quiet=json)) for each in chosen]
    if json:
        output.print_json(
            {"programme": base.programme.id, "scenarios": [_object(each, columns[0]) for each in columns]}
        )
        return
    _show(columns)


def column(result: Result) -> Column:
    """Give what is compared of one run."""
    plan = result.plan
    online = plan.at_ends(plan.online_facility_power.sum(axis=(0, 1)), "year")
    names = {scenario.id: scenario.name for scenario in result.programme.scenarios}
    spent = {"compute online", "compute beyond the horizon"}
    return Column(
        scenario=result.scenario,
        name=names.get(result.scenario, BASE),
        online=dict(zip(plan.labels("year"), online.tolist(), strict=True)),
        late=sum(late.energy for late in plan.late),
        demands_late=len(plan.late),
        first_units={first.generation: first.date.isoformat() if first.date else "" for first in plan.first_units},
        cost=sum(usd for name, usd in plan.costs.items() if name not in spent),
        objective=plan.objective,
        status=plan.status,
    )


def _object(each: Column, base: Column) -> dict[str, Any]:
    return {
        "scenario": each.scenario or None,
        "name": each.name,
        "online_facility_power_w": each.online,
        "lateness_w_s": each.late,
        "demands_late": each.demands_late,
        "first_units": each.first_units,
        "cost_usd": each.cost,
        "objective_usd": each.objective,
        "status": each.status,
        "difference": {
            "online_facility_power_w": {year: each.online[year] - base.online.get(year, 0.0) for year in each.online},
            "lateness_w_s": each.late - base.late,
            "cost_usd": each.cost - base.cost,
            "objective_usd": each.objective - base.objective,
        },
    }


def _show(columns: list[Column]) -> None:
    base = columns[0]
    rows = [_row(f"online at the end of {year}", [c.online[year] for c in columns], gigawatts) for year in base.online]
    rows.append(_row("lateness [MW-weeks]", [c.late for c in columns], _mw_weeks))
    rows.append(("demands late", *(str(c.demands_late) for c in columns)))
    rows += [(f"first {name}", *(c.first_units.get(name, "") or "none" for c in columns)) for name in base.first_units]
    rows.append(_row("costs", [c.cost for c in columns], money))
    rows.append(_row("objective", [c.objective for c in columns], money))
    headings = [("", "left"), *((c.scenario or BASE, "right") for c in columns)]
    output.table("Scenarios side by side, with the difference to the plan without", headings, rows)


def _mw_weeks(energy: float) -> str:
    return f"{energy / 1e6 / WEEK:,.0f}"


def _row(what: str, values: list[float], say: Callable[[float], str]) -> tuple[str, ...]:
    """Say values, and their differences to the first one."""
    cells = [say(values[0])]
    for value in values[1:]:
        difference = value - values[0]
        same = abs(difference) <= _SAME * max(abs(values[0]), 1.0)
        cells.append(say(value) if same else f"{say(value)} ({'+' if difference > 0 else '-'}{say(abs(difference))})")
    return (what, *cells)
