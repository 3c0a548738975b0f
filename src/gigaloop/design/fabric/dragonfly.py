"""Dragonfly: groups of fully joined switches, with links from each group to every other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fabric.clos import whole_cages
from gigaloop.design.fabric.direct import complete, node_switch
from gigaloop.design.records.fabric import DeviceKind, IntArray, Links


@dataclass(frozen=True)
class Dragonfly:
    """One plane of a canonical dragonfly (Kim, Dally, Scott, Abts, ISCA 2008, doi:10.1109/ISCA.2008.19).

    Ports of a switch: first those of nodes, then those of its group, then the global ones, each kind from a whole
    module cage on. Global ports of a group are numbered over its switches and lead to the groups 1, 2, ... further on,
    round by round; in a last round that is not
    full, to those nearest on either side. One port of each group stays free where their number cannot come out even.

    Parameters
    ----------
    nodes, rails
        Nodes that are there, and ports of each on this plane.
    rate
        Of every link [bit/s].
    radix
        Ports of a switch.
    p, a, h, g
        Ports of a switch toward nodes, switches of a group, global ports of a switch, groups.
    cage
        Ports that one module cage holds.
    """

    nodes: int
    rails: int
    rate: float
    radix: int
    p: int
    a: int
    h: int
    g: int
    cage: int = 1

    def __post_init__(self) -> None:
        if min(self.nodes, self.rails, self.p, self.a, self.g) < 1 or self.h < 0:
            raise GigaloopError("a dragonfly needs nodes, rails, ports, switches and groups", hint="give at least one")
        used = self._first_global + self.h
        if used > self.radix:
            raise GigaloopError(
                f"a dragonfly of p={self.p}, a={self.a}, h={self.h} needs {used} ports of a switch, not {self.radix}",
                hint=f"h={(self.radix + 1) // 4} with p=h and a=2h fits {self.radix} ports",
            )
        if self.g > self.a * self.h + 1:
            raise GigaloopError(
                f"{self.a} switches of {self.h} global ports each join {self.a * self.h + 1:,} groups, not {self.g:,}",
                hint="use a larger radix, more global ports, or more planes",
            )
        if self.endpoints > self.g * self.a * self.p:
            raise GigaloopError(
                f"{self.g:,} groups have {self.g * self.a * self.p:,} ports for nodes, not {self.endpoints:,}",
                hint=f"use {-(-self.endpoints // (self.a * self.p)):,} groups",
            )

    @property
    def _first_local(self) -> int:
        return whole_cages(self.p, self.cage)

    @property
    def _first_global(self) -> int:
        return whole_cages(self._first_local + self.a - 1, self.cage)

    @property
    def endpoints(self) -> int:
        """Ports of nodes on this plane."""
        return self.nodes * self.rails

    @property
    def switches(self) -> Mapping[DeviceKind, int]:
        """Switches of all groups."""
        return {"switch": self.g * self.a}

    @cached_property
    def _offsets(self) -> IntArray:
        """How many groups further on each global port of a group leads, (used ports,)."""
        if self.g == 1:
            return np.empty(0, np.int32)
        rounds, rest = divmod(self.a * self.h, self.g - 1)
        near = np.arange(1, rest // 2 + 1, dtype=np.int32)
        middle = [self.g // 2] if rest % 2 and self.g % 2 == 0 else []
        every = np.tile(np.arange(1, self.g, dtype=np.int32), rounds)
        return np.concatenate([every, near, np.array(middle, np.int32), self.g - near[::-1]]).astype(np.int32)

    @property
    def link_counts(self) -> Mapping[str, int]:
        """Links at speed by layer, from the nodes upward."""
        return {
            "node-switch": self.endpoints,
            "local": self.g * self.a * (self.a - 1) // 2,
            "global": self.g * len(self._offsets) // 2,
        }

    @property
    def rates(self) -> Mapping[str, float]:
        """Rate of a link by layer [bit/s]."""
        return dict.fromkeys(self.link_counts, self.rate)

    def links(self, layer: str) -> Links:
        """Give the links of a layer.

        Raises
        ------
        KeyError
            For a layer that the network does not have.
        """
        if layer not in self.link_counts:
            raise KeyError(f"a dragonfly has no layer '{layer}'; it has {', '.join(self.link_counts)}")
        if layer == "node-switch":
            return node_switch(self.nodes, self.rails, self.p)
        return self._local() if layer == "local" else self._global()

    def _local(self) -> Links:
        lower, upper = complete(self.a)
        base = np.repeat(np.arange(self.g, dtype=np.int32) * np.int32(self.a), len(lower))
        first, second = np.tile(lower, self.g), np.tile(upper, self.g)
        port = np.int32(self._first_local)
        return Links("local", "switch", "switch", base + first, port + second - 1, base + second, port + first)

    def _global(self) -> Links:
        offsets = self._offsets
        group = np.repeat(np.arange(self.g, dtype=np.int32), len(offsets))
        number = np.tile(np.arange(len(offsets), dtype=np.int32), self.g)
        other = (group + offsets[number]) % np.int32(self.g)
        once = group < other
        group, number, other = group[once], number[once], other[once]
        back = self._back[number]
        first = np.int32(self._first_global)
        switch, at = np.divmod(number, np.int32(self.h))
        far, far_at = np.divmod(back, np.int32(self.h))
        a, b = group * np.int32(self.a) + switch, other * np.int32(self.a) + far
        return Links("global", "switch", "switch", a, first + at, b, first + far_at)

    @cached_property
    def _back(self) -> IntArray:
        """The global port at the far end of each global port of a group: the one that leads back in the same round."""
        number = np.arange(len(self._offsets), dtype=np.int32)
        start = number // np.int32(self.g - 1) * np.int32(self.g - 1)
        length = np.minimum(len(number) - start, self.g - 1)
        found: IntArray = (start + length - 1 - (number - start)).astype(np.int32)
        return found


def size_dragonfly(*, nodes: int, rails: int, rate: float, radix: int, reserved: int = 0, cage: int = 1) -> Dragonfly:
    """Size a balanced dragonfly, p = h and a = 2h: as large an h as the ports allow, as few groups as hold the nodes.

    Parameters
    ----------
    nodes, rails
        Nodes, and ports of each.
    rate
        Of every link [bit/s].
    radix, reserved
        Ports of a switch, and how many of them stay free.
    cage
        Ports that one module cage holds; nodes, the group and other groups share none.

    Raises
    ------
    GigaloopError
        If the switches cannot join as many groups.

    Examples
    --------
    >>> plane = size_dragonfly(nodes=261632, rails=1, rate=400e9, radix=64)
    >>> plane.p, plane.a, plane.h, plane.g, plane.switches["switch"]
    (16, 32, 16, 511, 16352)
    """
    h = (radix - reserved + 1) // 4
    while h and whole_cages(whole_cages(h, cage) + 2 * h - 1, cage) + h > radix:
        h -= 1
    if h < 1:
        raise GigaloopError(f"{radix - reserved} ports make no dragonfly", hint="use switches of at least 3 free ports")
    return Dragonfly(nodes, rails, rate, radix, h, 2 * h, h, max(1, -(-nodes * rails // (2 * h * h))), cage)
