"""Production: which lines make the items when, and the limits of lines and burn-in cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.units import HOUR, WEEK
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.plan.inputs.items import Item, build_items
from gigaloop.plan.inputs.lines import line_share, line_yield
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray, power_by_week, ramp_share
from gigaloop.plan.inputs.sourcing import standard_price
from gigaloop.programme.schema import Generation, Programme

WEEK_HOURS = WEEK / HOUR


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """A way to get a part at a factory: a line that makes it, or its purchase where it is also on offer.

    Parameters
    ----------
    line
        Index of the line; -1 for a purchase.
    cycle
        Weeks from the use of components to completion.
    rework
        Weeks from a failed test to the next one; 0 where rework runs in the steady state.
    passes
        Times that a piece goes through the line until it is good, one over the test yield (weeks,).
    load
        Weeks of the line's time per good piece (weeks,), once the line has learnt.
    cost
        Cost of conversion per good piece (weeks,) [USD].
    materials
        Cost of the made part's own materials, which no line of its bill lists [USD].
    learning
        What the time per piece falls to with every doubling, the pieces made at which the line is mature, and those
        made before the horizon; None where the line does not learn.
    allowed
        Weeks of completion (weeks,).
    most
        Most good pieces by week (weeks,) while the generation ramps; infinite otherwise.
    """

    factory: int
    line: int
    item: int
    cycle: int
    rework: int
    passes: FloatArray
    load: FloatArray
    cost: FloatArray
    materials: float
    learning: tuple[float, float, float] | None
    allowed: BoolArray
    most: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class TestLimits:
    """Limits of a factory's burn-in cells by week: power (weeks,) [W], coolant flow [m3/s] and rack positions."""

    power: FloatArray
    flow: float
    positions: float


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """The made items, components after their parents, and all that makes them."""

    items: tuple[Item, ...]
    per_rack: FloatArray
    """Most pieces of each item that a rack of each generation holds (generations, items)."""
    rack_item: tuple[int, ...]
    lines: tuple[str, ...]
    line_path: tuple[str, ...]
    line_share: tuple[FloatArray, ...]
    line_factory: tuple[int, ...]
    staff: tuple[float, ...]
    """People of each line at full rate [jobs]."""
    wip_limit: tuple[float, ...]
    """Most pieces in process on each line; infinite where none is stated."""
    activities: tuple[Activity, ...]
    test: tuple[TestLimits | None, ...]
    evaluation: tuple[IntArray, ...]
    """Weeks in which evaluation units of each generation can be completed."""
    bought_use: Mapping[str, Mapping[int, FloatArray]]
    """Pieces of every bought part per piece of an item, by week of use (weeks,): by item, or by ``purchase_key``."""


def purchase_key(item: int) -> int:
    """Give the key that stands for the purchase of an item itself among the uses of bought parts."""
    return -1 - item


def build_production(programme: Programme, facts: tuple[RackFacts, ...]) -> Production:
    """Give the items, lines and activities of a programme.

    Raises
    ------
    ProgrammeError
        If two generations share one rack part.
    """
    calendar = programme.calendar
    items, per_rack = build_items(programme)
    number = {item.part: i for i, item in enumerate(items)}
    bought: dict[str, dict[int, FloatArray]] = {}
    for i, item in enumerate(items):
        for part, amount in item.bought_parts.items():
            bought.setdefault(part, {})[i] = amount
    activities = tuple(_activities(programme, items, number, facts))
    supplied = {supply.part for supplier in programme.suppliers for supply in supplier.supplies}
    purchases = tuple(_purchases(programme, items, activities, supplied))
    for activity in purchases:
        bought.setdefault(items[activity.item].part, {})[purchase_key(activity.item)] = np.ones(calendar.weeks)
    lines = [(factory, line) for factory in programme.factories for line in factory.lines]
    return Production(
        items,
        per_rack,
        tuple(number.get(generation.rack, -1) for generation in programme.generations),
        tuple(f"{factory.id}.{line.id}" for factory, line in lines),
        tuple(f"factories.{factory.id}.lines.{line.id}" for factory, line in lines),
        tuple(line_share(line, factory, calendar) for factory, line in lines),
        tuple(f for f, factory in enumerate(programme.factories) for _ in factory.lines),
        tuple(float(line.staff) for _, line in lines),
        tuple(np.inf if line.wip_limit is None else float(line.wip_limit) for _, line in lines),
        activities + purchases,
        tuple(_test_limits(programme)),
        tuple(_evaluation_weeks(generation, calendar) for generation in programme.generations),
        bought,
    )


def _evaluation_weeks(generation: Generation, calendar: Calendar) -> IntArray:
    if generation.evaluation is None:
        return np.arange(0)
    dates = generation.effectivity
    return np.arange(
        calendar.clip(calendar.index_from(dates.evaluation)), calendar.clip(calendar.index_from(dates.ramp))
    )


def _activities(
    programme: Programme, items: tuple[Item, ...], number: Mapping[str, int], facts: tuple[RackFacts, ...]
) -> Iterator[Activity]:
    calendar = programme.calendar
    at = -1
    for f, factory in enumerate(programme.factories):
        for line in factory.lines:
            at += 1
            share = line_share(line, factory, calendar)
            cycle, good, rework = weeks_up(float(line.cycle_time)), line_yield(line, calendar), float(line.rework_time)
            for product in line.products:
                if product.part not in number:
                    continue
                i = number[product.part]
                item = items[i]
                per_week = float(product.rate) * WEEK * good
                allowed, most = _when(programme, item, f, cycle, share, per_week)
                tested = item.test_hours > 0.0 and facts[item.test_of].design_power > 0.0
                if tested and factory.test_cells is None:
                    allowed = np.zeros_like(allowed)
                cost = programme.usd(product.conversion_cost) / good
                curve = line.learning
                learns = None
                if curve is not None:
                    learns = (float(curve.rate), float(curve.at), float(product.made_before))
                own = standard_price(programme, programme.part_of[product.part])
                rework_weeks = weeks_up(rework) if (good < 1.0).any() else 0
                passes, load = 1.0 / good, 1.0 / per_week
                yield Activity(f, at, i, cycle, rework_weeks, passes, load, cost, own, learns, allowed, most)


def _when(
    programme: Programme, item: Item, factory: int, cycle: int, share: FloatArray, per_week: FloatArray
) -> tuple[BoolArray, FloatArray]:
    """Give the weeks in which a line can complete an item, and the most it then completes."""
    calendar = programme.calendar
    week = np.arange(calendar.weeks)
    allowed = (week >= max(item.first, cycle)) & (week <= item.last) & (share > 0.0)
    most = np.full(calendar.weeks, np.inf)
    if item.generation >= 0:
        generation = programme.generations[item.generation]
        dates = generation.effectivity
        ramp = float((dates.volume - dates.ramp).total_seconds())
        volume = ramp_share(dates.ramp, max(ramp, 0.0), 0.0, calendar)
        before = week < calendar.index_from(dates.ramp)
        evaluation = generation.evaluation
        here = evaluation is not None and evaluation.factory == programme.factories[factory].id
        allowed &= np.where(before, here, volume > 0.0)
        ramping = ~before & (volume < 1.0)
        most[ramping] = (share * per_week * volume)[ramping]
    return allowed, most


def _purchases(
    programme: Programme, items: tuple[Item, ...], activities: tuple[Activity, ...], supplied: set[str]
) -> Iterator[Activity]:
    """Give purchases of made parts that are also on offer, at every factory that uses them."""
    weeks = programme.calendar.weeks
    users: dict[int, set[int]] = {}
    for activity in activities:
        for component in items[activity.item].made_parts:
            users.setdefault(component, set()).add(activity.factory)
    week = np.arange(weeks)
    for i, factories in sorted(users.items()):
        if items[i].part in supplied:
            allowed = (week >= items[i].first) & (week <= items[i].last)
            for f in sorted(factories):
                none = np.zeros(weeks)
                yield Activity(f, -1, i, 0, 0, none + 1.0, none, none, 0.0, None, allowed, none + np.inf)


def _test_limits(programme: Programme) -> Iterator[TestLimits | None]:
    for factory in programme.factories:
        cells = factory.test_cells
        if cells is None:
            yield None
            continue
        flow = np.inf if cells.coolant_flow is None else float(cells.coolant_flow)
        positions = np.inf if cells.positions is None else float(cells.positions)
        yield TestLimits(power_by_week(cells.power, programme.calendar), flow, positions)
