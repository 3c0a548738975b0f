"""A lower bound for networks with loops: prices of service times on the arcs, raised by sweeps over the stages.

Every arc from stage i to stage j carries a price a(t) that never falls with the service time t. Stage i pays a(S) for
the service time S that it promises, stage j is paid a(SI) for the one that it plans with. Since S <= SI, what is paid
never exceeds what is received, so the stages' least costs, each taken alone, add up to a lower bound. Sweeps with and
against the flow move to the neighbours what a stage's choice costs them; no sweep lowers the bound. This is sequential
tree-reweighted message passing (V. Kolmogorov, IEEE Transactions on Pattern Analysis and Machine Intelligence 28 (2006)
1568-1583, doi:10.1109/TPAMI.2006.200), with the pairs of service times as states and the arcs as ordering constraints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.safety.model import FloatArray, IntArray, Model, group
from gigaloop.plan.safety.tree import Costs

_EVEN = 1e-9
"""Relative difference below which two service times count as equally cheap [1]."""


@dataclass(frozen=True, eq=False)
class Core:
    """What is left of a network when its trees are folded: stages in order, arcs, and who holds which arcs.

    Parameters
    ----------
    order
        The stages, each after all that feed it.
    source, target
        Stages that the arcs join (k,).
    into, outof
        For every stage of the network, the arcs (counted in the core) that enter and leave it.
    share
        Part of a stage's regret that one sweep moves to each of its arcs (n,).
    width
        Number of service times that a price is given for.
    """

    order: IntArray
    source: IntArray
    target: IntArray
    into: list[IntArray]
    outof: list[IntArray]
    share: FloatArray
    width: int

    def no_prices(self) -> FloatArray:
        """Give prices of zero (k, width)."""
        return np.zeros((len(self.source), self.width))


def make_core(model: Model, stages: IntArray) -> Core:
    """Give the core that some stages and the arcs among them make."""
    inside = np.zeros(model.size, dtype=np.bool_)
    inside[stages] = True
    arcs = np.flatnonzero(inside[model.source] & inside[model.target])
    source, target = model.source[arcs], model.target[arcs]
    into, outof = group(target, model.size), group(source, model.size)
    most = np.array([max(len(a), len(b), 1) for a, b in zip(into, outof, strict=True)])
    width = int(max(model.limit[stages].max(), model.entering[stages].max())) + 1
    return Core(model.order[inside[model.order]], source, target, into, outof, 1.0 / most, width)


def sweep_down(model: Model, core: Core, costs: Costs, prices: FloatArray) -> float:
    """Move regret with the flow, changing the prices; give the lower bound at its end [money]."""
    bound = 0.0
    for i in core.order:
        into, outof = core.into[i], core.outof[i]
        by_in = costs.incoming[i] - prices[into, : model.entering[i] + 1].sum(axis=0)
        by_out = (model.costs[i] + by_in[:, None]).min(axis=0) + costs.outgoing[i]
        width = len(by_out)
        mine = prices[outof, :width]
        by_out += mine.sum(axis=0)
        least = by_out.min()
        bound += least
        moved = np.maximum.accumulate(mine - core.share[i] * (by_out - least), axis=1)
        prices[outof, :width] = moved
        prices[outof, width:] = moved[:, -1:]
    return float(bound)


def sweep_up(model: Model, core: Core, costs: Costs, prices: FloatArray) -> float:
    """Move regret against the flow, changing the prices; give the lower bound at its end [money]."""
    bound = 0.0
    for i in core.order[::-1]:
        into, outof = core.into[i], core.outof[i]
        by_out = costs.outgoing[i] + prices[outof, : model.limit[i] + 1].sum(axis=0)
        by_in = (model.costs[i] + by_out).min(axis=1) + costs.incoming[i]
        width = len(by_in)
        mine = prices[into, :width]
        by_in -= mine.sum(axis=0)
        least = by_in.min()
        bound += least
        moved = mine + core.share[i] * (by_in - least)
        moved = np.minimum.accumulate(moved[:, ::-1], axis=1)[:, ::-1]
        prices[into, :width] = moved
        prices[into, width:] = moved[:, -1:]
    return float(bound)


def choose_down(model: Model, core: Core, costs: Costs, prices: FloatArray) -> tuple[IntArray, IntArray]:
    """Choose service times stage by stage with the flow, each the best at the prices that its suppliers allow."""
    incoming, outgoing = np.zeros(model.size, dtype=np.intp), np.zeros(model.size, dtype=np.intp)
    for i in core.order:
        incoming[i] = outgoing[core.source[core.into[i]]].max(initial=0)
        own = model.costs[i][incoming[i]] + costs.outgoing[i]
        outgoing[i] = (own + prices[core.outof[i], : len(own)].sum(axis=0)).argmin()
    return incoming, outgoing


def choose_up(model: Model, core: Core, costs: Costs, prices: FloatArray) -> tuple[IntArray, IntArray]:
    """Choose service times stage by stage against the flow, each the best at the prices that its customers allow."""
    incoming, outgoing = np.zeros(model.size, dtype=np.intp), np.zeros(model.size, dtype=np.intp)
    for i in core.order[::-1]:
        both = _by_pair(model, core, costs, prices, i)
        room = int(incoming[core.target[core.outof[i]]].min(initial=model.limit[i]))
        both = both[:, : room + 1]
        incoming[i], outgoing[i] = np.unravel_index(int(both.argmin()), both.shape)
    return incoming, outgoing


def times_left(costs: Costs, whole: Costs, i: int, outgoing: bool) -> IntArray:
    """Give the outgoing (else incoming) service times of a stage that a part of the search leaves, rising.

    Parameters
    ----------
    costs, whole
        Costs of the part, which are higher for the times outside it, and of the whole problem.
    i, outgoing
        The stage and the side.
    """
    mine, all_of_it = (side.outgoing if outgoing else side.incoming for side in (costs, whole))
    return np.flatnonzero(mine[i] == all_of_it[i])


def halves(model: Model, core: Core, costs: Costs, whole: Costs) -> list[tuple[int, bool, int]]:
    """Halve the service times left to every stage on either side, where they can change its cost most first.

    Parameters
    ----------
    model, core, costs, whole
        The problem, the costs of a part of it and of the whole.

    Returns
    -------
    splits
        As in :func:`holes`; none where every stage has one time left on either side.
    """
    found = []
    for i in core.order:
        for outgoing in (True, False):
            left = times_left(costs, whole, i, outgoing)
            if len(left) > 1:
                size = float(model.charge[i] * (np.sqrt(left[-1]) - np.sqrt(left[0])))
                found.append((size, int(i), outgoing, int(left[len(left) // 2])))
    return [split[1:] for split in sorted(found, reverse=True)]


def holes(model: Model, core: Core, costs: Costs, prices: FloatArray, whole: Costs) -> list[tuple[int, bool, int]]:
    """Find where the bound is undecided: ranges of service times that cost more, between times that cost least.

    Times outside a part of the search are left out: prices can move what they cost to the stage's neighbours, which
    makes them as cheap as those inside.

    Parameters
    ----------
    model, core, costs, prices
        The problem and the prices of its bound.
    whole
        Costs of the whole problem, of which the costs above may be a part's.

    Returns
    -------
    splits
        Stage, whether its outgoing (else incoming) service time, and the first time of the upper part; the hole
        across which the stage's own cost changes most comes first.
    """
    found = []
    for i in core.order:
        both = _by_pair(model, core, costs, prices, i)
        least = both.min()
        enough = least + _EVEN * (abs(least) + float(np.abs(model.costs[i][0, 0])))
        for outgoing in (True, False):
            left = times_left(costs, whole, i, outgoing)
            even = left[both.min(axis=0 if outgoing else 1)[left] <= enough]
            if len(even) > 1:
                hole = int(np.diff(np.sqrt(even)).argmax())
                size = float(model.charge[i] * (np.sqrt(even[hole + 1]) - np.sqrt(even[hole])))
                found.append((size, int(i), outgoing, int(even[hole]) + 1))
    return [split[1:] for split in sorted(found, reverse=True)]


def widest(
    model: Model, core: Core, costs: Costs, prices: FloatArray, times: tuple[IntArray, IntArray]
) -> list[tuple[int, bool, int]]:
    """Find where service times are not what the bound would have, where that costs most first.

    Parameters
    ----------
    model, core, costs, prices
        The problem and the prices of its bound.
    times
        Service times that can be kept, above the bound.

    Returns
    -------
    splits
        As in :func:`holes`.
    """
    incoming, outgoing = times
    found: list[tuple[float, int, bool, int]] = []

    def add(cost: float, i: int, is_outgoing: bool, one: int, other: int) -> None:
        if one != other:
            found.append((cost, i, is_outgoing, (one + other) // 2 + 1))

    for i in core.order:
        both = _by_pair(model, core, costs, prices, i)
        x, s = np.unravel_index(int(both.argmin()), both.shape)
        cost = float(both[incoming[i], outgoing[i]] - both[x, s])
        add(cost, int(i), True, int(s), int(outgoing[i]))
        add(cost, int(i), False, int(x), int(incoming[i]))
    for k, (i, j) in enumerate(zip(core.source, core.target, strict=True)):
        cost = float(prices[k, incoming[j]] - prices[k, outgoing[i]])
        add(cost, int(j), False, int(outgoing[i]), int(incoming[j]))
    return [split[1:] for split in sorted(found, reverse=True)]


def _by_pair(model: Model, core: Core, costs: Costs, prices: FloatArray, i: int) -> FloatArray:
    """Give a stage's cost at the prices by incoming and outgoing service time."""
    by_in = costs.incoming[i] - prices[core.into[i], : model.entering[i] + 1].sum(axis=0)
    by_out = costs.outgoing[i] + prices[core.outof[i], : model.limit[i] + 1].sum(axis=0)
    both: FloatArray = model.costs[i] + by_in[:, None] + by_out
    return both
