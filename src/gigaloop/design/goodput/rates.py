"""Interruptions of a job from the failures of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Reliability

FloatArray = NDArray[np.float64]

End = Literal["value", "calm", "harsh"]


@dataclass(frozen=True)
class FleetRates:
    """A fleet's reliability in plain numbers: rates in 1/s, times in s, bandwidths in B/s."""

    accelerator: float
    """Of one accelerator, its memory apart."""
    memory: float
    """Of one byte of its memory."""
    host: float
    host_accelerators: float
    adapter: float
    network: float
    """Of one accelerator's share."""
    software: float
    """Of one accelerator's share."""
    planned: float
    """Of a job."""
    detection: float
    restart: float
    restart_accelerators: float
    restart_growth: float
    repair_share: float
    repair: float
    slow: float
    """Of one host."""
    slow_time: float
    slow_by: float
    stall: float
    """Of a checkpoint, whatever its size."""
    storage_bandwidth: float
    snapshot_bandwidth: float
    peer_share: float

    def restart_of(self, accelerators: ArrayLike) -> FloatArray:
        """Give the time to restart a job of so many accelerators [s]: it grows with each doubling."""
        doublings = np.log2(np.asarray(accelerators, dtype=np.float64) / self.restart_accelerators)
        return self.restart * np.maximum(1.0 + self.restart_growth * doublings, 0.0)


_HARSH = {
    "detection": 1,
    "restart": 1,
    "restart_growth": 1,
    "repair_share": 1,
    "repair": 1,
    "slow_time": 1,
    "slow_by": 1,
    "stall": 1,
    "storage_bandwidth": 0,
    "snapshot_bandwidth": 0,
    "peer_share": 0,
}
_INTERVALS = ("accelerator", "host", "adapter", "network", "software", "slow")


def fleet_rates(entry: Reliability, end: End = "value") -> FleetRates:
    """Give a fleet of the catalogue in plain numbers.

    Parameters
    ----------
    entry
        The entry.
    end
        ``calm`` and ``harsh`` take each number at the end of its range at which more, or less, of the time is training.
    """

    def number(name: str, harsh: int) -> float:
        quantity = getattr(entry, name)
        return float(quantity) if end == "value" else float(quantity.bounds[harsh if end == "harsh" else 1 - harsh])

    return FleetRates(
        **{name: 1.0 / number(name, 0) for name in _INTERVALS},
        **{name: number(name, harsh) for name, harsh in _HARSH.items()},
        memory=1.0 / (number("memory", 0) * float(entry.memory_size)),
        planned=0.0 if entry.planned is None else 1.0 / number("planned", 0),
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
