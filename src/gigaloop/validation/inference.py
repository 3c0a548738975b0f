"""Published throughput of serving against the model, each by a fit that never saw its configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.core.errors import GigaloopError
from gigaloop.design.calibration.fit import EIGHT_IN_TEN
from gigaloop.design.calibration.measurements import FOLDS
from gigaloop.design.calibration.served import Served, candidates_of
from gigaloop.design.calibration.served_fit import ServingFit, predict_serving
from gigaloop.design.calibration.served_stored import serving_constants, serving_spreads
from gigaloop.design.calibration.splits import NEWER, fold_name, newer_than_gb200
from gigaloop.design.performance.machine import PRECISIONS
from gigaloop.validation.inference_rows import Row, read_inference
from gigaloop.validation.records import Checked, Validation

FloatArray = NDArray[np.float64]

UNIT = "tokens/s"

_NINTH = 0.9
"""Quantile that remarks give beside the median. Source: a choice of this project."""


@dataclass(frozen=True)
class ServedResult:
    """A measurement, and what was predicted for it by a fit without its fold."""

    row: Served
    rate: float
    """Tokens/s of an accelerator; 0 where no layout does what is asked."""
    equations: float
    """By the equations with their constants alone."""
    spread: float
    """Standard deviation of the log."""
    layout: Mapping[str, float]

    @property
    def error(self) -> float:
        """Predicted over measured, less 1."""
        return self.rate / self.row.value - 1.0

    @property
    def inside(self) -> bool:
        """Whether the measurement is in the range that is to hold eight of ten."""
        return bool(abs(np.log(self.rate / self.row.value)) <= EIGHT_IN_TEN * self.spread)


def validate_inference(rows: Path) -> Validation:
    """Compute published throughput of serving and hold the results against it.

    A row is computed by constants that were fitted without its fold, and by what the rows of other folds, bundled or
    in the table, say of its software, model and scenario. Where it states no layout, the best is searched for.

    Parameters
    ----------
    rows
        The table: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        If the table is wrong.
    """
    catalogue = load_catalogue()
    asked = tuple(_legal(row) for row in read_inference(rows, catalogue))
    measured = [row.measurement for row in asked if row.measurement is not None]
    learnt = tuple({each.id: each for each in (*bundled_served(), *measured)}.values())
    results = served_predictions(measured, learnt, catalogue)
    checked = tuple(_checked(row, results) for row in asked)
    good = [results[row.id] for row in measured if results[row.id].rate > 0.0]
    return Validation("inference", checked, tuple(_remarks(good, learnt, catalogue)))


@lru_cache(maxsize=1)
def bundled_served() -> tuple[Served, ...]:
    """Give the bundled measurements of serving."""
    with as_file(files("gigaloop.validation") / "data" / "inference.csv") as path:
        rows = read_inference(path, load_catalogue())
    return tuple(row.measurement for row in map(_legal, rows) if row.measurement is not None)


def served_predictions(
    rows: Sequence[Served], learnt: Sequence[Served], catalogue: Catalogue
) -> Mapping[str, ServedResult]:
    """Predict measurements, each by the fit without its fold, by their ids.

    Parameters
    ----------
    rows
        To predict.
    learnt
        Measurements of which those of other folds may be learned from.
    catalogue
        With the constants of each fold.
    """
    found: dict[str, ServedResult] = {}
    for fold in range(FOLDS):
        own = [row for row in rows if row.fold == fold]
        if own:
            found |= _predicted(own, [row for row in learnt if row.fold != fold], fold_name(fold), catalogue)
    return found


def _predicted(
    rows: Sequence[Served], learnt: Sequence[Served], without: str, catalogue: Catalogue
) -> dict[str, ServedResult]:
    fit = ServingFit(
        serving_constants(catalogue, without), serving_spreads(catalogue, without), np.zeros((0, 0)), tuple(learnt)
    )
    predicted = predict_serving(fit, rows)
    columns = zip(rows, predicted.rate, predicted.equations, predicted.spread, predicted.layouts, strict=True)
    return {
        row.id: ServedResult(row, float(rate), float(alone), float(spread), layout)
        for row, rate, alone, spread, layout in columns
    }


def _legal(row: Row) -> Row:
    """Say why no layout of a row is legal, where none is."""
    if row.measurement is None:
        return row
    try:
        candidates_of([row.measurement])
    except GigaloopError as error:
        return replace(row, measurement=None, why_not=error.problems[0].why)
    return row


def _checked(row: Row, results: Mapping[str, ServedResult]) -> Checked:
    quantity = f"tokens/s of an accelerator, {row.model}, {row.gpu}"
    own = results.get(row.id) if row.measurement is not None else None
    if own is None or row.published is None:
        return Checked(row.id, quantity, UNIT, row.published, None, None, within=False, note=row.why_not)
    if own.rate <= 0.0:
        return Checked(row.id, quantity, UNIT, row.published, None, None, within=False, note=_why_none(own.row))
    reach = float(np.exp(EIGHT_IN_TEN * own.spread))
    stack = own.row.stack
    said = [
        f"80 % {own.rate / reach:.4g}..{own.rate * reach:.4g}",
        f"equations {own.equations:.4g}",
        f"software stack {stack.family} {stack.library} {stack.date:.1f} x{own.rate / own.equations:.3f}",
        f"fold {own.row.fold}",
        f"{'searched' if own.row.layout is None else 'layout'}: {_layout_said(own.layout)}",
        f"{own.row.quantity} tokens",
        *(f"taken: {each}" for each in own.row.assumed if each != "layout searched"),
        *([f"corrected: {row.correction}"] if row.correction else []),
    ]
    return Checked(row.id, quantity, UNIT, row.published, own.rate, own.error, own.inside, "; ".join(said))


def _why_none(row: Served) -> str:
    """Say why a row has no prediction."""
    if row.speed > 0.0 and np.isfinite(row.ttft):
        return f"no layout keeps {1000.0 / row.speed:.3g} ms per token and {row.ttft:.3g} s to the first"
    if row.speed > 0.0:
        return f"no layout over {row.accelerators} accelerators gives a user {row.speed:.3g} tokens/s"
    return f"it fits in the memory of no layout over {row.accelerators} accelerators"


def _layout_said(layout: Mapping[str, float]) -> str:
    sizes = ", ".join(f"{name} {layout[name]:.0f}" for name in ("tp", "dp", "ep", "pp"))
    return f"{sizes}, {layout['batch']:.0f} sequences{', prefill apart' if layout['disaggregated'] else ''}"


_GROUPS: tuple[tuple[str, Callable[[Served], str]], ...] = (
    ("family", lambda row: row.stack.family),
    ("architecture", lambda row: str(row.machine.architecture)),
    ("precision", lambda row: PRECISIONS[int(np.asarray(row.load.precision))]),
    ("scenario", lambda row: f"{row.stack.family} {row.scenario}"),
    ("model", lambda row: row.model.name),
)


def _remarks(results: Sequence[ServedResult], learnt: Sequence[Served], catalogue: Catalogue) -> Iterator[str]:
    """Say what the rows amount to."""
    if not results:
        return
    yield f"held out by configuration: {_said([each.error for each in results])}"
    plain = [each.error for each in results if not each.row.interpolated]
    if plain and len(plain) < len(results):
        yield f"without points read off published curves: {_said(plain)}"
    alone = [each.equations / each.row.value - 1.0 for each in results]
    yield f"the equations with their constants alone, no software stack: {_said(alone)}"
    inside = np.mean([each.inside for each in results])
    yield f"80 % intervals hold {100.0 * inside:.0f} % of {len(results)} rows"
    for title, key in _GROUPS:
        groups: dict[str, list[float]] = {}
        for each in results:
            groups.setdefault(key(each.row), []).append(each.error)
        for name, errors in sorted(groups.items()):
            yield f"{title} {name}: {_said(errors)}"
    held = [each.row for each in results if each.row.accelerator == "gb300"]
    older = [row for row in learnt if not newer_than_gb200(row.accelerator)]
    if held and older:
        newer = _predicted(held, older, NEWER, catalogue)
        yield f"GB300 by a fit on nothing newer than GB200: {_said([each.error for each in newer.values()])}"


def _said(errors: Sequence[float]) -> str:
    size = 100.0 * np.abs(errors)
    spread = f"mean {size.mean():.1f} %, median {np.median(size):.1f} %, p90 {np.quantile(size, _NINTH):.1f} %"
    return f"{spread}, bias {100.0 * float(np.mean(errors)):+.1f} % ({len(size)} rows)"
