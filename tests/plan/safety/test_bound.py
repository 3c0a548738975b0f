"""The lower bound from prices, and the parts of the search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.safety.networks import layered, least_cost_by_trying, networks, published

from gigaloop.plan.safety import Network
from gigaloop.plan.safety.model import Model, build_model, trim
from gigaloop.plan.safety.prices import Core, choose_down, choose_up, make_core, sweep_down, sweep_up
from gigaloop.plan.safety.search import core_cost, improve, settle
from gigaloop.plan.safety.tree import Costs, fold, peel


def whole_core(network: Network) -> tuple[Model, Core, Costs]:
    model = build_model(network, 1.0)
    return model, make_core(model, np.arange(model.size)), Costs.none(model)


@settings(max_examples=60, deadline=None)
@given(networks(), st.integers(0, 2**32 - 1))
def test_any_rising_prices_bound_the_cost_from_below(network, seed):
    model, core, costs = whole_core(network)
    random = np.random.default_rng(seed)
    prices = np.cumsum(random.exponential(30.0, core.no_prices().shape), axis=1)
    least = least_cost_by_trying(network)
    for sweep in (sweep_up, sweep_down, sweep_up):
        assert sweep(model, core, costs, prices) <= least + 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_no_sweep_lowers_the_bound_and_prices_stay_rising(seed):
    model, core, costs = whole_core(layered(seed))
    prices = core.no_prices()
    before = -np.inf
    for _ in range(20):
        for sweep in (sweep_down, sweep_up):
            bound = sweep(model, core, costs, prices)
            assert bound >= before - 1e-9 * abs(bound)
            assert (np.diff(prices, axis=1) >= 0).all()
            before = bound


@pytest.mark.parametrize("seed", range(5))
def test_what_prices_choose_can_be_kept_and_search_never_makes_it_worse(seed):
    model, core, costs = whole_core(layered(seed))
    prices = core.no_prices()
    sweep_down(model, core, costs, prices)
    random = np.random.default_rng(seed)
    for choose in (choose_down, choose_up):
        times = choose(model, core, costs, prices)
        cost = model.cost(*times)
        assert np.isfinite(cost)
        assert cost == pytest.approx(core_cost(model, core, costs, times))
        for k in range(12):
            times = improve(model, core, costs, times, random) if k else settle(model, core, costs, times)
            assert model.cost(*times) <= cost * (1 + 1e-12)
            cost = model.cost(*times)
        assert model.cost(*trim(model, times[1])) <= cost * (1 + 1e-12)


def test_a_tree_is_peeled_whole_and_a_loop_is_left():
    bulldozer, loops = build_model(published("bulldozer"), 1.0), build_model(layered(0), 1.0)
    assert len(peel(bulldozer.size, bulldozer.source, bulldozer.target)[1]) == 0
    left = peel(loops.size, loops.source, loops.target)[1]
    inside = np.isin(loops.source, left) & np.isin(loops.target, left)
    degree = np.bincount(np.concatenate([loops.source[inside], loops.target[inside]]), minlength=loops.size)
    assert (degree[left] >= 2).all()


def test_folding_a_tree_gives_its_least_cost_whatever_stage_comes_last():
    model = build_model(published("battery"), 0.25)
    steps, _ = peel(model.size, model.source, model.target)
    total, _ = fold(model, steps, Costs.none(model), model.source, model.target)
    turned = build_model(published("battery"), 0.25)
    order = np.arange(len(model.source))[::-1]
    other, _ = peel(model.size, model.source[order], model.target[order])
    other = [(i, int(order[k]) if k >= 0 else -1) for i, k in other]
    again, _ = fold(turned, other, Costs.none(turned), model.source, model.target)
    assert again == pytest.approx(total, rel=1e-12)
