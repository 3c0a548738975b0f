"""Plans in buckets against plans by week."""

import math

import numpy as np
import pytest
from benchmarks.plan_programmes import day, demand, factory, generated, lane, line, part, small, supplier, supply

from gigaloop.core.errors import StoppedError, UsageError
from gigaloop.core.quantity import Quantity
from gigaloop.plan import Plan, Stability, plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.plan.lp.telescope import BUCKET_WEEKS, FINE_WEEKS
from gigaloop.programme.schema import Programme
from gigaloop.solve import SolveOptions
from gigaloop.study.codec import dumps, loads

SIZE = {"weeks": 104, "generations": 3, "factories": 3, "sites": 4, "own_parts": 4, "shared_parts": 3}


def slipped(programme: Programme, weeks: float) -> Programme:
    """Give a programme whose suppliers deliver some weeks later, and have nothing on hand."""
    data = programme.model_dump(mode="python")
    for each in data["suppliers"]:
        for supplied in each["supplies"]:
            supplied["lead_time"] = Quantity.of(float(supplied["lead_time"]) / 604800 + weeks, "weeks")
            supplied["on_hand"] = Quantity.count(0)
    return Programme.model_validate(data)


def both(programme: Programme, facts) -> tuple[Plan, Plan]:
    weekly = plan_programme(programme, facts, reliefs=0)
    return weekly, plan_programme(programme, facts, resolution="telescoped")


def lateness(plan: Plan) -> float:
    return float(plan.late_power.sum()) * 1e-6


@pytest.mark.parametrize("slip", [0, 6])
@pytest.mark.parametrize("seed", [1, 4])
def test_lateness_is_that_of_the_weekly_plan_within_5_percent_and_the_objective_within_1(seed, slip):
    programme, facts = generated(seed, **SIZE)
    weekly, buckets = both(slipped(programme, slip) if slip else programme, facts)
    assert lateness(weekly) > 1000.0
    assert lateness(buckets) == pytest.approx(lateness(weekly), rel=0.05)
    assert buckets.objective == pytest.approx(weekly.objective, rel=0.01)


@pytest.mark.parametrize("weeks", [1, 2, 3, 5, 6, 7, 10, 11])
def test_no_lead_time_is_rounded_to_buckets(weeks):
    """With a bucket to spare four stages are in time; where they just make their day, first rates wait for a bucket."""
    chain = {
        "parts": [
            part("rack", "L11", {"tray": 18}),
            part("tray", "L10", {"board": 2}),
            part("board", "L6", {"gpu": 2}),
            part("gpu", cost=40000),
        ],
        "suppliers": [supplier("s1", supply("gpu", 72000, weeks))],
        "factories": [
            factory("f0", line("l6", "L6", {"board": 36000}, cycle_time=f"{weeks} weeks"), test_mw=None),
            factory("f1", line("l10", "L10", {"tray": 18000}), line("l11", "L11", {"rack": 1000})),
        ],
        "lanes": [lane("f0", "f1", weeks), lane("f1", "x", weeks)],
    }
    first = 4 * weeks + 2
    due = max(first, 41)  # within a bucket
    programme, facts = small(80, **chain, demands=[demand("x", due, 12.5)])
    weekly, buckets = both(programme, facts)
    assert lateness(weekly) == 0.0
    assert lateness(buckets) <= (12.5 * 2 * BUCKET_WEEKS if due == first else 1e-6)
    if due > first:
        assert buckets.objective == pytest.approx(weekly.objective, rel=2e-3)


def test_a_horizon_without_buckets_gives_the_weekly_plan():
    programme, facts = small(FINE_WEEKS)
    weekly, fine = both(programme, facts)
    assert fine.objective == pytest.approx(weekly.objective, rel=1e-9)
    assert np.allclose(fine.online_racks, weekly.online_racks, atol=1e-6)
    assert (fine.notes, fine.buckets) == ((), ())
    assert check_plan(programme, facts, fine) == ()


def test_a_telescoped_plan_says_so_and_is_not_checked_by_week():
    programme, facts = generated(1, **SIZE)
    plan = plan_programme(programme, facts, resolution="telescoped")
    assert (plan.status, plan.bound, plan.gap, plan.binding) == ("telescoped", -math.inf, math.inf, ())
    assert plan.buckets[: FINE_WEEKS + 1] == (1,) * FINE_WEEKS + (BUCKET_WEEKS,)
    assert sum(plan.buckets) == plan.calendar.weeks
    (note,) = plan.notes
    assert f"after week {FINE_WEEKS}" in note
    assert sum(plan.costs.values()) == pytest.approx(plan.objective, rel=1e-6)
    with pytest.raises(UsageError, match="ends of its buckets"):
        check_plan(programme, facts, plan)
    kept = loads(dumps(plan))
    assert (kept.buckets, kept.notes) == (plan.buckets, plan.notes)


def test_rates_are_even_within_a_bucket_and_lines_keep_their_limit_in_its_mean():
    programme, facts = generated(4, **SIZE)
    plan = plan_programme(programme, facts, resolution="telescoped")
    bucket = np.repeat(np.arange(len(plan.buckets)), plan.buckets)
    first = np.flatnonzero(np.diff(bucket, prepend=-1))
    for row in plan.production.pieces:  # dates may cut a bucket short
        for number in range(len(plan.buckets)):
            rates = row[(bucket == number) & (row > 1e-6)]
            assert not len(rates) or np.ptp(rates) <= 1e-6 * rates.max()
    for load in plan.loads:
        if load.kind == "line":
            used, limit = (np.add.reduceat(each, first, axis=1) for each in (load.used, load.limit))
            assert (used <= limit + 1e-6 * (1.0 + limit)).all()


def test_a_line_that_may_open_opens_on_a_week():
    opening = {"cost": "1 MUSD (2026)", "latest": day(50)}
    factories = [
        factory(
            "f1",
            line("old", "L11", {"rack": 10}),
            line("new", "L11", {"rack": 20}, opens=day(30), opening=opening),
        )
    ]
    programme, facts = small(60, factories=factories, demands=[demand("x", 40, 50)])
    weekly, buckets = both(programme, facts)
    assert buckets.openings[0].date is not None
    assert buckets.objective == pytest.approx(weekly.objective, rel=0.01)


@pytest.mark.parametrize(
    "other", [{"method": "greedy"}, {"objective": "lexicographic"}, {"stability": Stability()}], ids=lambda o: str(o)
)
def test_it_is_asked_for_alone(other):
    programme, facts = small()
    with pytest.raises(UsageError, match="telescoped"):
        plan_programme(programme, facts, resolution="telescoped", **other)


def test_a_stop_gives_the_first_answer():
    programme, facts = generated(1, **SIZE)
    try:
        plan = plan_programme(programme, facts, resolution="telescoped", options=SolveOptions(time_limit=1e-3))
    except StoppedError:
        pytest.fail("a stopped solve gives the best plan found")
    assert plan.status == "stopped"
    assert plan.buckets == ()
    assert check_plan(programme, facts, plan) == ()
