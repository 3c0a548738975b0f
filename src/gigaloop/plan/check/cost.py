"""The costs of the check of a plan: quantities times prices, discounted, must come to what the plan says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.money import discount_factor
from gigaloop.core.units import WEEK, YEAR
from gigaloop.plan.check.choices import choice_costs
from gigaloop.plan.check.common import line_of
from gigaloop.plan.check.production import good_share
from gigaloop.plan.check.supply import buying_costs
from gigaloop.plan.inputs.deployment import late_cost
from gigaloop.plan.inputs.facts import RackFacts, energy_price
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.outcome.quantities import Transport
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue


def check_costs(
    programme: Programme, facts: tuple[RackFacts, ...], plan: Plan, catalogue: Catalogue | None
) -> Iterator[str]:
    """Check every cost, and that they add up to the objective."""
    policy, usd = programme.policy, programme.usd
    discount = np.array([discount_factor(float(policy.discount_rate), t * WEEK) for t in range(plan.calendar.weeks)])
    racks = {generation.rack for generation in programme.generations}
    in_stock = sum(
        (row for row, part in zip(plan.stock.pieces, plan.stock.parts, strict=True) if part in racks),
        np.zeros(len(discount)),
    )
    value, energy, beyond = _value(programme, facts, plan, catalogue)
    expected = {
        "bought parts": float(_parts(programme, plan, consigned=False) @ discount),
        "consigned parts": float(_parts(programme, plan, consigned=True) @ discount),
        "own materials of made parts": float(_materials(programme, plan) @ discount),
        "conversion": float(_conversion(programme, plan) @ discount),
        "hiring": float(_hiring(programme, plan) @ discount),
        "transport between factories": float(_freight(programme, plan.moves) @ discount),
        "transport to sites": float(_freight(programme, plan.shipments) @ discount),
        "factory stock": float(in_stock @ discount) * usd(policy.stock_cost) * WEEK,
        "waiting racks": float(plan.waiting.sum(axis=(0, 1)) @ discount) * usd(policy.waiting_cost) * WEEK,
        "lateness": sum(
            float(plan.late_power[d] @ discount) * late_cost(programme, demand) * WEEK
            for d, demand in enumerate(programme.demands)
        ),
        "energy": energy,
        "compute online": -value,
        "compute beyond the horizon": -beyond,
    } | choice_costs(programme, plan, discount)
    expected |= buying_costs(programme, plan, discount)
    scale = sum(abs(cost) for cost in expected.values()) + 1.0
    for name, cost in expected.items():
        if abs(cost - plan.costs.get(name, 0.0)) > 1e-6 * scale:
            yield f"cost of {name}: {plan.costs.get(name, 0.0):g} USD in the plan, {cost:g} USD by its quantities"
    if abs(sum(plan.costs.values()) - plan.objective) > 1e-6 * scale:
        yield f"costs add up to {sum(plan.costs.values()):g} USD, the objective is {plan.objective:g} USD"


def _parts(programme: Programme, plan: Plan, *, consigned: bool) -> FloatArray:
    spent = np.zeros(plan.calendar.weeks)
    for row, part in enumerate(plan.purchases.parts):
        if programme.part_of[part].consigned is consigned:
            spent += plan.purchases.used[row] * plan.purchases.price[row]
    return spent


def _materials(programme: Programme, plan: Plan) -> FloatArray:
    spent = np.zeros(plan.calendar.weeks)
    for row, name in enumerate(plan.production.lines):
        own = programme.part_of[plan.production.parts[row]].cost
        if name and own is not None:
            spent += plan.production.pieces[row] * programme.usd(own)
    return spent


def _conversion(programme: Programme, plan: Plan) -> FloatArray:
    spent = np.zeros(plan.calendar.weeks)
    for row, name in enumerate(plan.production.lines):
        if name:
            line = line_of(programme, name)
            product = next(each for each in line.products if each.part == plan.production.parts[row])
            spent += plan.production.pieces[row] * programme.usd(product.conversion_cost) / good_share(line, plan)
    return spent


def _hiring(programme: Programme, plan: Plan) -> FloatArray:
    spent = np.zeros(plan.calendar.weeks)
    for f, factory in enumerate(programme.factories):
        if factory.hiring is not None and factory.hiring.cost is not None:
            spent += plan.hired[f] * programme.usd(factory.hiring.cost)
    return spent


def _freight(programme: Programme, transport: Transport) -> FloatArray:
    cost = {lane.id: programme.usd(lane.cost) for lane in programme.lanes}
    return np.asarray(np.array([cost[lane] for lane in transport.lanes]) @ transport.pieces)


def _value(
    programme: Programme, facts: tuple[RackFacts, ...], plan: Plan, catalogue: Catalogue | None
) -> tuple[float, float, float]:
    """Give value and energy of the compute online and its net value beyond the horizon, week by week of its life."""
    policy, weeks = programme.policy, plan.calendar.weeks
    life = max(round(float(policy.rack_life) / WEEK), 1)
    years = np.arange(weeks + life) * WEEK / YEAR
    discount = (1.0 + float(policy.discount_rate) * YEAR) ** -years
    change = (1.0 + float(policy.compute_price_change) * YEAR) ** years
    value = energy = beyond = 0.0
    for s, site in enumerate(programme.sites):
        price = energy_price(programme, site, catalogue)
        for g, generation in enumerate(programme.generations):
            started = np.diff(plan.online_racks[s, g], prepend=0.0)
            alive = np.convolve(started, np.ones(life))[: weeks + life]
            alive = np.pad(alive, (0, weeks + life - len(alive)))
            hourly = float(generation.accelerators_per_rack) * programme.usd(generation.compute_value)
            earned = alive * hourly * float(policy.availability) * WEEK * change * discount
            mean = facts[g].power * float(policy.utilisation) * site.annual_pue
            spent = alive * mean * price * WEEK * discount
            value += float(earned[:weeks].sum())
            energy += float(spent[:weeks].sum())
            beyond += float((earned - spent)[weeks:].sum())
    return value, energy, beyond
