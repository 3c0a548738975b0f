"""The rack seen from the front: which unit stands where, for the height check and the drawing."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping

from gigaloop.design.rack import effective_lines
from gigaloop.design.records import BomTable, Elevation, RackUnit
from gigaloop.programme.bom import explode
from gigaloop.programme.schema import Part

_UNKNOWN_CAPACITY_U = 100.0
"""No rack is higher: where to stop stacking when no part states the height of the frame."""


def elevation(parts: Mapping[str, Part], root: str, table: BomTable) -> Elevation:
    """Stack the units of a rack from U1 upward, in the order of the bill of materials.

    A unit is the topmost part that states a height; the frame is the root, else the highest part of family ``rack``
    or ``structure``. Units that find no place in the frame count in ``used`` and are not placed.
    """
    on = table.on
    order = tuple(reversed(explode(parts, root, on).parts))
    frame, capacity = _frame(parts, root, table)
    power = _sums(parts, order, on, "power")
    heights = _unit_heights(parts, order, on, {root, frame} if frame else {root})
    units: list[RackUnit] = []
    bottom, top = 1.0, (_UNKNOWN_CAPACITY_U if capacity is None else capacity) + 1.0
    for part, count in _units(parts, root, frame, heights, on):
        height = float(part.height or 0.0)
        for number in range(1, max(1, round(count)) + 1):
            if bottom + height > top + 1e-9:
                return Elevation(capacity, heights[root], tuple(units))
            label = part.name if round(count) <= 1 else f"{part.name} {number}"
            units.append(RackUnit(label, part.id, part.family, bottom, height, power[part.id]))
            bottom += height
    return Elevation(capacity, heights[root], tuple(units))


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
