"""Racks into rows, in order: how many a row takes under its limits, and where in it they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.records.fabric import FloatArray, IntArray
from gigaloop.programme.schema.floor import HallFloor

EMPTY_SHARE = 0.25
"""Share of a row's positions that may stay empty so that no scalable unit is torn over two rows. Source: none public,
an assumption of 2026-11 (0 to 0.5)."""
_FORGIVEN = 1e-9


@dataclass(frozen=True)
class Stand:
    """What stands on a floor, in order (n,): its group, how many positions it takes, and what it brings to its row."""

    group: IntArray
    """Scalable unit; those of one group stand together where the row allows."""
    width: IntArray
    """Positions."""
    power: FloatArray
    """[W]"""
    flow: FloatArray
    """[m3/s]"""
    mass: FloatArray
    """[kg]"""

    def __len__(self) -> int:
        return len(self.group)


def fill_rows(stand: Stand, floor: HallFloor) -> IntArray:
    """Give the row of each, from 0: a row is closed by the first that its positions or a limit of it do not take.

    Where a row ends within a group that began in it after another, and the group fits a row, the group moves to the
    next row as long as no more than ``EMPTY_SHARE`` of the positions stay empty for it.

    Raises
    ------
    GigaloopError
        If a row takes not even one of them.
    """
    count = len(stand)
    positions = int(floor.racks_per_row)
    if not count:
        return np.empty(0, dtype=np.int32)
    limits = _limits(stand, floor, positions)
    sums = [np.concatenate([[0.0], np.cumsum(column)]) for column, _ in limits]
    first = np.searchsorted(stand.group, stand.group, side="left")
    width = sums[0]
    starts = [0]
    while starts[-1] < count:
        start = starts[-1]
        end = min(
            int(np.searchsorted(total, (total[start] + limit) * (1.0 + _FORGIVEN), side="right")) - 1
            for total, (_, limit) in zip(sums, limits, strict=True)
        )
        if end < count:
            whole = int(first[end])
            if start < whole < end and width[end] - width[whole] <= EMPTY_SHARE * positions:
                end = whole
        starts.append(end)
    lengths = np.diff(starts)
    return np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)


def _limits(stand: Stand, floor: HallFloor, positions: int) -> list[tuple[NDArray[np.generic], float]]:
    """Give the columns that a row limits, with their limits, after checking that each fits a row."""
    found: list[tuple[NDArray[np.generic], float]] = [(stand.width, float(positions))]
    if int(stand.width.max()) > positions:
        why = f"a row of {positions} position{'s' if positions > 1 else ''} does not take a rack of {stand.width.max()}"
        raise GigaloopError(why, hint=f"state 'racks_per_row' of at least {stand.width.max()}")
    for name, column in (("row_power", stand.power), ("row_flow", stand.flow), ("row_mass", stand.mass)):
        limit = getattr(floor, name)
        if limit is None:
            continue
        most = float(column.max())
        if most > float(limit) * (1.0 + _FORGIVEN):
            need = (most - limit.unit.offset) / limit.unit.factor
            raise GigaloopError(
                f"a row with a '{name}' of {limit} does not take one rack of {need:.5g} {limit.unit.symbol}",
                hint=f"state a '{name}' of at least {need:.5g} {limit.unit.symbol}, or leave it out",
            )
        found.append((column, float(limit)))
    return found


def positions_in_rows(row: IntArray, order: FloatArray, width: IntArray) -> IntArray:
    """Give the position of each within its row, from 0: by ``order`` within the row, then as given.

    Parameters
    ----------
    row, order, width
        (n,): the row, where in it, and the positions that it takes.
    """
    ranked = np.lexsort((np.arange(len(row)), order, row))
    before = np.concatenate([[0], np.cumsum(width[ranked])])[:-1]
    first = np.searchsorted(row[ranked], row[ranked], side="left")
    position = np.empty(len(row), dtype=np.int32)
    position[ranked] = before - before[first]
    return position
