import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design.fluids.pump import (
    part_load_power,
    pump_efficiency,
    pump_speed,
    system_head,
)


def test_without_a_held_head_power_follows_the_cube_of_flow():
    flow = np.array([0.3, 0.7, 1.0])
    np.testing.assert_allclose(part_load_power(flow, 10e3, no_load=0.0), 10e3 * flow**3)


@given(flow=st.floats(0.05, 1.2), held=st.floats(0.0, 1.0))
def test_the_speed_gives_flow_and_head_of_the_system(flow, held):
    shut_off = 1.2
    speed = float(pump_speed(flow, held, shut_off))
    assert shut_off * speed**2 - (shut_off - 1.0) * flow**2 == pytest.approx(float(system_head(flow, 1.0, held)))


@given(flow=st.floats(0.05, 0.99), held=st.floats(0.0, 0.9))
def test_less_flow_takes_less_power_and_a_held_head_takes_more(flow, held):
    power = float(part_load_power(flow, 1.0, held))
    assert power < 1.0
    assert power <= float(part_load_power(flow, 1.0, held + 0.1))


def test_a_pump_that_stands_draws_nothing():
    assert part_load_power([0.0, 0.0], 1e4, [0.0, 0.5]).tolist() == [0.0, 0.0]


def test_larger_pumps_are_more_efficient_within_what_is_sold():
    efficiency = pump_efficiency(np.geomspace(1e-4, 1.0, 50))
    assert (np.diff(efficiency) >= 0.0).all()
    assert efficiency.min() >= 0.45
    assert efficiency.max() <= 0.86
