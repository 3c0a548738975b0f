"""Where safety stock is placed in a network, how much, what it costs, and how far that is from the least cost."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

import numpy as np

from gigaloop.plan.safety.general import Effort, solve_network
from gigaloop.plan.safety.model import build_model
from gigaloop.plan.safety.network import Network


@dataclass(frozen=True, slots=True)
class StageStock:
    """The service times and stocks of one stage.

    Parameters
    ----------
    stage
        Its id.
    incoming, outgoing
        Time that it waits for its inputs and time that it promises to its customers [period].
    net_time
        Net replenishment time: incoming plus processing less outgoing [period].
    base_stock
        Stock on hand and on order that it keeps up: the greatest demand covered in the net replenishment time [unit].
    safety_stock
        Expected stock on hand [unit].
    value
        Cumulative cost of a unit [money/unit].
    cost
        Cost of holding the safety stock [money/year].
    """

    stage: str
    incoming: int
    outgoing: int
    net_time: int
    base_stock: float
    safety_stock: float
    value: float
    cost: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Safety stock by stage; its cost, a proven lower bound on the cost of any placement, and their gap.

    Parameters
    ----------
    stages
        In the network's order.
    cost
        Sum of the stages' costs [money/year].
    bound
        No placement costs less [money/year].
    gap
        (cost - bound) / cost [1].
    proven
        Whether the gap is at most what was asked for.
    method
        How it was found.
    seconds
        Wall time [s].
    """

    stages: tuple[StageStock, ...]
    cost: float
    bound: float
    gap: float
    proven: bool
    method: str
    seconds: float

    def __getitem__(self, stage: str) -> StageStock:
        """Give a stage by its id."""
        found = next((row for row in self.stages if row.stage == stage), None)
        if found is None:
            raise KeyError(stage)
        return found

    def as_dict(self) -> dict[str, object]:
        """Give the placement as plain data, for ``--json``."""
        return asdict(self)


def place_safety_stock(
    network: Network,
    *,
    holding_rate: float = 1.0,
    pooling: float = 2.0,
    gap: float = 1e-9,
    time_limit: float = 60.0,
    seed: int = 0,
) -> Placement:
    """Place safety stock at least cost under guaranteed service.

    Exact on trees; on other networks the best placement found and a proven bound, which usually meet. The service
    times found do not depend on the machine unless the time limit ends the search.

    Parameters
    ----------
    network
        Stages and arcs.
    holding_rate
        Cost of holding a year, as a share of the value held [1/year].
    pooling
        Exponent of the pooling of demand: 2 for independent demands, 1 for none [1].
    gap
        Relative gap at which the search ends [1].
    time_limit
        Wall time after which the search ends with what it has [s].
    seed
        Of the random choices of the search.

    Raises
    ------
    UsageError
        For a holding rate, exponent, gap or time limit that makes no sense.

    Examples
    --------
    Two stages in series. Stock at the end alone costs 0.25 * 100 * 1.645 * 5 * sqrt(11) = 682.00 a year; with stock of
    both it is 0.25 * 1.645 * 5 * (30 * sqrt(8) + 100 * sqrt(3)): more units, less money.

    >>> from gigaloop.plan.safety.network import Arc, Network, Stage
    >>> chain = Network((Stage("part", 8, 30.0), Stage("rack", 3, 70.0, 0, 20.0, 5.0, 1.645)), (Arc("part", "rack"),))
    >>> placed = place_safety_stock(chain, holding_rate=0.25)
    >>> [(row.stage, row.outgoing, round(row.safety_stock, 2)) for row in placed.stages], round(placed.cost, 2)
    ([('part', 0, 23.26), ('rack', 0, 14.25)], 530.63)

    References
    ----------
    S. C. Graves, S. P. Willems (2000), doi:10.1287/msom.2.1.68.23267.
    """
    began = time.perf_counter()
    model = build_model(network, holding_rate, pooling)
    found = solve_network(model, Effort(gap=gap, time_limit=time_limit, seed=seed))
    net = model.net_time(found.incoming, found.outgoing)
    safety = model.spread * np.sqrt(net)
    base = model.mean * net + safety
    costs = model.charge * np.sqrt(net)
    rows = tuple(
        StageStock(
            stage.id,
            int(found.incoming[i]),
            int(found.outgoing[i]),
            int(net[i]),
            float(base[i]),
            float(safety[i]),
            float(model.value[i]),
            float(costs[i]),
        )
        for i, stage in enumerate(network.stages)
    )
    cost = sum(row.cost for row in rows)
    bound = min(found.bound, cost)
    left = (cost - bound) / cost if cost > 0 else 0.0
    return Placement(rows, cost, bound, left, left <= gap, found.method, time.perf_counter() - began)
