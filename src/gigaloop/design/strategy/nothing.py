"""What to do when no strategy of a job fits into memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import InfeasibleError, Problem
from gigaloop.design.performance.memory import training_memory, usable_hbm
from gigaloop.design.strategy.space import strategies_of

if TYPE_CHECKING:
    from gigaloop.design.performance.machine import Machine
    from gigaloop.design.performance.strategies import Job
    from gigaloop.design.transformer import Transformer

MOST = 1 << 20
"""Accelerators beyond which nothing is proposed. Source: a choice of this project."""
FRUGAL: Mapping[str, object] = {"recompute": "full", "zero": (0, 1, 3), "micro_batch": 1}
"""Choices that take the least memory."""


def nothing_fits(
    model: Transformer,
    machine: Machine,
    job: Job,
    accelerators: int,
    least: float,
    fixed: Mapping[str, object],
) -> InfeasibleError:
    """Make the error that says how far a job is from fitting, and what would make it fit."""
    available, stated = float(usable_hbm(machine)), float(np.asarray(machine.hbm))
    why = (
        f"{model.name} does not fit on {accelerators} accelerators of {stated / 1e9:,.0f} GB: "
        f"the least that a strategy takes is {least / 1e9:,.1f} GB each"
    )
    ways = []
    freed = {name: value for name, value in fixed.items() if name not in (*FRUGAL, "schedule", "sequence_parallel")}
    if len(freed) < len(fixed):
        with_free, how = _least(model, machine, job, accelerators, freed)
        if with_free <= available:
            ways.append(f"free {', '.join(sorted(set(fixed) - set(freed)))}: {how} takes {with_free / 1e9:,.1f} GB")
    kept = {name: value for name, value in freed.items() if name != "dp"}
    more = accelerators
    while more < MOST:
        more *= 2
        with_more, how = _least(model, machine, job, more, kept)
        if with_more <= available:
            ways.append(f"{more} accelerators would do: {how} takes {with_more / 1e9:,.1f} GB")
            break
    ways.append(f"accelerators of {least / available * stated / 1e9:,.0f} GB would do")
    return InfeasibleError(
        [Problem(why, path="strategy", hint="; ".join(ways))], ways_out=ways, title="no strategy fits into memory"
    )


def no_schedule(model: Transformer, accelerators: int, fixed: Mapping[str, object]) -> InfeasibleError:
    """Make the error that says that no micro-batches of a job go with what is fixed of its pipeline."""
    job = f"{model.name} on {accelerators} accelerators"
    why = f"{job}: no number of micro-batches goes round the stages as they are fixed"
    settled = [name for name in ("schedule", "vp", "pp", "micro_batch", "dp") if name in fixed]
    hint = f"free {' or '.join(settled)}, or take a batch that is a multiple of twice the stages for each replica"
    return InfeasibleError([Problem(why, path="strategy", hint=hint)], ways_out=[hint], title="no schedule runs")


def _least(
    model: Transformer, machine: Machine, job: Job, accelerators: int, fixed: Mapping[str, object]
) -> tuple[float, str]:
    """Give the least memory of any strategy [B] and its words; infinite where nothing divides."""
    try:
        space = strategies_of(model, machine, job, accelerators, fixed={**FRUGAL, **fixed})
    except InfeasibleError:
        return np.inf, ""
    strategies = space.strategies(np.arange(space.size))
    total = training_memory(model, machine, job, strategies).total
    # Of those that fit, the one with the fewest cuts is named: it is the least work to run.
    cuts = np.asarray(strategies.tp) * np.asarray(strategies.pp) * np.asarray(strategies.cp)
    fits = total <= usable_hbm(machine)
    at = int(np.argmin(np.where(fits, cuts, np.inf) if fits.any() else total))
    sizes = ", ".join(
        f"{name} {size}"
        for name in ("tp", "pp", "cp", "ep", "dp", "zero")
        if (size := int(np.asarray(getattr(strategies, name))[at])) > 1
    )
    return float(total[at]), f"full recompute with {sizes}"
