"""Breadth-first search and routing over any plane as arrays: for topologies without a closed form.

Sixty-four targets are searched at a time, one bit each: a step of the search is one gather over the links and one
bitwise or. Flows follow links that lead closer to their target, one hop of all flows at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.fabric.hashing import hashed, pick
from gigaloop.design.fabric.torus import AXES, Torus
from gigaloop.design.records.fabric import DeviceKind, FloatArray, IntArray, Plane

Distances = NDArray[np.uint8]

LANES = 64
"""Targets that one search serves: bits of a word."""
FAR = int(np.iinfo(np.uint8).max)
"""Distance of what cannot be reached."""


@dataclass(frozen=True)
class SwitchGraph:
    """Switches of a plane, numbered through all kinds, and their links in both directions, by origin."""

    switches: int
    start: IntArray
    """First of the links of each switch, (switches + 1,)."""
    to: IntArray
    """Switch at the other end, (links,)."""
    edge: IntArray
    """Number of the directed link: into the loads of all layers, upward before downward."""
    layers: Mapping[str, tuple[int, int]]
    """First directed link of a layer, and links per direction."""

    @property
    def degree(self) -> IntArray:
        """Links of each switch."""
        return np.diff(self.start)


@lru_cache(maxsize=4)
def switch_graph(plane: Plane) -> SwitchGraph:
    """Give the switches of a plane and the links between them; of a torus its nodes, which pass on what they get."""
    if isinstance(plane, Torus):
        inner = plane.links("node-node")
        return _joined(plane.nodes, {"node-node": (inner.a, inner.b), "circuits": circuits(plane)[:2]})
    offset: dict[DeviceKind, int] = {}
    total = 0
    for kind, count in plane.switches.items():
        offset[kind] = total
        total += count
    layers = {}
    for name in list(plane.link_counts)[1:]:
        layer = plane.links(name)
        layers[name] = (layer.a + np.int32(offset[layer.lower]), layer.b + np.int32(offset[layer.upper]))
    return _joined(total, layers)


def circuits(plane: Torus) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Give the circuits of a torus: node at the upper face of a cube, node at the lower face it meets, their links.

    Returns
    -------
    tuple
        Two arrays of nodes and two of positions in the layer ``node-ocs``, (circuits,) each.
    """
    outer = plane.links("node-ocs")
    size = 2 * plane.blocks
    at = np.full(AXES * plane.side**2 * size, -1, np.int32)
    at[outer.b * np.int32(size) + outer.b_port] = np.arange(len(outer), dtype=np.int32)
    switch = np.arange(AXES * plane.side**2, dtype=np.int32).reshape(AXES, -1)
    upper, lower = [], []
    for axis in range(AXES):
        leaving, entering = plane.circuits(axis)
        base = switch[axis][:, None] * np.int32(size)
        upper.append(at[(base + leaving).ravel()])
        lower.append(at[(base + entering).ravel()])
    rising, falling = np.concatenate(upper), np.concatenate(lower)
    return outer.a[rising], outer.a[falling], rising, falling


def _joined(total: int, layers: Mapping[str, tuple[IntArray, IntArray]]) -> SwitchGraph:
    first, place = 0, {}
    origins, others, numbers = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for name, (a, b) in layers.items():
        place[name] = (first, len(a))
        origins += [a, b]
        others += [b, a]
        numbers.append(np.arange(first, first + 2 * len(a), dtype=np.int32))
        first += 2 * len(a)
    origin, to, edge = np.concatenate(origins), np.concatenate(others), np.concatenate(numbers)
    order = np.argsort(origin, kind="stable")
    start = np.zeros(total + 1, np.int32)
    np.cumsum(np.bincount(origin, minlength=total), out=start[1:])
    return SwitchGraph(total, start, to[order], edge[order], place)


def _searches(graph: SwitchGraph, there: IntArray) -> Iterator[tuple[IntArray, IntArray, Distances]]:
    """Give, for some targets at a time: pairs that go there, lane of their target, and distances (switches, lanes)."""
    targets, which = np.unique(there, return_inverse=True)
    order = np.argsort(which, kind="stable").astype(np.int32)
    bounds = np.searchsorted(which[order], np.arange(0, len(targets) + LANES, LANES))
    for block, (low, high) in enumerate(pairwise(bounds)):
        pairs = order[low:high]
        lanes = targets[block * LANES : (block + 1) * LANES]
        if len(pairs):
            yield pairs, (which[pairs] - block * LANES).astype(np.int32), _search(graph, lanes)


def _search(graph: SwitchGraph, targets: IntArray) -> Distances:
    """Give the distance of every switch to up to 64 targets, (switches, targets)."""
    lanes = len(targets)
    reached = np.zeros(graph.switches, np.uint64)
    np.bitwise_or.at(reached, targets, np.left_shift(np.uint64(1), np.arange(lanes, dtype=np.uint64)))
    far = np.full((graph.switches, lanes), FAR, np.uint8)
    far[targets, np.arange(lanes)] = 0
    linked = np.flatnonzero(graph.degree)
    if not len(linked):
        return far
    starts = graph.start[linked]
    for level in range(1, FAR):
        near = np.bitwise_or.reduceat(reached[graph.to], starts)
        fresh = near & ~reached[linked]
        if not fresh.any():
            break
        reached[linked] |= fresh
        bits = np.unpackbits(fresh.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
        row, column = np.nonzero(bits[:, :lanes])
        far[linked[row], column] = level
    return far


def distances(plane: Plane, here: IntArray, there: IntArray) -> IntArray:
    """Give the links between switches of a plane, (m,); -1 where they are not joined."""
    graph = switch_graph(plane)
    found = np.zeros(len(here), np.int32)
    for pairs, lane, far in _searches(graph, there):
        found[pairs] = far[here[pairs], lane]
    found[found == FAR] = -1
    return found


def shortest_paths(plane: Plane, here: IntArray, there: IntArray) -> FloatArray:
    """Count the shortest paths between switches of a plane, parallel links counted apart, (m,); 0 if none."""
    graph = switch_graph(plane)
    found = np.zeros(len(here))
    linked = np.flatnonzero(graph.degree)
    lanes = min(max(4_194_304 // max(len(graph.to), 1), 1), LANES)
    for pairs, lane, far in _searches(graph, there):
        for low in range(0, far.shape[1], lanes):
            some = (lane >= low) & (lane < low + lanes)
            part = far[:, low : low + lanes]
            count = (part == 0).astype(np.float64)
            reach = part[here[pairs[some]], lane[some] - low]
            for level in range(1, int(reach[reach < FAR].max(initial=0)) + 1):
                nearer = np.where(part[graph.to] == level - 1, count[graph.to], 0.0)
                sums = np.add.reduceat(nearer, graph.start[linked], axis=0)
                count[linked] = np.where(part[linked] == level, sums, count[linked])
            found[pairs[some]] = count[here[pairs[some]], lane[some] - low]
    return found


@dataclass(frozen=True)
class Routed:
    """What flows put on the directed links of a plane, and which links each flow took where it took one path."""

    loads: FloatArray
    """By directed link, in the order of the graph's layers."""
    flow: IntArray
    edge: IntArray


def route(plane: Plane, here: IntArray, there: IntArray, rate: FloatArray, seed: int | None) -> Routed:
    """Send flows between switches along shortest paths: hop by hop on one hashed link, or spread over all of them.

    Parameters
    ----------
    plane
        One plane of a network.
    here, there
        Switches (m,), all joined.
    rate
        Of each flow (m,).
    seed
        Of the hash that picks one link at each hop; None spreads evenly over all links that lead closer.
    """
    graph = switch_graph(plane)
    loads = np.zeros(len(graph.to))
    column = np.arange(int(graph.degree.max(initial=0)), dtype=np.int32)
    flows, edges = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    for pairs, lane, far in _searches(graph, there):
        at, to, share, flow = here[pairs], lane, rate[pairs], pairs
        for hop in range(int(far[at, to].max(initial=0)), 0, -1):
            if seed is None:
                at, to, share = _merged(at, to, share)
                flow = at
            now = far[at, to] == hop
            on, rest = np.flatnonzero(now), np.flatnonzero(~now)
            slot = np.minimum(graph.start[at[on]][:, None] + column, np.int32(len(graph.to) - 1))
            closer = (column < graph.degree[at[on]][:, None]) & (far[graph.to[slot], to[on][:, None]] == hop - 1)
            ways = closer.sum(axis=1, dtype=np.int32)
            if seed is None:
                row, col = np.nonzero(closer)
                part = (share[on] / ways)[row]
            else:
                chosen = pick(hashed(flow[on], seed, hop), ways)
                row = np.arange(len(on))
                col = (np.cumsum(closer, axis=1, dtype=np.int32) == chosen[:, None] + 1).argmax(axis=1)
                part = share[on]
            taken = slot[row, col]
            loads += np.bincount(graph.edge[taken], part, minlength=len(loads))
            if seed is not None:
                flows.append(flow[on])
                edges.append(graph.edge[taken])
            at = np.concatenate((graph.to[taken], at[rest]))
            to = np.concatenate((to[on][row], to[rest]))
            share = np.concatenate((part, share[rest]))
            flow = np.concatenate((flow[on][row], flow[rest]))
    return Routed(loads, np.concatenate(flows), np.concatenate(edges))


def _merged(at: IntArray, to: IntArray, share: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Add up what stands at the same switch with the same target."""
    key, which = np.unique(at.astype(np.int64) * LANES + to, return_inverse=True)
    total = np.bincount(which, weights=share).astype(np.float64)
    return (key // LANES).astype(np.int32), (key % LANES).astype(np.int32), total
