"""What traffic puts on the links of a plane, and how far that slows a collective: hashed ECMP against spraying.

With **ecmp** every switch hashes a flow to one of its equal links, tier by tier, so that flows collide; with
**spraying** every switch spreads packets evenly over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.core.errors import UsageError
from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.clos_paths import Routes, hashed_loads, hashed_routes, spread_loads
from gigaloop.design.fabric.graph import Routed, circuits, route, switch_graph
from gigaloop.design.fabric.hashing import hashed
from gigaloop.design.fabric.paths import endpoint_switch, endpoints_of
from gigaloop.design.fabric.torus import Torus
from gigaloop.design.records.network import FloatArray, IntArray, Plane

Balancing = Literal["ecmp", "spraying"]
Pattern = Literal["ring", "permutation", "all_to_all"]

PEERS = 16
"""Other ends that a node sends to at one time in an all-to-all, of which it has a like share for each."""


@dataclass(frozen=True)
class Contention:
    """How much longer a pattern of traffic takes than its nodes' own links would: 1 or more, by draw (d,)."""

    pattern: Pattern
    balancing: Balancing
    worst: FloatArray
    """Of the slowest flow, which a collective waits for."""
    average: FloatArray
    """Of the flows on average, which work that does not wait sees."""

    @property
    def factor(self) -> float:
        """Slow-down of a collective, on average over the draws."""
        return float(self.worst.mean())

    @property
    def p95(self) -> float:
        """Slow-down of a collective that one draw of twenty exceeds."""
        return float(np.quantile(self.worst, 0.95))


def link_loads(
    plane: Plane,
    source: IntArray,
    target: IntArray,
    balancing: Balancing = "ecmp",
    *,
    rate: ArrayLike | None = None,
    seed: int = 0,
) -> Mapping[str, FloatArray]:
    """Give what flows between endpoints put on every link of every layer, in both directions.

    Parameters
    ----------
    plane
        One plane of a network.
    source, target
        Endpoints (m,), ``node * rails + rail``; flows to oneself carry nothing.
    balancing
        ``ecmp`` or ``spraying``.
    rate
        Of each flow (m,), in any unit; 1 where not given, so that loads are numbers of flows.
    seed
        Of the hash.

    Returns
    -------
    Mapping
        By layer (2, links), in the order of ``plane.links(layer)``: from the lower end to the upper, and back. Flows
        that the plane does not join, as rails of a single tier, load only the links of their nodes.

    Raises
    ------
    UsageError
        If an endpoint is not on the plane, or the balancing is unknown.
    """
    return _Traffic(plane, source, target, rate, balancing, seed).loads


class _Traffic:
    """Flows on their way: loads by layer, and the worst link of each flow."""

    def __init__(
        self,
        plane: Plane,
        source: IntArray,
        target: IntArray,
        rate: ArrayLike | None,
        balancing: Balancing,
        seed: int,
    ) -> None:
        if balancing not in ("ecmp", "spraying"):
            raise UsageError(f"'{balancing}' is no way to balance loads", hint="take ecmp or spraying")
        self.plane = plane
        self.source, self.target = endpoints_of(plane, source), endpoints_of(plane, target)
        switch = endpoint_switch(plane)
        self.here, self.there = switch[self.source], switch[self.target]
        joined = self.here != self.there
        if isinstance(plane, Clos) and plane.tiers == 1:
            joined[:] = False
        every = bool(joined.all())
        self.across = np.arange(len(joined), dtype=np.int32) if every else np.flatnonzero(joined).astype(np.int32)
        here, there = (self.here, self.there) if every else (self.here[self.across], self.there[self.across])
        self.rate = None if rate is None else np.broadcast_to(np.asarray(rate, np.float64), self.source.shape)
        share = None if self.rate is None else self.rate[self.across]
        self.routes: Routes | Routed | None = None
        if isinstance(plane, Clos):
            if not len(self.across):
                above = {name: np.zeros((2, count)) for name, count in list(plane.link_counts.items())[1:]}
            elif balancing == "ecmp":
                key = hashed(self.source[self.across], seed)
                key += self.target[self.across].view(np.uint32)
                self.routes = hashed_routes(plane, here, there, key, seed)
                above = hashed_loads(plane, self.routes, share)
            else:
                above = spread_loads(plane, here, there, np.ones(len(here)) if share is None else share)
        else:
            ones = np.ones(len(here)) if share is None else share
            routed = route(plane, here, there, ones, seed if balancing == "ecmp" else None)
            above = _by_layer(plane, routed)
            self.routes = routed if balancing == "ecmp" else None
        self.loads: dict[str, FloatArray] = above if isinstance(plane, Torus) else {**self._at_nodes(), **above}

    def _at_nodes(self) -> dict[str, FloatArray]:
        """Give the loads of the links of the nodes, in order of endpoints."""
        name = next(iter(self.plane.link_counts))
        rate, moving = self.rate, self.source != self.target
        if not moving.all():
            rate = moving.astype(np.float64) * (1.0 if rate is None else rate)
        many = self.plane.endpoints
        ends = (self.source, self.target)
        return {name: np.stack([np.bincount(end, rate, minlength=many).astype(np.float64) for end in ends])}

    def relative(self) -> dict[str, FloatArray]:
        """Give the loads relative to the rate of their layer, as a share of the rate of a node's link."""
        return {name: load * (self.plane.rate / self.plane.rates[name]) for name, load in self.loads.items()}


def _by_layer(plane: Plane, routed: Routed) -> dict[str, FloatArray]:
    """Give loads of directed links by the layers of the plane."""
    graph = switch_graph(plane)
    found = {name: routed.loads[first : first + 2 * m].reshape(2, m) for name, (first, m) in graph.layers.items()}
    if isinstance(plane, Torus):
        there, back = found.pop("circuits")
        _, _, rising, falling = circuits(plane)
        outer = np.zeros((2, plane.link_counts["node-ocs"]))
        outer[0, rising], outer[1, falling] = there, there
        outer[0, falling], outer[1, rising] = back, back
        found["node-ocs"] = outer
    return found


@lru_cache(maxsize=512)
def contention(
    plane: Plane,
    balancing: Balancing,
    pattern: Pattern,
    seed: int = 0,
    *,
    nodes: int | None = None,
    flows: int = 1,
    draws: int = 8,
) -> Contention:
    """Give how much longer a pattern of traffic takes on a plane than the links of its nodes alone would.

    Every endpoint sends at the rate of its link, on its own rail. A link that is asked for more than its rate slows
    those who share it alike, so that a flow takes as long as the most loaded link on its way asks, and a collective as
    long as its slowest flow.

    - ``ring``: each node to the next in order, as rings over racks that are placed in order do;
    - ``permutation``: each rail of the nodes permuted at random, as neighbours that are placed without regard to the
      network, or pairwise exchanges, see;
    - ``all_to_all``: each endpoint to some others at random, with a like part of its rate for each.

    Parameters
    ----------
    plane
        One plane of a network.
    balancing
        ``ecmp`` or ``spraying``.
    pattern
        ``ring``, ``permutation`` or ``all_to_all``.
    seed
        Of the draws.
    nodes
        Nodes that take part, the first ones; all where not given.
    flows
        Flows that the traffic of a pair is split into, each hashed for itself (queue pairs of a connection).
    draws
        Draws of the pattern and the hash.

    Raises
    ------
    UsageError
        If the pattern or balancing is unknown, or there are not as many nodes.
    """
    many = plane.nodes if nodes is None else nodes
    if not 1 <= many <= plane.nodes:
        raise UsageError(f"{many:,} nodes do not take part on a plane of {plane.nodes:,}", hint="give at most all")
    if min(flows, draws) < 1:
        raise UsageError("contention needs at least one flow and one draw", hint="give 1 or more")
    worst, average = [], []
    # What does not depend on chance is worked out once.
    for draw in range(1 if balancing == "spraying" and pattern == "ring" else draws):
        random = np.random.default_rng([seed, draw])
        source, target = _pairs(plane, pattern, many, random)
        parts = len(source) // (many * plane.rails) * flows
        if balancing == "ecmp":
            source, target = np.tile(source, flows), np.tile(target, flows)
        share = 1.0 / (parts if balancing == "ecmp" else parts // flows)
        key = int(random.integers(0, 1 << 31))
        slow = _slow_down(_Traffic(plane, source, target, np.full(len(source), share), balancing, key))
        worst.append(slow.max(initial=1.0))
        average.append(slow.mean() if len(slow) else 1.0)
    return Contention(pattern, balancing, np.asarray(worst), np.asarray(average))


def _pairs(plane: Plane, pattern: Pattern, many: int, random: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Give source and target of the flows of a pattern."""
    rails = np.int32(plane.rails)
    source = np.arange(many * rails, dtype=np.int32)
    node, rail = source // rails, source % rails
    if pattern == "ring":
        # A torus has a ring along each axis, both ways.
        return (source, _neighbours(plane)[source]) if isinstance(plane, Torus) else (source, (node + 1) % many * rails + rail)
    if pattern == "permutation":
        order = np.argsort(random.random((plane.rails, many), dtype=np.float32), axis=1).astype(np.int32)
        return source, order[rail, node] * rails + rail
    if pattern == "all_to_all":
        peers = min(PEERS, max(many - 1, 1))
        other = (node + random.integers(1, max(many, 2), (peers, len(node)), dtype=np.int32)) % many
        return np.tile(source, peers), (other * rails + rail).ravel()
    raise UsageError(f"'{pattern}' is no pattern of traffic", hint="take ring, permutation or all_to_all")


def _neighbours(plane: Torus) -> IntArray:
    """Give the port that each port of a node meets, (endpoints,)."""
    found = np.empty(plane.endpoints, np.int32)
    inner = plane.links("node-node")
    a, b, rising, falling = circuits(plane)
    outer = plane.links("node-ocs").a_port
    rails = np.int32(plane.rails)
    low = np.concatenate((inner.a * rails + inner.a_port, a * rails + outer[rising]))
    high = np.concatenate((inner.b * rails + inner.b_port, b * rails + outer[falling]))
    found[low], found[high] = high, low
    return found


def _slow_down(traffic: _Traffic) -> FloatArray:
    """Give the slow-down of each flow: the most loaded link on its way, at least 1."""
    loads, routes, across = traffic.relative(), traffic.routes, traffic.across
    slow = np.ones(len(traffic.source))
    if not isinstance(traffic.plane, Torus):
        ends = loads[next(iter(traffic.plane.link_counts))]
        slow = np.maximum(slow, np.maximum(ends[0][traffic.source], ends[1][traffic.target]))
    way = np.ones(len(across))
    if isinstance(routes, Routes):
        for name, up, down in (("leaf-spine", routes.up, routes.down), ("spine-core", routes.over, routes.under)):
            if name in loads:
                rising = up >= 0
                met = np.maximum(loads[name][0][up], loads[name][1][down])
                way = np.where(rising, np.maximum(way, met), way)
    elif isinstance(routes, Routed):
        graph = switch_graph(traffic.plane)
        relative = np.concatenate(
            [np.full(2 * m, traffic.plane.rate / _layer_rate(traffic.plane, name)) for name, (_, m) in graph.layers.items()]
        )
        np.maximum.at(way, routes.flow, (_flat(traffic) * relative)[routes.edge])
    else:
        above = [load for name, load in loads.items() if name != next(iter(traffic.plane.link_counts))]
        most = max((float(load.max(initial=0.0)) for load in above), default=0.0)
        way = np.maximum(way, most)
    slow[across] = np.maximum(slow[across], way)
    return slow


def _layer_rate(plane: Plane, name: str) -> float:
    return plane.rates.get(name, plane.rate)


def _flat(traffic: _Traffic) -> FloatArray:
    routed = traffic.routes
    if not isinstance(routed, Routed):
        raise TypeError("flows that are spread have no path of their own")
    return routed.loads
