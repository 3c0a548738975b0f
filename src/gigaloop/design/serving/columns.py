"""A model, a machine and a load as float columns that broadcast against each other."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.machine import Machine
from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.loads import ServingLoad
from gigaloop.design.serving.shapes import Shapes, rows_of, shapes_of
from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]

WEIGHT_BYTES = np.array([2.0, 1.0, 1.03125, 0.5625])
"""Bytes of a weight by precision, with scales: one of 8 bits for 32 values in MXFP8, for 16 in NVFP4. Source: OCP
Microscaling Formats, https://www.opencompute.org, 2023; NVIDIA, NVFP4, https://developer.nvidia.com/blog, 2025."""

ACTIVATION_BYTES = np.array([2.0, 1.0, 1.0, 1.0])
"""Bytes of a value that experts are sent, by precision: 8 bits for those of 8 and 4. Source: DeepSeek-V3,
arXiv:2412.19437, 3.2: dispatch in FP8, combine in BF16."""


@dataclass(frozen=True)
class Rows:
    """Everything of a point but its layout, as columns (n,) or scalars of no dimension."""

    shapes: Shapes
    constants: ServingConstants
    peak: FloatArray
    """Of products of experts and dense networks [FLOP/s]."""
    attention_peak: FloatArray
    """Of the projections of attention [FLOP/s]."""
    bf16: FloatArray
    bandwidth: FloatArray
    hbm: FloatArray
    domain: FloatArray
    scale_up: FloatArray
    scale_out: FloatArray
    expert_bytes: FloatArray
    attention_bytes: FloatArray
    sent_bytes: FloatArray
    isl: FloatArray
    osl: FloatArray
    cache_bytes: FloatArray
    cached: FloatArray
    draft: FloatArray
    accepted: FloatArray
    """Tokens of a step and sequence."""
    chunk: FloatArray
    reserved: FloatArray
    requests: FloatArray

    def rows(self, part: slice) -> Rows:
        """Give some rows; scalars are the same for all."""
        kept = {"shapes": self.shapes.rows(part), "constants": self.constants}
        names = [f.name for f in fields(self) if f.name not in kept]
        return Rows(**kept, **{name: rows_of(getattr(self, name), part) for name in names})  # type: ignore[arg-type]


def rows_from(model: Transformer, machine: Machine, load: ServingLoad, constants: ServingConstants) -> Rows:
    """Put a model, a machine and a load together."""
    precision = np.asarray(load.precision)
    attention = precision if load.attention_precision is None else np.asarray(load.attention_precision)
    stated = _float(load.weight_bytes)
    draft, chance = _float(load.draft), _float(load.acceptance)
    with np.errstate(invalid="ignore", divide="ignore"):
        series = (1.0 - chance ** (draft + 1.0)) / (1.0 - chance)
    return Rows(
        shapes=shapes_of(model),
        constants=constants,
        peak=peak_of(machine, precision),
        attention_peak=peak_of(machine, attention),
        bf16=_float(machine.bf16),
        bandwidth=_float(machine.hbm_bandwidth),
        hbm=_float(machine.hbm),
        domain=_float(machine.domain),
        scale_up=_float(machine.scale_up),
        scale_out=_float(machine.scale_out),
        expert_bytes=np.where(stated > 0.0, stated, WEIGHT_BYTES[precision]),
        attention_bytes=_float(WEIGHT_BYTES[attention]),
        sent_bytes=_float(ACTIVATION_BYTES[precision]),
        isl=_float(load.isl),
        osl=np.maximum(_float(load.osl), 1.0),
        cache_bytes=_float(load.cache_bytes),
        cached=_float(load.cached),
        draft=draft,
        accepted=np.where(chance >= 1.0, draft + 1.0, series),
        chunk=_float(load.chunk),
        reserved=_float(load.reserved),
        requests=_float(load.requests),
    )


def peak_of(machine: Machine, precision: NDArray[np.int64]) -> FloatArray:
    """Give the dense peak of a precision (n,) [FLOP/s]; not a number where the accelerator has none."""
    peaks = np.broadcast_arrays(*(_float(each) for each in (machine.bf16, machine.fp8, machine.fp8, machine.fp4)))
    return np.asarray(np.choose(precision, peaks), dtype=np.float64)


def _float(value: object) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
