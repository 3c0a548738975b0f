"""Switches and links of a scale-out fabric."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FabricCounts:
    """Switches and links of a scale-out fabric over all its planes.

    A link is one connection at the link rate; a transceiver is one end of it at that rate. ``switch_power`` and
    ``optics_power`` [W] are None where the programme states no power for them.
    """

    sus: int
    nodes: int
    endpoints: int
    """Network ports of nodes."""
    tiers: int
    leafs: int
    spines: int
    cores: int
    node_leaf_links: int
    leaf_spine_links: int
    spine_core_links: int
    switch_power: float | None
    optics_power: float | None

    @property
    def switches(self) -> int:
        """Leafs, spines and cores."""
        return self.leafs + self.spines + self.cores

    @property
    def links(self) -> int:
        """Links of all tiers."""
        return self.node_leaf_links + self.leaf_spine_links + self.spine_core_links

    @property
    def transceivers(self) -> int:
        """Ends of links at the link rate: an upper bound, as copper needs none."""
        return 2 * self.links

    @property
    def power(self) -> float | None:
        """Switches and optics [W]."""
        if self.switch_power is None or self.optics_power is None:
            return None
        return self.switch_power + self.optics_power
