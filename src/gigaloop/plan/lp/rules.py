"""Rules of sourcing in the plan's model: shares of suppliers, domestic content, old parts used up, obsolete parts.

Shares of suppliers join with the pool of their part, and floors on domestic content where a plan breaks them: see
:mod:`gigaloop.plan.lp.splits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from gigaloop.core.errors import Place
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.periods import periods
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.inputs.sourcing import DOMESTIC, Pool
from gigaloop.plan.lp.factory import FactoryBlocks
from gigaloop.plan.lp.grid import NONE, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.starts import MONEY
from gigaloop.plan.lp.supply import PoolBlocks, use_per_piece
from gigaloop.solve import Model


@dataclass(frozen=True, slots=True)
class ShareLimit:
    """The most that one source gives of a part in a period: its tier in its pool, and its row."""

    pool: int
    tier: int
    period: str
    weeks: range
    share: float
    row: int


@dataclass(slots=True, eq=False)
class RuleBlocks:
    """Columns and rows of the rules of sourcing.

    Parameters
    ----------
    years
        Calendar years with a floor on domestic content, their weeks, and the floor.
    used_up
        Made parts that take the old part, by use-up and week of use (use-ups, weeks) [racks' worth].
    obsolete
        Columns of what is left of obsolete parts that are paid for (obsolete,) [MUSD].
    shares
        Limits on the shares of sources, of pools in the model.
    content, short
        Rows of the floors, and columns of the content that is missing (years,) [MUSD]; none while the floors are not in
        the model.
    """

    years: tuple[tuple[str, range, float], ...]
    used_up: IntArray
    obsolete: IntArray
    shares: list[ShareLimit] = field(default_factory=list)
    content: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    short: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.intp))


def add_rules(model: Model, data: PlanData, factory: FactoryBlocks, pools: Mapping[int, PoolBlocks]) -> RuleBlocks:
    """Add what a model has of the rules from the start; a programme without such rules gets nothing."""
    held = sum((source.held * source.cost for source in data.sourcing.sources), np.zeros(data.weeks))
    if held.any():
        model.add_constant(float(held @ data.discount) * MONEY)
    used_up = _use_ups(model, data, factory, pools)
    rules = RuleBlocks(content_years(data), used_up, _obsolete(model, data, factory, used_up))
    for blocks in pools.values():
        add_rules_of_pool(model, data, blocks, rules)
    return rules


def add_rules_of_pool(model: Model, data: PlanData, blocks: PoolBlocks, rules: RuleBlocks) -> None:
    """Add the rules that hold for a pool that has joined the model."""
    pool = data.sourcing.pools[blocks.pool]
    rule = data.sourcing.rules[pool.parts[0]] if pool.chosen else None
    if len(rules.content):
        _content_of_pool(model, data, blocks, rules)
    if rule is None:
        return
    share = float(rule.max_share)
    limited = [
        (tier, name, weeks)
        for name, weeks in share_periods(data, pool)
        for tier in range(len(pool.tiers))
        if (blocks.extra[:, weeks] != NONE).any()
    ]
    if not limited:
        return
    part = data.sourcing.parts[pool.parts[0]]
    names = [f"{data.sourcing.sources[pool.tiers[tier].sources[0]].supplier} {name}" for tier, name, _ in limited]
    there = np.ones((len(limited), 1), dtype=np.bool_)
    rows = grid_rows(model, f"share of {part}", there, upper=0.0, path=_at(data, part), keys=names)[:, 0]
    for row, (tier, name, weeks) in zip(rows, limited, strict=True):
        for other in range(len(pool.tiers)):
            put(model, np.array(row), blocks.extra[other, weeks], (1.0 if other == tier else 0.0) - share)
        rules.shares.append(ShareLimit(blocks.pool, tier, name, weeks, share, int(row)))


def _at(data: PlanData, part: str) -> Callable[[int], Place | None]:
    place = data.programme.place(rule_path(data, part))
    return lambda _: place


def rule_path(data: PlanData, part: str) -> str:
    """Give the path of the rule of dual sourcing of a part."""
    return f"parts.{part}.sourcing" if data.programme.part_of[part].sourcing else "policy.sourcing"


def share_periods(data: PlanData, pool: Pool) -> Iterator[tuple[str, range]]:
    """Give the periods in which the rule of dual sourcing holds: enough sources can deliver from their first day."""
    rule = data.sourcing.rules[pool.parts[0]]
    if rule is None:
        return
    arrived = np.array([np.cumsum(data.sourcing.sources[tier.sources[0]].arrivals) for tier in pool.tiers])
    for name, weeks in periods(data.calendar, rule.period).items():
        if int((arrived[:, weeks.start] > 0.0).sum()) >= int(rule.min_sources):
            yield name, weeks


def _use_ups(model: Model, data: PlanData, factory: FactoryBlocks, pools: Mapping[int, PoolBlocks]) -> IntArray:
    """Add what takes the old part instead of the new one, at most what is started."""
    at = {data.sourcing.parts[pool.parts[0]]: number for number, pool in enumerate(data.sourcing.pools) if pool.alone}
    exists = np.zeros((len(data.use_ups), data.weeks), dtype=np.bool_)
    cost = np.zeros(exists.shape)
    price = dict(zip(data.sourcing.parts, data.sourcing.price, strict=True))
    for n, each in enumerate(data.use_ups):
        for a in _makers(data, each.item):
            exists[n] |= each.weeks & (later(factory.make[a], -data.production.activities[a].cycle) != NONE)
        pieces = data.production.items[each.item].scale
        cost[n] = (
            (each.old_pieces * price[each.old] - each.new_pieces * price[each.new]) * pieces * data.discount * MONEY
        )
    if not exists.any():
        return np.full(exists.shape, NONE, dtype=np.intp)
    keys = [f"{data.production.items[each.item].part} {each.position}" for each in data.use_ups]
    columns = grid_columns(model, "used up", exists, cost=cost, keys=keys)
    rows = grid_rows(model, "used up at most", exists, lower=0.0, definition=True, keys=keys)
    put(model, rows, columns, -1.0)
    for n, each in enumerate(data.use_ups):
        for a in _makers(data, each.item):
            cycle = data.production.activities[a].cycle
            for starts, share in factory.starts[a]:
                put(model, later(rows[n], cycle), np.where(later(rows[n], cycle) != NONE, starts, NONE), share)
        scale = data.production.items[each.item].scale
        for part, pieces in ((each.old, -each.old_pieces), (each.new, each.new_pieces)):
            number = at[part]
            per = pieces * scale / data.sourcing.pools[number].pieces[0] / pools[number].unit
            put(model, pools[number].use, columns[n], per)
    return columns


def _makers(data: PlanData, item: int) -> list[int]:
    return [a for a, made in enumerate(data.production.activities) if made.item == item and made.line >= 0]


def content_years(data: PlanData) -> tuple[tuple[str, range, float], ...]:
    """Give the calendar years with a floor on domestic content, their weeks, and the floor in force in each."""
    steps = sorted(data.programme.policy.domestic_content, key=lambda step: step.start)
    found = []
    for name, weeks in periods(data.calendar, "year").items():
        shares = [float(step.share) for step in steps if step.start.year <= int(name)]
        if shares and shares[-1] > 0.0:
            found.append((name, weeks, shares[-1]))
    return tuple(found)


def content_of_making(data: PlanData, activity: int) -> tuple[FloatArray, FloatArray]:
    """Give component cost and its domestic part per piece completed, by week of completion (weeks,) [USD].

    Conversion and own materials of made parts count, those of racks do not: making the end product is no component.
    """
    made = data.production.activities[activity]
    item = data.production.items[made.item]
    if item.generation >= 0:
        return np.zeros(data.weeks), np.zeros(data.weeks)
    country = data.programme.part_of[item.part].country
    conversion = np.broadcast_to(made.cost, (data.weeks,))
    return conversion + made.materials, conversion + (made.materials if country == DOMESTIC else 0.0)


def content_missing(data: PlanData, years: tuple[tuple[str, range, float], ...], part: int) -> FloatArray:
    """Give what a piece of a bought part from each tier lacks of the floor by week of use (tiers, weeks) [USD]."""
    floor = np.zeros(data.weeks)
    for _, weeks, share in years:
        floor[weeks] = share
    return np.array([tier.cost * (floor - tier.domestic) for tier in data.sourcing.tiers[part]])


def add_content(
    model: Model, data: PlanData, factory: FactoryBlocks, pools: Mapping[int, PoolBlocks], rules: RuleBlocks
) -> None:
    """Let floor x cost - domestic cost - what is missing be nothing or less, by calendar year [MUSD].

    A part whose pool is not in the model counts as if all of it came from its most domestic tier.
    """
    years = rules.years
    floor, of_year = np.zeros(data.weeks), np.full(data.weeks, NONE)
    for y, (_, weeks, share) in enumerate(years):
        floor[weeks], of_year[weeks] = share, y
    penalty = float(data.programme.policy.domestic_shortfall)
    last = [weeks[-1] for _, weeks, _ in years]
    there = np.ones(len(years), dtype=np.bool_)
    place = data.programme.place("policy.domestic_content")
    names = [name for name, _, _ in years]
    short = grid_columns(
        model, "content missing", there[:, None], cost=penalty * data.discount[last][:, None], keys=names
    )
    rows = grid_rows(model, "domestic content", there[:, None], upper=0.0, path=lambda _: place, keys=names)
    rules.content, rules.short = rows[:, 0], short[:, 0]
    put(model, rows, short, -1.0)
    row = np.where(of_year >= 0, rows[of_year, 0], NONE)
    missing = {part: content_missing(data, years, p).min(axis=0) * MONEY for p, part in enumerate(data.sourcing.parts)}
    for a, activity in enumerate(data.production.activities):
        scale, amounts = data.production.items[activity.item].scale, _bought(data, a)
        per_start = sum((amount * missing[part] for part, amount in amounts if part in missing), np.zeros(data.weeks))
        used = later(row, activity.cycle)
        for columns, part_of in factory.starts[a]:
            per = np.roll(per_start, activity.cycle) * scale * part_of
            put(model, used, np.where(used != NONE, columns, NONE), per)
        spent, domestic = content_of_making(data, a)
        put(model, row, np.where(row != NONE, factory.make[a], NONE), (floor * spent - domestic) * scale * MONEY)
    for n, use_up in enumerate(data.use_ups):
        scale = data.production.items[use_up.item].scale
        for part, pieces in ((use_up.old, use_up.old_pieces), (use_up.new, -use_up.new_pieces)):
            put(model, row, np.where(row != NONE, rules.used_up[n], NONE), missing[part] * pieces * scale)
    for blocks in pools.values():
        _content_of_pool(model, data, blocks, rules)


def _content_of_pool(model: Model, data: PlanData, blocks: PoolBlocks, rules: RuleBlocks) -> None:
    """Let the floors count what comes from other tiers than the most domestic one."""
    pool = data.sourcing.pools[blocks.pool]
    if not pool.chosen:
        return
    missing = content_missing(data, rules.years, pool.parts[0])
    more = (missing - missing.min(axis=0)) * pool.pieces[0] * blocks.unit * MONEY
    for row, (_, weeks, _) in zip(rules.content, rules.years, strict=True):
        put(model, np.array(row), blocks.extra[:, weeks], more[:, weeks])


def _bought(data: PlanData, activity: int) -> list[tuple[str, FloatArray]]:
    """Give the bought parts per piece that an activity starts, by week of use (weeks,)."""
    made = data.production.activities[activity]
    item = data.production.items[made.item]
    return [(item.part, np.ones(data.weeks))] if made.line < 0 else list(item.bought_parts.items())


def _obsolete(model: Model, data: PlanData, factory: FactoryBlocks, used_up: IntArray) -> IntArray:
    """Add what is left of obsolete parts, where it is paid for: used + left = what comes anyway, at least."""
    if not data.programme.policy.pay_obsolete or not data.obsolete:
        return np.full(len(data.obsolete), NONE, dtype=np.intp)
    at = {part: p for p, part in enumerate(data.sourcing.parts)}
    there = np.ones((len(data.obsolete), 1), dtype=np.bool_)
    value = np.array([data.sourcing.price[at[each.part]][each.last] for each in data.obsolete])
    paid = np.array([data.discount[each.last] for each in data.obsolete])
    given = np.array([each.given for each in data.obsolete]) * value * MONEY
    keys = [each.part for each in data.obsolete]
    left = grid_columns(model, "obsolete", there, cost=paid[:, None], keys=keys)
    rows = grid_rows(model, "obsolete at least", there, lower=given[:, None], definition=True, keys=keys)
    put(model, rows, left, 1.0)
    for n, each in enumerate(data.obsolete):
        row = np.where(np.arange(data.weeks) <= each.last, rows[n, 0], NONE)
        for number, pool in enumerate(data.sourcing.pools):
            if at[each.part] not in pool.parts:
                continue
            pieces = pool.pieces[pool.parts.index(at[each.part])]
            for a, activity in enumerate(data.production.activities):
                amount = use_per_piece(data, data.sourcing.pools[number], a)
                if amount is not None:
                    used = later(row, activity.cycle)
                    scale = data.production.items[activity.item].scale
                    per = np.roll(amount, activity.cycle) * pieces * scale * value[n] * MONEY
                    for columns, share in factory.starts[a]:
                        put(model, used, np.where(used != NONE, columns, NONE), per * share)
        for m, use_up in enumerate(data.use_ups):
            if use_up.old == each.part:
                scale = data.production.items[use_up.item].scale
                put(model, row, np.where(row != NONE, used_up[m], NONE), use_up.old_pieces * scale * value[n] * MONEY)
    return left[:, 0]
