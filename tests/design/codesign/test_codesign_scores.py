"""The mix of workloads, the front, money."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gigaloop.core.units import YEAR
from gigaloop.design.codesign.mix import speed_on
from gigaloop.design.codesign.money import capital_recovery
from gigaloop.design.codesign.scores import front_of


def test_the_mix_is_the_harmonic_mean_of_speeds_weighed_by_time():
    shares, reference = np.array([0.25, 0.75]), np.array([10.0, 40.0])
    assert speed_on(shares, reference, np.array([10.0, 40.0])) == pytest.approx(1.0)
    assert speed_on(shares, reference, np.array([20.0, 40.0])) == pytest.approx(1.0 / (0.125 + 0.75))
    assert speed_on(shares, reference, np.array([20.0, 80.0])) == pytest.approx(2.0)


def test_a_mix_does_nothing_where_one_of_its_workloads_does_not_fit():
    rates = np.array([[1.0, 0.0], [1.0, 1.0]])
    assert speed_on(np.array([0.5, 0.5]), np.ones(2), rates).tolist() == [0.0, 1.0]
    assert speed_on(np.array([1.0, 0.0]), np.ones(2), rates).tolist() == [1.0, 1.0]


def beaten(costs: np.ndarray, row: int) -> bool:
    return any(np.all(other <= costs[row]) and np.any(other < costs[row]) for other in costs)


@given(arrays(np.int64, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(0, 4)))
def test_the_front_is_what_no_other_variant_beats(values):
    values = values.astype(float)
    objectives = {"power": values[:, 0], "cost": values[:, 1]}
    front = front_of(objectives, {"memory bandwidth": values[:, 2]}, np.ones(len(values), dtype=bool))
    costs = np.stack([-values[:, 0], -values[:, 1], values[:, 2]], axis=1)
    assert front.tolist() == [not beaten(costs, row) for row in range(len(costs))]


def test_what_cannot_be_built_is_not_on_the_front_and_beats_nothing():
    power = np.array([3.0, 2.0, 1.0])
    assert front_of({"power": power}, {}, np.array([False, True, True])).tolist() == [False, True, False]


def test_what_has_no_price_counts_only_where_costs_do():
    power, more = np.array([2.0, 1.0]), {"cable": np.array([1.0, 0.0])}
    every = np.ones(2, dtype=bool)
    assert front_of({"power": power}, more, every).tolist() == [True, False]
    assert front_of({"power": power, "cost": power}, more, every).tolist() == [True, True]


def test_capital_is_paid_back_with_interest():
    # Annuity of 8 % over 10 years, 0.14903: any table of capital recovery factors.
    assert capital_recovery(0.08, 10 * YEAR) == pytest.approx(0.14903, abs=5e-6)
    assert capital_recovery(0.0, 5 * YEAR) == pytest.approx(0.2)
