"""The site side of the check of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan.check.common import broken, by_day
from gigaloop.plan.check.equipment import held_power
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme, Site


def check_sites(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan) -> Iterator[str]:
    """Check what arrives, is installed, goes online and is late at every site."""
    for s, site in enumerate(programme.sites):
        yield from _racks(programme, plan, s, site)
        yield from _limits(programme, facts, plan, s, site)
        yield from _lateness(programme, facts, plan, s, site)


def _racks(programme: Programme, plan: Plan, s: int, site: Site) -> Iterator[str]:
    weeks = plan.calendar.weeks
    delay = weeks_up(float(site.commissioning))
    for g, generation in enumerate(programme.generations):
        what = f"{site.id}, {generation.id}"
        arrived = np.zeros(weeks)
        sent = plan.shipments
        for row, destination in enumerate(sent.destinations):
            if destination == site.id and sent.parts[row] == generation.rack:
                arrived[sent.transit[row] :] += sent.pieces[row][: weeks - sent.transit[row]]
                if sent.pieces[row][weeks - sent.transit[row] :].any():
                    yield f"{what}: racks leave too late to arrive"
        for lane in programme.lanes:
            for moved in lane.in_transit if lane.destination == site.id else ():
                week = max((moved.arrives - plan.calendar.start).days // 7, 0)
                if moved.part == generation.rack and week < weeks:
                    arrived[week] += float(moved.quantity)
        tolerance = 1e-5 * (1.0 + float(arrived.sum()))
        yield from broken(f"{what}: installs are not arrivals", np.abs(arrived - plan.installs[s, g]), tolerance)
        online = plan.online_racks[s, g]
        yield from broken(f"{what}: racks go offline", -np.diff(online), tolerance)
        ready = np.zeros(weeks)
        ready[delay:] = np.cumsum(arrived)[: weeks - delay]
        standing = 0.0
        for racks in site.opening:
            if racks.generation == generation.id:
                standing += float(racks.ready) + sum(float(each.quantity) for each in racks.in_commissioning)
                ready += float(racks.ready)
                for each in racks.in_commissioning:
                    ready += np.array([each.date <= day for day in plan.calendar.dates()]) * float(each.quantity)
        if abs(standing - plan.standing_at_start[s, g]) > tolerance:
            yield f"{what}: {plan.standing_at_start[s, g]:g} racks stand at the start instead of {standing:g}"
        yield from broken(f"{what}: online before commissioned", online - ready, tolerance)
        yield from broken(f"{what}: waiting racks", np.abs(ready - online - plan.waiting[s, g]), tolerance)


def _limits(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan, s: int, site: Site) -> Iterator[str]:
    calendar, weeks = plan.calendar, plan.calendar.weeks
    energised = np.zeros(weeks)
    for step in sorted(site.energisation, key=lambda step: step.start):
        energised[calendar.clip(calendar.index_from(step.start)) :] = float(step.power)
    free = np.maximum(energised - held_power(plan, site), 0.0)
    yield from broken(
        f"{site.id}: energised power", _site_power(facts, plan, s, site) - free, 1e-6 * (1e3 + free.max())
    )
    crews = by_day(site.install_crews, calendar).reshape(weeks, 7).sum(axis=1)
    coming = np.zeros(weeks)
    for lane in programme.lanes:
        for moved in lane.in_transit if lane.destination == site.id else ():
            if any(moved.part == generation.rack for generation in programme.generations):
                coming[min(max((moved.arrives - calendar.start).days // 7, 0), weeks - 1)] += float(moved.quantity)
    crews = np.maximum(crews, coming)
    yield from broken(f"{site.id}: crews", plan.installs[s].sum(axis=0) - crews, 1e-5 * (1.0 + crews.max()))
    standing = plan.standing_at_start[s][:, None] + np.cumsum(plan.installs[s], axis=1)
    numbers = range(len(programme.generations))
    for group in chain.from_iterable(combinations(numbers, size) for size in range(1, len(numbers) + 1)):
        racks, power = np.zeros(weeks), np.zeros(weeks)
        for hall in site.halls:
            takes = any(
                facts[g].design_power <= float(hall.rack_power) * (1 + 1e-9)
                and facts[g].flow <= float(hall.rack_flow) * (1 + 1e-9)
                and facts[g].floor_load <= float(hall.floor_load) * (1 + 1e-9)
                and programme.generations[g].power.bus in hall.bus
                for g in group
            )
            if takes:
                ready = calendar.clip(calendar.index_from(hall.ready))
                racks[ready:] += float(hall.positions)
                power[ready:] += float(hall.power)
        names = " and ".join(programme.generations[g].id for g in group)
        stand = standing[list(group)]
        drawn = np.array([facts[g].design_power for g in group]) @ stand
        yield from broken(f"{site.id}: hall positions for {names}", stand.sum(axis=0) - racks, 1e-5 * (1 + racks.max()))
        yield from broken(f"{site.id}: hall power for {names}", drawn - power, 1e-6 * (1e3 + power.max()))


def _site_power(facts: tuple[RackFacts, ...], plan: Plan, s: int, site: Site) -> FloatArray:
    factor = site.peak_pue if site.power_basis == "facility" else 1.0
    return np.asarray(np.array([rack.power for rack in facts]) @ plan.online_racks[s] * factor)


def _lateness(programme: Programme, facts: tuple[RackFacts, ...], plan: Plan, s: int, site: Site) -> Iterator[str]:
    """Hold what is late to be what is asked and not online, and what is online to be asked, and not too early."""
    calendar, weeks = plan.calendar, plan.calendar.weeks
    factor = site.peak_pue if site.power_basis == "facility" else 1.0
    asked, late, groups = np.zeros(weeks), np.zeros(weeks), set()
    for d, demand in enumerate(programme.demands):
        if demand.site != site.id:
            continue
        due = max(calendar.index_from(demand.by), 0)
        if demand.power is not None:
            power = float(demand.power)
        else:
            generation = next(g for g in programme.generations if g.id == demand.generations[0])
            racks = float(demand.racks or 0.0)
            if demand.accelerators is not None:
                racks = float(demand.accelerators) / float(generation.accelerators_per_rack)
            power = racks * facts[programme.generations.index(generation)].power * factor
        if due < weeks:
            asked[due:] += power
            groups.add(tuple(sorted(demand.generations)))
        yield from broken(f"{demand.id}: more late than asked", plan.late_power[d] - power, 1e-6 * power)
        yield from broken(f"{demand.id}: late before its date", plan.late_power[d][:due], 1.0)
        late += plan.late_power[d]
    online = _site_power(facts, plan, s, site)
    tolerance = 1e-6 * (1e3 + asked[-1])
    yield from broken(f"{site.id}: asked power", np.abs(asked - plan.asked_power[s]), tolerance)
    yield from broken(f"{site.id}: less late than asked and not online", asked - online - late, tolerance)
    ahead = asked[np.minimum(np.arange(weeks) + plan.early_weeks, weeks - 1)]
    yield from broken(f"{site.id}: online and not asked", online - ahead, tolerance)
    if len(groups) == 1:
        yield from broken(f"{site.id}: more late than asked", late - np.maximum(asked - online, 0.0), tolerance)
