"""Weather as the engines take it: hours, or bins of hours, of dry bulb, wet bulb and pressure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.climate.psychrometrics import humidity_ratio_of_wet_bulb, wet_bulb
from gigaloop.design.records import WeatherNote


@dataclass(frozen=True, eq=False)
class Weather:
    """A typical or real year at a place, by the hour or in bins: arrays of one shape (n,).

    Parameters
    ----------
    dry_bulb, wet_bulb
        Mean of the hour or the bin [K].
    pressure
        Of the air [Pa].
    hours
        How long each state lasts in the year [h]; 1 for hours.
    month
        1 to 12.
    station
        WMO number, or the name of a user's file.
    name
        Of the station.
    period
        Years that the data come from, such as ``typical months of 1976-2005``.
    source
        Where the data come from.
    grain
        ``hours``, or ``bins`` of 2 K by 2 K and month.
    warming
        Added to the dry bulb of the source [K].
    latitude, longitude, elevation
        Of the station [deg, deg, m]; not a number where not known.
    dry_bulb_max, wet_bulb_max
        Of the hours that it was made of [K]; the highest state where not given.
    """

    dry_bulb: NDArray[np.float64]
    wet_bulb: NDArray[np.float64]
    pressure: NDArray[np.float64]
    hours: NDArray[np.float64]
    month: NDArray[np.int64]
    station: str
    name: str
    period: str
    source: str
    grain: Literal["hours", "bins"]
    warming: float = 0.0
    latitude: float = math.nan
    longitude: float = math.nan
    elevation: float = math.nan
    dry_bulb_max: float = math.nan
    wet_bulb_max: float = math.nan

    def __post_init__(self) -> None:
        """Fill in the extremes."""
        for name, states in (("dry_bulb_max", self.dry_bulb), ("wet_bulb_max", self.wet_bulb)):
            if math.isnan(getattr(self, name)) and len(states):
                object.__setattr__(self, name, float(np.max(states)))

    def __len__(self) -> int:
        return len(self.hours)

    def mean(self, values: NDArray[np.float64]) -> float:
        """Give the mean over the year of what holds in each state, the states weighted by their hours."""
        return float(values @ self.hours / self.hours.sum())


def warmed(weather: Weather, kelvin: float) -> Weather:
    """Give the weather of a warmer (or colder) climate: every dry bulb shifted, at the same humidity ratio.

    Parameters
    ----------
    weather
        Hours or bins.
    kelvin
        Added to the dry bulb [K]; the wet bulb follows from the psychrometric equations, and rises by less.
    """
    if kelvin == 0.0:
        return weather
    ratio = humidity_ratio_of_wet_bulb(weather.dry_bulb, weather.wet_bulb, weather.pressure)
    dry = weather.dry_bulb + kelvin
    wet = wet_bulb(dry, ratio, weather.pressure)
    return replace(
        weather,
        dry_bulb=dry,
        wet_bulb=wet,
        warming=weather.warming + kelvin,
        dry_bulb_max=weather.dry_bulb_max + kelvin,
        wet_bulb_max=weather.wet_bulb_max + float(wet.max() - weather.wet_bulb.max()),
    )


def design_states(weather: Weather) -> Weather:
    """Give the two states of the year that heat rejection is sized for: the hottest and the most humid.

    The first has the highest dry bulb with the wet bulb that goes with it, the second the highest wet bulb with its
    dry bulb. Bins are shifted from their mean to the extreme of the hours that they were made of, at one wet-bulb
    depression or dry bulb above it. Each lasts one hour.

    Parameters
    ----------
    weather
        Hours or bins.
    """
    hot, humid = int(np.argmax(weather.dry_bulb)), int(np.argmax(weather.wet_bulb))
    chosen = np.array([hot, humid])
    wet = np.array([min(weather.wet_bulb[hot], weather.wet_bulb_max), weather.wet_bulb_max])
    depression = weather.dry_bulb[humid] - weather.wet_bulb[humid]
    dry = np.array([weather.dry_bulb_max, min(weather.wet_bulb_max + depression, weather.dry_bulb_max)])
    return replace(
        weather,
        dry_bulb=dry,
        wet_bulb=wet,
        pressure=weather.pressure[chosen],
        hours=np.ones(2),
        month=weather.month[chosen],
    )


def weather_note(weather: Weather, *, bins_difference: float | None = None) -> WeatherNote:
    """Say which weather figures stand on.

    Parameters
    ----------
    weather
        The weather.
    bins_difference
        PUE by bins less PUE by hours, where both are known.
    """
    return WeatherNote(
        station=weather.station,
        name=weather.name,
        period=weather.period,
        source=weather.source,
        grain=weather.grain,
        warming=weather.warming,
        dry_bulb_max=weather.dry_bulb_max,
        wet_bulb_max=weather.wet_bulb_max,
        bins_difference=bins_difference,
    )
