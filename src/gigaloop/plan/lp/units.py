"""Scalable units in the plan's model: racks go online as far as what completes their unit is at the site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.inputs.units import NOT_MADE, UnitPart
from gigaloop.plan.lp.factory import MONEY, FactoryBlocks
from gigaloop.plan.lp.grid import NONE, grid_columns, grid_rows, later, put
from gigaloop.plan.lp.names import route_names
from gigaloop.plan.lp.site import SiteBlocks
from gigaloop.solve import Model


@dataclass(frozen=True, slots=True, eq=False)
class UnitBlocks:
    """Columns and rows of what completes units, as indices by week; made products are measured in racks' worth.

    Parameters
    ----------
    ship
        Departures of made products to sites (unit ships, weeks).
    stores
        Number of the product and site of every store of made products.
    left
        Made products at the sites that complete no unit yet (stores, weeks).
    balance
        Rows: what comes to a store equals what completes units (stores, weeks).
    bought
        Products that are bought and may be scarce, by their number: columns of pieces offered and not used, and rows of
        their balance (weeks,).
    """

    ship: IntArray
    stores: tuple[tuple[int, int], ...]
    left: IntArray
    balance: IntArray
    bought: dict[int, tuple[IntArray, IntArray]]


def add_units(model: Model, data: PlanData, factory: FactoryBlocks, site: SiteBlocks) -> UnitBlocks:
    """Add what completes scalable units; nothing where no generation lists any."""
    ship = _ship(model, data, factory)
    stores, left, balance = _stores(model, data, site, ship)
    scarce = [(u, part) for u, part in enumerate(data.unit_parts) if may_be_scarce(data, part)]
    bought = {u: _bought(model, data, site, part) for u, part in scarce}
    return UnitBlocks(ship, stores, left, balance, bought)


def offered(data: PlanData, part: UnitPart) -> FloatArray:
    """Give the pieces of a product that suppliers offer anew from each week (weeks,)."""
    arrivals = [data.sourcing.sources[k].arrivals for k in part.sources]
    return np.asarray(np.sum(arrivals or [np.zeros(data.weeks)], axis=0))


def may_be_scarce(data: PlanData, part: UnitPart) -> bool:
    """Say whether less of a bought product may have arrived than the demands can use."""
    if part.item != NOT_MADE:
        return False
    most = np.zeros(data.weeks)
    week = np.arange(data.weeks)
    for asked in data.asked:
        ahead = np.minimum(week + data.early_weeks + data.places[asked.site].commissioning, data.weeks - 1)
        each = [part.per_rack[g] / data.site_power(asked.site, g) for g in asked.generations if g in part.per_rack]
        most += max(each, default=0.0) * asked.cumulative(data.weeks)[ahead]
    return bool((most > np.cumsum(offered(data, part)) * (1.0 + 1e-9)).any())


def _ship(model: Model, data: PlanData, factory: FactoryBlocks) -> IntArray:
    items = data.production.items
    scale = np.array([items[route.carries].scale for route in data.unit_ships]).reshape(-1, 1)
    cost = np.array([route.cost for route in data.unit_ships]).reshape(-1, 1) * scale * data.discount * MONEY
    names = route_names(data, data.unit_ships, to_sites=False)
    ship = grid_columns(model, "ship for units", data.unit_ship_weeks, cost=cost, keys=names)
    node_at = {node: n for n, node in enumerate(factory.nodes)}
    for r, route in enumerate(data.unit_ships):
        put(model, factory.balance[node_at[route.origin, route.carries]], ship[r], -1.0)
        if data.lane_capacity(route.lane) is not None:
            put(model, factory.lane[route.lane], ship[r], float(scale[r, 0]))
    return ship


def _stores(
    model: Model, data: PlanData, site: SiteBlocks, ship: IntArray
) -> tuple[tuple[tuple[int, int], ...], IntArray, IntArray]:
    items = data.production.items
    made = [u for u, part in enumerate(data.unit_parts) if part.item != NOT_MADE]
    pairs = [data.pairs[p] for _, p in site.served]
    stores = tuple(sorted({(u, s) for s, g in pairs for u in made if g in data.unit_parts[u].per_rack}))
    exists = np.zeros((len(stores), data.weeks), dtype=np.bool_)
    given = np.zeros(exists.shape)
    arrivals: list[list[tuple[int, int]]] = []
    for k, (u, s) in enumerate(stores):
        part, delay = data.unit_parts[u], data.places[s].commissioning
        given[k] = part.given[s] / items[part.item].scale
        brought = [
            (r, route.transit + delay)
            for r, route in enumerate(data.unit_ships)
            if route.destination == s and route.carries == part.item
        ]
        arrivals.append(brought)
        first = [np.flatnonzero(later(ship[r], wait) != NONE)[:1] for r, wait in brought]
        first += [np.flatnonzero(site.online[n] != NONE)[:1] for n in _ways(data, site, part, s)]
        first.append(np.flatnonzero(given[k] > 0.0)[:1])
        begins = np.concatenate(first)
        if len(begins):
            exists[k, int(begins.min()) :] = True
    keys = [f"{data.programme.sites[s].id} {data.unit_parts[u].part}" for u, s in stores]
    left = grid_columns(model, "left for units", exists, keys=keys)
    balance = grid_rows(model, "units", exists, lower=-given, upper=-given, definition=True, keys=keys)
    put(model, balance, later(left, 1), 1.0)
    put(model, balance, left, -1.0)
    for k, (u, s) in enumerate(stores):
        part = data.unit_parts[u]
        for r, wait in arrivals[k]:
            put(model, later(balance[k], -wait), ship[r], 1.0)
        for n in _ways(data, site, part, s):
            per_rack = part.per_rack[data.pairs[site.served[n][1]][1]]
            put(model, balance[k], site.online[n], -per_rack / items[part.item].scale)
    return stores, left, balance


def _ways(data: PlanData, site: SiteBlocks, part: UnitPart, place: int) -> list[int]:
    """Give the ways to go online at a site that need a product."""
    return [
        n for n, (_, p) in enumerate(site.served) if data.pairs[p][0] == place and data.pairs[p][1] in part.per_rack
    ]


def _bought(model: Model, data: PlanData, site: SiteBlocks, part: UnitPart) -> tuple[IntArray, IntArray]:
    """Offered to date holds what units use, from the start of their commissioning, at all sites."""
    exists = np.ones(data.weeks, dtype=np.bool_)
    unit = max(part.per_rack.values())
    arrives = offered(data, part) / unit
    path = data.sourcing.sources[part.sources[0]].path if part.sources else f"parts.{part.part}"
    left = grid_columns(model, f"left of {part.part}", exists)
    where = data.programme.place(path)
    rows = grid_rows(model, f"offer of {part.part}", exists, lower=-arrives, upper=-arrives, path=lambda _: where)
    put(model, rows, later(left, 1), 1.0)
    put(model, rows, left, -1.0)
    for n, (_, p) in enumerate(site.served):
        s, g = data.pairs[p]
        if g in part.per_rack:
            use = np.maximum(np.arange(data.weeks) - data.places[s].commissioning, 0)
            put(model, rows[use], site.online[n], -part.per_rack[g] / unit)
    return left, rows
