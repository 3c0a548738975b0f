"""The tables of a workload's card."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.cli import output
from gigaloop.cli.fabric_tables import duration
from gigaloop.cli.numbers import percent, rounded, tokens
from gigaloop.design.workload.serving import layout_name

if TYPE_CHECKING:
    from gigaloop.cli.workload import Shown
    from gigaloop.design.records.strategy import Sensitivity

_LEFT, _RIGHT = "left", "right"
_LEAST = 0.0005
"""Parts below this share are not shown."""
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def show_parts(shown: Shown) -> None:
    """Print where a step's time goes."""
    found = shown.found.performance
    rows = [
        (name, duration(value), percent(value / found.step))
        for name, value in sorted(found.parts, key=lambda part: -part[1])
        if value >= _LEAST * found.step
    ]
    output.line()
    what = "a step" if found.kind == "training" else "a user's token"
    output.table(
        f"Where the time of {what} goes",
        [("part", _LEFT), ("time", _RIGHT), ("share", _RIGHT)],
        rows,
        "communication as far as nothing hides it",
    )


def show_memory(shown: Shown) -> None:
    """Print what stands in the memory of the fullest accelerator."""
    found = shown.found.performance
    rows = [
        (name, gigabytes(value), percent(value / found.memory_available))
        for name, value in found.memory_parts
        if value >= _LEAST * found.memory_available
    ]
    free = found.memory_available - found.memory_needed
    rows.append(("free", gigabytes(free), percent(free / found.memory_available)))
    output.line()
    output.table("Memory of the fullest accelerator", [("part", _LEFT), ("memory", _RIGHT), ("share", _RIGHT)], rows)


def show_goodput(shown: Shown) -> None:
    """Print what of a training job's time is training."""
    found = shown.found.goodput
    if found is None:
        return
    rows = [(part, percent(float(np.ravel(share)[0]))) for part, share in found.parts.items() if np.any(share > 0.0)]
    interval = float(np.ravel(found.interval)[0])
    kept = float(np.ravel(found.checkpoint_interval)[0])
    training = shown.workload.training
    replicas = 1.0 if training is None else float(training.recovery.replicas)
    said = (
        f"one of {replicas:,.0f} replicas interrupted" if replicas > 1.0 else "interrupted, and restarted as a whole,"
    )
    output.line()
    output.table(
        "Where the time of the job goes",
        [("part", _LEFT), ("share", _RIGHT)],
        rows,
        f"{said} every {duration(interval)} on average; a checkpoint every {duration(kept)}, {found.checkpoint}",
    )


def show_runners_up(shown: Shown, top: int) -> None:
    """Print the best of other layouts, and what more memory would unlock."""
    search = shown.found.search
    if search is None:
        return
    best = search.best
    factor = shown.found.stack.factor
    rows = [
        (
            point.name,
            duration(point.step * factor),
            f"{100 * (point.step / best.step - 1.0):+.1f} %",
            percent(point.mfu / factor),
            gigabytes(point.memory),
        )
        for point in (best, *search.runners_up)[:top]
    ]
    columns = [("layout", _LEFT), ("step", _RIGHT), ("against the best", _RIGHT), ("MFU", _RIGHT), ("memory", _RIGHT)]
    output.line()
    output.table("The best layouts", columns, rows)
    for each in search.memory_steps[:1]:
        output.line(f"with {gigabytes(each.memory)} of memory: {each.point.name}, {100 * each.gain:+.1f} % of the step")


def show_front(shown: Shown, top: int) -> None:
    """Print points of the front of throughput against the speed that a user sees, spread over it, with the best."""
    front, row = shown.found.front, shown.found.row
    if front is None:
        return
    points, factor = front.points, shown.found.stack.factor
    per_rack = float(shown.generation.accelerators_per_rack)
    picked = spread_over(front.front.tolist(), top, row)
    rows = [
        (
            rounded(points.tokens_per_s_per_user[i] / factor, "tokens/s", 3),
            tokens(float(points.tokens_per_s_per_accelerator[i]) / factor),
            tokens(float(points.tokens_per_s_per_accelerator[i]) / factor * per_rack * shown.racks_per_megawatt),
            duration(float(points.ttft[i]) * factor),
            f"{points.batch[i]:,.0f}",
            f"{points.accelerators[i]:,.0f}",
            layout_name(front, i),
            "*" if i == row else "",
        )
        for i in picked
    ]
    columns = [
        ("user sees", _RIGHT), ("an accelerator", _RIGHT), ("a MW into racks", _RIGHT), ("first token", _RIGHT),
        ("in flight", _RIGHT), ("instance", _RIGHT), ("layout", _LEFT), ("", _LEFT),
    ]  # fmt: skip
    below = f"{len(picked)} of {len(front.front)} points; *: the one above; throughput in output tokens"
    output.line()
    output.table("Throughput against speed", columns, rows, below, optional=("in flight", "instance", "first token"))


def spread_over(front: Sequence[int], top: int, best: int | None) -> list[int]:
    """Choose some points of a front, its ends and the best among them.

    >>> spread_over([5, 4, 3, 2, 1, 0], 3, 4)
    [5, 4, 3, 0]
    """
    many = len(front)
    chosen = {front[round(place)] for place in np.linspace(0, many - 1, min(top, many)).tolist()}
    if best is not None:
        chosen.add(best)
    ordered = [row for row in front if row in chosen]
    return ordered if best is None or best in ordered else [best, *ordered]


def show_out(shown: Shown) -> None:
    """Print why other layouts are out."""
    search, front = shown.found.search, shown.found.front
    if search is not None:
        rows = [(each.cause, f"{each.count:,}", each.unit, each.sentence) for each in search.ruled_out if each.count]
        output.line()
        columns = [("cause", _LEFT), ("out", _RIGHT), ("", _LEFT), ("why", _LEFT)]
        output.table("Why others are out", columns, rows)
    if front is not None:
        out = [(f"{count:,}", cause) for cause, count in front.out.items()]
        output.line()
        output.table("Why others are out", [("points", _RIGHT), ("why", _LEFT)], out)


def show_sensitivity(shown: Shown) -> None:
    """Print what each number of the machine is worth to a training job."""
    search = shown.found.search
    if search is None:
        return
    rows = [
        (
            each.title,
            scaled(each.value, each.unit),
            "" if math.isnan(each.elasticity) else f"{-each.elasticity + 0.0:+.2f} %",
            faster(each.doubled),
            faster(each.halved),
        )
        for each in by_worth(search.sensitivity)
    ]
    columns = [("number", _LEFT), ("value", _RIGHT), ("1 % more", _RIGHT), ("doubled", _RIGHT), ("halved", _RIGHT)]
    output.line()
    output.table(
        "What the machine's numbers are worth",
        columns,
        rows,
        "change of tokens/s; for 1 % the layout is kept, else it is chosen anew",
    )


def by_worth(found: Sequence[Sensitivity]) -> list[Sensitivity]:
    """Order numbers by what a percent of them is worth, whole numbers last."""
    return sorted(found, key=lambda each: (math.isnan(each.elasticity), each.elasticity))


def faster(change: float) -> str:
    """Write a relative change of the step as one of tokens/s.

    >>> faster(-0.2), faster(0.25), faster(float("inf"))
    ('+25.0 %', '-20.0 %', 'fits nowhere')
    """
    return "fits nowhere" if math.isinf(change) else f"{100 * (1.0 / (1.0 + change) - 1.0):+.1f} %"


def scaled(value: float, unit: str) -> str:
    """Write a number of a machine with a prefix before its unit.

    >>> scaled(2.2e13, "B/s"), scaled(72.0, "accelerators")
    ('22 TB/s', '72 accelerators')
    """
    if unit not in ("B", "B/s", "FLOP/s"):
        return rounded(value, unit, 4)
    factor, prefix = next((each for each in _PREFIXES if value >= each[0]), (1.0, ""))
    return f"{float(f'{value / factor:.4g}'):,.10g} {prefix}{unit}"


def gigabytes(value: float) -> str:
    """Write a memory.

    >>> gigabytes(2.43e11), gigabytes(4.2e8)
    ('243 GB', '0.42 GB')
    """
    return rounded(value / 1e9, "GB", 3)
