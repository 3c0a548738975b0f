"""Equipment of sites that gates their power, their crews, and what stands there at the start."""

import numpy as np
import pytest
from benchmarks.plan_programmes import day, demand, lane, part, site, small, supplier, supply

from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.plan.inputs.data import gather
from gigaloop.programme.checks import check_programme

GPU = part("gpu", cost=40000)
RACK = part("rack", "L11", {"gpu": 72})
TRANSFORMER = {"id": "transformer", "name": "transformer", "family": "site equipment"}


def made(weeks=12, *, equipment=(), offer=None, sites=None, reliefs=0, **changes):
    supplies = [supplier("s1", supply("gpu", 72000))] + ([supplier("s2", offer)] if offer else [])
    built, facts = small(
        weeks,
        parts=[RACK, GPU, TRANSFORMER],
        suppliers=supplies,
        sites=sites or [site("x", {0: 12.5}, equipment=list(equipment))],
        **changes,
    )
    plan = plan_programme(built, facts, reliefs=reliefs)
    assert check_plan(built, facts, plan) == ()
    return plan


def online_mw(plan, s=0):
    return (plan.online_power[s].sum(axis=0) / 1e6).round(4).tolist()


def transformers(**changes):
    return {"part": "transformer", "per_power": "5 MW"} | changes


def test_power_is_usable_as_far_as_equipment_in_service_serves_it():
    arrives = [{"date": day(3), "quantity": 1}, {"date": day(5), "quantity": 1}]
    plan = made(equipment=[transformers(installed=1, on_order=2, deliveries=arrives, install="1 week")])
    assert online_mw(plan)[:8] == [0.0, 5.0, 5.0, 5.0, 10.0, 10.0, 12.5, 12.5]
    (late,) = plan.late
    assert (late.reason.kind, late.reason.path) == ("equipment", "sites.x.equipment.transformer")
    assert str(late.reason.clears) == day(6)
    assert late.reason.share == pytest.approx(1.0)


def test_pieces_on_order_without_a_date_come_in_time_for_the_steps_as_far_as_they_last():
    steps = site("x", {0: 5, 4: 12.5}, equipment=[transformers(on_order=2)])
    plan = made(sites=[steps], demands=[demand("x", 1, 12.5)])
    assert online_mw(plan)[1:6] == [5.0, 5.0, 5.0, 10.0, 10.0]
    assert {reason.kind for reason in plan.late[0].reasons} == {"energisation", "equipment"}


def test_a_substation_and_a_transformer_that_slip_are_both_named_with_the_dates_on_which_they_clear():
    slip = transformers(installed=1, on_order=2, deliveries=[{"date": day(6), "quantity": 2}])
    plan = made(sites=[site("x", {0: 5, 3: 12.5}, equipment=[slip])])
    clears = {reason.kind: str(reason.clears) for reason in plan.late[0].reasons}
    assert clears == {"energisation": day(3), "equipment": day(6)}


def test_more_is_bought_after_the_lead_time_within_the_allocation():
    plan = made(16, equipment=[transformers(installed=1)], offer=supply("transformer", 0.25, lead_weeks=4))
    power = online_mw(plan)
    assert power[1:5] == [5.0, 5.0, 5.0, 6.25]
    assert power[-1] == pytest.approx(12.5)
    arrived = np.cumsum(plan.equipment.bought[0])
    assert arrived[-1] == pytest.approx(1.5)
    assert arrived[:4].tolist() == [0.0] * 4
    assert plan.late[0].reason.kind == "equipment"


def test_sites_share_what_suppliers_offer():
    sites = [site(name, {0: 5}, equipment=[transformers()]) for name in ("x", "y")]
    plan = made(
        12,
        sites=sites,
        offer=supply("transformer", 0.125),
        lanes=[lane("f1", "x"), lane("f1", "y")],
        demands=[demand("x", 1, 5, priority=1), demand("y", 1, 5, priority=9)],
    )
    assert plan.equipment.bought.sum() == pytest.approx(9 * 0.125)
    assert online_mw(plan, 0)[-1] == pytest.approx(5.0)
    assert online_mw(plan, 1)[-1] < 5.0


def test_enough_to_buy_in_time_adds_no_rows_and_changes_nothing():
    plain, gated = made(), made(equipment=[transformers()], offer=supply("transformer", 10))
    assert gated.objective == pytest.approx(plain.objective)
    assert gated.iterations == plain.iterations
    assert np.cumsum(gated.equipment.bought[0])[-1] == pytest.approx(2.5)


def test_power_at_the_racks_needs_equipment_for_the_facility():
    racks = site("x", {0: 10}, power_basis="it", equipment=[transformers(installed=2)])
    plan = made(sites=[racks], demands=[demand("x", 1, 10)])
    assert online_mw(plan)[1] == pytest.approx(8.0)


def test_what_goes_offline_frees_its_power_and_its_equipment():
    old = site(
        "x", {0: 12.5}, online_at_start="10 MW", retire=[{"date": day(4), "power": "10 MW"}], equipment=[transformers()]
    )
    plan = made(sites=[old])
    assert online_mw(plan)[:6] == [0.0, 0.0, 0.0, 0.0, 10.0, 10.0]
    assert plan.planned_power()["x"] == pytest.approx(10e6)


def test_racks_at_the_site_and_on_their_way_go_online_without_being_built():
    there = site(
        "x",
        {0: 100},
        commissioning="2 weeks",
        opening=[{"generation": "g1", "ready": 10, "in_commissioning": [{"date": day(1), "quantity": 5}]}],
    )
    moving = lane("f1", "x", in_transit=[{"part": "rack", "quantity": 20, "arrives": day(1)}])
    built, facts = small(sites=[there], lanes=[moving], demands=[demand("x", 1, 12.5)])
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
    assert plan.online_racks[0, 0, :4].round(4).tolist() == [10.0, 15.0, 15.0, 100.0]
    assert plan.shipments.pieces.sum() == pytest.approx(65.0)
    assert plan.installs[0, 0, 1] == pytest.approx(85.0)


@pytest.mark.parametrize("online_by", ["racks", "units"])
def test_commissioning_crews_limit_the_racks_that_go_online(online_by):
    slow = site("x", {0: 100}, commissioning_crews=[{"start": day(-60), "rate": "20 racks/week"}])
    plan = made(sites=[slow], policy={"online_by": online_by})
    expected = [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    if online_by == "units":
        expected = [0.0, 16.0, 40.0, 56.0, 80.0, 100.0]
    assert plan.online_racks[0, 0, :6].round(4).tolist() in (expected, [20.0, *expected[2:], 100.0])
    if plan.late:
        assert plan.late[0].reason.kind in ("commissioning crews", "unit")


def test_more_deliveries_than_orders_are_refused():
    arrives = [{"date": day(3), "quantity": 3}]
    built, _ = small(
        parts=[RACK, GPU, TRANSFORMER],
        sites=[site("x", {0: 10}, equipment=[transformers(on_order=2, deliveries=arrives)])],
    )
    (problem,) = check_programme(built)
    assert problem.path == "sites.x.equipment.transformer.deliveries"
    assert "3 pieces are delivered, but 2" in str(problem)


def test_more_power_retired_than_is_online_is_refused():
    built, _ = small(
        sites=[site("x", {0: 10}, online_at_start="1 MW", retire=[{"date": day(3), "power": "2 MW"}])],
    )
    (problem,) = check_programme(built)
    assert problem.path == "sites.x.retire"


def test_what_a_site_can_use_whatever_the_others_buy_keeps_within_the_offer():
    sites = [site(name, {0: 10}, equipment=[transformers()]) for name in ("x", "y")]
    built, facts = small(
        parts=[RACK, GPU, TRANSFORMER],
        suppliers=[supplier("s1", supply("gpu", 72000)), supplier("s2", supply("transformer", 0.1))],
        sites=sites,
        lanes=[lane("f1", "x"), lane("f1", "y")],
        demands=[demand("x", 1, 10), demand("y", 1, 5)],
    )
    data = gather(built, tuple(facts.values()), (0.0, 0.0), 26)
    total = sum(data.sure_power) / 5e6
    assert (total <= 0.1 * (np.arange(12) + 1) + 1e-9).all()
    assert data.sure_power[0][-1] == pytest.approx(2 * data.sure_power[1][-1])
