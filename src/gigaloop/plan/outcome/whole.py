"""Whole scalable units: racks go online when their unit is complete, and what that does to a solution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.quantities import Units
from gigaloop.plan.outcome.results import Quantities
from gigaloop.plan.outcome.unit_use import with_unit_parts

_ROUNDING = 1e-5
"""Racks by which a unit counts as complete, or a demand as finished. Source: the rounding of the solver."""
_FINISHED = 1e-6
"""Share of a demand that may be missing for it to count as finished."""
_NO_UNIT = 1e-3
"""Racks of which no unit is made: remains of the solver's rounding."""


def scalable_units(plan: PlanModel, found: Quantities) -> tuple[Quantities, Units]:
    """Cut the racks that go online into scalable units, and let them go online as the programme says.

    Notes
    -----
    By racks, racks go online as in the solution, and those of a site and generation fill its units one by one. By
    units, a rack waits until its unit is complete; nothing else changes. Racks go online in the order of the solution;
    those of one way to go online that serve one demand form units, of which the last may be short where the demand is
    finished. Racks only wait longer, so that every limit still holds.
    """
    if plan.data.programme.policy.online_by == "racks":
        runs = []
        for p, (s, g) in enumerate(plan.data.pairs):
            ways = [n for n, (_, q) in enumerate(plan.site.served) if q == p]
            to_date = np.cumsum(found.online[ways].sum(axis=0))
            runs.append((s, g, "", to_date))
        return with_unit_parts(plan, found), _units(plan, runs)
    runs, online = [], np.zeros(found.online.shape)
    for n, demand, to_date, finished in _runs(plan, found):
        s, g = plan.data.pairs[plan.site.served[n][1]]
        whole = _whole(to_date, float(plan.data.programme.generations[g].racks_per_su), finished=finished)
        online[n] += np.diff(whole, prepend=0.0)
        runs.append((s, g, demand, whole))
    waiting = found.waiting.copy()
    for n, (_, p) in enumerate(plan.site.served):
        waiting[p] += np.cumsum(found.online[n] - online[n])
    waiting[waiting < _ROUNDING] = 0.0
    found = replace(found, online=online, waiting=waiting, late=_late(plan, online))
    return with_unit_parts(plan, found), _units(plan, runs)


def _units(plan: PlanModel, runs: list[tuple[int, int, str, FloatArray]]) -> Units:
    """Cut runs of racks online to date, by site, generation and demand, into units, numbered as they go online."""
    generations = plan.data.programme.generations
    rows: list[tuple[int, int, int, str, float, float]] = []
    for s, g, demand, to_date in runs:
        size = float(generations[g].racks_per_su)
        ends = _ends(to_date, size)
        week = np.searchsorted(to_date, ends - 2.0 * size * _ROUNDING)  # more than what `_whole` forgives
        racks = np.diff(ends, prepend=0.0)
        rows += [(s, g, int(week[k]), demand, float(ends[k]), float(racks[k])) for k in range(len(ends))]
    rows.sort()
    count: dict[tuple[int, int], int] = {}
    numbers = []
    for s, g, *_ in rows:
        count[s, g] = count.get((s, g), 0) + 1
        numbers.append(count[s, g])
    return Units(
        tuple(plan.data.programme.sites[row[0]].id for row in rows),
        tuple(generations[row[1]].id for row in rows),
        np.array(numbers, dtype=np.intp),
        tuple(row[3] for row in rows),
        np.array([row[5] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=np.intp),
    )


def _ends(to_date: FloatArray, size: float) -> FloatArray:
    """Give the racks to date at the end of every unit (units,); the last one may be short.

    >>> _ends(np.array([3.0, 12.0, 19.0]), 8.0).tolist()
    [8.0, 16.0, 19.0]
    """
    total = float(to_date[-1]) if len(to_date) else 0.0
    whole = size * np.arange(1, int(np.floor((total + _NO_UNIT) / size)) + 1)
    if total - size * len(whole) > _NO_UNIT:
        return np.append(whole, total)
    return np.asarray(np.minimum(whole, total))


def _whole(to_date: FloatArray, size: float, *, finished: bool) -> FloatArray:
    """Give the racks to date in whole units (weeks,).

    >>> _whole(np.array([3.0, 12.0, 19.0]), 8.0, finished=True).tolist()
    [0.0, 8.0, 19.0]
    """
    whole = np.minimum(size * np.floor(to_date / size + _ROUNDING), to_date)
    if finished:
        whole = np.where(to_date >= to_date[-1] - _ROUNDING, to_date[-1], whole)
    return np.asarray(whole)


def _runs(plan: PlanModel, found: Quantities) -> Iterator[tuple[int, str, FloatArray, bool]]:
    """Give every way to go online, split by demand: its number, the demand, its racks to date, whether it is finished.

    The demand that is due first is served first, by all generations in the proportion in which they go online.
    """
    data = plan.data
    for a, asked in enumerate(data.asked):
        ways = [n for n, (group, _) in enumerate(plan.site.served) if group == a]
        if not ways:
            continue
        watts = np.array([data.site_power(*data.pairs[plan.site.served[n][1]]) for n in ways])
        to_date = np.cumsum(watts @ found.online[ways])
        before = np.concatenate([[0.0], to_date[:-1]])
        low, last = 0.0, len(asked.demands) - 1
        for j, (demand, power) in enumerate(zip(asked.demands, asked.power, strict=True)):
            high = low + float(power)
            top = np.inf if j == last else high
            part = np.maximum(np.minimum(to_date, top) - np.maximum(before, low), 0.0)
            share = np.divide(part, to_date - before, out=np.zeros(len(part)), where=to_date > before)
            finished = bool(to_date[-1] >= high * (1.0 - _FINISHED))
            for n in ways:
                racks = np.cumsum(found.online[n] * share)
                if racks[-1] > 0.0:
                    yield n, data.programme.demands[demand].id, racks, finished
            low = high


def _late(plan: PlanModel, online: FloatArray) -> FloatArray:
    """Give the power late by tier (tiers, weeks) [W]: what is asked and not online, that which costs least first."""
    data = plan.data
    late = np.zeros((len(plan.site.tiers), data.weeks))
    for a, asked in enumerate(data.asked):
        served = np.zeros(data.weeks)
        for n, (group, p) in enumerate(plan.site.served):
            if group == a:
                served += np.cumsum(online[n]) * data.site_power(*data.pairs[p])
        to_date = asked.cumulative(data.weeks)
        rest = to_date - served
        rest[rest <= _FINISHED * 0.1 * to_date] = 0.0
        for k, (group, cost) in sorted(enumerate(plan.site.tiers), key=lambda tier: tier[1][1]):
            if group == a:
                late[k] = np.minimum(rest, asked.cumulative(data.weeks, cost))
                rest = rest - late[k]
    return late
