"""Blocks: counts, redundancy, availability of the power path, and what is lost."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.core.units import HOUR, YEAR
from gigaloop.design.facility.blocks import (
    GENERATOR_START,
    OPERATIONS,
    PowerPath,
    count_blocks,
    path_parts,
    plan_blocks,
    power_lost,
    share_without_power,
    spare_units,
)

PATH = PowerPath((("switchgear", 1e-5), ("transformer", 3e-5), ("switchboard", 5e-6)), 0.01, bridge=300.0)
KINDS = st.sampled_from(["N", "N+1", "2N", "distributed"])


@given(st.integers(1, 20_000), st.floats(50e3, 1e6), st.floats(0.5e6, 10e6), KINDS, st.integers(1, 8))
def test_blocks_hold_all_racks_and_no_more_than_their_power(
    racks: int, rack: float, block: float, redundancy: str, group: int
) -> None:
    count = count_blocks(racks, rack, block, redundancy, group)
    assert count.blocks * count.racks_per_block >= racks
    assert (count.blocks - 1) * count.racks_per_block < racks
    assert count.racks_per_block == 1 or count.block_power <= block * (1 + 1e-6)


def test_a_rack_beyond_a_block_is_a_block() -> None:
    assert count_blocks(10, 600e3, 500e3, "N", 4).racks_per_block == 1


def test_no_racks_need_no_blocks() -> None:
    count = count_blocks(0, 132e3, 2.5e6, "N+1", 4)
    assert (count.blocks, count.spare) == (0, 0)
    plan = plan_blocks(count, "N+1", 0, 132e3, PATH, 0.0)
    assert plan.expected_lost == 0.0
    assert plan.lost == ()


@pytest.mark.parametrize(("rack", "block"), [(0.0, 2.5e6), (132e3, 0.0)])
def test_powers_must_be_positive(rack: float, block: float) -> None:
    with pytest.raises(UsageError, match="need a power"):
        count_blocks(10, rack, block, "N", 4)


def test_an_unknown_redundancy_is_refused() -> None:
    with pytest.raises(UsageError, match="no redundancy"):
        spare_units(4, "3N", 4)


def test_load_factor_of_each_redundancy() -> None:
    """N+1 leaves the reserve idle; 2N halves the load; four to make three run at 75 %."""
    loads = {}
    for redundancy, group in (("N", 3), ("N+1", 3), ("2N", 3), ("distributed", 3)):
        count = count_blocks(180, 100e3, 1e6, redundancy, group)
        loads[redundancy] = plan_blocks(count, redundancy, 180, 100e3, PATH, 0.0).load_factor
    assert loads == pytest.approx({"N": 1.0, "N+1": 1.0, "2N": 0.5, "distributed": 0.75})


def test_without_generators_the_utility_decides() -> None:
    bare = PowerPath(PATH.parts, None, grid=1e-3, bridge=300.0)
    count = count_blocks(180, 100e3, 1e6, "2N", 4)
    lost = share_without_power(bare, count, "2N")
    assert lost > 1e-3
    assert share_without_power(PowerPath(PATH.parts, 0.01, grid=1e-3, bridge=300.0), count, "2N") < lost / 50


def test_path_unavailability_by_hand() -> None:
    own = 1 - (1 - 1e-5) * (1 - 3e-5) * (1 - 5e-6)
    on_generator = 1 - (1 - own) * 0.99
    assert PATH.own == pytest.approx(own)
    assert PATH.unavailability == pytest.approx((1 - PATH.grid) * own + PATH.grid * on_generator)


def test_expected_loss_is_unavailability_times_block_size_summed() -> None:
    count = count_blocks(1800, 100e3, 1e6, "N", 4)
    plan = plan_blocks(count, "N", 1800, 100e3, PATH, 2e-4)
    assert plan.expected_lost == pytest.approx(PATH.unavailability * 180 * 1e6)
    assert plan.expected_lost_cooling == pytest.approx(2e-4 * 180e6)
    assert plan.rack_availability == pytest.approx((1 - PATH.unavailability) * (1 - 2e-4))


def test_distribution_without_spares_is_binomial() -> None:
    count = count_blocks(1000, 100e3, 1e6, "N", 4)
    rows = power_lost(PowerPath((("transformer", 1e-3),), None), count, "N")
    n, u = count.blocks, 1e-3
    one_or_more = 1 - (1 - u) ** n
    two_or_more = one_or_more - n * u * (1 - u) ** (n - 1)
    assert [row.blocks for row in rows[:2]] == [1, 2]
    assert rows[0].hours == pytest.approx(one_or_more * YEAR / HOUR)
    assert rows[1].hours == pytest.approx(two_or_more * YEAR / HOUR)
    assert rows[1].power == pytest.approx(2e6)


@pytest.mark.parametrize("redundancy", ["N", "N+1", "2N"])
def test_simulated_moments_agree_with_the_distribution(redundancy: str) -> None:
    """Seeded: 200,000 moments of ten blocks in groups of four, four and two."""
    rng = np.random.default_rng(42)
    u, draws = 0.05, 200_000
    count = count_blocks(100, 100e3, 1e6, redundancy, 4)
    if redundancy == "2N":
        lost = (rng.random((draws, 10, 2)) < u).all(axis=2).sum(axis=1)
    elif redundancy == "N":
        lost = (rng.random((draws, 10)) < u).sum(axis=1)
    else:
        lost = sum(np.maximum((rng.random((draws, size + 1)) < u).sum(axis=1) - 1, 0) for size in (4, 4, 2))
    rows = power_lost(PowerPath((("part", u),), None), count, redundancy)
    for row in rows[:2]:
        share = float(np.mean(lost >= row.blocks))
        error = math.sqrt(share * (1 - share) / draws)
        assert row.hours * HOUR / YEAR == pytest.approx(share, abs=4 * error + 1e-6)


def test_unknown_parts_are_left_out_and_several_pieces_are_in_series() -> None:
    parts = path_parts([("transformer", 1e-4, 1), ("relay", None, 1), ("rectifier", 1e-4, 3), ("ups", 1e-4, 0)])
    assert [name for name, _ in parts] == ["transformer", "rectifier"]
    assert parts[1][1] == pytest.approx(1 - (1 - 1e-4) ** 3)


def test_what_takes_all_blocks_alike_is_not_given_back_by_redundancy() -> None:
    """0.4 hours a year of operators are 99.9954 %, the best that sites of tier IV were measured at."""
    path = PowerPath(PATH.parts, 0.01, bridge=300.0, operations=OPERATIONS)
    count = count_blocks(180, 100e3, 1e6, "2N", 4)
    lost = share_without_power(path, count, "2N")
    assert lost == pytest.approx(0.4 * HOUR / YEAR, rel=0.05)
    assert 1.0 - lost == pytest.approx(0.99995, abs=1e-5)


@pytest.mark.parametrize(("bridge", "stops"), [(None, True), (GENERATOR_START / 2, True), (GENERATOR_START, False)])
def test_racks_that_nothing_carries_restart_after_every_event_of_the_grid(bridge: float | None, stops: bool) -> None:
    """Six events a year of 615 s each, unless a battery lasts until generators carry the load."""
    path = PowerPath(PATH.parts, 0.01, bridge=bridge)
    assert path.restarts == pytest.approx(6 * 615.0 / YEAR if stops else 0.0)
    count = count_blocks(180, 100e3, 1e6, "2N", 4)
    bare = share_without_power(PowerPath(PATH.parts, 0.01, bridge=300.0), count, "2N")
    assert share_without_power(path, count, "2N") - bare == pytest.approx(path.restarts, rel=1e-3)


def test_a_battery_carries_racks_through_dips_without_generators_too() -> None:
    assert PowerPath(PATH.parts, None, bridge=1.0).restarts == 0.0
    assert PowerPath(PATH.parts, None).restarts > 0.0
