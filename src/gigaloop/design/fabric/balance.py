"""How far the links of a plane slow what runs over them: patterns of traffic under hashed ECMP and spraying.

With **ecmp** every switch hashes a flow to one of its equal links, tier by tier, so that flows collide; with
**spraying** every switch spreads packets evenly over them. Paths are shortest ones; what a Slim Fly or a dragonfly
sprays also takes detours over any switch (Valiant), where that is quicker.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.clos_paths import Routes
from gigaloop.design.fabric.graph import Routed, circuits, route, switch_graph
from gigaloop.design.fabric.loads import Balancing, Carried, by_layer, carry
from gigaloop.design.fabric.paths import endpoint_switch
from gigaloop.design.fabric.torus import Torus
from gigaloop.design.records.fabric import FloatArray, IntArray, Plane

Pattern = Literal["ring", "permutation", "all_to_all"]

SAMPLE = 4096
"""Flows that the load of even traffic is found from."""
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
    - ``all_to_all``: each endpoint to some others at random distances, with a like part of its rate for each; as many
      come in as go out.

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
        key = int(random.integers(0, np.iinfo(np.int32).max))
        slow = _slow_down(plane, carry(plane, source, target, np.full(len(source), share), balancing, key))
        if balancing == "spraying" and not isinstance(plane, Clos | Torus):
            slow = np.minimum(slow, _detour(plane, many))
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
        return (
            (source, _neighbours(plane)[source])
            if isinstance(plane, Torus)
            else (source, (node + 1) % many * rails + rail)
        )
    if pattern == "permutation":
        order = np.argsort(random.random((plane.rails, many), dtype=np.float32), axis=1).astype(np.int32)
        return source, order[rail, node] * rails + rail
    if pattern == "all_to_all":
        peers = min(PEERS, max(many - 1, 1))
        step = random.permutation(max(many - 1, 1))[:peers].astype(np.int32)[:, None] + np.int32(1)
        other = (node + step) % many
        return np.tile(source, peers), (other * rails + rail).ravel()
    raise UsageError(f"'{pattern}' is no pattern of traffic", hint="take ring, permutation or all_to_all")


@lru_cache(maxsize=64)
def _detour(plane: Plane, many: int) -> float:
    """Give the slow-down where all traffic goes to a switch at random first, whatever the pattern.

    Twice the load of even traffic: L. Valiant, A scheme for fast parallel communication, doi:10.1137/0211027.
    """
    random = np.random.default_rng(0)
    switch = endpoint_switch(plane)
    here = switch[random.integers(0, many * plane.rails, SAMPLE)]
    there = random.integers(0, sum(plane.switches.values()), SAMPLE).astype(np.int32)
    loads = by_layer(plane, route(plane, here, there, np.ones(SAMPLE), None))
    flows = 2.0 * many * plane.rails / SAMPLE
    share = (flows * load.mean() * plane.rate / plane.rates[name] for name, load in loads.items() if load.size)
    return float(max(1.0, *share, 1.0))


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


def _slow_down(plane: Plane, carried: Carried) -> FloatArray:
    """Give the slow-down of each flow: the most loaded link on its way, at least 1; if sprayed, of all ways."""
    loads = {name: load * (plane.rate / plane.rates[name]) for name, load in carried.loads.items()}
    slow = np.ones(len(carried.source))
    if not isinstance(plane, Torus):
        ends = loads.pop(next(iter(plane.link_counts)))
        slow = np.maximum(slow, np.maximum(ends[0][carried.source], ends[1][carried.target]))
    way, routes = np.ones(len(carried.across)), carried.routes
    if isinstance(routes, Routes):
        for name, up, down in (("leaf-spine", routes.up, routes.down), ("spine-core", routes.over, routes.under)):
            if name in loads:
                met = np.maximum(loads[name][0][up], loads[name][1][down])
                way = np.where(up >= 0, np.maximum(way, met), way)
    elif isinstance(routes, Routed):
        np.maximum.at(way, routes.flow, _relative(plane, routes)[routes.edge])
    else:
        way = np.maximum(way, max((float(load.max(initial=0.0)) for load in loads.values()), default=0.0))
    slow[carried.across] = np.maximum(slow[carried.across], way)
    return slow


def _relative(plane: Plane, routed: Routed) -> FloatArray:
    """Give the loads of directed links as shares of their rates, in the order of the graph."""
    layers = switch_graph(plane).layers.items()
    rates = [np.full(2 * m, plane.rate / plane.rates.get(name, plane.rate)) for name, (_, m) in layers]
    return np.asarray(routed.loads * np.concatenate(rates)) if rates else routed.loads
