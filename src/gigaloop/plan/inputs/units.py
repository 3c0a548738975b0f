"""Products that complete a scalable unit at its site: made by lines and brought by lanes, or bought for the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan.inputs.production import Production
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.inputs.sourcing import Sourcing
from gigaloop.programme.schema import Programme

NOT_MADE = -1


@dataclass(frozen=True, slots=True, eq=False)
class UnitPart:
    """A product that scalable units need at their site.

    Parameters
    ----------
    item
        The made item; ``NOT_MADE`` where it is bought.
    per_rack
        Pieces for each rack of a unit, by generation.
    given
        Pieces on their way to each site at the start, by the week from which they complete units (sites, weeks).
    sources
        Its sources, where it is bought.
    """

    part: str
    item: int
    per_rack: Mapping[int, float]
    given: FloatArray
    sources: tuple[int, ...]


def read_unit_parts(programme: Programme, production: Production, sourcing: Sourcing) -> tuple[UnitPart, ...]:
    """Give the products that the scalable units of some generation need beside their racks."""
    made = {production.items[a.item].part: a.item for a in production.activities if a.line >= 0}
    per_rack: dict[str, dict[int, float]] = {}
    for g, generation in enumerate(programme.generations):
        for each in generation.su_parts:
            per_rack.setdefault(each.part, {})[g] = each.pieces / float(generation.racks_per_su)
    return tuple(
        UnitPart(
            part,
            made.get(part, NOT_MADE),
            needs,
            _on_their_way(programme, part),
            () if part in made else tuple(k for k, source in enumerate(sourcing.sources) if source.part == part),
        )
        for part, needs in per_rack.items()
    )


def _on_their_way(programme: Programme, part: str) -> FloatArray:
    calendar = programme.calendar
    given = np.zeros((len(programme.sites), calendar.weeks))
    for s, site in enumerate(programme.sites):
        for lane in programme.lanes:
            for moved in lane.in_transit if lane.destination == site.id else ():
                week = max(calendar.index(moved.arrives), 0) + weeks_up(float(site.commissioning))
                if moved.part == part and week < calendar.weeks:
                    given[s, week] += float(moved.quantity)
    return given
