"""What a step draws: energy by its parts, and its power over time, as pipeline stages fill, work, drain and wait."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.clocks import phase_power
from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.step_power import StepPower
from gigaloop.design.records.training import STEP_PARTS, TrainingSteps

FloatArray = NDArray[np.float64]

PART_PHASES: Mapping[str, str] = MappingProxyType(
    {
        "matrix products": "matrix",
        "attention": "attention",
        "memory-bound operators": "memory",
        "recompute": "matrix",
        "tensor parallelism": "communication",
        "context parallelism": "communication",
        "expert parallelism": "communication",
        "pipeline transfers": "communication",
        "pipeline bubble": "waiting",
        "stage imbalance": "waiting",
        "data parallelism": "communication",
        "optimiser": "memory",
        "stragglers and overhead": "waiting",
    }
)
"""What an accelerator does in each part of a step, see :data:`~gigaloop.design.performance.clocks.PHASES`."""

AFTER = ("stage imbalance", "data parallelism", "optimiser", "stragglers and overhead")
"""Parts that come after the last micro-batch, one after the other; the others mix while micro-batches run."""

FORWARD = 1.0 / 3.0
"""Share of the forward pass in a micro-batch: a backward pass has twice its matrix products, Narayanan et al.,
arXiv:2104.04473, appendix."""


def step_energy(steps: TrainingSteps, machine: Machine) -> dict[str, FloatArray]:
    """Give the energy of an accelerator over a step by its parts [J], columns (n,).

    Time in each part times the power of what is done in it. Communication that compute hides adds nothing: matrix
    products draw what the cap allows already, and are the slower for it.

    Parameters
    ----------
    steps
        Columns (n,).
    machine
        One machine, or a column of them (n,).
    """
    return {part: steps.parts[part] * phase_power(machine, PART_PHASES[part]) for part in STEP_PARTS}


def mean_power(steps: TrainingSteps, machine: Machine) -> FloatArray:
    """Give the mean power of an accelerator over a step [W], columns (n,)."""
    return np.asarray(np.sum(list(step_energy(steps, machine).values()), axis=0) / steps.step)


def step_power(steps: TrainingSteps, row: int, machine: Machine, *, stages: int = 1) -> StepPower:
    """Give the power of one step over time.

    Stages of a pipeline begin one forward pass after the other, wait for the first backward pass, work without a gap,
    wait between the last backward passes, and end one backward pass after the other, as in 1F1B (Narayanan et al.,
    arXiv:2104.04473); the bubble of each is that of the step. What is left of the step follows, on all stages at once.
    Alternation within a micro-batch is shown as its mean: it is faster than supplies of a rack pass on.

    Parameters
    ----------
    steps
        Predicted steps.
    row
        Which of them.
    machine
        One machine.
    stages
        Pipeline stages.
    """
    parts = {part: float(np.atleast_1d(steps.parts[part])[row]) for part in STEP_PARTS}
    powers = {part: float(phase_power(machine, PART_PHASES[part])) for part in STEP_PARTS}
    energy = {part: parts[part] * powers[part] for part in STEP_PARTS}
    within = [part for part in STEP_PARTS if part not in AFTER and part != "pipeline bubble"]
    busy = sum(parts[part] for part in within)
    work = sum(energy[part] for part in within) / busy if busy else 0.0
    bubble = parts["pipeline bubble"]
    wait = powers["pipeline bubble"]
    pipeline = busy + bubble
    rows = [
        _stage(stage, stages, bubble, busy, work, wait) if bubble and stages > 1 else [(0.0, work), (busy, wait)]
        for stage in range(stages)
    ]
    after, now = [], pipeline
    for part in AFTER:
        if parts[part] > 0.0:
            after.append((now, powers[part]))
            now += parts[part]
    edges = np.unique([begin for each in rows for begin, _ in each] + [begin for begin, _ in after] + [0.0, now])
    middles = 0.5 * (edges[1:] + edges[:-1])
    table = np.stack([_levels([*each, *after], middles) for each in rows])
    return StepPower(edges, table.mean(axis=0), table, float(np.asarray(machine.tdp)), energy)


def _stage(stage: int, stages: int, bubble: float, busy: float, work: float, wait: float) -> list[tuple[float, float]]:
    """Give the stretches of a stage, as beginnings and powers: its waiting adds up to the bubble.

    With ``F`` and ``B`` the passes of one micro-batch (chunk) and ``k`` the stages after it, a stage waits ``F`` for
    each stage before it, ``k B`` for its first backward pass, ``k F`` between its last ones, and ``B`` at the end for
    each stage before it; the gaps between the last backward passes are shown as their mean. Where micro-batches are too
    few for that, the stage works without a gap.
    """
    each = bubble / (stages - 1)
    f, b, behind = FORWARD * each, (1.0 - FORWARD) * each, stages - 1 - stage
    begin, end = stage * f, busy + bubble - stage * b
    if busy < (behind + 1) * f:
        return [(0.0, wait), (begin, work), (begin + busy, wait)]
    first = begin + (behind + 1) * f
    drain = max(first + behind * b, end - behind * each)
    mixed = work + (wait - work) * behind * f / (end - drain) if end > drain else work
    return [(0.0, wait), (begin, work), (first, wait), (first + behind * b, work), (drain, mixed), (end, wait)]


def _levels(stretches: list[tuple[float, float]], times: FloatArray) -> FloatArray:
    """Look up the power of stretches, given by their beginnings, at times."""
    begins, powers = (np.array(column) for column in zip(*stretches, strict=True))
    return np.asarray(powers[np.searchsorted(begins, times, side="right") - 1])
