"""Clos networks: what holds of any size, rails, oversubscription, rates and population."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fabric import Clos, size_clos
from gigaloop.design.records import Links

RATE = 400e9

sizes = st.fixed_dictionaries(
    {
        "nodes": st.integers(1, 700),
        "nodes_per_su": st.integers(1, 80),
        "spare": st.integers(0, 3),
        "rails": st.integers(1, 8),
        "radix": st.integers(8, 72),
        "tiers": st.sampled_from([None, None, None, None, 2, 3]),
        "oversubscription": st.sampled_from([1.0, 1.0, 1.5, 2.0, 3.0]),
        "spine_oversubscription": st.sampled_from([1.0, 1.0, 2.0]),
        "reserved": st.integers(0, 2),
        "uplink_rate": st.sampled_from([RATE, RATE, 2 * RATE]),
        "wired": st.sampled_from(["full", "populated"]),
        "cage": st.sampled_from([1, 1, 2, 4, 8]),
    }
)


def possible(size: dict[str, Any]) -> Clos:
    rest = {key: value for key, value in size.items() if key != "spare"}
    units = -(-size["nodes"] // size["nodes_per_su"]) + size["spare"]
    try:
        return size_clos(rate=RATE, sus=units, **rest)
    except GigaloopError:
        assume(False)
        raise


def ports_used(kind: str, found: dict[str, Links]) -> tuple[np.ndarray, np.ndarray]:
    """Device and port of every end of a link at devices of a kind."""
    ends = [(each.a, each.a_port) for each in found.values() if each.lower == kind]
    ends += [(each.b, each.b_port) for each in found.values() if each.upper == kind]
    device, port = zip(*ends, strict=True)
    return np.concatenate(device), np.concatenate(port)


@given(size=sizes)
def test_counts_are_those_of_the_links_and_no_port_is_used_twice(size):
    plane = possible(size)
    found = {layer: plane.links(layer) for layer in plane.link_counts}
    assert {layer: len(links) for layer, links in found.items()} == dict(plane.link_counts)
    for kind, count in {"node": plane.nodes, **plane.switches}.items():
        device, port = ports_used(kind, found)
        if not len(device):
            continue
        assert min(device.min(), port.min()) >= 0
        assert device.max() < count
        assert port.max() < (plane.rails if kind == "node" else plane.radix)
        assert len(np.unique(device.astype(np.int64) * 100_000 + port)) == len(device)
    assert all(each.a.dtype == each.b_port.dtype == np.int32 for each in found.values())


@given(size=sizes)
def test_no_switch_has_more_links_than_its_ports_carry(size):
    plane = possible(size)
    wanted = size["uplink_rate"] / RATE
    for layer in list(plane.link_counts)[1:]:
        links = plane.links(layer)
        upward = np.bincount(links.a)
        limit = plane.up if layer == "leaf-spine" else plane.spine_up
        assert upward.max() <= limit
        below = plane.spine_down if layer == "leaf-spine" else plane.upper_radix
        assert np.bincount(links.b).max() <= below
    assert plane.down + plane.up * wanted + size["reserved"] <= plane.radix
    assert plane.spine_down + plane.spine_up <= plane.upper_radix
    assert np.bincount(plane.links("node-leaf").b).max() <= plane.down


@given(size=sizes)
def test_no_module_cage_holds_links_of_both_directions_and_all_find_one(size):
    plane = possible(size)
    if plane.tiers == 1:
        return
    ratio = plane.uplink_rate / plane.rate
    held = max(1, int(plane.cage / ratio))
    down, up = plane.links("node-leaf").b_port, plane.links("leaf-spine").a_port
    assert up.min() % plane.cage == 0
    assert up.min() >= plane.down
    cages = -(-plane.down // plane.cage) + -(-plane.up // held)
    assert plane.cage % ratio or cages <= -(-plane.radix // plane.cage)
    assert down.max() // plane.cage < up.min() // plane.cage
    if plane.tiers == 3:
        assert plane.links("spine-core").a_port.min() // held > plane.links("leaf-spine").b_port.max() // held


@pytest.mark.parametrize(
    ("nodes_per_su", "reserved", "ports", "spines"),
    [
        (30, 2, (30, 30), 15),  # 31 uplinks would take 31 spines: a leaf leaves one more port free each way
        (31, 2, (31, 31), 31),  # but not where its nodes need the port
        (32, 0, (32, 32), 16),  # published (DGX H100, three scalable units): 16 spines are no waste
        (28, 4, (30, 30), 15),
    ],
)
def test_uplinks_with_few_divisors_leave_some_free_rather_than_double_the_spines(nodes_per_su, reserved, ports, spines):
    plane = size_clos(
        nodes=3 * nodes_per_su, rails=8, rate=RATE, radix=64, nodes_per_su=nodes_per_su, reserved=reserved
    )
    assert ((plane.down, plane.up), plane.spines, plane.leafs) == (ports, spines, 24)


@given(size=sizes)
def test_no_more_leafs_and_no_more_than_twice_the_least_spines_where_uplinks_can_give_way(size):
    plane = possible(size)
    if plane.tiers != 2:
        return
    assert plane.spines * plane.spine_down >= plane.leafs * plane.up
    if plane.nodes_per_su <= plane.down // 2:
        assert plane.spines < 2 * -(-plane.leafs * plane.up // plane.spine_down)


@given(size=sizes)
def test_every_leaf_with_nodes_reaches_every_other_through_switches_alone(size):
    plane = possible(size)
    if plane.tiers == 1:
        assert plane.leafs == plane.rails
        return
    first = {"leaf": 0, "spine": plane.leafs, "core": plane.leafs + plane.spines}
    links = [plane.links(layer) for layer in list(plane.link_counts)[1:]]
    a = np.concatenate([each.a + first[each.lower] for each in links])
    b = np.concatenate([each.b + first[each.upper] for each in links])
    size_of = sum(plane.switches.values())
    _, part = connected_components(coo_matrix((np.ones(len(a)), (a, b)), (size_of, size_of)), directed=False)
    assert len(np.unique(part[np.unique(plane.links("node-leaf").b)])) == 1


@given(size=sizes)
def test_oversubscription_is_what_was_asked_at_most(size):
    plane = possible(size)
    if plane.tiers > 1:
        assert plane.oversubscription <= size["oversubscription"] * (1 + 1e-9)
    if plane.tiers == 3:
        assert plane.spine_down <= plane.spine_up * size["spine_oversubscription"]


@given(size=sizes)
def test_every_leaf_of_two_tiers_spreads_evenly_over_all_spines(size):
    plane = possible(size | {"wired": "full"})
    if plane.tiers != 2:
        return
    links = plane.links("leaf-spine")
    table = np.zeros((plane.leafs, plane.spines), int)
    np.add.at(table, (links.a, links.b), 1)
    assert (table == plane.up // plane.spines).all()


@given(size=sizes)
def test_wiring_as_populated_takes_a_part_of_the_full_wiring(size):
    full, part = possible(size | {"wired": "full"}), possible(size | {"wired": "populated"})
    assert full.switches == part.switches
    for layer, count in part.link_counts.items():
        assert count <= full.link_counts[layer]
        both = [
            {(int(a), int(p), int(b), int(q)) for a, p, b, q in zip(x.a, x.a_port, x.b, x.b_port, strict=True)}
            for x in (part.links(layer), full.links(layer))
        ]
        assert both[0] <= both[1]


def test_a_unit_that_is_not_full_is_wired_in_full_or_as_populated():
    size: dict[str, Any] = {"nodes": 40, "rails": 2, "rate": RATE, "radix": 64, "nodes_per_su": 32}
    full, part = size_clos(**size), size_clos(**size, wired="populated")
    assert full.link_counts == {"node-leaf": 80, "leaf-spine": 128}
    assert part.link_counts == {"node-leaf": 80, "leaf-spine": 64 + 2 * 8}


def test_a_rail_of_a_unit_has_leafs_of_its_own_filled_in_order_of_nodes():
    plane = size_clos(nodes=144, rails=4, rate=RATE, radix=64, nodes_per_su=72)
    links = plane.links("node-leaf")
    node, rail = 72 + 40, 3
    row = int(np.flatnonzero((links.a == node) & (links.a_port == rail))[0])
    assert plane.leafs_per_rail == 3
    assert (links.b[row], links.b_port[row]) == ((1 * 4 + 3) * 3 + 40 // 32, 40 % 32)
    assert plane.leaf_of(np.array([node], np.int32), np.array([rail], np.int32))[0] == links.b[row]


def test_one_switch_serves_nodes_of_one_port_that_it_has_ports_for():
    plane = size_clos(nodes=64, rails=1, rate=RATE, radix=64, nodes_per_su=64)
    assert (plane.tiers, dict(plane.switches), dict(plane.link_counts)) == (1, {"leaf": 1}, {"node-leaf": 64})


def test_one_tier_is_a_leaf_for_each_rail():
    plane = size_clos(nodes=64, rails=8, rate=RATE, radix=64, nodes_per_su=16, tiers=1)
    assert dict(plane.switches) == {"leaf": 8}


def test_uplinks_may_be_faster_than_the_links_of_nodes():
    """A leaf of 51.2 Tb/s as in Alibaba's HPN: 128 x 200G down, 60 x 400G up, 1.067:1, the rest free."""
    plane = size_clos(
        nodes=1920,
        rails=8,
        rate=200e9,
        radix=256,
        nodes_per_su=128,
        uplink_rate=400e9,
        reserved=8,
        oversubscription=1.067,
    )
    assert (plane.down, plane.up, plane.upper_radix) == (128, 60, 128)
    assert plane.rates == {"node-leaf": 200e9, "leaf-spine": 400e9}
    assert dict(plane.switches) == {"leaf": 120, "spine": 60}


def test_planes_of_a_port_broken_out_need_fewer_switches_and_links_than_three_tiers():
    """OpenAI and Microsoft's MRC: 3/5 of the switches and 2/3 of the optics, arXiv:2605.04333 as reported by zubnet.ai.

    131,072 accelerators of 800 Gb/s: eight planes of 100 Gb/s on 512 ports, or 64 ports of 800 Gb/s in three tiers, as
    two fabrics of the 65,536 endpoints that these reach.
    """
    plane = size_clos(nodes=131072, rails=1, rate=100e9, radix=512, nodes_per_su=256)
    tree = size_clos(nodes=65536, rails=1, rate=800e9, radix=64, nodes_per_su=32)
    assert (plane.tiers, tree.tiers) == (2, 3)
    assert 8 * sum(plane.switches.values()) / (2 * sum(tree.switches.values())) == pytest.approx(3 / 5)
    # A cable of 800 Gb/s carries a link of each plane.
    assert sum(plane.link_counts.values()) / (2 * sum(tree.link_counts.values())) == pytest.approx(2 / 3)


def test_a_million_endpoints_are_arrays_of_32_bits():
    plane = size_clos(nodes=1_000_000, rails=1, rate=RATE, radix=512, nodes_per_su=256)
    links = plane.links("spine-core")
    assert len(links) == plane.link_counts["spine-core"] == plane.spines * plane.spine_up > 1_000_000
    assert links.b.max() == plane.cores - 1
    assert links.b.dtype == np.int32


@pytest.mark.parametrize(
    ("change", "why", "hint"),
    [
        ({"rails": 0}, "0 rails", "at least one"),
        ({"nodes": 0}, "0 in all", "at least one"),
        ({"sus": 1, "nodes": 64}, "hold no 64", "give 2 scalable units"),
        ({"radix": 1}, "1 ports", "at least 2"),
        ({"reserved": 64}, "64 of them reserved", "reserve fewer"),
        ({"reserved": 63}, "have none left", "reserve fewer"),
        ({"uplink_rate": 200e9}, "uplinks of 200 Gb/s", "at least as fast"),
        ({"oversubscription": 0.5}, "wastes ports", "1 or more"),
        ({"tiers": 1, "nodes": 128, "sus": 4}, "as many nodes as a switch has ports, 64, not 128", "two tiers"),
        ({"nodes": 4096, "tiers": 2}, "two tiers of 64-port switches serve 64 leafs", "three tiers serve 2,048 leafs"),
        ({"nodes": 65536, "tiers": 3}, "serve 2,048 leafs, 65,536 endpoints", "256 scalable units fit"),
        ({"nodes": 65536}, "needs 16,384 leafs", "a radix of 256 serves"),
    ],
)
def test_what_cannot_be_says_what_would_fit(change, why, hint):
    size = {"nodes": 32, "rails": 8, "rate": RATE, "radix": 64, "nodes_per_su": 32}
    with pytest.raises(GigaloopError) as caught:
        size_clos(**(size | change))
    assert why in caught.value.why
    assert hint in caught.value.hint


def test_what_is_said_to_fit_does():
    size: dict[str, Any] = {"rails": 8, "rate": RATE, "nodes_per_su": 32}
    assert size_clos(nodes=256 * 32, radix=64, **size).leafs == 2048
    with pytest.raises(GigaloopError):
        size_clos(nodes=256 * 32 + 1, radix=64, **size)
    assert size_clos(nodes=65536, radix=256, **size).tiers == 3


def test_a_layer_that_there_is_not_is_named():
    with pytest.raises(KeyError, match="has no layer 'spine-core'"):
        size_clos(nodes=64, rails=8, rate=RATE, radix=64, nodes_per_su=32).links("spine-core")
