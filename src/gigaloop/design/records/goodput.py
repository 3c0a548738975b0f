"""What of a job's time is training, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

INTERRUPTION_CAUSES = ("accelerators", "memory", "hosts", "adapters", "network", "software and site")
"""What interrupts a job without warning."""

GOODPUT_PARTS = (
    "training",
    "checkpoint writes",
    "lost work",
    "detection and restart",
    "checkpoint reads",
    "planned stops",
    "stragglers",
    "waiting for repair",
)
"""Parts of a job's time; they add up to 1."""

CHECKPOINTS = ("blocking", "asynchronous", "peer")
"""How a checkpoint is written: the job stops until storage has it; until the memory of its hosts has it; or that and
copies in the memory of other hosts, of which most failures are recovered, beside rarer ones in storage."""


@dataclass(frozen=True)
class Goodput:
    """Effective training time of jobs, columns (n,)."""

    accelerators: FloatArray
    """At work."""
    held: FloatArray
    """With those that stand by."""
    rates: Mapping[str, FloatArray]
    """Interruptions by ``INTERRUPTION_CAUSES`` [1/s]."""
    checkpoint: str
    """One of ``CHECKPOINTS``."""
    checkpoint_interval: FloatArray
    """Work between the beginnings of checkpoints, at which training is most [s]."""
    young: FloatArray
    """The interval by Young's first order [s]."""
    daly: FloatArray
    """By Daly's higher order [s]."""
    blocked: FloatArray
    """For which a checkpoint stops the job [s]."""
    written: FloatArray
    """Until storage holds a checkpoint [s]."""
    parts: Mapping[str, FloatArray]
    """By ``GOODPUT_PARTS``, as shares of time; they add up to 1."""

    @property
    def rate(self) -> FloatArray:
        """Interruptions without warning [1/s]."""
        return np.asarray(np.sum(list(self.rates.values()), axis=0))

    @property
    def interval(self) -> FloatArray:
        """Mean time between interruptions without warning [s]."""
        return 1.0 / self.rate

    @property
    def share(self) -> FloatArray:
        """Share of time that is training: effective training time."""
        return self.parts["training"]

    @property
    def share_of_held(self) -> FloatArray:
        """Training over the time of all accelerators that are held for the job, spares with them."""
        return self.share * self.accelerators / self.held


@dataclass(frozen=True)
class TrainingRun:
    """What it takes to train on a number of tokens, columns (n,)."""

    tokens: FloatArray
    seconds: FloatArray
    """With all that is not training."""
    accelerator_hours: FloatArray
    """Of all accelerators that are held [h]."""
    accelerator_power: FloatArray
    """Mean of an accelerator at work over the whole run [W]."""
    accelerator_energy: FloatArray
    """Of the accelerators [J]."""
    rack_energy: FloatArray
    """Into the racks [J]."""
    facility_energy: FloatArray
    """[J]"""

    @property
    def tokens_per_joule(self) -> FloatArray:
        """Tokens over the facility's energy [1/J]."""
        return self.tokens / self.facility_energy
