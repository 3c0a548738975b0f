"""What a plan costs by week, and what its compute brings."""

from __future__ import annotations

import numpy as np

from gigaloop.core.units import WEEK, YEAR
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.buying_costs import buying_flows
from gigaloop.plan.outcome.choices import choice_flows
from gigaloop.plan.outcome.results import Quantities


def flows(plan: PlanModel, found: Quantities) -> dict[str, FloatArray]:
    """Give costs by week, undiscounted (weeks,) [USD]; what the compute brings is negative."""
    data, policy = plan.data, plan.data.programme.policy
    usd = data.programme.usd
    activities = data.production.activities
    consigned = np.array([data.programme.part_of[source.part].consigned for source in data.sourcing.sources])
    none = np.zeros(data.weeks)
    bought = found.used * np.array([source.price for source in data.sourcing.sources]).reshape(-1, 1)
    is_rack = np.array([data.production.items[i].generation >= 0 for _, i in plan.factory.nodes], dtype=np.bool_)
    tier_cost = np.array([cost for _, cost in plan.site.tiers]).reshape(-1, 1)
    compute, energy = _earned(plan, found)
    result = {
        "bought parts": bought[~consigned].sum(axis=0),
        "consigned parts": bought[consigned].sum(axis=0),
        "hiring": hiring_cost(data) @ found.hired,
        "own materials of made parts": _per_piece([a.materials for a in activities], found.made),
        "conversion": sum((a.cost * made for a, made in zip(activities, found.made, strict=True)), none),
        "transport between factories": _per_piece([route.cost for route in data.moves], found.moved),
        "transport to sites": _per_piece([route.cost for route in data.ships], found.shipped)
        + _per_piece([route.cost for route in data.unit_ships], found.unit_shipped),
        "factory stock": found.stock[is_rack].sum(axis=0) * usd(policy.stock_cost) * WEEK,
        "waiting racks": found.waiting.sum(axis=0) * usd(policy.waiting_cost) * WEEK,
        "evaluation units not made": np.zeros(data.weeks),
        "lateness": (found.late * tier_cost).sum(axis=0) * WEEK,
        "energy": energy,
        "compute online": -compute,
    }
    for g, weeks in enumerate(data.production.evaluation):
        if found.short[g] > 0.0:
            cost = usd(policy.late_cost) * data.facts[g].power * len(weeks) * WEEK
            result["evaluation units not made"][weeks[-1]] += cost * found.short[g]
    return result | choice_flows(plan) | buying_flows(plan, found.used, found.made)


def hiring_cost(data: PlanData) -> FloatArray:
    """Give the cost of hiring a person at every factory (factories,) [USD]."""
    return np.array([0.0 if people is None else people.cost for people in data.workforce])


def _per_piece(costs: list[float], pieces: FloatArray) -> FloatArray:
    return np.asarray(np.array(costs) @ pieces if costs else np.zeros(pieces.shape[1]))


def _earned(plan: PlanModel, found: Quantities) -> tuple[FloatArray, FloatArray]:
    """Give what the compute online earns and what its energy costs, by week (weeks,) [USD]."""
    data, policy = plan.data, plan.data.programme.policy
    life = max(round(float(policy.rack_life) / WEEK), 1)
    change = (1.0 + float(policy.compute_price_change) * YEAR) ** (np.arange(data.weeks) * WEEK / YEAR)
    compute, energy = np.zeros(data.weeks), np.zeros(data.weeks)
    for n, (_, p) in enumerate(plan.site.served):
        s, g = data.pairs[p]
        to_date = np.cumsum(found.online[n])
        living = to_date.copy()
        living[life:] -= to_date[:-life]
        generation = data.programme.generations[g]
        hourly = float(generation.accelerators_per_rack) * data.programme.usd(generation.compute_value)
        compute += living * hourly * float(policy.availability) * WEEK * change
        mean = data.facts[g].power * float(policy.utilisation) * data.places[s].site.annual_pue
        energy += living * mean * data.energy_prices[s] * WEEK
    return compute, energy


def beyond_horizon(plan: PlanModel, found: Quantities) -> float:
    """Give the value, net of energy, of racks online after the end of the horizon, in present value [USD]."""
    worth = [plan.data.worth[plan.data.pairs[p]].beyond for _, p in plan.site.served]
    return float(sum(each @ found.online[n] for n, each in enumerate(worth)))
