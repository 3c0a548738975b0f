"""How a training job of a programme goes on after failures, and what of its time that leaves."""

import numpy as np
import pytest
from pydantic import ValidationError

from gigaloop.design.performance.machine import machine_of
from gigaloop.design.transformer import preset
from gigaloop.design.workload import design_workload
from gigaloop.design.workload.effective import job_goodput


@pytest.fixture
def effective(make_programme, catalogue):
    """Give what of a job's time is training, with some ways to recover, for jobs of some sizes."""

    def run(accelerators=None, **recovery):
        programme = make_programme(workloads=[{"id": "training", "training": {"recovery": recovery}}])
        training = next(each.training for each in programme.workloads if each.id == "training")
        generation, machine = programme.generations[0], machine_of(catalogue.accelerator("gb300"))
        return job_goodput(catalogue, generation, training, preset(catalogue, "deepseek-v3"), machine, accelerators)

    return run


def test_replicas_that_fail_alone_keep_more_of_the_time(effective):
    whole, apart = effective(), effective(replicas=32)
    assert float(apart.share) > float(whole.share)
    assert float(apart.parts["detection and restart"]) < float(whole.parts["detection and restart"])


def test_a_larger_job_has_more_replicas_of_the_same_size(effective):
    sizes = np.array([64.0, 2048.0, 65536.0])
    together = effective(sizes, replicas=32).share
    np.testing.assert_allclose(together[1], effective(replicas=32).share)
    np.testing.assert_allclose(together[0], effective(64.0).share)
    # In replicas a job of 65,536 loses less to failures than a job of half that size which restarts as a whole.
    assert together[2] > effective(32768.0).share


def test_slower_storage_and_blocking_checkpoints_cost_time(effective):
    stated = effective()
    assert float(effective(storage="20 GB/s").share) < float(stated.share)
    assert float(effective(checkpoints="blocking").share) < float(stated.share)
    assert float(effective(checkpoints="peer", storage="20 GB/s").share) > float(effective(storage="20 GB/s").share)


def test_fewer_spares_wait_longer_for_repairs(effective):
    none, many = effective(spares=0), effective(spares=12)
    assert float(none.parts["waiting for repair"]) > float(many.parts["waiting for repair"])
    assert float(many.held - none.held) == 12 * 72


def test_replicas_that_do_not_divide_the_job_are_refused_with_a_number_that_does(effective):
    with pytest.raises(ValidationError, match="30 replicas do not divide 2,048 accelerators; 32 would"):
        effective(replicas=30)


def test_storage_takes_in_something(effective):
    with pytest.raises(ValidationError, match="more than 0 B/s"):
        effective(storage="0 GB/s")


def test_tokens_follow_how_a_job_recovers(make_programme, catalogue):
    found = []
    for recovery in ({}, {"replicas": 32, "checkpoints": "peer"}):
        programme = make_programme(workloads=[{"id": "training", "training": {"recovery": recovery}}])
        job = next(each for each in programme.workloads if each.training is not None)
        found.append(design_workload(programme, programme.generations[0], job, catalogue).performance)
    whole, apart = found
    assert apart.step == whole.step
    assert apart.tokens_per_s / whole.tokens_per_s == pytest.approx(apart.goodput / whole.goodput)
    assert apart.goodput > whole.goodput
