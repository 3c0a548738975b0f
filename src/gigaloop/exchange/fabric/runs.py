"""Links gathered into runs over consecutive devices or ports, so that a file says each run once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.exchange.fabric.cabling import Cabling

_ENDS = ("a", "a_port", "b", "b_port")


@dataclass(frozen=True)
class Runs:
    """Runs of links, columns (n,): where each begins in the order of ``rows``, its links, and its steps (n, 4)."""

    rows: NDArray[np.int64]
    """All links, by layer, kind and upper end."""
    begin: NDArray[np.int64]
    count: NDArray[np.int64]
    step: NDArray[np.int64]
    """Of a, its port, b and its port from each link to the next; at either end one of the two is 0."""


def runs_of(cabling: Cabling, kind: NDArray[np.int64]) -> Runs:
    """Gather links of one kind whose lower device or port, and upper device or port, go up by equal steps.

    Parameters
    ----------
    cabling
        Links, (m,).
    kind
        What has to be the same within a run, (m,).

    Notes
    -----
    Runs are maximal but where steps change from link to link; a run has two links or more, or stands alone.
    """
    rows = np.lexsort((cabling.b_port, cabling.b, kind))
    ends = np.stack([getattr(cabling, name)[rows].astype(np.int64) for name in _ENDS], axis=1)
    step = np.diff(ends, axis=0)
    here = kind[rows]
    one_moves = np.minimum(step[:, 0] == 0, True) | (step[:, 1] == 0), (step[:, 2] == 0) | (step[:, 3] == 0)
    valid = one_moves[0] & one_moves[1] & (step >= 0).all(axis=1) & (here[1:] == here[:-1])
    valid &= (step[:, :2].any(axis=1)) & (step[:, 2:].any(axis=1))
    changes = np.ones(len(rows), dtype=np.bool_)
    changes[2:] = (step[1:] != step[:-1]).any(axis=1)
    # Of links whose steps keep changing, every second begins a run: its successor may take any step.
    place = np.arange(len(rows))
    block = np.maximum.accumulate(np.where(changes & ~np.append(False, changes[:-1]), place, -1))
    begins = changes & ((place - block) % 2 == 0)
    begins[1:] |= ~valid
    begin = np.flatnonzero(begins)
    count = np.diff(np.append(begin, len(rows)))
    steps = np.zeros((len(begin), len(_ENDS)), dtype=np.int64)
    several = count > 1
    steps[several] = step[begin[several]]
    return Runs(rows, begin, count, steps)
