"""Slim Fly: McKay-Miller-Siran graphs of diameter two over a finite field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fabric.clos import whole_cages
from gigaloop.design.fabric.direct import node_switch
from gigaloop.design.fabric.galois import field, prime_of
from gigaloop.design.records.fabric import DeviceKind, IntArray, Links


@dataclass(frozen=True)
class SlimFly:
    """One plane of a Slim Fly (Besta and Hoefler, SC 2014, doi:10.1109/SC.2014.34).

    Switch (t, x, y) with t of 0 and 1 and x, y of the field has number ``(x * 2 + t) * q + y``: groups of ``2 q``. Its
    ports: first those of nodes, then the local ones to (t, x, y - d) for the differences d of its type, then ``q``
    global ones from (0, x, y) to (1, m, y - m x) for every m; each kind from a whole module cage on. A ``q`` that is no
    power of a prime has counts, for they
    follow from a formula, and no links, for there is no field.

    Parameters
    ----------
    nodes, rails
        Nodes that are there, and ports of each on this plane.
    rate
        Of every link [bit/s].
    radix
        Ports of a switch.
    q
        4w - 1, 4w or 4w + 1.
    p
        Ports of a switch toward nodes.
    cage
        Ports that one module cage holds.
    """

    nodes: int
    rails: int
    rate: float
    radix: int
    q: int
    p: int
    cage: int = 1

    def __post_init__(self) -> None:
        if min(self.nodes, self.rails, self.p) < 1:
            raise GigaloopError("a Slim Fly needs nodes, rails and ports for them", hint="give at least one")
        if self.q < 3 or self.q % 4 == 2:
            raise GigaloopError(f"no Slim Fly has q={self.q}", hint=f"q={_nearest(self.q)} has one")
        used = _ports_used(self.q, self.p, self.cage)
        if used > self.radix:
            raise GigaloopError(
                f"a Slim Fly of q={self.q} with {self.p} nodes to a switch needs {used} ports, not {self.radix}",
                hint=f"q={_largest(self.radix)} fits {self.radix} ports",
            )
        if self.endpoints > 2 * self.q**2 * self.p:
            raise GigaloopError(
                f"a Slim Fly of q={self.q} has {2 * self.q**2 * self.p:,} ports for nodes, not {self.endpoints:,}",
                hint="use a larger q, a larger radix, or more planes",
            )

    @property
    def degree(self) -> int:
        """Ports of a switch toward other switches: (3 q - delta) / 2, where q = 4 w + delta."""
        return network_degree(self.q)

    @property
    def buildable(self) -> bool:
        """Whether there is a field of q elements, and so a graph."""
        return prime_of(self.q) is not None

    @property
    def endpoints(self) -> int:
        """Ports of nodes on this plane."""
        return self.nodes * self.rails

    @property
    def switches(self) -> Mapping[DeviceKind, int]:
        """Switches, 2 q^2."""
        return {"switch": 2 * self.q**2}

    @property
    def link_counts(self) -> Mapping[str, int]:
        """Links at speed by layer, from the nodes upward."""
        return {
            "node-switch": self.endpoints,
            "local": self.q**2 * (self.degree - self.q),
            "global": self.q**3,
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
        GigaloopError
            If q is no power of a prime, so that there is no field and no such graph.
        """
        if layer not in self.link_counts:
            raise KeyError(f"a Slim Fly has no layer '{layer}'; it has {', '.join(self.link_counts)}")
        if layer == "node-switch":
            return node_switch(self.nodes, self.rails, self.p)
        if not self.buildable:
            raise GigaloopError(
                f"q={self.q} is no power of a prime: its counts follow from the formula, but no graph has them",
                hint=f"q={_nearest(self.q)} has a graph",
            )
        return self._local() if layer == "local" else self._global()

    def _local(self) -> Links:
        q = np.int32(self.q)
        y = np.arange(self.q, dtype=np.int32)
        ends: list[list[IntArray]] = [[], [], [], []]
        for kind, differences in enumerate(_differences(self.q)):
            other = field(self.q).minus(y[:, None], differences[None, :])
            port = np.empty(self.q, np.int32)
            port[differences] = np.arange(len(differences), dtype=np.int32)
            here, at = (each.astype(np.int32) for each in np.nonzero(y[:, None] < other))
            there = other[here, at]
            back = port[field(self.q).minus(there, here)]
            base = ((2 * y + np.int32(kind)) * q)[:, None]
            for column, row in zip(ends, (base + here, 0 * base + at, base + there, 0 * base + back), strict=True):
                column.append(row.ravel())
        a, a_port, b, b_port = (np.concatenate(column) for column in ends)
        first = np.int32(whole_cages(self.p, self.cage))
        return Links("local", "switch", "switch", a, first + a_port, b, first + b_port)

    def _global(self) -> Links:
        q = np.int32(self.q)
        x, y, m = (each.ravel().astype(np.int32) for each in np.indices((self.q, self.q, self.q)))
        c = field(self.q).minus(y, field(self.q).times(m, x))
        first = np.int32(_ports_used(self.q, self.p, self.cage) - self.q)
        return Links("global", "switch", "switch", 2 * x * q + y, first + m, (2 * m + 1) * q + c, first + x)


def network_degree(q: int) -> int:
    """Give the ports of a switch toward others: (3 q - delta) / 2, where q = 4 w + delta.

    Examples
    --------
    >>> network_degree(28), network_degree(27), network_degree(29)
    (42, 41, 43)
    """
    return (3 * q - {0: 0, 1: 1, 3: -1}[q % 4]) // 2


def _ports_used(q: int, p: int, cage: int) -> int:
    """Count the ports of a switch up to the last that is used."""
    return whole_cages(whole_cages(p, cage) + network_degree(q) - q, cage) + q


def size_slim_fly(*, nodes: int, rails: int, rate: float, radix: int, reserved: int = 0, cage: int = 1) -> SlimFly:
    """Size the smallest Slim Fly that holds the nodes, with half as many nodes on a switch as it has links to others.

    Parameters
    ----------
    nodes, rails
        Nodes, and ports of each.
    rate
        Of every link [bit/s].
    radix, reserved
        Ports of a switch, and how many of them stay free.
    cage
        Ports that one module cage holds; nodes, local and global links share none.

    Raises
    ------
    GigaloopError
        If none holds them.

    Examples
    --------
    >>> plane = size_slim_fly(nodes=30000, rails=1, rate=400e9, radix=64)
    >>> plane.q, plane.p, plane.switches["switch"]
    (27, 21, 1458)
    """
    free = radix - reserved
    for q in range(3, free):
        if q % 4 == 2 or prime_of(q) is None:
            continue
        half = network_degree(q) / 2
        p = min(math.ceil(half), free - network_degree(q))
        p -= _ports_used(q, max(p, 1), cage) > radix
        if p >= math.floor(half) and _ports_used(q, p, cage) <= radix and 2 * q**2 * p >= nodes * rails:
            return SlimFly(nodes, rails, rate, radix, q, p, cage)
    largest = _largest(free)
    if largest < 3:
        raise GigaloopError(f"{free} ports make no Slim Fly", hint="use switches of at least 7 free ports")
    most = 2 * largest**2 * min(math.ceil(network_degree(largest) / 2), free - network_degree(largest))
    raise GigaloopError(
        f"a Slim Fly of {free} ports has at most {most:,} ports for nodes, not {nodes * rails:,}",
        hint=f"use a larger radix, or {math.ceil(nodes * rails / most)} times as many planes",
    )


def _differences(q: int) -> tuple[IntArray, IntArray]:
    """Give the differences between neighbours of both types of switches.

    Source: Besta and Hoefler, SC 2014, doi:10.1109/SC.2014.34, after McKay, Miller and Siran, 1998.
    """
    w = (q + 1) // 4
    if q % 4 == 3:
        first = np.concatenate([np.arange(0, 2 * w, 2), np.arange(2 * w - 1, 4 * w - 2, 2)])
        second = np.concatenate([np.arange(1, 2 * w, 2), np.arange(2 * w, 4 * w - 1, 2)])
    else:
        first, second = np.arange(0, q - 1, 2), np.arange(1, q, 2)
    powers = field(q).powers
    return powers[first % (q - 1)], powers[second % (q - 1)]


def _fits(q: int) -> bool:
    return q >= 3 and q % 4 != 2 and prime_of(q) is not None


def _nearest(q: int) -> str:
    """Name the powers of a prime on either side."""
    below = next((each for each in range(q - 1, 2, -1) if _fits(each)), None)
    above = next(each for each in range(max(q, 2) + 1, 4 * max(q, 2)) if _fits(each))
    return f"{above}" if below is None else f"{below} or q={above}"


def _largest(radix: int) -> int:
    """Give the largest q of which a switch of that many ports makes a Slim Fly; 0 where none does."""
    return max((q for q in range(3, max(radix, 3)) if _fits(q) and network_degree(q) * 3 // 2 <= radix), default=0)
