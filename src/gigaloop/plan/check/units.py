"""The scalable units of the check of a plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan.check.common import asked_power, broken, unit_power
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme

_RACKS = 1e-3
"""Racks that count as rounding."""
_SERVED = 1e-5
"""Share of a demand that counts as rounding."""


def check_units(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan) -> Iterator[str]:
    """Check that units are whole, or the last of a finished demand, and that racks go online with them."""
    yield from _complete(programme, plan)
    yield from _stranded(plan)
    units = plan.units
    for s, site in enumerate(programme.sites):
        for g, generation in enumerate(programme.generations):
            mine = [
                n
                for n in range(len(units.sites))
                if units.sites[n] == site.id and units.generations[n] == generation.id
            ]
            what = f"{site.id}, {generation.id}"
            if units.numbers[mine].tolist() != list(range(1, len(mine) + 1)):
                yield f"{what}: units are not numbered in their order"
            if (np.diff(units.weeks[mine]) < 0).any():
                yield f"{what}: units go online before those with lower numbers"
            racks, weeks = units.racks[mine], units.weeks[mine]
            size = float(generation.racks_per_su)
            if (racks > size + _RACKS).any():
                yield f"{what}: a unit has {racks.max():g} racks instead of {size:g}"
            online = plan.online_racks[s, g]
            complete = np.array([racks[weeks <= t].sum() for t in range(plan.calendar.weeks)])
            tolerance = _RACKS * (1.0 + len(mine))
            if programme.policy.online_by == "units":
                yield from broken(f"{what}: racks online outside units", np.abs(online - complete), tolerance)
                yield from _short(programme, facts, plan, mine, size)
            else:
                yield from broken(f"{what}: units without their racks", complete - online, tolerance)
                yield from broken(f"{what}: racks without a unit", online - complete - size, tolerance)


def _complete(programme: Programme, plan: Plan) -> Iterator[str]:
    """Hold that what units need has come to their site, or was bought, before their racks are commissioned."""
    made = set(plan.production.parts)
    week = np.arange(plan.calendar.weeks)
    for part in dict.fromkeys(each.part for g in programme.generations for each in g.su_parts):
        bought = np.zeros(plan.calendar.weeks)
        for s, site in enumerate(programme.sites):
            need = np.zeros(plan.calendar.weeks)
            for g, generation in enumerate(programme.generations):
                pieces = sum(each.pieces for each in generation.su_parts if each.part == part)
                need += plan.online_racks[s, g] * pieces / float(generation.racks_per_su)
            delay = weeks_up(float(site.commissioning))
            bought += need[np.minimum(week + delay, week[-1])]
            if part not in made:
                continue
            came = np.zeros(plan.calendar.weeks)
            sent = plan.shipments
            for row, destination in enumerate(sent.destinations):
                if destination == site.id and sent.parts[row] == part:
                    came += _later(np.cumsum(sent.pieces[row]), sent.transit[row] + delay)
            for lane in programme.lanes:
                for moved in lane.in_transit if lane.destination == site.id else ():
                    if moved.part == part:
                        at = max((moved.arrives - plan.calendar.start).days // 7, 0) + delay
                        came += np.where(week >= at, float(moved.quantity), 0.0)
            yield from broken(f"{site.id}: units without their {part}", need - came, 1e-5 * (1.0 + need[-1]))
        if part not in made:
            rows = [row for row, each in enumerate(plan.purchases.parts) if each == part]
            used = np.cumsum(plan.purchases.used[rows].sum(axis=0))
            yield from broken(f"{part}: not what units use", np.abs(used - bought), 1e-5 * (1.0 + used[-1]))


def _stranded(plan: Plan) -> Iterator[str]:
    """Hold that every rack that waits is told once, with what it waits for."""
    told = np.zeros(plan.waiting.shape)
    for row, (site, generation) in enumerate(zip(plan.stranded.sites, plan.stranded.generations, strict=True)):
        told[plan.sites.index(site), plan.generations.index(generation)] += plan.stranded.racks[row]
    excess = np.abs(told - plan.waiting)
    if (excess > _RACKS).any():
        yield f"stranded racks: {float(excess.max()):g} racks wait and are not told, or are told twice"


def _later(to_date: FloatArray, weeks: int) -> FloatArray:
    return np.append(np.zeros(min(weeks, len(to_date))), to_date[: max(len(to_date) - weeks, 0)])


def _short(
    programme: Programme, facts: tuple[RackFacts, ...], plan: Plan, units: list[int], size: float
) -> Iterator[str]:
    """Give the units that are short although they are not the last of a demand that all its units serve in full."""
    last = {plan.units.demands[n]: n for n in units}
    for n in units:
        if plan.units.racks[n] >= size - _RACKS:
            continue
        name, demand = plan.units.ids[n], plan.units.demands[n]
        asked = asked_power(programme, facts, next(each for each in programme.demands if each.id == demand))
        served = sum(
            float(plan.units.racks[k]) * unit_power(programme, facts, plan.units.sites[k], plan.units.generations[k])
            for k in range(len(plan.units.racks))
            if plan.units.demands[k] == demand
        )
        if last[demand] != n:
            yield f"{name}: {plan.units.racks[n]:g} of {size:g} racks, and not the last unit of {demand}"
        elif served < asked * (1.0 - _SERVED):
            yield f"{name}: {plan.units.racks[n]:g} of {size:g} racks, though {demand} is not finished"
