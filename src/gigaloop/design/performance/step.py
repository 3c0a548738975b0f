"""Training steps of strategies: operators, collectives and schedule put together, part by part."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.clocks import clock_share
from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.data_parallel import data_parallel_times
from gigaloop.design.performance.layers import LayerWork, layer_work
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.matrix import peak_of
from gigaloop.design.performance.schedule import bubble_time, slowest_stage
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.performance.traffic import links_of
from gigaloop.design.records.training import STEP_PARTS, TrainingSteps
from gigaloop.design.transformer import Transformer, training_flops

FloatArray = NDArray[np.float64]
Record = TypeVar("Record", Machine, Job, Strategies, Transformer)

CHUNK = 16384
"""Strategies computed at a time, so that columns stay in a processor's cache. Source: measured, a flat optimum."""

DEFAULTS = Constants()
"""The constants before anything is fitted."""


def training_steps(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants = DEFAULTS
) -> TrainingSteps:
    """Give the step of each strategy, part by part.

    Parameters
    ----------
    model, machine, job, strategies
        Scalars or columns that broadcast to (n,): one model on one machine with many strategies, or a row of each. With
        one model and one machine, strategies that share what a layer does share its computation.
    constants
        What machines reach.

    Returns
    -------
    TrainingSteps
        Columns (n,); a step is not a number where the machine lacks the precision, or a link that the strategy needs.
    """
    n = _rows(model, machine, job, strategies)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _chunked(model, machine, job, strategies, constants, n)


def _chunked(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants, n: int
) -> TrainingSteps:
    if n <= CHUNK:
        return _steps(model, machine, job, strategies, constants, n)
    parts = [
        _steps(
            _cut(model, n, rows), _cut(machine, n, rows), _cut(job, n, rows), _cut(strategies, n, rows), constants,
            len(range(*rows.indices(n))),
        )
        for rows in (slice(start, start + CHUNK) for start in range(0, n, CHUNK))
    ]  # fmt: skip
    return _joined(parts)


def _steps(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, constants: Constants, n: int
) -> TrainingSteps:
    c = constants
    clock = clock_share(machine)
    clock = np.where(np.isnan(clock), 1.0, clock)
    work = _work(model, machine, job, strategies, c, clock, n)
    tp, cp, dp = _float(strategies.tp), _float(strategies.cp), _float(strategies.dp)
    stages = _float(strategies.pp)
    chunks = np.where(stages > 1.0, np.maximum(_float(strategies.vp), 1.0), 1.0)
    schedule = np.asarray(strategies.schedule, dtype=np.intp)
    accelerators = tp * cp * dp * stages
    layers = _float(model.layers)
    batches = _float(job.batch) / (dp * _float(strategies.micro_batch))

    # A layer's passes; what is computed again runs in the backward pass, with its collectives.
    full = _float(np.asarray(strategies.recompute) == 2)
    some = _float(np.asarray(strategies.recompute) == 1)
    matrix = work.matrix_forward + work.matrix_data + work.matrix_weights
    mixing = work.attention_forward + work.attention_backward
    memory = work.memory_forward + work.memory_backward
    again = full * (work.matrix_forward + work.attention_forward + work.memory_forward) + some * work.selective
    twice = 1.0 + full
    tensor = twice * work.tp_forward + work.tp_backward
    context = twice * work.cp_forward + work.cp_backward
    expert = twice * work.ep_forward + work.ep_backward
    launch = twice * work.launch_forward + work.launch_backward
    forward = (
        work.matrix_forward + work.attention_forward + work.memory_forward
        + work.tp_forward + work.cp_forward + work.ep_forward + work.launch_forward
    )  # fmt: skip
    layer = matrix + mixing + memory + again + tensor + context + expert + launch
    end_matrix = work.end_matrix_forward + work.end_matrix_backward
    end_memory = work.end_memory_forward + work.end_memory_backward

    # Stages: the mean, and how far the slowest is from it.
    ends = end_matrix + end_memory + work.end_layers * layer
    mean = (layers * layer + ends) / stages
    end_forward = work.end_matrix_forward + work.end_memory_forward + work.end_layers * forward
    mean_forward = (layers * forward + end_forward) / stages
    uneven = slowest_stage(layers, stages, chunks, layer, ends) - mean
    each = (layers + work.end_layers) / stages * batches

    # Transfers between stages, hidden behind other chunks where the schedule is interleaved.
    links = links_of(machine, c)
    apart = np.where(tp * cp * dp * 2.0 > links.domain, 1.0 / links.scale_out, 1.0 / links.scale_up)
    send = np.where(stages > 1.0, work.sent * apart + c.call, 0.0)
    hidden_share = np.where(chunks > 1.0, c.hidden_pp * (1.0 - c.interference), 0.0) * _float(strategies.overlap_pp)
    transfers = 2.0 * chunks * send * batches
    back = work.matrix_data + work.matrix_weights + work.attention_backward + work.memory_backward
    weights = layers / stages * work.matrix_weights * (1.0 + work.launch_backward / back)
    bubble = bubble_time(schedule, stages, chunks, mean_forward, mean - mean_forward, weights, batches)
    bubble = bubble + 2.0 * (stages - 1.0) * send

    # Chunks of an interleaved schedule are done one after the other: the first ones' gradients have the others to hide.
    windows = np.maximum(1.0, np.minimum(stages, batches) * (chunks - 1.0) / chunks)
    busy = work.matrix_forward + work.attention_forward + work.memory_forward + work.launch_forward
    busy_forward = layers / stages * busy
    data, optimiser, data_hidden = data_parallel_times(
        model, machine, job, strategies, c, links, windows * busy_forward, windows * (mean - mean_forward), batches
    )
    parts = {
        "matrix products": each * matrix + batches * end_matrix / stages,
        "attention": each * mixing,
        "memory-bound operators": each * memory + batches * end_memory / stages,
        "recompute": each * again,
        "tensor parallelism": each * tensor,
        "context parallelism": each * context,
        "expert parallelism": each * expert,
        "pipeline transfers": transfers * (1.0 - hidden_share),
        "pipeline bubble": bubble,
        "stage imbalance": batches * uneven,
        "data parallelism": data,
        "optimiser": optimiser,
    }
    working = sum(parts.values(), start=each * launch)
    parts["stragglers and overhead"] = each * launch + c.step_overhead + working * c.stragglers * np.log(accelerators)
    step = working + c.step_overhead + working * c.stragglers * np.log(accelerators)
    twice_hidden = each * twice
    hidden = {
        "tensor parallelism": twice_hidden * work.tp_forward_hidden + each * work.tp_backward_hidden,
        "context parallelism": twice_hidden * work.cp_forward_hidden + each * work.cp_backward_hidden,
        "expert parallelism": twice_hidden * work.ep_forward_hidden + each * work.ep_backward_hidden,
        "pipeline transfers": transfers * hidden_share,
        "data parallelism": data_hidden,
    }
    tokens = _float(job.batch) * _float(job.sequence)
    model_flops = training_flops(model, job.sequence) * tokens * (1.0 - _float(job.adapters) / 3.0)
    passes = 3.0 - _float(job.adapters) + full
    hardware = (each * passes * work.flops + batches / stages * (passes - full) * work.end_flops) * accelerators
    peak = peak_of(machine, np.asarray(job.precision, dtype=np.intp))
    available = step * accelerators * peak
    columns = {name: _column(parts[name], n) for name in STEP_PARTS}
    return TrainingSteps(
        step=_column(step, n),
        parts=columns,
        hidden={name: _column(value, n) for name, value in hidden.items()},
        tokens_per_s_per_accelerator=_column(tokens / (step * accelerators), n),
        model_flops=_column(model_flops, n),
        hardware_flops=_column(hardware, n),
        mfu=_column(model_flops / available, n),
        hfu=_column(hardware / available, n),
    )


_SHARED = (
    "tp",
    "cp",
    "ep",
    "micro_batch",
    "sequence_parallel",
    "fused_attention",
    "portable_attention",
    "overlap_tp",
    "overlap_cp",
    "overlap_ep",
)
"""Columns of a strategy that a layer's work depends on."""


def _work(
    model: Transformer, machine: Machine, job: Job, strategies: Strategies, c: Constants, clock: FloatArray, n: int
) -> LayerWork:
    """Give the work of layers, once for all strategies that share it where model and machine are one."""
    if n == 1 or not (_scalar(model) and _scalar(machine)):
        return layer_work(model, machine, job, strategies, c, clock)
    columns = {name: np.asarray(getattr(strategies, name), dtype=np.int64) for name in _SHARED}
    columns |= {
        each.name: np.asarray(getattr(job, each.name), dtype=np.int64) for each in fields(Job) if each.name != "batch"
    }
    key, radix = np.zeros(n, dtype=np.int64), 1.0
    for column in columns.values():
        if column.ndim:
            base = int(column.max()) + 1
            radix *= base
            key = key * base + column
    if radix > np.iinfo(np.int64).max:
        return layer_work(model, machine, job, strategies, c, clock)
    _, first, rows = np.unique(key, return_index=True, return_inverse=True)
    shared = {name: column[first] if column.ndim else column for name, column in columns.items()}
    some = replace(strategies, **{name: shared[name] for name in _SHARED})  # type: ignore[arg-type]
    one = replace(job, **{name: value for name, value in shared.items() if name not in _SHARED})  # type: ignore[arg-type]
    return layer_work(model, machine, one, some, c, clock).take(rows)


def _scalar(record: Transformer | Machine) -> bool:
    return all(np.ndim(getattr(record, each.name)) == 0 for each in fields(record))


def _rows(*records: Transformer | Machine | Job | Strategies) -> int:
    lengths = {np.shape(getattr(record, each.name))[:1] for record in records for each in fields(record)}
    return int(np.prod(np.broadcast_shapes(*lengths), dtype=np.int64))


def _cut(record: Record, n: int, rows: slice) -> Record:
    """Give rows of a record's columns; a column of one stays."""
    found = {
        each.name: getattr(record, each.name)[rows]
        for each in fields(record)
        if each.name != "name" and np.shape(getattr(record, each.name)) == (n,)
    }
    return replace(record, **found) if found else record


def _joined(parts: list[TrainingSteps]) -> TrainingSteps:
    def join(name: str) -> FloatArray:
        return np.concatenate([getattr(each, name) for each in parts])

    first = parts[0]
    return TrainingSteps(
        parts={name: np.concatenate([each.parts[name] for each in parts]) for name in first.parts},
        hidden={name: np.concatenate([each.hidden[name] for each in parts]) for name in first.hidden},
        **{each.name: join(each.name) for each in fields(TrainingSteps) if each.name not in ("parts", "hidden")},
    )


def _column(value: FloatArray, n: int) -> FloatArray:
    return np.ascontiguousarray(np.broadcast_to(value, (n,)))


def _float(value: object) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
