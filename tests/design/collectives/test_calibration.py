"""Calibration finds the regimes that made a run, says where nothing was measured, and never fits on what it judges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.collectives import Measurements, System, calibrate, collective_times
from gigaloop.design.collectives.measurements import algorithms_named
from gigaloop.design.collectives.regimes import LIBRARY
from gigaloop.design.collectives.segments import cut

NODE = System("node", domain=8.0, scale_up=450e9, scale_out=50e9, in_switch_reduction=True)
SIZES = np.logspace(10, 33, 24, base=2.0)


def run(time, size=SIZES, group=8, collective="all_reduce", algorithms=LIBRARY):
    count = len(size)
    return Measurements(
        (collective,) * count, size, np.full(count, float(group)), time, (algorithms,) * count, "a test"
    )


def two_regimes(size):
    """A protocol of low latency up to 1 MiB, one of high bandwidth beyond."""
    return np.where(size <= 2**20, 20e-6 + size / 30e9, 45e-6 + size / 270e9)


def test_two_regimes_are_found_with_their_constants():
    found = cut(SIZES, two_regimes(SIZES))
    assert [(r.low, r.high) for r in found] == [(2.0**10, 2.0**20), (2.0**21, 2.0**33)]
    assert [r.latency for r in found] == pytest.approx([20e-6, 45e-6], rel=1e-6)
    assert [r.bandwidth for r in found] == pytest.approx([30e9, 270e9], rel=1e-6)


@given(seed=st.integers(0, 999))
def test_noise_of_two_percent_makes_no_further_regimes_of_note(seed):
    noise = np.random.default_rng(seed).normal(0.0, 0.015, len(SIZES))
    found = cut(SIZES, two_regimes(SIZES) * np.exp(noise))
    assert 2 <= len(found) <= 4
    big = SIZES[-6:]
    assert found[-1].time(big) == pytest.approx(two_regimes(big), rel=0.05)


def test_neither_latency_nor_slope_is_negative():
    falling = cut(SIZES[:6], np.linspace(50e-6, 40e-6, 6))
    assert all(r.latency >= 0.0 and r.bandwidth > 0.0 for r in falling)
    steep = cut(SIZES[-4:], np.power(SIZES[-4:], 1.3) / 1e12)
    assert all(r.latency >= 0.0 and r.bandwidth > 0.0 for r in steep)


def test_a_calibrated_machine_repeats_its_run_and_says_that_it_was_measured():
    calibration = calibrate(run(two_regimes(SIZES)), NODE)
    found = collective_times(NODE, "all_reduce", SIZES, 8, calibration=calibration)
    assert found.time == pytest.approx(two_regimes(SIZES), rel=1e-3)
    assert found.measured.all()
    assert (found.high / found.low).max() < 1.1
    assert "own measurements" in found.basis[0]


def test_the_band_widens_away_from_what_was_measured():
    calibration = calibrate(run(two_regimes(SIZES[6:18]), SIZES[6:18]), NODE)
    sizes = 2.0 ** np.array([20, 28, 30, 32])
    found = collective_times(NODE, "all_reduce", sizes, 8, calibration=calibration)
    width = found.high / found.low
    assert found.measured.tolist() == [True, False, False, False]
    assert (np.diff(width) >= 0.0).all()
    assert width[-1] > width[0]
    free = collective_times(NODE, "all_reduce", sizes, 8)
    assert (width <= free.high / free.low + 1e-12).all()


def test_between_measured_groups_the_correction_lies_between_theirs():
    size = SIZES[-6:]
    model = {group: collective_times(NODE, "all_reduce", size, group).time for group in (4, 6, 8)}
    both = Measurements(
        ("all_reduce",) * 12, np.concatenate([size, size]), np.repeat([4.0, 8.0], 6),
        np.concatenate([1.1 * model[4], 1.4 * model[8]]), (LIBRARY,) * 12, "a test",
    )  # fmt: skip
    found = collective_times(NODE, "all_reduce", size, 6, calibration=calibrate(both, NODE))
    assert (found.time > 1.1 * model[6]).all()
    assert (found.time < 1.4 * model[6]).all()
    assert not found.measured.any()


def test_a_single_size_scales_the_model():
    one = np.array([2.0**30])
    modelled = collective_times(NODE, "all_reduce", one, 8).time
    calibration = calibrate(run(1.25 * modelled, one), NODE)
    found = collective_times(NODE, "all_reduce", one, 8, calibration=calibration)
    assert found.time == pytest.approx(1.25 * modelled)
    assert "too few sizes" in calibration.lines()[0]


def test_a_run_within_a_domain_says_nothing_of_the_network():
    calibration = calibrate(run(2.0 * two_regimes(SIZES)), NODE)
    free = collective_times(NODE, "all_reduce", SIZES, 64)
    found = collective_times(NODE, "all_reduce", SIZES, 64, calibration=calibration)
    assert found.time == pytest.approx(free.time)
    assert found.high == pytest.approx(free.high)


def test_a_run_of_one_collective_or_algorithm_says_nothing_of_others():
    calibration = calibrate(run(3.0 * two_regimes(SIZES), algorithms=algorithms_named("Ring")), NODE)
    for collective, algorithms in (("all_reduce", LIBRARY), ("all_gather", LIBRARY)):
        free = collective_times(NODE, collective, SIZES, 8, algorithms=algorithms)
        found = collective_times(NODE, collective, SIZES, 8, algorithms=algorithms, calibration=calibration)
        assert found.time == pytest.approx(free.time)
    forced = collective_times(NODE, "all_reduce", SIZES, 8, algorithms=("ring",), calibration=calibration)
    assert forced.time == pytest.approx(3.0 * two_regimes(SIZES), rel=1e-3)


def test_nothing_to_calibrate_by_is_an_error():
    with pytest.raises(UsageError, match="nothing to calibrate"):
        calibrate(run(np.ones(3), SIZES[:3], group=1), NODE)


@pytest.mark.parametrize(("label", "algorithms"), [
    ("auto", LIBRARY), ("auto(NVLS)", LIBRARY), ("", LIBRARY), ("Ring", ("ring",)), ("Ring-NVLSoff", ("ring",)),
    ("NVLS", ("switch",)), ("NVLSTree(forced)", ("switch tree",)), ("Tree", ("tree",)),
])  # fmt: skip
def test_labels_of_algorithms_are_understood(label, algorithms):
    assert algorithms_named(label) == algorithms
