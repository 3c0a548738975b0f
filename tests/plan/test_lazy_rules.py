"""Rules of sourcing that join a plan where it breaks them give the plan that has them from the start."""

import numpy as np
import pytest
from benchmarks.plan_programmes import day, generated, part, small, supplier, supply

from gigaloop.plan import check_plan, plan_programme
from gigaloop.plan.inputs.data import PlanData, gather
from gigaloop.plan.inputs.facts import rack_facts
from gigaloop.plan.lp.model import PlanModel, build_model, solve_model
from gigaloop.plan.lp.splits import cheapest_states, free_split
from gigaloop.plan.lp.warm import start_from, take_start
from gigaloop.programme.schema import Programme
from gigaloop.solve import SolveOptions

FLOOR = {"start": day(0), "share": "40 %"}
RULES = {
    "sourcing": {"max_share": "65 %"},
    "domestic_content": [FLOOR],
    "domestic_shortfall": 0.4,
}


def read(made, facts) -> PlanData:
    return gather(made, rack_facts(made.generations, facts), (50 / 3.6e9,) * len(made.sites), 26)


def with_rules(seed: int, **rules):
    made, facts = generated(seed, weeks=44, generations=2, factories=2, sites=2, own_parts=4, shared_parts=3)
    record = made.model_dump(mode="json", by_alias=True)
    record["policy"] |= rules
    for k, each in enumerate(record["suppliers"]):
        each["country"] = ("US", "TW", "MX")[(k + seed) % 3]
        for n, offer in enumerate(each["supplies"]):
            if (n + k + seed) % 3 == 0:
                offer["duty"] = [{"start": day(20), "rate": "10 %"}]
    return Programme.model_validate(record), facts


def eager(data: PlanData) -> PlanModel:
    """Build a model that has every rule from the start."""
    plan = build_model(data)
    chosen = [n for n, pool in enumerate(data.sourcing.pools) if pool.chosen and n not in plan.pools]
    plan.add_pools([*chosen, plan.floors] if plan.rules.years else chosen)
    return plan


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "rules", [RULES, {"sourcing": RULES["sourcing"]}, {"domestic_content": RULES["domestic_content"]}]
)
def test_rules_that_join_where_they_are_broken_give_the_plan_that_has_all(seed, rules):
    data = read(*with_rules(seed, **rules))
    lazy, whole = build_model(data), eager(data)
    objective = solve_model(lazy, SolveOptions()).objective
    assert objective == pytest.approx(solve_model(whole, SolveOptions()).objective, rel=1e-7)
    assert lazy.model.n_rows <= whole.model.n_rows


def test_plans_with_such_rules_pass_the_check():
    made, facts = with_rules(3, **RULES)
    plan = plan_programme(made, facts)
    assert plan.buying.shares
    assert plan.buying.content
    assert check_plan(made, facts, plan) == ()


def test_a_plan_again_has_the_rules_that_the_plan_before_needed():
    data = read(*with_rules(2, **RULES))
    before, again = build_model(data), build_model(data)
    objective = solve_model(before, SolveOptions()).objective
    start = take_start(before)
    assert start is not None
    start_from(again, start)
    assert again.floors in again.joined or before.floors not in before.joined
    assert {n for n, pool in before.pools.items() if (pool.rows >= 0).any()} <= set(again.joined)
    assert solve_model(again, SolveOptions()).objective == pytest.approx(objective, rel=1e-7)


def test_a_rule_that_holds_by_itself_has_no_row():
    parts = [part("rack", "L11", {"gpu": 72}), part("gpu") | {"sourcing": {"max_share": "70 %"}}]
    same = [supplier(name, supply("gpu", 7200, price=30000)) for name in ("near", "far")]
    made, facts = small(12, suppliers=same, parts=parts)
    plan = build_model(read(made, facts))
    solve_model(plan, SolveOptions())
    assert plan.data.sourcing.pools[0].chosen
    assert not plan.pools
    shares = plan_programme(made, facts).buying.shares
    assert shares
    assert max(each.share for each in shares) <= 0.7 + 1e-9


def pool_of(*supplies, weeks=12, share="60 %", period="quarter"):
    parts = [part("rack", "L11", {"gpu": 72}), part("gpu") | {"sourcing": {"max_share": share, "period": period}}]
    made, facts = small(weeks, suppliers=[supplier(f"s{n}", each) for n, each in enumerate(supplies)], parts=parts)
    data = read(made, facts)
    return data, data.sourcing.pools[0]


def test_a_split_keeps_shares_and_arrivals():
    data, pool = pool_of(supply("gpu", 100, price=5), supply("gpu", 40, price=5))
    used = np.full(data.weeks, 1.0)
    split = free_split(data, pool, used)
    assert split is not None
    assert split.sum(axis=0) == pytest.approx(used)
    assert (split.sum(axis=1) <= 0.6 * used.sum() + 1e-6).all()
    arrived = np.cumsum([data.sourcing.arrivals(pool, tier) for tier in range(2)], axis=1)
    assert (np.cumsum(split, axis=1) <= arrived * (1.0 + 1e-6) + 1e-6).all()


def test_a_split_that_evens_out_within_a_period_is_found():
    """The second source comes late in the quarter and gives all of the late weeks."""
    data, pool = pool_of(supply("gpu", 200, price=5), supply("gpu", 200, price=5, receipts=[]), share="60 %")
    arrivals = np.array([data.sourcing.arrivals(pool, tier) for tier in range(2)])
    assert free_split(data, pool, np.full(data.weeks, 3.0) * (arrivals.sum(axis=0) > 0)) is not None


def test_there_is_no_free_split_where_one_must_pay_more_or_wait():
    data, pool = pool_of(supply("gpu", 100, price=5), supply("gpu", 100, price=6))
    assert free_split(data, pool, np.full(data.weeks, 50.0)) is None
    data, pool = pool_of(supply("gpu", 100, price=5), supply("gpu", 10, price=5))
    assert free_split(data, pool, np.full(data.weeks, 50.0)) is None


def test_the_dearer_source_gives_last_in_a_period():
    data, pool = pool_of(supply("gpu", 1000, price=5), supply("gpu", 1000, price=6), share="75 %")
    gives, full = cheapest_states(data, pool, np.ones(data.weeks))
    assert full
    for tier, weeks in full:
        assert tier == 0
        assert gives[0, weeks[0]]
        assert gives[1, weeks[-1]]
        assert gives[:, weeks].sum() == len(weeks) + 1
