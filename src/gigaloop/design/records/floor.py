"""Where racks and switches of a fabric stand, and what lies in the trays above them: records of arrays, SI floats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gigaloop.design.records.fabric import DeviceKind, FloatArray, IntArray

RACK_KINDS = ("compute", "network", "cdu", "power")
"""What stands at a position of a floor, by code."""


@dataclass(frozen=True)
class FloorPlan:
    """Where racks stand, arrays (r,), and which devices are in which: the frame of every cable.

    x runs along the rows and y across them [m]; storeys lie above each other. Racks with accelerators come first, in
    the order of the fabric: rack ``i`` holds nodes ``i * nodes_per_rack`` onward.
    """

    hall: tuple[str, ...]
    """Ids of the halls."""
    hall_power: FloatArray
    """Of all positions of each hall, infinite where none is stated (h,) [W]."""
    hall_of: IntArray
    kind: IntArray
    """Index into ``RACK_KINDS``."""
    storey: IntArray
    row: IntArray
    position: IntArray
    """Within the row, from 0."""
    x: FloatArray
    """Of the rack's centre [m]."""
    y: FloatArray
    power: FloatArray
    """Drawn by what stands there [W]."""
    flow: FloatArray
    """Coolant [m3/s]."""
    mass: FloatArray
    """[kg]"""
    left: FloatArray
    """x of the cross aisle at the left end of its row, where a tray runs across the rows [m]."""
    right: FloatArray
    """x of the cross aisle at the right end of its row [m]."""
    node_unit: IntArray
    """Rack unit of each node of a rack, (nodes per rack,)."""
    switch_rack: Mapping[tuple[str, int, DeviceKind], IntArray]
    """Rack of every switch, by network, plane and tier."""
    switch_unit: Mapping[tuple[str, int, DeviceKind], IntArray]
    """Lowest rack unit of every switch."""
    rack_units: int
    """Height of the racks, to which cables rise on their way to the tray [U]."""
    storey_height: float
    """[m]"""
    risers: FloatArray
    """y at which trays join the storeys at every cross aisle, by hall [m]."""
    width: float
    """Of a storey, along the rows [m]."""
    depth: float
    """Of all halls side by side, across the rows [m]."""
    unplaced: tuple[str, ...] = ()
    """What did not fit, with the limit that stopped it."""
    notes: tuple[str, ...] = ()
    """What was assumed of the floor."""

    @property
    def aisles(self) -> FloatArray:
        """X of all cross aisles [m]."""
        return np.unique(np.concatenate([self.left, self.right]))

    @property
    def racks(self) -> int:
        """Racks of all kinds."""
        return len(self.x)


@dataclass(frozen=True)
class TrayFill:
    """Trays of a floor: segments (s,), what lies in them, and the limits."""

    storey: IntArray
    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray
    cords: IntArray
    fill: FloatArray
    """Share of the cross-section of all levels that is taken."""
    load: FloatArray
    """[kg/m]"""
    fill_limit: float
    load_limit: float
    """Of all levels [kg/m]."""

    @property
    def overfull(self) -> IntArray:
        """Segments that are filled or loaded above a limit."""
        return np.flatnonzero((self.fill > self.fill_limit) | (self.load > self.load_limit)).astype(np.int32)
