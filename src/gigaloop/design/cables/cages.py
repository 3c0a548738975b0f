"""Module cages: which links are plugged in together at the ends of a layer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigaloop.design.records.cables import Medium
from gigaloop.design.records.fabric import DeviceKind, IntArray, Links, NetworkDesign


@dataclass(frozen=True)
class Cages:
    """The cages at one end of a layer over all planes: the cage of each link, (planes * m,), of ``count``.

    The cages of one kind of device are numbered alike in all layers of a network, for links of one rate.
    """

    kind: DeviceKind
    index: IntArray
    count: int
    shared: bool
    """Whether a cage holds several links."""


def cages_of(network: NetworkDesign, links: Links, medium: Medium) -> tuple[Cages, Cages]:
    """Give the cages at the lower and the upper end of a layer that a medium is plugged into.

    Consecutive ports of a switch share a cage. The ports of a node are numbered rail by rail, and within a rail plane
    by plane, so that a port that is broken out joins the planes of its rail first. Fibres end in an optical circuit
    switch without a module; as it joins any two of its ports, all of one switch count as of one cage.

    Parameters
    ----------
    network
        Gives the planes; the links of each follow those of the one before.
    links
        Of one plane, (m,).
    medium
        Says how many links a cage holds.
    """
    return (
        _of(network, links.lower, links.a, links.a_port, medium),
        _of(network, links.upper, links.b, links.b_port, medium),
    )


def _of(network: NetworkDesign, kind: DeviceKind, device: IntArray, port: IntArray, medium: Medium) -> Cages:
    if kind == "node" and medium.node is not None:
        return _of_nodes(network, device, port, medium.node.links)
    return _of_switches(network, kind, device, port, network.plane.radix if kind == "ocs" else medium.links)


def _of_nodes(network: NetworkDesign, device: IntArray, port: IntArray, held: int) -> Cages:
    planes = network.planes
    ports = network.plane.rails * planes
    cages = -(-ports // held)
    plane = np.arange(planes, dtype=np.int32)[:, None]
    index = device[None, :] * np.int32(cages) + (port[None, :] * np.int32(planes) + plane) // np.int32(held)
    return Cages("node", index.ravel(), network.plane.nodes * cages, held > 1)


def _of_switches(network: NetworkDesign, kind: DeviceKind, device: IntArray, port: IntArray, held: int) -> Cages:
    plane = network.plane
    slowest = min(plane.rates.values())
    cages = -(-math.ceil(plane.radix * max(1.0, plane.rate / slowest)) // held)
    count = plane.switches.get(kind, _one_past(device)) * cages
    one = device * np.int32(cages) + port // np.int32(held)
    offset = np.arange(network.planes, dtype=np.int32)[:, None] * np.int32(count)
    return Cages(kind, (one[None, :] + offset).ravel(), network.planes * count, held > 1)


def paired(links: Links, held: int) -> bool:
    """Say whether the links of each cage of a switch all run to one cage at the other end: one cable takes them."""
    a, b = (
        device * np.int32(_one_past(port) // held + 1) + port // np.int32(held)
        for device, port in ((links.a, links.a_port), (links.b, links.b_port))
    )
    return _all_to_one(a, b) and _all_to_one(b, a)


def _all_to_one(near: IntArray, far: IntArray) -> bool:
    mate = np.full(_one_past(near), -1, np.int32)
    mate[near] = far
    return bool((mate[near] == far).all())


def _one_past(values: IntArray) -> int:
    return int(values.max()) + 1 if len(values) else 0
