"""Search over all strategies of a job: best, runners-up, why others are out, what the machine's numbers are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.design.performance.machine import PRECISIONS
from gigaloop.design.performance.matrix import peak_of
from gigaloop.design.performance.memory import training_memory, usable_hbm
from gigaloop.design.performance.step import DEFAULTS, training_steps
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES, Job, Strategies
from gigaloop.design.records.strategy import (
    MemoryStep,
    RuledOut,
    Sensitivity,
    StrategyPoint,
    StrategyScatter,
    StrategySearch,
)
from gigaloop.design.strategy.branch import Found, explore
from gigaloop.design.strategy.nothing import no_schedule, nothing_fits
from gigaloop.design.strategy.sensitivity import sensitivities
from gigaloop.design.strategy.space import Space, strategies_of

if TYPE_CHECKING:
    from gigaloop.design.performance.constants import Constants
    from gigaloop.design.performance.machine import Machine
    from gigaloop.design.transformer import Transformer


def search_strategies(
    model: Transformer,
    machine: Machine,
    job: Job,
    accelerators: int,
    *,
    constants: Constants = DEFAULTS,
    fixed: Mapping[str, object] | None = None,
    runners_up: int = 10,
    thorough: bool = True,
) -> StrategySearch:
    """Give the fastest ways to lay a job out over accelerators, of all that fit.

    Best, runners-up and what more memory would unlock are the same whether the search is thorough or not; the latter
    leaves out what a bound shows to be slower (:mod:`gigaloop.design.strategy.bounds`).

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
    thorough
        Also count what fits, give the best of every layout, and say what the numbers of the machine are worth.

    Raises
    ------
    UsageError
        When the machine has no peak at the job's precision, or ``fixed`` names something that a strategy does not have.
    InfeasibleError
        When no layout divides the job, or nothing fits into memory; it says what would.
    """
    _check_precision(machine, job)
    space = strategies_of(model, machine, job, accelerators, fixed=fixed)
    found, possible = explore(space, model, machine, job, constants, shown=runners_up + 1, thorough=thorough)
    if not possible:
        raise no_schedule(model, accelerators, fixed or {})
    if not np.isfinite(found.best):
        raise nothing_fits(model, machine, job, accelerators, found.least, fixed or {})
    fastest = found.fastest
    points = points_of(model, machine, job, space.strategies(fastest[: runners_up + 1]), constants)
    faster = found.faster
    larger = points_of(model, machine, job, space.strategies(faster), constants) if faster.size else ()
    best = points[0]
    everywhere = space.strategies(fastest)
    return StrategySearch(
        model=model.name,
        machine=machine.name,
        accelerators=accelerators,
        available=float(usable_hbm(machine)),
        considered=space.size,
        fitting=found.fitting if thorough else None,
        best=best,
        runners_up=points[1:],
        ruled_out=(*space.ruled_out, *_ruled_out(space, possible, found.fitting if thorough else None, machine)),
        sensitivity=_sensitivity(space, found, model, machine, job, constants) if thorough else (),
        memory_steps=tuple(MemoryStep(point.memory, point, point.step / best.step - 1.0) for point in larger),
        scatter=StrategyScatter(
            tp=np.asarray(everywhere.tp),
            cp=np.asarray(everywhere.cp),
            pp=np.asarray(everywhere.pp),
            ep=np.asarray(everywhere.ep),
            dp=np.asarray(everywhere.dp),
            step=found.steps[space.group(fastest)],
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


def _check_precision(machine: Machine, job: Job) -> None:
    """Refuse a precision at which a machine has no peak, as steps would not be numbers."""
    peaks = {name: float(peak_of(machine, np.asarray(i))) for i, name in enumerate(PRECISIONS)}
    wanted = PRECISIONS[int(job.precision)]
    if not peaks[wanted] > 0.0:
        known = ", ".join(name for name, peak in peaks.items() if peak > 0.0)
        raise UsageError(f"{machine.name} has no dense peak in {wanted}", hint=f"its precisions: {known or 'none'}")


def _sensitivity(
    space: Space, found: Found, model: Transformer, machine: Machine, job: Job, constants: Constants
) -> tuple[Sensitivity, ...]:
    some = space.strategies(np.concatenate([found.fastest, found.faster, found.smaller]))
    return sensitivities(model, machine, job, some, constants)


def _ruled_out(space: Space, possible: int, fitting: int | None, machine: Machine) -> tuple[RuledOut, ...]:
    available = float(usable_hbm(machine))
    causes = (
        ("schedule", space.size - possible, "micro-batches do not go round the stages of their schedule"),
        (
            "memory",
            0 if fitting is None else possible - fitting,
            f"more than the {available / 1e9:,.0f} GB of an accelerator that programs can use",
        ),
    )
    return tuple(RuledOut(cause, count, "strategies", sentence) for cause, count, sentence in causes if count)
