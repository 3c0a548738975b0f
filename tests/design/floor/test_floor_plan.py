"""Racks and switches on the floor of halls: everything has its own place, and no row more than it may."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError
from gigaloop.design import design_generation
from gigaloop.design.fabric import size_clos, size_dragonfly, size_slim_fly, size_torus
from gigaloop.design.floor import racks_held
from gigaloop.design.records.fabric import NetworkDesign
from gigaloop.design.records.floor import RACK_KINDS
from gigaloop.design.rules.network import RULES, NetworkDraft

COMPUTE, NETWORK, CDU, POWER = range(len(RACK_KINDS))
POLICIES = ["in rack", "middle of row", "end of row", "own rows"]
SIDECAR = {"power": {"bus": "800 VDC", "shelves": 7}, "footprint": "1.44 m2"}


def leafs(plan, plane=0):
    return plan.switch_rack["scale-out", plane, "leaf"]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("spines", ["middle of hall", "end of hall"])
@pytest.mark.parametrize("storeys", [1, 3])
@pytest.mark.parametrize("generation", [None, SIDECAR])
def test_no_two_racks_share_a_place(stand, h100, policy, spines, storeys, generation):
    fabric = h100(196, planes=2)
    plan = stand(fabric, generation=generation, leafs=policy, spines=spines, storeys=storeys)
    places = np.stack([plan.storey, plan.row, plan.position])
    points = np.stack([plan.storey, np.rint(plan.x * 1e3).astype(int), np.rint(plan.y * 1e3).astype(int)])
    assert len(np.unique(places, axis=1).T) == len(np.unique(points, axis=1).T) == plan.racks
    assert plan.unplaced == ()
    assert (plan.kind[: fabric.racks] == COMPUTE).all()
    assert np.count_nonzero(plan.kind == COMPUTE) == fabric.racks
    assert len(np.unique(plan.storey)) == storeys
    assert ((plan.left < plan.x) & (plan.x < plan.right)).all()
    assert plan.x.min() > 0.0
    assert plan.x.max() < plan.width
    assert plan.y.min() > 0.0
    assert plan.y.max() < plan.depth


@pytest.mark.parametrize("policy", POLICIES)
def test_every_switch_has_a_rack_and_no_other_stands_in_its_units(stand, h100, policy):
    fabric = h100(80, planes=2, units=2.0)
    plan = stand(fabric, leafs=policy, network_units="42 U", panel_units="6 U")
    filled = []
    for key, racks in plan.switch_rack.items():
        assert len(racks) == fabric.scale_out.plane.switches[key[2]]
        kind = COMPUTE if policy == "in rack" and key[2] == "leaf" else NETWORK
        assert (plan.kind[racks] == kind).all()
        units = plan.switch_unit[key]
        top = plan.rack_units if kind == COMPUTE else 36
        assert units.min() >= 1
        assert units.max() + 1 <= top
        filled += [(rack, level) for rack, unit in zip(racks, units, strict=True) for level in (unit, unit + 1)]
    assert len(set(filled)) == len(filled)


def test_a_unit_of_eight_racks_has_four_on_either_side_of_its_leafs(stand, h100):
    """Source: http://www.shke.com.cn/?p=7546: 32 H100 servers in 8 racks, four on either side of the leafs."""
    plan = stand(h100(8))
    assert len(np.unique(leafs(plan))) == 1
    assert plan.position[leafs(plan)[0]] == 4
    assert plan.position[:8].tolist() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert len(np.unique(plan.row[:9])) == 1


def test_racks_of_140_kw_stand_nine_to_a_row_of_1360_kw(stand, h100):
    """Source: https://glennklockwood.com/garden/systems/Fairwater: racks of 140 kW in rows of 1,360 kW."""
    plan = stand(h100(180, racks_per_su=18), rack_power=140e3, row_power="1360 kW", racks_per_row=30, leafs="own rows")
    per_row = np.bincount(plan.row[plan.kind == COMPUTE])
    assert per_row.max() == per_row[per_row > 0].min() == 9


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("limit", "column", "most"),
    [("row_power", "power", 1.4e6), ("row_flow", "flow", 1500 / 6e4), ("row_mass", "mass", 8e3)],
)
def test_no_row_takes_more_than_its_limit(stand, h100, policy, limit, column, most):
    unit = {"row_power": "1.4 MW", "row_flow": "1500 L/min", "row_mass": "8000 kg"}[limit]
    generation = SIDECAR if limit == "row_mass" else None
    plan = stand(h100(160), generation=generation, leafs=policy, **{limit: unit})
    by_row = np.bincount(plan.row, weights=getattr(plan, column))
    assert by_row.max() <= most * (1.0 + 1e-9)
    free = stand(h100(160), generation=generation, leafs=policy)
    assert np.bincount(free.row, weights=getattr(free, column)).max() > most


def test_rows_hold_no_more_than_their_positions_and_fill_from_the_left(stand, h100):
    plan = stand(h100(200), racks_per_row=14)
    count = np.bincount(plan.row)
    assert plan.position.max() == 13
    assert count.max() <= 14
    for row in range(len(count)):
        assert sorted(plan.position[plan.row == row]) == list(range(count[row]))


def test_a_unit_is_not_torn_where_little_of_a_row_stays_empty(stand, h100):
    """A unit takes ten positions: eight racks, its network rack and its coolant unit."""
    whole = stand(h100(80), racks_per_row=12)
    assert all(len(np.unique(whole.row[n : n + 8])) == 1 for n in range(0, 80, 8))
    dense = stand(h100(80), racks_per_row=18)
    assert any(len(np.unique(dense.row[n : n + 8])) > 1 for n in range(0, 80, 8))


def test_leafs_stand_with_the_racks_that_they_serve(stand, h100):
    fabric = h100(96)
    for policy in ("in rack", "middle of row", "end of row"):
        plan = stand(fabric, leafs=policy, racks_per_row=12)
        su = np.arange(fabric.scale_out.plane.switches["leaf"]) // 8
        assert (plan.row[leafs(plan)] == plan.row[su * 8]).all()
    assert (leafs(stand(fabric, leafs="in rack")) == np.arange(96)).all()


def test_network_racks_stand_at_the_end_of_the_row_before_coolant_units(stand, h100):
    plan = stand(h100(80), leafs="end of row")
    order = {COMPUTE: 0, NETWORK: 1, CDU: 2}
    for row in np.unique(plan.row[plan.kind == COMPUTE]):
        here = np.flatnonzero(plan.row == row)
        kinds = [order[kind] for kind in plan.kind[here[np.argsort(plan.position[here])]]]
        assert kinds == sorted(kinds)


def test_network_rows_stand_amid_the_rows_that_they_serve(stand, h100):
    plan = stand(h100(1600), leafs="own rows", racks_per_row=10)
    network = np.unique(plan.row[leafs(plan)])
    assert not set(network) & set(plan.row[plan.kind == COMPUTE])
    assert np.bincount(plan.row[plan.kind == NETWORK])[network].tolist() == [10] * 8 + [7]
    served = plan.y[np.arange(1600)]
    assert np.abs(plan.y[leafs(plan)] - served).max() < np.ptp(plan.y) / 4.0


def test_coolant_units_are_as_many_as_the_racks_ask(stand, h100):
    assert np.count_nonzero(stand(h100(80)).kind == CDU) == 10
    assert np.count_nonzero(stand(h100(80), generation={"cooling": {"racks_per_cdu": 3}}).kind == CDU) == 27
    assert not (stand(h100(80), generation={"cooling": {"liquid_fraction": "0 %"}}).kind == CDU).any()


def test_an_800_v_rack_has_its_power_rack_beside_it(stand, h100):
    plan = stand(h100(40), generation=SIDECAR)
    assert (plan.kind[40:80] == POWER).all()
    assert (plan.row[40:80] == plan.row[:40]).all()
    assert (plan.position[40:80] == plan.position[:40] + 1).all()
    assert not (stand(h100(40)).kind == POWER).any()


def test_leafs_that_find_no_room_in_the_racks_are_told(stand, h100):
    full = stand(h100(16), leafs="in rack", used=48.0)
    assert "1 U wanted in a rack, 0 U of 48 U free" in full.unplaced[0]
    assert (full.kind[leafs(full)] == NETWORK).all()
    weak = stand(h100(16), leafs="in rack", rack_power=140e3, halls=({"rack_power": "141 kW"},))
    assert "142.08 kW a rack with them, 141 kW at a position" in weak.unplaced[0]


def test_switches_that_no_network_rack_takes_are_told(stand, h100):
    assert stand(h100(16, units=4.0)).unplaced == ()
    told = stand(h100(16, units=44.0, power=50e3)).unplaced
    assert "44 U each, 42 U of a network rack free" in told[0]
    assert "50.576 kW each, 40 kW a network rack" in told[1]


def test_more_racks_than_the_halls_hold_says_how_many_fit(stand, h100):
    with pytest.raises(GigaloopError) as caught:
        stand(h100(96), halls=({"positions": 50}, {"power": "4 MW"}))
    assert (
        "96 racks of 'nvl72' with 6,912 accelerators are more than the halls of site 'campus' hold: 8"
        in caught.value.why
    )
    assert "hall-0 50 by its 50 positions" in caught.value.why
    assert "by its 4 MW of power" in caught.value.why
    assert "at most 10 scalable units (5,760 accelerators)" in caught.value.hint


def test_racks_that_a_site_holds_are_counted(make_programme, catalogue):
    programme = make_programme()
    (generation,), (site,) = programme.generations, programme.sites
    design = design_generation(programme, generation, catalogue)
    assert racks_held(generation, design, site) == 600
    assert racks_held(generation, replace(design, power=replace(design.power, design=139e3)), site) == 575
    assert racks_held(generation, replace(design, mass=9e3), site) == 0


def test_halls_that_refuse_the_rack_are_named_with_the_limit(stand, h100):
    weak = {"rack_power": "100 kW"}, {"rack_flow": "10 L/min"}, {"floor_load": "100 kg/m2"}, {"bus": ["800 VDC"]}
    with pytest.raises(GigaloopError) as caught:
        stand(h100(8), halls=weak)
    for reason in ("power of a rack", "coolant of a rack", "floor load", "no 54 VDC"):
        assert reason in caught.value.why
    assert stand(h100(8), halls=(*weak, {})).hall == ("hall-4",)


@pytest.mark.parametrize("limit", [{"row_power": "100 kW"}, {"row_flow": "10 L/min"}, {"row_mass": "100 kg"}])
def test_a_row_that_takes_no_rack_is_refused(stand, h100, limit):
    (name,) = limit
    with pytest.raises(GigaloopError, match=f"'{name}' of .* does not take one rack") as caught:
        stand(h100(8), **limit)
    assert f"state a '{name}' of at least" in caught.value.hint


def test_a_row_narrower_than_a_rack_is_refused(stand, h100):
    with pytest.raises(GigaloopError, match="a row of 1 position does not take a rack of 2"):
        stand(h100(8), generation=SIDECAR, racks_per_row=1)


def test_a_fabric_takes_as_few_halls_as_hold_it_in_whole_units(stand, h100):
    assert stand(h100(40), halls=({"positions": 20}, {"positions": 60})).hall == ("hall-1",)
    assert stand(h100(60), halls=({"positions": 61}, {"positions": 90})).hall == ("hall-0",)
    plan = stand(h100(80), halls=({"positions": 20}, {"positions": 44}, {"positions": 45}))
    assert plan.hall == ("hall-2", "hall-1")
    assert np.bincount(plan.hall_of[:80]).tolist() == [40, 40]
    assert "spans 2 halls, 40 m apart" in plan.notes[0]
    gap = plan.y[plan.hall_of == 1].min() - plan.y[plan.hall_of == 0].max()
    assert gap > 40.0
    spines = plan.hall_of[plan.switch_rack["scale-out", 0, "spine"]]
    assert np.bincount(spines).tolist() == [20, 20] if len(spines) == 40 else set(spines) == {0, 1}
    torn = stand(h100(64), halls=({"positions": 28}, {"positions": 36}))
    assert np.bincount(torn.hall_of[:64]).tolist() == [36, 28]


def test_power_of_racks_and_switches_is_held_against_that_of_their_hall(stand, h100, small):
    plan = stand(h100(8), rack_power=140e3, halls=({"power": "1.12 MW"},))
    unread: Any = None  # The rule looks at neither cables nor trays nor the bill.
    draft = NetworkDraft(small, small.generations[0], None, h100(8), plan, unread, unread, unread)
    rule = next(rule for rule in RULES if rule.id == "network.hall-power")
    (check,) = rule.check(draft)
    assert check.failed
    assert float(check.value) == pytest.approx(8 * 140e3 + 12 * (1500.0 + 64 * 9.0))
    assert float(check.limit) == pytest.approx(1.12e6)
    assert check.detail == "hall-0"
    assert not list(rule.check(replace(draft, floor=stand(h100(8), site=False))))


def test_a_floor_that_is_no_sites_follows_the_strictest_hall_of_the_programme(stand, h100):
    plan = stand(h100(400), site=False, halls=({"positions": 9},), racks_per_row=11, row_power="1 MW")
    assert plan.hall == ("hall",)
    assert plan.position.max() <= 10
    assert np.bincount(plan.row, weights=plan.power).max() <= 1e6
    assert np.count_nonzero(plan.kind == COMPUTE) == 400


def test_nodes_are_at_the_units_of_their_trays(stand, h100):
    plan = stand(h100(8, nodes_per_rack=18, gpus_per_node=4, rails=4))
    assert len(plan.node_unit) == 18
    assert (np.diff(plan.node_unit) >= 1).all()
    four = stand(h100(8)).node_unit
    assert len(four) == 4
    assert (np.diff(four) > 1).all()


@pytest.mark.parametrize("spines", ["middle of hall", "end of hall"])
def test_spines_stand_where_the_hall_says(stand, h100, spines):
    plan = stand(h100(1024), spines=spines)
    y = plan.y[plan.switch_rack["scale-out", 0, "spine"]]
    assert np.abs(y / plan.depth - (0.5 if spines == "middle of hall" else 1.0)).max() < 0.2


def alone(plan):
    """Say whether every rack has a place of its own, and every switch units of its own."""
    places = np.stack([plan.storey, plan.row, plan.position])
    of_each = [np.stack([racks, plan.switch_unit[key]]) for key, racks in plan.switch_rack.items()]
    seats = np.concatenate([np.empty((2, 0), dtype=int), *of_each], axis=1)
    return len(np.unique(places, axis=1).T) == plan.racks and len(np.unique(seats, axis=1).T) == len(seats.T)


@given(
    st.integers(1, 150),
    st.integers(1, 20),
    st.sampled_from(POLICIES),
    st.integers(1, 3),
    st.integers(2, 40),
    st.lists(st.integers(1, 99), min_size=1, max_size=3),
)
def test_any_fabric_stands_on_any_floor(stand, h100, racks, per_su, policy, storeys, per_row, halls):
    fabric = h100(racks, racks_per_su=per_su, radix=256)
    beside = size_clos(
        nodes=4 * racks, nodes_per_su=4 * per_su, sus=fabric.sus, rails=1, rate=1e9, radix=48, oversubscription=4.0
    )
    networks = (*fabric.networks, NetworkDesign("management", "out-of-band", beside, 1, None, 1.0))
    fabric = replace(fabric, networks=networks)
    room = [{"positions": share * racks // sum(halls) + 1} for share in halls]
    plan = stand(fabric, halls=room, leafs=policy, storeys=storeys, racks_per_row=per_row)
    assert alone(plan)
    assert np.count_nonzero(plan.kind == COMPUTE) == racks
    assert sum(map(len, plan.switch_rack.values())) == sum(network.switches for network in networks)
    assert any("power of switches of management is not known" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("size", "rails", "tier"), [(size_dragonfly, 1, "switch"), (size_slim_fly, 1, "switch"), (size_torus, 6, "ocs")]
)
def test_switches_of_any_topology_find_a_place(stand, h100, size, rails, tier):
    plane = size(nodes=256, rails=rails, rate=4e11, radix=128)
    fabric = replace(
        h100(64), networks=(NetworkDesign("scale-out", "scale-out", plane, 1, 1500.0, 1.0, optics_power=576.0),)
    )
    plan = stand(fabric)
    assert alone(plan)
    assert len(plan.switch_rack["scale-out", 0, tier]) == plane.switches[tier]


@pytest.mark.parametrize(("rails", "down"), [(1, 4), (8, 8), (4, 16)])
def test_leafs_in_racks_stand_in_those_of_their_nodes(stand, h100, rails, down):
    fabric = h100(16, rails=rails, radix=2 * down)
    plan = stand(fabric, leafs="in rack", rack_power=10e3, used=10)
    assert not plan.unplaced
    links = fabric.scale_out.plane.links("node-leaf")
    leaf_rack = plan.switch_rack["scale-out", 0, "leaf"]
    racks_of_leaf = -(-down // 4)
    assert np.abs(leaf_rack[links.b] - links.a // 4).max() < racks_of_leaf
