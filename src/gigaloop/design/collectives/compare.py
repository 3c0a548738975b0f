"""Expected against measured: whether a run is as fast as its machine should be, and what would explain it if not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.design.collectives.calibration import Calibration, calibrate
from gigaloop.design.collectives.fitted import POOLED, SIZES, Pool
from gigaloop.design.collectives.measurements import Measurements
from gigaloop.design.collectives.priors import FloatArray
from gigaloop.design.collectives.system import System
from gigaloop.design.collectives.times import collective_times
from gigaloop.design.records.service import CollectiveTimes

PCIE = 64e9
"""Bandwidth of an accelerator over PCI Express 5.0 with 16 lanes, per direction [B/s]. Source: PCI-SIG,
https://pcisig.com/specifications, 32 GT/s a lane."""

_ALIKE = 0.1
"""Mean error of the logarithm of time within which a cause explains a run. Source: an estimate, that of the model."""

_SMALL = 2.0**16
"""Messages whose time is latency, 64 KiB [B]."""


@dataclass(frozen=True)
class Reason:
    """Something that would make the machine as fast as measured, and how far it is off with it.

    Parameters
    ----------
    why
        For people.
    off
        Mean error of the logarithm of time, of the messages that were judged.
    """

    why: str
    off: float


@dataclass(frozen=True)
class Comparison:
    """A measured run against what its machine should do: columns (m,) by rising size."""

    measured: Measurements
    expected: CollectiveTimes
    bus_bandwidth: FloatArray
    """As measured [B/s]."""
    reasons: tuple[Reason, ...]
    """The likeliest first; empty where the large messages are as expected, or nothing explains them."""
    calibration: Calibration

    @property
    def verdict(self) -> tuple[str, ...]:
        """Say of each size whether it lies in the band: ``as expected``, ``slower`` or ``faster``."""
        time = self.measured.time
        slower, faster = time > self.expected.high, time < self.expected.low
        return tuple("slower" if s else "faster" if f else "as expected" for s, f in zip(slower, faster, strict=True))


def compare(
    measurements: Measurements, system: System, *, contention: float = 1.0, hashed: float = 1.0, pool: Pool = POOLED
) -> tuple[Comparison, ...]:
    """Hold the runs of a machine against what it should do.

    Parameters
    ----------
    measurements
        Of the machine.
    system
        What the machine is by its data sheets.
    contention
        How much slower its network is than without others, for groups beyond a domain.
    hashed
        The same with flows hashed to paths, as a possible cause.
    pool
        What is known of other machines.
    """
    out = []
    for collective, algorithms, group, run in measurements.series():
        slow = contention if group > float(system.domain) else 1.0
        expected = collective_times(
            system, collective, run.bytes, group, contention=slow, algorithms=algorithms, pool=pool
        )
        reasons = tuple(_reasons(run, system, expected, collective, algorithms, group, slow, hashed, pool))
        bus = expected.bus_bandwidth * expected.time / run.time
        out.append(Comparison(run, expected, bus, reasons, calibrate(run, system, pool=pool)))
    return tuple(out)


def _reasons(
    run: Measurements,
    system: System,
    expected: CollectiveTimes,
    collective: str,
    algorithms: tuple[str, ...],
    group: float,
    slow: float,
    hashed: float,
    pool: Pool,
) -> Iterator[Reason]:
    judged = run.bytes >= min(SIZES[1], float(run.bytes.max()))
    error = np.log(run.time / expected.time)
    found = []
    if abs(float(error[judged].mean())) > _ALIKE:
        for why, other, factor in _causes(system, group, slow, hashed):
            times = collective_times(
                other, collective, run.bytes[judged], group, contention=factor, algorithms=algorithms, pool=pool
            )
            off = float(np.abs(np.log(run.time[judged] / times.time)).mean())
            if off < _ALIKE and off < 0.5 * float(np.abs(error[judged]).mean()):
                found.append(Reason(why, off))
        yield from sorted(found, key=lambda each: each.off)
    small = run.bytes <= _SMALL
    if small.any() and float(error[small].mean()) > float(np.log(1.5)):
        took, should = float(run.time[small].min()) * 1e6, float(expected.time[small].min()) * 1e6
        why = (
            f"a call takes {took:.3g} us where {should:.3g} us are expected: host, launch or network latency, "
            "processes not pinned, or too few iterations to warm up"
        )
        yield Reason(why, float(np.abs(error[small]).mean()))


def _causes(system: System, group: float, slow: float, hashed: float) -> Iterator[tuple[str, System, float]]:
    """Give what may be wrong or better, as a machine and a contention."""
    up, out = float(system.scale_up), float(system.scale_out)
    if system.in_switch_reduction:
        without = replace(system, in_switch_reduction=False, in_network_reduction=False)
        yield "the switches of the domain do not reduce: NVLS is off or not granted", without, slow
    for share, text in ((0.5, "half"), (0.75, "three quarters")):
        yield f"links within the domain run at {text} of their rate", replace(system, scale_up=share * up), slow
    yield (
        "accelerators reach each other over PCI Express",
        replace(system, scale_up=min(PCIE, up), in_switch_reduction=False, in_network_reduction=False),
        slow,
    )
    if out <= 0.0:
        return
    if group > float(system.domain):
        for share, text in ((0.25, "a quarter"), (0.5, "half"), (0.75, "three quarters")):
            yield f"{text} of the network ports are at work", replace(system, scale_out=share * out), slow
        if hashed > slow:
            yield "flows are hashed to equal paths and collide", system, hashed
        if not system.in_network_reduction:
            yield "the network reduces (SHARP)", replace(system, in_network_reduction=True), slow
    if group > 1.0:
        spread = replace(system, domain=1.0, in_switch_reduction=False, in_network_reduction=False)
        yield "the group does not share domains: all of it goes over the network", spread, slow
