"""Racks on their way to a site at the start find a hall that is ready and has positions for them."""

import pytest
from benchmarks.plan_programmes import day, lane, site, small

from gigaloop.core.errors import InfeasibleError
from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.programme.checks import check_programme


def hall(ready: float, positions: int = 1000, name: str = "a") -> dict[str, object]:
    first = site("x", {0: 100})["halls"][0]
    return dict(first) | {"id": name, "ready": day(ready), "positions": positions}


def moving(*arrivals: tuple[float, int], halls: list[dict[str, object]]) -> dict[str, object]:
    on_the_way = [{"part": "rack", "quantity": racks, "arrives": day(week)} for week, racks in arrivals]
    return {"sites": [site("x", {0: 100}, halls=halls)], "lanes": [lane("f1", "x", in_transit=on_the_way)]}


def test_racks_that_arrive_before_any_hall_is_ready_are_refused():
    built, facts = small(12, **moving((2, 20), halls=[hall(5)]))
    (problem,) = check_programme(built)
    assert problem.path.startswith("lanes.f1-x.in_transit.")
    assert problem.path.endswith(".arrives")
    assert "halls of 'x' that are ready then have 0 positions" in problem.why
    assert f"no hall is ready before {day(5)}" in problem.hint
    with pytest.raises(InfeasibleError):
        plan_programme(built, facts, reliefs=0)


def test_racks_that_find_too_few_positions_are_refused():
    built, facts = small(12, **moving((1, 20), (2, 15), halls=[hall(0, 30), hall(4, 30, "b")]))
    (problem,) = check_programme(built)
    assert "with the 15 racks" in problem.why
    assert "there are 35" in problem.why
    assert "30 positions" in problem.why
    with pytest.raises(InfeasibleError):
        plan_programme(built, facts, reliefs=0)


@pytest.mark.parametrize("arrives", [5, 5.5, 40])
def test_racks_that_arrive_when_a_hall_is_ready_or_after_the_horizon_are_not(arrives):
    built, facts = small(12, **moving((arrives, 20), halls=[hall(5)]))
    assert [problem for problem in check_programme(built) if "halls of" in problem.why] == []
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
