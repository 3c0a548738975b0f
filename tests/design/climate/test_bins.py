"""Bins conserve what they are made of; warmer climates; the states of the design day."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.design.climate import (
    Weather,
    bin_weather,
    design_states,
    humidity_ratio,
    humidity_ratio_of_wet_bulb,
    saturation_pressure,
    warmed,
    weather_note,
    wet_bulb,
)


def hours_of(seed: int, count: int = 600) -> Weather:
    rng = np.random.default_rng(seed)
    dry = rng.uniform(245.0, 315.0, count)
    pressure = rng.uniform(80e3, 103e3, count)
    wet = wet_bulb(dry, humidity_ratio(rng.uniform(0.05, 1.0, count) * saturation_pressure(dry), pressure), pressure)
    month = rng.integers(1, 13, count)
    return Weather(dry, wet, pressure, np.ones(count), month, "x", "X", "2001", "test", "hours")


@given(st.integers(0, 2**31))
@settings(max_examples=25)
def test_bins_conserve_hours_and_means_of_every_month(seed):
    hours = hours_of(seed)
    bins = bin_weather(hours)
    assert bins.grain == "bins"
    assert len(bins) <= len(hours)
    for month in range(1, 13):
        of, to = hours.month == month, bins.month == month
        assert bins.hours[to].sum() == pytest.approx(of.sum())
        for name in ("dry_bulb", "wet_bulb", "pressure"):
            total = (getattr(bins, name)[to] * bins.hours[to]).sum()
            assert total == pytest.approx(getattr(hours, name)[of].sum(), rel=1e-12)
    assert bins.mean(bins.dry_bulb) == pytest.approx(hours.mean(hours.dry_bulb))
    assert np.all(bins.wet_bulb <= bins.dry_bulb + 1e-9)
    assert (bins.dry_bulb_max, bins.wet_bulb_max) == (hours.dry_bulb.max(), hours.wet_bulb.max())


def test_a_bin_is_two_kelvin_wide_and_bins_of_bins_are_themselves():
    bins = bin_weather(hours_of(1))
    once_more = bin_weather(bins)
    for name in ("dry_bulb", "wet_bulb", "pressure", "hours", "month"):
        np.testing.assert_allclose(getattr(once_more, name), getattr(bins, name), rtol=1e-12)
    key = np.stack([bins.month, np.floor((bins.dry_bulb - 273.15) / 2), np.floor((bins.wet_bulb - 273.15) / 2)])
    assert np.unique(key, axis=1).shape == key.shape


@given(st.integers(0, 2**31), st.floats(-4.0, 6.0))
@settings(max_examples=25)
def test_a_warmer_climate_keeps_its_humidity_ratio_and_its_wet_bulb_rises_by_less(seed, kelvin):
    hours = hours_of(seed, 200)
    found = warmed(hours, kelvin)
    np.testing.assert_allclose(found.dry_bulb, hours.dry_bulb + kelvin)
    assert found.warming == pytest.approx(kelvin)
    assert np.all(found.wet_bulb <= found.dry_bulb)
    if kelvin > 0:
        before, after = (
            humidity_ratio_of_wet_bulb(each.dry_bulb, each.wet_bulb, each.pressure) for each in (hours, found)
        )
        np.testing.assert_allclose(after, before, atol=5e-7)
        assert np.all(found.wet_bulb >= hours.wet_bulb - 1e-5)
        # one jump of some 0.7 K where the wick thaws
        assert np.all(found.wet_bulb - hours.wet_bulb <= kelvin + 0.8)
    assert found.dry_bulb_max == pytest.approx(found.dry_bulb.max())
    assert found.wet_bulb_max == pytest.approx(found.wet_bulb.max(), abs=1e-9)


def test_no_warming_is_the_weather_itself():
    hours = hours_of(2)
    assert warmed(hours, 0.0) is hours


def test_the_design_states_are_the_hottest_and_the_most_humid():
    hours = hours_of(3)
    for weather in (hours, bin_weather(hours)):
        states = design_states(weather)
        assert len(states) == 2
        assert states.dry_bulb[0] == pytest.approx(hours.dry_bulb.max())
        assert states.wet_bulb[1] == pytest.approx(hours.wet_bulb.max())
        assert np.all(states.wet_bulb <= states.dry_bulb)
        assert np.all(states.wet_bulb <= hours.wet_bulb.max())


def test_the_note_says_which_weather_it_is():
    note = weather_note(warmed(hours_of(4), 1.5), bins_difference=-0.0002)
    assert (note.station, note.period, note.grain, note.warming, note.bins_difference) == (
        "x",
        "2001",
        "hours",
        1.5,
        -0.0002,
    )
