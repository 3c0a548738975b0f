"""From the solution back to bought parts: what is used of every source, when it arrives, and how the rules are met."""

from __future__ import annotations

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.inputs.sourcing import Source
from gigaloop.plan.lp.content import NOISE, total_use
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.rules import content_of_making, share_periods
from gigaloop.plan.lp.splits import free_split
from gigaloop.plan.outcome.buying import DomesticContent, Leftover, SourceShare, UsedUp
from gigaloop.plan.outcome.quantities import Purchases
from gigaloop.solve import Solution


def use_by_source(plan: PlanModel, solution: Solution, begun: FloatArray, used_up: FloatArray) -> FloatArray:
    """Give the use of every source by week (sources, weeks): tiers as solved, sources of a tier by what is on hand."""
    sourcing = plan.data.sourcing
    used = np.zeros((len(sourcing.sources), plan.data.weeks))
    for number, pool in enumerate(sourcing.pools):
        total = total_use(plan.data, pool, begun, used_up)
        by_tier = _by_tier(plan, solution, number, total)
        for part, pieces in zip(pool.parts, pool.pieces, strict=True):
            for tier, amount in zip(sourcing.tiers[part], by_tier, strict=False):
                members = [sourcing.sources[k] for k in tier.sources]
                used[list(tier.sources)] = _share_out(members, np.maximum(amount * pieces, 0.0))
    return used


def _by_tier(plan: PlanModel, solution: Solution, number: int, total: FloatArray) -> list[FloatArray]:
    pool, blocks = plan.data.sourcing.pools[number], plan.pools.get(number)
    if len(pool.tiers) == 1:
        return [total]
    if blocks is None:
        split = free_split(plan.data, pool, total) if pool.chosen else None
        return [total] if split is None else list(split)
    taken = np.maximum(values(solution, blocks.extra), 0.0) * blocks.unit
    taken[taken < NOISE * blocks.unit] = 0.0
    if pool.chosen:
        whole = taken.sum(axis=0)
        share = np.divide(taken, whole, out=np.zeros(taken.shape), where=whole > 0.0)
        share[0] += whole <= 0.0
        return list(share * total)
    extra = _not_before_use(taken[1:], total)
    return [total - extra.sum(axis=0), *extra]


def _not_before_use(extra: FloatArray, total: FloatArray) -> FloatArray:
    """Take what dearer tiers give (tiers, weeks) no earlier than it is used (weeks,); the sums stay."""
    if (extra.sum(axis=0) <= total).all():
        return extra
    moved, waiting = np.zeros(extra.shape), np.zeros(len(extra))
    for t in range(len(total)):
        waiting += extra[:, t]
        asked = waiting.sum()
        if asked > 0.0:
            moved[:, t] = waiting * min(1.0, total[t] / asked)
            waiting -= moved[:, t]
    return moved


def _share_out(sources: list[Source], amount: FloatArray) -> FloatArray:
    """Split use over sources of one price, in proportion to what each has on hand (sources, weeks)."""
    if len(sources) == 1:
        return amount[None, :]
    arrivals = np.array([source.arrivals for source in sources])
    used, hand = np.zeros(arrivals.shape), np.zeros(len(sources))
    for t in range(len(amount)):
        hand = hand + arrivals[:, t]
        total = hand.sum()
        if total > 0.0:
            used[:, t] = hand * (amount[t] / total)
            hand = np.maximum(hand - used[:, t], 0.0)
    return used


def latest_receipts(arrivals: FloatArray, used: FloatArray) -> FloatArray:
    """Give the latest receipts (weeks,) that cover use (weeks,) and are never more than what can arrive (weeks,).

    >>> latest_receipts(np.array([9.0, 2.0, 2.0]), np.array([0.0, 1.0, 5.0])).tolist()
    [2.0, 2.0, 2.0]
    """
    can, need = np.cumsum(arrivals), np.cumsum(used)
    behind = np.maximum.accumulate((need - can)[::-1])[::-1]
    return np.diff(np.maximum(can + behind, 0.0), prepend=0.0)


def in_time(used: FloatArray, ahead: int) -> FloatArray:
    """Give when what is used (weeks,) must be there, some weeks ahead of its use; the first of it in the first week.

    >>> in_time(np.array([1.0, 2.0, 3.0, 4.0]), 1).tolist()
    [3.0, 3.0, 4.0, 0.0]
    """
    if not ahead:
        return used
    to_date = np.cumsum(used)
    last = len(used) - 1
    return np.diff(to_date[np.minimum(np.arange(len(used)) + ahead, last)], prepend=0.0)


def purchases(plan: PlanModel, used: FloatArray) -> Purchases:
    """Give use and latest receipts by supply, safety stock and safety time kept."""
    sources = plan.data.sourcing.sources
    received = [
        latest_receipts(source.fixed + source.new, needed(plan, source, used[k])) for k, source in enumerate(sources)
    ]
    return Purchases(
        tuple(source.path for source in sources),
        tuple(source.supplier for source in sources),
        tuple(source.part for source in sources),
        np.array([source.price for source in sources]),
        used,
        np.array(received).reshape(used.shape),
        np.array([source.duty for source in sources]).reshape(used.shape),
        np.array([source.held for source in sources]).reshape(used.shape),
    )


def needed(plan: PlanModel, source: Source, used: FloatArray) -> FloatArray:
    """Give when the pieces of a source must have arrived (weeks,): safety time ahead of use, and the safety stock."""
    return in_time(used, weeks_up(float(plan.data.programme.part_of[source.part].safety_time))) + source.held


def part_totals(plan: PlanModel, used: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the use of bought parts by week and what has arrived to date (parts, weeks) [pcs]."""
    sourcing = plan.data.sourcing
    total = np.zeros((len(sourcing.parts), plan.data.weeks))
    arrived = np.zeros(total.shape)
    at = {part: p for p, part in enumerate(sourcing.parts)}
    for k, source in enumerate(sourcing.sources):
        if source.part in at:
            total[at[source.part]] += used[k]
            arrived[at[source.part]] += np.cumsum(source.fixed + source.new)
    return total, arrived


def source_shares(plan: PlanModel, used: FloatArray) -> tuple[SourceShare, ...]:
    """Give the shares that suppliers reach in the periods in which a rule of dual sourcing holds."""
    data, found = plan.data, []
    for pool in data.sourcing.pools:
        rule = data.sourcing.rules[pool.parts[0]] if pool.chosen else None
        for name, weeks in share_periods(data, pool) if rule is not None else ():
            members = [tier.sources[0] for tier in pool.tiers]
            pieces = used[members][:, weeks].sum(axis=1)
            for k, amount in zip(members, pieces, strict=True):
                source = data.sourcing.sources[k]
                share = float(amount / pieces.sum()) if pieces.sum() > 0.0 else 0.0
                most = float(rule.max_share) if rule else 1.0
                found.append(SourceShare(source.part, source.supplier, source.path, name, share, most))
    return tuple(found)


def domestic_content(plan: PlanModel, used: FloatArray, made: FloatArray) -> tuple[DomesticContent, ...]:
    """Give cost and domestic content of the components used in every year with a floor [USD]."""
    data = plan.data
    cost, domestic = np.zeros(data.weeks), np.zeros(data.weeks)
    for k, source in enumerate(data.sourcing.sources):
        cost += used[k] * source.cost
        domestic += used[k] * source.cost * source.domestic
    for a in range(len(data.production.activities)):
        each, inland = content_of_making(data, a)
        cost += made[a] * each
        domestic += made[a] * inland
    return tuple(
        DomesticContent(year, float(cost[weeks].sum()), float(domestic[weeks].sum()), floor)
        for year, weeks, floor in plan.rules.years
    )


def used_up(plan: PlanModel, pieces: FloatArray) -> UsedUp:
    """Give what takes old parts in place of new ones."""
    rows, items = plan.data.use_ups, plan.data.production.items
    return UsedUp(
        tuple(each.path for each in rows),
        tuple(items[each.item].part for each in rows),
        tuple(each.old for each in rows),
        tuple(each.new for each in rows),
        pieces,
    )


def leftovers(plan: PlanModel, used: FloatArray) -> tuple[Leftover, ...]:
    """Give what is left of obsolete parts."""
    data, found = plan.data, []
    for each in data.obsolete:
        rows = [k for k, source in enumerate(data.sourcing.sources) if source.part == each.part]
        pieces = max(each.given - float(used[rows].sum()), 0.0)
        if pieces <= 1e-6 * each.given:
            continue
        value = pieces * float(data.sourcing.price[data.sourcing.parts.index(each.part)][each.last])
        day = data.calendar.date(each.last)
        name = data.programme.part_of[each.part].name
        paid = "and is paid for" if data.programme.policy.pay_obsolete else "and is not paid for"
        sentence = (
            f"{name}: {pieces:,.0f} of {each.given:,.0f} pieces in stock or on order are left when the week of {day} "
            f"is the last that may use them; that is {value / 1e6:,.3g} MUSD {paid}."
        )
        found.append(Leftover(each.part, day, pieces, value, sentence))
    return tuple(found)
