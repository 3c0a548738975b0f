"""Following lots through a pegging: back to what they are made of, forward to what they become."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.plan.pegging.records import Feed, Pegging

_STEPS = 64
"""More steps than any chain of lots has: four to seven for each level of a bill of materials."""
_SLIVER = 1e-12
"""Share of a lot below which a part of it is rounding."""
_TOUCH = 1e-9
"""Share of a lot by which pieces may be apart and are still one."""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Parts of lots (pieces,): from share ``low`` to share ``high`` of each lot, and where each was traced from.

    ``root`` counts the pieces from which a trace began.
    """

    lot: IntArray
    low: FloatArray
    high: FloatArray
    root: IntArray

    @classmethod
    def whole(cls, lots: IntArray, *, one: bool = False) -> Reach:
        """Give lots as a whole, each a root of its own or all of them ``one``."""
        root = np.zeros(len(lots), dtype=np.intp) if one else np.arange(len(lots))
        return cls(np.asarray(lots, dtype=np.intp), np.zeros(len(lots)), np.ones(len(lots)), root)

    def __len__(self) -> int:
        return len(self.lot)

    def where(self, kept: BoolArray) -> Reach:
        """Keep some pieces."""
        return Reach(self.lot[kept], self.low[kept], self.high[kept], self.root[kept])

    def quantity(self, pegging: Pegging) -> FloatArray:
        """Give the quantities of the pieces."""
        return np.asarray((self.high - self.low) * pegging.lots.size[self.lot])


def trace_back(pegging: Pegging, begin: Reach) -> Reach:
    """Give every part of every lot that goes into parts of lots, these included.

    Parameters
    ----------
    begin
        Where to begin: scalable units, demands, shipments, completed racks or anything else.

    Notes
    -----
    Quantities add up: what a lot is made of is its bill of materials, piece by piece, however often it is split.
    """
    found, now = [begin], begin
    for _ in range(_STEPS):
        if not len(now):
            break
        feeds = (pegging.material, pegging.of_units, pegging.of_demands)
        now = joined([*(pull(feed, now) for feed in feeds), _components(pegging, now)])
        found.append(now)
    return joined(found)


def trace_forward(pegging: Pegging, begin: Reach) -> Reach:
    """Give every part of every lot that parts of lots go into, these included.

    What two parts of one root go into counts once for it.
    """
    found, now = [begin], merged(begin)
    for _ in range(_STEPS):
        if not len(now):
            break
        steps = [push(feed, now) for feed in (pegging.material, pegging.of_units, pegging.of_demands)]
        now = merged(joined([*steps, _work(pegging, now)]))
        found.append(now)
    return merged(joined(found))


def joined(pieces: list[Reach]) -> Reach:
    """Join pieces."""
    lot, low, high, root = (
        np.concatenate([getattr(each, name) for each in pieces]) for name in ("lot", "low", "high", "root")
    )
    return Reach(lot.astype(np.intp), low, high, root.astype(np.intp))


def merged(reach: Reach) -> Reach:
    """Merge pieces of one root that overlap or touch, so that no part of a lot is there twice."""
    if not len(reach):
        return reach
    order = np.lexsort((reach.low, reach.lot, reach.root))
    lot, low, high, root = reach.lot[order], reach.low[order], reach.high[order], reach.root[order]
    other = (lot[1:] != lot[:-1]) | (root[1:] != root[:-1])
    group = np.append(0, np.cumsum(other))
    ends = np.maximum.accumulate(group + high) - group
    begin = np.flatnonzero(np.append(True, other | (low[1:] > ends[:-1] + _TOUCH)))
    end = np.append(begin[1:], len(lot)) - 1
    return Reach(lot[begin], low[begin], ends[end], root[begin])


def _matching(lots: IntArray, begin: FloatArray, end: FloatArray, reach: Reach) -> tuple[IntArray, IntArray]:
    """Give the numbers of the pieces of a feed that overlap those of a reach, and the reach's own (pairs,)."""
    first = np.searchsorted(lots + end, reach.lot + reach.low, side="right")
    last = np.searchsorted(lots + begin, reach.lot + reach.high, side="left")
    # Shares end at 1, where the next lot begins.
    first = np.maximum(first, np.searchsorted(lots, reach.lot, side="left"))
    last = np.minimum(last, np.searchsorted(lots, reach.lot, side="right"))
    count = np.maximum(last - first, 0)
    own = np.repeat(np.arange(len(reach)), count)
    return first[own] + np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count), own


def _cut(
    reach: Reach,
    own: IntArray,
    here: tuple[FloatArray, FloatArray],
    there: tuple[FloatArray, FloatArray],
    lot: IntArray,
) -> Reach:
    """Cut pieces of a reach at shares ``here`` and give the shares ``there`` of the other side's lots."""
    low, high = np.maximum(reach.low[own], here[0]), np.minimum(reach.high[own], here[1])
    ratio = (there[1] - there[0]) / np.maximum(here[1] - here[0], np.finfo(np.float64).tiny)
    begin, end = there[0] + (low - here[0]) * ratio, there[0] + (high - here[0]) * ratio
    cut = Reach(lot, begin, end, reach.root[own])
    return cut.where((high - low > _SLIVER) & (lot >= 0))


def pull(feed: Feed, reach: Reach) -> Reach:
    """Give what of the sources of a feed parts of its targets take."""
    at, own = _matching(feed.target, feed.target_from, feed.target_to, reach)
    here, there = (feed.target_from[at], feed.target_to[at]), (feed.source_from[at], feed.source_to[at])
    return _cut(reach, own, here, there, feed.source[at])


def push(feed: Feed, reach: Reach) -> Reach:
    """Give what of the targets of a feed takes parts of its sources."""
    order = feed.by_source
    source = feed.source[order]
    at, own = _matching(source, feed.source_from[order], feed.source_to[order], reach)
    at = order[at]
    here, there = (feed.source_from[at], feed.source_to[at]), (feed.target_from[at], feed.target_to[at])
    return _cut(reach, own, here, there, feed.target[at])


def _components(pegging: Pegging, reach: Reach) -> Reach:
    """Give the needs of starts: the same share of the lot of the same week of every component."""
    streams = pegging.lots.stream[reach.lot]
    begin, end = pegging.needs[streams].T
    count = end - begin
    own = np.repeat(np.arange(len(reach)), count)
    need = begin[own] + np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count)
    lot = pegging.lot_of(need, pegging.lots.week[reach.lot[own]])
    return Reach(lot, reach.low[own], reach.high[own], reach.root[own]).where(lot >= 0)


def _work(pegging: Pegging, reach: Reach) -> Reach:
    """Give the starts that needs are for."""
    maker = pegging.makers[pegging.lots.stream[reach.lot]]
    own = np.flatnonzero(maker >= 0)
    lot = pegging.lot_of(maker[own], pegging.lots.week[reach.lot[own]])
    return Reach(lot, reach.low[own], reach.high[own], reach.root[own]).where(lot >= 0)
