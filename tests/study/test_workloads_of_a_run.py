"""The workloads of a run: looked at closely on the generation with most racks, and as tables."""

import numpy as np
import pytest

from gigaloop.study.workload_tables import workload_tables
from gigaloop.study.workloads import facility_power, most_racks


def test_work_is_that_of_the_generation_with_most_racks_and_the_same_as_its_design_found(bundled):
    racks = bundled.plan.online_racks[:, :, -1].sum(axis=0)
    name = most_racks(bundled)
    assert racks[bundled.plan.generations.index(name)] == racks.max()
    assert [each.workload for each in bundled.work] == [each.id for each in bundled.programme.workloads]
    for each, performance in zip(bundled.work, bundled.designs[name].performance, strict=True):
        assert each.generation == name
        assert each.found.performance.tokens_per_s == pytest.approx(performance.tokens_per_s)
        assert (each.detail is not None) == (each.found.search is not None)


def test_energy_to_train_is_at_least_that_of_the_accelerators_at_their_mean_power(bundled):
    for each in bundled.work:
        if each.detail is not None and each.detail.run is not None:
            run = each.detail.run
            assert each.detail.hfu >= each.found.performance.mfu
            assert float(run.seconds) == pytest.approx(each.found.time_to_train)
            least = float(run.accelerator_power) * float(run.seconds) * each.found.performance.accelerators
            assert float(run.rack_energy) >= least


def test_facility_power_of_a_rack_lies_between_the_least_and_the_greatest_pue(bundled):
    for name, design in bundled.designs.items():
        ratio = facility_power(bundled, name) / design.rack_input
        assert bundled.plan.pue.min() <= ratio <= bundled.plan.pue.max()


def test_tables_have_a_row_for_each_generation_and_workload_and_their_parts_add_up(bundled):
    tables = workload_tables(bundled)
    performance, parts = tables["performance"], tables["performance_parts"]
    assert len(performance["workload"]) == len(bundled.designs) * len(bundled.programme.workloads)
    for i in np.flatnonzero(performance["fits"]):
        own = (parts["generation"] == performance["generation"][i]) & (parts["workload"] == performance["workload"][i])
        for of, whole in (("step", "step_s"), ("memory", "memory_b")):
            assert parts["value"][own & (parts["of"] == of)].sum() == pytest.approx(performance[whole][i])


def test_strategies_are_ranked_by_their_step_and_points_trade_throughput_for_speed(bundled):
    tables = workload_tables(bundled)
    strategies, points = tables["strategies"], tables["serving_points"]
    for name in np.unique(strategies["workload"]):
        own = strategies["workload"] == name
        assert strategies["rank"][own].tolist() == sorted(strategies["rank"][own].tolist())
        assert np.all(np.diff(strategies["step_s"][own]) >= 0.0)
    for name in np.unique(points["workload"]):
        own = points["workload"] == name
        assert np.all(np.diff(points["tokens_per_s_per_user"][own]) > 0.0)
        assert np.all(np.diff(points["tokens_per_s_per_accelerator"][own]) < 0.0)
        assert points["best"][own].sum() <= 1
