"""A programme's workload and generation as the engines take them: plain numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import ServingStack, SoftwareStack
from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.collectives.system import system_of
from gigaloop.design.performance.machine import PRECISIONS, Machine, machine_of
from gigaloop.design.performance.strategies import Job
from gigaloop.design.records import Fabric
from gigaloop.design.serving.loads import ServingLoad
from gigaloop.programme.schema import Programme, Workload

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Accelerator
    from gigaloop.programme.schema.workload import Serving, Training

PEAKS = {"bf16": "bf16_dense", "fp8": "fp8_dense", "mxfp8": "fp8_dense", "fp4": "fp4_dense"}
"""The accelerator's dense peak that a precision runs at."""

_CACHE_BYTES = {"bf16": 2.0, "fp8": 1.0}


def generation_machine(accelerator: Accelerator, fabric: Fabric, power_cap: float | None = None) -> Machine:
    """Give the machine of a generation: its accelerator, joined as its domain and its fabric join it."""
    system = system_of(fabric)
    machine = machine_of(
        accelerator,
        domain=float(system.domain),
        scale_up=float(system.scale_up),
        scale_out=float(system.scale_out),
        power_cap=power_cap,
    )
    return replace(
        machine,
        in_switch_reduction=bool(system.in_switch_reduction),
        in_network_reduction=bool(system.in_network_reduction),
    )


def check_software(programme: Programme, workload: Workload, catalogue: Catalogue) -> None:
    """Refuse software that nobody measured on a job of this kind.

    Raises
    ------
    ProgrammeError
        If the catalogue has no such family.
    """
    kind = SoftwareStack.kind if workload.training is not None else ServingStack.kind
    entries = (each for each in catalogue.of_kind(kind) if isinstance(each, SoftwareStack | ServingStack))
    families = sorted({each.family for each in entries})
    if workload.software in ("", *families):
        return
    path = f"workloads.{workload.id}.software"
    why = f"no {'training' if workload.training is not None else 'serving'} was measured with '{workload.software}'"
    hint = did_you_mean(workload.software, families, f"known: {', '.join(families)}; or leave it out")
    raise ProgrammeError([Problem(why, programme.place(path), path, hint)])


def check_precision(programme: Programme, workload: Workload, accelerator: Accelerator) -> None:
    """Refuse a precision for which no dense peak of the accelerator is known.

    Raises
    ------
    ProgrammeError
        If none is.
    """
    if getattr(accelerator, PEAKS[workload.precision]) is not None:
        return
    known = [name for name in PRECISIONS if getattr(accelerator, PEAKS[name]) is not None]
    path = f"workloads.{workload.id}.precision"
    why = f"no dense peak at {workload.precision} is known for accelerator '{accelerator.id}'"
    stated = f"state {PEAKS[workload.precision]} with its source in a catalogue of your own"
    hint = f"known for it: {', '.join(known) or 'none'}; or {stated}"
    raise ProgrammeError([Problem(why, programme.place(path), path, hint)])


def job_of(workload: Workload, training: Training) -> Job:
    """Give the training job of a workload."""
    return Job(
        sequence=int(training.sequence),
        batch=int(training.batch),
        precision=PRECISIONS.index(workload.precision),
        adapters=training.adapters,
    )


def fixed_of(training: Training) -> dict[str, int | str]:
    """Give the choices of layout that a job has settled, as the columns of strategies name them."""
    stated = {name: getattr(training.strategy, name) for name in ("tp", "cp", "pp", "vp", "ep", "micro_batch", "zero")}
    fixed: dict[str, int | str] = {name: int(value) for name, value in stated.items() if value is not None}
    if training.strategy.recompute is not None:
        fixed["recompute"] = training.strategy.recompute
    return fixed


def load_of(workload: Workload, serving: Serving) -> ServingLoad:
    """Give the requests that a workload serves."""
    return ServingLoad(
        isl=float(serving.input),
        osl=float(serving.output),
        precision=PRECISIONS.index(workload.precision),
        cache_bytes=_CACHE_BYTES[serving.kv_precision],
        cached=float(serving.prefix_hits),
        draft=float(serving.draft_tokens),
        acceptance=float(serving.acceptance),
    )
