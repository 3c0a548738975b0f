"""Training steps and memory of strategies, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STEP_PARTS = (
    "matrix products",
    "attention",
    "memory-bound operators",
    "recompute",
    "tensor parallelism",
    "context parallelism",
    "expert parallelism",
    "pipeline transfers",
    "pipeline bubble",
    "stage imbalance",
    "data parallelism",
    "optimiser",
    "stragglers and overhead",
)
"""Parts of a step; communication counts as far as nothing hides it. They add up to the step."""

MEMORY_PARTS = ("weights", "gradients", "optimiser states", "activations", "buffers", "fragmentation and context")
"""Parts of the memory of an accelerator; all but the last are what a program allocates."""


@dataclass(frozen=True)
class TrainingMemory:
    """Memory of the fullest accelerator, columns (n,)."""

    parts: Mapping[str, FloatArray]
    """By ``MEMORY_PARTS`` [B]."""
    total: FloatArray
    """[B]"""
    available: FloatArray
    """[B]"""

    @property
    def allocated(self) -> FloatArray:
        """What the program allocates at its peak, without fragmentation and context [B]."""
        return np.asarray(self.total - self.parts["fragmentation and context"])

    @property
    def fits(self) -> NDArray[np.bool_]:
        """Whether it fits."""
        return self.total <= self.available


@dataclass(frozen=True)
class TrainingSteps:
    """Steps of strategies, columns (n,)."""

    step: FloatArray
    """[s]"""
    parts: Mapping[str, FloatArray]
    """By ``STEP_PARTS`` [s]; they add up to ``step``."""
    hidden: Mapping[str, FloatArray]
    """Communication that compute hides, by the parallelism [s]; not part of the step."""
    tokens_per_s_per_accelerator: FloatArray
    model_flops: FloatArray
    """Of a step, as the model needs them, attention causal [FLOP]."""
    hardware_flops: FloatArray
    """Of a step, with what is computed twice [FLOP]."""
    mfu: FloatArray
    """Model FLOPs over the dense peak of the job's precision."""
    hfu: FloatArray
