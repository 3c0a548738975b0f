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
    0, in all layers but the first ``dense_layers``). In a hybrid, layers have one of the two, or a Mamba-2 mixer:
    ``layers`` counts them all, ``no_attention`` and ``no_ffn`` say how many lack which.
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
    expert_latent: Count = 0
    """Width into which tokens are projected for the routed experts of a layer; 0 where these work in ``hidden``."""
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
    mtp_passes: Count = 0
    """How often a token passes such a layer in training, where that is more than once."""
    positions: Count = 0
    """Learned position embeddings."""
    attention_bias: Flag = False
    """Of queries, keys and values."""
    output_bias: Flag = False
    """Of the output of attention."""
    ffn_bias: Flag = False
    router_bias: Flag = False
    norm_bias: Flag = False
    """Whether norms have a bias (LayerNorm) or not (RMSNorm)."""
    qk_norm: Flag = False
    """Whether queries and keys are normalised, with a weight over ``head_dim`` each."""
    post_norms: Flag = False
    """Whether outputs of attention and network are normalised too."""
    one_norm: Flag = False
    """Whether attention and network run side by side behind one norm."""
    sinks: Flag = False
    """Whether each head has a learned sink."""
    no_attention: Count = 0
    """Layers without attention."""
    no_ffn: Count = 0
    """Layers without a feed-forward network."""
    mamba_layers: Count = 0
    """Layers with a Mamba-2 mixer."""
    mamba_heads: Count = 0
    mamba_head_dim: Count = 0
    mamba_state: Count = 0
    """Width of the state of a channel."""
    mamba_groups: Count = 0
    """Groups of heads that share the projections into and out of the state."""
    mamba_conv: Count = 0
    """Taps of the convolution before the state."""

    @property
    def attention_layers(self) -> Count:
        """Layers with attention."""
        return self.layers - self.no_attention

    @property
    def ffn_layers(self) -> Count:
        """Layers with a feed-forward network, dense or a mixture."""
        return self.layers - self.no_ffn

    @property
    def moe_layers(self) -> Count:
        """Layers with a mixture of experts."""
        return (self.ffn_layers - self.dense_layers) * np.minimum(self.experts, 1)

    @property
    def further_layers(self) -> Count:
        """Layers that a token passes in training to predict further tokens; each ends in the shared head."""
        return self.mtp_layers * np.maximum(self.mtp_passes, 1)

    @property
    def matrices(self) -> Count:
        """Matrices of a feed-forward network: three where it is gated, else two."""
        return 2 + np.asarray(self.gated, dtype=np.int64)

    @property
    def value_dim(self) -> Count:
        """Width of a value head."""
        return np.where(np.asarray(self.v_head_dim) > 0, self.v_head_dim, self.head_dim)

    @property
    def qk_dim(self) -> Count:
        """Width of a head of queries and keys, with the rotary part in latent attention."""
        return self.head_dim + self.rope_dim


def stacked(models: Sequence[Transformer]) -> Transformer:
    """Give a column of models (n,) as one record, for equations over rows of several models."""
    columns = {
        each.name: np.array([getattr(model, each.name) for model in models])
        for each in fields(Transformer)
        if each.name != "name"
    }
    return Transformer(name=f"{len(models)} models", **columns)
