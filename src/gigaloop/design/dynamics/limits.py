"""How fast and how far a trace of power moves, in time and in frequency, and the grid's limits held against it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.records.dynamics import BandSwing, RampStatistic

WINDOWS = (1.0, 15.0, 60.0, 600.0)
"""Lengths of window [s] that ramps are given for: a second, and those in which the changes of Frontier's released trace
(15 s steps, https://github.com/HewlettPackard/sustain-lc) have been measured."""

_PADDING = 4
"""Zeros that lengthen a segment to this many times its length: a line between two bins then loses less than 2 %."""


def sliding_max(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Give the largest value in each window of consecutive values.

    Maxima over powers of two are doubled up; two of them that overlap cover any length. That is log2(length) passes.

    Parameters
    ----------
    values
        Shape (n,).
    length
        Of the window, at most n.

    Returns
    -------
    NDArray
        Shape (n - length + 1,).

    Examples
    --------
    >>> sliding_max(np.array([1.0, 3.0, 2.0, 0.0, 5.0]), 3).tolist()
    [3.0, 3.0, 5.0]
    """
    reach, top = 1, values
    while 2 * reach <= length:
        top = np.maximum(top[:-reach], top[reach:])
        reach *= 2
    left = length - reach
    return np.maximum(top[: top.size - left], top[left:]) if left else top


def sliding_range(values: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Give the difference between the largest and the least value in each window of consecutive values."""
    return sliding_max(values, length) + sliding_max(-values, length)


def ramp_statistics(power: ArrayLike, step: float, windows: Iterable[float] = WINDOWS) -> tuple[RampStatistic, ...]:
    """Give the largest changes of a trace over each length of window that it is long enough for.

    Parameters
    ----------
    power
        At even steps, shape (n,) [W].
    step
        [s]
    windows
        Lengths [s]; rounded to whole steps, at least one.

    Raises
    ------
    GigaloopError
        If the step is not above 0 or the trace has fewer than two values.

    Examples
    --------
    >>> fast, slow = ramp_statistics([0.0, 5.0, 5.0, 1.0, 9.0], 1.0, windows=[1.0, 3.0])
    >>> fast.rise, fast.fall, fast.range, slow.rise, slow.fall, slow.range
    (8.0, 4.0, 8.0, 4.0, 0.0, 8.0)
    """
    values = _trace(power, step)
    found = []
    for window in windows:
        lag = max(1, round(window / step))
        if lag >= values.size:
            continue
        change = values[lag:] - values[:-lag]
        spread = sliding_range(values, lag + 1)
        rise, fall = max(0.0, float(change.max())), max(0.0, float(-change.min()))
        found.append(RampStatistic(lag * step, rise, fall, float(spread.max())))
    return tuple(found)


def band_swing(power: ArrayLike, step: float, low: float, high: float) -> BandSwing:
    """Give what a trace swings by in a band of frequencies: its largest line, and the root mean square of all.

    Segments of ten periods of ``low`` (the whole trace where it is shorter), overlapping by half, are taken through
    a Hann window; the line is the largest of any segment, with its amplitude corrected for the window. A sinusoid
    of amplitude A gives A. The trace must hold two periods of ``low``; what is above half its rate is not seen.

    Parameters
    ----------
    power
        At even steps, shape (n,) [W].
    step
        [s]
    low, high
        Ends of the band [Hz].

    Raises
    ------
    GigaloopError
        If the band is empty, or the trace is too short or too coarse for it.

    Examples
    --------
    >>> seconds = np.arange(0.0, 60.0, 0.02)
    >>> swing = band_swing(5e6 + 1e6 * np.sin(2 * np.pi * 0.7 * seconds), 0.02, 0.1, 20.0)
    >>> round(swing.amplitude / 1e6, 2), round(swing.frequency, 1), round(swing.rms / 1e6, 2)
    (1.0, 0.7, 0.71)
    """
    values = _trace(power, step)
    if not 0.0 < low < high:
        raise GigaloopError(f"there is no band from {low:g} to {high:g} Hz", hint="low must be above 0 and below high")
    if 0.5 / step <= low:
        raise GigaloopError(
            f"steps of {step:g} s show nothing above {0.5 / step:g} Hz, and the band begins at {low:g} Hz",
            hint=f"give the trace at steps of {0.5 / high:g} s or less",
        )
    if values.size * step < 2.0 / low * (1.0 - 1e-9):
        raise GigaloopError(
            f"a trace of {values.size * step:g} s is too short for {low:g} Hz", hint=f"at least {2.0 / low:g} s"
        )
    length = min(values.size, round(10.0 / low / step))
    window = np.hanning(length + 1)[:-1]
    size = 1 << math.ceil(math.log2(_PADDING * length))
    frequency = np.fft.rfftfreq(size, step)
    inside = (frequency >= low) & (frequency <= high)
    largest, at, power_sum, count = 0.0, low, 0.0, 0
    for begin in range(0, values.size - length + 1, max(1, length // 2)):
        piece = values[begin : begin + length]
        spectrum = np.abs(np.fft.rfft((piece - piece.mean()) * window, size)[inside])
        power_sum += float(2.0 * (spectrum**2).sum() / (size * (window**2).sum()))
        count += 1
        peak = int(spectrum.argmax())
        if spectrum[peak] * 2.0 / window.sum() > largest:
            largest, at = float(spectrum[peak] * 2.0 / window.sum()), float(frequency[inside][peak])
    return BandSwing(low, high, largest, at, math.sqrt(power_sum / count))


def swing_lines(
    swing: float, period: float, duty: float, jitter: float, low: float, high: float, seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the lines of a periodic swing of two levels within a band, as seen over a time of observation.

    Harmonic k of a square swing has the amplitude ``swing 2 / (pi k) |sin(pi k duty)|``. Periods that vary
    independently by ``jitter`` let its phase walk with ``D = (2 pi k jitter)^2 / (2 period)``: over a time T the line
    keeps ``sqrt(2 (x - 1 + exp(-x))) / x`` of its amplitude in the root mean square, with ``x = D T``.

    Parameters
    ----------
    swing
        Between the levels [W].
    period
        [s]
    duty
        Share of the period at the upper level.
    jitter
        Standard deviation of the period over the period.
    low, high
        Ends of the band [Hz].
    seconds
        Time of observation [s].

    Returns
    -------
    tuple
        Frequencies [Hz] and amplitudes [W], each shape (k,).

    Examples
    --------
    >>> frequency, amplitude = swing_lines(100.0, 2.0, 0.5, 0.0, 0.1, 2.0, 60.0)
    >>> frequency.tolist(), amplitude.round(1).tolist()
    ([0.5, 1.0, 1.5, 2.0], [63.7, 0.0, 21.2, 0.0])
    """
    first, last = math.ceil(low * period - 1e-9), math.floor(high * period + 1e-9)
    order = np.arange(max(1, first), max(0, last) + 1, dtype=np.float64)
    amplitude = np.abs(swing * 2.0 / (np.pi * order) * np.sin(np.pi * order * duty))
    x = (2.0 * np.pi * order * jitter) ** 2 / (2.0 * period) * seconds
    safe = np.maximum(x, 1e-6)
    kept = np.where(x > 1e-6, np.sqrt(2.0 * (safe + np.expm1(-safe))) / safe, 1.0)
    return order / period, amplitude * kept


def _trace(power: ArrayLike, step: float) -> NDArray[np.float64]:
    values = np.asarray(power, dtype=np.float64)
    if values.ndim != 1 or values.size < 2:
        raise GigaloopError("a trace of power has two values or more, one after the other")
    if not step > 0.0:
        raise GigaloopError(f"a step of {step:g} s is not above 0")
    if not np.isfinite(values).all():
        raise GigaloopError("a trace of power holds a value that is no number")
    return values
