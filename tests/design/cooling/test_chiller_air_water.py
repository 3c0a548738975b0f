"""Chillers against the ratios that energy codes ask for, air side and water balance against their closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.cooling.air import air_flow, fan_rise, fan_share
from gigaloop.design.cooling.chiller import (
    AIR_CONDENSER_APPROACH,
    CONDENSER_APPROACH,
    MIN_LIFT,
    PART_LOAD,
    carnot_fraction,
    chiller_power,
    part_load_factor,
)
from gigaloop.design.cooling.water import blowdown, make_up

LOADS, WEIGHTS = np.array([1.0, 0.75, 0.5, 0.25]), np.array([0.01, 0.42, 0.45, 0.12])
"""AHRI 550/590: loads of the integrated part-load value and their weights."""


def _integrated(cop, air_cooled, condensing):
    power = chiller_power(LOADS, LOADS, 280.15, condensing, carnot_fraction(cop, air_cooled), 1.0)
    return float(WEIGHTS @ (LOADS / power)) / cop


def test_water_cooled_part_load_is_that_of_machines_with_variable_speed():
    """ASHRAE 90.1-2019, table 6.8.1-3, centrifugal from 600 tons, path B: 0.585 and 0.380 kW/ton, a ratio of 1.54.

    AHRI 550/590: water enters the condenser at 29.4, 23.9, 18.3 and 18.3 degC.
    """
    entering = np.array([29.4, 23.9, 18.3, 18.3]) + 273.15
    ratio = _integrated(6.0, False, entering + 5.2 * LOADS + CONDENSER_APPROACH)
    assert ratio == pytest.approx(0.585 / 0.380, rel=0.1)


def test_air_cooled_part_load_lies_between_constant_and_variable_speed():
    """ASHRAE 90.1-2019, table 6.8.1-3, air-cooled: path A of 14.0 over 10.1, path B of 16.1 over 9.7 Btu/W/h."""
    air = np.array([35.0, 26.7, 18.3, 12.8]) + 273.15
    assert 14.0 / 10.1 < _integrated(3.0, True, air + AIR_CONDENSER_APPROACH) < 16.1 / 9.7


@given(st.floats(2.0, 8.0), st.booleans())
def test_the_rated_cop_comes_back_at_rating(cop, air_cooled):
    condensing = 308.15 + (AIR_CONDENSER_APPROACH if air_cooled else CONDENSER_APPROACH)
    power = chiller_power(1e6, 1.0, 280.15, condensing, carnot_fraction(cop, air_cooled))
    assert 1e6 / power == pytest.approx(cop)


def test_the_part_load_curve_is_one_at_full_load():
    assert sum(PART_LOAD) == pytest.approx(1.0)
    assert part_load_factor(1.0, [1.0, 10.0]) == pytest.approx([1.0, 1.0])


@given(st.floats(0.001, 1.0), st.floats(0.001, 1.0), st.floats(1.0, 40.0))
def test_more_heat_never_takes_less_power(first, second, machines):
    low, high = sorted((first, second))
    assert low * part_load_factor(low, machines) <= high * part_load_factor(high, machines) + 1e-12


@given(st.floats(280.0, 300.0), st.floats(290.0, 330.0), st.floats(0.0, 10.0))
def test_warmer_condensers_and_colder_water_cost_power(leaving, condensing, change):
    here = chiller_power(1.0, 1.0, leaving, condensing, 0.6)
    assert chiller_power(1.0, 1.0, leaving, condensing + change, 0.6) >= here - 1e-12
    assert chiller_power(1.0, 1.0, leaving - change, condensing, 0.6) >= here - 1e-12
    assert here >= MIN_LIFT / (0.6 * leaving)


def test_air_carries_heat_by_its_flow():
    """1 kW at 12 K: 1000 / (1.18 x 1006 x 12) m3/s."""
    assert air_flow(1e3, 12.0) == pytest.approx(1000 / (1.18 * 1006 * 12))
    assert fan_share(300.0, 12.0, 0.6) == pytest.approx(air_flow(1.0, 12.0) * 300 / 0.6)
    assert fan_rise(300.0, 0.6) == pytest.approx(12.0 * fan_share(300.0, 12.0, 0.6))


def test_thin_air_takes_more_fan_power():
    assert fan_share(300.0, 12.0, 0.6, 0.98) > fan_share(300.0, 12.0, 0.6, 1.18)


@given(st.floats(0.0, 10.0), st.floats(0.0, 0.1), st.floats(1.1, 20.0))
def test_make_up_is_what_leaves(evaporation, drift, cycles):
    total = make_up(evaporation, drift, cycles)
    assert total == pytest.approx(evaporation + drift + float(blowdown(evaporation, drift, cycles)))
    assert total >= evaporation * cycles / (cycles - 1.0) - 1e-9


def test_one_cycle_of_concentration_is_an_error():
    with pytest.raises(UsageError, match="cycles of concentration must be above 1"):
        blowdown(1.0, 0.0, 1.0)
