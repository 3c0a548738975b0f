"""Racks that go online in whole scalable units."""

import numpy as np
import pytest
from benchmarks.plan_programmes import (
    demand,
    factory,
    generated,
    generation,
    lane,
    line,
    part,
    site,
    small,
    supplier,
    supply,
)

from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan

UNITS = {"online_by": "units", "discount_rate": "0 %/yr", "compute_price_change": "0 %/yr"}


def made(weeks=12, **changes):
    built, facts = small(weeks, **changes)
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
    return plan


def test_racks_wait_until_their_unit_is_complete():
    plan = made(suppliers=[supplier("s1", supply("gpu", 5 * 72))], demands=[demand("x", 1, 2.0)], policy=UNITS)
    assert plan.online_racks[0, 0, :6].round(4).tolist() == [0.0, 0.0, 8.0, 8.0, 16.0, 16.0]
    assert plan.waiting[0, 0, :6].round(4).tolist() == [0.0, 5.0, 2.0, 7.0, 0.0, 0.0]
    assert plan.units.ids == ("x:g1:1", "x:g1:2")
    assert plan.units.weeks.tolist() == [2, 4]
    assert plan.units.demands == ("x-1", "x-1")


def test_the_gap_is_what_waiting_for_whole_units_costs():
    changes = {"suppliers": [supplier("s1", supply("gpu", 5 * 72))], "demands": [demand("x", 1, 2.0)]}
    whole, racks = made(policy=UNITS, **changes), made(policy=UNITS | {"online_by": "racks"}, **changes)
    assert whole.bound == pytest.approx(racks.objective)
    assert whole.objective == pytest.approx(sum(whole.costs.values()))
    assert whole.objective > racks.objective
    assert whole.gap == pytest.approx((whole.objective - racks.objective) / abs(whole.objective))
    assert (whole.status, racks.status) == ("feasible", "optimal")


def test_the_last_unit_of_a_finished_demand_may_be_short():
    plan = made(demands=[demand("x", 1, 1.25), demand("x", 6, 1.25)], policy=UNITS | {"early": "0 weeks"})
    assert plan.online_racks[0, 0, [1, 5, 6]].round(4).tolist() == [10.0, 10.0, 20.0]
    assert plan.units.racks.round(4).tolist() == [8.0, 2.0, 8.0, 2.0]
    assert plan.units.weeks.tolist() == [1, 1, 6, 6]
    assert plan.late == ()


def test_an_unfinished_demand_has_no_short_unit():
    plan = made(6, suppliers=[supplier("s1", supply("gpu", 5 * 72))], demands=[demand("x", 1, 12.5)], policy=UNITS)
    assert plan.online_racks[0, 0, -1] == pytest.approx(24.0)
    assert plan.waiting[0, 0, -1] == pytest.approx(1.0)


def test_lateness_that_only_whole_units_cause_says_so():
    plan = made(
        suppliers=[supplier("s1", supply("gpu", 5 * 72))], demands=[demand("x", 1, 0.625)], policy=UNITS, weeks=4
    )
    assert plan.late == ()
    late = made(
        weeks=6,
        suppliers=[supplier("s1", supply("gpu", 5 * 72))],
        demands=[demand("x", 1, 0.625), demand("x", 2, 0.625), demand("x", 3, 0.625)],
        generations=[generation("g1", "rack")],
        sites=[site("x", {0: 100})],
        policy=UNITS,
    )
    assert sum(each.energy for each in late.late) >= 0.0


def test_units_fill_one_by_one_where_racks_go_online_as_they_come():
    plan = made(suppliers=[supplier("s1", supply("gpu", 5 * 72))], demands=[demand("x", 1, 2.5)])
    assert plan.units.racks.round(4).tolist() == [8.0, 8.0, 4.0]
    assert plan.units.weeks.tolist() == [2, 4, 4]


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_programmes_hold_their_limits_in_whole_units(seed):
    built, facts = generated(seed, weeks=60, generations=2, factories=2, sites=3, own_parts=4, shared_parts=4)
    built = built.model_copy(update={"policy": built.policy.model_copy(update={"online_by": "units"})})
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
    assert plan.gap < 0.01
    assert plan.objective >= plan.bound - 1e-6 * abs(plan.bound)
    whole = np.array([float(g.racks_per_su) for g in built.generations])
    sizes = whole[[plan.generations.index(g) for g in plan.units.generations]]
    assert (plan.units.racks <= sizes + 1e-6).all()


def test_racks_go_online_with_the_network_racks_that_lines_make_and_lanes_bring():
    switch = part("switch-rack", "L10", {"switch": 4})
    plan = made(
        parts=[part("rack", "L11", {"gpu": 72}), part("gpu", cost=40000), switch, part("switch", cost=9000)],
        generations=[generation("g1", "rack", su_parts=[{"part": "switch-rack", "quantity": 2}])],
        suppliers=[supplier("s1", supply("gpu", 72000), supply("switch", 1000))],
        factories=[
            factory(
                "f1", line("l11", "L11", {"rack": 1000}), line("l10", "L10", {"switch-rack": 5}, cycle_time="2 weeks")
            )
        ],
        lanes=[lane("f1", "x", weeks=1)],
        demands=[demand("x", 2, 10.0)],
        policy=UNITS | {"online_by": "racks"},
    )
    assert plan.online_racks[0, 0, :8].round(4).tolist() == [0.0, 0.0, 0.0, 20.0, 40.0, 60.0, 80.0, 80.0]
    sent = plan.shipments.pieces[plan.shipments.parts.index("switch-rack")]
    assert sent.sum() == pytest.approx(20.0)
    assert plan.late[0].reason.kind in ("line", "lead time")


def test_units_use_what_is_bought_for_them_the_cheapest_first():
    cdu = {"id": "cdu", "name": "cdu", "family": "cooling"}
    plan = made(
        parts=[part("rack", "L11", {"gpu": 72}), part("gpu", cost=40000), cdu],
        generations=[generation("g1", "rack", su_parts=[{"part": "cdu", "quantity": 1}])],
        suppliers=[
            supplier("s1", supply("gpu", 72000), supply("cdu", 1, price=300000)),
            supplier("s2", supply("cdu", 2, lead_weeks=2, price=500000)),
        ],
        sites=[site("x", {0: 100}, commissioning="1 week")],
        demands=[demand("x", 2, 10.0)],
        policy=UNITS,
    )
    assert plan.online_racks[0, 0, :7].round(4).tolist() == [0.0, 0.0, 16.0, 40.0, 64.0, 80.0, 80.0]
    used = {row: plan.purchases.used[n].sum() for n, row in enumerate(plan.purchases.paths) if row.endswith("cdu")}
    assert used["suppliers.s1.supplies.cdu"] == pytest.approx(5.0)
    assert used["suppliers.s2.supplies.cdu"] == pytest.approx(5.0)


def test_more_than_units_can_use_adds_nothing():
    cdu = {"id": "cdu", "name": "cdu", "family": "cooling"}
    plan = made(
        parts=[part("rack", "L11", {"gpu": 72}), part("gpu", cost=40000), cdu],
        generations=[generation("g1", "rack", su_parts=[{"part": "cdu", "quantity": 1}])],
        suppliers=[supplier("s1", supply("gpu", 72000), supply("cdu", 1000, price=300000))],
    )
    assert plan.late == ()
    bought = made()
    assert plan.costs["bought parts"] - bought.costs["bought parts"] == pytest.approx(
        100 / 8 * 300000 * plan.discount[1]
    )


def test_waiting_racks_are_told_by_what_they_wait_for():
    plan = made(
        suppliers=[supplier("s1", supply("gpu", 5 * 72))],
        sites=[site("x", {0: 0.5, 6: 10})],
        demands=[demand("x", 1, 4.0)],
        policy=UNITS | {"waiting_cost": "0 USD/rack/week (2026)"},
    )
    weeks = plan.stranded.rack_weeks()
    assert sum(weeks.values()) == pytest.approx(plan.waiting.sum(), abs=1e-3)
    assert set(weeks) <= {"power", "unit"}
    assert weeks["unit"] > 0.0
