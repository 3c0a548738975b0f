"""Bought parts: what suppliers can deliver by week, at which price, and which parts share one limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.core.units import DAY
from gigaloop.plan.inputs.schedule import FloatArray, rate_by_week
from gigaloop.programme.schema import Part, Programme, Supplier, Supply


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One supplier of one part.

    Parameters
    ----------
    path
        Path of the supply in the programme.
    price
        Price of a piece [USD of the price year].
    given
        Stock and firm receipts, by the week from which they can be used (weeks,) [pcs].
    offered
        What can be ordered, or is ordered as a rate, by week of arrival (weeks,) [pcs].
    """

    path: str
    supplier: str
    part: str
    price: float
    given: FloatArray
    offered: FloatArray

    @property
    def arrivals(self) -> FloatArray:
        """What can be used anew from each week (weeks,) [pcs]."""
        return self.given + self.offered


def read_sources(programme: Programme) -> tuple[Source, ...]:
    """Give every supply of the programme, cheapest first within a part."""
    found = [
        _source(programme, supplier, supply, programme.part_of[supply.part])
        for supplier in programme.suppliers
        for supply in supplier.supplies
        if supply.part in programme.part_of
    ]
    return tuple(sorted(found, key=lambda source: (source.part, source.price)))


def standard_price(programme: Programme, part: Part) -> float:
    """Give the standard cost of a part where no supplier states a price; 0 where there is none [USD]."""
    return 0.0 if part.cost is None else programme.usd(part.cost)


def _source(programme: Programme, supplier: Supplier, supply: Supply, part: Part) -> Source:
    calendar, start = programme.calendar, programme.horizon.start
    new_orders = start + dt.timedelta(days=int(np.ceil(float(supply.lead_time) / DAY - 1e-9)))
    offered = rate_by_week(supply.open_orders, calendar, start, until=new_orders)
    allocated_from = max(new_orders, supply.qualified) if supply.qualified else new_orders
    offered = offered + rate_by_week(supply.allocation, calendar, allocated_from)
    given = np.zeros(calendar.weeks)
    given[0] = float(supply.on_hand)
    for receipt in supply.receipts:
        week = max(calendar.index(receipt.date), 0)
        if week < calendar.weeks:
            given[week] += float(receipt.quantity)
    if supply.qualified is not None:
        given, offered = (_usable_from(array, supply.qualified, calendar) for array in (given, offered))
    if supply.price is not None:
        price = programme.usd(supply.price)
    elif supply.price_breaks:
        price = programme.usd(min(supply.price_breaks, key=lambda step: float(step.quantity)).price)
    else:
        price = standard_price(programme, part)
    path = f"suppliers.{supplier.id}.supplies.{supply.part}"
    return Source(path, supplier.id, supply.part, price, given, offered)


def _usable_from(arrivals: FloatArray, qualified: dt.date, calendar: Calendar) -> FloatArray:
    week = calendar.clip(calendar.index_from(qualified))
    later = arrivals.copy()
    later[:week] = 0.0
    if week < calendar.weeks:
        later[week] += arrivals[:week].sum()
    return later


@dataclass(frozen=True, slots=True, eq=False)
class Tier:
    """The sources of a part that ask the same price."""

    price: float
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Parts whose use is proportional, so that one limit holds for all: the scarcest of them by week.

    Parameters
    ----------
    parts
        Index of each part among the bought parts.
    pieces
        Pieces of each part per unit of the pool (parts,).
    use
        Use of the pool by the week of use, per piece of a made item or purchase of one: its key to (weeks,) [units].
    tiers
        Price tiers, cheapest first; several only for a pool of one part.
    """

    parts: tuple[int, ...]
    pieces: FloatArray
    use: Mapping[int, FloatArray]
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sourcing:
    """Bought parts, their sources, their lowest prices (parts,) [USD], and the pools that limit their use."""

    parts: tuple[str, ...]
    sources: tuple[Source, ...]
    price: FloatArray
    tiers: tuple[tuple[Tier, ...], ...]
    pools: tuple[Pool, ...]

    def arrivals(self, pool: Pool, tier: int, extra: Mapping[int, float] | None = None) -> FloatArray:
        """Give what a tier of a pool can use anew from each week (weeks,) [units of the pool].

        ``extra`` says by which share the offer to a part is raised.
        """
        cumulative = [
            np.cumsum(self._of_part(part, tier, (extra or {}).get(part, 0.0))) / pieces
            for part, pieces in zip(pool.parts, pool.pieces, strict=True)
        ]
        return np.diff(np.min(cumulative, axis=0), prepend=0.0)

    def scarcest(self, pool: Pool, week: int) -> int:
        """Give the index of the pool's part of which least has arrived by a week."""
        units = [
            sum(self._of_part(part, tier, 0.0)[: week + 1].sum() for tier in range(len(pool.tiers))) / pieces
            for part, pieces in zip(pool.parts, pool.pieces, strict=True)
        ]
        return pool.parts[int(np.argmin(units))]

    def _of_part(self, part: int, tier: int, extra: float) -> FloatArray:
        members = self.tiers[part][tier].sources
        given = np.sum([self.sources[k].given for k in members], axis=0)
        return np.asarray(given + (1.0 + extra) * np.sum([self.sources[k].offered for k in members], axis=0))


def build_sourcing(programme: Programme, use: Mapping[str, Mapping[int, FloatArray]]) -> Sourcing:
    """Give the sources and pools of the bought parts in use.

    Parameters
    ----------
    use
        Use of each bought part by made item: pieces per piece of the item, by week of use (weeks,).

    Notes
    -----
    Parts that are used by the same items in constant proportion share one pool: cumulative use is limited by the
    part of which least has arrived. A part that nobody supplies is there, with nothing ever arriving.
    """
    sources = read_sources(programme)
    nothing = np.zeros(programme.calendar.weeks)
    parts = tuple(use)
    tiers, known = [], list(sources)
    for part in parts:
        members = [k for k, source in enumerate(sources) if source.part == part]
        if not members:
            members = [len(known)]
            standard = standard_price(programme, programme.part_of[part])
            known.append(Source(f"parts.{part}", "", part, standard, nothing, nothing))
        prices = sorted({known[k].price for k in members})
        tiers.append(tuple(Tier(price, tuple(k for k in members if known[k].price == price)) for price in prices))
    lowest = np.array([steps[0].price for steps in tiers])
    return Sourcing(parts, tuple(known), lowest, tuple(tiers), _pools(parts, tuple(tiers), use))


def _pools(
    parts: tuple[str, ...], tiers: tuple[tuple[Tier, ...], ...], use: Mapping[str, Mapping[int, FloatArray]]
) -> tuple[Pool, ...]:
    groups: dict[object, list[int]] = {}
    size = [max(float(amount.max()) for amount in use[part].values()) for part in parts]
    for p, part in enumerate(parts):
        shape = tuple((item, (amount / size[p]).round(12).tobytes()) for item, amount in sorted(use[part].items()))
        groups.setdefault(shape if len(tiers[p]) == 1 else part, []).append(p)
    return tuple(
        Pool(
            tuple(members),
            np.array([size[p] for p in members]),
            {item: amount / size[members[0]] for item, amount in use[parts[members[0]]].items()},
            tiers[members[0]],
        )
        for members in groups.values()
    )
