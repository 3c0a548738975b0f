"""Tokens per second of a rack on a workload, by a roofline: the lower of what compute and memory bandwidth allow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.quantity import Quantity
from gigaloop.design.records import WorkloadPerformance

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Accelerator
    from gigaloop.programme.schema import Generation, Programme, Workload

Precision = Literal["bf16", "fp8", "fp4"]

BYTES_PER_PARAMETER = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5}
"""Storage of a weight by precision [B]; block scales (about 0.03 to 0.06 B in the MX and NVFP4 formats) left out."""

TRAINING_BYTES_PER_PARAMETER = 16.0
"""Weights, gradients and Adam states in mixed precision [B]: Rajbhandari et al., ZeRO, SC20, arXiv:1910.02054, 3.1."""

TRAINING_TRAFFIC_PER_PARAMETER = 34.0
"""Bytes moved per parameter and step when states are sharded (as in ZeRO, arXiv:1910.02054) [B]: weights read forward
and backward (2 + 2), gradients written and read (2 + 2), 32-bit weights and both moments read and written
(12 + 12), 16-bit weights written (2)."""


@dataclass(frozen=True)
class Roofs:
    """What an accelerator reaches: matrix products [FLOP/s], memory bandwidth [B/s], memory [B]."""

    compute: float
    bandwidth: float
    memory: float


def peak_flops(accelerator: Accelerator, precision: Precision) -> Quantity | None:
    """Give the dense peak of an accelerator at a precision [FLOP/s], None where no source states it."""
    return {"bf16": accelerator.bf16_dense, "fp8": accelerator.fp8_dense, "fp4": accelerator.fp4_dense}[precision]


def roofs_of(programme: Programme, accelerator: Accelerator, workload: Workload) -> Roofs:
    """Give what an accelerator reaches on a workload: its peaks times the workload's efficiencies.

    Raises
    ------
    ProgrammeError
        If the catalogue knows no dense peak at the workload's precision, or no memory bandwidth.
    """
    peak = peak_flops(accelerator, workload.precision)
    path = f"workloads.{workload.id}.precision"
    if peak is None:
        known = [p for p in ("bf16", "fp8", "fp4") if peak_flops(accelerator, p) is not None]
        raise ProgrammeError(
            [
                Problem(
                    f"no dense peak at {workload.precision} is known for accelerator '{accelerator.id}'",
                    programme.place(path),
                    path,
                    f"known for it: {', '.join(known) or 'none'}; or state {workload.precision}_dense with its source"
                    " in a catalogue of your own",
                )
            ]
        )
    if accelerator.hbm_bandwidth is None:
        why = f"no memory bandwidth is known for accelerator '{accelerator.id}'"
        hint = "state hbm_bandwidth with its source in a catalogue of your own"
        raise ProgrammeError([Problem(why, programme.place(path), path, hint)])
    return Roofs(
        compute=float(peak) * float(workload.compute_efficiency),
        bandwidth=float(accelerator.hbm_bandwidth) * float(workload.bandwidth_efficiency),
        memory=float(accelerator.hbm),
    )


def training_flops_per_token(active_parameters: float, layers: float, hidden: float, context: float) -> float:
    """Give the model FLOPs to train on one token: ``6 N + 12 L h T``, attention over the full context.

    Source: Chowdhery et al., PaLM, arXiv:2204.02311, appendix B, which defines model FLOPs utilisation by it; recompute
    does not count.

    Examples
    --------
    GPT-3 175B at 2,048 tokens: the attention adds 2.8 %:

    >>> round(training_flops_per_token(175e9, 96, 12288, 2048) / (6 * 175e9), 3)
    1.028
    """
    return 6.0 * active_parameters + 12.0 * layers * hidden * context


def decode_flops_per_token(active_parameters: float, layers: float, hidden: float, context: float) -> float:
    """Give the FLOPs to generate one token: ``2 N + 4 L h T``, a third of training's (the forward pass alone).

    Examples
    --------
    >>> decode_flops_per_token(70e9, 80, 8192, 0)
    140000000000.0
    """
    return 2.0 * active_parameters + 4.0 * layers * hidden * context


def parameters_read(parameters: float, active_parameters: float, batch: float) -> float:
    """Give the parameters that a decode step reads: each token of the batch picks its share of them at random.

    ``N (1 - (1 - a)^B)`` with ``a = N_active / N``: all of them for a dense model or a large batch, the active ones
    for a batch of one. Routing is taken as even and independent, and the shared part as routed like the rest, which
    for small batches reads slightly too much.

    Examples
    --------
    >>> round(parameters_read(671e9, 37e9, 1) / 1e9), round(parameters_read(671e9, 37e9, 256) / 1e9)
    (37, 671)
    """
    unread = math.pow(1.0 - min(1.0, active_parameters / parameters), batch)
    return parameters * (1.0 - unread)


def workload_performance(
    programme: Programme, generation: Generation, accelerator: Accelerator, workload: Workload
) -> WorkloadPerformance:
    """Give the tokens/s of a rack on a workload.

    Training counts tokens trained on, inference tokens generated; prefill, communication and pipeline bubbles are
    left out beyond what the workload's efficiencies hold, so inference is that of racks that only decode.

    Raises
    ------
    ProgrammeError
        If the catalogue lacks the accelerator's peak at the workload's precision, or its memory bandwidth.
    """
    roofs = roofs_of(programme, accelerator, workload)
    if workload.kind == "training":
        return _training(generation, workload, roofs)
    return _decode(generation, workload, roofs)


def _training(generation: Generation, workload: Workload, roofs: Roofs) -> WorkloadPerformance:
    """Compute: peak over FLOPs per token. Memory: the states are moved once a step, whose batch shares the cost."""
    model = workload.model
    per_rack = float(generation.accelerators_per_rack)
    flops = training_flops_per_token(
        float(model.active_parameters), float(model.layers), float(model.hidden), float(workload.context)
    )
    states = TRAINING_BYTES_PER_PARAMETER * float(model.parameters)
    group = float(workload.accelerators or math.ceil(states / roofs.memory))
    step_tokens = float(workload.batch) * float(workload.context)
    moved = TRAINING_TRAFFIC_PER_PARAMETER * float(model.parameters)
    return _result(
        workload,
        per_rack=per_rack,
        compute=roofs.compute / flops,
        memory=roofs.bandwidth * step_tokens / moved if moved else math.inf,
        accelerators=group,
        batch=float(workload.batch),
        batch_limit=float(workload.batch),
        flops=flops,
        needed=states,
        available=group * roofs.memory,
    )


def _decode(generation: Generation, workload: Workload, roofs: Roofs) -> WorkloadPerformance:
    """Compute: the batch's FLOPs. Memory: weights once a step, each sequence's key-value cache at full context."""
    model = workload.model
    group = float(workload.accelerators or generation.scale_up.domain)
    precision = BYTES_PER_PARAMETER[workload.precision]
    weights = precision * float(model.parameters)
    cache = float(model.kv_bytes_per_token) * float(workload.context)
    available = group * roofs.memory
    limit = (available - weights) / cache if cache > 0.0 else (math.inf if weights <= available else 0.0)
    batch = min(float(workload.batch), float(math.floor(limit)) if math.isfinite(limit) else limit)
    counted = max(1.0, batch)
    flops = decode_flops_per_token(
        float(model.active_parameters), float(model.layers), float(model.hidden), float(workload.context)
    )
    read = precision * parameters_read(float(model.parameters), float(model.active_parameters), counted)
    return _result(
        workload,
        per_rack=float(generation.accelerators_per_rack),
        compute=roofs.compute / flops,
        memory=roofs.bandwidth * counted / (read + counted * cache),
        accelerators=group,
        batch=max(0.0, batch),
        batch_limit=max(0.0, limit if math.isfinite(limit) else float(workload.batch)),
        flops=flops,
        needed=weights + cache,
        available=available,
    )


def _result(
    workload: Workload,
    *,
    per_rack: float,
    compute: float,
    memory: float,
    accelerators: float,
    batch: float,
    batch_limit: float,
    flops: float,
    needed: float,
    available: float,
) -> WorkloadPerformance:
    """Make the record; ``compute`` and ``memory`` are the roofs of one accelerator [tokens/s]."""
    fits = needed <= available
    each = min(compute, memory) if fits else 0.0
    bound = "compute" if compute <= memory else "memory"
    return WorkloadPerformance(
        workload=workload.id,
        kind=workload.kind,
        precision=workload.precision,
        share=float(workload.share),
        tokens_per_s=each * per_rack,
        tokens_per_s_per_accelerator=each,
        compute_roof=compute * per_rack,
        memory_roof=memory * per_rack,
        bound=bound if fits else "capacity",
        accelerators=accelerators,
        batch=batch,
        batch_limit=batch_limit,
        flops_per_token=flops,
        memory_needed=needed,
        memory_available=available,
    )
