"""Times of matrix products by their shape: peak and efficiency, waves of tiles, depth, memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.clocks import phase_slowdown
from gigaloop.design.performance.constants import POWER, TILES, Constants
from gigaloop.design.performance.machine import ARCHITECTURES, PRECISIONS, Machine

FloatArray = NDArray[np.float64]

VALUE_BYTES = np.array([2.0, 1.0, 1.03125, 0.5625])
"""Of a value that a matrix product takes, by precision, with the scales of 32 (MX) or 16 values (NVFP4).
Source: OCP Microscaling Formats 1.0, https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf."""

WIDTHS = np.array([1.0, 2.0, 2.0, 4.0])
"""Usual dense peaks over that in 16 bits, by precision. Source: A100 to GB200, data sheets as in the catalogue."""
MOST_POWER = 0.8
"""Bound of the exponent of power. Source: a choice, so that a higher peak at the same power is faster."""
MOST_SHARE = 0.95
"""Of a dense peak that any product reaches, however much power there is. Source: an estimate; the dense peak is that of
the boost clock, of which issue and memory leave a little idle."""
BF16, FP4 = np.asarray(PRECISIONS.index("bf16")), PRECISIONS.index("fp4")


def architecture_of(machine: Machine) -> NDArray[np.intp]:
    """Give the index of a machine's architecture, () or (n,)."""
    kind = machine.architecture
    return np.asarray(ARCHITECTURES.index(kind) if isinstance(kind, str) else kind, dtype=np.intp)


def peak_of(machine: Machine, precision: NDArray[np.intp]) -> FloatArray:
    """Give the dense peak at precisions (n,) [FLOP/s]; not a number where the accelerator has none."""
    peaks = [np.asarray(each, dtype=np.float64) for each in (machine.bf16, machine.fp8, machine.fp8, machine.fp4)]
    return np.asarray(peaks[int(precision)] if precision.ndim == 0 else np.choose(precision, peaks))


def sustained_rate(
    machine: Machine, precision: NDArray[np.intp], share: FloatArray, constants: Constants
) -> FloatArray:
    """Give what power sustains of a share of the dense peak at precisions () or (n,) [FLOP/s].

    The share is that of the architecture. Large products run at the clock that power allows: with more power for the
    same peak they run faster, with less slower, within a factor of two either way and below the peak. A higher peak at
    the same power is never slower.
    """
    peak = peak_of(machine, precision)
    usual = np.asarray(POWER)[architecture_of(machine)] / WIDTHS[precision]
    power = np.asarray(machine.tdp, dtype=np.float64) / peak / usual
    known = np.isfinite(power) & (power > 0.0)
    paced = share * np.clip(np.where(known, power, 1.0), 0.5, 2.0) ** min(constants.power, MOST_POWER)
    return np.asarray(peak * np.minimum(paced, MOST_SHARE))


@dataclass(frozen=True)
class Rates:
    """What matrix products of one precision reach on a machine, () or (n,)."""

    flops: FloatArray
    """Of an endless product [FLOP/s]."""
    lost: FloatArray
    """Results that the last wave of tiles leaves idle."""
    prologue: FloatArray
    """Depth that filling and emptying a tile's pipeline is worth."""
    memory: FloatArray
    """[B/s]"""
    value: FloatArray
    """Bytes of a value."""


def rates_of(
    machine: Machine, precision: NDArray[np.intp], constants: Constants, clock: FloatArray, share: float = 1.0
) -> Rates:
    """Give the rates of a machine's matrix products at precisions () or (n,), at a clock and times ``share``.

    Of those of an FP4 recipe a part runs in 16 bits, and the rate is that of both one after the other.
    """
    kind = architecture_of(machine)
    tiles, reached = np.asarray(TILES)[kind], np.asarray(constants.matrix)
    flops = sustained_rate(machine, precision, reached[kind, precision], constants)
    if np.any(precision == FP4):
        wide = sustained_rate(machine, BF16, reached[kind, BF16], constants)
        both = 1.0 / ((1.0 - constants.wide) / flops + constants.wide / wide)
        flops = np.where(precision == FP4, both, flops)
    flops = flops * clock * share
    slower = phase_slowdown(machine, "memory")
    return Rates(
        flops=flops,
        lost=constants.wave * tiles,
        prologue=constants.prologue * flops / (2.0 * tiles),
        memory=np.asarray(machine.hbm_bandwidth) * constants.bandwidth / np.where(np.isnan(slower), 1.0, slower),
        value=VALUE_BYTES[precision],
    )


@dataclass(frozen=True)
class Products:
    """Times of a product and of the two that its backward pass needs [s], and its FLOPs."""

    forward: FloatArray
    data: FloatArray
    """Gradient of what goes in."""
    weights: FloatArray
    """Gradient of the weights, added up in 32 bits."""
    flops: FloatArray


def products(
    rates: Rates, m: FloatArray, k: FloatArray, n: FloatArray, groups: FloatArray | float = 1.0, ragged: float = 0.0
) -> Products:
    """Give the times of ``groups`` products of (m, k) by (k, n) and of their backward pass.

    Of r by c results of depth d, ``T = 2 (g r c + lost) (d + prologue) / flops``: the first bracket is the smooth mean
    of waves of tiles (the last is part full), the second what a tile costs beside its depth. Moving operands and
    results overlaps but for a share, as the root of the sum of squares. m grows by ``ragged`` rows for each group.
    """
    rows = m + ragged
    left, right, out = groups * m * k, groups * k * n, groups * m * n
    across, inside = groups * rows * n, groups * rows * k
    inputs = rates.value * (left + right)
    scale = 2.0 / rates.flops
    byte = 1.0 / rates.memory

    def time(results: FloatArray, depth: FloatArray, moved: FloatArray) -> FloatArray:
        compute = scale * (results + rates.lost) * (depth + rates.prologue)
        memory = byte * moved
        return np.asarray(np.sqrt(compute * compute + memory * memory))

    return Products(
        forward=time(across, k, inputs + 2.0 * out),
        data=time(inside, n, rates.value * (out + right) + 2.0 * left),
        weights=time(right, rows, rates.value * (out + left) + 8.0 * right),
        flops=2.0 * left * n,
    )
