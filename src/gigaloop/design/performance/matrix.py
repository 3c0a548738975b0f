"""Times of matrix products by their shape: peak and efficiency, waves of tiles, depth, memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.clocks import clock_share, phase_slowdown
from gigaloop.design.performance.constants import POWER, TILES, Constants
from gigaloop.design.performance.machine import ARCHITECTURES, PRECISIONS, Machine

FloatArray = NDArray[np.float64]

VALUE_BYTES = np.array([2.0, 1.0, 1.03125, 0.5625])
"""Of a value that a matrix product takes, by precision, with the scales of 32 (MX) or 16 values (NVFP4).
Source: OCP Microscaling Formats 1.0, https://www.opencompute.org/documents/ocp-microscaling-formats-mx-v1-0-spec-final-pdf."""

FP4 = PRECISIONS.index("fp4")


def architecture_of(machine: Machine) -> NDArray[np.intp]:
    """Give the index of a machine's architecture, () or (n,)."""
    kind = machine.architecture
    return np.asarray(ARCHITECTURES.index(kind) if isinstance(kind, str) else kind, dtype=np.intp)


def peak_of(machine: Machine, precision: NDArray[np.intp]) -> FloatArray:
    """Give the dense peak at precisions (n,) [FLOP/s]; not a number where the accelerator has none."""
    peaks = [np.asarray(each, dtype=np.float64) for each in (machine.bf16, machine.fp8, machine.fp8, machine.fp4)]
    return np.asarray(peaks[int(precision)] if precision.ndim == 0 else np.choose(precision, peaks))


def pace_of(machine: Machine, constants: Constants) -> FloatArray:
    """Give the pace of compute over that of its architecture's constants, () or (n,).

    Large products run at the clock that power allows: with more power for the same peak they run faster, up to half as
    much again, and under a cap slower (:func:`~gigaloop.design.performance.clocks.clock_share`).
    """
    tdp = np.asarray(machine.tdp, dtype=np.float64)
    share = tdp / np.asarray(machine.bf16, dtype=np.float64) / np.asarray(POWER)[architecture_of(machine)]
    known = np.isfinite(share) & (share > 0.0)
    pace = np.clip(np.where(known, share, 1.0), 0.5, 1.5) ** constants.power
    return np.asarray(np.where(known, pace * clock_share(machine), 1.0))


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
    machine: Machine, precision: NDArray[np.intp], constants: Constants, pace: FloatArray, share: float = 1.0
) -> Rates:
    """Give the rates of a machine's matrix products at precisions () or (n,), times ``share``.

    Of those of an FP4 recipe a part runs in 16 bits, and the rate is that of both one after the other.
    """
    kind = architecture_of(machine)
    tiles, reached = np.asarray(TILES)[kind], np.asarray(constants.matrix)
    flops = peak_of(machine, precision) * reached[kind, precision]
    if np.any(precision == FP4):
        wide = np.asarray(machine.bf16, dtype=np.float64) * reached[kind, 0]
        both = 1.0 / ((1.0 - constants.wide) / flops + constants.wide / wide)
        flops = np.where(precision == FP4, both, flops)
    flops = flops * pace * share
    return Rates(
        flops=flops,
        lost=constants.wave * tiles,
        prologue=constants.prologue * flops / (2.0 * tiles),
        memory=np.asarray(machine.hbm_bandwidth) * constants.bandwidth / phase_slowdown(machine, "memory"),
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
