"""Properties of the coolants in a facility's loops: PG25 (water with 25 % propylene glycol) and water.

PG25 follows Melinder's polynomials for aqueous propylene glycol in temperature and mass fraction, water the
IAPWS equations for the liquid at 0.1 MPa. The pressure of a coolant loop moves either by less than 0.05 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError

Coolant = Literal["PG25", "water"]

PG25_MASS_FRACTION = 0.25
"""Propylene glycol in PG25. OCP's guidance reads 25 % by volume (25.7 % by mass): 0.1 % less heat per volume."""

# Source: Melinder, Properties of Secondary Working Fluids for Indirect Systems, IIR (2010), as published by CoolProp
# for its fluid MPG: centre of temperature [K] and mass fraction, upper end of the range [K], coefficients by power of
# the mass fraction, one row per power of the temperature. The viscosity is the logarithm of mPa s.
_MELINDER_T = 305.8583
_MELINDER_X = 0.307031
_MELINDER_HIGH = 373.15
_DENSITY = (
    (1018.0, 76.04, -24.98, -155.0, -113.1, 234.2),
    (-0.5406, -0.945, 0.27, 2.829, -2.221),
    (-2.666e-3, 5.541e-3, -4.018e-3, -7.175e-3),
    (1.347e-5, -1.343e-5, 3.376e-5),
)
_SPECIFIC_HEAT = (
    (3882.0, -1304.0, -1598.0, 353.9, 5000.0, -4959.0),
    (2.699, 5.07, 0.9534, 31.02, -71.35),
    (-1.659e-3, -4.752e-3, 0.1167, -0.295),
    (-1.032e-5, 1.522e-4, -4.87e-4),
)
_VISCOSITY = (
    (0.6837, 3.328, 0.5453, -3.9, -1.587, 35.64),
    (-3.045e-2, -3.984e-2, -8.6e-4, 0.1054, 4.475e-2),
    (2.525e-4, 4.332e-4, -1.593e-4, -1.589e-3),
    (-1.399e-6, -1.86e-6, -4.465e-7),
)
_CONDUCTIVITY = (
    (0.4513, -0.4795, 0.2076, -9.083e-2, -5.952e-2, 0.2104),
    (7.955e-4, -1.678e-3, 1.563e-3, -2.518e-3, -3.605e-3),
    (3.482e-8, 8.941e-6, -4.615e-5, 6.543e-5),
    (-5.966e-9, 1.493e-8, 9.897e-8),
)
_FREEZING = ((259.9, -66.31, -109.4, -228.3, -340.9, 146.5),)

# IAPWS SR6-08(2011), tables 1 and 2: range [K], gas constant [J/kg/K], reference temperature [K] and pressure [Pa],
# the reference temperatures [K] of equation 1, and the coefficients of equations 2, 4, 7 (viscosity in microPa s over
# powers of T/300 K) and 8 (conductivity in W/m/K).
_WATER_RANGE = (273.15, 373.15)
_WATER_R = 461.51805
_WATER_TR = 10.0
_WATER_P0 = 1.0e5
_WATER_TA, _WATER_TB = 593.0, 232.0
_VOLUME_A5 = 1.93763157e-2
_VOLUME_A = ((6.74458446e3, 4), (-2.22521604e5, 5), (1.00231247e8, 7), (-1.63552118e9, 8), (8.32299658e9, 9))
_VOLUME_B = (
    (5.78545292e-3, 1),
    (-1.53195665e-2, 2),
    (3.11337859e-2, 3),
    (-4.23546241e-2, 4),
    (3.38713507e-2, 5),
    (-1.19946761e-2, 6),
)
_HEAT_C3 = -8.983025854
_HEAT_A = ((-1.661470539e5, 4), (2.708781640e6, 5), (-1.557191544e8, 7))
_HEAT_B = ((-8.237426256e-1, 2), (1.908956353, 3), (-2.017597384, 4), (8.546361348e-1, 5))
_WATER_VISCOSITY = ((280.68, -1.9), (511.45, -7.7), (61.131, -19.6), (0.45903, -40.0))
_WATER_CONDUCTIVITY = ((1.6630, -1.15), (-1.7781, -3.4), (1.1567, -6.0), (-0.432115, -7.6))


@dataclass(frozen=True)
class CoolantState:
    """A coolant at one temperature: density [kg/m3] and specific heat [J/kg/K]."""

    density: float
    specific_heat: float

    @property
    def heat_capacity(self) -> float:
        """Heat that a cubic metre takes up per kelvin [J/m3/K]."""
        return self.density * self.specific_heat


class CoolantProperties(NamedTuple):
    """Properties of a coolant at temperatures of any shape."""

    density: NDArray[np.float64]
    """[kg/m3]"""
    specific_heat: NDArray[np.float64]
    """[J/kg/K]"""
    viscosity: NDArray[np.float64]
    """Dynamic [Pa s]."""
    conductivity: NDArray[np.float64]
    """[W/m/K]"""

    @property
    def prandtl(self) -> NDArray[np.float64]:
        """Prandtl number."""
        return self.specific_heat * self.viscosity / self.conductivity


def coolant_range(coolant: Coolant) -> tuple[float, float]:
    """Give the temperatures [K] between which the properties of a coolant are known; the lower is its freezing point.

    Examples
    --------
    >>> round(coolant_range("PG25")[0] - 273.15, 1)
    -9.8
    """
    return _RANGES[coolant]


def coolant_properties(coolant: Coolant, temperature: ArrayLike) -> CoolantProperties:
    """Give density, specific heat, viscosity and conductivity of a coolant.

    Parameters
    ----------
    coolant
        ``PG25`` (from its freezing point at -9.8 degC to 100 degC) or ``water`` (0 to 100 degC).
    temperature
        Temperature, any shape [K].

    Raises
    ------
    GigaloopError
        If a temperature is outside of the validity of the equations.

    References
    ----------
    PG25: Melinder, Properties of Secondary Working Fluids for Indirect Systems, IIR (2010), coefficients as published
    by CoolProp (fluid MPG). Water: IAPWS SR6-08(2011), eq. 2, 4, 7 and 8, tables 1 and 2.

    Examples
    --------
    >>> pg25 = coolant_properties("PG25", [293.15, 313.15])
    >>> pg25.viscosity.round(6).tolist(), pg25.conductivity.round(3).tolist()
    ([0.002445, 0.001353], [0.468, 0.486])
    """
    t = np.asarray(temperature, dtype=np.float64)
    low, high = _RANGES[coolant]
    outside = ~((t >= low) & (t <= high))
    if outside.any():
        wrong = float(t[outside].flat[0]) - 273.15
        raise GigaloopError(
            f"the properties of {coolant} are known from {low - 273.15:.1f} to {high - 273.15:.1f} degC,"
            f" not at {wrong:.1f} degC",
            hint="check the inlet limit and the temperature rise of the generation's cooling, and the supply of the"
            " site's",
        )
    if coolant == "PG25":
        dt = t - _MELINDER_T
        density, heat, viscosity, conductivity = (_horner(row, dt) for row in _PG25)
        return CoolantProperties(density, heat, np.exp(viscosity) * 1e-3, conductivity)
    density, heat = _water(t)
    tau = t / 300.0
    return CoolantProperties(
        density,
        heat,
        np.asarray(sum(a * tau**b for a, b in _WATER_VISCOSITY) * 1e-6),
        np.asarray(sum(a * tau**b for a, b in _WATER_CONDUCTIVITY)),
    )


def coolant_state(coolant: Coolant, temperature: float) -> CoolantState:
    """Give the density and specific heat of a coolant at one temperature.

    Parameters
    ----------
    coolant
        ``PG25`` or ``water``.
    temperature
        Temperature [K].

    Raises
    ------
    GigaloopError
        If the temperature is outside of the validity of the equations, which :func:`coolant_properties` names.

    Examples
    --------
    >>> pg25 = coolant_state("PG25", 313.15)
    >>> round(pg25.density, 1), round(pg25.specific_heat)
    (1009.9, 3969)
    """
    properties = coolant_properties(coolant, temperature)
    return CoolantState(float(properties.density), float(properties.specific_heat))


def _at_fraction(coefficients: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """Give the polynomial in temperature at PG25's mass fraction."""
    dx = PG25_MASS_FRACTION - _MELINDER_X
    return tuple(sum(c * dx**j for j, c in enumerate(row)) for row in coefficients)


def _horner(coefficients: tuple[float, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    value = np.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        value = value * x + c
    return value


def _water(t: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tau = t / _WATER_TR
    alpha = _WATER_TR / (_WATER_TA - t)
    beta = _WATER_TR / (t - _WATER_TB)
    volume = _VOLUME_A5 + sum(a * alpha**n for a, n in _VOLUME_A) + sum(b * beta**n for b, n in _VOLUME_B)
    of_alpha = sum(n * (n + 1) * a * alpha ** (n + 2) for a, n in _HEAT_A)
    of_beta = sum(n * (n + 1) * b * beta ** (n + 2) for b, n in _HEAT_B)
    density = _WATER_P0 / (_WATER_R * _WATER_TR * volume)
    return np.asarray(density), np.asarray(-_WATER_R * (_HEAT_C3 + tau * (of_alpha + of_beta)))


_PG25 = tuple(_at_fraction(rows) for rows in (_DENSITY, _SPECIFIC_HEAT, _VISCOSITY, _CONDUCTIVITY))
_RANGES: dict[Coolant, tuple[float, float]] = {
    "PG25": (_at_fraction(_FREEZING)[0], _MELINDER_HIGH),
    "water": _WATER_RANGE,
}
