"""What a training job draws: its step over time, and the energy to train on the workload's tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.calibration.stored import constants_of
from gigaloop.design.goodput.run import training_run
from gigaloop.design.performance.operators import training_operators
from gigaloop.design.performance.phases import mean_power, step_power
from gigaloop.design.performance.step import training_steps
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES, Strategies
from gigaloop.design.records.goodput import TrainingRun
from gigaloop.design.records.operators import Operator
from gigaloop.design.records.step_power import StepPower
from gigaloop.design.records.strategy import StrategyPoint

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.workload.record import WorkloadDesign


@dataclass(frozen=True)
class TrainingDetail:
    """The best strategy of a job, looked at closely."""

    hfu: float
    """Hardware FLOPs, what is computed twice with them, over the dense peak of the precision."""
    power: StepPower
    """Of the equations' step, without what software adds."""
    operators: tuple[Operator, ...]
    run: TrainingRun | None
    """None where the workload states no tokens to train on."""


def training_detail(
    found: WorkloadDesign, catalogue: Catalogue, *, rest: float, tokens: float | None, pue: float = 1.0
) -> TrainingDetail:
    """Look closely at the best strategy of a training job.

    Parameters
    ----------
    found
        A training job that fits.
    catalogue
        The constants that it was found with.
    rest
        Power into a rack beside its accelerators, for each of them [W].
    tokens
        To train on; none where not stated.
    pue
        Power usage effectiveness over the year.

    Raises
    ------
    ValueError
        If it is no training job, or none that fits.
    """
    if found.search is None or found.job is None or found.goodput is None:
        raise ValueError(f"{found.performance.workload} has no training step to look at")
    best, constants = found.search.best, constants_of(catalogue)
    laid_out = strategies_of(best)
    steps = training_steps(found.model, found.machine, found.job, laid_out, constants)
    run = None
    if tokens is not None:
        rate = best.tokens_per_s_per_accelerator * found.search.accelerators / found.stack.factor
        drawn = float(mean_power(steps, found.machine)[0])
        run = training_run(tokens, rate, found.goodput, found.machine, drawn, rest=rest, pue=pue)
    return TrainingDetail(
        hfu=float(steps.hfu[0]) / found.stack.factor,
        power=step_power(steps, 0, found.machine, stages=best.pp),
        operators=training_operators(found.model, found.machine, found.job, laid_out, constants),
        run=run,
    )


def strategies_of(point: StrategyPoint) -> Strategies:
    """Give a point of a search as a column of one strategy."""
    columns = {name: np.array([getattr(point, name)]) for name in ("tp", "cp", "pp", "vp", "dp", "ep", "micro_batch")}
    return Strategies(
        **columns,
        recompute=np.array([RECOMPUTE.index(point.recompute)]),
        zero=np.array([point.zero]),
        schedule=np.array([SCHEDULES.index(point.schedule)]),
        sequence_parallel=np.array([point.sequence_parallel]),
    )
