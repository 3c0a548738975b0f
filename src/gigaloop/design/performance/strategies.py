"""Jobs and the ways to lay them out over accelerators, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = int | NDArray[np.int64]
Flag = bool | NDArray[np.bool_]

RECOMPUTE = ("none", "selective", "full")
SCHEDULES = ("1f1b", "zero-bubble", "dualpipe")
"""Pipeline schedules; 1F1B is interleaved where ``vp`` is above 1."""


@dataclass(frozen=True)
class Job:
    """What is trained; fields are scalars or columns (n,)."""

    sequence: Column
    """Tokens of a sequence."""
    batch: Column
    """Sequences of a step, over all accelerators."""
    precision: Column
    """Index into :data:`~gigaloop.design.performance.machine.PRECISIONS`."""
    adapters: Flag = False
    """Whether only low-rank adapters are trained: no gradients of the weights, no optimiser states for them."""


@dataclass(frozen=True)
class Strategies:
    """Ways to lay a job out over accelerators, as columns (n,).

    Accelerators are ``tp * cp * pp * dp``. Ranks are laid out with tensor parallelism innermost, then context, then
    data (whose ranks the experts share: ``ep`` divides ``tp * cp * dp``), then the pipeline.
    """

    tp: Column
    """Tensor parallelism, with sequence parallelism where ``sequence_parallel``."""
    cp: Column
    """Context parallelism."""
    pp: Column
    """Pipeline stages."""
    vp: Column
    """Chunks of layers per stage (virtual pipeline)."""
    dp: Column
    """Data parallelism."""
    ep: Column
    """Expert parallelism."""
    micro_batch: Column
    """Sequences of a micro-batch on one data-parallel rank."""
    recompute: Column
    """Index into ``RECOMPUTE``."""
    zero: Column
    """What data parallelism shards: 0 nothing, 1 optimiser states, 2 gradients too, 3 weights too (FSDP)."""
    schedule: Column = 0
    """Index into ``SCHEDULES``."""
    sequence_parallel: Flag = True
    overlap_tp: Flag = True
    """Whether collectives of tensor parallelism run behind matrix products where they can; ``cp``, ``ep``, ``dp`` and
    ``pp`` alike."""
    overlap_cp: Flag = True
    overlap_ep: Flag = True
    overlap_dp: Flag = True
    overlap_pp: Flag = True
    fused_attention: Flag = True
    """Whether attention is one kernel that never stores its scores; programs before 2023 had none."""
    fused_loss: Flag = True
    """Whether cross entropy works on 16-bit logits in place, instead of copies of them in 32 bits."""
    portable_attention: Flag = False
    """Whether that kernel was written for earlier or for all accelerators, as FlashAttention-2 on Hopper or one in
    Triton."""
    narrow_gradients: Flag = False
    """Whether gradients are reduced in 16 bits instead of 32."""

    @property
    def accelerators(self) -> Column:
        """Accelerators of the job."""
        return self.tp * self.cp * self.pp * self.dp
