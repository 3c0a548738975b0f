"""Asking a pegging: what a scalable unit, a demand, a lot or a shipment is made of, and what it becomes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.plan.inputs.schedule import IntArray
from gigaloop.plan.inputs.sourcing import lead_days
from gigaloop.plan.pegging.records import Kind, Pegging
from gigaloop.plan.pegging.trace import Reach, joined, merged, pull, push, trace_back, trace_forward
from gigaloop.programme.schema import Programme

FORMS = (
    "a scalable unit SITE:GENERATION:NUMBER, a demand, SUPPLIER:PART[:WEEK], FACTORY[:PART]:WEEK or LANE[:WEEK]; "
    "weeks as 2027-W05 or a day in them"
)
_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_NOTHING = 1e-6
"""Share of the largest quantity of its kind below which a peg is rounding of the solver."""
_SHOWN: tuple[Kind, ...] = ("opening", "receipt", "make", "move", "shipment", "install", "online", "unit", "demand")


@dataclass(frozen=True, slots=True)
class Peg:
    """One lot that something is pegged to.

    Parameters
    ----------
    kind
        ``opening`` (there or under way at the start), ``receipt``, ``make``, ``move``, ``shipment``, ``install``,
        ``online``, ``unit`` (a scalable unit) or ``demand``.
    id
        Path of the supply, name ``factory.line`` of the line, id of the lane, the scalable unit, the demand or the
        generation.
    place
        The supplier, factory or site.
    week
        Monday of the week of arrival, completion, departure, installation or going online.
    quantity
        How much of it [pcs, racks, or W for demands]; ``of`` is the lot as a whole.
    order_by
        For receipts, the last day to order; none for what is at hand, firm or ordered already.
    """

    kind: Kind
    id: str
    place: str
    part: str
    week: dt.date
    quantity: float
    of: float
    order_by: dt.date | None = None

    def as_dict(self) -> dict[str, object]:
        """Give the peg as plain data, for ``--json``."""
        unit = "w" if self.kind == "demand" else "pcs"
        return {
            "kind": self.kind,
            "id": self.id,
            "place": self.place,
            "part": self.part or None,
            "week": self.week.isoformat(),
            f"quantity_{unit}": self.quantity,
            f"of_{unit}": self.of,
            "order_by": self.order_by.isoformat() if self.order_by else None,
        }


@dataclass(frozen=True, slots=True)
class Pegs:
    """What something is made of (``back``) and what it becomes (``forward``), in the order of the flow."""

    what: str
    kind: Kind
    back: tuple[Peg, ...]
    forward: tuple[Peg, ...]

    def as_dict(self) -> dict[str, object]:
        """Give the pegs as plain data, for ``--json``."""
        return {
            "what": self.what,
            "kind": self.kind,
            "back": [peg.as_dict() for peg in self.back],
            "forward": [peg.as_dict() for peg in self.forward],
        }


def find_pegs(programme: Programme, pegging: Pegging, what: str) -> Pegs:
    """Peg what is named both ways.

    Parameters
    ----------
    programme
        The programme.
    pegging
        The pegging of its plan.
    what
        A scalable unit ``SITE:GENERATION:NUMBER``, a demand, receipts ``SUPPLIER:PART[:WEEK]``, completions
        ``FACTORY[:PART]:WEEK`` (racks where no part is named) or shipments ``LANE[:WEEK]``.

    Raises
    ------
    UsageError
        If there is nothing of that name, or nothing of it in that week.
    """
    lots = find_lots(programme, pegging, what)
    kind = pegging.streams[int(pegging.lots.stream[lots[0]])].kind
    begin = Reach.whole(lots, one=True)
    back = trace_back(pegging, begin)
    if kind in ("unit", "demand"):
        online = joined([pull(pegging.of_units, begin), pull(pegging.of_demands, begin)])
        forward = merged(push(pegging.of_demands if kind == "unit" else pegging.of_units, online))
    else:
        forward = trace_forward(pegging, begin)
    own = set(lots.tolist())
    return Pegs(
        what,
        kind,
        tuple(peg for lot, peg in _pegs(programme, pegging, back) if lot not in own),
        tuple(peg for lot, peg in _pegs(programme, pegging, forward) if lot not in own),
    )


def _pegs(programme: Programme, pegging: Pegging, reach: Reach) -> Iterator[tuple[int, Peg]]:
    total = np.bincount(reach.lot, reach.quantity(pegging), len(pegging.lots))
    lead = {f"suppliers.{s.id}.supplies.{u.part}": lead_days(u) for s in programme.suppliers for u in s.supplies}
    for kind in _SHOWN:
        lots = pegging.of_kind(kind)
        largest = float(total[lots].max(initial=0.0))
        for lot in lots[total[lots] > _NOTHING * largest].tolist():
            stream = pegging.streams[int(pegging.lots.stream[lot])]
            week = pegging.date(lot)
            order = None
            if kind == "receipt" and stream.name in lead:
                day = week - dt.timedelta(days=lead[stream.name])
                order = day if day >= programme.horizon.start else None
            name = pegging.units.ids[pegging.unit_of(lot)] if kind == "unit" else stream.name
            quantity, whole = float(total[lot]), float(pegging.lots.size[lot])
            yield lot, Peg(kind, name, stream.place, stream.part, week, quantity, whole, order)


def find_lots(programme: Programme, pegging: Pegging, what: str) -> IntArray:
    """Give the lots that a name stands for; see :func:`find_pegs`.

    Raises
    ------
    UsageError
        If there is nothing of that name, or nothing of it in that week.
    """
    unit = pegging.unit(what)
    if unit is not None:
        return pegging.units.lot[[unit]]
    head, *rest = what.split(":")
    if head in programme.site_of and len(rest) == 2 and rest[0] in programme.generation_of:
        raise _no_unit(pegging, what, head, rest[0])
    if not rest and head in {demand.id for demand in programme.demands}:
        return _some(pegging, what, "demand", {"name": head})
    if rest and head in {supplier.id for supplier in programme.suppliers}:
        supplied = {supply.part for each in programme.suppliers if each.id == head for supply in each.supplies}
        if rest[0] not in supplied:
            raise UsageError(f"supplier {head} supplies no '{rest[0]}'", hint=did_you_mean(rest[0], supplied))
        return _some(pegging, what, "receipt", {"place": head, "part": rest[0]}, rest[1:])
    if rest and head in {factory.id for factory in programme.factories}:
        racks = {generation.rack for generation in programme.generations}
        named = rest[:-1] if _is_week(rest[-1]) else rest
        weeks = rest[len(named) :]
        if named and named[0] not in programme.part_of:
            raise UsageError(f"there is no part '{named[0]}'", hint=did_you_mean(named[0], programme.part_of))
        lots = [
            _some(pegging, "", "make", {"place": head, "part": part}, weeks)
            for part in (sorted(racks) if not named else named[:1])
        ]
        found = np.sort(np.concatenate(lots))
        if not len(found):
            raise UsageError(f"nothing is completed there: {what}", hint="see 'gigaloop plan PROGRAMME'")
        return found
    if head in {lane.id for lane in programme.lanes}:
        lots = [_some(pegging, "", kind, {"name": head}, rest) for kind in ("move", "shipment")]
        found = np.concatenate(lots)
        if not len(found):
            raise UsageError(f"nothing leaves on that lane then: {what}", hint="see 'gigaloop plan PROGRAMME'")
        return found
    known = [*pegging.units.sites, *(demand.id for demand in programme.demands)]
    raise UsageError(f"there is nothing called '{what}'", hint=did_you_mean(head, set(known), f"name {FORMS}"))


def _no_unit(pegging: Pegging, what: str, site: str, generation: str) -> UsageError:
    units = pegging.units
    count = sum(s == site and g == generation for s, g in zip(units.sites, units.generations, strict=True))
    there = f"{site}:{generation}:1 to {site}:{generation}:{count}" if count else "none of that generation there"
    return UsageError(f"there is no scalable unit '{what}'", hint=f"there are {there}" if count else there)


def _is_week(text: str) -> bool:
    return bool(re.match(r"\d{4}-", text))


def parse_week(pegging: Pegging, text: str) -> int:
    """Give the week that ``2027-W05`` or a day such as ``2027-02-03`` names.

    Raises
    ------
    UsageError
        If it names none of the horizon.
    """
    match = _WEEK.fullmatch(text)
    try:
        day = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no week", hint="write it as 2027-W05, or a day in it as 2027-02-03") from None
    week = pegging.calendar.index(day)
    if not 0 <= week < pegging.calendar.weeks:
        last = pegging.calendar.date(pegging.calendar.weeks - 1)
        raise UsageError(f"{text} is outside the horizon", hint=f"it runs from {pegging.calendar.start} to {last}")
    return week


def _some(pegging: Pegging, what: str, kind: Kind, fields: dict[str, str], weeks: list[str] | None = None) -> IntArray:
    """Give the lots of streams by their fields, of a week where one is named; none is an error if ``what`` is named."""
    lots = pegging.of_kind(kind)
    chosen = [
        s
        for s, stream in enumerate(pegging.streams)
        if stream.kind == kind and all(getattr(stream, name) == value for name, value in fields.items())
    ]
    kept = np.isin(pegging.lots.stream[lots], chosen)
    if weeks:
        kept &= pegging.lots.week[lots] == parse_week(pegging, weeks[0])
    if what and not kept.any():
        raise UsageError(f"the plan has nothing of {what}", hint="nothing of it is received, or served, then")
    return np.asarray(lots[kept])
