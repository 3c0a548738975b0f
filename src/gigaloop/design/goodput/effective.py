"""Effective training time: interruptions, checkpoints, restarts, slow hosts and spares put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.goodput.checkpoint import daly, expected_time, optimal_interval, young
from gigaloop.design.goodput.rates import FleetRates, interruption_rates
from gigaloop.design.goodput.spares import fewest_spares, out_of_service, short_share
from gigaloop.design.records.goodput import CHECKPOINTS, GOODPUT_PARTS, Goodput

FloatArray = NDArray[np.float64]

WAITING = 1e-3
"""Share of time that a job may wait for a repair where its spares are not stated."""


_NEVER = 1e-30
"""A rate of failures that never come, for columns that have none of a kind [1/s]."""


def goodput(
    accelerators: ArrayLike,
    states: ArrayLike,
    rates: FleetRates,
    *,
    memory: ArrayLike,
    checkpoint: str = "asynchronous",
    interval: ArrayLike | None = None,
    host_accelerators: ArrayLike | None = None,
    network: ArrayLike | None = None,
    storage: ArrayLike = np.inf,
    domain: ArrayLike | None = None,
    domain_used: ArrayLike | None = None,
    spare_domains: ArrayLike | None = None,
    replicas: ArrayLike = 1,
) -> Goodput:
    """Give what of the time of synchronous jobs is training; shapes broadcast.

    Parameters
    ----------
    accelerators
        At work in the job.
    states
        What a checkpoint holds: weights and optimiser states [B].
    rates
        Of the fleet.
    memory
        Of an accelerator [B].
    checkpoint
        One of ``CHECKPOINTS``.
    interval
        Work between checkpoints [s]; the best one where not given.
    host_accelerators
        Accelerators of a host; the fleet's where not given.
    network
        Interruptions by the network [1/s], where a fabric of one's own gives them.
    storage
        Most that storage takes in from all accelerators together [B/s].
    domain
        Accelerators of a scale-up domain; one host where not given.
    domain_used
        Those of them at work; all where not given, else the others stand by within the domain.
    spare_domains
        Whole domains that stand by; as few as keep waiting below ``WAITING`` where not given.
    replicas
        Data-parallel replicas that can fail and come back one by one while the others go on; 1 where any failure
        restarts the whole job.

    Notes
    -----
    Where replicas fail alone (Salpekar et al., arXiv:2602.00277), a failure stops the others for ``replica_stall`` and
    takes its own away for ``replica_rejoin``; only failures that no copy of the states survives fall back on storage.

    With peer copies there are two levels, as in Moody et al., SC 2010, doi:10.1109/SC.2010.18: failures that the copies
    survive fall back on them, the rest on storage. The expected time of each level counts its own failures, over the
    work that the other one lets through, which holds as long as either is small. Storage takes each copy that it has
    the time for, behind the work.

    Raises
    ------
    UsageError
        If the way to write checkpoints is not known.
    """
    if checkpoint not in CHECKPOINTS:
        raise UsageError(f"checkpoints are not written '{checkpoint}'", hint=f"one of: {', '.join(CHECKPOINTS)}")
    n = np.asarray(accelerators, dtype=np.float64)
    per_host = np.asarray(rates.host_accelerators if host_accelerators is None else host_accelerators)
    causes = interruption_rates(n, rates, memory=memory, host_accelerators=per_host, network=network)
    rate = np.asarray(np.sum(list(causes.values()), axis=0))
    states = np.asarray(states, dtype=np.float64)
    written = rates.stall + states / np.minimum(n * rates.storage_bandwidth, storage)
    snapshot = np.minimum(rates.stall + states / (n * rates.snapshot_bandwidth), written)
    blocked = written if checkpoint == "blocking" else snapshot
    behind = written - blocked
    groups = np.asarray(replicas, dtype=np.float64)
    alone = (groups > 1.0) & np.ones_like(rate, dtype=np.bool_)
    near = rate * np.where(alone | (checkpoint == "peer"), rates.peer_share, 1.0)
    copies = np.logical_and(checkpoint == "peer", ~alone)
    read, late = np.where(copies, snapshot, written), np.where(copies, 0.0, behind)
    falls = np.where(alone, rate - near, near)
    kept = optimal_interval(falls, blocked, late) if interval is None else np.maximum(interval, late)
    shares = dict.fromkeys(GOODPUT_PARTS, np.zeros(())) | _shares(kept, falls, blocked, read, late)
    if np.any(copies):
        rare = np.where(copies, rate - near, _NEVER)
        below = _shares(np.maximum(kept, behind), rare, np.zeros_like(blocked), written, behind)
        for part, share in shares.items():
            shares[part] = share * below["training"] + (below.get(part, 0.0) if part != "training" else 0.0)
    downtime = rates.detection + rates.restart_of(n)
    down = np.where(alone, near * rates.replica_stall + (rate - near) * downtime, rate * downtime)
    _take(shares, "detection and restart", down / (1.0 + down))
    away = np.where(alone, np.minimum(near * rates.replica_rejoin / groups, 1.0), 0.0) * shares["training"]
    shares["detection and restart"] = shares["detection and restart"] + away
    shares["training"] = shares["training"] - away
    pause = written + rates.restart_of(n) + read
    _take(shares, "planned stops", rates.planned * pause / (1.0 + rates.planned * pause))
    slow = -np.expm1(-n / rates.host_accelerators * rates.slow * rates.slow_time)
    shares["stragglers"] = shares["training"] * slow * rates.slow_by / (1.0 + rates.slow_by)
    shares["training"] = shares["training"] - shares["stragglers"]
    waiting, held = _waiting(n, per_host, memory, rates, domain, domain_used, spare_domains)
    _take(shares, "waiting for repair", waiting)
    shape = np.broadcast_shapes(*(np.shape(each) for each in (*shares.values(), held)))
    full = {part: np.broadcast_to(share, shape) for part, share in shares.items()}
    return Goodput(
        accelerators=np.broadcast_to(n, shape),
        held=np.broadcast_to(held, shape),
        rates={cause: np.broadcast_to(each, shape) for cause, each in causes.items()},
        checkpoint=checkpoint,
        checkpoint_interval=np.broadcast_to(kept, shape),
        young=np.broadcast_to(young(rate, blocked), shape),
        daly=np.broadcast_to(daly(rate, blocked), shape),
        blocked=np.broadcast_to(blocked, shape),
        written=np.broadcast_to(written, shape),
        parts=full,
    )


def _shares(
    interval: FloatArray, rate: FloatArray, blocked: FloatArray, read: FloatArray, behind: ArrayLike
) -> dict[str, FloatArray]:
    """Cut the expected time of an interval, without downtime, into shares.

    Failures happen at the rate in all that time; each is followed by a read that lasts until it is done or fails.
    """
    whole = expected_time(interval, rate, blocked, read=read, behind=behind)
    shares = {
        "training": interval / whole,
        "checkpoint writes": blocked / whole,
        "checkpoint reads": -np.expm1(-rate * read),
    }
    shares["lost work"] = np.maximum(1.0 - np.sum(np.broadcast_arrays(*shares.values()), axis=0), 0.0)
    return shares


def _take(shares: dict[str, FloatArray], part: str, share: FloatArray) -> None:
    """Give a part a share of all time, which the other parts make room for."""
    for each in shares:
        shares[each] = shares[each] * (1.0 - share)
    shares[part] = shares[part] + share


def _waiting(
    n: FloatArray,
    per_host: FloatArray,
    memory: ArrayLike,
    rates: FleetRates,
    domain: ArrayLike | None,
    domain_used: ArrayLike | None,
    spare_domains: ArrayLike | None,
) -> tuple[FloatArray, FloatArray]:
    """Give the share of time for which a job waits for a repair, and the accelerators that it holds."""
    size = per_host if domain is None else np.asarray(domain, dtype=np.float64)
    used = size if domain_used is None else np.asarray(domain_used, dtype=np.float64)
    if np.any(used > size):
        raise UsageError("more accelerators of a domain are used than it has", hint="use at most all of them")
    domains = np.ceil(n / used)
    per_accelerator = rates.accelerator + rates.memory * np.asarray(memory, dtype=np.float64) + rates.adapter
    failing = (per_accelerator * per_host + rates.host) * rates.repair_share
    host_out = out_of_service(failing, rates.repair)
    in_use = np.ceil(used / per_host)
    domain_out = short_share(in_use, np.floor(size / per_host) - in_use, host_out)
    if spare_domains is None:
        spare = fewest_spares(domains, domain_out, WAITING)
    else:
        spare = np.asarray(spare_domains, dtype=np.float64)
    return short_share(domains, spare, domain_out), (domains + spare) * size
