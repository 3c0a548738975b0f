"""Parameters of transformers, against counts that were published and against a count matrix by matrix."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.catalogue import load_catalogue
from gigaloop.design.transformer import (
    PARAMETER_PARTS,
    Transformer,
    active_parameters,
    parameter_parts,
    parameters,
    preset,
    stacked,
)

CATALOGUE = load_catalogue()
ENTRIES = [CATALOGUE.language_model(id_) for id_ in CATALOGUE.ids("language_model")]

EXACT = {
    # Sums of the tensors in the published weights (safetensors headers, or what loaders print of them), and for MPT the
    # last column of https://github.com/mosaicml/llm-foundry/tree/main/scripts/train/benchmarking.
    "llama-2-7b": 6_738_415_616,
    "llama-2-13b": 13_015_864_320,
    "llama-2-70b": 68_976_648_192,
    "llama-3-1-8b": 8_030_261_248,
    "llama-3-1-70b": 70_553_706_496,
    "llama-3-1-405b": 405_853_388_800,
    "mixtral-8x7b": 46_702_792_704,
    "mixtral-8x22b": 140_620_634_112,
    "qwen2-5-72b": 72_706_203_648,
    "qwen3-32b": 32_762_123_264,
    "gemma-2-9b": 9_241_705_984,
    "qwen3-8b": 8_190_735_360,
    "qwen3-30b-a3b": 30_532_122_624,
    "qwen3-235b-a22b": 235_093_634_560,
    "gpt-oss-20b": 20_914_757_184,
    "gpt-oss-120b": 116_829_156_672,
    "deepseek-v2-lite": 15_706_484_224,
    "deepseek-v2": 235_741_434_880,
    "deepseek-v3": 671_026_419_200,
    "kimi-k2": 1_026_408_232_448,
    "nemotron-3-nano": 31_577_940_288,
    "nemotron-3-super": 120_668_707_840,
    "gemma-2-27b": 27_227_128_320,
    "gpt-neox-20b": 20_554_567_680,
    "mpt-125m": 125_311_488,
    "mpt-350m": 355_985_408,
    "mpt-760m": 760_470_528,
    "mpt-1b": 1_315_950_592,
    "mpt-3b": 2_651_837_440,
    "mpt-7b": 6_658_859_008,
    "mpt-13b": 12_853_954_560,
    "mpt-30b": 29_975_214_080,
    "mpt-70b": 64_862_437_376,
}


def main_model(model: Transformer) -> Transformer:
    """Leave out what predicts further tokens, as published counts do."""
    return replace(model, mtp_layers=0)


@pytest.mark.parametrize("id_", EXACT)
def test_the_count_is_that_of_the_published_weights(id_):
    assert int(parameters(main_model(preset(CATALOGUE, id_)))) == EXACT[id_]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_count_rounds_to_the_published_one(entry):
    published = float(entry.parameters)
    counted = int(parameters(main_model(preset(CATALOGUE, entry.id))))
    assert abs(counted - published) <= unit_of(published)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.active_parameters], ids=lambda entry: entry.id)
def test_the_published_active_count_lies_between_those_without_and_with_the_embedding(entry):
    # Makers differ in whether the embedding, of which a token reads one row, is active.
    model = preset(CATALOGUE, entry.id)
    counted, published = int(active_parameters(model)), float(entry.active_parameters)
    embedding = int(parameter_parts(model)["embedding"])
    assert counted - embedding - unit_of(published) <= published <= counted + unit_of(published)


def unit_of(published: float) -> float:
    """Give one unit of the last digit that a published figure shows, at most of the third."""
    digits = f"{published:.0f}".rstrip("0")
    shown = min(max(len(digits), 2), 12)
    return 10.0 ** (math.floor(math.log10(published)) + 1 - shown)


def test_narayanan_s_formula_is_met_but_for_the_biases_it_leaves_out():
    # P = 12 l h^2 (1 + 13/(12 h) + (V + s)/(12 l h)), https://arxiv.org/abs/2104.04473, equation 2; the last norm,
    # which it leaves out, has 2 h.
    model = preset(CATALOGUE, "gpt-1t")
    layers, h = model.layers, model.hidden
    formula = 12 * layers * h * h + 13 * layers * h + (model.vocab + model.positions) * h
    assert int(parameters(model)) == formula + 2 * h


def test_palm_counts_540_35_billion():
    # https://arxiv.org/abs/2204.02311, table 1: multi-query attention and network side by side behind one norm.
    assert round(int(parameters(preset(CATALOGUE, "palm-540b"))) / 1e9, 1) == 540.4


def test_latent_attention_has_the_matrices_of_its_configuration():
    # Shapes of the attention of DeepSeek-V3's first layer: q_a, q_b, kv_a, kv_b, o and two norms;
    # https://huggingface.co/deepseek-ai/DeepSeek-V3
    layer = 1536 * 7168 + 24576 * 1536 + 576 * 7168 + 32768 * 512 + 7168 * 16384 + 1536 + 512
    assert int(parameter_parts(preset(CATALOGUE, "deepseek-v3"))["attention"]) == 61 * layer


@pytest.mark.parametrize(("id_", "published"), [("deepseek-v3", 684_489_845_504), ("glm-4-5", 358_337_791_296)])
def test_weights_hold_the_prediction_layer_with_copies_of_embedding_and_head(id_, published):
    # Sums of the tensors of https://huggingface.co/deepseek-ai/DeepSeek-R1 and https://huggingface.co/zai-org/GLM-4.5.
    model = preset(CATALOGUE, id_)
    assert int(parameters(model)) + 2 * model.vocab * model.hidden == published


shapes = st.builds(
    Transformer,
    name=st.just("any"),
    layers=st.integers(3, 40),
    hidden=st.integers(1, 64).map(lambda n: 64 * n),
    heads=st.sampled_from([8, 16, 32]),
    kv_heads=st.sampled_from([1, 2, 8]),
    head_dim=st.sampled_from([64, 128]),
    ffn=st.integers(0, 8192),
    vocab=st.integers(100, 200_000),
    gated=st.booleans(),
    tied=st.booleans(),
    experts=st.sampled_from([0, 8, 64]),
    top_k=st.integers(1, 8),
    expert_ffn=st.integers(1, 2048),
    shared_ffn=st.sampled_from([0, 512]),
    dense_layers=st.integers(0, 2),
    kv_rank=st.sampled_from([0, 128]),
    q_rank=st.sampled_from([0, 256]),
    mtp_layers=st.integers(0, 2),
    attention_bias=st.booleans(),
    ffn_bias=st.booleans(),
    norm_bias=st.booleans(),
    qk_norm=st.booleans(),
    no_ffn=st.integers(0, 1),
    mamba_layers=st.integers(0, 4),
    mamba_heads=st.just(8),
    mamba_head_dim=st.just(64),
    mamba_state=st.just(16),
    mamba_groups=st.just(1),
    mamba_conv=st.just(4),
)


@given(shapes)
def test_parts_are_named_never_negative_and_add_up(model):
    parts = parameter_parts(model)
    assert tuple(parts) == PARAMETER_PARTS
    assert all(int(count) >= 0 for count in parts.values())
    assert sum(int(count) for count in parts.values()) == int(parameters(model))


@given(shapes)
def test_no_more_are_active_than_there_are(model):
    assert 0 < int(active_parameters(model)) <= int(parameters(model))
    dense = replace(model, experts=0, mtp_layers=0)
    assert int(active_parameters(dense)) == int(parameters(dense))


@given(st.lists(shapes, min_size=1, max_size=5))
def test_a_column_of_models_counts_as_each_of_them_does(models):
    column = stacked(models)
    assert parameters(column).tolist() == [int(parameters(model)) for model in models]
    assert active_parameters(column).tolist() == [int(active_parameters(model)) for model in models]


@given(shapes)
def test_a_second_layer_s_worth_of_tokens_or_words_costs_what_its_matrix_has(model):
    wider = replace(model, vocab=model.vocab + 1)
    assert int(parameters(wider)) - int(parameters(model)) == model.hidden * (1 if model.tied else 2)


def test_counts_of_a_trillion_parameters_are_exact_integers():
    column = stacked([preset(CATALOGUE, "kimi-k2"), preset(CATALOGUE, "gpt-1t")])
    assert parameters(column).dtype == np.int64
    assert all(getattr(column, field.name).shape == (2,) for field in fields(Transformer) if field.name != "name")
