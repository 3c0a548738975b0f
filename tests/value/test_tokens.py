import math

import numpy as np
import pytest

import gigaloop
from gigaloop.core.units import YEAR
from gigaloop.design.codesign.money import FACILITY_LIFE, capital_recovery
from gigaloop.value.tokens import TokenCost


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return gigaloop.run(gigaloop.load(gigaloop.new(tmp_path_factory.mktemp("tokens") / "mine")))


@pytest.mark.parametrize("group", ["capital", "running"])
def test_hour_parts_of_all_generations_add_up_to_the_lines_of_the_valuation(result, group):
    said = math.fsum(part.usd for cost in result.value.hours for part in cost.parts if part.group == group)
    assert said > 0.0
    assert said == pytest.approx(result.value.total(group).sum(), rel=1e-9)


def test_running_cost_per_hour_times_hours_is_the_money_of_the_lines(result):
    for cost in result.value.hours:
        for part in cost.parts:
            if part.group == "running":
                assert part.usd_per_hour * cost.hours == pytest.approx(part.usd)


def test_capital_per_hour_pays_the_capital_back_over_its_life(result):
    rate = float(result.programme.policy.discount_rate) * YEAR
    lives = {True: FACILITY_LIFE, False: float(result.programme.policy.rack_life)}
    for cost in result.value.hours:
        for part in cost.parts:
            if part.group == "capital":
                life = lives[part.item == "facility"]
                yearly = part.usd_per_hour * cost.accelerators * YEAR / 3600.0
                whole = math.ceil(life / YEAR)
                paid = np.sum(yearly / (1.0 + rate) ** np.arange(1, whole + 1))
                assert yearly == pytest.approx(part.usd * capital_recovery(rate, life))
                if life == pytest.approx(whole * YEAR):
                    assert paid == pytest.approx(part.usd)


def test_every_workload_of_every_generation_online_has_its_cost_of_a_million_tokens(result):
    named = {(each.generation, each.workload) for each in result.value.tokens}
    online = {cost.generation for cost in result.value.hours}
    assert named == {(g, workload.id) for g in online for workload in result.programme.workloads}
    for each in result.value.tokens:
        made = each.tokens_per_s * each.usable * 3600.0
        assert each.usd_per_million * made == pytest.approx(1e6 * each.usd_per_hour)


def test_a_million_tokens_by_hand():
    each = TokenCost("g", "w", "inference", tokens_per_s=1000.0, usable=0.9, usd_per_hour=3.24)
    assert each.usd_per_million == pytest.approx(1.0)


def test_a_workload_that_does_not_run_has_no_finite_cost():
    assert TokenCost("g", "w", "training", 0.0, 0.9, 3.0).usd_per_million == math.inf


def test_costs_survive_the_cache(result):
    from gigaloop.study.codec import dumps, loads

    back = loads(dumps(result.value))
    assert back.hours == result.value.hours
    assert back.tokens == result.value.tokens
