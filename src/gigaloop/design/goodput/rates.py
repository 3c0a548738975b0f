"""Interruptions of a job from the failures of its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Reliability

FloatArray = NDArray[np.float64]

Number = float | FloatArray


@dataclass(frozen=True)
class FleetRates:
    """A fleet's reliability in plain numbers: rates in 1/s, times in s, bandwidths in B/s.

    Numbers, or columns of shape (samples, 1) where what is not known of them is drawn.
    """

    accelerator: Number
    """Of one accelerator, its memory apart."""
    memory: Number
    """Of one byte of its memory."""
    host: Number
    host_accelerators: Number
    adapter: Number
    network: Number
    """Of one accelerator's share."""
    software: Number
    """Of one accelerator's share."""
    planned: Number
    """Of a job."""
    detection: Number
    restart: Number
    restart_accelerators: Number
    restart_growth: Number
    repair_share: Number
    repair: Number
    slow: Number
    """Of as many accelerators as ``host_accelerators``, however a machine groups them."""
    slow_time: Number
    slow_by: Number
    stall: Number
    """Of a checkpoint, whatever its size."""
    storage_bandwidth: Number
    snapshot_bandwidth: Number
    peer_share: Number
    replica_stall: Number
    replica_rejoin: Number

    def restart_of(self, accelerators: ArrayLike) -> FloatArray:
        """Give the time to restart a job of so many accelerators [s]: it grows with each doubling."""
        doublings = np.log2(np.asarray(accelerators, dtype=np.float64) / self.restart_accelerators)
        return self.restart * np.maximum(1.0 + self.restart_growth * doublings, 0.0)


_INTERVALS = ("accelerator", "host", "adapter", "network", "software", "slow")
_NUMBERS = (
    "detection",
    "restart",
    "restart_growth",
    "repair_share",
    "repair",
    "slow_time",
    "slow_by",
    "stall",
    "storage_bandwidth",
    "snapshot_bandwidth",
    "peer_share",
    "replica_stall",
    "replica_rejoin",
)


def fleet_rates(entry: Reliability) -> FleetRates:
    """Give a fleet of the catalogue in plain numbers."""
    return _rates(entry, lambda name: float(getattr(entry, name)))


def fleet_samples(entry: Reliability, samples: int, seed: int = 0) -> FleetRates:
    """Draw what is not known of a fleet: columns of shape (samples, 1).

    Triangular about the value, over the logarithm where an end is not 0. Times between failures are drawn together: a
    fleet that is run badly fails in all its parts, as two clusters of one operator differ. The other numbers are drawn
    each on its own.

    Parameters
    ----------
    entry
        The entry.
    samples
        How many to draw.
    seed
        Of the draws.
    """
    random = np.random.default_rng(seed)
    together = random.random((samples, 1))

    def number(name: str) -> FloatArray:
        quantity = getattr(entry, name)
        low, high = quantity.bounds
        base = min(max(float(quantity), low), high)
        at = together if name in (*_INTERVALS, "memory") and name != "slow" else random.random((samples, 1))
        if low <= 0.0:
            return _triangular(at, low, base, high)
        return np.exp(_triangular(at, float(np.log(low)), float(np.log(base)), float(np.log(high))))

    return _rates(entry, number)


def _triangular(at: FloatArray, low: float, base: float, high: float) -> FloatArray:
    """Give the quantiles of a triangular distribution."""
    if low == high:
        return np.full(at.shape, base)
    below = (base - low) / (high - low)
    rising = low + np.sqrt(at * (high - low) * (base - low))
    return np.asarray(np.where(at < below, rising, high - np.sqrt((1.0 - at) * (high - low) * (high - base))))


def _rates(entry: Reliability, number: Callable[[str], Number]) -> FleetRates:
    return FleetRates(
        **{name: 1.0 / number(name) for name in _INTERVALS},
        **{name: number(name) for name in _NUMBERS},
        memory=1.0 / (number("memory") * float(entry.memory_size)),
        planned=0.0 if entry.planned is None else 1.0 / number("planned"),
        host_accelerators=float(entry.host_accelerators),
        restart_accelerators=float(entry.restart_accelerators),
    )


def interruption_rates(
    accelerators: ArrayLike,
    rates: FleetRates,
    *,
    memory: ArrayLike,
    host_accelerators: ArrayLike | None = None,
    network: ArrayLike | None = None,
) -> Mapping[str, FloatArray]:
    """Give the interruptions of jobs by ``INTERRUPTION_CAUSES`` [1/s]; shapes broadcast.

    Any failure stops a synchronous job, so that rates add up over its parts.

    Parameters
    ----------
    accelerators
        Of the job.
    rates
        Of the fleet.
    memory
        Of an accelerator [B].
    host_accelerators
        Accelerators of a host; the fleet's where not given.
    network
        Interruptions by the network [1/s], where a fabric of one's own gives them.
    """
    n = np.asarray(accelerators, dtype=np.float64)
    hosts = n / np.asarray(rates.host_accelerators if host_accelerators is None else host_accelerators)
    found = {
        "accelerators": n * rates.accelerator,
        "memory": n * rates.memory * np.asarray(memory, dtype=np.float64),
        "hosts": hosts * rates.host,
        "adapters": n * rates.adapter,
        "network": n * rates.network if network is None else np.asarray(network, dtype=np.float64) + 0.0 * n,
        "software and site": n * rates.software,
    }
    shape = np.broadcast_shapes(*(each.shape for each in found.values()))
    return {cause: np.broadcast_to(each, shape) for cause, each in found.items()}
