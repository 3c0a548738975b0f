"""Workloads of a programme on its generations."""

from __future__ import annotations

import json
import math

import pytest

from gigaloop.core.errors import ProgrammeError
from gigaloop.design import design_generation
from gigaloop.design.workload import design_workload

SHAPE = {"layers": 32, "hidden": 4096, "heads": 32, "kv_heads": 8, "ffn": 14336, "vocab": 128256}


@pytest.fixture
def lay_out(make_programme, catalogue):
    def run(workload, generation=None, **change):
        programme = make_programme(generation=generation, workloads=[{"id": workload, **change}])
        found = next(each for each in programme.workloads if each.id == workload)
        return design_workload(programme, programme.generations[0], found, catalogue)

    return run


def test_a_training_job_is_laid_out_over_its_accelerators(lay_out):
    design = lay_out("training")
    best, performance = design.search.best, design.performance
    assert best.tp * best.cp * best.pp * best.dp == performance.accelerators == 2048
    assert performance.fits
    assert performance.memory_needed <= performance.memory_available


def test_the_parts_of_a_step_add_up_to_it(lay_out):
    for workload in ("training", "serving"):
        performance = lay_out(workload).performance
        assert math.fsum(time for _, time in performance.parts) == pytest.approx(performance.step)
        assert math.fsum(part for _, part in performance.memory_parts) == pytest.approx(performance.memory_needed)


def test_tokens_of_training_are_those_of_its_steps_less_interruptions(lay_out):
    design = lay_out("training")
    performance = design.performance
    tokens = 15360 * 4096 / performance.step / 2048
    assert performance.tokens_per_s_per_accelerator == pytest.approx(tokens * performance.goodput)
    assert performance.tokens_per_s == pytest.approx(72 * performance.tokens_per_s_per_accelerator)
    assert design.time_to_train == pytest.approx(14.8e12 / (2048 * performance.tokens_per_s_per_accelerator))


def test_the_band_holds_the_value(lay_out):
    for workload in ("training", "serving"):
        performance = lay_out(workload).performance
        assert performance.tokens_per_s_low < performance.tokens_per_s < performance.tokens_per_s_high


def test_serving_gives_a_user_what_is_asked(lay_out):
    performance = lay_out("serving").performance
    assert performance.note == ""
    assert 1.0 / performance.step >= 40.0 * (1.0 - 1e-9)


def test_a_faster_user_costs_throughput(lay_out):
    rates = [
        lay_out("serving", serving={"speed": f"{speed} tokens/s"}).performance.tokens_per_s for speed in (20, 60, 120)
    ]
    assert rates[0] >= rates[1] > rates[2] > 0.0


def test_a_speed_out_of_reach_is_told_with_the_nearest(lay_out):
    performance = lay_out("serving", serving={"speed": "5000 tokens/s"}).performance
    assert performance.fits
    assert "the nearest gives" in performance.note


def test_what_is_out_of_reach_names_only_what_was_asked(lay_out):
    fast = lay_out("serving", serving={"speed": "5000 tokens/s", "first_token": None}).performance
    early = lay_out("serving", serving={"speed": "0 tokens/s", "first_token": "1 ms"}).performance
    assert fast.note.startswith("nothing gives a user 5000 tokens/s; the nearest gives")
    assert early.note.startswith("nothing gives a user the first token within 0.001 s; the nearest gives")


def test_the_software_of_a_workload_is_the_one_that_is_named(lay_out):
    for workload, family in (("training", "megatron-bridge"), ("serving", "vllm")):
        named = lay_out(workload, software=family).stack
        assert named.said.startswith(family)
        assert named.factor != lay_out(workload).stack.factor
        with pytest.raises(ProgrammeError, match="'nobody'") as told:
            lay_out(workload, software="nobody")
        (problem,) = told.value.problems
        assert problem.path == f"workloads.{workload}.software"
        assert family in problem.hint


def test_a_power_cap_costs_speed(lay_out):
    full = lay_out("training").performance
    capped = lay_out("training", generation={"power": {"power_cap": "800 W"}}).performance
    assert capped.tokens_per_s < full.tokens_per_s


def test_what_fits_nowhere_says_what_would(lay_out):
    performance = lay_out("training", training={"accelerators": 8}).performance
    assert (performance.bound, performance.tokens_per_s) == ("capacity", 0.0)
    assert "accelerators would do" in performance.note


def test_a_fixed_layout_is_kept(lay_out):
    best = lay_out("training", training={"strategy": {"tp": 8, "pp": 8, "recompute": "full"}}).search.best
    assert (best.tp, best.pp, best.recompute) == (8, 8, "full")


def test_a_layout_that_cannot_be_says_which_could(lay_out):
    performance = lay_out("training", training={"strategy": {"tp": 7}}).performance
    assert performance.tokens_per_s == 0.0
    assert "tensor parallelism can be 1, 2, 4, 8" in performance.note


def test_a_precision_that_the_accelerator_lacks_is_refused(lay_out):
    with pytest.raises(ProgrammeError, match=r"no dense peak at fp8.*a100-80"):
        lay_out("training", generation={"accelerator": "a100-80"})


def test_a_model_may_be_a_shape_of_one_s_own(lay_out):
    design = lay_out("serving", model={"preset": None, "shape": SHAPE})
    assert design.performance.parameters == pytest.approx(8.03e9, rel=1e-3)


def test_performance_is_that_of_the_design(make_programme, catalogue):
    programme = make_programme()
    generation = programme.generations[0]
    made = design_generation(programme, generation, catalogue)
    for workload, performance in zip(programme.workloads, made.performance, strict=True):
        assert performance == design_workload(programme, generation, workload, catalogue).performance


def test_a_configuration_file_is_a_model(tmp_path):
    import gigaloop
    from gigaloop.programme.starter import new_programme

    folder = tmp_path / "mine"
    new_programme(folder)
    config = {
        "model_type": "llama",
        "num_hidden_layers": 32,
        "hidden_size": 4096,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "intermediate_size": 14336,
        "vocab_size": 128256,
    }
    (folder / "model.json").write_text(json.dumps(config))
    text = (folder / "programme.yaml").read_text()
    (folder / "programme.yaml").write_text(text.replace("{preset: deepseek-v3}", "{config: model.json}"))
    programme = gigaloop.load(folder)
    assert programme.workloads[0].model.config == "model.json"
    (folder / "model.json").unlink()
    with pytest.raises(ProgrammeError, match=r"model\.json"):
        gigaloop.load(folder)
