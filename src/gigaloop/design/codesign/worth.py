"""What one step of each choice is worth at a variant, with the band that uncertain constants leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigaloop.design.codesign.mix import Mix, speed_on
from gigaloop.design.codesign.scores import Scored
from gigaloop.design.codesign.variants import Variants
from gigaloop.design.codesign.work import best_rates, rows_of
from gigaloop.design.records.codesign import Floats, Worth

BAND = (0.1, 0.9)
"""Quantiles of the band. Source: the 80 % interval of the validation."""


def worths_at(scored: Scored, row: int, mix: Mix) -> tuple[Worth, ...]:
    """Give what a step of every choice is worth at a variant, all other choices as they are.

    A step goes to the next value up; from the largest value it goes one down.

    Parameters
    ----------
    scored
        The variants.
    row
        Which of them.
    mix
        The workloads and what they are measured on.
    """
    steps = [step for column in range(len(scored.variants.axes)) if (step := _step(scored.variants, row, column))]
    if not steps:
        return ()
    bands = _bands(scored, row, [after for _, after in steps], mix)
    return tuple(_worth(scored, row, column, after, band) for (column, after), band in zip(steps, bands, strict=True))


def _step(variants: Variants, row: int, column: int) -> tuple[int, int] | None:
    """Give the choice that moves and the variant with the step taken; None where it has one value."""
    count = len(variants.axes[column].values)
    if count < 2:
        return None
    wanted = variants.choice[row].copy()
    wanted[column] += 1 if wanted[column] + 1 < count else -1
    shape = [len(axis.values) for axis in variants.axes]
    return column, int(np.ravel_multi_index(tuple(wanted.tolist()), shape))


def _worth(scored: Scored, row: int, column: int, after: int, band: tuple[float, float]) -> Worth:
    variants = scored.variants
    axis = variants.axes[column]
    labels = [axis.labels[variants.choice[each, column]] for each in (row, after)]
    dearer = [name for name, amount in variants.unpriced.items() if abs(amount[after] - amount[row]) > 1e-9]
    return Worth(
        choice=axis.name,
        what=axis.what,
        before=labels[0],
        after=labels[1],
        factor=axis.values[variants.choice[after, column]] / axis.values[variants.choice[row, column]]
        if axis.unit not in ("", "degC")
        else None,
        row=scored.offset + after,
        work=_change(scored.speed, row, after),
        work_band=band,
        cost=_change(variants.annual_cost, row, after),
        power=_change(variants.facility_power, row, after),
        objectives={name: _change(values, row, after) for name, values in scored.objectives.items() if name != "date"},
        unpriced=tuple(dearer),
        obstacle=variants.obstacles[after],
    )


def _change(values: Floats, row: int, after: int) -> float:
    """Give the relative change from one variant to another; minus one to what does nothing."""
    return float(values[after] / values[row] - 1.0) if values[row] else float("nan")


def _bands(scored: Scored, row: int, after: Sequence[int], mix: Mix) -> list[tuple[float, float]]:
    """Give the intervals of the change of work, the same draw of the constants before and after."""
    rows = np.array([row, *after])
    drawn = [tuple(work.drawn()) for work in scored.works]
    draws = max((len(each) for each in drawn), default=0)
    lost = 1.0 - scored.variants.lost[rows]
    if not draws:
        values = scored.speed[rows] / max(float(scored.speed[row]), 1e-300) - 1.0
        return [(float(each), float(each)) for each in values[1:]]
    machines = rows_of(scored.variants.machines, scored.variants.machine[rows])
    rates = np.stack([scored.rates[rows]] * draws)
    for column, those in enumerate(drawn):
        for number, work in enumerate(those):
            rates[number, :, column] = best_rates(work, machines)
    speeds = speed_on(mix.shares, mix.reference, rates) * lost
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.nan_to_num(speeds[:, 1:] / speeds[:, :1] - 1.0, posinf=0.0)
    low, high = np.quantile(change, BAND, axis=0)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
