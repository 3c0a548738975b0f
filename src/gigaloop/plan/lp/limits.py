"""The resources that limit a plan: their rows in the model, and what those rows become when there is more of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.choices import opened_share
from gigaloop.plan.lp.grid import NONE
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.rules import rule_path
from gigaloop.plan.lp.site import MW, SHIFT_WEEKS
from gigaloop.plan.lp.starts import MONEY
from gigaloop.plan.lp.supply import pool_arrivals

RAISE = 0.10
"""Share by which a resource is raised to prove what it is worth."""
CONTENT_RELIEF = 10.0
"""Domestic content by which the floor of a year is relieved [MUSD]."""
_MORE = f"{100 * RAISE:.0f} % more"


@dataclass(frozen=True, eq=False)
class Limit:
    """A resource that limits a plan.

    Parameters
    ----------
    kind, name, path
        What it is, its name, and its record in the programme.
    rows, weeks
        Its rows in the model and the week of each (rows,).
    relieved
        The limits of the rows with the resource relieved as ``relief`` says (rows,).
    lower
        Whether the rows are equalities with what arrives on their right-hand side, negative.
    unit, units
        Unit of its shadow price, and how many of it one unit of a row is.
    bounds
        Columns and their upper bounds that the relief raises as well.
    sentence
        What is said where it is why something is late, with ``{name}`` and ``{until}``; a general one where not given.
    """

    kind: str
    name: str
    path: str
    rows: IntArray
    weeks: IntArray
    relieved: FloatArray
    lower: bool
    unit: str
    units: float
    relief: str
    bounds: tuple[IntArray, FloatArray] | None = None
    sentence: str = ""


def limit_pool(plan: PlanModel, limit: Limit) -> int:
    """Give the number of the pool of bought parts whose rows a limit of supply has."""
    first = int(limit.rows[0])
    return next(number for number, blocks in plan.pools.items() if (blocks.rows == first).any())


def lift(plan: PlanModel, limit: Limit) -> None:
    """Take a limit away: its rows, or the columns of one without rows, are no longer limited."""
    if not len(limit.rows) and limit.bounds is not None:
        plan.model.set_bounds(limit.bounds[0], upper=np.inf)
    elif limit.lower:
        plan.model.set_limits(limit.rows, lower=-np.inf)
    else:
        plan.model.set_limits(limit.rows, upper=np.inf)


def limits_of(plan: PlanModel) -> Iterator[Limit]:
    """Give every resource that has rows in the model."""
    yield from _factory_resources(plan)
    yield from _site_resources(plan)
    yield from _supply_resources(plan)
    yield from _rule_resources(plan)


def bounds_of(plan: PlanModel) -> Iterator[Limit]:
    """Give what limits single columns: how many racks of a generation are built while it ramps."""
    production = plan.data.production
    upper = plan.model.program().column_upper
    for g, generation in enumerate(plan.data.programme.generations):
        made = [a for a, activity in enumerate(production.activities) if activity.item == production.rack_item[g]]
        columns = plan.factory.make[made]
        there = (columns != NONE) & np.isfinite(upper[columns])
        if there.any():
            weeks, none = np.nonzero(there)[1], np.empty(0, dtype=np.intp)
            raised = upper[columns[there]] * (1.0 + RAISE)
            yield Limit(
                "effectivity", generation.name, f"generations.{generation.id}.effectivity", none, weeks, np.empty(0),
                False, "USD per rack", 1.0, _MORE, (columns[there], raised),
            )  # fmt: skip


def _raised(
    plan: PlanModel,
    kind: str,
    name: str,
    path: str,
    rows: IntArray,
    unit: str,
    *,
    units: float = 1.0,
    bounds: tuple[IntArray, FloatArray] | None = None,
    of: FloatArray | None = None,
) -> Iterator[Limit]:
    """Give the rows of a resource raised by a share of their limits, or of what ``of`` (weeks,) says that there is."""
    weeks = np.flatnonzero(rows != NONE)
    if len(weeks):
        limit = plan.model.program().row_upper[rows[weeks]]
        more = limit + RAISE * (limit if of is None else of[weeks])
        yield Limit(kind, name, path, rows[weeks], weeks, more, False, unit, units, _MORE, bounds)


def _factory_resources(plan: PlanModel) -> Iterator[Limit]:
    data, factory = plan.data, plan.factory
    upper = plan.model.program().column_upper
    for n, name in enumerate(data.production.lines):
        made = [a for a, activity in enumerate(data.production.activities) if activity.line == n]
        columns = factory.make[made]
        columns = columns[columns != NONE]
        columns = columns[np.isfinite(upper[columns])]
        bounds = (columns, upper[columns] * (1.0 + RAISE)) if len(columns) else None
        path = data.production.line_path[n]
        more = opened_share(data, plan.picks, n) * factory.line_rate[n] if data.choices.opens(n) else None
        yield from _raised(plan, "line", name, path, factory.line[n], "USD per rack/week", bounds=bounds, of=more)
        yield from _raised(plan, "in process", name, f"{path}.wip_limit", factory.wip[n], "USD per rack")
    for measure, unit, units in (
        ("power", "USD per MW", 1.0),
        ("flow", "USD per L/min", 1 / 60.0),
        ("positions", "USD per position", 1.0),
    ):
        for f, made_at in enumerate(data.programme.factories):
            path = f"factories.{made_at.id}.test_cells"
            rows = factory.test[measure][f]
            yield from _raised(plan, f"test {measure}", made_at.name, path, rows, unit, units=units)
    for f, made_at in enumerate(data.programme.factories):
        path = f"factories.{made_at.id}"
        yield from _raised(plan, "staff", made_at.name, f"{path}.headcount", factory.staff.rows[f], "USD per job/week")
        yield from _raised(plan, "storage", made_at.name, f"{path}.rack_storage", factory.storage[f], "USD per rack")
    for n, lane in enumerate(data.programme.lanes):
        yield from _raised(plan, "lane", lane.name, f"lanes.{lane.id}", factory.lane[n], "USD per piece/week")


def _site_resources(plan: PlanModel) -> Iterator[Limit]:
    data, site = plan.data, plan.site
    for s, place in enumerate(data.places):
        base = f"sites.{place.site.id}"
        yield from _raised(plan, "crews", place.site.name, f"{base}.install_crews", site.crew[s], "USD per rack/week")
        rows, path = site.commissioning[s], f"{base}.commissioning_crews"
        yield from _raised(plan, "commissioning crews", place.site.name, path, rows, "USD per rack/week")
        rows = site.energised[s]
        weeks = np.flatnonzero(rows != NONE)
        if len(weeks):
            earlier = place.free[np.minimum(weeks + SHIFT_WEEKS, data.weeks - 1)] * MW
            relief = f"energisation {SHIFT_WEEKS} weeks earlier"
            yield Limit(
                "energisation",
                place.site.name,
                f"{base}.energisation",
                rows[weeks],
                weeks,
                earlier,
                False,
                "USD per MW",
                1.0,
                relief,
            )
        halls = [c for c, (at, _) in enumerate(site.halls.classes) if at == s]
        for measure, blocks, unit in (
            ("positions", site.halls.positions, "USD per position"),
            ("power", site.halls.power, "USD per MW"),
        ):
            for c in halls:
                name = f"{place.site.name} {' and '.join(place.halls[site.halls.classes[c][1]].halls)} {measure}"
                yield from _raised(plan, "hall", name, f"{base}.halls", blocks[c], unit)
    yield from _equipment_resources(plan)
    yield from _unit_resources(plan)


def _unit_resources(plan: PlanModel) -> Iterator[Limit]:
    data = plan.data
    for u, (_, rows) in plan.units.bought.items():
        part = data.unit_parts[u]
        limit = plan.model.program().row_lower[rows]
        path = data.sourcing.sources[part.sources[0]].path if part.sources else f"parts.{part.part}"
        yield Limit(
            "unit parts",
            data.programme.part_of[part.part].name,
            path,
            rows,
            np.arange(data.weeks),
            limit * (1.0 + RAISE),
            True,
            "USD per piece/week",
            1.0 / max(part.per_rack.values()),
            _MORE,
            sentence="All of '{name}' that arrives completes scalable units {until}.",
        )


def _equipment_resources(plan: PlanModel) -> Iterator[Limit]:
    data = plan.data
    for blocks in plan.gates.values():
        part = data.programme.part_of[blocks.group.market.part].name
        for n, gate in enumerate(blocks.group.gates):
            place = data.places[gate.site]
            weeks = np.flatnonzero(blocks.served[n] != NONE)
            earlier = place.power.served(gate.number, SHIFT_WEEKS)[weeks] * MW
            yield Limit(
                "equipment",
                f"{place.site.name}, {part}",
                place.power.equipment[gate.number].path,
                blocks.served[n][weeks],
                weeks,
                earlier,
                False,
                "USD per MW",
                1.0,
                f"deliveries {SHIFT_WEEKS} weeks earlier",
                sentence="{name}: what is in service serves no more power {until}.",
            )
        there = np.flatnonzero(blocks.market != NONE)
        if len(there):
            rows = blocks.market[there]
            offered = plan.model.program().row_upper[rows]
            yield Limit(
                "equipment supply",
                part,
                blocks.group.market.path,
                rows,
                blocks.group.arrivals[there],
                offered * (1.0 + RAISE),
                False,
                "USD per piece",
                blocks.unit,
                _MORE,
                sentence="All of '{name}' that suppliers offer is taken by the sites {until}.",
            )


def _supply_resources(plan: PlanModel) -> Iterator[Limit]:
    data, sourcing = plan.data, plan.data.sourcing
    for number, blocks in plan.pools.items():
        pool = sourcing.pools[number]
        begins = int(np.flatnonzero(blocks.rows[0] != NONE)[0]) if (blocks.rows[0] != NONE).any() else data.weeks
        there = blocks.rows != NONE
        for part, pieces in zip(pool.parts, pool.pieces, strict=True):
            name = data.programme.part_of[sourcing.parts[part]].name
            path = sourcing.sources[sourcing.tiers[part][0].sources[0]].path
            relieved = -pool_arrivals(data, pool, begins, {part: RAISE})[there] / blocks.unit
            weeks = np.nonzero(there)[1]
            yield Limit(
                "supply",
                name,
                path,
                blocks.rows[there],
                weeks,
                relieved,
                True,
                "USD per piece/week",
                1.0 / (pieces * blocks.unit),
                _MORE,
            )


def _rule_resources(plan: PlanModel) -> Iterator[Limit]:
    """Give the rules of sourcing: shares of suppliers, and floors on domestic content."""
    data = plan.data
    for number, tier in dict.fromkeys((each.pool, each.tier) for each in plan.rules.shares):
        pool, blocks = data.sourcing.pools[number], plan.pools[number]
        mine = [each for each in plan.rules.shares if (each.pool, each.tier) == (number, tier)]
        tiers = [data.sourcing.arrivals(pool, other) for other in range(len(pool.tiers))]
        offered = np.sum(tiers, axis=0) / blocks.unit
        more = np.array([RAISE * float(offered[each.weeks].sum()) for each in mine])
        source = data.sourcing.sources[pool.tiers[tier].sources[0]]
        name = f"share of {source.supplier} in {data.programme.part_of[source.part].name}"
        yield Limit(
            "sourcing share",
            name,
            rule_path(data, source.part),
            np.array([each.row for each in mine]),
            np.array([each.weeks[-1] for each in mine]),
            more,
            False,
            "USD per piece",
            1.0 / (pool.pieces[0] * blocks.unit),
            f"{100 * RAISE:.0f} % of the offer beyond the share",
            sentence="The {name} may be no more by the rule of dual sourcing {until}.",
        )
    if len(plan.rules.content):
        yield Limit(
            "domestic content",
            "domestic content",
            "policy.domestic_content",
            plan.rules.content,
            np.array([weeks[-1] for _, weeks, _ in plan.rules.years]),
            np.full(len(plan.rules.years), CONTENT_RELIEF),
            False,
            "USD per USD",
            MONEY,
            f"{CONTENT_RELIEF:.0f} MUSD less domestic content a year",
            sentence="The floor on domestic content holds {until}.",
        )
