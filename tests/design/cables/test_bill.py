"""The bill of materials of a fabric: counts by end, power, prices that are known, and totals that reconcile."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.design.cables import bill_of
from gigaloop.design.records import FabricItemLine

OPTICS = {"media": ["osfp-800g-dr8", "osfp-800g-dr8-500m", "osfp-400g-dr4", "fibre-smf-mpo12"]}
"""Fibre everywhere."""
PRICES = """
  osfp-800g-dr8-500m:
    source: quote
    price: 2000 USD (2026)
  osfp-800g-dr8:
    source: quote
    price: {value: 1000 USD (2026), low: 700 USD (2026), high: 1600 USD (2026)}
  osfp-400g-dr4:
    source: quote
    price: 500 USD (2026)
  fibre-smf-mpo12:
    source: quote
    price_per_metre: 2 USD/m (2026)
  dac-800g-split:
    source: quote
    price: 150 USD (2026)
"""


def test_switches_are_counted_by_tier_and_draw_their_power(cabled):
    built = cabled(4, switch_power="1500 W")
    switches = {line.where: line for line in built.lines("switch")}
    assert {tier: line.quantity for tier, line in switches.items()} == dict(built.fabric.scale_out.plane.switches)
    assert all(line.power == 1500.0 * line.quantity for line in switches.values())
    assert all(line.catalogue == "qm9700" for line in switches.values())


def test_modules_at_switches_carry_two_links_and_those_in_nodes_one(cabled):
    built = cabled(4, **OPTICS)
    links = built.fabric.scale_out.plane.link_counts
    assert built.count("transceiver", "node-leaf", at_node=True) == links["node-leaf"]
    assert built.count("transceiver", "node-leaf") == links["node-leaf"] / 2
    assert built.count("transceiver", "leaf-spine") == 2 * links["leaf-spine"] / 2
    assert built.count("fibre cord") == sum(links.values()), "a cord for each link, whatever a module carries"


def test_a_quantum_2_switch_in_full_holds_32_modules_of_17_w(cabled):
    """QM9700: 32 twin-port OSFP cages, class 8; MMS4X00-NS draws 17 W in every configuration (NVIDIA)."""
    built = cabled(4, tiers=2, nodes_per_rack=16, media=["osfp-800g-dr8", "osfp-400g-dr4"])
    spines = built.fabric.scale_out.plane.switches["spine"]
    at_spines = built.count("transceiver", "leaf-spine") / 2
    links = built.fabric.scale_out.plane.link_counts["leaf-spine"]
    assert links == 64 * spines, "every port of every spine is taken"
    assert at_spines / spines == 32
    (line,) = built.lines("transceiver", "leaf-spine")
    assert line.power / 2 / spines == 32 * 17.0 == 544.0


def test_power_of_the_network_is_that_of_its_lines_and_nodes_are_told_apart(cabled):
    built = cabled(4, switch_power="1500 W")
    bill = built.bill
    assert bill.power == pytest.approx(math.fsum(line.power for line in bill.lines if not line.at_node))
    assert bill.node_power == pytest.approx(math.fsum(line.power for line in bill.lines if line.at_node))
    assert bill.node_power > 0
    assert bill.unpowered == ()


def test_a_switch_without_a_known_power_leaves_the_total_unknown_and_is_named(cabled):
    built = cabled(1, switch="q3450", link_rate="800 Gb/s")
    assert built.bill.power is None
    assert built.bill.node_power is not None
    assert any("Q3450" in name for name in built.bill.unpowered)


def test_nothing_is_priced_that_nobody_has_priced(cabled):
    bill = cabled(1, switch="q3400", link_rate="800 Gb/s").bill
    assert bill.cost == (0.0, 0.0, 0.0)
    assert len(bill.unpriced) == len(bill.lines)


def test_prices_of_the_catalogue_keep_their_range(cabled, own_catalogue):
    built = cabled(4, using=own_catalogue(interconnect=PRICES), **OPTICS)
    (modules,) = built.lines("transceiver", "node-leaf")
    assert modules.cost == pytest.approx(tuple(modules.quantity * each for each in (700.0, 1000.0, 1600.0)))
    cords = built.lines("fibre cord")
    assert all(line.cost[1] == pytest.approx(2.0 * line.length) for line in cords)
    nodes = built.lines("transceiver", at_node=True)
    assert built.bill.node_cost[1] == pytest.approx(500.0 * sum(line.quantity for line in nodes))
    total = math.fsum(line.cost[1] for line in built.bill.lines if line.cost and not line.at_node)
    assert built.bill.cost[1] == pytest.approx(total)
    assert not any("transceiver" in name.lower() for name in built.bill.unpriced)


def test_a_cable_of_two_tails_is_one_piece_with_one_price(cabled, own_catalogue):
    built = cabled(1, using=own_catalogue(interconnect=PRICES))
    copper = [line for line in built.lines("copper cable") if line.catalogue == "dac-800g-split"]
    split = [index for index, each in enumerate(built.schedule.media) if each.id == "dac-800g-split"]
    links = sum(int((built.schedule.medium == index).sum()) for index in split)
    assert 2 * sum(line.quantity for line in copper) == links > 0
    assert math.fsum(line.cost[1] for line in copper) == pytest.approx(150.0 * links / 2)
    assert math.fsum(line.power for line in copper) == pytest.approx(0.1 * (links / 2 + links))


def test_each_of_the_two_cords_of_a_link_is_priced_once(cabled, own_catalogue):
    media = ["osfp-800g-dr8", "osfp-800g-dr8-single"]
    built = cabled(1, using=own_catalogue(interconnect=PRICES), switch="sn5600", link_rate="800 Gb/s", media=media)
    cords = built.lines("fibre cord", "leaf-spine")
    assert sum(line.quantity for line in cords) == 2 * built.fabric.scale_out.link_counts["leaf-spine"]
    assert all(line.cost[1] == pytest.approx(2.0 * line.length) for line in cords)


def test_tails_of_a_splitter_draw_what_is_stated_of_them(cabled):
    """1.5 W at the head and 0.3 W at each tail: NVIDIA, MCA7J70 specifications."""
    built = cabled(1, switch="sn5600", link_rate="200 Gb/s", media=["acc-800g-split", "osfp-800g-sr8", "osfp-400g-sr4"])
    copper = [line for line in built.lines("copper cable") if line.catalogue == "acc-800g-split"]
    split = [index for index, each in enumerate(built.schedule.media) if each.id == "acc-800g-split"]
    tails = int(np.isin(built.schedule.medium, split).sum())
    cables = sum(line.quantity for line in copper)
    assert cables > 0
    assert math.fsum(line.power for line in copper) == pytest.approx(1.5 * cables + 0.3 * tails)


def parts_of(*pairs):
    return [{"item": item, "part": part} for item, part in pairs]


def test_the_part_of_a_programme_sets_the_price_before_the_catalogue(cabled, own_catalogue):
    """The small programme sells a network card for 1 kUSD: here it stands for the module."""
    known = own_catalogue(interconnect=PRICES)
    built = cabled(4, using=known, **OPTICS, parts=parts_of(("transceiver", "nic")))
    assert built.lines("transceiver")
    for line in built.lines("transceiver"):
        assert line.part == "nic"
        assert line.cost == pytest.approx((1000.0 * line.quantity,) * 3)
    assert all(line.part == "" for line in built.lines("transceiver", at_node=True)), "those belong to the racks"


def test_a_network_rack_is_priced_without_the_switches_that_have_lines_of_their_own(cabled):
    """A tray of two chips of 2 kUSD each, bought at 20 kUSD; the board of two accelerators is made of them."""
    apart = cabled(1, parts=parts_of(("network rack", "board"), ("switch", "gpu")))
    (racks,) = apart.lines("network rack")
    made = 5_000.0 + 100.0 / 0.98
    assert racks.cost == pytest.approx((made * racks.quantity,) * 3), "a processor and the work, no accelerators"
    whole = cabled(1, parts=parts_of(("network rack", "board")))
    assert whole.lines("network rack")[0].cost == pytest.approx(((made + 70_000.0) * racks.quantity,) * 3)


def test_a_part_that_is_bought_whole_covers_its_components(cabled):
    built = cabled(1, parts=parts_of(("switch", "switch-tray")))
    assert all(line.cost == pytest.approx((20_000.0 * line.quantity,) * 3) for line in built.lines("switch"))


def test_a_part_with_a_component_that_nobody_priced_has_no_price(cabled):
    unpriced = {"programme": {"parts": [{"id": "nic", "cost": None}]}, "parts": parts_of(("switch", "tray"))}
    built = cabled(1, switch="sn5600", **unpriced)
    assert all(line.part == "tray" and line.cost is None for line in built.lines("switch"))
    assert any(name.startswith("scale-out, leaf") for name in built.bill.unpriced)
    known = cabled(1, switch="qm9700", **unpriced)
    assert all(line.cost[1] == 40_000.0 * line.quantity for line in known.lines("switch")), "the catalogue's"


def test_networks_beside_share_a_part_only_where_they_use_the_same_thing(cabled):
    beside = [
        {"id": "storage", "purpose": "storage", "rails": 2, "link_rate": "400 Gb/s", "switch": "qm9700"},
        {"id": "oob", "purpose": "out-of-band", "rails": 1, "link_rate": "1 Gb/s", "switch": "sn2201"},
    ]
    built = cabled(1, generation={"networks": beside}, parts=parts_of(("switch", "nic")))
    assert {(line.network, line.part) for line in built.lines("switch")} == {
        ("scale-out", "nic"),
        ("storage", "nic"),
        ("oob", ""),
    }


amounts = st.none() | st.floats(0.0, 1e9)
bills = st.lists(
    st.builds(
        lambda power, cost, at_node: FabricItemLine(
            "switch",
            "S",
            "",
            "",
            "n",
            "leaf",
            1.0,
            "switches",
            None,
            power,
            None if cost is None else (cost, cost, cost),
            (),
            at_node,
        ),
        amounts,
        amounts,
        st.booleans(),
    ),
    max_size=8,
).map(tuple)


@settings(max_examples=80, deadline=None)
@given(bills)
def test_totals_are_those_of_the_lines(lines):
    bill = bill_of(lines)
    for at_node, cost, power in ((False, bill.cost, bill.power), (True, bill.node_cost, bill.node_power)):
        side = [line for line in lines if line.at_node == at_node]
        assert cost[1] == pytest.approx(math.fsum(line.cost[1] for line in side if line.cost))
        if all(line.power is not None for line in side):
            assert power == pytest.approx(math.fsum(line.power for line in side))
        else:
            assert power is None
    assert len(bill.unpriced) == sum(line.cost is None for line in lines)
    assert len(bill.unpowered) == sum(line.power is None for line in lines)


@pytest.mark.parametrize("cabling", ["direct", "structured"])
def test_lengths_of_cords_add_up_to_what_the_schedule_orders(cabled, cabling):
    built = cabled(4, cabling=cabling, **OPTICS)
    schedule = built.schedule
    cords = [line for line in built.lines("fibre cord") if line.where != "patch panels"]
    trunks = built.lines("fibre trunk")
    direct = math.fsum(line.length for line in cords)
    if cabling == "direct":
        assert not trunks
        assert direct == pytest.approx(float(schedule.stock.sum(dtype=float)))
    else:
        assert trunks
        bundled = 12 * sum(line.quantity for line in trunks)
        assert bundled + sum(line.quantity for line in cords) == len(schedule)
        assert direct < float(schedule.stock.sum(dtype=float))


TOPOLOGIES = [{"topology": "clos"}, {"topology": "dragonfly"}, {"topology": "slim fly"}]


@pytest.mark.parametrize("topology", TOPOLOGIES, ids=lambda each: each["topology"])
@pytest.mark.parametrize("planes", [1, 2])
def test_every_link_is_counted_once_and_no_switch_holds_more_modules_than_cages(cabled, topology, planes):
    built = cabled(2, planes=planes, **topology, **OPTICS)
    network, schedule = built.fabric.scale_out, built.schedule
    assert not len(schedule.unreached)
    assert built.count("fibre cord") == len(schedule) == network.links
    assert built.count("transceiver", at_node=True) == planes * network.plane.endpoints
    ends = 2 * len(schedule) - planes * network.plane.endpoints
    at_switches = built.count("transceiver")
    assert ends / 2 <= at_switches <= 32 * network.switches
    cages: dict[tuple[int, str], set[tuple[int, int]]] = {}
    for plane_code, (kind_a, kind_b) in enumerate(schedule.ends):
        rows = np.flatnonzero(schedule.layer == plane_code)
        plane = schedule.layers[plane_code][1]
        for kind, device, port in ((kind_a, schedule.a, schedule.a_port), (kind_b, schedule.b, schedule.b_port)):
            if kind != "node":
                pairs = zip(device[rows].tolist(), (port[rows] // 2).tolist(), strict=True)
                cages.setdefault((plane, kind), set()).update(pairs)
    assert at_switches == sum(map(len, cages.values()))


def test_cubes_of_a_torus_are_joined_over_passive_circuit_switches_that_hold_no_modules(cabled):
    """Of 4 x 4 x 4 chips with 96 links over 48 circuit switches (Google, TPU v4)."""
    built = cabled(1, topology="torus", rails=6, nodes_per_rack=16, **OPTICS)
    plane = built.fabric.scale_out.plane
    assert dict(plane.switches) == {"ocs": 48}
    assert dict(plane.link_counts) == {"node-node": 2 * 144, "node-ocs": 2 * 96}
    assert not len(built.schedule.unreached)
    assert built.count("transceiver") == 0, "no modules at the circuit switches"
    assert built.count("transceiver", "node-node", at_node=True) == 2 * 2 * 144
    assert built.count("transceiver", "node-ocs", at_node=True) == 2 * 96
    assert built.count("fibre cord") == len(built.schedule) == 2 * (144 + 96)
