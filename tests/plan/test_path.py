"""The critical path of a scalable unit: hand-made cases, and weeks that add up."""

import pytest
from benchmarks.plan_programmes import (
    day,
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

from gigaloop.core.errors import UsageError
from gigaloop.plan import plan_programme
from gigaloop.plan.explain.path import critical_path
from gigaloop.plan.pegging import peg_plan


def path_of(what="x:g1:1", weeks=12, **changes):
    programme, facts = small(weeks, **changes)
    plan = plan_programme(programme, facts, reliefs=0)
    return critical_path(programme, plan, peg_plan(programme, plan), what)


def chain(path):
    return [(path.steps[n].kind, path.steps[n].start.isoformat(), path.steps[n].end.isoformat()) for n in path.chain]


def test_where_nothing_waits_the_chain_is_the_sum_of_its_durations():
    path = path_of(
        generations=[generation("g1", "rack", racks_per_su=100, test={"l11": "72 h", "power_share": "100 %"})],
        factories=[factory("f1", line("l11", "L11", {"rack": 1000}, cycle_time="2 weeks"))],
        lanes=[lane("f1", "x", 1)],
        sites=[site("x", {0: 100}, commissioning="3 weeks")],
    )
    assert chain(path) == [
        ("order", day(0), day(0)),
        ("work", day(0), day(11 / 7)),
        ("burn-in", day(11 / 7), day(2)),
        ("transit", day(2), day(3)),
        ("installation", day(3), day(3)),
        ("commissioning", day(3), day(6)),
        ("online", day(6), day(6)),
    ]
    assert (path.complete.isoformat(), path.free) == (day(6), 0)
    assert all(step.slack == 0 and step.critical for step in path.steps)


def test_a_full_line_is_named_with_the_weeks_by_which_it_holds_a_unit_back():
    lines = factory("f1", line("l11", "L11", {"rack": 20}))
    path = path_of("x:g1:5", factories=[lines], generations=[generation("g1", "rack", racks_per_su=20)])
    (held,) = [step for step in path.steps if step.held]
    assert (held.kind, held.held, held.held_path) == ("work", 4, "factories.f1.lines.l11")
    assert path.complete.isoformat() == day(5)
    assert "held back 4 weeks" in path.sentence


def test_scarce_parts_are_named_and_the_others_have_slack():
    path = path_of(
        "x:g1:10",
        parts=[part("rack", "L11", {"gpu": 72, "frame": 1}), part("gpu", cost=40000), part("frame", cost=100)],
        suppliers=[supplier("s1", supply("gpu", 720)), supplier("s2", supply("frame", 1000, 2))],
        generations=[generation("g1", "rack", racks_per_su=10)],
        weeks=16,
    )
    first = path.steps[path.chain[0]]
    assert first.part == "gpu"
    assert first.held_path == "suppliers.s1.supplies.gpu"
    (frame,) = [step for step in path.steps if step.part == "frame"]
    assert not frame.critical
    assert frame.slack == (first.latest - frame.earliest).days // 7 > 0


def test_power_that_comes_later_is_named_where_racks_wait():
    path = path_of(
        sites=[site("x", {6: 100})],
        generations=[generation("g1", "rack", racks_per_su=100)],
        policy={"waiting_cost": "0 kUSD/rack/week (2026)"},
    )
    online = path.steps[path.chain[-1]]
    assert online.kind == "online"
    assert (online.held_path, online.end.isoformat()) == ("sites.x.energisation", day(6))
    assert online.held == 5


def test_weeks_on_the_chain_add_up_to_the_date():
    programme, facts = generated(5, weeks=80, generations=2, factories=3, sites=4, own_parts=4, shared_parts=3)
    plan = plan_programme(programme, facts, reliefs=0)
    pegging = peg_plan(programme, plan)
    for unit in pegging.units.ids[::40]:
        path = critical_path(programme, plan, pegging, unit)
        steps = [path.steps[n] for n in path.chain]
        lasts = sum((step.end - step.start).days for step in steps[1:])
        held = 7 * sum(step.held for step in steps[1:])
        arrived = (steps[0].earliest - plan.calendar.start).days
        assert arrived + lasts + held + 7 * path.free == (path.complete - plan.calendar.start).days
        assert all(step.earliest <= step.end <= step.latest or step.kind in ("order", "opening") for step in path.steps)
        assert all(step.slack >= 0 for step in path.steps)
        assert {after for _, after in path.edges} <= set(range(len(path.steps)))


def test_a_site_stands_for_its_unit_that_is_complete_last():
    assert path_of("x").unit == "x:g1:13"


def test_what_is_no_unit_is_refused_with_those_that_are():
    with pytest.raises(UsageError, match="x:g1:1 to x:g1:13"):
        path_of("x:g1:99")
    with pytest.raises(UsageError, match="no scalable unit or site"):
        path_of("nowhere", demands=[demand("x", 1, 12.5)])
