"""How fast a fabric carries collectives, and what failures leave of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.fabric import FloatArray

COLLECTIVES = ("all_reduce", "reduce_scatter", "all_gather", "all_to_all", "broadcast", "send_recv")


@dataclass(frozen=True)
class CollectiveTimes:
    """Times of a collective, arrays (...) of the broadcast of message sizes and groups."""

    collective: str
    bytes: FloatArray
    group: FloatArray
    """Accelerators."""
    time: FloatArray
    """[s]"""
    low: FloatArray
    """Lower end of the band [s]."""
    high: FloatArray
    bus_bandwidth: FloatArray
    """As nccl-tests counts it [B/s]."""
    algorithm: NDArray[np.int8]
    """Index into ``algorithms``."""
    algorithms: tuple[str, ...]
    measured: NDArray[np.bool_]
    """Whether measurements of this or a like system lie around the point; the band is wide where not."""
    basis: tuple[str, ...]
    """What the constants rest on, with source."""


@dataclass(frozen=True)
class Resilience:
    """What failures leave of a fabric, by Monte Carlo."""

    failed: str
    """``links``, ``optics``, ``switches`` or ``planes``."""
    count: int
    draws: int
    bandwidth: FloatArray
    """Share of the bandwidth left to the worst-hit job, (draws,)."""
    mean_bandwidth: FloatArray
    """Share of the fabric's bandwidth left, (draws,)."""
    nodes_cut: FloatArray
    """Nodes without any path, (draws,)."""
    jobs_hit: FloatArray
    """Jobs that lose bandwidth, (draws,)."""
    jobs_stopped: FloatArray
    """Jobs with a node without any path, (draws,)."""
