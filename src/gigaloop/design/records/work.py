"""What a rack does on a workload."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkloadPerformance:
    """What a rack does on a workload, as the lower of its compute and its memory roof, in tokens/s."""

    workload: str
    kind: str
    precision: str
    share: float
    """Of the accelerators' time."""
    tokens_per_s: float
    """Per rack, were all its time spent on the workload; 0 where the model does not fit."""
    tokens_per_s_per_accelerator: float
    compute_roof: float
    """Per rack [tokens/s]."""
    memory_roof: float
    """Per rack [tokens/s]."""
    bound: str
    """``compute``, ``memory`` (bandwidth) or ``capacity`` (it does not fit)."""
    accelerators: float
    """That hold the model together."""
    batch: float
    """Sequences in flight: the workload's, or fewer where memory holds no more."""
    batch_limit: float
    """The most sequences that memory holds."""
    flops_per_token: float
    memory_needed: float
    """For the model's states and one sequence [B]."""
    memory_available: float
    """[B]"""

    @property
    def fits(self) -> bool:
        """Whether the model and one sequence fit into memory."""
        return self.bound != "capacity"
