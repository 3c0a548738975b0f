"""The tables of the loops against the same equations solved state by state with SciPy, without interpolation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from tests.design.facility.plant_types import ZERO, weather_of

from gigaloop.design.climate import saturated_enthalpy, saturated_humidity_ratio
from gigaloop.design.climate.psychrometrics import CP_WATER
from gigaloop.design.cooling.chiller import AIR_CONDENSER_APPROACH, carnot_fraction, chiller_power
from gigaloop.design.cooling.fans import fan_power
from gigaloop.design.cooling.rejection import (
    counterflow,
    dry_effectiveness,
    dry_rating,
    tower_ntu,
    tower_rating,
    tower_water,
)
from gigaloop.design.facility import Chiller, Rejection, loop_set
from gigaloop.design.facility.hours import Climate, Spot, look_up, loop_hours

SEA = 101_325.0
HEAT, FLOW = 0.7, 0.7
WEATHER = weather_of(np.linspace(-15.0, 44.0, 60) + ZERO, np.resize([0.2, 0.5, 0.85], 60))
CLIMATE = Climate.of(WEATHER)


def _hours(loop):
    return loop_hours(loop, CLIMATE, np.array([[HEAT]]), np.array([[FLOW]]), None)


def test_a_dry_cooler_with_trim_chillers_is_that_of_each_hour():
    supply, rise, approach, ratio, spare = ZERO + 30.0, 10.0, 8.0, 1.1, 1.2
    loop = loop_set(Rejection.DRY, supply, rise, chiller=Chiller.AIR, dry_approach=approach, chiller_cop=3.2)
    found, ntu = _hours(loop), dry_rating(approach, rise, ratio)
    span = rise * HEAT / FLOW
    for hour, air in enumerate(WEATHER.dry_bulb):

        def left(speed, air=air):
            effect = float(dry_effectiveness(speed, FLOW / spare, ntu, ratio))
            return air + span * (1.0 / effect - 1.0) - supply

        full = left(1.0)
        speed = 1.0 if full >= 0.0 else brentq(left, 1e-4, 1.0)
        taken = min(max(FLOW * full / rise, 0.0), HEAT)
        power = chiller_power(taken, taken / 1.1, supply, air + AIR_CONDENSER_APPROACH, carnot_fraction(3.2, True), 8.0)
        assert found.fans[0, hour] == pytest.approx(0.015 * spare * float(fan_power(speed, 0.02, 0.2)), rel=0.02)
        assert found.taken[0, hour] == pytest.approx(taken, abs=0.003)
        assert found.chillers[0, hour] == pytest.approx(float(power), abs=0.0006)
        assert found.supply[0, hour] == pytest.approx(supply)


def test_a_tower_without_chillers_is_that_of_each_hour():
    supply, rise, gap, spare = ZERO + 26.0, 6.0, 2.0, 1.2
    loop = loop_set(Rejection.WET, supply, rise, exchanger_approach=gap, tower_approach=4.0)
    found = _hours(loop)
    rating = 4.0, rise, 298.75
    ratio = float(tower_water(*rating, 1.1, SEA))
    ntu = float(tower_rating(*rating, ratio, SEA))
    span, target = rise * HEAT / FLOW, supply - gap
    air_flow = spare / (ratio * CP_WATER * rise)

    def heat(speed, leaving, wet):
        out, into = saturated_enthalpy(leaving, SEA), saturated_enthalpy(leaving + span, SEA)
        units = tower_ntu(speed, FLOW / spare, ntu)
        capacity = speed * air_flow * (into - out) / span / (FLOW / rise)
        return float(counterflow(units, capacity) * speed * air_flow * (into - saturated_enthalpy(wet, SEA)))

    for hour, wet in enumerate(WEATHER.wet_bulb):
        free = heat(1.0, target, wet) >= HEAT
        speed = brentq(lambda s, wet=wet: heat(s, target, wet) - HEAT, 1e-4, 1.0) if free else 1.0
        leaving = target if free else brentq(lambda t, wet=wet: heat(1.0, t, wet) - HEAT, wet + 0.05, wet + 40.0)
        assert found.supply[0, hour] == pytest.approx(leaving + gap, abs=0.02)
        assert found.fans[0, hour] == pytest.approx(0.015 * spare * float(fan_power(speed, 0.02, 0.2)), rel=0.02)
        gas = speed * air_flow
        reach = -np.expm1(-float(tower_ntu(speed, FLOW / spare, ntu)))
        film = float(saturated_enthalpy(wet, SEA)) + HEAT / (gas * reach)
        steps = np.arange(250.0, 340.0, 0.02)
        moist = np.interp(film, saturated_enthalpy(steps, SEA), saturated_humidity_ratio(steps, SEA))
        assert found.evaporation[0, hour] == pytest.approx(gas * reach * (moist - CLIMATE.humidity[hour]), rel=0.01)


def test_chillers_on_their_own_coolers_balance_what_they_add():
    """Condenser heat goes to the coolers: leaving water, heat taken and work satisfy their equations together."""
    supply, rise = ZERO + 22.0, 10.0
    loop = loop_set(Rejection.DRY, supply, rise, chiller=Chiller.WATER, spare=1.0, chiller_cop=6.0)
    found, ntu = _hours(loop), dry_rating(8.0, rise, 1.1)
    effect = float(dry_effectiveness(1.0, FLOW, ntu, 1.1))
    for hour, air in enumerate(WEATHER.dry_bulb):
        taken, work = float(found.taken[0, hour]), float(found.chillers[0, hour])
        if 0.01 < taken < HEAT - 0.01:
            leaving = air + rise * (HEAT + work) / FLOW * (1.0 / effect - 1.0)
            assert taken == pytest.approx(FLOW * (leaving - supply) / rise, abs=0.005)
            condensing = leaving + rise * (HEAT + work) / FLOW + 1.5
            expected = chiller_power(taken, taken / 1.1, supply, condensing, carnot_fraction(6.0, False), 8.0)
            assert work == pytest.approx(float(expected), rel=0.02)
    assert np.any((found.taken > 0.01) & (found.taken < HEAT - 0.01))
    assert np.all(found.taken <= HEAT + 1e-12)


def test_looking_up_is_linear_and_holds_at_the_ends():
    table = np.array([[[0.0, 1.0, 4.0], [10.0, 11.0, 14.0]]])
    spot = Spot.on(np.array([-1.0, 0.5, 1.5, 9.0]), 0.0, 1.0, 3)
    assert look_up(table, spot).tolist() == [[0.0, 0.5, 2.5, 4.0]]
    level = Spot.on(np.full((1, 4), 0.5), 0.0, 1.0, 2)
    assert look_up(table, spot, level).tolist() == [[5.0, 5.5, 7.5, 9.0]]


def test_the_grid_of_temperatures_lies_on_multiples_of_its_step():
    shifted = Climate.of(weather_of(WEATHER.dry_bulb + 0.1, 0.5))
    assert np.all(np.isclose(shifted.grid % 0.25, 0.0) | np.isclose(shifted.grid % 0.25, 0.25))
    assert shifted.grid[0] < WEATHER.wet_bulb.min() + 10.0
    assert shifted.grid[-1] >= shifted.dry_bulb.max()
