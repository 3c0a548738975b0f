"""Parameters of transformers, exactly: every matrix, bias and norm weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.transformer.shape import Transformer

Counts = NDArray[np.int64]

PARAMETER_PARTS = ("embedding", "attention", "mamba", "dense", "experts", "router", "norms", "prediction", "head")
"""Parts that add up to a model's parameters; experts are routed and shared ones, prediction is that of further tokens
(its layers, without the embedding and head that it shares)."""


@dataclass(frozen=True)
class LayerWeights:
    """Weights of matrices and all parameters of one layer's pieces, each (n,); zero where a model has no such piece."""

    attention: Counts
    """Matrices of the attention of a layer."""
    attention_other: Counts
    """Biases, norms inside attention and sinks."""
    mamba: Counts
    """Matrices of a Mamba-2 mixer."""
    mamba_other: Counts
    """Its convolution, decays, skips and norm."""
    dense: Counts
    dense_other: Counts
    expert: Counts
    """Matrices of one routed expert."""
    expert_other: Counts
    shared: Counts
    """Matrices of the shared experts, and the projections into and out of the width of the routed ones."""
    shared_other: Counts
    router: Counts
    router_other: Counts
    norm: Counts
    """One norm over ``hidden``."""
    norms: Counts
    """Norms over ``hidden`` of a layer with attention and network."""


def layer_weights(model: Transformer) -> LayerWeights:
    """Count the weights of one layer, piece by piece.

    Sources: grouped attention, Ainslie et al., arXiv:2305.13245; latent attention, DeepSeek-V2, arXiv:2405.04434;
    gated networks, Shazeer, arXiv:2002.05202; Mamba-2, Dao and Gu, arXiv:2405.21060.
    """
    h = _count(model.hidden)
    matrices, value, qk = _count(model.matrices), _count(model.value_dim), _count(model.qk_dim)
    heads, kv_heads, head_dim = _count(model.heads), _count(model.kv_heads), _count(model.head_dim)
    q_rank, kv_rank, rope = _count(model.q_rank), _count(model.kv_rank), _count(model.rope_dim)
    latent = kv_rank > 0

    grouped = h * (heads * head_dim + kv_heads * (head_dim + value))
    query = np.where(q_rank > 0, q_rank * (h + heads * qk), h * heads * qk)
    compressed = query + h * (kv_rank + rope) + kv_rank * heads * (head_dim + value)
    grouped_bias = heads * head_dim + kv_heads * (head_dim + value)
    attention_other = (
        _flag(model.attention_bias) * np.where(latent, q_rank + kv_rank + rope, grouped_bias)
        + np.where(latent, q_rank + kv_rank, 0)
        + _flag(model.output_bias) * h
        + _flag(model.qk_norm) * 2 * head_dim
        + _flag(model.sinks) * heads
    )

    inner = _count(model.mamba_heads) * _count(model.mamba_head_dim)
    states = 2 * _count(model.mamba_groups) * _count(model.mamba_state)
    mamba_other = (inner + states) * (_count(model.mamba_conv) + 1) + 3 * _count(model.mamba_heads) + inner

    bias = _flag(model.ffn_bias)
    expert_ffn, shared_ffn, routed_in = _count(model.expert_ffn), _count(model.shared_ffn), _count(model.expert_latent)
    width = np.where(routed_in > 0, routed_in, h)
    has_shared = np.minimum(shared_ffn, 1)
    experts = _count(model.experts)
    norm = h * (1 + _flag(model.norm_bias))
    per_layer = (2 - _flag(model.one_norm)) * (1 + _flag(model.post_norms))
    return LayerWeights(
        attention=np.where(latent, compressed, grouped) + heads * value * h,
        attention_other=attention_other,
        mamba=h * (2 * inner + states + _count(model.mamba_heads)) + inner * h,
        mamba_other=mamba_other,
        dense=matrices * h * _count(model.ffn),
        dense_other=bias * ((matrices - 1) * _count(model.ffn) + h),
        expert=matrices * width * expert_ffn,
        expert_other=bias * ((matrices - 1) * expert_ffn + width),
        shared=matrices * h * shared_ffn + 2 * h * routed_in,
        shared_other=bias * has_shared * ((matrices - 1) * shared_ffn + h),
        router=h * experts,
        router_other=_flag(model.router_bias) * experts,
        norm=norm,
        norms=per_layer * norm,
    )


def parameter_parts(model: Transformer) -> Mapping[str, Counts]:
    """Count the parameters of a model by ``PARAMETER_PARTS``.

    Examples
    --------
    Llama 3.1 8B, whose 32 layers have 32 query heads over 8 keys:

    >>> llama = Transformer("Llama 3.1 8B", 32, 4096, 32, 8, 128, 14336, 128256)
    >>> {part: int(count) for part, count in parameter_parts(llama).items() if count}
    {'embedding': 525336576, 'attention': 1342177280, 'dense': 5637144576, 'norms': 266240, 'head': 525336576}
    """
    return _parts(model, _count(model.experts))


def parameters(model: Transformer) -> Counts:
    """Count the parameters of a model (n,), with those that predict further tokens in training.

    Examples
    --------
    >>> int(parameters(Transformer("Llama 3.1 8B", 32, 4096, 32, 8, 128, 14336, 128256)))
    8030261248
    """
    return _total(parameter_parts(model))


def active_parameters(model: Transformer) -> Counts:
    """Count the parameters that a token passes (n,): of the routed experts those it is sent to.

    The embedding counts in full, as makers of models state it; what predicts further tokens does not.

    Examples
    --------
    Mixtral 8x7B:

    >>> mixtral = Transformer("Mixtral", 32, 4096, 32, 8, 128, 0, 32000, experts=8, top_k=2, expert_ffn=14336)
    >>> int(parameters(mixtral)), int(active_parameters(mixtral))
    (46702792704, 12879925248)
    """
    parts = _parts(model, _count(model.top_k))
    return _total({part: count for part, count in parts.items() if part != "prediction"})


def _total(parts: Mapping[str, Counts]) -> Counts:
    return np.asarray(sum(parts.values()), dtype=np.int64)


def _parts(model: Transformer, experts: Counts) -> Mapping[str, Counts]:
    weights = layer_weights(model)
    h = _count(model.hidden)
    attention = weights.attention + weights.attention_other
    moe_layers, mixture = _count(model.moe_layers), np.minimum(_count(model.experts), 1)
    dense_layers = _count(model.ffn_layers) - moe_layers
    dense = weights.dense + weights.dense_other
    routed = experts * (weights.expert + weights.expert_other) + weights.shared + weights.shared_other
    router = weights.router + weights.router_other
    single = _count(model.no_attention) + _count(model.no_ffn)  # layers that lack one of the two lack its norm
    mamba_layers = _count(model.mamba_layers)
    norms = (
        _count(model.layers) * weights.norms
        - single * (weights.norms // 2)
        + mamba_layers * weights.norm
        + weights.norm
    )
    further = 2 * h * h + 3 * weights.norm + attention + weights.norms + np.where(mixture > 0, routed + router, dense)
    vocabulary = _count(model.vocab) * h
    return {
        "embedding": vocabulary + _count(model.positions) * h,
        "attention": _count(model.attention_layers) * attention,
        "mamba": mamba_layers * (weights.mamba + weights.mamba_other),
        "dense": dense_layers * dense,
        "experts": moe_layers * routed,
        "router": moe_layers * router,
        "norms": norms,
        "prediction": _count(model.mtp_layers) * further,
        "head": (1 - _flag(model.tied)) * vocabulary,
    }


def _count(value: object) -> Counts:
    return np.asarray(value, dtype=np.int64)


def _flag(value: object) -> Counts:
    return np.asarray(value, dtype=np.int64)
