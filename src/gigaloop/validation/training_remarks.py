"""What the rows of measured training steps amount to: by family, recipe and kind, held out by source, ranking."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue import Catalogue
from gigaloop.design.calibration.fit import EIGHT_IN_TEN, condition, steps_of
from gigaloop.design.calibration.measurements import Measurement
from gigaloop.design.calibration.splits import NEWER, left_out
from gigaloop.design.calibration.stored import constants_of, spreads_of
from gigaloop.design.performance.machine import PRECISIONS

FloatArray = NDArray[np.float64]

_FEW = 3
"""Rows of a group that a remark is worth, and of a family of which a point can be measured. Source: a choice."""


@dataclass(frozen=True)
class Result:
    """A measurement, and what was predicted for it by a fit without its fold."""

    row: Measurement
    step: float
    """[s]"""
    equations: float
    """By the equations with their constants alone [s]."""
    spread: float
    """Standard deviation of the log."""

    @property
    def error(self) -> float:
        """Predicted over measured, less 1."""
        return self.step / self.row.step - 1.0

    @property
    def inside(self) -> bool:
        """Whether the measurement is in the range that is to hold eight of ten."""
        return abs(math.log(self.step / self.row.step)) <= EIGHT_IN_TEN * self.spread


def remarks(results: Sequence[Result], learnt: Sequence[Measurement], catalogue: Catalogue) -> Iterator[str]:
    """Say what the rows amount to.

    Parameters
    ----------
    results
        Of rows whose strategy is published.
    learnt
        All measurements with a strategy: each family is predicted from the others.
    catalogue
        With the constants of each fit.
    """
    if not results:
        return
    published = [each for each in results if each.row.published]
    if published:
        yield f"layers and strategy published, held out by configuration: {_said(published)}"
    if len(published) < len(results):
        yield f"with those whose layers are those of the catalogue's model: {_said(results)}"
    alone = np.array([each.equations / each.row.step - 1.0 for each in results])
    yield f"the equations with their constants alone, no software stack: {errors_said(alone)}"
    inside = np.mean([each.inside for each in results])
    yield f"80 % intervals hold {100.0 * inside:.0f} % of {len(results)} rows"
    for title, key in _GROUPS:
        for name, group in _grouped(results, key):
            yield f"{title} {name}: {_said(group)}"
    yield from _unseen(results, learnt, catalogue)
    yield from _ranking(results, catalogue)


def errors_said(errors: FloatArray) -> str:
    """Write the mean, the median and the ninth decile of absolute errors."""
    # The ninth decile. Source: a choice of this project.
    size = 100.0 * np.abs(errors)
    spread = f"mean {size.mean():.1f} %, median {np.median(size):.1f} %, p90 {np.quantile(size, 0.9):.1f} %"
    return f"{spread}, bias {100.0 * errors.mean():+.1f} % ({len(size)} rows)"


def _said(results: Sequence[Result]) -> str:
    return errors_said(np.array([each.error for each in results]))


_GROUPS: tuple[tuple[str, Callable[[Measurement], str]], ...] = (
    ("software", lambda row: row.stack.family),
    ("recipe", lambda row: f"{row.machine.architecture} {PRECISIONS[int(row.job.precision)]}"),
    ("kind", lambda row: "adapters" if row.job.adapters else "mixture of experts" if row.moe else "dense"),
    ("accelerator", lambda row: row.machine.name),
)


def _grouped(results: Sequence[Result], key: Callable[[Measurement], str]) -> Iterator[tuple[str, Sequence[Result]]]:
    found: dict[str, list[Result]] = {}
    for each in results:
        found.setdefault(key(each.row), []).append(each)
    yield from sorted(found.items())


def _unseen(results: Sequence[Result], learnt: Sequence[Measurement], catalogue: Catalogue) -> Iterator[str]:
    """Say how far off families are that are left out altogether, and after one point of each."""
    asked = {each.row.id for each in results}
    raw: list[float] = []
    after: list[float] = []
    by_family: list[float] = []
    later: list[float] = []
    for name, out in left_out(learnt).items():
        if name.startswith("fold "):
            continue
        held = [row for row, own in zip(learnt, out, strict=True) if own and row.id in asked]
        rest = [row for row, own in zip(learnt, out, strict=True) if not own]
        if name == NEWER:
            held = [row for row in held if row.accelerator == "gb300"]
        if len({row.configuration for row in held}) < _FEW or not rest:
            continue
        first, second = _held_out(held, rest, name, catalogue)
        if name == NEWER:
            yield f"GB300 by a fit on nothing newer than GB200: {errors_said(first)}"
            continue
        raw += first.tolist()
        after += second.tolist()
        by_family.append(float(np.mean(np.abs(first))))
        later.append(float(np.mean(second)))
        one = f"mean {100.0 * later[-1]:.1f} %"
        yield f"software {name} never seen: {errors_said(first)}; after one point of it (mean over the points) {one}"
    if raw:
        yield f"software never seen, all rows: {errors_said(np.array(raw))}; mean of families {_share(by_family)}"
        yield f"after one measured point of it: mean {100.0 * np.mean(after):.1f} %; mean of families {_share(later)}"


def _held_out(
    held: Sequence[Measurement], rest: Sequence[Measurement], name: str, catalogue: Catalogue
) -> tuple[FloatArray, FloatArray]:
    """Give errors of rows predicted by other families, and their sizes once one more row is known: mean over which."""
    fitted = condition(rest, constants_of(catalogue, name), spreads_of(catalogue, name))
    mean, covariance = fitted.joint(held)
    equations = fitted.predict(held).equations
    logs = np.log(equations / np.array([row.step for row in held])) + mean
    own = np.diag(covariance) + fitted.spreads.noise**2
    # The conditional mean of a normal distribution given one of its values, for each row as that one.
    moved = logs[:, None] - covariance / own[None, :] * logs[None, :]
    same = np.array([[one.configuration == other.configuration for other in held] for one in held])
    size = np.where(same, np.nan, np.abs(np.expm1(moved)))
    known = ~np.all(same, axis=1)
    return np.expm1(logs), np.nanmean(size[known], axis=1)


def _ranking(results: Sequence[Result], catalogue: Catalogue) -> Iterator[str]:
    """Say how well the equations rank strategies, as a search does, by constants fitted without any of the family."""
    sweeps: dict[str, list[Result]] = {}
    for each in results:
        if match := re.match(r"(vtrain-[\d.]+B-\d+)-", each.row.id):
            sweeps.setdefault(match[1], []).append(each)
    for name, group in sorted(sweeps.items()):
        if len(group) < _FEW:
            continue
        rows = [each.row for each in group]
        measured = np.array([row.step for row in rows])
        computed = steps_of(rows, constants_of(catalogue, rows[0].stack.family))
        regret = measured[int(np.argmin(computed))] / measured.min() - 1.0
        rank = float(np.corrcoef(np.argsort(np.argsort(measured)), np.argsort(np.argsort(computed)))[0, 1])
        yield f"ranking of {len(group)} strategies of {name}: Spearman {rank:.2f}, regret {100.0 * regret:.1f} %"


def _share(values: Sequence[float]) -> str:
    return f"{100.0 * float(np.mean(values)):.1f} %"
