"""First answers, promises, stability and scenarios side by side, from the command line."""

from dataclasses import replace

from gigaloop.plan import STOPPED, planning
from gigaloop.plan.answers.answer import answer_plan


def test_a_quick_plan_says_that_it_is_a_first_answer(starter, gigaloop):
    answer = gigaloop("plan", starter, "--quick")
    assert answer.code == 0, answer.err
    assert "no optimum (first answer)" in answer.out
    plan = gigaloop("plan", starter, "--quick", "--json").json["plan"]
    assert plan["status"] == "first answer"
    assert plan["gap"] is None
    assert plan["online"]["racks"][-1] > 0
    assert gigaloop("plan", starter, "--json").json["plan"]["objective_usd"] <= plan["objective_usd"]


def test_a_plan_out_of_time_is_given_as_far_as_it_got(starter, gigaloop):
    plan = gigaloop("plan", starter, "--time-limit", "0.0001", "--json").json["plan"]
    assert plan["status"] == "stopped"
    assert plan["online"]["racks"][-1] > 0


def test_a_stopped_plan_is_not_kept(starter, gigaloop, monkeypatch):
    def stopped(plan, options, hint=(), **_):
        return replace(answer_plan(plan, options, hint, method="greedy"), status=STOPPED)

    monkeypatch.setattr(planning, "answer_plan", stopped)
    assert gigaloop("plan", starter, "--json").json["plan"]["status"] == "stopped"
    monkeypatch.setattr(planning, "answer_plan", answer_plan)
    assert gigaloop("plan", starter, "--json").json["plan"]["status"] in ("optimal", "feasible")


def test_lateness_by_priority_is_shown_by_level(starter, gigaloop):
    answer = gigaloop("plan", starter, "--lexicographic")
    assert answer.code == 0, answer.err
    assert "lateness of priority" in answer.out


def test_a_stable_plan_says_what_moves_and_what_that_costs(starter, gigaloop):
    answer = gigaloop("plan", starter, "-s", "substation-late", "--stable", "--freeze", "8 weeks")
    assert answer.code == 0, answer.err
    assert "rack-weeks online moved" in answer.out
    found = gigaloop("plan", starter, "-s", "substation-late", "--stable", "--json").json["plan"]["stability"]
    assert found["moved_rack_weeks"] <= found["moved_rack_weeks_free"] * 1.01
    assert gigaloop("plan", starter, "--stable").code == 2
    assert gigaloop("plan", starter, "--freeze", "8 weeks").code == 2


def test_a_promise_is_dated_with_and_without_moving_others(starter, gigaloop):
    answer = gigaloop("promise", starter, "--site", "milam", "--racks", 100, "--by", "2028-01-01")
    assert answer.code == 0, answer.err
    assert "With nothing moved" in answer.out
    found = gigaloop("promise", starter, "--site", "milam", "--racks", 8, "--json").json
    assert found["racks"] == 8
    assert {"date", "margin_usd", "reasons", "racks_by"} <= set(found["nothing_moved"])
    assert gigaloop("promise", starter, "--site", "nowhere", "--racks", 1).code == 2
    assert gigaloop("promise", starter, "--site", "milam").code == 2
    assert gigaloop("promise", starter, "--site", "milam", "--racks", 1, "--by", "soon").code == 2


def test_an_option_is_asked_about_by_its_contract(starter, gigaloop):
    (starter / "contracts.yaml").write_text(
        "contracts:\n"
        "- {id: more, name: More racks, kind: option, buyer: a, seller: b, signed: 2026-12-01,\n"
        "   generations: [gb300-nvl72], sites: [milam], optional: {racks: 10 racks}, strike: 4 MUSD (2026)}\n"
    )
    found = gigaloop("promise", starter, "--option", "more", "--exercise", "2027-06-07", "--json")
    assert found.code == 0, found.err
    assert (found.json["racks"], found.json["site"]) == (10, "milam")
    assert found.json["not_before"] > "2027-06-07"
    assert found.json["strike_usd"] == 4e6
    assert gigaloop("promise", starter, "--option", "none").code == 2
    assert gigaloop("promise", starter, "--site", "milam", "--racks", 1, "--exercise", "2027-06-07").code == 2


def test_scenarios_stand_side_by_side(starter, gigaloop):
    answer = gigaloop("compare", starter)
    assert answer.code == 0, answer.err
    assert "substation-late" in answer.out
    found = gigaloop("compare", starter, "-s", "substation-late", "--json").json["scenarios"]
    assert [each["scenario"] for each in found] == [None, "substation-late"]
    assert found[1]["difference"]["objective_usd"] > 0
    assert found[0]["difference"]["objective_usd"] == 0


def test_several_scenarios_of_a_plan_stand_side_by_side_too(starter, gigaloop):
    scenario = ("-s", "substation-late")
    answer = gigaloop("plan", starter, *scenario, *scenario)
    assert answer.code == 0, answer.err
    assert "Scenarios side by side" in answer.out
    assert gigaloop("plan", starter, *scenario, *scenario, "--quick").code == 2
