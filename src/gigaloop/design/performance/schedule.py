"""Pipelines: what filling and draining costs, and how unevenly layers and ends lie over stages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def bubble_time(
    schedule: NDArray[np.intp],
    stages: FloatArray,
    chunks: FloatArray,
    forward: FloatArray,
    backward: FloatArray,
    weights: FloatArray,
    batches: FloatArray,
) -> FloatArray:
    """Give the time that a stage stands idle in a step while the pipeline fills and drains [s].

    1F1B with ``chunks`` of layers a stage: ``(p - 1) (F + B) / v`` (Narayanan et al., arXiv:2104.04473, section 2.2.2);
    zero-bubble: ``(p - 1) (F + B - 2 W)`` (Qi et al., arXiv:2401.10241, ZB-H1); DualPipe:
    ``(p / 2 - 1) (F + B + B - 3 W)`` with a forward and a backward pass beside one another (DeepSeek-V3,
    arXiv:2412.19437, table 2). With fewer micro-batches than stages there are as many fewer gradients of weights, W, to
    fill with.

    Parameters
    ----------
    schedule
        Index into ``SCHEDULES`` (n,).
    stages, chunks
        (n,)
    forward, backward, weights
        Passes of a micro-batch through a stage [s], the backward one with the gradients of weights, and these alone.
    batches
        Micro-batches (n,).

    Examples
    --------
    Four stages, passes of 1 and 2 s: nine seconds, and half of that with two chunks a stage:

    >>> one, two, four = np.array(1.0), np.array(2.0), np.array(4.0)
    >>> [float(bubble_time(np.array(0), four, v, one, two, one, four)) for v in (one, two)]
    [9.0, 4.5]
    """
    both = forward + backward
    out = (stages - 1.0) * both / chunks
    if np.any(schedule > 0):
        weights = weights * np.minimum(1.0, batches / stages)
        zero = (stages - 1.0) * np.maximum(both - 2.0 * weights, 0.0)
        dual = np.maximum(0.5 * stages - 1.0, 0.0) * np.maximum(both + backward - 3.0 * weights, 0.0)
        out = np.where(schedule == 1, zero, np.where(schedule == 2, dual, out))
    return np.asarray(out)


def slowest_stage(
    layers: FloatArray, stages: FloatArray, chunks: FloatArray, layer: FloatArray, ends: FloatArray
) -> FloatArray:
    """Give the time of a micro-batch on the slowest stage [s].

    Every chunk has ``ceil(L / (p v))`` layers; where that leaves places free, the last stage gives up as many layers as
    make room for what stands behind them, as frameworks that count embedding and loss as layers do.

    Examples
    --------
    126 layers of 1 s over 8 stages with a head of 1 s: 16 each, of which the last stage has 15 and the head.

    >>> one = np.array(1.0)
    >>> float(slowest_stage(np.array(126.0), np.array(8.0), one, one, one))
    16.0

    17 layers over 16 stages with a head of 20 s: the last stage gives up both of its layers and keeps the head.

    >>> float(slowest_stage(np.array(17.0), np.array(16.0), one, one, np.array(20.0)))
    20.0
    """
    slots = stages * chunks
    each = np.ceil(layers / slots)
    free = each * slots - layers
    full = each * chunks * layer
    given = np.minimum(np.minimum(free, each * chunks), np.ceil(ends / layer)) * layer
    return np.asarray(full + np.maximum(ends - given, 0.0))
