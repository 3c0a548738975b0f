import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.design.fabric import (
    contention,
    hops,
    link_loads,
    size_clos,
    size_dragonfly,
    size_slim_fly,
    size_torus,
)
from gigaloop.design.fabric.clos_paths import hashed_routes, tables
from gigaloop.design.fabric.graph import route, switch_graph
from gigaloop.design.fabric.hashing import hashed, pick
from gigaloop.design.fabric.paths import endpoint_switch, is_even

LARGE = size_clos(nodes=16384, rails=8, rate=400e9, radix=128, nodes_per_su=512)
EVEN = size_clos(nodes=128, rails=4, rate=1.0, radix=16, nodes_per_su=8)
closes = st.fixed_dictionaries(
    {
        "nodes": st.integers(4, 50),
        "rails": st.integers(1, 3),
        "radix": st.integers(4, 12),
        "nodes_per_su": st.integers(1, 12),
        "oversubscription": st.sampled_from([1.0, 2.0]),
        "wired": st.sampled_from(["full", "populated"]),
        "tiers": st.sampled_from([None, 3]),
    }
)


def sized(numbers):
    try:
        plane = size_clos(rate=1.0, **numbers)
    except GigaloopError:
        assume(False)
    assume(plane.tiers > 1)
    return plane


def permutation(plane, seed=0):
    source = np.arange(plane.endpoints, dtype=np.int32)
    return source, np.random.default_rng(seed).permutation(plane.endpoints).astype(np.int32)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(closes, st.integers(0, 1000))
def test_hashed_flows_take_links_that_join_their_leafs(numbers, seed):
    plane = sized(numbers)
    source, target = permutation(plane, seed)
    switch = endpoint_switch(plane)
    here, there = switch[source], switch[target]
    across = here != there
    here, there = here[across], there[across]
    found = hashed_routes(plane, here, there, hashed(source[across], seed), seed)
    lower = plane.links("leaf-spine")
    assert (lower.a[found.up] == here).all()
    assert (lower.a[found.down] == there).all()
    pod = tables(plane).pod
    leaving = pod[here] != pod[there]
    assert ((found.over >= 0) == leaving).all()
    assert (lower.b[found.up] == lower.b[found.down])[~leaving].all()
    if leaving.any():
        upper = plane.links("spine-core")
        over, under = found.over[leaving], found.under[leaving]
        assert (upper.a[over] == lower.b[found.up[leaving]]).all()
        assert (upper.b[over] == upper.b[under]).all()
        assert (upper.a[under] == lower.b[found.down[leaving]]).all()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(closes, st.sampled_from(["ecmp", "spraying"]))
def test_loads_of_all_layers_add_up_to_the_hops_of_the_flows(numbers, balancing):
    plane = sized(numbers)
    source, target = permutation(plane)
    rate = np.random.default_rng(1).uniform(0.1, 2.0, len(source))
    loads = link_loads(plane, source, target, balancing, rate=rate)
    assert {name: load.shape for name, load in loads.items()} == {
        name: (2, count) for name, count in plane.link_counts.items()
    }
    total = sum(load.sum() for load in loads.values())
    assert total == pytest.approx(float(rate @ hops(plane, source, target)))


@pytest.mark.parametrize("balancing", ["ecmp", "spraying"])
@pytest.mark.parametrize(
    "plane",
    [
        size_slim_fly(nodes=90, rails=1, rate=1.0, radix=12),
        size_dragonfly(nodes=30, rails=2, rate=1.0, radix=8),
    ],
    ids=["slim fly", "dragonfly"],
)
def test_loads_without_tiers_add_up_to_the_hops_of_the_flows(plane, balancing):
    source, target = permutation(plane)
    loads = link_loads(plane, source, target, balancing)
    assert sum(load.sum() for load in loads.values()) == pytest.approx(hops(plane, source, target).sum())


@pytest.mark.parametrize("balancing", ["ecmp", "spraying"])
def test_a_circuit_of_a_torus_loads_the_links_at_both_its_ends(balancing):
    plane = size_torus(nodes=512, rails=6, rate=1.0, radix=136)
    source, target = permutation(plane)
    loads = link_loads(plane, source, target, balancing)
    outer = loads["node-ocs"]
    assert outer[0].sum() == pytest.approx(outer[1].sum())
    total = loads["node-node"].sum() + outer[0].sum()
    assert total == pytest.approx(hops(plane, source, target).sum())


def test_spreading_over_an_even_clos_is_what_a_general_routing_finds():
    source, target = permutation(EVEN)
    assert is_even(EVEN)
    switch = endpoint_switch(EVEN)
    graph, loads = switch_graph(EVEN), link_loads(EVEN, source, target, "spraying")
    found = route(EVEN, switch[source], switch[target], np.ones(len(source)), None).loads
    for name, (first, count) in graph.layers.items():
        np.testing.assert_allclose(found[first : first + 2 * count].reshape(2, count), loads[name], atol=1e-12)


def test_hashing_a_large_permutation_puts_seven_to_nine_flows_on_the_worst_link():
    """Balls into bins: the fullest of n bins with n balls holds about ln n / ln ln n and a little more, 7 or 8 here.

    M. Raab, A. Steger, Balls into Bins, RANDOM 1998, doi:10.1007/3-540-49543-6_13.
    """
    source, target = permutation(LARGE, 3)
    loads = link_loads(LARGE, source, target, "ecmp", seed=3)
    for layer in ("leaf-spine", "spine-core"):
        assert 7 <= loads[layer].max() <= 9
        counts = np.bincount(loads[layer][0].astype(int), minlength=3) / loads[layer].shape[1]
        # Poisson of mean 1 (somewhat less, for the flows that stay in the pod): 37 % of the links idle.
        assert counts[0] == pytest.approx(np.exp(-loads[layer][0].mean()), abs=0.01)


def test_spraying_leaves_no_link_of_a_full_bisection_over_its_rate():
    source, target = permutation(LARGE, 3)
    loads = link_loads(LARGE, source, target, "spraying")
    assert max(load.max() for load in loads.values()) <= 1.0 + 1e-9


def test_a_packet_simulation_lies_between_flows_that_are_hashed_once_and_over_64_paths():
    """A permutation of 1 MB flows over 128 hosts of a 400G fat tree, htsim (Broadcom/csg-htsim @841d9e7), NDP.

    Hosts hash packets over 64 paths; flows end after 25 to 70 us where the line takes 20 us: slow-downs of 1.2 to 3.5.
    Long flows over 64 paths slow less than that, for the simulation has bursts as well; flows of one path slow more.
    """
    plane = size_clos(nodes=128, rails=1, rate=400e9, radix=8, nodes_per_su=4)
    once, over_64 = (contention(plane, "ecmp", "permutation", flows=flows, draws=40) for flows in (1, 64))
    assert 1.2 <= over_64.factor < 70 / 20 < once.factor < 5.0
    assert 25 / 20 < once.average.mean() < 70 / 20


def test_a_ring_over_nodes_in_order_is_not_slowed_by_a_network_of_rails():
    two = size_clos(nodes=256, rails=8, rate=1.0, radix=64, nodes_per_su=32)
    assert contention(two, "spraying", "ring").factor == 1.0
    assert contention(two, "ecmp", "ring").factor < 1.5


@pytest.mark.parametrize(("ratio", "leaf"), [(2.0, 42), (3.0, 48)])
def test_oversubscription_slows_what_leaves_the_leafs_by_its_ratio(ratio, leaf):
    plane = size_clos(nodes=24 * leaf, rails=1, rate=1.0, radix=64, nodes_per_su=leaf, oversubscription=ratio)
    found = contention(plane, "spraying", "permutation")
    assert found.factor == pytest.approx(plane.oversubscription, rel=0.06)
    assert contention(plane, "ecmp", "permutation").factor > found.factor


def test_more_flows_for_each_pair_even_out_what_hashing_does():
    factors = [contention(EVEN, "ecmp", "permutation", flows=flows).factor for flows in (1, 4, 16)]
    assert factors[0] > factors[1] > factors[2] > 1.0


def test_an_all_to_all_is_slowed_less_than_a_permutation():
    assert 1.0 < contention(EVEN, "ecmp", "all_to_all").factor < contention(EVEN, "ecmp", "permutation").factor


def test_an_all_to_all_that_is_sprayed_is_not_slowed_by_a_full_bisection():
    assert contention(EVEN, "spraying", "all_to_all").factor == pytest.approx(1.0)


def test_a_group_within_a_leaf_is_not_slowed():
    assert contention(EVEN, "ecmp", "permutation", nodes=8).factor == 1.0


def test_detours_bound_what_a_network_without_tiers_sprays():
    """Valiant routing halves the throughput of even traffic at worst: doi:10.1137/0211027."""
    plane = size_slim_fly(nodes=480, rails=1, rate=1.0, radix=16)
    direct = contention(plane, "ecmp", "permutation").factor
    assert 1.0 < contention(plane, "spraying", "permutation").factor < min(direct, 2.6)


def test_a_torus_carries_rings_along_its_axes_at_full_rate():
    plane = size_torus(nodes=512, rails=6, rate=1.0, radix=136)
    assert contention(plane, "ecmp", "ring").factor == 1.0
    assert contention(plane, "spraying", "permutation").factor > 2.0


def test_draws_follow_their_seed():
    first, again = (contention.__wrapped__(EVEN, "ecmp", "permutation", 5) for _ in range(2))
    assert first.worst.tolist() == again.worst.tolist()
    assert first.average.tolist() != contention(EVEN, "ecmp", "permutation", 6).average.tolist()


@pytest.mark.parametrize("count", [1, 3, 64, 1000])
def test_a_hash_picks_evenly(count):
    chosen = pick(hashed(np.arange(100_000), seed=1), count)
    share = np.bincount(chosen, minlength=count) / len(chosen) * count
    assert share.min() > 1.0 - 5.0 * np.sqrt(count / len(chosen))
    assert share.max() < 1.0 + 5.0 * np.sqrt(count / len(chosen))


def test_hashes_of_different_tiers_do_not_go_together():
    key = np.arange(100_000)
    first, second = (pick(hashed(key, 1, salt), 16) for salt in (0, 1))
    both = np.bincount(first * 16 + second, minlength=256) / len(key) * 256
    assert abs(both - 1.0).max() < 0.25


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pattern": "star"}, "no pattern"),
        ({"balancing": "luck"}, "no way to balance"),
        ({"nodes": 129}, "do not take part"),
        ({"flows": 0}, "at least one flow"),
    ],
)
def test_what_makes_no_traffic_is_told(change, message):
    with pytest.raises(UsageError, match=message):
        contention(EVEN, **{"balancing": "ecmp", "pattern": "ring", **change})


def test_a_dragonfly_of_one_group_is_not_slowed_by_links_it_does_not_have():
    plane = size_dragonfly(nodes=4, rails=1, rate=1.0, radix=8)
    assert contention(plane, "spraying", "all_to_all", draws=1).factor >= 1.0
