"""Measured throughput of serving, and what the equations give for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.calibration.measurements import fold_of, recipe
from gigaloop.design.performance.machine import PRECISIONS, Machine, stacked_machines
from gigaloop.design.records.serving import ServingPoints
from gigaloop.design.serving import ServingConstants, ServingLayouts, ServingLoad, serving_points
from gigaloop.design.serving.front import at_speed, pareto
from gigaloop.design.serving.layouts import legal_layouts, with_batches
from gigaloop.design.transformer import Transformer, stacked

FloatArray = NDArray[np.float64]
T = TypeVar("T")

QUANTITIES = ("output", "total", "input", "decode")
"""Tokens that are counted: generated ones, all, those of prompts where nothing is decoded, and generated ones of
accelerators that do nothing else."""


@dataclass(frozen=True)
class ServedStack:
    """The software of a measurement."""

    family: str
    """Who measured, such as ``mlperf``."""
    library: str
    """What served, such as ``tensorrt-llm``."""
    date: float
    """Of the release, or of the measurement [year]."""
    site: str = ""


@dataclass(frozen=True)
class Served:
    """A measured throughput."""

    id: str
    model: Transformer
    accelerator: str
    """Name of the accelerator, as published."""
    machine: Machine
    accelerators: int
    """Among which layouts are searched."""
    load: ServingLoad
    layout: ServingLayouts | None
    """None where it is not known: the best is searched."""
    scenario: str
    quantity: str
    """One of ``QUANTITIES``."""
    value: float
    """Measured tokens/s of an accelerator."""
    speed: float
    """Tokens/s that a user gets at least; 0 for any."""
    ttft: float
    """Most time to the first token [s]; infinite for any."""
    tail: bool
    """Whether both hold for the 99th percentile, and not for the mean."""
    interpolated: bool
    """Whether it was read off a curve over configurations and releases, none of which is named."""
    stack: ServedStack
    fold: int
    assumed: tuple[str, ...] = ()
    """What the row leaves open and what was taken for it."""


def serving_key(*parts: object) -> str:
    """Name a configuration by model, accelerator, their number, precision, lengths, scenario, tp, ep and speed.

    Numbers count by their value, precisions by what they mean; measurements of one configuration are never on both
    sides of a fit.

    Examples
    --------
    >>> serving_key("Llama-2-70B", "H200-SXM", 8, "FP8", "", "", "Offline", "", "", "")
    'llama-2-70b|h200-sxm|8|fp8|||offline|||'
    """
    model, gpu, count, precision, *rest = (str(each).strip().lower() for each in parts)
    texts = [model, gpu, count, recipe(precision) or precision, *rest]
    return "|".join(_number(each) for each in texts)


def serving_fold(*parts: object) -> int:
    """Give the fold of a configuration, by :func:`serving_key`."""
    return fold_of(serving_key(*parts))


def _number(text: str) -> str:
    try:
        return f"{float(text):g}"
    except ValueError:
        return text


@dataclass(frozen=True)
class Candidates:
    """Layouts and batches of measurements, one below the other."""

    model: Transformer
    machine: Machine
    load: ServingLoad
    layouts: ServingLayouts
    starts: NDArray[np.int64]
    """First row of each measurement, and the end (m + 1,)."""

    def take(self, rows: NDArray[np.int64], starts: NDArray[np.int64]) -> Candidates:
        """Give some rows, with their own starts."""
        return Candidates(
            model=_rows(self.model, rows),
            machine=_rows(self.machine, rows),
            load=_rows(self.load, rows),
            layouts=_rows(self.layouts, rows),
            starts=starts,
        )


def candidates_of(measured: Sequence[Served]) -> Candidates:
    """Give every layout and batch among which the best of a measurement is.

    Raises
    ------
    UsageError
        If no layout of a measurement is legal.
    """
    layouts = [row.layout or _search_space(row) for row in measured]
    loads = _stacked_loads([row.load for row in measured])
    counts = [len(np.atleast_1d(each.batch)) for each in layouts]
    rows = np.repeat(np.arange(len(measured)), counts)
    columns = {
        f.name: np.concatenate(
            [
                np.broadcast_to(np.asarray(getattr(each, f.name), dtype=np.float64), (count,))
                for each, count in zip(layouts, counts, strict=True)
            ]
        )
        for f in fields(ServingLayouts)
    }
    return Candidates(
        model=_rows(stacked([row.model for row in measured]), rows),
        machine=_rows(stacked_machines([row.machine for row in measured]), rows),
        load=_rows(loads, rows),
        layouts=ServingLayouts(**columns),
        starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
    )


def _search_space(row: Served) -> ServingLayouts:
    legal = legal_layouts(row.model, row.machine, row.accelerators)
    limited = row.speed > 0.0 or np.isfinite(row.ttft)
    apart = None if limited and row.accelerators > _TOGETHER else False
    return with_batches(legal, disaggregated=apart)


_TOGETHER = 8
"""Accelerators up to which prefill has none of its own: one server. Source: a choice of this project."""


def rates_of_candidates(
    measured: Sequence[Served], candidates: Candidates, constants: ServingConstants
) -> tuple[FloatArray, ServingPoints, list[NDArray[np.int64]]]:
    """Give the tokens/s of an accelerator by the equations (m,), all points, and the rows that each rests on.

    A measurement without requirements has the layout and batch of the highest throughput; one with a speed or a time to
    the first token, what the front of those that keep it gives at the speed. It is 0 where nothing fits or keeps them.
    """
    points = serving_points(candidates.model, candidates.machine, candidates.load, candidates.layouts, constants)
    counted = _counted(measured, candidates, points)
    rates, used = np.zeros(len(measured)), []
    for i, row in enumerate(measured):
        part = slice(int(candidates.starts[i]), int(candidates.starts[i + 1]))
        share = constants.tail if row.tail else 1.0
        asked = row.speed / share
        first = points.ttft_p99[part] if row.tail else points.ttft[part]
        usable = points.fits[part] & (first <= row.ttft * share)
        rate, speed = counted[part], _speeds(row, points)[part]
        if not usable.any():
            used.append(np.arange(part.start, part.stop))
            continue
        front = pareto(rate, speed, usable)
        if row.speed > 0.0:
            rates[i] = at_speed(rate[front], speed[front], asked)
            front = front[np.abs(np.log(speed[front] / asked)) < np.log(2.0)] if rates[i] else front
        else:
            rates[i] = rate[front[0]]
            front = front[np.log(rate[front] / rates[i]) > -_NEAR]
        used.append(part.start + (front if len(front) else np.arange(part.stop - part.start)))
    return rates, points, used


def _speeds(row: Served, points: ServingPoints) -> FloatArray:
    """Tokens/s of a user that a requirement is on."""
    return 1.0 / points.tpot_p99 if row.tail else points.tokens_per_s_per_user


def _counted(measured: Sequence[Served], candidates: Candidates, points: ServingPoints) -> FloatArray:
    """Tokens/s that a measurement counts."""
    kind = np.repeat([QUANTITIES.index(row.quantity) for row in measured], np.diff(candidates.starts))
    output, prompt = points.tokens_per_s_per_accelerator, points.input_tokens_per_s_per_accelerator
    with np.errstate(divide="ignore", invalid="ignore"):
        only_prompt = np.where(points.prefill_share > 0.0, prompt / points.prefill_share, 0.0)
        only_decode = output / (1.0 - points.prefill_share)
    return np.choose(kind, (output, output + prompt, only_prompt, only_decode))


def shortlist(measured: Sequence[Served], candidates: Candidates, constants: ServingConstants) -> Candidates:
    """Leave the candidates that are on or near the front, on which a fit works."""
    _, points, used = rates_of_candidates(measured, candidates, constants)
    counted = _counted(measured, candidates, points)
    kept = []
    for i, row in enumerate(measured):
        part = np.arange(candidates.starts[i], candidates.starts[i + 1])
        speed = _speeds(row, points)[part]
        near = np.interp(np.log(np.maximum(speed, 1e-9)), *_front_of(counted[part], speed, points.fits[part]))
        good = points.fits[part] & (np.log(np.maximum(counted[part], 1e-9)) > near - _NEAR)
        if row.speed > 0.0:
            good &= np.abs(np.log(np.maximum(speed, 1e-9) / row.speed)) < _AROUND
        kept.append(np.union1d(part[good], used[i]))
    starts = np.concatenate(([0], np.cumsum([len(each) for each in kept]))).astype(np.int64)
    return candidates.take(np.concatenate(kept).astype(np.int64), starts)


_NEAR, _AROUND = 0.15, 1.2
"""Logs of the throughput below the front, and of the speed around the one required, that a shortlist holds.
Source: a choice of this project."""


def _front_of(rate: FloatArray, speed: FloatArray, fits: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    front = pareto(rate, speed, fits & (rate > 0.0))
    if not len(front):
        return np.array([0.0]), np.array([0.0])
    return np.log(speed[front]), np.log(rate[front])


def _stacked_loads(loads: Sequence[ServingLoad]) -> ServingLoad:
    whole = [replace(each, attention_precision=_attention(each)) for each in loads]
    return ServingLoad(**{f.name: np.array([getattr(each, f.name) for each in whole]) for f in fields(ServingLoad)})


def _attention(load: ServingLoad) -> int:
    return int(np.asarray(load.precision if load.attention_precision is None else load.attention_precision))


def _rows(record: T, rows: NDArray[np.int64]) -> T:
    columns = {f.name: getattr(record, f.name) for f in fields(record)}  # type: ignore[arg-type]
    return replace(
        record,  # type: ignore[type-var]
        **{name: each[rows] for name, each in columns.items() if isinstance(each, np.ndarray) and each.ndim},
    )


def traits_of(row: Served) -> tuple[dict[str, str], dict[str, float]]:
    """Give what effects look at: labels and numbers of a measurement."""
    moe = int(np.asarray(row.model.experts)) > 0
    load = row.load
    return (
        {
            "family": row.stack.family,
            "library": row.stack.library,
            "architecture": str(row.machine.architecture),
            "precision": PRECISIONS[int(np.asarray(load.precision))],
            "kind": "mixture" if moe else "dense",
            "model": row.model.name,
            "accelerator": row.accelerator,
            "scenario": row.scenario,
            "site": row.stack.site,
        },
        {
            "date": row.stack.date,
            "isl": float(np.log2(np.asarray(load.isl))),
            "osl": float(np.log2(np.asarray(load.osl))),
            "speed": float(np.log2(max(row.speed, 1.0))),
        },
    )
