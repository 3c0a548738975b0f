"""What a part of a programme costs that stands for an item of a fabric, with its components but those that do, too."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from gigaloop.core.evidence import Evidence
from gigaloop.design.prices import PriceTag, price_book
from gigaloop.programme.bom import is_effective
from gigaloop.programme.schema import Generation, Programme

Cost = tuple[float, float, float]
"""Low, base and high [USD, price year of the programme]."""


@dataclass(frozen=True)
class PartCost:
    """Cost of a piece of a part and what it rests on."""

    usd: Cost
    evidence: tuple[Evidence, ...]


class PartPrices:
    """Costs of parts on a day; components that are items of the fabric themselves are left to their own lines."""

    def __init__(self, programme: Programme, generation: Generation, on: dt.date) -> None:
        self._parts = programme.part_of
        self._book = price_book(programme, on)
        self._on = on
        self._items = frozenset(each.part for each in generation.scale_out.parts)

    def of(self, part: str) -> PartCost | None:
        """Give the cost of a piece of a part; None where a price below it is missing."""
        found: list[PriceTag] = []
        counts: list[float] = []
        if not self._gather(part, 1.0, found, counts):
            return None
        totals = [
            math.fsum(count * ends[end] for count, ends in zip(counts, map(_ends, found), strict=True))
            for end in range(3)
        ]
        evidence = tuple(tag.quantity.evidence for tag in found if tag.quantity.evidence is not None)
        return PartCost((totals[0], totals[1], totals[2]), evidence)

    def _gather(self, part: str, count: float, found: list[PriceTag], counts: list[float]) -> bool:
        """Collect the prices on the way down; False where a part has none."""
        tags = [tag for tag in (self._book.material.get(part), self._book.work.get(part)) if tag is not None]
        found.extend(tags)
        counts.extend(count for _ in tags)
        lines = [line for line in self._parts[part].components if is_effective(line, self._on)]
        if self._book.bought_whole(part):
            return True
        if not lines:
            return bool(tags)
        return all(
            self._gather(line.part, count * float(line.quantity), found, counts)
            for line in lines
            if line.part not in self._items
        )


def _ends(tag: PriceTag) -> Cost:
    base = float(tag.quantity)
    if not base:
        return tag.usd, tag.usd, tag.usd
    low, high = tag.quantity.bounds
    return tag.usd * low / base, tag.usd, tag.usd * high / base
