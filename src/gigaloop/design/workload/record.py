"""A workload on a generation, with all that its performance rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigaloop.design.calibration.stored import StackTerm
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import Job
from gigaloop.design.records import WorkloadPerformance
from gigaloop.design.records.goodput import Goodput
from gigaloop.design.records.serving import ServingFront
from gigaloop.design.records.strategy import StrategySearch
from gigaloop.design.serving.loads import ServingLoad
from gigaloop.design.transformer import Transformer, active_parameters, parameters
from gigaloop.programme.schema import Workload


@dataclass(frozen=True)
class WorkloadDesign:
    """A workload on a generation; what belongs to training or to serving is None for the other."""

    performance: WorkloadPerformance
    model: Transformer
    machine: Machine
    stack: StackTerm
    """What software adds to the equations, with its spread."""
    job: Job | None = None
    search: StrategySearch | None = None
    """None where nothing fits; ``performance.note`` then says what would."""
    goodput: Goodput | None = None
    time_to_train: float | None = None
    """For the workload's tokens, interruptions counted [s]; None where it states none."""
    load: ServingLoad | None = None
    front: ServingFront | None = None
    row: int | None = None
    """Of the front's points, that ``performance`` is."""


def unfit(
    workload: Workload, model: Transformer, machine: Machine, note: str, *, flops: float, batch: float
) -> WorkloadPerformance:
    """Give the record of a workload that fits nowhere; ``note`` says why and what would help."""
    return WorkloadPerformance(
        workload=workload.id,
        kind=workload.kind,
        precision=workload.precision,
        share=float(workload.share),
        model=model.name,
        parameters=float(parameters(model)),
        active_parameters=float(active_parameters(model)),
        tokens_per_s=0.0,
        tokens_per_s_low=0.0,
        tokens_per_s_high=0.0,
        tokens_per_s_per_accelerator=0.0,
        goodput=0.0,
        bound="capacity",
        accelerators=0.0,
        layout="",
        batch=batch,
        step=math.inf,
        parts=(),
        mfu=0.0,
        first_token=None,
        flops_per_token=flops,
        memory_parts=(),
        memory_needed=math.inf,
        memory_available=float(np.asarray(machine.hbm)),
        note=note,
    )
