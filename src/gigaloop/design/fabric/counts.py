"""Switches and links of a 1:1 rail-optimised fat tree, by the rule that published tables follow."""

from __future__ import annotations

import math

from gigaloop.core.errors import GigaloopError
from gigaloop.design.records import FabricCounts
from gigaloop.programme.schema import Generation


def size_fabric(
    *,
    sus: int,
    nodes_per_su: int,
    rails: int,
    planes: int,
    radix: int,
    nodes: int | None = None,
    switch_power: float | None = None,
    transceiver_power: float | None = None,
) -> FabricCounts:
    """Count the switches and links of a 1:1 rail-optimised fat tree.

    Of the ``k`` ports of a leaf, ``k/2`` face nodes and ``k/2`` face spines. Per plane:

    - leafs = SUs x rails x ceil(nodes per SU / (k/2));
    - two tiers while endpoints <= k^2/2 and leafs <= k: spines are the smallest number that offers a port to each
      uplink, ``s >= leafs (k/2) / k``, and divides the uplinks of a leaf, so that each leaf spreads evenly;
    - else three tiers: spines = leafs, cores = ceil(spines (k/2) / k).

    Leafs are wired upward in full, also where an SU is not full of nodes.

    Parameters
    ----------
    sus
        Scalable units.
    nodes_per_su
        Nodes in a full scalable unit.
    rails
        Network ports per node and plane, each to its own rail.
    planes
        Independent fabrics.
    radix
        Ports ``k`` of a switch at the link rate; even.
    nodes
        Nodes in all, where the last scalable unit is not full.
    switch_power, transceiver_power
        Of one switch, and of one end of a link [W].

    Raises
    ------
    GigaloopError
        If the radix is odd or below 2, a count is below 1, or three tiers do not suffice (more than k^3/4 endpoints).

    References
    ----------
    NVIDIA DGX SuperPOD reference architectures (H100, B200, B300), switch and cable count tables. Limits k^2/2 and
    k^3/4: Al-Fares, Loukissas, Vahdat, SIGCOMM 2008, doi:10.1145/1402958.1402967.

    Examples
    --------
    >>> pod = size_fabric(sus=3, nodes_per_su=32, nodes=95, rails=8, planes=1, radix=64)
    >>> pod.tiers, pod.leafs, pod.spines, pod.leaf_spine_links
    (2, 24, 16, 768)
    """
    if radix < 2 or radix % 2:
        raise GigaloopError(f"a switch of {radix} ports cannot split them evenly between nodes and spines", hint="")
    if min(sus, nodes_per_su, rails, planes) < 1:
        raise GigaloopError("a fabric needs at least one scalable unit, node, rail and plane")
    nodes = sus * nodes_per_su if nodes is None else nodes
    down = radix // 2
    ports = nodes * rails
    leafs = sus * rails * math.ceil(nodes_per_su / down)
    if leafs == 1:
        tiers, spines, cores = 1, 0, 0
    elif ports <= radix * radix // 2 and leafs <= radix:
        tiers, spines, cores = 2, _spreading_spines(leafs, down, radix), 0
    else:
        tiers, spines, cores = 3, leafs, math.ceil(leafs * down / radix)
        _require_three_tiers_suffice(ports, leafs, radix)
    switches, links = leafs + spines + cores, ports + (leafs * down if spines else 0) + (spines * down if cores else 0)
    return FabricCounts(
        sus=sus,
        nodes=nodes,
        endpoints=ports * planes,
        tiers=tiers,
        leafs=leafs * planes,
        spines=spines * planes,
        cores=cores * planes,
        node_leaf_links=ports * planes,
        leaf_spine_links=(leafs * down if spines else 0) * planes,
        spine_core_links=(spines * down if cores else 0) * planes,
        switch_power=None if switch_power is None else switches * planes * switch_power,
        optics_power=None if transceiver_power is None else 2 * links * planes * transceiver_power,
    )


def _spreading_spines(leafs: int, uplinks: int, radix: int) -> int:
    least = math.ceil(leafs * uplinks / radix)
    return next(spines for spines in range(max(1, least), uplinks + 1) if uplinks % spines == 0)


def _require_three_tiers_suffice(ports: int, leafs: int, radix: int) -> None:
    limit = radix**3 // 4
    if leafs * (radix // 2) > limit or ports > limit:
        planes = math.ceil(ports / limit)
        raise GigaloopError(
            f"{ports:,} endpoints per plane, on {leafs:,} leafs, are more than three tiers of {radix}-port switches"
            f" serve ({limit:,})",
            hint=f"use a larger radix, or spread the ports over {planes} times as many planes",
        )


def generation_fabric(generation: Generation, racks: float | None = None) -> FabricCounts:
    """Count the scale-out fabric of a number of racks of a generation; of one scalable unit by default.

    Raises
    ------
    GigaloopError
        If no fabric of three tiers serves that many racks.
    """
    network = generation.scale_out
    per_rack, per_su = float(network.nodes_per_rack), float(generation.racks_per_su)
    racks = per_su if racks is None else racks
    sus = max(1, math.ceil(racks / per_su - 1e-9))
    return size_fabric(
        sus=sus,
        nodes_per_su=math.ceil(per_rack * per_su - 1e-9),
        nodes=math.ceil(per_rack * racks - 1e-9),
        rails=int(network.rails),
        planes=int(network.planes),
        radix=int(network.switch_radix),
        switch_power=None if network.switch_power is None else float(network.switch_power),
        transceiver_power=None if network.transceiver_power is None else float(network.transceiver_power),
    )


def most_racks(generation: Generation) -> int:
    """Give the most racks that one fabric of three tiers serves, in whole scalable units."""
    network = generation.scale_out
    down = int(network.switch_radix) // 2
    per_su = math.ceil(float(network.nodes_per_rack) * float(generation.racks_per_su) - 1e-9)
    leafs_per_su = int(network.rails) * math.ceil(per_su / down)
    sus = (int(network.switch_radix) ** 3 // 4) // (leafs_per_su * down)
    return math.floor(sus * float(generation.racks_per_su))
