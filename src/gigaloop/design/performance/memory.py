"""Memory of the fullest accelerator of a training job, for columns of strategies at once.

What is kept is counted tensor by tensor on the first, the second and the last pipeline stage, as a Megatron-style
program keeps it with fused attention; the fullest stage counts.

Sources: activations and recompute, Korthikanti et al. 2022 (arXiv:2205.05198), generalised to grouped and latent
attention, gated networks, routed experts and context parallelism; sharding of states, Rajbhandari et al. 2020
(arXiv:1910.02054); micro-batches in flight, Narayanan et al. 2021 (arXiv:2104.04473) and, for zero-bubble and DualPipe,
table 2 of DeepSeek-V3 (arXiv:2412.19437).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.records.training import MEMORY_PARTS, TrainingMemory
from gigaloop.design.transformer import Transformer, layer_weights

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

WEIGHT_BYTES = np.array([2.0, 2.0, 2.0625, 3.125])
"""Of a weight of a matrix product, by precision: a 16-bit copy; FP8 in both orientations without a 16-bit copy, with
the scales of 32-value blocks for MX; FP4 in both orientations with the scales of 16-value blocks beside a 16-bit copy.
Source: https://github.com/NVIDIA/TransformerEngine docs (FP8 and NVFP4 primary weights), 2026-08."""
SAVED_INPUT_BYTES = np.array([2.0, 1.0, 1.03125, 0.5625])
"""Of an input of a matrix product kept for its weight gradient, by precision. Source: as ``WEIGHT_BYTES``."""
FROZEN_BYTES = np.array([2.0, 2.0, 2.0625, 1.125])
"""The same of a weight that is not trained: no 16-bit copy beside FP4. Source: as ``WEIGHT_BYTES``."""
STATE_BYTES = 12.0
"""Of optimiser states per parameter: master weight and two moments in 32 bits. Source: arXiv:1910.02054."""
MASTER_BYTES = 4.0
"""Of them the master weight. Source: as ``STATE_BYTES``."""
GRADIENT_BYTES = 4.0
"""Gradients are accumulated in 32 bits. Source: https://github.com/NVIDIA/Megatron-LM (main_grad), 2026-08."""
LOGIT_BYTES = 6.0
"""Of a logit at the loss: in 16 bits, and once in 32 bits, whose place the gradient takes.
Source: https://github.com/NVIDIA/Megatron-LM (fused vocabulary-parallel cross entropy), 2026-08."""
HEAD_LOGIT_BYTES = 4.0
"""Of a logit while the output head is differentiated: logits and their gradient in 16 bits.
Source: https://github.com/NVIDIA/Megatron-LM (vocabulary-parallel cross entropy), 2026-08."""
SCORE_BYTES = 5.0
"""Of a score of attention that is not fused: softmax, its dropped copy in 16 bits, the mask.
Source: arXiv:2205.05198, section 4.1."""
ADAPTER_SHARE = 0.001
"""Parameters of low-rank adapters over those of the model. Source: MLPerf Llama 2 70B LoRA, rank 16, 44.6 M of 69 G
(https://github.com/mlcommons/training_policies), 2024."""
GATHERED_LAYERS = 2.0
"""Layers whose weights stand gathered under fully sharded data parallelism: the one at work and the next.
Source: arXiv:2304.11277."""
FRAGMENTATION = 0.03
"""Reserved beyond what is allocated, over everything that is not static. Source: peak reserved over peak allocated of
published runs, docs/workload.md."""
USABLE = 1.06
"""Usable bytes over the stated size of HBM, which is stated in GB but built in GiB, less what error correction and the
driver take. Source: total capacities that PyTorch reports, 79.15 GiB of an A100 of 80 GB
(https://github.com/pytorch/pytorch/issues/101159), 139.8 GiB of an H200 of 141 GB, 178.4 GiB of a B200 of 180 GB."""
CONTEXT_BYTES = 1.5e9
"""Of driver context, library workspaces and communicators. Source: https://github.com/NVIDIA/nccl (buffers per channel)
and CUDA context of current accelerators, 2026-08."""


def training_memory(model: Transformer, machine: Machine, job: Job, strategies: Strategies) -> TrainingMemory:
    """Give the memory of the fullest accelerator of each strategy.

    All records hold scalars or columns that broadcast to (n,). Routed tokens are taken as balanced over the experts.
    Recompute ``selective`` keeps neither outputs of norms nor those of activation functions, or, where attention is not
    fused, no scores; ``full`` keeps the input of each layer alone.

    Examples
    --------
    Llama 3.1 8B in BF16 on eight accelerators of 80 GB, sharded fully: 8.03 G parameters of 18 bytes over eight.

    >>> from gigaloop.design.performance.machine import Machine
    >>> llama = Transformer("Llama 3.1 8B", 32, 4096, 32, 8, 128, 14336, 128256)
    >>> h100 = Machine("H100", "hopper", 989e12, 1979e12, float("nan"), 80e9, 3.35e12, 8, 450e9, 50e9, 700, 700)
    >>> sharded = Strategies(tp=1, cp=1, pp=1, vp=1, dp=8, ep=1, micro_batch=1, recompute=0, zero=3)
    >>> memory = training_memory(llama, h100, Job(sequence=4096, batch=8, precision=0), sharded)
    >>> {part: round(float(column[0]) / 1e9, 1) for part, column in memory.parts.items()}
    {}
    """
    weights = _weights(model, strategies)
    kept = _kept(model, job, strategies)
    pp = np.asarray(strategies.pp)
    stages = [_stage(weights, kept, model, job, strategies, 0)]
    if np.any(pp > 1):
        stages.append(_stage(weights, kept, model, job, strategies, -1))
    uneven = np.any(_short(model, strategies)[1] >= 2)
    if np.any(pp > 2) and (uneven or (np.any(model.dense_layers) and np.any(model.experts))):
        stages.append(_stage(weights, kept, model, job, strategies, 1))
    parts, total = stages[0], sum(stages[0])
    for other in stages[1:]:
        its_total = sum(other)
        fuller = its_total > total
        parts = [np.where(fuller, its, part) for its, part in zip(other, parts, strict=True)]
        total = np.where(fuller, its_total, total)
    shape = np.broadcast_shapes(np.shape(total), np.shape(machine.hbm), (1,))
    return TrainingMemory(
        parts={name: np.broadcast_to(part, shape) for name, part in zip(MEMORY_PARTS, parts, strict=True)},
        total=np.broadcast_to(np.asarray(total), shape),
        available=np.broadcast_to(usable_hbm(machine), shape),
    )


def usable_hbm(machine: Machine) -> FloatArray:
    """Give the memory of an accelerator that programs can use, () or (n,) [B]."""
    return USABLE * np.asarray(machine.hbm, float)


def least_recompute(model: Transformer, machine: Machine, job: Job, strategies: Strategies) -> IntArray:
    """Give the least recompute with which each strategy fits, as indices into ``RECOMPUTE`` (n,); full if none does."""
    fits = [
        training_memory(model, machine, job, replace(strategies, recompute=np.full((1,), each))).fits for each in (0, 1)
    ]
    return np.where(fits[0], 0, np.where(fits[1], 1, 2))


def expert_cut(strategies: Strategies) -> FloatArray:
    """Give the accelerators over which the experts of a layer are spread.

    Without expert parallelism tensor parallelism cuts each expert as it cuts dense networks.
    """
    ep = np.asarray(strategies.ep, float)
    return np.where(ep > 1, ep, np.asarray(strategies.tp, float))


@dataclass(frozen=True)
class _Weights:
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


def _weights(model: Transformer, strategies: Strategies) -> _Weights:
    tp = np.asarray(strategies.tp, float)
    layer = layer_weights(model)
    share, mamba_share = _share(model.attention_layers, model), _share(model.mamba_layers, model)
    # Projections into the ranks of latent attention are not cut.
    q_rank, kv_rank = np.asarray(model.q_rank), np.asarray(model.kv_rank)
    whole = np.where(kv_rank > 0, model.hidden * (q_rank + kv_rank + model.rope_dim), 0)
    mixer = share * (whole + layer.attention_other + (layer.attention - whole) / tp)
    mixer = mixer + mamba_share * (layer.mamba + layer.mamba_other) / tp + layer.norms
    cut = expert_cut(strategies)
    alone = np.where(np.asarray(strategies.ep) > 1, 1.0, tp)
    data = np.asarray(strategies.cp, float) * np.asarray(strategies.dp, float)
    return _Weights(
        dense=mixer + (layer.dense + layer.dense_other) / tp,
        mixture=mixer + layer.router + layer.router_other + (layer.shared + layer.shared_other) / tp,
        experts=np.asarray(model.experts) * (layer.expert + layer.expert_other) / cut,
        expert=(layer.expert + layer.expert_other) / alone,
        vocabulary=np.asarray(model.vocab) * np.asarray(model.hidden) / tp,
        data=data,
        expert_data=np.maximum(tp * data / cut, 1.0),
    )


@dataclass(frozen=True)
class _Kept:
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


def _kept(model: Transformer, job: Job, strategies: Strategies) -> _Kept:
    tp = np.asarray(strategies.tp, float)
    spread = np.where(strategies.sequence_parallel, tp, 1.0)
    saved = SAVED_INPUT_BYTES[np.asarray(job.precision)]
    hidden, heads, matrices = np.asarray(model.hidden), np.asarray(model.heads), np.asarray(model.matrices)
    values = heads * model.value_dim
    q_rank, kv_rank = np.asarray(model.q_rank), np.asarray(model.kv_rank)
    again = np.where(saved < 2.0, saved, 0.0)  # the output of attention once more, for the product behind it
    keys = np.asarray(model.kv_heads) * (np.asarray(model.head_dim) + model.value_dim)
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
    share, mamba_share = _share(model.attention_layers, model), _share(model.mamba_layers, model)
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
    return _Kept(
        input=tokens * (2.0 * hidden / spread),
        dense=tokens * (mixer_kept + plain + stays * heavy_dense),
        mixture=tokens * (mixer_kept + mixed + stays * heavy_mixture),
        dense_whole=tokens * (mixer + scores + plain + heavy_dense),
        mixture_whole=tokens * (mixer + scores + mixed + heavy_mixture),
        dense_gradients=tokens * (2.0 * matrices * width + 2.0 * hidden),
        mixture_gradients=tokens * (2.0 * matrices * (shared + routed) + 2.0 * hidden + 4.0 * sent),
        logits=tokens * (np.asarray(model.vocab) / tp),
    )


def _stage(
    weights: _Weights, kept: _Kept, model: Transformer, job: Job, strategies: Strategies, stage: int
) -> list[FloatArray]:
    """Give the bytes of a pipeline stage, in the order of ``MEMORY_PARTS``."""
    pp = np.asarray(strategies.pp, float)
    recompute, zero, precision = (np.asarray(each) for each in (strategies.recompute, strategies.zero, job.precision))
    last = np.asarray(pp == 1.0) if stage == 0 else np.asarray(stage == -1)
    dense, mixture = _layers(model, strategies, stage)
    further = np.where(last, np.asarray(model.mtp_layers), 0)
    has_experts = np.asarray(model.experts) > 0
    dense, mixture = dense + np.where(has_experts, 0, further), mixture + np.where(has_experts, further, 0)

    copies = np.where(np.asarray(strategies.schedule) == 2, 2.0, 1.0)  # DualPipe holds a stage of each direction
    layers = dense * weights.dense + mixture * weights.mixture
    experts = mixture * weights.experts
    tied = np.asarray(model.tied, dtype=bool)
    vocabularies = np.where(last, 1.0 if stage != 0 else np.where(tied, 1.0, 2.0), 1.0 if stage == 0 else 0.0)
    ends = vocabularies * weights.vocabulary
    adapters = np.asarray(job.adapters, dtype=bool)
    trained = np.where(adapters, ADAPTER_SHARE, 1.0)

    def held(since: int | IntArray) -> tuple[FloatArray, FloatArray]:
        """Parameters of products and of vocabularies that are left once they are sharded from a ZeRO stage on."""
        data, expert_data = (np.where(zero >= since, each, 1.0) for each in (weights.data, weights.expert_data))
        return layers / data + experts / expert_data, ends / data

    of_products, of_ends = held(3)
    weight_bytes = np.where(job.adapters, FROZEN_BYTES[precision], WEIGHT_BYTES[precision])
    # Fully sharded, weights are gathered from their 32-bit masters; no other copy stays.
    sharded = zero >= 3
    micro_batches = np.asarray(job.batch) / (np.asarray(strategies.dp, float) * np.asarray(strategies.micro_batch))
    # ZeRO-2
    whole_gradients = held(np.where(micro_batches > 1.0, 3, 2))
    held_weights = copies * np.where(
        sharded & ~adapters, MASTER_BYTES * (of_products + of_ends), of_products * weight_bytes + of_ends * 2.0
    )
    gradients = trained * GRADIENT_BYTES * copies * np.add(*whole_gradients)
    states = trained * np.where(sharded, STATE_BYTES - MASTER_BYTES, STATE_BYTES) * np.add(*held(1))

    in_flight = micro_batches_in_flight(strategies, micro_batches, stage=stage)
    whole = np.maximum(np.where(dense > 0, kept.dense_whole, 0.0), np.where(mixture > 0, kept.mixture_whole, 0.0))
    # One layer stands whole while it is differentiated, less what of it is kept anyway.
    part = np.where(mixture > 0, kept.mixture, kept.dense)
    again = np.where(recompute == 2, whole, np.maximum(whole - part, 0.0))
    activations = in_flight * np.where(
        recompute == 2, (dense + mixture) * kept.input, dense * kept.dense + mixture * kept.mixture
    ) + np.where(recompute == 0, 0.0, again)

    layer = np.where(mixture > 0, weights.mixture + weights.experts, weights.dense)
    one = np.where(mixture > 0, weights.mixture + weights.expert, weights.dense)
    losses = np.where(last, 1.0 + np.asarray(model.mtp_layers), 0.0)
    head = np.where(last, weights.vocabulary, 0.0)
    loss = losses * kept.logits * LOGIT_BYTES
    of_head = losses * kept.logits * HEAD_LOGIT_BYTES + 2.0 * head * trained
    of_layer = np.where(mixture > 0, kept.mixture_gradients, kept.dense_gradients)
    gathered = np.where(zero >= 3, GATHERED_LAYERS * weight_bytes * layer, 0.0)
    scattered = np.where(zero >= 2, trained * GRADIENT_BYTES * layer, 0.0)
    products = trained * 2.0 * one  # 16-bit outputs of weight gradients, before they are accumulated
    buffers = np.maximum(np.maximum(loss, of_head), of_layer) + gathered + scattered + products + 4.0 * kept.input
    reserve = CONTEXT_BYTES + FRAGMENTATION * (activations + buffers)
    return [held_weights, gradients, states, activations, buffers, reserve]


def _layers(model: Transformer, strategies: Strategies, stage: int) -> tuple[FloatArray, FloatArray]:
    """Layers of a pipeline stage with a dense network and with experts.

    Where layers do not come out even, the last stage has one less, and then the first: head and embedding take their
    places.
    """
    layers, short = _short(model, strategies)
    here = layers - (short > (1 if stage == 0 else 0) if stage != 1 else 0)
    experts = np.asarray(model.experts) > 0
    with_dense = np.asarray(model.ffn_layers) - np.asarray(model.moe_layers)
    before = 0.0 if stage == 0 else (np.asarray(strategies.pp) - 1.0 if stage == -1 else 1.0) * layers - (short > 1)
    leading = np.minimum(np.maximum(with_dense - before, 0.0), here)
    whole = np.asarray(model.no_ffn) == 0  # in a hybrid, sorts of layers take turns
    dense = np.where(experts, np.where(whole, leading, here * (1.0 - _share(model.moe_layers, model))), here)
    return dense, here - dense


def _short(model: Transformer, strategies: Strategies) -> tuple[FloatArray, FloatArray]:
    """Layers of a full stage, and how many the stages together have less than that."""
    vp = np.where(np.asarray(strategies.pp) > 1, np.maximum(np.asarray(strategies.vp, float), 1.0), 1.0)
    slots = np.asarray(strategies.pp) * vp
    layers = np.ceil(np.asarray(model.layers) / slots) * vp
    return layers, layers * np.asarray(strategies.pp) - np.asarray(model.layers)


def _share(layers: object, model: Transformer) -> FloatArray:
    return np.asarray(layers, float) / np.asarray(model.layers, float)


def micro_batches_in_flight(strategies: Strategies, micro_batches: ArrayLike, *, stage: int = 0) -> FloatArray:
    """Give the micro-batches whose activations a pipeline stage keeps at its fullest moment.

    1F1B keeps one per stage after it; with ``v`` chunks of layers, chunks of ``p (v + 1) - 1`` on the first stage;
    zero-bubble as 1F1B, DualPipe one more than the stages on each. ``stage`` counts from the first; -1 is the last.
    """
    pp = np.asarray(strategies.pp, float)
    vp = np.maximum(np.asarray(strategies.vp, float), 1.0)
    place = np.minimum(float(stage), pp - 1.0) if stage >= 0 else pp - 1.0
    plain = pp - place
    interleaved = (2.0 * (pp - place - 1.0) + (vp - 1.0) * pp + 1.0) / vp
    kept = np.where(vp > 1.0, interleaved, plain)
    kept = np.where(np.asarray(strategies.schedule) == 2, pp + 1.0, kept)
    return np.minimum(kept, micro_batches)
