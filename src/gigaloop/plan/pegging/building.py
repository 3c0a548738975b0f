"""A pegging as it is put together: streams, their lots, and what comes into and goes out of every stock."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.plan.pegging.overlap import overlap
from gigaloop.plan.pegging.records import Feed, Lots, Stream

Stock = tuple[str, ...]
"""What names a stock: an item at a factory, a part on a supplier's shelf, racks at a site."""


@dataclass
class Building:
    """Streams with their lots, numbered as they are added, and the streams that come into and go out of stocks."""

    streams: list[Stream] = field(default_factory=list)
    weeks: list[IntArray] = field(default_factory=list)
    sizes: list[FloatArray] = field(default_factory=list)
    ends: list[int] = field(default_factory=lambda: [0])
    """Lots before every stream, and in all."""
    stocks: dict[Stock, tuple[list[int], list[int]]] = field(default_factory=dict)

    def add(self, stream: Stream, pieces: FloatArray, *, into: Stock = (), out_of: Stock = ()) -> int:
        """Add a stream of pieces by week (weeks,), a lot for every week with any, and give its number."""
        week = np.flatnonzero(pieces > 0.0)
        number = self.add_lots(stream, week, pieces[week])
        if into:
            self.stocks.setdefault(into, ([], []))[0].append(number)
        if out_of:
            self.stocks.setdefault(out_of, ([], []))[1].append(number)
        return number

    def add_lots(self, stream: Stream, week: IntArray, size: FloatArray) -> int:
        """Add a stream by its lots (lots,), and give its number."""
        self.streams.append(stream)
        self.weeks.append(week)
        self.sizes.append(size)
        self.ends.append(self.ends[-1] + len(week))
        return len(self.streams) - 1

    def in_order(self, streams: list[int], *, comes: bool) -> tuple[IntArray, FloatArray]:
        """Give the lots of some streams in the order in which they come into a stock, or go out of it, and sizes."""
        if not streams:
            return np.arange(0), np.zeros(0)
        shift = [self.streams[s].comes if comes else self.streams[s].goes for s in streams]
        lots = np.concatenate([np.arange(self.ends[s], self.ends[s + 1]) for s in streams])
        weeks = np.concatenate([self.weeks[s] + by for s, by in zip(streams, shift, strict=True)])
        order = np.argsort(weeks, kind="stable")
        return lots[order], np.concatenate([self.sizes[s] for s in streams])[order]

    def flow(self, streams: list[int], weeks: int, *, comes: bool) -> FloatArray:
        """Give what some streams bring into a stock by week, or take out of it (weeks,)."""
        total = np.zeros(weeks)
        for s in streams:
            at = self.weeks[s] + (self.streams[s].comes if comes else self.streams[s].goes)
            inside = (at >= 0) & (at < weeks)
            total += np.bincount(at[inside], self.sizes[s][inside], weeks)
        return total

    def feed_stocks(self) -> Feed:
        """Match what comes into every stock with what goes out of it."""
        return joined(
            [
                fed(*self.in_order(come, comes=True), *self.in_order(go, comes=False))
                for come, go in self.stocks.values()
            ]
        )

    def lots(self) -> Lots:
        """Give all lots."""
        stream = np.repeat(np.arange(len(self.streams)), np.diff(self.ends))
        low = [np.cumsum(size) - size for size in self.sizes]
        weeks = np.concatenate([*self.weeks, np.arange(0)]).astype(np.intp)
        return Lots(stream, weeks, np.concatenate([*low, np.zeros(0)]), np.concatenate([*self.sizes, np.zeros(0)]))


def fed(sources: IntArray, inflow: FloatArray, targets: IntArray, outflow: FloatArray) -> Feed:
    """Match lots that come with lots that go, both in their order."""
    found = overlap(inflow, outflow)
    source = np.append(sources, -1)[found.source]
    target = np.append(targets, -1)[found.target]
    return only(
        Feed(source, target, found.source_from, found.source_to, found.target_from, found.target_to), target >= 0
    )


def only(feed: Feed, kept: BoolArray) -> Feed:
    """Keep some pieces of a feed."""
    return Feed(*(getattr(feed, column.name)[kept] for column in fields(feed)))


def joined(feeds: list[Feed]) -> Feed:
    """Join feeds, in the order of their targets."""
    if not feeds:
        return Feed(np.arange(0), np.arange(0), np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))
    whole = Feed(*(np.concatenate([getattr(feed, column.name) for feed in feeds]) for column in fields(Feed)))
    order = np.lexsort((whole.target_from, whole.target))
    return Feed(*(getattr(whole, column.name)[order] for column in fields(Feed)))
