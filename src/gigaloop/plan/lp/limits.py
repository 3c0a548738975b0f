"""The resources that limit a plan: their rows in the model, and what those rows become when there is more of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.grid import NONE
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.site import MW, SHIFT_WEEKS
from gigaloop.plan.lp.supply import pool_arrivals

RAISE = 0.10
"""Share by which a resource is raised to prove what it is worth."""
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


def limits_of(plan: PlanModel) -> Iterator[Limit]:
    """Give every resource that has rows in the model."""
    yield from _factory_resources(plan)
    yield from _site_resources(plan)
    yield from _supply_resources(plan)


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
) -> Iterator[Limit]:
    weeks = np.flatnonzero(rows != NONE)
    if len(weeks):
        limit = plan.model.program().row_upper[rows[weeks]]
        relief = _MORE
        yield Limit(kind, name, path, rows[weeks], weeks, limit * (1.0 + RAISE), False, unit, units, relief, bounds)


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
        yield from _raised(plan, "line", name, path, factory.line[n], "USD per rack/week", bounds=bounds)
    for measure, unit, units in (
        ("power", "USD per MW", 1.0),
        ("flow", "USD per L/min", 1 / 60.0),
        ("positions", "USD per position", 1.0),
    ):
        for f, made_at in enumerate(data.programme.factories):
            path = f"factories.{made_at.id}.test_cells"
            rows = factory.test[measure][f]
            yield from _raised(plan, f"test {measure}", made_at.name, path, rows, unit, units=units)
    for n, lane in enumerate(data.programme.lanes):
        yield from _raised(plan, "lane", lane.name, f"lanes.{lane.id}", factory.lane[n], "USD per piece/week")


def _site_resources(plan: PlanModel) -> Iterator[Limit]:
    data, site = plan.data, plan.site
    for s, place in enumerate(data.places):
        base = f"sites.{place.site.id}"
        yield from _raised(plan, "crews", place.site.name, f"{base}.install_crews", site.crew[s], "USD per rack/week")
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
