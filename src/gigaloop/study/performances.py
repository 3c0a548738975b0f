"""What generations do on workloads, kept by what it depends on, so that a change elsewhere searches nothing anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from gigaloop.catalogue import Catalogue
from gigaloop.design.fabric import design_fabric
from gigaloop.design.records import WorkloadPerformance
from gigaloop.design.workload import design_workload
from gigaloop.design.workload.inputs import generation_machine
from gigaloop.programme import Programme, programme_file
from gigaloop.programme.schema import Generation, Workload
from gigaloop.study.cache import Cache, digest, engine_digest, file_digest


def performances(
    programme: Programme, catalogue: Catalogue, cache: Cache
) -> Mapping[str, tuple[WorkloadPerformance, ...]]:
    """Give the performance of each generation on each workload, by generation.

    Raises
    ------
    ProgrammeError, CatalogueError
        As :func:`gigaloop.design.workload.design_workload`.
    """
    return {each.id: _performances(programme, each, catalogue, cache) for each in programme.generations}


def _performances(
    programme: Programme, generation: Generation, catalogue: Catalogue, cache: Cache
) -> tuple[WorkloadPerformance, ...]:
    if not programme.workloads:
        return ()
    fabric = design_fabric(programme, generation, catalogue, 1)
    accelerator = catalogue.accelerator(generation.accelerator)
    cap = generation.power.power_cap
    machine = generation_machine(accelerator, fabric, None if cap is None else float(cap))
    racks = [float(generation.accelerators_per_rack), float(generation.scale_out.nodes_per_rack)]
    common = [engine_digest(), catalogue.digest, asdict(machine), racks, float(generation.scale_up.domain)]
    found = []
    for workload in programme.workloads:
        key = digest([*common, workload.model_dump(mode="json", by_alias=True), _model_file(programme, workload)])
        made: WorkloadPerformance | None = cache.get("performance", key)
        if made is None:
            made = design_workload(
                programme, generation, workload, catalogue, fabric=fabric, thorough=False
            ).performance
            cache.put("performance", key, made)
        found.append(made)
    return tuple(found)


def _model_file(programme: Programme, workload: Workload) -> str:
    config = workload.model.config
    return file_digest(programme_file(programme, config, f"workloads.{workload.id}.model.config")) if config else ""
