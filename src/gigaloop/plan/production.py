"""Made parts: which lines make them when, what they use, and how burn-in loads the test cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.units import HOUR, WEEK
from gigaloop.plan.facts import RackFacts
from gigaloop.plan.schedule import BoolArray, FloatArray, IntArray, power_by_week, ramp_share
from gigaloop.programme.schema import Generation, Part, Programme, Stage

WEEK_HOURS = WEEK / HOUR


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A part that lines make.

    Parameters
    ----------
    generation
        Index of the generation whose rack it is; -1 for parts of racks.
    scale
        Pieces per rack, the measure of the item in the model.
    made_parts, bought_parts
        Pieces of each component per piece, by week of use: index to (weeks,).
    test_hours, test_of
        Burn-in before completion [h], and the index of the generation that draws power in it.
    first, last
        Weeks between which it can be completed (both included).
    """

    part: str
    generation: int
    scale: float
    made_parts: Mapping[int, FloatArray]
    bought_parts: Mapping[str, FloatArray]
    test_hours: float
    test_of: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """A way to get a part at a factory: a line that makes it, or its purchase where it is also on offer.

    Parameters
    ----------
    line
        Index of the line; -1 for a purchase.
    cycle
        Weeks from the use of components to completion.
    passes
        Times that a piece goes through the line until it is good, one over the test yield.
    load
        Weeks of the line's time per good piece.
    cost
        Cost of conversion per good piece [USD].
    allowed
        Weeks of completion (weeks,).
    most
        Most good pieces by week (weeks,) while the generation ramps; infinite otherwise.
    """

    factory: int
    line: int
    item: int
    cycle: int
    passes: float
    load: float
    cost: float
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
    makers = _makers(programme)
    order = _made_in_order(programme, makers)
    number = {part: i for i, part in enumerate(order)}
    rack_of = _rack_parts(programme)
    uses = [_components(programme.part_of[part], calendar) for part in order]
    per_rack = _per_rack(order, rack_of, uses)
    hours = _test_hours(programme, number, uses, rack_of)
    windows = _windows(programme, order, number, uses, rack_of, makers)
    items = tuple(
        Item(
            part,
            rack_of.get(part, -1),
            float(per_rack[:, i].max()),
            {number[c]: amount for c, amount in uses[i].items() if c in number},
            {c: amount for c, amount in uses[i].items() if c not in number},
            *hours.get(part, (0.0, -1)),
            *windows[i],
        )
        for i, part in enumerate(order)
    )
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
        tuple(ramp_share(line.opens, float(line.ramp), float(line.initial_share), calendar) for _, line in lines),
        activities + purchases,
        tuple(_test_limits(programme)),
        tuple(_evaluation_weeks(generation, calendar) for generation in programme.generations),
        bought,
    )


def _makers(programme: Programme) -> dict[str, list[tuple[int, int]]]:
    """Give the factory and the cycle in weeks of every line that makes a part, by part."""
    makers: dict[str, list[tuple[int, int]]] = {}
    for f, factory in enumerate(programme.factories):
        for line in factory.lines:
            for product in line.products:
                part = programme.part_of.get(product.part)
                if part is not None and part.stage is not None:
                    makers.setdefault(part.id, []).append((f, weeks_up(float(line.cycle_time))))
    return makers


def _rack_parts(programme: Programme) -> dict[str, int]:
    rack_of: dict[str, int] = {}
    for g, generation in enumerate(programme.generations):
        if generation.rack in rack_of:
            other = programme.generations[rack_of[generation.rack]].id
            path = f"generations.{generation.id}.rack"
            why = f"{generation.rack} is also the rack of {other}"
            raise ProgrammeError([Problem(why, programme.place(path), path, "give each generation a rack part")])
        rack_of[generation.rack] = g
    return rack_of


def _made_in_order(programme: Programme, makers: Mapping[str, object]) -> tuple[str, ...]:
    """Give the made parts that racks hold, each after all the parts that use it."""
    seen: set[str] = set()
    done: list[str] = []

    def visit(part: str) -> None:
        if part in seen or part not in makers:
            return
        seen.add(part)
        for line in programme.part_of[part].components:
            visit(line.part)
        done.append(part)

    for generation in programme.generations:
        visit(generation.rack)
    return tuple(reversed(done))


def _components(part: Part, calendar: Calendar) -> dict[str, FloatArray]:
    """Give the pieces of each component per piece of a part, by the bill of materials in force on every Monday."""
    used: dict[str, FloatArray] = {}
    week = np.arange(calendar.weeks)
    for line in part.components:
        first = calendar.index_from(line.effective_from) if line.effective_from else 0
        until = calendar.index_from(line.effective_until) if line.effective_until else calendar.weeks
        amount = np.where((week >= first) & (week < until), float(line.quantity), 0.0)
        if amount.any():
            used[line.part] = used.get(line.part, 0.0) + amount
    return used


def _per_rack(order: tuple[str, ...], racks: Mapping[str, int], uses: list[dict[str, FloatArray]]) -> FloatArray:
    """Give the most pieces of every made part that one rack of each generation holds (generations, items)."""
    number = {part: i for i, part in enumerate(order)}
    held = np.zeros((len(racks), len(order)))
    for rack, g in racks.items():
        if rack in number:
            held[g, number[rack]] = 1.0
        for i, used in enumerate(uses):
            for component, amount in used.items():
                if component in number:
                    held[g, number[component]] += held[g, i] * float(amount.max())
    return held


def _test_hours(
    programme: Programme,
    number: Mapping[str, int],
    uses: list[dict[str, FloatArray]],
    racks: Mapping[str, int],
) -> dict[str, tuple[float, int]]:
    """Give the burn-in hours of parts and their generation: L11 hours fall on an L11 part within an L12 rack."""
    hours: dict[str, tuple[float, int]] = {}
    for rack, g in racks.items():
        if rack not in number:
            continue
        test = programme.generations[g].test
        inner = [
            part
            for part in uses[number[rack]]
            if part in number and programme.part_of[part].stage is Stage.L11 and part not in hours
        ]
        if programme.part_of[rack].stage is Stage.L12 and inner:
            hours[rack] = (float(test.l12) / HOUR, g)
            pieces = sum(float(uses[number[rack]][part].max()) for part in inner)
            hours |= {part: (float(test.l11) / HOUR / pieces, g) for part in inner}
        else:
            hours[rack] = (float(test.l11 + test.l12) / HOUR, g)
    return hours


def _evaluation_weeks(generation: Generation, calendar: Calendar) -> IntArray:
    if generation.evaluation is None:
        return np.arange(0)
    dates = generation.effectivity
    return np.arange(
        calendar.clip(calendar.index_from(dates.evaluation)), calendar.clip(calendar.index_from(dates.ramp))
    )


def _windows(
    programme: Programme,
    order: tuple[str, ...],
    number: Mapping[str, int],
    uses: list[dict[str, FloatArray]],
    racks: Mapping[str, int],
    makers: Mapping[str, list[tuple[int, int]]],
) -> list[tuple[int, int]]:
    """Give the weeks in which each made part can be completed: early enough for its parents, and not after them."""
    calendar = programme.calendar
    made_at = {factory.id for factory in programme.factories}
    transits = [
        weeks_up(float(lane.transit))
        for lane in programme.lanes
        if lane.origin in made_at and lane.destination in made_at
    ]
    transit = max(transits, default=0)
    first, last = [calendar.weeks] * len(order), [-1] * len(order)
    for i, part in enumerate(order):
        if part in racks:
            generation = programme.generations[racks[part]]
            dates = generation.effectivity
            first[i] = min(first[i], calendar.index_from(dates.evaluation if generation.evaluation else dates.ramp))
            last[i] = max(last[i], min(calendar.index(dates.end_of_life), calendar.weeks - 1))
        cycles = [cycle for _, cycle in makers[part]]
        for component in uses[i]:
            if component in number:
                c = number[component]
                first[c] = min(first[c], first[i] - max(cycles) - transit)
                last[c] = max(last[c], last[i] - min(cycles))
    return [(max(a, 0), b) for a, b in zip(first, last, strict=True)]


def _activities(
    programme: Programme, items: tuple[Item, ...], number: Mapping[str, int], facts: tuple[RackFacts, ...]
) -> Iterator[Activity]:
    calendar = programme.calendar
    at = -1
    for f, factory in enumerate(programme.factories):
        for line in factory.lines:
            at += 1
            share = ramp_share(line.opens, float(line.ramp), float(line.initial_share), calendar)
            cycle, good = weeks_up(float(line.cycle_time)), float(line.test_yield)
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
                yield Activity(f, at, i, cycle, 1.0 / good, 1.0 / per_week, cost, allowed, most)


def _when(
    programme: Programme, item: Item, factory: int, cycle: int, share: FloatArray, per_week: float
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
                yield Activity(f, -1, i, 0, 1.0, 0.0, 0.0, allowed, np.full(weeks, np.inf))


def _test_limits(programme: Programme) -> Iterator[TestLimits | None]:
    for factory in programme.factories:
        cells = factory.test_cells
        if cells is None:
            yield None
            continue
        flow = np.inf if cells.coolant_flow is None else float(cells.coolant_flow)
        positions = np.inf if cells.positions is None else float(cells.positions)
        yield TestLimits(power_by_week(cells.power, programme.calendar), flow, positions)
