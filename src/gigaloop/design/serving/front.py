"""The front of throughput against tokens/s per user over all legal layouts and batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import InfeasibleError, Problem, UsageError
from gigaloop.design.performance.machine import PRECISIONS, Machine
from gigaloop.design.performance.matrix import peak_of
from gigaloop.design.records.serving import ServingFront, ServingPoints
from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.layouts import Legal, legal_layouts, with_batches
from gigaloop.design.serving.loads import ServingLayouts, ServingLoad
from gigaloop.design.serving.points import serving_points
from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]


def serving_front(
    model: Transformer,
    machine: Machine,
    load: ServingLoad,
    accelerators: int,
    *,
    speed: float = 0.0,
    ttft: float = np.inf,
    constants: ServingConstants | None = None,
    fixed: Mapping[str, int] | None = None,
    disaggregated: bool | None = None,
) -> ServingFront:
    """Evaluate all legal layouts and batches, and give the front and the best of them.

    Parameters
    ----------
    accelerators
        That are there; instances divide them without a rest.
    speed, ttft
        Least tokens/s of a user, and most time to the first token [s], that the best has to give.
    fixed
        Some of ``tp``, ``dp``, ``ep`` and ``pp``, where they are set.
    disaggregated
        Whether prefill has accelerators of its own; both where not given.

    Raises
    ------
    UsageError
        If the accelerator lacks the precision, or no layout is legal.
    InfeasibleError
        If the model fits in none of them.
    """
    check_precision(machine, load)
    legal = legal_layouts(model, machine, accelerators, fixed)
    layouts = with_batches(legal, disaggregated=disaggregated)
    if disaggregated is not False:
        layouts = _with_prefill(model, machine, load, legal, layouts, ttft, constants)
    points = serving_points(model, machine, load, layouts, constants)
    points, layouts = _distinct(points, layouts)
    if not points.fits.any():
        least = float(np.min(sum(points.memory.values()) * points.accelerators))
        each = float(np.asarray(machine.hbm)) * (constants or ServingConstants()).utilised
        why = f"{model.name} fits in no layout over {accelerators} accelerators of {machine.name}"
        hint = f"{int(np.ceil(least / each))} accelerators or more, a lower precision, or a shorter context"
        raise InfeasibleError(
            [Problem(why, path="serving", hint=hint)], ways_out=[hint], title="the model does not fit"
        )
    slow = points.fits & (points.tokens_per_s_per_user < speed)
    late = points.fits & ~slow & (points.ttft > ttft)
    good = points.fits & ~slow & ~late
    front = pareto(points.tokens_per_s_per_accelerator, points.tokens_per_s_per_user, points.fits)
    throughput = np.where(good, points.tokens_per_s_per_accelerator, -1.0)
    out = dict(legal.out)
    out["does not fit in memory"] = int(np.count_nonzero(~points.fits))
    out["slower for a user than required"] = int(np.count_nonzero(slow))
    out["first token later than required"] = int(np.count_nonzero(late))
    out["another has a higher throughput"] = max(int(np.count_nonzero(good)) - 1, 0)
    return ServingFront(
        points=points,
        layouts={name: np.asarray(getattr(layouts, name)) for name in _COLUMNS},
        front=front,
        best=int(throughput.argmax()) if good.any() else None,
        considered=len(points.fits) + sum(legal.out.values()),
        out={cause: count for cause, count in out.items() if count},
    )


_COLUMNS = ("tp", "dp", "ep", "pp", "batch", "disaggregated", "prefill_tp", "prefill_dp", "prefill_ep")


def check_precision(machine: Machine, load: ServingLoad) -> None:
    """Say so where an accelerator does not compute in a precision.

    Raises
    ------
    UsageError
        If it does not.
    """
    for asked in (load.precision, load.attention_precision):
        if asked is None or np.isfinite(peak_of(machine, np.asarray(asked))).all():
            continue
        known = [name for i, name in enumerate(PRECISIONS) if np.isfinite(peak_of(machine, np.asarray(i))).all()]
        raise UsageError(
            f"{machine.name} does not compute in {PRECISIONS[int(np.max(asked))]}",
            hint=f"it computes in {', '.join(known)}",
        )


def pareto(throughput: FloatArray, speed: FloatArray, usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the rows that no other beats in both, from the highest throughput to the highest speed.

    >>> pareto(np.array([5.0, 4.0, 3.0]), np.array([1.0, 0.5, 2.0]), np.array([True] * 3)).tolist()
    [0, 2]
    """
    rows = np.flatnonzero(usable)
    order = rows[np.lexsort((-throughput[rows], -speed[rows]))]
    best = np.maximum.accumulate(throughput[order])
    keep = np.concatenate(([True], best[1:] > best[:-1]))[: len(order)]
    return np.asarray(order[keep][::-1], dtype=np.int64)


def at_speed(throughput: FloatArray, speed: FloatArray, asked: float) -> float:
    """Give the throughput of a front at a speed, linear between the logarithms of its points.

    Parameters
    ----------
    throughput, speed
        Of the front's points, from the highest throughput on (n,).

    Returns
    -------
    float
        That of the first point below its speed, 0 above the last one's.
    """
    if not len(speed) or asked > speed[-1]:
        return 0.0
    return float(np.exp(np.interp(np.log(max(asked, speed[0])), np.log(speed), np.log(throughput))))


def _with_prefill(
    model: Transformer,
    machine: Machine,
    load: ServingLoad,
    legal: Legal,
    layouts: ServingLayouts,
    ttft: float,
    constants: ServingConstants | None,
) -> ServingLayouts:
    """Let the accelerators that prefill have the layout that takes the smallest share of all, in time if one does."""
    one = legal.pp == 1
    if not one.any():
        return layouts
    columns = {name: getattr(legal, name)[one] for name in ("tp", "dp", "ep")}
    trial = ServingLayouts(**columns, pp=1, batch=columns["dp"].astype(np.float64), disaggregated=True)
    points = serving_points(model, machine, load, trial, constants)
    decoded = points.batch / (points.tpot * points.accelerators)
    rate = np.where(points.fits, decoded * (1.0 - points.prefill_share) / np.maximum(points.prefill_share, 1e-300), 0.0)
    in_time = rate * (points.ttft <= ttft)
    best = int((in_time if in_time.any() else rate).argmax())
    tp, dp, ep = (int(columns[name][best]) for name in ("tp", "dp", "ep"))
    return replace(layouts, prefill_tp=tp, prefill_dp=dp, prefill_ep=ep)


def _distinct(points: ServingPoints, layouts: ServingLayouts) -> tuple[ServingPoints, ServingLayouts]:
    """Leave out what asks for more sequences than memory holds where a smaller batch of its layout did already."""
    names = ("tp", "dp", "ep", "pp", "disaggregated")
    n = len(points.batch)
    keys = np.stack([np.broadcast_to(np.asarray(getattr(layouts, name), dtype=np.float64), (n,)) for name in names])
    _, first = np.unique(np.vstack([keys, np.round(points.batch, 6)]), axis=1, return_index=True)
    rows = np.sort(first)

    def some(value: object) -> object:
        if isinstance(value, Mapping):
            return {key: each[rows] for key, each in value.items()}
        array = np.asarray(value)
        return array[rows] if array.ndim else array

    taken = {name: some(getattr(points, name)) for name in points.__dataclass_fields__}
    kept = {name: np.broadcast_to(np.asarray(some(getattr(layouts, name))), rows.shape) for name in _COLUMNS}
    return ServingPoints(**taken), ServingLayouts(**kept)  # type: ignore[arg-type]
