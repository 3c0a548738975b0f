"""The state, calendars, people, yields, learning and room of factories, worked out by hand.

As in ``test_plan_small``: a rack draws 125 kW at the facility and takes a week to make; 100 are due in week 1.
"""

from dataclasses import replace
from typing import Any

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
from hypothesis import given, settings
from hypothesis import strategies as st

import gigaloop
from gigaloop.design import design_programme
from gigaloop.plan import Plan, RackFacts, plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import rack_facts
from gigaloop.plan.inputs.production import WEEK_HOURS, Production, build_production
from gigaloop.plan.lp.model import build_model
from gigaloop.programme.schema import Programme
from gigaloop.programme.starter import bundled_programmes


def made(weeks: int = 12, **changes) -> Plan:
    built, facts = small(weeks, **changes)
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
    return plan


def online(plan: Plan) -> list[float]:
    return [round(float(racks), 4) for racks in plan.online_racks.sum(axis=(0, 1))]


def one_line(rate: float = 20, **changes):
    factory_changes = {name: changes.pop(name) for name in list(changes) if name in FACTORY_KEYS}
    return [factory("f1", line("l11", "L11", {"rack": rate}, cost=1000, **changes), **factory_changes)]


FACTORY_KEYS = ("stock", "in_process", "closed", "headcount", "headcount_target", "hiring", "rack_storage")


def load(plan: Plan, kind: str):
    return next(each for each in plan.loads if each.kind == kind)


# --- opening state


def test_racks_in_stock_at_the_start_are_online_at_once_and_cost_nothing_more():
    plan = made(factories=one_line(1000, stock=[{"part": "rack", "quantity": 40}]))
    assert online(plan)[:2] == [40.0, 100.0]
    assert plan.production.pieces.sum() == pytest.approx(60.0)
    assert plan.flows["conversion"].sum() == pytest.approx(60 * 1000)
    assert plan.flows["bought parts"].sum() == pytest.approx(60 * 72 * 40000)


def test_work_in_process_is_completed_on_its_day_and_loads_its_line():
    under_way = [{"part": "rack", "line": "l11", "quantity": 15, "date": day(1)}]
    plan = made(factories=one_line(20, in_process=under_way))
    assert online(plan)[:4] == [0.0, 20.0, 40.0, 60.0]
    assert plan.production.given[0, :3].tolist() == [0.0, 15.0, 0.0]
    assert plan.production.pieces[0, 1] == pytest.approx(5.0)
    assert load(plan, "line").used[0, 1] == pytest.approx(1.0)
    assert plan.part_use.sum() == pytest.approx(85 * 72)


def test_work_in_process_loads_the_burn_in_cells_of_its_week():
    under_way = [{"part": "rack", "line": "l11", "quantity": 20, "date": day(1)}]
    cells = {"power": [{"start": day(-60), "power": "1.5 MW"}]}
    plan = made(factories=[factory("f1", line("l11", "L11", {"rack": 1000}), test_cells=cells, in_process=under_way)])
    assert online(plan)[1:3] == pytest.approx([35.0, 70.0])
    assert load(plan, "test power").used[0, 1] == pytest.approx(1.5e6)


def test_more_work_in_process_than_a_line_can_do_is_completed_nonetheless():
    under_way = [{"part": "rack", "line": "l11", "quantity": 50, "date": day(1)}]
    plan = made(factories=one_line(20, in_process=under_way))
    assert online(plan)[1:3] == [50.0, 70.0]


TWO_PLANTS: dict[str, Any] = {
    "parts": [part("rack", "L11", {"tray": 2}), part("tray", "L10", {"gpu": 36}), part("gpu", cost=40000)],
    "factories": [
        factory("f0", line("l10", "L10", {"tray": 20}), test_mw=None),
        factory("f1", line("l11", "L11", {"rack": 1000})),
    ],
    "lanes": [lane("f1", "x"), lane("f0", "f1", 2, in_transit=[{"part": "tray", "quantity": 30, "arrives": day(1)}])],
}


def test_trays_in_transit_arrive_on_their_day():
    plan = made(**TWO_PLANTS)
    assert online(plan)[:6] == [0.0, 0.0, 15.0, 15.0, 25.0, 35.0]


def test_a_stock_that_nothing_uses_any_more_stays():
    parts = [*TWO_PLANTS["parts"]]
    plants = [TWO_PLANTS["factories"][0], TWO_PLANTS["factories"][1] | {"stock": [{"part": "tray", "quantity": 300}]}]
    plan = made(**TWO_PLANTS | {"parts": parts, "factories": plants})
    row = next(n for n, place in enumerate(plan.stock.factories) if (place, plan.stock.parts[n]) == ("f1", "tray"))
    assert plan.stock.pieces[row, -1] >= 100.0 - 1e-6
    assert online(plan)[1] == 100.0


def test_evaluation_units_under_way_count():
    dates = {"evaluation": day(0), "ramp": day(4), "volume": day(6), "end_of_life": day(100)}
    new = generation("g1", "rack", effectivity=dates, evaluation={"racks": 6, "factory": "f1"})
    under_way = [{"part": "rack", "line": "l11", "quantity": 4, "date": day(1)}]
    plan = made(generations=[new], factories=one_line(20, in_process=under_way))
    assert plan.production.pieces[0, :4].sum() == pytest.approx(2.0)
    assert plan.costs["evaluation units not made"] == 0.0


# --- calendars and shifts


def test_a_closed_factory_makes_nothing_and_part_of_a_week_counts_by_days():
    closed = [
        {"start": day(2), "end": day(2 + 6 / 7), "name": "shutdown"},
        {"start": day(4), "end": day(4 + 1 / 7), "name": "holiday"},
    ]
    plan = made(factories=one_line(14, closed=closed))
    assert np.diff(online(plan), prepend=0.0)[:6] == pytest.approx([0.0, 14.0, 0.0, 14.0, 10.0, 14.0])
    assert plan.late[0].reason.kind == "line"


def test_shifts_scale_the_rate():
    plan = made(factories=one_line(10, shifts=2, shift_plan=[{"start": day(2), "shifts": 3}]))
    assert np.diff(online(plan), prepend=0.0)[:5] == pytest.approx([0.0, 10.0, 15.0, 15.0, 15.0])


# --- people


def test_people_limit_the_work_of_all_lines():
    plan = made(factories=one_line(20, headcount="50 jobs"))
    assert np.diff(online(plan), prepend=0.0)[1:4] == pytest.approx([10.0, 10.0, 10.0])
    (late,) = plan.late
    assert (late.reason.kind, late.reason.path) == ("staff", "factories.f1.headcount")
    assert load(plan, "staff").used[0, 1] == pytest.approx(50.0)


def test_people_hired_count_as_they_are_trained_up_to_the_target():
    hiring = {"rate": "10 jobs/week", "training": "2 weeks"}
    plan = made(factories=one_line(20, headcount="50 jobs", headcount_target="65 jobs", hiring=hiring))
    people = load(plan, "staff").limit[0]
    # 10 hired in week 0, 5 in week 1; each works at 1/4, 3/4, then all.
    assert people[:5] == pytest.approx([52.5, 58.75, 63.75, 65.0, 65.0])
    assert np.diff(online(plan), prepend=0.0)[1:4] == pytest.approx(people[1:4] / 5.0)


def test_people_are_hired_only_where_it_pays():
    hiring = {"rate": "10 jobs/week", "cost": "1 kUSD (2026)"}
    scarce = made(factories=one_line(20, headcount="50 jobs", hiring=hiring))
    assert scarce.hired[0, :2] == pytest.approx([10.0, 10.0])
    assert scarce.flows["hiring"].sum() == pytest.approx(1000.0 * scarce.hired.sum())
    dear = made(factories=one_line(20, headcount="50 jobs", hiring=hiring | {"cost": "900 MUSD (2026)"}))
    assert dear.hired.sum() == 0.0


# --- yield, rework, learning


def test_yield_matures_over_the_ramp():
    plan = made(factories=one_line(20, opens=day(1), ramp="2 weeks", initial_share=1.0, initial_yield=0.5))
    assert np.diff(online(plan), prepend=0.0)[1:5] == pytest.approx([20 * 0.625, 20 * 0.875, 20.0, 20.0])


def test_rework_comes_back_after_its_time_and_uses_no_parts_again():
    plan = made(
        factories=one_line(1000, test_yield=0.5, rework_time="1 week"), suppliers=[supplier("s", supply("gpu", 720))]
    )
    passes, expected = 0.0, []
    for _ in range(5):
        passes = 10.0 + 0.5 * passes
        expected.append(0.5 * passes)
    assert np.diff(online(plan), prepend=0.0)[1:6] == pytest.approx(expected)
    assert plan.part_use[0, :5] == pytest.approx(np.full(5, 720.0))


def test_what_fails_waits_while_the_factory_is_closed():
    closed = [{"start": day(2), "end": day(2 + 6 / 7), "name": "shutdown"}]
    plan = made(factories=one_line(40, test_yield=0.8, rework_time="1 week", closed=closed))
    assert plan.production.pieces[0, 1] > 1.0
    assert plan.production.pieces[0, 2] == 0.0
    assert plan.production.waiting[0, 2] == pytest.approx(0.25 * plan.production.pieces[0, 1])


def test_rework_without_a_time_is_the_steady_state():
    assert made(factories=one_line(20, test_yield=0.5)).production.started.sum() == pytest.approx(100.0)


def test_a_line_learns_by_what_it_makes():
    learning = {"rate": "80 %", "at": 100}
    plan = made(factories=one_line(40, learning=learning))
    total, expected = 0.0, []
    for _ in range(4):
        expected.append(min(40.0 / 0.8 ** min(np.log2(max(total, 1.0) / 100.0), 0.0), 100.0 - total))
        total += expected[-1]
    assert np.diff(online(plan), prepend=0.0)[1:5] == pytest.approx(expected, rel=5e-3)


def test_pieces_made_before_count_as_learnt():
    lines = line("l11", "L11", {"rack": 20}, learning={"rate": "80 %", "at": 100})
    lines["products"][0]["made_before"] = 100
    assert online(made(factories=[factory("f1", lines)]))[1:3] == [20.0, 40.0]


def test_the_check_knows_rates_that_the_output_does_not_give():
    built, facts = small(factories=one_line(40, learning={"rate": "80 %", "at": 100}))
    free, _ = small(factories=one_line(40))
    plan = plan_programme(free, facts, reliefs=0)
    assert any("share of its time" in problem for problem in check_plan(built, facts, plan))


# --- room


def test_pieces_in_process_are_limited():
    plan = made(factories=one_line(1000, cycle_time="2 weeks", wip_limit=20))
    assert np.diff(online(plan), prepend=0.0)[:6].sum() == pytest.approx(45.0, abs=6.0)
    assert load(plan, "in process").used.max() <= 20.0 + 1e-6
    assert plan.late[0].reason.kind == "in process"


def test_racks_in_stock_are_limited():
    where = [site("x", {6: 100}, install_crews=[{"start": day(6), "rate": "100000 racks/week"}])]
    free = made(sites=where, factories=one_line(20))
    tight = made(sites=where, factories=one_line(20, rack_storage=30))
    assert online(free)[6] == pytest.approx(100.0)
    assert online(tight)[6] == pytest.approx(50.0)
    assert load(tight, "storage").used.max() == pytest.approx(30.0)


# --- all together


def eventful(seed: int) -> tuple[Programme, dict[str, RackFacts]]:
    rng = np.random.default_rng(seed)
    plants = [
        factory(
            "f0",
            line("l10", "L10", {"tray": 60}, 100, test_yield=0.9, rework_time="1 week", wip_limit=150),
            test_mw=None,
            closed=[{"start": day(int(rng.integers(2, 6))), "end": day(7), "name": "holidays"}],
            stock=[{"part": "tray", "quantity": float(rng.integers(1, 60))}],
        ),
        factory(
            "f1",
            line(
                "l11",
                "L11",
                {"rack": 30, "rack2": 20},
                1000,
                cycle_time=f"{rng.integers(1, 3)} weeks",
                opens=day(-2),
                ramp="6 weeks",
                initial_share=0.3,
                initial_yield=0.6,
                test_yield=0.95,
                rework_time=f"{rng.integers(1, 3)} weeks",
                shifts=2,
                shift_plan=[{"start": day(int(rng.integers(3, 9))), "shifts": int(rng.integers(1, 4))}],
                learning={"rate": f"{rng.integers(75, 96)} %", "at": float(rng.integers(20, 120))},
                wip_limit=float(rng.integers(20, 200)),
            ),
            line("own", "L10", {"tray": 20}, 50),
            test_mw=float(rng.uniform(1.0, 4.0)),
            headcount="80 jobs",
            headcount_target="150 jobs",
            hiring={"rate": "6 jobs/week", "training": "3 weeks"} | ({"cost": "3 kUSD (2026)"} if seed % 2 else {}),
            rack_storage=float(rng.integers(5, 40)),
            in_process=[{"part": "rack", "line": "l11", "quantity": 3, "date": day(1)}],
        ),
    ]
    built = programme(
        24,
        parts=[
            part("rack", "L11", {"tray": 2}, cost=10),
            part("rack2", "L11", {"tray": 3}),
            part("tray", "L10", {"gpu": 36}),
            part("gpu", cost=30000),
        ],
        generations=[generation("g1", "rack"), generation("g2", "rack2", compute_value="5 USD/GPU/h (2026)")],
        suppliers=[supplier("s", supply("gpu", float(rng.integers(400, 4000)), on_hand=500))],
        factories=plants,
        lanes=[
            lane("f0", "f1", 1, 5, in_transit=[{"part": "tray", "quantity": 9, "arrives": day(0)}]),
            lane("f1", "x"),
        ],
        sites=[site("x", {int(rng.integers(0, 12)): 100})],
        demands=[demand("x", 6, 10.0), demand("x", 12, 20.0, generations=["g2"])],
    )
    return built, {each: RackFacts(100e3, 100e3, 2e-3, 1500.0) for each in ("g1", "g2")}


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_the_independent_check_finds_nothing_in_eventful_factories(seed):
    built, facts = eventful(seed)
    plan = plan_programme(built, facts, reliefs=1)
    assert check_plan(built, facts, plan) == ()
    assert sum(plan.costs.values()) == pytest.approx(plan.objective, rel=1e-6, abs=1.0)


# --- figures of burn-in that the programme at hand must show


def burn_in(kilowatts: float, hours: int, racks: float, megawatts: float) -> Plan:
    """Plan for racks of a thermal design power, as many as asked for, in cells of a power."""
    built, _ = small(
        6,
        generations=[generation("g1", "rack", test={"l11": f"{hours} h", "power_share": "100 %"})],
        factories=[factory("f1", line("l11", "L11", {"rack": 5000}), test_mw=megawatts)],
        suppliers=[supplier("s", supply("gpu", 1e6))],
        sites=[site("x", {0: 5000})],
        demands=[demand("x", 1, 0, racks=f"{racks} racks", generations=["g1"])],
    )
    facts = {"g1": RackFacts(kilowatts * 1e3, kilowatts * 1e3)}
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
    return plan


def test_a_thousand_racks_a_week_of_132_kw_in_72_hours_draw_57_mw():
    plan = burn_in(132, 72, 1000, 200)
    assert plan.production.pieces[0, 1] == pytest.approx(1000.0)
    assert load(plan, "test power").used[0, 1] == pytest.approx(56.6e6, rel=1e-3)


@pytest.mark.parametrize(("hours", "racks"), [(72, 1167), (168, 500)])
def test_a_plant_of_100_mw_tests_so_many_racks_of_200_kw_a_week(hours, racks):
    plan = burn_in(200, hours, 3000, 100)
    assert plan.production.pieces[0, 1] == pytest.approx(racks, rel=1e-3)
    assert plan.late[0].reason.kind == "test power"


def us_buildout() -> tuple[Programme, Production]:
    built, _ = design_programme(gigaloop.load(bundled_programmes()["us-buildout"]), gigaloop.load_catalogue())
    draws = {"gb200-nvl72": 132e3, "gb300-nvl72": 136e3, "vr200-nvl72": 200e3, "rubin-ultra-kyber": 600e3}
    facts = rack_facts(built.generations, {name: RackFacts(watts, watts) for name, watts in draws.items()})
    return built, build_production(built, facts)


def test_the_bundled_plant_of_100_mw_starts_1170_burn_ins_a_week_of_racks_of_200_kw():
    built, production = us_buildout()
    houston = next(f for f, each in enumerate(built.factories) if each.id == "houston")
    limits = production.test[houston]
    assert limits is not None
    assert limits.power[-1] == 100e6
    rack = next(item for item in production.items if item.part == "vr200-rack")
    assert limits.power[-1] / 200e3 * WEEK_HOURS / rack.test_hours == pytest.approx(1167, abs=1)


def test_from_vr200_on_trays_arrive_complete_bought_and_consigned():
    built, production = us_buildout()
    made = {item.part for item in production.items}
    assert {"gb300-board", "gb300-tray"} <= made
    for rack, tray in (("vr200-rack", "vr200-tray"), ("kyber-rack", "kyber-blade")):
        assert built.part_of[tray].consigned
        assert tray not in made
        user = next(i for i, item in enumerate(production.items) if item.part == rack)
        assert set(production.bought_use[tray]) == {user}
        inside = {part for line in built.part_of[tray].components for part in [line.part]}
        assert not inside & set(production.bought_use)


# --- properties


MORE: dict[str, dict[str, Any]] = {
    "people": {"headcount": "90 jobs"},
    "hiring": {"hiring": {"rate": "9 jobs/week", "training": "2 weeks"}},
    "storage": {"rack_storage": 60},
    "days": {"closed": ()},
    "stock": {"stock": [{"part": "rack", "quantity": 9}]},
}
LESS: dict[str, Any] = {
    "headcount": "60 jobs",
    "headcount_target": "120 jobs",
    "hiring": {"rate": "3 jobs/week", "training": "2 weeks"},
    "rack_storage": 20,
    "closed": [{"start": day(3), "end": day(4), "name": "shutdown"}],
    "stock": [{"part": "rack", "quantity": 3}],
}
BETTER: dict[str, dict[str, Any]] = {
    "rework": {"rework_time": "1 week"},
    "wip": {"wip_limit": 90},
    "yield": {"initial_yield": 0.8},
    "shifts": {"shift_plan": [{"start": day(2), "shifts": 3}]},
}
WORSE: dict[str, Any] = {
    "rework_time": "2 weeks",
    "wip_limit": 30,
    "initial_yield": 0.6,
    "test_yield": 0.9,
    "shifts": 2,
    "shift_plan": [{"start": day(2), "shifts": 1}],
    "opens": day(-1),
    "ramp": "6 weeks",
    "initial_share": 0.5,
}


def objective(rate: float, line_changes: dict[str, Any], factory_changes: dict[str, Any]) -> float:
    where = [site("x", {4: 100}, install_crews=[{"start": day(2), "rate": "30 racks/week"}])]
    plants = [factory("f1", line("l11", "L11", {"rack": rate}, cost=1000, **line_changes), **factory_changes)]
    return made(16, sites=where, factories=plants).objective


@settings(max_examples=25)
@given(rate=st.sampled_from([8, 20, 50]), raised=st.sampled_from([*MORE, *BETTER]))
def test_more_of_what_a_factory_has_never_makes_a_plan_worse(rate, raised):
    before = objective(rate, WORSE, LESS)
    after = objective(rate, WORSE | BETTER.get(raised, {}), LESS | MORE.get(raised, {}))
    assert after <= before + 1e-6 * abs(before) + 1.0


def test_what_a_programme_does_not_use_is_not_in_its_model():
    built, facts = small()
    data = gather(built, rack_facts(built.generations, facts), (0.0,), 26)
    names = {block.name for block in build_model(data).model.column_blocks}
    names |= {block.name for block in build_model(data).model.row_blocks}
    assert not names & {"wait for rework", "starts", "hired", "hired at work", "staff", "in process", "rack storage"}


def test_the_check_finds_factories_that_do_more_than_they_can():
    built, facts = eventful(3)
    plan = plan_programme(built, facts, reliefs=0)
    for name, broken in {
        "starts of": replace(plan, production=replace(plan.production, started=plan.production.started * 1.1)),
        "under way": replace(plan, production=replace(plan.production, given=plan.production.given * 2.0)),
        "share of its time": replace(plan, production=replace(plan.production, pieces=plan.production.pieces * 1.5)),
        "people hired": replace(plan, hired=plan.hired + 50.0),
        "racks in stock": replace(plan, stock=replace(plan.stock, pieces=plan.stock.pieces + 50.0)),
    }.items():
        assert any(name in problem for problem in check_plan(built, facts, broken)), name


def test_a_plan_made_again_from_an_earlier_one_learns_from_it():
    built, facts = small(factories=one_line(40, learning={"rate": "80 %", "at": 100}))
    first = plan_programme(built, facts, reliefs=0)
    again = plan_programme(built, facts, reliefs=0, start=first)
    assert check_plan(built, facts, again) == ()
    assert again.objective == pytest.approx(first.objective, rel=1e-3)
    assert again.iterations <= first.iterations
