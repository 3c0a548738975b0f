"""Planning again near an earlier plan: the fence holds, less moves, and both are said."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from benchmarks.plan_programmes import demand, factory, generated, line, small, supplier, supply

from gigaloop.core.errors import UsageError
from gigaloop.plan import Plan, Stability, plan_programme
from gigaloop.plan.answers.stability import Steadiness
from gigaloop.plan.check.plan import check_plan
from gigaloop.programme.schema import Programme
from gigaloop.study.codec import dumps, loads

SIZE = {"weeks": 80, "sites": 3, "factories": 3, "generations": 2, "own_parts": 4, "shared_parts": 3}


def slipped(programme: Programme, weeks: int) -> Programme:
    """Give a programme whose sites energise later."""
    data = programme.model_dump(by_alias=True)
    sites: list[dict[str, Any]] = []
    for place in data["sites"]:
        steps = [step | {"start": step["start"] + dt.timedelta(weeks=weeks)} for step in place["energisation"]]
        sites.append(place | {"energisation": steps})
    return Programme.model_validate(data | {"sites": sites})


def steadiness(plan: Plan) -> Steadiness:
    """Give how near a plan stayed to the one before."""
    assert plan.stability is not None
    return plan.stability


@pytest.fixture(scope="module")
def changed():
    programme, facts = generated(3, **SIZE)
    return slipped(programme, 5), facts, plan_programme(programme, facts, reliefs=0)


def test_less_moves_the_more_moving_costs_and_that_costs_something(changed):
    programme, facts, before = changed
    free = plan_programme(programme, facts, reliefs=0, start=before)
    moved = []
    for price in (0.0, 5e3, 2e5):
        plan = plan_programme(
            programme, facts, reliefs=0, start=before, stability=Stability(freeze=4, per_rack_week=price)
        )
        assert check_plan(programme, facts, plan) == ()
        assert plan.objective >= free.objective - 1e-6 * abs(free.objective)
        assert steadiness(plan).cost == pytest.approx(plan.objective - free.objective, rel=1e-3, abs=1e3)
        assert plan.bound <= plan.objective
        moved.append(steadiness(plan).moved)
    assert moved[2] <= moved[1] * 1.01 + 1.0
    assert moved[2] <= moved[0] * 1.01 + 1.0


def test_what_is_inside_the_fence_stays_as_it_was(changed):
    programme, facts, before = changed
    fence = 20
    plan = plan_programme(programme, facts, reliefs=0, start=before, stability=Stability(freeze=fence))
    broken = {each.what for each in steadiness(plan).broken}
    kept = 0
    for row, pieces in enumerate(plan.production.pieces):
        what = f"{plan.production.lines[row]}: {plan.production.parts[row]}"
        if what not in broken:
            np.testing.assert_allclose(pieces[:fence], before.production.pieces[row][:fence], atol=0.05)
            kept += 1
    assert kept
    assert steadiness(plan).fence == plan.calendar.date(fence)
    assert loads(dumps(plan)).stability == plan.stability


def test_what_cannot_stay_is_named_with_what_stands_against_it():
    programme, facts = small(
        16, factories=[factory("f1", line("l11", "L11", {"rack": 20}))], demands=[demand("x", 8, 12.5)]
    )
    before = plan_programme(programme, facts, reliefs=0)
    poorer, _ = small(
        16,
        factories=[factory("f1", line("l11", "L11", {"rack": 20}))],
        demands=[demand("x", 8, 12.5)],
        suppliers=[supplier("s1", supply("gpu", 360))],
    )
    plan = plan_programme(poorer, facts, reliefs=0, start=before, stability=Stability(freeze=10))
    assert check_plan(poorer, facts, plan) == ()
    assert steadiness(plan).broken
    first = steadiness(plan).broken[0]
    assert first.after < first.before
    assert "gpu" in first.sentence
    assert first.path == "suppliers.s1.supplies.gpu"


def test_a_plan_again_of_the_same_programme_moves_nothing():
    programme, facts = generated(5, **SIZE)
    before = plan_programme(programme, facts, reliefs=0)
    plan = plan_programme(programme, facts, reliefs=0, start=before, stability=Stability(freeze=8))
    assert steadiness(plan).moved == pytest.approx(0.0, abs=0.5)
    assert steadiness(plan).cost == pytest.approx(0.0, abs=1e3)
    assert steadiness(plan).broken == ()


def test_a_negative_fence_is_refused():
    with pytest.raises(UsageError):
        Stability(freeze=-1)
