"""Room in the factories: pieces in process on a line, and finished racks in stock."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.grid import NONE, grid_rows, later, put
from gigaloop.plan.lp.starts import Terms
from gigaloop.solve import Model


def in_process(data: PlanData, made: FloatArray, begun: FloatArray, waits: FloatArray) -> FloatArray:
    """Give the pieces in process on every line at the end of the week (lines, weeks): started, not completed.

    Parameters
    ----------
    made, begun, waits
        Good pieces completed, pieces started by week of completion, and pieces that wait for rework
        (activities, weeks).
    """
    held = np.zeros((len(data.production.lines), data.weeks))
    for a, activity in enumerate(data.production.activities):
        if activity.line < 0:
            continue
        given = data.opening.given[a]
        held[activity.line] += given.sum() - np.cumsum(given)
        for ahead in range(1, activity.cycle + 1):
            held[activity.line, : data.weeks - ahead] += begun[a][ahead:]
        for behind in range(activity.rework):
            failed = made[a] * (activity.passes - 1.0)
            held[activity.line, behind:] += failed[: data.weeks - behind]
        held[activity.line] += waits[a]
    return held


def add_wip(model: Model, data: PlanData, make: IntArray, wait: IntArray, starts: list[Terms]) -> IntArray:
    """Limit the pieces in process (lines, weeks), in the unit of the line's greatest coefficient."""
    lines = data.production.lines
    limit = np.array(data.production.wip_limit).reshape(-1, 1)
    exists = np.isfinite(limit) & np.ones(data.weeks, dtype=np.bool_)
    if not exists.any():
        return np.full(exists.shape, NONE, dtype=np.intp)
    scale = np.ones(len(lines))
    for activity in data.production.activities:
        if activity.line >= 0:
            item = data.production.items[activity.item]
            scale[activity.line] = max(scale[activity.line], item.scale)
    none = np.zeros((len(data.production.activities), data.weeks))
    given = in_process(data, none, none, none)
    rows = grid_rows(
        model,
        "in process",
        exists,
        upper=np.maximum(limit - given, 0.0) / scale[:, None],
        path=lambda n: data.programme.place(f"{data.production.line_path[n]}.wip_limit"),
        keys=lines,
    )
    for a, activity in enumerate(data.production.activities):
        if activity.line < 0 or not exists[activity.line].any():
            continue
        row, share = rows[activity.line], data.production.items[activity.item].scale / scale[activity.line]
        for ahead in range(1, activity.cycle + 1):
            for columns, each in starts[a]:
                shifted = later(np.where(each != 0.0, columns, NONE), -ahead)
                put(model, row, shifted, share * np.append(each[ahead:], np.zeros(ahead)))
        for behind in range(activity.rework):
            failed = np.append(np.zeros(behind), (activity.passes - 1.0)[: data.weeks - behind])
            put(model, row, later(make[a], behind), share * failed)
        put(model, row, wait[a], share)
    return rows


def add_storage(model: Model, data: PlanData, stock: IntArray, nodes: tuple[tuple[int, int], ...]) -> IntArray:
    """Limit the finished racks in stock (factories, weeks)."""
    factories = data.programme.factories
    limit = np.array([np.inf if each.rack_storage is None else float(each.rack_storage) for each in factories])
    exists = np.zeros((len(factories), data.weeks), dtype=np.bool_)
    racks = [(n, f) for n, (f, i) in enumerate(nodes) if data.production.items[i].generation >= 0]
    for n, f in racks:
        exists[f] |= (stock[n] != NONE) & bool(np.isfinite(limit[f]))
    if not exists.any():
        return np.full(exists.shape, NONE, dtype=np.intp)
    rows = grid_rows(
        model,
        "rack storage",
        exists,
        upper=limit[:, None],
        path=lambda f: data.programme.place(f"factories.{factories[f].id}.rack_storage"),
        keys=[each.id for each in factories],
    )
    for n, f in racks:
        if exists[f].any():
            put(model, rows[f], stock[n], 1.0)
    return rows
