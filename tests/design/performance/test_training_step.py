"""Training steps against hand counts, closed forms and properties that any machine has."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.design.performance import Constants, Machine, stacked_machines, training_steps
from gigaloop.design.performance.step import CHUNK
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.records.training import STEP_PARTS, TrainingSteps
from gigaloop.design.transformer import Transformer, stacked

GPT = Transformer("GPT-3 175B", 96, 12288, 96, 96, 128, 49152, 51200, gated=False)
LLAMA = Transformer("Llama 3.1 70B", 80, 8192, 64, 8, 128, 28672, 128256)
MIXTURE = Transformer(
    "DeepSeek-V3", 61, 7168, 128, 128, 128, 18432, 129280, experts=256, top_k=8, expert_ffn=2048, shared_ffn=2048,
    dense_layers=3, q_rank=1536, kv_rank=512, rope_dim=64, v_head_dim=128, mtp_layers=1,
)  # fmt: skip
A100 = Machine("A100", "ampere", 312e12, np.nan, np.nan, 80e9, 2.039e12, 8.0, 300e9, 25e9, 400.0, 400.0)
H100 = Machine("H100", "hopper", 989e12, 1979e12, np.nan, 80e9, 3.35e12, 8.0, 450e9, 50e9, 700.0, 700.0)
GB200 = Machine("GB200", "blackwell", 2450e12, 4900e12, 9800e12, 186e9, 8e12, 72.0, 900e9, 50e9, 1200.0, 1200.0)
PLAIN = Strategies(tp=8, cp=1, pp=8, vp=1, dp=1, ep=1, micro_batch=1, recompute=0, zero=1)
MODELS = {"dense": LLAMA, "mixture": MIXTURE}


def one(steps: TrainingSteps) -> float:
    return float(steps.step[0])


layouts = st.builds(
    Strategies,
    tp=st.sampled_from([1, 2, 4, 8]),
    cp=st.sampled_from([1, 2]),
    pp=st.sampled_from([1, 2, 4, 8]),
    vp=st.sampled_from([1, 2]),
    dp=st.sampled_from([1, 2, 8]),
    ep=st.sampled_from([1, 2, 8]),
    micro_batch=st.sampled_from([1, 2]),
    recompute=st.integers(0, 2),
    zero=st.integers(0, 3),
    schedule=st.integers(0, 2),
    sequence_parallel=st.booleans(),
    fused_attention=st.booleans(),
    overlap_tp=st.booleans(),
    overlap_ep=st.booleans(),
    overlap_dp=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(layout=layouts, precision=st.integers(0, 3), model=st.sampled_from(sorted(MODELS)))
def test_parts_sum_to_the_step_and_none_is_negative(layout: Strategies, precision: int, model: str) -> None:
    found = training_steps(MODELS[model], GB200, Job(8192, 64, precision), layout)
    assert tuple(found.parts) == STEP_PARTS
    assert sum(float(part[0]) for part in found.parts.values()) == pytest.approx(one(found), rel=1e-12)
    assert all(float(part[0]) >= -1e-12 for part in (*found.parts.values(), *found.hidden.values()))
    assert 0.0 < float(found.mfu[0]) < 1.0
    assert float(found.hfu[0]) >= 0.9 * float(found.mfu[0])


@settings(max_examples=40, deadline=None)
@given(
    layout=layouts,
    number=st.sampled_from(["bf16", "fp8", "tdp", "hbm_bandwidth", "scale_up", "scale_out", "special_functions"]),
    factor=st.floats(1.1, 4.0),
    model=st.sampled_from(sorted(MODELS)),
)
def test_a_faster_machine_is_never_slower(layout: Strategies, number: str, factor: float, model: str) -> None:
    # Where the host bounds a layer, faster operators leave collectives less to hide behind, and the rest waits: within
    # 3 %; a wider link never hurts at all. Zero-bubble schedules fill with gradients of weights, of which a layer that
    # the host bounds has less the faster the accelerator: those with one forward and one backward pass are looked at.
    layout = replace(layout, schedule=0)
    faster = replace(GB200, **{number: getattr(GB200, number) * factor})
    faster = replace(faster, power=faster.tdp)
    job = Job(8192, 64, 1)
    before, after = (
        training_steps(MODELS[model], GB200, job, layout),
        training_steps(MODELS[model], faster, job, layout),
    )
    assert one(after) <= one(before) * (1.0 + 1e-9 if number.startswith("scale") else 1.03)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_lower_power_cap_makes_compute_slower_and_nothing_else(model: str) -> None:
    job, capped = Job(8192, 64, 1), replace(GB200, power=900.0)
    free, held = training_steps(MODELS[model], GB200, job, PLAIN), training_steps(MODELS[model], capped, job, PLAIN)
    assert held.parts["matrix products"][0] > 1.05 * free.parts["matrix products"][0]
    assert held.parts["memory-bound operators"][0] == pytest.approx(free.parts["memory-bound operators"][0])


def test_hardware_flops_of_full_recompute_are_those_of_narayanan() -> None:
    # Narayanan et al., arXiv:2104.04473, equation 3: 96 B s l h^2 (1 + s / (6 h) + V / (16 l h)) with everything
    # recomputed but the head; half of the attention is masked, which it counts in full.
    s, batch, layers, h, vocab = 2048.0, 64.0, 96.0, 12288.0, 51200.0
    published = 96.0 * batch * s * layers * h * h * (1.0 + s / (6.0 * h) + vocab / (16.0 * layers * h))
    masked = 4.0 * 2.0 * 2.0 * batch * s * s / 2.0 * h * layers
    found = training_steps(GPT, A100, Job(2048, 64, 0), replace(PLAIN, recompute=2))
    assert float(found.hardware_flops[0]) == pytest.approx(published - masked, rel=1e-12)


def test_model_flops_do_not_know_how_they_are_computed() -> None:
    job = Job(2048, 64, 0)
    plain, again = (training_steps(GPT, A100, job, replace(PLAIN, recompute=each)) for each in (0, 2))
    assert plain.model_flops[0] == again.model_flops[0]
    assert again.mfu[0] < plain.mfu[0] < plain.hfu[0] * (1.0 + 1e-9)


def test_matrix_products_run_at_the_share_of_the_peak_they_are_given() -> None:
    # With nothing but a share of the peak, the time of the products is their FLOPs over it.
    ideal = Constants(matrix=((0.9,) * 4,) * 9, wave=0.0, prologue=0.0)
    endless = replace(A100, hbm_bandwidth=1e30)
    found = training_steps(GPT, endless, Job(2048, 64, 0), PLAIN, ideal)
    weights = 96 * 12 * 12288**2 + 51200 * 12288
    assert float(found.parts["matrix products"][0]) == pytest.approx(
        6.0 * weights * 64 * 2048 / 64 / 0.9 / 312e12, rel=1e-9
    )


def test_twice_the_replicas_halve_what_each_computes() -> None:
    job = Job(2048, 1536, 0)
    one_, two = (training_steps(GPT, A100, job, replace(PLAIN, dp=dp)) for dp in (4, 8))
    for part in ("matrix products", "attention", "memory-bound operators", "tensor parallelism"):
        assert float(two.parts[part][0]) == pytest.approx(0.5 * float(one_.parts[part][0]))
    assert float(two.parts["pipeline bubble"][0]) == pytest.approx(float(one_.parts["pipeline bubble"][0]))


def test_full_recompute_costs_a_forward_pass() -> None:
    # Korthikanti et al., arXiv:2205.05198, figure 8: 30-40 % more time with full recompute, 4 % with selective on
    # their largest models.
    job = Job(2048, 64, 0)
    unfused = replace(PLAIN, fused_attention=False)
    none, selective, full = (
        training_steps(GPT, A100, job, replace(unfused, recompute=each)).step[0] for each in (0, 1, 2)
    )
    assert 1.28 < full / none < 1.42
    assert 1.005 < selective / none < 1.08


@pytest.mark.parametrize(
    ("layout", "published"),
    [
        (replace(PLAIN, vp=3, recompute=2, sequence_parallel=False), 18.13),
        (replace(PLAIN, vp=3, recompute=1), 13.75),
    ],
)
def test_gpt_3_of_korthikanti(layout: Strategies, published: float) -> None:
    # arXiv:2205.05198, table 5: 64 A100, batch 64; within what constants before any fit may be off.
    unfused = replace(layout, fused_attention=False, overlap_tp=False, overlap_pp=False, zero=0)
    assert one(training_steps(GPT, A100, Job(2048, 64, 0), unfused)) == pytest.approx(published, rel=0.12)


def test_attention_by_a_kernel_for_other_parts_is_slower_and_separate_operators_slowest() -> None:
    job, layout = Job(8192, 64, 0), replace(PLAIN, overlap_tp=False)
    best, portable, separate = (
        training_steps(LLAMA, H100, job, replace(layout, **flags)).parts["attention"][0]
        for flags in ({}, {"portable_attention": True}, {"fused_attention": False, "portable_attention": True})
    )
    assert float(portable) == pytest.approx(float(best) / Constants().portable)
    assert separate > portable


def test_adapters_need_no_gradients_of_weights() -> None:
    job = Job(8192, 8, 1)
    layout = replace(PLAIN, tp=4, pp=1, dp=2, zero=0)
    full, adapters = (training_steps(LLAMA, H100, replace(job, adapters=each), layout) for each in (False, True))
    assert adapters.parts["data parallelism"][0] == adapters.parts["optimiser"][0] == 0.0
    ratio = float(adapters.parts["matrix products"][0] / full.parts["matrix products"][0])
    assert 0.6 < ratio < 0.7
    assert float(adapters.model_flops[0] / full.model_flops[0]) == pytest.approx(2.0 / 3.0)


def test_sharded_weights_travel_with_every_micro_batch() -> None:
    # Rajbhandari et al., arXiv:1910.02054, section 7: two gathers and a scatter in place of one each a step.
    bare = Constants(interference=0.0)
    layout = replace(PLAIN, tp=1, pp=1, dp=64, zero=3, overlap_dp=False)
    once, four = (
        float(training_steps(LLAMA, H100, Job(8192, 64 * n, 0), layout, bare).parts["data parallelism"][0])
        for n in (1, 4)
    )
    assert four == pytest.approx(4.0 * once)
    step = replace(layout, zero=1)
    same = [
        float(training_steps(LLAMA, H100, Job(8192, 64 * n, 0), step, bare).parts["data parallelism"][0])
        for n in (1, 4)
    ]
    assert same[0] == pytest.approx(same[1])


def test_overlap_only_moves_communication_behind_compute() -> None:
    bare, job = Constants(interference=0.0), Job(8192, 64, 1)
    layout = replace(PLAIN, ep=8, pp=1, dp=8)
    names = {"tensor parallelism": "overlap_tp", "expert parallelism": "overlap_ep", "data parallelism": "overlap_dp"}
    for part, flag in names.items():
        on, off = (training_steps(MIXTURE, GB200, job, replace(layout, **{flag: each}), bare) for each in (True, False))
        total_on, total_off = (float(each.parts[part][0] + each.hidden[part][0]) for each in (on, off))
        assert total_on == pytest.approx(total_off)
        assert on.parts[part][0] < off.parts[part][0]


def test_columns_chunks_and_rows_agree() -> None:
    # Strategies that share a layer's work, chunks of a long column, and rows with their own model and machine.
    rng = np.random.default_rng(1)
    n = CHUNK + 100
    columns = {name: rng.choice([1, 2, 4, 8], n) for name in ("tp", "pp", "dp", "ep", "micro_batch")}
    layouts_ = Strategies(
        cp=1,
        vp=1,
        recompute=rng.integers(0, 3, n),
        zero=rng.integers(0, 4, n),
        overlap_tp=rng.random(n) < 0.5,
        **columns,
    )
    job = Job(4096, 512, 2)
    long = training_steps(MIXTURE, GB200, job, layouts_)
    for row in (0, 17, CHUNK - 1, CHUNK, n - 1):
        found = {each.name: getattr(layouts_, each.name) for each in fields(Strategies)}
        picked = Strategies(**{name: value[row] if np.ndim(value) else value for name, value in found.items()})
        assert one(training_steps(MIXTURE, GB200, job, picked)) == pytest.approx(float(long.step[row]), rel=1e-12)
    models, machines = stacked([MIXTURE, LLAMA]), stacked_machines([GB200, H100])
    jobs = Job(np.array([4096, 8192]), np.array([512, 256]), np.array([2, 1]))
    both = training_steps(models, machines, jobs, PLAIN)
    apart = [
        training_steps(MIXTURE, GB200, Job(4096, 512, 2), PLAIN), training_steps(LLAMA, H100, Job(8192, 256, 1), PLAIN)
    ]  # fmt: skip
    assert both.step == pytest.approx([one(each) for each in apart], rel=1e-12)
    for part in STEP_PARTS:
        assert both.parts[part] == pytest.approx([float(each.parts[part][0]) for each in apart], rel=1e-12, abs=1e-15)


def test_without_the_precision_or_a_link_there_is_no_number() -> None:
    assert np.isnan(one(training_steps(GPT, A100, Job(2048, 64, 1), PLAIN)))
    alone = replace(A100, scale_out=0.0)
    assert np.isnan(one(training_steps(GPT, alone, Job(2048, 64, 0), PLAIN)))
    assert np.isfinite(one(training_steps(GPT, alone, Job(2048, 64, 0), replace(PLAIN, pp=1, dp=1))))


def test_an_accelerator_whose_power_is_not_known_is_not_capped() -> None:
    unknown, job = replace(H100, tdp=np.nan, power=np.nan), Job(4096, 64, 1)
    assert one(training_steps(LLAMA, unknown, job, PLAIN)) == pytest.approx(
        one(training_steps(LLAMA, H100, job, PLAIN)), rel=1e-3
    )


def test_interconnects_that_nothing_uses_do_not_matter() -> None:
    single = Strategies(tp=1, cp=1, pp=1, vp=1, dp=1, ep=1, micro_batch=1, recompute=0, zero=0)
    found = training_steps(LLAMA, replace(H100, scale_up=1.0, scale_out=0.0), Job(4096, 8, 1), single)
    for part in ("tensor", "context", "expert", "data"):
        assert found.parts[f"{part} parallelism"][0] == 0.0
    assert found.parts["pipeline bubble"][0] == found.parts["pipeline transfers"][0] == 0.0
    assert one(found) == pytest.approx(one(training_steps(LLAMA, H100, Job(4096, 8, 1), single)))
