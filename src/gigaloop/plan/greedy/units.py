"""What completes scalable units, in a first plan: racks go online as far as it is at their site."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.greedy.curves import advanced, delayed, room, soonest
from gigaloop.plan.greedy.works import SOME, Source, Way, Works
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.inputs.units import NOT_MADE
from gigaloop.plan.lp.model import PlanModel

Need = tuple[int, float]
"""Number of a product, and how much of it a rack needs, in units of the model."""


class UnitParts:
    """What is left of the products that complete units: at every site where they are made, else of the offer."""

    def __init__(self, plan: PlanModel, works: Works) -> None:
        self.data, self.works = plan.data, works
        lower = plan.model.program().row_lower
        blocks = plan.units
        self._left = {
            store: np.cumsum(np.where(rows >= 0, -lower[rows], 0.0))
            for store, rows in zip(blocks.stores, blocks.balance, strict=True)
        }
        self._offer = {u: np.cumsum(-lower[rows]) for u, (_, rows) in blocks.bought.items()}
        self._ways: dict[tuple[int, int], list[tuple[Source, Way]]] = {}
        for way in works.ways(plan.data.unit_ships, blocks.ship):
            for source in works.sources:
                if (source.item, source.factory) == (way.carries, way.origin):
                    self._ways.setdefault((way.carries, way.destination), []).append((source, way))

    def needs(self, generation: int) -> tuple[Need, ...]:
        """Give what a rack of a generation needs that may be missing."""
        found = []
        for u, part in enumerate(self.data.unit_parts):
            if generation not in part.per_rack:
                continue
            if part.item != NOT_MADE:
                found.append((u, part.per_rack[generation] / self.data.production.items[part.item].scale))
            elif u in self._offer:
                found.append((u, part.per_rack[generation] / max(part.per_rack.values())))
        return tuple(found)

    def most(self, site: int, need: Need) -> FloatArray:
        """Give the racks that a product lets go online at a site to date (weeks,)."""
        u, per_rack = need
        if u in self._offer:
            week = np.arange(self.data.weeks) - self.data.places[site].commissioning
            return np.asarray(room(self._offer[u])[np.maximum(week, 0)] / per_rack)
        there = room(self._left[u, site])
        best = self._best(u, site)
        if best is not None:
            there = there + best[1]
        return there / per_rack

    def bring(self, site: int, need: Need, online: FloatArray) -> None:
        """Make and bring to a site what racks online to date (weeks,) need beyond what is there."""
        u, per_rack = need
        if u in self._offer:
            return
        missing = np.maximum.accumulate(np.maximum(online * per_rack - room(self._left[u, site]), 0.0))
        best = self._best(u, site)
        if missing[-1] <= SOME or best is None:
            return
        (source, way), there = best
        lag = way.transit + self.data.places[site].commissioning
        sent = self.works.send(source, way, advanced(np.minimum(missing, there), lag))
        self._left[u, site] = self._left[u, site] + delayed(sent, lag)

    def use(self, site: int, need: Need, online: FloatArray) -> None:
        """Let racks that go online to date (weeks,) use a product."""
        u, per_rack = need
        if u in self._offer:
            self._offer[u] = self._offer[u] - advanced(online, self.data.places[site].commissioning) * per_rack
        else:
            self._left[u, site] = self._left[u, site] - online * per_rack

    def _best(self, u: int, site: int) -> tuple[tuple[Source, Way], FloatArray] | None:
        """Give the way that brings most of a made product to a site, and what it can bring to date (weeks,)."""
        best = None
        delay = self.data.places[site].commissioning
        for source, way in self._ways.get((self.data.unit_parts[u].item, site), ()):
            there = delayed(soonest(self.works.leaving(way), self.works.ready(source)), way.transit + delay)
            if best is None or there.sum() > best[1].sum():
                best = (source, way), there
        return best
