"""The predicted steps of a programme's training, whose power swings a site sees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gigaloop.design.records.step_power import StepPower
from gigaloop.design.workload import design_workload
from gigaloop.design.workload.energy import training_detail

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design
    from gigaloop.programme.schema import Generation, Programme


def predicted_steps(
    programme: Programme, generation: Generation, catalogue: Catalogue, design: Design
) -> dict[str, StepPower]:
    """Give the power of a step over time of each training workload that fits, by its id.

    A workload that names a load profile keeps that profile's swings: it is more than the steps of one job. What
    software adds to the equations lengthens the step; it does not change what is drawn.

    Parameters
    ----------
    programme, generation, catalogue
        Workloads, and what they run on.
    design
        The generation's, with its fabric.
    """
    steps = {}
    for workload in programme.workloads:
        if workload.training is not None and workload.load_profile is None:
            found = design_workload(programme, generation, workload, catalogue, fabric=design.fabric, thorough=False)
            if found.search is not None:
                step = training_detail(found, catalogue, rest=0.0, tokens=None).power
                steps[workload.id] = replace(
                    step,
                    times=step.times * found.stack.factor,
                    energy={part: each * found.stack.factor for part, each in step.energy.items()},
                )
    return steps
