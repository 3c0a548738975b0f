"""Figures of training: where a step's time and an accelerator's memory go, and how strategies compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.evidence import Evidence
from gigaloop.design.performance.strategies import Strategies, described
from gigaloop.design.records.training import MEMORY_PARTS, STEP_PARTS, TrainingMemory, TrainingSteps
from gigaloop.report.figures import BarFigure, Dot, Limit, ScatterFigure, Series, Trail
from gigaloop.report.numbers import Number

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

_GB = 1e9
_LEAST_SHARE = 0.004
"""Parts below this share of every step shown are gathered."""
_CELLS = 28
"""Cells along each axis of which the best strategy alone is drawn."""
_TALLEST = 6.0
"""Steps longer than this times the best are not drawn."""


def step_figure(
    id_: str, where: str, names: Sequence[str], steps: TrainingSteps, rows: Rows, how: Evidence
) -> BarFigure:
    """Draw the time of steps by their parts, the best first."""
    total = steps.step[rows]
    unit, size = ("s", 1.0) if total.max() >= 1.0 else ("ms", 1e-3)
    parts = {part: np.broadcast_to(steps.parts[part], steps.step.shape)[rows] for part in STEP_PARTS}
    named = {part: value for part, value in parts.items() if (value >= _LEAST_SHARE * total).any()}
    rest = sum((value for part, value in parts.items() if part not in named), np.zeros(len(rows)))
    if rest.any():
        named["other parts"] = rest
    first = {part: float(value[0] / total[0]) for part, value in named.items()}
    most, next_ = sorted(first, key=lambda part: -first[part])[:2]
    gathered = [part for part, value in parts.items() if part not in named and value.any()]
    return BarFigure(
        id=id_,
        title=f"{where}: of a step of {total[0] / size:,.3g} {unit}, {100 * first[most]:.0f} % is {most} and "
        f"{100 * first[next_]:.0f} % {next_}",
        alt=f"Lying stacked bars of the time of a training step by its parts for {len(rows)} strategies.",
        measure="time of a step",
        unit=unit,
        categories=names,
        category_name="strategy",
        series=[Series(part, value / size) for part, value in named.items()],
        stacked=True,
        horizontal=True,
        evidence=how,
        height=90 + 46 * len(rows),
        notes=[
            "Communication counts as far as nothing hides it. Best first; the parts add up to the step.",
            *([f"Other parts: {', '.join(gathered)}."] if gathered else []),
        ],
    )


def memory_figure(
    id_: str, where: str, names: Sequence[str], memory: TrainingMemory, rows: Rows, how: Evidence
) -> BarFigure:
    """Draw what stands in the memory of the fullest accelerator, against what there is."""
    held = np.broadcast_to(memory.total, (max(rows) + 1,) if np.ndim(memory.total) == 0 else memory.total.shape)[rows]
    available = np.broadcast_to(memory.available, np.shape(memory.total) or (max(rows) + 1,))[rows]
    parts = {part: np.broadcast_to(memory.parts[part], np.shape(memory.total))[rows] for part in MEMORY_PARTS}
    most = max(parts, key=lambda part: float(parts[part][0]))
    return BarFigure(
        id=id_,
        title=f"{where}: {held[0] / _GB:,.0f} of {available[0] / _GB:,.0f} GB are in use, most of it {most}",
        alt=f"Lying stacked bars of memory by its parts for {len(rows)} strategies, with ticks for what there is.",
        measure="memory of the fullest accelerator",
        unit="GB",
        categories=names,
        category_name="strategy",
        series=[Series(part, value / _GB) for part, value in parts.items() if value.any()],
        asked=Series("memory that may be used", available / _GB),
        stacked=True,
        horizontal=True,
        evidence=how,
        height=90 + 46 * len(rows),
    )


def strategy_figure(
    id_: str,
    where: str,
    strategies: Strategies,
    steps: TrainingSteps,
    memory: TrainingMemory,
    best: int,
    how: Evidence,
) -> ScatterFigure:
    """Draw strategies by memory and time, coloured by tensor parallelism; of those that are alike the fastest."""
    size = len(steps.step)
    time, held = steps.step, np.broadcast_to(memory.total, size) / _GB
    tp = np.broadcast_to(np.asarray(strategies.tp), size)
    fits = np.broadcast_to(memory.fits, size)
    limit = float(np.broadcast_to(memory.available, size)[best]) / _GB
    near = np.isfinite(time) & (time <= _TALLEST * time[best]) & (held <= 2.0 * limit)
    trails: list[Trail] = []
    for value in np.unique(tp[near & fits]).tolist():
        rows = _spread(np.flatnonzero(near & fits & (tp == value)), held, time)
        dots = [Dot(held[row], Number(time[row]), note=described(strategies, row)) for row in rows if row != best]
        if dots:
            trails.append(Trail(f"TP {value}", dots, entity=f"TP {value}"))
    beyond = _spread(np.flatnonzero(near & ~fits), held, time)
    if len(beyond):
        dots = [Dot(held[row], Number(time[row]), note=described(strategies, row)) for row in beyond]
        trails.append(Trail("does not fit", dots, "hollow"))
    trails.append(Trail("best", [Dot(held[best], Number(time[best]), "best", described(strategies, best))], "mark"))
    slowest = float(time[near & fits].max() / time[best])
    return ScatterFigure(
        id=id_,
        title=f"{where}: of strategies that fit the slowest drawn takes {slowest:.1f} times as long as the best, "
        f"{described(strategies, best)}",
        alt="Points of strategies by memory and time of a step, coloured by tensor parallelism, the best marked.",
        measure="time of a step",
        unit="s",
        along="memory of the fullest accelerator",
        along_unit="GB",
        log="y",
        from_zero="x",
        limits=[Limit(limit, "may be used")],
        trails=trails,
        evidence=how,
        point_name="strategy",
        notes=f"TP: tensor parallelism. Of strategies that lie together the fastest is drawn; none slower than "
        f"{_TALLEST:g} times the best.",
    )


def _spread(rows: Rows, x: Floats, y: Floats) -> Rows:
    """Keep of points that would lie on each other the lowest, so that a million strategies draw as a few hundred."""
    if not len(rows):
        return rows
    column = np.floor(_CELLS * x[rows] / x[rows].max()).astype(int)
    line = np.floor(_CELLS * np.log(y[rows] / y[rows].min()) / np.log(_TALLEST)).astype(int)
    order = np.argsort(y[rows], kind="stable")
    _, first = np.unique((column * (_CELLS + 2) + line)[order], return_index=True)
    return np.sort(rows[order[first]])


def sensitivity_figure(id_: str, where: str, sensitivity: Mapping[str, float], how: Evidence, what: str) -> BarFigure:
    """Draw how much more is done for one percent more of each hardware number, the largest first."""
    order = sorted(sensitivity, key=lambda name: -abs(sensitivity[name]))
    values = [sensitivity[name] for name in order]
    return BarFigure(
        id=id_,
        title=f"{where}: one percent more {order[0]} is worth {values[0]:.2g} % more {what}",
        alt="Lying bars of what one percent more of each hardware number is worth, the largest first.",
        measure=f"more {what} for 1 % more of it",
        unit="%",
        categories=order,
        category_name="hardware number",
        series=[Series("worth", values)],
        horizontal=True,
        evidence=how,
        height=70 + 30 * len(order),
        notes="Partial: everything else, the strategy too, is held as it is.",
    )
