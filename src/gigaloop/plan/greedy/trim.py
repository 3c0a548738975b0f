"""Take back what a first plan makes and never uses: racks that fail a test and come back need no new parts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigaloop.plan.greedy.curves import room, steps
from gigaloop.plan.greedy.ledger import Ledger
from gigaloop.plan.greedy.values import let_wait
from gigaloop.plan.inputs.schedule import FloatArray, IntArray

_SOME = 1e-9


def take_back(ledger: Ledger, x: FloatArray) -> None:
    """Make and move no more of any part of racks than is used by the end, in a plan's columns (n_columns,)."""
    plan = ledger.plan
    program = plan.model.program()
    let_wait(plan, x)
    net = program.matrix.times(x) - np.where(program.row_lower == program.row_upper, program.row_lower, 0.0)
    items = plan.data.production.items
    nodes = sorted(range(len(plan.factory.nodes)), key=lambda n: plan.factory.nodes[n][1])  # users before components
    for sources in (_moves, _makers):
        for n in nodes:
            rows = plan.factory.balance[n]
            if items[plan.factory.nodes[n][1]].generation >= 0:
                continue
            left = room(np.cumsum(np.where(rows >= 0, net[rows], 0.0)))
            for columns in sources(ledger, n) if left[-1] > _SOME else ():
                there = np.where(columns >= 0, x[columns], 0.0)
                less = np.minimum(steps(left), there)
                some = np.flatnonzero(less > 0.0)
                x[columns[some]] -= less[some]
                found = ledger.entries(columns[some])
                np.subtract.at(net, found.row, found.value * less[some][found.which])
                left = np.maximum(left - np.cumsum(less), 0.0)


def _makers(ledger: Ledger, node: int) -> Iterator[IntArray]:
    plan = ledger.plan
    for a, activity in enumerate(plan.data.production.activities):
        if (activity.factory, activity.item) == plan.factory.nodes[node]:
            yield plan.factory.make[a]


def _moves(ledger: Ledger, node: int) -> Iterator[IntArray]:
    """Give the columns of departures by the week in which they arrive (weeks,)."""
    plan = ledger.plan
    for m, route in enumerate(plan.data.moves):
        if (route.destination, route.carries) == plan.factory.nodes[node]:
            columns = plan.factory.move[m]
            yield np.append(np.full(route.transit, -1), columns)[: len(columns)]
