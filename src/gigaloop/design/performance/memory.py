"""Memory of the fullest accelerator of a training job, for columns of strategies at once.

What is kept is counted tensor by tensor on the first, the second and the last pipeline stage, as a program in the
manner of Megatron-LM keeps it; the fullest stage counts.

Sources: recompute, Korthikanti et al. 2022 (arXiv:2205.05198); sharding of states, Rajbhandari et al. 2020
(arXiv:1910.02054); micro-batches in flight, Narayanan et al. 2021 (arXiv:2104.04473) and, for zero-bubble and DualPipe,
table 2 of DeepSeek-V3 (arXiv:2412.19437).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.design.performance.held import HeldWeights, Kept, held_weights, kept_bytes, share_of_layers
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.records.training import MEMORY_PARTS, TrainingMemory
from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

WEIGHT_BYTES = np.array([2.0, 2.0, 2.0625, 3.125])
"""Of a weight of a matrix product, by precision: a 16-bit copy; FP8 in both orientations without a 16-bit copy, with
the scales of 32-value blocks for MX; FP4 in both orientations with the scales of 16-value blocks beside a 16-bit copy.
Source: https://github.com/NVIDIA/TransformerEngine docs (FP8 and NVFP4 primary weights), 2026-08."""
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
UNFUSED_LOGIT_BYTES = 14.0
"""The same of a program without a fused loss: 16-bit logits, in 32 bits the logits, their log-softmax and the gradient.
Source: https://github.com/pytorch/torchtitan components/loss.py (cross entropy of logits in 32 bits), 2024-12."""
HEAD_LOGIT_BYTES = 4.0
"""Of a logit while the output head is differentiated: logits and their gradient in 16 bits.
Source: https://github.com/NVIDIA/Megatron-LM (vocabulary-parallel cross entropy), 2026-08."""
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
    Llama 3.1 8B in BF16 on eight accelerators of 80 GB, sharded fully: 8.03 G parameters of 16 bytes over eight.

    >>> from gigaloop.design.performance.machine import Machine
    >>> llama = Transformer("Llama 3.1 8B", 32, 4096, 32, 8, 128, 14336, 128256)
    >>> h100 = Machine("H100", "hopper", 989e12, 1979e12, float("nan"), 80e9, 3.35e12, 8, 450e9, 50e9, 700, 700)
    >>> sharded = Strategies(tp=1, cp=1, pp=1, vp=1, dp=8, ep=1, micro_batch=1, recompute=0, zero=3)
    >>> memory = training_memory(llama, h100, Job(sequence=4096, batch=8, precision=0), sharded)
    >>> for part, column in memory.parts.items():
    ...     print(f"{part}: {float(column[0]) / 1e9:.1f} GB")
    weights: 4.0 GB
    gradients: 4.0 GB
    optimiser states: 8.0 GB
    activations: 18.3 GB
    buffers: 5.5 GB
    fragmentation and context: 2.2 GB
    """
    weights = held_weights(model, strategies)
    kept = kept_bytes(model, job, strategies)
    pp = np.asarray(strategies.pp)
    parts = _stage(weights, kept, model, job, strategies, 0)
    total = np.asarray(sum(parts))
    uneven = np.any(_short(model, strategies)[1] >= 2)
    leading = np.any(np.asarray(model.dense_layers) * np.asarray(model.experts))
    others = [(-1, pp > 1)] + ([(1, pp > 2)] if uneven or leading else [])
    for stage, there in others:
        if np.any(there):
            its = _stage(weights, kept, model, job, strategies, stage)
            its_total = np.asarray(sum(its))
            fuller = there & (its_total > total)
            parts = [np.where(fuller, each, part) for each, part in zip(its, parts, strict=True)]
            total = np.where(fuller, its_total, total)
    shape = np.broadcast_shapes(np.shape(total), np.shape(machine.hbm), (1,))
    return TrainingMemory(
        parts={name: np.broadcast_to(part, shape) for name, part in zip(MEMORY_PARTS, parts, strict=True)},
        total=np.broadcast_to(total, shape),
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


def _stage(
    weights: HeldWeights, kept: Kept, model: Transformer, job: Job, strategies: Strategies, stage: int
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
    # Reduced once a step, gradients stay whole while several micro-batches add to them.
    whole_gradients = held(np.where(micro_batches > 1.0, 3, 2))
    of_weights = copies * np.where(
        sharded & ~adapters, MASTER_BYTES * (of_products + of_ends), of_products * weight_bytes + of_ends * 2.0
    )
    gradients = trained * GRADIENT_BYTES * copies * np.add(*whole_gradients)
    states = trained * np.where(sharded, STATE_BYTES - MASTER_BYTES, STATE_BYTES) * np.add(*held(1))

    in_flight = micro_batches_in_flight(strategies, micro_batches, stage=stage)
    activations = in_flight * np.where(
        recompute == 2, (dense + mixture) * kept.input, dense * kept.dense + mixture * kept.mixture
    )
    layer = np.where(mixture > 0, weights.mixture + weights.experts, weights.dense)
    one = np.where(mixture > 0, weights.mixture + weights.expert, weights.dense)
    losses = np.where(last, 1.0 + np.asarray(model.mtp_layers), 0.0)
    head = np.where(last, weights.vocabulary, 0.0)
    loss = losses * kept.logits * np.where(strategies.fused_loss, LOGIT_BYTES, UNFUSED_LOGIT_BYTES)
    of_head = losses * kept.logits * HEAD_LOGIT_BYTES + 2.0 * head * trained
    # One layer stands whole while it is differentiated, less what of it is kept anyway.
    whole = np.maximum(np.where(dense > 0, kept.dense_whole, 0.0), np.where(mixture > 0, kept.mixture_whole, 0.0))
    part = np.where(recompute == 2, kept.input, np.where(mixture > 0, kept.mixture, kept.dense))
    again = np.where(recompute == 0, 0.0, np.maximum(whole - part, 0.0))
    of_layer = np.where(mixture > 0, kept.mixture_gradients, kept.dense_gradients) + again
    gathered = np.where(zero >= 3, GATHERED_LAYERS * weight_bytes * layer, 0.0)
    scattered = np.where(zero >= 2, trained * GRADIENT_BYTES * layer, 0.0)
    products = trained * 2.0 * one  # 16-bit outputs of weight gradients, before they are accumulated
    buffers = np.maximum(np.maximum(loss, of_head), of_layer) + gathered + scattered + products + 4.0 * kept.input
    reserve = CONTEXT_BYTES + FRAGMENTATION * (activations + buffers)
    return [of_weights, gradients, states, activations, buffers, reserve]


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
    dense = np.where(experts, np.where(whole, leading, here * (1.0 - share_of_layers(model.moe_layers, model))), here)
    return dense, here - dense


def _short(model: Transformer, strategies: Strategies) -> tuple[FloatArray, FloatArray]:
    """Layers of a full stage, and how many the stages together have less than that."""
    vp = np.where(np.asarray(strategies.pp) > 1, np.maximum(np.asarray(strategies.vp, float), 1.0), 1.0)
    slots = np.asarray(strategies.pp) * vp
    layers = np.ceil(np.asarray(model.layers) / slots) * vp
    return layers, layers * np.asarray(strategies.pp) - np.asarray(model.layers)


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
    return np.asarray(np.minimum(kept, micro_batches))
