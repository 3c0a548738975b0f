"""A torus of cubes of nodes, whose faces are joined by optical circuit switches."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.design.records.fabric import DeviceKind, IntArray, Links

AXES = 3
PORTS = 2 * AXES
"""Ports of a node: one each way along three axes."""


@dataclass(frozen=True)
class Torus:
    """One plane of a three-dimensional torus over optical circuit switches (OCS), as TPU v4 has it.

    Cubes of ``side`` nodes along each axis are wired within. Node ``n`` of a cube has x = n % side,
    y = n // side % side, z = n // side^2, and its port ``2 axis`` points down the axis, ``2 axis + 1`` up. Each face
    position of an axis has an OCS of its own, number ``axis * side^2 + position``, with two ports for each cube:
    ``2 cube`` for the lower face and ``2 cube + 1`` for the upper one. Circuits through the OCS make the torus, or any
    other of the same cubes.

    Parameters
    ----------
    cubes
        Cubes along each axis of the torus.
    side
        Nodes along the edge of a cube.
    rate
        Of every link [bit/s].
    radix
        Ports of an OCS.

    References
    ----------
    Jouppi and others, TPU v4, ISCA 2023, arXiv:2304.01433.
    """

    cubes: tuple[int, int, int]
    side: int
    rate: float
    radix: int

    def __post_init__(self) -> None:
        if min(self.cubes) < 1 or self.side < 2:
            raise GigaloopError("a torus needs cubes of at least two nodes along an edge", hint="give a cube")
        if 2 * self.blocks > self.radix:
            most = self.radix // 2
            raise GigaloopError(
                f"a circuit switch of {self.radix} ports joins {most} cubes, not {self.blocks:,}",
                hint=f"{most} cubes of {self.side}x{self.side}x{self.side} are {most * self.side**3:,} nodes;"
                " use larger cubes or a circuit switch with more ports",
            )

    @property
    def blocks(self) -> int:
        """Cubes in all."""
        return math.prod(self.cubes)

    @property
    def nodes(self) -> int:
        """Nodes of all cubes."""
        return self.blocks * int(self.side**AXES)

    @property
    def rails(self) -> int:
        """Ports of a node."""
        return PORTS

    @property
    def endpoints(self) -> int:
        """Ports of nodes."""
        return self.nodes * PORTS

    @property
    def dims(self) -> tuple[int, int, int]:
        """Nodes along each axis of the torus."""
        x, y, z = self.cubes
        return x * self.side, y * self.side, z * self.side

    @property
    def switches(self) -> Mapping[DeviceKind, int]:
        """Optical circuit switches: one for each face position of each axis."""
        return {"ocs": AXES * self.side**2}

    @property
    def link_counts(self) -> Mapping[str, int]:
        """Links by layer: within the cubes, and from their faces to the circuit switches."""
        within = AXES * (self.side - 1) * self.side**2
        return {"node-node": self.blocks * within, "node-ocs": self.blocks * PORTS * self.side**2}

    @property
    def rates(self) -> Mapping[str, float]:
        """Rate of a link by layer [bit/s]."""
        return dict.fromkeys(self.link_counts, self.rate)

    @cached_property
    def _within(self) -> IntArray:
        """Coordinates of the nodes of a cube, (axes, side^3)."""
        z, y, x = np.indices((self.side,) * AXES).reshape(AXES, -1)
        return np.stack([x, y, z]).astype(np.int32)

    def links(self, layer: str) -> Links:
        """Give the links of a layer.

        Raises
        ------
        KeyError
            For a layer that the network does not have.
        """
        if layer not in self.link_counts:
            raise KeyError(f"a torus has no layer '{layer}'; it has {', '.join(self.link_counts)}")
        return self._node_node() if layer == "node-node" else self._node_ocs()

    def _node_node(self) -> Links:
        a: list[IntArray] = []
        b: list[IntArray] = []
        axis_of: list[IntArray] = []
        for axis in range(AXES):
            lower = np.flatnonzero(self._within[axis] < self.side - 1).astype(np.int32)
            a.append(lower)
            b.append(lower + np.int32(self.side**axis))
            axis_of.append(np.full(len(lower), axis, np.int32))
        first = np.repeat(np.arange(self.blocks, dtype=np.int32) * np.int32(self.side**AXES), sum(map(len, a)))
        axis_port = 2 * np.tile(np.concatenate(axis_of), self.blocks)
        lower_end, upper_end = (np.tile(np.concatenate(each), self.blocks) + first for each in (a, b))
        return Links("node-node", "node", "node", lower_end, axis_port + np.int32(1), upper_end, axis_port)

    def _node_ocs(self) -> Links:
        node, port, switch = self.faces
        block = np.repeat(np.arange(self.blocks, dtype=np.int32), len(node))
        a = np.tile(node, self.blocks) + block * np.int32(self.side**AXES)
        a_port, b = np.tile(port, self.blocks), np.tile(switch, self.blocks)
        return Links("node-ocs", "node", "ocs", a, a_port, b, 2 * block + a_port % 2)

    @cached_property
    def faces(self) -> tuple[IntArray, IntArray, IntArray]:
        """Node, port and circuit switch of every face position of a cube, (6 side^2,)."""
        nodes: list[IntArray] = []
        for axis in range(AXES):
            nodes += [np.flatnonzero(self._within[axis] == end).astype(np.int32) for end in (0, self.side - 1)]
        port = np.repeat(np.arange(PORTS, dtype=np.int32), self.side**2)
        position = np.tile(np.arange(self.side**2, dtype=np.int32), PORTS)
        return np.concatenate(nodes), port, port // 2 * np.int32(self.side**2) + position

    def circuits(self, axis: int) -> tuple[IntArray, IntArray]:
        """Give the ports that each circuit switch of an axis joins: upper face of a cube, lower of the next."""
        numbers = np.arange(self.blocks, dtype=np.int32).reshape(self.cubes[::-1])
        following = np.roll(numbers, -1, axis=AXES - 1 - axis)
        return 2 * numbers.ravel() + 1, 2 * following.ravel()


def size_torus(*, nodes: int, rails: int, rate: float, radix: int, side: int = 4) -> Torus:
    """Size a torus of cubes, as nearly cubic as the number of cubes allows.

    Parameters
    ----------
    nodes
        Whole cubes of them.
    rails
        Ports of a node: 6.
    rate
        Of every link [bit/s].
    radix
        Ports of a circuit switch.
    side
        Nodes along the edge of a cube.

    Raises
    ------
    GigaloopError
        If the nodes are not whole cubes, a node has other than six ports, or the circuit switches have too few.

    Examples
    --------
    >>> pod = size_torus(nodes=4096, rails=6, rate=400e9, radix=136)
    >>> pod.dims, dict(pod.switches), pod.link_counts["node-ocs"]
    ((16, 16, 16), {'ocs': 48}, 6144)
    """
    if rails != PORTS:
        raise GigaloopError(f"a node of a torus has {PORTS} ports, not {rails}", hint=f"give {PORTS} rails")
    blocks, rest = divmod(nodes, side**AXES)
    if rest or not blocks:
        raise GigaloopError(
            f"{nodes:,} nodes are no whole cubes of {side}x{side}x{side}",
            hint=f"use {max(blocks, 1) * side**AXES:,} or {(blocks + 1) * side**AXES:,} nodes",
        )
    return Torus(_nearly_cubic(blocks), side, rate, radix)


def _nearly_cubic(number: int) -> tuple[int, int, int]:
    """Split a number into three factors that are as near to each other as can be."""
    triples = (
        (x, y, number // (x * y))
        for x in range(1, math.isqrt(number) + 1)
        if number % x == 0
        for y in range(x, math.isqrt(number // x) + 1)
        if number // x % y == 0
    )
    return min(triples, key=lambda triple: sum(triple))
