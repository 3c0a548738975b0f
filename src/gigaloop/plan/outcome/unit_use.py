"""What completes scalable units: bought products used as units are commissioned, and made ones brought to the sites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.inputs.units import NOT_MADE, UnitPart
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.results import Quantities


def with_unit_parts(plan: PlanModel, found: Quantities) -> Quantities:
    """Add the use of products that are bought for scalable units, the cheapest that has arrived first."""
    bought = [part for part in plan.data.unit_parts if part.item == NOT_MADE]
    if not bought:
        return found
    used = found.used.copy()
    for part in bought:
        sources = list(part.sources)
        if sources:
            used[sources] += _cheapest_first(
                np.array([plan.data.sourcing.sources[k].arrivals for k in sources]),
                np.array([plan.data.sourcing.sources[k].cost for k in sources]),
                _use(plan, part, found.online),
            )
    return replace(found, used=used)


def _use(plan: PlanModel, part: UnitPart, online: FloatArray) -> FloatArray:
    """Give the pieces of a product that units use, as their commissioning begins (weeks,)."""
    data = plan.data
    use = np.zeros(data.weeks)
    for n, (_, p) in enumerate(plan.site.served):
        s, g = data.pairs[p]
        week = np.maximum(np.arange(data.weeks) - data.places[s].commissioning, 0)
        np.add.at(use, week, part.per_rack.get(g, 0.0) * online[n])
    return use


def _cheapest_first(arrivals: FloatArray, costs: FloatArray, use: FloatArray) -> FloatArray:
    """Split use (weeks,) over sources (sources, weeks), each week from the cheapest that has any on hand.

    >>> _cheapest_first(np.array([[1.0, 0.0], [5.0, 0.0]]), np.array([[1.0, 1.0], [2.0, 2.0]]), np.array([2.0, 1.0]))
    array([[1., 0.],
           [1., 1.]])
    """
    used, hand = np.zeros(arrivals.shape), np.zeros(len(arrivals))
    for t in range(len(use)):
        hand += arrivals[:, t]
        rest = float(use[t])
        order = np.argsort(costs[:, t], kind="stable")
        for k in order:
            used[k, t] = min(rest, max(float(hand[k]), 0.0))
            hand[k] -= used[k, t]
            rest -= used[k, t]
        used[order[0], t] += rest
        hand[order[0]] -= rest
    return used
