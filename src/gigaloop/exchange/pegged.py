"""Which scalable units and demands every lot of a plan is for, in short."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.schedule import IntArray
from gigaloop.plan.pegging import Pegging, Reach, trace_back
from gigaloop.plan.pegging.trace import pull, push


@dataclass(frozen=True, slots=True)
class For:
    """The units that a lot goes into: the first and last to be complete, how many, and the demands of these two."""

    first: str = ""
    last: str = ""
    units: int = 0
    demands: str = ""


class Pegged:
    """The scalable units of every lot of a pegging."""

    def __init__(self, pegging: Pegging) -> None:
        self.pegging = pegging
        units = pegging.units
        order = np.lexsort((units.number, units.last))
        rank = np.empty(len(order), dtype=np.intp)
        rank[order] = np.arange(len(order))
        reach = trace_back(pegging, Reach.whole(units.lot))
        pairs = np.unique(np.stack([reach.lot, rank[reach.root]]), axis=1) if len(reach) else np.zeros((2, 0), np.intp)
        self._begin = np.searchsorted(pairs[0], np.arange(len(pegging.lots) + 1))
        self._unit = order[pairs[1]] if len(order) else pairs[1]
        self.demands = _demands(pegging)

    def of(self, lots: IntArray) -> For:
        """Say which units some lots go into."""
        found = [self._unit[self._begin[lot] : self._begin[lot + 1]] for lot in lots.tolist()]
        if not sum(map(len, found)):
            return For()
        units = self.pegging.units
        members = np.unique(np.concatenate(found))
        last = units.last[members]
        first_unit, last_unit = (int(members[at]) for at in (np.argmin(last), len(last) - 1 - np.argmax(last[::-1])))
        names = dict.fromkeys([*self.demands[first_unit], *self.demands[last_unit]])
        return For(units.ids[first_unit], units.ids[last_unit], len(members), " ".join(names))

    def at(self, stream: int, week: int) -> For:
        """Say which units what a stream brings in a week goes into; of a delayed piece, by the lot before."""
        lots = self.pegging.of_stream(stream)
        if not len(lots):
            return For()
        at = int(np.searchsorted(self.pegging.lots.week[lots], week, side="right")) - 1
        return self.of(lots[[max(at, 0)]])


def _demands(pegging: Pegging) -> list[tuple[str, ...]]:
    """Give the demands of every scalable unit."""
    reach = push(pegging.of_demands, pull(pegging.of_units, Reach.whole(pegging.units.lot)))
    found: list[dict[str, None]] = [{} for _ in pegging.units.ids]
    for unit, stream in zip(reach.root.tolist(), pegging.lots.stream[reach.lot].tolist(), strict=True):
        found[unit][pegging.streams[stream].name] = None
    return [tuple(names) for names in found]
