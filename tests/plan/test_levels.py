"""Lateness by priority before money: worked out by hand, and never worse in the first priority."""

import pytest
from benchmarks.plan_programmes import demand, factory, generated, line, small
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gigaloop.core.units import WEEK
from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.study.codec import dumps, loads

SIZE = {"weeks": 60, "sites": 2, "factories": 3, "generations": 2, "own_parts": 4, "shared_parts": 3}


def test_the_first_priority_is_served_first_however_little_its_lateness_costs():
    cheap = {"priority": 1, "late_cost": "1 USD/kW/yr (2026)"}
    dear = {"priority": 9, "late_cost": "1e6 USD/kW/yr (2026)"}
    programme, facts = small(
        16,
        factories=[factory("f1", line("l11", "L11", {"rack": 10}))],
        demands=[demand("x", 1, 5.0, id="first", **cheap), demand("x", 1.1, 5.0, id="last", **dear)],
    )
    by_money = plan_programme(programme, facts, reliefs=0)
    plan = plan_programme(programme, facts, reliefs=0, objective="lexicographic")
    assert check_plan(programme, facts, plan) == ()
    first, last = plan.levels
    assert (first.priority, last.priority) == (1, 9)
    # 10 racks of 125 kW a week from week 1: 3.75 + 2.5 + 1.25 MW are late of the first 5, then nothing
    assert first.lateness == pytest.approx(7.5e6 * WEEK, rel=1e-5)
    assert plan.late_power[plan.demands.index("first")].sum() == pytest.approx(7.5e6, rel=1e-5)
    assert by_money.late_power[by_money.demands.index("first")].sum() == pytest.approx(first.by_money / WEEK, rel=1e-6)
    assert first.by_money > first.lateness * 1.5
    assert plan.objective >= by_money.objective


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000), scarcity=st.sampled_from([1.0, 3.0, 10.0]))
@example(seed=16, scarcity=10.0)  # a level is passed: its price is no money
def test_the_first_priority_is_never_later_than_by_money(seed, scarcity):
    programme, facts = generated(seed, **SIZE, scarcity=scarcity)
    plan = plan_programme(programme, facts, reliefs=0, objective="lexicographic")
    assert check_plan(programme, facts, plan) == ()
    assert [level.priority for level in plan.levels] == sorted({d.priority for d in programme.demands})
    first = plan.levels[0]
    assert first.lateness <= first.by_money * (1 + 1e-5) + 10.0 * WEEK
    assert loads(dumps(plan)).levels == plan.levels
