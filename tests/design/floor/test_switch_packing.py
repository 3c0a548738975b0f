"""Switches into network racks: in order, none over another, within units and power."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design.floor.packing import Run, pack

RUNS = st.lists(
    st.builds(Run, count=st.integers(0, 30), units=st.integers(1, 8), power=st.sampled_from([0.0, 700.0, 3e3])),
    max_size=6,
)


@given(RUNS, st.integers(8, 46), st.sampled_from([3e3, 9.5e3, 40e3, np.inf]))
def test_no_switch_stands_in_another_and_none_above_the_limits(runs, units, power):
    packing = pack(runs, units, power)
    heights = np.concatenate([[run.units] * run.count for run in runs] or [[]]).astype(int)
    drawn = np.concatenate([[run.power] * run.count for run in runs] or [[]])
    assert len(packing.rack) == len(packing.unit) == len(heights)
    filled = [
        (rack, level)
        for rack, unit, height in zip(packing.rack.tolist(), packing.unit.tolist(), heights.tolist(), strict=True)
        for level in range(unit, unit + height)
    ]
    assert len(set(filled)) == len(filled)
    assert all(1 <= level <= units for _, level in filled)
    summed = np.bincount(packing.rack, weights=drawn, minlength=packing.racks) if len(drawn) else np.zeros(0)
    assert summed == pytest.approx(np.array(packing.power))
    assert (summed <= power * (1.0 + 1e-9)).all()
    assert sorted(packing.rack.tolist()) == packing.rack.tolist()
    assert set(packing.rack.tolist()) == set(range(packing.racks))


@given(st.integers(1, 60), st.integers(1, 4), st.integers(8, 46))
def test_like_switches_take_as_few_racks_as_hold_them(count, height, units):
    assert pack([Run(count, height, 0.0)], units, np.inf).racks == -(-count // (units // height))


def test_power_limits_the_switches_of_a_rack():
    assert pack([Run(26, 1, 3e3)], 42, 40e3).racks == 2
    assert pack([Run(26, 1, 3e3)], 42, 78e3).racks == 1


def test_a_switch_that_no_rack_takes_has_one_to_itself():
    assert pack([Run(3, 60, 1e3)], 42, 40e3).rack.tolist() == [0, 1, 2]
    assert pack([Run(3, 4, 50e3)], 42, 40e3).rack.tolist() == [0, 1, 2]
