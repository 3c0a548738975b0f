"""Every cable: ends, length, stock length, medium by supported reach, cages that agree, and lists of what is beyond."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.design.cables import beyond_reach
from gigaloop.design.cables.cages import cages_of, paired
from gigaloop.design.cables.schedule import ordered_length
from gigaloop.design.floor import run_length
from gigaloop.design.records import Links
from gigaloop.programme.schema.floor import Tray


@pytest.fixture(scope="module")
def ndr(cabled):
    """Give four scalable units of 32 racks on Quantum-2 switches."""
    return cabled(4)


def layers_of(schedule, name):
    codes = [code for code, (_, _, layer) in enumerate(schedule.layers) if layer == name]
    return np.flatnonzero(np.isin(schedule.layer, codes))


def test_every_link_of_every_plane_has_a_row(cabled):
    built = cabled(2, planes=2)
    counts = built.fabric.scale_out.plane.link_counts
    assert len(built.schedule) == 2 * sum(counts.values()) == built.fabric.scale_out.links
    assert built.schedule.layers[:2] == (("scale-out", 0, "node-leaf"), ("scale-out", 1, "node-leaf"))
    for code, (_, _, layer) in enumerate(built.schedule.layers):
        assert np.count_nonzero(built.schedule.layer == code) == counts[layer]


def test_ends_are_those_of_the_fabric_where_the_floor_has_them(ndr):
    schedule, floor, plane = ndr.schedule, ndr.floor, ndr.fabric.scale_out.plane
    rows = layers_of(schedule, "node-leaf")
    links = plane.links("node-leaf")
    for name in ("a", "a_port", "b", "b_port"):
        np.testing.assert_array_equal(getattr(schedule, name)[rows], getattr(links, name))
    np.testing.assert_array_equal(schedule.a_rack[rows], links.a // 18)
    np.testing.assert_array_equal(schedule.a_unit[rows], floor.node_unit[links.a % 18])
    np.testing.assert_array_equal(schedule.b_rack[rows], floor.switch_rack["scale-out", 0, "leaf"][links.b])
    up = layers_of(schedule, "leaf-spine")
    np.testing.assert_array_equal(schedule.a_rack[up], floor.switch_rack["scale-out", 0, "leaf"][schedule.a[up]])


def test_lengths_are_those_of_the_floor(ndr):
    s = ndr.schedule
    np.testing.assert_array_equal(s.length, run_length(ndr.floor, Tray(), s.a_rack, s.a_unit, s.b_rack, s.b_unit))


def test_no_link_lies_beyond_the_supported_reach_of_its_medium(ndr):
    schedule = ndr.schedule
    assert not len(schedule.unreached)
    reach = np.array([each.reach for each in schedule.media])
    assert np.all(schedule.length <= reach[schedule.medium])
    assert np.all(schedule.stock >= schedule.length)


def test_a_node_gets_a_medium_for_nodes_and_a_spine_one_for_switches(ndr):
    for layer, node in (("node-leaf", True), ("leaf-spine", False)):
        used = np.unique(ndr.schedule.medium[layers_of(ndr.schedule, layer)])
        assert {(ndr.schedule.media[index].node is not None) for index in used} == {node}


def test_all_links_of_a_module_cage_take_one_medium(ndr):
    schedule, at = ndr.schedule, 0
    network = ndr.fabric.scale_out
    for layer in network.plane.link_counts:
        links = network.plane.links(layer)
        medium = schedule.medium[at : at + len(links)]
        for cages in cages_of(network, links, schedule.media[medium[0]]):
            order = np.argsort(cages.index, kind="stable")
            cage, choice = cages.index[order], medium[order]
            assert np.all(choice[1:][cage[1:] == cage[:-1]] == choice[:-1][cage[1:] == cage[:-1]])
        at += len(links)


@pytest.mark.parametrize(
    "network",
    [
        {"reserved_ports": 2},
        {"oversubscription": 2.1},
        {"topology": "dragonfly"},
        {"topology": "slim fly"},
        {"switch": "sn5600", "link_rate": "200 Gb/s", "uplink_rate": "400 Gb/s", "reserved_ports": 1},
    ],
)
def test_a_cage_holds_one_module_whatever_the_layers_and_a_switch_no_more_than_its_cages(cabled, network):
    built = cabled(2, **network)
    schedule, plane = built.schedule, built.fabric.scale_out.plane
    switch = built.catalogue.switch(built.generation.scale_out.switch)
    cage = float(switch.port_rate) * float(switch.ports_per_cage or 1)
    held_by: dict[tuple[str, int], dict[tuple[int, int], set[tuple[str, int]]]] = {}
    for code, (kinds, (_, _, layer)) in enumerate(zip(schedule.ends, schedule.layers, strict=True)):
        rows = np.flatnonzero(schedule.layer == code)
        held = round(cage / plane.rates[layer])
        for kind, device, port in zip(kinds, (schedule.a, schedule.b), (schedule.a_port, schedule.b_port), strict=True):
            if kind != "node":
                at = zip(device[rows].tolist(), (port[rows] // held).tolist(), strict=True)
                for (which, number), medium in zip(at, schedule.medium[rows].tolist(), strict=True):
                    key = (held if plane.rate != plane.rates[layer] else 0, number)
                    held_by.setdefault((kind, which), {}).setdefault(key, set()).add((layer, medium))
    most = float(switch.ports) / float(switch.ports_per_cage or 1)
    assert max(map(len, held_by.values())) <= most
    assert all(len(what) == 1 for cages in held_by.values() for what in cages.values())


def test_links_to_a_circuit_switch_are_single_mode_that_reaches_through_it(cabled, own_catalogue):
    """Light runs from module to module through it, and it may join any two of its ports."""
    torus = {"topology": "torus", "rails": 6, "nodes_per_rack": 16, "switch_radix": 136}
    schedule = cabled(8, **torus).schedule
    longest = float(schedule.length[layers_of(schedule, "node-ocs")].max())
    for reach, enough in ((math.ceil(2.0 * longest), True), (math.ceil(1.9 * longest), False)):
        known = own_catalogue(interconnect=f"  osfp-400g-dr4:\n    source: quote\n    reach: {reach} m\n")
        built = cabled(8, using=known, **torus).schedule
        rows = layers_of(built, "node-ocs")
        used = {built.media[index].node.id for index in np.unique(built.medium[rows])}
        assert (used == {"osfp-400g-dr4"}) == enough
        assert {built.media[index].kind for index in np.unique(built.medium[rows])} == {"single mode"}
        assert len(set(zip(built.b[rows].tolist(), built.medium[rows].tolist(), strict=True))) == 48


def test_the_nearest_cages_take_copper_and_copper_is_never_used_where_a_cage_holds_a_longer_run(ndr):
    schedule = ndr.schedule
    rows = layers_of(schedule, "node-leaf")
    kinds = np.array([each.kind for each in schedule.media])[schedule.medium[rows]]
    copper = kinds == "passive copper"
    assert 0 < np.count_nonzero(copper) < len(rows)
    cage = schedule.b[rows] * 100 + schedule.b_port[rows] // 2
    longest = np.zeros(cage.max() + 1)
    np.maximum.at(longest, cage, schedule.length[rows])
    np.testing.assert_array_equal(copper, longest[cage] <= 3.0)


def test_a_splitter_is_one_cable_as_long_as_its_longest_tail_needs(ndr):
    schedule = ndr.schedule
    split = np.flatnonzero(np.array([each.id == "dac-800g-split" for each in schedule.media])[schedule.medium])
    numbers, count = np.unique(schedule.cable[split], return_counts=True)
    assert set(count) == {2}
    assert len(numbers) == len(split) // 2
    for number in numbers:
        tails = np.flatnonzero(schedule.cable == number)
        assert len(set(zip(schedule.b[tails], schedule.b_port[tails] // 2, strict=True))) == 1
        assert len(set(schedule.stock[tails])) == 1
        assert schedule.stock[tails[0]] in (1.0, 1.5, 2.0, 2.5, 3.0)
        assert schedule.stock[tails[0]] >= schedule.length[tails].max()


def test_fibre_has_a_cord_for_each_link_and_numbers_have_no_gap(ndr):
    schedule = ndr.schedule
    fibre = np.array([each.pluggable for each in schedule.media])[schedule.medium]
    assert len(np.unique(schedule.cable[fibre])) == np.count_nonzero(fibre)
    assert np.array_equal(np.unique(schedule.cable), np.arange(schedule.cable.max() + 1))
    assert len(schedule.first_rows) == schedule.cable.max() + 1


def test_a_longer_slack_can_only_lengthen_and_never_shorten_what_is_ordered(cabled, ndr):
    loose = cabled(4, tray=Tray.model_validate({"slack": "30 %"}))
    assert np.all(loose.schedule.length >= ndr.schedule.length)
    reach = np.array([each.reach for each in ndr.schedule.media])
    assert np.all(reach[loose.schedule.medium] >= reach[ndr.schedule.medium])


def test_planes_of_a_port_that_is_broken_out_share_its_module(cabled):
    built = cabled(1, switch="ufispace-s9321", link_rate="100 Gb/s", port_rate="800 Gb/s", planes=8)
    network = built.fabric.scale_out
    links = network.plane.links("node-leaf")
    medium = next(each for each in built.media["scale-out"] if each.node is not None)
    node, leaf = cages_of(network, links, medium)
    assert len(np.unique(node.index)) == network.plane.endpoints, "one module for each port of a node"
    assert np.all(np.bincount(node.index) == 8)
    for plane, other in pairwise(range(8)):
        size = len(links)
        np.testing.assert_array_equal(node.index[plane * size : (plane + 1) * size], node.index[other * size :][:size])
        assert not set(leaf.index[plane * size :][:size]) & set(leaf.index[other * size :][:size])


def test_cables_of_two_links_serve_switches_only_where_ports_pair_up():
    def links(b, b_port):
        zero = np.zeros(4, np.int32)
        ports = np.arange(4, dtype=np.int32)
        return Links("leaf-spine", "leaf", "spine", zero, ports, np.array(b, np.int32), np.array(b_port, np.int32))

    assert paired(links([0, 0, 1, 1], [0, 1, 0, 1]), 2)
    assert not paired(links([0, 1, 0, 1], [0, 0, 1, 1]), 2)
    assert not paired(links([0, 0, 1, 1], [1, 2, 0, 1]), 2), "over two cages"
    assert paired(links([0, 1, 2, 3], [0, 0, 0, 0]), 1)


def test_links_beyond_every_medium_are_listed_by_layer_with_what_would_serve(cabled):
    short = cabled(4, media=["dac-800g-split", "dac-800g"])
    schedule = short.schedule
    beyond = schedule.unreached
    assert len(beyond)
    assert np.all(schedule.medium[beyond] == -1)
    assert np.all(np.isnan(schedule.stock[beyond]))
    listed = beyond_reach(schedule, short.generation, short.catalogue, short.programme.usd)
    assert sum(len(each.rows) for each in listed) == len(beyond)
    assert np.array_equal(np.sort(np.concatenate([each.rows for each in listed])), beyond)
    for each in listed:
        assert each.longest == pytest.approx(float(schedule.length[each.rows].max()))
        assert each.serves is not None
        assert each.serves.reach >= each.longest
        assert each.serves.kind in ("multimode", "single mode")
        assert each.layer in ("node-leaf", "leaf-spine", "spine-core")


def test_nothing_is_listed_where_all_are_reached(ndr):
    assert beyond_reach(ndr.schedule, ndr.generation, ndr.catalogue, ndr.programme.usd) == ()


def test_networks_beside_have_media_of_their_own_rate(cabled):
    beside = [
        {"id": "storage", "purpose": "storage", "rails": 2, "link_rate": "200 Gb/s", "switch": "sn5600"},
        {"id": "oob", "purpose": "out-of-band", "rails": 1, "link_rate": "1 Gb/s", "switch": "sn2201"},
    ]
    built = cabled(1, generation={"networks": beside})
    schedule = built.schedule
    assert {name for name, _, _ in schedule.layers} == {"scale-out", "storage", "oob"}
    assert not len(schedule.unreached)
    rates = np.array([each.link_rate for each in schedule.media])[schedule.medium]
    for name, rate in (("storage", 200e9), ("oob", 1e9)):
        codes = [code for code, (network, _, _) in enumerate(schedule.layers) if network == name]
        assert set(rates[np.isin(schedule.layer, codes)]) == {rate}


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.floats(0.1, 99.0), min_size=1, max_size=20),
    stock=st.lists(st.sampled_from([1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0]), unique=True).map(sorted),
)
def test_what_is_ordered_is_the_shortest_length_sold_that_reaches(ndr, lengths, stock):
    from dataclasses import replace

    medium = replace(next(each for each in ndr.schedule.media if each.reach == 100.0), stock=np.array(stock))
    length = np.array(lengths, np.float32)
    ordered = ordered_length(length, medium)
    assert np.all(ordered >= length)
    for need, got in zip(length, ordered, strict=True):
        sold = [each for each in stock if each >= need]
        if sold:
            assert got == sold[0]
        else:
            step = 1.0 if need <= 10.0 else 5.0
            assert got % step == 0
            assert got < need + step + 1e-4
