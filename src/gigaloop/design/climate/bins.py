"""Hours of weather put together: joint bins of 2 K of dry bulb by 2 K of wet bulb, month by month."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.units import FREEZING
from gigaloop.design.climate.weather import Weather

WIDTH = 2.0
"""Of a bin, in dry bulb and in wet bulb [K]."""

_OFFSET = 1000
_SPAN = 10_000


def bin_weather(weather: Weather) -> Weather:
    """Put hours with one month, dry bulb and wet bulb (both within 2 K, counted from 0 degC) into one state each.

    A state has the means of its hours, weighted by how long they last, so that hours, mean dry bulb, mean wet bulb and
    mean pressure of every month stay what they are. A plant that is a steady function of the state of the weather is
    then evaluated some twelve times faster, and differs by the curvature of the function within a bin.

    Parameters
    ----------
    weather
        Hours (or finer bins).

    Returns
    -------
    Bins, in order of month, dry bulb and wet bulb.
    """
    dry = np.floor((weather.dry_bulb - FREEZING) / WIDTH).astype(np.int64) + _OFFSET
    wet = np.floor((weather.wet_bulb - FREEZING) / WIDTH).astype(np.int64) + _OFFSET
    _, member = np.unique((weather.month * _SPAN + dry) * _SPAN + wet, return_inverse=True)
    hours = np.asarray(np.bincount(member, weights=weather.hours), dtype=np.float64)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(member, weights=values * weather.hours) / hours, dtype=np.float64)

    return replace(
        weather,
        dry_bulb=mean(weather.dry_bulb),
        wet_bulb=mean(weather.wet_bulb),
        pressure=mean(weather.pressure),
        hours=hours,
        month=np.rint(mean(weather.month.astype(np.float64))).astype(np.int64),
        grain="bins",
    )
