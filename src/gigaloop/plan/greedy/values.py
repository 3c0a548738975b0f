"""From decisions to a whole solution: stocks, sums to date and lateness follow from what is made, moved and online."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gigaloop.plan.greedy.curves import steps
from gigaloop.plan.greedy.ledger import soft_rows, start_rows
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.equipment import MW, arrived_by
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.names import pair_names
from gigaloop.plan.lp.starts import returned
from gigaloop.solve import Columns

_ROUNDING = 1e-9


def complete(plan: PlanModel, decided: FloatArray, installed: Mapping[tuple[int, int, int], FloatArray]) -> FloatArray:
    """Give all columns (n_columns,) from those of making, moving, shipping and going online.

    Parameters
    ----------
    installed
        Racks installed to date by site, generation and class of halls (weeks,).
    """
    program = plan.model.program()
    x = decided.copy()
    let_wait(plan, x)
    rows = program.matrix.times(x)
    equal = program.row_lower == program.row_upper
    net = rows - np.where(equal, program.row_lower, 0.0)
    _stocks(x, net, plan.factory.balance, plan.factory.stock)
    _stocks(x, net, plan.site.balance, plan.site.waiting)
    _stocks(x, net, plan.units.balance, plan.units.left)
    for left, balance in plan.units.bought.values():
        _stocks(x, net, balance, left)
    _evaluation(plan, x, rows, program.row_lower)
    _pools(plan, x, rows, program.row_lower)
    _lateness(plan, x, rows, program.row_lower, program.column_upper)
    _sums(plan, x, net, installed)
    _equipment(plan, x, net)
    _soft(plan, x)
    x[np.abs(x) < _ROUNDING] = 0.0
    return np.asarray(np.clip(x, program.column_lower, program.column_upper))


def _rows(values: FloatArray, index: IntArray) -> FloatArray:
    return np.where(index >= 0, values[index], 0.0)


def _put(x: FloatArray, index: IntArray, values: FloatArray) -> None:
    there = index >= 0
    x[index[there]] = values[there]


def _stocks(x: FloatArray, rows: FloatArray, balance: IntArray, stock: IntArray) -> None:
    """Keep in stock what comes and does not go."""
    _put(x, stock, np.maximum(np.cumsum(_rows(rows, balance), axis=-1), 0.0))


def let_wait(plan: PlanModel, x: FloatArray) -> None:
    """Let what comes back from a failed test wait while less is begun than comes back."""
    if not len(start_rows(plan)):
        return
    wait, made = plan.factory.wait, plan.factory.make
    pieces = np.where(made >= 0, x[made], 0.0)
    for a in np.flatnonzero((wait >= 0).any(axis=1)).tolist():
        activity = plan.data.production.activities[a]
        back = np.zeros(plan.data.weeks)
        back[activity.rework :] = pieces[a, : plan.data.weeks - activity.rework]
        owed = np.cumsum(back * returned(activity, plan.data.can_complete[a]) - pieces[a] * activity.passes)
        waits = owed - np.minimum(np.minimum.accumulate(owed), 0.0)
        _put(x, wait[a], waits)


def _evaluation(plan: PlanModel, x: FloatArray, rows: FloatArray, wanted: FloatArray) -> None:
    index = plan.factory.evaluation
    _put(x, plan.factory.short, np.maximum(_rows(wanted, index) - _rows(rows, index), 0.0))


def _pools(plan: PlanModel, x: FloatArray, rows: FloatArray, limits: FloatArray) -> None:
    """Take parts from the cheapest tier that has some, within its share; what it lacks comes from the next."""
    for number, blocks in plan.pools.items():
        used = np.maximum(-_rows(rows, blocks.use), 0.0)
        arrived = np.cumsum(-_rows(limits, blocks.rows), axis=1)
        share = np.ones(arrived.shape)
        for limit in plan.rules.shares:
            if limit.pool == number:
                share[limit.tier, limit.weeks] = limit.share
        given = _by_tier(used, arrived, share) if (share < 1.0).any() else _cheapest_first(used, arrived)
        _put(x, blocks.left, arrived - np.cumsum(given, axis=1))
        _put(x, blocks.extra, given)


def _cheapest_first(used: FloatArray, arrived: FloatArray) -> FloatArray:
    """Give what every tier gives (tiers, weeks) of what is used (weeks,): what one lacks, the next one gives.

    >>> _cheapest_first(np.array([1.0, 3.0]), np.array([[2.0, 3.0], [9.0, 9.0]])).tolist()
    [[1.0, 2.0], [0.0, 1.0]]
    """
    given, missing = np.zeros(arrived.shape), np.cumsum(used)
    for tier in range(len(arrived)):
        lacking = np.maximum.accumulate(np.maximum(missing - arrived[tier], 0.0))
        if tier + 1 == len(arrived):
            lacking = np.zeros(len(lacking))
        given[tier] = steps(missing - lacking)
        missing = lacking
    return given


def _by_tier(used: FloatArray, arrived: FloatArray, share: FloatArray) -> FloatArray:
    """Give what every tier gives (tiers, weeks) where none may give more than its share of a week's use."""
    tiers, weeks = range(len(arrived)), np.flatnonzero(used)
    most, hand = (share[:, weeks] * used[weeks]).T.tolist(), arrived[:, weeks].T.tolist()
    spent, taken = [0.0] * len(arrived), []
    for rest, limits, there in zip(used[weeks].tolist(), most, hand, strict=True):
        week, left = [], rest
        for tier in tiers:
            each = max(min(left, limits[tier], there[tier] - spent[tier]), 0.0)
            spent[tier] += each
            left -= each
            week.append(each)
        taken.append(week)
    given = np.zeros(arrived.shape)
    if taken:
        given[:, weeks] = np.array(taken).T
    return given


def _soft(plan: PlanModel, x: FloatArray) -> None:
    """Pay for the rows that are broken and may be at a cost."""
    program = plan.model.program()
    row, column = soft_rows(plan)
    value = program.matrix.value[program.matrix.start[column]]
    x[column] = 0.0
    activity = program.matrix.times(x)[row]
    below, above = program.row_lower[row] - activity, activity - program.row_upper[row]
    x[column] = np.maximum(np.where(value > 0.0, below, above), 0.0) / np.abs(value)


def _lateness(plan: PlanModel, x: FloatArray, rows: FloatArray, limits: FloatArray, upper: FloatArray) -> None:
    """Count as late, in the cheapest tiers of a group, what is asked and not online; as early what is not asked yet."""
    asked = np.cumsum(_rows(limits, plan.site.asked), axis=1)
    online = np.cumsum(_rows(rows, plan.site.asked), axis=1)
    late, early = np.maximum(asked - online, 0.0), np.maximum(online - asked, 0.0)
    tiers = sorted(range(len(plan.site.tiers)), key=lambda k: plan.site.tiers[k][1])
    for k in tiers:
        a = plan.site.tiers[k][0]
        index = plan.site.late[k]
        mine = np.minimum(late[a], np.where(index >= 0, upper[index], 0.0))
        _put(x, index, mine)
        late[a] -= mine
    block = _named(plan, "early")
    if block is not None and block.grid is not None:
        x[block.index] = early.ravel()[block.grid.cells]


def _sums(
    plan: PlanModel, x: FloatArray, rows: FloatArray, installed: Mapping[tuple[int, int, int], FloatArray]
) -> None:
    """Fill the columns that hold sums to date."""
    names = pair_names(plan.data)
    named = {block.name: block for block in plan.model.column_blocks}
    sums = {block.name: block for block in plan.model.row_blocks}
    for p, (s, g) in enumerate(plan.data.pairs):
        for what in ("online", "installed"):
            total = named.get(f"{what} to date {names[p]}")
            row = sums.get(f"{what} to date {names[p]} sum")
            if total is not None and row is not None:
                x[total.index] = np.cumsum(rows[row.index])
        parts = named.get(f"installed by hall {names[p]}")
        if parts is not None and parts.grid is not None:
            able = [k for k, hall in enumerate(plan.data.places[s].halls) if g in hall.generations]
            nothing = np.zeros(plan.data.weeks)
            held = np.array([installed.get((s, g, k), nothing) for k in able])
            x[parts.index] = held.ravel()[parts.grid.cells]


def _equipment(plan: PlanModel, x: FloatArray, rows: FloatArray) -> None:
    """Buy scarce equipment for the power online, as late as it can be."""
    if not plan.gates:
        return
    named = {block.name: block for block in plan.model.column_blocks}
    sums = {block.name: block for block in plan.model.row_blocks}
    names, weeks = pair_names(plan.data), plan.data.weeks
    power = np.zeros((len(plan.data.places), weeks))
    for n, (_, p) in enumerate(plan.site.served):
        s, g = plan.data.pairs[p]
        power[s] += np.cumsum(_rows(x, plan.site.online[n])) * plan.data.site_power(s, g)
    for blocks in plan.gates.values():
        for n, gate in enumerate(blocks.group.gates):
            place = plan.data.places[gate.site].power
            number = arrived_by(blocks.group, place.equipment[gate.number].install, weeks)
            short = np.maximum(power[gate.site] - place.served(gate.number), 0.0) * MW
            bought = np.zeros(len(blocks.group.arrivals))
            np.maximum.at(bought, number[number >= 0], short[number >= 0])
            x[blocks.bought[n]] = np.maximum.accumulate(bought)
            for p, (s, _) in enumerate(plan.data.pairs):
                name = f"online to date {names[p]} for {blocks.group.market.part}"
                if s == gate.site and name in named:
                    x[named[name].index] = np.cumsum(rows[sums[f"{name} sum"].index])


def _named(plan: PlanModel, name: str) -> Columns | None:
    return next((block for block in plan.model.column_blocks if block.name == name), None)
