"""Times of collectives: the fastest regime, the band around it, and what both rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.core.errors import UsageError
from gigaloop.design.collectives import priors
from gigaloop.design.collectives.evaluate import bus_factor, regime_times
from gigaloop.design.collectives.fitted import POOLED, Pool
from gigaloop.design.collectives.regimes import LIBRARY, table
from gigaloop.design.collectives.system import System
from gigaloop.design.records.service import CollectiveTimes

if TYPE_CHECKING:
    from gigaloop.design.collectives.calibration import Calibration


def collective_times(
    system: System,
    collective: str,
    bytes: ArrayLike,  # noqa: A002 - the name in the field
    group: ArrayLike,
    *,
    calibration: Calibration | None = None,
    contention: ArrayLike = 1.0,
    algorithms: tuple[str, ...] = LIBRARY,
    pool: Pool = POOLED,
) -> CollectiveTimes:
    """Estimate the time of a collective for any message sizes and groups, which broadcast against each other.

    Parameters
    ----------
    system
        The machine.
    collective
        One of ``COLLECTIVES``.
    bytes
        Message as nccl-tests counts it: what an accelerator holds in all (...) [B].
    group
        Accelerators (...); those of a group fill whole domains, spread evenly where they do not divide.
    calibration
        Of this machine by its own measurements.
    contention
        How much slower the network is than without others, at least 1 (...).
    algorithms
        Among which the fastest is taken; all that libraries choose among where not given.
    pool
        The constants and how far they are off, fitted on other systems.

    Raises
    ------
    UsageError
        For a collective or algorithm that there is not, a message or group that cannot be, or a group that needs a
        network where the machine has none.

    Notes
    -----
    Validity: one job on healthy links, buffers registered, processes pinned. Sizes below 1 KiB are latency alone.
    """
    size, n, slow = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (bytes, group, contention)))
    _check(system, size, n, slow)
    rows = table(collective, algorithms)
    times = regime_times(rows, system, size, n, pool.constants, slow)
    best, time = times.argmin(axis=-1), times.min(axis=-1)
    if np.isinf(time).any():
        raise UsageError(
            f"{system.name} cannot run {collective} by {' or '.join(algorithms)}",
            hint="leave the algorithms away, or state reduction in its switches",
        )
    spread = pool.spread_of(collective, size, n, np.asarray(system.domain, dtype=np.float64))
    measured = np.zeros(size.shape, dtype=np.bool_)
    basis = pool.basis
    if calibration is not None:
        time, spread, measured = calibration.corrected(collective, algorithms, size, n, time, spread)
        basis = (*calibration.basis, *basis)
    width = np.exp(priors.BAND * spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        bus = np.where(time > 0.0, bus_factor(collective, n) * size / time, 0.0)
    return CollectiveTimes(
        collective=collective,
        bytes=size,
        group=n,
        time=time,
        low=time / width,
        high=time * width,
        bus_bandwidth=bus,
        algorithm=np.asarray(best, dtype=np.int8),
        algorithms=rows.names,
        measured=measured,
        basis=basis,
    )


def _check(system: System, size: np.ndarray, group: np.ndarray, contention: np.ndarray) -> None:
    if not (size.min(initial=1.0) > 0.0 and size.max(initial=1.0) < np.inf):
        raise UsageError(f"a message of {size.min():g} bytes cannot be", hint="state sizes above zero")
    if not (group.min(initial=1.0) >= 1.0 and group.max(initial=1.0) < np.inf):
        raise UsageError(f"a group of {group.min():g} accelerators cannot be", hint="state 1 or more")
    if not contention.min(initial=1.0) >= 1.0:
        raise UsageError(f"contention of {contention.min():g} cannot be", hint="1 is a network without others")
    if np.any((group > np.asarray(system.domain)) & (np.asarray(system.scale_out) <= 0.0)):
        raise UsageError(
            f"a group of {group.max():g} accelerators does not fit the domain of {np.max(system.domain):g} and "
            f"{system.name} has no scale-out network",
            hint=f"state groups of at most {np.max(system.domain):g}, or the bandwidth of the network",
        )
