"""Folded Clos networks (fat trees) of one to three tiers: every link by arithmetic over indices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.fabric import DeviceKind, IntArray, Links

Wiring = Literal["full", "populated"]


@dataclass(frozen=True)
class Clos:
    """One plane of a rail-optimised folded Clos network; :func:`gigaloop.design.fabric.size_clos` sizes it.

    Nodes fill scalable units (SUs) in order. Node ``n`` of SU ``s`` plugs port ``r`` into the leafs of rail ``r`` of
    that SU: leaf ``(s * rails + r) * leafs_per_rail + n // down``, port ``n % down``. Uplinks of a leaf are its ports
    from the next whole module cage after ``down`` onward, as are those of a spine after ``spine_down``, so that no cage
    holds links of both directions. Uplinks of leafs, numbered port by port over all leafs (of a pod, where there are
    cores), fill the spines in order, so that each leaf spreads evenly; uplinks of
    spines, in order of (spine within its pod, port, pod), fill the cores.

    Parameters
    ----------
    nodes, nodes_per_su, sus
        Nodes that are there; those of a full scalable unit; units.
    rails
        Ports of a node on this plane.
    rate, uplink_rate
        Of a link from a node, and of all links above [bit/s].
    radix
        Ports of a switch at ``rate``.
    tiers
        1, 2 or 3.
    down, up
        Ports of a leaf toward nodes, at ``rate``, and toward spines, at ``uplink_rate``.
    spine_down, spine_up
        Ports of a spine toward leafs, of which a fabric of two tiers may leave some free, and toward cores.
    wired
        Whether leafs with free node ports are wired upward in full, or on their first ports as far as nodes ask.
    cage
        Ports of a switch at ``rate`` that one module cage holds.
    """

    nodes: int
    nodes_per_su: int
    sus: int
    rails: int
    rate: float
    uplink_rate: float
    radix: int
    tiers: int
    down: int
    up: int
    spine_down: int
    spine_up: int
    wired: Wiring = "full"
    cage: int = 1

    @property
    def endpoints(self) -> int:
        """Ports of nodes on this plane."""
        return self.nodes * self.rails

    @property
    def upper_radix(self) -> int:
        """Ports of a switch at the rate of the uplinks."""
        return math.floor(self.radix * self.rate / self.uplink_rate + 1e-9)

    @property
    def leafs_per_rail(self) -> int:
        """Leafs of one rail of one scalable unit."""
        return -(-self.nodes_per_su // self.down)

    @property
    def leafs(self) -> int:
        """Leafs of all scalable units."""
        return self.sus * self.rails * self.leafs_per_rail

    @property
    def pod_leafs(self) -> int:
        """Leafs of a full pod: all, below three tiers."""
        return self.spine_down if self.tiers == 3 else self.leafs

    @property
    def pods(self) -> int:
        """Groups of leafs that share spines."""
        return -(-self.leafs // self.pod_leafs)

    @property
    def pod_spines(self) -> int:
        """Spines of a full pod."""
        return {1: 0, 2: self.spines, 3: self.up}[self.tiers]

    @cached_property
    def spines(self) -> int:
        """Spines: of two tiers the fewest with a port for each uplink that divide the uplinks of a leaf."""
        if self.tiers == 1:
            return 0
        if self.tiers == 2:
            return spreading_spines(self.leafs, self.up, self.spine_down)
        return (self.pods - 1) * self.up + self._last_pod[1]

    @property
    def cores(self) -> int:
        """Cores: as few as have a port for each uplink of a spine."""
        return -(-self.spines * self.spine_up // self.upper_radix) if self.tiers == 3 else 0

    @property
    def _last_pod(self) -> tuple[int, int]:
        """Leafs and spines of the last pod of three tiers."""
        leafs = self.leafs - (self.pods - 1) * self.spine_down
        return leafs, -(-leafs * self.up // self.spine_down)

    @property
    def oversubscription(self) -> float:
        """Rate of a leaf toward its nodes over that toward the spines; infinite without spines."""
        return self.down * self.rate / (self.up * self.uplink_rate) if self.up else math.inf

    @property
    def switches(self) -> Mapping[DeviceKind, int]:
        """Switches by tier, from the nodes upward."""
        tiers: tuple[tuple[DeviceKind, int], ...] = (("leaf", self.leafs), ("spine", self.spines), ("core", self.cores))
        return dict(tiers[: self.tiers])

    @cached_property
    def link_counts(self) -> Mapping[str, int]:
        """Links at speed by layer, from the nodes upward."""
        counts = {"node-leaf": self.endpoints}
        if self.tiers > 1:
            counts["leaf-spine"] = int(self.leaf_uplinks.sum(dtype=np.int64))
        if self.tiers == 3:
            counts["spine-core"] = int(self.spine_uplinks.sum(dtype=np.int64))
        return counts

    @property
    def rates(self) -> Mapping[str, float]:
        """Rate of a link by layer [bit/s]."""
        return {layer: self.rate if layer == "node-leaf" else self.uplink_rate for layer in self.link_counts}

    @cached_property
    def leaf_nodes(self) -> IntArray:
        """Nodes on each leaf, (leafs,)."""
        unit, within = np.divmod(np.arange(self.leafs, dtype=np.int32), np.int32(self.rails * self.leafs_per_rail))
        first = within % self.leafs_per_rail * self.down
        there = np.minimum(self.nodes - unit * self.nodes_per_su, self.nodes_per_su)
        found: IntArray = np.clip(there - first, 0, self.down).astype(np.int32)
        return found

    @cached_property
    def leaf_uplinks(self) -> IntArray:
        """Uplinks of each leaf that are wired, (leafs,)."""
        if self.wired == "full" or self.tiers == 1:
            return np.full(self.leafs, self.up, np.int32)
        return _ceiling(self.leaf_nodes * np.int32(self.up), self.down)

    @cached_property
    def spine_uplinks(self) -> IntArray:
        """Uplinks of each spine that are wired, (spines,)."""
        if self.wired == "full" or self.tiers < 3:
            return np.full(self.spines, self.spine_up, np.int32)
        used = np.bincount(self.links("leaf-spine").b, minlength=self.spines)
        return _ceiling(used * np.int64(self.spine_up), self.spine_down)

    def leaf_of(self, node: IntArray, rail: IntArray) -> IntArray:
        """Give the leaf that a port of a node is plugged into."""
        group = node // np.int32(self.nodes_per_su) * np.int32(self.rails) + rail
        within = node % np.int32(self.nodes_per_su)
        return group * np.int32(self.leafs_per_rail) + within // np.int32(self.down)

    def links(self, layer: str) -> Links:
        """Give the links of a layer, ordered by device and port of the lower end.

        Raises
        ------
        KeyError
            For a layer that the network does not have.
        """
        make = {"node-leaf": self._node_leaf, "leaf-spine": self._leaf_spine, "spine-core": self._spine_core}
        tiers = ("node-leaf", "leaf-spine", "spine-core")[: self.tiers]
        if layer not in tiers:
            raise KeyError(f"a Clos of {self.tiers} tiers has no layer '{layer}'; it has {', '.join(tiers)}")
        return make[layer]()

    def _node_leaf(self) -> Links:
        node = np.repeat(np.arange(self.nodes, dtype=np.int32), self.rails)
        rail = np.tile(np.arange(self.rails, dtype=np.int32), self.nodes)
        port = node % np.int32(self.nodes_per_su) % np.int32(self.down)
        return Links("node-leaf", "node", "leaf", node, rail, self.leaf_of(node, rail), port)

    def _leaf_spine(self) -> Links:
        leaf, port = _ports(self.leaf_uplinks)
        if self.tiers == 2:
            spine, at = np.divmod(port * np.int32(self.leafs) + leaf, np.int32(self.leafs * self.up // self.spines))
        else:
            leafs, spines = self._last_pod
            pod, within = np.divmod(leaf, np.int32(self.spine_down))
            last, full = pod == self.pods - 1, np.int32(self.spine_down)
            number = port * np.where(last, np.int32(leafs), full) + within
            spine, at = np.divmod(number, np.where(last, np.int32(-(-leafs * self.up // spines)), full))
            spine = spine + pod * np.int32(self.up)
        first = np.int32(whole_cages(self.down, self.cage))
        return Links("leaf-spine", "leaf", "spine", leaf, port + first, spine, at)

    def _spine_core(self) -> Links:
        spine, port = _ports(self.spine_uplinks)
        pod, within = np.divmod(spine, np.int32(self.up))
        common, pods = self._last_pod[1], self.pods
        shared = within < common
        number = np.where(
            shared,
            (within * self.spine_up + port) * pods + pod,
            common * self.spine_up * pods + ((within - common) * self.spine_up + port) * (pods - 1) + pod,
        ).astype(np.int32)
        core, at = number // np.int32(self.upper_radix), number % np.int32(self.upper_radix)
        first = np.int32(whole_cages(self.spine_down, upper_cage(self.cage, self.uplink_rate / self.rate)))
        return Links("spine-core", "spine", "core", spine, port + first, core, at)


def whole_cages(ports: int, cage: int) -> int:
    """Give the ports of as many module cages as hold a number of ports.

    Examples
    --------
    >>> whole_cages(31, 2), whole_cages(32, 2)
    (32, 32)
    """
    return -(-ports // cage) * cage


def upper_cage(cage: int, uplink: float) -> int:
    """Give the uplinks that a module cage holds, each ``uplink`` times as fast as the ports that it is counted in."""
    return max(1, math.floor(cage / uplink + 1e-9))


def spreading_spines(leafs: int, uplinks: int, radix: int) -> int:
    """Give the fewest spines with a port for each uplink that divide the uplinks of a leaf.

    Examples
    --------
    >>> spreading_spines(24, 32, 64), spreading_spines(32, 72, 144)
    (16, 18)
    """
    least = max(1, -(-leafs * uplinks // radix))
    return next(spines for spines in range(least, uplinks + 1) if uplinks % spines == 0)


def _ceiling(value: NDArray[np.integer[Any]], divisor: int) -> IntArray:
    return (-(-value // divisor)).astype(np.int32)


def _ports(counts: IntArray) -> tuple[IntArray, IntArray]:
    """Give device and port of everything that devices have, (sum of counts,)."""
    device = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    first = np.repeat((np.cumsum(counts) - counts).astype(np.int32), counts)
    return device, np.arange(len(device), dtype=np.int32) - first
