"""Where the resources of a plan have room beside what is planned, and which are full."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, ramp_share
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme

_FULL = 1e-6
"""Share of its limit that a full resource may have left by the rounding of the solver."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A resource that holds something back: until which week, for how many, its name, and its record."""

    week: int
    weeks: int = 0
    kind: str = ""
    name: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class _Room:
    kind: str
    name: str
    path: str
    free: BoolArray


def _said(kind: str, name: str) -> str:
    """Name a resource for a sentence.

    >>> _said("line", "houston.racks-1"), _said("test power", "houston"), _said("crews", "milam")
    ('line houston.racks-1', 'test power at houston', 'crews at milam')
    """
    return f"{kind} {name}" if kind in ("line", "lane") else f"{kind} at {name}"


class Free:
    """The room that is left in a plan's resources, week by week."""

    def __init__(self, programme: Programme, plan: Plan) -> None:
        self.programme, self.plan = programme, plan
        self._loads: dict[tuple[str, str], _Room] = {}
        for load in plan.loads:
            for row, (name, path) in enumerate(zip(load.names, load.paths, strict=True)):
                limit = load.limit[row]
                free = load.used[row] < limit - _FULL * np.maximum(np.abs(limit), _FULL)
                self._loads[load.kind, path] = _Room(load.kind, _said(load.kind, name), path, free)
        self._site = {site.id: s for s, site in enumerate(programme.sites)}

    def work(self, factory: str, line: str, part: str, ready: int, planned: int) -> Hold:
        """Say when a line could complete a part at the earliest, from ``ready`` and no later than ``planned``."""
        path = f"factories.{factory}.lines.{line.split('.')[-1]}"
        base = f"factories.{factory}"
        rooms = [
            room
            for (kind, at), room in self._loads.items()
            if at == path or at.startswith(f"{path}.") or self._of_factory(kind, at, base, part)
        ]
        rooms += self._dates(factory, line, part, path)
        return self._first(rooms, ready, planned)

    def _of_factory(self, kind: str, at: str, base: str, part: str) -> bool:
        if at != base and (not at.startswith(f"{base}.") or at.startswith(f"{base}.lines.")):
            return False
        return not kind.startswith("test") or part in self._tested

    @property
    def _tested(self) -> set[str]:
        return {generation.rack for generation in self.programme.generations} | {
            part.id for part in self.programme.parts if part.stage is not None and part.stage.value in ("L11", "L12")
        }

    def _dates(self, factory: str, line: str, part: str, path: str) -> list[_Room]:
        """Give the weeks in which a rack's generation may be built, and in which its ramp leaves room."""
        generation = next((each for each in self.programme.generations if each.rack == part), None)
        if generation is None:
            return []
        calendar, dates = self.plan.calendar, generation.effectivity
        week = np.arange(calendar.weeks)
        ramp = calendar.index_from(dates.ramp)
        here = generation.evaluation is not None and generation.evaluation.factory == factory
        first = calendar.index_from(dates.evaluation) if here else ramp
        where = f"generations.{generation.id}.effectivity"
        built = _Room("effectivity", f"start of {generation.name}", where, (week >= first) & ((week >= ramp) | here))
        share = ramp_share(dates.ramp, max((dates.volume - dates.ramp).total_seconds(), 0.0), 0.0, calendar)
        ramping = (week >= ramp) & (share < 1.0)
        rows = [
            row
            for row, (name, each) in enumerate(zip(self.plan.production.lines, self.plan.production.parts, strict=True))
            if name == line and each == part
        ]
        made = self.plan.production.pieces[rows].sum(axis=0)
        most = share * self._full_rate(factory, line, part) * self._line_share(path)
        free = ~ramping | (made < most * (1.0 - _FULL))
        return [built, _Room("ramp", f"ramp of {generation.name}", where, free)]

    def _full_rate(self, factory: str, line: str, part: str) -> float:
        at = next(each for each in self.programme.factories if each.id == factory)
        record = next(each for each in at.lines if f"{factory}.{each.id}" == line)
        product = next(each for each in record.products if each.part == part)
        return float(product.rate) * WEEK * float(record.test_yield)

    def _line_share(self, path: str) -> FloatArray:
        for load in self.plan.loads:
            if load.kind == "line" and path in load.paths:
                return np.asarray(load.limit[load.paths.index(path)])
        return np.ones(self.plan.calendar.weeks)

    def departure(self, lane: str, ready: int, planned: int) -> Hold:
        """Say when something could leave on a lane at the earliest."""
        return self._first(self._at(f"lanes.{lane}"), ready, planned)

    def installation(self, site: str, ready: int, planned: int) -> Hold:
        """Say when a rack could be installed at the earliest: crews and a hall."""
        record = self.programme.sites[self._site[site]]
        calendar = self.plan.calendar
        halls = min((calendar.index_from(hall.ready) for hall in record.halls), default=0)
        room = _Room("hall", f"halls at {record.name}", f"sites.{site}.halls", np.arange(calendar.weeks) >= halls)
        return self._first([*self._at(f"sites.{site}.install_crews"), room], ready, planned)

    def online(self, site: str, ready: int, planned: int) -> Hold:
        """Say when racks could go online at the earliest: power and equipment from then on, and somebody who asks."""
        s, plan = self._site[site], self.plan
        ahead = np.minimum(np.arange(plan.calendar.weeks) + plan.early_weeks, plan.calendar.weeks - 1)
        asked = plan.asked_power[s][ahead] > plan.online_power[s].sum(axis=0) * (1.0 + _FULL)
        name = f"what is asked for at {self.programme.sites[s].name}"
        there = [room for (_, at), room in self._loads.items() if at.startswith(f"sites.{site}.")]
        crews = [room for room in there if room.kind == "commissioning crews"]
        lasting = [room for room in there if room.kind not in ("crews", "commissioning crews")]
        hold = self._first([*lasting, _Room("demand", name, f"sites.{site}", asked)], ready, planned, lasting=True)
        later = self._first(crews, hold.week, planned)
        return replace(hold, week=later.week, weeks=hold.weeks + later.weeks) if hold.weeks else later

    def _at(self, path: str) -> list[_Room]:
        return [room for (_, at), room in self._loads.items() if at == path or at.startswith(f"{path}.")]

    def _first(self, rooms: list[_Room], ready: int, planned: int, *, lasting: bool = False) -> Hold:
        """Give the first week with room in all; with ``lasting``, the first with room from then until planned."""
        if planned <= ready or not rooms:
            return Hold(min(ready, planned) if planned > ready else planned)
        begin = max(ready, 0)
        free = np.logical_and.reduce([room.free[begin:planned] for room in rooms])
        if lasting:
            full = np.flatnonzero(~free)
            week = begin + int(full[-1]) + 1 if len(full) else begin
        else:
            there = np.flatnonzero(free)
            week = begin + int(there[0]) if len(there) else planned
        if week == begin:
            return Hold(week)
        held = [int((~room.free[begin:week]).sum()) for room in rooms]
        room = rooms[int(np.argmax(held))]
        return Hold(week, week - begin, room.kind, room.name, room.path)
