"""Cards of workloads: the numbers that are asked for first."""

from __future__ import annotations

import numpy as np

from gigaloop.core.units import DAY
from gigaloop.report.content.basis import KW, Basis
from gigaloop.report.document import KeyValues
from gigaloop.report.numbers import Number
from gigaloop.report.tables import CellLike
from gigaloop.study.workloads import DeployedWork, facility_power

_GIGA, _GWH, _HOUR = 1e9, 3.6e12, 3600.0

Rows = list[tuple[str, CellLike] | tuple[str, CellLike, str]]


def training_card(basis: Basis, work: DeployedWork) -> KeyValues:
    """Give the card of a training job."""
    found, each = work.found, work.found.performance
    rows = _first(basis, work)
    rows.append(("Step", Number(each.step, "s"), f"{each.batch:,.0f} sequences"))
    rows.append(("MFU", Number(100 * each.mfu, "%", decimals=1), "FLOPs that the model needs over the dense peak"))
    if work.detail is not None:
        rows.append(("HFU", Number(100 * work.detail.hfu, "%", decimals=1), "with what is computed twice"))
    training = next(one.training for one in basis.result.programme.workloads if one.id == work.workload)
    replicas = 1.0 if training is None else float(training.recovery.replicas)
    fails = f"{replicas:,.0f} replicas fail one by one" if replicas > 1.0 else "any failure restarts the whole job"
    rows.append(("Goodput", Number(100 * each.goodput, "%", decimals=1), f"of the time trains; {fails}"))
    if found.goodput is not None:
        interval = float(np.ravel(found.goodput.interval)[0])
        kept = float(np.ravel(found.goodput.checkpoint_interval)[0])
        rows.append(("Interrupted every", Number(interval / _HOUR, "h"), f"a checkpoint every {kept / 60.0:,.3g} min"))
    run = None if work.detail is None else work.detail.run
    if run is not None and found.time_to_train is not None:
        tokens = float(run.tokens) / 1e12
        rows.append(("Time to train", Number(found.time_to_train / DAY, "days"), f"{tokens:,.3g} T tokens"))
        rows.append(("Energy to train", Number(float(run.rack_energy) / _GWH, "GWh"), "into the racks"))
    return KeyValues("The job", rows)


def inference_card(basis: Basis, work: DeployedWork) -> KeyValues:
    """Give the card of a workload that is served."""
    found, each = work.found, work.found.performance
    serving = next(one.serving for one in basis.result.programme.workloads if one.id == work.workload)
    rows = _first(basis, work)
    asked = f"asked for: {float(serving.speed):g} tokens/s" if serving is not None and float(serving.speed) else ""
    rows.append(("A user sees", Number(1.0 / each.step, "tokens/s", decimals=1), asked))
    if each.first_token is not None:
        limit = None if serving is None or serving.first_token is None else float(serving.first_token)
        within = "without a queue" + ("" if limit is None else f"; asked for within {limit:g} s")
        rows.append(("First token after", Number(each.first_token, "s"), within))
    rows.append(("In flight", Number(each.batch, "sequences", decimals=0), "on an instance"))
    if found.front is not None and found.row is not None:
        points = found.front.points
        rows.append(("Power of an accelerator", Number(float(points.power[found.row]) / KW, "kW"), "mean"))
        joules = float(points.energy_per_token[found.row]) * found.stack.factor
        rows.append(("Energy of an output token", Number(joules, "J"), "of the accelerators"))
    return KeyValues("As it is served", rows)


def _first(basis: Basis, work: DeployedWork) -> Rows:
    each = work.found.performance
    how = basis.computed("best of all legal layouts, software and interruptions counted; docs/workload.md")
    result = basis.result
    megawatt = facility_power(result, work.generation) / 1e6
    known = each.tokens_per_s_low < each.tokens_per_s_high
    low, high = (each.tokens_per_s_low / 1e3, each.tokens_per_s_high / 1e3) if known else (None, None)
    rows: Rows = [
        (
            "Model",
            Number(each.parameters / _GIGA, "G parameters", basis.computed("counted from the shape"), decimals=0),
            f"{each.active_parameters / _GIGA:,.3g} G of them meet a token",
        ),
        ("Layout", each.layout, f"{each.accelerators:,.0f} accelerators, {each.precision}"),
        ("Per accelerator", Number(each.tokens_per_s_per_accelerator, "tokens/s", how)),
        ("Per rack", Number(each.tokens_per_s / 1e3, "ktokens/s", how, low=low, high=high)),
        ("Per MW", Number(each.tokens_per_s / megawatt / 1e3, "ktokens/s", how), "of the facility at the peak hour"),
    ]
    cost = [one for one in result.value.tokens if one.generation == work.generation and one.workload == work.workload]
    for one in cost:
        hour = f"at {one.usd_per_hour:.3g} USD an accelerator-hour of the plan"
        rows.append(("A million tokens", Number(one.usd_per_million, "USD", decimals=3), hour))
    stack = work.found.stack
    if stack.low < stack.high:
        software = Number(stack.factor, "x", low=stack.low, high=stack.high, decimals=2)
        rows.append(("Software", software, f"time of a step against the equations: {stack.said}"))
    return rows
