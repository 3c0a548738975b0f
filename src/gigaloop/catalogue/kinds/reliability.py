"""How often a fleet of accelerators fails and slows down, and how long it takes to go on."""

from __future__ import annotations

from typing import ClassVar

from gigaloop.catalogue.entry import Entry, PositiveFraction
from gigaloop.core.quantity import (
    Bandwidth,
    Data,
    Duration,
    Fraction,
    Number,
    PositiveCount,
    PositiveDuration,
)


class Reliability(Entry):
    """Times between the failures that stop a synchronous job, by part, and the times of detection, restart and repair.

    Each time is that of one part: of all parts of a job, failures come as often as there are parts.
    """

    kind: ClassVar[str] = "reliability"

    accelerator: PositiveDuration
    """Of an accelerator, its memory apart."""
    memory: PositiveDuration
    """Of ``memory_size`` of an accelerator's memory."""
    memory_size: Data
    host: PositiveDuration
    """Of a host with its processors, memory, disks and supplies."""
    host_accelerators: PositiveCount
    """Accelerators of a host."""
    adapter: PositiveDuration
    """Of a network adapter, one to an accelerator."""
    network: PositiveDuration
    """Of an accelerator's share of links and switches, where a fabric of one's own is not computed."""
    software: PositiveDuration
    """Of an accelerator's share of software and of its site."""
    planned: PositiveDuration | None = None
    """Between planned interruptions of a job, whatever its size."""
    detection: Duration
    """From a failure to its detection."""
    restart: Duration
    """From detection to training again, of a job of ``restart_accelerators``, the checkpoint read apart."""
    restart_accelerators: PositiveCount
    restart_growth: Number
    """By which the restart grows with each doubling of the accelerators."""
    repair_share: Fraction
    """Share of the failures of accelerators, memory, hosts and adapters after which the host is out of service."""
    repair: PositiveDuration
    """For which it is out of service."""
    slow: PositiveDuration
    """Between the times at which one of ``host_accelerators`` accelerators, or what serves them, turns slow without
    failing."""
    slow_time: Duration
    """Until a slow host is found and taken out."""
    slow_by: Fraction
    """By which it lengthens the steps of its job."""
    stall: Duration
    """For which any checkpoint stops its job, whatever it holds: to agree on a step, to plan and to begin."""
    storage_bandwidth: Bandwidth
    """To storage that outlives the job, of an accelerator, all writing at once."""
    snapshot_bandwidth: Bandwidth
    """Of an accelerator to the memory of its host."""
    peer_share: PositiveFraction
    """Share of the failures that copies in the memory of other hosts survive."""
    replica_stall: Duration
    """For which a failure stops the other replicas of a job whose data-parallel replicas fail one by one."""
    replica_rejoin: Duration
    """After which the failed replica is back."""
