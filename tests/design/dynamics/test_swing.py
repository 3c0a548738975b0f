"""Storage against periodic swings: closed forms against sums over finely cut periods."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics import filtered_spike, rack_swing_storage, sine_energy, square_energy, swing_storage

positive = st.floats(1e-3, 1e6)


def stored(power, step):
    """Energy between the fullest and the emptiest moment of storage that makes the feed flat."""
    return np.ptp(np.concatenate(([0.0], np.cumsum(power - power.mean())))) * step


@given(positive, st.floats(0.01, 1e3), st.floats(0.02, 0.98))
def test_square_energy_is_what_a_flat_feed_moves(swing, period, duty):
    n = 1000
    upper = round(duty * n)
    power = np.where(np.arange(n) < upper, swing, 0.0)
    assert square_energy(swing, period, upper / n) == pytest.approx(stored(power, period / n), rel=1e-9)


@given(positive, st.floats(0.01, 1e3))
def test_sine_energy_is_what_a_flat_feed_moves(swing, period):
    n = 2000
    power = 0.5 * swing * np.sin(2 * np.pi * (np.arange(n) + 0.5) / n)
    assert sine_energy(swing, period) == pytest.approx(stored(power, period / n), rel=1e-5)


def test_published_storage_of_65_j_per_gpu_rides_a_40_kw_swing_for_an_eighth_of_a_second():
    rack = swing_storage(40e3, 1.0, installed=65.0 * 72)
    assert rack.installed == 4680.0
    assert rack.covered_time == pytest.approx(0.117)
    assert rack.coverage == pytest.approx(0.468)


def test_less_storage_leaves_the_share_of_the_swing_that_the_least_feed_leaves():
    """A square swing through storage C: levels closer by C over each phase are the nearest that any feed can get."""
    rack = swing_storage(60e3, 2.0, duty=0.8, installed=6000.0)
    upper, lower = 6000.0 / (0.8 * 2.0), 6000.0 / (0.2 * 2.0)
    assert rack.residual == pytest.approx(60e3 - upper - lower)


def test_enough_storage_leaves_nothing_and_unknown_storage_everything():
    assert swing_storage(40e3, 1.0, installed=1e9).residual == 0.0
    assert swing_storage(40e3, 1.0).residual == 40e3
    assert swing_storage(40e3, 1.0).coverage is None
    assert swing_storage(40e3, 1.0).covered_time is None
    assert swing_storage(0.0, 1.0, installed=10.0).coverage == 1.0


def test_ranges_of_the_profile_reach_the_storage_needed(catalogue):
    rack = rack_swing_storage(132e3, catalogue.load_profile("pre-training"), 4680.0)
    assert rack.needed.low < rack.needed.value < rack.needed.high
    assert rack.swing == pytest.approx(66e3)
    assert rack.needed.value == pytest.approx(66e3 * 0.8 * 0.2 * 1.5)
    assert rack.needed.low == pytest.approx(132e3 * (0.9 - 0.7) * 0.9 * 0.1 * 0.5)
    assert rack.needed.high == pytest.approx(132e3 * (1.05 - 0.3) * 0.6 * 0.4 * 10.0)


@given(positive, st.floats(1e-6, 10.0), st.floats(1e-6, 10.0))
def test_a_filter_never_raises_a_spike(excess, duration, tau):
    left = filtered_spike(excess, duration, tau)
    assert 0.0 <= left <= excess
    assert filtered_spike(excess, duration, 0.0) == excess


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: square_energy(-1.0, 1.0), "not possible"),
        (lambda: square_energy(1.0, 1.0, 1.5), "no share"),
        (lambda: swing_storage(1.0, 1.0, installed=-1.0), "less than none"),
        (lambda: sine_energy(1.0, float("nan")), "not possible"),
    ],
)
def test_what_cannot_be_is_refused(call, said):
    with pytest.raises(GigaloopError, match=said):
        call()
