"""First-order lags and loops that store heat, against closed forms and plain recursion."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.lag import decay, first_order
from gigaloop.design.dynamics.thermal import carried_step, hold_time, loop_temperature, thermal_hold

values = arrays(np.float64, st.integers(1, 200), elements=st.floats(-1e6, 1e6))


@given(values, st.floats(0.0, 1.0))
def test_decay_is_the_plain_recursion(inputs, factor):
    expected, last = [], 0.0
    for x in inputs:
        last = factor * last + x
        expected.append(last)
    assert np.allclose(decay(inputs, factor), expected, rtol=1e-11, atol=1e-6)


def test_decay_works_along_the_last_axis():
    inputs = np.arange(12.0).reshape(3, 4)
    assert np.allclose(decay(inputs, 0.7), [decay(row, 0.7) for row in inputs])


@pytest.mark.parametrize("step", [0.1, 1.0, 30.0])
def test_a_step_of_heat_follows_the_exponential_at_any_resolution(step):
    count = round(600.0 / step)
    warm = loop_temperature([2e5] * count, step, 3e6, 1e4, 300.0, initial=300.0)
    at = step * np.arange(1, count + 1)
    assert np.allclose(warm, 300.0 + 20.0 * (1.0 - np.exp(-at / 300.0)), rtol=1e-13)


@given(values, st.floats(0.01, 100.0), st.floats(0.0, 1e4))
def test_a_lag_stays_between_the_extremes_of_its_input(inputs, step, tau):
    out = first_order(inputs, step, tau)
    assert out.min() >= inputs.min() - 1e-6
    assert out.max() <= inputs.max() + 1e-6


def test_hold_time_is_when_the_temperature_gets_there():
    seconds = hold_time(4e6, 1e5, 310.0, 320.0, conductance=5e3)
    warm = loop_temperature([1e5] * 20000, seconds / 20000, 4e6, 5e3, 310.0, initial=310.0)
    assert warm[-1] == pytest.approx(320.0, abs=1e-9)
    assert hold_time(4e6, 1e5, 310.0, 320.0) == pytest.approx(400.0)


def test_hold_time_without_need_or_headroom():
    assert hold_time(4e6, 1e5, 310.0, 320.0, conductance=2e4) == math.inf
    assert hold_time(4e6, 0.0, 310.0, 320.0) == math.inf
    assert hold_time(4e6, 1e5, 320.0, 320.0) == 0.0


@pytest.mark.parametrize("seconds", [0.5, 60.0, 600.0])
def test_the_step_that_a_loop_carries_uses_up_its_headroom_however_slowly_it_comes(seconds):
    """Cooling that lags by tau is behind by step times tau in the end, for a step and for a ramp."""
    capacity, headroom, tau, fine = 5e6, 4.0, 90.0, 0.5
    heat = carried_step(capacity, headroom, tau) * np.minimum(1.0, np.arange(1, 6001) * fine / seconds)
    behind = heat - first_order(heat, fine, tau, initial=0.0)
    assert behind.sum() * fine / capacity == pytest.approx(headroom, rel=0.01)


def test_a_loop_holds_by_its_volume():
    hold = thermal_hold("TCS", volume=2.0, heat_capacity=4.0e6, heat=4e5, flow=0.02, headroom=10.0, cooling_lag=120.0)
    assert hold.seconds == pytest.approx(200.0)
    assert hold.time_constant == pytest.approx(100.0)
    assert hold.load_step == pytest.approx(8e6 * 10.0 / 120.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: decay([1.0], 1.5),
        lambda: first_order([1.0], 0.0, 1.0),
        lambda: first_order([1.0], 1.0, -1.0),
        lambda: loop_temperature([1.0], 1.0, 0.0, 1.0, 300.0),
        lambda: hold_time(1.0, -1.0, 300.0, 310.0),
        lambda: hold_time(0.0, 1.0, 300.0, 310.0),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(GigaloopError):
        call()
