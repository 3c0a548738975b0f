"""What the parts cost that complete a scalable unit beside its racks: network racks, cables, coolant distribution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from gigaloop.design.prices import price_book
from gigaloop.design.rack import rack_cost
from gigaloop.programme import Programme
from gigaloop.programme.schema import Generation


@dataclass(frozen=True, slots=True)
class UnitPartCost:
    """A part of a scalable unit: what a rack bears of its cost [USD, price year], and parts of it without a price."""

    part: str
    per_rack: float
    unpriced: tuple[str, ...]


def unit_part_costs(programme: Programme, generation: Generation, on: dt.date) -> Iterator[UnitPartCost]:
    """Give the standard cost of every part of ``su_parts`` by rack, as bought or made on a day.

    Raises
    ------
    ProgrammeError
        If a quantity is neither stated nor engineered.
    """
    book = price_book(programme, on)
    for each in generation.su_parts:
        cost = rack_cost(programme, each.part, on, book)
        per_rack = each.pieces / float(generation.racks_per_su) * cost.total
        yield UnitPartCost(each.part, per_rack, cost.unpriced)
