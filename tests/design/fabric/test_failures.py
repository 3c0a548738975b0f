import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, maximum_flow

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.design.fabric import fail, size_clos, size_slim_fly, size_torus
from gigaloop.design.fabric.damage import Failed, damage, ends_of
from gigaloop.design.fabric.failing import distinct, failed, population
from gigaloop.design.records.fabric import Fabric, NetworkDesign, ScaleUpDomain


def fabric(plane, planes=1, accelerators=8):
    network = NetworkDesign("scale-out", "scale-out", plane, planes, None, 1.0)
    domain = ScaleUpDomain(accelerators, 450e9, True)
    return Fabric("test", 1, plane.nodes, plane.nodes, 1, accelerators, domain, (network,), "spraying")


TWO_TIERS = size_clos(nodes=256, rails=8, rate=400e9, radix=64, nodes_per_su=32)
TWIN_PLANE = fabric(size_clos(nodes=64, rails=8, rate=400e9, radix=128, nodes_per_su=64), planes=2)
EIGHT_PLANES = fabric(size_clos(nodes=1024, rails=8, rate=100e9, radix=512, nodes_per_su=256), planes=8)


def live_links(plane, gone, row):
    """Give the links that live in a plane of a draw: (layer, lower ends, upper ends)."""
    dead = {kind: index[where == row] for kind, (where, index) in gone.switches.items()}
    for layer in plane.link_counts:
        links = plane.links(layer)
        alive = np.ones(len(links), np.bool_)
        where, index = gone.links.get(layer, (np.zeros(0, int), np.zeros(0, int)))
        alive[index[where == row]] = False
        for kind, ends in ((links.lower, links.a), (links.upper, links.b)):
            alive &= ~np.isin(ends, dead.get(kind, []))
        lower = links.a * plane.rails + links.a_port if links.lower == "node" else links.a
        yield links, lower[alive], links.b[alive]


def nodes_off(plane, planes, gone, draw):
    """Count the nodes of which no port is joined to where most ports are, by search; None if there is no such place."""
    joined = np.zeros(plane.nodes, np.bool_)
    for row in range(draw * planes, (draw + 1) * planes):
        offset, total = {}, plane.endpoints
        for kind, count in plane.switches.items():
            offset[kind] = total
            total += count
        ends = [
            (a if links.lower == "node" else a + offset[links.lower], b + offset[links.upper])
            for links, a, b in live_links(plane, gone, row)
        ]
        a, b = (np.concatenate(each) for each in zip(*ends, strict=True))
        parts, part = connected_components(csr_matrix((np.ones(len(a)), (a, b)), (total, total)), directed=False)
        size = np.bincount(part[: plane.endpoints], minlength=parts)
        if 2 * size.max() <= plane.endpoints:
            return None
        joined |= (part[: plane.endpoints] == size.argmax()).reshape(plane.nodes, plane.rails).any(axis=1)
    return plane.nodes - joined.sum()


def flow_out_of(plane, gone, leaf, ends):
    """Give the links' worth that leave a leaf toward the top tier, by maximum flow."""
    offset = {"leaf": 0, "spine": plane.leafs, "core": plane.leafs + plane.spines}
    total = plane.leafs + plane.spines + plane.cores + 2
    capacity = np.zeros((total, total), np.int32)
    for links, a, b in live_links(plane, gone, 0):
        if links.lower != "node":
            np.add.at(capacity, (a + offset[links.lower], b + offset[links.upper]), 1)
    top = slice(offset["core"], total - 2) if plane.cores else slice(offset["spine"], offset["core"])
    capacity[top, total - 1] = 1_000_000
    capacity[total - 2, leaf] = ends
    return maximum_flow(csr_matrix(capacity), total - 2, total - 1).flow_value


closes = st.fixed_dictionaries(
    {
        "nodes": st.integers(4, 50),
        "rails": st.integers(1, 3),
        "radix": st.integers(4, 12),
        "nodes_per_su": st.integers(1, 12),
        "oversubscription": st.sampled_from([1.0, 2.0]),
        "wired": st.sampled_from(["full", "populated"]),
    }
)


def full(numbers):
    return {**numbers, "wired": "full", "radix": max(numbers["radix"], 6)}


def drawn(numbers, what, planes, most, seed):
    try:
        plane = size_clos(rate=1.0, **numbers)
    except GigaloopError:
        assume(False)
    assume(plane.tiers > 1)
    things = population(plane, planes, what)
    count = min(most, max(1, things // 4))
    return plane, count, failed(plane, planes, what, distinct(np.random.default_rng(seed), things, count, 4), 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(closes.map(full), st.sampled_from(["links", "optics", "switches"]), st.integers(1, 2), st.integers(0, 99))
def test_nodes_that_are_cut_off_are_those_of_a_search(numbers, what, planes, seed):
    """With few failures: a switch above that leads nowhere is not looked for."""
    plane, count, gone = drawn(numbers, what, planes, 2, seed)
    assume(plane.leafs > 3 and plane.up > 1)
    found = fail(fabric(plane, planes), what, count, 4, seed)
    for draw, cut in enumerate(found.nodes_cut):
        searched = nodes_off(plane, planes, gone, draw)
        assert searched is None or cut == searched


@pytest.mark.parametrize(("what", "count"), [("links", 400), ("optics", 500), ("switches", 40)])
@pytest.mark.parametrize("planes", [1, 2])
def test_nodes_that_many_failures_cut_off_are_those_of_a_search(what, count, planes):
    plane = size_clos(nodes=120, rails=2, rate=1.0, radix=16, nodes_per_su=8)
    things = population(plane, planes, what)
    gone = failed(plane, planes, what, distinct(np.random.default_rng(9), things, count * planes // 2, 8), 1)
    found = fail(fabric(plane, planes), what, count * planes // 2, 8, 9)
    assert found.nodes_cut.tolist() == [nodes_off(plane, planes, gone, draw) for draw in range(8)]
    assert found.nodes_cut.max() > 0 or planes == 2


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(closes, st.sampled_from(["links", "optics", "switches"]), st.integers(0, 99))
def test_bandwidth_of_a_leaf_is_its_maximum_flow_upward(numbers, what, seed):
    """Exact in two tiers; in three at most that of the leaf alone, for it shares spines with the leafs of its pod."""
    plane, _, gone = drawn(numbers, what, 1, 8, seed)
    left, whole = damage(plane, gone), Failed(1, {}, {})
    for leaf in np.flatnonzero(ends_of(plane))[:5]:
        ends = int(ends_of(plane)[leaf])
        had = flow_out_of(plane, whole, leaf, ends)
        alive = left.levels[0][0, leaf]
        best = flow_out_of(plane, gone, leaf, ends) / had * alive if had else alive
        if plane.tiers == 2:
            assert left.levels[-1][0, leaf] == pytest.approx(best)
        else:
            assert left.levels[-1][0, leaf] <= best + 1e-9


def test_a_twin_plane_node_goes_on_at_half_rate_when_a_link_fails():
    """NVIDIA, DGX SuperPOD B300 reference architecture: a failure leaves half the rate of the port."""
    found = fail(TWIN_PLANE, "planes", 1, 10)
    assert (found.bandwidth == 0.5).all()
    assert (found.mean_bandwidth == 0.5).all()
    assert (found.jobs_stopped == 0).all()
    links = TWIN_PLANE.scale_out.plane.link_counts
    hit = fail(TWIN_PLANE, "links", 1, 400, job_accelerators=512)
    at_node = links["node-leaf"] / sum(links.values())
    assert (hit.bandwidth == 0.5).mean() == pytest.approx(at_node, abs=0.1)
    assert (hit.jobs_stopped == 0).all()


def test_eight_planes_lose_an_eighth_when_one_fails():
    """OpenAI and Microsoft's MRC: a port of eight planes loses an eighth, arXiv:2605.04333."""
    found = fail(EIGHT_PLANES, "planes", 1, 10)
    assert (found.bandwidth == 0.875).all()
    assert (found.nodes_cut == 0).all()
    assert fail(EIGHT_PLANES, "links", 1, 200).bandwidth.min() == pytest.approx(0.875)


def test_the_only_plane_takes_all_jobs_along():
    found = fail(fabric(TWO_TIERS), "planes", 1, 2, job_accelerators=512)
    assert found.bandwidth.tolist() == [0.0, 0.0]
    assert found.nodes_cut.tolist() == [256.0, 256.0]
    assert found.jobs_stopped.tolist() == [4.0, 4.0]


def test_a_node_of_one_plane_loses_the_rail_of_a_dead_link():
    """The other seven rails carry what the dead one did: 7/8; its leaf's 32 nodes are hit where a leaf dies."""
    found = fail(fabric(TWO_TIERS), "links", 1, 300, job_accelerators=64)
    node = found.bandwidth == 7 / 8
    assert node.mean() == pytest.approx(0.5, abs=0.1)
    assert found.mean_bandwidth[node] == pytest.approx(1.0 - 1.0 / 2048)
    assert (found.jobs_hit[node] == 1).all()
    switches = fail(fabric(TWO_TIERS), "switches", 1, 300, job_accelerators=64)
    leaf = switches.bandwidth == 7 / 8
    assert leaf.mean() == pytest.approx(64 / 96, abs=0.1)
    assert (switches.jobs_hit[leaf] == 4).all()


def test_a_dead_spine_takes_its_share_of_every_job_that_crosses_leafs():
    """32 spines: each takes 1/32 of the uplinks of all leafs; jobs within the leafs of one unit do not use them."""
    across = fail(fabric(TWO_TIERS), "switches", 1, 300, job_accelerators=1024)
    within = fail(fabric(TWO_TIERS), "switches", 1, 300, job_accelerators=256)
    spine = (across.bandwidth > 7 / 8) & (across.bandwidth < 1)
    assert spine.mean() == pytest.approx(32 / 96, abs=0.1)
    assert across.bandwidth[spine] == pytest.approx(31 / 32)
    assert (across.jobs_hit[spine] == 2).all()
    assert (within.jobs_hit[spine] == 0).all()


def test_nodes_are_lost_only_where_all_their_ports_are():
    tiny = fabric(size_clos(nodes=64, rails=1, rate=1.0, radix=16, nodes_per_su=8))
    found = fail(tiny, "links", 1, 500, job_accelerators=64)
    links = tiny.scale_out.plane.link_counts
    assert set(found.nodes_cut.tolist()) == {0.0, 1.0}
    assert found.nodes_cut.mean() == pytest.approx(links["node-leaf"] / sum(links.values()), abs=0.08)
    assert (found.jobs_stopped == found.nodes_cut).all()
    assert (found.bandwidth[found.nodes_cut == 1] == 0).all()


def test_a_module_takes_all_links_that_it_carries():
    alone, twin = (fail(fabric(TWO_TIERS), "optics", 1, 600, 4, module_links=links) for links in (1, 2))
    lost_alone, lost_twin = 1.0 - alone.mean_bandwidth, 1.0 - twin.mean_bandwidth
    assert lost_alone.max() == pytest.approx(1 / 2048)
    # At the switch end it carries two links, at the node one: three of four modules are at switches.
    assert lost_twin.mean() / lost_alone.mean() == pytest.approx(1.75, abs=0.1)


def test_nothing_fails_and_nothing_is_lost():
    found = fail(EIGHT_PLANES, "switches", 0, 3)
    assert found.bandwidth.tolist() == [1.0] * 3
    assert (found.jobs_hit == 0).all()


def test_more_failures_never_leave_more():
    means = [fail(fabric(TWO_TIERS), "links", count, 200).mean_bandwidth.mean() for count in (0, 1, 10, 100, 1000)]
    assert means == sorted(means, reverse=True)


@pytest.mark.parametrize("what", ["links", "optics", "switches", "planes"])
def test_networks_without_tiers_lose_the_share_of_what_failed(what):
    plane = size_slim_fly(nodes=400, rails=1, rate=1.0, radix=16)
    found = fail(fabric(plane, 2, 1), what, 1, 200, job_accelerators=100)
    assert 0.5 <= found.mean_bandwidth.mean() < 1.0
    assert (found.bandwidth >= 0.5 - 1e-12).all()
    assert (found.nodes_cut == 0).all()


def test_a_circuit_switch_of_a_torus_takes_one_position_of_every_cube():
    """4,096 chips: one of 48 circuit switches takes 64 of 12,288 links."""
    plane = size_torus(nodes=4096, rails=6, rate=1.0, radix=136)
    found = fail(fabric(plane, 1, 1), "switches", 1, 20, job_accelerators=64)
    assert found.mean_bandwidth == pytest.approx(1.0 - 64 / 12_288)
    assert (found.jobs_hit == 64).all()
    assert found.bandwidth == pytest.approx(5 / 6)


def test_draws_hold_different_things():
    found = distinct(np.random.default_rng(0), 50, 12, 1000)
    assert (np.diff(np.sort(found, axis=1), axis=1) > 0).all()
    counts = np.bincount(found.ravel(), minlength=50) / 1000
    assert counts == pytest.approx(12 / 50, abs=0.06)


@pytest.mark.parametrize(
    ("what", "count", "message"),
    [("cables", 1, "nothing that fails"), ("planes", 3, "3 of 2 planes"), ("links", -1, "cannot fail")],
)
def test_what_cannot_fail_is_told(what, count, message):
    with pytest.raises(UsageError, match=message):
        fail(TWIN_PLANE, what, count)
