"""What a power cap does to the clock, and the power that an accelerator draws by what it does.

Matrix products run into the power limit: their clock is the highest at which power stays under the cap. Work that waits
for memory or for the network draws less and keeps its rate until the cap reaches what it draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.machine import Machine, Number

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PowerLaw:
    """Power of matrix products over the clock, both as shares of what they are at the thermal design power.

    ``p = s + (1 - s) f^a``: leakage, memory and links do not follow the clock, the rest goes as ``f V^2`` with a
    voltage that rises with the clock, from ``a = 1`` where it stands at its floor to 3 where it is proportional.
    """

    fixed: float
    """Share of power that does not follow the clock, ``s``."""
    exponent: float
    """``a``"""
    floor: float
    """Lowest clock, as a share."""


LAW = PowerLaw(fixed=0.27, exponent=2.0, floor=0.1)
"""Source: both by a GB300 whose large matrix products fall from 1,600-2,174 to 617 TFLOP/s between 1,400 and 500 W
(https://github.com/facebookexperimental/triton/pull/2023, 2026-07: 0.28 to 0.39 of the rate at 0.36 of the power), with
10 to 15 % of a training step lost by an H100 at 600 of 700 W (https://factryze.ai/scale-atlas/power/power-capping).
Held out: the optimum of throughput over power of a GB200 fleet near 1,000 of 1,200 W (arXiv:2605.24461), and 97 % of
the throughput at 15 % less energy by NVIDIA's profiles on B200, of applications that are not matrix products alone
(https://developer.nvidia.com/blog/optimize-data-center-efficiency-for-ai-and-hpc-workloads-with-power-profiles). The
floor is 210 of 1,980 MHz, the least clock that an H100 can be set to."""

LOW, HIGH = PowerLaw(0.35, 1.6, 0.1), PowerLaw(0.20, 2.6, 0.1)
"""Source: ends of the range within which the law keeps to the measurements named at :data:`LAW`."""


def clock_share(machine: Machine, law: PowerLaw = LAW) -> FloatArray:
    """Give the clock of matrix products under the machine's power cap, over that at its thermal design power.

    Efficiencies of matrix products are those at the thermal design power, with the throttling that they see there; a
    cap above it gives nothing back.

    Parameters
    ----------
    machine
        One machine, or a column of machines (n,).
    law
        Of power over the clock.

    Returns
    -------
    NDArray
        Share from the law's floor to 1, () or (n,).

    Examples
    --------
    An H100 held to 500 of its 700 W:

    >>> from gigaloop.design.performance.clocks import LAW, share_at
    >>> round(float(share_at(500 / 700)), 2)
    0.78
    """
    return share_at(np.asarray(machine.power, dtype=np.float64) / np.asarray(machine.tdp, dtype=np.float64), law)


def share_at(cap: Number, law: PowerLaw = LAW) -> FloatArray:
    """Give the clock share at a cap over the thermal design power; shapes broadcast."""
    dynamic = np.maximum((np.asarray(cap, dtype=np.float64) - law.fixed) / (1.0 - law.fixed), 0.0)
    return np.asarray(np.clip(dynamic ** (1.0 / law.exponent), law.floor, 1.0))


PHASES = ("matrix", "attention", "memory", "communication", "waiting", "idle")
"""What an accelerator does: matrix products, fused attention, operators bound by memory, exposed communication, waiting
for others within a step, and standing without a job."""


@dataclass(frozen=True)
class PhasePower:
    """Power of an accelerator in a phase, over its thermal design power."""

    low: float
    base: float
    high: float
    source: str


PHASE_POWER: Mapping[str, PhasePower] = MappingProxyType(
    {
        "matrix": PhasePower(
            0.90,
            1.0,
            1.05,
            "matrix products of an H100 are bound by power: https://www.thonking.ai/p/strangely-matrix-multiplications",
        ),
        "attention": PhasePower(0.75, 0.9, 1.0, "assumption: between matrix products and memory-bound work"),
        "memory": PhasePower(
            0.35, 0.5, 0.65, "decode of an H200 draws 137 to 300 of 700 W: arXiv:2605.11999; full bandwidth draws more"
        ),
        "communication": PhasePower(0.3, 0.45, 0.6, "troughs of training iterations, arXiv:2308.12908 and 2508.14318"),
        "waiting": PhasePower(0.2, 0.3, 0.45, "assumption: a kernel that polls, clocks high and memory idle"),
        "idle": PhasePower(0.08, 0.12, 0.2, "assumption: about 70 to 120 of 700 W without a job"),
    }
)
"""Power by phase. Source: named with each; what is between measurements, or rests on none, says that it is assumed."""


def phase_power(machine: Machine, phase: str) -> FloatArray:
    """Give the power of an accelerator in one of ``PHASES`` [W], never above its cap; broadcasts."""
    power = PHASE_POWER[phase].base * np.asarray(machine.tdp, dtype=np.float64)
    return np.asarray(np.minimum(power, np.asarray(machine.power, dtype=np.float64)))


def phase_slowdown(machine: Machine, phase: str, law: PowerLaw = LAW) -> FloatArray:
    """Give the factor on the time of a phase under the machine's power cap, at least 1; broadcasts.

    Matrix products and attention follow the clock. The others are untouched until the cap is below what they draw;
    from there on they too slow down, by the law's dynamic part.
    """
    cap = np.asarray(machine.power, dtype=np.float64) / np.asarray(machine.tdp, dtype=np.float64)
    drawn = PHASE_POWER[phase].base
    return np.asarray(1.0 / share_at(np.minimum(cap / min(drawn, 1.0), 1.0), law))
