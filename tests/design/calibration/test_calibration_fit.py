"""Fits find the constants and stacks that measurements were made with, and bands hold what they say."""

import numpy as np
import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.design.calibration.effects import EFFECTS, PARTICULAR, correlation, traits
from gigaloop.design.calibration.fit import Spreads, condition, fit, jacobian, steps_of, training_of, with_bands
from gigaloop.design.calibration.splits import NEWER, left_out
from gigaloop.design.calibration.stored import spreads_of
from gigaloop.design.calibration.variances import estimate_variances, student_weights
from gigaloop.design.performance import Constants

SPREADS = Spreads(np.array([effect.prior for effect in EFFECTS]), 0.02)


def test_a_fit_finds_the_constant_that_measurements_were_made_with(jobs, made):
    start = Constants()
    name = "matrix hopper bf16"
    true = start.with_values({name: start.flat()[name] * 0.85})
    rows = made(jobs, true, {}, 0.002)
    found = fit(rows, rounds=4)
    one = found.constants.flat()[name] / start.flat()[name]
    computed = np.exp(-found.residuals)
    assert one < 0.93
    assert np.median(np.abs(computed - 1.0)) < 0.02


def test_a_stack_that_is_slower_is_no_constant(jobs, made):
    rows = made(jobs, Constants(), {"llm-foundry": 1.25}, 0.005)
    slow = [row for row in rows if row.stack.family == "llm-foundry"]
    rest = [row for row in rows if row.stack.family != "llm-foundry"]
    learned = condition([*rest, *slow[2:]], Constants(), SPREADS)
    found = learned.predict(slow[:2])
    assert found.stack == pytest.approx([1.25, 1.25], rel=0.06)
    blind = condition(rest, Constants(), SPREADS).predict(slow[:2])
    assert np.all(blind.spread > 1.5 * found.spread)


def test_bands_hold_eight_in_ten_of_what_was_held_out(jobs, made):
    rows = made(jobs, Constants(), {}, 0.05)
    fits = {
        name: condition([row for row, held in zip(rows, out, strict=True) if not held], Constants(), SPREADS)
        for name, out in left_out(rows).items()
        if name.startswith("fold")
    }
    widened = with_bands(rows, condition(rows, Constants(), SPREADS), fits)
    inside = []
    for fold in range(5):
        held = [row for row in rows if row.fold == fold]
        found = widened[f"fold {fold}"].predict(held)
        inside += (np.abs(np.log([row.step for row in held] / found.step)) < 1.2816 * found.spread).tolist()
    assert 0.7 < np.mean(inside) < 0.9


def test_one_wrong_row_does_not_move_the_others(jobs, made):
    rows = made(jobs, Constants(), {}, 0.01)
    spoiled = made(rows[:1], Constants(), {rows[0].stack.family: 3.0}, 0.0)
    ask = rows[1:6]
    spreads = spreads_of(load_catalogue())
    clean = condition(rows, Constants(), spreads).predict(ask).step
    dirty = condition([*spoiled, *rows[1:]], Constants(), spreads).predict(ask).step
    assert dirty == pytest.approx(clean, rel=0.03)


def test_derivatives_are_those_of_the_step(jobs):
    names = ("bandwidth", "scale_up")
    values = Constants().flat()
    slopes = jacobian(jobs, Constants(), names)
    for column, name in enumerate(names):
        up = steps_of(jobs, Constants().with_values({name: values[name] * 1.01}))
        down = steps_of(jobs, Constants().with_values({name: values[name] / 1.01}))
        assert slopes[:, column] == pytest.approx(np.log(up / down) / (2.0 * np.log(1.01)), abs=0.02)
    assert np.all(slopes[:, 0] <= 1e-9)


def test_variances_are_found_again():
    random = np.random.default_rng(3)
    groups = np.repeat(np.arange(40), 6)
    shared = (groups[:, None] == groups[None, :]).astype(float)
    residuals = 0.2 * random.standard_normal(40)[groups] + 0.03 * random.standard_normal(240)
    deviations, noise = estimate_variances([shared], residuals, np.array([0.05]), 0.1, rounds=150)
    assert deviations[0] == pytest.approx(0.2, rel=0.25)
    assert noise == pytest.approx(0.03, rel=0.2)


def test_an_outlier_weighs_little():
    residuals = np.zeros(20)
    residuals[4] = 1.0
    weights = student_weights(np.full((20, 20), 0.01) + np.eye(20) * 0.0009, residuals, 0.03)
    assert weights[4] < 0.1
    assert np.all(np.delete(weights, 4) > 0.5)


def test_correlations_are_one_with_oneself_and_never_above(jobs):
    found = traits(jobs, training_of(jobs, Constants()))
    for effect in EFFECTS:
        matrix = correlation(effect, found, found)
        if not effect.part:
            particular = [key for key in effect.labels if key in PARTICULAR]
            own = np.all([found.labels[key] != "" for key in particular], axis=0) if particular else True
            assert np.diag(matrix) == pytest.approx(np.ones(len(jobs)) * own)
        assert matrix.max() <= 1.0
        assert np.linalg.eigvalsh(matrix).min() > -1e-6


def test_an_outlier_stays_one_once_its_noise_is_taken_to_be_large():
    residuals = np.zeros(20)
    residuals[4] = 1.0
    own = np.full(20, 0.0009)
    own[4] = 0.09
    weights = student_weights(np.full((20, 20), 0.01) + np.diag(own), residuals, 0.03, own)
    assert weights[4] < 0.1
    assert np.all(np.delete(weights, 4) > 0.5)


def test_what_is_switched_on_is_nothing_that_others_share(jobs):
    found = traits(jobs, training_of(jobs, Constants()))
    effect = next(each for each in EFFECTS if each.name == "what is switched on")
    plain = found.labels["variant"] == ""
    assert np.any(plain)
    assert not np.any(correlation(effect, found, found)[plain])


def test_nothing_newer_is_in_the_fit_for_the_next_generation(jobs):
    out = left_out(jobs)[NEWER]
    kept = {row.accelerator for row, held in zip(jobs, out, strict=True) if not held}
    assert "gb200" in kept
    assert not kept & {"gb300", "b300"}


def test_rows_of_one_configuration_share_their_fold(jobs):
    folds: dict[str, int] = {}
    for row in jobs:
        assert folds.setdefault(row.configuration, row.fold) == row.fold
