"""The state of the factories at the start of the horizon: stock, pieces under way, and goods on their way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.production import Production
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.programme.schema import Programme


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """What is there at the start, and what comes of it.

    Parameters
    ----------
    inflow
        Pieces that come into stock by week (weeks,), by factory and item; stock at the start in the first week.
    given
        Good pieces completed that were under way at the start (activities, weeks); ``inflow`` holds them too.
    """

    inflow: Mapping[tuple[int, int], FloatArray]
    given: FloatArray


def read_opening(programme: Programme, production: Production) -> Opening:
    """Read the opening state of all factories and of the lanes between them."""
    calendar = programme.calendar
    item_of = {item.part: i for i, item in enumerate(production.items)}
    factory_of = {factory.id: f for f, factory in enumerate(programme.factories)}
    line_of = {name: n for n, name in enumerate(production.lines)}
    activity_of = {(a.line, a.item): n for n, a in enumerate(production.activities) if a.line >= 0}
    given = np.zeros((len(production.activities), calendar.weeks))
    inflow: dict[tuple[int, int], FloatArray] = {}

    def add(factory: int, part: str, week: int, pieces: float) -> None:
        if part in item_of and week < calendar.weeks:
            inflow.setdefault((factory, item_of[part]), np.zeros(calendar.weeks))[max(week, 0)] += pieces

    for f, factory in enumerate(programme.factories):
        for stock in factory.stock:
            add(f, stock.part, 0, float(stock.quantity))
        for made in factory.in_process:
            week, line = max(calendar.index(made.date), 0), line_of[f"{factory.id}.{made.line}"]
            a = activity_of.get((line, item_of.get(made.part, -1)))
            if a is not None and week < calendar.weeks:
                given[a, week] += float(made.quantity)
                add(f, made.part, week, float(made.quantity))
    for lane in programme.lanes:
        for moved in lane.in_transit if lane.destination in factory_of else ():
            add(factory_of[lane.destination], moved.part, calendar.index(moved.arrives), float(moved.quantity))
    return Opening(inflow, given)
