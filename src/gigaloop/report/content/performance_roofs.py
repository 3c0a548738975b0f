"""Figures of what holds a workload: roofs and operators, failures at scale, and generations side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gigaloop.core.evidence import Evidence
from gigaloop.design.records.goodput import GOODPUT_PARTS, Goodput
from gigaloop.design.records.operators import Operator
from gigaloop.design.records.step_power import StepPower
from gigaloop.report.figures import BarFigure, Dot, Limit, ScatterFigure, Series, Trail
from gigaloop.report.numbers import Number

_TERA = 1e12
_ROOM = 3.0
"""Roofs are drawn this factor beyond the operators."""


def roofline_figure(
    id_: str,
    where: str,
    peaks: Mapping[str, float],
    bandwidth: float,
    operators: Sequence[Operator],
    how: Evidence,
    *,
    said: str = "",
) -> ScatterFigure:
    """Draw operators by intensity and the rate they reach, below the roofs of the accelerator.

    Parameters
    ----------
    peaks
        Dense peak by precision [FLOP/s].
    bandwidth
        Of memory [B/s].
    said
        What the figure shows; the operator that takes longest where not given.
    """
    shown = [each for each in operators if each.flops > 0.0 and each.bytes > 0.0 and each.seconds > 0.0]
    intensity = [each.intensity for each in shown]
    ridges = [peak / bandwidth for peak in peaks.values()]
    low, high = min([*intensity, *ridges]) / _ROOM, max([*intensity, *ridges]) * _ROOM
    steepest = max(ridges)
    trails = [
        Trail("memory", [Dot(x, Number(bandwidth * x / _TERA)) for x in (low, steepest)], "curve"),
        *(
            Trail(f"{name} peak", [Dot(x, Number(peak / _TERA)) for x in (peak / bandwidth, high)], "curve")
            for name, peak in peaks.items()
        ),
    ]
    for group in dict.fromkeys(each.group for each in shown):
        dots = [
            Dot(x, Number(each.rate / _TERA), each.name)
            for each, x in zip(shown, intensity, strict=True)
            if each.group == group
        ]
        trails.append(Trail(group, dots))
    longest = max(shown, key=lambda each: each.seconds * each.count)
    reached = longest.rate / min(max(peaks.values()), bandwidth * longest.intensity)
    said = said or f"'{longest.name}' takes longest and reaches {100 * reached:.0f} % of the highest roof above it"
    return ScatterFigure(
        id=id_,
        title=f"{where}: {said}",
        alt="Operators by intensity and attained rate, below memory bandwidth and the peak of each precision.",
        measure="attained",
        unit="TFLOP/s",
        along="intensity",
        along_unit="FLOP/B",
        log="xy",
        trails=trails,
        point_name="operator",
        evidence=how,
        height=420,
        notes=f"Roofs: dense peaks, and memory at {bandwidth / _TERA:,.3g} TB/s; both axes are logarithmic.",
    )


def goodput_figure(id_: str, where: str, found: Goodput, own: int, how: Evidence) -> BarFigure:
    """Draw the time that does not train by its causes, against the accelerators of a job; ``own`` is the job's row."""
    counts = [f"{count:,.0f}" for count in found.accelerators]
    lost = {part: 100.0 * found.parts[part] for part in GOODPUT_PARTS if part != "training" and found.parts[part].any()}
    share, last = found.share, len(counts) - 1
    return BarFigure(
        id=id_,
        title=f"{where}: {100 * share[own]:.1f} % of the time trains on {counts[own]} accelerators, "
        f"{100 * share[last]:.0f} % on {counts[last]}",
        alt="Stacked bars of the time that does not train by cause, for jobs of more and more accelerators.",
        measure="time that does not train",
        unit="%",
        categories=counts,
        category_name="accelerators",
        series=[Series(part, values) for part, values in lost.items()],
        stacked=True,
        evidence=how,
        height=320,
        notes=f"Lower axis: accelerators of one job. Checkpoints are {found.checkpoint}, each at its best interval.",
    )


def power_figure(id_: str, where: str, found: StepPower, how: Evidence) -> ScatterFigure:
    """Draw the power of an accelerator over a step, the mean of all stages and the first and the last of them."""
    high, low, share = found.levels
    rows = {"mean of all stages": found.power, "first stage": found.stages[0], "last stage": found.stages[-1]}
    if len(found.stages) == 1:
        rows = {"an accelerator": found.power}
    trails = [
        Trail(
            name,
            [
                Dot(1e3 * at, Number(watts))
                for begin, end, watts in zip(found.times[:-1], found.times[1:], values, strict=True)
                for at in (begin, end)
            ],
            "curve",
        )
        for name, values in rows.items()
    ]
    return ScatterFigure(
        id=id_,
        title=f"{where}: an accelerator draws {high:,.0f} W for {100 * share:.0f} % of a step and {low:,.0f} W else",
        alt="Curves of the power of an accelerator over one training step, by pipeline stage.",
        measure="power of an accelerator",
        unit="W",
        along="time in the step",
        along_unit="ms",
        from_zero="xy",
        limits=[Limit(found.limit, "thermal design power", "y")],
        trails=trails,
        evidence=how,
        height=320,
        notes="Alternation within a micro-batch is drawn as its mean.",
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """A generation on a workload."""

    generation: str
    workload: str
    per_megawatt: float
    """Tokens/s per MW of the facility."""
    per_usd: float
    """Tokens per USD of yearly cost."""
    low: float
    high: float
    """80 % interval of ``per_usd``."""


def generations_figure(id_: str, spots: Sequence[Spot], how: Evidence) -> ScatterFigure:
    """Draw generations by what a megawatt and what a dollar gives, a colour for each workload."""
    trails = [
        Trail(
            workload,
            [
                Dot(
                    each.per_megawatt / 1e3,
                    Number(each.per_usd / 1e6, low=each.low / 1e6, high=each.high / 1e6),
                    each.generation,
                )
                for each in spots
                if each.workload == workload
            ],
        )
        for workload in dict.fromkeys(each.workload for each in spots)
    ]
    best: dict[str, Spot] = {}
    for each in spots:
        if each.workload not in best or each.per_megawatt > best[each.workload].per_megawatt:
            best[each.workload] = each
    most: dict[str, list[str]] = {}
    for workload, each in best.items():
        most.setdefault(each.generation, []).append(workload)
    said = "; ".join(f"{generation} for {', '.join(names)}" for generation, names in most.items())
    return ScatterFigure(
        id=id_,
        title=f"Most per megawatt: {said}",
        alt="Generations by tokens/s per MW of facility and by tokens for a dollar, a colour for each workload.",
        measure="output for a dollar",
        unit="Mtokens/USD",
        along="output per MW of facility",
        along_unit="ktokens/s",
        log="xy",
        trails=trails,
        point_name="generation",
        evidence=how,
        notes="Further up and to the right is better; training and serving are different work and do not compare.",
    )
