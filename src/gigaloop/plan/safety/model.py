"""A network as arrays: what a stage's net replenishment time costs, and the ranges of its service times."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.plan.safety.network import Network

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_WHOLE = 1e-9
"""A time this close to a whole number of periods is that number [period]: what arithmetic on decimals leaves."""


LONGEST = 5_000
"""Longest way through a network [period]: a stage's costs are tabled by two service times, 0.2 GB at this length.
Source: memory of a small machine, not a property of networks."""


@dataclass(frozen=True, eq=False)
class Model:
    """The safety-stock problem of a network of n stages and m arcs, times in whole periods.

    Parameters
    ----------
    time
        Processing time (n,) [period].
    limit
        Longest outgoing service time that can matter (n,): its promise or its whole upstream time [period].
    entering
        Longest incoming service time that can matter (n,) [period].
    value
        Cumulative cost of a unit (n,) [money/unit].
    mean
        Demand that reaches the stage (n,) [unit/period].
    spread
        Demand covered beyond the mean in one period (n,) [unit].
    charge
        Cost of the safety stock of one period's net replenishment time (n,) [money].
    source, target
        Stages that the arcs join (m,).
    order
        The stages, each after all that feed it (n,).
    costs
        For every stage the cost by incoming and outgoing service time (entering + 1, limit + 1) [money], infinite
        where the service time exceeds what comes in plus the processing time.
    """

    time: IntArray
    limit: IntArray
    entering: IntArray
    value: FloatArray
    mean: FloatArray
    spread: FloatArray
    charge: FloatArray
    source: IntArray
    target: IntArray
    order: IntArray
    costs: tuple[FloatArray, ...]

    @property
    def size(self) -> int:
        """Number of stages."""
        return len(self.time)

    def net_time(self, incoming: IntArray, outgoing: IntArray) -> IntArray:
        """Give the net replenishment times (n,) [period]."""
        return incoming + self.time - outgoing

    def cost(self, incoming: IntArray, outgoing: IntArray) -> float:
        """Give the cost of the safety stocks [money]; infinite where the service times cannot be kept."""
        net = self.net_time(incoming, outgoing)
        kept = (
            bool((net >= 0).all())
            and bool((outgoing <= self.limit).all())
            and bool((outgoing >= 0).all())
            and bool((incoming >= 0).all())
            and bool((outgoing[self.source] <= incoming[self.target]).all())
        )
        return float(self.charge @ np.sqrt(net)) if kept else math.inf


def build_model(network: Network, holding_rate: float, pooling: float = 2.0) -> Model:
    """Turn a network into arrays.

    Processing times are rounded up and longest service times down to whole periods: whole times lose nothing, since
    the cost is concave and the service times that are best then are whole as well.

    Parameters
    ----------
    network
        The network.
    holding_rate
        Cost of holding, as a share of the unit's value a year [1/year].
    pooling
        Exponent p of the pooling of demand, 1 (none) or more: see docs/safety_stock.md.

    Raises
    ------
    UsageError
        For a holding rate that is not positive, an exponent below 1, or times that need too large a table.
    """
    if not (holding_rate > 0 and math.isfinite(holding_rate)):
        raise UsageError(f"the holding rate is {holding_rate:g}", hint="write a share a year above 0, e.g. 0.25")
    if not (pooling >= 1 and math.isfinite(pooling)):
        raise UsageError(f"the exponent of pooling is {pooling:g}", hint="write 1 (no pooling) to 2 (independent)")
    index = {stage.id: i for i, stage in enumerate(network.stages)}
    n = len(index)
    source = np.array([index[arc.source] for arc in network.arcs], dtype=np.intp)
    target = np.array([index[arc.target] for arc in network.arcs], dtype=np.intp)
    quantity = np.array([arc.quantity for arc in network.arcs], dtype=np.float64)
    order = _order(n, source, target)
    into = group(target, n)
    time = np.array([math.ceil(stage.time - _WHOLE) for stage in network.stages], dtype=np.intp)
    promise = [stage.max_service for stage in network.stages]
    value = np.array([stage.cost for stage in network.stages], dtype=np.float64)
    limit, entering = np.zeros(n, dtype=np.intp), np.zeros(n, dtype=np.intp)
    for i in order:
        feeding = source[into[i]]
        value[i] += float(quantity[into[i]] @ value[feeding])
        entering[i] = limit[feeding].max(initial=0)
        limit[i] = min(entering[i] + time[i], math.floor(min(promise[i], 1e9) + _WHOLE))
    horizon = int((entering + time).max())
    if horizon > LONGEST:
        why = f"the longest way through the network takes {horizon:,} periods; at most {LONGEST:,} are tabled"
        raise UsageError(why, hint="measure times in longer periods, e.g. days in place of hours")
    mean, spread = _demand(network, source, target, quantity, order, pooling)
    charge = holding_rate * value * spread
    root = np.sqrt(np.arange(horizon + 1, dtype=np.float64))
    costs = tuple(_costs(charge[i] * root, int(time[i]), int(entering[i]), int(limit[i])) for i in range(n))
    return Model(time, limit, entering, value, mean, spread, charge, source, target, order, costs)


def group(key: IntArray, count: int) -> list[IntArray]:
    """Give, for every key below ``count``, the positions at which it stands.

    >>> [found.tolist() for found in group(np.array([1, 0, 1]), 3)]
    [[1], [0, 2], []]
    """
    by_key = np.argsort(key, kind="stable")
    return np.split(by_key, np.searchsorted(key[by_key], np.arange(1, count)))


def _order(n: int, source: IntArray, target: IntArray) -> IntArray:
    """Order the stages so that each follows all that feed it."""
    waits = np.bincount(target, minlength=n)
    after = group(source, n)
    order = [int(i) for i in np.flatnonzero(waits == 0)]
    for i in order:  # grows while it is walked
        for j in target[after[i]]:
            waits[j] -= 1
            if not waits[j]:
                order.append(int(j))
    return np.array(order, dtype=np.intp)


def _demand(
    network: Network, source: IntArray, target: IntArray, quantity: FloatArray, order: IntArray, pooling: float
) -> tuple[FloatArray, FloatArray]:
    """Give mean (n,) and covered spread (n,) of the demand that reaches every stage."""
    n = len(network.stages)
    ends = [i for i, stage in enumerate(network.stages) if stage.has_demand]
    outof = group(source, n)
    uses = np.zeros((n, len(ends)))  # units of the stage in one unit sold at each end
    for column, i in enumerate(ends):
        uses[i, column] = 1.0
    for i in order[::-1]:
        if len(outof[i]):
            uses[i] += quantity[outof[i]] @ uses[target[outof[i]]]
    sold = [network.stages[i] for i in ends]
    mean = uses @ np.array([stage.demand_mean or 0.0 for stage in sold])
    covered = uses * np.array([(stage.z or 0.0) * (stage.demand_std or 0.0) for stage in sold])
    top = covered.max(axis=1, initial=0.0)  # taken out, so that no power of it overflows
    share = covered / np.where(top > 0, top, 1.0)[:, None]
    return mean, top * (share**pooling).sum(axis=1) ** (1.0 / pooling)


def _costs(by_time: FloatArray, time: int, entering: int, limit: int) -> FloatArray:
    """Give the cost by incoming and outgoing service time as a read-only view of one vector."""
    line = np.concatenate([np.full(limit, np.inf), by_time[: entering + time + 1]])
    step = line.strides[0]
    view = np.lib.stride_tricks.as_strided
    return view(line[limit + time :], (entering + 1, limit + 1), (step, -step), writeable=False)


def trim(model: Model, outgoing: IntArray) -> tuple[IntArray, IntArray]:
    """Lower the cost of service times without breaking a promise.

    No stage is made to wait longer than its slowest supplier makes it, and every promise that no customer needs is
    lengthened as far as the customers' waits and its limit allow.

    Parameters
    ----------
    model
        The problem.
    outgoing
        Outgoing service times (n,) [period]; those longer than can be kept are shortened.

    Returns
    -------
    incoming, outgoing
        Service times (n,), (n,) [period].
    """
    into, outof = group(model.target, model.size), group(model.source, model.size)
    incoming, out = np.zeros_like(outgoing), outgoing.copy()
    for i in model.order:
        incoming[i] = out[model.source[into[i]]].max(initial=0)
        out[i] = min(out[i], incoming[i] + model.time[i], model.limit[i])
    for i in model.order[::-1]:
        room = min(int(incoming[i] + model.time[i]), int(model.limit[i]))
        out[i] = incoming[model.target[outof[i]]].min(initial=room)
    return incoming, out
