"""Energy of a step by its parts, and its power over time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.phases import mean_power, step_energy, step_power
from gigaloop.design.records.training import STEP_PARTS, TrainingSteps

MACHINE = Machine("X", "hopper", 1e15, 2e15, np.nan, 80e9, 3e12, 8, 4e11, 5e10, 700.0, 700.0)


def made(**seconds):
    parts = {part: np.zeros(1) for part in STEP_PARTS}
    parts |= {part.replace("_", " "): np.array([float(value)]) for part, value in seconds.items()}
    step = np.sum(list(parts.values()), axis=0)
    return TrainingSteps(step, parts, {}, step, step, step, step, step)


seconds = st.lists(st.floats(0.0, 5.0), min_size=len(STEP_PARTS), max_size=len(STEP_PARTS)).filter(
    lambda values: values[0] > 0.01
)


@given(seconds, st.integers(1, 24))
def test_power_over_time_holds_the_energy_of_every_part(values, stages):
    steps = made(**dict(zip((part.replace(" ", "_") for part in STEP_PARTS), values, strict=True)))
    found = step_power(steps, 0, MACHINE, stages=stages)
    energy = {part: float(each[0]) for part, each in step_energy(steps, MACHINE).items()}
    lengths = np.diff(found.times)
    assert found.period == pytest.approx(float(steps.step[0]))
    assert sum(found.energy.values()) == pytest.approx(sum(energy.values()))
    np.testing.assert_allclose(found.stages @ lengths, sum(energy.values()), rtol=1e-9)
    assert found.mean == pytest.approx(float(mean_power(steps, MACHINE)[0]))
    assert np.all(found.power <= MACHINE.power + 1e-9)


@given(seconds, st.integers(1, 24))
def test_two_levels_have_the_mean_of_the_step(values, stages):
    steps = made(**dict(zip((part.replace(" ", "_") for part in STEP_PARTS), values, strict=True)))
    found = step_power(steps, 0, MACHINE, stages=stages)
    high, low, duty = found.levels
    assert high >= low
    assert 0.0 < duty <= 1.0
    assert duty * high + (1.0 - duty) * low == pytest.approx(found.mean)


def test_stages_begin_one_after_the_other_and_end_the_other_way_round():
    found = step_power(made(matrix_products=8.0, pipeline_bubble=0.9), 0, MACHINE, stages=4)
    working = found.stages > 0.5 * found.stages.max()
    begins = found.times[:-1][working.argmax(axis=1)]
    ends = found.times[::-1][working[:, ::-1].argmax(axis=1)]
    np.testing.assert_allclose(begins, np.arange(4) * 0.1, atol=1e-9)
    np.testing.assert_allclose(ends, 8.9 - np.arange(4) * 0.2, atol=1e-9)


def test_gradients_and_optimiser_follow_the_micro_batches_at_lower_power():
    found = step_power(made(matrix_products=4.0, data_parallelism=0.8, optimiser=0.2), 0, MACHINE)
    np.testing.assert_allclose(found.times, [0.0, 4.0, 4.8, 5.0])
    high, low, duty = found.levels
    assert (high, duty) == pytest.approx((700.0, 0.8))
    assert low < 0.6 * high


def test_a_cap_takes_the_top_off():
    held = Machine("X", "hopper", 1e15, 2e15, np.nan, 80e9, 3e12, 8, 4e11, 5e10, 500.0, 700.0)
    steps = made(matrix_products=4.0, data_parallelism=1.0)
    assert step_power(steps, 0, held).power.max() == pytest.approx(500.0)
    assert step_power(steps, 0, held).power.min() == pytest.approx(step_power(steps, 0, MACHINE).power.min())
