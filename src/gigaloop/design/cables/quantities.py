"""What a schedule takes: modules by end, cables and cords by length ordered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.cables.cages import Cages, cages_of
from gigaloop.design.records.cables import CableSchedule, Medium
from gigaloop.design.records.fabric import Fabric


@dataclass(frozen=True)
class LayerUse:
    """What one medium takes in one layer of a network, over all planes."""

    network: str
    layer: str
    medium: Medium
    links: int
    ends_at_switches: int
    """Modules, or ends of cables, in switches."""
    ends_at_nodes: int
    """Modules, or ends of cables, in nodes."""
    cords: dict[float, int]
    """Cables, or cords of fibre, by length ordered [m]; empty without fibre of its own."""


def uses_of(fabric: Fabric, schedule: CableSchedule, loose: NDArray[np.bool_] | None = None) -> Iterator[LayerUse]:
    """Count modules, cables and cords by network, layer and medium.

    Parameters
    ----------
    fabric, schedule
        The fabric and its cables.
    loose
        Which links have cords of their own, (m,); those in trunks have not. All where not given.
    """
    first = np.zeros(len(schedule), np.bool_)
    first[schedule.first_rows] = True
    at = 0
    for network in fabric.networks:
        plugged: dict[tuple[str, str, int], NDArray[np.bool_]] = {}
        for layer in network.plane.link_counts:
            links = network.plane.links(layer)
            rows = slice(at, at + len(links) * network.planes)
            at = rows.stop
            code = schedule.medium[rows]
            for index in np.unique(code[code >= 0]):
                medium = schedule.media[index]
                there = code == index
                taken = {"node": 0, "switch": 0}
                for cages in cages_of(network, links, medium):
                    if cages.kind != "ocs":
                        taken["node" if cages.kind == "node" else "switch"] += _plugged(plugged, cages, medium, there)
                own = there & first[rows] if loose is None else there & first[rows] & loose[rows]
                yield LayerUse(
                    network.name,
                    layer,
                    medium,
                    links=int(np.count_nonzero(there)),
                    ends_at_switches=taken["switch"],
                    ends_at_nodes=taken["node"],
                    cords=_by_length(schedule.stock[rows][own], medium.cords),
                )


def _plugged(
    plugged: dict[tuple[str, str, int], NDArray[np.bool_]], cages: Cages, medium: Medium, there: NDArray[np.bool_]
) -> int:
    """Count the cages that hold links, and not those that already did in another layer of the network."""
    before = plugged.setdefault((cages.kind, medium.id, medium.links), np.zeros(cages.count, np.bool_))
    known = int(np.count_nonzero(before))
    before[cages.index[there]] = True
    return int(np.count_nonzero(before)) - known


def _by_length(stock: NDArray[np.float32], each: int) -> dict[float, int]:
    """Count by length, to the centimetre."""
    counts = np.bincount(np.rint(stock * 100.0).astype(np.int32))
    return {float(length) / 100.0: int(counts[length]) * each for length in np.flatnonzero(counts)}
