"""Rows of Python values as NumPy columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

Columns = Mapping[str, np.ndarray[Any, Any]]


def table(names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Columns:
    """Give rows as columns; a column holds truth values, whole numbers, numbers (NaN where unknown), days or words."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: _array(values) for name, values in zip(names, columns, strict=True)}


def _array(values: tuple[object, ...]) -> np.ndarray[Any, Any]:
    if not values:
        return np.array([], dtype="U1")
    if all(isinstance(value, bool) for value in values):
        return np.array(values, dtype=np.bool_)
    if all(isinstance(value, int) for value in values):
        return np.array(values, dtype=np.int64)
    if all(value is None or isinstance(value, int | float) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if all(value is None or type(value) is dt.date for value in values):
        return np.array(values, dtype="datetime64[D]")
    return np.array([str(value) for value in values])
