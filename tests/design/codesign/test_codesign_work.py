"""Shortlists of ways to lay a workload out, held against a search of every way."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gigaloop.design.codesign.work import best_rates, one_machine, probes_of
from gigaloop.design.performance.machine import machine_of
from gigaloop.design.strategy import search_strategies


@pytest.fixture(scope="module")
def base(catalogue):
    return machine_of(catalogue.accelerator("gb300"), domain=72.0, scale_out=100e9)


@pytest.fixture(scope="module")
def machines(base):
    values = product((36.0, 72.0, 144.0), (50e9, 100e9, 200e9), (140e9, 279e9), (4e12, 16e12), (1120.0, 1400.0))
    domain, scale_out, hbm, bandwidth, power = np.array(list(values)).T
    return replace(base, domain=domain, scale_out=scale_out, hbm=hbm, hbm_bandwidth=bandwidth, power=power)


def shortlist(work, base, machines):
    return work.shortlisted(probes_of(base, machines), np.unique(machines.hbm))


@pytest.mark.parametrize("which", ["training", "serving"])
def test_a_shortlist_loses_next_to_nothing_against_every_way_on_every_machine(request, base, machines, which):
    work = request.getfixturevalue(which)
    few = shortlist(work, base, machines)
    found = best_rates(few, machines)
    rows = range(0, len(found), 1 if which == "training" else 9)
    exact = np.array([work.everywhere(one_machine(machines, row)) for row in rows])
    regret = exact / found[list(rows)] - 1.0
    assert 0 < few.size < 2000
    assert regret.max() <= 0.002


def test_every_way_of_a_training_job_is_what_the_strategy_search_finds(training, base):
    best = search_strategies(training.model, base, training.job, training.accelerators).best
    assert training.everywhere(base) == pytest.approx(best.tokens_per_s_per_accelerator, rel=1e-12)


def test_rates_of_columns_are_those_of_machines_one_by_one(training, base, machines):
    few = shortlist(training, base, machines)
    together = best_rates(few, machines)
    for row in range(0, len(together), 7):
        alone = replace(machines, **{name: getattr(machines, name)[[row]] for name in _COLUMNS})
        assert best_rates(few, alone)[0] == together[row]


_COLUMNS = ("domain", "scale_out", "hbm", "hbm_bandwidth", "power")


def test_less_memory_bandwidth_or_power_never_helps(training, base, machines):
    few = shortlist(training, base, machines)
    rates = best_rates(few, machines).reshape(3, 3, 2, 2, 2)
    assert (np.diff(rates, axis=3) >= -1e-9 * rates[:, :, :, :1]).all(), "memory bandwidth"
    assert (np.diff(rates, axis=4) >= -1e-9 * rates[..., :1]).all(), "power"
    assert (np.diff(rates, axis=1) >= -1e-9 * rates[:, :1]).all(), "scale-out bandwidth"


def test_a_user_sees_the_speed_that_is_asked_or_nothing_is_served(serving, base, machines):
    slow, fast = replace(serving, speed=20.0), replace(serving, speed=100.0)
    few = [shortlist(each, base, machines) for each in (slow, fast)]
    assert (best_rates(few[0], machines) >= best_rates(few[1], machines) * (1.0 - 1e-9)).all()
    never = replace(serving, speed=1e6)
    assert best_rates(shortlist(never, base, machines), machines).max() == 0.0


def test_software_that_takes_longer_has_to_be_made_up_for(serving, base, machines):
    slower = replace(serving, speed=40.0, factor=1.25)
    faster = replace(serving, speed=50.0)
    few = shortlist(slower, base, machines)
    rows = np.arange(few.size)
    assert few.rates(base, rows).tolist() == shortlist(faster, base, machines).rates(base, rows).tolist()
    assert few.kept(base) == pytest.approx(0.8)


def test_an_instance_stays_within_its_domain(serving, base, machines):
    few = shortlist(serving, base, machines)
    small = replace(base, domain=36.0)
    rate = few.rates(replace(small, hbm=np.full(few.size, small.hbm)), np.arange(few.size))
    assert (np.asarray(few.layouts.accelerators)[rate > 0.0] <= 36).all()
