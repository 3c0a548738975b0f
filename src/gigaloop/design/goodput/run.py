"""Time and energy to train on a number of tokens."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.units import HOUR
from gigaloop.design.performance.clocks import phase_power
from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.goodput import GOODPUT_PARTS, Goodput, TrainingRun

FloatArray = NDArray[np.float64]

PAUSES: Mapping[str, str] = MappingProxyType(
    {
        "checkpoint writes": "waiting",
        "detection and restart": "waiting",
        "checkpoint reads": "waiting",
        "planned stops": "idle",
        "waiting for repair": "idle",
    }
)
"""What accelerators do while a job does not train; lost work and slow steps draw what training does."""


def training_run(
    tokens: ArrayLike,
    tokens_per_s: ArrayLike,
    goodput: Goodput,
    machine: Machine,
    power: ArrayLike,
    *,
    rest: ArrayLike,
    pue: ArrayLike = 1.0,
) -> TrainingRun:
    """Give the time and the energy to train on a number of tokens; shapes broadcast.

    Parameters
    ----------
    tokens
        To train on.
    tokens_per_s
        Of the job while it trains, from its step.
    goodput
        What of the time is training.
    machine
        Its accelerators.
    power
        Mean of an accelerator over a step [W], from :func:`gigaloop.design.performance.phases.mean_power`.
    rest
        Power into a rack beside its accelerators, for each of them [W]: hosts, switches, pumps, losses.
    pue
        Power usage effectiveness of the facility over the year.
    """
    tokens, rate = np.asarray(tokens, dtype=np.float64), np.asarray(tokens_per_s, dtype=np.float64)
    seconds = np.asarray(tokens / (rate * goodput.share))
    trains = np.asarray(power, dtype=np.float64)
    mean = sum(
        goodput.parts[part] * (phase_power(machine, PAUSES[part]) if part in PAUSES else trains)
        for part in GOODPUT_PARTS
    )
    idle = phase_power(machine, "idle")
    aside = goodput.held - goodput.accelerators
    accelerators = (goodput.accelerators * mean + aside * idle) * seconds
    racks = accelerators + goodput.held * np.asarray(rest, dtype=np.float64) * seconds
    return TrainingRun(
        tokens=tokens,
        seconds=seconds,
        accelerator_hours=goodput.held * seconds / HOUR,
        accelerator_power=np.asarray(mean),
        accelerator_energy=np.asarray(accelerators),
        rack_energy=np.asarray(racks),
        facility_energy=np.asarray(racks * np.asarray(pue, dtype=np.float64)),
    )
