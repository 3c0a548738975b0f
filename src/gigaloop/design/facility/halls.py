"""A year of facilities of an architecture in a climate, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import FacilityArchitecture
from gigaloop.design.climate import Weather, bin_weather, humidity_ratio_of_wet_bulb, saturated_humidity_ratio
from gigaloop.design.climate.psychrometrics import CP_AIR
from gigaloop.design.facility.architecture import architecture_plants
from gigaloop.design.facility.plant import simulate
from gigaloop.design.facility.site_plant import design_wet_bulb
from gigaloop.design.facility.uncertainty import SAMPLES, SEED, Floats, Sample, ranges, sample
from gigaloop.design.facility.year import design_peak, monthly, take_plants, year_table

_QUARTER = 3
_WATER_DENSITY = 1000.0


@dataclass(frozen=True, eq=False)
class HallYear:
    """A year of facilities of an architecture, the central first (d,)."""

    drawn: Sample
    pue: Floats
    wue: Floats
    """[m3/J]"""
    peak: Floats
    """PUE at the design day."""
    quarters: Floats
    """PUE of the central case by quarter (4,)."""


def hall_year(
    architecture: FacilityArchitecture,
    catalogue: Catalogue,
    weather: Weather,
    *,
    samples: int = SAMPLES,
    seed: int = SEED,
    salt: int = 0,
) -> HallYear:
    """Give the year of an architecture in a climate, with samples from the ranges of its components.

    Parameters
    ----------
    architecture, catalogue
        How it is built.
    weather
        Hours or bins; samples run on joint bins of the whole year.
    samples, seed, salt
        As of :func:`~gigaloop.design.facility.uncertainty.sample`.
    """
    drawn = sample(ranges(architecture), samples, seed, salt)
    plants = architecture_plants(architecture, drawn, catalogue, design_wet_bulb(weather))
    load = drawn.values["utilisation"]
    joint = whole_year(weather)
    table = year_table(plants, joint, load)
    months = monthly(simulate(take_plants(plants, slice(0, 1)), weather, load[:1]))
    days = np.bincount(weather.month - 1, weights=weather.hours, minlength=12)
    parts = (months.pue[0] * days).reshape(-1, _QUARTER).sum(axis=1) / days.reshape(-1, _QUARTER).sum(axis=1)
    return HallYear(
        drawn, table.pue, table.wue + humidification(drawn, joint), design_peak(plants, weather, load)[0], parts
    )


def humidification(drawn: Sample, weather: Weather) -> Floats:
    """Give the water that humidifies outside air in dry weather, over the energy of the IT [m3/J] (d,).

    In weather colder than the coolest air to the IT, return air is mixed in, and only the share of outside air is
    humidified, up to the least dew point; heat of fans and of evaporation is left out of the mixing. In weather warmer
    than the warmest air to the IT the pads bring more than this, and the plant counts them.

    Parameters
    ----------
    drawn
        Components; without ``dew_point`` no air is humidified.
    weather
        Hours or bins.

    References
    ----------
    Mass and energy balance of mixing, ASHRAE Fundamentals 2017, chapter 1.
    """
    value = {name: each[:, None] for name, each in drawn.values.items()}
    if "dew_point" not in value:
        return np.zeros(len(drawn))
    low, rise = value["air_low"], value["air_rise"]
    outside = humidity_ratio_of_wet_bulb(weather.dry_bulb, weather.wet_bulb, weather.pressure)
    least = saturated_humidity_ratio(value["dew_point"], weather.mean(weather.pressure))
    share = rise / (rise + np.maximum(low - weather.dry_bulb, 0.0))
    lacking = np.where(weather.dry_bulb <= value["air_supply"], share * np.maximum(least - outside, 0.0), 0.0)
    flow = value["air_share"] / (CP_AIR * rise)
    return np.asarray((flow * lacking) @ weather.hours / weather.hours.sum() / _WATER_DENSITY, dtype=np.float64)


def whole_year(weather: Weather) -> Weather:
    """Put the months of a weather together: joint bins of the year, some ten times fewer than by month."""
    return replace(bin_weather(replace(weather, month=np.ones_like(weather.month))), grain="bins")
