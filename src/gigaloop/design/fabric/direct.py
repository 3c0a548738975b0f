"""What networks without tiers have in common: nodes fill the switches in order."""

from __future__ import annotations

import numpy as np

from gigaloop.design.records.fabric import IntArray, Links


def node_switch(nodes: int, rails: int, concentration: int) -> Links:
    """Plug the ports of nodes, in order of nodes and rails, into switches that take as many each.

    Parameters
    ----------
    nodes, rails
        Nodes, and ports of each.
    concentration
        Ports of a switch toward nodes.
    """
    port = np.arange(nodes * rails, dtype=np.int32)
    switch, at = np.divmod(port, np.int32(concentration))
    node, rail = np.divmod(port, np.int32(rails))
    return Links("node-switch", "node", "switch", node, rail, switch, at)


def complete(members: int) -> tuple[IntArray, IntArray]:
    """Give every pair of members once, the lower one first, (members * (members - 1) / 2,)."""
    lower, upper = np.triu_indices(members, 1)
    return lower.astype(np.int32), upper.astype(np.int32)
