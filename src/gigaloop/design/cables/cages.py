"""Module cages: which links are plugged in together at the ends of a layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.design.records.network import IntArray, Links, Medium, NetworkDesign


@dataclass(frozen=True)
class Cages:
    """The cages at one end of a layer over all planes: the cage of each link, (planes * m,), of ``count``."""

    node: bool
    """Whether they are those of nodes."""
    index: IntArray
    count: int
    shared: bool
    """Whether a cage holds several links."""


def cages_of(network: NetworkDesign, links: Links, medium: Medium) -> tuple[Cages, Cages]:
    """Give the cages at the lower and the upper end of a layer that a medium is plugged into.

    Consecutive ports of a switch share a cage. The ports of a node are numbered rail by rail, and within a rail plane
    by plane, so that a port that is broken out joins the planes of its rail first.

    Parameters
    ----------
    network
        Gives the planes; the links of each follow those of the one before.
    links
        Of one plane, (m,).
    medium
        Says how many links a cage holds.
    """
    lower = (
        _of_nodes(network, links, medium.node.links)
        if medium.node is not None
        else _of_switches(links.a, links.a_port, network.planes, medium.links)
    )
    return lower, _of_switches(links.b, links.b_port, network.planes, medium.links)


def _of_nodes(network: NetworkDesign, links: Links, held: int) -> Cages:
    planes = network.planes
    ports = network.plane.rails * planes
    cages = -(-ports // held)
    plane = np.arange(planes, dtype=np.int32)[:, None]
    index = links.a[None, :] * np.int32(cages) + (links.a_port[None, :] * np.int32(planes) + plane) // np.int32(held)
    return Cages(True, index.ravel(), _one_past(links.a) * cages, held > 1)


def _of_switches(device: IntArray, port: IntArray, planes: int, held: int) -> Cages:
    cage = port // np.int32(held)
    cages = _one_past(cage)
    one = device * np.int32(cages) + cage
    count = _one_past(device) * cages
    offset = np.arange(planes, dtype=np.int32)[:, None] * np.int32(count)
    return Cages(False, (one[None, :] + offset).ravel(), planes * count, held > 1)


def paired(links: Links, held: int) -> bool:
    """Say whether the links of each cage of a switch all run to one cage at the other end: one cable takes them."""
    a, b = (_of_switches(device, port, 1, held) for device, port in ((links.a, links.a_port), (links.b, links.b_port)))
    return _all_to_one(a, b) and _all_to_one(b, a)


def _all_to_one(near: Cages, far: Cages) -> bool:
    mate = np.full(near.count, -1, np.int32)
    mate[near.index] = far.index
    return bool((mate[near.index] == far.index).all())


def _one_past(values: IntArray) -> int:
    return int(values.max()) + 1 if len(values) else 0
