"""Operating points of serving, as columns, and their front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

SERVING_PARTS = (
    "weights and matrix products",
    "experts",
    "attention over the cache",
    "attention of prompts",
    "memory-bound operators",
    "tensor parallelism",
    "expert parallelism",
    "pipeline transfers",
    "vocabulary and sampling",
    "kernels and host",
)
"""Parts of a step; they add up to it."""

SERVING_MEMORY = ("weights", "cache", "buffers")

SERVING_BOUNDS = ("compute", "memory", "communication", "overhead")
"""What most of a step is spent on."""


@dataclass(frozen=True)
class ServingPoints:
    """What layouts and batches give, columns (n,)."""

    tokens_per_s_per_accelerator: FloatArray
    """Output tokens, over all accelerators of the deployment, those of prefill too; 0 where it does not fit."""
    tokens_per_s_per_user: FloatArray
    """Interactivity: the inverse of ``tpot``."""
    input_tokens_per_s_per_accelerator: FloatArray
    """Prompt tokens that come with them, cached ones too."""
    ttft: FloatArray
    """Mean time to the first token without a queue [s]."""
    ttft_p99: FloatArray
    """Its 99th percentile with the queue, where requests come at random [s]."""
    tpot: FloatArray
    """Mean time per output token of a user [s]."""
    tpot_p99: FloatArray
    """Its 99th percentile over requests, which prompts of others slow [s]."""
    batch: FloatArray
    """Sequences in flight on an instance."""
    batch_limit: FloatArray
    """Sequences that the memory of an instance holds."""
    accelerators: FloatArray
    """Of an instance that decodes."""
    prefill_share: FloatArray
    """Of all accelerators that only prefill; 0 where one instance does both."""
    step: FloatArray
    """Mean step of an instance that decodes, with the prompts that run in it [s]."""
    parts: Mapping[str, FloatArray]
    """By ``SERVING_PARTS`` [s]; they add up to ``step``."""
    memory: Mapping[str, FloatArray]
    """Of an accelerator, by ``SERVING_MEMORY`` [B]."""
    available: FloatArray
    """[B]"""
    flops: FloatArray
    """That an accelerator does in a step, of which ``step`` is the time [FLOP]."""
    bytes: FloatArray
    """That an accelerator reads in a step [B]."""
    power: FloatArray
    """Mean of an accelerator, those that prefill too [W]."""
    bound: NDArray[np.int64]
    """Index into ``SERVING_BOUNDS``."""
    fits: BoolArray

    @property
    def energy_per_token(self) -> FloatArray:
        """Of the accelerators, for an output token and the prompt that comes with it [J]."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.power / self.tokens_per_s_per_accelerator)


@dataclass(frozen=True)
class ServingFront:
    """The points that nothing beats in both throughput and interactivity, of all legal layouts and batches."""

    points: ServingPoints
    """All of them that were evaluated."""
    layouts: Mapping[str, NDArray[np.generic]]
    """Their layouts, as columns by the names of a layout's fields."""
    front: NDArray[np.int64]
    """Rows of the front, from the highest throughput to the highest interactivity."""
    best: int | None
    """Row with the highest throughput that meets what is required; None where none does."""
    considered: int
    out: Mapping[str, int]
    """How many rows are out, by cause."""
