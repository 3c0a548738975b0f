"""Density and specific heat of the coolants in a rack's loop: PG25 (water with 25 % propylene glycol) and water.

PG25 follows Melinder's polynomials for aqueous propylene glycol in temperature and mass fraction, water the
IAPWS equation for the liquid at 0.1 MPa. The pressure of a coolant loop moves either by less than 0.02 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gigaloop.core.errors import GigaloopError

Coolant = Literal["PG25", "water"]

PG25_MASS_FRACTION = 0.25
"""Propylene glycol in PG25. OCP's guidance reads 25 % by volume (25.7 % by mass): 0.1 % less heat per volume."""

# Source: Melinder, Properties of Secondary Working Fluids for Indirect Systems, IIR (2010), as published by CoolProp
# for its fluid MPG: centre of temperature [K] and mass fraction, range [K], coefficients by power of the mass fraction.
_MELINDER_T = 305.8583
_MELINDER_X = 0.307031
_MELINDER_RANGE = (258.15, 373.15)
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

# IAPWS SR6-08(2011), tables 1 and 2: range [K], gas constant [J/kg/K], reference temperature [K] and pressure [Pa],
# the reference temperatures [K] of equation 1, and the coefficients of equations 2 and 4.
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


@dataclass(frozen=True)
class CoolantState:
    """A coolant at one temperature: density [kg/m3] and specific heat [J/kg/K]."""

    density: float
    specific_heat: float

    @property
    def heat_capacity(self) -> float:
        """Heat that a cubic metre takes up per kelvin [J/m3/K]."""
        return self.density * self.specific_heat


def coolant_state(coolant: Coolant, temperature: float) -> CoolantState:
    """Give the density and specific heat of a coolant.

    Parameters
    ----------
    coolant
        ``PG25`` (-15 to 100 degC) or ``water`` (0 to 100 degC).
    temperature
        Temperature [K].

    Raises
    ------
    GigaloopError
        If the temperature is outside of the validity of the equation.

    References
    ----------
    PG25: Melinder, Properties of Secondary Working Fluids for Indirect Systems, IIR (2010), coefficients as published
    by CoolProp (fluid MPG). Water: IAPWS SR6-08(2011), eq. 2 and 4, tables 1 and 2.

    Examples
    --------
    >>> pg25 = coolant_state("PG25", 313.15)
    >>> round(pg25.density, 1), round(pg25.specific_heat)
    (1009.9, 3969)
    """
    low, high = _MELINDER_RANGE if coolant == "PG25" else _WATER_RANGE
    if not low <= temperature <= high:
        raise GigaloopError(
            f"the properties of {coolant} are known from {low - 273.15:.0f} to {high - 273.15:.0f} degC,"
            f" not at {temperature - 273.15:.1f} degC",
            hint="check the inlet limit and the temperature rise of the generation's cooling",
        )
    if coolant == "PG25":
        return CoolantState(
            _melinder(_DENSITY, temperature, PG25_MASS_FRACTION),
            _melinder(_SPECIFIC_HEAT, temperature, PG25_MASS_FRACTION),
        )
    return _water(temperature)


def _melinder(coefficients: tuple[tuple[float, ...], ...], temperature: float, mass_fraction: float) -> float:
    dt, dx = temperature - _MELINDER_T, mass_fraction - _MELINDER_X
    return sum(c * dt**i * dx**j for i, row in enumerate(coefficients) for j, c in enumerate(row))


def _water(temperature: float) -> CoolantState:
    tau = temperature / _WATER_TR
    alpha = _WATER_TR / (_WATER_TA - temperature)
    beta = _WATER_TR / (temperature - _WATER_TB)
    volume = _VOLUME_A5 + sum(a * alpha**n for a, n in _VOLUME_A) + sum(b * beta**n for b, n in _VOLUME_B)
    heat = sum(n * (n + 1) * a * alpha ** (n + 2) for a, n in _HEAT_A)
    heat += sum(n * (n + 1) * b * beta ** (n + 2) for b, n in _HEAT_B)
    return CoolantState(
        density=_WATER_P0 / (_WATER_R * _WATER_TR * volume),
        specific_heat=-_WATER_R * (_HEAT_C3 + tau * heat),
    )
