"""What data parallelism costs a step: gradients, weights, optimiser."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.performance.traffic import Group, Links, exposed, group_of
from gigaloop.design.transformer import Transformer, layer_weights

FloatArray = NDArray[np.float64]

WEIGHT_BYTES = 2.0
"""Of a weight as it is gathered. Source: arXiv:1910.02054, section 3.1."""
UPDATE_BYTES = 34.0
"""Bytes moved for a parameter by Adam in mixed precision: gradient, master weight and both moments read (16), the last
three written (12), 16-bit weight written (2), gradient read for its norm (4). Source: arXiv:1910.02054, section 3.1."""
CLEAR_BYTES = 4.0
"""Bytes moved for a parameter that is held, sharded or not: its gradient set to zero. Source: counted."""
BUCKET = 400e6
"""Bytes of a collective call. Source: https://github.com/NVIDIA/Megatron-LM, buckets of 40 M parameters or more and
400 MB for hundreds of ranks."""


def data_parallel_times(
    model: Transformer,
    machine: Machine,
    job: Job,
    strategies: Strategies,
    constants: Constants,
    links: Links,
    forward: FloatArray,
    backward: FloatArray,
    batches: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give what shows of data parallelism in a step, the optimiser's time, and what compute hides, (n,) [s].

    Gradients are reduced once a step behind the last micro-batch's backward pass, weights gathered behind the first
    one's forward pass; where weights are sharded (ZeRO stage 3, FSDP), both go with every micro-batch, and weights are
    gathered twice. Volumes are those of Rajbhandari et al., arXiv:1910.02054, section 7.

    Parameters
    ----------
    forward, backward
        Compute of a micro-batch on a stage (n,) [s].
    batches
        Micro-batches of a step (n,).
    """
    tp, cp, dp, ep = (np.asarray(getattr(strategies, name), dtype=np.float64) for name in ("tp", "cp", "dp", "ep"))
    stages = np.asarray(strategies.pp, dtype=np.float64)
    zero = np.asarray(strategies.zero)
    trained = 1.0 - np.asarray(job.adapters, dtype=np.float64)
    cut = np.where(ep > 1.0, ep, tp)
    common, routed = _held(model)
    ends = np.asarray(model.vocab, dtype=np.float64) * np.asarray(model.hidden, dtype=np.float64)
    ends = np.where(stages > 1.0, 1.0, np.where(np.asarray(model.tied), 1.0, 2.0)) * ends
    dense = (common / stages + ends) / tp
    experts = routed / stages / cut
    shared = group_of(links, constants, dp * cp, tp)
    apart = group_of(links, constants, np.maximum(tp * cp * dp / cut, 1.0), cut)

    def time(each: float | FloatArray) -> FloatArray:
        return _ring(shared, dense * each) + _ring(apart, experts * each)

    narrow = np.asarray(strategies.narrow_gradients)
    c = constants
    reach = np.asarray(strategies.overlap_dp, dtype=np.float64) * np.where(zero >= 3, c.hidden_fsdp, c.hidden_dp)
    scatter = trained * time(np.where(narrow | (zero >= 3), 2.0, 4.0))
    gather = time(WEIGHT_BYTES)
    every = zero >= 3
    before = np.where(zero > 0, gather * np.maximum(trained, every), 0.0)
    behind = scatter * np.where(zero > 0, 1.0, 2.0) + np.where(every, gather, 0.0)
    shown, hidden = exposed(before, c.cover * forward, reach, c.interference)
    shown_back, hidden_back = exposed(behind, c.cover * backward, reach, c.interference)
    times = np.where(every, batches, 1.0)
    shards = np.where(zero > 0, 1.0, 0.0)
    mine = dense / (1.0 + shards * (dp * cp - 1.0)) + experts / (1.0 + shards * (apart.size - 1.0))
    moved = trained * (UPDATE_BYTES * mine + CLEAR_BYTES * (dense + experts))
    optimiser = moved / (np.asarray(machine.hbm_bandwidth, dtype=np.float64) * c.bandwidth)
    return times * (shown + shown_back), np.asarray(optimiser), times * (hidden + hidden_back)


def _ring(group: Group, size: FloatArray) -> FloatArray:
    return np.asarray(size * group.ring + np.ceil(size / BUCKET) * group.latency)


def _held(model: Transformer) -> tuple[FloatArray, FloatArray]:
    """Give the parameters of all layers outside routed experts, and those of routed experts."""
    weights = layer_weights(model)

    def number(value: object) -> FloatArray:
        return np.asarray(value, dtype=np.float64)

    mixes = number(model.moe_layers) + number(model.mtp_layers) * (number(model.experts) > 0)
    common = (
        (number(model.attention_layers) + number(model.mtp_layers)) * number(weights.attention)
        + number(model.mamba_layers) * number(weights.mamba)
        + (number(model.ffn_layers) - number(model.moe_layers)) * number(weights.dense)
        + mixes * (number(weights.shared) + number(weights.router))
        + number(model.layers) * number(weights.norms)
    )
    return common, mixes * number(model.experts) * number(weights.expert)
