"""The workloads of a programme as a mix that a search takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.catalogue.kinds import PerformanceConstant, ServingConstant
from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.suggest import find
from gigaloop.design.calibration.fit import EIGHT_IN_TEN
from gigaloop.design.calibration.served_stored import serving_constants, serving_stack
from gigaloop.design.calibration.stored import constants_of
from gigaloop.design.codesign.serving import ServingWork
from gigaloop.design.codesign.training import TrainingWork
from gigaloop.design.codesign.work import Work, changed
from gigaloop.design.performance import PRIORS, Constants
from gigaloop.design.performance.machine import Machine, machine_of
from gigaloop.design.records.codesign import Floats
from gigaloop.design.serving.constants import LOG_SPREAD, ServingConstants
from gigaloop.design.transformer import Transformer
from gigaloop.design.transformer.workload import workload_model
from gigaloop.design.workload.effective import job_goodput
from gigaloop.design.workload.inputs import check_precision, check_software, fixed_of, job_of, load_of
from gigaloop.design.workload.training import stack_of

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Generation, Programme, Workload
    from gigaloop.programme.schema.workload import Training

DRAWS = 24
"""Draws of the constants for a band. Source: a choice of this project; an 80 % interval of 24 draws scatters by about a
tenth of its width."""

SEED = 7
"""Of the draws; the same for all workloads and generations."""


def programme_works(
    programme: Programme,
    generation: Generation,
    catalogue: Catalogue,
    domain: int | None = None,
    workloads: Sequence[str] = (),
) -> tuple[Work, ...]:
    """Give the workloads of a programme for a generation's accelerator.

    Parameters
    ----------
    programme, generation, catalogue
        The programme, whose accelerators do it, and facts about them.
    domain
        The largest scale-up domain; the generation's where not given.
    workloads
        Ids; all with a share where none is given.

    Raises
    ------
    ProgrammeError
        If the accelerator has no peak at a workload's precision, or a model's file cannot be read.
    """
    for name in workloads:
        find("workload", name, ((each.id, each) for each in programme.workloads))
    chosen = [each for each in programme.workloads if each.id in workloads or not workloads]
    most = int(generation.scale_up.domain) if domain is None else domain
    return tuple(_work(programme, generation, catalogue, each, most) for each in chosen if float(each.share) > 0.0)


def _work(programme: Programme, generation: Generation, catalogue: Catalogue, workload: Workload, domain: int) -> Work:
    accelerator = catalogue.accelerator(generation.accelerator)
    check_precision(programme, workload, accelerator)
    check_software(programme, workload, catalogue)
    model = workload_model(programme, workload, catalogue)
    share = float(workload.share)
    if workload.training is not None:
        training = workload.training
        job, count = job_of(workload, training), int(training.accelerators)
        constants = constants_of(catalogue)
        stack = stack_of(catalogue, model, machine_of(accelerator), job, workload.software)
        return TrainingWork(
            workload.id,
            share,
            model,
            job,
            count,
            constants,
            tuple(_training_draws(catalogue, constants)),
            dict(fixed_of(training)),
            _keeps(catalogue, generation, training, model, stack.factor),
        )
    if workload.serving is not None:
        serving = workload.serving
        most, load = serving.accelerators, load_of(workload, serving)
        served = serving_constants(catalogue)
        kind = "mixture" if int(np.asarray(model.experts)) else "dense"
        stack = serving_stack(
            catalogue, str(machine_of(accelerator).architecture), workload.precision, kind, workload.software
        )
        return ServingWork(
            workload.id,
            share,
            model,
            load,
            None if most is None else int(most),
            domain,
            float(serving.speed),
            np.inf if serving.first_token is None else float(serving.first_token),
            True if serving.disaggregated else None,
            served,
            tuple(_serving_draws(catalogue, served)),
            stack.factor,
        )
    path = f"workloads.{workload.id}"
    raise ProgrammeError([Problem("it neither trains nor serves", programme.place(path), path)])


def _keeps(
    catalogue: Catalogue, generation: Generation, training: Training, model: Transformer, factor: float
) -> Callable[[Machine], Floats]:
    """Give the share of a job's rate that machines keep: time that is training, over the stack's factor."""

    def share(machine: Machine, domain: float, memory: float) -> float:
        one = changed(machine, {"domain": domain, "hbm": memory})
        return float(np.ravel(job_goodput(catalogue, generation, training, model, one).share)[0])

    def keeps(machine: Machine) -> Floats:
        domains, memories = np.broadcast_arrays(*(np.asarray(each, float) for each in (machine.domain, machine.hbm)))
        pairs, which = np.unique(np.stack([domains.ravel(), memories.ravel()]), axis=1, return_inverse=True)
        shares = np.array([share(machine, domain, memory) for domain, memory in pairs.T.tolist()])
        return np.asarray(shares[np.reshape(which, -1)].reshape(domains.shape) / factor)

    return keeps


def _training_draws(catalogue: Catalogue, constants: Constants) -> Iterator[Constants]:
    """Give the constants of training steps as they may be."""
    values = constants.flat()
    priors = {name: PRIORS[name.split()[0]].spread for name in values}
    for factors in _factors(_spreads(catalogue, PerformanceConstant, priors)):
        yield constants.with_values({name: _moved(value, factors[name]) for name, value in values.items()})


def _serving_draws(catalogue: Catalogue, constants: ServingConstants) -> Iterator[ServingConstants]:
    """Give the constants of serving as they may be."""
    for factors in _factors(_spreads(catalogue, ServingConstant, LOG_SPREAD)):
        yield replace(constants, **{name: _moved(getattr(constants, name), factor) for name, factor in factors.items()})


def _spreads(catalogue: Catalogue, kind: type[PerformanceConstant], priors: Mapping[str, float]) -> Mapping[str, float]:
    """Give the standard deviations of the logarithms: by the range that constants were fitted with, else the priors."""
    found = dict(priors)
    for each in catalogue.of_kind(kind.kind):
        if isinstance(each, kind) and each.constant in found:
            low, high = each.value.bounds
            if 0.0 < low < high:
                found[each.constant] = math.log(high / low) / (2.0 * EIGHT_IN_TEN)
    return found


def _factors(spreads: Mapping[str, float]) -> Iterator[dict[str, float]]:
    """Give log-normal factors around 1, at most two standard deviations off; the same for the same names."""
    random = np.random.default_rng(SEED)
    for scores in np.clip(random.standard_normal((DRAWS, len(spreads))), -2.0, 2.0):
        yield {name: math.exp(spread * score) for (name, spread), score in zip(spreads.items(), scores, strict=True)}


def _moved(value: float, factor: float) -> float:
    """Move a constant; what is a share stays one."""
    return min(value * factor, 1.0) if value <= 1.0 else value * factor
