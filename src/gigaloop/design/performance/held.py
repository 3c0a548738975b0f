"""What an accelerator holds of a layer: its parameters, and the bytes that a micro-batch leaves for the backward pass.

Sources: activations, Korthikanti et al. 2022 (arXiv:2205.05198), generalised to grouped and latent attention, gated
networks, routed experts, Mamba-2 mixers and context parallelism.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.transformer import Transformer, layer_weights

FloatArray = NDArray[np.float64]

SAVED_INPUT_BYTES = np.array([2.0, 1.0, 1.03125, 0.5625])
"""Of an input of a matrix product kept for its weight gradient, by precision. Source:
https://github.com/NVIDIA/TransformerEngine, saved tensors of linear layers, 2026-08."""
SCORE_BYTES = 5.0
"""Of a score of attention that is not fused: softmax, its dropped copy in 16 bits, the mask.
Source: arXiv:2205.05198, section 4.1."""


def expert_cut(strategies: Strategies) -> FloatArray:
    """Give the accelerators over which the experts of a layer are spread.

    Without expert parallelism tensor parallelism cuts each expert as it cuts dense networks.
    """
    ep = np.asarray(strategies.ep, float)
    return np.where(ep > 1, ep, np.asarray(strategies.tp, float))


@dataclass(frozen=True)
class HeldWeights:
    """Parameters that an accelerator holds."""

    dense: FloatArray
    """Of a layer with a dense network."""
    mixture: FloatArray
    """Of a layer with experts, without the routed ones."""
    experts: FloatArray
    """Of the routed experts of a layer."""
    expert: FloatArray
    """Of one routed expert, as far as it is held."""
    vocabulary: FloatArray
    data: FloatArray
    """Accelerators that hold the same parameters."""
    expert_data: FloatArray
    """Accelerators that hold the same experts."""


def held_weights(model: Transformer, strategies: Strategies) -> HeldWeights:
    """Give the parameters of layers that an accelerator holds before anything is sharded over data parallelism."""
    tp = np.asarray(strategies.tp, float)
    layer = layer_weights(model)
    share, mamba_share = share_of_layers(model.attention_layers, model), share_of_layers(model.mamba_layers, model)
    # Projections into the ranks of latent attention are not cut.
    q_rank, kv_rank = np.asarray(model.q_rank), np.asarray(model.kv_rank)
    whole = np.where(kv_rank > 0, model.hidden * (q_rank + kv_rank + model.rope_dim), 0)
    mixer = share * (whole + layer.attention_other + (layer.attention - whole) / tp)
    mixer = mixer + mamba_share * (layer.mamba + layer.mamba_other) / tp + layer.norms
    cut = expert_cut(strategies)
    alone = np.where(np.asarray(strategies.ep) > 1, 1.0, tp)
    data = np.asarray(strategies.cp, float) * np.asarray(strategies.dp, float)
    return HeldWeights(
        dense=mixer + (layer.dense + layer.dense_other) / tp,
        mixture=mixer + layer.router + layer.router_other + (layer.shared + layer.shared_other) / tp,
        experts=np.asarray(model.experts) * (layer.expert + layer.expert_other) / cut,
        expert=(layer.expert + layer.expert_other) / alone,
        vocabulary=np.asarray(model.vocab) * np.asarray(model.hidden) / tp,
        data=data,
        expert_data=np.maximum(tp * data / cut, 1.0),
    )


@dataclass(frozen=True)
class Kept:
    """Bytes that an accelerator keeps of one micro-batch."""

    input: FloatArray
    """Of the input of a layer."""
    dense: FloatArray
    """Of a layer with a dense network, as far as it is not computed again."""
    mixture: FloatArray
    """Of a layer with experts."""
    dense_whole: FloatArray
    """Of a layer with a dense network, all of it."""
    mixture_whole: FloatArray
    dense_gradients: FloatArray
    """Gradients at work while a dense network is differentiated."""
    mixture_gradients: FloatArray
    """The same of experts, with the buffers that tokens are sent through."""
    logits: FloatArray
    """Logits, in numbers."""


def kept_bytes(model: Transformer, job: Job, strategies: Strategies) -> Kept:
    """Give what a micro-batch leaves of a layer on one accelerator (n,) [B]."""
    tp = np.asarray(strategies.tp, float)
    spread = np.where(strategies.sequence_parallel, tp, 1.0)
    saved = SAVED_INPUT_BYTES[np.asarray(job.precision)]
    hidden, heads, matrices = np.asarray(model.hidden), np.asarray(model.heads), np.asarray(model.matrices)
    values = heads * model.value_dim
    q_rank, kv_rank = np.asarray(model.q_rank), np.asarray(model.kv_rank)
    again = np.where(saved < 2.0, saved, 0.0)  # the output of attention once more, for the product behind it
    keys = np.maximum(np.asarray(model.kv_heads), tp) * (np.asarray(model.head_dim) + model.value_dim)
    grouped = 2.0 * (heads * np.asarray(model.head_dim) + keys)
    latent = 2.0 * (2.0 * heads * model.qk_dim + values)
    ranks = np.where(kv_rank > 0, (2.0 + saved) * (q_rank + kv_rank) + 2.0 * np.asarray(model.rope_dim), 0.0)
    core = np.where(kv_rank > 0, latent, grouped) + (2.0 + again) * values + 4.0 * heads
    inner = np.asarray(model.mamba_heads) * np.asarray(model.mamba_head_dim)
    states = 2 * np.asarray(model.mamba_groups) * np.asarray(model.mamba_state)
    mamba = 2.0 * (4.0 * inner + 2.0 * states)
    fused, trained = np.asarray(strategies.fused_attention), 1.0 - np.asarray(job.adapters, float)
    # Inputs of two norms, and two masks of dropout in programs old enough to lack fused attention.
    edges = np.where(fused, 4.0, 6.0) * hidden
    share, mamba_share = share_of_layers(model.attention_layers, model), share_of_layers(model.mamba_layers, model)
    mixer = (share * core + mamba_share * mamba) / tp + (edges + share * ranks) / spread
    # Inputs of frozen products are not kept; adapters take those of attention.
    norms = (1.0 + trained) * saved * hidden / spread
    width = np.asarray(model.ffn) / tp
    shared = np.asarray(model.shared_ffn) / tp
    by_experts = np.asarray(strategies.ep) > 1
    copies = np.asarray(model.top_k) / np.where(by_experts, tp, 1.0)
    routed_in = np.where(np.asarray(model.expert_latent) > 0, model.expert_latent, hidden)
    routed = copies * np.asarray(model.expert_ffn) / np.where(by_experts, 1.0, tp)
    sent = copies * routed_in
    before = 2.0 * (matrices - 1)  # bytes of the inputs of an activation function, by unit of width
    gates = 8.0 * np.asarray(model.experts) / spread
    selective = np.asarray(strategies.recompute) == 1
    scores = np.where(fused, 0.0, share * SCORE_BYTES * heads * np.asarray(job.sequence) / tp)
    mixer_kept = mixer + np.where(selective, 0.0, scores)
    plain, mixed = before * width, before * (shared + routed) + trained * saved * sent + gates
    heavy_dense, heavy_mixture = norms + trained * saved * width, norms + trained * saved * (shared + routed)
    stays = np.where(selective & fused, 0.0, 1.0)
    tokens = np.asarray(strategies.micro_batch) * np.asarray(job.sequence) / np.asarray(strategies.cp, float)
    return Kept(
        input=tokens * (2.0 * hidden / spread),
        dense=tokens * (mixer_kept + plain + stays * heavy_dense),
        mixture=tokens * (mixer_kept + mixed + stays * heavy_mixture),
        dense_whole=tokens * (mixer + scores + plain + heavy_dense),
        mixture_whole=tokens * (mixer + scores + mixed + heavy_mixture),
        dense_gradients=tokens * (2.0 * matrices * width + 4.0 * hidden),
        mixture_gradients=tokens * (2.0 * matrices * (shared + routed) + 4.0 * hidden + 4.0 * sent),
        logits=tokens * (np.asarray(model.vocab) / tp),
    )


def share_of_layers(layers: object, model: Transformer) -> FloatArray:
    """Give the share of some layers in all of a model."""
    return np.asarray(np.asarray(layers, float) / np.asarray(model.layers, float))
