"""The pegging of a plan: streams of lots, and which part of which lot feeds which part of which other."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.plan.inputs.schedule import FloatArray, IntArray

Kind = Literal[
    "receipt", "use", "opening", "need", "start", "make", "move", "shipment", "install", "online", "unit", "demand"
]


@dataclass(frozen=True, slots=True)
class Stream:
    """A row of the plan by week: receipts of a supply, work of a line, shipments on a lane, racks online.

    Work begins with what it needs: ``need`` by component, ``start`` of the work, ``make`` for what it completes, rework
    included. Racks online have needs where scalable units hold more than racks. ``opening`` is what was in stock, under
    way or in transit at the start of the horizon.

    Parameters
    ----------
    place
        The factory or site where it goes out, or the supplier.
    name
        Path of a supply, name ``factory.line`` of a line, id of a lane, of a demand, or of a generation at a site.
    part
        What it is made of; empty for the power of demands.
    comes
        Weeks from a lot's own week to when the stock that it goes into can use it: transit, commissioning.
    goes
        Weeks from a lot's own week to when it leaves the stock that it is taken from: the cycle time, negative.
    maker
        For needs, the number of the stream of starts, or of racks online, that they are for; -1 otherwise.
    """

    kind: Kind
    place: str
    name: str
    part: str
    comes: int = 0
    goes: int = 0
    maker: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Lots:
    """Lots of all streams, stream by stream in their order (lots,).

    Parameters
    ----------
    stream
        Number of the stream.
    week
        The lot's own week: of arrival, completion, departure, installation, going online; for scalable units and
        demands the week in which the lot is complete.
    low
        What the stream has brought before it [pcs, racks, or W for demands].
    size
        What the lot brings.
    """

    stream: IntArray
    week: IntArray
    low: FloatArray
    size: FloatArray

    def __len__(self) -> int:
        return len(self.size)


@dataclass(frozen=True, eq=False)
class Feed:
    """What feeds what (pieces,): parts of lots, between shares 0 and 1 of each, in the order of the target.

    ``source`` is -1 where more goes than has come, which no sound plan has.
    """

    source: IntArray
    target: IntArray
    source_from: FloatArray
    source_to: FloatArray
    target_from: FloatArray
    target_to: FloatArray

    @cached_property
    def by_source(self) -> IntArray:
        """Order of the pieces by their source."""
        return np.lexsort((self.source_from, self.source))


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Scalable units (units,), in the order of sites, generations and numbers.

    Parameters
    ----------
    lot
        Their lots among the lots of the pegging.
    number
        Number within site and generation, from 1.
    racks
        Racks within the horizon; fewer than ``whole`` where the last ones are not online by its end.
    first, last
        Weeks in which the first and the last of these racks go online.
    """

    ids: tuple[str, ...]
    sites: tuple[str, ...]
    generations: tuple[str, ...]
    lot: IntArray
    number: IntArray
    racks: FloatArray
    whole: FloatArray
    first: IntArray
    last: IntArray


@dataclass(frozen=True, eq=False)
class Pegging:
    """A plan decomposed into lots, first in first out.

    Parameters
    ----------
    material
        Receipts to use, components to needs, work to transport, shipments to installs, installs to racks online.
    of_units, of_demands
        Racks online to scalable units, and to demands.
    needs
        First and last (not included) of the streams of needs of each stream that has any (streams, 2).
    stocks
        Streams that come into every stock, and that go out of it.
    """

    calendar: Calendar
    streams: tuple[Stream, ...]
    lots: Lots
    first_lot: IntArray
    """First lot of every stream, and the number of lots at the end (streams + 1,)."""
    material: Feed
    of_units: Feed
    of_demands: Feed
    needs: IntArray
    units: Units
    stocks: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    def of_kind(self, *kinds: Kind) -> IntArray:
        """Give the lots of some kinds."""
        chosen = [s for s, stream in enumerate(self.streams) if stream.kind in kinds]
        return np.flatnonzero(np.isin(self.lots.stream, chosen))

    def date(self, lot: int) -> dt.date:
        """Give the Monday of a lot's own week."""
        return self.calendar.date(int(self.lots.week[lot]))

    def lot_of(self, stream: IntArray, week: IntArray) -> IntArray:
        """Give the lots of streams in weeks (any,), -1 where there is none."""
        return np.asarray(self._by_week[stream, week])

    @cached_property
    def _by_week(self) -> IntArray:
        table = np.full((len(self.streams), self.calendar.weeks), -1, dtype=np.intp)
        lots = np.arange(int(self.first_lot[-1]))
        weekly = ~np.isin(self.lots.stream, [s for s, each in enumerate(self.streams) if each.kind == "unit"])
        table[self.lots.stream[weekly], self.lots.week[weekly]] = lots[weekly]
        return table

    def of_stream(self, stream: int) -> IntArray:
        """Give the lots of a stream."""
        return np.arange(self.first_lot[stream], self.first_lot[stream + 1])

    @cached_property
    def makers(self) -> IntArray:
        """Stream of starts that each stream of needs is for, -1 for other streams (streams,)."""
        return np.array([stream.maker for stream in self.streams], dtype=np.intp)

    def unit(self, name: str) -> int | None:
        """Give the number of a scalable unit by its id ``site:generation:number``; None where there is none."""
        return self._numbers.get(name)

    def unit_of(self, lot: int) -> int:
        """Give the number of the scalable unit that a lot is."""
        return int(np.searchsorted(self.units.lot, lot))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.units.ids)}
