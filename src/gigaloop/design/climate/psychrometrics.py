"""Moist air: saturation pressure, humidity ratio, wet bulb, enthalpy and density, over arrays that broadcast.

Equations and constants are those of the ASHRAE Handbook, Fundamentals 2017, chapter 1: perfect-gas relations, without
the enhancement factor of real gas. Against real moist air (ASHRAE RP-1485, as in CoolProp's ``HAPropsSI``) humidity
ratios at a relative humidity are up to 0.6 % low, wet bulbs within 0.03 K above freezing. Valid from 173.15 K
to the boiling point at the pressure of the air.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.units import FREEZING

Array = NDArray[np.float64]

TRIPLE = 273.16  # of water, IAPWS R6-95
# ASHRAE Fundamentals 2017, chapter 1: ratio of the molar masses of water and dry air, gas constant of dry air [J/kg/K]
RATIO = 0.621945
DRY_AIR = 287.042
# ASHRAE Fundamentals 2017, chapter 1, equations 30-35: specific heats [J/kg/K] of dry air, vapour, water, ice; heats
# [J/kg] of evaporation and of sublimation at 0 degC, with their slopes [J/kg/K] as the wet-bulb equations have them
CP_AIR, CP_VAPOUR, CP_WATER, CP_ICE = 1006.0, 1860.0, 4186.0, 2100.0
EVAPORATION, SUBLIMATION = 2_501_000.0, 2_830_000.0
SLOPE_WATER, SLOPE_ICE = 2326.0, 240.0
# Hyland and Wexler 1983, ASHRAE Fundamentals 2017, chapter 1, equations 6 (water) and 5 (ice): ln p = sum of these over
# 1/T, 1, T, T2, T3, T4, ln T
_WATER = (-5.8002206e3, 1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8, 0.0, 6.5459673)
_ICE = (-5.6745359e3, 6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13, 4.1635019)

_ROUNDS = 32
_CLOSE = 1e-6


def saturation_pressure(temperature: ArrayLike, *, over: str = "") -> Array:
    """Give the pressure of saturated water vapour: over ice below 0.01 degC and over water above it.

    Parameters
    ----------
    temperature
        [K], 173.15 to 473.15.
    over
        ``water`` or ``ice`` for one of them at all temperatures; relative humidity in weather records is over water
        at all temperatures.

    Returns
    -------
    Pressure [Pa]. Hyland and Wexler 1983, in ASHRAE Fundamentals 2017, chapter 1, equations 5 and 6.

    Examples
    --------
    >>> round(float(saturation_pressure(293.15)), 1)
    2338.8
    """
    t = np.asarray(temperature, dtype=np.float64)
    if over:
        return np.exp(_log_pressure(t, _ICE if over == "ice" else _WATER))
    return np.exp(np.where(t < TRIPLE, _log_pressure(t, _ICE), _log_pressure(t, _WATER)))


def humidity_ratio(vapour_pressure: ArrayLike, pressure: ArrayLike) -> Array:
    """Give the humidity ratio of air with a vapour pressure: ASHRAE Fundamentals 2017, chapter 1, equation 20.

    Parameters
    ----------
    vapour_pressure, pressure
        Of the vapour and of the air [Pa].

    Returns
    -------
    Humidity ratio [kg/kg of dry air].
    """
    vapour = np.asarray(vapour_pressure, dtype=np.float64)
    return np.asarray(RATIO * vapour / (np.asarray(pressure, dtype=np.float64) - vapour), dtype=np.float64)


def saturated_humidity_ratio(temperature: ArrayLike, pressure: ArrayLike) -> Array:
    """Give the humidity ratio of saturated air [kg/kg of dry air], temperature in K and pressure in Pa."""
    return humidity_ratio(saturation_pressure(temperature), pressure)


def humidity_ratio_of_wet_bulb(temperature: ArrayLike, wet_bulb: ArrayLike, pressure: ArrayLike) -> Array:
    """Give the humidity ratio of air by its wet bulb: ASHRAE Fundamentals 2017, chapter 1, equations 33 and 35.

    Parameters
    ----------
    temperature, wet_bulb
        Dry bulb and wet bulb [K].
    pressure
        Of the air [Pa].

    Returns
    -------
    Humidity ratio [kg/kg of dry air], not below 0.
    """
    t, star, p = np.broadcast_arrays(
        np.asarray(temperature, np.float64), np.asarray(wet_bulb, np.float64), np.asarray(pressure, np.float64)
    )
    ice = star < FREEZING
    latent = np.where(ice, SUBLIMATION - SLOPE_ICE * (star - FREEZING), EVAPORATION - SLOPE_WATER * (star - FREEZING))
    solid = np.where(ice, CP_ICE, CP_WATER)
    saturated = humidity_ratio(
        np.exp(np.where(ice, _log_pressure(star, _ICE), _log_pressure(star, _WATER))),
        p,
    )
    base = np.where(ice, SUBLIMATION, EVAPORATION)
    whole = base + CP_VAPOUR * (t - FREEZING) - solid * (star - FREEZING)
    return np.asarray(np.maximum((latent * saturated - CP_AIR * (t - star)) / whole, 0.0), dtype=np.float64)


def wet_bulb(temperature: ArrayLike, humidity: ArrayLike, pressure: ArrayLike) -> Array:
    """Give the thermodynamic wet bulb, within 1e-5 K of the equations of ASHRAE Fundamentals 2017, chapter 1.

    A wick carries water down to 0 degC and ice below. Between the two equations there is a step: where both have a
    solution (some 0.3 K wide) that of water is taken, so that the wet bulb rises with temperature and with humidity.

    Parameters
    ----------
    temperature
        Dry bulb [K].
    humidity
        Humidity ratio [kg/kg of dry air]; above saturation the air counts as saturated.
    pressure
        Of the air [Pa].

    Returns
    -------
    Wet bulb [K], never above the dry bulb.

    Examples
    --------
    >>> w = humidity_ratio(0.5 * saturation_pressure(303.15), 101325.0)
    >>> round(float(wet_bulb(303.15, w, 101325.0)) - 273.15, 2)
    22.0
    """
    t, w, p = np.broadcast_arrays(
        np.asarray(temperature, np.float64), np.asarray(humidity, np.float64), np.asarray(pressure, np.float64)
    )
    shape = t.shape
    t, w, p = (np.ascontiguousarray(each).ravel() for each in (t, w, p))
    freezing = humidity_ratio(np.exp(_log_pressure(np.float64(FREEZING), _WATER)), p)
    least = (EVAPORATION * freezing - CP_AIR * (t - FREEZING)) / (EVAPORATION + CP_VAPOUR * (t - FREEZING))
    water = (t >= FREEZING) & (w >= least)
    found = np.empty_like(t)
    for chosen, ice in ((water, False), (~water, True)):
        if chosen.all():
            found = _solve(t, w, p, ice=ice)
        elif chosen.any():
            found[chosen] = _solve(t[chosen], w[chosen], p[chosen], ice=ice)
    return np.asarray(np.minimum(found, t).reshape(shape), dtype=np.float64)


def enthalpy(temperature: ArrayLike, humidity: ArrayLike) -> Array:
    """Give the enthalpy of moist air above dry air and water at 0 degC: ASHRAE Fundamentals 2017, chapter 1, eq. 30.

    Parameters
    ----------
    temperature
        Dry bulb [K].
    humidity
        Humidity ratio [kg/kg of dry air].

    Returns
    -------
    [J/kg of dry air].

    Examples
    --------
    >>> round(float(enthalpy(298.15, 0.010)))
    50625
    """
    t = np.asarray(temperature, dtype=np.float64) - FREEZING
    return np.asarray(CP_AIR * t + np.asarray(humidity, np.float64) * (EVAPORATION + CP_VAPOUR * t), dtype=np.float64)


def saturated_enthalpy(temperature: ArrayLike, pressure: ArrayLike) -> Array:
    """Give the enthalpy of saturated air [J/kg of dry air], temperature in K and pressure in Pa."""
    return enthalpy(temperature, saturated_humidity_ratio(temperature, pressure))


def air_density(temperature: ArrayLike, humidity: ArrayLike, pressure: ArrayLike) -> Array:
    """Give the density of moist air, vapour included: ASHRAE Fundamentals 2017, chapter 1, equations 26 and 9b.

    Parameters
    ----------
    temperature
        Dry bulb [K].
    humidity
        Humidity ratio [kg/kg of dry air].
    pressure
        Of the air [Pa].

    Returns
    -------
    [kg/m3].

    Examples
    --------
    >>> round(float(air_density(293.15, 0.0, 101325.0)), 4)
    1.2042
    """
    w = np.asarray(humidity, dtype=np.float64)
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray(np.asarray(pressure, np.float64) * (1.0 + w) / (DRY_AIR * t * (1.0 + w / RATIO)), np.float64)


def standard_pressure(altitude: ArrayLike) -> Array:
    """Give the pressure of the standard atmosphere [Pa] at an altitude [m]: ASHRAE Fundamentals 2017, ch. 1, eq. 3.

    Examples
    --------
    >>> round(float(standard_pressure(1500.0)))
    84556
    """
    z = np.asarray(altitude, dtype=np.float64)
    return np.asarray(101_325.0 * (1.0 - 2.25577e-5 * z) ** 5.2559, dtype=np.float64)


def _log_pressure(t: Array | np.float64, c: tuple[float, ...]) -> Array:
    found = c[0] / t + c[1] + t * (c[2] + t * (c[3] + t * (c[4] + t * c[5]))) + c[6] * np.log(t)
    return np.asarray(found, dtype=np.float64)


def _log_slope(t: Array, c: tuple[float, ...]) -> Array:
    found = -c[0] / (t * t) + c[2] + t * (2.0 * c[3] + t * (3.0 * c[4] + t * (4.0 * c[5]))) + c[6] / t
    return np.asarray(found, dtype=np.float64)


def _solve(t: Array, w: Array, p: Array, *, ice: bool) -> Array:
    """Solve the wet-bulb equation by Newton's method from above, where it is convex."""
    terms = _ICE if ice else _WATER
    heat, slope, solid = (SUBLIMATION, SLOPE_ICE, CP_ICE) if ice else (EVAPORATION, SLOPE_WATER, CP_WATER)
    top = np.minimum(t, FREEZING) if ice else t
    w = np.clip(w, 0.0, None)
    # (heat - slope s) ws(s) - cp (t - s) = w (heat + cpv t - solid s), with s and t from 0 degC
    dry = t - FREEZING
    right = w * (heat + CP_VAPOUR * dry) + CP_AIR * dry
    star = top.copy()
    for _ in range(_ROUNDS):
        s = star - FREEZING
        vapour = np.exp(_log_pressure(star, terms))
        saturated = RATIO * vapour / (p - vapour)
        latent = heat - slope * s
        error = latent * saturated + (CP_AIR + w * solid) * s - right
        rise = latent * saturated * p / (p - vapour) * _log_slope(star, terms) - slope * saturated + CP_AIR + w * solid
        step = error / rise
        star = np.minimum(star - step, top)
        if float(np.max(np.abs(step), initial=0.0)) < _CLOSE:
            break
    return star
