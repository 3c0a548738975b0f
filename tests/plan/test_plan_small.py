"""Small programmes whose best plan can be worked out by hand.

A rack draws 100 kW, 125 kW at the facility, and takes a week to make: 100 racks, or 12.5 MW, are due in week 1.
"""

import numpy as np
import pytest
from benchmarks.plan_programmes import (
    day,
    demand,
    factory,
    generation,
    lane,
    line,
    part,
    programme,
    site,
    small,
    supplier,
    supply,
)

from gigaloop.core.units import WEEK, YEAR
from gigaloop.plan import Plan, RackFacts, plan_programme
from gigaloop.plan.check.plan import check_plan

FREE_TIME = {"discount_rate": "0 %/yr", "compute_price_change": "0 %/yr"}


def made(weeks: int = 12, *, reliefs: int = 0, **changes) -> Plan:
    built, facts = small(weeks, **changes)
    plan = plan_programme(built, facts, reliefs=reliefs)
    assert check_plan(built, facts, plan) == ()
    return plan


def online(plan: Plan) -> list[float]:
    return [round(float(racks), 4) for racks in plan.online_racks.sum(axis=(0, 1))]


def test_nothing_is_late_where_nothing_is_scarce():
    plan = made()
    assert online(plan) == [0.0] + [100.0] * 11
    assert plan.late == ()
    assert plan.status == "optimal"


def test_the_value_of_compute_is_accelerators_times_price_times_availability_times_hours():
    plan = made(policy=FREE_TIME)
    hours = 100 * 72 * 11 * 168
    assert plan.costs["compute online"] == pytest.approx(-hours * 4.0 * 0.92)
    kwh = 100 * 100 * 1.25 * 0.75 * 11 * 168
    assert plan.costs["energy"] == pytest.approx(kwh * 0.05)
    beyond = 100 * (5 * YEAR / WEEK // 1 + 1 - 11) * 168 * (72 * 4.0 * 0.92 - 100 * 1.25 * 0.75 * 0.05)
    assert plan.costs["compute beyond the horizon"] == pytest.approx(-beyond)


def test_scarce_parts_bound_the_racks_online_and_lateness_is_exact():
    plan = made(suppliers=[supplier("s1", supply("gpu", 720))], policy=FREE_TIME)
    assert online(plan) == [10.0 * t for t in range(11)] + [100.0]
    expected = [0.0] + [12.5e6 - 10 * t * 125e3 for t in range(1, 11)] + [0.0]
    np.testing.assert_allclose(plan.late_power[0], expected, atol=1.0)
    assert plan.costs["lateness"] == pytest.approx(56.25 * 10e6 * WEEK / YEAR)
    (late,) = plan.late
    assert late.energy == pytest.approx(56.25e6 * WEEK)
    assert (late.weeks, str(late.met)) == (9, day(10))
    assert late.reason.kind == "supply"
    assert late.reason.path == "suppliers.s1.supplies.gpu"
    assert late.reason.share == pytest.approx(1.0)


def test_a_scarce_line_bounds_the_racks_online():
    plan = made(factories=[factory("f1", line("l11", "L11", {"rack": 20}))])
    assert online(plan)[:7] == [0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 100.0]
    (late,) = plan.late
    assert (late.reason.kind, late.reason.path) == ("line", "factories.f1.lines.l11")


def test_yield_costs_capacity_and_conversion():
    lines = line("l11", "L11", {"rack": 40}, cost=1000, test_yield=0.5)
    plan = made(factories=[factory("f1", lines)], policy=FREE_TIME)
    assert online(plan)[1:6] == [20.0, 40.0, 60.0, 80.0, 100.0]
    assert plan.costs["conversion"] == pytest.approx(100 * 2000)


def test_a_line_ramps_from_its_initial_share():
    lines = line("l11", "L11", {"rack": 20}, opens=day(2), ramp="2 weeks", initial_share=0.5)
    plan = made(factories=[factory("f1", lines)])
    assert online(plan)[:7] == [0.0, 0.0, 12.5, 30.0, 50.0, 70.0, 90.0]


def test_burn_in_power_bounds_the_racks_online():
    plan = made(factories=[factory("f1", line("l11", "L11", {"rack": 1000}), test_mw=1.5)])
    assert online(plan)[1:4] == pytest.approx([35.0, 70.0, 100.0])
    (late,) = plan.late
    assert (late.reason.kind, late.reason.path) == ("test power", "factories.f1.test_cells")
    load = next(load for load in plan.loads if load.kind == "test power")
    assert load.used[0, 1] == pytest.approx(1.5e6)


@pytest.mark.parametrize(
    ("cells", "kind", "racks"),
    [({"coolant_flow": "2400 L/min"}, "test flow", 140 / 3), ({"positions": 15}, "test positions", 35.0)],
)
def test_coolant_and_positions_bound_burn_in(cells, kind, racks):
    power = {"power": [{"start": day(-60), "power": "1000 MW"}]}
    plan = made(factories=[factory("f1", line("l11", "L11", {"rack": 1000}), test_cells=power | cells)])
    assert online(plan)[1] == pytest.approx(racks, rel=1e-4)
    assert plan.late[0].reason.kind == kind


def test_a_factory_without_cells_completes_no_rack():
    plan = made(factories=[factory("f1", line("l11", "L11", {"rack": 1000}), test_mw=None)])
    assert plan.production.pieces.sum() == 0.0
    assert len(plan.late) == 1


def test_energised_power_bounds_the_racks_online():
    plan = made(sites=[site("x", {0: 5, 4: 100})])
    assert online(plan)[:6] == [0.0, 40.0, 40.0, 40.0, 100.0, 100.0]
    (late,) = plan.late
    assert (late.reason.kind, late.reason.path) == ("energisation", "sites.x.energisation")
    assert str(late.reason.clears) == day(4)
    assert late.power == pytest.approx(7.5e6)


def test_power_online_at_the_start_is_not_free():
    plan = made(sites=[site("x", {0: 12.5}, online_at_start="5 MW")])
    assert online(plan)[-1] == pytest.approx(60.0)
    assert plan.planned_power() == pytest.approx({"x": 12.5e6})
    assert plan.built_power() == {"x": 5e6}


def test_power_on_it_basis_is_counted_at_the_racks():
    plan = made(sites=[site("x", {0: 5}, power_basis="it")])
    assert online(plan)[-1] == pytest.approx(50.0)
    assert plan.online_facility_power[0, 0, -1] == pytest.approx(6.25e6)


def test_crews_bound_the_racks_online():
    plan = made(sites=[site("x", {0: 100}, install_crews=[{"start": day(-9), "rate": "25 racks/week"}])])
    assert online(plan)[1:6] == pytest.approx([25.0, 50.0, 75.0, 100.0, 100.0])
    (late,) = plan.late
    assert (late.reason.kind, late.reason.path) == ("crews", "sites.x.install_crews")


def test_crews_install_ahead_of_power_and_racks_wait():
    crews = [{"start": day(-9), "rate": "25 racks/week"}]
    plan = made(sites=[site("x", {5: 100}, install_crews=crews)])
    assert online(plan)[4:7] == [0.0, 100.0, 100.0]
    assert plan.waiting[0, 0, 4] == pytest.approx(75.0)
    assert plan.costs["waiting racks"] > 0.0


def test_halls_bound_the_racks_online():
    hall = {
        "id": "h1",
        "ready": day(3),
        "positions": 60,
        "power": "100 MW",
        "rack_power": "132 kW",
        "rack_flow": "300 L/min",
        "floor_load": "2000 kg/m2",
    }
    plan = made(sites=[site("x", {0: 100}, halls=[hall])])
    assert online(plan)[2:5] == [0.0, 60.0, 60.0]
    (late,) = plan.late
    assert (late.reason.kind, late.reason.path, late.met) == ("hall", "sites.x.halls", None)
    by_power = made(sites=[site("x", {0: 100}, halls=[hall | {"power": "4 MW"}])])
    assert online(by_power)[-1] == pytest.approx(40.0)


@pytest.mark.parametrize("wrong", [{"rack_power": "99 kW"}, {"rack_flow": "100 L/min"}, {"floor_load": "1 kg/m2"}])
def test_a_hall_that_cannot_take_the_rack_gets_none(wrong):
    halls = site("x", {0: 100})["halls"]
    plan = made(sites=[site("x", {0: 100}, halls=[halls[0] | wrong])])
    assert online(plan)[-1] == 0.0
    assert plan.late[0].reason.kind == "hall"


def test_racks_of_one_generation_spread_over_halls_that_take_different_ones():
    plain = site("x", {0: 100})["halls"][0] | {"positions": 30, "bus": ["54 VDC"]}
    both = plain | {"id": "h2", "bus": ["54 VDC", "800 VDC"], "positions": 40}
    new = generation("g2", "rack2")
    new["power"]["bus"] = "800 VDC"
    plan = made(
        parts=[part("rack", "L11", {"gpu": 72}), part("rack2", "L11", {"gpu": 72}), part("gpu", cost=40000)],
        generations=[generation("g1", "rack"), new],
        factories=[factory("f1", line("l11", "L11", {"rack": 1000, "rack2": 1000}))],
        sites=[site("x", {0: 100}, halls=[plain, both])],
        demands=[demand("x", 1, 0, racks="55 racks", generations=["g1"], id="a"),
                 demand("x", 1, 0, racks="55 racks", generations=["g2"], id="b")],
    )  # fmt: skip
    assert plan.online_racks[0, :, -1].sum() == pytest.approx(70.0)
    assert plan.online_racks[0, 1, -1] <= 40.0 + 1e-6


def test_transit_and_commissioning_take_their_time():
    plan = made(lanes=[lane("f1", "x", weeks=1.5)], sites=[site("x", {0: 100}, commissioning="3 weeks")])
    assert online(plan)[5:7] == [0.0, 100.0]
    (late,) = plan.late
    assert (late.reason.kind, late.weeks) == ("lead time", 5)


def test_a_full_lane_bounds_the_racks_online():
    plan = made(lanes=[lane("f1", "x", capacity="30 pcs/week")])
    assert online(plan)[1:5] == pytest.approx([30.0, 60.0, 90.0, 100.0])
    assert (plan.late[0].reason.kind, plan.late[0].reason.path) == ("lane", "lanes.f1-x")


def test_new_orders_wait_for_the_lead_time():
    offer = supply("gpu", 72000, lead_weeks=4, on_hand=720)
    offer["open_orders"] = [{"start": day(0), "rate": "1440 pcs/week"}]
    offer["receipts"] = [{"date": day(2), "quantity": 360}]
    plan = made(suppliers=[supplier("s1", offer)])
    assert online(plan)[1:7] == pytest.approx([30.0, 50.0, 75.0, 95.0, 100.0, 100.0])


def test_a_supplier_counts_from_its_qualification():
    plan = made(suppliers=[supplier("s1", supply("gpu", 72000, qualified=day(3)))])
    assert online(plan)[3:5] == [0.0, 100.0]


def test_the_cheaper_supplier_is_used_first():
    """A week earlier is worth less than the 1.44 MUSD a rack saved: all the cheap one brings in 11 weeks is used."""
    offers = [supplier("cheap", supply("gpu", 360, price=30000)), supplier("dear", supply("gpu", 720, price=50000))]
    plan = made(suppliers=offers, policy=FREE_TIME)
    used = {supplier: float(plan.purchases.used[k].sum()) for k, supplier in enumerate(plan.purchases.suppliers)}
    assert used == pytest.approx({"cheap": 55 * 72, "dear": 45 * 72})
    assert plan.costs["bought parts"] == pytest.approx(72 * (55 * 30000 + 45 * 50000))


def test_suppliers_of_one_price_share_the_use():
    offers = [supplier("a", supply("gpu", 360)), supplier("b", supply("gpu", 360))]
    assert online(made(suppliers=offers))[1:4] == pytest.approx([10.0, 20.0, 30.0])


def test_a_part_that_nobody_supplies_is_named():
    plan = made(suppliers=[supplier("s1")])
    assert plan.production.pieces.sum() == 0.0
    assert plan.late[0].reason.kind == "supply"
    assert "Nobody supplies gpu" in plan.late[0].sentence


def test_a_rack_that_no_line_makes_is_named():
    plan = made(factories=[factory("f1")])
    assert (plan.late[0].reason.kind, plan.late[0].reason.path) == ("line", "generations.g1.rack")


def test_a_site_that_no_lane_reaches_is_named():
    plan = made(lanes=[])
    assert (plan.late[0].reason.kind, plan.late[0].reason.path) == ("lane", "sites.x")


def test_racks_worth_less_than_they_cost_are_not_built():
    cheap = generation("g1", "rack", compute_value="0.10 USD/GPU/h (2026)")
    plan = made(generations=[cheap])
    assert online(plan)[-1] == 0.0
    assert plan.late[0].reason.kind == "worth"


def test_nothing_is_built_beyond_what_is_asked_or_too_early():
    built, facts = small(40, demands=[demand("x", 30, 12.5)])
    plan = plan_programme(built, facts, early_weeks=10, reliefs=0)
    assert online(plan)[19:21] == [0.0, 100.0]
    assert online(plan)[-1] == 100.0
    assert check_plan(built, facts, plan) == ()


def test_the_higher_priority_is_served_first():
    wants = [demand("x", 1, 6.25, id="low", priority=9), demand("x", 1, 6.25, id="high", priority=1)]
    plan = made(suppliers=[supplier("s1", supply("gpu", 720))], demands=wants)
    late = dict(zip(plan.demands, (plan.late_power > 1.0).sum(axis=1).tolist(), strict=True))
    assert late == {"high": 4, "low": 9}


@pytest.mark.parametrize("amount", [{"racks": "40 racks"}, {"accelerators": "2880 GPUs"}])
def test_racks_and_accelerators_can_be_asked_for(amount):
    plan = made(demands=[demand("x", 1, 0, generations=["g1"], **amount)])
    assert online(plan)[-1] == pytest.approx(40.0)
    assert plan.asked_power[0, -1] == pytest.approx(40 * 125e3)


def test_made_parts_move_between_factories():
    plan = made(
        parts=[part("rack", "L11", {"tray": 18}), part("tray", "L10", {"gpu": 4}), part("gpu", cost=40000)],
        factories=[
            factory("f1", line("l11", "L11", {"rack": 1000})),
            factory("f2", line("l10", "L10", {"tray": 360}, cost=100), test_mw=None),
        ],
        lanes=[lane("f1", "x"), lane("f2", "f1", weeks=1, cost=20)],
        policy=FREE_TIME,
    )
    assert online(plan)[2:6] == pytest.approx([0.0, 20.0, 40.0, 60.0])
    assert plan.costs["transport between factories"] == pytest.approx(100 * 18 * 20)
    assert {reason.path for reason in plan.late[0].reasons if reason.kind == "line"} == {"factories.f2.lines.l10"}
    np.testing.assert_allclose(plan.production_of("tray")[1, 1:6], 360.0)


def test_a_made_part_may_also_be_bought():
    plan = made(
        parts=[
            part("rack", "L11", {"tray": 18}),
            part("tray", "L10", {"gpu": 4}, cost=150000),
            part("gpu", cost=40000),
        ],
        factories=[factory("f1", line("l11", "L11", {"rack": 1000}), line("l10", "L10", {"tray": 180}))],
        suppliers=[supplier("s1", supply("gpu", 72000), supply("tray", 90))],
        policy=FREE_TIME,
    )
    assert online(plan)[1:4] == pytest.approx([5.0, 20.0, 35.0])


def test_two_stages_share_the_burn_in_of_a_rack():
    tested = generation("g1", "pod", test={"l11": "48 h", "l12": "24 h", "power_share": "50 %"})
    plan = made(
        parts=[part("pod", "L12", {"rack": 1}), part("rack", "L11", {"gpu": 72}), part("gpu", cost=40000)],
        generations=[tested],
        factories=[
            factory("f1", line("l11", "L11", {"rack": 50}), line("l12", "L12", {"pod": 1000})),
        ],
    )
    assert online(plan)[1:4] == pytest.approx([0.0, 50.0, 100.0])
    load = next(load for load in plan.loads if load.kind == "test power")
    assert load.used[0, 1] == pytest.approx(50 * 100e3 * 0.5 * 48 / 168)
    assert load.used[0, 2] == pytest.approx(50 * 100e3 * 0.5 * 72 / 168)


def test_a_bill_of_materials_changes_on_its_date():
    rack = part("rack", "L11", {"old": 1, "new": 1})
    rack["components"][0] |= {"position": "p", "effective_until": day(2)}
    rack["components"][1] |= {"position": "p", "effective_from": day(2)}
    plan = made(
        parts=[rack, part("old", cost=1000), part("new", cost=2000)],
        suppliers=[supplier("s1", supply("old", 20), supply("new", 30))],
    )
    use = dict(zip(plan.parts, plan.part_use.round(6), strict=True))
    assert use["old"][:4].tolist() == [20.0, 20.0, 0.0, 0.0]
    assert use["new"][:3].tolist() == [0.0, 0.0, 60.0]


def test_only_evaluation_units_are_built_before_the_ramp():
    dates = {"evaluation": day(1), "ramp": day(4), "volume": day(6), "end_of_life": day(7)}
    first = generation("g1", "rack", effectivity=dates, evaluation={"racks": 8, "factory": "f1"})
    plan = made(
        generations=[first],
        factories=[factory("f1", line("l11", "L11", {"rack": 40}))],
        demands=[demand("x", 1, 25)],
    )
    built = plan.production_of("rack")[0]
    assert built[:4].sum() == pytest.approx(8.0)
    assert built[4:6].tolist() == pytest.approx([10.0, 30.0])
    assert built[8:].sum() == 0.0
    assert plan.first_units[0].factory == "f1"
    assert plan.first_units[0].evaluation == pytest.approx(8.0)


def test_published_burn_in_power_of_a_thousand_racks_a_week():
    """1,000 racks a week of 132 kW in 72 h of burn-in draw 56.6 MW (Little's law: 1,000 x 72/168 x 132 kW)."""
    built, _ = small(
        30,
        factories=[factory("f1", line("l11", "L11", {"rack": 1000}))],
        sites=[site("x", {0: 10000})],
        demands=[demand("x", 1, 4000)],
    )
    plan = plan_programme(built, {"g1": RackFacts(132e3, 132e3)}, reliefs=0)
    load = next(load for load in plan.loads if load.kind == "test power")
    assert plan.production.pieces[0, 5] == pytest.approx(1000.0)
    assert load.used[0, 5] == pytest.approx(56.6e6, rel=1e-3)


@pytest.mark.parametrize(("hours", "racks"), [(72, 1170), (168, 500)])
def test_published_cap_of_a_plant_of_100_mw(hours, racks):
    """100 MW of burn-in power cap a 200 kW rack near 1,170 a week at 72 h and at 500 at 168 h."""
    tested = generation("g1", "rack", test={"l11": f"{hours} h", "power_share": "100 %"})
    built, _ = small(
        12,
        generations=[tested],
        suppliers=[supplier("s1", supply("gpu", 1e6))],
        factories=[factory("f1", line("l11", "L11", {"rack": 5000}), test_mw=100)],
        sites=[site("x", {0: 10000})],
        demands=[demand("x", 1, 4000)],
    )
    plan = plan_programme(built, {"g1": RackFacts(200e3, 200e3)}, reliefs=0)
    assert plan.production.pieces[0, 5] == pytest.approx(racks, rel=4e-3)


def test_a_programme_without_demands_builds_nothing():
    plan = made(demands=[])
    assert online(plan)[-1] == 0.0
    assert plan.objective == pytest.approx(0.0)


def test_a_demand_after_the_horizon_is_left_alone():
    plan = made(demands=[demand("x", 40, 12.5)])
    assert online(plan)[-1] == 0.0
    assert plan.late == ()


def test_a_programme_of_several_sites_gives_scarce_racks_to_the_dearer_lateness():
    built, facts = small(
        8,
        suppliers=[supplier("s1", supply("gpu", 720))],
        lanes=[lane("f1", "x"), lane("f1", "y")],
        sites=[site("x", {0: 100}), site("y", {0: 100})],
        demands=[demand("x", 1, 2.5), demand("y", 1, 2.5, late_cost="90 MUSD/MW/yr (2026)")],
    )
    plan = plan_programme(built, facts, reliefs=0)
    assert plan.online_racks[:, 0, 2].tolist() == pytest.approx([0.0, 20.0])
    assert plan.online_racks[:, 0, 4].tolist() == pytest.approx([20.0, 20.0])


def test_sections_make_a_programme():
    assert programme(4, parts=[], generations=[], suppliers=[], factories=[], lanes=[], sites=[], demands=[]).id
