"""What each number of a machine is worth to a job."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.matrix import peak_of
from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.step import DEFAULTS, training_steps
from gigaloop.design.records.strategy import Sensitivity
from gigaloop.design.strategy.space import rows

if TYPE_CHECKING:
    from gigaloop.design.performance.constants import Constants
    from gigaloop.design.performance.machine import Machine
    from gigaloop.design.performance.strategies import Job, Strategies
    from gigaloop.design.transformer import Transformer

NUMBERS = (
    ("peak", "dense peak", "FLOP/s"),
    ("hbm_bandwidth", "HBM bandwidth", "B/s"),
    ("hbm", "HBM size", "B"),
    ("scale_up", "scale-up bandwidth", "B/s"),
    ("domain", "scale-up domain", "accelerators"),
    ("scale_out", "scale-out bandwidth", "B/s"),
    ("power", "power", "W"),
)
"""Numbers of a machine that a design can move; ``peak`` is shown for the job's precision, all precisions move."""
NUDGE = 0.01
"""Relative change of a number for its elasticity. Source: a choice of this project."""


def sensitivities(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants = DEFAULTS
) -> tuple[Sensitivity, ...]:
    """Say what each number of a machine is worth to the fastest of some strategies.

    The elasticity keeps the fastest strategy, as the envelope theorem allows for a small change. Doubled and halved
    numbers choose anew among all that are given, which are the best of each layout.
    """
    steps = _step(model, machine, job, strategies, constants)
    best = int(np.argmin(steps))
    one = rows(strategies, np.array([best]))
    found = []
    for name, title, unit in NUMBERS:
        peak = name == "peak"
        value = float(peak_of(machine, np.asarray(job.precision)) if peak else np.asarray(getattr(machine, name)))

        def moved(factor: float, name: str = name) -> float:
            return float(np.min(_step(model, scaled(machine, name, factor), job, strategies, constants)))

        elasticity = np.nan
        if name != "domain" and value > 0.0:
            low, high = 1.0 - NUDGE, 1.0 if name == "power" else 1.0 + NUDGE  # more than its rating is of no use
            down, up = (
                training_steps(model, scaled(machine, name, each), job, one, constants).step[0] for each in (low, high)
            )
            elasticity = float(np.log(up / down) / np.log(high / low))
        doubled, halved = (moved(factor) / float(steps[best]) - 1.0 for factor in (2.0, 0.5))
        found.append(Sensitivity(name, title, unit, value, elasticity, doubled, halved))
    return tuple(found)


def scaled(machine: Machine, number: str, factor: float) -> Machine:
    """Give a machine with one of its ``NUMBERS`` multiplied."""
    if number == "peak":
        return replace(machine, bf16=machine.bf16 * factor, fp8=machine.fp8 * factor, fp4=machine.fp4 * factor)
    value = np.asarray(getattr(machine, number), float) * factor
    new: dict[str, Any] = {number: max(float(value), 1.0) if number == "domain" else float(value)}
    return replace(machine, **new)


def _step(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants
) -> NDArray[np.float64]:
    """Give the steps of strategies (n,) [s], infinite where they do not fit."""
    step = training_steps(model, machine, job, strategies, constants).step
    return np.where(training_memory(model, machine, job, strategies).fits, step, np.inf)
