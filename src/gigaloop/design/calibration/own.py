"""What measurements of one's own say of a software stack: before and after, and as entries of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue import Catalogue
from gigaloop.design.calibration.fit import EIGHT_IN_TEN, Fitted, condition
from gigaloop.design.calibration.measurements import Measurement
from gigaloop.design.calibration.stored import constants_of, spreads_of
from gigaloop.design.calibration.writing import stack_terms
from gigaloop.design.performance import Constants

FloatArray = NDArray[np.float64]

OWN = "own"
"""Family under which a catalogue has measurements of one's own."""


@dataclass(frozen=True)
class OwnCalibration:
    """What measurements of one's own change, columns (n,) by row."""

    rows: tuple[Measurement, ...]
    before: FloatArray
    """Predicted without any of them [s]."""
    before_spread: FloatArray
    """Standard deviation of the log."""
    others: FloatArray
    """Predicted from the others of them, those of the same configuration left out too [s]."""
    others_spread: FloatArray
    factor_before: FloatArray
    """What the software multiplies the step by, before and after."""
    factor_after: FloatArray
    moved: tuple[tuple[str, float, float], ...]
    """Constants that would move by more than a tenth of their own spread, by name: before and after."""
    fitted: Fitted

    def entries(self, source: str) -> list[str]:
        """Write the stack's terms as entries of the catalogue."""
        return stack_terms(self.rows, self.fitted, source, family=OWN)


def calibrate_own(rows: Sequence[Measurement], known: Sequence[Measurement], catalogue: Catalogue) -> OwnCalibration:
    """Learn from measurements of one's own, on top of those that are known.

    Parameters
    ----------
    rows
        Of one's own, with a strategy each.
    known
        Measurements that the constants were fitted on.
    catalogue
        With the constants.
    """
    constants, spreads = constants_of(catalogue), spreads_of(catalogue)
    known = [row for row in known if row.id not in {own.id for own in rows}]
    earlier = condition(known, constants, spreads)
    later = condition([*known, *rows], constants, spreads)
    before = earlier.predict(rows)
    mean, covariance = earlier.joint(rows)
    measured = np.log([row.step for row in rows]) - np.log(before.equations)
    others, spread = _from_others(rows, mean, covariance + np.eye(len(rows)) * spreads.noise**2, measured)
    after, _ = later.joint(rows)
    return OwnCalibration(
        rows=tuple(rows),
        before=before.step,
        before_spread=before.spread,
        others=before.equations * np.exp(others),
        others_spread=spreads.band * spread,
        factor_before=np.exp(mean),
        factor_after=np.exp(after),
        moved=_moved(constants, earlier, later),
        fitted=later,
    )


def _from_others(
    rows: Sequence[Measurement], mean: FloatArray, covariance: FloatArray, measured: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give what each row is expected at given the others, and its standard deviation."""
    found, spread = mean.copy(), np.sqrt(np.diag(covariance))
    of = np.array([row.configuration for row in rows])
    for number in range(len(rows)):
        rest = np.flatnonzero(of != of[number])
        if rest.size:
            shared = covariance[number, rest]
            solved = np.linalg.solve(covariance[np.ix_(rest, rest)], np.stack([measured[rest] - mean[rest], shared], 1))
            found[number] += float(shared @ solved[:, 0])
            spread[number] = float(np.sqrt(covariance[number, number] - shared @ solved[:, 1]))
    return found, spread


def _moved(constants: Constants, earlier: Fitted, later: Fitted) -> tuple[tuple[str, float, float], ...]:
    """Give constants that one step of Gauss and Newton would move by a tenth of their spread or more."""
    pull = later.slopes.T @ later.precision @ later.residuals - earlier.slopes.T @ earlier.precision @ earlier.residuals
    step = later.posterior @ pull
    spread = np.sqrt(np.diag(earlier.posterior))
    values = constants.flat()
    order = np.argsort(-np.abs(step / spread))
    return tuple(
        (later.names[i], values[later.names[i]], values[later.names[i]] * float(np.exp(step[i])))
        for i in order
        if abs(step[i]) > 0.1 * spread[i]
    )


def band(step: float, spread: float) -> tuple[float, float]:
    """Give the ends that hold eight of ten [s]."""
    reach = float(np.exp(EIGHT_IN_TEN * spread))
    return step / reach, step * reach
