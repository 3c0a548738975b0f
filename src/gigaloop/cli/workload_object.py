"""A workload on a generation as plain data in SI units, for machines."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigaloop.cli.workload import Shown
from gigaloop.cli.workload_tables import spread_over
from gigaloop.design.records.operators import Operator
from gigaloop.design.records.strategy import StrategyPoint, StrategySearch
from gigaloop.design.workload.serving import layout_name


def workload_object(shown: Shown, top: int) -> dict[str, Any]:
    """Give a workload on a generation as plain data: SI units, shares of 1, tokens and seconds.

    What belongs to training is null for serving, and the other way round.
    """
    found, stack = shown.found.performance, shown.found.stack
    rack = (found.tokens_per_s_low, found.tokens_per_s, found.tokens_per_s_high)
    return {
        "kind": found.kind,
        "precision": found.precision,
        "model": {
            "name": found.model,
            "parameters": found.parameters,
            "active_parameters": found.active_parameters,
            "flops_per_token": found.flops_per_token,
        },
        "fits": found.fits,
        "note": found.note or None,
        "accelerators": found.accelerators,
        "layout": found.layout or None,
        "tokens_per_s_per_accelerator": found.tokens_per_s_per_accelerator,
        "tokens_per_s_per_rack": dict(zip(("low", "base", "high"), rack, strict=True)),
        "tokens_per_s_per_w": found.tokens_per_s * shown.racks_per_megawatt / 1e6,
        "software_stack": {"name": stack.said, "factor": stack.factor, "low": stack.low, "high": stack.high},
        "batch": found.batch,
        "step_s": found.step,
        "step_parts_s": dict(found.parts),
        "bound": found.bound,
        "mfu": found.mfu,
        "memory_b": found.memory_needed,
        "memory_available_b": found.memory_available,
        "memory_parts_b": dict(found.memory_parts),
        "usd_per_million_tokens": None if shown.cost is None else shown.cost.usd_per_million,
        "training": _training(shown, top),
        "serving": _serving(shown, top),
        "assumptions": [
            {"path": each.path, "value": str(each.quantity)}
            for each in shown.design.inputs
            if each.path.startswith(f"workloads.{shown.workload.id}.") and each.is_assumption
        ],
    }


def _training(shown: Shown, top: int) -> dict[str, Any] | None:
    search, detail, goodput = shown.found.search, shown.detail, shown.found.goodput
    if search is None or detail is None or goodput is None:
        return None
    run = detail.run
    high, low, share = detail.power.levels
    return {
        "hfu": detail.hfu,
        "goodput": {
            "share": float(np.ravel(goodput.share)[0]),
            "parts": {part: float(np.ravel(value)[0]) for part, value in goodput.parts.items()},
            "interruption_interval_s": float(np.ravel(goodput.interval)[0]),
            "checkpoint_interval_s": float(np.ravel(goodput.checkpoint_interval)[0]),
        },
        "time_to_train_s": shown.found.time_to_train,
        "rack_energy_to_train_j": None if run is None else float(run.rack_energy),
        "accelerator_power_w": {"mean": detail.power.mean, "high": high, "low": low, "high_share": share},
        **_search(search, top),
        "operators": [_operator(each) for each in detail.operators],
    }


def _search(search: StrategySearch, top: int) -> dict[str, Any]:
    return {
        "considered": search.considered,
        "fitting": search.fitting,
        "strategies": [_point(point) for point in (search.best, *search.runners_up)[:top]],
        "ruled_out": [
            {"cause": each.cause, "count": each.count, "unit": each.unit, "why": each.sentence}
            for each in search.ruled_out
        ],
        "sensitivity": [
            {
                "number": each.number,
                "unit": each.unit,
                "value": each.value,
                "step_elasticity": each.elasticity,
                "step_if_doubled": each.doubled,
                "step_if_halved": each.halved,
            }
            for each in search.sensitivity
        ],
        "more_memory": [
            {"memory_b": each.memory, "step_change": each.gain, "strategy": _point(each.point)}
            for each in search.memory_steps
        ],
    }


def _point(point: StrategyPoint) -> dict[str, Any]:
    sizes = ("tp", "cp", "pp", "vp", "dp", "ep", "micro_batch", "recompute", "zero", "schedule", "sequence_parallel")
    return {
        "name": point.name,
        **{name: getattr(point, name) for name in sizes},
        "step_s": point.step,
        "step_parts_s": dict(point.step_parts),
        "tokens_per_s_per_accelerator": point.tokens_per_s_per_accelerator,
        "mfu": point.mfu,
        "memory_b": point.memory,
        "memory_parts_b": dict(point.memory_parts),
    }


def _operator(each: Operator) -> dict[str, Any]:
    return {
        "name": each.name,
        "group": each.group,
        "flops": each.flops,
        "bytes": each.bytes,
        "time_s": each.seconds,
        "times_a_micro_batch": each.count,
    }


def _serving(shown: Shown, top: int) -> dict[str, Any] | None:
    front, row = shown.found.front, shown.found.row
    if front is None or row is None:
        return None
    points, factor = front.points, shown.found.stack.factor

    def point(i: int) -> dict[str, Any]:
        return {
            "layout": layout_name(front, i),
            "accelerators": points.accelerators[i],
            "prefill_share": points.prefill_share[i],
            "batch": points.batch[i],
            "tokens_per_s_per_user": points.tokens_per_s_per_user[i] / factor,
            "tokens_per_s_per_accelerator": points.tokens_per_s_per_accelerator[i] / factor,
            "ttft_s": points.ttft[i] * factor,
            "tpot_s": points.tpot[i] * factor,
            "power_w": points.power[i],
            "energy_per_token_j": points.energy_per_token[i] * factor,
        }

    return {
        "point": point(row),
        "front": [point(i) for i in spread_over(front.front.tolist(), top, row)],
        "front_points": len(front.front),
        "considered": front.considered,
        "out": dict(front.out),
    }
