"""FLOPs of transformers, against the formulas of the literature and against what published runs count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.catalogue import load_catalogue
from gigaloop.design.transformer import (
    Transformer,
    active_parameters,
    forward_flops,
    matrix_flops,
    mixing_flops,
    parameter_parts,
    preset,
    stacked,
    training_flops,
)

CATALOGUE = load_catalogue()
SC21 = ["gpt-1-7b", "gpt-7-5b", "gpt-18b", "gpt-76b", "gpt-145b", "gpt-530b", "gpt-1t"]


@pytest.mark.parametrize("id_", SC21)
def test_four_forward_passes_through_layers_and_three_through_the_head_are_narayanan_s_formula(id_):
    # 96 B s l h^2 (1 + s/(6 h) + V/(16 l h)) with recompute of layers, https://arxiv.org/abs/2104.04473, section 5.1
    model, s = preset(CATALOGUE, id_), 2048
    layers, h = model.layers, model.hidden
    formula = 96 * layers * h * h * (1 + s / (6 * h) + model.vocab / (16 * layers * h))
    head = 2 * model.vocab * h
    forward = float(forward_flops(model, s, causal=False))
    assert 4 * (forward - head) + 3 * head == pytest.approx(formula, rel=1e-12)


def test_palm_s_convention_is_met_to_its_norms():
    # 6 N + 12 L H Q T, https://arxiv.org/abs/2204.02311, appendix B
    model, t = preset(CATALOGUE, "palm-540b"), 2048
    formula = 6 * int(active_parameters(model)) + 12 * model.layers * model.heads * model.head_dim * t
    assert float(training_flops(model, t, causal=False)) == pytest.approx(formula, rel=1e-5)


@pytest.mark.parametrize(
    ("id_", "sequence", "published"),
    [
        # TFLOP/s over tokens/s per accelerator [GFLOP per token] of Google's recipes for Ironwood, whose counts have
        # the router and no further tokens: https://github.com/AI-Hypercomputer/tpu-recipes
        ("llama-3-1-70b", 8192, 449.22),
        ("llama-3-1-70b", 131072, 932.41),
        ("llama-3-1-405b", 8192, 2524.0),
        ("qwen3-235b-a22b", 4096, 148.33),
        ("deepseek-v3", 4096, 250.45),
    ],
)
def test_training_counts_what_maxtext_counts(id_, sequence, published):
    model = replace(preset(CATALOGUE, id_), mtp_layers=0)
    assert float(training_flops(model, sequence)) / 1e9 == pytest.approx(published, rel=1e-4)


@pytest.mark.parametrize(
    ("id_", "published"),
    [
        ("mcore-1-7b", 11.274),
        ("mcore-7-1b", 45.5),
        ("mcore-16b", 101.47),
        ("mcore-70b", 446.16),
        ("mcore-177b", 1111.5),
    ],
)
def test_without_causality_training_counts_what_megatron_core_s_tables_count(id_, published):
    # README of https://github.com/NVIDIA/Megatron-LM, 2024: sequences of 4,096, full attention
    counted = float(training_flops(preset(CATALOGUE, id_), 4096, causal=False)) / 1e9
    assert counted == pytest.approx(published, rel=2e-4)


BRIDGE = [
    # Median TFLOP/s over tokens/s per accelerator [GFLOP per token] in the performance tables of
    # https://github.com/NVIDIA-NeMo/Megatron-Bridge/blob/main/docs/performance-summary.md
    ("llama-3-1-8b", 8192, 51.48),
    ("llama-3-1-70b", 8192, 449.21),
    ("llama-3-1-405b", 8192, 2524.1),
    ("qwen3-30b-a3b", 4096, 23.007),
    ("qwen3-235b-a22b", 4096, 147.98),
    ("deepseek-v3", 4096, 259.94),
    ("kimi-k2", 4096, 204.44),
    ("gpt-oss-120b", 4096, 32.585),
    ("nemotron-3-nano", 8192, 22.273),
    ("nemotron-3-super", 8192, 84.735),
]


@pytest.mark.parametrize(("id_", "sequence", "published"), BRIDGE)
def test_training_counts_what_megatron_bridge_counts_but_for_what_is_known(id_, sequence, published):
    # Known: Bridge counts no router, and in hybrids no projection before further tokens; it takes a Mamba-2 mixer
    # as twice as wide as the model, which Nemotron 3 Nano's is not.
    # https://github.com/NVIDIA-NeMo/Megatron-Bridge/blob/main/src/megatron/bridge/training/utils/flop_utils.py
    model = preset(CATALOGUE, id_)
    h, passes = model.hidden, int(model.further_layers)
    router = 6.0 * h * model.experts * (int(model.moe_layers) + passes)
    hybrid = bool(model.mamba_layers)
    projections = 6.0 * 2 * h * h * passes if hybrid else 0.0
    wider = (2 * h - model.mamba_heads * model.mamba_head_dim) if hybrid else 0
    mixers = 3.0 * model.mamba_layers * wider * (2 * 3 * h + 7 * model.mamba_state)
    counted = float(training_flops(model, sequence)) - router - projections + mixers
    assert counted / 1e9 == pytest.approx(published, rel=2e-3)


def test_bridge_counted_two_matrices_and_no_windows_for_gpt_oss_before_mid_2026():
    # 27.2 GFLOP per token at 4,096 and 30.77 at 8,192 in releases 25.11 to 26.04.
    model = preset(CATALOGUE, "gpt-oss-120b")
    as_counted = replace(model, gated=False, window_layers=0)
    router = 6.0 * model.hidden * model.experts * model.layers
    for sequence, published in ((4096, 27.197), (8192, 30.767)):
        assert (float(training_flops(as_counted, sequence)) - router) / 1e9 == pytest.approx(published, rel=2e-3)


def test_frozen_weights_need_two_thirds_of_the_products():
    model = preset(CATALOGUE, "llama-3-1-70b")
    full, frozen = (float(training_flops(model, 4096, adapters=adapters)) for adapters in (False, True))
    assert full - frozen == pytest.approx(float(matrix_flops(model)), rel=1e-12)


def test_a_window_counts_the_tokens_that_are_seen():
    one = Transformer("one", 1, 64, 1, 1, 64, 0, 10, window=128, window_layers=1)
    seen = sum(min(token, 128) for token in range(1, 4097)) / 4096
    assert float(mixing_flops(one, 4096)) == pytest.approx(4 * 64 * seen, rel=5e-3)


models = st.sampled_from([preset(CATALOGUE, id_) for id_ in CATALOGUE.ids("language_model")])
sequences = st.integers(1, 200_000)


@given(models, sequences)
def test_causal_attention_is_at_least_half_of_full_and_never_more(model, sequence):
    causal, full = (float(mixing_flops(model, sequence, causal=causal)) for causal in (True, False))
    assert 0.5 * full <= causal * (1 + 1e-12)
    assert causal <= full * (1 + 1e-12)


@given(models, sequences)
def test_attention_never_falls_with_longer_sequences(model, sequence):
    shorter, longer = (float(mixing_flops(model, length)) for length in (sequence, sequence + 1))
    assert shorter <= longer


@given(models)
def test_a_forward_pass_multiplies_each_active_weight_of_a_matrix_once(model):
    parts = parameter_parts(model)
    lookups = int(parts["embedding"]) if not model.tied else model.positions * model.hidden
    active = int(active_parameters(model)) - lookups
    assert float(matrix_flops(model)) == pytest.approx(2.0 * active, rel=0.004)
    assert float(matrix_flops(model)) <= 2.0 * active


@given(st.lists(st.tuples(models, sequences, st.booleans()), min_size=1, max_size=6))
def test_a_column_counts_as_each_model_does(rows):
    column = stacked([model for model, _, _ in rows])
    lengths, frozen = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    each = [float(training_flops(model, length, adapters=adapters)) for model, length, adapters in rows]
    assert training_flops(column, lengths, adapters=frozen).tolist() == pytest.approx(each, rel=1e-14)
