"""What one accelerator has of a layer and of a micro-batch: tokens, widths and shares, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Local:
    """An accelerator's part of an average layer for one micro-batch, () or (n,)."""

    tokens: FloatArray
    """Tokens that its matrices see."""
    sharded: FloatArray
    """Tokens of its part of the residual stream: fewer with sequence parallelism."""
    sequences: FloatArray
    sequence: FloatArray
    """Tokens of a whole sequence."""
    tp: FloatArray
    cp: FloatArray
    ep: FloatArray
    hidden: FloatArray
    heads: FloatArray
    qk: FloatArray
    """Width of a head of queries and keys."""
    value: FloatArray
    """Width of a head of values."""
    keys: FloatArray
    """Heads of keys on the accelerator; as many as of queries in latent attention, whose keys are spread out."""
    projected: FloatArray
    """Queries, keys and values."""
    attended: FloatArray
    """Results of attention."""
    matrices: FloatArray
    """Of a feed-forward network: three with a gate, else two."""
    ffn: FloatArray
    shared: FloatArray
    routed: FloatArray
    """Copies of tokens that its experts see."""
    owned: FloatArray
    """Experts that it has."""
    experts: FloatArray
    expert_cut: FloatArray
    """Accelerators over which an expert is cut: those of tensor parallelism where experts have no parallelism."""
    expert_ffn: FloatArray
    expert_width: FloatArray
    """Width of what goes into an expert."""
    top_k: FloatArray
    inner: FloatArray
    """Channels of a Mamba-2 mixer."""
    attends: FloatArray
    """Share of layers with attention; then of those with a dense network, with a mixture, and with a mixer."""
    dense: FloatArray
    mixes: FloatArray
    scans: FloatArray
    latent: NDArray[np.bool_]
    trained: FloatArray
    """One where the weights are trained, zero where only adapters are."""

    @property
    def cuts(self) -> FloatArray:
        """Parts of the layer that tensor parallelism cuts, each between a gather and a scatter."""
        mixture = np.where((self.shared > 0.0) | (self.expert_cut > 1.0), 1.0, 0.0)
        return self.attends + self.scans + self.dense + self.mixes * mixture


def local_of(model: Transformer, job: Job, strategies: Strategies) -> Local:
    """Give an accelerator's part of an average layer; layers of several sorts enter by their share."""
    tp, cp, ep = number(strategies.tp), number(strategies.cp), number(strategies.ep)
    sequences, sequence = number(strategies.micro_batch), number(job.sequence)
    tokens = sequences * sequence / cp
    hidden, layers = number(model.hidden), number(model.layers)
    qk, value, latent = number(model.qk_dim), number(model.value_dim), number(model.kv_rank) > 0.0
    heads = number(model.heads) / tp
    keys = np.where(latent, heads, np.maximum(number(model.kv_heads) / tp, 1.0))
    top_k, experts, narrow = number(model.top_k), np.maximum(number(model.experts), 1.0), number(model.expert_latent)
    cut = np.where(ep > 1.0, 1.0, tp)
    mixes = number(model.moe_layers) / layers
    return Local(
        tokens=tokens,
        sharded=tokens / np.where(np.asarray(strategies.sequence_parallel, dtype=np.bool_), tp, 1.0),
        sequences=sequences,
        sequence=sequence,
        tp=tp,
        cp=cp,
        ep=ep,
        hidden=hidden,
        heads=heads,
        qk=qk,
        value=value,
        keys=keys,
        projected=heads * qk + keys * (qk + value),
        attended=heads * value,
        matrices=number(model.matrices),
        ffn=number(model.ffn) / tp,
        shared=number(model.shared_ffn) / tp,
        routed=tokens / tp * cut * top_k,
        owned=experts / ep,
        experts=experts,
        expert_cut=cut,
        expert_ffn=np.maximum(number(model.expert_ffn), 1.0) / cut,
        expert_width=np.where(narrow > 0.0, narrow, hidden),
        top_k=top_k,
        inner=number(model.mamba_heads) * number(model.mamba_head_dim) / tp,
        attends=number(model.attention_layers) / layers,
        dense=number(model.ffn_layers) / layers - mixes,
        mixes=mixes,
        scans=number(model.mamba_layers) / layers,
        latent=latent,
        trained=1.0 - number(job.adapters),
    )


def number(value: object) -> FloatArray:
    """Give a scalar or a column as floats."""
    return np.asarray(value, dtype=np.float64)
