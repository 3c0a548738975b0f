"""Published training steps against the model, each by a fit that never saw its configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.core.errors import GigaloopError
from gigaloop.design.calibration.fit import EIGHT_IN_TEN, Fitted, condition
from gigaloop.design.calibration.measurements import FOLDS, Measurement
from gigaloop.design.calibration.splits import fold_name
from gigaloop.design.calibration.stored import constants_of, spreads_of
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES, Strategies
from gigaloop.design.records.strategy import StrategyPoint
from gigaloop.design.strategy import search_strategies
from gigaloop.validation.records import Checked, Validation
from gigaloop.validation.training_remarks import Result, remarks
from gigaloop.validation.training_rows import Row, read_training

FloatArray = NDArray[np.float64]


def validate_training(rows: Path) -> Validation:
    """Compute published training steps and hold the results against them.

    A row is computed by constants that were fitted without its fold, and by what the rows of other folds, bundled or
    in the table, say of its software stack. Where it states no strategy, the fastest that fits is searched for.

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
    known = {row.id: row for row in bundled()}
    asked = tuple(_corrected(row, known) for row in read_training(rows, catalogue))
    searched = {row.id: _searched(row, catalogue) for row in asked if row.measurement and not row.measurement.strategy}
    asked = tuple(searched.get(row.id, row) for row in asked)
    measured = [row.measurement for row in asked if row.measurement is not None]
    stated = [each for each in measured if each.id not in searched]
    learnt = {each.id: each for each in (*bundled_measurements(), *stated)}
    results = predictions(measured, tuple(learnt.values()), catalogue)
    checked = tuple(_checked(row, results, searched) for row in asked)
    said = [results[each.id] for each in stated]
    return Validation("training", checked, tuple(remarks(said, tuple(learnt.values()), catalogue)))


@lru_cache(maxsize=1)
def bundled() -> tuple[Row, ...]:
    """Give the rows that come with the package."""
    with as_file(files("gigaloop.validation") / "data" / "training.csv") as path:
        return read_training(path, load_catalogue())


def bundled_measurements() -> tuple[Measurement, ...]:
    """Give the bundled rows that a fit can learn from: those with a step and a strategy."""
    return tuple(row.measurement for row in bundled() if row.measurement and row.measurement.strategy is not None)


def predictions(
    rows: Sequence[Measurement], learnt: Sequence[Measurement], catalogue: Catalogue
) -> Mapping[str, Result]:
    """Predict measurements, each by the fit without its fold.

    Parameters
    ----------
    rows
        To predict, with a strategy each.
    learnt
        Measurements that those of other folds may be learned from.
    catalogue
        With the constants of each fold.
    """
    found: dict[str, Result] = {}
    for fold in range(FOLDS):
        own = [row for row in rows if row.fold == fold]
        if not own:
            continue
        fitted = without_fold(fold, [row for row in learnt if row.fold != fold], catalogue)
        predicted = fitted.predict(own)
        for number, row in enumerate(own):
            found[row.id] = Result(
                row, float(predicted.step[number]), float(predicted.equations[number]), float(predicted.spread[number])
            )
    return found


def without_fold(fold: int, learnt: Sequence[Measurement], catalogue: Catalogue) -> Fitted:
    """Give the fit that knows nothing of a fold."""
    name = fold_name(fold)
    return condition(learnt, constants_of(catalogue, name), spreads_of(catalogue, name))


def _corrected(row: Row, known: Mapping[str, Row]) -> Row:
    """Give the bundled row where it has a correction: the table then holds the row as it was published."""
    own = known.get(row.id)
    return own if own is not None and own.correction and not row.correction else row


def _searched(row: Row, catalogue: Catalogue) -> Row:
    """Give a row whose strategy is not published the fastest that fits."""
    own = row.measurement
    if own is None:
        return row
    constants = constants_of(catalogue, fold_name(own.fold))
    try:
        found = search_strategies(
            own.model, own.machine, own.job, own.accelerators, constants=constants, thorough=False
        )
    except GigaloopError as error:
        return replace(row, measurement=None, why_not=f"no strategy is published, and none is found: {error.why}")
    best = found.best
    return replace(row, measurement=replace(own, strategy=strategy_of_point(best), assumed=(_strategy_said(best),)))


def strategy_of_point(point: StrategyPoint) -> Strategies:
    """Give a strategy that a search found."""
    return Strategies(
        tp=point.tp,
        cp=point.cp,
        pp=point.pp,
        vp=point.vp,
        dp=point.dp,
        ep=point.ep,
        micro_batch=point.micro_batch,
        recompute=RECOMPUTE.index(point.recompute),
        zero=point.zero,
        schedule=SCHEDULES.index(point.schedule),
        sequence_parallel=point.sequence_parallel,
    )


def _strategy_said(point: StrategyPoint) -> str:
    layout = f"tp {point.tp}, cp {point.cp}, pp {point.pp}, vp {point.vp}, dp {point.dp}, ep {point.ep}"
    return f"no strategy is published; searched: {layout}, micro-batches of {point.micro_batch}"


def _checked(row: Row, results: Mapping[str, Result], searched: Mapping[str, Row]) -> Checked:
    quantity = f"step of {row.model}, {row.gpu}"
    own = results.get(row.id) if row.measurement is not None else None
    if own is None or row.step is None:
        return Checked(row.id, quantity, "s", row.step, None, None, False, row.why_not)
    reach = float(np.exp(EIGHT_IN_TEN * own.spread))
    low, high = own.step / reach, own.step * reach
    said = [
        f"80 % {low:.4g}..{high:.4g} s",
        f"equations {own.equations:.4g} s",
        f"software stack {own.row.stack.said} x{own.step / own.equations:.3f}",
        f"fold {own.row.fold}",
        *(f"taken: {each}" if row.id not in searched else each for each in own.row.assumed),
        *([f"corrected: {row.correction}"] if row.correction else []),
    ]
    error = own.step / own.row.step - 1.0
    within = low <= own.row.step <= high
    return Checked(row.id, quantity, "s", own.row.step, own.step, error, within, "; ".join(said))
