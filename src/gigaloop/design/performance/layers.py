"""The work of an average layer on one accelerator for one micro-batch, and of what stands at both ends of the model."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.attention import TILE_ROWS, fused_times, pairs_of, unfused_times
from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.layer_bytes import NORM_BYTES, end_bytes, layer_bytes
from gigaloop.design.performance.layer_products import end_products, layer_products
from gigaloop.design.performance.layer_traffic import Shown, context_times, expert_times, tensor_times
from gigaloop.design.performance.local import FloatArray, Local, local_of, number
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.matrix import Rates, rates_of
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.performance.traffic import links_of
from gigaloop.design.transformer import Transformer

__all__ = ["NORM_BYTES", "LayerWork", "layer_work"]

KERNELS = {"attention": 8.0, "ffn": 5.0, "mixture": 18.0, "mamba": 9.0, "unfused": 5.0, "ring": 6.0}
"""Kernels of a forward pass by part of a layer; unfused attention and each step of a context-parallel ring add theirs.
Source: operators of Megatron-LM's layers, https://github.com/NVIDIA/Megatron-LM, counted, 2026-08."""
BACKWARD_KERNELS = 1.8
"""Kernels of a backward pass over a forward pass's. Source: as ``KERNELS``."""


@dataclass(frozen=True)
class LayerWork:
    """Times of an average layer and of both ends of the model for one micro-batch, columns (n,) [s]."""

    matrix_forward: FloatArray
    matrix_data: FloatArray
    matrix_weights: FloatArray
    attention_forward: FloatArray
    attention_backward: FloatArray
    memory_forward: FloatArray
    memory_backward: FloatArray
    launch_forward: FloatArray
    launch_backward: FloatArray
    selective: FloatArray
    """What selective recompute adds to the backward pass."""
    tp_forward: FloatArray
    """What shows of tensor parallelism; ``_hidden`` what compute hides. The same for ``cp`` and ``ep``."""
    tp_backward: FloatArray
    tp_forward_hidden: FloatArray
    tp_backward_hidden: FloatArray
    cp_forward: FloatArray
    cp_backward: FloatArray
    cp_forward_hidden: FloatArray
    cp_backward_hidden: FloatArray
    ep_forward: FloatArray
    ep_backward: FloatArray
    ep_forward_hidden: FloatArray
    ep_backward_hidden: FloatArray
    flops: FloatArray
    """Of the forward pass [FLOP]."""
    sent: FloatArray
    """What a stage sends to the next, each rank of tensor parallelism its part [B]."""
    end_matrix_forward: FloatArray
    """Head and further predictions."""
    end_matrix_backward: FloatArray
    end_memory_forward: FloatArray
    end_memory_backward: FloatArray
    end_flops: FloatArray
    end_layers: FloatArray
    """Layers that stand behind the last one to predict further tokens."""

    def take(self, rows: NDArray[np.intp]) -> LayerWork:
        """Give the work of rows (m,), for strategies that share it."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return LayerWork(**{name: value[rows] if value.ndim else value for name, value in found.items()})


def layer_work(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants, clock: FloatArray
) -> LayerWork:
    """Give the work of an average layer, and of the ends, for a micro-batch on one accelerator.

    Scalars and columns (n,) broadcast. ``clock`` is that of compute under a power cap, see
    :func:`~gigaloop.design.performance.clocks.clock_share`.
    """
    c = constants
    precision = np.asarray(job.precision, dtype=np.intp)
    rates = rates_of(machine, precision, c, clock)
    plain = rates_of(machine, np.zeros_like(precision), c, clock)
    grouped = rates_of(machine, precision, c, clock, c.grouped)
    local, links = local_of(model, job, strategies), links_of(machine, c)
    fused = np.asarray(strategies.fused_attention, dtype=np.bool_)

    total = layer_products(model, local, rates, grouped, c)
    gradients = total.data + local.trained * total.weights
    forward, backward, mixing = _attention_times(model, machine, local, fused, plain, c, clock)
    slower = np.where(fused & np.asarray(strategies.portable_attention, dtype=np.bool_), 1.0 / c.portable, 1.0)
    forward, backward = slower * forward, slower * backward
    moved = layer_bytes(model, local, precision, local.sharded / local.tokens, c)
    memory_forward, memory_backward = moved.forward / rates.memory, moved.backward / rates.memory
    busy = total.forward + forward + memory_forward
    busy_back = gradients + backward + memory_backward
    launch_forward, launch_backward = _launches(local, fused, precision, c, busy, busy_back)

    # Operators that wait for their launch take as much longer for what runs behind them.
    stretch, stretch_back = 1.0 + launch_forward / busy, 1.0 + launch_backward / busy_back
    tensor = tensor_times(local, links, strategies, c, stretch * total.forward, stretch_back * gradients)
    context = context_times(local, links, strategies, c, stretch * forward, stretch_back * backward)
    none = np.zeros(())
    expert = Shown(none, none, none, none)
    if np.any(local.mixes > 0.0):
        expert = expert_times(local, links, strategies, c, stretch * busy, stretch_back * busy_back)
    ends = end_products(model, local, rates, plain)
    end_forward, end_backward = end_bytes(model, local)
    return LayerWork(
        matrix_forward=total.forward,
        matrix_data=total.data,
        matrix_weights=local.trained * total.weights,
        attention_forward=forward,
        attention_backward=backward,
        memory_forward=memory_forward,
        memory_backward=memory_backward,
        launch_forward=launch_forward,
        launch_backward=launch_backward,
        selective=np.where(fused, moved.again / rates.memory, forward),
        tp_forward=tensor.forward,
        tp_backward=tensor.backward,
        tp_forward_hidden=tensor.forward_hidden,
        tp_backward_hidden=tensor.backward_hidden,
        cp_forward=context.forward,
        cp_backward=context.backward,
        cp_forward_hidden=context.forward_hidden,
        cp_backward_hidden=context.backward_hidden,
        ep_forward=expert.forward,
        ep_backward=expert.backward,
        ep_forward_hidden=expert.forward_hidden,
        ep_backward_hidden=expert.backward_hidden,
        flops=total.flops + mixing,
        sent=2.0 * local.tokens * local.hidden / local.tp,
        end_matrix_forward=ends.forward,
        end_matrix_backward=ends.data + local.trained * ends.weights,
        end_memory_forward=end_forward / rates.memory,
        end_memory_backward=end_backward / rates.memory,
        end_flops=ends.flops,
        end_layers=number(model.mtp_layers),
    )


def _attention_times(
    model: Transformer,
    machine: Machine,
    local: Local,
    fused: NDArray[np.bool_],
    plain: Rates,
    c: Constants,
    clock: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the times of attention of an average layer, forward and backward [s], and its forward FLOPs."""
    windowed = number(model.window_layers) / np.maximum(number(model.attention_layers), 1.0)
    pairs = local.sequences * pairs_of(local.sequence, number(model.window), windowed) / local.cp
    widths, rows = local.qk + local.value, local.tokens * local.heads
    edge = TILE_ROWS * local.cp / local.sequence
    forward, backward, flops = fused_times(
        machine, c, clock, pairs=pairs, heads=local.heads, widths=widths, rows=rows, edge=edge
    )
    if not np.all(fused):
        scores = local.sequences * local.sequence * local.sequence / local.cp
        slow, slow_back = unfused_times(plain, scores=scores, heads=local.heads, width=0.5 * widths)
        forward, backward = np.where(fused, forward, slow), np.where(fused, backward, slow_back)
    return local.attends * forward, local.attends * backward, local.attends * flops


def _launches(
    local: Local,
    fused: NDArray[np.bool_],
    precision: NDArray[np.intp],
    c: Constants,
    busy: FloatArray,
    busy_back: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Give gaps between kernels, and how much longer the host takes to launch them than they run [s]."""
    attention = KERNELS["attention"] + np.where(fused, 0.0, KERNELS["unfused"]) + KERNELS["ring"] * (local.cp - 1.0)
    mixture = KERNELS["mixture"] + KERNELS["ffn"] * (local.shared > 0.0)
    kernels = local.attends * attention + local.dense * KERNELS["ffn"] + local.scans * KERNELS["mamba"]
    kernels = kernels + local.mixes * mixture
    launched = kernels + local.mixes * np.asarray(c.expert_kernels)[precision] * local.owned
    gap, floor, fixed = kernels * c.kernel, launched * c.host, local.mixes * c.routing
    forward = gap + fixed + np.maximum(floor - gap - busy, 0.0)
    backward = BACKWARD_KERNELS * gap + fixed + np.maximum(BACKWARD_KERNELS * (floor - gap) - busy_back, 0.0)
    return forward, backward
