"""What failed links, modules and switches leave to the endpoints of each switch: structure in place of graph searches.

Of a Clos, a leaf has what its live uplinks carry to live spines, and off its pod what those spines carry on to live
cores: a spine shares its uplinks among its live links to leafs. Of a network without tiers, a switch has the share of
its links that live; of a torus, a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.clos_paths import tables
from gigaloop.design.fabric.graph import circuits
from gigaloop.design.fabric.paths import endpoint_switch
from gigaloop.design.fabric.torus import Torus
from gigaloop.design.records.fabric import FloatArray, IntArray, Plane

Indices = NDArray[np.integer]
NONE = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Failed:
    """Things that failed, over planes of draws that are numbered through: lists of (plane of a draw, index)."""

    planes: int
    """Planes of all draws."""
    links: dict[str, tuple[IntArray, IntArray]]
    """By layer, each link once."""
    switches: dict[str, tuple[IntArray, IntArray]]
    """By kind."""


@dataclass(frozen=True)
class Damage:
    """What is left to the endpoints of each switch."""

    levels: tuple[FloatArray, ...]
    """Share of bandwidth (planes, switches): to endpoints of the same switch, of the same pod, of all."""
    cut: tuple[IntArray, IntArray]
    """Endpoints whose own link is down: (plane of a draw, endpoint)."""


@lru_cache(maxsize=4)
def ends_of(plane: Plane) -> FloatArray:
    """Count the endpoints of each switch."""
    switch = endpoint_switch(plane)
    first = next(iter(plane.switches.values()))
    count = plane.nodes if isinstance(plane, Torus) else first
    return np.bincount(switch, minlength=count).astype(np.float64)


def damage(plane: Plane, failed: Failed) -> Damage:
    """Give what failures leave to the endpoints of each switch of a plane."""
    if isinstance(plane, Clos):
        levels = _clos_levels(plane, failed)
        return Damage(levels, failed.links.get("node-leaf", (NONE, NONE)))
    return Damage(_direct_levels(plane, failed), failed.links.get("node-switch", (NONE, NONE)))


def _clos_levels(plane: Clos, failed: Failed) -> tuple[FloatArray, ...]:
    shape = (failed.planes, plane.leafs)
    alive = np.ones(shape)
    alive[failed.switches.get("leaf", (NONE, NONE))] = 0.0
    if plane.tiers == 1:
        return (alive,)
    table = tables(plane)
    lost = _with_switches(
        failed.links.get("leaf-spine", (NONE, NONE)),
        failed.switches.get("spine", (NONE, NONE)),
        *_by_upper(plane, "leaf-spine"),
    )
    leaf = _lower_of(plane, "leaf-spine")
    wired: FloatArray = plane.leaf_uplinks.astype(np.float64)
    uplinks: FloatArray = wired - _count(shape, lost[0], leaf[lost[1]])
    levels = [alive, alive * _share(plane, uplinks, wired)]
    if not plane.cores:
        return tuple(levels)

    lost_up = _with_switches(
        failed.links.get("spine-core", (NONE, NONE)),
        failed.switches.get("core", (NONE, NONE)),
        *_by_upper(plane, "spine-core"),
    )
    order, first = _by_upper(plane, "leaf-spine")
    below, above = np.diff(first).astype(np.float64), plane.spine_uplinks.astype(np.float64)
    whole = _carried(above, below)
    spines = plane.spines
    # The spines that carry another share than before, and by how much.
    touched = np.concatenate(
        (_key(lost[0], table.spine[lost[1]], spines), _key(lost_up[0], table.spine_of[lost_up[1]], spines))
    )
    key, which = np.unique(touched, return_inverse=True)
    gone = np.bincount(which[: len(lost[0])], minlength=len(key))
    gone_up = np.bincount(which[len(lost[0]) :], minlength=len(key))
    where, spine = np.divmod(key, spines)
    carried = _carried(above[spine] - gone_up, below[spine] - gone)
    change = carried - whole[spine]
    moved = np.flatnonzero(np.abs(change) > 0.0)
    row, link = _expanded(moved, spine[moved], order, first)
    base = np.bincount(leaf, whole[table.spine], minlength=plane.leafs).astype(np.float64)
    value = base + _count(shape, where[row], leaf[link], change[row])
    value -= _count(shape, lost[0], leaf[lost[1]], carried[which[: len(lost[0])]])
    levels.append(np.minimum(levels[1], alive * _share(plane, np.maximum(value, 0.0), base)))
    return tuple(levels)


def _share(plane: Clos, links: FloatArray, whole: FloatArray) -> FloatArray:
    """Give the bandwidth of a leaf's endpoints as a share of what they had: as far as they ask for it."""
    ends = np.maximum(ends_of(plane), 1.0) * plane.rate / plane.uplink_rate
    had = np.minimum(whole / ends, 1.0)
    found: FloatArray = np.minimum(np.minimum(links / ends, 1.0) / np.where(had > 0.0, had, 1.0), 1.0)
    return np.where(found < 1e-12, 0.0, found)


def _carried(above: FloatArray, below: FloatArray) -> FloatArray:
    """Give the share of a link from below that a spine carries on."""
    return np.asarray(np.minimum(above / np.maximum(below, 1.0), 1.0))


def _direct_levels(plane: Plane, failed: Failed) -> tuple[FloatArray, ...]:
    """Give the share of the links of each switch that live; those to a dead switch do not."""
    ends = _ends(plane)
    count = plane.nodes if isinstance(plane, Torus) else plane.switches["switch"]
    shape = (failed.planes, count)
    degree = sum((np.bincount(end, minlength=count) for pair in ends.values() for end in pair), np.zeros(count))
    dead = failed.switches.get("switch", (NONE, NONE))
    lost = np.zeros(shape)
    for name, (a, b) in ends.items():
        where, link = failed.links.get(name, (NONE, NONE))
        if isinstance(plane, Torus) and name == "node-ocs":
            where, link = _broken_circuits(plane, (where, link), failed.switches.get("ocs", (NONE, NONE)))
        if len(dead[0]):
            order, first = _by_end(plane, name)
            row, link_of = _expanded(np.arange(len(dead[0])), dead[1], order, first)
            key = np.unique(np.concatenate((_key(where, link, len(a)), _key(dead[0][row], link_of, len(a)))))
            where, link = np.divmod(key, len(a))
        lost += _count(shape, where, a[link]) + _count(shape, where, b[link])
    share = np.where(degree > 0.0, 1.0 - lost / np.maximum(degree, 1.0), 1.0)
    alive = np.ones(shape)
    alive[dead] = 0.0
    share = alive * np.where(share < 1e-12, 0.0, share)
    return (share,) if isinstance(plane, Torus) else (alive, share)


@lru_cache(maxsize=4)
def _ends(plane: Plane) -> dict[str, tuple[IntArray, IntArray]]:
    """Give both ends of the links between switches, by layer; of a torus those of its circuits for ``node-ocs``."""
    if isinstance(plane, Torus):
        inner = plane.links("node-node")
        return {"node-node": (inner.a, inner.b), "node-ocs": circuits(plane)[:2]}
    return {name: (found.a, found.b) for name in list(plane.link_counts)[1:] for found in (plane.links(name),)}


def _broken_circuits(
    plane: Torus, links: tuple[IntArray, IntArray], switches: tuple[IntArray, IntArray]
) -> tuple[IntArray, IntArray]:
    """Give the circuits that failed links and circuit switches break, each once."""
    _, _, rising, falling = circuits(plane)
    circuit = np.empty(plane.link_counts["node-ocs"], np.int32)
    circuit[rising] = circuit[falling] = np.arange(len(rising), dtype=np.int32)
    order, first = _by_upper(plane, "node-ocs")
    row, link = _expanded(np.arange(len(switches[0])), switches[1], order, first)
    many = len(rising)
    key = np.unique(
        np.concatenate((_key(links[0], circuit[links[1]], many), _key(switches[0][row], circuit[link], many)))
    )
    where, which = np.divmod(key, many)
    return where.astype(np.int32), which.astype(np.int32)


@lru_cache(maxsize=8)
def _lower_of(plane: Plane, layer: str) -> IntArray:
    return plane.links(layer).a


@lru_cache(maxsize=8)
def _by_upper(plane: Plane, layer: str) -> tuple[IntArray, IntArray]:
    """Give the links of a layer in order of their upper ends, and the first of each of these."""
    upper = plane.links(layer)
    return _grouped(upper.b, plane.switches[upper.upper])


@lru_cache(maxsize=8)
def _by_end(plane: Plane, layer: str) -> tuple[IntArray, IntArray]:
    """Give the links of a layer by the switch at either end, and the first of each."""
    a, b = _ends(plane)[layer]
    order, first = _grouped(np.concatenate((a, b)), plane.switches["switch"])
    return order % np.int32(len(a)), first


def _grouped(device: IntArray, count: int) -> tuple[IntArray, IntArray]:
    first = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(device, minlength=count), out=first[1:])
    return np.argsort(device, kind="stable").astype(np.int32), first


def _with_switches(
    links: tuple[IntArray, IntArray], switches: tuple[IntArray, IntArray], order: IntArray, first: IntArray
) -> tuple[IntArray, IntArray]:
    """Add the links that dead switches above take along; a draw fails either links or switches."""
    row, link = _expanded(np.arange(len(switches[0])), switches[1], order, first)
    return np.concatenate((links[0], switches[0][row])), np.concatenate((links[1], link))


def _expanded(row: Indices, device: IntArray, order: IntArray, first: IntArray) -> tuple[Indices, IntArray]:
    """Give every link of some devices: the row that asked for it, and the link."""
    low, many = first[device], first[device + 1] - first[device]
    start = np.cumsum(many) - many
    at = np.arange(int(many.sum()), dtype=np.int32) - np.repeat(start, many) + np.repeat(low, many)
    return np.repeat(row, many), order[at]


def _key(where: Indices, index: Indices, count: int) -> NDArray[np.int64]:
    return where.astype(np.int64) * count + index


def _count(shape: tuple[int, int], row: Indices, column: Indices, weight: FloatArray | None = None) -> FloatArray:
    """Add up by row and column."""
    total = shape[0] * shape[1]
    if not len(row):
        return np.zeros(shape)
    return np.bincount(_key(row, column, shape[1]), weight, minlength=total).reshape(shape).astype(np.float64)
