"""What operating points of serving have to do, whatever the constants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import InfeasibleError, UsageError
from gigaloop.design.performance import machine_of
from gigaloop.design.performance.machine import PRECISIONS, Machine
from gigaloop.design.records.serving import SERVING_MEMORY, SERVING_PARTS
from gigaloop.design.serving import ServingConstants, ServingLayouts, ServingLoad, serving_front, serving_points
from gigaloop.design.serving.constants import LOG_SPREAD
from gigaloop.design.serving.front import at_speed, pareto
from gigaloop.design.serving.layouts import legal_layouts
from gigaloop.design.transformer import Transformer, parameters, preset

FP8, FP4 = PRECISIONS.index("fp8"), PRECISIONS.index("fp4")
LOAD = ServingLoad(isl=1024, osl=1024, precision=FP8)


@pytest.fixture(scope="module")
def llama() -> Transformer:
    return preset(load_catalogue(), "llama-3-1-70b")


@pytest.fixture(scope="module")
def deepseek() -> Transformer:
    return preset(load_catalogue(), "deepseek-v3")


@pytest.fixture(scope="module")
def h200() -> Machine:
    return machine_of(load_catalogue().accelerator("h200"))


@pytest.fixture(scope="module")
def gb200() -> Machine:
    return machine_of(load_catalogue().accelerator("gb200"))


def layout(batch: float, *, tp: int = 8, dp: int = 1, ep: int = 1, pp: int = 1, apart: bool = False) -> ServingLayouts:
    return ServingLayouts(tp=tp, dp=dp, ep=ep, pp=pp, batch=np.array([batch]), disaggregated=apart)


def test_parts_add_up_to_the_step_and_memory_to_what_is_available(llama: Transformer, h200: Machine) -> None:
    layouts = ServingLayouts(tp=8, dp=1, ep=1, pp=1, batch=np.array([1.0, 16.0, 256.0, 1e6]))
    points = serving_points(llama, h200, LOAD, layouts)
    assert set(points.parts) == set(SERVING_PARTS)
    assert np.sum(list(points.parts.values()), axis=0) == pytest.approx(points.step)
    assert set(points.memory) == set(SERVING_MEMORY)
    assert (np.sum(list(points.memory.values()), axis=0) <= points.available).all()
    assert points.fits.all()


def test_weights_in_memory_are_those_of_the_model(llama: Transformer, h200: Machine) -> None:
    points = serving_points(llama, h200, LOAD, layout(1.0, tp=1))
    ends = 2.0 * float(np.asarray(llama.vocab)) * float(np.asarray(llama.hidden))  # embedding and head stay in 16 bits
    assert points.memory["weights"][0] == pytest.approx(float(parameters(llama)) + ends, rel=0.002)


def test_a_single_sequence_decodes_no_faster_than_memory_reads_the_weights(llama: Transformer, h200: Machine) -> None:
    points = serving_points(llama, h200, LOAD, layout(1.0, tp=1))
    reading = float(parameters(llama)) / float(h200.hbm_bandwidth)
    assert reading < points.tpot[0] < 2.0 * reading
    assert points.bound[0] == 1


def test_decoding_attention_reads_the_cache_of_every_sequence(llama: Transformer, h200: Machine) -> None:
    load = ServingLoad(isl=4096, osl=1, precision=FP8)
    one, two = (
        serving_points(llama, h200, load, layout(batch, apart=True)).parts["attention over the cache"][0]
        for batch in (8.0, 16.0)
    )
    assert two == pytest.approx(2.0 * one)


@settings(max_examples=25, deadline=None)
@given(batch=st.floats(1.0, 512.0), isl=st.floats(16.0, 16000.0), osl=st.floats(16.0, 4000.0))
def test_more_sequences_give_more_throughput_and_less_speed(
    llama: Transformer, h200: Machine, batch: float, isl: float, osl: float
) -> None:
    load = ServingLoad(isl=isl, osl=osl, precision=FP8)
    layouts = ServingLayouts(tp=8, dp=1, ep=1, pp=1, batch=np.array([batch, 1.5 * batch]))
    points = serving_points(llama, h200, load, layouts)
    if points.batch[1] > points.batch[0]:
        assert points.tokens_per_s_per_user[1] < points.tokens_per_s_per_user[0]
        assert points.tokens_per_s_per_accelerator[1] > 0.98 * points.tokens_per_s_per_accelerator[0]


def test_a_cache_in_half_the_bytes_holds_twice_the_sequences(llama: Transformer, h200: Machine) -> None:
    wide, narrow = (
        serving_points(llama, h200, replace(LOAD, cache_bytes=each), layout(1.0)).batch_limit[0] for each in (2.0, 1.0)
    )
    assert narrow == pytest.approx(2.0 * wide, rel=0.02)


def test_drafted_tokens_speed_users_up_by_what_is_accepted(deepseek: Transformer, gb200: Machine) -> None:
    plain = serving_points(deepseek, gb200, replace(LOAD, precision=FP4), layout(8.0, tp=1, dp=8, ep=8))
    drafted = replace(LOAD, precision=FP4, draft=1.0, acceptance=0.8)
    spoken = serving_points(deepseek, gb200, drafted, layout(8.0, tp=1, dp=8, ep=8))
    gain = spoken.tokens_per_s_per_user[0] / plain.tokens_per_s_per_user[0]
    assert 1.3 < gain < 1.8


def test_a_cached_prefix_shortens_the_first_token_and_raises_throughput(llama: Transformer, h200: Machine) -> None:
    load = ServingLoad(isl=8192, osl=256, precision=FP8)
    none, most = (serving_points(llama, h200, replace(load, cached=each), layout(32.0)) for each in (0.0, 0.9))
    assert most.ttft[0] < none.ttft[0]
    assert most.tokens_per_s_per_accelerator[0] > 1.5 * none.tokens_per_s_per_accelerator[0]


def test_decoding_draws_the_power_of_memory_until_products_fill(llama: Transformer, h200: Machine) -> None:
    """137 to 300 of 700 W of an H200 that decodes: arXiv:2605.11999."""
    load = ServingLoad(isl=16, osl=4096, precision=FP8)
    layouts = ServingLayouts(tp=8, dp=1, ep=1, pp=1, batch=np.array([1.0, 4.0, 16.0, 64.0, 256.0, 1024.0]))
    power = serving_points(llama, h200, load, layouts).power
    assert (np.diff(power) > 0.0).all()
    assert power[0] > 137.0
    assert power[2] < 320.0


def test_a_cached_prefix_is_in_memory_while_its_answer_is_written(llama: Transformer, h200: Machine) -> None:
    load = ServingLoad(isl=65536, osl=256, precision=FP8)
    limits = [
        serving_points(llama, h200, replace(load, cached=each), layout(1.0)).batch_limit[0] for each in (0.0, 0.9)
    ]
    assert limits[0] == limits[1]


def test_prefill_apart_matches_the_rate_of_decoding(llama: Transformer, h200: Machine) -> None:
    together = serving_points(llama, h200, LOAD, layout(64.0))
    apart = serving_points(llama, h200, LOAD, layout(64.0, apart=True))
    assert apart.tpot[0] < together.tpot[0]
    assert 0.0 < apart.prefill_share[0] < 0.5
    decoded = apart.batch[0] / apart.tpot[0] / apart.accelerators[0]
    assert apart.tokens_per_s_per_accelerator[0] == pytest.approx(decoded * (1.0 - apart.prefill_share[0]))


def test_experts_that_nobody_is_sent_to_are_not_read(deepseek: Transformer, gb200: Machine) -> None:
    load = replace(LOAD, precision=FP4)
    few, many = (
        serving_points(deepseek, gb200, load, layout(each, tp=8, ep=8, apart=True)).bytes[0] for each in (1.0, 512.0)
    )
    assert few < 0.3 * many


def test_columns_of_models_and_machines_give_what_each_gives_alone(
    llama: Transformer, deepseek: Transformer, h200: Machine, gb200: Machine
) -> None:
    from gigaloop.design.performance.machine import stacked_machines
    from gigaloop.design.transformer import stacked

    layouts = ServingLayouts(tp=8, dp=1, ep=np.array([1, 8]), pp=1, batch=np.array([32.0, 32.0]))
    both = serving_points(stacked([llama, deepseek]), stacked_machines([h200, gb200]), LOAD, layouts)
    alone = [
        serving_points(model, machine, LOAD, layout(32.0, ep=ep)).tokens_per_s_per_accelerator[0]
        for model, machine, ep in ((llama, h200, 1), (deepseek, gb200, 8))
    ]
    assert both.tokens_per_s_per_accelerator == pytest.approx(alone)


def test_every_constant_has_a_spread_and_moves_something(deepseek: Transformer, gb200: Machine) -> None:
    assert set(LOG_SPREAD) == set(vars(ServingConstants()))
    load = ServingLoad(isl=4096, osl=1024, precision=FP4)
    # Two domains, tensor and expert parallelism: all that a constant could be about.
    small = replace(gb200, domain=8.0)
    layouts = ServingLayouts(tp=2, dp=8, ep=16, pp=1, batch=np.array([1e6]))
    base = serving_points(deepseek, small, load, layouts).tokens_per_s_per_accelerator[0]
    for name in LOG_SPREAD:
        if name == "tail":  # how far limits are kept away from, which a search looks at
            continue
        moved = replace(ServingConstants(), **{name: 1.05 * getattr(ServingConstants(), name)})
        after = serving_points(deepseek, small, load, layouts, moved).tokens_per_s_per_accelerator[0]
        assert after != base, name


def test_nothing_beats_a_point_of_the_front_in_both(deepseek: Transformer, gb200: Machine) -> None:
    front = serving_front(deepseek, gb200, replace(LOAD, precision=FP4), 72)
    rate, speed = front.points.tokens_per_s_per_accelerator, front.points.tokens_per_s_per_user
    assert len(front.front) > 5
    for row in front.front:
        assert not ((rate > rate[row]) & (speed > speed[row]) & front.points.fits).any()
    assert (np.diff(rate[front.front]) < 0.0).all()
    assert (np.diff(speed[front.front]) > 0.0).all()


def test_the_best_keeps_what_is_required_and_the_causes_count_the_others(deepseek: Transformer, gb200: Machine) -> None:
    front = serving_front(deepseek, gb200, replace(LOAD, precision=FP4), 72, speed=60.0, ttft=1.0)
    assert front.best is not None
    assert front.points.tokens_per_s_per_user[front.best] >= 60.0
    assert front.points.ttft[front.best] <= 1.0
    assert sum(front.out.values()) + 1 == front.considered
    assert front.out["slower for a user than required"] > 0


def test_no_point_is_best_where_nothing_is_fast_enough(llama: Transformer, h200: Machine) -> None:
    assert serving_front(llama, h200, LOAD, 8, speed=1e6).best is None


def test_a_model_that_fits_nowhere_says_how_many_accelerators_would_do(deepseek: Transformer, h200: Machine) -> None:
    with pytest.raises(InfeasibleError) as caught:
        serving_front(deepseek, h200, LOAD, 2)
    assert "accelerators or more" in str(caught.value.problems[0])


def test_heads_that_cannot_be_split_name_the_splits_that_can(llama: Transformer, h200: Machine) -> None:
    with pytest.raises(UsageError) as caught:
        legal_layouts(llama, h200, 6, {"tp": 6})
    assert "64 heads can be split 1, 2, 4 ways" in caught.value.hint


def test_a_precision_that_an_accelerator_lacks_names_those_it_has(llama: Transformer, h200: Machine) -> None:
    with pytest.raises(UsageError) as caught:
        serving_front(llama, h200, replace(LOAD, precision=FP4), 8)
    assert caught.value.hint == "it computes in bf16, fp8, mxfp8"


def test_a_front_is_read_between_its_points_and_not_beyond() -> None:
    rate, speed = np.array([100.0, 10.0]), np.array([10.0, 100.0])
    assert at_speed(rate, speed, float(np.sqrt(1000.0))) == pytest.approx(np.sqrt(1000.0))
    assert at_speed(rate, speed, 101.0) == 0.0
    assert at_speed(rate, speed, 1.0) == pytest.approx(100.0)
    assert not len(pareto(rate, speed, np.array([False, False])))
