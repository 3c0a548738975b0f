"""Figures of serving: throughput against the speed that a user sees, and where a step's time goes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.evidence import Evidence
from gigaloop.design.records.serving import SERVING_MEMORY, SERVING_PARTS, ServingFront, ServingPoints
from gigaloop.design.serving.front import pareto
from gigaloop.design.workload.serving import layout_name
from gigaloop.report.figures import BarFigure, Dot, Limit, ScatterFigure, Series, Trail
from gigaloop.report.numbers import Number

Rows = NDArray[np.int64]

_SIZES = 5
"""Sizes of instance whose own fronts are drawn."""
_GB = 1e9
_LEAST_SHARE = 0.004
"""Parts below this share of every step shown are gathered."""


def front_figure(
    id_: str,
    where: str,
    found: ServingFront,
    how: Evidence,
    *,
    required: float = 0.0,
    band: float = 0.0,
    software: float = 1.0,
) -> ScatterFigure:
    """Draw throughput against speed: the front of each size of instance, the best point at the required speed marked.

    Parameters
    ----------
    required
        Speed that a user is to see [tokens/s]; none where 0.
    band
        Half-width of the 80 % interval of the throughput, as a natural logarithm.
    software
        Time of a token against the equations.
    """
    points = found.points
    per_user, per_accelerator = (
        points.tokens_per_s_per_user / software,
        points.tokens_per_s_per_accelerator / software,
    )
    sizes = np.broadcast_to(np.asarray(points.accelerators), per_user.shape)
    usable = points.fits & (per_accelerator > 0.0)
    on_front = set(found.front.tolist())
    wide, narrow = np.exp(band), np.exp(-band)
    trails: list[Trail] = []
    named: set[str] = set()
    for size in _drawn_sizes(sizes[found.front], sizes[usable]):
        rows = pareto(per_accelerator, per_user, usable & (sizes == size))
        dots = []
        for row in rows.tolist():
            name = layout_name(found, row)
            short = name.partition(", prefill")[0]
            first = row in on_front and short not in named
            if first:
                named.add(short)
            value = float(per_accelerator[row])
            number = Number(value, low=value * narrow, high=value * wide) if band else Number(value)
            batch = f"{name}, {points.batch[row]:,.0f} sequences in flight"
            dots.append(Dot(per_user[row], number, short if first else "", batch))
        trails.append(Trail(_instances(size), dots, "line"))
    widest = found.best if found.best is not None else int(found.front[0])
    limits = [Limit(required, "asked for")] if required else []
    if found.best is not None:
        best = found.best
        trails.append(Trail("best as asked", [Dot(per_user[best], per_accelerator[best])], "mark"))
    return ScatterFigure(
        id=id_,
        title=_front_title(where, found, required, software),
        alt="Falling curves of tokens/s per accelerator against tokens/s per user, one for each size of instance.",
        measure="output of an accelerator",
        unit="tokens/s",
        along="speed that a user sees",
        along_unit="tokens/s",
        log="xy",
        trails=trails,
        limits=limits,
        band=_instances(sizes[widest]) if band else "",
        point_name="layout",
        evidence=how,
        height=420,
        notes=[
            "A layout is named where it first takes the front. All accelerators count, those that only prefill too.",
            *([f"Band: 80 % of cases, drawn for {_instances(sizes[widest])}; all are in the table."] if band else []),
        ],
    )


def _front_title(where: str, found: ServingFront, required: float, software: float) -> str:
    points, best = found.points, found.best
    if best is None:
        most = points.tokens_per_s_per_user[found.front].max() / software if len(found.front) else 0.0
        if most >= required:
            return f"{where}: no layout that gives {required:,.0f} tokens/s to a user has the first token in time"
        return f"{where}: no layout gives {required:,.0f} tokens/s to a user; {most:,.0f} is the most"
    said = f"{points.tokens_per_s_per_accelerator[best] / software:,.0f} tokens/s an accelerator"
    at = f"at {points.tokens_per_s_per_user[best] / software:,.0f} tokens/s a user"
    return f"{where}: {said} {at}, with {layout_name(found, best)}"


def _instances(size: float) -> str:
    return "one accelerator" if size == 1 else f"instances of {size:,.0f}"


def _drawn_sizes(on_front: NDArray[np.float64], all_: NDArray[np.float64]) -> list[float]:
    """Choose the sizes of instance to draw: those that hold most of the front, then others from the largest."""
    values, counts = np.unique(on_front, return_counts=True)
    first = values[np.argsort(-counts, kind="stable")].tolist()
    rest = [size for size in np.unique(all_)[::-1].tolist() if size not in first]
    return sorted([*first, *rest][:_SIZES])


def serving_step_figure(
    id_: str,
    where: str,
    names: Sequence[str],
    points: ServingPoints,
    rows: Rows,
    how: Evidence,
    *,
    software: float = 1.0,
) -> BarFigure:
    """Draw the time of a decoding step by its parts.

    Parameters
    ----------
    software
        Time of a step against the equations: what it adds is a part of its own, what it saves is saved in all parts.
    """
    saved, added = min(software, 1.0), max(software - 1.0, 0.0)
    total = software * points.step[rows]
    parts = {part: saved * np.broadcast_to(points.parts[part], points.step.shape)[rows] for part in SERVING_PARTS}
    parts["software stack"] = added * points.step[rows]
    named = {part: value for part, value in parts.items() if (value >= _LEAST_SHARE * total).any()}
    rest = np.sum([value for part, value in parts.items() if part not in named], axis=0)
    if np.any(rest):
        named["other parts"] = np.asarray(rest)
    most = max(named, key=lambda part: float(named[part][0]))
    return BarFigure(
        id=id_,
        title=f"{where}: of a step of {1e3 * total[0]:,.3g} ms, {100 * named[most][0] / total[0]:.0f} % is {most}",
        alt=f"Lying stacked bars of the time of a decoding step by its parts for {len(rows)} points of the front.",
        measure="time of a step",
        unit="ms",
        categories=names,
        category_name="point",
        series=[Series(part, 1e3 * value) for part, value in named.items()],
        stacked=True,
        horizontal=True,
        evidence=how,
        height=90 + 54 * len(rows),
        notes="A step gives a token to every sequence in flight, or several with drafted tokens.",
    )


def serving_memory_figure(
    id_: str, where: str, names: Sequence[str], points: ServingPoints, rows: Rows, how: Evidence
) -> BarFigure:
    """Draw what stands in the memory of an accelerator that decodes, against what there is."""
    held = {part: np.broadcast_to(points.memory[part], points.step.shape)[rows] / _GB for part in SERVING_MEMORY}
    available = np.broadcast_to(points.available, points.step.shape)[rows] / _GB
    most = max(held, key=lambda part: float(held[part][0]))
    return BarFigure(
        id=id_,
        title=f"{where}: {sum(float(value[0]) for value in held.values()):,.0f} of {available[0]:,.0f} GB are in use, "
        f"most of it {most}",
        alt=f"Lying stacked bars of memory by its parts for {len(rows)} points, with ticks for what there is.",
        measure="memory of an accelerator",
        unit="GB",
        categories=names,
        category_name="point",
        series=[Series(part, value) for part, value in held.items() if value.any()],
        asked=Series("memory there is", available),
        stacked=True,
        horizontal=True,
        evidence=how,
        height=90 + 54 * len(rows),
    )
