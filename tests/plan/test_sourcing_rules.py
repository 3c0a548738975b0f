"""Rules of sourcing solved by hand: shares of suppliers, duties, customs, domestic content, safety stock, use-up."""

import numpy as np
import pytest
from benchmarks.plan_programmes import day, demand, generated, one_of_each, part, programme, small, supplier, supply

from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.programme.schema import Programme

JUST_IN_TIME = {
    "early": "0 weeks",
    "stock_cost": "2000 kUSD/rack/week (2026)",
    "waiting_cost": "2000 kUSD/rack/week (2026)",
}
TWO = [supplier("near", supply("gpu", 7200, price=40000)), supplier("far", supply("gpu", 7200, price=30000))]


def planned(weeks=12, **changes):
    """Plan a small programme and hold it against the independent check."""
    made, facts = small(weeks, **changes)
    plan = plan_programme(made, facts)
    assert check_plan(made, facts, plan) == ()
    return plan


def used(plan, supplier_id, part_id="gpu"):
    """Give the pieces that a supplier gives by week."""
    return plan.purchases.used[plan.purchases.paths.index(f"suppliers.{supplier_id}.supplies.{part_id}")]


def parts(**gpu):
    return [part("rack", "L11", {"gpu": 72}), part("gpu") | gpu]


def test_without_a_rule_the_cheapest_supplier_gives_all():
    plan = planned(suppliers=TWO)
    assert used(plan, "near").sum() == pytest.approx(0.0, abs=1e-6)
    assert used(plan, "far").sum() == pytest.approx(100 * 72)
    assert plan.buying.shares == ()


def test_no_supplier_gives_more_than_its_share():
    plan = planned(suppliers=TWO, parts=parts(sourcing={"max_share": "70 %"}))
    assert used(plan, "far").sum() == pytest.approx(0.7 * 7200)
    assert used(plan, "near").sum() == pytest.approx(0.3 * 7200)
    reached = {each.supplier: each.share for each in plan.buying.shares if each.period == "2027-Q1"}
    assert reached == {"far": pytest.approx(0.7), "near": pytest.approx(0.3)}


def test_the_rule_waits_until_the_second_supplier_is_qualified():
    late = supplier("near", supply("gpu", 7200, price=40000, qualified=day(40)))
    plan = planned(30, suppliers=[late, TWO[1]], parts=parts(sourcing={"max_share": "50 %"}))
    assert used(plan, "far").sum() == pytest.approx(7200)


def test_the_policy_s_rule_holds_for_parts_without_one():
    plan = planned(suppliers=TWO, policy={"sourcing": {"max_share": "60 %", "period": "year"}})
    assert used(plan, "far").sum() == pytest.approx(0.6 * 7200)


def test_a_rule_makes_racks_late_where_the_second_supplier_is_slow():
    slow = [supplier("near", supply("gpu", 360, price=40000)), TWO[1]]
    plan = planned(10, suppliers=slow, parts=parts(sourcing={"max_share": "50 %", "period": "month"}))
    assert used(plan, "far").sum() <= used(plan, "near").sum() + 1e-3
    assert plan.late_power.max() > 0.0


def test_duty_is_a_cost_of_its_own_and_turns_the_choice_when_it_rises():
    far = supply("gpu", 720, price=30000, duty=[{"start": day(0), "rate": "10 %"}, {"start": day(5), "rate": "50 %"}])
    demands = [demand("x", 1, 2.5), demand("x", 8, 2.5)]
    plan = planned(
        16,
        suppliers=[supplier("near", supply("gpu", 7200, price=40000)), supplier("far", far)],
        demands=demands,
        policy=JUST_IN_TIME,
    )
    assert used(plan, "far")[:5].sum() == pytest.approx(20 * 72)
    assert used(plan, "near")[5:].sum() == pytest.approx(20 * 72)
    paid = 20 * 72 * 30000 * 0.10
    assert float(plan.flows["duties"].sum()) == pytest.approx(paid)


def test_customs_time_adds_to_the_lead_time():
    slow = [supplier("s1", supply("gpu", 72000, lead_weeks=2, customs_time="2 weeks"))]
    plan = planned(suppliers=slow)
    first = int(np.argmax(plan.online_racks[0, 0] > 1.0))
    straight = planned(suppliers=[supplier("s1", supply("gpu", 72000, lead_weeks=2))])
    assert first == int(np.argmax(straight.online_racks[0, 0] > 1.0)) + 2


def test_domestic_content_turns_the_source_where_that_costs_less_than_missing_it():
    abroad = supplier("far", supply("gpu", 7200, price=39000)) | {"country": "TW"}
    floor = {"domestic_content": [{"start": day(0), "share": "50 %"}]}
    both = [supplier("near", supply("gpu", 7200, price=40000)), abroad]
    plan = planned(suppliers=both, policy=floor)
    reached = plan.buying.content[0]
    assert reached.share == pytest.approx(0.5)
    assert used(plan, "near").sum() * 40000 == pytest.approx(used(plan, "far").sum() * 39000)
    assert plan.costs["domestic content missing"] == pytest.approx(0.0, abs=1.0)


def test_content_that_cannot_be_had_is_missing_at_its_price():
    abroad = supplier("far", supply("gpu", 7200, price=10000)) | {"country": "TW"}
    floor = {"domestic_content": [{"start": day(0), "share": "50 %"}], "domestic_shortfall": "20 %"}
    plan = planned(suppliers=[abroad], policy=floor)
    spent = 7200 * 10000
    assert plan.buying.content[0].missing == pytest.approx(0.5 * spent)
    assert float(plan.flows["domestic content missing"].sum()) == pytest.approx(0.2 * 0.5 * spent)


def test_making_parts_of_racks_counts_as_domestic_and_making_racks_does_not():
    from benchmarks.plan_programmes import factory, line

    abroad = supplier("far", supply("gpu", 72000, price=10000)) | {"country": "TW"}
    lines = [line("l10", "L10", {"tray": 1000}, cost=5000), line("l11", "L11", {"rack": 1000}, cost=10000)]
    plan = planned(
        parts=[part("rack", "L11", {"tray": 1}), part("tray", "L10", {"gpu": 72}), part("gpu")],
        suppliers=[abroad],
        factories=[factory("f1", *lines)],
        policy={"domestic_content": [{"start": day(0), "share": "1 %"}], "domestic_shortfall": "0 %"},
    )
    reached = plan.buying.content[0]
    assert reached.domestic == pytest.approx(100 * 5000)
    assert reached.cost == pytest.approx(100 * 5000 + 7200 * 10000)


def test_safety_stock_is_never_used_and_is_paid_for():
    some = [supplier("s1", supply("gpu", 0, price=40000, on_hand=7200))]
    plan = planned(suppliers=some, parts=parts(safety_stock=720))
    assert plan.purchases.used.sum() == pytest.approx(6480)
    assert plan.purchases.held.sum() == pytest.approx(720)
    assert plan.costs["safety stock"] == pytest.approx(720 * 40000)


def test_safety_time_lets_parts_arrive_before_they_are_used():
    some = [supplier("s1", supply("gpu", 72000, lead_weeks=2))]
    assert int(np.argmax(planned(suppliers=some, parts=parts(safety_time="3 weeks")).purchases.used[0] > 0)) == 5
    on_hand = [supplier("s1", supply("gpu", 0, on_hand=7200))]
    assert planned(suppliers=on_hand, parts=parts(safety_time="3 weeks")).late == ()


def changed(**old):
    lines = [
        {"part": "gpu", "quantity": 72, "position": "gpu", "effective_until": day(2)} | old,
        {"part": "gpu2", "quantity": 36, "position": "gpu", "effective_from": day(2)},
    ]
    return [part("rack", "L11") | {"components": lines}, part("gpu"), part("gpu2")]


STOCK = [supplier("s1", supply("gpu", 0, price=1000, on_hand=7200), supply("gpu2", 36000, price=50000))]


def test_an_engineering_change_switches_on_its_day_without_use_up():
    plan = planned(parts=changed(), suppliers=STOCK, demands=[demand("x", 6, 12.5)], policy=JUST_IN_TIME)
    assert used(plan, "s1", "gpu").sum() == pytest.approx(0.0, abs=1e-6)
    left = plan.buying.obsolete[0]
    assert (left.part, left.pieces, left.value) == ("gpu", pytest.approx(7200), pytest.approx(7.2e6))
    assert "obsolete parts" not in plan.costs


def test_old_parts_are_used_up_where_the_line_says_so():
    plan = planned(
        parts=changed(use_up_until=day(8)), suppliers=STOCK, demands=[demand("x", 6, 25.0)], policy=JUST_IN_TIME
    )
    assert used(plan, "s1", "gpu").sum() == pytest.approx(7200)
    assert used(plan, "s1", "gpu2").sum() == pytest.approx(100 * 36)
    assert plan.buying.used_up.pieces.sum() == pytest.approx(100)
    assert plan.buying.obsolete == ()


def test_a_part_that_only_waits_to_be_used_up_is_used():
    lines = changed(use_up_until=day(8), effective_until=day(-3))
    lines[0]["components"][1]["effective_from"] = day(-3)
    plan = planned(parts=lines, suppliers=STOCK)
    assert used(plan, "s1", "gpu").sum() == pytest.approx(7200)


def test_obsolete_parts_that_are_paid_for_are_used_first_though_dearer():
    dear = [supplier("s1", supply("gpu", 0, price=30000, on_hand=7200), supply("gpu2", 36000, price=50000))]
    lines = changed(use_up_until=day(8))
    late = {"demands": [demand("x", 6, 12.5)], "parts": lines, "suppliers": dear}
    free = planned(**late, policy=JUST_IN_TIME)
    assert used(free, "s1", "gpu").sum() == pytest.approx(0.0, abs=1e-6)
    paid = planned(**late, policy=JUST_IN_TIME | {"pay_obsolete": True})
    assert used(paid, "s1", "gpu").sum() == pytest.approx(7200)
    assert paid.costs["obsolete parts"] == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_programmes_with_every_rule_pass_the_check(seed):
    made, facts = generated(seed, weeks=60, factories=2, sites=2, own_parts=4, shared_parts=4, scarcity=1.2)
    data = made.model_dump(mode="json", by_alias=True, exclude_none=True)
    data["policy"] |= {
        "sourcing": {"max_share": "70 %"},
        "domestic_content": [{"start": day(0), "share": "60 %"}],
        "domestic_shortfall": "30 %",
    }
    for n, record in enumerate(data["suppliers"]):
        record["country"] = ["US", "TW", "MX"][n % 3]
        for k, each in enumerate(record["supplies"]):
            if k % 3 == 0:
                each["duty"] = [{"start": day(10), "rate": "5 %"}, {"start": day(30), "rate": f"{10 * n} %"}]
            if k % 4 == 1:
                each |= {"minimum_order": 50, "order_multiple": 10, "customs_time": "1 weeks"}
    bought = [record["id"] for record in data["parts"] if not record.get("stage")]
    for k, record in enumerate(data["parts"]):
        if record.get("stage") == "L10":
            new = record["components"][-1]
            old = next(name for name in bought if name not in {each["part"] for each in record["components"]})
            new |= {"position": "changed", "effective_from": day(20)}
            ended = {"effective_until": day(20), "use_up_until": day(40)}
            record["components"].append({"part": old, "quantity": 1, "position": "changed"} | ended)
        if not record.get("stage"):
            record |= {"safety_stock": 20} if k % 3 == 0 else {"safety_time": "2 weeks"} if k % 3 == 1 else {}
    made = Programme.model_validate(data)
    plan = plan_programme(made, facts)
    assert check_plan(made, facts, plan) == ()
    assert plan.buying.shares
    assert plan.buying.used_up.paths
    assert plan.objective >= plan.bound - 1e-9 * abs(plan.bound)
    lots = ("price breaks", "purchase surplus", "parts paid ahead of use")
    assert all(plan.costs.get(name, 0.0) >= -1.0 for name in lots)


def test_a_programme_without_rules_has_no_row_of_them():
    from gigaloop.plan.inputs.data import gather
    from gigaloop.plan.lp.model import build_model

    sections = one_of_each()
    made = programme(sections.pop("weeks"), **sections)
    _, facts = small()
    plan = build_model(gather(made, tuple(facts.values()), (50 / 3.6e9,), 26))
    assert not plan.rules.shares
    assert plan.rules.years == ()
    assert not (plan.rules.used_up >= 0).any()
    assert not (plan.rules.obsolete >= 0).any()
