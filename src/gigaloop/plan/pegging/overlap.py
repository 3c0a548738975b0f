"""First-in-first-out as the overlap of two cumulative curves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray, IntArray

_ROUNDING_OF_TOTAL = 1e-7
_ROUNDING_OF_PIECE = 1e-6
"""Differences of two curves below these shares of their total and of their largest lot are rounding of the solver."""


class Overlap(NamedTuple):
    """What lot of the inflow goes to what lot of the outflow, and between which shares of each (pieces,).

    ``source`` is -1 where the outflow is ahead of the inflow, ``target`` -1 where the inflow is left at the end.
    """

    source: IntArray
    target: IntArray
    source_from: FloatArray
    source_to: FloatArray
    target_from: FloatArray
    target_to: FloatArray


def overlap(inflow: FloatArray, outflow: FloatArray) -> Overlap:
    """Match lots in the order in which they come with lots in the order in which they go.

    Parameters
    ----------
    inflow, outflow
        Quantities of the lots in their order (lots,), none of them zero.

    Notes
    -----
    The breakpoints of both cumulative curves are merged; between two of them one lot feeds another. There are at most
    as many pieces as there are lots in all. Breakpoints that differ by rounding only are one.

    Examples
    --------
    >>> found = overlap(np.array([60.0, 40.0]), np.array([30.0, 50.0]))
    >>> found.source.tolist(), found.target.tolist()
    ([0, 0, 1, 1], [0, 1, 1, -1])
    >>> found.target_from.tolist(), found.target_to.tolist()
    ([0.0, 0.0, 0.6, 0.0], [1.0, 0.6, 1.0, 0.0])
    """
    came, went = np.cumsum(inflow), np.cumsum(outflow)
    total = max(float(came[-1]) if len(came) else 0.0, float(went[-1]) if len(went) else 0.0)
    largest = max(float(inflow.max(initial=0.0)), float(outflow.max(initial=0.0)))
    went = _snapped(went, came, _ROUNDING_OF_TOTAL * total + _ROUNDING_OF_PIECE * largest)
    points = np.unique(np.concatenate([[0.0], came, went]))
    begin, end = points[:-1], points[1:]
    middle = (begin + end) / 2.0
    source, source_from, source_to = _shares(came, begin, end, middle)
    target, target_from, target_to = _shares(went, begin, end, middle)
    return Overlap(source, target, source_from, source_to, target_from, target_to)


def _snapped(values: FloatArray, to: FloatArray, tolerance: float) -> FloatArray:
    """Set values to the nearest of others where they differ by no more than a tolerance."""
    if not len(to) or not len(values):
        return values
    above = np.minimum(np.searchsorted(to, values), len(to) - 1)
    below = np.maximum(above - 1, 0)
    nearest = np.where(np.abs(to[above] - values) <= np.abs(to[below] - values), to[above], to[below])
    return np.where(np.abs(nearest - values) <= tolerance, nearest, values)


def _shares(
    curve: FloatArray, begin: FloatArray, end: FloatArray, middle: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Give the lot of a curve that every piece lies in, -1 beyond it, and from and to which share of the lot."""
    lot = np.searchsorted(curve, middle, side="right")
    beyond = lot == len(curve)
    if not len(curve):
        return np.full(len(middle), -1), np.zeros(len(middle)), np.zeros(len(middle))
    at = np.minimum(lot, len(curve) - 1)
    start = np.where(at > 0, curve[at - 1], 0.0)
    size = np.maximum(curve[at] - start, np.finfo(np.float64).tiny)
    low = np.where(beyond, 0.0, (begin - start) / size)
    high = np.where(beyond, 0.0, (end - start) / size)
    return np.where(beyond, -1, at), low, high
