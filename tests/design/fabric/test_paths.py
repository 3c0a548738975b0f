import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.design.fabric import (
    Clos,
    Torus,
    hops,
    path_counts,
    path_profile,
    size_clos,
    size_dragonfly,
    size_slim_fly,
    size_torus,
)
from gigaloop.design.fabric.paths import is_even

closes = st.fixed_dictionaries(
    {
        "nodes": st.integers(2, 50),
        "rails": st.integers(1, 3),
        "radix": st.integers(3, 12),
        "nodes_per_su": st.integers(1, 12),
        "oversubscription": st.sampled_from([1.0, 2.0]),
        "spine_oversubscription": st.sampled_from([1.0, 2.0]),
        "reserved": st.integers(0, 1),
        "wired": st.sampled_from(["full", "populated"]),
        "tiers": st.sampled_from([None, 3]),
    }
)


def sized(numbers):
    try:
        return size_clos(rate=400e9, **numbers)
    except GigaloopError:
        assume(False)


def multigraph(plane):
    """Every endpoint and switch a vertex, every link an edge: what a general search works on."""
    offset, total = {}, plane.endpoints
    for kind, count in plane.switches.items():
        offset[kind] = total
        total += count
    found = np.zeros((total, total))
    for layer in plane.link_counts:
        links = plane.links(layer)
        lower = links.a * plane.rails + links.a_port if links.lower == "node" else links.a + offset[links.lower]
        np.add.at(found, (lower, links.b + offset[links.upper]), 1)
    return found + found.T


def assert_as_searched(plane, seed=0, pairs=30):
    random = np.random.default_rng(seed)
    source, target = random.integers(0, plane.endpoints, (2, pairs), dtype=np.int32)
    graph = multigraph(plane)
    far = shortest_path(csr_matrix(graph > 0), unweighted=True)[source, target]
    far = np.where(np.isinf(far), -1, far).astype(int)
    assert hops(plane, source, target).tolist() == far.tolist()
    # Walks as long as the distance are the shortest paths.
    walks = {length: np.linalg.matrix_power(graph, length) for length in set(far.tolist()) if length > 0}
    count = [walks[length][a, b] if length > 0 else 0 for length, a, b in zip(far, source, target, strict=True)]
    other = source != target
    np.testing.assert_allclose(path_counts(plane, source, target)[other], np.array(count)[other])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(closes, st.integers(0, 100))
def test_distances_and_paths_of_a_clos_are_those_of_a_search_of_its_links(numbers, seed):
    plane = sized(numbers)
    assume(plane.endpoints > 1)
    assert_as_searched(plane, seed)


@pytest.mark.parametrize(
    "plane",
    [
        size_slim_fly(nodes=90, rails=1, rate=1.0, radix=12),
        size_dragonfly(nodes=30, rails=2, rate=1.0, radix=8),
        size_dragonfly(nodes=40, rails=2, rate=1.0, radix=11),
    ],
    ids=["slim fly", "dragonfly", "dragonfly of many links between groups"],
)
def test_distances_and_paths_of_networks_without_tiers_are_those_of_a_search(plane):
    assert_as_searched(plane, pairs=200)


def test_a_full_fat_tree_has_the_textbook_distances_and_paths():
    """k-ary fat tree: k/2 paths within a pod and (k/2)^2 between pods. Al-Fares, doi:10.1145/1402958.1402967."""
    radix = 8
    plane = size_clos(nodes=radix**3 // 4, rails=1, rate=1.0, radix=radix, nodes_per_su=4)
    assert is_even(plane)
    source, target = np.zeros(3, np.int32), np.array([1, 5, 127], np.int32)
    assert hops(plane, source, target).tolist() == [2, 4, 6]
    assert path_counts(plane, source, target).tolist() == [1, radix / 2, (radix / 2) ** 2]


def test_the_profile_of_a_large_clos_gives_shares_and_paths_by_distance():
    plane = size_clos(nodes=8192, rails=8, rate=1.0, radix=64, nodes_per_su=32)
    profile = path_profile(plane)
    assert is_even(plane)
    assert profile.hops.tolist() == [2, 4, 6]
    assert profile.paths.tolist() == [1, 32, 32 * 32]
    assert profile.share.sum() == pytest.approx(1.0)
    assert 5.5 < profile.mean_hops < 6.0


def test_rails_of_a_single_tier_are_not_joined():
    plane = size_clos(nodes=8, rails=2, rate=1.0, radix=16, nodes_per_su=8, tiers=1)
    assert hops(plane, np.array([0, 0, 3]), np.array([2, 1, 3])).tolist() == [2, -1, 0]
    assert path_counts(plane, np.array([0, 0]), np.array([2, 1])).tolist() == [1, 0]
    assert path_profile(plane).hops.tolist() == [2]


def test_distances_of_a_torus_are_steps_around_its_axes():
    plane = size_torus(nodes=512, rails=6, rate=1.0, radix=136)
    assert isinstance(plane, Torus)
    assert plane.dims == (8, 8, 8)
    # Farthest: half way around all three axes, twice as many ways on each: 12! / (4!)^3 * 2^3.
    far = 3 * 4
    every = np.arange(plane.nodes, dtype=np.int32) * 6
    found = hops(plane, np.zeros_like(every), every + 3)
    assert found.max() == far
    assert np.bincount(found)[:2].tolist() == [1, 6]
    most = int(np.argmax(found))
    assert path_counts(plane, np.array([0]), np.array([every[most]])).tolist() == [34650 * 8]


@pytest.mark.parametrize("endpoint", [-1, 64])
def test_an_endpoint_that_is_not_there_is_told(endpoint):
    plane = size_clos(nodes=8, rails=8, rate=1.0, radix=16, nodes_per_su=8)
    with pytest.raises(UsageError, match="not on a plane of 64"):
        hops(plane, np.array([endpoint]), np.array([0]))


def test_an_uneven_clos_is_told_from_an_even_one():
    even = size_clos(nodes=64, rails=1, rate=1.0, radix=8, nodes_per_su=4)
    assert is_even(even)
    assert not is_even(Clos(**{**vars_of(even), "wired": "populated"}))


def vars_of(plane):
    return {name: getattr(plane, name) for name in plane.__dataclass_fields__}
