"""Language models: their published shape and parameter counts."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from gigaloop.catalogue.entry import CoarseDate, Entry
from gigaloop.core.quantity import Count, PositiveCount, WholeCount


class LanguageModel(Entry):
    """A decoder of attention and feed-forward layers, or of Mamba-2 mixers, as its configuration file states it.

    What a field means is told at :class:`gigaloop.design.transformer.Transformer`, whose fields these are.
    """

    kind: ClassVar[str] = "language_model"

    developer: str = ""
    introduced: CoarseDate | None = None
    layers: WholeCount
    hidden: WholeCount
    heads: WholeCount
    kv_heads: WholeCount
    head_dim: WholeCount
    ffn: Count | None = None
    vocab: WholeCount
    gated: bool = True
    tied: bool = False
    experts: Count | None = None
    top_k: Count | None = None
    expert_ffn: Count | None = None
    expert_latent: Count | None = None
    shared_ffn: Count | None = None
    dense_layers: Count | None = None
    q_rank: Count | None = None
    kv_rank: Count | None = None
    rope_dim: Count | None = None
    v_head_dim: Count | None = None
    window: Count | None = None
    window_layers: Count | None = None
    mtp_layers: Count | None = None
    mtp_passes: Count | None = None
    positions: Count | None = None
    attention_bias: bool = False
    output_bias: bool = False
    ffn_bias: bool = False
    router_bias: bool = False
    norm_bias: bool = False
    qk_norm: bool = False
    post_norms: bool = False
    one_norm: bool = False
    sinks: bool = False
    no_attention: Count | None = None
    no_ffn: Count | None = None
    mamba_layers: Count | None = None
    mamba_heads: Count | None = None
    mamba_head_dim: Count | None = None
    mamba_state: Count | None = None
    mamba_groups: Count | None = None
    mamba_conv: Count | None = None
    parameters: PositiveCount | None = None
    """As published, without what predicts further tokens."""
    active_parameters: PositiveCount | None = None
    """As published: those that a token passes."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if float(self.heads) % float(self.kv_heads):
            raise ValueError(f"{self.heads} heads cannot share {self.kv_heads} key heads evenly")
        for of, needed in _NEEDED.items():
            missing = [name for name in needed if not float(getattr(self, name) or 0.0)]
            if float(getattr(self, of) or 0.0) and missing:
                raise ValueError(f"a model with '{of}' needs {' and '.join(missing)} too")
        if not float(self.experts or 0.0) and not float(self.ffn or 0.0):
            raise ValueError("a model has dense networks, of the width 'ffn', or experts")
        return self


_NEEDED = {
    "experts": ("top_k", "expert_ffn"),
    "dense_layers": ("ffn",),
    "kv_rank": ("rope_dim",),
    "window_layers": ("window",),
    "mamba_layers": ("mamba_heads", "mamba_head_dim", "mamba_state", "mamba_groups", "mamba_conv"),
}
"""Fields that others need beside them."""
