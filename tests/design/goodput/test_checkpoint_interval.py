"""The best interval between checkpoints, and the expected time that it is the best of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special

from gigaloop.design.goodput import daly, expected_time, optimal_interval, young
from gigaloop.design.goodput.checkpoint import lambert_w

rates = st.floats(1e-7, 1e-2)
stops = st.floats(0.01, 2000.0)


@given(st.floats(1e-3, 1.0))
def test_lambert_w_is_that_of_scipy(share):
    x = -np.exp(-1.0) + share**4 * 10.0
    assert lambert_w(x) == pytest.approx(special.lambertw(x).real, rel=1e-9)


def test_lambert_w_at_its_branch_point():
    assert lambert_w(-np.exp(-1.0)) == pytest.approx(-1.0, abs=1e-7)


@given(rates, stops)
def test_best_interval_is_the_numerical_optimum_of_the_expected_time(rate, stop):
    best = float(optimal_interval(rate, stop))

    def per_work(log_interval):
        interval = np.exp(log_interval)
        return np.log(float(expected_time(interval, rate, stop, downtime=300.0, read=60.0)) / interval)

    found = optimize.minimize_scalar(
        per_work, bounds=(np.log(best) - 3.0, np.log(best) + 3.0), method="bounded", options={"xatol": 1e-9}
    )
    assert per_work(np.log(best)) <= found.fun + 1e-9
    assert np.log(best) == pytest.approx(found.x, abs=1e-3)


@given(rates, st.floats(1e-6, 1e-4))
def test_young_and_daly_are_the_best_interval_where_checkpoints_are_short(rate, part):
    stop = part / rate
    best = float(optimal_interval(rate, stop))
    assert float(daly(rate, stop)) == pytest.approx(best, rel=1e-3)
    assert float(young(rate, stop)) == pytest.approx(best, rel=0.02)


@given(rates, stops)
def test_best_interval_is_never_above_young_and_never_below_the_least(rate, stop):
    best = float(optimal_interval(rate, stop))
    assert best <= float(young(rate, stop)) * (1.0 + 1e-9)
    assert float(optimal_interval(rate, stop, least=2.0 * best)) == pytest.approx(2.0 * best)


def _simulated(rng, interval, rate, stop, downtime, read, behind, checkpoints):
    """Run a job, failure by failure; give its time for each checkpoint that became safe."""
    safe, now, at, pending = 0, 0.0, 0, None
    fails = rng.exponential(1.0 / rate)
    while safe < checkpoints:
        until = (interval + stop) if pending is None else min(interval + stop, pending)
        if fails < until:
            now += fails + downtime
            fails = rng.exponential(1.0 / rate)
            while fails < read:
                now += fails + downtime
                fails = rng.exponential(1.0 / rate)
            now, fails, at, pending = now + read, fails - read, safe, None
            continue
        if behind == 0.0:
            now, fails, safe = now + until, fails - until, safe + 1
            continue
        if pending is not None:
            now, fails, safe = now + pending, fails - pending, safe + 1
            rest = interval + stop - pending
            if fails < rest:
                now += fails + downtime
                fails = rng.exponential(1.0 / rate)
                while fails < read:
                    now += fails + downtime
                    fails = rng.exponential(1.0 / rate)
                now, fails, at, pending = now + read, fails - read, safe, None
                continue
            now, fails, at, pending = now + rest, fails - rest, at + 1, behind
            continue
        now, fails, at, pending = now + until, fails - until, at + 1, behind
    return now / checkpoints


@pytest.mark.parametrize(
    ("interval", "rate", "stop", "downtime", "read", "behind"),
    [
        (900.0, 1 / 3600, 30.0, 0.0, 0.0, 0.0),
        (900.0, 1 / 3600, 30.0, 300.0, 120.0, 0.0),
        (600.0, 1 / 2000, 5.0, 300.0, 60.0, 400.0),
        (100.0, 1 / 5000, 1.0, 100.0, 60.0, 90.0),
    ],
)
def test_expected_time_is_that_of_a_simulated_job(interval, rate, stop, downtime, read, behind):
    rng = np.random.default_rng(7)
    expected = float(expected_time(interval, rate, stop, downtime=downtime, read=read, behind=behind))
    assert _simulated(rng, interval, rate, stop, downtime, read, behind, 40_000) == pytest.approx(expected, rel=0.015)


def test_no_failures_cost_nothing_but_the_checkpoints():
    assert float(expected_time(900.0, 1e-12, 30.0, downtime=300.0, read=60.0)) == pytest.approx(930.0)
