"""The equipment of the sites, and their commissioning crews, in the check of a plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.units import DAY
from gigaloop.plan.check.common import broken, by_day
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme, Site
from gigaloop.programme.schema.deployment import SiteEquipment


def check_equipment(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan) -> Iterator[str]:
    """Check that equipment serves what is online, that it can be there, and that crews commission what goes online."""
    rows = {path: row for row, path in enumerate(plan.equipment.paths)}
    bought: dict[str, FloatArray] = {}
    for s, site in enumerate(programme.sites):
        online = _online(facts, plan, s, site)
        for each in site.equipment:
            path = f"sites.{site.id}.equipment.{each.part}"
            if path not in rows:
                yield f"{path}: not in the plan"
                continue
            row = rows[path]
            arrivals = np.cumsum(plan.equipment.bought[row])
            bought[each.part] = bought.get(each.part, np.zeros(plan.calendar.weeks)) + arrivals
            install = weeks_up(float(each.install))
            serving = np.append(np.zeros(min(install, len(arrivals))), arrivals[: len(arrivals) - install])
            pieces = _given(plan, site, each) + serving
            factor = 1.0 if site.power_basis == "facility" else 1.0 / site.peak_pue
            held = held_power(plan, site)
            served = pieces * each.served * factor + held[0] - held
            yield from broken(f"{path}: power served", online - served, 1e-5 * (1e3 + served.max()))
        yield from _commissioning(programme, plan, s, site)
    for part, arrivals in bought.items():
        offered = np.zeros(plan.calendar.weeks)
        for supplier in programme.suppliers:
            for supply in supplier.supplies:
                if supply.part == part:
                    offered += offer_to_date(programme, plan, f"{supplier.id}.{supply.part}")
        yield from broken(f"{part}: bought for sites", arrivals - offered, 1e-5 * (1.0 + offered.max()))


def held_power(plan: Plan, site: Site) -> FloatArray:
    """Give the power that racks online since before the start hold (weeks,) [W, on the site's basis]."""
    mondays = list(plan.calendar.dates())
    gone = [sum(float(step.power) for step in site.retire if step.date <= day) for day in mondays]
    return np.maximum(float(site.online_at_start) - np.array(gone), 0.0)


def _online(facts: tuple[RackFacts, ...], plan: Plan, s: int, site: Site) -> FloatArray:
    factor = site.peak_pue if site.power_basis == "facility" else 1.0
    return np.asarray(np.array([rack.power for rack in facts]) @ plan.online_racks[s] * factor)


def _given(plan: Plan, site: Site, each: SiteEquipment) -> FloatArray:
    """Give the pieces in service by the programme (weeks,); what has no date comes when energised power needs it."""
    mondays = list(plan.calendar.dates())
    install = float(each.install) / DAY
    factor = 1.0 if site.power_basis == "facility" else 1.0 / site.peak_pue
    held = held_power(plan, site)
    pieces, undated = [], float(each.on_order) - sum(float(delivery.quantity) for delivery in each.deliveries)
    came = 0.0
    for t, day in enumerate(mondays):
        dated = float(each.installed)
        for delivery in each.deliveries:
            if (day - delivery.date).days >= install - 1e-6:
                dated += float(delivery.quantity)
        energised = max((float(step.power) for step in site.energisation if step.start <= day), default=0.0)
        short = (max(energised - held[t], 0.0) - (held[0] - held[t])) / (each.served * factor) - dated
        came = min(max(came, float(np.ceil(short - 1e-6))), max(undated, 0.0))
        pieces.append(dated + came)
    return np.array(pieces)


def offer_to_date(programme: Programme, plan: Plan, supply_id: str) -> FloatArray:
    """Give the pieces of a supply, by its supplier and part, that can have arrived by every week (weeks,)."""
    supplier_id, part = supply_id.split(".", 1)
    supplier = next(supplier for supplier in programme.suppliers if supplier.id == supplier_id)
    supply = next(supply for supply in supplier.supplies if supply.part == part)
    calendar, start = plan.calendar, programme.horizon.start
    offset = (start - calendar.start).days
    lead = offset + int(np.ceil(float(supply.lead_time + supply.customs_time) / DAY - 1e-9))
    ordered, allocated = (by_day(steps, calendar) for steps in (supply.open_orders, supply.allocation))
    day = np.arange(7 * calendar.weeks)
    first = lead if supply.qualified is None else max(lead, (supply.qualified - calendar.start).days)
    daily = np.where((day >= offset) & (day < lead), ordered, 0.0) + np.where(day >= first, allocated, 0.0)
    arrivals = daily.reshape(calendar.weeks, 7).sum(axis=1)
    arrivals[0] += float(supply.on_hand)
    for receipt in supply.receipts:
        week = max((receipt.date - calendar.start).days // 7, 0)
        if week < calendar.weeks:
            arrivals[week] += float(receipt.quantity)
    to_date = np.cumsum(arrivals)
    if supply.qualified is not None:
        to_date[: calendar.clip(calendar.index_from(supply.qualified))] = 0.0
    return np.asarray(to_date)


def _commissioning(programme: Programme, plan: Plan, s: int, site: Site) -> Iterator[str]:
    """Hold that crews can have commissioned what is online, from when it was installed, by every week."""
    if not site.commissioning_crews:
        return
    crews = np.cumsum(by_day(site.commissioning_crews, plan.calendar).reshape(plan.calendar.weeks, 7).sum(axis=1))
    online = plan.online_racks[s]
    if programme.policy.online_by == "racks":
        went = np.diff(online.sum(axis=0), prepend=0.0)
        yield from broken(f"{site.id}: commissioning crews", went - np.diff(crews, prepend=0.0), 1e-5 * crews[-1])
        return
    ready = online + plan.waiting[s]
    before = np.concatenate([np.zeros((len(ready), 1)), ready[:, :-1]], axis=1)
    done = np.concatenate([[0.0], crews[:-1]])
    for first in range(plan.calendar.weeks):
        needed = np.maximum(online - before[:, first : first + 1], 0.0).sum(axis=0)[first:]
        excess = needed - (crews[first:] - done[first])
        if (excess > 1e-4 * (1.0 + crews[-1])).any():
            yield f"{site.id}: commissioning crews: {float(excess.max()):g} racks too many from week {first}"
            return
