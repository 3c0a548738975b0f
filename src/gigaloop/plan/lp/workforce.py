"""The people of the factories in the plan's model: work of all lines together, and hiring where it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.grid import NONE, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.starts import MONEY
from gigaloop.solve import Model


@dataclass(frozen=True, slots=True, eq=False)
class StaffBlocks:
    """Columns and rows of people by factory and week (factories, weeks) [jobs].

    ``hired`` are people hired in the week, ``working`` what those hired so far come to; ``rows`` limit the work.
    """

    hired: IntArray
    working: IntArray
    rows: IntArray


def staff_load(data: PlanData, activity: int) -> FloatArray:
    """Give the people that a good piece per week keeps at work (weeks,) [jobs]."""
    made = data.production.activities[activity]
    return np.asarray(made.load * data.pace[activity] * (data.production.staff[made.line] if made.line >= 0 else 0.0))


def given_staff(data: PlanData) -> FloatArray:
    """Give the people whom the pieces under way at the start keep at work (factories, weeks) [jobs]."""
    used = np.zeros((len(data.programme.factories), data.weeks))
    for a, activity in enumerate(data.production.activities):
        used[activity.factory] += staff_load(data, a) * data.opening.given[a]
    return used


def staff_limit(data: PlanData) -> FloatArray:
    """Give the people for what is not under way at the start, without those hired by the plan (factories, weeks)."""
    endless = np.full(data.weeks, np.inf)
    there = np.array([endless if people is None else people.working for people in data.workforce])
    return np.maximum(there.reshape(-1, data.weeks) - given_staff(data), 0.0)


def add_staff(model: Model, data: PlanData, make: IntArray) -> StaffBlocks:
    """Add hiring, and the limit of people where the lines of a factory could need more than are there."""
    names = [factory.id for factory in data.programme.factories]
    shape = (len(names), data.weeks)
    limit, most, cost = np.full(shape, np.inf), np.zeros(shape), np.zeros(shape)
    for f, people in enumerate(data.workforce):
        if people is not None:
            limit[f] = people.working
            most[f], cost[f] = people.most, people.cost * data.discount * MONEY
    needs = _most_needed(data)
    binds = np.isfinite(limit) & (needs > limit)
    if not binds.any():
        none = np.full(shape, NONE, dtype=np.intp)
        return StaffBlocks(none, none, none)
    hires = (most > 0.0) & binds.any(axis=1)[:, None]
    hired = grid_columns(model, "hired", hires, cost=cost, upper=most, unit="jobs", keys=names)
    grows = np.logical_or.accumulate(hires, axis=1)
    working = grid_columns(model, "hired at work", grows, unit="jobs", keys=names)
    growth = grid_rows(model, "growth of staff", grows, lower=0.0, upper=0.0, unit="jobs", definition=True, keys=names)
    put(model, growth, working, 1.0)
    put(model, growth, later(working, 1), -1.0)
    rooms = np.array([np.inf if people is None else people.in_all for people in data.workforce])
    bounded = hires.any(axis=1) & (rooms < most.sum(axis=1))
    target = grid_rows(model, "headcount target", bounded, upper=rooms, unit="jobs", keys=names)
    rows = grid_rows(
        model,
        "staff",
        binds,
        upper=staff_limit(data),
        unit="jobs",
        path=lambda f: data.programme.place(f"factories.{names[f]}.headcount"),
        keys=names,
    )
    for f, people in enumerate(data.workforce):
        if people is not None and hires[f].any():
            for week, share in enumerate(np.diff(people.trained, prepend=0.0)):
                put(model, growth[f], later(hired[f], week), -float(share))
            if bounded[f]:
                put(model, np.full(data.weeks, target[f]), hired[f], 1.0)
    put(model, rows, np.where(binds, working, NONE), -1.0)
    for a, activity in enumerate(data.production.activities):
        if activity.line >= 0 and binds[activity.factory].any():
            load = staff_load(data, a) * data.production.items[activity.item].scale
            put(model, rows[activity.factory], np.where(binds[activity.factory], make[a], NONE), load)
    return StaffBlocks(hired, working, rows)


def _most_needed(data: PlanData) -> FloatArray:
    """Give the people that all lines of a factory need at the share of the full rate that they have by week.

    What is under way at the start may take more.
    """
    needed = np.zeros((len(data.programme.factories), data.weeks))
    for n, share in enumerate(data.production.line_share):
        given = sum(
            (
                activity.load * data.pace[a] * data.opening.given[a]
                for a, activity in enumerate(data.production.activities)
                if activity.line == n
            ),
            np.zeros(data.weeks),
        )
        needed[data.production.line_factory[n]] += np.maximum(share, given) * data.production.staff[n]
    return needed
