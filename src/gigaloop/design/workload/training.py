"""A training job on a generation: the best layout, and what of its time is training."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import InfeasibleError
from gigaloop.design.calibration.stored import StackTerm, constants_of, stack_of_catalogue
from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.machine import PRECISIONS, Machine
from gigaloop.design.performance.memory import usable_hbm
from gigaloop.design.performance.strategies import Job
from gigaloop.design.records import WorkloadPerformance
from gigaloop.design.records.strategy import StrategySearch
from gigaloop.design.strategy.search import search_strategies
from gigaloop.design.transformer import Transformer, active_parameters, parameters, training_flops
from gigaloop.design.workload.effective import job_goodput
from gigaloop.design.workload.inputs import fixed_of, job_of
from gigaloop.design.workload.record import WorkloadDesign, unfit
from gigaloop.programme.schema import Generation, Workload

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema.workload import Training


def design_training(
    generation: Generation,
    workload: Workload,
    training: Training,
    catalogue: Catalogue,
    model: Transformer,
    machine: Machine,
    *,
    thorough: bool = True,
) -> WorkloadDesign:
    """Lay a training job out over its accelerators as well as memory, divisibility and what is fixed allow.

    The performance is the same whether the search is ``thorough`` or not; see
    :func:`~gigaloop.design.strategy.search.search_strategies`.

    Raises
    ------
    UsageError
        If no layout divides the job.
    """
    job, accelerators = job_of(workload, training), int(training.accelerators)
    stack = stack_of(catalogue, model, machine, job, workload.software)
    fixed = fixed_of(training)
    try:
        search = searched(
            model, machine, job, accelerators, constants_of(catalogue), tuple(sorted(fixed.items())), thorough
        )
    except InfeasibleError as error:
        return WorkloadDesign(_unfit(workload, accelerators, job, model, machine, error), model, machine, stack, job)
    effective = job_goodput(catalogue, generation, training, model, machine)
    share = float(np.ravel(effective.share)[0])
    best = search.best
    rack = best.tokens_per_s_per_accelerator * share * float(generation.accelerators_per_rack)
    seconds = None
    if training.tokens is not None:
        rate = best.tokens_per_s_per_accelerator * accelerators / stack.factor * share
        seconds = float(training.tokens) / rate
    performance = WorkloadPerformance(
        workload=workload.id,
        kind="training",
        precision=workload.precision,
        share=float(workload.share),
        model=model.name,
        parameters=float(parameters(model)),
        active_parameters=float(active_parameters(model)),
        tokens_per_s=rack / stack.factor,
        tokens_per_s_low=rack / stack.high,
        tokens_per_s_high=rack / stack.low,
        tokens_per_s_per_accelerator=best.tokens_per_s_per_accelerator * share / stack.factor,
        goodput=share,
        bound=max(best.step_parts, key=lambda part: best.step_parts[part]),
        accelerators=float(accelerators),
        layout=best.name,
        batch=float(training.batch),
        step=best.step * stack.factor,
        parts=(*best.step_parts.items(), ("software stack", best.step * (stack.factor - 1.0))),
        mfu=best.mfu / stack.factor,
        first_token=None,
        flops_per_token=float(training_flops(model, job.sequence, adapters=job.adapters)),
        memory_parts=tuple(best.memory_parts.items()),
        memory_needed=best.memory,
        memory_available=search.available,
    )
    return WorkloadDesign(performance, model, machine, stack, job, search, effective, seconds)


@lru_cache(maxsize=64)
def searched(
    model: Transformer,
    machine: Machine,
    job: Job,
    accelerators: int,
    constants: Constants,
    fixed: tuple[tuple[str, int | str], ...],
    thorough: bool,
) -> StrategySearch:
    """Search once for the same question; see :func:`~gigaloop.design.strategy.search.search_strategies`."""
    return search_strategies(
        model, machine, job, accelerators, constants=constants, fixed=dict(fixed), thorough=thorough
    )


def stack_of(catalogue: Catalogue, model: Transformer, machine: Machine, job: Job, software: str = "") -> StackTerm:
    """Give what software adds to the equations for a job: measured stacks of its kind, or their spread."""
    kind = "adapters" if job.adapters else "mixture" if model.experts else "dense"
    precision = PRECISIONS[int(job.precision)]
    return stack_of_catalogue(catalogue, str(machine.architecture), precision, kind, software)


def _unfit(
    workload: Workload, accelerators: int, job: Job, model: Transformer, machine: Machine, error: InfeasibleError
) -> WorkloadPerformance:
    """Give the record of a job that fits nowhere; the search's error says what would help."""
    problem = error.problems[0]
    flops = float(training_flops(model, job.sequence, adapters=job.adapters))
    batch = float(np.asarray(job.batch))
    note = f"{problem.why}; {problem.hint}"
    found = unfit(workload, model, machine, note, flops=flops, batch=batch)
    return replace(found, accelerators=float(accelerators), memory_available=float(usable_hbm(machine)))
