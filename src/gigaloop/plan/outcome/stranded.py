"""Racks that stand at sites and wait: what for, by week."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.schedule import BoolArray, FloatArray
from gigaloop.plan.lp.equipment import served_power
from gigaloop.plan.lp.grid import NONE, values
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.quantities import Stranded
from gigaloop.plan.outcome.results import Quantities
from gigaloop.solve import Solution

CAUSES = ("power", "equipment", "commissioning crews", "unit parts", "unit", "not asked")
"""What racks wait for, in the order in which it is looked for: energised power; equipment that serves it; crews;
products of their scalable unit; the rest of its racks; and the day from which the compute is of use."""
_SMALL = 1e-6
_RACKS = 1e-5
"""Racks that count as rounding."""


def find_stranded(plan: PlanModel, solution: Solution, read: Quantities, found: Quantities) -> Stranded:
    """Say what racks that are commissioned and not online wait for, by site, generation and week.

    Parameters
    ----------
    read, found
        The solution as read, and with racks online in whole units.

    Notes
    -----
    What waits more in ``found`` than in ``read`` waits for the rest of its unit. The rest waits for the first of the
    other causes that is at its limit in the week; where none is, more compute is not asked for yet, or it would be of
    less worth than later.
    """
    data = plan.data
    rows: dict[tuple[int, int, str], FloatArray] = {}

    def add(s: int, g: int, cause: str, racks: FloatArray) -> None:
        if (racks > _RACKS).any():
            rows[s, g, cause] = np.where(racks > _RACKS, racks, 0.0)

    for p, (s, g) in enumerate(data.pairs):
        add(s, g, "unit", found.waiting[p] - read.waiting[p])
        rest = read.waiting[p]
        if not (rest > _RACKS).any():
            continue
        for cause, tight in _tight(plan, solution, read, s, g).items():
            add(s, g, cause, np.where(tight, rest, 0.0))
            rest = np.where(tight, 0.0, rest)
        add(s, g, "not asked", rest)
    order = sorted(rows, key=lambda row: (row[0], row[1], CAUSES.index(row[2])))
    return Stranded(
        tuple(data.programme.sites[s].id for s, _, _ in order),
        tuple(data.programme.generations[g].id for _, g, _ in order),
        tuple(cause for _, _, cause in order),
        np.array([rows[row] for row in order], dtype=np.float64).reshape(len(order), data.weeks),
    )


def _tight(plan: PlanModel, solution: Solution, read: Quantities, s: int, g: int) -> dict[str, BoolArray]:
    """Give the weeks in which each cause keeps one more rack of a generation from going online (weeks,)."""
    data, place = plan.data, plan.data.places[s]
    online, commissioned = np.zeros(data.weeks), np.zeros(data.weeks)
    for n, (_, p) in enumerate(plan.site.served):
        if data.pairs[p][0] == s:
            online += np.cumsum(read.online[n]) * data.site_power(*data.pairs[p])
            commissioned += read.online[n]
    slack = _SMALL * np.maximum(place.free, 1e6)
    equipment = np.zeros(data.weeks, dtype=np.bool_)
    for blocks in plan.gates.values():
        for n, gate in enumerate(blocks.group.gates):
            if gate.site == s:
                equipment |= online >= served_power(data, blocks, n, solution) - slack
    parts = np.zeros(data.weeks, dtype=np.bool_)
    for k, (u, at) in enumerate(plan.units.stores):
        if at == s and g in data.unit_parts[u].per_rack:
            parts |= (plan.units.balance[k] != NONE) & (values(solution, plan.units.left[k]) <= _SMALL)
    for u, (left, _) in plan.units.bought.items():
        if g in data.unit_parts[u].per_rack:
            parts |= values(solution, left) <= _SMALL
    return {
        "power": online >= place.free - slack,
        "equipment": equipment,
        "commissioning crews": commissioned >= place.commissioning_crews * (1.0 - _SMALL),
        "unit parts": parts,
    }
