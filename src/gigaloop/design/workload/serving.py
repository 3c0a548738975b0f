"""Requests served by a generation: the best operating point at the speed that a user has to see."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import InfeasibleError
from gigaloop.design.calibration.served_stored import serving_constants, serving_stack
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.matrix import peak_of
from gigaloop.design.records import WorkloadPerformance
from gigaloop.design.records.serving import SERVING_BOUNDS, ServingFront
from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.front import serving_front
from gigaloop.design.serving.loads import ServingLoad
from gigaloop.design.transformer import Transformer, active_parameters, forward_flops, parameters
from gigaloop.design.workload.inputs import load_of
from gigaloop.design.workload.record import WorkloadDesign, unfit
from gigaloop.programme.schema import Generation, Workload

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema.workload import Serving


def design_serving(
    generation: Generation,
    workload: Workload,
    serving: Serving,
    catalogue: Catalogue,
    model: Transformer,
    machine: Machine,
) -> WorkloadDesign:
    """Lay a model out for serving, at the highest throughput that gives a user what is asked.

    Where nothing does, the fastest point for a user is taken, and ``performance.note`` says how far it is off.

    Raises
    ------
    UsageError
        If no layout is legal.
    """
    load = load_of(workload, serving)
    accelerators = int(serving.accelerators or generation.scale_up.domain)
    speed = float(serving.speed)
    first = math.inf if serving.first_token is None else float(serving.first_token)
    constants = serving_constants(catalogue)
    kind = "mixture" if int(np.asarray(model.experts)) else "dense"
    stack = serving_stack(catalogue, str(machine.architecture), workload.precision, kind, workload.software)
    apart = True if serving.disaggregated else None
    try:
        # Software makes a token longer by its factor: the equations have to be that much faster.
        front = searched(
            model, machine, load, accelerators, speed * stack.factor, first / stack.factor, constants, apart
        )
    except InfeasibleError as error:
        return WorkloadDesign(_unfit(workload, model, machine, load, error), model, machine, stack, load=load)
    points, row = front.points, front.best
    note = ""
    if row is None:
        usable = np.where(points.fits, points.tokens_per_s_per_user, -1.0)
        in_time = np.where(points.ttft * stack.factor <= first, usable, -1.0)
        row = int((in_time if in_time.max() > 0.0 else usable).argmax())
        asked = [f"{speed:g} tokens/s"] if speed else []
        asked += [f"the first token within {first:g} s"] if math.isfinite(first) else []
        note = (
            f"nothing gives a user {' and '.join(asked)}; "
            f"the nearest gives {points.tokens_per_s_per_user[row] / stack.factor:.3g} tokens/s "
            f"after {points.ttft[row] * stack.factor:.3g} s"
        )
    each = float(points.tokens_per_s_per_accelerator[row])
    rack = each * float(generation.accelerators_per_rack)
    memory = {name: float(column[row]) for name, column in points.memory.items()}
    step, tpot = float(points.step[row]), float(points.tpot[row])
    # Of a user's token: a step of an instance is shared by its pipeline, and gives all tokens that were accepted.
    scale = tpot / step
    performance = WorkloadPerformance(
        workload=workload.id,
        kind="inference",
        precision=workload.precision,
        share=float(workload.share),
        model=model.name,
        parameters=float(parameters(model)),
        active_parameters=float(active_parameters(model)),
        tokens_per_s=rack / stack.factor,
        tokens_per_s_low=rack / stack.high,
        tokens_per_s_high=rack / stack.low,
        tokens_per_s_per_accelerator=each / stack.factor,
        goodput=1.0,
        bound=SERVING_BOUNDS[int(points.bound[row])],
        accelerators=float(points.accelerators[row]),
        layout=layout_name(front, row),
        batch=float(points.batch[row]),
        step=tpot * stack.factor,
        parts=(
            *((name, float(column[row]) * scale) for name, column in points.parts.items()),
            ("software stack", tpot * (stack.factor - 1.0)),
        ),
        mfu=_flops(model, load) * each / stack.factor / _peak(machine, load),
        first_token=float(points.ttft[row]) * stack.factor,
        flops_per_token=_flops(model, load),
        memory_parts=tuple(memory.items()),
        memory_needed=math.fsum(memory.values()),
        memory_available=float(points.available[row]),
        note=note,
    )
    return WorkloadDesign(performance, model, machine, stack, load=load, front=front, row=row)


@lru_cache(maxsize=64)
def searched(
    model: Transformer,
    machine: Machine,
    load: ServingLoad,
    accelerators: int,
    speed: float,
    ttft: float,
    constants: ServingConstants,
    disaggregated: bool | None,
) -> ServingFront:
    """Search once for the same question; see :func:`~gigaloop.design.serving.front.serving_front`."""
    return serving_front(
        model, machine, load, accelerators, speed=speed, ttft=ttft, constants=constants, disaggregated=disaggregated
    )


def layout_name(front: ServingFront, row: int) -> str:
    """Write the layout of a point in a few words, such as ``TP 4, EP 16, prefill apart``."""
    column = {name: int(np.asarray(values)[row]) for name, values in front.layouts.items() if name != "batch"}
    sizes = [(name, column[name]) for name in ("tp", "dp", "ep", "pp") if column[name] > 1]
    words = [f"{name.upper()} {size}" for name, size in sizes] or ["one accelerator"]
    if column["disaggregated"]:
        words.append(f"prefill apart on {100.0 * front.points.prefill_share[row]:.2g} % of the accelerators")
    return ", ".join(words)


def _flops(model: Transformer, load: ServingLoad) -> float:
    """FLOPs behind an output token: its own forward pass, and its share of what the prompt takes.

    A token of the answer looks back on the prompt and half of the answer on average, one of the prompt that no cache
    holds on what the cache holds and half of the rest.
    """
    isl, osl, cached = (float(np.asarray(each)) for each in (load.isl, load.osl, load.cached))
    answer = float(forward_flops(model, isl + osl / 2.0, causal=False))
    prompt = float(forward_flops(model, isl * (1.0 + cached) / 2.0, causal=False)) * isl * (1.0 - cached) / osl
    return answer + prompt


def _peak(machine: Machine, load: ServingLoad) -> float:
    return float(peak_of(machine, np.asarray(load.precision)))


def _unfit(
    workload: Workload, model: Transformer, machine: Machine, load: ServingLoad, error: InfeasibleError
) -> WorkloadPerformance:
    """Give the record of a model that fits nowhere; the search's error says what would help."""
    problem = error.problems[0]
    return unfit(workload, model, machine, f"{problem.why}; {problem.hint}", flops=_flops(model, load), batch=0.0)
