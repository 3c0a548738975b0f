import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError
from gigaloop.design import FabricCounts
from gigaloop.design.fabric import generation_fabric, most_racks, size_fabric

COUNTS = {"leafs", "spines", "cores", "switches", "node_leaf_links", "leaf_spine_links", "spine_core_links"}


def sized(row: dict[str, str]) -> FabricCounts:
    whole = {name: int(row[name]) for name in ("sus", "nodes_per_su", "nodes", "rails", "planes", "radix")}
    return size_fabric(**whole)


def test_published_fabrics_are_reproduced_exactly(oracle):
    rows = oracle("fabric_tables")
    assert len(rows) == 18
    for row in rows:
        fabric = sized(row)
        for name in sorted(COUNTS):
            if row[name] == "":
                continue
            found = getattr(fabric, name)
            if name.endswith("links"):
                found //= int(row["links_per_cable"])
            if name == "node_leaf_links":
                found += int(row["extra_node_leaf"])
            assert found == int(row[name]), f"{row['id']}: {name}"


def test_a_three_tier_fabric_of_64_ports_is_as_published_by_deepseek(oracle):
    fabric = sized(next(row for row in oracle("fabric_tables") if row["id"] == "deepseek-ft3"))
    assert fabric.endpoints == 64**3 // 4
    assert fabric.leaf_spine_links + fabric.spine_core_links == 131_072


def test_eight_planes_of_two_tiers_need_fewer_switches_and_optics_than_three_tiers():
    """OpenAI and Microsoft's MRC: 3/5 of the switches and 2/3 of the optics, arXiv 2605.04333 as reported by zubnet.ai.

    131,072 accelerators of 800 Gb/s: eight planes of 100 Gb/s on 512 ports, or 64 ports of 800 Gb/s in three tiers,
    as two fabrics of the 65,536 endpoints that these reach.
    """
    planes = size_fabric(sus=512, nodes_per_su=256, rails=1, planes=8, radix=512)
    tree = size_fabric(sus=2048, nodes_per_su=32, rails=1, planes=1, radix=64)
    assert (planes.tiers, tree.tiers) == (2, 3)
    assert planes.endpoints == 8 * 131_072
    assert planes.switches / (2 * tree.switches) == pytest.approx(3 / 5)
    assert (planes.links / 8) / (2 * tree.links) == pytest.approx(2 / 3)


sizes = st.fixed_dictionaries(
    {
        "sus": st.integers(1, 40),
        "nodes_per_su": st.integers(1, 80),
        "rails": st.integers(1, 8),
        "planes": st.integers(1, 4),
        "radix": st.integers(4, 72).map(lambda half: 2 * half),
    }
)


def possible(size: dict[str, int]) -> FabricCounts | None:
    try:
        return size_fabric(**size)
    except GigaloopError:
        return None


@given(size=sizes)
def test_every_port_has_room_and_no_tier_is_oversubscribed(size):
    fabric = possible(size)
    if fabric is None:
        return
    down = size["radix"] // 2
    assert fabric.node_leaf_links == fabric.endpoints <= fabric.leafs * down
    assert fabric.leaf_spine_links in (0, fabric.leafs * down)
    per_plane_spines = fabric.spines // size["planes"]
    if fabric.tiers == 2:
        assert fabric.leaf_spine_links <= fabric.spines * size["radix"]
        assert down % per_plane_spines == 0
        assert fabric.cores == 0
    if fabric.tiers == 3:
        assert fabric.spines == fabric.leafs
        assert fabric.spine_core_links == fabric.spines * down <= fabric.cores * size["radix"]


@given(size=sizes)
def test_planes_multiply_everything(size):
    fabric, single = possible(size), possible(size | {"planes": 1})
    if fabric is None or single is None:
        assert fabric is single is None
        return
    for name in COUNTS | {"endpoints"}:
        assert getattr(fabric, name) == size["planes"] * getattr(single, name)


@given(size=sizes)
def test_more_units_never_need_fewer_leafs_or_links(size):
    fabric, larger = possible(size), possible(size | {"sus": size["sus"] + 1})
    if fabric is not None and larger is not None:
        assert larger.leafs > fabric.leafs
        assert larger.links > fabric.links


def test_one_leaf_needs_no_spine():
    fabric = size_fabric(sus=1, nodes_per_su=16, rails=1, planes=1, radix=64)
    assert (fabric.tiers, fabric.leafs, fabric.spines, fabric.leaf_spine_links) == (1, 1, 0, 0)


def test_power_is_that_of_switches_and_both_ends_of_links():
    fabric = size_fabric(
        sus=2, nodes_per_su=32, rails=8, planes=1, radix=64, switch_power=1500.0, transceiver_power=9.0
    )
    assert fabric.switch_power == 24 * 1500.0
    assert fabric.optics_power == 2 * 1024 * 9.0
    assert fabric.power == fabric.switch_power + fabric.optics_power
    assert fabric.transceivers == 2048
    assert size_fabric(sus=2, nodes_per_su=32, rails=8, planes=1, radix=64, switch_power=1.0).power is None


def test_a_generation_s_fabric_counts_its_racks(small):
    generation = small.generations[0]
    unit = generation_fabric(generation)
    assert (unit.sus, unit.nodes, unit.leafs, unit.node_leaf_links) == (1, 144, 20, 576)
    many = generation_fabric(generation, 100)
    assert (many.sus, many.nodes, many.endpoints) == (13, 1800, 7200)


def test_the_most_racks_are_those_that_still_fit(small):
    generation = small.generations[0]
    most = most_racks(generation)
    assert generation_fabric(generation, most).tiers == 3
    with pytest.raises(GigaloopError, match="more than three tiers"):
        generation_fabric(generation, most + 1)


@pytest.mark.parametrize("change", [{"radix": 63}, {"radix": 0}, {"rails": 0}, {"sus": 0}, {"planes": 0}])
def test_a_fabric_that_cannot_be_is_refused(change):
    with pytest.raises(GigaloopError):
        size_fabric(**{"sus": 1, "nodes_per_su": 32, "rails": 8, "planes": 1, "radix": 64} | change)


def test_too_many_endpoints_say_what_would_fit():
    with pytest.raises(GigaloopError, match="larger radix") as caught:
        size_fabric(sus=4096, nodes_per_su=32, rails=8, planes=1, radix=64)
    assert "16 times as many planes" in str(caught.value)
    assert math.ceil(4096 * 32 * 8 / (64**3 / 4)) == 16
