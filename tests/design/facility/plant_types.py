"""A plant of each type, and weathers, for the tests of the kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from gigaloop.design.climate import Weather, humidity_ratio, saturation_pressure, wet_bulb
from gigaloop.design.facility import AirSide, Chiller, Rejection, loop_set, plant_arrays

ZERO = 273.15
LOSS: dict[str, Any] = {"loss_load": (0.0, 0.25, 0.5, 1.0), "loss": (0.004, 0.010, 0.017, 0.035)}


def weather_of(dry, relative, month=None, hours=None, pressure=101_325.0):
    """Make a weather from dry bulb [K] and relative humidity."""
    dry = np.asarray(dry, dtype=np.float64)
    vapour = np.asarray(relative) * saturation_pressure(dry)
    pressures = np.full(dry.shape, pressure)
    wet = wet_bulb(dry, humidity_ratio(vapour, pressures), pressures)
    n = len(dry)
    return Weather(
        dry_bulb=dry,
        wet_bulb=np.minimum(wet, dry),
        pressure=pressures,
        hours=np.ones(n) if hours is None else np.asarray(hours, dtype=np.float64),
        month=np.ones(n, dtype=np.int64) if month is None else np.asarray(month, dtype=np.int64),
        station="test",
        name="Test",
        period="none",
        source="made for the test",
        grain="hours",
    )


def temperate(n=600, mean=12.0, seed=1):
    """Make a year of a temperate climate with seasons, days and noise."""
    rng = np.random.default_rng(seed)
    phase = np.arange(n) / n
    dry = ZERO + mean - 13.0 * np.cos(2 * np.pi * phase) + 5.0 * np.sin(2 * np.pi * phase * 60) + rng.normal(0, 3, n)
    month = np.minimum((phase * 12).astype(int), 11) + 1
    return weather_of(dry, np.clip(rng.normal(0.65, 0.15, n), 0.15, 0.98), month, np.full(n, 8760 / n))


def _air_loop(**values):
    return loop_set(Rejection.DRY, ZERO + 20.0, 8.0, chiller=Chiller.AIR, chiller_cop=3.2, **values)


def _liquid(rejection, supply, chiller=Chiller.NONE, share=0.85, air=AirSide.CHILLED, **values):
    cop = 3.2 if chiller == Chiller.AIR else 6.0
    water = loop_set(rejection, ZERO + supply, 10.0, chiller=chiller, chiller_cop=cop, **values)
    return plant_arrays(1e6, share, water, air=air, air_loop=_air_loop(), **LOSS)


TOWER = {"exchanger_approach": 2.0, "rejection_rise": 6.0}

PLANTS = {
    "dry": lambda supply=40.0: _liquid(Rejection.DRY, supply),
    "dry, trim chillers with own condensers": lambda supply=32.0: _liquid(Rejection.DRY, supply, Chiller.AIR),
    "dry, trim chillers on the coolers": lambda supply=30.0: _liquid(Rejection.DRY, supply, Chiller.WATER),
    "adiabatic": lambda supply=32.0: _liquid(Rejection.ADIABATIC, supply),
    "adiabatic with trim chillers": lambda supply=26.0: _liquid(Rejection.ADIABATIC, supply, Chiller.AIR),
    "wet": lambda supply=32.0: _liquid(Rejection.WET, supply, air=AirSide.OUTSIDE, **TOWER),
    "wet with trim chillers": lambda supply=24.0: _liquid(Rejection.WET, supply, Chiller.WATER, **TOWER),
    "hybrid": lambda supply=26.0: _liquid(Rejection.HYBRID, supply, dry_share=0.6, **TOWER),
    "outside air": lambda supply=27.0: plant_arrays(
        1e6,
        0.0,
        loop_set(Rejection.DRY, ZERO + 30.0, 10.0),
        air=AirSide.OUTSIDE,
        air_loop=loop_set(Rejection.OUTSIDE, ZERO + supply, 12.0),
        air_supply=ZERO + supply,
        **LOSS,
    ),
    "outside air with chillers": lambda supply=25.0: plant_arrays(
        1e6,
        0.0,
        loop_set(Rejection.DRY, ZERO + 30.0, 10.0),
        air=AirSide.OUTSIDE,
        air_loop=loop_set(Rejection.OUTSIDE, ZERO + supply, 12.0, chiller=Chiller.AIR, chiller_cop=3.2),
        air_supply=ZERO + supply,
        **LOSS,
    ),
    "chillers with water-side economiser": lambda supply=20.0: _liquid(
        Rejection.WET, supply, Chiller.WATER, share=0.0, air=AirSide.COILS, **TOWER
    ),
    "chillers on towers": lambda supply=12.0: _liquid(
        Rejection.WET, supply, Chiller.WATER, share=0.0, air=AirSide.COILS, economiser=False, **TOWER
    ),
    "air-cooled chillers": lambda supply=12.0: _liquid(
        Rejection.NONE, supply, Chiller.AIR, share=0.0, air=AirSide.COILS
    ),
}
"""Plants of 1 MW by type, at a set point [degC]."""
WETTED = ("wet", "wet with trim chillers", "hybrid", "chillers with water-side economiser", "chillers on towers")
CLOSED = tuple(name for name in PLANTS if name.startswith("dry") or name == "air-cooled chillers")
