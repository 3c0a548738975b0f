"""Operators of one layer and of the head, one by one: what each computes, moves and takes, for a roofline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gigaloop.design.performance.attention import TILE_ROWS, fused_times, pairs_of
from gigaloop.design.performance.clocks import clock_share
from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.layer_bytes import NORM_BYTES
from gigaloop.design.performance.local import FloatArray, Local, local_of, number
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.matrix import Rates, products, rates_of
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.records.operators import Operator
from gigaloop.design.transformer import Transformer

NORM_FLOPS = 6.0
"""Of a value of the residual stream in a norm with its addition: added, squared, summed, scaled twice, stored.
Source: counted, as ``NORM_BYTES``."""
ACTIVATION_FLOPS = 8.0
"""Of a result of a gated activation: exponential, reciprocal and products. Source: counted."""


def training_operators(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants | None = None
) -> tuple[Operator, ...]:
    """Give the operators of the forward pass of one layer, and of the head, for a micro-batch on one accelerator.

    Parameters
    ----------
    model, machine, job
        Scalars.
    strategies
        One strategy.

    Returns
    -------
    tuple
        Each with what it computes and moves, and the time that :func:`~gigaloop.design.performance.training_steps`
        takes for it. Mixers of hybrids are left out.
    """
    c = constants or Constants()
    pace = clock_share(machine)
    precision = np.asarray(job.precision, dtype=np.intp)
    rates, plain = rates_of(machine, precision, c, pace), rates_of(machine, np.zeros_like(precision), c, pace)
    local = local_of(model, job, strategies)
    layers, stages = _scalar(number(model.layers)), _scalar(number(strategies.pp))
    attends = layers * _scalar(local.attends)
    found = [replace(each, count=attends) for each in _attention(model, machine, local, rates, c, pace)]
    grouped = rates_of(machine, precision, c, pace, c.grouped)
    found += [replace(each, count=layers * each.count) for each in _networks(local, rates, grouped, c)]
    norms = local.sharded * local.hidden
    moved = NORM_BYTES[0] * norms
    norm = _operator("norm with addition", _MEMORY, NORM_FLOPS * norms, moved, moved / rates.memory)
    both = local.attends + local.scans + local.dense + local.mixes
    found.append(replace(norm, count=layers * _scalar(both)))
    found.append(_product("head", plain, local.tokens, local.hidden, number(model.vocab) / local.tp))
    return tuple(replace(each, count=each.count / stages) for each in found)


_MEMORY = "memory-bound operators"


def _attention(
    model: Transformer, machine: Machine, local: Local, rates: Rates, c: Constants, pace: FloatArray
) -> Iterator[Operator]:
    tokens, hidden = local.tokens, local.hidden
    if np.any(local.latent):
        q_rank, kv_rank, rope = number(model.q_rank), number(model.kv_rank), number(model.rope_dim)
        yield _product("latent projection", rates, local.sharded, hidden, q_rank + kv_rank + rope)
        source = q_rank if np.any(q_rank > 0.0) else hidden
        yield _product("queries", rates, tokens, source, local.heads * local.qk)
        spread = local.heads * (number(model.head_dim) + local.value)
        yield _product("keys and values", rates, tokens, kv_rank, spread)
    else:
        yield _product("queries, keys, values", rates, tokens, hidden, local.projected)
    yield _product("attention output", rates, tokens, local.attended, hidden)
    windowed = number(model.window_layers) / np.maximum(number(model.attention_layers), 1.0)
    pairs = local.sequences * pairs_of(local.sequence, number(model.window), windowed) / local.cp
    widths = local.qk + local.value
    seconds, _, flops = fused_times(
        machine, c, pace, pairs=pairs, heads=local.heads, widths=widths, rows=tokens * local.heads,
        edge=TILE_ROWS * local.cp / local.sequence,
    )  # fmt: skip
    moved = 2.0 * tokens * widths * (local.heads + local.cp * local.keys)
    yield _operator("attention", "attention", flops, moved, seconds)


def _networks(local: Local, rates: Rates, grouped: Rates, c: Constants) -> Iterator[Operator]:
    """Give the networks of a layer; ``count`` is the share of layers that have them."""
    gates, tokens = local.matrices - 1.0, local.tokens
    for name, width, share in (("feed-forward", local.ffn, local.dense), ("shared experts", local.shared, local.mixes)):
        if np.any((share > 0.0) & (width > 0.0)):
            pair = (
                _product(f"{name} in", rates, tokens, local.hidden, width * gates),
                _product(f"{name} out", rates, tokens, width, local.hidden),
                _activation(f"activation of {name}", rates, width * tokens, local),
            )
            yield from (replace(each, count=_scalar(share)) for each in pair)
    if np.any(local.mixes > 0.0):
        rows, inner = local.routed / local.owned * c.imbalance, local.expert_ffn
        pair = (
            _product("experts in", grouped, rows, local.expert_width, inner * gates, local.owned, c.ragged),
            _product("experts out", grouped, rows, inner, local.expert_width, local.owned, c.ragged),
            _activation("activation of experts", rates, local.owned * rows * inner, local),
        )
        yield from (replace(each, count=_scalar(local.mixes)) for each in pair)


def _activation(name: str, rates: Rates, results: FloatArray, local: Local) -> Operator:
    moved = 2.0 * results * local.matrices
    return _operator(name, _MEMORY, ACTIVATION_FLOPS * results, moved, moved / rates.memory)


def _product(
    name: str,
    rates: Rates,
    m: FloatArray,
    k: FloatArray,
    n: FloatArray,
    groups: FloatArray | float = 1.0,
    ragged: float = 0.0,
) -> Operator:
    """Give a product of (m, k) by (k, n), or ``groups`` of them."""
    found = products(rates, m, k, n, groups, ragged)
    moved = groups * (rates.value * (m * k + k * n) + 2.0 * m * n)
    return _operator(name, "matrix products", found.flops, moved, found.forward)


def _operator(name: str, group: str, flops: FloatArray, moved: FloatArray, seconds: FloatArray) -> Operator:
    return Operator(name, group, _scalar(flops), _scalar(moved), _scalar(seconds))


def _scalar(value: FloatArray) -> float:
    return float(np.ravel(value)[0])
