"""Heat rejection: dry coolers against closed forms, towers against Merkel's equations integrated along the fill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.climate import humidity_ratio_of_wet_bulb, saturated_enthalpy, saturated_humidity_ratio
from gigaloop.design.climate.psychrometrics import CP_WATER
from gigaloop.design.cooling.fans import fan_power
from gigaloop.design.cooling.rejection import (
    counterflow,
    counterflow_ntu,
    dry_effectiveness,
    dry_rating,
    pad_air,
    tower_ntu,
    tower_rating,
    tower_water,
    wetted_air,
)
from gigaloop.design.fluids.exchanger import effectiveness

SEA = 101_325.0


@given(st.floats(0.01, 8.0), st.floats(0.02, 1.0))
def test_counterflow_is_that_of_the_exchangers_where_the_stream_is_the_weaker_one(ntu, ratio):
    assert counterflow(ntu, ratio) == pytest.approx(effectiveness(ntu, ratio, "counterflow"), rel=1e-7)


@given(st.floats(0.01, 6.0), st.floats(0.05, 5.0))
def test_both_streams_of_a_counterflow_exchanger_carry_the_same_heat(ntu, ratio):
    other = counterflow(ntu * ratio, 1.0 / ratio)
    assert counterflow(ntu, ratio) * 1.0 == pytest.approx(other / ratio, rel=1e-9)


@given(st.floats(0.02, 0.9), st.floats(0.05, 1.05))
def test_counterflow_ntu_is_the_inverse(effect, ratio):
    assert counterflow(counterflow_ntu(effect, ratio), ratio) == pytest.approx(effect, rel=1e-9)


@given(st.floats(2.0, 15.0), st.floats(4.0, 15.0), st.floats(1.0, 2.0))
def test_a_dry_cooler_at_rating_has_its_approach(approach, rise, ratio):
    ntu = dry_rating(approach, rise, ratio)
    effect = dry_effectiveness(1.0, 1.0, ntu, ratio)
    air, supply = 300.0, 300.0 + approach
    assert supply + rise - effect * (supply + rise - air) == pytest.approx(supply, abs=1e-9)


@given(st.floats(0.05, 1.0), st.floats(0.05, 1.0), st.floats(0.2, 1.0))
def test_more_air_never_takes_less_heat(first, second, water):
    ntu = dry_rating(8.0, 10.0, 1.1)
    low, high = sorted((first, second))
    assert dry_effectiveness(low, water, ntu, 1.1) <= dry_effectiveness(high, water, ntu, 1.1) + 1e-12


def test_a_dry_cooler_cannot_take_more_than_its_air_carries():
    with pytest.raises(UsageError, match=r"no dry cooler reaches an approach of 1\.0 K") as caught:
        dry_rating(1.0, 10.0, 0.5)
    assert caught.value.hint


def test_a_negative_approach_is_an_error():
    with pytest.raises(UsageError, match="approach"):
        dry_rating(-2.0, 10.0, 1.0)
    with pytest.raises(UsageError, match="approach"):
        tower_rating(-1.0, 6.0, 298.15, 1.2, SEA)


def _merkel(ntu: float, ratio: float, leaving: float, wet_bulb: float, humidity: float) -> tuple[float, float]:
    """Integrate Merkel's equations from the bottom of a counterflow fill: entering water and humidity ratio of the air.

    Merkel, VDI-Zeitschrift 70 (1926) 123; Lewis number 1: ``dh/dz = NTU (hs - h)``, ``dw/dz = NTU (ws - w)``,
    ``dT/dz = dh/dz / (L/G cw)``, as in Braun, Klein, Mitchell 1989, equations 1 to 5. Midpoint rule.
    """
    water, enthalpy, steps = leaving, float(saturated_enthalpy(wet_bulb, SEA)), 400

    def slope(water: float, enthalpy: float, humidity: float) -> np.ndarray:
        gain = ntu * (float(saturated_enthalpy(water, SEA)) - enthalpy)
        return np.array(
            [gain / (ratio * CP_WATER), gain, ntu * (float(saturated_humidity_ratio(water, SEA)) - humidity)]
        )

    state = np.array([water, enthalpy, humidity])
    for _ in range(steps):
        middle = state + slope(*state) / (2 * steps)
        state = state + slope(*middle) / steps
    return float(state[0]), float(state[2])


@pytest.mark.parametrize(
    ("wet", "dry", "ratio", "ntu"), [(25.6, 35.0, 1.2, 1.5), (10.0, 15.0, 1.0, 1.2), (-4.0, 0.0, 2.0, 2.0)]
)
def test_a_tower_carries_the_heat_and_the_water_of_merkels_equations(wet, dry, ratio, ntu):
    wet, dry = wet + 273.15, dry + 273.15
    humidity = float(humidity_ratio_of_wet_bulb(dry, wet, SEA))
    leaving = wet + 6.0
    entering, humid = _merkel(ntu, ratio, leaving, wet, humidity)
    into, out = saturated_enthalpy(entering, SEA), saturated_enthalpy(leaving, SEA)
    start = saturated_enthalpy(wet, SEA)
    slope = (into - out) / (entering - leaving)
    heat = counterflow(ntu, slope / (CP_WATER * ratio)) * (into - start)
    assert heat == pytest.approx(ratio * CP_WATER * (entering - leaving), rel=0.04)
    film = start + heat / -np.expm1(-ntu)
    temperature = np.interp(film, saturated_enthalpy(np.arange(250.0, 330.0, 0.1), SEA), np.arange(250.0, 330.0, 0.1))
    evaporated = -np.expm1(-ntu) * (saturated_humidity_ratio(temperature, SEA) - humidity)
    assert evaporated == pytest.approx(humid - humidity, rel=0.04)


@given(st.floats(1.0, 9.0), st.floats(3.0, 12.0), st.floats(263.0, 303.0), st.floats(0.7, 2.5))
def test_a_tower_at_rating_has_its_approach(approach, span, wet, most):
    ratio = tower_water(approach, span, wet, most, SEA)
    assert ratio <= most
    ntu = tower_rating(approach, span, wet, ratio, SEA)
    leaving = wet + approach
    out, into = saturated_enthalpy(leaving, SEA), saturated_enthalpy(leaving + span, SEA)
    effect = counterflow(ntu, (into - out) / span / (CP_WATER * ratio))
    assert effect * (into - saturated_enthalpy(wet, SEA)) == pytest.approx(ratio * CP_WATER * span, rel=1e-9)


def test_less_air_at_a_tower_has_more_transfer_units():
    assert tower_ntu(0.5, 1.0, 1.5) > tower_ntu(1.0, 1.0, 1.5) == pytest.approx(1.5)


@given(st.floats(260.0, 320.0), st.floats(0.0, 20.0), st.floats(0.5, 0.95), st.floats(270.0, 310.0))
def test_pads_are_wetted_only_as_far_as_needed(dry, depression, effect, limit):
    wet = dry - depression
    air = wetted_air(dry, wet, effect, limit)
    assert wet - 1e-9 <= air <= dry
    if dry <= limit:
        assert air == dry
    else:
        assert air == pytest.approx(max(limit, float(pad_air(dry, wet, effect))))


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 0.1), st.floats(0.0, 0.4))
def test_fan_power_rises_with_flow_and_ends_at_full(first, second, loss, low):
    small, large = sorted((first, second))
    assert fan_power(small, loss, low) <= fan_power(large, loss, low) + 1e-12
    assert fan_power(1.0, loss, low) == pytest.approx(1.0)
    assert fan_power(0.0, loss, low) == 0.0
