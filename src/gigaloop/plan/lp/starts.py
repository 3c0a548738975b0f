"""Starts of work: what a line begins anew, less what comes back from a failed test and goes through again."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.production import Activity
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.plan.lp.grid import NONE, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.names import activity_names
from gigaloop.solve import Model

MONEY = 1e-6
"""The model counts in MUSD."""
Terms = list[tuple[IntArray, FloatArray]]
"""Columns by week of completion (weeks,) and what one of each adds to the pieces started for that week (weeks,)."""


def returned(activity: Activity, window: BoolArray) -> FloatArray:
    """Give the pieces that come back in a week per good piece completed ``rework`` weeks before (weeks,).

    What would come back after the last week of ``window`` is lost.
    """
    back = np.zeros(len(window))
    back[activity.rework :] = (activity.passes - 1.0)[: len(window) - activity.rework]
    return np.where(_span(window), back, 0.0)


def _span(window: BoolArray) -> BoolArray:
    """Give the weeks from the first to the last of a window (weeks,)."""
    return np.asarray(np.logical_or.accumulate(window) & np.logical_or.accumulate(window[::-1])[::-1])


def add_waiting(model: Model, data: PlanData) -> IntArray:
    """Add the pieces that wait for rework at the end of the week (activities, weeks), where a line has a loop."""
    exists = np.zeros((len(data.production.activities), data.weeks), dtype=np.bool_)
    cost = np.zeros(exists.shape)
    for a, activity in enumerate(data.production.activities):
        if activity.rework:
            exists[a] = _span(data.can_complete[a])
            worth = parts_cost(data, a)
            # What waits is started anew later; what waits at the end is lost.
            again = np.append(exists[a, 1:], False)
            cost[a] = worth - np.where(again, np.append(worth[1:], 0.0), 0.0)
            cost[a] *= data.production.items[activity.item].scale * MONEY
    if not exists.any():
        return np.full(exists.shape, NONE, dtype=np.intp)
    return grid_columns(model, "wait for rework", exists, cost=cost, keys=activity_names(data))


def parts_cost(data: PlanData, a: int) -> FloatArray:
    """Give the present cost of the bought parts in a piece started for completion in each week (weeks,) [USD]."""
    activity = data.production.activities[a]
    item, cost = data.production.items[activity.item], np.zeros(data.weeks)
    price_of = dict(zip(data.sourcing.parts, data.sourcing.price, strict=True))
    bought = {item.part: np.ones(data.weeks)} if activity.line < 0 else item.bought_parts
    for part, amount in bought.items():
        used = amount * price_of[part] * data.discount
        cost[activity.cycle :] += used[: data.weeks - activity.cycle]
    return cost


def making_cost(data: PlanData, a: int) -> FloatArray:
    """Give the cost of the parts in a good piece completed by week (weeks,) [USD]: of starts, less what comes back."""
    activity, worth = data.production.activities[a], parts_cost(data, a)
    if not activity.rework:
        return worth
    cost = worth * activity.passes
    saved = returned(activity, data.can_complete[a]) * worth
    cost[: data.weeks - activity.rework] -= saved[activity.rework :]
    return np.asarray(cost)


def start_terms(data: PlanData, make: IntArray, wait: IntArray) -> list[Terms]:
    """Give what makes up the pieces that each activity starts, by week of completion."""
    terms: list[Terms] = []
    one = np.ones(data.weeks)
    for a, activity in enumerate(data.production.activities):
        if activity.rework:
            back = returned(activity, data.can_complete[a])
            terms.append(
                [
                    (make[a], activity.passes),
                    (np.where(back > 0.0, later(make[a], activity.rework), NONE), -back),
                    (wait[a], one),
                    (np.where(wait[a] != NONE, later(wait[a], 1), NONE), -one),
                ]
            )
        else:
            terms.append([(make[a], one)])
    return terms


def add_start_rows(model: Model, data: PlanData, starts: list[Terms]) -> IntArray:
    """Let the starts of work with a rework loop not be negative (activities, weeks)."""
    exists = np.zeros((len(starts), data.weeks), dtype=np.bool_)
    for a, activity in enumerate(data.production.activities):
        if activity.rework:
            exists[a] = _span(data.can_complete[a])
    if not exists.any():
        return np.full(exists.shape, NONE, dtype=np.intp)
    rows = grid_rows(model, "starts", exists, lower=0.0, definition=True, keys=activity_names(data))
    for a, terms in enumerate(starts):
        if data.production.activities[a].rework:
            for columns, share in terms:
                put(model, rows[a], columns, share)
    return rows


def started(data: PlanData, made: FloatArray, waits: FloatArray) -> FloatArray:
    """Give the pieces started (activities, weeks), by week of completion, for those completed and those that wait."""
    begun = made.copy()
    for a, activity in enumerate(data.production.activities):
        if activity.rework:
            window = data.can_complete[a]
            before = np.append(0.0, waits[a, :-1])
            begun[a] = made[a] * activity.passes + waits[a] - np.where(_span(window), before, 0.0)
            earlier = np.zeros(data.weeks)
            earlier[activity.rework :] = made[a][: data.weeks - activity.rework]
            back = returned(activity, window)
            begun[a] -= back * earlier
    return begun
