"""What a rack does on a workload."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkloadPerformance:
    """What a rack does on a workload, laid out as well as the search found; 0 where the model does not fit."""

    workload: str
    kind: str
    """``training`` or ``inference``."""
    precision: str
    share: float
    """Of the accelerators' time."""
    model: str
    parameters: float
    active_parameters: float
    """That a token meets."""
    tokens_per_s: float
    """Per rack, were all its time spent on the workload: trained on, interruptions taken off, or generated."""
    tokens_per_s_low: float
    """Lower end of the 80 % band, per rack."""
    tokens_per_s_high: float
    tokens_per_s_per_accelerator: float
    goodput: float
    """Share of a training job's time that is training; 1 for inference."""
    bound: str
    """The largest part of the step, or ``capacity`` where it does not fit."""
    accelerators: float
    """Of the job, or of the instance that serves."""
    layout: str
    """How it is laid out over them."""
    batch: float
    """Sequences of a step, or in flight."""
    step: float
    """Time of a training step, or between the tokens of a user [s]."""
    parts: tuple[tuple[str, float], ...]
    """What the step is spent on [s]; they add up to it."""
    mfu: float
    """Model FLOPs over the dense peak of the precision."""
    first_token: float | None
    """Time to the first token [s]; none for training."""
    flops_per_token: float
    memory_parts: tuple[tuple[str, float], ...]
    """Of the fullest accelerator [B]."""
    memory_needed: float
    """By the fullest accelerator [B]; of the tightest layout where none fits."""
    memory_available: float
    """By an accelerator [B]."""
    note: str = ""
    """Why it does not fit, or what was left aside."""

    @property
    def fits(self) -> bool:
        """Whether the model fits into memory."""
        return self.bound != "capacity"
