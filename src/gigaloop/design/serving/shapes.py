"""What serving needs to know of a model, per layer, as numbers or columns."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.transformer import Transformer, kv_bytes, kv_bytes_per_token, layer_weights, state_bytes

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Shapes:
    """A model, or a column of them (n,), each field a float array."""

    layers: FloatArray
    hidden: FloatArray
    vocab: FloatArray
    tied: FloatArray
    attention_layers: FloatArray
    window_layers: FloatArray
    window: FloatArray
    entry: FloatArray
    """Width of the products of a layer of attention that take hidden states."""
    between: FloatArray
    """Weights of its products between compressed and full width, in latent attention."""
    rank: FloatArray
    """Their depth."""
    out: FloatArray
    """Depth of the product that gives hidden states back."""
    mixers: FloatArray
    """Weights of all Mamba-2 mixers."""
    state: FloatArray
    """Bytes of all states of a sequence, at two bytes a value [B]."""
    heads: FloatArray
    kv_heads: FloatArray
    """Heads of keys that tensor parallelism can split; 1 in latent attention, whose cache it replicates."""
    values: FloatArray
    """Values that a layer keeps of a token."""
    pair: FloatArray
    """FLOPs of a head for a query token and a cached one in decoding; latent attention works in the compressed
    width (absorbed)."""
    prompt_pair: FloatArray
    """The same in prefill."""
    dense_layers: FloatArray
    matrices: FloatArray
    """Of a feed-forward network: three where it is gated, else two."""
    ffn: FloatArray
    moe_layers: FloatArray
    expert_in: FloatArray
    """Width that routed experts take."""
    expert_ffn: FloatArray
    experts: FloatArray
    top_k: FloatArray
    shared: FloatArray
    """Weights of shared experts and the router of a layer."""
    mtp_layers: FloatArray

    @property
    def attention(self) -> FloatArray:
        """Weights of the projections of a layer of attention."""
        return self.hidden * (self.entry + self.out) + self.between

    @property
    def dense(self) -> FloatArray:
        """Weights of a dense feed-forward network."""
        return self.matrices * self.hidden * self.ffn

    @property
    def expert(self) -> FloatArray:
        """Weights of a routed expert."""
        return self.matrices * self.expert_in * self.expert_ffn

    def rows(self, part: slice) -> Shapes:
        """Give some rows of a column of models; a single model is the same for all."""
        return Shapes(**{f.name: rows_of(getattr(self, f.name), part) for f in fields(self)})


def rows_of(value: FloatArray, part: slice) -> FloatArray:
    """Give some rows of a column; a scalar is the same for all."""
    return value[part] if value.ndim else value


def shapes_of(model: Transformer) -> Shapes:
    """Take from a model, or a column of them, what serving needs.

    Source: absorbed latent attention, DeepSeek-V2, arXiv:2405.04434, 2.1: queries are projected into the compressed
    width, so that a cached token is read once for all heads.
    """
    weights = layer_weights(model)
    latent = _float(model.kv_rank) > 0.0
    head = _float(model.qk_dim) + _float(model.value_dim)
    absorbed = 2.0 * _float(model.kv_rank) + _float(model.rope_dim)
    full = _float(model.attention_layers) - _float(model.window_layers)
    one = kv_bytes_per_token(model, 1.0) if np.all(full > 0.0) else kv_bytes(model, 1.0, 1.0)
    counted = full if np.all(full > 0.0) else _float(model.attention_layers)
    hidden, out = _float(model.hidden), _float(model.heads) * _float(model.value_dim)
    query = np.where(_float(model.q_rank) > 0.0, _float(model.q_rank), _float(model.heads) * _float(model.qk_dim))
    compressed = query + _float(model.kv_rank) + _float(model.rope_dim)
    entry = np.where(latent, compressed, _float(weights.attention) / hidden - out)
    return Shapes(
        layers=_float(model.layers),
        hidden=hidden,
        vocab=_float(model.vocab),
        tied=_float(model.tied),
        attention_layers=_float(model.attention_layers),
        window_layers=_float(model.window_layers),
        window=_float(model.window),
        entry=entry,
        between=np.maximum(_float(weights.attention) - hidden * (entry + out), 0.0),
        rank=np.maximum(_float(model.q_rank) + _float(model.kv_rank), 1.0),
        out=out,
        mixers=_float(weights.mamba) * _float(model.mamba_layers),
        state=state_bytes(model, 2.0),
        heads=_float(model.heads),
        kv_heads=np.where(latent, 1.0, _float(model.kv_heads)),
        values=one / np.maximum(counted, 1.0),
        pair=2.0 * np.where(latent, absorbed, head),
        prompt_pair=2.0 * head,
        dense_layers=_float(model.ffn_layers) - _float(model.moe_layers),
        matrices=_float(model.matrices),
        ffn=_float(model.ffn),
        moe_layers=_float(model.moe_layers),
        expert_in=np.where(_float(model.expert_latent) > 0.0, _float(model.expert_latent), hidden),
        expert_ffn=_float(model.expert_ffn),
        experts=np.maximum(_float(model.experts), 1.0),
        top_k=_float(model.top_k),
        shared=_float(weights.shared) + _float(weights.router),
        mtp_layers=_float(model.mtp_layers),
    )


def _float(value: object) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
