"""Moist air against published values, against real moist air, and by its properties."""

import numpy as np
import pytest
from CoolProp.HumidAirProp import HAPropsSI
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design.climate import (
    air_density,
    enthalpy,
    humidity_ratio,
    humidity_ratio_of_wet_bulb,
    saturated_enthalpy,
    saturated_humidity_ratio,
    saturation_pressure,
    standard_pressure,
    wet_bulb,
)

ZERO = 273.15
SEA = 101325.0

# ASHRAE Handbook, Fundamentals 2017, chapter 1, table 3: saturation pressure [kPa] of water and ice by degC
PRESSURES = [(-60, 0.00108), (-20, 0.10326), (-5, 0.40176), (5, 0.87257), (25, 3.1699), (50, 12.3513), (80, 47.4139)]

# the same chapter, table 2: moist air at 101.325 kPa by degC: humidity ratio and enthalpy [kJ/kg] of saturated air,
# which are of real gas
SATURATED = [(-10, 0.0016062, -6.072), (0, 0.0037895, 9.475), (20, 0.0147578, 57.547), (40, 0.0490878, 166.667)]

# the same chapter, table 1: the standard atmosphere, m and kPa
ATMOSPHERE = [(-500, 107.478), (0, 101.325), (500, 95.461), (1500, 84.556), (3000, 70.108), (10000, 26.436)]


@pytest.mark.parametrize(("celsius", "kilopascal"), PRESSURES)
def test_saturation_pressure_is_that_of_the_handbook(celsius, kilopascal):
    assert float(saturation_pressure(celsius + ZERO)) == pytest.approx(kilopascal * 1e3, rel=5e-4, abs=6e-3)


def test_water_and_ice_meet_at_the_triple_point():
    assert float(saturation_pressure(273.16, over="ice")) == pytest.approx(611.65, rel=1e-4)
    assert float(saturation_pressure(273.16, over="water")) == pytest.approx(611.65, rel=1e-4)
    assert float(saturation_pressure(263.15, over="water")) > 1.09 * float(saturation_pressure(263.15))


@pytest.mark.parametrize(("celsius", "ratio", "heat"), SATURATED)
def test_saturated_air_is_that_of_the_handbook_but_for_the_real_gas(celsius, ratio, heat):
    found = float(saturated_humidity_ratio(celsius + ZERO, SEA))
    assert found == pytest.approx(ratio, rel=6e-3)
    assert found < ratio
    assert float(saturated_enthalpy(celsius + ZERO, SEA)) == pytest.approx(heat * 1e3, rel=6e-3, abs=60.0)


@pytest.mark.parametrize(("metres", "kilopascal"), ATMOSPHERE)
def test_pressure_by_altitude_is_that_of_the_standard_atmosphere(metres, kilopascal):
    assert float(standard_pressure(metres)) == pytest.approx(kilopascal * 1e3, rel=2e-4)


def test_the_example_of_the_handbook():
    # Fundamentals 2017, chapter 1, example 1, as read from the chart: 40 degC dry bulb, 20 degC wet bulb, 101.325 kPa
    ratio = float(humidity_ratio_of_wet_bulb(40 + ZERO, 20 + ZERO, SEA))
    assert ratio == pytest.approx(0.0065, abs=1e-4)
    assert float(enthalpy(40 + ZERO, ratio)) == pytest.approx(56.7e3, rel=5e-3)
    assert (1 + ratio) / float(air_density(40 + ZERO, ratio, SEA)) == pytest.approx(0.896, abs=1e-3)
    assert float(wet_bulb(40 + ZERO, ratio, SEA)) == pytest.approx(20 + ZERO, abs=1e-4)


@pytest.mark.parametrize("pressure", [SEA, 85000.0])
@pytest.mark.parametrize("celsius", [2.0, 15.0, 30.0, 45.0])
@pytest.mark.parametrize("relative", [0.1, 0.4, 0.7, 1.0])
def test_moist_air_is_close_to_real_moist_air(celsius, relative, pressure):
    t = celsius + ZERO
    ratio, wet, density = (HAPropsSI(name, "T", t, "R", relative, "P", pressure) for name in ("W", "B", "V"))
    found = humidity_ratio(relative * saturation_pressure(t), pressure)
    assert float(found) == pytest.approx(ratio, rel=6e-3)
    assert float(air_density(t, found, pressure)) == pytest.approx((1 + ratio) / density, rel=1e-3)
    assert float(enthalpy(t, found)) == pytest.approx(
        HAPropsSI("H", "T", t, "R", relative, "P", pressure), rel=6e-3, abs=100
    )
    if wet > ZERO:
        assert float(wet_bulb(t, found, pressure)) == pytest.approx(wet, abs=0.03)


dry_bulbs = st.floats(230.0, 325.0)
humidities = st.floats(0.0, 1.0)
pressures = st.floats(60_000.0, 105_000.0)


@given(dry_bulbs, humidities, pressures)
def test_the_wet_bulb_solves_its_equation_and_is_not_above_the_dry_bulb(t, relative, p):
    w = float(humidity_ratio(relative * saturation_pressure(t), p))
    star = float(wet_bulb(t, w, p))
    assert star <= t
    # the slope of the equation is above 1006 J/kg/K over some 2.83 MJ/kg, so this is within 1e-3 K
    assert float(humidity_ratio_of_wet_bulb(t, star, p)) == pytest.approx(w, abs=3e-7)


@given(dry_bulbs, humidities, pressures, st.floats(0.0, 5.0), st.floats(0.0, 1.0))
def test_the_wet_bulb_rises_with_temperature_and_with_humidity(t, relative, p, warmer, share):
    w = float(humidity_ratio(relative * saturation_pressure(t), p))
    damper = w + share * (float(saturated_humidity_ratio(t, p)) - w)
    base = float(wet_bulb(t, w, p))
    assert float(wet_bulb(t + warmer, w, p)) >= base - 1e-5
    assert float(wet_bulb(t, damper, p)) >= base - 1e-5


@given(dry_bulbs, pressures)
def test_saturated_air_is_as_cold_as_its_wet_bulb(t, p):
    assert float(wet_bulb(t, saturated_humidity_ratio(t, p), p)) == pytest.approx(
        t, abs=2e-2 if 273 < t < 273.3 else 1e-4
    )


def test_air_above_saturation_counts_as_saturated():
    assert float(wet_bulb(290.0, 0.1, SEA)) == pytest.approx(290.0, abs=1e-9)


def test_shapes_broadcast():
    found = wet_bulb(np.full((3, 1), 300.0), np.array([0.005, 0.010]), SEA)
    assert found.shape == (3, 2)
    assert np.all(np.diff(found, axis=1) > 0)
    assert wet_bulb(np.array([]), 0.0, SEA).shape == (0,)
