"""Measured training steps, and the columns that equations take."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from gigaloop.design.calibration.stacks import Stack
from gigaloop.design.performance import machine as machines
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.transformer import Transformer, stacked

FOLDS = 5
"""Folds of the held-out computation. Source: a choice of this project."""

SHAPE_TAKEN = "shape of the model's entry in the catalogue"
"""What is taken where a row does not publish the layers of its model."""


@dataclass(frozen=True)
class Measurement:
    """A measured step of a model on accelerators, laid out by a strategy."""

    id: str
    model: Transformer
    accelerator: str
    """Name of the accelerator, as published."""
    machine: Machine
    job: Job
    strategy: Strategies | None
    """None where the strategy is not known."""
    accelerators: int
    step: float
    """[s]"""
    stack: Stack
    configuration: str
    """Rows of one configuration are never on both sides of a fit."""
    fold: int
    """The fold whose constants are fitted without it."""
    assumed: tuple[str, ...] = ()
    """What the row leaves open and what was taken for it."""

    @property
    def moe(self) -> bool:
        """Whether the model is a mixture of experts."""
        return bool(np.all(np.asarray(self.model.experts) > 0))

    @property
    def published(self) -> bool:
        """Whether the row publishes the layers of its model."""
        return SHAPE_TAKEN not in self.assumed


def recipe(text: str) -> str:
    """Name the precision of matrix products that a published precision means; empty where it is none known.

    FP8 without a word is scaled by tensor; of a pair the first counts, the other stands in brackets.

    Examples
    --------
    >>> recipe("FP8-CS (FP8-MX)"), recipe("FP16"), recipe("NVFP4"), recipe("FP8 (not stated per row)")
    ('fp8', 'bf16', 'fp4', 'fp8')
    """
    name = text.split("(")[0].strip().upper().replace("_", "-")
    if re.search(r"FP4", name):
        return "fp4"
    if re.search(r"MXFP8|FP8-MX", name):
        return "mxfp8"
    if "FP8" in name:
        return "fp8"
    return "bf16" if re.search(r"BF16|FP16|HALF", name) else ""


def configuration(
    model: str, gpu: str, n_gpus: int, seq: int, precision: str, tp: int, pp: int, cp: int, vp: int
) -> str:
    """Name a configuration: measurements of one configuration are never on both sides of a fit."""
    return "|".join(str(each).strip().lower() for each in (model, gpu, n_gpus, seq, precision, tp, pp, cp, vp))


def fold_of(key: str) -> int:
    """Give the fold of a configuration: its CRC-32 modulo the folds, so that it holds for any row anybody brings.

    Examples
    --------
    >>> fold_of("gpt-1.7b|h100|48|4096|bf16|1|1|1|1")
    1
    """
    return zlib.crc32(key.encode()) % FOLDS


def columns(rows: Sequence[Measurement]) -> tuple[Transformer, Machine, Job, Strategies]:
    """Give measurements with a strategy as columns: models, machines, jobs and strategies."""
    return (
        stacked([row.model for row in rows]),
        _machines([row.machine for row in rows]),
        Job(**{each.name: np.array([getattr(row.job, each.name) for row in rows]) for each in fields(Job)}),
        Strategies(
            **{each.name: np.array([getattr(row.strategy, each.name) for row in rows]) for each in fields(Strategies)}
        ),
    )


def _machines(rows: Sequence[Machine]) -> Machine:
    found = {
        each.name: np.array([getattr(row, each.name) for row in rows])
        for each in fields(Machine)
        if each.name not in ("name", "architecture")
    }
    kinds = np.array([machines.ARCHITECTURES.index(str(row.architecture)) for row in rows])
    return Machine(name=f"{len(rows)} machines", architecture=kinds, **found)
