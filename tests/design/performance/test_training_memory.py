"""Memory of a training job: against published formulas, and what must hold whatever the numbers are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.design.performance.held import kept_bytes
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.memory import least_recompute, micro_batches_in_flight, training_memory, usable_hbm
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.transformer import Transformer, parameters

A100 = Machine("A100", "ampere", 312e12, np.nan, np.nan, 80e9, 2.04e12, 8, 300e9, 25e9, 400, 400)
GPT = Transformer("GPT-3", 96, 12288, 96, 96, 128, 49152, 51200, gated=False, norm_bias=True, tied=True)
LLAMA = Transformer("Llama 3.1 70B", 80, 8192, 64, 8, 128, 28672, 128256)
MIXTURE = Transformer(
    "mixture", 61, 7168, 128, 128, 128, 18432, 129280, experts=256, top_k=8, expert_ffn=2048, shared_ffn=2048,
    dense_layers=3, q_rank=1536, kv_rank=512, rope_dim=64, mtp_layers=1,
)  # fmt: skip
PLAIN = Strategies(tp=1, cp=1, pp=1, vp=1, dp=1, ep=1, micro_batch=1, recompute=0, zero=0)
JOB = Job(sequence=2048, batch=512, precision=0)


def total(model: Transformer, job: Job, strategies: Strategies, machine: Machine = A100) -> float:
    return float(training_memory(model, machine, job, strategies).total[0])


@pytest.mark.parametrize(
    ("sequence_parallel", "recompute", "whole", "cut", "scores"),
    [(False, 0, 10, 24, 5), (True, 0, 0, 34, 5), (False, 1, 10, 24, 0), (True, 1, 0, 34, 0)],
)
@pytest.mark.parametrize("tp", [1, 2, 8])
def test_a_layer_keeps_what_table_2_of_korthikanti_says(sequence_parallel, recompute, whole, cut, scores, tp):
    # Korthikanti et al., arXiv:2205.05198, table 2: bytes over s b h. Ours adds the sums of softmax, 4 a / h at most.
    strategies = replace(
        PLAIN, tp=tp, sequence_parallel=sequence_parallel, recompute=recompute, micro_batch=4, fused_attention=False
    )
    found = float(kept_bytes(GPT, JOB, strategies).dense) / (2048 * 4 * 12288)
    assert found == pytest.approx(whole + (cut + scores * 96 * 2048 / 12288) / tp, abs=4 * 96 / 12288 + 1e-9)


def test_full_recompute_keeps_the_input_of_a_layer():
    # Korthikanti et al., arXiv:2205.05198, table 2: 2 s b h, and with sequence parallelism a share of it.
    strategies = replace(PLAIN, tp=8, sequence_parallel=True, recompute=2)
    assert float(kept_bytes(GPT, JOB, strategies).input) == 2 * 2048 * 12288 / 8


def test_states_are_sixteen_bytes_a_parameter_and_two_of_a_gradient_in_32_bits():
    # Rajbhandari et al., arXiv:1910.02054, section 3.1, counts 16 with gradients in 16 bits; they are kept in 32 here.
    memory = training_memory(LLAMA, A100, JOB, PLAIN)
    static = sum(float(memory.parts[part][0]) for part in ("weights", "gradients", "optimiser states"))
    assert static == pytest.approx(18.0 * float(parameters(LLAMA)), rel=1e-3)


@pytest.mark.parametrize(("zero", "bytes_each"), [(0, 18.0), (1, 6.0 + 12.0 / 64), (3, 16.0 / 64)])
def test_a_zero_stage_shards_what_its_paper_says(zero, bytes_each):
    # Rajbhandari et al., arXiv:1910.02054, figure 1; fully sharded, the 32-bit master is the only copy of a weight.
    memory = training_memory(LLAMA, A100, replace(JOB, batch=64), replace(PLAIN, dp=64, zero=zero))
    static = sum(float(memory.parts[part][0]) for part in ("weights", "gradients", "optimiser states"))
    assert static == pytest.approx(bytes_each * float(parameters(LLAMA)), rel=1e-3)


def test_gradients_are_whole_while_micro_batches_add_to_them():
    strategies = replace(PLAIN, dp=64, zero=2)
    once, often = (training_memory(LLAMA, A100, replace(JOB, batch=batch), strategies) for batch in (64, 128))
    assert float(often.parts["gradients"][0]) == pytest.approx(64.0 * float(once.parts["gradients"][0]))


@pytest.mark.parametrize(
    ("pp", "vp", "schedule", "stage", "kept"),
    [
        (8, 1, 0, 0, 8.0),  # 1F1B: one per stage after it, Narayanan et al., arXiv:2104.04473
        (8, 1, 0, -1, 1.0),
        (8, 4, 0, 0, 8.0 + 7.0 / 4.0),  # interleaved: L (1 + (p - 1) / p m), Korthikanti et al., arXiv:2205.05198
        (16, 1, 1, 0, 16.0),  # zero-bubble and DualPipe: DeepSeek-V3, arXiv:2412.19437, table 2
        (16, 1, 2, 0, 17.0),
        (16, 1, 2, -1, 17.0),
    ],
)
def test_as_many_micro_batches_are_in_flight_as_the_schedule_starts(pp, vp, schedule, stage, kept):
    strategies = replace(PLAIN, pp=pp, vp=vp, schedule=schedule)
    assert float(micro_batches_in_flight(strategies, 1000.0, stage=stage)) == kept
    assert float(micro_batches_in_flight(strategies, 1.0, stage=stage)) == 1.0


def test_uneven_layers_leave_the_first_and_the_last_stage_one_less():
    # 126 layers on 8 stages of 16: head and embedding take the places of two layers (Llama 3, arXiv:2407.21783, 3.3.2).
    llama = replace(LLAMA, layers=126)
    full = replace(LLAMA, layers=128)
    strategies = replace(PLAIN, pp=8, tp=8, dp=8, zero=1)
    uneven, even = (training_memory(model, A100, JOB, strategies) for model in (llama, full))
    assert float(uneven.parts["activations"][0]) == pytest.approx(float(even.parts["activations"][0]) * 15 / 16)


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from([GPT, LLAMA, MIXTURE]),
    tp=st.sampled_from([1, 2, 4, 8]),
    pp=st.sampled_from([1, 2, 4]),
    cp=st.sampled_from([1, 2]),
    dp=st.sampled_from([1, 8, 32]),
    ep=st.sampled_from([1, 8]),
    micro_batch=st.sampled_from([1, 2, 4]),
    precision=st.integers(0, 3),
    recompute=st.integers(0, 2),
    zero=st.integers(0, 3),
    schedule=st.integers(0, 2),
)
def test_parts_add_up_and_more_cutting_never_takes_more(
    model, tp, pp, cp, dp, ep, micro_batch, precision, recompute, zero, schedule
):
    ep = ep if model.experts and (tp * cp * dp) % ep == 0 else 1
    schedule = schedule if pp > 1 else 0
    job = Job(sequence=4096, batch=1024, precision=precision)
    strategies = Strategies(
        tp=tp, cp=cp, pp=pp, vp=1, dp=dp, ep=ep, micro_batch=micro_batch, recompute=recompute, zero=zero,
        schedule=schedule,
    )  # fmt: skip
    memory = training_memory(model, A100, job, strategies)
    assert sum(float(part[0]) for part in memory.parts.values()) == pytest.approx(float(memory.total[0]))
    assert all(float(part[0]) >= 0.0 for part in memory.parts.values())
    here = float(memory.total[0])
    assert total(model, job, replace(strategies, micro_batch=2 * micro_batch)) > here
    assert total(model, job, replace(strategies, cp=2 * cp)) <= here * (1 + 1e-12)
    if recompute < 2:
        assert total(model, job, replace(strategies, recompute=2)) <= here * (1 + 1e-12)
    if zero == 0:
        assert total(model, job, replace(strategies, zero=1)) <= here * (1 + 1e-12)


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from([1, 2, 8]), st.sampled_from([1, 4]), st.integers(0, 3)), min_size=1))
def test_columns_give_what_rows_give_one_by_one(rows):
    columns = Strategies(
        tp=np.array([row[0] for row in rows]),
        cp=1,
        pp=np.array([row[1] for row in rows]),
        vp=1,
        dp=8,
        ep=8,
        micro_batch=1,
        recompute=0,
        zero=np.array([row[2] for row in rows]),
    )
    together = training_memory(MIXTURE, A100, JOB, columns).total
    alone = [total(MIXTURE, JOB, replace(columns, tp=tp, pp=pp, zero=zero)) for tp, pp, zero in rows]
    assert together == pytest.approx(np.array(alone))


def test_further_predictions_take_memory_on_the_last_stage():
    without = replace(MIXTURE, mtp_layers=0)
    strategies = replace(PLAIN, pp=2, dp=8, ep=8, zero=1)
    assert total(MIXTURE, JOB, strategies) >= total(without, JOB, strategies)
    assert total(MIXTURE, JOB, replace(strategies, pp=1)) > total(without, JOB, replace(strategies, pp=1))


def test_adapters_need_no_states_of_the_weights():
    # A 70 G model in 16 bits is 141 GB; MLPerf trains its adapters on one accelerator of 192 GB.
    adapters = training_memory(LLAMA, A100, replace(JOB, adapters=True), replace(PLAIN, recompute=2))
    assert float(adapters.parts["optimiser states"][0]) < 2e9
    assert float(adapters.total[0]) < 165e9 < total(LLAMA, JOB, replace(PLAIN, recompute=2))


def test_the_least_recompute_that_fits_is_taken():
    strategies = replace(PLAIN, tp=8, pp=8, dp=8, zero=1)
    small = replace(A100, hbm=20e9)
    assert int(least_recompute(LLAMA, A100, JOB, strategies)[0]) == 0
    taken = int(least_recompute(LLAMA, small, replace(JOB, sequence=8192), strategies)[0])
    assert taken > 0
    assert training_memory(LLAMA, small, replace(JOB, sequence=8192), replace(strategies, recompute=taken)).fits[0]


def test_usable_memory_is_what_pytorch_reports():
    # PyTorch reports 79.15 GiB of an A100 of 80 GB and 139.8 GiB of an H200 of 141 GB.
    assert float(usable_hbm(A100)) <= 79.15 * 2**30
    assert float(usable_hbm(replace(A100, hbm=141e9))) <= 139.8 * 2**30


@pytest.mark.parametrize(
    ("layers", "hidden", "heads", "pp", "vp", "micro_batch", "batch"),
    [
        (48, 6144, 64, 1, 1, 4, 4),
        (96, 12288, 96, 8, 3, 1, 64),
        (105, 20480, 128, 35, 3, 1, 280),
        (128, 25600, 160, 64, 1, 1, 512),
    ],
)
def test_what_did_not_fit_does_not_and_what_was_run_does(layers, hidden, heads, pp, vp, micro_batch, batch):
    # Korthikanti et al., arXiv:2205.05198, figure 1 and table 3: on A100 of 80 GB the four models exceed memory with
    # tensor parallelism alone, and were run with sequence parallelism and selective recompute.
    gpt = Transformer(
        "GPT", layers, hidden, heads, heads, hidden // heads, 4 * hidden, 51200, gated=False, norm_bias=True, tied=True
    )
    run = replace(PLAIN, tp=8, pp=pp, vp=vp, micro_batch=micro_batch, recompute=1, fused_attention=False)
    job = replace(JOB, batch=batch)
    assert training_memory(gpt, A100, job, run).fits[0]
    assert not training_memory(gpt, A100, job, replace(run, recompute=0, sequence_parallel=False)).fits[0]


def test_a_run_that_ended_out_of_memory_does_not_fit():
    # torchtitan docs/performance.md: Llama 3.1 405B on 128 H100 of 94 GB, sharded fully, all recomputed: out of memory.
    llama = Transformer("Llama 3.1 405B", 126, 16384, 128, 8, 128, 53248, 128256)
    sharded = replace(PLAIN, dp=128, micro_batch=2, recompute=2, zero=3, fused_loss=False)
    assert not training_memory(llama, replace(A100, hbm=94e9), Job(8192, 256, 0), sharded).fits[0]
    cut = replace(sharded, tp=8, dp=16)  # ran
    assert training_memory(llama, replace(A100, hbm=94e9), Job(8192, 32, 0), cut).fits[0]
