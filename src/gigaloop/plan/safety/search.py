"""Better service times for networks with loops: the best over one spanning forest after another."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.safety.model import FloatArray, IntArray, Model
from gigaloop.plan.safety.prices import Core
from gigaloop.plan.safety.tree import Costs, fold, peel, unfold


def core_cost(model: Model, core: Core, costs: Costs, times: tuple[IntArray, IntArray]) -> float:
    """Give the cost of service times of a core's stages, the folded trees' included [money]."""
    incoming, outgoing = times
    return float(
        sum(
            model.costs[i][incoming[i], outgoing[i]] + costs.incoming[i][incoming[i]] + costs.outgoing[i][outgoing[i]]
            for i in core.order
        )
    )


def settle(model: Model, core: Core, costs: Costs, times: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray]:
    """Give every stage in turn its best service times beside its neighbours', until none can do better alone."""
    incoming, outgoing = times[0].copy(), times[1].copy()
    order = np.concatenate([core.order, core.order[::-1]])
    moved = True
    while moved:
        moved = False
        for i in order:
            low = int(outgoing[core.source[core.into[i]]].max(initial=0))
            high = int(incoming[core.target[core.outof[i]]].min(initial=model.limit[i]))
            both = model.costs[i][low:, : high + 1] + costs.incoming[i][low:, None] + costs.outgoing[i][: high + 1]
            best = int(both.argmin())
            now = both[incoming[i] - low, outgoing[i]]
            if both.flat[best] < now - 1e-12 * abs(now):
                x, s = np.unravel_index(best, both.shape)
                incoming[i], outgoing[i] = low + x, s
                moved = True
    return incoming, outgoing


def improve(
    model: Model, core: Core, costs: Costs, times: tuple[IntArray, IntArray], random: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Find service times that cost no more: the best where the arcs outside a random spanning forest are held.

    An arc that is held keeps the promise on one side and the wait on the other at either side of a time between the
    present two; the rest is solved exactly.

    Parameters
    ----------
    model, core, costs
        The problem.
    times
        Service times that can be kept: incoming (n,), outgoing (n,) [period].
    random
        Chooses the forest and where arcs are held.
    """
    incoming, outgoing = times
    forest = _spanning_forest(model.size, core, random.random(len(core.source)))
    mine = costs.copy()
    for k in np.flatnonzero(~forest):
        i, j = int(core.source[k]), int(core.target[k])
        hold = int(random.integers(outgoing[i], incoming[j] + 1))
        mine.outgoing[i] = _forbid(mine.outgoing[i], hold + 1, len(mine.outgoing[i]))
        mine.incoming[j] = _forbid(mine.incoming[j], 0, hold)
    tree = np.flatnonzero(forest)
    steps, _ = peel(model.size, core.source[tree], core.target[tree])
    inside = np.zeros(model.size, dtype=np.bool_)
    inside[core.order] = True
    local = [(i, k if k < 0 else int(tree[k])) for i, k in steps if inside[i]]
    _, done = fold(model, local, mine, core.source, core.target)
    better = incoming.copy(), outgoing.copy()
    unfold(model, done, mine, *better, core.source, core.target)
    return better


def _forbid(costs: FloatArray, first: int, end: int) -> FloatArray:
    """Make some of the service times impossible, in a copy."""
    if first >= end:
        return costs
    forbidden = costs.copy()
    forbidden[first:end] = np.inf
    return forbidden


def _spanning_forest(n: int, core: Core, weight: FloatArray) -> np.ndarray:
    """Give which arcs make a spanning forest of least weight (k,)."""
    above = np.arange(n)

    def root(i: int) -> int:
        while above[i] != i:
            above[i] = above[above[i]]
            i = int(above[i])
        return i

    chosen = np.zeros(len(weight), dtype=np.bool_)
    for k in np.argsort(weight):
        one, other = root(int(core.source[k])), root(int(core.target[k]))
        if one != other:
            above[one] = other
            chosen[k] = True
    return chosen
