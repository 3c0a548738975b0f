"""What rules of buying cost by week: duties, safety stock, missing domestic content, obsolete parts."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.bought import domestic_content


def buying_flows(plan: PlanModel, used: FloatArray, made: FloatArray) -> dict[str, FloatArray]:
    """Give the costs of buying beyond the price of what is used (weeks,) [USD]; only those that the programme has.

    Parameters
    ----------
    used
        Pieces used of every source (sources, weeks).
    made
        Good pieces completed by activity (activities, weeks).
    """
    data, flows = plan.data, {}
    sources = data.sourcing.sources
    duty = sum((used[k] * source.price * source.duty for k, source in enumerate(sources)), np.zeros(data.weeks))
    if any(source.duty.any() for source in sources):
        flows["duties"] = duty
    if any(source.held.any() for source in sources):
        flows["safety stock"] = sum((source.held * source.cost for source in sources), np.zeros(data.weeks))
    if plan.rules.years:
        missing = np.zeros(data.weeks)
        for (_, weeks, _), each in zip(plan.rules.years, domestic_content(plan, used, made), strict=True):
            missing[weeks[-1]] += each.missing * float(data.programme.policy.domestic_shortfall)
        flows["domestic content missing"] = missing
    if data.programme.policy.pay_obsolete and data.obsolete:
        left = np.zeros(data.weeks)
        for old in data.obsolete:
            rows = [k for k, source in enumerate(sources) if source.part == old.part]
            price = data.sourcing.price[data.sourcing.parts.index(old.part)][old.last]
            left[old.last] += max(old.given - float(used[rows].sum()), 0.0) * price
        flows["obsolete parts"] = left
    return flows
