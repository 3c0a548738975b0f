"""The workloads of a run: what the generation with most racks does on each, looked at closely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.workload import WorkloadDesign, design_workload
from gigaloop.design.workload.energy import TrainingDetail, training_detail

if TYPE_CHECKING:
    from gigaloop.study.chain import Result


@dataclass(frozen=True)
class DeployedWork:
    """A workload on the generation that gets most racks."""

    generation: str
    workload: str
    found: WorkloadDesign
    detail: TrainingDetail | None
    """None for serving, and where nothing fits."""


def most_racks(result: Result) -> str | None:
    """Give the generation that the plan brings most racks of online; None where it brings none."""
    racks = result.plan.online_racks[:, :, -1].sum(axis=0)
    return result.plan.generations[int(np.argmax(racks))] if racks.any() else None


def deployed_work(result: Result) -> tuple[DeployedWork, ...]:
    """Look closely at every workload on the generation with most racks."""
    name = most_racks(result)
    if name is None:
        return ()
    programme, catalogue, design = result.programme, result.catalogue, result.designs[name]
    generation = programme.generation_of[name]
    done: list[DeployedWork] = []
    for workload in programme.workloads:
        found = design_workload(programme, generation, workload, catalogue)
        detail = None
        if workload.training is not None and found.search is not None:
            rest = max(0.0, design.rack_input / design.accelerators - float(found.machine.power))
            tokens = None if workload.training.tokens is None else float(workload.training.tokens)
            detail = training_detail(found, catalogue, rest=rest, tokens=tokens)
        done.append(DeployedWork(name, workload.id, found, detail))
    return tuple(done)


def facility_power(result: Result, generation: str) -> float:
    """Give the facility power of a rack at design power [W]: by the peak PUE of the sites that get it, or of all."""
    plan, g = result.plan, result.plan.generations.index(generation)
    racks = plan.online_racks[:, g, -1]
    weights = racks if racks.any() else np.ones(len(plan.sites))
    return float(result.designs[generation].rack_input * np.average(plan.pue, weights=weights))
