"""The shape of a transformer, as far as its arithmetic, memory and traffic go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Count = int | NDArray[np.int64]
Flag = bool | NDArray[np.bool_]


@dataclass(frozen=True)
class Transformer:
    """A decoder of attention and feed-forward layers; fields are scalars, or arrays (n,) for a column of models.

    A layer has grouped attention (``heads`` queries over ``kv_heads`` keys; 1 is multi-query, ``heads`` multi-head) or
    latent attention (``kv_rank`` above 0), and a dense feed-forward network or a mixture of experts (``experts`` above
    0, in all layers but the first ``dense_layers``).
    """

    name: str
    layers: Count
    hidden: Count
    heads: Count
    kv_heads: Count
    head_dim: Count
    """Of queries and keys; without the rotary part in latent attention."""
    ffn: Count
    """Inner width of a dense feed-forward network; 0 where there is none."""
    vocab: Count
    gated: Flag = True
    """Whether the feed-forward networks have a gate (SwiGLU and its like): three matrices in place of two."""
    tied: Flag = False
    """Whether input embedding and output head share their weights."""
    experts: Count = 0
    top_k: Count = 0
    """Experts that a token is routed to."""
    expert_ffn: Count = 0
    """Inner width of one routed expert."""
    shared_ffn: Count = 0
    """Inner width of all shared experts together."""
    dense_layers: Count = 0
    """Layers of a mixture that have a dense network."""
    q_rank: Count = 0
    """Rank of the compressed query in latent attention; 0 where it is not compressed."""
    kv_rank: Count = 0
    """Rank of the compressed keys and values in latent attention; 0 for grouped attention."""
    rope_dim: Count = 0
    """Rotary part of queries and keys in latent attention, beside ``head_dim``."""
    v_head_dim: Count = 0
    """Width of a value head where it is not ``head_dim``."""
    window: Count = 0
    """Tokens that a windowed layer looks back."""
    window_layers: Count = 0
    """Layers with windowed attention."""
    mtp_layers: Count = 0
    """Extra layers that predict further tokens (multi-token prediction)."""
    positions: Count = 0
    """Learned position embeddings."""
    attention_bias: Flag = False
    ffn_bias: Flag = False
    norm_bias: Flag = False
    """Whether norms have a bias (LayerNorm) or not (RMSNorm)."""
    qk_norm: Flag = False


def stacked(models: Sequence[Transformer]) -> Transformer:
    """Give a column of models (n,) as one record, for equations over rows of several models."""
    columns = {
        each.name: np.array([getattr(model, each.name) for model in models])
        for each in fields(Transformer)
        if each.name != "name"
    }
    return Transformer(name=f"{len(models)} models", **columns)
