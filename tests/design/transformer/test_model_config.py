"""Reading Hugging Face configurations: real ones of each family, and what is wrong with bad ones."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import ProgrammeError
from gigaloop.design.transformer import parameter_parts, parameters, preset, read_config
from gigaloop.design.transformer.families import FAMILIES

CATALOGUE = load_catalogue()

# Keys and values as in the models' own config.json at https://huggingface.co, without those that shape nothing.
LLAMA_3_1_8B = {
    "model_type": "llama",
    "attention_bias": False,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "mlp_bias": False,
    "num_attention_heads": 32,
    "num_hidden_layers": 32,
    "num_key_value_heads": 8,
    "rope_scaling": {"factor": 8.0, "rope_type": "llama3"},
    "tie_word_embeddings": False,
    "vocab_size": 128256,
}
QWEN3_30B = {
    "model_type": "qwen3_moe",
    "attention_bias": False,
    "decoder_sparse_step": 1,
    "head_dim": 128,
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "max_window_layers": 48,
    "mlp_only_layers": [],
    "moe_intermediate_size": 768,
    "num_attention_heads": 32,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 48,
    "num_key_value_heads": 4,
    "sliding_window": None,
    "tie_word_embeddings": False,
    "use_sliding_window": False,
    "vocab_size": 151936,
}
DEEPSEEK_V3 = {
    "model_type": "deepseek_v3",
    "attention_bias": False,
    "ep_size": 1,
    "first_k_dense_replace": 3,
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "kv_lora_rank": 512,
    "moe_intermediate_size": 2048,
    "moe_layer_freq": 1,
    "n_group": 8,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_attention_heads": 128,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 61,
    "num_key_value_heads": 128,
    "num_nextn_predict_layers": 1,
    "q_lora_rank": 1536,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "tie_word_embeddings": False,
    "topk_method": "noaux_tc",
    "v_head_dim": 128,
    "vocab_size": 129280,
}
DEEPSEEK_V2_LITE = DEEPSEEK_V3 | {
    "model_type": "deepseek_v2",
    "first_k_dense_replace": 1,
    "hidden_size": 2048,
    "intermediate_size": 10944,
    "moe_intermediate_size": 1408,
    "n_routed_experts": 64,
    "n_shared_experts": 2,
    "num_attention_heads": 16,
    "num_experts_per_tok": 6,
    "num_hidden_layers": 27,
    "num_key_value_heads": 16,
    "num_nextn_predict_layers": None,
    "q_lora_rank": None,
    "topk_method": "greedy",
    "vocab_size": 102400,
}
GPT_OSS_20B = {
    "model_type": "gpt_oss",
    "attention_bias": True,
    "experts_per_token": 4,
    "head_dim": 64,
    "hidden_size": 2880,
    "intermediate_size": 2880,
    "layer_types": ["sliding_attention", "full_attention"] * 12,
    "num_attention_heads": 64,
    "num_experts_per_tok": 4,
    "num_hidden_layers": 24,
    "num_key_value_heads": 8,
    "num_local_experts": 32,
    "sliding_window": 128,
    "tie_word_embeddings": False,
    "vocab_size": 201088,
}
NEMOTRON_3_NANO = {
    "model_type": "nemotron_h",
    "attention_bias": False,
    "conv_kernel": 4,
    "head_dim": 128,
    "hidden_size": 2688,
    "hybrid_override_pattern": "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME",
    "intermediate_size": 1856,
    "mamba_head_dim": 64,
    "mamba_num_heads": 64,
    "mlp_bias": False,
    "moe_intermediate_size": 1856,
    "moe_shared_expert_intermediate_size": 3712,
    "n_group": 1,
    "n_groups": 8,
    "n_routed_experts": 128,
    "n_shared_experts": 1,
    "num_attention_heads": 32,
    "num_experts_per_tok": 6,
    "num_hidden_layers": 52,
    "num_key_value_heads": 2,
    "ssm_state_size": 128,
    "tie_word_embeddings": False,
    "vocab_size": 131072,
}

READ = [
    ("llama-3-1-8b", LLAMA_3_1_8B),
    ("qwen3-30b-a3b", QWEN3_30B),
    ("deepseek-v3", DEEPSEEK_V3),
    ("deepseek-v2-lite", DEEPSEEK_V2_LITE),
    ("gpt-oss-20b", GPT_OSS_20B),
    ("nemotron-3-nano", NEMOTRON_3_NANO),
    (
        "qwen3-8b",
        LLAMA_3_1_8B
        | {"model_type": "qwen3", "head_dim": 128, "num_hidden_layers": 36, "intermediate_size": 12288}
        | {"vocab_size": 151936, "max_window_layers": 36, "use_sliding_window": False, "sliding_window": None},
    ),
    (
        "mixtral-8x7b",
        LLAMA_3_1_8B
        | {"model_type": "mixtral", "num_local_experts": 8, "num_experts_per_tok": 2, "vocab_size": 32000}
        | {"sliding_window": None},
    ),
    (
        "gemma-2-27b",
        {"model_type": "gemma2", "head_dim": 128, "hidden_size": 4608, "intermediate_size": 36864}
        | {"num_attention_heads": 32, "num_hidden_layers": 46, "num_key_value_heads": 16, "sliding_window": 4096}
        | {"attention_bias": False, "vocab_size": 256000},
    ),
    (
        "gpt-neox-20b",
        {"model_type": "gpt_neox", "hidden_size": 6144, "intermediate_size": 24576, "num_attention_heads": 64}
        | {"num_hidden_layers": 44, "tie_word_embeddings": False, "vocab_size": 50432},
    ),
    (
        "falcon-40b",
        {"model_type": "falcon", "alibi": False, "bias": False, "hidden_size": 8192, "multi_query": True}
        | {"new_decoder_architecture": True, "num_attention_heads": 128, "num_hidden_layers": 60, "num_kv_heads": 8}
        | {"parallel_attn": True, "vocab_size": 65024},
    ),
    (
        "mpt-7b",
        {"model_type": "mpt", "attn_config": {"attn_type": "multihead_attention", "alibi": False}, "d_model": 4096}
        | {"expansion_ratio": 4, "learned_pos_emb": True, "max_seq_len": 2048, "n_heads": 32, "n_layers": 32}
        | {"no_bias": False, "vocab_size": 50368},
    ),
]

LLAMA_4_MAVERICK: dict[str, object] = {
    "model_type": "llama4",
    "text_config": {
        "model_type": "llama4_text",
        "attention_bias": False,
        "attention_chunk_size": 8192,
        "head_dim": 128,
        "hidden_size": 5120,
        "interleave_moe_layer_step": 2,
        "intermediate_size": 8192,
        "intermediate_size_mlp": 16384,
        "num_attention_heads": 40,
        "num_experts_per_tok": 1,
        "num_hidden_layers": 48,
        "num_key_value_heads": 8,
        "num_local_experts": 128,
        "tie_word_embeddings": False,
        "vocab_size": 202048,
    },
}
GLM_4_5 = {
    "model_type": "glm4_moe",
    "attention_bias": True,
    "first_k_dense_replace": 3,
    "head_dim": 128,
    "hidden_size": 5120,
    "intermediate_size": 12288,
    "moe_intermediate_size": 1536,
    "n_routed_experts": 160,
    "n_shared_experts": 1,
    "num_attention_heads": 96,
    "num_experts_per_tok": 8,
    "num_hidden_layers": 92,
    "num_key_value_heads": 8,
    "num_nextn_predict_layers": 1,
    "tie_word_embeddings": False,
    "use_qk_norm": True,
    "vocab_size": 151552,
}
READ += [("llama-4-maverick", LLAMA_4_MAVERICK), ("glm-4-5", GLM_4_5)]

COUNTED = [
    # Published counts of configurations that are no entry of the catalogue: sums of the tensors of their weights.
    (
        124_439_808,
        {"model_type": "gpt2", "n_embd": 768, "n_head": 12, "n_inner": None, "n_layer": 12, "n_positions": 1024}
        | {"vocab_size": 50257},
    ),
    (
        7_217_189_760,
        {"model_type": "falcon", "hidden_size": 4544, "multi_query": True, "new_decoder_architecture": False}
        | {"num_attention_heads": 71, "num_hidden_layers": 32, "parallel_attn": True, "vocab_size": 65024}
        | {"bias": False, "tie_word_embeddings": False},
    ),
    (
        7_615_616_512,
        {"model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_attention_heads": 28}
        | {"num_hidden_layers": 28, "num_key_value_heads": 4, "sliding_window": 131072, "max_window_layers": 28}
        | {"tie_word_embeddings": False, "use_sliding_window": False, "vocab_size": 152064},
    ),
    (
        8_537_680_896,
        {"model_type": "gemma", "head_dim": 256, "hidden_size": 3072, "intermediate_size": 24576}
        | {"num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 16, "vocab_size": 256000},
    ),
    (
        3_821_079_552,
        {"model_type": "phi3", "hidden_size": 3072, "intermediate_size": 8192, "num_attention_heads": 32}
        | {"num_hidden_layers": 32, "num_key_value_heads": 32, "sliding_window": 2047, "vocab_size": 32064},
    ),
    (
        7_241_732_096,
        LLAMA_3_1_8B | {"model_type": "mistral", "vocab_size": 32000, "sliding_window": 4096},
    ),
    (
        999_885_952,
        {"model_type": "gemma3_text", "head_dim": 256, "hidden_size": 1152, "intermediate_size": 6912}
        | {"num_attention_heads": 4, "num_hidden_layers": 26, "num_key_value_heads": 1, "sliding_window": 512}
        | {"sliding_window_pattern": 6, "vocab_size": 262144},
    ),
]


@pytest.mark.parametrize(("id_", "config"), READ, ids=[id_ for id_, _ in READ])
def test_a_configuration_gives_the_shape_in_the_catalogue(id_, config):
    known = preset(CATALOGUE, id_)
    read = replace(read_config(config), name=known.name)
    assert parameter_parts(read) == parameter_parts(known)
    # A dense width can be stated though no layer has it, and the width of values though it is that of keys.
    assert replace(read, v_head_dim=known.v_head_dim, ffn=known.ffn) == known


@pytest.mark.parametrize(("published", "config"), COUNTED, ids=[str(config["model_type"]) for _, config in COUNTED])
def test_a_configuration_counts_as_the_published_weights_do(published, config):
    assert int(parameters(read_config(config))) == published


def test_every_family_is_read_by_a_test():
    read = {str(config["model_type"]) for _, config in [*READ, *COUNTED]}
    assert read - {"llama4"} | {"llama4_text", "kimi_k2"} == set(FAMILIES)


def test_kimi_k2_is_read_as_the_deepseek_v3_that_it_is():
    config = DEEPSEEK_V3 | {"model_type": "kimi_k2", "first_k_dense_replace": 1, "n_routed_experts": 384}
    config |= {"num_attention_heads": 64, "num_nextn_predict_layers": 0, "vocab_size": 163840}
    assert int(parameters(read_config(config))) == int(parameters(preset(CATALOGUE, "kimi-k2")))


def test_layers_with_experts_can_be_listed_or_taken_at_intervals():
    pattern = [0, 0, 0, *[1] * 58]
    listed = DEEPSEEK_V3 | {"first_k_dense_replace": None, "moe_layer_freq": pattern}
    assert read_config(listed) == read_config(DEEPSEEK_V3)
    assert read_config(DEEPSEEK_V3 | {"first_k_dense_replace": 0, "moe_layer_freq": 2}).dense_layers == 30
    assert read_config(QWEN3_30B | {"decoder_sparse_step": 2}).dense_layers == 24
    assert read_config(QWEN3_30B | {"mlp_only_layers": [0, 1, 5]}).dense_layers == 3


def test_windows_are_read_where_they_are_used():
    assert read_config(LLAMA_3_1_8B | {"model_type": "mistral", "sliding_window": 4096}).window_layers == 32
    qwen2 = LLAMA_3_1_8B | {"model_type": "qwen2", "sliding_window": 4096, "max_window_layers": 28}
    assert read_config(qwen2).window_layers == 0
    assert read_config(qwen2 | {"use_sliding_window": True}).window_layers == 4
    assert read_config(GPT_OSS_20B | {"layer_types": None}).window_layers == 12


def test_the_language_model_inside_a_model_of_several_senses_is_read():
    wrapped = {"model_type": "kimi_k25", "text_config": DEEPSEEK_V3, "vision_config": {"hidden_size": 1152}}
    assert read_config(wrapped) == read_config(DEEPSEEK_V3)


def test_layers_can_be_named_or_lettered_in_a_hybrid():
    names = {"M": "mamba", "*": "attention", "E": "moe"}
    named = {key: value for key, value in NEMOTRON_3_NANO.items() if key != "hybrid_override_pattern"}
    named["layers_block_type"] = [names[sign] for sign in str(NEMOTRON_3_NANO["hybrid_override_pattern"])]
    assert read_config(named | {"num_hidden_layers": None}) == read_config(NEMOTRON_3_NANO)


def test_a_file_and_its_folder_are_read_and_name_the_model(tmp_path):
    folder = tmp_path / "Llama-3.1-8B"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(LLAMA_3_1_8B), encoding="utf-8")
    assert read_config(folder).name == "Llama-3.1-8B"
    assert read_config(folder / "config.json") == read_config(folder)
    assert read_config(LLAMA_3_1_8B | {"_name_or_path": "meta-llama/Llama-3.1-8B"}).name == "Llama-3.1-8B"


def problems_of(source):
    with pytest.raises(ProgrammeError) as raised:
        read_config(source)
    return raised.value.problems


def without(config, key):
    return {name: value for name, value in config.items() if name != key}


@pytest.mark.parametrize(
    ("config", "key", "why", "hint"),
    [
        (without(LLAMA_3_1_8B, "vocab_size"), "vocab_size", "the key is missing", "own config.json"),
        (without(DEEPSEEK_V3, "kv_lora_rank"), "kv_lora_rank", "the key is missing", "state 'kv_lora_rank'"),
        (without(LLAMA_3_1_8B, "model_type"), "model_type", "the key is missing", "known types are llama"),
        (LLAMA_3_1_8B | {"model_type": "lama"}, "model_type", "'lama' is no known type of model", "'llama'"),
        (LLAMA_3_1_8B | {"model_type": "rwkv"}, "model_type", "no known type", "catalogue of your own"),
        (LLAMA_3_1_8B | {"num_key_value_heads": 5}, "num_key_value_heads", "cannot share 5", "1, 2, 4, 8, 16, 32"),
        (LLAMA_3_1_8B | {"num_attention_heads": 48}, "num_attention_heads", "do not divide 4096", "such as 32, 64"),
        (LLAMA_3_1_8B | {"num_hidden_layers": 0}, "num_hidden_layers", "0 is no whole number from 1", "such as 8"),
        (LLAMA_3_1_8B | {"vocab_size": "128256"}, "vocab_size", "'128256' is no whole number", "write a number"),
        (LLAMA_3_1_8B | {"tie_word_embeddings": "no"}, "tie_word_embeddings", "neither true nor false", "true or"),
        (QWEN3_30B | {"num_experts_per_tok": 200}, "num_experts_per_tok", "200 of 128 experts", "1 to 128"),
        (QWEN3_30B | {"mlp_only_layers": 3}, "mlp_only_layers", "3 is no list", "in brackets"),
        (
            DEEPSEEK_V3 | {"first_k_dense_replace": None, "moe_layer_freq": [0, 1]},
            "moe_layer_freq",
            "2 numbers stand for 61 layers",
            "write 61 numbers",
        ),
        (GPT_OSS_20B | {"layer_types": ["full_attention"]}, "layer_types", "1 types stand for 24", "name 24 layers"),
        (NEMOTRON_3_NANO | {"hybrid_override_pattern": "MX"}, "hybrid_override_pattern", "'X' is no kind", "mamba"),
        (NEMOTRON_3_NANO | {"hybrid_override_pattern": ""}, "hybrid_override_pattern", "is missing", "per layer"),
        (
            {"model_type": "mpt", "d_model": 64, "n_heads": 4, "n_layers": 2, "vocab_size": 10, "attn_config": 3},
            "attn_config",
            "3 is no object",
            "in braces",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_key_and_what_would_do(config, key, why, hint):
    (problem,) = problems_of(config)
    assert problem.path == key
    assert why in problem.why
    assert hint in problem.hint


def test_all_that_is_wrong_is_said_at_once_with_its_line(tmp_path):
    path = tmp_path / "config.json"
    bad = without(LLAMA_3_1_8B, "vocab_size") | {"num_key_value_heads": 7, "intermediate_size": -1}
    path.write_text(json.dumps(bad, indent=2), encoding="utf-8")
    problems = problems_of(path)
    assert {problem.path for problem in problems} == {"vocab_size", "num_key_value_heads", "intermediate_size"}
    lines = path.read_text(encoding="utf-8").splitlines()
    for problem in problems:
        assert problem.where.file == path.as_posix()
        if problem.path != "vocab_size":
            assert lines[problem.where.line - 1][problem.where.column - 1 :].startswith(f'"{problem.path}"')


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"{", "the file is no JSON"), (b"[1]", "no JSON object"), (b"\xff\xfe\x00", "no UTF-8 text")],
)
def test_a_file_that_is_no_configuration_says_so(tmp_path, content, why):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    (problem,) = problems_of(path)
    assert why in problem.why
    assert problem.where.file == path.as_posix()
    assert problem.hint


def test_a_file_that_is_not_there_is_named(tmp_path):
    (problem,) = problems_of(tmp_path / "nothing.json")
    assert "cannot be read" in problem.why
    assert "config.json" in problem.hint


json_values = st.one_of(st.none(), st.booleans(), st.integers(-5, 10**6), st.text(max_size=3), st.lists(st.integers()))


@given(st.sampled_from([config for _, config in READ]), st.data())
def test_a_spoiled_configuration_is_read_or_refused_with_a_hint_but_never_breaks(config, data):
    key = data.draw(st.sampled_from(sorted(config)))
    spoiled = {**config, key: data.draw(json_values)}
    try:
        read = read_config(spoiled)
    except ProgrammeError:
        assert all(problem.hint and problem.path for problem in problems_of(spoiled))
    else:
        assert int(parameters(read)) > 0
