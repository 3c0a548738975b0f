"""The strategy of a published row, and what its software stack takes where the row leaves it open."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from gigaloop.design.calibration.stacks import Stack
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES, Job, Strategies
from gigaloop.design.transformer import Transformer, parameters

_MICRO_BATCH = re.compile(r"_mbs(\d+)")

_SEPARATE_ATTENTION = ("megatron-lm-2021", "megatron-lm-2022", "vtrain", "palm")
"""Families from before fused attention. Source: FlashAttention, arXiv:2205.14135, 2022, and the dates of theirs."""

_PORTABLE_ATTENTION = ("torchtitan", "llm-foundry")
"""Families whose attention is a kernel of before Hopper. Source: FlashAttention-2 and Triton kernels as their
repositories name them; arXiv:2407.08608 for what these reach on an H100."""

_HALF_GRADIENTS = ("megatron-lm-2021", "megatron-lm-2022", "vtrain")
"""Families that reduce gradients of FP16 training in 16 bits, and in 32 with BF16. Source:
https://github.com/NVIDIA/Megatron-LM, megatron/arguments.py, 2022: accumulate_allreduce_grads_in_fp32 is off where
nothing sets it, and BF16 does."""

_HIDES, _HIDES_ACROSS = 2026.4, 2026.28
"""Releases [year] since which exchanges of experts are hidden, inside a domain and across. Source: see where used."""

_OVERLAPS, _OVERLAPS_TP = 2023.2, 2023.5
"""Since when [year] collectives of data and pipeline, and of tensor parallelism, run behind compute.
Source: an estimate by the releases of Megatron-Core and Transformer Engine, https://github.com/NVIDIA/Megatron-LM."""

_RESERVE = 0.75
"""Share of the memory that states may take before weights must be sharded. Source: a choice of this project."""


def strategy_of(
    text: Callable[[str], str],
    given: dict[str, int],
    model: Transformer,
    machine: Machine,
    job: Job,
    stack: Stack,
) -> tuple[Strategies | None, tuple[str, ...]]:
    """Give the strategy of a row, with what its stack takes where the row leaves it open; none where it has none.

    Raises
    ------
    LookupError
        If the strategy does not make up the job.
    """
    if "tp" not in given or "pp" not in given:
        return None, ()
    assumed: list[str] = []
    n, batch = given["n_gpus"], given["global_batch"]
    tp, pp, cp, vp = given["tp"], given["pp"], given.get("cp", 1), given.get("vp", 0)
    dp = n // (tp * pp * cp)
    if tp * pp * cp * dp != n:
        raise LookupError(f"{n} accelerators are not a multiple of tp {tp} x pp {pp} x cp {cp}")
    if "dp" in given and given["dp"] != dp:
        assumed.append(f"dp {dp}, not {given['dp']}")
    if batch % dp:
        raise LookupError(f"{batch} sequences are not a multiple of dp {dp}")
    local, notes = batch // dp, text("notes")
    micro = given.get("mbs") or _micro_batch(notes, stack, local, pp, assumed)
    if local % micro:
        raise LookupError(f"{local} sequences of a replica are not a multiple of micro-batches of {micro}")
    vp = vp or _chunks(notes, stack, int(model.layers), pp, assumed)
    ep = given.get("ep", 0) or (min(int(machine.domain), dp * tp * cp, int(model.experts)) if model.experts else 1)
    if int(model.experts) and "ep" not in given:
        assumed.append(f"ep {ep}")
    recompute = _recompute(text("recompute"), stack, job, machine, assumed)
    zero = _sharding(notes, stack, model, machine, job, tp, pp, dp, assumed)
    return Strategies(
        tp=tp,
        cp=cp,
        pp=pp,
        vp=vp,
        dp=dp,
        ep=ep,
        micro_batch=micro,
        recompute=RECOMPUTE.index(recompute),
        zero=zero,
        schedule=SCHEDULES.index("dualpipe") if "DualPipe" in notes else 0,
        sequence_parallel=not (
            stack.family in ("megatron-lm-2021", "vtrain")
            or (stack.family == "megatron-lm-2022" and "seqpar" not in text("recompute"))
        ),
        overlap_tp=(stack.date >= _OVERLAPS_TP and stack.family != "torchtitan") or stack.variant == "async-tp",
        overlap_ep=_hides_experts(stack, pp, vp, ep > float(machine.domain)),
        overlap_dp=stack.date >= _OVERLAPS,
        overlap_pp=stack.date >= _OVERLAPS,
        fused_attention=stack.family not in _SEPARATE_ATTENTION,
        portable_attention=stack.family in _PORTABLE_ATTENTION,
        narrow_gradients=stack.family in _HALF_GRADIENTS and "FP16" in text("precision").upper(),
    ), tuple(assumed)


def _hides_experts(stack: Stack, pp: int, vp: int, across: bool) -> bool:
    """Say whether dispatch and combination of tokens run behind other chunks.

    Nothing published says so of each row. Source: inferred from the releases' own rows, in which mixtures of one
    configuration become a fifth to two fifths faster at 26.06, and one across domains at 26.04.01; a pipeline needs
    chunks to run meanwhile.
    """
    if stack.family != "megatron-bridge":
        return stack.family == "deepseek"
    since = _HIDES_ACROSS if across else _HIDES
    return stack.date >= since and (pp == 1 or vp > 1)


def _micro_batch(notes: str, stack: Stack, local: int, pp: int, assumed: list[str]) -> int:
    if match := _MICRO_BATCH.search(notes):
        return int(match[1])
    # torchtitan makes as many micro-batches as stages. Source: https://github.com/pytorch/torchtitan, job_config.
    if stack.family == "torchtitan":
        micro = max(1, local // pp) if pp > 1 else local
    elif stack.family == "megatron-core" and pp == 1:
        micro = min(local, 4)
    else:
        micro = 1
    while local % micro:
        micro -= 1
    assumed.append(f"micro-batches of {micro}")
    return micro


def _chunks(notes: str, stack: Stack, layers: int, pp: int, assumed: list[str]) -> int:
    if pp == 1:
        return 1
    if "interleaved" in notes:
        assumed.append("2 chunks of a stage")
        return 2
    if stack.family == "megatron-core":
        chunks = max((each for each in range(1, 9) if layers % (pp * each) == 0), default=1)
        assumed.append(f"{chunks} chunks of a stage")
        return chunks
    return 1


def _recompute(text: str, stack: Stack, job: Job, machine: Machine, assumed: list[str]) -> str:
    stated = next((each for each in RECOMPUTE if text.startswith(each)), "")
    if stated:
        return stated
    taken = (
        "selective" if stack.family in ("megascale", "megascale-baseline", "megatron-lm-2022", "deepseek") else "none"
    )
    if job.adapters and machine.architecture == "cdna3":
        taken = "full"
    assumed.append(f"recompute {taken}")
    return taken


def _sharding(
    notes: str, stack: Stack, model: Transformer, machine: Machine, job: Job,
    tp: int, pp: int, dp: int, assumed: list[str],
) -> int:  # fmt: skip
    if stack.family in ("llm-foundry", "torchtitan"):
        return 3 if pp == 1 else 2
    if stack.family in ("megatron-lm-2021", "megatron-lm-2022", "vtrain"):
        return 0
    if "FSDP" in notes:
        return 3
    if job.adapters:
        return 0
    if not model.experts and pp == 1:
        # 16-bit weights and 32-bit gradients stay, 12 bytes of states are shared. Source: arXiv:1910.02054, section 3.
        held = float(np.max(parameters(model))) / tp * (6.0 + 12.0 / dp)
        if held > _RESERVE * float(machine.hbm):
            assumed.append("weights sharded, as they fit no other way")
            return 3
    return 1
