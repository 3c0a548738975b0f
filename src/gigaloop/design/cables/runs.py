"""The links of a fabric on a floor: where both ends are, and the run between them, whatever makes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.floor import run_length
from gigaloop.design.records.fabric import DeviceKind, Fabric, IntArray, Links, NetworkDesign
from gigaloop.design.records.floor import FloorPlan
from gigaloop.programme.schema.floor import Tray


@dataclass(frozen=True)
class PlacedLinks:
    """The links of a fabric on a floor before anything makes them: ends and runs, columns (m,).

    In order of network, layer, plane and link; ``layer`` points into ``layers`` and ``ends``.
    """

    layers: tuple[tuple[str, int, str], ...]
    ends: tuple[tuple[DeviceKind, DeviceKind], ...]
    of_plane: tuple[tuple[NetworkDesign, Links], ...]
    """Network and links of one plane of each layer."""
    layer: NDArray[np.int16]
    a: IntArray
    a_port: IntArray
    b: IntArray
    b_port: IntArray
    a_rack: IntArray
    a_unit: IntArray
    b_rack: IntArray
    b_unit: IntArray
    length: NDArray[np.float32]
    """[m]"""


def place_links(fabric: Fabric, floor: FloorPlan, tray: Tray) -> PlacedLinks:
    """Give the ends of every link of a fabric on a floor, and the runs between them.

    Parameters
    ----------
    fabric
        Networks with their planes, (m,) links in all.
    floor
        Racks, and the place of every switch.
    tray
        Drops, slack and extra length.
    """
    of_plane = tuple((each, each.plane.links(layer)) for each in fabric.networks for layer in each.plane.link_counts)
    layers = [(network.name, plane, links.layer) for network, links in of_plane for plane in range(network.planes)]
    ends = [(links.lower, links.upper) for network, links in of_plane for _ in range(network.planes)]
    total = sum(network.planes * len(links) for network, links in of_plane)
    whole = ("a", "a_port", "b", "b_port", "a_rack", "a_unit", "b_rack", "b_unit")
    placed = PlacedLinks(
        tuple(layers),
        tuple(ends),
        of_plane,
        layer=np.empty(total, np.int16),
        length=np.empty(total, np.float32),
        **{name: np.empty(total, np.int32) for name in whole},
    )
    at = code = 0
    for network, links in of_plane:
        for plane in range(network.planes):
            part = slice(at, at + len(links))
            placed.layer[part] = code
            _place(placed, part, fabric, floor, network, plane, links, tray)
            at, code = at + len(links), code + 1
    return placed


def _place(
    columns: PlacedLinks,
    part: slice,
    fabric: Fabric,
    floor: FloorPlan,
    network: NetworkDesign,
    plane: int,
    links: Links,
    tray: Tray,
) -> None:
    """Fill in the ends of the links of one plane and the lengths between them."""
    columns.a[part], columns.a_port[part] = links.a, links.a_port
    columns.b[part], columns.b_port[part] = links.b, links.b_port
    columns.a_rack[part], columns.a_unit[part] = _where(fabric, floor, network.name, plane, links.lower, links.a)
    columns.b_rack[part], columns.b_unit[part] = _where(fabric, floor, network.name, plane, links.upper, links.b)
    columns.length[part] = run_length(
        floor, tray, columns.a_rack[part], columns.a_unit[part], columns.b_rack[part], columns.b_unit[part]
    )


def _where(
    fabric: Fabric, floor: FloorPlan, network: str, plane: int, kind: DeviceKind, device: IntArray
) -> tuple[IntArray, IntArray]:
    """Give rack and lowest unit of devices."""
    racks = floor.switch_rack.get((network, plane, kind))
    if racks is not None:
        return racks[device], floor.switch_unit[network, plane, kind][device]
    rack, within = np.divmod(device, np.int32(fabric.nodes_per_rack))
    return rack, floor.node_unit[within]
