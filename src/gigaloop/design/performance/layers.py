"""The operators of a layer on one accelerator for one micro-batch, and of what stands before and behind the layers."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.attention import TILE_ROWS, fused_times, pairs_of, unfused_times
from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.matrix import Products, products, rates_of
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.performance.traffic import exchange_time, exposed, group_of, links_of
from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]

KERNELS = {"attention": 8.0, "ffn": 5.0, "mixture": 18.0, "mamba": 9.0, "unfused": 5.0, "ring": 6.0}
"""Kernels of a forward pass by part of a layer; unfused attention and each step of a context-parallel ring add theirs.
Source: operators of Megatron-LM's layers, https://github.com/NVIDIA/Megatron-LM, counted, 2026-08."""
BACKWARD_KERNELS = 1.8
"""Kernels of a backward pass over a forward pass's. Source: as ``KERNELS``."""
NORM_BYTES = (10.0, 14.0)
"""Bytes moved for a value of the residual stream by a norm with its residual addition in 16 bits, forward and backward:
norm reads and writes one, the addition reads two and writes one; backward reads two and writes one each, with partial
sums. Source: counted, as arXiv:2205.05198 counts activations."""
SCAN_BYTES = (24.0, 60.0)
"""Bytes moved for each channel of a Mamba-2 mixer by its convolution and chunked scan, forward and backward.
Source: an estimate after arXiv:2405.21060, section 7."""
LOGIT_BYTES = (16.0, 8.0)
"""Bytes moved for a logit by cross entropy in 32 bits over logits in 16, forward and backward: written, read and
widened, maximum, exponentials and sum; gradient. Source: https://github.com/NVIDIA/Megatron-LM (vocabulary-parallel cross
entropy), 2026-08."""
EMBEDDING_BYTES = (4.0, 12.0)
"""Bytes moved for a value of the embedding, forward and backward. Source: counted; gradients are added in 32 bits."""
ADAPTER_BYTES = (4.0, 8.0)
"""Bytes moved for each value into and out of a matrix that has a low-rank adapter, forward and backward.
Source: counted: read into the narrow product, added to the result; arXiv:2106.09685."""


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
    """Shown; ``_hidden`` what compute hides. The same for ``cp`` and ``ep``."""
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
    """What a stage sends to the next [B]."""
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


class _Sum:
    """Adds up products, each a share of the average layer."""

    def __init__(self) -> None:
        zero = np.zeros(())
        self.forward, self.data, self.weights, self.flops = zero, zero, zero, zero

    def add(self, product: Products, share: FloatArray | float = 1.0) -> None:
        self.forward = self.forward + share * product.forward
        self.data = self.data + share * product.data
        self.weights = self.weights + share * product.weights
        self.flops = self.flops + share * product.flops


def layer_work(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants, clock: FloatArray
) -> LayerWork:
    """Give the work of an average layer, and of the ends, for a micro-batch on one accelerator.

    Scalars and columns (n,) broadcast. Layers of several sorts (dense first layers of a mixture, windowed ones, the
    mixers of a hybrid) enter by their share.
    """
    c = constants
    precision = np.asarray(job.precision, dtype=np.intp)
    rates = rates_of(machine, precision, c, clock)
    plain = rates_of(machine, np.zeros_like(precision), c, clock)
    links = links_of(machine, c)
    tp, cp, ep = _float(strategies.tp), _float(strategies.cp), _float(strategies.ep)
    fused = np.asarray(strategies.fused_attention, dtype=np.bool_)
    sharded = np.asarray(strategies.sequence_parallel, dtype=np.bool_)
    trained = 1.0 - _float(job.adapters)
    h, layers = _float(model.hidden), _float(model.layers)
    sequences, sequence = _float(strategies.micro_batch), _float(job.sequence)
    tokens = sequences * sequence / cp
    spread = np.where(sharded, tp, 1.0)
    local = tokens / spread
    heads, kv_heads = _float(model.heads), _float(model.kv_heads)
    qk, value = _float(model.qk_dim), _float(model.value_dim)
    matrices = _float(model.matrices)
    attends = _float(model.attention_layers) / layers
    mixes = _float(model.moe_layers) / layers
    dense = _float(model.ffn_layers) / layers - mixes
    scans = _float(model.mamba_layers) / layers
    latent = _float(model.kv_rank) > 0.0
    moe = bool(np.any(mixes > 0.0))

    # Matrix products, with the widths that norms, activations and casts move.
    total = _Sum()
    grouped = heads * qk + np.maximum(kv_heads, tp) * (qk + value)
    attended = heads * value / tp
    if np.any(latent):
        q_rank, kv_rank, rope = _float(model.q_rank), _float(model.kv_rank), _float(model.rope_dim)
        nope = _float(model.head_dim)
        down = np.where(latent, q_rank + kv_rank + rope, 0.0)
        from_latent = np.where(q_rank > 0.0, q_rank, h)
        total.add(products(rates, tokens, np.where(latent, from_latent, h), np.where(latent, heads * qk, grouped) / tp), attends)
        share = attends * latent
        total.add(products(rates, local, h, np.maximum(down, 1.0)), share)
        total.add(products(rates, tokens, np.maximum(kv_rank, 1.0), heads * (nope + value) / tp), share)
        grouped = np.where(latent, heads * (2.0 * qk + value), grouped)
    else:
        total.add(products(rates, tokens, h, grouped / tp), attends)
    total.add(products(rates, tokens, attended, h), attends)
    ffn, shared = _float(model.ffn) / tp, _float(model.shared_ffn) / tp
    for width, share in ((ffn, dense), (shared, mixes)):
        if np.any((share > 0.0) & (width > 0.0)):
            share = share * (width > 0.0)
            total.add(products(rates, tokens, h, np.maximum(width, 1.0) * (matrices - 1.0)), share)
            total.add(products(rates, tokens, np.maximum(width, 1.0), h), share)
    top_k, experts = _float(model.top_k), np.maximum(_float(model.experts), 1.0)
    cut = np.where(ep > 1.0, 1.0, tp)
    routed = tokens / tp * cut * top_k
    expert_ffn = np.maximum(_float(model.expert_ffn), 1.0) / cut
    narrow = _float(model.expert_latent)
    width = np.where(narrow > 0.0, narrow, h)
    if moe:
        owned = experts / ep
        rows = routed / owned * c.imbalance
        up = products(rates, rows, width, expert_ffn * (matrices - 1.0), owned, c.ragged)
        total.add(up, mixes)
        total.add(products(rates, rows, expert_ffn, width, owned, c.ragged), mixes)
        if np.any(narrow > 0.0):
            total.add(products(rates, local, h, 2.0 * np.maximum(narrow, 1.0)), mixes * (narrow > 0.0))
    inner = _float(model.mamba_heads) * _float(model.mamba_head_dim) / tp
    if np.any(scans > 0.0):
        into = 2.0 * inner + 2.0 * _float(model.mamba_groups) * _float(model.mamba_state) / tp
        total.add(products(rates, tokens, h, np.maximum(into, 1.0)), scans)
        total.add(products(rates, tokens, np.maximum(inner, 1.0), h), scans)

    # Attention.
    windowed = _float(model.window_layers) / np.maximum(_float(model.attention_layers), 1.0)
    pairs = sequences * pairs_of(sequence, _float(model.window), windowed) / cp
    on_device = heads / tp
    forward, backward, mixing = fused_times(
        machine, c, clock, pairs=pairs, heads=on_device, widths=qk + value, rows=tokens * on_device,
        edge=TILE_ROWS * cp / sequence,
    )  # fmt: skip
    if not np.all(fused):
        scores = sequences * sequence * sequence / cp
        slow_forward, slow_backward = unfused_times(plain, scores=scores, heads=on_device, width=0.5 * (qk + value))
        forward, backward = np.where(fused, forward, slow_forward), np.where(fused, backward, slow_backward)
    forward, backward = attends * forward, attends * backward

    # Operators that move bytes.
    norms = (attends + scans + dense + mixes) * (1.0 + _float(model.post_norms)) * h / spread
    rotary = attends * 4.0 * grouped / tp
    active = (dense * ffn + mixes * shared) * matrices
    quantised = np.asarray(c.quantise)[precision]
    into = (attends + scans + dense + mixes * (shared > 0.0)) * h / spread + attends * attended + dense * ffn + mixes * shared
    back = 2.0 * (attends + dense) * h + attends * grouped / tp + (matrices - 1.0) * (dense * ffn + mixes * shared)
    moved = NORM_BYTES[0] * norms + rotary + 2.0 * active + quantised * into
    moved_back = NORM_BYTES[1] * norms + rotary + 4.0 * active + quantised * back
    kept = NORM_BYTES[0] * norms + 2.0 * active
    if np.any(scans > 0.0):
        moved, moved_back = moved + scans * SCAN_BYTES[0] * inner, moved_back + scans * SCAN_BYTES[1] * inner
    moved, moved_back, kept = tokens * moved, tokens * moved_back, tokens * kept
    adapted = tokens * (1.0 - trained) * attends * (2.0 * h + grouped / tp + attended)
    moved, moved_back = moved + ADAPTER_BYTES[0] * adapted, moved_back + ADAPTER_BYTES[1] * adapted
    if moe:
        sorts = 8.0 * np.where(owned > 1.0, 1.0, 0.5)
        permuted = routed * (sorts + 4.0) * width + tokens / tp * (6.0 * h + 12.0 * experts)
        acted = routed * expert_ffn * matrices
        casts = quantised * routed * (width + expert_ffn)
        moved = moved + mixes * (permuted + 2.0 * acted + casts)
        moved_back = moved_back + mixes * (permuted + 4.0 * acted + quantised * routed * (width + (matrices - 1.0) * expert_ffn))
        kept = kept + mixes * 2.0 * acted
    memory = 1.0 / rates.memory
    memory_forward, memory_backward, kept_time = moved * memory, moved_back * memory, kept * memory

    # Launches.
    kernels = attends * (KERNELS["attention"] + np.where(fused, 0.0, KERNELS["unfused"])) + dense * KERNELS["ffn"]
    kernels = kernels + scans * KERNELS["mamba"] + attends * KERNELS["ring"] * (cp - 1.0)
    kernels = kernels + mixes * (KERNELS["mixture"] + KERNELS["ffn"] * (shared > 0.0))
    busy = total.forward + forward + memory_forward
    gradients = total.data + trained * total.weights
    busy_back = gradients + backward + memory_backward
    fixed = mixes * c.routing
    gap, floor = kernels * c.kernel, kernels * c.host
    launch_forward = gap + fixed + np.maximum(floor - gap - busy, 0.0)
    launch_backward = BACKWARD_KERNELS * gap + fixed + np.maximum(BACKWARD_KERNELS * (floor - gap) - busy_back, 0.0)

    # Collectives of tensor parallelism: a gather and a scatter around each part that it cuts.
    group = group_of(links, c, tp, np.ones(()))
    unit = tokens * h * 2.0 * group.ring + group.latency
    switched = np.where(links.reduces & (group.domains <= 1.0), (tp + 1.0) / np.maximum(2.0 * (tp - 1.0), 1.0), 1.0)
    unit = np.where(sharded, unit, unit * np.minimum(switched, 1.0))
    cuts = attends + scans + dense + mixes * np.where((shared > 0.0) | (cut > 1.0), 1.0, 0.0)
    overlap = _float(strategies.overlap_tp) * c.hidden_tp
    first = exposed(2.0 * cuts * unit, c.cover * total.forward, overlap, c.interference)
    # Backward: gradients of inputs are scattered behind those of weights, inputs gathered again behind those of inputs.
    waits, runs = np.where(sharded, cuts * unit, 0.0), np.where(sharded, 3.0, 2.0) * cuts * unit
    behind = exposed(runs, c.cover * gradients, trained + (1.0 - trained) * overlap, c.interference)
    rest = exposed(waits, np.maximum(c.cover * gradients - behind[1], 0.0), overlap, c.interference)

    # Context parallelism: keys and values go round the ring behind attention.
    ring = group_of(links, c, cp, tp)
    keys = np.where(latent, heads, np.maximum(kv_heads, tp)) / tp * (qk + value) * 2.0
    step = tokens * keys * np.where(ring.domains > 1.0, ring.far, ring.local) + c.call
    turns = attends * (cp - 1.0) * step
    reach = _float(strategies.overlap_cp) * c.hidden_cp
    rounds = exposed(turns, forward * (cp - 1.0) / cp, reach, c.interference)
    rounds_back = exposed(2.0 * turns, backward * (cp - 1.0) / cp, reach, c.interference)

    # Expert parallelism: tokens to their experts and back, the same again backward.
    none = np.zeros(())
    sends, sends_back = (none, none), (none, none)
    if moe:
        among = group_of(links, c, ep, np.ones(()))
        exchange = 2.0 * mixes * exchange_time(links, among, tokens / tp * c.imbalance, top_k, 2.0 * width)
        exchange = np.where(ep > 1.0, exchange, 0.0)
        reach = _float(strategies.overlap_ep) * c.hidden_ep
        sends = exposed(exchange, c.cover * busy, reach, c.interference)
        sends_back = exposed(exchange, c.cover * busy_back, reach, c.interference)

    # Ends: the head with its loss, each further prediction with its own pass of the head; the embedding.
    vocab, extra = _float(model.vocab) / tp, _float(model.mtp_layers)
    head = products(plain, tokens, h, vocab)
    heads_forward, heads_backward = (1.0 + extra) * head.forward, (1.0 + extra) * (head.data + trained * head.weights)
    end_flops = (1.0 + extra) * head.flops
    if np.any(extra > 0.0):
        joins = products(rates, tokens, 2.0 * h / tp, h)
        heads_forward, heads_backward = heads_forward + extra * joins.forward, heads_backward + extra * (joins.data + joins.weights)
        end_flops = end_flops + extra * joins.flops
    logits, embedded = tokens * vocab * (1.0 + extra), local * h
    return LayerWork(
        matrix_forward=total.forward,
        matrix_data=total.data,
        matrix_weights=trained * total.weights,
        attention_forward=forward,
        attention_backward=backward,
        memory_forward=memory_forward,
        memory_backward=memory_backward,
        launch_forward=launch_forward,
        launch_backward=launch_backward,
        selective=np.where(fused, kept_time, forward),
        tp_forward=first[0],
        tp_backward=behind[0] + rest[0],
        tp_forward_hidden=first[1],
        tp_backward_hidden=behind[1] + rest[1],
        cp_forward=rounds[0],
        cp_backward=rounds_back[0],
        cp_forward_hidden=rounds[1],
        cp_backward_hidden=rounds_back[1],
        ep_forward=sends[0],
        ep_backward=sends_back[0],
        ep_forward_hidden=sends[1],
        ep_backward_hidden=sends_back[1],
        flops=total.flops + attends * mixing,
        sent=2.0 * tokens * h / spread,
        end_matrix_forward=heads_forward,
        end_matrix_backward=heads_backward,
        end_memory_forward=(LOGIT_BYTES[0] * logits + EMBEDDING_BYTES[0] * embedded) * memory,
        end_memory_backward=(LOGIT_BYTES[1] * logits + EMBEDDING_BYTES[1] * embedded) * memory,
        end_flops=end_flops,
        end_layers=extra,
    )


def _float(value: object) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
