"""Items: the parts that lines make, what they use, when, and how long they burn in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.units import HOUR
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.programme.schema import Part, Programme, Stage

LAST_SHIPMENT_WEEKS = 26
"""Weeks after the last build of a generation in which its last racks leave the factories. Source: a choice of this
model, which keeps it small; later shipments are not planned."""


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


def build_items(programme: Programme) -> tuple[tuple[Item, ...], FloatArray]:
    """Give the made parts of racks and units, each after all that use it, and the most that a rack holds of each.

    The second is pieces by generation and item (generations, items).

    Raises
    ------
    ProgrammeError
        If two generations share one rack part.
    """
    makers = _makers(programme)
    order = _made_in_order(programme, makers)
    number = {part: i for i, part in enumerate(order)}
    rack_of = _rack_parts(programme)
    uses = [_components(programme.part_of[part], programme.calendar) for part in order]
    per_rack = _per_rack(programme, order, rack_of, uses)
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
    return items, per_rack


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
    """Give the made parts that racks hold or units need, each after all the parts that use it."""
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
        for needed in generation.su_parts:
            visit(needed.part)
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


def _per_rack(
    programme: Programme, order: tuple[str, ...], racks: Mapping[str, int], uses: list[dict[str, FloatArray]]
) -> FloatArray:
    """Give the most pieces of every made part that one rack of each generation holds or needs (generations, items)."""
    number = {part: i for i, part in enumerate(order)}
    held = np.zeros((len(racks), len(order)))
    for g, generation in enumerate(programme.generations):
        for needed in generation.su_parts:
            if needed.part in number:
                held[g, number[needed.part]] += needed.pieces / float(generation.racks_per_su)
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
    for generation in programme.generations:
        dates = generation.effectivity
        for needed in generation.su_parts:
            if needed.part in number:
                i = number[needed.part]
                begins = calendar.index_from(dates.evaluation if generation.evaluation else dates.ramp)
                first[i] = min(first[i], begins)
                ends = calendar.index(dates.end_of_life) + LAST_SHIPMENT_WEEKS
                last[i] = max(last[i], min(ends, calendar.weeks - 1))
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
