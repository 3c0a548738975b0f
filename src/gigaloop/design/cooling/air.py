"""Air side: fans that carry heat in air, coils between air and water, outside air through the hall."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.design.climate.psychrometrics import CP_AIR

Floats = NDArray[np.float64]

AIR_DENSITY = 1.18
"""At 25 degC and sea level [kg/m3]: ASHRAE Fundamentals 2017, chapter 1."""


def air_flow(heat: ArrayLike, rise: ArrayLike, density: ArrayLike = AIR_DENSITY) -> Floats:
    """Give the air flow that takes up a heat: ``Q / (rho cp dT)`` [m3/s], heat [W], rise [K], density [kg/m3].

    Examples
    --------
    >>> round(float(air_flow(1e3, 12.0)), 4)
    0.0702
    """
    carried = np.asarray(density) * CP_AIR * np.asarray(rise, dtype=np.float64)
    return np.asarray(np.asarray(heat, dtype=np.float64) / carried, dtype=np.float64)


def fan_share(pressure: ArrayLike, rise: ArrayLike, efficiency: ArrayLike, density: ArrayLike = AIR_DENSITY) -> Floats:
    """Give the fan power over the heat that the air carries: ``dp / (rho cp dT eta)``.

    Parameters
    ----------
    pressure
        Rise of pressure [Pa].
    rise
        Of the air's temperature through the IT [K].
    efficiency
        Fan, motor and drive.
    density
        Of the air [kg/m3]; less at altitude.

    Examples
    --------
    >>> round(float(fan_share(300.0, 12.0, 0.6)), 4)
    0.0351
    """
    work = np.asarray(pressure, dtype=np.float64) / np.asarray(efficiency, dtype=np.float64)
    return np.asarray(air_flow(1.0, rise, density) * work, dtype=np.float64)


def fan_rise(pressure: ArrayLike, efficiency: ArrayLike, density: ArrayLike = AIR_DENSITY) -> Floats:
    """Give by how much fans warm the air that they move: ``dp / (rho cp eta)`` [K]."""
    return np.asarray(pressure / (np.asarray(density) * CP_AIR * np.asarray(efficiency)), dtype=np.float64)
