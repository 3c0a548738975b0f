"""How much slower the flows of a collective are because they share links of the network."""

from __future__ import annotations

from gigaloop.design.fabric.balance import Pattern, contention
from gigaloop.design.fabric.loads import Balancing
from gigaloop.design.records import Fabric


def network_contention(
    fabric: Fabric, collective: str, group: float, *, balancing: Balancing | None = None, seed: int = 0, draws: int = 4
) -> float:
    """Give the slow-down of a collective of a group of accelerators on the network of a fabric; 1 without sharing.

    A group within a scale-up domain does not use the network. An all-to-all meets that of traffic to all others, every
    other collective that of rings over nodes in the order in which they stand.

    Parameters
    ----------
    fabric
        The fabric; its scale-out plane and load balancing.
    collective
        The collective.
    group
        Accelerators, the first ones of the fabric.
    balancing
        ``ecmp`` or ``spraying``; that of the fabric where not given.
    seed, draws
        Of the patterns.
    """
    if group <= fabric.scale_up.accelerators:
        return 1.0
    plane = fabric.scale_out.plane
    nodes = min(plane.nodes, -(-int(group) // max(1, round(fabric.accelerators_per_node))))
    pattern: Pattern = "all_to_all" if collective == "all_to_all" else "ring"
    return contention(plane, balancing or fabric.load_balancing, pattern, seed, nodes=nodes, draws=draws).factor
