"""Lines that open when the plan says, and lines that are changed over to another generation."""

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.plan_programmes import (
    START,
    day,
    demand,
    factory,
    generation,
    line,
    part,
    small,
)

from gigaloop.core.errors import StoppedError
from gigaloop.plan import Plan, plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.plan.explain.lifts import lifted, plan_situation
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import rack_facts
from gigaloop.plan.lp.decisions import solve_whole
from gigaloop.plan.lp.model import build_model, solve_model
from gigaloop.programme.checks import check_programme
from gigaloop.solve import SolveOptions
from gigaloop.study.codec import dumps, loads


def planned(weeks: int = 16, **changes: Any) -> Plan:
    built, facts = small(weeks, **changes)
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
    return plan


def optional(cost: float, rate: float = 20, **changes: Any) -> dict[str, Any]:
    """A line of 10 racks a week that is there, and one that may be opened."""
    opening = {"cost": f"{cost} MUSD (2026)"} | changes.pop("opening", {})
    return {
        "factories": [
            factory(
                "f1",
                line("old", "L11", {"rack": 10}, cost=10000),
                line("new", "L11", {"rack": rate}, cost=10000, opens=day(0), **changes) | {"opening": opening},
            )
        ]
    }


def two_generations(time: str = "2 weeks", cost: str | None = None, rate: float = 20) -> dict[str, Any]:
    """One line for racks of two generations, the first due in week 1, the second in week 8."""
    changeover = {"time": time} | ({"cost": cost} if cost else {})
    made = line("l11", "L11", {"rack": rate, "next": rate}, cost=10000) | {"changeover": changeover}
    return {
        "parts": [part("rack", "L11", {"gpu": 72}), part("next", "L11", {"gpu": 72}), part("gpu", cost=40000)],
        "generations": [generation("g1", "rack"), generation("g2", "next")],
        "factories": [factory("f1", made)],
        "demands": [
            demand("x", 1, 5.0, generations=["g1"]),
            demand("x", 8, 5.0, generations=["g2"]),
        ],
    }


def made_of(plan: Plan, part_: str, name: str = "") -> np.ndarray:
    rows = [
        r
        for r, (each, own) in enumerate(zip(plan.production.parts, plan.production.lines, strict=True))
        if each == part_ and (not name or own == name)
    ]
    return np.asarray(plan.production.pieces[rows].sum(axis=0))


def week_of(date: dt.date | None) -> int:
    assert date is not None
    return (date - START).days // 7


def test_a_line_that_costs_little_opens_for_the_first_racks_and_one_that_costs_too_much_never():
    cheap = planned(**optional(1.0))
    assert [(each.line, str(each.date)) for each in cheap.openings] == [("f1.new", day(1))]
    assert cheap.costs["line openings"] == pytest.approx(1e6 * cheap.discount[1])
    dear = planned(**optional(1e6))
    assert dear.openings[0].date is None
    assert dear.costs["line openings"] == 0.0
    assert not made_of(dear, "rack", "f1.new").any()
    assert len(cheap.late) == 1
    assert cheap.late[0].energy < dear.late[0].energy


@pytest.mark.parametrize("seed", range(6))
def test_the_week_of_opening_is_the_best_of_all_weeks(seed):
    rng = random.Random(seed)  # noqa: S311
    changes: dict[str, Any] = {
        "demands": [demand("x", week, rng.choice([1.0, 2.0, 4.0])) for week in sorted(rng.sample(range(1, 15), 3))]
    }
    ramp, share = rng.choice(["0 weeks", "4 weeks"]), rng.choice([0.25, 1.0])
    cost = rng.choice([5.0, 20.0, 60.0, 200.0])
    decided = planned(**changes, **optional(cost, ramp=ramp, initial_share=share))
    own = decided.openings[0]
    best = np.inf
    for week in (*range(16), 200):
        built, facts = small(
            16,
            **changes,
            factories=[
                factory(
                    "f1",
                    line("old", "L11", {"rack": 10}, cost=10000),
                    line("new", "L11", {"rack": 20}, cost=10000, opens=day(week), ramp=ramp, initial_share=share),
                )
            ],
        )
        plan = plan_programme(built, facts, reliefs=0)
        paid = cost * 1e6 * plan.discount[week] if week < 16 else 0.0
        best = min(best, plan.objective + paid)
    assert decided.objective == pytest.approx(best, rel=2e-4)
    assert decided.bound <= decided.objective
    assert decided.bound <= best + 1e-6 * abs(best)
    assert decided.gap == pytest.approx((decided.objective - decided.bound) / abs(decided.objective), abs=1e-12)
    assert own.date is None or (own.date - START).days % 7 == 0


def test_a_line_opens_no_later_than_it_may():
    late: dict[str, Any] = {"demands": [demand("x", 12, 25.0)], "policy": {"early": "0 weeks"}}
    free = planned(**late, **optional(20.0, rate=60))
    assert free.openings[0].date is not None
    bound = planned(**late, **optional(20.0, rate=60, opening={"latest": day(3)}))
    date = bound.openings[0].date
    assert date is None or date <= START + dt.timedelta(weeks=3)
    assert bound.openings[0].latest == START + dt.timedelta(weeks=3)


def test_a_line_stands_still_before_the_first_product_of_another_generation():
    plan = planned(**two_generations())
    (change,) = plan.changeovers
    assert (change.line, change.generation, change.weeks) == ("f1.l11", "g2", 2.0)
    ready = week_of(change.ready)
    assert not made_of(plan, "next")[:ready].any()
    assert not (made_of(plan, "rack") + made_of(plan, "next"))[ready - 2 : ready].any()
    assert made_of(plan, "next").sum() == pytest.approx(40.0)
    load = next(each for each in plan.loads if each.kind == "line")
    assert load.limit[0, ready - 2 : ready].tolist() == [0.0, 0.0]


def test_a_part_of_a_week_is_lost_where_a_change_over_takes_part_of_a_week():
    plan = planned(**two_generations(time="1.5 weeks"))
    (change,) = plan.changeovers
    ready = week_of(change.ready)
    load = next(each for each in plan.loads if each.kind == "line")
    assert load.limit[0, ready - 2 : ready].tolist() == [0.5, 0.0]


def test_a_change_over_that_costs_more_than_the_generation_is_worth_does_not_happen():
    plan = planned(**two_generations(cost="1000000 MUSD (2026)"))
    assert plan.changeovers[0].ready is None
    assert plan.costs["change-overs"] == 0.0
    assert not made_of(plan, "next").any()


def test_what_a_change_over_costs_is_paid_when_the_line_is_ready():
    plan = planned(**two_generations(cost="3 MUSD (2026)"))
    ready = week_of(plan.changeovers[0].ready)
    assert plan.flows["change-overs"][ready - 1] == 3e6
    assert plan.costs["change-overs"] == pytest.approx(3e6 * plan.discount[ready - 1])


def test_a_line_that_has_made_a_generation_before_needs_no_change_over():
    changes = two_generations()
    changes["factories"][0]["lines"][0]["products"][1]["made_before"] = 5
    plan = planned(**changes)
    assert plan.changeovers == ()
    assert "change-overs" not in plan.costs


def test_a_standstill_costs_no_less_than_none():
    plain = planned(**two_generations(time="0 weeks"))
    slow = planned(**two_generations(time="3 weeks"))
    assert slow.objective >= plain.objective - 1e-6 * abs(plain.objective)


def test_a_programme_without_whole_decisions_has_no_column_for_them():
    def size(**changes) -> tuple[int, int]:
        built, facts = small(12, **changes)
        model = build_model(gather(built, rack_facts(built.generations, facts), (0.0,), 0))
        assert (model.choices is None) == (not changes)
        return model.model.n_columns, model.model.n_rows

    plain = size()
    with_opening = size(
        factories=[
            factory("f1", line("l11", "L11", {"rack": 1000}, opens=day(0)) | {"opening": {"cost": "1 MUSD (2026)"}})
        ]
    )
    assert with_opening[0] >= plain[0] + 12 - 1


def test_several_decisions_are_found_together_and_the_gap_is_stated():
    changes = two_generations()
    changes["factories"][0]["lines"] += [
        line(f"extra-{k}", "L11", {"next": 6}, opens=day(2)) | {"opening": {"cost": f"{10 * (k + 1)} MUSD (2026)"}}
        for k in range(3)
    ]
    plan = planned(20, **changes)
    assert len(plan.openings) == 3
    assert len(plan.changeovers) == 1
    assert 0.0 <= plan.gap < 0.02
    assert plan.status == ("optimal" if plan.gap <= 1e-9 else "feasible")


def test_more_tries_never_give_a_worse_plan_or_bound():
    changes = two_generations(rate=12)
    changes["factories"][0]["lines"].append(
        line("extra", "L11", {"next": 9}, opens=day(1), ramp="6 weeks", initial_share=0.1)
        | {"opening": {"cost": "40 MUSD (2026)"}}
    )
    built, facts = small(20, **changes)
    found = []
    for tries in (1, 4, 16):
        model = build_model(gather(built, rack_facts(built.generations, facts), (0.0,), 4))
        found.append(solve_whole(model, SolveOptions(), tries=tries, gap=0.0))
    costs = [each.solution.objective for each in found]
    bounds = [each.bound for each in found]
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert all(bound <= cost + 1e-9 for bound, cost in zip(bounds, costs, strict=True))


def test_planning_again_from_a_plan_takes_its_decisions_first():
    built, facts = small(16, **optional(5.0))
    first = plan_programme(built, facts, reliefs=0)
    again = plan_programme(built, facts, reliefs=0, start=first)
    assert again.openings == first.openings
    assert again.objective == pytest.approx(first.objective)


def test_reliefs_are_planned_with_the_decisions_as_they_are():
    built, facts = small(16, **two_generations())
    plan = plan_programme(built, facts, reliefs=2)
    assert all(each.worth is None or each.worth >= 0.0 for each in plan.binding)


def test_decisions_are_kept_and_tabled():
    plan = planned(**two_generations())
    again = loads(dumps(plan))
    assert again.changeovers == plan.changeovers
    table = plan.tables()["changeovers"]
    assert table["generation"].tolist() == ["g2"]
    assert set(plan.tables()["openings"]) == {"line", "path", "date", "earliest", "latest", "cost_usd"}


def test_the_check_finds_a_line_that_works_before_it_opens():
    built, facts = small(16, **optional(1.0))
    plan = plan_programme(built, facts, reliefs=0)
    moved = replace(plan.openings[0], date=START + dt.timedelta(weeks=8))
    assert any("f1.new" in problem for problem in check_plan(built, facts, replace(plan, openings=(moved,))))
    wrong = replace(plan.openings[0], date=START - dt.timedelta(weeks=3))
    assert any("outside" in problem for problem in check_plan(built, facts, replace(plan, openings=(wrong,))))


def test_more_of_a_line_that_was_opened_is_worth_what_it_brings():
    built, facts = small(16, **optional(1.0, rate=5))
    plan = plan_programme(built, facts, reliefs=3)
    found = {each.name: each for each in plan.binding}
    assert found["f1.new"].worth is not None
    assert found["f1.new"].worth > 0.0


@pytest.mark.parametrize(
    ("changes", "path", "why"),
    [
        ({"opening": {"cost": "1 MUSD (2026)", "latest": day(-70)}}, "opening.latest", "may open until"),
        (
            {"opening": {"cost": "1 MUSD (2026)"}, "changeover": {"time": "1 week"}},
            "changeover",
            "has change-overs",
        ),
        ({"opening": {"cost": "1 MUSD (2026)"}, "initial_yield": "50 %"}, "initial_yield", "yield rises"),
    ],
)
def test_a_line_with_decisions_that_do_not_fit_together_is_refused(changes, path, why):
    built, _ = small(12, factories=[factory("f1", line("l11", "L11", {"rack": 10}, **changes))])
    found = [problem for problem in check_programme(built) if problem.path == f"factories.f1.lines.l11.{path}"]
    assert len(found) == 1
    assert why in found[0].why


def test_causes_are_lifted_with_the_decisions_as_they_are():
    built, facts = small(16, **two_generations(cost="3 MUSD (2026)"))
    base = plan_situation(built, facts)
    assert base.plan.picks == (week_of(plan_programme(built, facts, reliefs=0).changeovers[0].ready),)
    other = lifted(base, ["sites.x.energisation"])
    assert other.plan.picks == base.plan.picks
    assert other.solution.objective <= base.solution.objective + 1e-6


def test_a_search_that_is_stopped_gives_the_best_plan_so_far_with_its_gap(monkeypatch):
    changes = two_generations(rate=12)
    changes["factories"][0]["lines"].append(
        line("extra", "L11", {"next": 9}, opens=day(1), ramp="6 weeks", initial_share=0.1)
        | {"opening": {"cost": "40 MUSD (2026)"}}
    )
    built, facts = small(20, **changes)
    model = build_model(gather(built, rack_facts(built.generations, facts), (0.0,), 4))
    real, calls = solve_model, []

    def stopping(*args):
        calls.append(args)
        if len(calls) > 1:
            raise StoppedError("stopped", stopped_by="time limit", bound=0.0)
        return real(*args)

    monkeypatch.setattr("gigaloop.plan.lp.decisions.solve_model", stopping)
    found = solve_whole(model, SolveOptions(), gap=0.0)
    assert len(calls) == 2
    assert model.picks == found.picks
    assert found.bound <= found.solution.objective
