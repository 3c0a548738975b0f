"""Ramps, ranges and bands: exactly on traces made by hand, and against plain loops and closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.findings import allowed_ramp, trace_findings
from gigaloop.design.dynamics.limits import band_swing, ramp_statistics, sliding_max, sliding_range, swing_lines
from gigaloop.programme.schema.facility import GridLimits

traces = arrays(np.float64, st.integers(3, 120), elements=st.floats(0.0, 1e9))


@given(traces, st.integers(1, 120))
def test_sliding_extremes_are_those_of_each_window(values, length):
    length = min(length, values.size)
    windows = [values[i : i + length] for i in range(values.size - length + 1)]
    assert sliding_max(values, length).tolist() == [w.max() for w in windows]
    assert sliding_range(values, length).tolist() == [w.max() - w.min() for w in windows]


@given(traces, st.integers(1, 119))
def test_ramp_statistics_are_those_of_plain_loops(values, lag):
    lag = min(lag, values.size - 1)
    (found,) = ramp_statistics(values, 2.0, [2.0 * lag])
    changes = [values[i + lag] - values[i] for i in range(values.size - lag)]
    assert found.rise == max(0.0, *changes)
    assert found.fall == max(0.0, *(-c for c in changes))
    assert found.range == max(np.ptp(values[i : i + lag + 1]) for i in range(values.size - lag))
    assert found.rate == max(found.rise, found.fall) / (2.0 * lag)


def test_a_trace_made_by_hand_gives_its_own_ramps_exactly():
    """40 h in steps of 15 s: level, a climb of 8.4 MW in a minute, a fall of 3.1 MW at once, 19.9 MW in ten minutes.

    These are the largest changes in those windows that the 24 h trace of Frontier released with sustain-lc shows.
    """
    power = np.full(9600, 10.0e6)
    power[1000:1005] += np.array([2.1, 4.2, 6.3, 8.4, 8.4]) * 1e6
    power[1005:] = 18.4e6
    power[2000:] = 18.4e6 - 3.1e6
    power[3000:3041] = 5.2e6 + 19.9e6 * np.arange(41) / 40
    power[3041:] = 25.1e6
    power[2980:3000] = 5.2e6 + (15.3e6 - 5.2e6) * np.arange(20)[::-1] / 19
    seconds, minute, ten = ramp_statistics(power, 15.0, [15.0, 60.0, 600.0])
    assert seconds.change == 3.1e6
    assert seconds.fall == 3.1e6
    assert minute.rise == pytest.approx(8.4e6, abs=1e-3)
    assert ten.rise == pytest.approx(19.9e6, abs=1e-3)
    assert (power.min(), ten.window) == (5.2e6, 600.0)


def test_windows_longer_than_the_trace_are_left_out():
    assert [found.window for found in ramp_statistics([1.0, 2.0, 3.0], 1.0, [1.0, 2.0, 60.0])] == [1.0, 2.0]


@given(st.floats(0.15, 18.0), st.floats(1e3, 1e8))
def test_the_line_of_a_sinusoid_is_its_amplitude(frequency, amplitude):
    seconds = np.arange(0.0, 120.0, 0.02)
    swing = band_swing(3.0 * amplitude + amplitude * np.sin(2 * np.pi * frequency * seconds), 0.02, 0.1, 20.0)
    assert swing.amplitude == pytest.approx(amplitude, rel=0.03)
    assert swing.frequency == pytest.approx(frequency, abs=0.01)
    assert swing.rms == pytest.approx(amplitude / math.sqrt(2.0), rel=0.03)


def test_what_is_outside_of_the_band_is_not_seen():
    seconds = np.arange(0.0, 400.0, 0.02)
    slow = band_swing(1e6 * np.sin(2 * np.pi * 0.02 * seconds), 0.02, 0.1, 20.0)
    assert slow.amplitude < 0.01e6


@pytest.mark.parametrize(("period", "duty"), [(1.5, 0.8), (2.0, 0.5), (0.8, 0.3)])
def test_the_lines_of_a_square_swing_are_those_of_its_fourier_series(period, duty):
    seconds = np.arange(0.0, 240.0, 0.002)
    power = np.where((seconds / period) % 1.0 < duty, 50e6, 20e6)
    frequency, amplitude = swing_lines(30e6, period, duty, 0.0, 0.1, 20.0, 240.0)
    swing = band_swing(power, 0.002, 0.1, 20.0)
    assert swing.amplitude == pytest.approx(amplitude.max(), rel=0.02)
    assert swing.frequency == pytest.approx(frequency[amplitude.argmax()], abs=0.01)
    assert swing.rms == pytest.approx(math.sqrt((amplitude**2).sum() / 2.0), rel=0.02)


def test_jitter_widens_the_line_as_the_walk_of_its_phase_says():
    """Mean square of the line over many draws of a sinusoid whose phase walks, against the closed form."""
    rng, period, jitter, seconds, step = np.random.default_rng(5), 1.0, 0.05, 200.0, 0.05
    at, squares = np.arange(0.0, seconds, step), []
    for _ in range(300):
        edges = np.concatenate(([0.0], np.cumsum(period * (1.0 + jitter * rng.standard_normal(260)))))
        phase = np.interp(at, edges, np.arange(edges.size))
        squares.append(abs((np.exp(2j * np.pi * (phase - at / period))).mean()) ** 2)
    _, kept = swing_lines(np.pi / 2.0, period, 0.5, jitter, 0.9, 1.1, seconds)
    assert math.sqrt(np.mean(squares)) == pytest.approx(kept[0], rel=0.1)


def test_lines_outside_of_the_band_are_left_out():
    frequency, _ = swing_lines(1.0, 60.0, 0.5, 0.0, 0.1, 0.2, 600.0)
    assert frequency.min() >= 0.1 - 1e-12
    assert frequency.max() <= 0.2 + 1e-12
    assert swing_lines(1.0, 0.01, 0.5, 0.0, 0.1, 20.0, 60.0)[0].size == 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ramp_statistics([1.0], 1.0), "two values"),
        (lambda: ramp_statistics([1.0, float("nan")], 1.0), "no number"),
        (lambda: ramp_statistics([1.0, 2.0], 0.0), "not above 0"),
        (lambda: band_swing(np.ones(100), 1.0, 2.0, 1.0), "no band"),
        (lambda: band_swing(np.ones(100), 15.0, 0.1, 20.0), "nothing above"),
        (lambda: band_swing(np.ones(100), 0.02, 0.1, 20.0), "too short"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, said):
    with pytest.raises(GigaloopError, match=said):
        call()


def test_limits_are_held_against_the_trace_with_their_margin():
    power = np.concatenate((np.full(100, 100e6), np.full(100, 40e6)))
    grid = GridLimits.model_validate({"ramp": "50 MW/min", "range": "80 %", "band_amplitude": "1 %"})
    ramps = ramp_statistics(power, 1.0, [1.0, 60.0])
    band = band_swing(np.full(2000, 1e6), 0.02, 0.1, 20.0)
    ramp, spread, swings = trace_findings(grid, "sites.a.facility.grid", ramps, ramps[1], band, 100e6)
    assert not ramp.ok
    assert ramp.margin == pytest.approx(1.0 - 60e6 / (50e6 / 60.0))
    assert spread.ok
    assert spread.value == pytest.approx(0.6)
    assert spread.margin == pytest.approx(0.25)
    assert swings.ok
    assert swings.path == "sites.a.facility.grid.band_amplitude"


def test_a_range_is_kept_by_its_ramp_and_nothing_stated_asks_for_nothing():
    grid = GridLimits.model_validate({"ramp": "100 MW/min", "range": "10 %", "range_window": "60 s"})
    assert allowed_ramp(grid, 600e6) == pytest.approx(1e6)
    assert allowed_ramp(GridLimits(), 600e6) is None
    assert list(trace_findings(GridLimits(), "", (), ramp_statistics([1.0, 2.0], 1.0)[0], None, 1.0)) == []
