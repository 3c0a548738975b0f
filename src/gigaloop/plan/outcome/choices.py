"""Whole decisions in the plan's record: which lines open when and are changed over when, and what they cost."""

from __future__ import annotations

import datetime as dt

import numpy as np

from gigaloop.plan.findings import ChangeOver, LineOpens
from gigaloop.plan.inputs.choices import NEVER
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.choices import Picks, lost_share, opened_share
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.records import Plan


def line_limits(plan: PlanModel) -> FloatArray:
    """Give the share of their full rate that lines have (lines, weeks), as they open and are changed over."""
    data = plan.data
    limit = np.array(data.production.line_share).reshape(-1, data.weeks)
    choices, picks = data.choices, plan.picks
    for opening in choices.openings:
        limit[opening.line] = opened_share(data, picks, opening.line)
    for change, pick in zip(choices.changes, picks[len(choices.openings) :], strict=True):
        if pick != NEVER:
            limit[change.line] *= 1.0 - lost_share(change, pick, data.weeks)
    return limit


def choice_flows(plan: PlanModel) -> dict[str, FloatArray]:
    """Give the cost of openings and change-overs by week (weeks,) [USD]; nothing where the plan decides none."""
    choices, picks = plan.data.choices, plan.picks
    paid = [("line openings", each.cost, pick) for each, pick in zip(choices.openings, picks, strict=False)]
    later = picks[len(choices.openings) :]
    paid += [("change-overs", each.cost, pick - 1) for each, pick in zip(choices.changes, later, strict=True)]
    flows: dict[str, FloatArray] = {}
    for (name, cost, week), pick in zip(paid, picks, strict=True):
        flow = flows.setdefault(name, np.zeros(plan.data.weeks))
        if pick != NEVER:
            flow[max(week, 0)] += cost
    return flows


def openings(plan: PlanModel) -> tuple[LineOpens, ...]:
    """Say when the lines open whose opening the plan decides."""
    data = plan.data
    return tuple(
        LineOpens(
            line=data.production.lines[each.line],
            path=each.path,
            date=None if pick == NEVER else data.calendar.date(pick),
            earliest=data.calendar.date(int(each.weeks[0]) if len(each.weeks) else data.weeks),
            latest=data.calendar.date(int(each.weeks[-1]) if len(each.weeks) else data.weeks),
            cost=each.cost,
        )
        for each, pick in zip(data.choices.openings, plan.picks, strict=False)
    )


def changeovers(plan: PlanModel) -> tuple[ChangeOver, ...]:
    """Say when lines are changed over to other generations."""
    data = plan.data
    picks = plan.picks[len(data.choices.openings) :]
    found = []
    for each, pick in zip(data.choices.changes, picks, strict=True):
        ready = None if pick == NEVER else data.calendar.date(pick)
        stops = None if ready is None else ready - dt.timedelta(days=round(7.0 * each.lost))
        generation = data.programme.generations[each.generation].id
        found.append(
            ChangeOver(data.production.lines[each.line], each.path, generation, stops, ready, each.lost, each.cost)
        )
    return tuple(found)


def picks_of(plan: PlanModel, earlier: Plan) -> Picks:
    """Give the decisions of an earlier plan as this model has them; none where they do not fit."""
    data = plan.data
    opened = {each.path: each.date for each in earlier.openings}
    changed = {(each.path, each.generation): each.ready for each in earlier.changeovers}
    wanted = [(each.weeks, opened.get(each.path)) for each in data.choices.openings]
    wanted += [
        (each.weeks, changed.get((each.path, data.programme.generations[each.generation].id)))
        for each in data.choices.changes
    ]
    picks = []
    for weeks, date in wanted:
        week = NEVER if date is None else data.calendar.index(date)
        inside = week != NEVER and len(weeks) > 0
        picks.append(int(np.clip(week, weeks[0], weeks[-1])) if inside else NEVER)
    return tuple(picks)
