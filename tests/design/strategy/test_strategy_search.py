"""The search over strategies: the best is the best, and what is said of the others holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gigaloop.core.errors import InfeasibleError, UsageError
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.step import training_steps
from gigaloop.design.performance.strategies import Job
from gigaloop.design.strategy import search_strategies, strategies_of
from gigaloop.design.strategy.sensitivity import NUMBERS, scaled
from gigaloop.design.strategy.space import schedule_runs
from gigaloop.design.transformer import Transformer

H100 = Machine("H100", "hopper", 989e12, 1979e12, np.nan, 80e9, 3.35e12, 8, 450e9, 50e9, 700, 700)
LLAMA = Transformer("Llama 3.1 70B", 80, 8192, 64, 8, 128, 28672, 128256)
MIXTURE = Transformer(
    "mixture", 24, 4096, 32, 32, 128, 12288, 32000, experts=64, top_k=4, expert_ffn=1536, shared_ffn=1536,
    dense_layers=1, q_rank=1024, kv_rank=512, rope_dim=64,
)  # fmt: skip
JOB = Job(sequence=4096, batch=128, precision=0)


@pytest.fixture(scope="module")
def dense():
    return search_strategies(LLAMA, H100, JOB, 64)


@pytest.mark.parametrize(("model", "accelerators"), [(LLAMA, 64), (MIXTURE, 32)])
def test_the_best_is_the_fastest_of_all_that_fit(model, accelerators):
    found = search_strategies(model, H100, JOB, accelerators)
    space = strategies_of(model, H100, JOB, accelerators)
    strategies = space.strategies(np.arange(space.size))
    fits = training_memory(model, H100, JOB, strategies).fits & schedule_runs(JOB, strategies)
    steps = training_steps(model, H100, JOB, strategies).step
    assert found.best.step == pytest.approx(steps[fits].min())
    assert found.fitting == int(fits.sum())
    assert found.considered == space.size
    out = sum(each.count for each in found.ruled_out if each.unit == "strategies")
    assert found.fitting + out == found.considered


def test_runners_up_are_other_layouts_and_slower(dense):
    points = (dense.best, *dense.runners_up)
    assert len(points) > 5
    assert len({(each.tp, each.cp, each.pp, each.ep) for each in points}) == len(points)
    assert [each.step for each in points] == sorted(each.step for each in points)
    assert all(each.memory <= dense.available for each in points)


def test_parts_of_the_best_add_up(dense):
    assert sum(dense.best.step_parts.values()) == pytest.approx(dense.best.step)
    assert sum(dense.best.memory_parts.values()) == pytest.approx(dense.best.memory)
    tokens = JOB.batch * JOB.sequence / (dense.best.step * 64)
    assert dense.best.tokens_per_s_per_accelerator == pytest.approx(tokens)


def test_more_memory_unlocks_what_is_said(dense):
    assert dense.memory_steps
    for step in dense.memory_steps:
        assert step.gain < 0.0
        assert step.memory > dense.available
    first = dense.memory_steps[0]
    enough = replace(H100, hbm=H100.hbm * 1.0001 * first.memory / dense.available)
    assert search_strategies(LLAMA, enough, JOB, 64).best.step == pytest.approx(first.point.step)


def test_a_number_is_worth_what_a_new_search_finds(dense):
    by_number = {each.number: each for each in dense.sensitivity}
    assert set(by_number) == {name for name, _, _ in NUMBERS}
    for name in ("hbm", "scale_out"):
        anew = search_strategies(LLAMA, scaled(H100, name, 2.0), JOB, 64).best.step / dense.best.step - 1.0
        said = by_number[name].doubled
        assert said <= 1e-9
        assert anew <= said + 1e-9  # layouts are kept by their best; a new search can only find more
        assert said == pytest.approx(anew, abs=0.02)
    for name in ("peak", "hbm_bandwidth", "scale_up", "scale_out"):
        assert -1.0 <= by_number[name].elasticity <= 1e-9
        assert by_number[name].halved >= -1e-9


@pytest.mark.parametrize(("model", "accelerators"), [(LLAMA, 64), (LLAMA, 96), (MIXTURE, 512)])
def test_a_search_that_is_not_thorough_finds_the_same_layouts(model, accelerators):
    job = replace(JOB, batch=384)
    quick, whole = (search_strategies(model, H100, job, accelerators, thorough=thorough) for thorough in (False, True))
    for name in ("best", "runners_up", "memory_steps", "considered", "available"):
        assert getattr(quick, name) == getattr(whole, name)
    assert quick.ruled_out == tuple(each for each in whole.ruled_out if each.cause != "memory")
    assert quick.fitting is None
    assert not quick.sensitivity


def test_a_precision_without_a_peak_is_refused_with_those_that_have_one():
    with pytest.raises(UsageError, match="no dense peak in fp4") as error:
        search_strategies(LLAMA, H100, replace(JOB, precision=3), 64)
    assert error.value.hint == "its precisions: bf16, fp8, mxfp8"


def test_what_is_fixed_is_kept_and_costs_time(dense):
    fixed = search_strategies(LLAMA, H100, JOB, 64, fixed={"pp": 1, "recompute": "full"})
    assert fixed.best.pp == 1
    assert fixed.best.recompute == "full"
    assert fixed.best.step >= dense.best.step
    assert fixed.fixed == {"pp": 1, "recompute": "full"}


def test_a_model_that_fits_nowhere_is_told_how_many_accelerators_would_do():
    with pytest.raises(InfeasibleError) as error:
        search_strategies(LLAMA, H100, JOB, 8)
    message = str(error.value)
    assert "does not fit on 8 accelerators of 80 GB" in message
    more = next(int(word) for word in error.value.ways_out[0].split() if word.isdigit())
    assert search_strategies(LLAMA, H100, JOB, more).best.memory <= search_strategies(LLAMA, H100, JOB, more).available
    with pytest.raises(InfeasibleError):
        search_strategies(LLAMA, H100, JOB, more // 2)


def test_stages_that_no_micro_batches_go_round_are_told_from_memory():
    fixed = {"pp": 8, "dp": 8, "schedule": "dualpipe", "micro_batch": 16}
    with pytest.raises(InfeasibleError, match="no number of micro-batches") as error:
        search_strategies(LLAMA, H100, JOB, 64, fixed=fixed)
    assert "free schedule or pp or micro_batch or dp" in error.value.ways_out[0]


def test_choices_that_leave_no_memory_are_named():
    with pytest.raises(InfeasibleError) as error:
        search_strategies(LLAMA, H100, JOB, 32, fixed={"tp": 1, "pp": 1, "zero": 0, "recompute": "none"})
    assert "free recompute, zero" in error.value.ways_out[0]


def test_a_name_says_what_a_strategy_is(dense):
    assert replace(
        dense.best, tp=8, cp=1, pp=16, vp=6, dp=32, ep=1, micro_batch=1, zero=1, recompute="selective", schedule="1f1b",
        sequence_parallel=False,
    ).name == "TP8 PP16 VP6 DP32, micro-batch 1, ZeRO-1, selective recompute, no sequence parallelism"  # fmt: skip
