"""Made-up strategies, steps and memory, for tests of what a report shows of them."""

from __future__ import annotations

import itertools

import numpy as np

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.design.performance.strategies import Strategies
from gigaloop.design.records.training import MEMORY_PARTS, STEP_PARTS, TrainingMemory, TrainingSteps

HOW = Evidence("made up for a test", "2026-11", EvidenceKind.COMPUTED)
HBM = 288e9 * 0.94


def made_up_strategies() -> Strategies:
    """Give some hundred strategies of 1,024 accelerators."""
    found = [
        (tp, pp, vp, micro, recompute)
        for tp, pp, vp, micro, recompute in itertools.product(
            (1, 2, 4, 8), (1, 2, 4, 8, 16), (1, 2, 4), (1, 2), (0, 1, 2)
        )
        if vp == 1 or pp > 1
    ]
    tp, pp, vp, micro, recompute = (np.array(column) for column in zip(*found, strict=True))
    ones = np.ones_like(tp)
    return Strategies(
        tp=tp, cp=ones, pp=pp, vp=vp, dp=1024 // (tp * pp), ep=ones, micro_batch=micro, recompute=recompute, zero=ones
    )  # fmt: skip


def made_up_steps(strategies: Strategies) -> TrainingSteps:
    """Give parts that grow and shrink with the strategy, and the steps that they add up to."""
    tp, pp, vp = (np.asarray(column, float) for column in (strategies.tp, strategies.pp, strategies.vp))
    again = np.asarray(strategies.recompute, float)
    shares = {
        "matrix products": 2.4 + 0.02 * tp,
        "attention": 0.4 + 0 * tp,
        "memory-bound operators": 0.3 + 0 * tp,
        "recompute": 0.45 * again,
        "tensor parallelism": 0.12 * (tp - 1.0),
        "pipeline transfers": 0.004 * (pp > 1) * vp,
        "pipeline bubble": 1.2 * (pp - 1.0) / vp / 16.0,
        "stage imbalance": 0.06 * (pp > 1),
        "data parallelism": 0.2 / pp,
        "optimiser": 0.02 / pp,
        "stragglers and overhead": 0.15 + 0 * tp,
    }
    parts = {part: np.asarray(shares.get(part, 0.0 * tp)) for part in STEP_PARTS}
    step = np.sum(list(parts.values()), axis=0)
    flops = np.full_like(step, 4.8e18)
    peak = 1024 * 2.5e15
    return TrainingSteps(
        step=step,
        parts=parts,
        hidden={},
        tokens_per_s_per_accelerator=1024 * 8192 / step / 1024,
        model_flops=flops,
        hardware_flops=flops * (1.0 + again / 6.0),
        mfu=flops / (step * peak),
        hfu=flops * (1.0 + again / 6.0) / (step * peak),
    )


def made_up_memory(strategies: Strategies) -> TrainingMemory:
    """Give memory that parallelism and recompute shrink."""
    tp, pp = (np.asarray(column, float) for column in (strategies.tp, strategies.pp))
    states = 4e11 / (tp * pp)
    kept = 2.6e11 / tp * np.asarray(strategies.micro_batch) / (1.0 + 3.0 * np.asarray(strategies.recompute))
    values = {"weights": states, "gradients": 0.6 * states, "optimiser states": 0.3 * states, "activations": kept}
    parts = {part: values.get(part, np.full_like(tp, 9e9)) for part in MEMORY_PARTS}
    return TrainingMemory(parts=parts, total=np.sum(list(parts.values()), axis=0), available=np.full_like(tp, HBM))
