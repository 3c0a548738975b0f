"""Pegging holds with rework, work in progress, transit at the start, parts of units, whole units, parts used up."""

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

from gigaloop.exchange.whole import whole_pieces
from gigaloop.plan import plan_programme
from gigaloop.plan.explain.path import critical_path
from gigaloop.plan.pegging import Reach, find_pegs, peg_plan, trace_back


def sound(weeks=14, **changes):
    """Peg a plan, hold that quantities add up and nothing is used before it comes, and give the pegging."""
    programme, facts = small(weeks, **changes)
    plan = plan_programme(programme, facts, reliefs=0)
    pegging = peg_plan(programme, plan)
    feed, lots = pegging.material, pegging.lots
    assert (feed.source >= 0).all()
    fed = np.bincount(feed.target, (feed.target_to - feed.target_from) * lots.size[feed.target], len(lots))
    kinds = np.array([stream.kind for stream in pegging.streams])[lots.stream]
    targets = np.isin(kinds, ["use", "need", "make", "move", "shipment", "install", "online"]) & (lots.size > 1e-3)
    np.testing.assert_allclose(fed[targets], lots.size[targets], rtol=1e-6)
    comes = np.array([stream.comes for stream in pegging.streams])[lots.stream]
    goes = np.array([stream.goes for stream in pegging.streams])[lots.stream]
    assert (lots.week[feed.source] + comes[feed.source] <= lots.week[feed.target] + goes[feed.target]).all()
    assert pegging.units.racks.sum() == pytest.approx(plan.online_racks[:, :, -1].sum(), abs=0.01)
    for unit in pegging.units.ids[:: max(len(pegging.units.ids) // 3, 1)]:
        path = critical_path(programme, plan, pegging, unit)
        assert path.steps[path.chain[-1]].kind == "online"
    assert whole_pieces(pegging).min() >= 0.0
    return programme, pegging


def amounts(programme, pegging, what, kind):
    return {
        (peg.place, peg.part, peg.week.isoformat()): round(peg.quantity, 4)
        for peg in find_pegs(programme, pegging, what).back
        if peg.kind == kind
    }


def test_racks_under_way_at_the_start_are_pegged_as_such_and_serve_first():
    programme, pegging = sound(
        factories=[
            factory(
                "f1",
                line("l11", "L11", {"rack": 10}),
                in_process=[{"part": "rack", "line": "l11", "quantity": 5, "date": day(1)}],
            )
        ],
        lanes=[lane("f1", "x", in_transit=[{"part": "rack", "quantity": 6, "arrives": day(1)}])],
        sites=[site("x", {0: 100}, opening=[{"generation": "g1", "ready": 8}])],
    )
    assert amounts(programme, pegging, "x:g1:1", "opening") == {("x", "rack", day(0)): 8.0}
    second = amounts(programme, pegging, "x:g1:2", "opening")
    assert second[("x", "rack", day(1))] == 6.0
    assert sum(amounts(programme, pegging, "x:g1:3", "receipt").values()) + 72 * sum(
        amounts(programme, pegging, "x:g1:3", "opening").values()
    ) == pytest.approx(72 * 8)


def test_reworked_pieces_take_their_parts_once():
    _, pegging = sound(
        factories=[factory("f1", line("l11", "L11", {"rack": 40}, test_yield=0.5, rework_time="1 week"))],
        suppliers=[supplier("s1", supply("gpu", 720))],
    )
    reach = trace_back(pegging, Reach.whole(pegging.units.lot[:4]))
    kinds = np.array([stream.kind for stream in pegging.streams])[pegging.lots.stream[reach.lot]]
    received = reach.quantity(pegging)[kinds == "receipt"].sum()
    assert received == pytest.approx(72 * pegging.units.racks[:4].sum(), rel=1e-6)


def test_what_completes_a_unit_beside_its_racks_is_pegged_to_it():
    own = line("nets", "L11", {"net": 20})
    programme, pegging = sound(
        parts=[
            part("rack", "L11", {"gpu": 72}),
            part("gpu", cost=40000),
            part("net", "L11", {"switch": 4}),
            part("switch", cost=100),
            part("cdu", cost=500),
        ],
        generations=[
            generation(
                "g1", "rack", su_parts=[{"part": "net", "quantity": 2}, {"part": "cdu", "quantity": 1}], racks_per_su=10
            )
        ],
        suppliers=[
            supplier("s1", supply("gpu", 7200)),
            supplier("s2", supply("switch", 1000), supply("cdu", 2, 1)),
        ],
        factories=[factory("f1", line("l11", "L11", {"rack": 1000}), own)],
        lanes=[lane("f1", "x", 1)],
    )
    for unit in pegging.units.ids[:3]:
        bought = amounts(programme, pegging, unit, "receipt")
        total: dict[str, float] = {}
        for (_, name, _), quantity in bought.items():
            total[name] = total.get(name, 0.0) + quantity
        assert total == pytest.approx({"gpu": 720.0, "switch": 8.0, "cdu": 1.0}, rel=1e-4)
        shipped = find_pegs(programme, pegging, unit).back
        assert sum(peg.quantity for peg in shipped if peg.kind == "shipment" and peg.part == "net") == pytest.approx(
            2.0
        )
    forward = find_pegs(programme, pegging, "s2:cdu").forward
    assert {peg.kind for peg in forward} >= {"online", "unit", "demand"}


def test_whole_units_hold_the_racks_of_their_demand():
    programme, pegging = sound(
        suppliers=[supplier("s1", supply("gpu", 5 * 72))],
        demands=[demand("x", 1, 2.0), demand("x", 6, 1.25)],
        policy={"online_by": "units"},
    )
    for unit in pegging.units.ids:
        served = {peg.id for peg in find_pegs(programme, pegging, unit).forward if peg.kind == "demand"}
        assert len(served) == 1


def test_old_parts_that_are_used_up_are_pegged_in_place_of_their_successor():
    changing = part("rack", "L11", {"gpu": 72})
    changing["components"] += [
        {"part": "old", "quantity": 1, "position": "p", "effective_until": day(2), "use_up_until": day(8)},
        {"part": "new", "quantity": 2, "position": "p", "effective_from": day(2)},
    ]
    programme, pegging = sound(
        parts=[changing, part("gpu", cost=40000), part("old", cost=10), part("new", cost=1000)],
        suppliers=[
            supplier("s1", supply("gpu", 1440)),
            supplier("s2", supply("old", 0, on_hand=70), supply("new", 1000)),
        ],
    )
    total: dict[str, float] = {}
    for unit in pegging.units.ids:
        for (_, name, _), quantity in amounts(programme, pegging, unit, "receipt").items():
            total[name] = total.get(name, 0.0) + quantity
    racks = pegging.units.racks.sum()
    assert total["old"] == pytest.approx(70.0, rel=1e-4)
    assert total["new"] == pytest.approx(2 * (racks - 70.0), rel=1e-4)
