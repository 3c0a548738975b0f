"""Dips, fault counters and re-connection, with the published event as oracle of the counting rule."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.findings import ride_finding, within
from gigaloop.design.dynamics.ride_through import (
    Backup,
    Dip,
    curve_margin,
    load_after,
    reconnect_time,
    ride,
    transfer_time,
)
from gigaloop.programme.schema.facility import GridLimits

SIX_FAULTS = [82.0 * k / 5.0 for k in range(6)]
"""230 kV, 10 July 2024: six faults within 82 s, about 1,500 MW of data centres left the grid (NERC, January 2025).
The review gives their number and span; they are spread evenly here."""


def test_a_counter_of_three_in_a_minute_explains_the_published_event():
    assert transfer_time(SIX_FAULTS, count=3, window=60.0) == pytest.approx(32.8)
    assert load_after([(1500e6, 3, 60.0)], SIX_FAULTS, 82.0) == (0.0, 1500e6)


def test_each_of_its_faults_alone_is_ridden():
    for fault in SIX_FAULTS:
        assert transfer_time([fault]) is None
        assert ride(Dip(fault, 0.3, 0.08), Backup(takes_over=0.0)).outcome == "storage"


def test_a_shorter_memory_or_a_higher_count_keeps_the_load():
    assert transfer_time(SIX_FAULTS, count=3, window=30.0) is None
    assert transfer_time(SIX_FAULTS, count=6, window=60.0) is None
    assert load_after([(1500e6, 7, 90.0)], SIX_FAULTS, 82.0) == (1500e6, 0.0)


@given(st.lists(st.floats(0.0, 1e3), max_size=12), st.integers(1, 5), st.floats(0.1, 200.0))
def test_the_counter_is_the_first_window_that_holds_enough(faults, count, window):
    ordered = sorted(faults)
    expected = next((t for t in ordered if sum(t - window <= f <= t for f in ordered) >= count), None)
    found = transfer_time(faults, count, window)
    assert (found is None) == (expected is None) or abs((found or expected) - window) < 1e-6
    if found is not None and expected is not None:
        assert found == pytest.approx(expected)


@given(st.floats(0.0, 1.0), st.floats(0.001, 10.0), st.floats(0.05, 1.0))
def test_a_deeper_dip_is_never_ridden_better(remaining, duration, load):
    order = ["grid", "storage", "lost"]
    backup = Backup(load=load, takes_over=None)
    deeper = ride(Dip(0.0, 0.5 * remaining, duration), backup)
    assert order.index(deeper.outcome) >= order.index(ride(Dip(0.0, remaining, duration), backup).outcome)


def test_hold_up_lasts_longer_at_part_load_and_a_battery_must_start_within_it():
    dip = Dip(0.0, 0.0, 0.035)
    assert ride(dip, Backup(takes_over=None)).outcome == "lost"
    assert ride(dip, Backup(load=0.5, takes_over=None)).outcome == "storage"
    assert ride(dip, Backup()).outcome == "storage"
    assert ride(dip, Backup(takes_over=0.030)).outcome == "lost"
    assert ride(Dip(0.0, 0.9, 100.0), Backup(takes_over=None)).outcome == "grid"
    assert ride(Dip(0.0, 0.0, 300.0), Backup()).outcome == "lost"


def test_a_curve_is_as_good_as_its_worst_point():
    backup = Backup(takes_over=None)
    assert curve_margin([(0.9, 10.0)], backup) == math.inf
    assert curve_margin([(0.0, 0.01), (0.0, 0.04)], backup) == pytest.approx(-0.5)


def test_the_finding_says_how_long_a_dip_is_ridden():
    grid = GridLimits()
    found = ride_finding(grid, "sites.a.facility.grid", Backup(takes_over=None))
    assert not found.ok
    assert found.value == pytest.approx(0.02)
    assert found.limit == 0.15
    assert ride_finding(grid, "", Backup(takes_over=0.0, carries=300.0)).value == pytest.approx(300.0)
    assert within("grid.ramp", "", 1.0, 0.0, "W/s", "").margin == -math.inf


def test_load_comes_back_at_the_ramp_after_waiting():
    assert reconnect_time(1500e6, 50e6 / 60.0, waiting=3600.0) == pytest.approx(3600.0 + 1800.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ride(Dip(0.0, 1.5, 0.1), Backup()),
        lambda: ride(Dip(0.0, 0.5, 0.0), Backup()),
        lambda: curve_margin([], Backup()),
        lambda: transfer_time([1.0], count=0),
        lambda: reconnect_time(1.0, 0.0),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(GigaloopError):
        call()
