"""The first answer with what completes units, crews, racks at the site, rework: pegged whole, without any solver."""

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
    site,
    small,
    supplier,
    supply,
)

from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.plan.greedy import answer


@pytest.fixture(autouse=True)
def _no_solver(monkeypatch):
    def refuse(*_args, **_kwargs):
        pytest.fail("the first answer needed the solver")

    monkeypatch.setattr(answer, "solve_within", refuse)


def first(programme, facts):
    plan = plan_programme(programme, facts, method="greedy")
    assert check_plan(programme, facts, plan) == ()
    return plan


def online(plan, weeks=8) -> list[float]:
    return [round(float(racks), 3) for racks in plan.online_racks.sum(axis=(0, 1))[:weeks]]


CDU = {"id": "cdu", "name": "cdu", "family": "cooling"}
RACK = [part("rack", "L11", {"gpu": 72}), part("gpu", cost=40000)]


def units_of(name: str, quantity: int):
    return [generation("g1", "rack", su_parts=[{"part": name, "quantity": quantity}])]


def test_racks_go_online_with_the_network_racks_that_are_made_and_brought():
    programme, facts = small(
        parts=[*RACK, part("switch-rack", "L10", {"switch": 4}), part("switch", cost=9000)],
        generations=units_of("switch-rack", 2),
        suppliers=[supplier("s1", supply("gpu", 72000), supply("switch", 1000))],
        factories=[
            factory(
                "f1", line("l11", "L11", {"rack": 1000}), line("l10", "L10", {"switch-rack": 5}, cycle_time="2 weeks")
            )
        ],
        lanes=[lane("f1", "x", weeks=1)],
        demands=[demand("x", 2, 10.0)],
    )
    plan = first(programme, facts)
    assert online(plan) == [0.0, 0.0, 0.0, 20.0, 40.0, 60.0, 80.0, 80.0]
    assert plan.shipments.pieces[plan.shipments.parts.index("switch-rack")].sum() == pytest.approx(20.0)


def test_racks_go_online_with_what_is_bought_for_their_units():
    programme, facts = small(
        parts=[*RACK, CDU],
        generations=units_of("cdu", 1),
        suppliers=[supplier("s1", supply("gpu", 72000), supply("cdu", 2, price=300000))],
        demands=[demand("x", 2, 10.0)],
    )
    plan = first(programme, facts)
    assert np.diff(plan.online_racks[0, 0]).max() <= 3 * 8 * 2 + 1e-6
    assert online(plan, 5) == online(plan_programme(programme, facts, reliefs=0), 5)


def test_crews_commission_no_more_than_they_can():
    slow = site("x", {0: 100}, commissioning_crews=[{"start": day(-60), "rate": "20 racks/week"}])
    plan = first(*small(sites=[slow]))
    assert np.diff(plan.online_racks[0, 0], prepend=0.0).max() <= 20.0 + 1e-9
    assert plan.online_racks[0, 0, -1] == pytest.approx(100.0)


def test_racks_that_are_there_or_on_their_way_go_online_first():
    there = site(
        "x",
        {0: 100},
        commissioning="2 weeks",
        opening=[{"generation": "g1", "ready": 10, "in_commissioning": [{"date": day(1), "quantity": 5}]}],
    )
    moving = lane("f1", "x", in_transit=[{"part": "rack", "quantity": 20, "arrives": day(1)}])
    plan = first(*small(sites=[there], lanes=[moving], demands=[demand("x", 1, 12.5)]))
    assert online(plan, 4) == [10.0, 15.0, 15.0, 100.0]
    assert plan.shipments.pieces.sum() == pytest.approx(65.0)


def test_rework_needs_no_parts_twice_and_leaves_none_over():
    trays = line("l10", "L10", {"tray": 400})
    racks = line("l11", "L11", {"rack": 40}, test_yield=0.8, rework_time="1 week")
    programme, facts = small(
        20,
        parts=[part("rack", "L11", {"tray": 2}), part("tray", "L10", {"gpu": 36}), part("gpu", cost=40000)],
        factories=[factory("f1", trays, racks)],
    )
    plan = first(programme, facts)
    trays_made = plan.production.pieces[plan.production.parts.index("tray")].sum()
    assert plan.online_racks[0, 0, -1] == pytest.approx(100.0)
    assert 200.0 <= trays_made <= 2 * 100.0 / 0.8 + 1e-6
