"""Distances and numbers of equal shortest paths between ports of nodes, for arrays of pairs.

An **endpoint** is a port of a node on a plane: endpoint ``node * rails + rail``. A hop is a link that is crossed, the
links of the nodes included: two hops between endpoints of one switch. Distances of a Clos are closed form; those of
other topologies come from breadth-first search over arrays (:mod:`gigaloop.design.fabric.graph`). In a torus the nodes
themselves pass on what they receive: there a hop is a step along an axis, and the ports of a node are one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.graph import distances, shortest_paths
from gigaloop.design.fabric.torus import Torus
from gigaloop.design.records.fabric import FloatArray, IntArray, Plane

SAMPLE = 4096
"""Pairs that a profile is drawn from."""
TARGETS = 16
"""Different targets among them."""


@dataclass(frozen=True)
class PathProfile:
    """How far apart endpoints of a plane are, and over how many equal shortest paths: by number of hops (h,)."""

    hops: IntArray
    share: FloatArray
    """Of the pairs of different endpoints that are joined."""
    paths: FloatArray
    """Equal shortest paths of a pair, on average."""

    @property
    def mean_hops(self) -> float:
        """Links between two endpoints, on average."""
        return float(self.share @ self.hops)


@lru_cache(maxsize=8)
def endpoint_switch(plane: Plane) -> IntArray:
    """Give the switch that each endpoint is plugged into, (endpoints,); of a torus the node."""
    if isinstance(plane, Torus):
        return np.repeat(np.arange(plane.nodes, dtype=np.int32), plane.rails)
    first = next(iter(plane.link_counts))
    found = plane.links(first)
    switch = np.empty(plane.endpoints, np.int32)
    switch[found.a * np.int32(plane.rails) + found.a_port] = found.b
    switch.flags.writeable = False
    return switch


def hops(plane: Plane, source: IntArray, target: IntArray) -> IntArray:
    """Give the links on a shortest path between endpoints.

    Parameters
    ----------
    plane
        One plane of a network.
    source, target
        Endpoints (m,).

    Returns
    -------
    IntArray
        (m,); 0 from an endpoint to itself, -1 where the plane does not join them, as rails of a single tier.

    Raises
    ------
    UsageError
        If an endpoint is not on the plane.
    """
    source, target = endpoints_of(plane, source), endpoints_of(plane, target)
    switch = endpoint_switch(plane)
    here, there = switch[source], switch[target]
    if isinstance(plane, Clos):
        found = np.full(len(here), 2, np.int32)
        found += np.int32(2) * (here != there)
        if plane.tiers == 1:
            found[here != there] = -1
        elif plane.cores:
            pod = np.int32(plane.pod_leafs)
            found += np.int32(2) * (here // pod != there // pod)
    elif isinstance(plane, Torus):
        found = np.zeros(len(here), np.int32)
        for step, around in zip(_steps(plane, here, there), plane.dims, strict=True):
            found += np.minimum(step, np.int32(around) - step)
    else:
        found = distances(plane, here, there)
        found[found >= 0] += np.int32(2)
    found[source == target] = 0
    return found


def path_counts(plane: Plane, source: IntArray, target: IntArray) -> FloatArray:
    """Give the number of equal shortest paths between endpoints, parallel links counted apart.

    Closed form for a Clos whose pods are alike and wired in full: 1 on one leaf, ``up * parallel`` through the spines
    of a pod, ``up * spine_up * (links of a core to a pod)`` over the cores. Else counted along breadth-first search.

    Parameters
    ----------
    plane
        One plane of a network.
    source, target
        Endpoints (m,).

    Returns
    -------
    FloatArray
        (m,).

    Raises
    ------
    UsageError
        If an endpoint is not on the plane.
    """
    source, target = endpoints_of(plane, source), endpoints_of(plane, target)
    switch = endpoint_switch(plane)
    here, there = switch[source], switch[target]
    if not (isinstance(plane, Clos) and is_even(plane)):
        return shortest_paths(plane, here, there)
    found = np.ones(len(here))
    if plane.tiers == 1:
        found[here != there] = 0.0
    else:
        pod = np.int32(plane.pod_leafs)
        found[here != there] = plane.up * (plane.up // plane.pod_spines)
        if plane.cores:
            found[here // pod != there // pod] = plane.up * plane.spine_up * (plane.upper_radix // plane.pods)
    return found


def is_even(plane: Clos) -> bool:
    """Whether every leaf, spine and core of a Clos sees the same: pods alike, full, and evenly spread."""
    if plane.tiers == 1:
        return True
    even = plane.wired == "full" and plane.leafs % plane.pod_leafs == 0 and plane.up % plane.pod_spines == 0
    if not plane.cores:
        return even
    ports = plane.upper_radix
    return even and ports % plane.pods == 0 and plane.spines * plane.spine_up % ports == 0


@lru_cache(maxsize=64)
def path_profile(plane: Plane, seed: int = 0) -> PathProfile:
    """Give the distances and path counts of a plane, over a sample of pairs of different endpoints.

    Parameters
    ----------
    plane
        One plane of a network.
    seed
        Of the sample.
    """
    random = np.random.default_rng(seed)
    many = plane.endpoints
    # Few targets, for a search serves all pairs with one target.
    target = np.repeat(random.integers(0, many, TARGETS, dtype=np.int32), SAMPLE // TARGETS)
    source = random.integers(0, many, SAMPLE, dtype=np.int32)
    far, count = hops(plane, source, target), path_counts(plane, source, target)
    joined = far > 0
    far, count = far[joined], count[joined]
    kinds, which, pairs = np.unique(far, return_inverse=True, return_counts=True)
    return PathProfile(kinds, pairs / max(len(far), 1), np.bincount(which, weights=count) / pairs)


def _steps(plane: Torus, here: IntArray, there: IntArray) -> tuple[IntArray, ...]:
    """Give the steps up each axis of a torus from one node to another, around the end if need be."""
    side, (x, y, _) = np.int32(plane.side), plane.cubes
    found = []
    for node in (here, there):
        block, within = np.divmod(node, side**3)
        inner = (within % side, within // side % side, within // side**2)
        outer = (block % np.int32(x), block // np.int32(x) % np.int32(y), block // np.int32(x * y))
        found.append([a * side + b for a, b in zip(outer, inner, strict=True)])
    return tuple((b - a) % np.int32(around) for a, b, around in zip(*found, plane.dims, strict=True))


def endpoints_of(plane: Plane, endpoint: NDArray[np.integer]) -> IntArray:
    """Give endpoints as they are worked on, once they are known to be on the plane.

    Raises
    ------
    UsageError
        If one is not.
    """
    found = np.asarray(endpoint).astype(np.int32, copy=False).reshape(-1)
    if len(found) and not (found.min() >= 0 and found.max() < plane.endpoints):
        raise UsageError(
            f"endpoint {found.min() if found.min() < 0 else found.max()} is not on a plane of {plane.endpoints:,}",
            hint=f"endpoints are node * {plane.rails} + rail, from 0 to {plane.endpoints - 1:,}",
        )
    return found
