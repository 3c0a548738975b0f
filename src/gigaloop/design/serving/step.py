"""One step of an instance: what its accelerators do for the tokens in it, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from gigaloop.design.performance.matrix import Rates
from gigaloop.design.records.serving import SERVING_PARTS
from gigaloop.design.serving.columns import BASE, FloatArray, Rows


@dataclass(frozen=True)
class Tokens:
    """What is in a step, of one data-parallel rank and pipeline stage (n,)."""

    sequences: FloatArray
    """That decode."""
    context: FloatArray
    """Mean tokens that they look back on."""
    prompt: FloatArray
    """Tokens of prompts."""


@dataclass(frozen=True)
class Step:
    """A step of an accelerator (n,)."""

    time: FloatArray
    parts: Mapping[str, FloatArray]
    flops: FloatArray
    bytes: FloatArray
    bound: FloatArray
    """Time that goes to compute, to memory, to communication, and to overhead (4, n) [s]: products count with what
    they would take at the full rate, for that is what they draw power for."""


@dataclass(frozen=True)
class _Work:
    """Work of an operator (n,)."""

    compute: FloatArray
    full: FloatArray
    """Of that what products take at the full rate, without waves and tiles that small ones lose."""
    memory: FloatArray
    flops: FloatArray
    bytes: FloatArray

    @property
    def time(self) -> FloatArray:
        return np.sqrt(self.compute**2 + self.memory**2)


def step_of(r: Rows, tp: FloatArray, dp: FloatArray, ep: FloatArray, pp: FloatArray, t: Tokens) -> Step:
    """Give the time of a step and its parts.

    An operator takes the root of the sum of squares of its products and its reading, a roofline with a round corner
    (Williams et al., Roofline, CACM 2009). Collectives take their latency and their bytes, and
    are not hidden. Operators run one after the other, which captured graphs do.

    Notes
    -----
    Validity: experts evenly routed but for ``imbalance``; tokens of a data-parallel rank all of one length.
    """
    s, c = r.shapes, r.constants
    rank = t.sequences * (1.0 + r.draft) + t.prompt
    drafts = 1.0 + np.where(s.mtp_layers > 0.0, r.draft / s.layers, 0.0)  # a drafted token passes one layer more
    stage = np.ceil(s.layers / pp) / s.layers * drafts
    projections = _projections(r, rank, tp)
    dense = _network(r, r.rates, rank, s.hidden, s.ffn / tp, s.dense_layers)
    beside = s.shared / (s.matrices * s.hidden)  # width of a network with their weights
    shared = _network(r, r.attention_rates, rank, s.hidden, beside / tp, s.moe_layers)
    experts = _experts(r, rank, tp, dp, ep)
    decode = _cache(r, t, tp)
    prompts = _prompts(r, t, tp)
    head = _head(r, t.sequences * (1.0 + 2.0 * r.draft), tp)
    moved = rank * s.hidden * 2.0 * (s.layers * c.operators + s.moe_layers * 4.0 * s.top_k / tp)
    passes = moved / r.bandwidth

    layers = s.attention_layers + s.dense_layers + s.moe_layers
    reduces = layers * _all_reduce(r, rank, tp)
    exchanges = s.moe_layers * _exchange(r, rank / tp, tp * dp, ep, dp)
    stages = np.where(pp > 1.0, c.reduce + rank * s.hidden * 2.0 / (r.scale_up * c.link), 0.0)
    launches = stage * (s.layers * c.kernels * c.kernel + s.moe_layers * c.routing)
    host = c.host + c.sequence * t.sequences * pp
    parts = (
        stage * (projections.time + dense.time + shared.time),
        stage * experts.time,
        stage * decode.time,
        stage * prompts.time,
        stage * passes,
        stage * reduces,
        stage * exchanges,
        stages,
        head.time,
        launches + host,
    )
    works = ((stage, projections), (stage, dense), (stage, shared), (stage, experts), (stage, decode), (1.0, head))
    compute = sum(w * o.full for w, o in works) + parts[3]
    memory = sum(w * (o.time - o.full) for w, o in works) + parts[4]
    whole = np.broadcast_arrays(*parts)
    return Step(
        time=np.asarray(sum(whole)),
        parts=dict(zip(SERVING_PARTS, whole, strict=True)),
        flops=np.asarray(sum(w * o.flops for w, o in works) + stage * prompts.flops),
        bytes=np.asarray(sum(w * o.bytes for w, o in works) + stage * moved),
        bound=np.stack(np.broadcast_arrays(compute, memory, parts[5] + parts[6] + parts[7], parts[9])),
    )


def _product(
    rates: Rates,
    rows: FloatArray,
    depth: FloatArray,
    width: FloatArray,
    each: FloatArray,
    groups: FloatArray | float = 1.0,
    ragged: float = 0.0,
) -> _Work:
    """Give the work of ``groups`` products of ``rows``, by the law of :mod:`~gigaloop.design.performance.matrix`.

    Weights have ``each`` bytes a value.
    """
    results = groups * (rows + ragged) * width
    compute = 2.0 / rates.flops * (results + rates.lost) * (depth + rates.prologue)
    weights = groups * depth * width * each
    read = weights + groups * rows * (depth * rates.value + width * 2.0)
    flops = 2.0 * groups * rows * depth * width
    return _Work(compute, flops / rates.flops, read / rates.memory, flops, weights)


def _network(
    r: Rows,
    rates: Rates,
    rows: FloatArray,
    outer: FloatArray,
    inner: FloatArray,
    layers: FloatArray,
    groups: FloatArray | float = 1.0,
    ragged: float = 0.0,
) -> _Work:
    """Feed-forward networks of all layers: one product in, of gate and up together, and one out."""
    each = r.expert_bytes if rates is r.rates else r.attention_bytes
    into = _product(rates, rows, outer, (r.shapes.matrices - 1.0) * inner, each, groups, ragged)
    out = _product(rates, rows, inner, outer, each, groups, ragged)
    return _total((layers * (inner > 0.0), into), (layers * (inner > 0.0), out))


def _projections(r: Rows, rows: FloatArray, tp: FloatArray) -> _Work:
    """Products of attention, of all layers; those of mixers as one product more."""
    s, rates, each = r.shapes, r.attention_rates, r.attention_bytes
    latent = s.between > 0.0
    entry = _product(rates, rows, s.hidden, s.entry / np.where(latent, 1.0, tp), each)
    between = _product(rates, rows, s.rank, s.between / s.rank / tp, each)
    out = _product(rates, rows, s.out / tp, s.hidden, each)
    mixers = _product(rates, rows, s.hidden, s.mixers / s.hidden / tp, each)
    return _total(
        (s.attention_layers, entry), (s.attention_layers * latent, between), (s.attention_layers, out),
        ((s.mixers > 0.0).astype(np.float64), mixers),
    )  # fmt: skip


def _total(first: tuple[FloatArray, _Work], *others: tuple[FloatArray, _Work]) -> _Work:
    """Add works up, each as often as it says."""
    weight, work = first
    columns = [weight * getattr(work, each.name) for each in fields(_Work)]
    for weight, work in others:
        added = (weight * getattr(work, each.name) for each in fields(_Work))
        columns = [so_far + more for so_far, more in zip(columns, added, strict=True)]
    return _Work(*columns)


def _experts(r: Rows, rows: FloatArray, tp: FloatArray, dp: FloatArray, ep: FloatArray) -> _Work:
    """Products of the routed experts of a rank; only experts that a token of the whole group is sent to are read.

    Source: with ``k`` of ``E`` experts a token and even routing, ``E (1 - (1 - k / E)^T)`` are hit by ``T`` tokens.
    """
    s, c = r.shapes, r.constants
    group = rows * dp
    hit = s.experts / ep * -np.expm1(group * np.log1p(-np.minimum(s.top_k / s.experts, 1.0 - 1e-12)))
    routed = group * s.top_k / ep
    fullest = 1.0 + np.where(ep > 1.0, c.imbalance - 1.0 + np.sqrt(2.0 * np.log(ep) / np.maximum(routed, 1.0)), 0.0)
    each = routed * np.minimum(fullest, ep) / np.maximum(hit, 1e-9)
    width = s.expert_ffn * ep / (tp * dp)
    return _network(r, r.rates, each, s.expert_in, width, s.moe_layers, np.maximum(hit, 1e-9), BASE.ragged)


def _cache(r: Rows, t: Tokens, tp: FloatArray) -> _Work:
    """Attention of decoding tokens: each sequence reads its cache once, however many tokens are verified."""
    s, c = r.shapes, r.constants
    seen = _seen(r, t.context)
    read = t.sequences * (s.values * seen / np.minimum(tp, s.kv_heads) * r.cache_bytes + s.state / tp)
    flops = t.sequences * (1.0 + r.draft) * s.heads / tp * s.pair * seen
    rate = r.fused * s.pair / (s.pair + 4.0 * r.exponential)
    return _Work(flops / rate, flops / rate, read / (r.stream * c.cache), flops, read)


def _prompts(r: Rows, t: Tokens, tp: FloatArray) -> _Work:
    """Attention of prompts: a token looks back on those cached and, on average, on half of the others."""
    s = r.shapes
    context = r.isl * (1.0 + r.cached) / 2.0
    flops = t.prompt * s.heads / tp * s.prompt_pair * _seen(r, context)
    compute = flops / (r.fused * s.prompt_pair / (s.prompt_pair + 4.0 * r.exponential))
    return _Work(compute, compute, np.zeros_like(compute), flops, np.zeros_like(compute))


def _seen(r: Rows, context: FloatArray) -> FloatArray:
    """Tokens seen in all layers of attention together."""
    s = r.shapes
    windowed = np.where(s.window > 0.0, np.minimum(s.window, context), context)
    return (s.attention_layers - s.window_layers) * context + s.window_layers * windowed


def _head(r: Rows, tokens: FloatArray, tp: FloatArray) -> _Work:
    """Give the work of the head in 16 bits, and of sampling: logits are written, normalised and read in 32 bits."""
    s = r.shapes
    product = _product(r.head_rates, tokens, s.hidden, s.vocab / tp, np.asarray(2.0))
    logits = tokens * s.vocab / tp * 4.0 * 3.0 / r.bandwidth
    return _Work(product.compute, product.full, product.memory + logits, product.flops, product.bytes)


def _all_reduce(r: Rows, rows: FloatArray, group: FloatArray) -> FloatArray:
    """Give the time of an all-reduce of hidden states in 16 bits [s].

    Source: both passes of Thakur et al., IJHPCA 2005, over the slowest link.
    """
    c = r.constants
    across = group > r.domain
    rate = np.where(across & (r.scale_out > 0.0), r.scale_out, r.scale_up) * c.link
    sent = 2.0 * (group - 1.0) / group * rows * r.shapes.hidden * 2.0
    return np.where(group > 1.0, c.reduce + across * c.network + sent / rate, 0.0)


def _exchange(r: Rows, rows: FloatArray, group: FloatArray, ep: FloatArray, dp: FloatArray) -> FloatArray:
    """Give the time of dispatch to the ranks of a token's experts and of combining (all-to-all) [s].

    Where all ranks share their tokens, the all-reduce of tensor parallelism does both.

    Source: a token goes once to each rank that has experts of it, ``ep (1 - (1 - 1 / ep)^k)`` of them (DeepSeek-V3,
    arXiv:2412.19437, 3.2).
    """
    s, c = r.shapes, r.constants
    ranks = ep * -np.expm1(s.top_k * np.log1p(-np.minimum(1.0 / ep, 1.0 - 1e-12)))
    split = group / ep  # ranks that share an expert, each of which needs the token
    targets = ranks * split * (1.0 - 1.0 / group)
    sent = rows * targets * s.hidden * (r.sent_bytes + 2.0)
    outside = np.maximum(1.0 - r.domain / group, 0.0)
    beyond = np.where(r.scale_out > 0.0, sent * outside / np.maximum(r.scale_out, 1.0), 0.0)
    moved = np.maximum(sent * (1.0 - outside) / r.scale_up, beyond) / c.link
    return np.where((dp > 1.0) & (group > 1.0), 2.0 * (c.exchange + (outside > 0.0) * c.network) + moved, 0.0)
