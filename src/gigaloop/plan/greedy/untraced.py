"""What is late in a plan that no solver has proved: by how much, without the reason."""

from __future__ import annotations

import datetime as dt

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.explain.say import mw
from gigaloop.plan.findings import Late, Reason
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.results import Quantities, late_power

_SMALL = 1e-6
"""Share of what is asked that counts as rounding."""
UNTRACED = "untraced"
"""Kind of the reason that stands for one that was not looked for."""


def late_without_reason(plan: PlanModel, found: Quantities) -> tuple[Late, ...]:
    """Say which demands are late, the most lateness first; the reasons need the prices of an optimal plan."""
    data, late = plan.data, late_power(plan, found)
    rows = []
    for asked in data.asked:
        for d, power, cost in zip(asked.demands, asked.power.tolist(), asked.late_cost.tolist(), strict=True):
            mine = np.where(late[d] > _SMALL * power, late[d], 0.0)
            weeks = np.flatnonzero(mine)
            if not len(weeks):
                continue
            demand, end = data.programme.demands[d], int(weeks[-1]) + 1
            met: dt.date | None = data.calendar.date(end) if end < data.weeks else None
            until = f"is met on {met}" if met else "is not met within the horizon"
            path = f"demands.{demand.id}"
            why = "Why was not traced: the plan is no optimum."
            rows.append(
                Late(
                    site=demand.site,
                    demand=demand.id,
                    path=path,
                    due=demand.by,
                    power=float(mine.max()),
                    energy=float(mine.sum()) * WEEK,
                    weeks=end - int(weeks[0]),
                    met=met,
                    cost=float(mine @ data.discount) * cost * WEEK,
                    reasons=(Reason(UNTRACED, path, 1.0, None, why),),
                    sentence=f"{demand.name}: {mw(float(mine.max()))} of {mw(power)} due on {demand.by} late; "
                    f"it {until}. {why}",
                )
            )
    return tuple(sorted(rows, key=lambda row: -row.energy))
