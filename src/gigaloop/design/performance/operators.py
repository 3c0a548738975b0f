"""Operators of one layer and of the head, one by one: what each computes, moves and takes, for a roofline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.attention import TILE_ROWS, fused_times, pairs_of
from gigaloop.design.performance.clocks import clock_share
from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.layers import NORM_BYTES
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.matrix import Rates, products, rates_of
from gigaloop.design.performance.strategies import Job
from gigaloop.design.records.operators import Operator
from gigaloop.design.records.strategy import StrategyPoint
from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]

NORM_FLOPS = 6.0
"""Of a value of the residual stream in a norm with its addition: added, squared, summed, scaled twice, stored.
Source: counted, as ``NORM_BYTES``."""
ACTIVATION_FLOPS = 8.0
"""Of a result of a gated activation: exponential, reciprocal and products. Source: counted."""


def training_operators(
    model: Transformer, machine: Machine, job: Job, point: StrategyPoint, constants: Constants | None = None
) -> tuple[Operator, ...]:
    """Give the operators of the forward pass of one layer, and of the head, for a micro-batch on one accelerator.

    Parameters
    ----------
    model, machine, job
        Scalars.
    point
        How the job is laid out.

    Returns
    -------
    tuple
        Each with what it computes and moves, and the time that :func:`~gigaloop.design.performance.training_steps`
        takes for it. Layers of a mixture that have a dense network show both networks. Mixers are left out.
    """
    c = constants or Constants()
    clock = clock_share(machine)
    precision = np.asarray(job.precision, dtype=np.intp)
    rates, plain = rates_of(machine, precision, c, clock), rates_of(machine, np.zeros_like(precision), c, clock)
    tokens = point.micro_batch * float(np.asarray(job.sequence)) / point.cp
    found = [
        *_attention(model, machine, job, point, c, rates, clock, tokens),
        *_networks(model, point, c, rates, tokens),
    ]
    local = tokens / (point.tp if point.sequence_parallel else 1.0)
    hidden = float(model.hidden)
    bandwidth = float(rates.memory)
    moved = NORM_BYTES[0] * local * hidden
    found.append(
        Operator("norm with addition", "memory-bound operators", NORM_FLOPS * local * hidden, moved, moved / bandwidth)
    )
    found.append(_product("head", plain, tokens, hidden, float(model.vocab) / point.tp))
    each = float(model.layers) / point.pp
    return tuple(replace(one, count=1.0 / point.pp if one.name == "head" else each) for one in found)


def _attention(
    model: Transformer,
    machine: Machine,
    job: Job,
    point: StrategyPoint,
    c: Constants,
    rates: Rates,
    clock: FloatArray,
    tokens: float,
) -> Iterator[Operator]:
    tp, hidden = point.tp, float(model.hidden)
    heads, qk, value = float(model.heads), float(model.qk_dim), float(model.value_dim)
    kv_heads = max(float(model.kv_heads), tp)
    if float(model.kv_rank) > 0.0:
        ranks = float(model.q_rank) + float(model.kv_rank) + float(model.rope_dim)
        local = tokens / (tp if point.sequence_parallel else 1.0)
        yield _product("latent projection", rates, local, hidden, ranks)
        yield _product("queries", rates, tokens, float(model.q_rank) or hidden, heads * qk / tp)
        yield _product(
            "keys and values", rates, tokens, float(model.kv_rank), heads * (float(model.head_dim) + value) / tp
        )
        kv_heads = heads
    else:
        yield _product("queries, keys, values", rates, tokens, hidden, (heads * qk + kv_heads * (qk + value)) / tp)
    yield _product("attention output", rates, tokens, heads * value / tp, hidden)
    sequence = np.asarray(job.sequence, dtype=np.float64)
    windowed = float(model.window_layers) / max(float(model.attention_layers), 1.0)
    pairs = point.micro_batch * pairs_of(sequence, np.asarray(float(model.window)), np.asarray(windowed)) / point.cp
    each = np.asarray(heads / tp)
    seconds, _, flops = fused_times(
        machine, c, clock, pairs=pairs, heads=each, widths=np.asarray(qk + value), rows=tokens * each,
        edge=TILE_ROWS * point.cp / sequence,
    )  # fmt: skip
    moved = 2.0 * tokens / tp * (heads * (qk + value) + point.cp * kv_heads * (qk + value))
    yield Operator("attention", "attention", float(flops), moved, float(seconds))


def _networks(
    model: Transformer, point: StrategyPoint, c: Constants, rates: Rates, tokens: float
) -> Iterator[Operator]:
    hidden, matrices = float(model.hidden), float(model.matrices)
    mixed = float(model.moe_layers) > 0.0
    widest = 0.0
    for name, width in (("feed-forward", float(model.ffn)), ("shared experts", float(model.shared_ffn))):
        there = width > 0.0 and (
            mixed if name == "shared experts" else float(model.ffn_layers) > float(model.moe_layers)
        )
        if there:
            own = width / point.tp
            widest = max(widest, own * tokens)
            yield _product(f"{name} in", rates, tokens, hidden, own * (matrices - 1.0))
            yield _product(f"{name} out", rates, tokens, own, hidden)
    if mixed:
        cut = 1.0 if point.ep > 1 else float(point.tp)
        owned = float(model.experts) / point.ep
        rows = tokens / point.tp * cut * float(model.top_k) / owned * c.imbalance
        inner, width = float(model.expert_ffn) / cut, float(model.expert_latent) or hidden
        widest = max(widest, owned * rows * inner)
        yield _product("experts in", rates, rows, width, inner * (matrices - 1.0), owned, c.ragged)
        yield _product("experts out", rates, rows, inner, width, owned, c.ragged)
    moved = 2.0 * widest * matrices
    yield Operator(
        "activation", "memory-bound operators", ACTIVATION_FLOPS * widest, moved, moved / float(rates.memory)
    )


def _product(
    name: str, rates: Rates, m: float, k: float, n: float, groups: float = 1.0, ragged: float = 0.0
) -> Operator:
    """Give a product of (m, k) by (k, n), or ``groups`` of them."""
    found = products(rates, np.asarray(m), np.asarray(k), np.asarray(n), groups, ragged)
    moved = groups * (float(rates.value) * (m * k + k * n) + 2.0 * m * n)
    return Operator(name, "matrix products", float(found.flops), moved, float(found.forward))
