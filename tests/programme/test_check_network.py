"""Networks of a generation: what cannot be is told with its place and a hint."""

import pytest
import yaml

from gigaloop.programme.loader import load_programme

PRODUCT = "product.yaml"
LINE = "    scale_out: {nodes_per_rack: 18, rails: 4, link_rate: 800 Gb/s, switch_radix: 144,"

NODES = {"nodes_per_rack": 18, "rails": 4}

CASES = {
    "no switch and no ports": ("link_rate: 800 Gb/s,", "scale_out", "neither its switch nor", "'switch_radix'"),
    "one port": ("link_rate: 800 Gb/s, switch_radix: 1,", "scale_out.switch_radix", "joins nothing", "at least 2"),
    "all ports reserved": (
        "link_rate: 800 Gb/s, switch_radix: 144, reserved_ports: 144,",
        "scale_out.reserved_ports",
        "leave none of the 144",
        "fewer than 144",
    ),
    "links of no rate": (
        "link_rate: 0 Gb/s, switch_radix: 144,",
        "scale_out.link_rate",
        "carry nothing",
        "give a rate",
    ),
    "ports slower than their links": (
        "link_rate: 800 Gb/s, switch_radix: 144, port_rate: 400 Gb/s,",
        "scale_out.port_rate",
        "not broken out into links of 800 Gb/s",
        "800 Gb/s times a whole number",
    ),
    "ports that do not split": (
        "link_rate: 400 Gb/s, switch_radix: 144, port_rate: 1000 Gb/s,",
        "scale_out.port_rate",
        "not broken out into links of 400 Gb/s",
        "400 Gb/s times a whole number",
    ),
    "slow uplinks": (
        "link_rate: 800 Gb/s, switch_radix: 144, uplink_rate: 400 Gb/s,",
        "scale_out.uplink_rate",
        "slower than the links of nodes",
        "800 Gb/s or more",
    ),
    "tiers without a Clos": (
        "link_rate: 800 Gb/s, switch_radix: 144, topology: dragonfly, tiers: 3,",
        "scale_out.tiers",
        "a dragonfly has no tiers",
        "topology: clos",
    ),
    "a torus of four ports": (
        "link_rate: 800 Gb/s, switch_radix: 144, topology: torus,",
        "scale_out.rails",
        "has 6 ports, not 4",
        "6 rails",
    ),
    "half a rail": (
        "link_rate: 800 Gb/s, switch_radix: 144, rails: 1.5,",
        "scale_out.rails",
        "must be a whole number",
        "e.g.",
    ),
    "half a plane": (
        "link_rate: 800 Gb/s, switch_radix: 144, planes: 2.5,",
        "scale_out.planes",
        "must be a whole number",
        "e.g.",
    ),
    "no rails": ("link_rate: 800 Gb/s, switch_radix: 144, rails: 0,", "scale_out.rails", "must be more than 0", "e.g."),
    "nodes that accelerators do not fill": (
        "link_rate: 800 Gb/s, switch_radix: 144, nodes_per_rack: 17,",
        "scale_out.nodes_per_rack",
        "72 accelerators of a rack do not share out evenly over 17 nodes",
        "divides 72, such as 18",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_is_told(broken, case):
    written, path, why, hint = CASES[case]
    stated = "".join(f"{key}: {value}, " for key, value in NODES.items() if f"{key}:" not in written)
    broken.replace(PRODUCT, LINE, f"    scale_out: {{{stated}{written}")
    problem = broken.problem
    assert problem.path == f"generations.vr200-nvl72.{path}" or problem.path.endswith(path)
    assert why in problem.why
    assert hint in problem.hint
    assert problem.where is not None


def test_a_network_beside_is_held_to_the_same(broken):
    beside = "    networks: [{id: oob, purpose: out-of-band, rails: 1, link_rate: 1 Gb/s}]\n"
    broken.replace(PRODUCT, LINE, f"{beside}{LINE}")
    assert broken.problem.path.endswith("networks.oob")
    assert "neither its switch nor" in broken.problem.why


def test_a_network_beside_has_a_name_of_its_own(broken):
    beside = "    networks: [{id: scale-out, purpose: storage, rails: 1, link_rate: 1 Gb/s, switch_radix: 48}]\n"
    broken.replace(PRODUCT, LINE, f"{beside}{LINE}")
    assert broken.problem.path.endswith("networks.scale-out")
    assert "another id" in broken.problem.hint


def test_an_item_of_the_fabric_is_one_part(broken):
    stated = "nodes_per_rack: 18, rails: 4, link_rate: 800 Gb/s, switch_radix: 144"
    twice = "parts: [{item: switch, part: PART}, {item: switch, part: PART}],"
    text = (broken.folder / PRODUCT).read_text(encoding="utf-8")
    part = yaml.safe_load(text)["parts"][0]["id"]
    broken.replace(PRODUCT, LINE, f"    scale_out: {{{stated}, {twice.replace('PART', part)}")
    assert broken.problem.path.endswith(f"scale_out.parts.{part}#2.item")
    assert f"the switch is the part '{part}' already" in broken.problem.why
    assert "'entry'" in broken.problem.hint


def test_networks_that_can_be_load(folder, catalogue):
    path = folder / PRODUCT
    beside = (
        "    networks: [{id: storage, purpose: storage, rails: 2, link_rate: 400 Gb/s, switch: sn5600, "
        "oversubscription: 3}]\n"
    )
    path.write_text(path.read_text(encoding="utf-8").replace(LINE, beside + LINE, 1), encoding="utf-8")
    (network,) = next(each.networks for each in load_programme(folder, catalogue).generations if each.networks)
    assert float(network.oversubscription) == 3.0


@pytest.mark.parametrize(("written", "read"), [("2:1", 2.0), ("1.5 : 1", 1.5)])
def test_oversubscription_is_read_as_it_is_spoken_of(folder, catalogue, written, read):
    path = folder / PRODUCT
    stated = LINE.replace("rails: 4,", f"rails: 4, oversubscription: '{written}',")
    path.write_text(path.read_text(encoding="utf-8").replace(LINE, stated, 1), encoding="utf-8")
    generations = load_programme(folder, catalogue).generations
    assert read in {float(each.scale_out.oversubscription) for each in generations}
