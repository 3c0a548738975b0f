"""Availability: closed forms against enumeration of states, linear programmes, published tiers and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gigaloop.core.errors import UsageError
from gigaloop.core.units import HOUR, YEAR
from gigaloop.design.facility.availability import (
    failures,
    k_of_n,
    lost_distribution,
    lost_units,
    redundant_share_lost,
    series,
    share_lost,
    two_paths,
    unavailability,
    unshed_units,
    with_common_cause,
)


@given(st.floats(1e-9, 0.9), st.integers(1, 8), st.integers(0, 4))
def test_k_of_n_is_the_textbook_sum(u: float, needed: int, spare: int) -> None:
    n = needed + spare
    available = sum(math.comb(n, i) * (1 - u) ** i * u ** (n - i) for i in range(needed, n + 1))
    assert float(k_of_n(u, needed, n)) == pytest.approx(1 - available, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("needed", "installed"), [(3, 4), (2, 5), (1, 3)])
def test_k_of_n_agrees_with_all_states(needed: int, installed: int) -> None:
    u = 0.07
    down = sum(
        math.prod(u if failed else 1 - u for failed in state)
        for state in itertools.product((True, False), repeat=installed)
        if installed - sum(state) < needed
    )
    assert float(k_of_n(u, needed, installed)) == pytest.approx(down, rel=1e-12)


def test_nine_nines_keep_their_digits() -> None:
    """Two of three units at 1e-9: 3 u^2 to first order, 3e-18, which 1 - A would round to nothing."""
    assert float(k_of_n(1e-9, 2, 3)) == pytest.approx(3e-18, rel=1e-6)


def test_many_units_do_not_overflow() -> None:
    chances = failures(0.01, 2000)
    assert chances.sum() == pytest.approx(1.0, abs=1e-9)
    assert np.argmax(chances) in (19, 20)


def test_units_of_no_and_full_unavailability() -> None:
    assert failures(0.0, 3).tolist() == [1.0, 0.0, 0.0, 0.0]
    assert failures(1.0, 3).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_shapes_broadcast() -> None:
    u = np.array([[1e-3, 1e-2], [0.1, 0.5]])
    found = k_of_n(u, 2, 3)
    assert found.shape == u.shape
    assert found[1, 1] == pytest.approx(0.5)


@pytest.mark.parametrize(("needed", "installed"), [(0, 3), (4, 3)])
def test_impossible_counts_are_refused(needed: int, installed: int) -> None:
    with pytest.raises(UsageError, match="cannot be needed"):
        k_of_n(0.1, needed, installed)


def test_unknown_redundancy_is_refused() -> None:
    with pytest.raises(UsageError, match="no redundancy"):
        redundant_share_lost(1e-3, "N+7", 4)


def test_mean_times_give_the_availability() -> None:
    """99.9 % from 999 h up and 1 h down."""
    assert unavailability(1 / (999 * HOUR), HOUR) == pytest.approx(1e-3, rel=1e-12)


@pytest.mark.parametrize(
    ("availability", "hours"),
    # Uptime Institute, tier classification as quoted by the trade press: https://www.databank.com/resources/blogs/
    # ensuring-data-center-reliability-exploring-uptime-guarantee/, read 2026-11.
    [(0.99671, 28.8), (0.99741, 22.0), (0.99982, 1.6), (0.99995, 26.3 / 60)],
)
def test_tiers_hours_of_downtime(availability: float, hours: float) -> None:
    downtime = (1 - availability) * YEAR / HOUR
    # Tier II is quoted with 22.0 h, rounded down from 22.7 h.
    assert downtime == pytest.approx(hours, rel=0.035)


def test_two_tier_one_paths_reach_tier_four() -> None:
    """Two independent paths of tier I are 99.9989 %: better than tier IV, which common cause takes back."""
    tier_one = 1 - 0.99671
    alone = float(two_paths(tier_one))
    assert alone < 1 - 0.99995
    assert float(with_common_cause(tier_one, alone, beta=0.02)) > 1 - 0.99995


def test_series_of_parts() -> None:
    assert float(series(0.1, 0.2)) == pytest.approx(1 - 0.9 * 0.8)
    assert float(series(1e-12, 1e-12)) == pytest.approx(2e-12, rel=1e-9)


def _served(up: list[int], installed: int, needed: int) -> float:
    """Most load that the surviving units of a distributed group can serve, as a linear programme."""
    pairs = list(itertools.combinations(range(installed), 2))
    size = needed / len(pairs)
    ways = [(p, unit) for p, pair in enumerate(pairs) for unit in pair if unit in up]
    if not ways:
        return 0.0
    rows = [[1.0 if p == q else 0.0 for q, _ in ways] for p in range(len(pairs))]
    rows += [[1.0 if unit == v else 0.0 for _, v in ways] for unit in up]
    limits = [size] * len(pairs) + [1.0] * len(up)
    return -float(linprog([-1.0] * len(ways), A_ub=rows, b_ub=limits).fun)


@pytest.mark.parametrize("needed", [2, 3, 5])
def test_distributed_group_loses_what_a_linear_programme_finds(needed: int) -> None:
    """Loads on pairs of units: the shared spare serves as much as any way to route the surviving capacity."""
    installed = needed + 1
    for down, lost in enumerate(lost_units(needed, 1)):
        served = _served(list(range(down, installed)), installed, needed)
        assert needed - served == pytest.approx(lost, abs=1e-9)


def test_distributed_group_without_shedding_cascades() -> None:
    assert unshed_units(3).tolist() == [0.0, 0.0, 3.0, 3.0, 3.0]
    u = 1e-3
    shed, cascade = (float(share_lost(u, 3, lost)) for lost in (lost_units(3, 1), unshed_units(3)))
    assert cascade == pytest.approx(3 * shed, rel=1e-2)
    assert cascade < u


@given(st.floats(1e-6, 0.2), st.integers(2, 8))
def test_redundancy_never_hurts(u: float, group: int) -> None:
    plain = redundant_share_lost(u, "N", group)
    spare = redundant_share_lost(u, "N+1", group)
    double = redundant_share_lost(u, "2N", group)
    assert double <= spare * (1 + 1e-9)
    assert spare <= plain * (1 + 1e-9)


@given(st.floats(1e-6, 0.05), st.floats(0.0, 0.2))
def test_common_cause_bounds_what_redundancy_gains(u: float, beta: float) -> None:
    assert redundant_share_lost(u, "2N", 4, beta=beta) >= beta * u * (1 - 1e-9)


def test_a_rest_group_has_its_own_spare() -> None:
    """Nine blocks in groups of four: two groups of four and one of one."""
    u, beta = 1e-2, 0.0
    four = float(share_lost(u, 4, lost_units(4, 1)))
    one = float(share_lost(u, 1, lost_units(1, 1)))
    assert redundant_share_lost(u, "N+1", 4, beta=beta, units=9) == pytest.approx((8 * four + one) / 9)


@settings(max_examples=20)
@given(st.floats(1e-4, 0.3), st.integers(1, 5), st.integers(0, 2), st.integers(1, 30))
def test_distribution_has_the_expected_loss(u: float, needed: int, spare: int, groups: int) -> None:
    lost = lost_units(needed, spare)
    chances = lost_distribution(u, needed, lost, groups)
    assert chances.sum() == pytest.approx(1.0, abs=1e-9)
    mean = float(np.arange(len(chances)) @ chances)
    assert mean == pytest.approx(groups * needed * float(share_lost(u, needed, lost)), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("redundancy", ["N", "N+1", "2N"])
def test_simulation_agrees(redundancy: str) -> None:
    """Seeded: 400,000 moments of a group of four blocks with a common cause, within four standard errors."""
    rng = np.random.default_rng(20261123)
    u, beta, group, draws = 0.02, 0.05, 4, 400_000
    common = rng.random(draws) < beta * u
    if redundancy == "2N":
        down = (rng.random((draws, group, 2)) < (1 - beta) * u).all(axis=2).sum(axis=1)
        lost = down / group
    else:
        spare = 1 if redundancy == "N+1" else 0
        common = common if spare else np.zeros(draws, dtype=bool)
        chance = (1 - beta) * u if spare else u
        down = (rng.random((draws, group + spare)) < chance).sum(axis=1)
        lost = np.maximum(down - spare, 0) / group
    lost = np.where(common, 1.0, lost)
    error = lost.std() / math.sqrt(draws)
    assert redundant_share_lost(u, redundancy, group, beta=beta) == pytest.approx(lost.mean(), abs=4 * error)


def test_up_and_down_in_time_agree_with_the_steady_state() -> None:
    """Seeded alternating renewal of two of three units: the share of time short of two."""
    rng = np.random.default_rng(7)
    up, down, horizon = 100.0, 10.0, 3_000_000.0
    events: list[tuple[float, int]] = []
    for _ in range(3):
        count = int(horizon / (up + down) * 1.2)
        spans = np.column_stack((rng.exponential(up, count), rng.exponential(down, count))).ravel()
        ends = np.cumsum(spans)
        ends = ends[ends < horizon]
        events += [(float(t), -1 if n % 2 == 0 else 1) for n, t in enumerate(ends)]
    events.sort()
    count, last, short = 3, 0.0, 0.0
    for time, change in events:
        short += (time - last) * (count < 2)
        count, last = count + change, time
    assert short / horizon == pytest.approx(float(k_of_n(unavailability(1 / up, down), 2, 3)), rel=0.05)
