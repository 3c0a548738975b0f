"""The activities on the way to a scalable unit, and the sentences about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

from gigaloop.programme.schema import Programme

Kind = Literal["order", "opening", "work", "burn-in", "transit", "installation", "commissioning", "online"]


@dataclass(frozen=True, slots=True)
class Step:
    """One activity on the way to a scalable unit. Dates are Mondays; what ends in a week is of use in that week.

    Parameters
    ----------
    kind
        ``order`` (from order to arrival), ``opening`` (there at the start), ``work`` (a line makes a part),
        ``burn-in``, ``transit``, ``installation``, ``commissioning`` or ``online``.
    path
        The record in the programme.
    start, end
        As planned, first in first out.
    earliest
        When it could end with everything before it as early as it can be, and what else is planned as it is.
    latest
        When it may end without moving the unit.
    slack
        Weeks from ``earliest`` to ``latest``.
    wait
        Weeks that what it brings then waits, as planned, before the next step takes it.
    held, held_by, held_path
        Weeks by which a resource holds it back after all that it needs is there, and the resource.
    critical
        Whether it lies on the chain that sets the date.
    """

    kind: Kind
    id: str
    path: str
    place: str
    part: str
    start: dt.date
    end: dt.date
    earliest: dt.date
    latest: dt.date
    slack: int
    wait: int
    held: int
    held_by: str
    held_path: str
    critical: bool
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """Give the step as plain data, for ``--json`` and drawings."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _weeks(count: int) -> str:
    return f"{count} week" + ("" if count == 1 else "s")


def _name(programme: Programme, place: str) -> str:
    for section in (programme.sites, programme.factories, programme.suppliers):
        for record in section:
            if record.id == place:
                return record.name
    return place


def say_step(programme: Programme, step: Step) -> str:
    """Say what a step is, what holds it back, and how long what it brings waits."""
    part = programme.part_of[step.part].name if step.part in programme.part_of else step.part
    place = _name(programme, step.place)
    said = {
        "order": f"{place} delivers {part}, ordered by {step.start}, on {step.end}",
        "opening": f"{part} is at hand or on order at {place}, from {step.end}",
        "work": f"{step.id} works on {part} from {step.start} to {step.end}",
        "burn-in": f"{part} burns in at {place} from {step.start} to {step.end}",
        "transit": f"{part} goes by {step.id} from {step.start} to {step.end}",
        "installation": f"{part} is installed at {place} in the week of {step.end}",
        "commissioning": f"{place} commissions it from {step.start} to {step.end}",
        "online": f"it is online at {place} in the week of {step.end}",
    }[step.kind]
    if step.held:
        why = " to date, all of it used before" if step.kind in ("order", "opening") else ", which is full until then"
        said += f", held back {_weeks(step.held)} by {step.held_by}{why}"
    if step.wait:
        said += f"; what it brings waits {_weeks(step.wait)}"
    return f"{said}."


def say_path(programme: Programme, unit: str, chain: Sequence[Step], complete: dt.date, free: int) -> str:
    """Say what sets the date of a scalable unit."""
    first = chain[0]
    holds = sorted((step for step in chain if step.held), key=lambda step: -step.held)
    begin = f"{unit} is complete in the week of {complete}."
    part = programme.part_of[first.part].name if first.part in programme.part_of else first.part
    begins = f"Its chain begins with {part} from {_name(programme, first.place)}"
    source = f"{begins}, there from {first.earliest} at the earliest"
    if holds:
        named = ", ".join(f"{_weeks(step.held)} by {step.held_by}" for step in holds)
        source += f", and is held back {named}"
    if not free:
        return f"{begin} {source}. It cannot be earlier with what else is planned."
    return (
        f"{begin} {source}. It could be {_weeks(free)} earlier; the plan gains nothing by that, or serves others first."
    )
