"""A fabric: its networks, planes and links, as records of arrays in SI floats.

Units of count, stated wherever a number is shown: a **link** is one connection at the link rate; a **module** is one
pluggable transceiver, which may carry several links (twin-port); a **cord** is one cable with both its ends, which may
carry several links; a **trunk** is a bundle of fibre cords with one pair of patch panels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.evidence import Evidence

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

DeviceKind = Literal["node", "leaf", "spine", "core", "switch", "ocs"]
"""What stands at an end of a link: ``switch`` where a topology has no tiers, ``ocs`` an optical circuit switch."""


@dataclass(frozen=True)
class Links:
    """The links of one layer of one plane, (m,): device and port at both ends, each counted from 0 within its kind.

    The port of a node is its rail. A layer is named after its ends, from the nodes upward: ``node-leaf``,
    ``leaf-spine``, ``spine-core``, ``node-switch``, ``local``, ``global``.
    """

    layer: str
    lower: DeviceKind
    upper: DeviceKind
    a: IntArray
    a_port: IntArray
    b: IntArray
    b_port: IntArray

    def __len__(self) -> int:
        return len(self.a)


@runtime_checkable
class Plane(Protocol):
    """One plane of a network: index arithmetic; every count is a property. A value: what is found of it may be kept."""

    def __hash__(self) -> int:
        """Hash what defines it."""

    @property
    def nodes(self) -> int:
        """Nodes that are there (populated)."""

    @property
    def rails(self) -> int:
        """Ports of a node on this plane."""

    @property
    def endpoints(self) -> int:
        """Ports of nodes on this plane: nodes times rails."""

    @property
    def radix(self) -> int:
        """Ports of a switch at the link rate."""

    @property
    def rate(self) -> float:
        """Of a link from a node [bit/s]."""

    @property
    def switches(self) -> Mapping[DeviceKind, int]:
        """Switches by tier, from the nodes upward."""

    @property
    def link_counts(self) -> Mapping[str, int]:
        """Links at speed by layer, from the nodes upward."""

    @property
    def rates(self) -> Mapping[str, float]:
        """Rate of a link by layer [bit/s]."""

    def links(self, layer: str) -> Links:
        """Give the links of a layer."""


@dataclass(frozen=True)
class ScaleUpDomain:
    """Accelerators that share one switched memory fabric."""

    accelerators: int
    bandwidth: float
    """Per accelerator and direction [B/s]."""
    in_switch_reduction: bool


@dataclass(frozen=True)
class NetworkDesign:
    """A network of a fabric: one plane and how many there are alike."""

    name: str
    """``scale-out``, or the id of a network beside it."""
    purpose: str
    plane: Plane
    planes: int
    switch_power: float | None
    """Of one switch without modules [W]."""
    switch_units: float
    """Height of one switch [U]."""
    switch_evidence: tuple[Evidence, ...] = ()
    optics_power: float | None = None
    """Of modules in all cages of one switch, which room is left for [W]."""

    @property
    def switch_counts(self) -> Mapping[DeviceKind, int]:
        """Switches of all planes by tier, from the nodes upward."""
        return {kind: self.planes * count for kind, count in self.plane.switches.items()}

    @property
    def link_counts(self) -> Mapping[str, int]:
        """Links at speed of all planes by layer, from the nodes upward."""
        return {layer: self.planes * count for layer, count in self.plane.link_counts.items()}

    @property
    def switches(self) -> int:
        """Switches of all planes."""
        return sum(self.switch_counts.values())

    @property
    def links(self) -> int:
        """Links at speed of all planes."""
        return sum(self.link_counts.values())


@dataclass(frozen=True)
class Fabric:
    """Everything that joins the accelerators of one fabric: scale-up domains, scale-out planes, networks beside."""

    generation: str
    sus: int
    racks: int
    """Racks with accelerators."""
    racks_per_su: int
    nodes_per_rack: int
    accelerators_per_node: float
    scale_up: ScaleUpDomain
    networks: tuple[NetworkDesign, ...]
    """The scale-out network first."""
    load_balancing: Literal["ecmp", "spraying"]
    in_network_reduction: bool = False
    """Whether the scale-out switches add up what they forward."""

    @property
    def scale_out(self) -> NetworkDesign:
        """The network that collectives run over."""
        return self.networks[0]

    @property
    def accelerators(self) -> int:
        """Accelerators of all racks."""
        return round(self.racks * self.nodes_per_rack * self.accelerators_per_node)
