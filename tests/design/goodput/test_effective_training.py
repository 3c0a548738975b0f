"""Effective training time of jobs from a thousand to a million accelerators."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.goodput import fleet_rates, fleet_samples, goodput, training_run
from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.goodput import CHECKPOINTS, GOODPUT_PARTS, INTERRUPTION_CAUSES

SCALES = np.array([1e3, 4096, 16384, 131072, 1e6])
STATES = 405e9 * 14.0
DAY = 86400.0


@pytest.fixture(scope="module")
def rates(catalogue):
    return fleet_rates(catalogue.reliability("training-fleet"))


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_parts_add_up_to_all_time_at_every_scale(rates, checkpoint):
    found = goodput(SCALES, STATES, rates, memory=80e9, checkpoint=checkpoint)
    assert set(found.parts) == set(GOODPUT_PARTS)
    assert set(found.rates) == set(INTERRUPTION_CAUSES)
    np.testing.assert_allclose(sum(found.parts.values()), 1.0, rtol=1e-12)
    for share in found.parts.values():
        assert np.all(share >= 0.0)


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_more_accelerators_leave_less_training(rates, checkpoint):
    found = goodput(SCALES, STATES, rates, memory=80e9, checkpoint=checkpoint)
    assert np.all(np.diff(found.share) < 0.0)


@given(st.floats(10.0, 1e6), st.floats(1e9, 1e13), st.floats(1e8, 1e13))
def test_the_best_interval_leaves_most_training(rates, accelerators, states, storage):
    best = goodput(accelerators, states, rates, memory=80e9, storage=storage, spare_domains=0)
    for factor in (0.5, 0.9, 1.1, 2.0):
        other = goodput(
            accelerators,
            states,
            rates,
            memory=80e9,
            storage=storage,
            spare_domains=0,
            interval=factor * best.checkpoint_interval,
        )
        assert float(other.share) <= float(best.share) * (1.0 + 1e-9)


def test_a_job_that_never_reaches_its_next_checkpoint_does_not_train(rates):
    found = goodput(1e6, 1e15, rates, memory=80e9, storage=1e9)
    assert float(found.share) == 0.0
    assert float(sum(found.parts.values())) == pytest.approx(1.0)


def test_asynchronous_checkpoints_beat_blocking_ones_and_copies_beat_slow_storage(rates):
    shares = {
        kind: goodput(SCALES, 20e12, rates, memory=80e9, checkpoint=kind, storage=0.2e12).share for kind in CHECKPOINTS
    }
    assert np.all(shares["asynchronous"] > shares["blocking"])
    assert np.all(shares["peer"] > shares["asynchronous"])


def test_replicas_that_fail_alone_keep_large_jobs_at_work(rates):
    whole = goodput(SCALES, STATES, rates, memory=80e9)
    apart = goodput(SCALES, STATES, rates, memory=80e9, replicas=32)
    np.testing.assert_allclose(sum(apart.parts.values()), 1.0, rtol=1e-12)
    assert np.all(apart.share > whole.share)
    assert np.all(np.diff(apart.share) < 0.0)
    both = goodput(SCALES, STATES, rates, memory=80e9, checkpoint="peer", replicas=np.array([1, 32, 1, 32, 1]))
    np.testing.assert_array_equal(both.share[1::2], apart.share[1::2])
    one = goodput(SCALES, STATES, rates, memory=80e9, checkpoint="peer", replicas=np.ones(5))
    np.testing.assert_array_equal(one.share, goodput(SCALES, STATES, rates, memory=80e9, checkpoint="peer").share)


def test_meta_estimate_of_effective_training_is_met_where_losses_are_small(rates):
    """Kokolis et al., arXiv:2410.21680: (1 - N r (u + dt / 2)) / (1 + w / dt), nothing else counted."""
    calm = replace(
        rates, detection=0.0, restart=300.0, restart_growth=0.0, slow=0.0, planned=0.0, stall=0.0, repair=1e-3
    )
    n, written, interval = np.array([512.0, 1024.0, 2048.0]), 60.0, 3600.0
    states = 60.0 * n * calm.storage_bandwidth
    found = goodput(n, states, calm, memory=80e9, checkpoint="blocking", interval=interval)
    meta = (1.0 - found.rate * (300.0 + interval / 2.0)) / (1.0 + written / interval)
    np.testing.assert_allclose(found.share, meta, rtol=0.01)


def test_interruptions_come_from_their_parts(rates):
    one = goodput(8192, STATES, rates, memory=80e9, spare_domains=0)
    double = goodput(8192, STATES, rates, memory=160e9, spare_domains=0)
    assert double.rates["memory"] == pytest.approx(2.0 * one.rates["memory"])
    small = goodput(8192, STATES, rates, memory=80e9, host_accelerators=4, spare_domains=0)
    assert small.rates["hosts"] == pytest.approx(2.0 * one.rates["hosts"])
    wired = goodput(8192, STATES, rates, memory=80e9, network=1e-5, spare_domains=0)
    assert wired.rates["network"] == pytest.approx(1e-5)
    assert one.rate == pytest.approx(sum(one.rates.values()))


def test_spares_within_a_domain_trade_accelerators_for_waiting(rates):
    used = np.array([72.0, 68.0, 64.0])
    held = goodput(18432, STATES, rates, memory=186e9, domain=72, domain_used=used, host_accelerators=4)
    none = goodput(
        18432, STATES, rates, memory=186e9, domain=72, domain_used=used, host_accelerators=4, spare_domains=0
    )
    assert np.all(np.diff(none.parts["waiting for repair"]) < 0.0)
    assert np.all(held.parts["waiting for repair"] <= 1e-3)
    assert np.all(held.held >= held.accelerators)
    assert np.all(held.share_of_held < held.share)
    assert none.held[2] == pytest.approx(18432 / 64 * 72)


def test_drawn_fleets_hold_the_base_within_four_fifths(catalogue):
    entry = catalogue.reliability("training-fleet")
    drawn = goodput(SCALES, STATES, fleet_samples(entry, 400), memory=80e9, spare_domains=np.ceil(SCALES / 100.0))
    low, high = np.quantile(drawn.share, (0.1, 0.9), axis=0)
    base = goodput(SCALES, STATES, fleet_rates(entry), memory=80e9, spare_domains=np.ceil(SCALES / 100.0)).share
    assert drawn.share.shape == (400, SCALES.size)
    assert np.all(low < base)
    assert np.all(base < high)
    np.testing.assert_array_equal(
        drawn.share,
        goodput(SCALES, STATES, fleet_samples(entry, 400), memory=80e9, spare_domains=np.ceil(SCALES / 100.0)).share,
    )


def test_drawn_interruptions_span_what_two_clusters_of_one_operator_differ_by(catalogue):
    """6.50 and 2.34 failures in 1,000 days of eight accelerators: arXiv:2410.21680."""
    drawn = goodput(
        8.0, 1e9, fleet_samples(catalogue.reliability("training-fleet"), 2000), memory=80e9, spare_domains=0
    )
    daily = np.quantile(drawn.rate - drawn.rates["software and site"], [0.0, 1.0]) * DAY
    assert daily[0] == pytest.approx(2.34e-3, rel=0.2)
    assert daily[1] == pytest.approx(6.50e-3, rel=0.2)


def test_interruptions_of_llama_3_lie_in_the_four_fifths_band(catalogue):
    """419 in 54 days on 16,384 H100: arXiv:2407.21783; no rate rests on them."""
    fleet = fleet_samples(catalogue.reliability("training-fleet"), 2000)
    drawn = goodput(16384.0, STATES, fleet, memory=80e9, spare_domains=100)
    low, high = np.quantile(drawn.rate * 54 * DAY, (0.1, 0.9))
    assert low < 419 < high


def test_unknown_ways_to_write_checkpoints_and_impossible_domains_are_refused(rates):
    with pytest.raises(UsageError, match="floppy") as caught:
        goodput(1e3, 1e12, rates, memory=80e9, checkpoint="floppy")
    assert "asynchronous" in str(caught.value.hint)
    with pytest.raises(UsageError, match="domain"):
        goodput(1e3, 1e12, rates, memory=80e9, domain=72, domain_used=80)


def test_time_and_energy_of_a_run_follow_from_its_parts(rates):
    machine = Machine("X", "hopper", 1e15, 2e15, np.nan, 80e9, 3e12, 8, 4e11, 5e10, 700.0, 700.0)
    found = goodput(np.array([16384.0]), STATES, rates, memory=80e9)
    run = training_run(15.6e12, 5e6, found, machine, 560.0, rest=400.0, pue=1.2)
    assert run.seconds == pytest.approx(15.6e12 / 5e6 / found.share)
    assert run.accelerator_hours == pytest.approx(found.held * run.seconds / 3600.0)
    assert np.all(run.accelerator_power < 560.0)
    assert run.rack_energy > run.accelerator_energy
    assert run.facility_energy == pytest.approx(1.2 * run.rack_energy)
    assert run.tokens_per_joule * run.facility_energy == pytest.approx(15.6e12)


def test_a_run_without_failures_draws_what_training_draws(rates):
    machine = Machine("X", "hopper", 1e15, 2e15, np.nan, 80e9, 3e12, 8, 4e11, 5e10, 700.0, 700.0)
    none = replace(
        rates,
        **dict.fromkeys(("accelerator", "memory", "host", "adapter", "network", "slow", "planned"), 0.0),
        software=1e-15,
    )
    found = goodput(np.array([1024.0]), 1e12, none, memory=80e9)
    run = training_run(1e9, 1e6, found, machine, 560.0, rest=100.0)
    assert float(found.share[0]) == pytest.approx(1.0, abs=1e-4)
    assert run.accelerator_energy == pytest.approx(1024 * 560.0 * 1000.0, rel=1e-3)


def test_slow_accelerators_are_as_many_however_hosts_group_them(rates):
    """Wu et al., arXiv:2410.12588: 1.34 % of delay at 10,000 accelerators; the rate is of one of eight."""
    for per_host in (4, 8):
        found = goodput(10_000, STATES, rates, memory=80e9, host_accelerators=per_host)
        assert float(found.parts["stragglers"] / found.parts["training"]) == pytest.approx(0.0134, abs=2e-3)
