"""Figures of training: where a step's time and an accelerator's memory go, and how strategies compare."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.evidence import Evidence
from gigaloop.design.records.strategy import Sensitivity, StrategyPoint, StrategySearch
from gigaloop.design.records.training import MEMORY_PARTS, STEP_PARTS
from gigaloop.report.figures import BarFigure, Dot, Limit, ScatterFigure, Series, Trail
from gigaloop.report.numbers import Number

_GB = 1e9
_LEAST_SHARE = 0.004
"""Parts below this share of every step shown are gathered."""
_CELLS = (20, 8)
"""Cells along memory and time, of which the fastest strategy alone is drawn."""
_TALLEST = 4.0
"""Steps longer than this times the best are not drawn."""


def step_figure(
    id_: str, where: str, points: Sequence[StrategyPoint], how: Evidence, *, software: float = 1.0
) -> BarFigure:
    """Draw the time of steps by their parts, the best first.

    Parameters
    ----------
    software
        Time of a step against the equations: what it adds is a part of its own, what it saves is saved in all parts.
    """
    unit, size = ("s", 1.0) if max(point.step for point in points) * software >= 1.0 else ("ms", 1e-3)
    saved, added = min(software, 1.0), max(software - 1.0, 0.0)
    parts = {part: [saved * point.step_parts.get(part, 0.0) for point in points] for part in STEP_PARTS}
    parts["software stack"] = [added * point.step for point in points]
    named = {
        part: values
        for part, values in parts.items()
        if any(value >= _LEAST_SHARE * point.step for value, point in zip(values, points, strict=True))
    }
    gathered = [part for part, values in parts.items() if part not in named and any(values)]
    if gathered:
        named["other parts"] = [math.fsum(parts[part][i] for part in gathered) for i in range(len(points))]
    step = software * points[0].step
    most, second = sorted(named, key=lambda part: -named[part][0])[:2]
    shares = [f"{100 * named[part][0] / step:.0f} %" for part in (most, second)]
    return BarFigure(
        id=id_,
        title=f"{where}: of a step of {step / size:,.3g} {unit}, {shares[0]} is {most} and {shares[1]} {second}",
        alt=f"Lying stacked bars of the time of a training step by its parts for {len(points)} strategies.",
        measure="time of a step",
        unit=unit,
        categories=[point.name for point in points],
        category_name="strategy",
        series=[Series(part, [value / size for value in values]) for part, values in named.items()],
        stacked=True,
        horizontal=True,
        evidence=how,
        height=90 + 54 * len(points),
        notes=[
            "Communication counts as far as nothing hides it. The best is first; the parts add up to the step.",
            *([f"Other parts: {', '.join(gathered)}."] if gathered else []),
        ],
    )


def memory_figure(id_: str, where: str, points: Sequence[StrategyPoint], available: float, how: Evidence) -> BarFigure:
    """Draw what stands in the memory of the fullest accelerator, against what there is."""
    parts = {part: [point.memory_parts.get(part, 0.0) for point in points] for part in MEMORY_PARTS}
    most = max(parts, key=lambda part: parts[part][0])
    return BarFigure(
        id=id_,
        title=f"{where}: {points[0].memory / _GB:,.0f} of {available / _GB:,.0f} GB are in use, most of it {most}",
        alt=f"Lying stacked bars of memory by its parts for {len(points)} strategies, with ticks for what there is.",
        measure="memory of the fullest accelerator",
        unit="GB",
        categories=[point.name for point in points],
        category_name="strategy",
        series=[Series(part, [value / _GB for value in values]) for part, values in parts.items() if any(values)],
        asked=Series("memory of an accelerator", [available / _GB] * len(points)),
        stacked=True,
        horizontal=True,
        evidence=how,
        height=90 + 54 * len(points),
    )


def strategy_figure(
    id_: str, where: str, search: StrategySearch, how: Evidence, *, software: float = 1.0
) -> ScatterFigure:
    """Draw strategies by memory and time, coloured by tensor parallelism; of those that are alike the fastest.

    Parameters
    ----------
    software
        Time of a step against the equations.
    """
    found, best, limit = search.scatter, search.best, search.available
    near = found.step <= _TALLEST * best.step
    trails: list[Trail] = []
    for tp in np.unique(found.tp[near]).tolist():
        rows = _spread(np.flatnonzero(near & (found.tp == tp)), found.memory, found.step)
        trails.append(Trail(f"TP {tp}", [_dot(search, row, software) for row in rows.tolist()]))
    if search.memory_steps:
        beyond = [
            Dot(each.memory / _GB, Number(software * each.point.step), note=each.point.name)
            for each in search.memory_steps
        ]
        trails.append(Trail("faster, but does not fit", beyond, "hollow"))
    trails.append(Trail("best", [Dot(best.memory / _GB, Number(software * best.step), note=best.name)], "mark"))
    return ScatterFigure(
        id=id_,
        title=f"{where}: of {search.considered:,} strategies {search.fitting:,} fit; the best is {best.name}",
        alt="Points of strategies by memory and time of a step, coloured by tensor parallelism, the best marked.",
        measure="time of a step",
        unit="s",
        along="memory of the fullest accelerator",
        along_unit="GB",
        log="y",
        from_zero="x",
        limits=[Limit(limit / _GB, "memory there is")],
        trails=trails,
        evidence=how,
        point_name="strategy",
        notes=(
            "TP: tensor parallelism. The best strategy of each layout, and of layouts that lie together the fastest; "
            f"none slower than {_TALLEST:g} times the best."
        ),
    )


def _dot(search: StrategySearch, row: int, software: float) -> Dot:
    found = search.scatter
    sizes = {name: int(getattr(found, name)[row]) for name in ("tp", "cp", "pp", "ep", "dp")}
    name = " ".join(f"{key.upper()}{size}" for key, size in sizes.items() if size > 1)
    return Dot(found.memory[row] / _GB, Number(software * found.step[row]), note=name or "one accelerator")


def _spread(rows: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Keep of points that would lie on each other the lowest, so that thousands of layouts draw as some hundred."""
    if not len(rows):
        return rows
    columns, lines = _CELLS
    column = np.floor(columns * x[rows] / x[rows].max()).astype(int)
    line = np.floor(lines * np.log(y[rows] / y[rows].min()) / np.log(_TALLEST)).astype(int)
    order = np.argsort(y[rows], kind="stable")
    _, first = np.unique((column * (lines + 2) + line)[order], return_index=True)
    return np.sort(rows[order[first]])


def sensitivity_figure(id_: str, where: str, found: Sequence[Sensitivity], how: Evidence) -> BarFigure:
    """Draw how much faster training is for one percent more of each number of the machine, the largest first."""
    known = sorted((each for each in found if math.isfinite(each.elasticity)), key=lambda each: each.elasticity)
    values = [0.0 if each.elasticity == 0.0 else -each.elasticity for each in known]
    return BarFigure(
        id=id_,
        title=f"{where}: one percent more {known[0].title} trains {values[0]:.2g} % faster",
        alt="Lying bars of what one percent more of each number of the machine is worth, the largest first.",
        measure="more tokens/s for 1 % more of it",
        unit="%",
        categories=[each.title for each in known],
        category_name="number of the machine",
        series=[Series("worth", values)],
        horizontal=True,
        evidence=how,
        height=70 + 34 * len(known),
        notes="d ln(tokens/s) over d ln(number); everything else, the strategy too, is held as it is.",
    )
