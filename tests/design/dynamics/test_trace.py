"""Traces: energy adds up at any resolution, nothing goes beyond its levels, the same seed gives the same trace."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.jobs import Job, Share, load_of, schedule, stretches
from gigaloop.design.dynamics.limits import band_swing, ramp_statistics, swing_lines
from gigaloop.design.dynamics.trace import power_trace, row_power

HOUR = 3600.0


@pytest.fixture(scope="module")
def training(catalogue):
    return load_of(catalogue.load_profile("pre-training"))


@pytest.fixture(scope="module")
def serving(catalogue):
    return load_of(catalogue.load_profile("serving"))


def quiet(load, **changes):
    """A load that neither fails nor stalls nor fluctuates."""
    calm = {"failure_interval": math.inf, "checkpoint_interval": math.inf, "noise": 0.0, "spike": 0.0, "day_swing": 0.0}
    return replace(load, **calm | changes)


def one_job(load, start=0.0, stop=math.inf, racks=100.0, accelerators=7200.0):
    return Job("one", load, racks, 100e3, accelerators, start, stop)


def test_a_job_without_swings_is_its_levels_exactly(training):
    load = quiet(training, communicate=training.compute, warm_up=60.0)
    trace = power_trace([one_job(load, start=100.0, stop=1000.0)], 1200.0)
    full, idle = 10e6 * load.compute, 10e6 * load.idle
    assert np.allclose(trace.power[:100], idle)
    assert np.allclose(trace.power[160:1000], full)
    assert np.allclose(trace.power[1000:], idle)
    assert np.allclose(np.diff(trace.power[100:160]), (full - idle) / 60.0)


def test_means_over_a_second_of_a_fine_trace_are_the_trace_at_a_second(training):
    jobs = [one_job(quiet(training, failure_interval=5e7, checkpoint_interval=300.0), 10.0, 3000.0) for _ in range(3)]
    whole = power_trace(jobs, HOUR, seed=4)
    fine = power_trace(jobs, HOUR, seed=4, step=0.02, begin=1000.0, end=1120.0)
    assert np.allclose(fine.power.reshape(120, 50).mean(axis=1), whole.power[1000:1120], rtol=1e-6)


@pytest.mark.parametrize("step", [0.1, 1.0, 15.0, 60.0])
def test_energy_does_not_depend_on_the_resolution(training, step):
    jobs = [one_job(quiet(training, failure_interval=5e7, checkpoint_interval=600.0), 77.7, 3333.3)]
    coarse, fine = power_trace(jobs, HOUR, step=step, seed=2), power_trace(jobs, HOUR, step=0.5, seed=2)
    assert coarse.energy == pytest.approx(fine.energy, rel=1e-9)


def test_power_stays_within_the_levels_of_its_load(training):
    trace = power_trace([one_job(replace(training, noise=0.0, spike=0.0))], HOUR, step=0.1, seed=1)
    assert trace.power.min() >= 10e6 * min(training.idle, training.stall, training.communicate) - 1.0
    assert trace.power.max() <= 10e6 * training.compute + 1.0


def test_the_swing_of_a_job_has_the_lines_of_its_fourier_series(training):
    load = quiet(training, jitter=0.0, warm_up=0.0)
    trace = power_trace([one_job(load)], 300.0, step=0.01)
    swing = band_swing(trace.power, 0.01, 0.1, 20.0)
    _, amplitude = swing_lines(10e6 * (load.compute - load.communicate), load.period, load.duty, 0.0, 0.1, 20.0, 300.0)
    assert swing.amplitude == pytest.approx(amplitude.max(), rel=0.02)
    assert swing.frequency == pytest.approx(1.0 / load.period, abs=0.01)


def test_only_the_coherent_share_swings_and_the_mean_stays(training):
    whole, half = (
        power_trace([one_job(quiet(training, coherence=share))], 600.0, step=0.1, seed=1) for share in (1.0, 0.5)
    )
    assert half.power.mean() == pytest.approx(whole.power.mean(), rel=1e-3)
    spread = [np.ptp(trace.power[1000:]) for trace in (whole, half)]
    assert spread[1] == pytest.approx(0.5 * spread[0], rel=1e-6)


def test_spikes_show_at_a_fine_step_and_storage_in_the_shelves_takes_them_away(training):
    load = quiet(training, spike=0.4, spike_time=1e-3, jitter=0.0, warm_up=0.0)
    bare = power_trace([one_job(load)], 20.0, step=1e-3)
    filtered = power_trace([one_job(load)], 20.0, step=1e-3, filter_time=0.05)
    assert bare.power.max() > 13.5e6
    assert filtered.power.max() < 10.2e6


def test_failures_come_at_the_rate_of_the_job(training):
    """Llama 3: 419 interruptions of 16,384 accelerators in 54 days; the draws of many days meet that mean."""
    load = quiet(training, failure_interval=training.failure_interval, restart=0.1, warm_up=0.0)
    days = 54.0 * 86400.0
    job = one_job(load, accelerators=16384.0)
    counts = [stretches(job, days, np.random.default_rng(seed)).failures for seed in range(20)]
    assert np.mean(counts) == pytest.approx(419.0, rel=0.03)


def test_stretches_follow_one_another_without_gaps(training):
    cut = stretches(one_job(replace(training, failure_interval=2e7), 50.0), 20 * HOUR, np.random.default_rng(1))
    length = np.diff(cut.begin)
    assert (length > 0.0).all()
    assert np.allclose(np.diff(cut.worked), np.where(cut.runs[:-1], length, 0.0))
    assert cut.begin[-1] == 20 * HOUR


def test_serving_follows_the_day(serving):
    load = replace(serving, noise=0.0)
    trace = power_trace([one_job(load, start=-100.0)], 86400.0, step=60.0)
    assert trace.times[trace.power.argmax()] == pytest.approx(15 * HOUR, abs=120.0)
    assert np.ptp(trace.power) / trace.power.mean() == pytest.approx(2.0 * load.day_swing, rel=0.01)


def test_noise_has_the_deviation_and_correlation_of_its_load(serving):
    load = replace(serving, day_swing=0.0)
    trace = power_trace([one_job(load, start=-100.0, racks=400.0)], 86400.0, seed=9)
    around = trace.power / trace.power.mean() - 1.0
    assert around.std() == pytest.approx(load.noise / 20.0, rel=0.05)
    assert np.corrcoef(around[:-10], around[10:])[0, 1] == pytest.approx(math.exp(-10.0 / load.noise_time), abs=0.05)


def test_a_schedule_uses_all_racks_once_and_a_seed_gives_one_trace(training, serving):
    shares = [Share(training, 3000.0, 24576.0), Share(serving, 1000.0, math.inf, "chat", steady=True)]
    jobs = schedule(shares, 132e3, 72.0, HOUR, seed=7)
    assert sum(job.racks for job in jobs) == pytest.approx(4000.0)
    assert [job.name for job in jobs][-1] == "chat"
    assert all(job.racks <= 24576.0 / 72.0 + 1e-9 for job in jobs[:-1])
    one, same, other = (power_trace(jobs, HOUR, seed=seed).power for seed in (7, 7, 8))
    assert (one == same).all()
    assert not np.allclose(one, other)


def test_rows_and_jobs_add_up_to_the_site(training, serving):
    shares = [Share(training, 300.0, 7200.0), Share(serving, 100.0, math.inf)]
    trace = power_trace(schedule(shares, 132e3, 72.0, 600.0, seed=1), 600.0, seed=1)
    assert np.allclose(trace.by_job.sum(axis=0), trace.power, rtol=1e-5)
    racks = np.array([[line.racks / 4.0 for line in trace.jobs]] * 4)
    rows = row_power(trace, racks, 100, 200)
    assert rows.shape == (4, 100)
    assert np.allclose(rows.sum(axis=0), trace.power[100:200], rtol=1e-5)
    with pytest.raises(GigaloopError, match="do not fit"):
        row_power(trace, racks[:, :2])


def test_a_synchronous_site_moves_faster_than_the_same_racks_in_many_jobs(training):
    """One job of all racks falls as a whole; many jobs never fall together."""
    ramps = []
    for size in (72000.0, 7200.0):
        jobs = schedule([Share(replace(training, noise=0.0), 1000.0, size)], 132e3, 72.0, 6 * HOUR, seed=3)
        ramps.append(ramp_statistics(power_trace(jobs, 6 * HOUR, seed=3).power, 1.0, [15.0])[0].fall)
    assert ramps[0] > 3.0 * ramps[1]


def test_ends_of_the_ranges_swing_less_and_more(catalogue):
    profile = catalogue.load_profile("pre-training")
    calm, value, harsh = (load_of(profile, end) for end in ("calm", "value", "harsh"))
    depth = [load.coherence * (load.compute - load.communicate) for load in (calm, value, harsh)]
    assert depth == sorted(depth)
    assert calm.idle > value.idle > harsh.idle


@pytest.mark.parametrize(
    "call",
    [
        lambda load: power_trace([one_job(load)], 0.0),
        lambda load: power_trace([one_job(load)], 10.0, step=0.0),
        lambda load: power_trace([one_job(load)], 10.0, begin=20.0),
        lambda load: schedule([Share(load, 1.0, 72.0)], 1.0, 72.0, 0.0, seed=1),
    ],
)
def test_an_empty_trace_is_refused(training, call):
    with pytest.raises(GigaloopError):
        call(training)
