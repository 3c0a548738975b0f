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
    attention: FloatArray
    """Weights of the projections of a layer of attention."""
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
    dense: FloatArray
    moe_layers: FloatArray
    expert: FloatArray
    experts: FloatArray
    top_k: FloatArray
    shared: FloatArray
    """Weights of shared experts and routers of a layer."""
    mtp_layers: FloatArray

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
    return Shapes(
        layers=_float(model.layers),
        hidden=_float(model.hidden),
        vocab=_float(model.vocab),
        tied=_float(model.tied),
        attention_layers=_float(model.attention_layers),
        window_layers=_float(model.window_layers),
        window=_float(model.window),
        attention=_float(weights.attention),
        mixers=_float(weights.mamba) * _float(model.mamba_layers),
        state=state_bytes(model, 2.0),
        heads=_float(model.heads),
        kv_heads=np.where(latent, 1.0, _float(model.kv_heads)),
        values=one / np.maximum(counted, 1.0),
        pair=2.0 * np.where(latent, absorbed, head),
        prompt_pair=2.0 * head,
        dense_layers=_float(model.ffn_layers) - _float(model.moe_layers),
        dense=_float(weights.dense),
        moe_layers=_float(model.moe_layers),
        expert=_float(weights.expert),
        experts=np.maximum(_float(model.experts), 1.0),
        top_k=_float(model.top_k),
        shared=_float(weights.shared) + _float(weights.router),
        mtp_layers=_float(model.mtp_layers),
    )


def _float(value: object) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
