"""Use against limit of what a factory has besides lines and cells: people, and room for pieces and racks."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.inputs.workforce import working_of
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.room import in_process
from gigaloop.plan.lp.workforce import given_staff, staff_load
from gigaloop.plan.outcome.quantities import Loads


def staff_loads(plan: PlanModel, made: FloatArray, hired: FloatArray) -> list[Loads]:
    """Give the people at work against those there, for factories that state their headcount."""
    data = plan.data
    used = given_staff(data)
    for a, activity in enumerate(data.production.activities):
        used[activity.factory] += staff_load(data, a) * made[a]
    rows = [(f, people) for f, people in enumerate(data.workforce) if people is not None]
    if not rows:
        return []
    limit = [people.working + working_of(hired[f], people.trained) for f, people in rows]
    names = tuple(data.programme.factories[f].id for f, _ in rows)
    paths = tuple(f"factories.{name}.headcount" for name in names)
    return [Loads("staff", names, paths, "jobs", used[[f for f, _ in rows]], np.array(limit))]


def room_loads(
    plan: PlanModel, made: FloatArray, begun: FloatArray, waits: FloatArray, stock: FloatArray
) -> list[Loads]:
    """Give pieces in process and racks in stock at the end of the week, where a limit is stated."""
    data, production = plan.data, plan.data.production
    found = []
    limited = [n for n, most in enumerate(production.wip_limit) if np.isfinite(most)]
    if limited:
        held = in_process(data, made, begun, waits)[limited]
        limit = np.array([np.full(data.weeks, production.wip_limit[n]) for n in limited])
        names = tuple(production.lines[n] for n in limited)
        paths = tuple(f"{production.line_path[n]}.wip_limit" for n in limited)
        found.append(Loads("in process", names, paths, "pcs", held, limit))
    stored = [f for f, factory in enumerate(data.programme.factories) if factory.rack_storage is not None]
    if stored:
        kept = np.zeros((len(data.programme.factories), data.weeks))
        for n, (f, i) in enumerate(plan.factory.nodes):
            if production.items[i].generation >= 0:
                kept[f] += stock[n]
        most = [float(data.programme.factories[f].rack_storage or 0.0) for f in stored]
        limit = np.array(most).reshape(-1, 1) * np.ones(data.weeks)
        names = tuple(data.programme.factories[f].id for f in stored)
        paths = tuple(f"factories.{name}.rack_storage" for name in names)
        found.append(Loads("storage", names, paths, "racks", kept[stored], limit))
    return found
