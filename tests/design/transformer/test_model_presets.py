"""Models by the names that published results give them."""

from __future__ import annotations

import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import CatalogueError
from gigaloop.design.transformer import Transformer, find_preset, parameters, preset

CATALOGUE = load_catalogue()


def found(name, shape=None) -> Transformer:
    """Give the model of a name that has one."""
    model = find_preset(CATALOGUE, name, shape)
    assert model is not None
    return model


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("GPT-3.6B", "gpt-3-6b"),
        ("GPT-18.4B", "gpt-18b"),
        ("GPT-39.1B", "gpt-39b"),
        ("GPT-1T", "gpt-1t"),
        ("GPT-3-175B", "gpt-3-175b"),
        ("GPT-22B", "gpt-22b"),
        ("PaLM-540B", "palm-540b"),
        ("MPT-7b", "mpt-7b"),
        ("MPT-760m", "mpt-760m"),
        ("Llama-2-70B-LoRA", "llama-2-70b"),
        ("Llama-3/3.1-70B-SFT", "llama-3-1-70b"),
        ("llama 3.1 405b", "llama-3-1-405b"),
        ("Llama-3.3-70B-Instruct", "llama-3-3-70b"),
        ("Mixtral-8x7B", "mixtral-8x7b"),
        ("Qwen3-235B-A22B", "qwen3-235b-a22b"),
        ("GPT-OSS-120B", "gpt-oss-120b"),
        ("DeepSeek-R1-671B", "deepseek-v3"),
        ("Kimi-K2-1T", "kimi-k2"),
        ("Nemotron_3_Nano", "nemotron-3-nano"),
        ("Nemotron_3_Super", "nemotron-3-super"),
    ],
)
def test_a_published_name_finds_its_model(name, id_):
    assert find_preset(CATALOGUE, name) == preset(CATALOGUE, id_)


@pytest.mark.parametrize("name", ["", "GPT", "Llama-9-70B", "Llama-3/3.1", "truncated to 4 layers"])
def test_a_name_that_no_model_has_finds_none(name):
    assert find_preset(CATALOGUE, name) is None


def test_of_models_that_share_a_name_the_one_of_the_stated_shape_is_found():
    assert found("GPT-530B").heads == 128
    assert found("GPT-530B", {"heads": 160, "vocab": 64000}).heads == 160
    assert found("GPT-175B", {"heads": 128}) == preset(CATALOGUE, "megascale-175b")


def test_a_truncated_model_keeps_its_first_layers():
    short = found("DeepSeek-V3-671B truncated to 4 layers")
    assert (short.layers, short.dense_layers, int(short.moe_layers)) == (4, 3, 1)
    assert found("GPT-OSS-120B truncated to 6 layers").window_layers == 3
    one = found("DeepSeek-V3-671B truncated to 2 layers")
    assert (one.dense_layers, int(one.moe_layers)) == (2, 0)


def test_the_ends_of_the_name_do_not_matter_to_the_parameters():
    named = found("Llama-3/3.1-8B")
    assert int(parameters(named)) == 8_030_261_248


def test_an_unknown_id_names_the_closest():
    with pytest.raises(CatalogueError, match="no language model 'llama-3-1-80b'"):
        preset(CATALOGUE, "llama-3-1-80b")


OWN = """\
kind: language_model
sources:
  ours: {source: our own model, date: 2026, kind: measured}
entries:
  ours-3b:
    name: Ours 3B
    source: ours
    layers: 28
    hidden: 3072
    heads: 24
    kv_heads: 8
    head_dim: 128
    ffn: 8192
    vocab: 128256
    tied: true
"""


def own(folder, text):
    (folder / "language_model.yaml").write_text(text, encoding="utf-8")
    return load_catalogue(folder)


def test_a_model_of_one_s_own_is_a_preset(tmp_path):
    model = preset(own(tmp_path, OWN), "ours-3b")
    assert (model.name, int(parameters(model))) == ("Ours 3B", 3_212_749_824)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("kv_heads: 8", "kv_heads: 7"), "24 heads cannot share 7 key heads evenly"),
        (("ffn: 8192", "experts: 8"), "a model with 'experts' needs top_k and expert_ffn too"),
        (("tied: true", "window_layers: 3"), "a model with 'window_layers' needs window too"),
        (("    ffn: 8192\n", ""), "dense networks, of the width 'ffn', or experts"),
        (("layers: 28", "layers: 2.5"), "layers"),
    ],
)
def test_a_shape_that_cannot_be_is_refused_with_its_place(tmp_path, change, why):
    with pytest.raises(CatalogueError, match=why) as raised:
        own(tmp_path, OWN.replace(*change))
    (problem,) = raised.value.problems
    assert problem.where is not None
    assert problem.where.file.endswith("language_model.yaml")
    assert problem.where.line > 0
