"""Sites: power as it energises, halls by what they can take, crews, what is asked of them, and its worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.equipment import SitePower, site_power
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.schedule import FloatArray, IntArray, power_by_week, rate_by_week, yearly_factor
from gigaloop.programme.schema import Demand, Generation, Hall, Programme, Site

_FORGIVEN = 1e-9
"""Relative rounding forgiven where a rack is held against what a hall position takes."""
MIDDLE_PRIORITY = 5
LOWEST_PRIORITY = 10


@dataclass(frozen=True, slots=True, eq=False)
class HallClass:
    """Halls of a site that take the same generations in the same proportion of positions to power.

    Parameters
    ----------
    halls
        Ids of the halls.
    generations
        Indices of the generations that they take.
    positions
        Rack positions by week (weeks,); infinite where power is always the tighter limit.
    power
        Power of racks by week (weeks,) [W, at the racks]; infinite where positions are always tighter.
    """

    halls: tuple[str, ...]
    generations: tuple[int, ...]
    positions: FloatArray
    power: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The demands of one site that the same generations may serve.

    Parameters
    ----------
    demands
        Indices of the demands in the programme, earliest first.
    due
        Week from which each counts as late (demands,).
    power
        Power asked by each (demands,) [W, on the site's basis].
    late_cost
        Cost of lateness of each, weighted by priority (demands,) [USD/W/s].
    """

    site: int
    generations: tuple[int, ...]
    demands: tuple[int, ...]
    due: tuple[int, ...]
    power: FloatArray
    late_cost: FloatArray

    def cumulative(self, weeks: int, cost: float | None = None) -> FloatArray:
        """Give the power asked by every week (weeks,) [W], of one cost of lateness or of all."""
        asked = np.zeros(weeks)
        for due, power, late in zip(self.due, self.power, self.late_cost, strict=True):
            if cost is None or late == cost:
                asked[due:] += power
        return asked


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A site as the plan sees it.

    Parameters
    ----------
    energised
        What the utility energises (weeks,) [W, on the site's basis].
    free
        Energised power that racks online since before the start do not hold (weeks,) [W, on the site's basis].
    factor
        Power on the site's basis per power at the racks.
    crews
        Racks that crews install by week (weeks,).
    commissioning
        Weeks from installation to compute online.
    power
        Where ``free`` comes from, and the equipment that serves it.
    commissioning_crews
        Racks that crews commission by week (weeks,); infinite where nothing limits them.
    standing
        Racks installed before the start and not online (generations,).
    installed
        Racks on their way at the start that are installed by week (generations, weeks).
    ready
        Racks standing or on their way at the start, by the week from which they can go online (generations, weeks).
    """

    site: Site
    energised: FloatArray
    free: FloatArray
    factor: float
    crews: FloatArray
    commissioning: int
    halls: tuple[HallClass, ...]
    power: SitePower
    commissioning_crews: FloatArray
    standing: FloatArray
    installed: FloatArray
    ready: FloatArray

    def installs_from(self, generation: int) -> int:
        """Give the first week in which a hall can take a generation's racks; the horizon's length where none can."""
        ready = [
            int(np.argmax(hall.positions > 0.0))
            for hall in self.halls
            if generation in hall.generations and hall.positions.any()
        ]
        return min(ready, default=len(self.free))


def build_places(programme: Programme, facts: tuple[RackFacts, ...]) -> tuple[Place, ...]:
    """Give every site of a programme as the plan sees it."""
    calendar = programme.calendar
    places = []
    for site in programme.sites:
        power = site_power(site, power_by_week(site.energisation, calendar), calendar)
        crews = rate_by_week(site.commissioning_crews, calendar)
        places.append(
            Place(
                site,
                power.energised,
                power.free,
                site.peak_pue if site.power_basis == "facility" else 1.0,
                rate_by_week(site.install_crews, calendar),
                weeks_up(float(site.commissioning)),
                tuple(_hall_classes(site, programme.generations, facts, calendar)),
                power,
                crews if site.commissioning_crews else np.full(calendar.weeks, np.inf),
                *_opening(programme, site),
            )
        )
    return tuple(places)


def _opening(programme: Programme, site: Site) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give racks that stand at the start, those installed later, and when either can go online."""
    calendar = programme.calendar
    number = {generation.id: g for g, generation in enumerate(programme.generations)}
    rack_of = {generation.rack: g for g, generation in enumerate(programme.generations)}
    standing = np.zeros(len(number))
    installed, ready = np.zeros((len(number), calendar.weeks)), np.zeros((len(number), calendar.weeks))
    for racks in site.opening:
        g = number[racks.generation]
        standing[g] += float(racks.ready) + sum(float(each.quantity) for each in racks.in_commissioning)
        ready[g, 0] += float(racks.ready)
        for each in racks.in_commissioning:
            week = max(calendar.index_from(each.date), 0)
            ready[g, week : week + 1] += float(each.quantity)
    delay = weeks_up(float(site.commissioning))
    for lane in programme.lanes:
        for moved in lane.in_transit if lane.destination == site.id else ():
            if moved.part in rack_of:
                week = max(calendar.index(moved.arrives), 0)
                installed[rack_of[moved.part], week : week + 1] += float(moved.quantity)
                ready[rack_of[moved.part], week + delay : week + delay + 1] += float(moved.quantity)
    return standing, installed, ready


def takes(hall: Hall, generation: Generation, rack: RackFacts) -> bool:
    """Say whether one position of a hall can take a rack: its power, coolant flow, floor load and bus."""
    return (
        rack.design_power <= float(hall.rack_power) * (1.0 + _FORGIVEN)
        and rack.flow <= float(hall.rack_flow) * (1.0 + _FORGIVEN)
        and rack.floor_load <= float(hall.floor_load) * (1.0 + _FORGIVEN)
        and generation.power.bus in hall.bus
    )


def _hall_classes(
    site: Site, generations: tuple[Generation, ...], facts: tuple[RackFacts, ...], calendar: Calendar
) -> Iterator[HallClass]:
    """Group halls so that the sum of their limits is exact: the same generations and binding measure or proportion."""
    groups: dict[tuple[tuple[int, ...], object], list[Hall]] = {}
    for hall in site.halls:
        accepted = tuple(g for g, generation in enumerate(generations) if takes(hall, generation, facts[g]))
        if not accepted:
            continue
        per_position = float(hall.power) / float(hall.positions)
        racks = [facts[g].design_power for g in accepted]
        measure: object = f"{per_position:.9g}"
        if per_position >= max(racks):
            measure = "positions"
        elif per_position <= min(racks):
            measure = "power"
        groups.setdefault((accepted, measure), []).append(hall)
    for (accepted, measure), halls in groups.items():
        positions, power = np.zeros(calendar.weeks), np.zeros(calendar.weeks)
        for hall in halls:
            ready = calendar.clip(calendar.index_from(hall.ready))
            positions[ready:] += float(hall.positions)
            power[ready:] += float(hall.power)
        power = np.where(power > 0.0, np.inf, 0.0) if measure == "positions" else power
        positions = np.where(positions > 0.0, np.inf, 0.0) if measure == "power" else positions
        yield HallClass(tuple(hall.id for hall in halls), accepted, positions, power)


def build_asked(programme: Programme, places: tuple[Place, ...], facts: tuple[RackFacts, ...]) -> tuple[Asked, ...]:
    """Group what is asked within the horizon by site and by the generations that may serve it."""
    calendar = programme.calendar
    site_at = {place.site.id: s for s, place in enumerate(places)}
    number = {generation.id: g for g, generation in enumerate(programme.generations)}
    groups: dict[tuple[int, tuple[int, ...]], list[tuple[int, int]]] = {}
    for d, demand in enumerate(programme.demands):
        due = max(calendar.index_from(demand.by), 0)
        if due >= calendar.weeks:
            continue
        served_by = tuple(sorted(number[g] for g in demand.generations)) or tuple(range(len(number)))
        groups.setdefault((site_at[demand.site], served_by), []).append((due, d))
    asked = []
    for (s, served_by), members in groups.items():
        members.sort(key=lambda member: (member[0], programme.demands[member[1]].priority, member[1]))
        demands = [programme.demands[d] for _, d in members]
        asked.append(
            Asked(
                s,
                served_by,
                tuple(d for _, d in members),
                tuple(due for due, _ in members),
                np.array([_power(programme, demand, places[s], facts, served_by) for demand in demands]),
                np.array([late_cost(programme, demand) for demand in demands]),
            )
        )
    return tuple(asked)


def _power(
    programme: Programme, demand: Demand, place: Place, facts: tuple[RackFacts, ...], served_by: tuple[int, ...]
) -> float:
    if demand.power is not None:
        return float(demand.power)
    g = served_by[0]
    if demand.racks is not None:
        racks = float(demand.racks)
    else:
        racks = float(demand.accelerators or 0.0) / float(programme.generations[g].accelerators_per_rack)
    return racks * facts[g].power * place.factor


def late_cost(programme: Programme, demand: Demand) -> float:
    """Give the cost of lateness of a demand [USD/W/s], weighted by its priority: 1.8 for 1, 1 for 5, 0.2 for 9."""
    stated = demand.late_cost if demand.late_cost is not None else programme.policy.late_cost
    return programme.usd(stated) * (LOWEST_PRIORITY - demand.priority) / (LOWEST_PRIORITY - MIDDLE_PRIORITY)


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """What a rack that goes online in a week is worth over its life, in present values (weeks,) [USD].

    ``compute`` and ``energy`` fall within the horizon, ``beyond`` is the value net of energy after its end.
    """

    compute: FloatArray
    energy: FloatArray
    beyond: FloatArray

    @property
    def net(self) -> FloatArray:
        """Value of compute less energy, within the horizon and beyond (weeks,) [USD]."""
        return self.compute - self.energy + self.beyond


def worth_of_rack(
    programme: Programme, generation: Generation, rack: RackFacts, site: Site, energy_price: float
) -> Worth:
    """Give what a rack online at a site is worth, by the week in which it goes online.

    Parameters
    ----------
    energy_price
        Price of electricity at the site in the programme's price year [USD/J].

    Notes
    -----
    In every week of its life, from the week it goes online, a rack earns accelerators x value of an accelerator-hour
    x availability x hours, the value changing by the policy's ``compute_price_change``, less its design power x
    utilisation x PUE x energy price x hours. All is discounted to the start of the horizon.
    """
    policy, weeks = programme.policy, programme.calendar.weeks
    life = max(round(float(policy.rack_life) / WEEK), 1)
    discount = 1.0 / yearly_factor(float(policy.discount_rate), weeks + life)
    change = yearly_factor(float(policy.compute_price_change), weeks + life)
    hourly = float(generation.accelerators_per_rack) * programme.usd(generation.compute_value)
    earned = hourly * float(policy.availability) * WEEK * change * discount
    spent = rack.power * float(policy.utilisation) * site.annual_pue * energy_price * WEEK * discount
    start, end = np.arange(weeks), np.arange(weeks) + life

    def between(flow: FloatArray, low: IntArray, high: IntArray) -> FloatArray:
        total = np.concatenate([[0.0], np.cumsum(flow)])
        return np.asarray(total[high] - total[low])

    within = np.minimum(end, weeks)
    return Worth(between(earned, start, within), between(spent, start, within), between(earned - spent, within, end))
