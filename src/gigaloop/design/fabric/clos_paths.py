"""Paths of flows through a Clos: hashed tier by tier, or spread evenly, by tables and bincounts.

The links of a leaf are ordered by spine and those of a pod by core, so that the links between two switches are a
contiguous run: a table of run starts is all that a route needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.hashing import Words, hashed, pick
from gigaloop.design.records.fabric import FloatArray, IntArray

NONE = np.zeros(0, np.int32)
ATTEMPTS = 1000
"""Hashes of a flow, each of which finds a way if one of many does, before it is taken to have none."""


@dataclass(frozen=True)
class Tables:
    """Runs of links of a Clos, as starts and lengths."""

    pod: IntArray
    """Of each leaf."""
    first: IntArray
    """First uplink of each leaf."""
    spine: IntArray
    """Of each leaf-spine link."""
    down: IntArray
    """First link of (leaf, spine of its pod), (leafs * pod spines + 1,)."""
    pod_spines: int
    spine_first: IntArray
    """First uplink of each spine."""
    core: IntArray
    """Of each spine-core link."""
    spine_of: IntArray
    """Of each spine-core link."""
    into: IntArray
    """First link of (pod, core), (pods * cores + 1,)."""


@lru_cache(maxsize=4)
def tables(plane: Clos) -> Tables:
    """Give the runs of links of a Clos."""
    leafs = np.arange(plane.leafs, dtype=np.int32)
    pod = leafs // np.int32(plane.pod_leafs)
    if plane.tiers == 1:
        return Tables(pod, NONE, NONE, NONE, 1, NONE, NONE, NONE, NONE)
    lower = plane.links("leaf-spine")
    width = plane.pod_spines
    key = lower.a * np.int32(width)
    key += lower.b % np.int32(width)
    down = _starts(key, plane.leafs * width)
    first = _before(plane.leaf_uplinks)
    if plane.tiers == len(("leaf", "spine")):
        return Tables(pod, first, lower.b, down, width, NONE, NONE, NONE, NONE)
    upper = plane.links("spine-core")
    key = upper.a // np.int32(width)
    key *= np.int32(plane.cores)
    key += upper.b
    into = _starts(key, plane.pods * plane.cores)
    return Tables(pod, first, lower.b, down, width, _before(plane.spine_uplinks), upper.b, upper.a, into)


def _starts(key: IntArray, count: int) -> IntArray:
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(key, minlength=count), out=start[1:])
    return start


def _before(counts: IntArray) -> IntArray:
    return (np.cumsum(counts) - counts).astype(np.int32)


@dataclass(frozen=True)
class Routes:
    """The links that flows between different leafs take, (m,) each; -1 where a flow does not rise that far."""

    up: IntArray
    """Leaf-spine links."""
    over: IntArray
    """Spine-core links, upward."""
    under: IntArray
    """Spine-core links, downward."""
    down: IntArray
    """Leaf-spine links, downward."""


def hashed_routes(plane: Clos, here: IntArray, there: IntArray, key: Words, seed: int) -> Routes:
    """Pick a path for flows between different leafs: every switch on the way hashes the flow to one of its links.

    A flow whose path would end blind, where wiring is partial, hashes again: switches offer only links that lead on.

    Parameters
    ----------
    plane
        A Clos of two or three tiers.
    here, there
        Leafs (m,), different.
    key
        What is hashed of each flow.
    seed
        Of the hash.

    Raises
    ------
    GigaloopError
        If leafs are not joined.
    """
    table = tables(plane)
    uniform = plane.wired == "full"
    uplinks = plane.up if uniform else plane.leaf_uplinks
    onward = plane.spine_up if uniform or not plane.cores else plane.spine_uplinks
    many = len(here)
    routes = Routes(*(np.full(many, -1, np.int32) for _ in range(4)))
    todo = np.arange(many, dtype=np.int32)
    attempt = 0
    while len(todo):
        if attempt == ATTEMPTS:
            raise GigaloopError(f"{len(todo):,} flows find no way through the network", hint="check how it is wired")
        every = len(todo) == many
        a, b, k = (here, there, key) if every else (here[todo], there[todo], key[todo])
        salt = 4 * attempt
        up = table.first[a] + pick(hashed(k, seed, salt), uplinks if uniform else np.asarray(uplinks)[a])
        spine = table.spine[up]
        valid = np.ones(len(todo), np.bool_)
        last = spine
        if plane.cores:
            across = np.flatnonzero(table.pod[a] != table.pod[b]).astype(np.int32)
            last, over, under, through = _over_cores(
                plane, table, spine, table.pod[b], across, hashed(k[across], seed, salt + 1), onward
            )
            valid[across] = through
        run = b * np.int32(table.pod_spines) + last % np.int32(table.pod_spines)
        low = table.down[run]
        ways = table.down[run + 1] - low
        valid &= ways > 0
        down = low + pick(hashed(k, seed, salt + 2), ways)
        good = slice(None) if valid.all() else np.flatnonzero(valid)
        done = todo[good]
        routes.up[done], routes.down[done] = up[good], down[good]
        if plane.cores:
            through = valid[across]
            routes.over[todo[across[through]]], routes.under[todo[across[through]]] = over[through], under[through]
        todo = todo[~valid]
        attempt += 1
    return routes


def _over_cores(
    plane: Clos,
    table: Tables,
    spine: IntArray,
    pod: IntArray,
    across: IntArray,
    word: Words,
    onward: int | IntArray,
) -> tuple[IntArray, IntArray, IntArray, NDArray[np.bool_]]:
    """Take the flows that leave their pod over a core: spine in the target's pod, links, and whether they lead on."""
    here = spine[across]
    over = table.spine_first[here] + pick(word, onward if isinstance(onward, int) else onward[here])
    run = pod[across] * np.int32(plane.cores) + table.core[over]
    low = table.into[run]
    ways = table.into[run + 1] - low
    under = low + pick(hashed(word, 0, 3), ways)
    through = ways > 0
    last = spine.copy()
    last[across] = table.spine_of[np.where(through, under, 0)]
    return last, over, under, through


def hashed_loads(plane: Clos, routes: Routes, rate: FloatArray | None) -> dict[str, FloatArray]:
    """Add up what flows put on the links of each layer between switches, (2, links): upward, downward."""
    counts = plane.link_counts
    found = {}
    for layer, up, down in (("leaf-spine", routes.up, routes.down), ("spine-core", routes.over, routes.under)):
        if layer in counts:
            rising = slice(None) if layer == "leaf-spine" else np.flatnonzero(up >= 0)
            weights = None if rate is None else rate[rising]
            found[layer] = np.stack(
                [np.bincount(way[rising], weights, minlength=counts[layer]).astype(np.float64) for way in (up, down)]
            )
    return found


def spread_loads(plane: Clos, here: IntArray, there: IntArray, rate: FloatArray) -> dict[str, FloatArray]:
    """Spread flows between different leafs evenly: every switch over all its links up, and from all links down.

    Exact where leafs of a pod, and pods, are wired alike; else traffic toward a switch is taken to arrive evenly.
    """
    table, counts = tables(plane), plane.link_counts
    leafs, uplinks = plane.leafs, np.maximum(plane.leaf_uplinks, 1)
    out = np.bincount(here, rate, minlength=leafs) / uplinks
    into = np.bincount(there, rate, minlength=leafs) / uplinks
    of = np.repeat(np.arange(leafs, dtype=np.int32), plane.leaf_uplinks)
    found = {"leaf-spine": np.stack((out[of], into[of]))}
    if "spine-core" in counts:
        leaving = table.pod[here] != table.pod[there]
        onward = np.maximum(plane.spine_uplinks, 1)
        both = []
        for leaf in (here, there):
            per_link = np.bincount(leaf[leaving], rate[leaving], minlength=leafs) / uplinks
            both.append((np.bincount(table.spine, per_link[of], minlength=plane.spines) / onward)[table.spine_of])
        found["spine-core"] = np.stack(both)
    return found
