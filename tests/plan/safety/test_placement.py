"""Placement on any network: feasible, never below its bound, exact where it can be checked."""

import math
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from tests.plan.safety.networks import layered, least_cost_by_trying, networks, published

from gigaloop.core.errors import UsageError
from gigaloop.plan.safety import Arc, Network, Stage, place_safety_stock

_TIED = Network(
    (
        Stage("s0", 3, 1.0),
        Stage("s1", 0, 0.0),
        Stage("s2", 0, 2.0, 1.0),
        Stage("s3", 0, 0.0, 1.0, 0.0, 3.0, 1.645),
    ),
    (Arc("s0", "s1"), Arc("s1", "s2"), Arc("s1", "s3"), Arc("s2", "s3")),
)
"""Stages without processing time can pass on any wait at no cost: prices leave every time equally cheap."""


@settings(max_examples=150, deadline=None)
@given(networks(tree=True))
def test_trees_cost_what_trying_every_promise_costs(network):
    placed = place_safety_stock(network)
    assert network.is_tree
    assert placed.cost == pytest.approx(least_cost_by_trying(network), rel=1e-9, abs=1e-9)
    assert placed.proven


@settings(max_examples=150, deadline=None)
@given(networks())
@example(_TIED)
def test_networks_with_loops_cost_what_trying_every_promise_costs(network):
    placed = place_safety_stock(network)
    assert placed.proven
    assert placed.cost == pytest.approx(least_cost_by_trying(network), rel=1e-8, abs=1e-9)


def test_ties_that_prices_leave_are_searched_until_one_time_is_left():
    placed = place_safety_stock(_TIED)
    # demand at s3 reaches s0 over s1 by two arcs, two units for one; s0 promises 1 and covers 2 periods, the rest none
    assert placed.cost == pytest.approx(1.0 * 2 * 3.0 * 1.645 * math.sqrt(2), rel=1e-12)
    assert placed.bound == pytest.approx(placed.cost, rel=1e-9)
    assert placed.proven


@settings(max_examples=60, deadline=None)
@given(networks(most=9, longest=6))
def test_promises_are_kept_and_totals_add_up(network):
    placed = place_safety_stock(network, holding_rate=0.3)
    rows = {row.stage: row for row in placed.stages}
    for stage in network.stages:
        row = rows[stage.id]
        assert 0 <= row.outgoing <= stage.max_service
        assert row.net_time == row.incoming + stage.time - row.outgoing >= 0
        assert row.cost == pytest.approx(0.3 * row.value * row.safety_stock)
    for arc in network.arcs:
        assert rows[arc.source].outgoing <= rows[arc.target].incoming
    assert placed.cost == pytest.approx(sum(row.cost for row in placed.stages))
    assert placed.bound <= placed.cost


@settings(max_examples=60, deadline=None)
@given(networks(most=8, longest=5))
def test_waiting_longer_never_costs_more(network):
    tight = place_safety_stock(network)
    relaxed = Network(
        tuple(replace(stage, max_service=stage.max_service + 2) for stage in network.stages), network.arcs
    )
    assert place_safety_stock(relaxed).cost <= tight.cost * (1 + 1e-8) + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_networks_with_many_loops_are_solved_to_proof_and_alike_from_every_seed(seed):
    network = layered(seed, wide=4, longest=8)
    placed = place_safety_stock(network, seed=1)
    assert not network.is_tree
    assert placed.proven
    assert place_safety_stock(network, seed=2).cost == pytest.approx(placed.cost, rel=1e-8)


def test_a_search_cut_short_still_gives_a_placement_its_bound_and_its_gap():
    network = layered(3, layers=5, wide=14, feeds=5, longest=30)
    best = place_safety_stock(network, gap=0.02)
    cut = place_safety_stock(network, time_limit=1e-6)
    assert cut.bound <= best.cost <= cut.cost * (1 + 1e-9) or cut.cost >= best.bound
    assert cut.gap == pytest.approx((cut.cost - cut.bound) / cut.cost)
    assert cut.proven == (cut.gap <= 1e-9)


def test_the_same_input_gives_the_same_placement():
    one, other = (place_safety_stock(layered(1, wide=5, longest=12)) for _ in range(2))
    assert one.stages == other.stages
    assert one.bound == other.bound


def test_networks_side_by_side_cost_the_sum_of_each():
    a, b = layered(0, wide=4), published("bulldozer")
    both = place_safety_stock(Network(a.stages + b.stages, a.arcs + b.arcs))
    assert both.cost == pytest.approx(place_safety_stock(a).cost + place_safety_stock(b).cost)


def test_units_per_unit_raise_demand_and_value():
    stages = (Stage("cell", 4, 10.0), Stage("pack", 1, 5.0, 0, 3.0, 2.0, 1.0))
    placed = place_safety_stock(Network(stages, (Arc("cell", "pack", 6.0),)))
    assert placed["pack"].value == 65.0
    cell = placed["cell"]
    assert cell.safety_stock == pytest.approx(6 * 2.0 * cell.net_time**0.5)
    assert cell.base_stock == pytest.approx(18.0 * cell.net_time + cell.safety_stock)


def test_two_ways_to_one_customer_count_its_demand_once_with_the_units_of_both():
    stages = (Stage("a", 1, 1.0), Stage("b", 1, 1.0), Stage("c", 1, 1.0), Stage("d", 1, 1.0, 0, 5.0, 2.0, 1.0))
    diamond = Network(stages, (Arc("a", "b"), Arc("a", "c"), Arc("b", "d"), Arc("c", "d")))
    placed = place_safety_stock(replace(diamond, stages=(replace(stages[0], max_service=0), *stages[1:])))
    assert placed["a"].safety_stock == pytest.approx(2 * 2.0)
    assert placed["a"].value * 2 + 3 == placed["d"].value


def test_without_pooling_spreads_add_up():
    stages = (Stage("a", 4, 1.0, 0), Stage("b", 0, 1.0, 0, 1, 3.0, 1.0), Stage("c", 0, 1.0, 0, 1, 4.0, 1.0))
    network = Network(stages, (Arc("a", "b"), Arc("a", "c")))
    assert place_safety_stock(network)["a"].safety_stock == pytest.approx(5.0 * 2)
    assert place_safety_stock(network, pooling=1.0)["a"].safety_stock == pytest.approx(7.0 * 2)


def test_times_are_rounded_so_that_promises_hold():
    stages = (Stage("a", 2.2, 1.0), Stage("b", 1.0, 1.0, 1.9, 1, 3.0, 1.0))
    placed = place_safety_stock(Network(stages, (Arc("a", "b"),)))
    assert placed["b"].outgoing == 1
    assert placed["a"].net_time + placed["a"].outgoing == 3


def test_nothing_varies_and_nothing_is_held():
    placed = place_safety_stock(Network((Stage("a", 5, 10.0, 0, 4.0, 0.0, 1.645),), ()))
    assert (placed.cost, placed.gap, placed.proven) == (0.0, 0.0, True)
    assert placed["a"].base_stock == 20.0


@pytest.mark.parametrize(
    "wrong",
    [{"holding_rate": 0.0}, {"holding_rate": float("nan")}, {"pooling": 0.5}, {"gap": -1.0}, {"time_limit": 0.0}],
)
def test_settings_without_sense_are_refused(wrong):
    with pytest.raises(UsageError):
        place_safety_stock(published("camera"), **wrong)


def test_times_beyond_what_can_be_tabled_are_refused_with_the_way_out():
    with pytest.raises(UsageError, match="period"):
        place_safety_stock(Network((Stage("a", 1e6, 10.0, 0, 4.0, 1.0, 1.645),), ()))


def test_a_placement_is_plain_data_for_machines():
    data = place_safety_stock(published("camera")).as_dict()
    assert isinstance(data["stages"], tuple)
    assert data["stages"][0]["stage"] == "camera"


@pytest.mark.parametrize("gap", [1e-6, 0.003, 0.05])
def test_the_gap_asked_for_is_the_most_that_is_left_and_the_bound_holds(gap):
    for seed in range(2):
        network = layered(seed, wide=4, longest=8)
        best, rough = place_safety_stock(network), place_safety_stock(network, gap=gap)
        assert rough.gap <= gap
        assert rough.proven
        assert rough.bound <= best.cost * (1 + 1e-9)
