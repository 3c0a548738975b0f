"""The outcome of a search over the ways to lay a training job out over accelerators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class StrategyPoint:
    """One way to lay the job out, with its step and memory."""

    tp: int
    cp: int
    pp: int
    vp: int
    dp: int
    ep: int
    micro_batch: int
    recompute: str
    """``none``, ``selective`` or ``full``."""
    zero: int
    schedule: str
    sequence_parallel: bool
    step: float
    """[s]"""
    step_parts: Mapping[str, float]
    """[s]; they add up to the step."""
    tokens_per_s_per_accelerator: float
    mfu: float
    memory: float
    """Of the fullest accelerator [B]."""
    memory_parts: Mapping[str, float]
    """[B]; they add up to the memory."""

    @property
    def name(self) -> str:
        """Short name, such as ``TP8 PP16 VP6 DP32, micro-batch 1, ZeRO-1``."""
        sizes = [("TP", self.tp), ("CP", self.cp), ("PP", self.pp), ("VP", self.vp), ("EP", self.ep), ("DP", self.dp)]
        words = [
            " ".join(f"{word}{size}" for word, size in sizes if size > 1) or "DP1",
            f"micro-batch {self.micro_batch}",
        ]
        if self.zero:
            words.append("FSDP" if self.zero == 3 else f"ZeRO-{self.zero}")
        if self.recompute != "none":
            words.append(f"{self.recompute} recompute")
        if self.schedule != "1f1b":
            words.append(self.schedule)
        if self.tp > 1 and not self.sequence_parallel:
            words.append("no sequence parallelism")
        return ", ".join(words)


@dataclass(frozen=True)
class RuledOut:
    """Ways to lay the job out that one cause rules out."""

    cause: str
    """``heads``, ``layers``, ``batch``, ``sequence``, ``domain``, ``schedule``, ``memory`` or ``fixed``."""
    count: int
    unit: str
    """``layouts`` (sizes of tensor, context, pipeline and data parallelism) or ``strategies``."""
    sentence: str
    """What the cause is, with its numbers."""


@dataclass(frozen=True)
class Sensitivity:
    """What one number of the machine is worth to the job."""

    number: str
    """As in the machine: ``hbm_bandwidth``, ``scale_up`` ..."""
    title: str
    unit: str
    value: float
    elasticity: float
    """Change of ln(step) by change of ln(number), strategy kept; not a number for whole numbers."""
    doubled: float
    """Relative change of the step when the number is doubled and the strategy chosen anew; negative is faster."""
    halved: float
    """The same when it is halved; infinite where nothing fits any more."""


@dataclass(frozen=True)
class MemoryStep:
    """Memory at which a faster strategy would fit."""

    memory: float
    """[B]"""
    point: StrategyPoint
    gain: float
    """Relative change of the step against the best that fits; negative is faster."""


@dataclass(frozen=True)
class StrategyScatter:
    """The best strategy of each layout, columns (n,), for drawings."""

    tp: IntArray
    cp: IntArray
    pp: IntArray
    ep: IntArray
    dp: IntArray
    step: FloatArray
    """[s]"""
    memory: FloatArray
    """[B]"""


@dataclass(frozen=True)
class StrategySearch:
    """The best ways to lay a training job out over accelerators, and why others are out."""

    model: str
    machine: str
    accelerators: int
    available: float
    """Memory of an accelerator that programs can use [B]."""
    considered: int
    """Strategies that divide the job without remainder."""
    fitting: int | None
    """Strategies that fit into memory; None where the search was not thorough."""
    best: StrategyPoint
    runners_up: tuple[StrategyPoint, ...]
    """The best of other layouts, fastest first."""
    ruled_out: tuple[RuledOut, ...]
    """Without those of memory where the search was not thorough."""
    sensitivity: tuple[Sensitivity, ...]
    """Nothing where the search was not thorough."""
    memory_steps: tuple[MemoryStep, ...]
    """What more memory would unlock, smallest first."""
    scatter: StrategyScatter
    """The best and the runners-up alone where the search was not thorough."""
    fixed: Mapping[str, object]
    """What the user had fixed."""
