"""The section on the workloads: what the generations do on each, and closely for the one with most racks."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gigaloop.design.performance.machine import PRECISIONS
from gigaloop.design.records import WorkloadPerformance
from gigaloop.design.records.operators import Operator
from gigaloop.design.workload import WorkloadDesign
from gigaloop.design.workload.effective import job_goodput
from gigaloop.design.workload.serving import layout_name
from gigaloop.report.content.basis import Basis
from gigaloop.report.content.performance_cards import inference_card, training_card
from gigaloop.report.content.performance_roofs import (
    Spot,
    generations_figure,
    goodput_figure,
    power_figure,
    roofline_figure,
)
from gigaloop.report.content.performance_serving import front_figure, serving_memory_figure, serving_step_figure
from gigaloop.report.content.performance_training import (
    memory_figure,
    sensitivity_figure,
    step_figure,
    strategy_figure,
)
from gigaloop.report.document import Block, Callout, Columns, Heading, Section
from gigaloop.report.figures import Figure
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Row, Table
from gigaloop.study.workloads import DeployedWork, facility_power

_TITLE = "The workloads"
_RUNNERS_UP = 3
"""Layouts shown beside the best."""
_SIZES = 1024.0 * 4.0 ** np.arange(6)
"""Accelerators of the jobs for which goodput is drawn."""
_PEAK_NAMES = {"bf16": "BF16", "fp8": "FP8", "mxfp8": "FP8", "fp4": "FP4"}
_CLOSE = 4
"""Points of a front whose steps are drawn."""


def performance_section(basis: Basis) -> Section:
    """Show what every generation does on every workload, and the one with most racks closely."""
    designs = [each for each in basis.result.designs.values() if each.performance]
    if not designs:
        return Section("workloads", _TITLE, "The programme states no workloads.")
    lead = (
        "Each workload is laid out anew on each generation: all legal ways to split the model over accelerators are "
        "evaluated, and the best that fits is taken. Training counts tokens trained on, with interruptions taken off; "
        "inference counts tokens generated at the speed that a user is to see. Numbers in brackets hold eight of ten "
        "cases."
    )
    blocks: list[Block] = [overview_table(basis)]
    spots = _spots(basis)
    if spots:
        how = basis.computed("tokens/s at facility power of the peak hour; cost of an accelerator-hour of the plan")
        blocks.append(generations_figure("workloads-generations", spots, how))
    notes = [
        f"{design.name}, {basis.workload(each.workload)}: {each.note}"
        for design in designs
        for each in design.performance
        if each.note
    ]
    if notes:
        blocks.append(Callout("What is not reached", tone="warning", points=notes))
    for work in basis.result.work:
        blocks.extend(_closely(basis, work))
    return Section("workloads", _TITLE, lead, blocks)


def overview_table(basis: Basis) -> Table:
    """Give a row for each generation and workload."""
    how = basis.computed("best of all legal layouts; equations in docs/workload.md, constants with their fits")
    cost = {(each.generation, each.workload): each.usd_per_million for each in basis.result.value.tokens}
    rows: list[Row] = []
    for design in basis.result.designs.values():
        megawatt = facility_power(basis.result, design.generation) / 1e6
        for each in design.performance:
            usd = cost.get((design.generation, each.workload), math.inf)
            known = each if each.fits else None
            rows.append(
                [
                    design.name,
                    basis.workload(each.workload),
                    _rate(each),
                    Number(each.tokens_per_s / megawatt / 1e3 if known else None, evidence=how),
                    Number(usd if math.isfinite(usd) else None, decimals=3),
                    Number(100 * each.mfu if known else None, decimals=1),
                    Number(1e3 * each.step if known else None, decimals=0 if each.kind == "training" else 1),
                    each.bound if known else "does not fit",
                ]
            )
    return Table(
        "What a rack does on the programme's workloads",
        [
            "generation",
            "workload",
            Column("per rack", "ktokens/s"),
            Column("per MW", "ktokens/s"),
            Column("a million tokens", "USD"),
            Column("MFU", "%"),
            Column("step", "ms"),
            "largest part",
        ],
        rows,
        id="performance",
        note=(
            "MW of the facility at the peak hour. Cost: of the accelerator-hours of the plan. MFU: FLOPs that a model "
            "needs over the dense peak. Step: of training, or between the tokens that a user sees."
        ),
    )


def _rate(each: WorkloadPerformance) -> Number:
    if not each.fits:
        return Number(None)
    low, high = each.tokens_per_s_low / 1e3, each.tokens_per_s_high / 1e3
    return Number(each.tokens_per_s / 1e3, low=low, high=high) if low < high else Number(each.tokens_per_s / 1e3)


def _spots(basis: Basis) -> list[Spot]:
    cost = {(each.generation, each.workload): each.usd_per_million for each in basis.result.value.tokens}
    return [
        Spot(
            design.name,
            basis.workload(each.workload),
            each.tokens_per_s / facility_power(basis.result, design.generation) * 1e6,
            1e6 / usd,
            1e6 / usd * each.tokens_per_s_low / each.tokens_per_s,
            1e6 / usd * each.tokens_per_s_high / each.tokens_per_s,
        )
        for design in basis.result.designs.values()
        for each in design.performance
        if each.fits and math.isfinite(usd := cost.get((design.generation, each.workload), math.inf))
    ]


def _closely(basis: Basis, work: DeployedWork) -> Iterator[Block]:
    where, found = basis.workload(work.workload), work.found
    if not found.performance.fits:
        return
    yield Heading(f"{where} on {basis.generation(work.generation)}")
    if found.search is not None:
        yield from _training(basis, work, where)
    elif found.front is not None:
        yield from _inference(basis, work, where)


def _training(basis: Basis, work: DeployedWork, where: str) -> Iterator[Block]:
    found, search, detail = work.found, work.found.search, work.detail
    if search is None or detail is None:
        return
    key = f"workload-{work.workload}"
    how = basis.computed(
        "equations of a training step with fitted constants, docs/workload.md; steps are what software makes of them, "
        f"{found.stack.factor:.3g} times ({found.stack.low:.3g} to {found.stack.high:.3g}): {found.stack.said}"
    )
    points = (search.best, *search.runners_up[:_RUNNERS_UP])
    software = found.stack.factor
    yield training_card(basis, work)
    yield step_figure(f"{key}-step", where, points, how, software=software)
    yield memory_figure(f"{key}-memory", where, points, search.available, how)
    yield strategy_figure(f"{key}-strategies", where, search, how, software=software)
    yield roofline_figure(f"{key}-roofline", where, peaks_of(found), _bandwidth(found), detail.operators, how)
    yield Columns(
        [
            sensitivity_figure(f"{key}-sensitivity", where, search.sensitivity, how),
            power_figure(f"{key}-power", where, detail.power, how),
        ]
    )
    yield _goodput(basis, work, where)
    yield Table(
        f"{where}: why other layouts are out",
        ["cause", Column("out"), "of", Column("why", long=True)],
        [[each.cause, each.count, each.unit, each.sentence] for each in search.ruled_out if each.count],
        id=f"{key}-out",
        note=f"{search.considered:,} strategies were evaluated, {search.fitting:,} fit.",
    )


def _goodput(basis: Basis, work: DeployedWork, where: str) -> Figure:
    result, found = basis.result, work.found
    own = found.performance.accelerators
    sizes = np.unique(np.append(_SIZES, own))
    generation = result.programme.generation_of[work.generation]
    training = next(each.training for each in result.programme.workloads if each.id == work.workload)
    if training is None:
        raise ValueError(f"{work.workload} is no training job")
    drawn = job_goodput(result.catalogue, generation, training, found.model, found.machine, sizes)
    how = basis.computed("interruptions by rates of parts, checkpoints at their best interval, stragglers, repairs")
    return goodput_figure(f"workload-{work.workload}-goodput", where, drawn, int(np.searchsorted(sizes, own)), how)


def _inference(basis: Basis, work: DeployedWork, where: str) -> Iterator[Block]:
    found, front, row = work.found, work.found.front, work.found.row
    serving = next(each.serving for each in basis.result.programme.workloads if each.id == work.workload)
    if front is None or row is None or serving is None:
        return
    key = f"workload-{work.workload}"
    how = basis.computed("all legal layouts and batches, steady state of continuous batching, docs/workload.md")
    spread = math.log(found.stack.high / found.stack.low) / 2.0
    rows = close_rows(front.front, row)
    software = found.stack.factor
    speeds = front.points.tokens_per_s_per_user / software
    names = [
        f"{speeds[i]:,.0f} tokens/s a user: {layout_name(front, i).partition(', prefill')[0]}"
        + (", as asked" if i == row else "")
        for i in rows
    ]
    yield inference_card(basis, work)
    yield front_figure(f"{key}-front", where, front, how, required=float(serving.speed), band=spread, software=software)
    yield serving_step_figure(f"{key}-step", where, names, front.points, np.array(rows), how, software=software)
    yield serving_memory_figure(f"{key}-memory", where, names, front.points, np.array(rows), how)
    points = front.points
    steps = [
        Operator(
            f"{points.batch[i]:,.0f} in flight",
            "decoding steps of the front",
            float(points.flops[i]),
            float(points.bytes[i]),
            software * float(points.step[i]),
        )
        for i in rows
    ]
    reached = float(points.bytes[row] / points.step[row]) / software / _bandwidth(found)
    said = f"the best step reads memory at {100 * reached:.0f} % of its bandwidth"
    yield roofline_figure(f"{key}-roofline", where, peaks_of(found), _bandwidth(found), steps, how, said=said)
    yield Table(
        f"{where}: why other points are out",
        ["cause", Column("points")],
        [[cause, count] for cause, count in front.out.items()],
        id=f"{key}-out",
        note=f"{front.considered:,} points were considered.",
    )


def close_rows(front: np.ndarray, best: int) -> list[int]:
    """Choose some rows spread over a front, the best first."""
    many = len(front)
    spread = [int(front[round(at)]) for at in np.linspace(0, many - 1, min(_CLOSE, many)).tolist()]
    return list(dict.fromkeys([best, *spread]))


def peaks_of(found: WorkloadDesign) -> dict[str, float]:
    """Give the dense peaks that are known of an accelerator, by precision as it is written [FLOP/s]."""
    machine = found.machine
    peaks = {"bf16": machine.bf16, "fp8": machine.fp8, "fp4": machine.fp4}
    return {_PEAK_NAMES[name]: float(peaks[name]) for name in PRECISIONS if name in peaks and np.isfinite(peaks[name])}


def _bandwidth(found: WorkloadDesign) -> float:
    return float(np.asarray(found.machine.hbm_bandwidth))
