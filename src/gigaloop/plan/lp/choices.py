"""Columns and rows of the whole decisions: line openings and change-overs, as steps that happen once.

An opening is one column for every week in which it may be; at most one of them is 1, and the line has the share of its
rate that it has after opening in that week. A change-over is a step r that is 0 before it and 1 from then on; while
the step lies ahead within its duration the line stands still. See docs/plan.md, Whole decisions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.choices import NEVER, Change, Opening
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.factory import FactoryBlocks, line_coefficient
from gigaloop.plan.lp.grid import NONE, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.starts import MONEY
from gigaloop.solve import Model


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceBlocks:
    """Columns of the whole decisions by week, and the rows that they bear on.

    Parameters
    ----------
    opened
        Openings in the week (openings, weeks).
    changed
        Steps of the change-overs (changes, weeks).
    ramp
        Rows: work of an opening line while its generation ramps (activities, weeks).
    ready
        Rows: work for a generation that the line must be changed over to (changes, weeks).
    """

    opened: IntArray
    changed: IntArray
    ramp: IntArray
    ready: IntArray


def add_choices(model: Model, data: PlanData, factory: FactoryBlocks) -> ChoiceBlocks | None:
    """Add the whole decisions, relaxed: none where the programme leaves none to the plan."""
    if not data.choices:
        return None
    opened, ramp = _add_openings(model, data, factory)
    changed, ready = _add_changes(model, data, factory)
    return ChoiceBlocks(opened, changed, ramp, ready)


def line_names(data: PlanData, choices: tuple[Opening, ...] | tuple[Change, ...]) -> list[str]:
    """Name decisions by their line, and change-overs by their generation too."""
    return [
        data.production.lines[each.line]
        + (f" {data.programme.generations[each.generation].id}" if isinstance(each, Change) else "")
        for each in choices
    ]


def _add_openings(model: Model, data: PlanData, factory: FactoryBlocks) -> tuple[IntArray, IntArray]:
    openings, names = data.choices.openings, line_names(data, data.choices.openings)
    exists = np.zeros((len(openings), data.weeks), dtype=np.bool_)
    cost = np.zeros(exists.shape)
    for n, opening in enumerate(openings):
        exists[n, opening.weeks] = True
        cost[n] = opening.cost * data.discount * MONEY
    limited = np.zeros(factory.make.shape, dtype=np.bool_)
    for a, activity in enumerate(data.production.activities):
        if activity.line >= 0 and data.choices.opens(activity.line):
            limited[a] = (factory.make[a] != NONE) & np.isfinite(activity.most)
    if not openings:
        return np.full(exists.shape, NONE, dtype=np.intp), np.full(limited.shape, NONE, dtype=np.intp)
    opened = grid_columns(model, "line opens", exists, cost=cost, upper=1.0, unit="", keys=names)
    once = grid_rows(model, "line opens once", np.asarray(exists.any(axis=1)), upper=1.0, unit="", definition=True)
    put(model, once[:, None], opened, 1.0)
    ramp = grid_rows(model, "ramp of an opening line", limited, upper=0.0, definition=True)
    for n, opening in enumerate(openings):
        columns = opened[n, opening.weeks]
        rows = factory.line[opening.line]
        _put_shares(model, rows, columns, opening.share * factory.line_rate[opening.line])
        for a, activity in enumerate(data.production.activities):
            if activity.line == opening.line and limited[a].any():
                put(model, ramp[a], np.where(limited[a], factory.make[a], NONE), 1.0)
                full = data.production.line_share[opening.line]
                scale = data.production.items[activity.item].scale
                most = np.where(limited[a] & (full > 0.0), activity.most, 0.0) / np.where(full > 0.0, full, 1.0) / scale
                _put_shares(model, ramp[a], columns, opening.share * most)
    return opened, ramp


def _put_shares(model: Model, rows: IntArray, columns: IntArray, shares: FloatArray) -> None:
    """Let rows (weeks,) have what the columns (options,) bring them (options, weeks)."""
    there = (rows != NONE)[None, :] & (shares > 0.0)
    option, week = np.nonzero(there)
    model.add(rows[week], columns[option], -shares[option, week])


def _add_changes(model: Model, data: PlanData, factory: FactoryBlocks) -> tuple[IntArray, IntArray]:
    changes, names = data.choices.changes, line_names(data, data.choices.changes)
    exists = np.zeros((len(changes), data.weeks), dtype=np.bool_)
    made = np.zeros(exists.shape, dtype=np.bool_)
    cost = np.zeros(exists.shape)
    for n, change in enumerate(changes):
        exists[n, change.weeks] = True
        for a in change.activities:
            made[n] |= factory.make[a] != NONE
        # A step from week t on costs in week t - 1, when the line is ready.
        spent = change.cost * np.append(data.discount[0], data.discount[:-1]) * MONEY
        if len(change.weeks):
            cost[n] = spent - np.append(spent[1:], 0.0)
            cost[n, change.weeks[-1]] = spent[change.weeks[-1]]
    if not changes:
        return (np.full(exists.shape, NONE, dtype=np.intp),) * 2
    changed = grid_columns(model, "changed over", exists, cost=cost, upper=1.0, unit="", keys=names)
    follows = exists & np.roll(exists, 1, axis=1)
    follows[:, 0] = False
    once = grid_rows(model, "changed over once", follows, lower=0.0, unit="", definition=True, keys=names)
    put(model, once, np.where(follows, changed, NONE), 1.0)
    put(model, once, np.where(follows, later(changed, 1), NONE), -1.0)
    ready = grid_rows(model, "ready for a generation", made, upper=0.0, definition=True, keys=names)
    for n, change in enumerate(changes):
        rate = factory.line_rate[change.line]
        share = data.production.line_share[change.line]
        for a in change.activities:
            put(model, ready[n], factory.make[a], line_coefficient(data, a) * rate)
        put(model, ready[n], np.where(made[n], changed[n], NONE), -share * rate)
        row = factory.line[change.line]
        for columns, part in _standstill(changed[n], change):
            put(model, row, np.where(row != NONE, columns, NONE), part * share * rate)
    return changed, ready


def _standstill(step: IntArray, change: Change) -> list[tuple[IntArray, float]]:
    """Give columns by week and their shares, which add up to the part of each week that a change-over takes."""
    if not len(change.weeks):
        return []
    whole, rest, last = int(change.lost), change.lost - int(change.lost), int(change.weeks[-1])
    week = np.arange(len(step))
    terms = ((whole, 1.0 - rest), (whole + 1, rest), (0, -1.0))
    return [
        (np.where(week < last, step[np.minimum(week + ahead, last)], NONE), part)
        for ahead, part in terms
        if part != 0.0
    ]


def lost_share(change: Change, week: int, weeks: int) -> FloatArray:
    """Give the part of each week (weeks,) that a change-over which is done by a week takes.

    >>> lost_share(Change(0, "", 0, (), np.arange(9), 1.5, 0.0), 4, 6).tolist()
    [0.0, 0.0, 0.5, 1.0, 0.0, 0.0]
    """
    back = week - np.arange(weeks)
    return np.where(back > 0, np.clip(change.lost - back + 1.0, 0.0, 1.0), 0.0)


Picks = tuple[int, ...]
"""The week of every opening, then of every change-over; ``NEVER`` for what does not happen."""


def fix_choices(model: Model, data: PlanData, blocks: ChoiceBlocks, picks: Picks) -> None:
    """Hold the whole decisions at weeks."""
    openings = data.choices.openings
    for n, opening in enumerate(openings):
        values = (opening.weeks == picks[n]).astype(np.float64)
        model.set_bounds(blocks.opened[n, opening.weeks], lower=values, upper=values)
    for n, change in enumerate(data.choices.changes):
        pick = picks[len(openings) + n]
        values = ((pick != NEVER) & (change.weeks >= pick)).astype(np.float64)
        model.set_bounds(blocks.changed[n, change.weeks], lower=values, upper=values)


def free_choices(model: Model, blocks: ChoiceBlocks) -> None:
    """Let the whole decisions be anything between 0 and 1 again."""
    every = np.concatenate([blocks.opened[blocks.opened != NONE], blocks.changed[blocks.changed != NONE]])
    model.set_bounds(every, lower=np.zeros(len(every)), upper=np.ones(len(every)))


def opened_share(data: PlanData, picks: Picks, line: int) -> FloatArray:
    """Give the share of its full rate by week (weeks,) that a line has whose opening the plan decides."""
    for opening, pick in zip(data.choices.openings, picks, strict=False):
        if opening.line == line and (opening.weeks == pick).any():
            return np.asarray(opening.share[opening.weeks == pick][0])
    return np.zeros(data.weeks)
