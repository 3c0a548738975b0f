"""Rows onto the storeys of a hall: blocks of rows side by side, line behind line, with aisles between."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.design.records import Design
from gigaloop.design.records.fabric import FloatArray, IntArray
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.floor import HallFloor


@dataclass(frozen=True)
class Pitch:
    """Measures of rows [m]."""

    position: float
    """From rack to rack."""
    row: float
    """Length of a row."""
    depth: float
    """Of a rack."""
    cold: float
    hot: float
    cross: float

    @property
    def block(self) -> float:
        """From block to block along the rows."""
        return self.row + self.cross

    @property
    def pair(self) -> float:
        """From one pair of lines, back to back over a hot aisle, to the next."""
        return 2.0 * self.depth + self.cold + self.hot

    def depth_of(self, lines: int) -> float:
        """Give the depth of a number of lines."""
        return -(-lines // 2) * self.pair

    def y(self, line: IntArray) -> FloatArray:
        """Give the middle of lines, from the edge of the hall."""
        second = (line % 2) * (self.depth + self.hot)
        return np.asarray((line // 2) * self.pair + second + (self.cold + self.depth) / 2.0, dtype=np.float64)


def pitch_of(floor: HallFloor, generation: Generation, width: int) -> Pitch:
    """Give the measures of rows of a hall that racks of a generation stand in, ``width`` positions each.

    A position is as wide and deep as the hall says, or as the rack, whichever is more.
    """
    across, deep = float(floor.position_width), float(floor.position_depth)
    if generation.envelope is not None:
        across, deep = max(across, float(generation.envelope.width)), max(deep, float(generation.envelope.depth))
    else:
        across = max(across, float(generation.footprint) / width / deep)
    return Pitch(
        position=across,
        row=across * int(floor.racks_per_row),
        depth=deep,
        cold=float(floor.cold_aisle),
        hot=float(floor.hot_aisle),
        cross=float(floor.cross_aisle),
    )


def blocks_of(rows: int, pitch: Pitch) -> int:
    """Give the blocks side by side that make a storey of a number of rows most nearly square."""
    blocks = np.arange(1, rows + 1)
    depth = np.ceil(np.ceil(rows / blocks) / 2.0) * pitch.pair
    return int(blocks[np.argmin(np.abs(blocks * pitch.block + pitch.cross - depth))]) if rows else 1


def node_units(design: Design, nodes: int, units: int) -> IntArray:
    """Give the rack unit of each node of a rack, (nodes,).

    Nodes are the units of the elevation of which there are as many, trays before others; evenly spread over the rack
    where no units are.

    Parameters
    ----------
    design
        The rack, engineered.
    nodes
        Nodes of a rack.
    units
        Height of the rack [U].
    """
    counts: dict[tuple[bool, str], list[float]] = {}
    for unit in design.elevation.units:
        counts.setdefault((unit.family != "tray", unit.part), []).append(unit.bottom)
    for key in sorted(counts):
        if len(counts[key]) == nodes:
            return np.sort(np.asarray(counts[key])).astype(np.int32)
    return (1 + np.arange(nodes) * units // max(1, nodes)).astype(np.int32)
