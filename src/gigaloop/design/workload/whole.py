"""A workload of a programme on one of its generations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigaloop.core.errors import Problem, ProgrammeError, UsageError
from gigaloop.design.fabric import design_fabric
from gigaloop.design.records import Fabric
from gigaloop.design.transformer.workload import workload_model
from gigaloop.design.workload.inputs import check_precision, check_software, generation_machine
from gigaloop.design.workload.record import WorkloadDesign
from gigaloop.design.workload.serving import design_serving
from gigaloop.design.workload.training import design_training
from gigaloop.programme.schema import Generation, Programme, Workload

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue


def design_workload(
    programme: Programme,
    generation: Generation,
    workload: Workload,
    catalogue: Catalogue,
    *,
    fabric: Fabric | None = None,
    power_cap: float | None = None,
    thorough: bool = True,
) -> WorkloadDesign:
    """Say what a generation does on a workload: the best layout, its step, memory and tokens/s with their band.

    Parameters
    ----------
    programme, generation, workload
        Of the programme.
    catalogue
        The accelerator, language models, efficiencies and reliability.
    fabric
        The generation's; of one scalable unit where not given.
    power_cap
        Power to which each accelerator is held [W], in place of the generation's own cap.
    thorough
        Whether the search over strategies of training tells all that it can, or its best layouts alone, which are the
        same and take a tenth of the time.

    Raises
    ------
    ProgrammeError
        If the accelerator's peak at the workload's precision or its software is not known, a model's file cannot be
        read, or no layout divides the job.
    CatalogueError
        If the catalogue lacks the accelerator or the language model.
    """
    accelerator = catalogue.accelerator(generation.accelerator)
    fabric = design_fabric(programme, generation, catalogue, 1) if fabric is None else fabric
    if power_cap is None and generation.power.power_cap is not None:
        power_cap = float(generation.power.power_cap)
    check_precision(programme, workload, accelerator)
    check_software(programme, workload, catalogue)
    model = workload_model(programme, workload, catalogue)
    machine = generation_machine(accelerator, fabric, power_cap)
    path = f"workloads.{workload.id}"
    try:
        if workload.training is not None:
            return design_training(
                generation, workload, workload.training, catalogue, model, machine, thorough=thorough
            )
        if workload.serving is not None:
            return design_serving(generation, workload, workload.serving, catalogue, model, machine)
    except UsageError as error:
        where = f"{path}.{'training' if workload.training else 'serving'}"
        raise ProgrammeError([Problem(error.why, programme.place(where), where, error.hint)]) from error
    raise UsageError(f"workload '{workload.id}' neither trains nor serves")
