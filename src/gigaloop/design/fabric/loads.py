"""What flows put on every link of a plane: each hashed to one path, or spread packet by packet over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from gigaloop.design.records.fabric import FloatArray, IntArray, Plane

Balancing = Literal["ecmp", "spraying"]


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
        Endpoints (m,), ``node * rails + rail``; each row is a flow that is hashed for itself, also where rows have the
        same ends; flows to oneself carry nothing.
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
    return carry(plane, source, target, rate, balancing, seed).loads


@dataclass(frozen=True)
class Carried:
    """Flows on their way: what they put on the links of each layer, and the ways of those that leave their switch."""

    source: IntArray
    target: IntArray
    across: IntArray
    """Flows between different switches."""
    loads: dict[str, FloatArray]
    routes: Routes | Routed | None
    """None where no flow has a path of its own."""


def carry(
    plane: Plane, source: IntArray, target: IntArray, rate: ArrayLike | None, balancing: Balancing, seed: int
) -> Carried:
    """Send flows between endpoints on their way: parameters as of :func:`link_loads`."""
    if balancing not in ("ecmp", "spraying"):
        raise UsageError(f"'{balancing}' is no way to balance loads", hint="take ecmp or spraying")
    source, target = endpoints_of(plane, source), endpoints_of(plane, target)
    each = None if rate is None else np.broadcast_to(np.asarray(rate, np.float64), source.shape)
    switch = endpoint_switch(plane)
    here, there = switch[source], switch[target]
    joined = here != there
    if isinstance(plane, Clos) and plane.tiers == 1:
        joined[:] = False
    across = np.flatnonzero(joined).astype(np.int32)
    if len(across) < len(joined):
        here, there = here[across], there[across]
    share = None if each is None else each[across]
    loads = {} if isinstance(plane, Torus) else _at_nodes(plane, source, target, each)
    routes: Routes | Routed | None = None
    if not isinstance(plane, Clos):
        routed = route(plane, here, there, _ones(share, here), seed if balancing == "ecmp" else None)
        routes = routed if balancing == "ecmp" else None
        loads |= by_layer(plane, routed)
    elif not len(across):
        loads |= {name: np.zeros((2, count)) for name, count in list(plane.link_counts.items())[1:]}
    elif balancing == "ecmp":
        routes = hashed_routes(plane, here, there, hashed(across, seed), seed)
        loads |= hashed_loads(plane, routes, share)
    else:
        loads |= spread_loads(plane, here, there, _ones(share, here))
    return Carried(source, target, across, loads, routes)


def _ones(rate: FloatArray | None, flows: IntArray) -> FloatArray:
    return np.ones(len(flows)) if rate is None else rate


def _at_nodes(plane: Plane, source: IntArray, target: IntArray, rate: FloatArray | None) -> dict[str, FloatArray]:
    """Give the loads of the links of the nodes, in order of endpoints."""
    moving = source != target
    if not moving.all():
        rate = moving * _ones(rate, source)
    ends = [np.bincount(end, rate, minlength=plane.endpoints).astype(np.float64) for end in (source, target)]
    return {next(iter(plane.link_counts)): np.stack(ends)}


def by_layer(plane: Plane, routed: Routed) -> dict[str, FloatArray]:
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
