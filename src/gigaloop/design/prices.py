"""Standard costs: what a part costs at the cheapest source that is qualified on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gigaloop.core.quantity import Quantity
from gigaloop.programme.schema import Part, Programme


@dataclass(frozen=True)
class PriceTag:
    """A cost per piece [USD, programme's price year], and where it stands; ``whole`` if it buys the components too."""

    usd: float
    path: str
    quantity: Quantity
    whole: bool = False


@dataclass(frozen=True)
class PriceBook:
    """Standard costs by part: ``material`` to buy it (or its own share), ``work`` to make it."""

    material: Mapping[str, PriceTag]
    work: Mapping[str, PriceTag]

    def bought_whole(self, part: str) -> bool:
        """Say whether the price of a part covers its components."""
        tag = self.material.get(part)
        return tag is not None and tag.whole


def price_book(programme: Programme, on: dt.date) -> PriceBook:
    """Find the standard cost of every part on a day.

    A part that no line makes costs the lowest price of the suppliers qualified by then, components included; of
    price breaks the first counts where no base price is stated. Any other part costs what it states as its own
    share, and a made part the conversion cost of the line that does it cheapest.
    """
    work = _cheapest(_conversions(programme))
    prices = _cheapest(entry for entry in _supplies(programme, on) if entry[0] not in work)
    own = {part.id: tag for part in programme.parts if (tag := _own_cost(programme, part)) is not None}
    return PriceBook(own | prices, work)


def _own_cost(programme: Programme, part: Part) -> PriceTag | None:
    if part.cost is None:
        return None
    return PriceTag(programme.usd(part.cost), f"parts.{part.id}.cost", part.cost)


def _conversions(programme: Programme) -> Iterator[tuple[str, PriceTag]]:
    for factory in programme.factories:
        for line in factory.lines:
            for product in line.products:
                path = f"factories.{factory.id}.lines.{line.id}.products.{product.part}.conversion_cost"
                usd = programme.usd(product.conversion_cost) / float(line.test_yield)
                yield product.part, PriceTag(usd, path, product.conversion_cost)


def _supplies(programme: Programme, on: dt.date) -> Iterator[tuple[str, PriceTag]]:
    for supplier in programme.suppliers:
        for supply in supplier.supplies:
            if supply.qualified is not None and supply.qualified > on:
                continue
            path = f"suppliers.{supplier.id}.supplies.{supply.part}"
            if supply.price is not None:
                yield supply.part, PriceTag(programme.usd(supply.price), f"{path}.price", supply.price, whole=True)
            elif supply.price_breaks:
                first = min(supply.price_breaks, key=lambda step: float(step.quantity))
                usd = programme.usd(first.price)
                yield supply.part, PriceTag(usd, f"{path}.price_breaks", first.price, whole=True)


def _cheapest(tags: Iterator[tuple[str, PriceTag]]) -> dict[str, PriceTag]:
    best: dict[str, PriceTag] = {}
    for part, tag in tags:
        if part not in best or tag.usd < best[part].usd:
            best[part] = tag
    return best
