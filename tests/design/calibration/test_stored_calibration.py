"""The catalogue has the constants as they were fitted, and measurements of one's own become entries of it."""

import numpy as np
import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.catalogue.kinds import PerformanceConstant
from gigaloop.design.calibration.effects import EFFECTS
from gigaloop.design.calibration.fit import condition, free_constants
from gigaloop.design.calibration.measurements import FOLDS
from gigaloop.design.calibration.own import calibrate_own
from gigaloop.design.calibration.served_stored import serving_stack
from gigaloop.design.calibration.splits import NEWER, fold_name
from gigaloop.design.calibration.stored import constants_of, spreads_of, stack_of_catalogue
from gigaloop.design.calibration.writing import constants_file, slug
from gigaloop.design.performance import Constants


def entries():
    found = load_catalogue().of_kind(PerformanceConstant.kind)
    return [each for each in found if isinstance(each, PerformanceConstant)]


def test_every_constant_that_a_fit_may_move_is_in_the_catalogue():
    stored = {each.constant for each in entries() if each.use == "equations"}
    assert stored == set(free_constants(Constants())), "run make calibrate"


def test_every_effect_is_in_the_catalogue():
    stored = {each.constant for each in entries() if each.use == "effects"}
    assert stored == {effect.name for effect in EFFECTS} | {"noise", "band"}, "run make calibrate"


def test_fits_without_a_fold_differ_from_the_fit_on_all():
    catalogue = load_catalogue()
    whole = constants_of(catalogue).flat()
    for name in [*(fold_name(fold) for fold in range(FOLDS)), NEWER]:
        other = constants_of(catalogue, name).flat()
        assert any(abs(np.log(other[key] / whole[key])) > 1e-3 for key in other if whole[key] > 0.0)
        assert spreads_of(catalogue, name).noise > 0.0


def test_what_is_written_is_read_again(jobs, tmp_path):
    found = condition(jobs, Constants(), spreads_of(load_catalogue()))
    (tmp_path / "performance_constant.yaml").write_text(constants_file(found, {"fold 0": found}, "2026-11-24"))
    read = load_catalogue(tmp_path)
    for name, value in Constants().flat().items():
        if name in found.names:
            assert constants_of(read).flat()[name] == pytest.approx(value, rel=1e-4)
    entry = read.get(PerformanceConstant, f"performance-{slug('matrix hopper fp8')}")
    assert entry.value.bounds[0] < float(entry.value) < entry.value.bounds[1]


def test_own_measurements_teach_their_stack(jobs, made, tmp_path):
    catalogue = load_catalogue()
    hopper = [row for row in jobs if row.stack.family == "llm-foundry" and row.machine.architecture == "hopper"]
    known = [row for row in jobs if row.stack.family != "llm-foundry"]
    own = made(hopper, constants_of(catalogue), {"llm-foundry": 1.3}, 0.01)
    found = calibrate_own(own, known, catalogue)
    measured = np.array([row.step for row in own])
    assert np.mean(np.abs(found.others / measured - 1.0)) < 0.5 * np.mean(np.abs(found.before / measured - 1.0))
    assert np.all(found.others_spread < found.before_spread)
    assert found.factor_after == pytest.approx(np.full(len(own), 1.3), rel=0.05)

    source = 'kind: software_stack\nsources:\n  own: {source: "own runs", date: 2026-11, kind: measured}\nentries:\n'
    (tmp_path / "software_stack.yaml").write_text(source + "\n".join(found.entries("own")) + "\n")
    term = stack_of_catalogue(load_catalogue(tmp_path), "hopper", "bf16", "dense")
    assert term.factor == pytest.approx(1.3, rel=0.05)
    assert term.low < 1.3 < term.high


def test_a_stack_never_measured_has_the_wide_band_of_any():
    catalogue = load_catalogue()
    unseen = stack_of_catalogue(catalogue, "hopper", "bf16", "dense")
    seen = stack_of_catalogue(catalogue, "hopper", "bf16", "dense", "llm-foundry")
    assert unseen.factor == pytest.approx(1.0, abs=0.2)
    assert unseen.spread > seen.spread


def test_a_stack_measured_on_other_accelerators_is_taken_over_with_the_wide_band():
    catalogue = load_catalogue()
    measured = stack_of_catalogue(catalogue, "blackwell", "bf16", "dense", "simumax")
    elsewhere = stack_of_catalogue(catalogue, "rubin", "bf16", "dense", "simumax")
    unseen = stack_of_catalogue(catalogue, "rubin", "bf16", "dense")
    assert elsewhere.factor == measured.factor
    assert elsewhere.spread == pytest.approx(unseen.spread)
    assert elsewhere.said == f"{measured.said}, taken over for rubin"


def test_serving_software_measured_on_other_accelerators_is_taken_over_with_the_wide_band():
    catalogue = load_catalogue()
    measured = serving_stack(catalogue, "blackwell", "fp4", "mixture")
    elsewhere = serving_stack(catalogue, "rubin", "fp4", "mixture")
    assert elsewhere.factor == pytest.approx(measured.factor, rel=0.5)
    assert elsewhere.spread == pytest.approx(serving_stack(catalogue, "tpu", "mxfp8", "dense").spread)
    assert elsewhere.said.endswith("taken over for rubin")
