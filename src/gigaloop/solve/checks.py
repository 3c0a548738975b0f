"""Checks of the arrays that a model is given: shapes, numbers and indices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError
from gigaloop.solve.outcome import FloatArray, IntArray

LARGEST_COEFFICIENT = 1e15
"""HiGHS refuses larger coefficients: its option ``large_matrix_value``."""
INFINITE = 1e20
"""HiGHS takes larger costs and bounds as infinite: its options ``infinite_cost`` and ``infinite_bound``."""


def shaped(what: str, values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Give values as floats broadcast to a shape.

    Raises
    ------
    UsageError
        For values that are no numbers or do not broadcast.
    """
    try:
        given = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{what} holds something that is no number: {error}") from error
    try:
        return np.broadcast_to(given, shape)
    except ValueError as error:
        raise UsageError(
            f"{what} has shape {given.shape}, which does not fit {shape}",
            hint="give one number, or an array of the block's shape",
        ) from error


def finite(what: str, values: FloatArray, below: float = INFINITE) -> FloatArray:
    """Give values back if all are finite and smaller in size than a limit.

    Raises
    ------
    UsageError
        Naming the first value that is not.
    """
    bad = ~(np.abs(values) < below)
    if bad.any():
        where = np.unravel_index(int(np.argmax(bad)), values.shape)
        raise UsageError(f"{what} is {values[where]} at {_at(where)}", hint=f"give numbers below {below:g}")
    return values


def bounds(
    what: str, lower: ArrayLike | None, upper: ArrayLike | None, shape: tuple[int, ...]
) -> tuple[FloatArray | None, FloatArray | None]:
    """Give lower and upper bounds broadcast to a shape, checked; a side of None stays None.

    A lower bound above its upper bound is let through: it makes the model infeasible, which is explained.

    Raises
    ------
    UsageError
        For wrong shapes, NaN, a lower bound of plus infinity or an upper bound of minus infinity.
    """
    low = None if lower is None else shaped(f"lower bound of {what}", lower, shape)
    high = None if upper is None else shaped(f"upper bound of {what}", upper, shape)
    for side, values, forbidden in (("lower", low, np.inf), ("upper", high, -np.inf)):
        if values is None:
            continue
        bad = np.isnan(values) | (values == forbidden)
        if bad.any():
            where = np.unravel_index(int(np.argmax(bad)), values.shape)
            raise UsageError(
                f"{side} bound of {what} is {values[where]} at {_at(where)}",
                hint=f"write {-forbidden} where there is no {side} bound",
            )
    return low, high


def _at(where: tuple[np.intp, ...]) -> str:
    return f"position {tuple(int(i) for i in where)}" if where else "its only position"


def inside(what: str, index: IntArray, size: int) -> IntArray:
    """Give an index array back if every index is from 0 to below a size.

    Raises
    ------
    UsageError
        For an index out of range.
    """
    if index.size:
        low, high = int(index.min()), int(index.max())
        if low < 0 or high >= size:
            raise UsageError(f"{what} has no index {low if low < 0 else high}: there are {size}")
    return index


def triplets(
    what: str, row: NDArray[np.integer], column: NDArray[np.integer], coefficients: ArrayLike
) -> tuple[IntArray, IntArray, FloatArray]:
    """Broadcast rows, columns and coefficients against each other and flatten them, checked.

    Raises
    ------
    UsageError
        For shapes that do not broadcast, and for coefficients that are NaN or too large.
    """
    try:
        value = np.asarray(coefficients, dtype=np.float64)
        r, c, v = np.broadcast_arrays(row, column, value)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"rows {row.shape}, columns {column.shape} and coefficients {np.shape(coefficients)} of {what} "
            "do not broadcast",
            hint="index the blocks so that their axes line up, as in x[:, None]",
        ) from error
    finite(f"a coefficient of {what}", v, LARGEST_COEFFICIENT)
    return r.ravel().astype(np.intp), c.ravel().astype(np.intp), v.ravel()
