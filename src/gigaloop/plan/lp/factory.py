"""The factory side of the plan's model: making, testing, stocking and moving what racks are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.production import WEEK_HOURS
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.grid import NONE, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.names import activity_names, node_names, route_names
from gigaloop.plan.lp.room import add_storage, add_wip
from gigaloop.plan.lp.starts import MONEY, Terms, add_start_rows, add_waiting, making_cost, start_terms
from gigaloop.plan.lp.workforce import StaffBlocks, add_staff
from gigaloop.solve import Model

__all__ = ["MONEY", "TESTS", "FactoryBlocks", "add_factories", "test_limit", "test_load"]

TESTS = ("power", "flow", "positions")


@dataclass(frozen=True, slots=True, eq=False)
class FactoryBlocks:
    """Columns and rows of the factories, as indices by week; items are measured in racks' worth.

    Parameters
    ----------
    make
        Good pieces completed (activities, weeks).
    stock
        Stock at the end of the week (nodes, weeks).
    move
        Departures between factories (moves, weeks).
    ship
        Departures of racks to sites (ships, weeks).
    short
        Evaluation units not made before the ramp (generations,).
    nodes
        Factory and item of every stock.
    balance
        Rows: what comes equals what goes (nodes, weeks).
    line
        Rows: line time (lines, weeks), in racks' worth of the line's fastest product.
    line_rate
        That measure: racks' worth per week of line time (lines,).
    test
        Rows by measure: burn-in cells (factories, weeks) [MW, L/s, racks].
    lane
        Rows: lane capacity (lanes, weeks).
    evaluation
        Rows: evaluation units (generations,).
    wait
        Pieces that wait for rework at the end of the week (activities, weeks).
    starts
        What makes up the pieces started for completion in each week, by activity.
    staff
        Columns and rows of the people.
    wip
        Rows: pieces in process (lines, weeks).
    storage
        Rows: finished racks in stock (factories, weeks).
    """

    make: IntArray
    stock: IntArray
    move: IntArray
    ship: IntArray
    short: IntArray
    nodes: tuple[tuple[int, int], ...]
    balance: IntArray
    line: IntArray
    line_rate: FloatArray
    test: dict[str, IntArray]
    lane: IntArray
    evaluation: IntArray
    wait: IntArray
    starts: list[Terms]
    staff: StaffBlocks
    wip: IntArray
    storage: IntArray


def add_factories(model: Model, data: PlanData) -> FactoryBlocks:
    """Add the factories' columns and rows."""
    nodes = _nodes(data)
    make, move, ship = _make(model, data), _move(model, data, nodes), _ship(model, data)
    wait = add_waiting(model, data)
    starts = start_terms(data, make, wait)
    add_start_rows(model, data, starts)
    stock, balance = _balances(model, data, nodes, make, starts, move, ship)
    line, rate = _lines(model, data, make)
    short, evaluation = _evaluation(model, data, make)
    test = {measure: _test(model, data, make, measure) for measure in TESTS}
    lane = _lanes(model, data, move, ship)
    staff = add_staff(model, data, make)
    wip = add_wip(model, data, make, wait, starts)
    storage = add_storage(model, data, stock, nodes)
    return FactoryBlocks(
        make=make,
        stock=stock,
        move=move,
        ship=ship,
        short=short,
        nodes=nodes,
        balance=balance,
        line=line,
        line_rate=rate,
        test=test,
        lane=lane,
        evaluation=evaluation,
        wait=wait,
        starts=starts,
        staff=staff,
        wip=wip,
        storage=storage,
    )


def _nodes(data: PlanData) -> tuple[tuple[int, int], ...]:
    made = {(a.factory, a.item) for a in data.production.activities}
    used = {(a.factory, c) for a in data.production.activities for c in data.production.items[a.item].made_parts}
    return tuple(sorted(made | used | data.opening.inflow.keys()))


def _last_week(data: PlanData, item: int) -> int:
    """Give the last week in which a stock of an item makes sense."""
    return data.weeks - 1 if data.production.items[item].generation >= 0 else data.production.items[item].last


def _make(model: Model, data: PlanData) -> IntArray:
    activities, items, weeks = data.production.activities, data.production.items, data.weeks
    exists = np.zeros((len(activities), weeks), dtype=np.bool_)
    cost, upper = np.zeros(exists.shape), np.full(exists.shape, np.inf)
    for a, activity in enumerate(activities):
        item = items[activity.item]
        exists[a] = data.can_complete[a]
        spent = (activity.cost + activity.materials) * data.discount + making_cost(data, a)
        cost[a] = spent * item.scale * MONEY
        upper[a] = np.maximum(activity.most - data.opening.given[a], 0.0) / item.scale
    return grid_columns(model, "make", exists, cost=cost, upper=upper, keys=activity_names(data))


def _move(model: Model, data: PlanData, nodes: tuple[tuple[int, int], ...]) -> IntArray:
    week = np.arange(data.weeks)
    known = set(nodes)
    exists = np.zeros((len(data.moves), data.weeks), dtype=np.bool_)
    cost = np.zeros(exists.shape)
    for m, route in enumerate(data.moves):
        item = data.production.items[route.carries]
        if (route.destination, route.carries) in known:
            exists[m] = (week >= data.first_stock(route.origin, route.carries)) & (
                week + route.transit <= _last_week(data, route.carries)
            )
        cost[m] = route.cost * item.scale * data.discount * MONEY
    return grid_columns(model, "move", exists, cost=cost, keys=route_names(data, data.moves, to_sites=False))


def _ship(model: Model, data: PlanData) -> IntArray:
    cost = np.array([route.cost for route in data.ships]).reshape(-1, 1) * data.discount * MONEY
    return grid_columns(model, "ship", data.ship_weeks, cost=cost, keys=route_names(data, data.ships, to_sites=True))


def _balances(
    model: Model,
    data: PlanData,
    nodes: tuple[tuple[int, int], ...],
    make: IntArray,
    starts: list[Terms],
    move: IntArray,
    ship: IntArray,
) -> tuple[IntArray, IntArray]:
    """Stock before + completed + moved in = stock after + used + moved out + shipped.

    Parts of racks are stocked where they are used, and leave at once the factories that only make them. What is there
    or under way at the start is kept wherever it is, to the last week in which it is of use.
    """
    items, activities = data.production.items, data.production.activities
    week = np.arange(data.weeks)
    node_at = {node: n for n, node in enumerate(nodes)}
    window = np.array([(week >= items[i].first) & (week <= _last_week(data, i)) for _, i in nodes]).reshape(
        -1, len(week)
    )
    keeps = window.copy()
    used = {(a.factory, c) for a in activities for c in items[a.item].made_parts}
    cost, inflow = np.zeros(window.shape), np.zeros(window.shape)
    for n, (f, i) in enumerate(nodes):
        if items[i].generation >= 0:
            cost[n] = data.programme.usd(data.programme.policy.stock_cost) * WEEK * data.discount * MONEY
        else:
            keeps[n, _last_week(data, i) if (f, i) in used else 0 :] = False
        given = data.opening.inflow.get((f, i))
        if given is not None:
            there = np.flatnonzero(given)
            window[n, there[0] : max(there[-1], _last_week(data, i)) + 1] = True
            keeps[n] = window[n]
            inflow[n] = given / items[i].scale
    stock = grid_columns(model, "stock", keeps, cost=cost, keys=node_names(data, nodes))
    balance = grid_rows(
        model, "factory balance", window, lower=-inflow, upper=-inflow, definition=True, keys=node_names(data, nodes)
    )
    put(model, balance, np.where(balance != NONE, later(stock, 1), NONE), 1.0)
    put(model, balance, stock, -1.0)
    for a, activity in enumerate(activities):
        item = items[activity.item]
        put(model, balance[node_at[activity.factory, activity.item]], make[a], 1.0)
        if activity.line < 0:
            continue
        for c, amount in item.made_parts.items():
            pieces = np.roll(amount, activity.cycle) * item.scale / items[c].scale
            for columns, share in starts[a]:
                put(model, later(balance[node_at[activity.factory, c]], activity.cycle), columns, -pieces * share)
    for m, route in enumerate(data.moves):
        put(model, balance[node_at[route.origin, route.carries]], move[m], -1.0)
        if (route.destination, route.carries) in node_at:
            arrives = later(balance[node_at[route.destination, route.carries]], -route.transit)
            put(model, arrives, move[m], 1.0)
    for r, route in enumerate(data.ships):
        put(model, balance[node_at[route.origin, data.production.rack_item[route.carries]]], ship[r], -1.0)
    return stock, balance


def line_coefficient(data: PlanData, a: int) -> FloatArray:
    """Give the time of its line that a rack's worth of an activity takes (weeks,) [share of the full rate]."""
    activity = data.production.activities[a]
    return np.asarray(activity.load * data.pace[a] * data.production.items[activity.item].scale)


def line_limit(data: PlanData) -> FloatArray:
    """Give the share of their full rate that lines have for what is not under way at the start (lines, weeks).

    A line whose opening is a decision has none here: its rows get it from the decision's columns.
    """
    limit = np.array(data.production.line_share).reshape(-1, data.weeks)
    for choice in data.choices.openings:
        limit[choice.line] = 0.0
    for a, activity in enumerate(data.production.activities):
        if data.opening.given[a].any():
            limit[activity.line] -= activity.load * data.pace[a] * data.opening.given[a]
    return np.maximum(limit, 0.0)


def _lines(model: Model, data: PlanData, make: IntArray) -> tuple[IntArray, FloatArray]:
    production = data.production
    rate = np.ones(len(production.lines))
    exists = np.zeros((len(production.lines), data.weeks), dtype=np.bool_)
    for a, activity in enumerate(production.activities):
        if activity.line >= 0:
            rate[activity.line] = max(
                rate[activity.line] * exists[activity.line].any(),
                1.0 / (float(activity.load.min()) * production.items[activity.item].scale),
            )
            exists[activity.line] |= make[a] != NONE
    line = grid_rows(
        model,
        "line",
        exists,
        upper=line_limit(data) * rate[:, None],
        path=lambda n: data.programme.place(production.line_path[n]),
        keys=production.lines,
    )
    for a, activity in enumerate(production.activities):
        if activity.line >= 0:
            load = line_coefficient(data, a) * rate[activity.line]
            put(model, line[activity.line], make[a], load)
    return line, rate


def test_load(data: PlanData, activity: int, measure: str) -> FloatArray:
    """Give what a good piece a week loads the burn-in cells with (weeks,): MW, L/s or racks, by the steady state."""
    made = data.production.activities[activity]
    item = data.production.items[made.item]
    if made.line < 0 or item.test_hours == 0.0:
        return np.zeros(data.weeks)
    standing = item.test_hours / WEEK_HOURS * made.passes
    rack = data.facts[item.test_of]
    share = float(data.programme.generations[item.test_of].test.power_share)
    return standing * {"power": rack.design_power * share * 1e-6, "flow": rack.flow * 1e3, "positions": 1.0}[measure]


def test_limit(data: PlanData, factory: int, measure: str) -> FloatArray:
    """Give the limit of a factory's burn-in cells by week (weeks,): MW, L/s or racks."""
    cells = data.production.test[factory]
    if cells is None:
        return np.full(data.weeks, np.inf)
    if measure == "power":
        return cells.power * 1e-6
    return np.full(data.weeks, cells.flow * 1e3 if measure == "flow" else cells.positions)


def _test(model: Model, data: PlanData, make: IntArray, measure: str) -> IntArray:
    programme = data.programme
    limit = np.array([test_limit(data, f, measure) for f in range(len(programme.factories))]).reshape(-1, data.weeks)
    exists = np.zeros(limit.shape, dtype=np.bool_)
    for a, activity in enumerate(data.production.activities):
        if test_load(data, a, measure).any():
            exists[activity.factory] |= (make[a] != NONE) & np.isfinite(limit[activity.factory])
    if measure != "power":
        exists &= limit < _implied_by_power(data, measure)
    unit = {"power": "MW", "flow": "L/s", "positions": "racks"}[measure]
    rows = grid_rows(
        model,
        f"test {measure}",
        exists,
        upper=np.maximum(limit - given_test_load(data, measure), 0.0),
        unit=unit,
        path=lambda f: programme.place(f"factories.{programme.factories[f].id}.test_cells"),
        keys=[factory.id for factory in programme.factories],
    )
    for a, activity in enumerate(data.production.activities):
        load = test_load(data, a, measure)
        if load.any() and exists[activity.factory].any():
            # A week whose power already keeps the measure within its limit has no row of its own.
            limited = np.where(exists[activity.factory], make[a], NONE)
            put(model, rows[activity.factory], limited, load * data.production.items[activity.item].scale)
    return rows


def given_test_load(data: PlanData, measure: str) -> FloatArray:
    """Give what the pieces under way at the start load the cells with (factories, weeks): MW, L/s or racks."""
    loaded = np.zeros((len(data.programme.factories), data.weeks))
    for a, activity in enumerate(data.production.activities):
        if data.opening.given[a].any():
            loaded[activity.factory] += test_load(data, a, measure) * data.opening.given[a]
    return loaded


def _implied_by_power(data: PlanData, measure: str) -> FloatArray:
    """Give the most that the power of the cells lets them hold of another measure (factories, weeks)."""
    most = np.zeros((len(data.programme.factories), data.weeks))
    for a, activity in enumerate(data.production.activities):
        load, power = test_load(data, a, measure), test_load(data, a, "power")
        if load.any():
            per = np.divide(load, power, out=np.full(data.weeks, np.inf), where=power > 0.0)
            limit = test_limit(data, activity.factory, "power")
            most[activity.factory] = np.maximum(most[activity.factory], per * np.maximum(limit, 1e-12))
    return most


def _evaluation(model: Model, data: PlanData, make: IntArray) -> tuple[IntArray, IntArray]:
    """Let evaluation units made + short = units wanted, where there is time for them; short costs like lateness."""
    generations, production = data.programme.generations, data.production
    wanted = np.zeros(len(generations))
    cost = np.zeros(len(generations))
    late = data.programme.usd(data.programme.policy.late_cost)
    for g, generation in enumerate(generations):
        weeks = production.evaluation[g]
        if generation.evaluation is None or not len(weeks):
            continue
        wanted[g] = max(float(generation.evaluation.racks) - _given_racks(data, g, weeks), 0.0)
        cost[g] = late * data.facts[g].power * len(weeks) * WEEK * data.discount[weeks[-1]] * MONEY
    short = grid_columns(model, "evaluation short", wanted > 0.0, cost=cost)
    rows = grid_rows(
        model,
        "evaluation",
        wanted > 0.0,
        lower=wanted,
        upper=wanted,
        path=lambda g: data.programme.place(f"generations.{generations[g].id}.evaluation"),
    )
    put(model, rows, short, 1.0)
    for a, activity in enumerate(production.activities):
        g = production.items[activity.item].generation
        if g >= 0 and wanted[g] and activity.line >= 0:
            put(model, rows[g], make[a, production.evaluation[g]], 1.0)
    return short, rows


def _given_racks(data: PlanData, generation: int, weeks: IntArray) -> float:
    """Give the racks of a generation under way at the start that are completed in some weeks."""
    rack = data.production.rack_item[generation]
    rows = [a for a, made in enumerate(data.production.activities) if made.item == rack]
    return float(data.opening.given[rows][:, weeks].sum())


def _lanes(model: Model, data: PlanData, move: IntArray, ship: IntArray) -> IntArray:
    lanes = data.programme.lanes
    exists = np.zeros((len(lanes), data.weeks), dtype=np.bool_)
    upper = np.full(exists.shape, np.inf)
    carried = [(route, move[m], data.production.items[route.carries].scale) for m, route in enumerate(data.moves)]
    carried += [(route, ship[r], 1.0) for r, route in enumerate(data.ships)]
    for route, columns, _ in carried:
        capacity = data.lane_capacity(route.lane)
        if capacity is not None:
            upper[route.lane] = capacity
            exists[route.lane] |= columns != NONE
    for r, route in enumerate(data.unit_ships):
        capacity = data.lane_capacity(route.lane)
        if capacity is not None:
            upper[route.lane] = capacity
            exists[route.lane] |= data.unit_ship_weeks[r]
    path = [f"lanes.{lane.id}" for lane in lanes]
    keys = [lane.id for lane in lanes]
    rows = grid_rows(
        model, "lane", exists, upper=upper, unit="pieces", path=lambda n: data.programme.place(path[n]), keys=keys
    )
    for route, columns, scale in carried:
        if exists[route.lane].any():
            put(model, rows[route.lane], columns, scale)
    return rows
