"""Many fabrics for one number of accelerators side by side, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Demand:
    """A collective that a workload asks of the fabric."""

    workload: str
    """Id; empty for a message that was given."""
    collective: str
    bytes: float
    """Message of one accelerator, as nccl-tests counts it [B]."""
    group: int
    """Accelerators that take part, or scale-up domains where each takes part with one accelerator after the other."""
    per_domain: bool
    """Whether the accelerators of a scale-up domain hold different shards, so that each talks to its peers in the other
    domains and none inside its own."""
    calls: float
    """Of a step."""
    share: float
    """Of the accelerators' time that the workload has."""
    basis: str
    """How size and group follow from the workload."""


@dataclass(frozen=True)
class FabricChoice:
    """What tells a candidate fabric from the others; its generation's own choices hold for the rest."""

    topology: str
    switch: str
    """Entry of the catalogue; empty for the switch that the generation states by its ports."""
    planes: int
    link_rate: float
    """[bit/s]"""
    radix: int
    """Ports of a switch at the link rate."""
    tiers: int
    """0 where the topology has none."""
    oversubscription: float
    spine_oversubscription: float
    racks_per_su: int
    """Racks that share a group of leafs."""
    leafs: str
    """Where leaf switches stand."""
    spines: str
    """Where spine and core switches stand."""
    storeys: int
    media: str
    """Which kinds of cable may be used."""


@dataclass(frozen=True, eq=False)
class FabricSearch:
    """Candidate fabrics, one to a row: columns of one length (n,), in SI units."""

    programme: str
    generation: str
    asked: int
    """Accelerators to be joined."""
    demands: tuple[Demand, ...]
    failed: str
    """What is down where resilience is told."""
    choice: tuple[FabricChoice, ...]
    accelerators: Counts
    """Joined, in whole scalable units."""
    switches: Counts
    """Of the scale-out planes."""
    links: Counts
    """At speed, of the scale-out planes."""
    modules: Counts
    """Pluggable modules, those in the nodes counted."""
    cords: Counts
    """Cables with both their ends."""
    cable_length: Floats
    """As ordered [m]."""
    longest: Floats
    """Longest run [m]."""
    unreached: Counts
    """Links beyond the supported reach of every medium."""
    tray_fill: Floats
    """Of the fullest segment, over what a tray may be filled; on the front alone, else not a number."""
    tray_load: Floats
    """Of the heaviest segment, over what a tray carries; on the front alone."""
    power: Floats
    """Of switches, modules and cable ends, those in the nodes counted [W]; what is known of it."""
    cost: Floats
    """Low, base and high of the parts with a price (n, 3) [USD, programme's price year]."""
    unpriced: Mapping[str, Floats]
    """Pieces or metres of every part without a price, (n,) each."""
    unpowered: Mapping[str, Floats]
    """Pieces of every part that draws power of which none is known, (n,) each."""
    time: Floats
    """Of the collectives of a step, workloads weighed by their share [s]."""
    times: Floats
    """Of one call of every demand (n, demands) [s]."""
    bandwidth_left: Floats
    """Share of its bandwidth that the worst-hit job keeps, mean over what may fail."""
    jobs_hit: Floats
    """Jobs that lose bandwidth, mean."""
    nodes_cut: Floats
    """Nodes without any path, mean."""
    obstacles: tuple[str, ...]
    """Why a candidate cannot be built as it is; empty where it can."""
    front: NDArray[np.bool_]
    """Whether no other candidate that can be built is as good in everything and better in something."""
    stated: FabricSearch | None = None
    """The fabric that the generation states, for as many accelerators, as the only row of a table of its own."""

    def __len__(self) -> int:
        return len(self.choice)

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Whether a candidate can be built."""
        return np.array([not obstacle for obstacle in self.obstacles], dtype=np.bool_)

    @property
    def priced(self) -> NDArray[np.bool_]:
        """Whether every part of a candidate has a price."""
        return self._whole(self.unpriced)

    @property
    def powered(self) -> NDArray[np.bool_]:
        """Whether the power of every part of a candidate is known."""
        return self._whole(self.unpowered)

    def _whole(self, missing: Mapping[str, Floats]) -> NDArray[np.bool_]:
        known = np.ones(len(self), dtype=np.bool_)
        for pieces in missing.values():
            known &= pieces == 0.0
        return known

    def ranking(self) -> Iterator[int]:
        """Give the rows as they are ranked.

        Those that can be built first, of these the front first; then those whose every price is known by cost, then the
        others, never by a cost that lacks a price, but by power where all of it is known; then by time and switches.
        """
        cost = np.where(self.priced, self.cost[:, 1], np.inf)
        power = np.where(self.powered, self.power, np.inf)
        order = np.lexsort((self.switches, self.time, power, cost, ~self.front, ~self.feasible))
        return (int(row) for row in order)
