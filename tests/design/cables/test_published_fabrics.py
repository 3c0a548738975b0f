"""Bills beside what was published: optics and switches of planes, costs per endpoint, transceivers per accelerator."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import nnls

from gigaloop.design.fabric import Dragonfly, SlimFly, size_clos
from gigaloop.design.records import Plane

RACKS = {"accelerators_per_rack": 64, "racks_per_su": 16}
OPTICS = {"media": ["osfp-800g-dr8", "osfp-800g-dr8-500m", "osfp-800g-dr8-single"]}


def test_eight_planes_take_three_fifths_of_the_switches_and_two_thirds_of_the_optics_of_three_tiers(cabled):
    """OpenAI and Microsoft's MRC as reported by zubnet.ai of arXiv 2605.04333; 65,536 accelerators at 800G each."""
    network = {"nodes_per_rack": 16} | OPTICS
    three = cabled(64, generation=RACKS, link_rate="800 Gb/s", switch="sn5600", **network)
    broken_out = {"link_rate": "100 Gb/s", "port_rate": "800 Gb/s", "planes": 8, "switch_radix": 512}
    eight = cabled(64, generation=RACKS, **broken_out, **network)
    assert three.fabric.accelerators == eight.fabric.accelerators == 65_536
    assert (three.count("switch"), eight.count("switch")) == (5_120, 3_072)
    assert 5 * eight.count("switch") == 3 * three.count("switch")
    optics = [each.count("transceiver") + each.count("transceiver", at_node=True) for each in (three, eight)]
    assert optics == [6 * 65_536, 4 * 65_536]
    assert 3 * optics[1] == 2 * optics[0]


def test_five_transceivers_per_accelerator_are_those_in_switches_of_three_tiers(cabled):
    """NVIDIA: about 655,000 discrete transceivers at "128k" GPUs, as kfyze.com quotes its blog on co-packaged optics.

    131,072 accelerators with single-port modules have 5 ends of links in switches each: 655,360. Co-packaged optics
    take the place of just these; those in nodes stay. The 5.12 per GPU of the reports come of dividing by 128,000.
    """
    built = cabled(
        128,
        generation=RACKS,
        nodes_per_rack=16,
        switch_radix=128,
        switch=None,
        link_rate="800 Gb/s",
        media=["osfp-800g-dr4"],
    )
    assert built.fabric.accelerators == 131_072
    assert built.count("transceiver") == 655_360
    assert built.count("transceiver", at_node=True) == 131_072
    assert built.count("transceiver") == pytest.approx(655_000, rel=1e-3)


NDR: dict[str, Any] = {"rails": 1, "rate": 400e9, "radix": 64}
DEEPSEEK: dict[str, tuple[Plane, int, int, float]] = {
    "MPFT": (size_clos(nodes=2_048, nodes_per_su=32, **NDR), 8, 16_384, 72.0),
    "FT3": (size_clos(nodes=65_536, nodes_per_su=32, **NDR), 1, 65_536, 491.0),
    "Slim Fly": (SlimFly(nodes=32_928, q=28, p=21, **NDR), 1, 32_928, 146.0),
    "Dragonfly": (Dragonfly(nodes=261_632, p=16, a=32, h=16, g=511, **NDR), 1, 261_632, 1_522.0),
}
"""Plane, planes, endpoints and cost [MUSD]: DeepSeek, arXiv 2505.09343, table 3 (that of Slim Fly recalled)."""
SWITCH = 0.040
"""Price of a switch that the table implies [MUSD]; the three prices cannot be told apart by it, so one is held."""


def quantities(name):
    """Give switches, links between switches, and links of hosts."""
    plane, planes, endpoints, _ = DEEPSEEK[name]
    links = dict(plane.link_counts)
    hosts = links.pop(next(iter(links)))
    assert planes * hosts == endpoints
    return planes * sum(plane.switches.values()), planes * sum(links.values()), endpoints


@pytest.mark.parametrize("held_out", DEEPSEEK)
def test_costs_of_deepseeks_table_agree_with_each_other_at_implied_prices(held_out):
    """A consistency check alone: prices are fitted to the other rows, and the row left out comes within 3 %."""
    rows = [name for name in DEEPSEEK if name != held_out]
    counts = np.array([quantities(name) for name in rows], dtype=float)
    cost = np.array([DEEPSEEK[name][3] for name in rows])
    weights = 1.0 / cost
    prices, _ = nnls(counts[:, 1:] * weights[:, None], (cost - SWITCH * counts[:, 0]) * weights)
    switches, between, hosts = quantities(held_out)
    found = SWITCH * switches + prices @ [between, hosts]
    assert found == pytest.approx(DEEPSEEK[held_out][3], rel=0.03)
    assert np.all(prices > 0)


IMPLIED = {
    "switch": "  qm9700:\n    source: quote\n    price: 40 kUSD (2026)\n",
    "interconnect": """
  host-cable:
    name: Cable from a switch to two hosts
    source: quote
    form: cable
    medium: active optical
    rate: 800 Gb/s
    ports: 2
    tails: 2
    reach: 100 m
    price: 1.34 kUSD (2026)
  osfp-800g-dr8-500m:
    source: quote
    price: 1.85 kUSD (2026)
""",
}
"""Prices that DeepSeek's table implies: 40 kUSD a switch, 1.85 kUSD a link between switches, 0.67 kUSD to a host."""


@pytest.mark.parametrize(("sus", "thousands"), [(4, 72.0e3 / 16_384), (128, 491.0e3 / 65_536)])
def test_cost_per_endpoint_of_a_bill_is_that_of_the_table_at_implied_prices(cabled, own_catalogue, sus, thousands):
    """4.39 kUSD per endpoint of two tiers and 7.5 of three (DeepSeek, arXiv 2505.09343, table 3)."""
    built = cabled(
        sus,
        using=own_catalogue(**IMPLIED),
        generation={"accelerators_per_rack": 64},
        nodes_per_rack=16,
        media=["host-cable", "osfp-800g-dr8-500m"],
    )
    endpoints = built.fabric.scale_out.plane.endpoints
    assert endpoints == 512 * sus
    assert built.bill.node_cost == (0.0, 0.0, 0.0), "both ends of a cable are one piece"
    assert built.bill.cost[1] / endpoints / 1e3 == pytest.approx(thousands, rel=0.01)
