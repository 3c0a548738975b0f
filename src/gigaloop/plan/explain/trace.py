"""Walk back from a rack at a site along what would bring one more, adding up what scarcity costs on the way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.factory import test_load
from gigaloop.plan.lp.grid import NONE, duals, reduced_costs
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.lp.supply import PoolBlocks
from gigaloop.solve import Solution

Key = tuple[str, int, int]
"""Kind of resource, its index, and the week."""
Rents = dict[Key, float]
NEGLIGIBLE = 1e-7
"""Rents per rack below this [MUSD] are the solver's tolerance."""


@dataclass(eq=False)
class Tracer:
    """The duals of a solution, and the walks through them; walks are kept."""

    plan: PlanModel
    solution: Solution

    def __post_init__(self) -> None:
        self._at_node: dict[tuple[int, int], Rents] = {}
        self._at_site: dict[tuple[int, int], Rents] = {}
        production = self.data.production
        self._node = {node: n for n, node in enumerate(self.plan.factory.nodes)}
        self._makers: dict[int, list[int]] = defaultdict(list)
        for a, activity in enumerate(production.activities):
            self._makers[self._node[activity.factory, activity.item]].append(a)
        self._arriving: dict[int, list[int]] = defaultdict(list)
        for m, route in enumerate(self.data.moves):
            node = self._node.get((route.destination, route.carries))
            if node is not None:
                self._arriving[node].append(m)
        self._shipping: dict[tuple[int, int], list[int]] = defaultdict(list)
        for r, route in enumerate(self.data.ships):
            self._shipping[route.destination, route.carries].append(r)

    @property
    def data(self) -> PlanData:
        """The plan's data."""
        return self.plan.data

    @cached_property
    def make(self) -> FloatArray:
        """Reduced costs of making (activities, weeks)."""
        return reduced_costs(self.solution, self.plan.factory.make)

    @cached_property
    def stock(self) -> FloatArray:
        """Reduced costs of stock (nodes, weeks)."""
        return reduced_costs(self.solution, self.plan.factory.stock)

    @cached_property
    def move(self) -> FloatArray:
        """Reduced costs of moves (moves, weeks)."""
        return reduced_costs(self.solution, self.plan.factory.move)

    @cached_property
    def ship(self) -> FloatArray:
        """Reduced costs of shipments (ships, weeks)."""
        return reduced_costs(self.solution, self.plan.factory.ship)

    @cached_property
    def waiting(self) -> FloatArray:
        """Reduced costs of waiting racks (pairs, weeks)."""
        return reduced_costs(self.solution, self.plan.site.waiting)

    @cached_property
    def online(self) -> FloatArray:
        """Reduced costs of going online (served, weeks)."""
        return reduced_costs(self.solution, self.plan.site.online)

    @cached_property
    def crew(self) -> FloatArray:
        """Rents of crews (sites, weeks)."""
        return -duals(self.solution, self.plan.site.crew)

    @cached_property
    def line(self) -> FloatArray:
        """Rents of lines (lines, weeks)."""
        return -duals(self.solution, self.plan.factory.line)

    @cached_property
    def lane(self) -> FloatArray:
        """Rents of lanes (lanes, weeks)."""
        return -duals(self.solution, self.plan.factory.lane)

    @cached_property
    def test(self) -> dict[str, FloatArray]:
        """Rents of burn-in cells by measure (factories, weeks)."""
        return {measure: -duals(self.solution, rows) for measure, rows in self.plan.factory.test.items()}

    @cached_property
    def site_price(self) -> FloatArray:
        """Prices of racks ready to go online (pairs, weeks)."""
        return duals(self.solution, self.plan.site.balance)

    @cached_property
    def room_online(self) -> FloatArray:
        """Rents of power that a rack online from a week takes from racks to come (pairs, weeks)."""
        return -duals(self.solution, self.plan.site.enters)

    @cached_property
    def room_installed(self) -> FloatArray:
        """Rents of room in halls that a rack installed in a week takes from racks to come (pairs, weeks)."""
        return -duals(self.solution, self.plan.site.halls.enters)

    @cached_property
    def pool_rent(self) -> dict[int, FloatArray]:
        """Rents of pools of parts, beyond what the dearest supplier asks (weeks,)."""
        return {n: duals(self.solution, blocks.rows).min(axis=0) for n, blocks in self.plan.pools.items()}

    def at_site(self, pair: int, week: int) -> Rents:
        """Give the rents of one more rack ready to go online at a site in a week [MUSD]."""
        way: list[tuple[int, int]] = []
        while True:
            known = self._at_site.get((pair, week))
            if known is not None:
                break
            way.append((pair, week))
            s, g = self.data.pairs[pair]
            begun = week - self.data.places[s].commissioning
            options = [
                (float(self.ship[r, begun - self.data.ships[r].transit]), r)
                for r in self._shipping[s, g]
                if begun - self.data.ships[r].transit >= 0
            ]
            cost, route = min(options, default=(np.inf, NONE))
            held = float(self.waiting[pair, week - 1]) if week else np.inf
            if held < cost and np.isfinite(held):
                week -= 1
                continue
            known = self._arrival(pair, week, route if np.isfinite(cost) else NONE)
            break
        for each in way:
            self._at_site[each] = known
        return known

    def _arrival(self, pair: int, week: int, route: int) -> Rents:
        s, g = self.data.pairs[pair]
        if route == NONE:
            return self._no_time(g, week, float(self.site_price[pair, week]))
        shipped = self.data.ships[route]
        installed = week - self.data.places[s].commissioning
        departs = installed - shipped.transit
        rents: Rents = defaultdict(float)
        rents["crews", s, installed] += float(self.crew[s, installed])
        rents["lane", shipped.lane, departs] += float(self.lane[shipped.lane, departs])
        node = self._node[shipped.origin, self.data.production.rack_item[g]]
        _add(rents, self.at_node(node, departs), 1.0)
        return rents

    def at_node(self, node: int, week: int) -> Rents:
        """Give the rents of one more item (a rack's worth) in stock at a factory in a week [MUSD]."""
        way: list[tuple[int, int]] = []
        while True:
            known = self._at_node.get((node, week))
            if known is not None:
                break
            way.append((node, week))
            made = min(((float(self.make[a, week]), a) for a in self._makers[node]), default=(np.inf, NONE))
            moved = min(
                (
                    (float(self.move[m, week - self.data.moves[m].transit]), m)
                    for m in self._arriving[node]
                    if week >= self.data.moves[m].transit
                ),
                default=(np.inf, NONE),
            )
            held = float(self.stock[node, week - 1]) if week else np.inf
            if held < min(made[0], moved[0]) and np.isfinite(held):
                week -= 1
                continue
            known = self._source(week, made, moved)
            break
        for each in way:
            self._at_node[each] = known
        return known

    def _source(self, week: int, made: tuple[float, int], moved: tuple[float, int]) -> Rents:
        if not np.isfinite(min(made[0], moved[0])):
            return {}
        if made[0] <= moved[0]:
            return self._making(made[1], week)
        route = self.data.moves[moved[1]]
        departs = week - route.transit
        rents: Rents = defaultdict(float)
        scale = self.data.production.items[route.carries].scale
        rents["lane", route.lane, departs] += float(self.lane[route.lane, departs]) * scale
        _add(rents, self.at_node(self._node[route.origin, route.carries], departs), 1.0)
        return rents

    def _making(self, activity: int, week: int) -> Rents:
        made = self.data.production.activities[activity]
        item = self.data.production.items[made.item]
        rents: Rents = defaultdict(float)
        rents["effectivity", made.item, week] += max(-float(self.make[activity, week]), 0.0)
        used = week - made.cycle
        if made.line >= 0:
            load = made.load * item.scale * self.plan.factory.line_rate[made.line]
            rents["line", made.line, week] += float(self.line[made.line, week]) * load
            for measure, rent in self.test.items():
                loaded = test_load(self.data, activity, measure) * item.scale
                rents[f"test {measure}", made.factory, week] += float(rent[made.factory, week]) * loaded
            for component, amount in item.made_parts.items():
                pieces = float(amount[used]) * item.scale / self.data.production.items[component].scale
                if pieces:
                    _add(rents, self.at_node(self._node[made.factory, component], used), pieces)
        for number, blocks in self.plan.pools.items():
            pieces = self._pool_use(blocks, activity, used) * item.scale
            if pieces:
                rents["supply", number, used] += float(self.pool_rent[number][used]) * pieces
        return rents

    def _pool_use(self, blocks: PoolBlocks, activity: int, week: int) -> float:
        from gigaloop.plan.lp.supply import use_per_piece

        amount = use_per_piece(self.data, self.data.sourcing.pools[blocks.pool], activity)
        return 0.0 if amount is None else float(amount[week]) / blocks.unit

    def _no_time(self, generation: int, week: int, price: float) -> Rents:
        """Nothing can bring a rack by that week: its generation is not built yet, or there was no time to."""
        item = self.data.production.rack_item[generation]
        first = min(
            (self.data.first_stock(f, item) for f in range(len(self.data.programme.factories))), default=self.data.weeks
        )
        built = self.data.production.items[item].first
        kind = "effectivity" if built > 0 and first <= built + 1 else "lead time"
        return {(kind, item, week): max(price, 10.0 * NEGLIGIBLE)}


def _add(rents: Rents, more: Rents, pieces: float) -> None:
    for key, rent in more.items():
        rents[key] = rents.get(key, 0.0) + pieces * rent
