"""What holds of every plan: the independent check finds nothing, costs add up, more of anything never costs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from benchmarks.plan_programmes import (
    day,
    demand,
    factory,
    generated,
    generation,
    lane,
    line,
    site,
    small,
    supplier,
    supply,
)
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.plan import Plan, RackFacts, plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.programme.schema import Programme

SIZE = {"weeks": 60, "sites": 2, "factories": 3, "generations": 2, "own_parts": 4, "shared_parts": 3}


@given(seed=st.integers(0, 10_000), scarcity=st.sampled_from([0.3, 1.0, 3.0, 10.0]), early=st.sampled_from([0, 8, 60]))
def test_the_independent_check_finds_nothing(seed, scarcity, early):
    programme, facts = generated(seed, **SIZE, scarcity=scarcity)
    plan = plan_programme(programme, facts, early_weeks=early, reliefs=1)
    assert check_plan(programme, facts, plan) == ()
    assert sum(plan.costs.values()) == pytest.approx(plan.objective, rel=1e-6, abs=1.0)
    assert all(late.reasons and late.reason.sentence for late in plan.late)
    for late in plan.late:
        assert sum(reason.share for reason in late.reasons) == pytest.approx(1.0)
    asked_and_late = plan.late_power.max(axis=1) > 1e-6 * plan.asked_power.max()
    assert {late.demand for late in plan.late} >= {plan.demands[d] for d in np.flatnonzero(asked_and_late)}


amounts = st.fixed_dictionaries(
    {
        "gpus": st.sampled_from([400, 1000, 3000, 90000]),
        "rate": st.sampled_from([5, 17, 60, 1000]),
        "cells": st.sampled_from([0.2, 0.9, 3.0, 1000.0]),
        "crews": st.sampled_from([4, 13, 50, 10000]),
        "power": st.sampled_from([1, 6, 14, 100]),
        "positions": st.sampled_from([10, 70, 1000]),
        "lane": st.sampled_from([3, 21, 1000]),
    }
)


def objective(amount: dict[str, float]) -> float:
    where = site("x", {1: amount["power"] / 2, 6: amount["power"]})
    where["halls"][0]["positions"] = amount["positions"]
    where["install_crews"] = [{"start": day(-9), "rate": f"{amount['crews']} racks/week"}]
    programme, facts = small(
        16,
        suppliers=[supplier("s1", supply("gpu", amount["gpus"]))],
        factories=[factory("f1", line("l11", "L11", {"rack": amount["rate"]}, cost=9000), test_mw=amount["cells"])],
        lanes=[lane("f1", "x", cost=5000, capacity=f"{amount['lane']} pcs/week")],
        sites=[where],
        demands=[demand("x", 3, 5.0), demand("x", 9, 7.5)],
    )
    plan = plan_programme(programme, facts, reliefs=0)
    assert check_plan(programme, facts, plan) == ()
    return plan.objective


@given(amount=amounts, raised=st.sampled_from(["gpus", "rate", "cells", "crews", "power", "positions", "lane"]))
def test_more_of_anything_never_makes_a_plan_worse(amount, raised):
    before = objective(amount)
    after = objective(amount | {raised: amount[raised] * 1.5})
    assert after <= before + 1e-6 * abs(before) + 1.0


@pytest.fixture(scope="module")
def planned() -> tuple[Programme, dict[str, RackFacts], Plan]:
    programme, facts = generated(3, **SIZE)
    return programme, facts, plan_programme(programme, facts, reliefs=0)


def spoiled(plan: Plan) -> dict[str, Plan]:
    more = plan.online_racks.copy()
    more[:, :, -3:] += 40.0
    making, stock, bought = plan.production, plan.stock, plan.purchases
    return {
        "online": replace(plan, online_racks=more),
        "production": replace(plan, production=replace(making, pieces=making.pieces * 1.02)),
        "early work": replace(plan, production=replace(making, pieces=np.roll(making.pieces, -3, axis=1))),
        "stock": replace(plan, stock=replace(stock, pieces=stock.pieces + 1.0)),
        "receipts": replace(plan, purchases=replace(bought, received=np.roll(bought.received, -5, axis=1))),
        "use": replace(plan, purchases=replace(bought, used=bought.used * 0.9)),
        "price": replace(plan, purchases=replace(bought, price=bought.price * 1.1)),
        "shipments": replace(plan, shipments=replace(plan.shipments, pieces=plan.shipments.pieces * 1.5)),
        "waiting": replace(plan, waiting=plan.waiting + 1.0),
        "lateness": replace(plan, late_power=plan.late_power * 0.5),
        "costs": replace(plan, costs={**plan.costs, "lateness": 0.0}),
        "objective": replace(plan, objective=plan.objective * 1.001),
        "installs": replace(plan, installs=np.roll(plan.installs, 1, axis=2)),
        "negative": replace(plan, waiting=plan.waiting - 1.0),
    }


def test_the_check_passes_the_plan_and_catches_each_way_to_spoil_it(planned):
    programme, facts, plan = planned
    assert check_plan(programme, facts, plan) == ()
    assert plan.late_power.any()
    caught = {name: check_plan(programme, facts, bad) for name, bad in spoiled(plan).items()}
    assert [name for name, problems in caught.items() if not problems] == []


def test_the_check_catches_a_plan_for_a_richer_programme(planned):
    programme, facts, plan = planned
    data = programme.model_dump(by_alias=True)
    poorer = [
        ("suppliers", ["supplies", "allocation", "rate"]),
        ("factories", ["lines", "products", "rate"]),
        ("factories", ["test_cells", "power", "power"]),
        ("sites", ["energisation", "power"]),
        ("sites", ["install_crews", "rate"]),
        ("sites", ["halls", "positions"]),
    ]
    for section, path in poorer:
        changed = Programme.model_validate(data | {section: [_scaled(record, path, 0.02) for record in data[section]]})
        assert check_plan(changed, facts, plan), path


def _scaled(record: Any, path: list[str], factor: float) -> Any:
    if not path:
        return type(record)(float(record) * factor, record.unit, record.year)
    if isinstance(record, list | tuple):
        return [_scaled(each, path, factor) for each in record]
    return {**record, path[0]: _scaled(record[path[0]], path[1:], factor)}


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("supply", {"suppliers": [supplier("s1", supply("gpu", 720 * 1.1))]}),
        ("line", {"factories": [factory("f1", line("l11", "L11", {"rack": 11}))]}),
        ("test power", {"factories": [factory("f1", line("l11", "L11", {"rack": 1000}), test_mw=0.55)]}),
        ("crews", {"sites": [site("x", {0: 100}, install_crews=[{"start": day(-9), "rate": "11 racks/week"}])]}),
        ("energisation", {"sites": [site("x", {0: 3, 4: 100})]}),
        ("lane", {"lanes": [lane("f1", "x", cost=5000, capacity="11 pcs/week")]}),
    ],
)
def test_the_worth_of_a_relief_is_what_planning_the_relieved_programme_gains(kind, changed):
    scarce = {
        "supply": {"suppliers": [supplier("s1", supply("gpu", 720))]},
        "line": {"factories": [factory("f1", line("l11", "L11", {"rack": 10}))]},
        "test power": {"factories": [factory("f1", line("l11", "L11", {"rack": 1000}), test_mw=0.5)]},
        "crews": {"sites": [site("x", {0: 100}, install_crews=[{"start": day(-9), "rate": "10 racks/week"}])]},
        "energisation": {"sites": [site("x", {0: 3, 8: 100})]},
        "lane": {"lanes": [lane("f1", "x", cost=5000, capacity="10 pcs/week")]},
    }[kind]
    plan = plan_programme(*small(14, **scarce))
    found = next(each for each in plan.binding if each.kind == kind)
    after = plan_programme(*small(14, **changed), reliefs=0)
    assert found.worth == pytest.approx(plan.objective - after.objective, rel=1e-6)
    gained = (after.online_it_power - plan.online_it_power).sum() * 7 * 86400
    assert found.online == pytest.approx(gained, rel=1e-6)
    assert found.shadow_price > 0.0


def test_planning_again_for_the_worth_of_reliefs_leaves_the_plan_as_it_is():
    programme, facts = generated(5, **SIZE, scarcity=3.0)
    first = plan_programme(programme, facts, reliefs=5)
    second = plan_programme(programme, facts, reliefs=0)
    np.testing.assert_array_equal(first.online_racks, second.online_racks)
    assert first.objective == second.objective
    worths = [each.worth for each in first.binding if each.worth is not None]
    assert worths == sorted(worths, reverse=True)


def test_generations_hand_over_as_their_dates_say():
    dates = {"evaluation": day(-9), "ramp": day(-8), "volume": day(-7), "end_of_life": day(4)}
    later = {"evaluation": day(3), "ramp": day(5), "volume": day(5), "end_of_life": day(90)}
    old, new = generation("g1", "rack", effectivity=dates), generation("g2", "rack2", effectivity=later)
    programme, facts = small(
        14,
        parts=[
            *small()[0].model_dump(by_alias=True)["parts"],
            {
                "id": "rack2",
                "name": "r",
                "family": "rack",
                "stage": "L11",
                "components": [{"part": "gpu", "quantity": 72}],
            },
        ],
        generations=[old, new],
        factories=[factory("f1", line("l11", "L11", {"rack": 10, "rack2": 10}))],
    )
    plan = plan_programme(programme, facts, reliefs=0)
    assert check_plan(programme, facts, plan) == ()
    made = {part: plan.production_of(part)[0] for part in ("rack", "rack2")}
    assert made["rack"][5:].sum() == 0.0
    assert made["rack2"][:5].sum() == 0.0
    assert [first.date.isoformat() for first in plan.first_units if first.date] == [day(1), day(5)]
