"""Equipment of sites in the plan's model: what is bought of it, shared by the sites, and the power that it serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.equipment import GateGroup, gate_ends
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.grid import cumulative, grid_columns, grid_rows, put, values
from gigaloop.plan.lp.names import pair_names
from gigaloop.solve import Model, Solution

MW = 1e-6
_ROUNDING = 1e-6
"""Pieces, and share of them, that count as the solver's tolerance."""


@dataclass(frozen=True, slots=True, eq=False)
class GateBlocks:
    """Columns and rows of one class of equipment of which too little may be bought in time.

    Parameters
    ----------
    bought
        Power served by pieces bought that have arrived to date (gates, arrivals) [MW, on each site's basis].
    served
        Rows: power online against power served (gates, weeks) [MW].
    market
        Rows: pieces bought by all sites against pieces offered (arrivals,), in ``unit`` MW per piece.
    """

    group: GateGroup
    bought: IntArray
    served: IntArray
    market: IntArray
    unit: float


def arrived_by(group: GateGroup, install: int, weeks: int) -> IntArray:
    """Give the number of the last arrival that is in service in every week (weeks,); -1 before the first."""
    return np.searchsorted(group.arrivals + install, np.arange(weeks), side="right") - 1


def add_gates(
    model: Model, data: PlanData, group: GateGroup, served_by: tuple[tuple[int, int], ...], online: IntArray
) -> GateBlocks:
    """Add the limits of one class of equipment.

    Parameters
    ----------
    served_by, online
        The asked group and pair of every way to go online, and its columns (served, weeks).
    """
    part = group.market.part
    powers = [data.places[gate.site].power for gate in group.gates]
    classes = [power.equipment[gate.number] for power, gate in zip(powers, group.gates, strict=True)]
    names = [data.places[gate.site].site.id for gate in group.gates]
    shape = (len(group.gates), len(group.arrivals))
    most = np.array(
        [
            max(float((gate.needed - power.served(gate.number)).max()), 0.0) * MW
            for gate, power in zip(group.gates, powers, strict=True)
        ]
    )
    bought = grid_columns(
        model, f"bought {part}", np.ones(shape, dtype=np.bool_), upper=most[:, None], unit="MW", keys=names
    )
    stays = np.ones((shape[0], max(shape[1] - 1, 0)), dtype=np.bool_)
    stay = grid_rows(model, f"stays bought {part}", stays, lower=0.0, definition=True, keys=names)
    put(model, stay, bought[:, 1:], 1.0)
    put(model, stay, bought[:, :-1], -1.0)
    unit = max(each.per_piece for each in classes) * MW
    offered = group.market.offered[group.arrivals]
    all_needed = sum(float(need) / (each.per_piece * MW) for need, each in zip(most, classes, strict=True))
    path = group.market.path
    market = grid_rows(
        model,
        f"offered {part}",
        offered < all_needed,
        upper=offered * unit,
        unit="MW",
        path=lambda _: data.programme.place(path),
    )
    for row, each in zip(bought, classes, strict=True):
        there = market >= 0
        put(model, market[there], row[there], unit / (each.per_piece * MW))
    exists = np.zeros((shape[0], data.weeks), dtype=np.bool_)
    upper = np.zeros(exists.shape)
    for n, (gate, power) in enumerate(zip(group.gates, powers, strict=True)):
        exists[n, gate_ends(power, gate, group)] = True
        upper[n] = power.served(gate.number) * MW
    paths = [each.path for each in classes]
    served = grid_rows(
        model,
        f"served {part}",
        exists,
        upper=upper,
        unit="MW",
        path=lambda n: data.programme.place(paths[n]),
        keys=names,
    )
    for n, gate in enumerate(group.gates):
        ends = np.flatnonzero(exists[n])
        for p, (s, g) in enumerate(data.pairs):
            if s == gate.site:
                flows = [online[k] for k, (_, q) in enumerate(served_by) if q == p]
                name = f"online to date {pair_names(data)[p]} for {part}"
                total, _ = cumulative(model, name, flows, ends, np.zeros(data.weeks))
                put(model, served[n][ends], total[ends], data.site_power(s, g) * MW)
        number = arrived_by(group, classes[n].install, data.weeks)
        ends = np.flatnonzero(exists[n] & (number >= 0))
        put(model, served[n][ends], bought[n][number[ends]], -1.0)
    return GateBlocks(group, bought, served, market, unit)


def served_power(data: PlanData, blocks: GateBlocks, gate: int, solution: Solution) -> FloatArray:
    """Give the power that a class of equipment serves, with what is bought of it (weeks,) [W, on the site's basis]."""
    each = blocks.group.gates[gate]
    power = data.places[each.site].power
    served = power.served(each.number)
    if len(blocks.group.arrivals):
        number = arrived_by(blocks.group, power.equipment[each.number].install, data.weeks)
        served = served + np.where(number >= 0, values(solution, blocks.bought[gate])[number], 0.0) / MW
    return served


def lacking(data: PlanData, group: GateGroup, power: FloatArray) -> float:
    """Give by how much a class of equipment is short at most, however it is shared: pieces per piece needed [1].

    Parameters
    ----------
    power
        Power online at every site (sites, weeks) [W, on the site's basis].
    """
    total = np.zeros(data.weeks)
    for gate in group.gates:
        place = data.places[gate.site].power
        each = place.equipment[gate.number]
        short = np.maximum(power[gate.site] - place.served(gate.number), 0.0) / each.per_piece
        to_date = np.maximum.accumulate(short)
        total += to_date[np.minimum(np.arange(data.weeks) + each.install, data.weeks - 1)]
    excess = total - group.market.offered
    return float(excess.max() / total[-1]) if (excess > _ROUNDING * (1.0 + total)).any() else 0.0
