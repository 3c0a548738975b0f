"""Halls side by side: where everything that stands in their rows is, in the order of the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.design.floor.standing import CDU, COMPUTE, NETWORK, POWER, Laid, Task
from gigaloop.design.records.fabric import FloatArray, IntArray


@dataclass(frozen=True)
class Order:
    """Where the racks of each kind begin in the record: with accelerators first, then as named."""

    power: int
    """Power racks beside those with accelerators."""
    leafs: int
    """Network racks of leafs."""
    tops: int
    """Network racks of spines and cores."""
    cdus: int


@dataclass(frozen=True)
class Places:
    """Where racks are, (r,) in the order of the record, and the halls that they are in; see the floor plan."""

    hall_of: IntArray
    kind: IntArray
    storey: IntArray
    row: IntArray
    position: IntArray
    x: FloatArray
    y: FloatArray
    left: FloatArray
    right: FloatArray
    risers: FloatArray
    width: float
    depth: float


def place_halls(task: Task, halls: Sequence[Laid], order: Order) -> Places:
    """Put halls side by side, each beyond the gap to the one before.

    Parameters
    ----------
    task
        The fabric and its halls.
    halls
        Their rows, laid out.
    order
        The order of the record.
    """
    whole: list[tuple[IntArray, ...]] = []
    real: list[tuple[FloatArray, ...]] = []
    risers: list[float] = []
    edge, rows, cdus = 0.0, 0, order.cdus
    for number, laid in enumerate(halls):
        stood, pitch = laid.rows, laid.pitch
        edge += float(task.shares[number - 1].room.floor.gap) if number else 0.0
        slot = stood.slot[stood.row]
        left = np.asarray(slot % laid.blocks * pitch.block + pitch.cross / 2.0, dtype=np.float64)
        x = left + pitch.cross / 2.0 + (stood.position + 0.5) * pitch.position
        target = np.select(
            [stood.kind == COMPUTE, stood.index < 0, stood.kind == NETWORK],
            [stood.index, order.tops - 1 - stood.index, order.leafs + stood.index],
            cdus + stood.index,
        )
        hall = np.full_like(target, number)
        whole.append((target, hall, stood.kind, stood.storey[stood.row], stood.row + np.int32(rows), stood.position))
        real.append((x, edge + pitch.y(slot // laid.blocks), left, left + pitch.block))
        if task.width > 1:
            racks = stood.kind == COMPUTE
            target, hall, kind, storey, row, position = (column[racks] for column in whole[-1])
            whole.append((target + order.power, hall, np.full_like(kind, POWER), storey, row, position + 1))
            x, y, left, right = (column[racks] for column in real[-1])
            real.append((x + pitch.position, y, left, right))
        depth = pitch.depth_of(laid.lines)
        risers.append(edge + depth / 2.0)
        edge += depth
        rows += len(stood.storey)
        cdus += int(np.count_nonzero(stood.kind == CDU))
    target, *counted = (np.concatenate(column) for column in zip(*whole, strict=True))
    by = np.argsort(target)
    hall, kind, storey, row, position = (column[by].astype(np.int32) for column in counted)
    x, y, left, right = (np.concatenate(column)[by] for column in zip(*real, strict=True))
    width = max(laid.blocks * laid.pitch.block + laid.pitch.cross for laid in halls)
    return Places(hall, kind, storey, row, position, x, y, left, right, np.asarray(risers), width, edge)
