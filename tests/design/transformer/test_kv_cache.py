"""What models keep of past tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.catalogue import load_catalogue
from gigaloop.design.transformer import kv_bytes, kv_bytes_per_token, preset, stacked, state_bytes

CATALOGUE = load_catalogue()
models = st.sampled_from([preset(CATALOGUE, id_) for id_ in CATALOGUE.ids("language_model")])


@pytest.mark.parametrize(
    ("id_", "kilobytes"),
    [
        # https://arxiv.org/abs/2505.09343, table 1: bytes per token in 16 bits, in units of 1,000
        ("deepseek-v3", 70.272),
        ("llama-3-1-405b", 516.096),
    ],
)
def test_a_token_takes_what_was_published(id_, kilobytes):
    assert float(kv_bytes_per_token(preset(CATALOGUE, id_), 2)) / 1000 == kilobytes


def test_windowed_layers_stop_growing_at_their_window():
    model = preset(CATALOGUE, "gpt-oss-120b")
    of_a_layer = 2 * 8 * 64 * 2.0
    assert float(kv_bytes(model, 100, 2)) == 36 * of_a_layer * 100
    assert float(kv_bytes(model, 10_000, 2)) == 18 * of_a_layer * (10_000 + 128)
    assert float(kv_bytes_per_token(model, 2)) == 18 * of_a_layer


def test_a_hybrid_keeps_keys_of_its_few_attention_layers_and_a_state_that_does_not_grow():
    model = preset(CATALOGUE, "nemotron-3-nano")
    assert float(kv_bytes_per_token(model, 1)) == 6 * 2 * 2 * 128
    assert float(state_bytes(model, 4)) == 4 * 23 * (64 * 64 * 128 + 3 * (64 * 64 + 2 * 8 * 128))
    assert float(state_bytes(preset(CATALOGUE, "llama-3-1-8b"), 4)) == 0.0


@given(models, st.integers(1, 100_000), st.sampled_from([0.5, 1.0, 2.0]))
def test_a_sequence_grows_by_no_less_than_a_token_s_bytes(model, context, each):
    grown = float(kv_bytes(model, context + 1, each)) - float(kv_bytes(model, context, each))
    assert grown >= float(kv_bytes_per_token(model, each)) - 1e-6


@given(st.lists(st.tuples(models, st.integers(1, 100_000)), min_size=1, max_size=5))
def test_a_column_keeps_what_each_model_keeps(rows):
    column, contexts = stacked([model for model, _ in rows]), np.array([context for _, context in rows])
    assert kv_bytes(column, contexts, 2).tolist() == [float(kv_bytes(model, context, 2)) for model, context in rows]
    assert state_bytes(column, 2).tolist() == [float(state_bytes(model, 2)) for model, _ in rows]
