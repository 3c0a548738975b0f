"""Made-up searches of strategies and fronts of serving, for tests of what a report shows of them."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.design.records.goodput import GOODPUT_PARTS, INTERRUPTION_CAUSES, Goodput
from gigaloop.design.records.serving import SERVING_MEMORY, SERVING_PARTS, ServingFront, ServingPoints
from gigaloop.design.records.strategy import (
    MemoryStep,
    RuledOut,
    Sensitivity,
    StrategyPoint,
    StrategyScatter,
    StrategySearch,
)
from gigaloop.design.records.training import MEMORY_PARTS, STEP_PARTS
from gigaloop.design.serving.loads import ServingLayouts

HOW = Evidence("made up for a test", "2026-11", EvidenceKind.COMPUTED)
HBM = 288e9


def point(tp: int, pp: int, vp: int = 1, recompute: str = "none") -> StrategyPoint:
    """Give a strategy of 1,024 accelerators whose parts grow and shrink with it."""
    shares = {
        "matrix products": 2.4 + 0.02 * tp,
        "attention": 0.4,
        "memory-bound operators": 0.3,
        "recompute": 0.45 * (recompute != "none"),
        "tensor parallelism": 0.12 * (tp - 1.0),
        "pipeline transfers": 0.004 * (pp > 1) * vp,
        "pipeline bubble": 1.2 * (pp - 1.0) / vp / 16.0,
        "stage imbalance": 0.06 * (pp > 1),
        "data parallelism": 0.2 / pp,
        "optimiser": 0.02 / pp,
        "stragglers and overhead": 0.15,
    }
    parts = {part: float(shares.get(part, 0.0)) for part in STEP_PARTS}
    states, kept = 4e11 / (tp * pp), 1.3e11 / tp / (1.0 + 3.0 * (recompute != "none"))
    held = {"weights": states, "gradients": 0.6 * states, "optimiser states": 0.3 * states, "activations": kept}
    memory = {part: float(held.get(part, 9e9)) for part in MEMORY_PARTS}
    step = math.fsum(parts.values())
    return StrategyPoint(
        tp=tp, cp=1, pp=pp, vp=vp, dp=1024 // (tp * pp), ep=1, micro_batch=1, recompute=recompute, zero=1,
        schedule="1f1b", sequence_parallel=True, step=step, step_parts=parts,
        tokens_per_s_per_accelerator=8192 / step, mfu=1.6 / step, memory=math.fsum(memory.values()),
        memory_parts=memory,
    )  # fmt: skip


def made_up_search() -> StrategySearch:
    """Give a search over some strategies of 1,024 accelerators."""
    every = [
        point(tp, pp, vp, recompute)
        for tp in (1, 2, 4, 8)
        for pp in (1, 2, 4, 8, 16)
        for vp in (1, 2, 4)
        for recompute in ("none", "full")
    ]
    fitting = sorted((each for each in every if each.memory <= HBM), key=lambda each: each.step)
    best = fitting[0]
    sizes = {name: np.array([getattr(each, name) for each in fitting]) for name in ("tp", "cp", "pp", "ep", "dp")}
    return StrategySearch(
        model="GPT-3 175B",
        machine="VR200 NVL72",
        accelerators=1024,
        available=HBM,
        considered=len(every),
        fitting=len(fitting),
        best=best,
        runners_up=tuple(fitting[1:4]),
        ruled_out=(
            RuledOut("heads", 12, "layouts", "96 heads are not divisible by tensor parallelism of 64"),
            RuledOut("memory", len(every) - len(fitting), "strategies", "they need up to 912 GB of 288 GB"),
        ),
        sensitivity=(
            Sensitivity("hbm_bandwidth", "HBM bandwidth", "B/s", 2.2e13, -0.08, -0.04, 0.09),
            Sensitivity("fp8", "FP8 peak", "FLOP/s", 1.67e16, -0.61, -0.30, 0.62),
            Sensitivity("domain", "scale-up domain", "", 72.0, math.nan, -0.01, 0.05),
            Sensitivity("hbm", "HBM", "B", HBM, 0.0, -0.06, math.inf),
        ),
        memory_steps=(MemoryStep(3.2e11, point(1, 2), -0.04),),
        scatter=StrategyScatter(
            **sizes,
            step=np.array([each.step for each in fitting]),
            memory=np.array([each.memory for each in fitting]),
        ),
        fixed={},
    )


def made_up_layouts() -> ServingLayouts:
    """Give layouts of 8 and of 72 accelerators with batches from 1 to 4,096, the large ones with prefill apart too."""
    tp, dp, batch, apart = (
        np.array(column)
        for column in zip(
            *(
                (tp, size // tp, float(batch), apart)
                for size, apart in ((8, False), (72, False), (72, True))
                for tp in (1, 8)
                for batch in 4.0 ** np.arange(7)
            ),
            strict=True,
        )
    )
    ones = np.ones_like(tp)
    return ServingLayouts(tp=tp, dp=dp, ep=tp * dp, pp=ones, batch=batch, disaggregated=apart)


def made_up_front(required: float = 40.0) -> ServingFront:
    """Give points that trade throughput for speed, and the front through them."""
    layouts = made_up_layouts()
    tp, dp, batch = (np.asarray(column, float) for column in (layouts.tp, layouts.dp, layouts.batch))
    size = tp * dp
    step = 2e-3 + 0.1 / (tp * np.sqrt(dp)) + 2.5e-4 * batch / size * (1.0 + 0.2 * tp)
    user = 1.0 / step
    rate = batch / step / size * np.where(layouts.disaggregated, 0.9, 1.0)
    shares = {
        "weights and matrix products": 0.3,
        "experts": 0.4,
        "attention over the cache": 0.299,
        "kernels and host": 0.001,
    }
    fits = batch / size < 400.0
    order = np.argsort(-np.where(fits, rate, 0.0), kind="stable")
    fastest, front = 0.0, []
    for row in order[fits[order]].tolist():
        if user[row] > fastest:
            fastest = user[row]
            front.append(row)
    good = [row for row in front if user[row] >= required]
    stated: dict[str, object] = {
        "tokens_per_s_per_accelerator": np.where(fits, rate, 0.0),
        "tokens_per_s_per_user": user,
        "input_tokens_per_s_per_accelerator": 8.0 * rate,
        "ttft": np.full_like(step, 0.4),
        "tpot": step,
        "batch": batch,
        "batch_limit": 400.0 * size,
        "accelerators": size,
        "prefill_share": np.where(layouts.disaggregated, 0.3, 0.0),
        "step": step,
        "parts": {part: shares.get(part, 0.0) * step for part in SERVING_PARTS},
        "memory": {part: np.full_like(step, 6e10) for part in SERVING_MEMORY},
        "available": np.full_like(step, HBM),
        "flops": 1e12 * batch,
        "bytes": np.full_like(step, 8e10),
        "power": np.full_like(step, 900.0),
        "bound": np.ones_like(step, dtype=np.int64),
        "fits": fits,
    }
    every = {each.name: np.zeros_like(step) for each in fields(ServingPoints)} | stated
    points = ServingPoints(**every)
    return ServingFront(
        points=points,
        layouts={each.name: np.broadcast_to(getattr(layouts, each.name), step.shape) for each in fields(layouts)},
        front=np.array(front),
        best=good[0] if good else None,
        considered=len(step),
        out={"does not fit in memory": int((~fits).sum())},
    )


def made_up_goodput() -> Goodput:
    """Give jobs of 1,024 to 262,144 accelerators, the larger the less they train."""
    counts = np.array([1024.0, 4096.0, 16384.0, 65536.0, 262144.0])
    lost = {part: 2e-7 * counts * (i + 1) / 7 for i, part in enumerate(GOODPUT_PARTS[1:-1])}
    parts = {part: lost.get(part, np.zeros(5)) for part in GOODPUT_PARTS}
    parts["training"] = 1.0 - np.sum(list(lost.values()), axis=0)
    day = np.full(5, 1.0 / 86400.0)
    return Goodput(
        accelerators=counts, held=counts, rates=dict.fromkeys(INTERRUPTION_CAUSES, counts / 10000.0 * day),
        checkpoint="asynchronous", checkpoint_interval=6e5 / counts, young=6e5 / counts, daly=6e5 / counts,
        blocked=np.full(5, 2.0), written=np.full(5, 30.0), parts=parts,
    )  # fmt: skip
