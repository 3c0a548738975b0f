"""Which rows are left out of which fit: folds, families of software, and machines newer than a generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.calibration.measurements import FOLDS, Measurement

NEWER = "newer than gb200"
"""The fit that knows nothing newer than GB200."""

_NEWER = ("b300", "gb300", "vr200", "rubin-ultra", "mi355x", "mi350x", "mi455x", "tpu-v7")
"""Accelerators introduced after GB200. Source: the years of the catalogue's entries."""


def newer_than_gb200(accelerator: str) -> bool:
    """Say whether an accelerator was introduced after GB200.

    >>> newer_than_gb200("gb300"), newer_than_gb200("h200")
    (True, False)
    """
    return accelerator in _NEWER


def fold_name(fold: int) -> str:
    """Name the fit without a fold."""
    return f"fold {fold}"


def left_out(rows: Sequence[Measurement]) -> Mapping[str, NDArray[np.bool_]]:
    """Give the rows that each fit leaves out, by its name: folds, families, and newer machines."""
    folds = np.array([row.fold for row in rows])
    families = np.array([row.stack.family for row in rows])
    newer = np.array([newer_than_gb200(row.accelerator) for row in rows])
    found = {fold_name(fold): folds == fold for fold in range(FOLDS)}
    found |= {str(family): families == family for family in np.unique(families)}
    return {**found, NEWER: newer}
