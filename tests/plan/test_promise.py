"""Capable to promise: dates worked out by hand, and promises that hold when the demand is really added."""

import datetime as dt

import numpy as np
import pytest
from benchmarks.plan_programmes import START, day, demand, factory, generated, lane, line, site, small, supplier, supply
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.plan import plan_programme, promise_racks
from gigaloop.plan.check.plan import check_plan
from gigaloop.programme.schema import Demand, Programme

SIZE = {"weeks": 60, "sites": 2, "factories": 3, "generations": 2, "own_parts": 4, "shared_parts": 3}
TEN_A_WEEK = {"factories": [factory("f1", line("l11", "L11", {"rack": 10}))]}


def monday(week: int) -> dt.date:
    return START + dt.timedelta(weeks=week)


def test_racks_follow_those_that_are_promised_already_at_the_rate_of_the_line():
    programme, facts = small(30, **TEN_A_WEEK)  # 100 racks due in week 1 keep the line until week 10
    found = promise_racks(programme, facts, site="x", racks=50)
    assert found.generation == "g1"
    assert found.kept.date == monday(15)
    assert [date for date, _ in found.kept.racks] == [monday(11 + k) for k in range(5)]
    assert [racks for _, racks in found.kept.racks] == pytest.approx([10.0 * (k + 1) for k in range(5)])
    assert found.kept.moved == ()
    assert found.kept.reasons[0].kind == "line"
    assert found.kept.value > found.kept.cost > 0.0


def test_moving_others_brings_racks_as_soon_as_the_line_can_make_them():
    programme, facts = small(30, **TEN_A_WEEK)
    found = promise_racks(programme, facts, site="x", racks=50)
    assert found.moving.date == monday(5)
    (moved,) = found.moving.moved
    assert (moved.demand, moved.before, moved.after) == ("x-1", monday(10), monday(15))
    assert moved.later > 0.0


def test_a_day_asked_for_is_answered_with_the_racks_that_can_be_there():
    programme, facts = small(30, **TEN_A_WEEK)
    found = promise_racks(programme, facts, site="x", racks=50, by=monday(13))
    assert found.kept.by_date == pytest.approx(30.0, abs=1e-3)
    assert found.moving.by_date == pytest.approx(50.0, abs=1e-3)


def test_an_option_delivers_after_making_moving_and_commissioning_from_its_exercise():
    where = site("x", {0: 100}, commissioning="2 weeks")
    programme, facts = small(40, sites=[where], lanes=[lane("f1", "x", 1, cost=5000)])
    found = promise_racks(programme, facts, site="x", racks=50, exercised=monday(20) - dt.timedelta(days=3))
    assert found.not_before == monday(20 + 1 + 1 + 2)
    assert found.kept.date == monday(24)
    assert found.moving is found.kept


def test_what_the_site_has_no_power_for_is_not_promised():
    programme, facts = small(20, sites=[site("x", {0: 15})])
    found = promise_racks(programme, facts, site="x", racks=50)
    assert found.kept.date is None
    assert found.kept.racks[-1][1] == pytest.approx(20.0)  # 2.5 MW are left, of 125 kW each
    assert found.kept.reasons[0].kind == "energisation"


@pytest.mark.parametrize("wrong", [{"site": "y"}, {"generation": "g9"}, {"racks": 0.0}])
def test_a_wrong_question_is_refused(wrong):
    programme, facts = small()
    with pytest.raises(UsageError):
        promise_racks(programme, facts, **{"site": "x", "racks": 5.0} | wrong)


@settings(max_examples=6)
@given(seed=st.integers(0, 1000), racks=st.sampled_from([20, 120]))
def test_a_promise_holds_when_the_demand_is_really_there(seed, racks):
    programme, facts = generated(seed, **SIZE)
    present = plan_programme(programme, facts, reliefs=0)
    found = promise_racks(programme, facts, site="x1", racks=racks, present=present)
    for each in (found.kept, found.moving):
        if each.date is None:
            continue
        asked = Demand.model_validate(
            demand(
                "x1",
                0,
                0,
                racks=f"{racks} pcs",
                generations=[found.generation],
                id="new",
                late_cost="1e7 USD/kW/yr (2026)",
            )
            | {"by": each.date}
        )
        data = programme.model_dump(by_alias=True)
        more = Programme.model_validate(data | {"demands": [*data["demands"], asked.model_dump(by_alias=True)]})
        plan = plan_programme(more, facts, reliefs=0)
        assert check_plan(more, facts, plan) == ()
        assert plan.late_power[-1].max() <= 1e-3 * racks * 140e3
    if found.kept.date and found.moving.date:
        assert found.moving.date <= found.kept.date
        assert found.kept.margin <= found.moving.margin + 1.0 or found.moving.date < found.kept.date


def test_more_racks_never_come_sooner():
    programme, facts = small(40, suppliers=[supplier("s1", supply("gpu", 720))])
    found = [promise_racks(programme, facts, site="x", racks=n).kept.date for n in (10, 60, 200)]
    dates = [date for date in found if date is not None]
    assert len(dates) == len(found)
    assert dates == sorted(dates)
    assert np.diff([date.toordinal() for date in dates]).tolist() == [7 * 5, 7 * 14]
    assert day(11) == dates[0].isoformat()
