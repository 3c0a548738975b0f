"""A predicted training step in place of the period, the duty and the levels that a load profile assumes."""

import numpy as np
import pytest

from gigaloop.design import design_generation
from gigaloop.design.dynamics.basis import Basis, load_from_step, site_jobs, workload_load
from gigaloop.design.dynamics.jobs import load_of
from gigaloop.design.dynamics.site import site_dynamics
from gigaloop.design.dynamics.steps import predicted_steps
from gigaloop.design.records.step_power import StepPower


def step(period=6.0, duty=0.75, high=1000.0, low=400.0, limit=1000.0):
    times, power = np.array([0.0, duty * period, period]), np.array([high, low])
    return StepPower(times, power, power[None, :], limit, {})


@pytest.fixture(scope="module")
def programme(make_programme):
    return make_programme({})


@pytest.fixture(scope="module")
def training(programme):
    return next(workload for workload in programme.workloads if workload.kind == "training")


@pytest.fixture(scope="module")
def basis():
    return Basis(racks=100.0, rack_power=120e3, rack_accelerators=72.0, loss=0.05, cooling=0.1, lag=60.0)


def test_the_step_gives_period_duty_and_levels_of_the_accelerators_share(catalogue, training, basis):
    load = workload_load(catalogue, training, basis, steps={training.id: step()})
    share = 72.0 * 1000.0 / 120e3
    assert (load.period, load.duty) == pytest.approx((6.0, 0.75))
    assert load.compute == pytest.approx(1.0)
    assert load.compute - load.communicate == pytest.approx(share * 0.6)


def test_without_a_step_the_profile_stands(catalogue, training, basis):
    assert workload_load(catalogue, training, basis, steps={"other": step()}) == workload_load(
        catalogue, training, basis
    )


def test_ends_of_the_profile_move_the_levels_of_the_step(catalogue):
    profile = catalogue.load_profile("pre-training")
    base = load_of(profile)
    calm, harsh = (load_from_step(load_of(profile, end), base, step(), 0.6) for end in ("calm", "harsh"))
    assert harsh.compute - harsh.communicate > calm.compute - calm.communicate


def test_serving_keeps_its_profile(programme, catalogue, basis):
    for workload in programme.workloads:
        if workload.kind == "inference":
            assert workload_load(catalogue, workload, basis, steps={workload.id: step()}) == workload_load(
                catalogue, workload, basis
            )


def test_jobs_and_storage_of_a_site_follow_the_step(programme, catalogue, training):
    generation, site = programme.generations[0], programme.sites[0]
    design = design_generation(programme, generation, catalogue)
    slow, fast = (
        site_dynamics(
            programme, generation, site, catalogue, design=design, hours=0.2, steps={training.id: step(period)}
        )
        for period in (12.0, 3.0)
    )
    assert slow.swing.period == 12.0
    assert fast.swing.period == 3.0
    assert slow.swing.needed.value == pytest.approx(4.0 * fast.swing.needed.value)
    jobs = site_jobs(
        programme,
        catalogue,
        Basis(10.0, 120e3, 72.0, 0.0, 0.0, 60.0),
        None,
        600.0,
        0,
        steps={training.id: step(12.0)},
    )
    assert {job.load.period for job in jobs if job.load.name == "pre-training"} == {12.0}


def test_training_without_a_profile_of_its_own_swings_as_its_predicted_step(programme, catalogue, training):
    generation, site = programme.generations[0], programme.sites[0]
    design = design_generation(programme, generation, catalogue)
    steps = predicted_steps(programme, generation, catalogue, design)
    performance = next(each for each in design.performance if each.workload == training.id)
    assert set(steps) == {training.id}
    assert steps[training.id].period == pytest.approx(performance.step, rel=1e-6)
    found = site_dynamics(programme, generation, site, catalogue, design=design, hours=0.2)
    assert found.swing.period == pytest.approx(performance.step, rel=1e-6)


def test_training_that_names_a_profile_keeps_its_swings(make_programme, catalogue, training):
    programme = make_programme(workloads=[{"id": training.id, "load_profile": "reasoning"}])
    generation = programme.generations[0]
    design = design_generation(programme, generation, catalogue)
    assert predicted_steps(programme, generation, catalogue, design) == {}
