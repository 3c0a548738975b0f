"""Times of attention between its projections: fused kernels, and the separate operators of earlier programs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.machine import USUAL_FUNCTIONS, Machine
from gigaloop.design.performance.matrix import BF16, Rates, architecture_of, sustained_rate

FloatArray = NDArray[np.float64]

BACKWARD_PRODUCTS = 2.5
"""Products of the backward pass of fused attention over the forward pass's: five against two, as scores are computed
again. Source: Dao, arXiv:2307.08691."""

UNFUSED_BYTES = (13.0, 19.0)
"""Bytes moved for each score, forward and backward, by separate operators in 16 bits: scores written, softmax read and
written, dropout read and written with its mask, weights read; backward the like twice over.
Source: operators of Korthikanti et al., arXiv:2205.05198, section 4.1."""

TILE_ROWS = 128.0
"""Queries that a block of the kernel works on. Source: arXiv:2307.08691, section 3.3."""


def pairs_of(sequence: FloatArray, window: FloatArray, windowed: FloatArray) -> FloatArray:
    """Give pairs of query and key in a causal sequence, averaged over layers.

    A share ``windowed`` of them looks back ``window`` tokens alone.

    Examples
    --------
    >>> float(pairs_of(np.array(1000.0), np.array(0.0), np.array(0.0)))
    500000.0
    """
    seen = np.where(window > 0.0, np.minimum(window, sequence), sequence)
    full = 0.5 * sequence * sequence
    return np.asarray(full + windowed * (seen * (sequence - 0.5 * seen) - full))


def fused_times(
    machine: Machine,
    constants: Constants,
    clock: FloatArray,
    *,
    pairs: FloatArray,
    heads: FloatArray,
    widths: FloatArray,
    rows: FloatArray,
    edge: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the times of fused attention, forward and backward [s], and its forward FLOPs.

    Parameters
    ----------
    pairs
        Of query and key on an accelerator, all its sequences together, a head (n,).
    heads
        On the accelerator (n,).
    widths
        Of query (or key) plus value (n,).
    rows
        Queries times heads: what blocks of the kernel are cut from (n,).
    edge
        Share of blocks on the diagonal, half of whose work is masked (n,).
    """
    kind = architecture_of(machine)
    flops = 2.0 * pairs * heads * widths
    rate = sustained_rate(machine, BF16, np.asarray(constants.attention)[kind], constants) * clock
    units = np.asarray(UNITS)[kind]
    width = (
        np.asarray(constants.exponential)[kind]
        * USUAL_FUNCTIONS
        / np.asarray(machine.special_functions, dtype=np.float64)
    )
    slow = 1.0 + 2.0 * width / widths
    fill = 1.0 + constants.wave * units * TILE_ROWS / rows
    forward = flops / rate * slow * fill * (1.0 + edge)
    return forward, forward * (BACKWARD_PRODUCTS / constants.attention_backward), flops


def unfused_times(
    rates: Rates, *, scores: FloatArray, heads: FloatArray, width: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give the times of attention by separate operators, forward and backward [s]: full scores, none left out.

    ``scores`` are those of a head over all sequences of a micro-batch, ``rates`` those of 16-bit products.
    """
    flops = 4.0 * scores * heads * width
    products = flops / rates.flops * (1.0 + rates.prologue / width)
    forward = products + scores * heads * UNFUSED_BYTES[0] / rates.memory
    return forward, 2.0 * products + scores * heads * UNFUSED_BYTES[1] / rates.memory


UNITS = (108.0, 142.0, 132.0, 148.0, 224.0, 304.0, 256.0, 256.0, 16.0)
"""Multiprocessors by architecture. Source: as ``constants.TILES``."""
