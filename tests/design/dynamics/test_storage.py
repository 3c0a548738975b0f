"""Storage for a limit of ramp: feeds within the limit, bounds that hold, and closed forms for single steps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.storage import follow, least_energy, least_power, low_pass, sized, step_energy

loads = arrays(np.float64, st.integers(3, 60), elements=st.floats(0.0, 100.0))
ramps = st.floats(0.05, 50.0)


def by_linear_programme(load, ramp, *, energy):
    """Least power or least energy of storage by a solver: feeds G, stored energy as their running sum."""
    n = load.size
    cost = np.zeros(n + 2)
    rows, right = [], []
    change = np.diff(np.eye(n), axis=0)
    for sign in (1.0, -1.0):
        rows += [np.concatenate((sign * row, [0.0, 0.0])) for row in change]
        right += [ramp] * (n - 1)
    if energy:
        cost[n], cost[n + 1] = 1.0, -1.0
        for k in range(n + 1):
            sum_of = np.concatenate((np.ones(k), np.zeros(n - k)))
            moved = float(load[:k].sum())
            rows += [np.concatenate((-sum_of, [-1.0, 0.0])), np.concatenate((sum_of, [0.0, 1.0]))]
            right += [-moved, moved]
    else:
        cost[n] = 1.0
        for k in range(n):
            for sign in (1.0, -1.0):
                rows.append(np.concatenate((sign * np.eye(n)[k], [-1.0, 0.0])))
                right.append(sign * load[k])
    found = linprog(cost, np.array(rows), np.array(right), bounds=[(None, None)] * (n + 2))
    assert found.status == 0
    return found.fun


@settings(deadline=None, max_examples=25)
@given(loads, ramps)
def test_least_power_is_that_of_a_linear_programme(load, ramp):
    feed, power = least_power(load, 1.0, ramp)
    assert np.abs(np.diff(feed)).max() <= ramp * (1 + 1e-9) + 1e-9
    assert power == pytest.approx(by_linear_programme(load, ramp, energy=False), abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(loads, ramps)
def test_least_energy_lies_between_its_bound_and_its_feed(load, ramp):
    feed, bound = least_energy(load, 1.0, ramp)
    best = by_linear_programme(load, ramp, energy=True)
    assert np.abs(np.diff(feed.grid)).max() <= ramp * (1 + 1e-9) + 1e-6
    assert bound <= best + 1e-5
    assert best <= feed.energy + 1e-5
    assert np.ptp(np.concatenate(([0.0], np.cumsum(load - feed.grid)))) == pytest.approx(feed.energy, abs=1e-6)


@pytest.mark.parametrize(("change", "ramp"), [(100.0, 0.5), (-60.0, 1.5), (10.0, 0.1)])
def test_a_step_takes_its_closed_form(change, ramp):
    load = np.concatenate((np.full(400, 200.0), np.full(400, 200.0 + change)))
    feed, bound = least_energy(load, 0.5, ramp)
    foreseen = step_energy(change, ramp, foreseen=True)
    assert feed.energy == pytest.approx(foreseen, rel=0.02)
    assert bound == pytest.approx(feed.energy, rel=1e-9)
    unseen = follow(load, 0.5, ramp, restore=1e12)
    assert unseen.energy == pytest.approx(step_energy(change, ramp, foreseen=False), rel=0.02)
    assert step_energy(change, ramp, foreseen=False) == 4.0 * foreseen


@settings(deadline=None)
@given(loads, ramps, st.floats(30.0, 1e4))
def test_a_controller_keeps_the_ramp_and_its_energy_adds_up(load, ramp, restore):
    found = follow(load, 1.0, ramp, restore=restore)
    assert np.abs(np.diff(found.grid)).max() <= ramp * (1 + 1e-9) + 1e-9
    stored = np.concatenate(([0.0], np.cumsum(found.grid - load)))
    assert np.ptp(stored) == pytest.approx(found.energy, abs=1e-6)
    assert found.losses == pytest.approx(0.0, abs=1e-6)
    assert found.missed == 0.0
    assert found.energy >= least_energy(load, 1.0, ramp)[1] - 1e-6


@settings(deadline=None)
@given(loads, ramps, st.floats(0.5, 1.0))
def test_losses_are_what_goes_in_and_does_not_come_out_or_stay(load, ramp, trip):
    found = follow(load, 1.0, ramp, round_trip=trip)
    charged = np.maximum(found.grid - load, 0.0).sum()
    given_back = np.maximum(load - found.grid, 0.0).sum()
    assert found.losses == pytest.approx(charged * (1 - trip**0.5) + given_back * (trip**-0.5 - 1), abs=1e-6)


@settings(deadline=None)
@given(loads, ramps, st.floats(0.5, 200.0), st.floats(0.5, 100.0))
def test_storage_that_is_too_small_is_never_overdrawn_and_says_for_how_long(load, ramp, capacity, rating):
    found = follow(load, 1.0, ramp, capacity=capacity, rating=rating)
    assert found.energy <= capacity * (1 + 1e-9)
    assert found.power <= rating * (1 + 1e-9)
    if found.missed == 0.0:
        assert np.abs(np.diff(found.grid)).max() <= ramp * (1 + 1e-9) + 1e-9


def test_storage_of_the_size_found_misses_nothing():
    rng = np.random.default_rng(3)
    load = np.repeat(rng.uniform(0.0, 100.0, 20), 50)
    need, restore = sized(load, 1.0, 0.5)
    kept = follow(load, 1.0, 0.5, restore=restore, capacity=2.0 * need.energy, rating=need.power * 1.0001)
    assert kept.missed == 0.0
    assert np.allclose(kept.grid, need.grid)


@settings(deadline=None)
@given(loads, st.floats(1.0, 500.0))
def test_a_low_pass_stores_its_time_constant_times_the_travel_of_the_feed(load, tau):
    found = low_pass(load, 1.0, tau)
    stored = np.concatenate(([0.0], np.cumsum(load - found.grid)))
    # within a step the feed of a filter moves one way, so the ends of the steps hold its extremes
    assert found.energy <= np.ptp(stored) + 1e-6
    assert np.ptp(stored[1:]) == pytest.approx(found.energy, abs=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: least_power([1.0], 1.0, 1.0),
        lambda: least_energy([1.0, 2.0], 1.0, 0.0),
        lambda: follow([1.0, 2.0], 1.0, 1.0, round_trip=0.0),
        lambda: follow([1.0, 2.0], 1.0, 1.0, capacity=0.0),
        lambda: low_pass([1.0, 2.0], 1.0, 0.0),
        lambda: step_energy(1.0, 0.0, foreseen=True),
        lambda: follow([1.0, float("inf")], 1.0, 1.0),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(GigaloopError):
        call()
