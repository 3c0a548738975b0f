"""Lengths of cables: a metric over the trays, shorter from side to side, and as halls are laid out for them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design.floor import run_length
from gigaloop.design.floor.route import MANAGER, Routes
from gigaloop.design.supply import RACK_UNIT
from gigaloop.programme.schema.floor import Tray

TRAY = Tray()
BARE = Tray.model_validate({"slack": "0 %", "extra": "0 m"})
TIGHT = 1e-3
"""Rounding of single precision over a few hundred metres [m]."""
pick = st.integers(0, 2**31 - 1)


@pytest.fixture(scope="module")
def floors(stand, h100):
    two = ({"positions": 300}, {"positions": 300})
    return (
        stand(h100(500)),
        stand(h100(500), storeys=2, leafs="own rows"),
        stand(h100(500), halls=two, storeys=2),
        stand(h100(24), generation={"power": {"bus": "800 VDC", "shelves": 7}, "footprint": "1.44 m2"}),
    )


def ends(floor, *numbers):
    racks = np.array([number % floor.racks for number in numbers], dtype=np.int32)
    units = np.array([number // floor.racks % floor.rack_units + 1 for number in numbers], dtype=np.int32)
    return racks, units


def length(floor, a, b, tray=BARE):
    (racks, units) = ends(floor, a, b)
    return float(run_length(floor, tray, racks[:1], units[:1], racks[1:], units[1:])[0])


@given(pick, pick, pick)
def test_a_cable_is_as_long_from_either_end(floors, which, a, b):
    floor = floors[which % len(floors)]
    assert length(floor, a, b, TRAY) == length(floor, b, a, TRAY)


@given(pick, pick, pick)
def test_a_cable_is_no_shorter_than_the_straight_line(floors, which, a, b):
    floor = floors[which % len(floors)]
    racks, units = ends(floor, a, b)
    height = units * RACK_UNIT + floor.storey[racks] * floor.storey_height
    apart = np.array([np.diff(floor.x[racks]), np.diff(floor.y[racks]), np.diff(height)])
    assert length(floor, a, b) >= np.sqrt((apart**2).sum()) - TIGHT


@given(pick, pick, pick, pick)
def test_no_detour_over_a_third_rack_is_shorter(floors, which, a, b, c):
    floor = floors[which % 2]
    routes = Routes(floor)
    (one, two, three), _ = ends(floor, a, b, c)
    way = [routes.run(np.array([p]), np.array([q]))[0] for p, q in ((one, two), (two, three), (one, three))]
    assert way[2] <= way[0] + way[1] + TIGHT


@given(pick, pick, pick)
def test_slack_and_extra_come_on_top(floors, which, a, b):
    floor = floors[which % len(floors)]
    assert length(floor, a, b, TRAY) == pytest.approx(1.05 * length(floor, a, b) + 0.5, abs=TIGHT)


@given(pick, st.integers(1, 48), st.integers(1, 48))
def test_a_cable_of_one_rack_stays_in_it(floors, rack, low, high):
    floor = floors[0]
    one = np.array([rack % floor.racks], dtype=np.int32)
    found = run_length(floor, BARE, one, np.array([low]), one, np.array([high]))[0]
    assert found == pytest.approx(2.0 * MANAGER + abs(high - low) * RACK_UNIT, abs=TIGHT)


def test_neighbours_are_joined_from_side_to_side_and_others_over_the_tray(floors):
    floor = floors[0]
    racks = np.flatnonzero(floor.row == floor.row[0])
    row = racks[np.argsort(floor.position[racks])].astype(np.int32)
    unit = np.full(len(row), floor.rack_units, dtype=np.int32)
    found = run_length(floor, BARE, row[:1].repeat(len(row)), unit, row, unit)
    pitch = floor.x[row[1]] - floor.x[row[0]]
    assert found[1] == pytest.approx(pitch + 2.0 * MANAGER, abs=TIGHT)
    assert found[2] == pytest.approx(2.0 * pitch + 2.0 * float(BARE.drop), abs=TIGHT)
    assert (np.diff(found) > 0.0).all()


def test_a_cable_to_the_row_behind_goes_round_the_nearer_end_of_its_block(floors):
    floor = floors[0]
    a = int(np.flatnonzero((floor.position == 3) & (floor.left == floor.left.min()))[0])
    behind = (floor.left == floor.left[a]) & (floor.position == 5) & (floor.y > floor.y[a])
    b = int(np.flatnonzero(behind)[np.argmin(floor.y[behind])])
    top = np.array([floor.rack_units])
    found = run_length(floor, BARE, np.array([a]), top, np.array([b]), top)[0]
    to_end = floor.x[a] - floor.left[a] + floor.x[b] - floor.left[b]
    assert found == pytest.approx(to_end + floor.y[b] - floor.y[a] + 2.0 * float(BARE.drop), abs=TIGHT)


def test_a_cable_between_storeys_passes_a_riser(floors):
    floor = floors[1]
    a = int(np.flatnonzero(floor.storey == 0)[0])
    top = np.array([floor.rack_units])
    for b in np.flatnonzero(floor.storey == 1)[::37]:
        found = run_length(floor, BARE, np.array([a]), top, np.array([b]), top)[0]
        across = abs(floor.y[a] - floor.risers[0]) + abs(floor.risers[0] - floor.y[b])
        least = abs(floor.x[a] - floor.x[b]) + across + floor.storey_height + 2.0 * float(BARE.drop)
        assert found >= least - TIGHT
        assert found <= least + (floor.right - floor.left).max() + TIGHT


def test_lengths_of_no_cables_are_none(floors):
    none = np.empty(0, dtype=np.int32)
    assert len(run_length(floors[0], TRAY, none, none, none, none)) == 0


@pytest.fixture(scope="module")
def spine_runs(stand, h100):
    """Give the lengths from leafs to spines of 131,072 accelerators, three tiers of 128 ports."""
    fabric = h100(4096, racks_per_su=16, radix=128)
    links = fabric.scale_out.plane.links("leaf-spine")

    def runs(**floor):
        plan = stand(fabric, **floor)
        (leaf, spine) = (("scale-out", 0, tier) for tier in ("leaf", "spine"))
        return run_length(
            plan,
            TRAY,
            plan.switch_rack[leaf][links.a],
            plan.switch_unit[leaf][links.a],
            plan.switch_rack[spine][links.b],
            plan.switch_unit[spine][links.b],
        )

    return runs


def test_spines_at_the_end_of_a_hall_put_optics_of_100_m_out_of_reach(spine_runs):
    """Prototype with spines in one end zone of another hall: 131 m mean, 254 m at most, 65 % beyond 100 m."""
    end, middle = spine_runs(spines="end of hall"), spine_runs()
    assert len(end) == 131_072
    assert 131.0 / 1.5 < end.mean() < 131.0 * 1.5
    assert 254.0 / 2.0 < end.max() < 254.0 * 2.0
    assert 0.65 / 1.5 < (end > 100.0).mean() < 0.65 * 1.5
    assert middle.mean() < 0.8 * end.mean()
    assert (middle > 100.0).mean() < 0.5 * (end > 100.0).mean()


def test_two_storeys_shorten_the_cables_to_spines(spine_runs):
    """Two storeys bring more accelerators within reach: https://glennklockwood.com/garden/systems/Fairwater."""
    for spines in ("end of hall", "middle of hall"):
        one, two = spine_runs(spines=spines), spine_runs(spines=spines, storeys=2)
        assert two.mean() < 0.85 * one.mean()
        assert two.max() < one.max()
    assert (two > 100.0).mean() < 0.25 * (one > 100.0).mean()
