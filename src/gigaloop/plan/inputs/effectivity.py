"""Engineering changes: which parts may be used up in place of their successors, and which parts become obsolete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.plan.inputs.items import Item
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray
from gigaloop.programme.schema import BomLine, Part, Programme


@dataclass(frozen=True, slots=True, eq=False)
class UseUp:
    """A position of a made part where an old bought part may still be used in place of its successor.

    Parameters
    ----------
    item
        Index of the made part.
    position
        The position in its bill of materials.
    old, new
        The two parts.
    old_pieces, new_pieces
        Pieces of each that a piece of the made part takes.
    weeks
        Weeks of use in which either may be used (weeks,).
    path
        Path of the old line in the programme.
    """

    item: int
    position: str
    old: str
    new: str
    old_pieces: float
    new_pieces: float
    weeks: BoolArray
    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Obsolete:
    """A bought part that nothing uses after ``last``, and the pieces of it that come anyway."""

    part: str
    last: int
    given: float


def successor(part: Part, line: BomLine) -> BomLine | None:
    """Give the line that takes the place of another one at its position: the first that begins when it ends."""
    until = line.effective_until
    if until is None:
        return None
    same = [
        other
        for other in part.components
        if (other.position or other.part) == (line.position or line.part)
        and other.effective_from is not None
        and other.effective_from >= until
    ]
    return min(same, key=lambda other: other.effective_from or until, default=None)


def find_use_ups(programme: Programme, items: tuple[Item, ...]) -> tuple[UseUp, ...]:
    """Give the positions of made parts where old bought parts may be used up within the horizon."""
    return tuple(_use_ups(programme, items))


def _use_ups(programme: Programme, items: tuple[Item, ...]) -> Iterator[UseUp]:
    calendar = programme.calendar
    for i, item in enumerate(items):
        part = programme.part_of[item.part]
        for line in part.components:
            new = successor(part, line)
            if line.use_up_until is None or line.effective_until is None or new is None:
                continue
            weeks = _weeks(calendar, line, new)
            if weeks.any() and new.part in item.bought_parts:
                path = f"parts.{part.id}.components.{line.part}"
                position = line.position or line.part
                pieces = float(line.quantity), float(new.quantity)
                yield UseUp(i, position, line.part, new.part, *pieces, weeks, path)


def _weeks(calendar: Calendar, line: BomLine, new: BomLine) -> BoolArray:
    week = np.arange(calendar.weeks)
    begins = [calendar.index_from(day) for day in (line.effective_until, new.effective_from) if day is not None]
    ends = [calendar.index_from(day) for day in (line.use_up_until, new.effective_until) if day is not None]
    return np.asarray((week >= max(begins)) & (week < min(ends)))


def with_used_up(
    use: Mapping[str, Mapping[int, FloatArray]], use_ups: tuple[UseUp, ...], weeks: int
) -> Mapping[str, Mapping[int, FloatArray]]:
    """Give the use of bought parts with the parts that are only there to be used up."""
    more = {each.old: {each.item: np.zeros(weeks)} for each in use_ups if each.old not in use}
    return {**use, **more} if more else use


def find_obsolete(
    use: Mapping[str, Mapping[int, FloatArray]], use_ups: tuple[UseUp, ...], fixed: Mapping[str, FloatArray]
) -> tuple[Obsolete, ...]:
    """Give the parts that nothing uses from some week on, and of which there is something all the same.

    Parameters
    ----------
    use
        Use of each bought part by made item: pieces per piece of the item, by week of use (weeks,).
    fixed
        Stock, firm receipts and orders of every part by week (weeks,).
    """
    found = []
    for part, by_item in use.items():
        used = np.any([amount > 0.0 for amount in by_item.values()], axis=0)
        for each in use_ups:
            used |= each.weeks if each.old == part else False
        last = len(used) - 1 - int(np.argmax(used[::-1])) if used.any() else -1
        if last < len(used) - 1 and part in fixed and fixed[part].any():
            found.append(Obsolete(part, max(last, 0), float(fixed[part].sum())))
    return tuple(found)
