"""The first answer: it holds, it is never better than the optimum, and a stopped solve falls back on it."""

import math
import signal
import threading
import time

import numpy as np
import pytest
from benchmarks.plan_programmes import demand, factory, generated, line, site, small, supplier, supply
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.plan.greedy.curves import latest, room, soonest
from gigaloop.solve import SolveOptions

SIZE = {"weeks": 60, "sites": 2, "factories": 3, "generations": 2, "own_parts": 4, "shared_parts": 3}


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), scarcity=st.sampled_from([0.3, 1.0, 3.0, 10.0]))
def test_a_first_answer_holds_and_is_never_better_than_the_optimum(seed, scarcity):
    programme, facts = generated(seed, **SIZE, scarcity=scarcity)
    first = plan_programme(programme, facts, method="greedy")
    best = plan_programme(programme, facts, reliefs=0)
    assert check_plan(programme, facts, first) == ()
    assert sum(first.costs.values()) == pytest.approx(first.objective, rel=1e-6, abs=1.0)
    assert first.objective >= best.objective - 1e-6 * abs(best.objective)
    assert (first.status, first.bound, first.gap) == ("first answer", -math.inf, math.inf)


def online(plan) -> list[float]:
    return [round(float(racks), 4) for racks in plan.online_racks.sum(axis=(0, 1))]


def test_where_nothing_is_scarce_the_first_answer_is_the_optimum():
    programme, facts = small()
    first = plan_programme(programme, facts, method="greedy")
    assert online(first) == [0.0] + [100.0] * 11
    assert first.late == ()
    assert first.objective == pytest.approx(plan_programme(programme, facts, reliefs=0).objective, rel=1e-9)


@pytest.mark.parametrize(
    "scarce",
    [
        {"suppliers": [supplier("s1", supply("gpu", 720))]},
        {"factories": [factory("f1", line("l11", "L11", {"rack": 10}))]},
        {"factories": [factory("f1", line("l11", "L11", {"rack": 1000}), test_mw=10 * 0.1 * 72 / 168)]},
        {"sites": [site("x", {0: 100}, install_crews=[{"start": "2026-01-05", "rate": "10 racks/week"}])]},
    ],
    ids=["parts", "line", "cells", "crews"],
)
def test_a_scarce_resource_is_used_to_its_limit_and_no_further(scarce):
    programme, facts = small(14, **scarce)
    first = plan_programme(programme, facts, method="greedy")
    assert check_plan(programme, facts, first) == ()
    assert np.diff(first.online_racks.sum(axis=(0, 1))).max() <= 10.0 + 1e-6
    assert first.online_racks[0, 0, -1] == pytest.approx(100.0)
    assert online(first) == online(plan_programme(programme, facts, reliefs=0))


def test_what_is_due_first_is_served_first_and_of_that_the_most_urgent():
    programme, facts = small(
        20,
        suppliers=[supplier("s1", supply("gpu", 720))],
        sites=[site("x", {0: 100}), site("y", {0: 100})],
        lanes=[
            {"id": f"f1-{s}", "name": s, "origin": "f1", "destination": s, "transit": "0 weeks", "cost": "0 USD (2026)"}
            for s in ("x", "y")
        ],
        demands=[demand("x", 6, 5.0, priority=7), demand("y", 6, 5.0, priority=1)],
    )
    first = plan_programme(programme, facts, method="greedy")
    assert check_plan(programme, facts, first) == ()
    urgent = first.late_power[[d == "y-6" for d in first.demands]].sum()
    assert urgent < first.late_power.sum() or first.late_power.sum() == 0.0


def test_a_solve_out_of_time_gives_the_best_plan_found_and_says_so():
    programme, facts = generated(3, **SIZE)
    plan = plan_programme(programme, facts, options=SolveOptions(time_limit=1e-3))
    assert plan.status == "stopped"
    assert check_plan(programme, facts, plan) == ()
    assert plan.online_racks.any()
    assert plan.binding == ()
    assert all(late.reason.kind == "untraced" for late in plan.late)


def test_ctrl_c_during_the_solve_gives_the_best_plan_found():
    programme, facts = generated(1)
    before = signal.getsignal(signal.SIGINT)
    timer = threading.Timer(1.5, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    begin = time.perf_counter()
    try:
        plan = plan_programme(programme, facts, reliefs=0)
    except KeyboardInterrupt:  # it came before the solver ran, where nothing can be given
        pytest.skip("the machine was too slow to reach the solver")
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    if time.perf_counter() - begin < 1.5:
        pytest.skip("the solver was done before")
    assert plan.status in ("stopped", "optimal")
    assert check_plan(programme, facts, plan) == ()


@given(
    capacity=st.lists(st.floats(0, 50), min_size=2, max_size=12),
    arrivals=st.lists(st.floats(0, 80), min_size=2, max_size=12),
)
def test_the_latest_schedule_keeps_capacity_and_is_never_ahead_of_the_soonest(capacity, arrivals):
    weeks = min(len(capacity), len(arrivals))
    most, there = np.cumsum(capacity[:weeks]), np.cumsum(arrivals[:weeks])
    can = soonest(most, there)
    assert (can <= there + 1e-9).all()
    assert (np.diff(can, prepend=0.0) <= np.array(capacity[:weeks]) + 1e-6).all()
    needed = np.concatenate([[0.0], can[:-1]])
    planned = latest(most, needed)
    assert (planned >= needed - 1e-6).all()
    assert (planned <= can + 1e-6).all()
    assert (room(there) == there).all()
