"""The critical path of a scalable unit: what sets its date, from the supplier's order to compute online."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.units import DAY, HOUR
from gigaloop.plan.explain.free import Free, Hold
from gigaloop.plan.explain.steps import Kind, Step, say_path, say_step
from gigaloop.plan.inputs.sourcing import lead_days
from gigaloop.plan.pegging import Pegging, Reach, Stream
from gigaloop.plan.pegging.records import Feed
from gigaloop.plan.pegging.trace import pull
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Programme

_POINT = 1e-6
"""Share of a lot that stands for the last rack of a scalable unit, and for what goes into it."""


@dataclass(frozen=True, slots=True)
class Path:
    """The network of activities behind a scalable unit.

    Parameters
    ----------
    steps
        All activities, the unit's going online first.
    edges
        Pairs of steps: what comes before, and what it is for.
    chain
        The steps that set the date, in the order of time.
    free
        Weeks by which the unit could be complete earlier with what else is planned as it is; the plan has no reason to.
    """

    unit: str
    site: str
    complete: dt.date
    steps: tuple[Step, ...]
    edges: tuple[tuple[int, int], ...]
    chain: tuple[int, ...]
    free: int
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """Give the path as plain data: nodes and edges of a drawing, and the chain in sentences."""
        return {
            "unit": self.unit,
            "site": self.site,
            "complete": self.complete.isoformat(),
            "sentence": self.sentence,
            "free_weeks": self.free,
            "nodes": [{"id": n, **step.as_dict(), "name": step.id} for n, step in enumerate(self.steps)],
            "edges": [{"from": before, "to": after} for before, after in self.edges],
            "chain": list(self.chain),
        }


def critical_path(programme: Programme, plan: Plan, pegging: Pegging, what: str) -> Path:
    """Give the critical path of a scalable unit, or of the one of a site that is complete last.

    Parameters
    ----------
    programme, plan, pegging
        A programme, its plan, and the plan's pegging.
    what
        A scalable unit ``SITE:GENERATION:NUMBER``, or a site.

    Notes
    -----
    The path is that of the unit's last rack, back through the lots that feed it first in first out. Every step's
    earliest end is found forward, as in the critical path method (Kelley & Walker, *Proc. Eastern Joint Computer
    Conference*, 1959): when all that it needs is there, in the first week in which its line, cells, lane, crew and
    power have room beside what else is planned. Latest ends are found backward from the unit's date; slack is the
    difference. Weeks on the chain add up: arrival of its first part, durations, weeks held by resources, and weeks
    that the plan leaves free.

    Raises
    ------
    UsageError
        If there is no such unit or site, or nothing comes online at the site.
    """
    unit = _unit(programme, pegging, what)
    walk = _Walk(programme, plan, pegging)
    lot, complete = int(pegging.units.lot[unit]), int(pegging.units.last[unit])
    top = walk.visit(*walk.source(pegging.of_units, lot, 1.0), complete)
    if top is None:
        raise UsageError(f"no rack of {what} is online", hint="its plan does not add up; see 'gigaloop plan check'")
    chain = walk.chain(top.step)
    steps = [
        replace(step, critical=n in set(chain), sentence=say_step(programme, step)) for n, step in enumerate(walk.steps)
    ]
    free, name = complete - top.earliest, pegging.units.ids[unit]
    sentence = say_path(programme, name, [steps[n] for n in chain], plan.calendar.date(complete), free)
    return Path(
        name,
        pegging.units.sites[unit],
        plan.calendar.date(complete),
        tuple(steps),
        tuple(walk.edges),
        tuple(chain),
        free,
        sentence,
    )


def _unit(programme: Programme, pegging: Pegging, what: str) -> int:
    unit = pegging.unit(what)
    if unit is not None:
        return unit
    units = pegging.units
    there = [n for n, site in enumerate(units.sites) if site == what]
    if there:
        return max(there, key=lambda n: (int(units.last[n]), n))
    if what in programme.site_of:
        raise UsageError(f"nothing comes online at {what}", hint="see 'gigaloop explain late'")
    site = what.split(":")[0]
    ids = [name for name, at in zip(units.ids, units.sites, strict=True) if at == site]
    hint = f"there are {ids[0]} to {ids[-1]}" if ids else did_you_mean(site, set(units.sites), "name a site")
    raise UsageError(f"there is no scalable unit or site '{what}'", hint=hint)


class _Walk:
    """The way back from a rack online; every step is made when all before it are."""

    def __init__(self, programme: Programme, plan: Plan, pegging: Pegging) -> None:
        self.programme, self.plan, self.pegging = programme, plan, pegging
        self.free = Free(programme, plan)
        self.steps: list[Step] = []
        self.edges: list[tuple[int, int]] = []
        self._before: dict[int, int] = {}

    def chain(self, top: int) -> list[int]:
        """Give the steps that set the date of one, in the order of time."""
        found = [top]
        while found[-1] in self._before:
            found.append(self._before[found[-1]])
        return found[::-1]

    def source(self, feed: Feed, lot: int, at: float) -> tuple[int, float]:
        """Give the lot, and the point in it, that feeds a point of a lot; -1 where nothing does."""
        begin = max(at - _POINT, 0.0)
        reach = Reach(np.array([lot]), np.array([begin]), np.array([at]), np.array([0]))
        found = pull(feed, reach)
        return (int(found.lot[-1]), float(found.high[-1])) if len(found) else (-1, 0.0)

    def visit(self, lot: int, at: float, latest: int) -> _Came | None:
        """Add the steps that bring a point of a lot by the week ``latest``; give the last of them."""
        if lot < 0:
            return None
        kind = self.pegging.streams[int(self.pegging.lots.stream[lot])].kind
        if kind == "online":
            return self._online(lot, at, latest)
        if kind == "install":
            return self._install(lot, at, latest)
        if kind == "make":
            return self._make(lot, at, latest)
        if kind in ("shipment", "move"):
            return self._carried(lot, at, latest)
        return self._bought(lot, at, latest) if kind == "use" else self._opening(lot, latest)

    def _of(self, lot: int) -> tuple[Stream, int]:
        return self.pegging.streams[int(self.pegging.lots.stream[lot])], int(self.pegging.lots.week[lot])

    def _before_lot(self, lot: int, at: float, latest: int) -> list[_Came]:
        came = self.visit(*self.source(self.pegging.material, lot, at), latest)
        return [came] if came is not None else []

    def _online(self, lot: int, at: float, latest: int) -> _Came:
        stream, week = self._of(lot)
        before = self._before_lot(lot, at, latest)
        for need in self._needs(lot):
            wait = -self._of(need)[0].goes
            before += [came.later(wait) for came in self._before_lot(need, at, latest - wait)]
        hold = self.free.online(stream.place, _ready(before, week), week)
        path = f"sites.{stream.place}"
        return self._add("online", stream, path, (week, week), (hold.week, latest), before, hold)

    def _install(self, lot: int, at: float, latest: int) -> _Came:
        stream, week = self._of(lot)
        path, late = f"sites.{stream.place}", latest - stream.comes
        before = self._before_lot(lot, at, late)
        hold = self.free.installation(stream.place, _ready(before, week), week)
        came = self._add("installation", stream, f"{path}.install_crews", (week, week), (hold.week, late), before, hold)
        if not stream.comes:
            return came
        weeks, ends = (week, week + stream.comes), (came.earliest + stream.comes, latest)
        return self._add("commissioning", stream, f"{path}.commissioning", weeks, ends, [came])

    def _carried(self, lot: int, at: float, latest: int) -> _Came:
        stream, week = self._of(lot)
        before = self._before_lot(lot, at, latest - stream.comes)
        hold = self.free.departure(stream.name, _ready(before, week), week)
        ends = (hold.week + stream.comes, latest)
        return self._add("transit", stream, f"lanes.{stream.name}", (week, week + stream.comes), ends, before, hold)

    def _make(self, lot: int, at: float, latest: int) -> _Came:
        stream, week = self._of(lot)
        started, point = self.source(self.pegging.material, lot, at)
        if started < 0:
            return self._opening(lot, latest)
        needs = self._needs(started)
        cycle = -self._of(needs[0])[0].goes if needs else 0
        before = [came for need in needs for came in self._before_lot(need, point, latest - cycle)]
        if not stream.name:
            return before[0] if before else self._opening(lot, latest)
        hold = self.free.work(stream.place, stream.name, stream.part, _ready(before, week - cycle) + cycle, week)
        path = f"factories.{stream.place}.lines.{stream.name.split('.')[-1]}"
        burn_in = self._burn_in(stream.part, cycle)
        by_cells = hold.kind.startswith("test")
        weeks, ends = (week - cycle, week), (hold.week, latest)
        by_line = Hold(0) if by_cells and burn_in else hold
        work = self._add("work", stream, path, weeks, ends, before, by_line, end_days=-burn_in)
        if not burn_in:
            return work
        cells = f"factories.{stream.place}.test_cells"
        by_test = hold if by_cells else Hold(0)
        return self._add("burn-in", stream, cells, (week, week), ends, [work], by_test, start_days=-burn_in)

    def _needs(self, lot: int) -> list[int]:
        """Give the lots of what a start, or racks online, need."""
        begin, end = self.pegging.needs[int(self.pegging.lots.stream[lot])].tolist()
        needs = self.pegging.lot_of(np.arange(begin, end), self.pegging.lots.week[[lot] * (end - begin)])
        return [int(need) for need in needs if need >= 0]

    def _burn_in(self, part: str, cycle: int) -> int:
        """Give the days of burn-in at the end of the work on a part, rounded up, no more than the work takes."""
        generation = next((each for each in self.programme.generations if each.rack == part), None)
        if generation is None:
            return 0
        hours = float(generation.test.l11 + generation.test.l12) / HOUR
        return min(int(np.ceil(hours / 24.0 - 1e-9)), 7 * cycle)

    def _bought(self, lot: int, at: float, latest: int) -> _Came:
        use, week = self._of(lot)
        receipt, _ = self.source(self.pegging.material, lot, at)
        arrives = self._of(receipt)[1] if receipt >= 0 else week
        begins, earliest = self._arrived(use.part, week, arrives)
        earliest = min(earliest, latest)
        lead, first = self._lead(use.name)
        held = max(earliest - max(begins, first if arrives >= first else 0), 0)
        given = f"is on order of {use.part} from {use.place}"
        name = f"what {given}" if arrives < first else f"what {use.place} allocates of {use.part}"
        hold = Hold(earliest, held, "supply", name, use.name) if held else Hold(earliest)
        if arrives < first:
            return self._add("opening", use, use.name, (arrives, arrives), (earliest, latest), [], hold)
        weeks = (arrives - lead, arrives)
        return self._add("order", use, use.name, weeks, (earliest, latest), [], hold)

    def _arrived(self, part: str, week: int, otherwise: int) -> tuple[int, int]:
        """Give the weeks from which any of a part, and as many as are used by a week, have arrived."""
        if part not in self.plan.parts:
            return otherwise, otherwise
        row = self.plan.parts.index(part)
        available = self.plan.part_available[row]
        enough = np.flatnonzero(available >= float(self.plan.part_use[row, : week + 1].sum()) * (1.0 - 1e-6))
        return int(np.argmax(available > 0.0)), int(enough[0]) if len(enough) else week

    def _lead(self, path: str) -> tuple[int, int]:
        """Give the lead time of a supply in weeks, and the first week in which a new order can arrive."""
        _, supplier, _, part = path.split(".")
        record = next(each for each in self.programme.suppliers if each.id == supplier)
        supply = next(each for each in record.supplies if each.part == part)
        lead = lead_days(supply)
        first = max(self.programme.horizon.start + dt.timedelta(days=lead), supply.qualified or dt.date.min)
        return weeks_up(lead * DAY), self.plan.calendar.index(first)

    def _opening(self, lot: int, latest: int) -> _Came:
        stream, week = self._of(lot)
        section = "factories" if stream.place in self.plan.factories else "sites"
        return self._add("opening", stream, f"{section}.{stream.place}", (week, week), (week, latest), [])

    def _add(
        self,
        kind: Kind,
        stream: Stream,
        path: str,
        weeks: tuple[int, int],
        ends: tuple[int, int],
        before: list[_Came],
        hold: Hold = Hold(0),  # noqa: B008 - frozen
        *,
        start_days: int = 0,
        end_days: int = 0,
    ) -> _Came:
        """Add a step between two weeks, with its earliest and latest weeks of end and the steps before it."""
        date, (start, end), (earliest, latest) = self.plan.calendar.date, weeks, ends
        number = len(self.steps)
        self.steps.append(
            Step(
                kind=kind,
                id=stream.name,
                path=path,
                place=stream.place,
                part=stream.part,
                start=date(start) + dt.timedelta(days=start_days),
                end=date(end) + dt.timedelta(days=end_days),
                earliest=date(earliest) + dt.timedelta(days=end_days),
                latest=date(latest) + dt.timedelta(days=end_days),
                slack=latest - earliest,
                wait=0,
                held=hold.weeks,
                held_by=hold.name,
                held_path=hold.path,
                critical=False,
                sentence="",
            )
        )
        for came in before:
            self.edges.append((came.step, number))
            self.steps[came.step] = replace(self.steps[came.step], wait=max(start - came.planned, 0))
        if before:
            self._before[number] = max(before, key=lambda came: came.earliest).step
        return _Came(number, earliest, end)


@dataclass(frozen=True, slots=True)
class _Came:
    """The last step that brings something: its number, the earliest week in which it ends, and the week planned."""

    step: int
    earliest: int
    planned: int

    def later(self, weeks: int) -> _Came:
        """Give the same some weeks later, as it must be there ahead of its use."""
        return replace(self, earliest=self.earliest + weeks, planned=self.planned + weeks)


def _ready(before: list[_Came], otherwise: int) -> int:
    """Give the week in which all that came before is there at the earliest."""
    return max((came.earliest for came in before), default=otherwise)
