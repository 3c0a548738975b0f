"""The transformer of a programme's workload: a preset, a configuration file, or a shape of its own."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.design.transformer.config import read_config
from gigaloop.design.transformer.presets import preset
from gigaloop.design.transformer.shape import Transformer
from gigaloop.programme.files import programme_file
from gigaloop.programme.schema import Programme, Workload

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema.workload import ModelShape


def workload_model(programme: Programme, workload: Workload, catalogue: Catalogue) -> Transformer:
    """Give the transformer of a workload: a preset, a configuration file, or its own shape.

    Raises
    ------
    ProgrammeError
        If the configuration file is missing or cannot be read.
    CatalogueError
        If the catalogue has no such language model.
    """
    model = workload.model
    if model.preset is not None:
        return preset(catalogue, model.preset)
    path = f"workloads.{workload.id}.model"
    if model.shape is None:
        return read_config(programme_file(programme, model.config, f"{path}.config"))
    return _shaped(workload.id, model.shape)


def check_models(programme: Programme, catalogue: Catalogue) -> list[Problem]:
    """Say what is wrong with the configuration files that workloads name."""
    problems: list[Problem] = []
    for workload in programme.workloads:
        if workload.model.config:
            try:
                workload_model(programme, workload, catalogue)
            except ProgrammeError as error:
                problems.extend(error.problems)
    return problems


def _shaped(name: str, shape: ModelShape) -> Transformer:
    stated: dict[str, int | bool] = {}
    for each in fields(Transformer):
        value = getattr(shape, each.name, None)
        if each.name != "name" and value is not None:
            stated[each.name] = value if isinstance(value, bool) else int(value)
    stated.setdefault("kv_heads", stated["heads"])
    stated.setdefault("head_dim", stated["hidden"] // stated["heads"])
    stated.setdefault("ffn", 0)
    return Transformer(name=name, **stated)  # type: ignore[arg-type]
