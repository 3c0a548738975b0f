"""Candidate fabrics: the known answer comes out, figures are those of the engine, and what is not known never wins."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.design.network.candidates import (
    Placement,
    SearchSpace,
    filling_racks,
    shape_of,
    shapes,
    stated_shape,
    sus_for,
    usable_switches,
)
from gigaloop.design.network.demands import stated_demands, workload_demands
from gigaloop.design.network.placement import setting_of
from gigaloop.design.network.search import search_fabrics
from gigaloop.design.network.whole import design_network
from gigaloop.programme.schema.floor import HallFloor
from gigaloop.programme.schema.network import NetworkPart

ONE_PLACE = (Placement("middle of row", "middle of hall"),)
SMALL_SPACE = SearchSpace(
    switches=("sn5600", "ufispace-s9321", "q3400"), placements=ONE_PLACE, oversubscription=((1.0, 1.0), (2.0, 1.0))
)
GIGABIT_800 = {"scale_out": {"link_rate": "800 Gb/s", "switch_radix": 64}}

BOXES = """
kind: switch
sources:
  made-up: {source: made up for this test, date: 2026-11, kind: assumption}
entries:
  box-512:
    name: Box of 51.2 Tb/s whose every lane is a port
    source: made-up
    vendor: Test
    status: shipping
    ports: 64
    port_rate: 800 Gb/s
    most_ports: 512
    height: 2 U
    power: 900 W
    price: {value: 60 kUSD (2026), low: 50 kUSD (2026), high: 70 kUSD (2026)}
  box-unpriced:
    name: The same without a price
    source: made-up
    vendor: Test
    status: shipping
    ports: 64
    port_rate: 800 Gb/s
    most_ports: 512
    height: 2 U
    power: 900 W
"""


@pytest.fixture(scope="module")
def programme(make_programme):
    return make_programme(generation=GIGABIT_800)


@pytest.fixture(scope="module")
def boxes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("boxes")
    (folder / "switch.yaml").write_text(BOXES, encoding="utf-8")
    return load_catalogue(folder)


@pytest.fixture(scope="module")
def found(programme, catalogue):
    return search_fabrics(programme, programme.generations[0], catalogue, 4608, SMALL_SPACE)


def test_eight_planes_of_two_tiers_beat_three_tiers_by_three_fifths_of_switches_and_two_thirds_of_modules(
    make_programme, boxes
):
    # MRC of OpenAI and Microsoft: 131,072 accelerators with ports of 800G split to 8 x 100G on switches of 512 ports,
    # against three tiers of the same switches: 3/5 of the switches, 2/3 of the optics (arXiv:2605.04333).
    programme = make_programme(
        generation={
            "accelerators_per_rack": 64,
            "scale_up": {"domain": 64},
            "scale_out": {"nodes_per_rack": 16, "link_rate": "800 Gb/s", "switch_radix": 64},
        }
    )
    space = SearchSpace(
        planes=(2, 8),
        switches=("box-512",),
        placements=ONE_PLACE,
        media=("single mode",),
        oversubscription=((1.0, 1.0),),
    )
    found = search_fabrics(programme, programme.generations[0], boxes, 131072, space)
    (flat,) = (row for row, each in enumerate(found.choice) if (each.planes, each.tiers) == (8, 2))
    (tall,) = (row for row, each in enumerate(found.choice) if (each.planes, each.tiers) == (2, 3))
    assert found.accelerators[flat] == found.accelerators[tall] == 131072
    assert found.switches[flat] == 6144
    assert found.switches[tall] == 10240
    reached = found.unreached[[flat, tall]] == 0
    assert reached.all()
    assert found.modules[flat] * 3 == found.modules[tall] * 2
    assert found.front[flat]
    assert found.power[flat] < found.power[tall]
    assert found.bandwidth_left[flat] > found.bandwidth_left[tall]
    assert next(iter(found.ranking())) == flat


def test_a_candidate_has_the_figures_of_the_fabric_that_is_engineered_alone(found, programme, catalogue):
    generation = programme.generations[0]
    checked = 0
    for row in found.ranking():
        choice = found.choice[row]
        if found.obstacles[row] or choice.media != "any":
            continue
        alone_generation = shape_of(choice).generation(generation)
        alone = design_network(
            programme, alone_generation, catalogue, sus=sus_for(alone_generation, choice.racks_per_su, found.asked)
        )
        bill = alone.bill
        assert found.switches[row] == alone.fabric.scale_out.switches
        assert found.accelerators[row] == alone.fabric.accelerators
        assert found.cost[row, 1] == pytest.approx(bill.cost[1] + bill.node_cost[1], rel=1e-6)
        length = sum(line.length or 0.0 for line in bill.lines)
        assert found.cable_length[row] == pytest.approx(length, rel=1e-6)
        assert found.longest[row] == pytest.approx(float(alone.schedule.length.max()), rel=1e-6)
        if found.powered[row]:
            assert bill.power is not None
            assert bill.node_power is not None
            assert found.power[row] == pytest.approx(bill.power + bill.node_power, rel=1e-6)
        assert found.priced[row] == (not bill.unpriced)
        checked += 1
    assert checked >= 4


def test_no_candidate_on_the_front_is_beaten_by_another(found):
    per = np.maximum(found.accelerators, 1)
    columns = [found.cost[:, 1] / per, found.power / per, found.time, -found.bandwidth_left]
    columns += [each / per for missing in (found.unpriced, found.unpowered) for each in missing.values()]
    points = np.stack(columns, axis=1)[found.feasible]
    front = found.front[found.feasible]
    assert front.any()
    for here in points[front]:
        lower = np.all(points <= here * (1 - 1e-8 * np.sign(here)), axis=1) & np.any(points < here * (1 - 1e-6), axis=1)
        assert not lower.any()


def test_the_ranking_is_a_permutation_with_the_front_first_and_those_that_cannot_be_built_last(found):
    order = list(found.ranking())
    assert sorted(order) == list(range(len(found)))
    states = [(not found.feasible[row], not found.front[row]) for row in order]
    assert states == sorted(states)


def test_a_search_gives_the_same_again(found, programme, catalogue):
    again = search_fabrics(programme, programme.generations[0], catalogue, 4608, SMALL_SPACE)
    assert again.choice == found.choice
    np.testing.assert_array_equal(again.cost, found.cost)
    np.testing.assert_array_equal(again.time, found.time)
    np.testing.assert_array_equal(again.bandwidth_left, found.bandwidth_left)
    assert list(again.ranking()) == list(found.ranking())


def test_a_price_that_is_not_known_makes_nothing_cheaper(programme, boxes):
    space = replace(SMALL_SPACE, switches=("box-512", "box-unpriced"), media=("any",), planes=(1,))
    found = search_fabrics(programme, programme.generations[0], boxes, 2304, space)
    names = [each.switch for each in found.choice]
    assert set(names) == {"box-512", "box-unpriced"}
    lacking = np.array([name == "box-unpriced" for name in names])
    assert (found.unpriced["box-unpriced"] > 0.0).tolist() == (lacking & (found.switches > 0)).tolist()
    known = found.unpriced["box-unpriced"] == 0.0
    same = [
        (a, b)
        for a, first in enumerate(found.choice)
        for b, second in enumerate(found.choice)
        if known[a] and not known[b] and replace(second, switch=first.switch) == first and found.feasible[a]
    ]
    assert same
    for a, b in same:
        assert found.cost[b, 1] < found.cost[a, 1]
        assert not (found.front[b] and not found.front[a])


def test_more_oversubscription_takes_longer_with_fewer_switches(found):
    pairs = 0
    for a, first in enumerate(found.choice):
        for b, second in enumerate(found.choice):
            alike = replace(second, oversubscription=1.0, racks_per_su=first.racks_per_su) == first
            if alike and second.oversubscription == 2.0 and found.feasible[a] and found.feasible[b]:
                assert found.time[b] > found.time[a]
                pairs += first.switch == "q3400"
                assert found.switches[b] < found.switches[a] or first.switch != "q3400"
    assert pairs


def test_links_that_nothing_reaches_are_an_obstacle(make_programme, catalogue):
    out = GIGABIT_800["scale_out"] | {"media": ["dac-800g"], "switch": "sn5600", "switch_radix": None}
    programme = make_programme(generation={"scale_out": out})
    space = replace(SMALL_SPACE, switches=("sn5600",), planes=(1,), media=("any",))
    found = search_fabrics(programme, programme.generations[0], catalogue, 4608, space)
    assert not found.front.any()
    wired = [row for row in range(len(found)) if found.links[row]]
    assert wired
    for row in wired:
        assert found.unreached[row] > 0
        assert "beyond the supported reach" in found.obstacles[row]


def test_shapes_that_do_not_serve_say_what_would(found):
    why = [each for each in found.obstacles if each]
    assert any("two tiers of 64-port switches serve 64 leafs" in each for each in why)


def test_halls_of_a_site_that_are_too_small_are_an_obstacle(programme, catalogue):
    found = search_fabrics(
        programme,
        programme.generations[0],
        catalogue,
        72 * 700,
        replace(SMALL_SPACE, switches=("q3400",), tiers=(3,), planes=(1,), media=("any",)),
        site=programme.sites[0],
    )
    assert not found.feasible.any()
    assert any("more than the halls of site 'campus' hold" in each for each in found.obstacles)


def test_a_placement_lays_out_the_halls(make_programme, catalogue):
    from gigaloop.design.generation import design_generation

    stating = make_programme()
    site = stating.sites[0]
    hall = site.halls[0].model_copy(update={"floor": HallFloor()})
    stated = stating.with_sites((site.model_copy(update={"halls": (hall,)}),))
    wanted = Placement("end of row", "end of hall", 2)
    for programme, place in ((stating, None), (stated, None), (stating, site)):
        generation = programme.generations[0]
        design = design_generation(programme, generation, catalogue)
        assert setting_of(programme, generation, design, place, wanted).placement == wanted
        assert setting_of(programme, generation, design, place, Placement()).placement == Placement(
            "middle of row", "middle of hall", 1
        )


def test_switches_are_broken_out_as_far_as_they_can(programme, catalogue):
    generation = programme.generations[0]
    every = list(shapes(SearchSpace(), generation, catalogue))
    assert {each.switch for each in every} <= set(usable_switches(catalogue, generation))
    assert {each.radix for each in every if each.switch == "sn5600"} == {64, 128, 256}
    assert {each.planes for each in every if each.switch == ""} == {1}
    assert {each.planes for each in every if each.switch == "q3400"} == {1}
    assert not any(each.planes == 8 and each.tiers == 3 for each in every)
    named = list(shapes(SearchSpace(planes=(8,), tiers=(3,)), generation, catalogue))
    assert {each.planes for each in named} == {8}


@pytest.mark.parametrize(("nodes", "down", "stated", "racks"), [(18, 256, 8, 14), (18, 32, 8, 7), (16, 64, 8, 8)])
def test_the_racks_of_a_unit_fill_its_leafs(nodes, down, stated, racks):
    assert filling_racks(nodes, down, stated) == racks


def test_demands_follow_from_the_workloads(programme, catalogue):
    # 671e9 parameters of 2 B over a domain of 72; a job of 2,048 has 28 whole domains.
    reduce, to, back = workload_demands(programme, programme.generations[0], catalogue, 4608)
    assert (reduce.collective, reduce.group, reduce.per_domain, reduce.calls) == ("all_reduce", 28, True, 1.0)
    assert reduce.bytes == pytest.approx(2 * 682.6e9 / 72, rel=1e-3)  # with the layer that predicts a further token
    # 15,360 sequences of 4,096 tokens over 2,048 accelerators, 8 experts, hidden 7,168, 58 layers forward and backward.
    assert to.bytes == pytest.approx(15360 * 4096 / 2048 * 8 * 7168)
    assert back.bytes == pytest.approx(2 * to.bytes)
    # 256 experts need four domains of 72.
    assert to.group == back.group == 288
    assert to.calls == back.calls == 116.0


def test_workloads_that_stay_in_their_domain_ask_nothing(make_programme, catalogue):
    programme = make_programme(workloads=[{"id": "training", "training": {"accelerators": 72}}])
    (demand,) = workload_demands(programme, programme.generations[0], catalogue, 4608)
    assert (demand.collective, demand.bytes, demand.group) == ("all_reduce", 2.0**30, 4608)
    assert "no workload leaves" in demand.basis


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("all_reduce", "not a collective, a size"),
        ("all_redce 1 GiB", "no collective 'all_redce'"),
        ("all_reduce 1 GW", "GW"),
        ("all_reduce 1 GiB 99999", "2 to 4,608"),
        ("all_reduce 1 GiB ten", "no number of accelerators"),
    ],
)
def test_messages_that_are_none_are_told(message, words):
    with pytest.raises(GigaloopError, match=words):
        stated_demands([message], 4608)


def test_a_message_given_replaces_the_workloads(programme, catalogue):
    space = replace(SMALL_SPACE, switches=("q3400",), planes=(1,), media=("any",))
    found = search_fabrics(
        programme,
        programme.generations[0],
        catalogue,
        4608,
        space,
        messages=["all-reduce 1 GiB", "all_to_all 64 MiB 144"],
    )
    assert [each.collective for each in found.demands] == ["all_reduce", "all_to_all"]
    built = found.feasible
    np.testing.assert_allclose(found.time[built], found.times[built].sum(axis=1))


def test_choices_that_make_no_fabric_are_told(programme, catalogue):
    generation = programme.generations[0]
    with pytest.raises(UsageError, match="make no fabric"):
        search_fabrics(programme, generation, catalogue, 4608, SearchSpace(switches=("sn2201",)))
    with pytest.raises(UsageError, match="joins nothing"):
        search_fabrics(programme, generation, catalogue, 1)


def test_more_switches_down_leave_less(programme, catalogue):
    space = replace(SMALL_SPACE, switches=("sn5600",), tiers=(2,), planes=(4,), media=("any",))
    left = [
        search_fabrics(programme, programme.generations[0], catalogue, 4608, space, failures=count).bandwidth_left
        for count in (0, 1, 8)
    ]
    built = np.isfinite(left[0])
    assert built.any()
    assert (left[0][built] == 1.0).all()
    assert (left[1][built] < 1.0).all()
    assert (left[2][built] < left[1][built]).all()


def test_other_networks_beside_do_not_count(make_programme, catalogue):
    generation = copy.deepcopy(GIGABIT_800) | {
        "networks": [
            {"id": "storage", "purpose": "storage", "rails": 1, "link_rate": "200 Gb/s", "switch_radix": 64},
        ]
    }
    beside = make_programme(generation=generation)
    alone = make_programme(generation=GIGABIT_800)
    space = replace(SMALL_SPACE, switches=("q3400",), planes=(1,), media=("any",))
    first, second = (search_fabrics(each, each.generations[0], catalogue, 4608, space) for each in (beside, alone))
    np.testing.assert_array_equal(first.switches, second.switches)


def test_a_part_that_names_no_entry_is_not_the_price_of_another_switch(programme):
    own = programme.generations[0]
    parts = (
        NetworkPart(item="network rack", part="rack"),
        NetworkPart(item="switch", part="box"),
        NetworkPart(item="transceiver", part="module"),
        NetworkPart(item="switch", part="other-box", entry="sn5600"),
    )
    stated = own.model_copy(update={"scale_out": own.scale_out.model_copy(update={"parts": parts, "switch": "q3400"})})
    shape = stated_shape(stated)
    same = shape.generation(stated).scale_out.parts
    other = replace(shape, switch="sn5600").generation(stated).scale_out.parts
    assert same == parts
    assert [each.entry for each in other] == [None, "q3400", "q3400", "sn5600"]
    assert [each.part for each in other] == [each.part for each in parts]
