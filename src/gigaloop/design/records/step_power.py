"""The power of a training step over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StepPower:
    """The power of a job's accelerators over one step, which repeats: mean over its pipeline stages."""

    times: FloatArray
    """Edges of the stretches, from 0 to the step [s], shape (k + 1,)."""
    power: FloatArray
    """Of an accelerator, mean over the stages, in each stretch [W], shape (k,)."""
    stages: FloatArray
    """Of an accelerator of each stage [W], shape (stages, k)."""
    limit: float
    """Thermal design power of an accelerator [W]."""
    energy: Mapping[str, float]
    """Of an accelerator by part of the step [J]; they add up to the power over the step."""

    @property
    def period(self) -> float:
        """The step [s]."""
        return float(self.times[-1])

    @property
    def mean(self) -> float:
        """Over the step [W]."""
        return float(np.sum(self.power * np.diff(self.times))) / self.period

    @property
    def levels(self) -> tuple[float, float, float]:
        """Upper level and lower level [W], and the share of the step at the upper one.

        The two levels have the mean of the step, and the mean of what lies above and below the middle between its
        least and its greatest power.
        """
        lengths, middle = np.diff(self.times), 0.5 * (self.power.min() + self.power.max())
        above = self.power >= middle
        high = float(np.sum((self.power * lengths)[above]) / np.sum(lengths[above]))
        rest = float(np.sum(lengths[~above]))
        low = float(np.sum((self.power * lengths)[~above])) / rest if rest > 0.0 else high
        return high, low, 1.0 - rest / self.period
