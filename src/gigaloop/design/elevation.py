"""The rack seen from the front: which unit stands where, for the height check and the drawing."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from gigaloop.design.cooling import unit_flows
from gigaloop.design.rack import effective_lines
from gigaloop.design.records import BomTable, CoolingNeed, Elevation, RackUnit
from gigaloop.programme.bom import explode
from gigaloop.programme.schema import Part

_PLATED = ("tray", "switch")
"""Families of units whose chips sit under cold plates."""
_UNKNOWN_CAPACITY_U = 100.0
"""No rack is higher: where to stop stacking when no part states the height of the frame."""


def elevation(parts: Mapping[str, Part], root: str, table: BomTable, cooling: CoolingNeed | None = None) -> Elevation:
    """Stack the units of a rack from U1 upward, in the order of the bill of materials.

    A unit is the topmost part that states a height; the frame is the root, else the highest part of family ``rack``
    or ``structure``. Units that find no place in the frame count in ``used`` and are not placed. With ``cooling``, heat
    to liquid and flow of a unit are its share of the rack's, by power, over the trays and switches, or over all units
    where more heat goes to liquid than those draw.
    """
    on = table.on
    order = tuple(reversed(explode(parts, root, on).parts))
    frame, capacity = _frame(parts, root, table)
    power, mass = _sums(parts, order, on, "power"), _sums(parts, order, on, "mass")
    heights = _unit_heights(parts, order, on, {root, frame} if frame else {root})
    plated = _plated_power(parts, root, power, on)

    def cooled(placed: list[RackUnit]) -> tuple[RackUnit, ...]:
        return _cooled(placed, cooling, plated, power[root])

    units: list[RackUnit] = []
    bottom, top = 1.0, (_UNKNOWN_CAPACITY_U if capacity is None else capacity) + 1.0
    for part, count in _units(parts, root, frame, heights, on):
        height = float(part.height or 0.0)
        for number in range(1, max(1, round(count)) + 1):
            if bottom + height > top + 1e-9:
                return Elevation(capacity, heights[root], cooled(units))
            label = part.name if round(count) <= 1 else f"{part.name} {number}"
            units.append(RackUnit(label, part.id, part.family, bottom, height, power[part.id], mass[part.id]))
            bottom += height
    return Elevation(capacity, heights[root], cooled(units))


def _cooled(
    units: Sequence[RackUnit], cooling: CoolingNeed | None, plated: float, drawn: float
) -> tuple[RackUnit, ...]:
    """Share the heat to liquid and the coolant of the rack out to its units, by power.

    ``plated`` is the power of all units under cold plates, ``drawn`` that of the rack [W]; more heat to liquid than the
    former comes from all units. What finds no place in the drawing keeps its share.
    """
    if cooling is None or not cooling.liquid_heat or not drawn:
        return tuple(units)
    some = cooling.liquid_heat <= plated
    wet = [not some or unit.family in _PLATED for unit in units]
    placed = math.fsum(unit.power for unit, counts in zip(units, wet, strict=True) if counts)
    rest = max(0.0, (plated if some else drawn) - placed)
    heat, flow = unit_flows(cooling, [*(unit.power for unit in units), rest], [*wet, True])
    return tuple(
        replace(unit, liquid_heat=float(heat[index]), flow=float(flow[index])) for index, unit in enumerate(units)
    )


def _plated_power(parts: Mapping[str, Part], root: str, power: Mapping[str, float], on: dt.date) -> float:
    """Add up the power of the topmost trays and switches below the root [W]."""
    total: list[float] = []
    stack = [(line.part, float(line.quantity)) for line in effective_lines(parts[root], on)]
    while stack:
        identity, count = stack.pop()
        if parts[identity].family in _PLATED:
            total.append(count * power[identity])
            continue
        stack.extend((line.part, count * float(line.quantity)) for line in effective_lines(parts[identity], on))
    return math.fsum(total)


def _sums(parts: Mapping[str, Part], order: tuple[str, ...], on: dt.date, field: str) -> dict[str, float]:
    """Give a value of one piece of each part, its components included."""
    known: dict[str, float] = {}
    for identity in order:
        part = parts[identity]
        inner = (float(line.quantity) * known[line.part] for line in effective_lines(part, on))
        known[identity] = math.fsum([float(getattr(part, field) or 0.0), *inner])
    return known


def _unit_heights(parts: Mapping[str, Part], order: tuple[str, ...], on: dt.date, frames: set[str]) -> dict[str, float]:
    """Give the height that one piece of each part fills: its own, else that of its components [U]."""
    known: dict[str, float] = {}
    for identity in order:
        part = parts[identity]
        inner = math.fsum(float(line.quantity) * known[line.part] for line in effective_lines(part, on))
        known[identity] = inner if identity in frames else float(part.height or inner)
    return known


def _frame(parts: Mapping[str, Part], root: str, table: BomTable) -> tuple[str | None, float | None]:
    if parts[root].height is not None:
        return root, float(parts[root].height or 0.0)
    for family in ("rack", "structure"):
        found = [parts[row.part] for row in table.rows if row.family == family and row.height is not None]
        if found:
            frame = max(found, key=lambda part: float(part.height or 0.0))
            return frame.id, float(frame.height or 0.0)
    return None, None


def _units(
    parts: Mapping[str, Part], root: str, frame: str | None, heights: Mapping[str, float], on: dt.date
) -> Iterator[tuple[Part, float]]:
    stack: list[tuple[str, float]] = [(root, 1.0)]
    while stack:
        identity, count = stack.pop()
        part = parts[identity]
        if part.height and identity not in (root, frame):
            yield part, count
        elif heights[identity]:
            lines = reversed(effective_lines(part, on))
            stack.extend((line.part, count * float(line.quantity)) for line in lines)
