"""A model, a machine and a load as float columns that broadcast against each other."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.clocks import clock_share, phase_power
from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.matrix import VALUE_BYTES, Rates, architecture_of, rates_of
from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.loads import ServingLoad
from gigaloop.design.serving.shapes import Shapes, rows_of, shapes_of
from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]

BASE = Constants()
"""Of matrix products and fused attention, before any training was measured; serving is fitted on top of them."""

_UNITS = 16.0
"""Special functions a clock and multiprocessor that ``exponential`` is stated for. Source: arXiv:2407.08608, 3.1."""

_PHASES = ("matrix", "memory", "communication", "waiting")

ACTIVATION_BYTES = np.array([2.0, 1.0, 1.0, 1.0])
"""Bytes of a value that experts are sent, by precision: 8 bits for those of 8 and 4. Source: DeepSeek-V3,
arXiv:2412.19437, 3.2: dispatch in FP8, combine in BF16."""


@dataclass(frozen=True)
class Rows:
    """Everything of a point but its layout, as columns (n,) or scalars of no dimension."""

    shapes: Shapes
    constants: ServingConstants
    rates: Rates
    """Of products of experts and dense networks."""
    attention_rates: Rates
    """Of the projections of attention, shared experts and the router."""
    head_rates: Rates
    """Of the output head, in 16 bits."""
    fused: FloatArray
    """Of fused attention with an endless head [FLOP/s]."""
    exponential: FloatArray
    """Width of a head at which it reaches half of that [values]."""
    bandwidth: FloatArray
    """That operators reach [B/s]."""
    stream: FloatArray
    """Of the data sheet [B/s]."""
    powers: FloatArray
    """Of an accelerator that computes, that waits for memory, for communication, and for the host (4, n or 1) [W]."""
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
    requests: FloatArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of all columns together."""
        columns = [getattr(self.shapes, f.name) for f in fields(self.shapes)]
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Rates):
                columns += [np.asarray(getattr(value, f.name)) for f in fields(Rates)]
            elif isinstance(value, np.ndarray):
                columns.append(value[0] if each.name == "powers" else value)
        return np.broadcast_shapes(*(column.shape for column in columns))

    def rows(self, part: slice) -> Rows:
        """Give some rows; scalars are the same for all."""
        kept = {"shapes": self.shapes.rows(part), "constants": self.constants}
        kept["powers"] = self.powers[:, part] if self.powers.shape[1] > 1 else self.powers
        for name in ("rates", "attention_rates", "head_rates"):
            rates = getattr(self, name)
            kept[name] = Rates(**{f.name: rows_of(np.asarray(getattr(rates, f.name)), part) for f in fields(Rates)})
        names = [f.name for f in fields(self) if f.name not in kept]
        return Rows(**kept, **{name: rows_of(getattr(self, name), part) for name in names})  # type: ignore[arg-type]


def rows_from(model: Transformer, machine: Machine, load: ServingLoad, constants: ServingConstants) -> Rows:
    """Put a model, a machine and a load together."""
    precision = np.asarray(load.precision)
    attention = precision if load.attention_precision is None else np.asarray(load.attention_precision)
    stated = _float(load.weight_bytes)
    base, clock, kind = BASE, clock_share(machine), architecture_of(machine)
    scaled = replace(base, bandwidth=base.bandwidth * constants.bandwidth)

    def rates(at: NDArray[np.int64]) -> Rates:
        found = rates_of(machine, at, scaled, clock * constants.matrix)
        return replace(found, prologue=found.prologue + np.zeros_like(found.flops))

    powers = [np.atleast_1d(phase_power(machine, phase)) for phase in _PHASES]
    draft, chance = _float(load.draft), _float(load.acceptance)
    with np.errstate(invalid="ignore", divide="ignore"):
        series = (1.0 - chance ** (draft + 1.0)) / (1.0 - chance)
    return Rows(
        shapes=shapes_of(model),
        constants=constants,
        rates=rates(precision),
        attention_rates=rates(attention),
        head_rates=rates(np.zeros_like(precision)),
        fused=_float(machine.bf16) * np.asarray(base.attention)[kind] * clock * constants.attention,
        exponential=np.asarray(base.exponential)[kind] * _UNITS / _float(machine.special_functions),
        bandwidth=_float(machine.hbm_bandwidth) * scaled.bandwidth,
        stream=_float(machine.hbm_bandwidth),
        powers=np.stack(np.broadcast_arrays(*powers)),
        hbm=_float(machine.hbm),
        domain=_float(machine.domain),
        scale_up=_float(machine.scale_up),
        scale_out=_float(machine.scale_out),
        expert_bytes=np.where(stated > 0.0, stated, VALUE_BYTES[precision]),
        attention_bytes=_float(VALUE_BYTES[attention]),
        sent_bytes=_float(ACTIVATION_BYTES[precision]),
        isl=_float(load.isl),
        osl=np.maximum(_float(load.osl), 1.0),
        cache_bytes=_float(load.cache_bytes),
        cached=_float(load.cached),
        draft=draft,
        accepted=np.where(chance >= 1.0, draft + 1.0, series),
        chunk=_float(load.chunk),
        requests=_float(load.requests),
    )


def _float(value: object) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
