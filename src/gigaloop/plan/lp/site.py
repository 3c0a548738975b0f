"""The site side of the plan's model: crews, halls, energisation, what goes online, and what is late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray, intervals_end
from gigaloop.plan.lp.factory import MONEY
from gigaloop.plan.lp.grid import NONE, cumulative, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.names import asked_names, pair_names
from gigaloop.solve import Model

MW = 1e-6
SHIFT_WEEKS = 4
"""By how many weeks an energisation can be brought forward without new rows."""


@dataclass(frozen=True, slots=True, eq=False)
class HallBlocks:
    """Rows of the halls, as indices by week.

    Parameters
    ----------
    classes
        Site and number of every class of halls.
    positions, power
        Racks installed to date against rack positions and power, at the end of each run of equal limits
        (classes, weeks) [racks, MW].
    enters
        The sums of racks installed to date that a week's racks enter (pairs, weeks).
    """

    classes: tuple[tuple[int, int], ...]
    positions: IntArray
    power: IntArray
    enters: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class SiteBlocks:
    """Columns and rows of the sites, as indices by week. ``pairs`` are sites and generations that can meet.

    Parameters
    ----------
    waiting
        Installed racks that are not online (pairs, weeks).
    served
        The asked group and the pair of every way to go online.
    online
        Racks that go online (served, weeks).
    late
        Power late by asked group and cost of lateness (tiers, weeks) [MW].
    tiers
        The asked group and the cost of lateness of every tier [USD/W/s].
    balance
        Rows: racks ready to go online (pairs, weeks).
    crew
        Rows: racks installed (sites, weeks).
    energised
        Rows: power online at the end of each run of equal power (sites, weeks) [MW].
    enters
        Rows: the sums of racks online to date that a week's racks enter (pairs, weeks).
    halls
        Rows of the halls.
    asked
        Rows: power online against power asked (asked groups, weeks) [MW].
    commissioning
        Rows: racks commissioned, as they go online (sites, weeks).
    """

    pairs: tuple[tuple[int, int], ...]
    waiting: IntArray
    served: tuple[tuple[int, int], ...]
    online: IntArray
    late: IntArray
    tiers: tuple[tuple[int, float], ...]
    balance: IntArray
    crew: IntArray
    energised: IntArray
    enters: IntArray
    halls: HallBlocks
    asked: IntArray
    commissioning: IntArray


def add_sites(model: Model, data: PlanData, ship: IntArray) -> SiteBlocks:
    """Add the sites' columns and rows."""
    pairs, week = data.pairs, np.arange(data.weeks)
    ready = np.array([min(data.ready_from(*pair), data.opening_from(pair)) for pair in pairs], dtype=np.intp)
    ready = ready.reshape(-1, 1)
    served = tuple(
        (a, p)
        for a, asked in enumerate(data.asked)
        for p, (s, g) in enumerate(pairs)
        if s == asked.site and g in asked.generations
    )
    waits = week >= ready
    powered = np.array([data.places[s].free > 0.0 for s, _ in pairs]).reshape(waits.shape)
    hold = data.programme.usd(data.programme.policy.waiting_cost) * WEEK * data.discount * MONEY
    waiting = grid_columns(model, "waiting", waits, cost=hold, keys=pair_names(data))
    worth = np.array([data.worth[pairs[p]].net - data.unit_cost(*pairs[p]) for _, p in served]).reshape(-1, data.weeks)
    goes = np.array([waits[p] & powered[p] & (week >= data.online_from[a]) for a, p in served]).reshape(worth.shape)
    ways = [f"{asked_names(data)[a]} {pair_names(data)[p]}" for a, p in served]
    online = grid_columns(model, "online", goes, cost=-worth * MONEY, keys=ways)
    given = np.array([data.places[s].ready[g] for s, g in pairs]).reshape(waits.shape)
    names = pair_names(data)
    balance = grid_rows(model, "site balance", waits, lower=-given, upper=-given, definition=True, keys=names)
    put(model, balance, later(waiting, 1), 1.0)
    put(model, balance, waiting, -1.0)
    for n, (_, p) in enumerate(served):
        put(model, balance[p], online[n], -1.0)
    pair_at = {pair: p for p, pair in enumerate(pairs)}
    for r, route in enumerate(data.ships):
        pair = pair_at.get((route.destination, route.carries))
        if pair is not None:
            delay = route.transit + data.places[route.destination].commissioning
            put(model, later(balance[pair], -delay), ship[r], 1.0)
    crew = _crews(model, data, ship)
    energised, enters = _energised(model, data, served, online)
    commission = _commissioning(model, data, served, online)
    tiers, late, asked = _asked(model, data, served, online)
    halls = _halls(model, data, ship)
    return SiteBlocks(
        pairs,
        waiting,
        served,
        online,
        late,
        tiers,
        balance,
        crew,
        energised,
        enters,
        halls,
        asked,
        commission,
    )


def _crews(model: Model, data: PlanData, ship: IntArray) -> IntArray:
    exists = np.zeros((len(data.places), data.weeks), dtype=np.bool_)
    for r, route in enumerate(data.ships):
        exists[route.destination] |= later(ship[r], route.transit) != NONE
    crews = np.array([np.maximum(place.crews - place.installed.sum(axis=0), 0.0) for place in data.places])
    crews = crews.reshape(exists.shape)
    paths = [f"sites.{place.site.id}.install_crews" for place in data.places]
    keys = [place.site.id for place in data.places]
    rows = grid_rows(model, "crews", exists, upper=crews, path=lambda s: data.programme.place(paths[s]), keys=keys)
    for r, route in enumerate(data.ships):
        put(model, later(rows[route.destination], -route.transit), ship[r], 1.0)
    return rows


def _commissioning(model: Model, data: PlanData, served: tuple[tuple[int, int], ...], online: IntArray) -> IntArray:
    """Racks are commissioned with power, as they go online, and no more than the crews can."""
    exists = np.zeros((len(data.places), data.weeks), dtype=np.bool_)
    crews = np.array([place.commissioning_crews for place in data.places]).reshape(exists.shape)
    for n, (_, p) in enumerate(served):
        exists[data.pairs[p][0]] |= online[n] != NONE
    exists &= np.isfinite(crews)
    paths = [f"sites.{place.site.id}.commissioning_crews" for place in data.places]
    keys = [place.site.id for place in data.places]
    rows = grid_rows(
        model, "commissioning crews", exists, upper=crews, path=lambda s: data.programme.place(paths[s]), keys=keys
    )
    for n, (_, p) in enumerate(served):
        s = data.pairs[p][0]
        put(model, rows[s], np.where(exists[s], online[n], NONE), 1.0)
    return rows


def energised_ends(free: FloatArray) -> IntArray:
    """Give the weeks whose power rows suffice: before each step of the power, and ``SHIFT_WEEKS`` before that."""
    ends = intervals_end(free)
    early = ends - SHIFT_WEEKS
    return np.unique(np.concatenate([ends, early[early >= 0]]))


def _energised(
    model: Model, data: PlanData, served: tuple[tuple[int, int], ...], online: IntArray
) -> tuple[IntArray, IntArray]:
    """Racks never go offline and power never falls, so a row at the end of each run of equal power is enough."""
    exists = np.zeros((len(data.places), data.weeks), dtype=np.bool_)
    for s, _ in data.pairs:
        exists[s, energised_ends(data.places[s].free)] = True
    upper = np.array([place.free * MW for place in data.places]).reshape(exists.shape)
    paths = [f"sites.{place.site.id}.energisation" for place in data.places]
    keys = [place.site.id for place in data.places]
    rows = grid_rows(
        model, "energised", exists, upper=upper, unit="MW", path=lambda s: data.programme.place(paths[s]), keys=keys
    )
    enters = np.full((len(data.pairs), data.weeks), NONE, dtype=np.intp)
    for p, (s, g) in enumerate(data.pairs):
        flows = [online[n] for n, (_, q) in enumerate(served) if q == p]
        ends = energised_ends(data.places[s].free)
        name = f"online to date {pair_names(data)[p]}"
        total, enters[p] = cumulative(model, name, flows, ends, np.zeros(data.weeks))
        put(model, rows[s], total, data.site_power(s, g) * MW)
    return rows, enters


def _halls(model: Model, data: PlanData, ship: IntArray) -> HallBlocks:
    """Racks installed to date fit the halls that are ready; racks do not move from hall to hall."""
    classes = tuple((s, k) for s, place in enumerate(data.places) for k in range(len(place.halls)))
    shape = (len(classes), data.weeks)
    capacity = {
        "positions": np.array([data.places[s].halls[k].positions for s, k in classes]).reshape(shape),
        "power": np.array([data.places[s].halls[k].power * MW for s, k in classes]).reshape(shape),
    }
    ends = {s: _hall_ends(data, s) for s, _ in data.pairs}
    at_end = np.zeros(shape, dtype=np.bool_)
    for c, (s, _) in enumerate(classes):
        at_end[c, ends.get(s, np.arange(0))] = True
    rows = {}
    for measure, unit in (("positions", "racks"), ("power", "MW")):
        limit = capacity[measure]
        paths = [f"sites.{data.places[s].site.id}.halls" for s, _ in classes]
        rows[measure] = grid_rows(
            model,
            f"hall {measure}",
            at_end & np.isfinite(limit),
            upper=limit,
            unit=unit,
            path=lambda c, paths=paths: data.programme.place(paths[c]),  # type: ignore[misc]
            keys=[f"{data.places[s].site.id} {k}" for s, k in classes],
        )
    class_at = {pair: c for c, pair in enumerate(classes)}
    enters = np.full((len(data.pairs), data.weeks), NONE, dtype=np.intp)
    for p, (s, g) in enumerate(data.pairs):
        routes = [r for r, route in enumerate(data.ships) if (route.destination, route.carries) == (s, g)]
        flows = [later(ship[r], data.ships[r].transit) for r in routes]
        given = data.places[s].installed[g].copy()
        given[0] += data.places[s].standing[g]
        total, enters[p] = cumulative(model, f"installed to date {pair_names(data)[p]}", flows, ends[s], given)
        able = [class_at[s, k] for k, hall in enumerate(data.places[s].halls) if g in hall.generations]
        parts = (
            [total]
            if len(able) == 1
            else _split(model, pair_names(data)[p], total, len(able), capacity["positions"][able])
        )
        for c, part in zip(able, parts, strict=True):
            for measure, each in (("positions", 1.0), ("power", data.facts[g].design_power * MW)):
                there = rows[measure][c] != NONE
                put(model, rows[measure][c][there], part[there], each)
    return HallBlocks(classes, rows["positions"], rows["power"], enters)


def _hall_ends(data: PlanData, site: int) -> IntArray:
    steps = [hall.positions for hall in data.places[site].halls] + [hall.power for hall in data.places[site].halls]
    return np.unique(np.concatenate([intervals_end(step) for step in steps]))


def _split(model: Model, pair: str, total: IntArray, count: int, positions: FloatArray) -> list[IntArray]:
    """Split racks installed to date over classes of halls; what stands in a class stays there."""
    ends = np.flatnonzero(total != NONE)
    exists: BoolArray = np.zeros((count, len(total)), dtype=np.bool_)
    exists[:, ends] = True
    ready = positions > 0.0
    parts = grid_columns(model, f"installed by hall {pair}", exists, upper=np.where(ready, np.inf, 0.0))
    whole = grid_rows(model, f"installed by hall sum {pair}", total != NONE, lower=0.0, upper=0.0, definition=True)
    put(model, whole, total, -1.0)
    put(model, whole, parts, 1.0)
    stays = exists[:, ends[1:]]
    rows = grid_rows(model, f"stays in hall {pair}", stays, lower=0.0, definition=True)
    put(model, rows, parts[:, ends[1:]], 1.0)
    put(model, rows, parts[:, ends[:-1]], -1.0)
    return list(parts)


def _asked(
    model: Model, data: PlanData, served: tuple[tuple[int, int], ...], online: IntArray
) -> tuple[tuple[tuple[int, float], ...], IntArray, IntArray]:
    """Online to date - early + late = asked to date; what is early is asked within the weeks that it may be early."""
    weeks, week = data.weeks, np.arange(data.weeks)
    tiers = tuple((a, cost) for a, asked in enumerate(data.asked) for cost in sorted(set(asked.late_cost.tolist())))
    first = np.array(data.online_from, dtype=np.intp).reshape(-1, 1)
    last = np.array([asked.due[-1] for asked in data.asked]).reshape(-1, 1)
    to_date = np.array([asked.cumulative(weeks) * MW for asked in data.asked]).reshape(-1, weeks)
    by_tier = np.array([data.asked[a].cumulative(weeks, cost) * MW for a, cost in tiers]).reshape(-1, weeks)
    cost = np.array([each for _, each in tiers]).reshape(-1, 1) / MW * WEEK * data.discount * MONEY
    late = grid_columns(
        model,
        "late",
        by_tier > 0.0,
        cost=cost,
        upper=by_tier,
        unit="MW",
        keys=[f"{asked_names(data)[a]} {each:.9g}" for a, each in tiers],
    )
    ahead = to_date[:, np.minimum(week + data.early_weeks, weeks - 1)] - to_date
    may_be_early = (week >= first) & (week < last) & (ahead > 0.0)
    early = grid_columns(model, "early", may_be_early, upper=ahead, unit="MW", keys=asked_names(data))
    increase = np.where(week == first, to_date, np.diff(to_date, prepend=0.0, axis=1))
    paths = [f"demands.{data.programme.demands[asked.demands[0]].id}" for asked in data.asked]
    rows = grid_rows(
        model,
        "asked",
        week >= first,
        lower=increase,
        upper=increase,
        unit="MW",
        path=lambda a: data.programme.place(paths[a]),
        keys=asked_names(data),
    )
    put(model, rows, early, -1.0)
    put(model, rows, later(early, 1), 1.0)
    for k, (a, _) in enumerate(tiers):
        put(model, rows[a], late[k], 1.0)
        put(model, rows[a], np.where(rows[a] >= 0, later(late[k], 1), NONE), -1.0)
    for n, (a, p) in enumerate(served):
        put(model, rows[a], online[n], data.site_power(*data.pairs[p]) * MW)
    return tiers, late, rows
