"""Cumulative curves by week: what can have left a stage, and how late it may leave to arrive in time."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray


def soonest(capacity: FloatArray, there: FloatArray) -> FloatArray:
    """Give the most that a stage can have passed on by every week (weeks,).

    Parameters
    ----------
    capacity
        Its capacity to date (weeks,).
    there
        What has arrived to date (weeks,), never falling; what arrives can leave in the same week.

    Examples
    --------
    Two a week, five there from the second week:

    >>> soonest(np.array([2.0, 4.0, 6.0, 8.0]), np.array([0.0, 5.0, 5.0, 5.0])).tolist()
    [0.0, 2.0, 4.0, 5.0]
    """
    behind = np.minimum.accumulate(there - capacity)
    return np.asarray(capacity + np.minimum(behind, 0.0))


def latest(capacity: FloatArray, needed: FloatArray) -> FloatArray:
    """Give the latest that a stage can pass on (weeks,) what is needed to date (weeks,) behind it.

    >>> latest(np.array([2.0, 4.0, 6.0, 8.0]), np.array([0.0, 0.0, 0.0, 5.0])).tolist()
    [0.0, 1.0, 3.0, 5.0]
    """
    ahead = np.maximum.accumulate((needed - capacity)[::-1])[::-1]
    return np.maximum(capacity + ahead, 0.0)


def steps(curve: FloatArray) -> FloatArray:
    """Give what a cumulative curve (weeks,) gains in each week.

    >>> steps(np.array([1.0, 1.0, 4.0])).tolist()
    [1.0, 0.0, 3.0]
    """
    gained = curve.copy()
    gained[1:] -= curve[:-1]
    return gained


def room(left: FloatArray) -> FloatArray:
    """Give what may be added to date to a sum that stays, where so much is left of its limit (..., weeks).

    >>> room(np.array([3.0, 1.0, 2.0])).tolist()
    [1.0, 1.0, 2.0]
    """
    return np.maximum(np.minimum.accumulate(left[..., ::-1], axis=-1)[..., ::-1], 0.0)


def advanced(curve: FloatArray, weeks: int) -> FloatArray:
    """Give a cumulative curve (weeks,) some weeks earlier; at the end it stays where it is.

    >>> advanced(np.array([1.0, 2.0, 4.0]), 1).tolist()
    [2.0, 4.0, 4.0]
    """
    if weeks == 0:
        return curve
    return np.concatenate([curve[weeks:], np.full(min(weeks, len(curve)), curve[-1])])


def delayed(curve: FloatArray, weeks: int) -> FloatArray:
    """Give a cumulative curve (weeks,) some weeks later.

    >>> delayed(np.array([1.0, 2.0, 4.0]), 1).tolist()
    [0.0, 1.0, 2.0]
    """
    if weeks == 0:
        return curve
    return np.concatenate([np.zeros(min(weeks, len(curve))), curve[: max(len(curve) - weeks, 0)]])
