"""One operator of a step on one accelerator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operator:
    """What an accelerator computes and moves in an operator, and how long it takes."""

    name: str
    group: str
    """``matrix products``, ``attention`` or ``memory-bound operators``."""
    flops: float
    """[FLOP]"""
    bytes: float
    """Moved to and from memory [B]."""
    seconds: float
    """[s]"""
    count: float = 1.0
    """How often an accelerator runs it in the forward pass of a micro-batch, on average over the stages."""

    @property
    def intensity(self) -> float:
        """FLOPs over bytes moved [FLOP/B]."""
        return self.flops / self.bytes

    @property
    def rate(self) -> float:
        """What it reaches [FLOP/s]."""
        return self.flops / self.seconds
