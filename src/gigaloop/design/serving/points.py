"""Operating points of serving: steady state of continuous batching, or of prefill and decode apart."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.serving import ServingPoints
from gigaloop.design.serving.columns import FloatArray, Rows, rows_from
from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.loads import ServingLayouts, ServingLoad
from gigaloop.design.serving.memory import Held, held_by
from gigaloop.design.serving.shapes import rows_of
from gigaloop.design.serving.step import Tokens, step_of
from gigaloop.design.transformer import Transformer

CHUNK = 8192
"""Rows worked on at once, so that columns stay in cache. Source: a choice of this project."""

NINETY_NINE = 2.3263
"""Standard deviations from the mean to the 99th percentile. Source: the normal distribution."""

Columns = dict[str, FloatArray]


def serving_points(
    model: Transformer,
    machine: Machine,
    load: ServingLoad,
    layouts: ServingLayouts,
    constants: ServingConstants | None = None,
) -> ServingPoints:
    """Give what layouts and batches give on a load; all arguments are single or columns (n,) that broadcast.

    Parameters
    ----------
    model, machine, load, layouts
        What is served, on what, for whom, and how it is laid out.
    constants
        Fitted ones; the priors where not given.

    Notes
    -----
    Continuous batching (Orca, Yu et al., OSDI 2022) with chunked prefill (Sarathi-Serve, arXiv:2403.02310): every
    finished sequence makes room for a prompt, so a step holds ``b`` sequences that decode and, in one step of several,
    a chunk of prompts. Disaggregated (DistServe, arXiv:2401.09670), as many accelerators prefill as the others can
    decode for. Speculative decoding gives ``(1 - a^(k + 1)) / (1 - a)`` tokens a step (Leviathan et al.,
    arXiv:2211.17192). Lengths count by their means.

    99th percentiles are those of requests that come at random (Poisson): prompts wait for each other as in a queue with
    one server (Pollaczek, Khinchine; heavy traffic, Kingman 1961), and an answer is slowed by as many chunks of others'
    prompts as fall into it. Accelerators that only prefill are taken to be enough that nobody waits.
    """
    rows = rows_from(model, machine, load, constants or ServingConstants())
    columns = {f.name: np.asarray(getattr(layouts, f.name), dtype=np.float64) for f in fields(ServingLayouts)}
    (n,) = np.broadcast_shapes((1,), rows.shape, *(each.shape for each in columns.values()))
    pieces = []
    for start in range(0, n, CHUNK):
        part = slice(start, min(start + CHUNK, n))
        some = {name: rows_of(each, part) for name, each in columns.items()}
        pieces.append(_points(rows.rows(part), some, part.stop - part.start))
    return _joined(pieces)


def _points(r: Rows, layout: Columns, n: int) -> ServingPoints:
    tp, dp, ep, pp = (np.broadcast_to(layout[each], (n,)) for each in ("tp", "dp", "ep", "pp"))
    apart = np.broadcast_to(layout["disaggregated"] > 0.0, (n,))
    held = held_by(r, tp, dp, ep, pp)
    batch = _batch(r, layout["batch"], held)
    sequences = batch / (dp * pp)
    steps = r.osl / r.accepted
    asked = np.where(apart, 0.0, sequences * r.isl * (1.0 - r.cached) / steps)
    prompt = np.maximum(np.where(apart, 0.0, r.chunk), asked)
    share = asked / np.maximum(prompt, 1.0)
    context = r.isl + r.osl / 2.0
    alone = step_of(r, tp, dp, ep, pp, Tokens(sequences, context, np.zeros(n)))
    mixed = step_of(r, tp, dp, ep, pp, Tokens(sequences, context, prompt))
    mean = {name: (1.0 - share) * each + share * mixed.parts[name] for name, each in alone.parts.items()}
    step = (1.0 - share) * alone.time + share * mixed.time
    tpot = step * pp / r.accepted
    accelerators = tp * dp * pp
    rate = batch / (tpot * accelerators)  # of an accelerator that decodes
    power = _power(r, (1.0 - share) * alone.bound + share * mixed.bound)
    prefill_share, served = np.zeros(n), _ttft(r, alone.time, mixed.time, prompt, pp)
    ttft = served + step / 2.0
    late = ttft + _wait(served, share)
    burst = np.sqrt(share / steps) * np.maximum(mixed.time - alone.time, 0.0)
    slow = np.minimum(step + NINETY_NINE * burst, np.maximum(mixed.time, step)) * pp / r.accepted
    if apart.any():
        first, requests, prefilling = _prefill(r, layout, n)
        decoded = rate / r.osl
        prefill_share = np.where(apart, decoded / (decoded + requests), 0.0)
        ttft, late = np.where(apart, first, ttft), np.where(apart, first, late)
        power = (1.0 - prefill_share) * power + prefill_share * prefilling
    fits = held.limit >= 1.0
    rate = np.where(fits, rate * (1.0 - prefill_share), 0.0)
    return ServingPoints(
        tokens_per_s_per_accelerator=rate,
        tokens_per_s_per_user=np.where(fits, 1.0 / tpot, 0.0),
        input_tokens_per_s_per_accelerator=rate * r.isl / r.osl,
        ttft=ttft,
        ttft_p99=late,
        tpot=tpot,
        tpot_p99=slow,
        batch=batch,
        batch_limit=held.limit,
        accelerators=accelerators,
        prefill_share=prefill_share,
        step=step,
        parts=mean,
        memory={
            "weights": held.weights + np.zeros(n),
            "cache": batch / dp * held.sequence,
            "buffers": held.buffers + np.zeros(n),
        },
        available=held.available + np.zeros(n),
        flops=(1.0 - share) * alone.flops + share * mixed.flops,
        bytes=(1.0 - share) * alone.bytes + share * mixed.bytes,
        power=power,
        bound=((1.0 - share) * alone.bound + share * mixed.bound).argmax(axis=0),
        fits=fits,
    )


def _wait(served: FloatArray, load: FloatArray) -> FloatArray:
    """99th percentile of the wait for a server of constant time that is busy for ``load`` of it [s]."""
    idle = np.maximum(1.0 - load, 1e-9)
    return np.asarray(served / (2.0 * idle) * np.log(np.maximum(100.0 * load, 1.0)))


def _power(r: Rows, times: FloatArray) -> FloatArray:
    """Mean power of an accelerator over a step [W], by what it is bound by."""
    return np.asarray((times * r.powers).sum(axis=0) / times.sum(axis=0))


def _batch(r: Rows, asked: FloatArray, held: Held) -> FloatArray:
    """Sequences in flight: as many as are asked for, as memory holds, and as the requests of a finite run keep up.

    A run of N requests through B places takes N / B rounds, the last of them half filled on average.
    """
    batch = np.minimum(asked, np.maximum(held.limit * r.constants.occupancy, 1.0))
    rounds = r.requests / batch
    taken = np.where(rounds > 1.0, rounds + 0.5 * -np.expm1(-2.0 * (rounds - 1.0)), 1.0)
    return np.where(r.requests > 0.0, np.minimum(r.requests / taken, batch), batch)


def _ttft(r: Rows, alone: FloatArray, full: FloatArray, prompt: FloatArray, pp: FloatArray) -> FloatArray:
    """Time of the steps that a prompt takes, through all stages [s]; one that fills a part of a chunk that part."""
    chunks = r.isl * (1.0 - r.cached) / np.maximum(prompt, 1.0)
    return np.where(chunks < 1.0, alone + chunks * (full - alone), chunks * full) * pp


def _prefill(r: Rows, layout: Columns, n: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the time to first token, the requests/s of an accelerator, and its power, where instances only prefill."""
    tp, dp, ep = (
        np.broadcast_to(np.where(layout[f"prefill_{each}"] > 0.0, layout[f"prefill_{each}"], layout[each]), (n,))
        for each in ("tp", "dp", "ep")
    )
    one = np.ones(n)
    new = np.maximum(r.isl * (1.0 - r.cached), 1.0)
    prompt = np.maximum(r.chunk, 1.0) + np.zeros(n)
    step = step_of(r, tp, dp, ep, one, Tokens(np.zeros(n), np.zeros(n), prompt))
    requests = prompt / new / (step.time * tp)
    kept = r.isl * r.shapes.values * r.shapes.attention_layers * r.cache_bytes
    rate = np.where(r.scale_out > 0.0, r.scale_out, r.scale_up) * r.constants.link
    return _ttft(r, np.zeros(n), step.time, prompt, one) + kept / rate, requests, _power(r, step.bound)


def _joined(pieces: list[ServingPoints]) -> ServingPoints:
    def column(name: str) -> object:
        values = [getattr(each, name) for each in pieces]
        if isinstance(values[0], dict):
            return {key: np.concatenate([value[key] for value in values]) for key in values[0]}
        return np.concatenate(values)

    return ServingPoints(**{f.name: column(f.name) for f in fields(ServingPoints)})  # type: ignore[arg-type]
