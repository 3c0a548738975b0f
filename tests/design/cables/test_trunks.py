"""Trunks and patch panels: what is bundled between racks, and that nothing is lost or counted twice."""

import numpy as np
import pytest

from gigaloop.design.cables import bundle

OPTICS = {"media": ["osfp-800g-dr8", "osfp-800g-dr8-500m", "osfp-400g-dr4"]}


@pytest.fixture(scope="module")
def built(cabled):
    """Give four scalable units with fibre everywhere and its trunks."""
    return cabled(4, cabling="structured", **OPTICS)


@pytest.fixture(scope="module")
def trunks(built):
    return bundle(built.schedule, built.floor, built.catalogue)


def pairs(schedule):
    """Count cords by medium and pair of racks, in plain Python."""
    found: dict[tuple[int, int, int], int] = {}
    for medium, a, b in zip(schedule.medium.tolist(), schedule.a_rack.tolist(), schedule.b_rack.tolist(), strict=True):
        if a != b:
            found[medium, a, b] = found.get((medium, a, b), 0) + 1
    return found


def test_full_dozens_between_two_racks_become_trunks_and_the_rest_stays_cords(built, trunks):
    counts = pairs(built.schedule)
    assert trunks.held == 12
    assert {
        (int(medium), int(a), int(b)): int(count)
        for medium, a, b, count in zip(trunks.medium, trunks.a_rack, trunks.b_rack, trunks.count, strict=True)
    } == {key: count // 12 for key, count in counts.items() if count >= 12}
    assert np.count_nonzero(~trunks.loose) == 12 * trunks.count.sum()


def test_a_trunk_is_as_long_as_the_longest_run_between_its_racks_needs(built, trunks):
    schedule = built.schedule
    for index in range(len(trunks.count)):
        between = (schedule.a_rack == trunks.a_rack[index]) & (schedule.b_rack == trunks.b_rack[index])
        between &= schedule.medium == trunks.medium[index]
        longest = schedule.length[between].max()
        assert longest <= trunks.length[index] < longest + 31.0


def test_panels_have_a_port_for_each_end_of_a_cord_in_a_trunk(built, trunks):
    ports = float(built.catalogue.interconnect("mpo-panel-1u").ports)
    ends: dict[int, int] = {}
    for a, b, count in zip(trunks.a_rack.tolist(), trunks.b_rack.tolist(), trunks.count.tolist(), strict=True):
        for rack in (a, b):
            ends[rack] = ends.get(rack, 0) + 12 * count
    assert set(trunks.panels) == set(ends)
    for rack, count in trunks.panels.items():
        assert (count - 1) * ports < ends[rack] <= count * ports


def test_the_bill_lists_trunks_panels_and_two_short_cords_for_each_cord_in_a_trunk(built, trunks):
    assert built.count("fibre trunk") == trunks.count.sum()
    assert built.count("patch panel") == sum(trunks.panels.values())
    assert built.count("fibre cord", "patch panels") == 2 * 12 * trunks.count.sum()
    assert all(line.power == 0.0 for line in built.lines("fibre trunk"))


def test_copper_is_never_bundled(cabled):
    mixed = cabled(4, cabling="structured")
    copper = np.array([not each.pluggable for each in mixed.schedule.media])[mixed.schedule.medium]
    assert copper.any()
    assert bundle(mixed.schedule, mixed.floor, mixed.catalogue).loose[copper].all()


def test_modules_are_as_many_with_trunks_as_with_cords(cabled, built):
    direct = cabled(4, **OPTICS)
    for at_node in (False, True):
        assert built.count("transceiver", at_node=at_node) == direct.count("transceiver", at_node=at_node)
    assert not direct.lines("fibre trunk")
    assert not direct.lines("patch panel")


def test_a_schedule_without_fibre_has_no_trunks(cabled):
    short = cabled(1, cabling="structured", media=["dac-800g-split", "dac-800g"])
    found = bundle(short.schedule, short.floor, short.catalogue)
    assert len(found.count) == 0
    assert found.loose.all()
    assert found.panels == {}
