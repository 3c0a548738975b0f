"""Cutting a run over sizes into regimes: latency plus message over bandwidth in each, by least squares.

A run over sizes is cut into regimes where the library changes its protocol or algorithm. Within each, time is a latency
plus message over bandwidth, with the least squares of relative errors. The cuts are those with the least sum of squares
plus a penalty for each further regime (Schwarz, doi:10.1214/aos/1176344136), found by dynamic programming.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.design.collectives.priors import FloatArray

NOISE = 0.02
"""Standard deviation of the logarithm of a measured time from run to run. Source: an estimate."""

_LEAST = 3
"""Measurements of a regime that its two constants are fitted on."""


@dataclass(frozen=True)
class FittedRegime:
    """Latency plus message over bandwidth, between two sizes.

    Parameters
    ----------
    low, high
        Smallest and largest message that it was fitted on [B].
    latency
        [s]
    bandwidth
        Message over time beyond the latency [B/s]; infinite where latency is all.
    """

    low: float
    high: float
    latency: float
    bandwidth: float
    measurements: int

    def time(self, size: FloatArray) -> FloatArray:
        """Give the time of messages [B], (...) [s]."""
        return np.asarray(self.latency + size / self.bandwidth)


def cut(size: FloatArray, time: FloatArray) -> tuple[FittedRegime, ...]:
    """Cut a run over rising sizes (m,) [B] with times [s] into regimes; none where there are too few.

    >>> size = 2.0 ** np.arange(10, 30)
    >>> [(round(r.latency * 1e6), round(r.bandwidth / 1e9)) for r in cut(size, 20e-6 + size / 100e9)]
    [(20, 100)]
    """
    m = len(size)
    if m < _LEAST:
        return ()
    latency, slope, cost = _lines(size, time)
    penalty = NOISE**2 * 3.0 * np.log(m)
    best, start = np.full(m + 1, np.inf), np.zeros(m + 1, dtype=int)
    best[0] = 0.0
    for end in range(_LEAST, m + 1):
        firsts = np.arange(0, end - _LEAST + 1)
        total = best[firsts] + cost[firsts, end - 1] + penalty
        start[end] = firsts[total.argmin()]
        best[end] = total.min()
    out: list[FittedRegime] = []
    end = m
    while end > 0:
        i, j = int(start[end]), end - 1
        rate = 1.0 / slope[i, j] if slope[i, j] > 0.0 else np.inf
        out.append(FittedRegime(float(size[i]), float(size[j]), float(latency[i, j]), float(rate), end - i))
        end = i
    return tuple(reversed(out))


def _lines(size: FloatArray, time: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fit a line of least relative squares to every stretch i..j: latency, slope and sum of squares, (m, m) each.

    With x = S / T and w = 1 / T the errors are latency w + slope x - 1; neither constant is negative.
    """
    w, x = 1.0 / time, size / time
    ww, wx, xx, sw, sx = (_stretches(each) for each in (w * w, w * x, x * x, w, x))
    count = _stretches(np.ones_like(w))
    determinant = ww * xx - wx * wx
    with np.errstate(divide="ignore", invalid="ignore"):
        latency = (sw * xx - sx * wx) / determinant
        slope = (sx * ww - sw * wx) / determinant
        alone, steep = sw / ww, sx / xx
    usable = (determinant > 1e-9 * ww * xx) & np.isfinite(latency) & np.isfinite(slope)
    flat = count - sw * alone <= count - sx * steep
    inside = usable & (latency >= 0.0) & (slope >= 0.0)
    latency = np.where(inside, latency, np.where(flat, alone, 0.0))
    slope = np.where(inside, slope, np.where(flat, 0.0, steep))
    square = latency**2 * ww + slope**2 * xx + 2.0 * latency * slope * wx - 2.0 * (latency * sw + slope * sx) + count
    return latency, slope, np.maximum(square, 0.0)


def _stretches(values: FloatArray) -> FloatArray:
    """Give the sum of values i..j, (m, m)."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(total[None, 1:] - total[:-1, None])
