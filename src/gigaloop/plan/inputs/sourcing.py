"""Bought parts: what suppliers can deliver by week, at which price, and which parts share one limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.units import DAY
from gigaloop.plan.inputs.schedule import FloatArray, rate_by_week
from gigaloop.programme.schema import Part, Programme, Supplier, Supply
from gigaloop.programme.schema.product import SourcingRule

DOMESTIC = "US"
"""Country whose content counts as domestic: the programmes that gigaloop plans are US ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One supplier of one part.

    Parameters
    ----------
    path
        Path of the supply in the programme.
    price
        Lowest price of a piece, without duty [USD of the price year].
    duty
        Customs duty on the price by week of use (weeks,).
    given
        Stock and firm receipts, by the week from which they can be used (weeks,) [pcs].
    offered
        What can be ordered, or is ordered as a rate, by the week from which it can be used (weeks,) [pcs].
    fixed, new
        Stock, firm receipts and open orders by week of arrival, and the most that new orders bring (weeks,) [pcs]:
        together ``given`` and ``offered`` before safety stock and safety time.
    held
        What of the arrivals is held back as safety stock (weeks,) [pcs].
    domestic
        Share of the cost that is of domestic origin.
    """

    path: str
    supplier: str
    part: str
    price: float
    duty: FloatArray
    given: FloatArray
    offered: FloatArray
    fixed: FloatArray
    new: FloatArray
    held: FloatArray
    domestic: float

    @property
    def arrivals(self) -> FloatArray:
        """What can be used anew from each week (weeks,) [pcs]."""
        return self.given + self.offered

    @property
    def cost(self) -> FloatArray:
        """Price of a piece with duty, by week of use (weeks,) [USD]."""
        return self.price * (1.0 + self.duty)


def read_sources(programme: Programme, lead_times: Mapping[str, float] | None = None) -> tuple[Source, ...]:
    """Give every supply of the programme, cheapest first within a part, its safety stock held back.

    ``lead_times`` are other lead times than the programme's, by path of the supply [s].
    """
    found = [
        _source(programme, supplier, supply, programme.part_of[supply.part], lead_times or {})
        for supplier in programme.suppliers
        for supply in supplier.supplies
        if supply.part in programme.part_of
    ]
    found.sort(key=lambda source: (source.part, float(source.cost.mean())))
    return tuple(hold_back(programme, found))


def hold_back(programme: Programme, sources: Sequence[Source]) -> Iterator[Source]:
    """Give sources of which the first arrivals of each part are kept as its safety stock, and all come in time."""
    calendar = programme.calendar
    for source in sources:
        part = programme.part_of[source.part]
        stock, ahead = float(part.safety_stock), weeks_up(float(part.safety_time))
        if not stock and not ahead:
            yield source
            continue
        total = np.cumsum(np.sum([each.arrivals for each in sources if each.part == source.part], axis=0))
        free = np.diff(np.maximum(total - stock, 0.0), prepend=0.0)
        comes = np.diff(total, prepend=0.0)
        share = np.divide(free, comes, out=np.zeros(calendar.weeks), where=comes > 0.0)
        yield replace(
            source,
            given=_in_time(source.given * share, ahead),
            offered=_in_time(source.offered * share, ahead),
            held=source.arrivals * (1.0 - share),
        )


def _in_time(arrivals: FloatArray, ahead: int) -> FloatArray:
    """Let what arrives be used some weeks later; what is there in the first week is in time."""
    if not ahead:
        return arrivals
    usable = np.zeros(len(arrivals))
    usable[0] = arrivals[0]
    usable[1 + ahead :] = arrivals[1 : max(len(arrivals) - ahead, 1)]
    return usable


def standard_price(programme: Programme, part: Part) -> float:
    """Give the standard cost of a part where no supplier states a price; 0 where there is none [USD]."""
    return 0.0 if part.cost is None else programme.usd(part.cost)


def _source(
    programme: Programme, supplier: Supplier, supply: Supply, part: Part, lead_times: Mapping[str, float]
) -> Source:
    path = f"suppliers.{supplier.id}.supplies.{supply.part}"
    calendar, start = programme.calendar, programme.horizon.start
    new_orders = start + dt.timedelta(days=lead_days(supply, lead_times.get(path)))
    opened = rate_by_week(supply.open_orders, calendar, start, until=new_orders)
    allocated_from = max(new_orders, supply.qualified) if supply.qualified else new_orders
    new = rate_by_week(supply.allocation, calendar, allocated_from)
    given = np.zeros(calendar.weeks)
    given[0] = float(supply.on_hand)
    for receipt in supply.receipts:
        week = max(calendar.index(receipt.date), 0)
        if week < calendar.weeks:
            given[week] += float(receipt.quantity)
    if supply.qualified is not None:
        given, opened, new = (_usable_from(array, supply.qualified, calendar) for array in (given, opened, new))
    return Source(
        path=path,
        supplier=supplier.id,
        part=supply.part,
        price=lowest_price(programme, supply, part),
        duty=duty_by_week(supply, calendar),
        given=given,
        offered=opened + new,
        fixed=given + opened,
        new=new,
        held=np.zeros(calendar.weeks),
        domestic=domestic_share(supplier, supply, part),
    )


def lead_days(supply: Supply, lead_time: float | None = None) -> int:
    """Give the days from an order to its arrival, customs included; ``lead_time`` [s] instead of the supply's."""
    lead = float(supply.lead_time) if lead_time is None else lead_time
    return int(np.ceil((lead + float(supply.customs_time)) / DAY - 1e-9))


def lowest_price(programme: Programme, supply: Supply, part: Part) -> float:
    """Give the lowest price at which a supply is to be had, at any price break [USD]."""
    prices = [programme.usd(step.price) for step in supply.price_breaks]
    if supply.price is not None:
        prices.append(programme.usd(supply.price))
    return min(prices, default=standard_price(programme, part))


def domestic_share(supplier: Supplier, supply: Supply, part: Part) -> float:
    """Give the domestic share of the cost: as stated, else all or nothing by the country of origin."""
    if supply.domestic_content is not None:
        return float(supply.domestic_content)
    return float((part.country or supplier.country) == DOMESTIC)


def duty_by_week(supply: Supply, calendar: Calendar) -> FloatArray:
    """Give the duty (weeks,): a step counts from the first week that starts on or after its day."""
    duty = np.zeros(calendar.weeks)
    for step in sorted(supply.duty, key=lambda step: step.start):
        duty[calendar.clip(calendar.index_from(step.start)) :] = float(step.rate)
    return duty


def _usable_from(arrivals: FloatArray, qualified: dt.date, calendar: Calendar) -> FloatArray:
    week = calendar.clip(calendar.index_from(qualified))
    later = arrivals.copy()
    later[:week] = 0.0
    if week < calendar.weeks:
        later[week] += arrivals[:week].sum()
    return later


@dataclass(frozen=True, slots=True, eq=False)
class Tier:
    """The sources of a part between which a plan does not choose: ``cost`` (weeks,) with duty, and domestic share."""

    cost: FloatArray
    sources: tuple[int, ...]
    domestic: float = 0.0

    @property
    def price(self) -> float:
        """Mean cost over the weeks [USD]."""
        return float(self.cost.mean())


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
    chosen
        Whether the plan chooses between the tiers week by week, as rules or costs that change ask for: then a tier may
        be the cheapest in some weeks alone.
    alone
        Whether the part is used up in place of another or is such another one: the pool is always in the model.
    """

    parts: tuple[int, ...]
    pieces: FloatArray
    use: Mapping[int, FloatArray]
    tiers: tuple[Tier, ...]
    chosen: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sourcing:
    """Bought parts, their sources, their lowest costs by week (parts, weeks) [USD], and the pools that limit their use.

    ``rules`` is the rule of dual sourcing of each part; none where it cannot bind.
    """

    parts: tuple[str, ...]
    sources: tuple[Source, ...]
    price: FloatArray
    tiers: tuple[tuple[Tier, ...], ...]
    pools: tuple[Pool, ...]
    rules: tuple[SourcingRule | None, ...] = ()

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


def build_sourcing(
    programme: Programme,
    use: Mapping[str, Mapping[int, FloatArray]],
    alone: frozenset[str] = frozenset(),
    last: Mapping[int, int] | None = None,
) -> Sourcing:
    """Give the sources and pools of the bought parts in use.

    Parameters
    ----------
    use
        Use of each bought part by made item: pieces per piece of the item, by week of use (weeks,).
    alone
        Parts that are used up in place of others, and those others.
    last
        Last week in which each item is made, where it is made to the end of the horizon if not given.

    Notes
    -----
    Parts that are used by the same items in constant proportion share one pool: cumulative use is limited by the
    part of which least has arrived. A part that nobody supplies is there, with nothing ever arriving.
    """
    sources = read_sources(programme)
    parts = tuple(use)
    known = list(sources)
    tiers, rules, chosen = [], [], []
    for part in parts:
        members = [k for k, source in enumerate(sources) if source.part == part]
        if not members:
            members = [len(known)]
            known.append(_no_source(programme, part))
        rule = _binding_rule(programme, part, [known[k] for k in members])
        rules.append(rule)
        ends = max((last or {}).get(item, programme.calendar.weeks) for item in use[part])
        content = ends >= content_from(programme)
        tiers.append(_tiers(rule, members, known, content=content))
        chosen.append(len(tiers[-1]) > 1 and (content or _is_choice(rule, tiers[-1])))
    lowest = np.array([np.min([tier.cost for tier in steps], axis=0) for steps in tiers])
    pools = _pools(parts, tuple(tiers), tuple(chosen), use, alone)
    return Sourcing(parts, tuple(known), lowest, tuple(tiers), pools, tuple(rules))


def _no_source(programme: Programme, part: str) -> Source:
    nothing = np.zeros(programme.calendar.weeks)
    standard = standard_price(programme, programme.part_of[part])
    return Source(f"parts.{part}", "", part, standard, nothing, nothing, nothing, nothing, nothing, nothing, 0.0)


def _binding_rule(programme: Programme, part: str, sources: list[Source]) -> SourcingRule | None:
    """Give the rule of dual sourcing of a part if enough of its suppliers can ever deliver."""
    rule = programme.part_of[part].sourcing or programme.policy.sourcing
    able = sum(bool(source.arrivals.any()) for source in sources)
    return rule if rule is not None and able >= int(rule.min_sources) and float(rule.max_share) < 1.0 else None


def content_from(programme: Programme) -> float:
    """Give the first week of the years with a floor on domestic content; infinite where there is none."""
    years = [step.start.year for step in programme.policy.domestic_content if float(step.share) > 0.0]
    return float(programme.calendar.index_from(dt.date(min(years), 1, 1))) if years else np.inf


def _tiers(rule: SourcingRule | None, members: list[int], sources: list[Source], *, content: bool) -> tuple[Tier, ...]:
    """Group the sources between which nothing is to be chosen."""
    groups: dict[object, list[int]] = {}
    for k in members:
        inland = sources[k].domestic if content else None
        groups.setdefault((sources[k].cost.tobytes(), inland, k if rule else None), []).append(k)
    made = [Tier(sources[ks[0]].cost, tuple(ks), sources[ks[0]].domestic) for ks in groups.values()]
    return tuple(sorted(made, key=lambda tier: tier.price))


def _is_choice(rule: SourcingRule | None, tiers: tuple[Tier, ...]) -> bool:
    return rule is not None or any(float(np.ptp(tier.cost)) > 0.0 for tier in tiers)


def _pools(
    parts: tuple[str, ...],
    tiers: tuple[tuple[Tier, ...], ...],
    chosen: tuple[bool, ...],
    use: Mapping[str, Mapping[int, FloatArray]],
    alone: frozenset[str],
) -> tuple[Pool, ...]:
    groups: dict[object, list[int]] = {}
    size = [max(float(amount.max()) for amount in use[part].values()) or 1.0 for part in parts]
    for p, part in enumerate(parts):
        shape = tuple((item, (amount / size[p]).round(12).tobytes()) for item, amount in sorted(use[part].items()))
        groups.setdefault(shape if len(tiers[p]) == 1 and part not in alone else part, []).append(p)
    return tuple(
        Pool(
            tuple(members),
            np.array([size[p] for p in members]),
            {item: amount / size[members[0]] for item, amount in use[parts[members[0]]].items()},
            tiers[members[0]],
            chosen[members[0]],
            parts[members[0]] in alone,
        )
        for members in groups.values()
    )
