"""Search over all strategies of a job: best, runners-up, why others are out, what the machine's numbers are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.memory import training_memory, usable_hbm
from gigaloop.design.performance.step import DEFAULTS, training_steps
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES, Job, Strategies
from gigaloop.design.records.strategy import MemoryStep, RuledOut, StrategyPoint, StrategyScatter, StrategySearch
from gigaloop.design.strategy.nothing import nothing_fits
from gigaloop.design.strategy.sensitivity import sensitivities
from gigaloop.design.strategy.space import Space, rows, schedule_runs, strategies_of

if TYPE_CHECKING:
    from gigaloop.design.performance.constants import Constants
    from gigaloop.design.performance.machine import Machine
    from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CHUNK = 16_384
"""Strategies evaluated at once: columns of them stay in the cache of a core. Source: measured, a flat optimum."""
MEMORY_WITHIN = 2.0
"""Steps are also computed of strategies that need up to this many times the memory, to say what more would unlock.
Source: a choice of this project."""


@dataclass(frozen=True)
class _Found:
    """What one pass over the space leaves."""

    fitting: int
    impossible: int
    """Strategies whose schedule does not go with their number of micro-batches."""
    least: float
    """Least memory of any strategy [B]."""
    groups: IntArray
    """Index of the best fitting strategy of each layout and expert parallelism, fastest first."""
    steps: FloatArray
    larger: IntArray
    """Indices of strategies that do not fit but would be faster with the more memory, least memory first."""
    smaller: IntArray
    """Index of the fastest strategy that takes half of the memory, if there is one."""


def search_strategies(
    model: Transformer,
    machine: Machine,
    job: Job,
    accelerators: int,
    *,
    constants: Constants = DEFAULTS,
    fixed: Mapping[str, object] | None = None,
    runners_up: int = 10,
) -> StrategySearch:
    """Evaluate every way to lay a job out over accelerators and give the fastest that fit.

    Parameters
    ----------
    model, machine, job
        Scalars.
    accelerators
        Accelerators that the job takes, all of them.
    constants
        Efficiencies; the defaults where left out.
    fixed
        Choices that the user insists on, by name: one value or several; see
        :data:`~gigaloop.design.strategy.choices.CHOICES`.
    runners_up
        How many other layouts to give.

    Raises
    ------
    UsageError
        When no layout divides the job.
    InfeasibleError
        When nothing fits into memory; it says what would.
    """
    space = strategies_of(model, machine, job, accelerators, fixed=fixed)
    found = _pass(space, model, machine, job, constants)
    if not found.fitting:
        raise nothing_fits(model, machine, job, accelerators, found.least, fixed or {})
    shown = found.groups[: runners_up + 1]
    points = points_of(model, machine, job, space.strategies(shown), constants)
    larger = points_of(model, machine, job, space.strategies(found.larger), constants) if found.larger.size else ()
    best = points[0]
    everywhere = space.strategies(found.groups)
    return StrategySearch(
        model=model.name,
        machine=machine.name,
        accelerators=accelerators,
        available=float(usable_hbm(machine)),
        considered=space.size,
        fitting=found.fitting,
        best=best,
        runners_up=points[1:],
        ruled_out=(*space.ruled_out, *_ruled_out(space, found, machine)),
        sensitivity=sensitivities(
            model,
            machine,
            job,
            space.strategies(np.concatenate([found.groups, found.larger, found.smaller])),
            constants,
        ),
        memory_steps=tuple(MemoryStep(point.memory, point, point.step / best.step - 1.0) for point in larger),
        scatter=StrategyScatter(
            tp=np.asarray(everywhere.tp),
            cp=np.asarray(everywhere.cp),
            pp=np.asarray(everywhere.pp),
            ep=np.asarray(everywhere.ep),
            dp=np.asarray(everywhere.dp),
            step=found.steps,
            memory=training_memory(model, machine, job, everywhere).total,
        ),
        fixed=dict(fixed or {}),
    )


def points_of(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants = DEFAULTS
) -> tuple[StrategyPoint, ...]:
    """Give strategies (n,) with their steps and memory, one record each."""
    memory = training_memory(model, machine, job, strategies)
    steps = training_steps(model, machine, job, strategies, constants)
    columns = {
        name: np.asarray(getattr(strategies, name)).tolist()
        for name in ("tp", "cp", "pp", "vp", "dp", "ep", "micro_batch", "zero", "sequence_parallel")
    }
    return tuple(
        StrategyPoint(
            **{name: column[i] for name, column in columns.items()},
            recompute=RECOMPUTE[int(np.asarray(strategies.recompute)[i])],
            schedule=SCHEDULES[int(np.asarray(strategies.schedule)[i])],
            step=float(steps.step[i]),
            step_parts={name: float(part[i]) for name, part in steps.parts.items()},
            tokens_per_s_per_accelerator=float(steps.tokens_per_s_per_accelerator[i]),
            mfu=float(steps.mfu[i]),
            memory=float(memory.total[i]),
            memory_parts={name: float(part[i]) for name, part in memory.parts.items()},
        )
        for i in range(len(columns["tp"]))
    )


def _pass(space: Space, model: Transformer, machine: Machine, job: Job, constants: Constants) -> _Found:
    """Evaluate the whole space, chunk by chunk."""
    fitting, impossible, least = 0, 0, np.inf
    of_group: list[tuple[IntArray, IntArray, FloatArray]] = []
    larger: list[tuple[IntArray, FloatArray, FloatArray]] = []
    best = best_of_half = np.inf
    smaller = np.array([], np.int64)
    for start in range(0, space.size, CHUNK):
        index = np.arange(start, min(start + CHUNK, space.size))
        strategies = space.strategies(index)
        possible = schedule_runs(job, strategies)
        impossible += int(np.sum(~possible))
        memory = training_memory(model, machine, job, strategies)
        total, available = memory.total, memory.available
        least = min(least, float(np.min(total[possible], initial=np.inf)))
        near = np.flatnonzero(possible & (total <= MEMORY_WITHIN * available))
        if not near.size:
            continue
        index, total, fits = index[near], total[near], total[near] <= available[near]
        step = training_steps(model, machine, job, rows(strategies, near), constants).step
        fitting += int(np.sum(fits))
        best = min(best, float(np.min(step[fits], initial=np.inf)))
        half = np.where(total <= 0.5 * available[near], step, np.inf)
        if half.min() < best_of_half:
            best_of_half, smaller = float(half.min()), index[[int(half.argmin())]]
        of_group.append(_best_of_groups(space.group(index[fits]), index[fits], step[fits]))
        larger.append(_front(index, total, step, ~fits & (step < best)))
    if not fitting:
        return _Found(0, impossible, least, smaller, np.array([]), smaller, smaller)
    group, index, step = (np.concatenate(column) for column in zip(*of_group, strict=True))
    _, index, step = _best_of_groups(group, index, step)
    order = np.argsort(step, kind="stable")
    which, total, steps = (np.concatenate(column) for column in zip(*larger, strict=True))
    which, _, _ = _front(which, total, steps, steps < best)
    return _Found(fitting, impossible, least, index[order], step[order], which, smaller)


def _best_of_groups(group: IntArray, index: IntArray, step: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Give the fastest row of each group."""
    order = np.lexsort((step, group))
    first = np.ones(order.size, dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    chosen = order[first]
    return group[chosen], index[chosen], step[chosen]


def _front(
    index: IntArray, memory: FloatArray, step: FloatArray, which: NDArray[np.bool_]
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Give the rows that nothing with less memory is faster than, least memory first."""
    index, memory, step = index[which], memory[which], step[which]
    order = np.lexsort((step, memory))
    step = step[order]
    before = np.concatenate([[np.inf], np.minimum.accumulate(step)[:-1]]) if step.size else step
    chosen = order[step < before * (1.0 - 1e-3)]
    return index[chosen], memory[chosen], step[step < before * (1.0 - 1e-3)]


def _ruled_out(space: Space, found: _Found, machine: Machine) -> tuple[RuledOut, ...]:
    available = float(usable_hbm(machine))
    unfit = space.size - found.impossible - found.fitting
    causes = (
        ("schedule", found.impossible, "micro-batches do not go round the stages of their schedule"),
        ("memory", unfit, f"more than the {available / 1e9:,.0f} GB of an accelerator that programs can use"),
    )
    return tuple(RuledOut(cause, count, "strategies", sentence) for cause, count, sentence in causes if count)
