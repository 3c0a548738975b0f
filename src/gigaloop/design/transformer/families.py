"""How families of models name their shape in a Hugging Face configuration, and what they leave to their defaults.

Keys and defaults are those of the configuration classes at https://github.com/huggingface/transformers (read 2026-11),
and of the models' own code for DeepSeek, Kimi and Nemotron.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gigaloop.design.transformer.keys import Keys

Shape = dict[str, int | bool]


def _llama(keys: Keys, *, tied: bool = False, head_dim: int | None = None, bias: bool = False) -> Shape:
    """Llama, and what others share with it; Mistral with its window."""
    layers, hidden = keys.count("num_hidden_layers"), keys.count("hidden_size")
    heads = keys.count("num_attention_heads")
    biased = keys.flag("attention_bias", default=bias)
    window = keys.count("sliding_window", default=0, least=0)
    return {
        "layers": layers,
        "hidden": hidden,
        "heads": heads,
        "kv_heads": keys.count("num_key_value_heads", default=heads),
        "head_dim": _head_dim(keys, "head_dim", hidden, heads, head_dim),
        "ffn": keys.count("intermediate_size"),
        "vocab": keys.count("vocab_size"),
        "tied": keys.flag("tie_word_embeddings", default=tied),
        "attention_bias": biased,
        "output_bias": biased,
        "ffn_bias": keys.flag("mlp_bias", default=False),
        "window": window,
        "window_layers": _windowed(keys, layers, every=1) if window else 0,
    }


def _qwen2(keys: Keys) -> Shape:
    shape = _llama(keys)
    windowed = keys.flag("use_sliding_window", default=False)
    full = keys.count("max_window_layers", default=int(shape["layers"]), least=0)  # the first layers look at everything
    window_layers = max(0, int(shape["layers"]) - full) if windowed else 0
    return shape | {
        "attention_bias": True,
        "output_bias": False,
        "window": shape["window"] if window_layers else 0,
        "window_layers": window_layers,
    }


def _qwen3(keys: Keys) -> Shape:
    shape = _llama(keys, head_dim=128)
    if not keys.flag("use_sliding_window", default=False):
        shape |= {"window": 0, "window_layers": 0}
    return shape | {"qk_norm": True}


def _qwen3_moe(keys: Keys) -> Shape:
    shape = _qwen3(keys)
    layers = range(int(shape["layers"]))
    step = keys.count("decoder_sparse_step", default=1)
    dense = set(keys.items("mlp_only_layers"))
    sparse = [i for i in layers if i not in dense and (i + 1) % step == 0]
    return shape | {
        "experts": keys.count("num_experts"),
        "top_k": keys.count("num_experts_per_tok"),
        "expert_ffn": keys.count("moe_intermediate_size"),
        "dense_layers": len(layers) - len(sparse),
    }


def _mixtral(keys: Keys) -> Shape:
    shape = _llama(keys)
    return shape | {
        "ffn": 0,
        "expert_ffn": shape["ffn"],
        "experts": keys.count("num_local_experts"),
        "top_k": keys.count("num_experts_per_tok"),
    }


def _gpt_oss(keys: Keys) -> Shape:
    shape = _llama(keys, bias=True, head_dim=64)
    window = keys.count("sliding_window", default=128, least=0)
    return shape | {
        "ffn": 0,
        "expert_ffn": shape["ffn"],
        "experts": keys.count("num_local_experts", "num_experts"),
        "top_k": keys.count("num_experts_per_tok", "experts_per_token"),
        "window": window,
        "window_layers": _windowed(keys, int(shape["layers"]), every=2),
        "ffn_bias": True,
        "router_bias": True,
        "sinks": True,
    }


def _deepseek(keys: Keys) -> Shape:
    """DeepSeek-V2, V3, R1 and Kimi K2: latent attention; experts in all layers but the first."""
    layers = keys.count("num_hidden_layers")
    heads = keys.count("num_attention_heads")
    experts = keys.count("n_routed_experts", default=0, least=0)
    expert_ffn = keys.count("moe_intermediate_size", default=None if experts else 0, least=0)
    biased = keys.flag("attention_bias", default=False)
    return {
        "layers": layers,
        "hidden": keys.count("hidden_size"),
        "heads": heads,
        "kv_heads": heads,
        "head_dim": keys.count("qk_nope_head_dim"),
        "rope_dim": keys.count("qk_rope_head_dim"),
        "v_head_dim": keys.count("v_head_dim"),
        "q_rank": keys.count("q_lora_rank", default=0, least=0),
        "kv_rank": keys.count("kv_lora_rank"),
        "ffn": keys.count("intermediate_size"),
        "vocab": keys.count("vocab_size"),
        "tied": keys.flag("tie_word_embeddings", default=False),
        "experts": experts,
        "top_k": keys.count("num_experts_per_tok", default=None if experts else 0, least=0),
        "expert_ffn": expert_ffn,
        "shared_ffn": keys.count("n_shared_experts", default=0, least=0) * expert_ffn,
        "dense_layers": _dense_layers(keys, layers) if experts else 0,
        "mtp_layers": keys.count("num_nextn_predict_layers", default=0, least=0),
        "router_bias": keys.text("topk_method") == "noaux_tc",
        "attention_bias": biased,
        "output_bias": biased,
    }


def _dense_layers(keys: Keys, layers: int) -> int:
    first = keys.count("first_k_dense_replace", default=0, least=0)
    pattern = keys.items("moe_layer_freq") if not keys.has("first_k_dense_replace") else []
    if pattern:
        if len(pattern) != layers:
            hint = f"write {layers} numbers, 1 for a layer with experts, or 'first_k_dense_replace'"
            keys.wrong("moe_layer_freq", f"{len(pattern)} numbers stand for {layers} layers", hint)
        return sum(1 for each in pattern if not each)
    every = keys.count("moe_layer_freq", default=1)
    return sum(1 for i in range(layers) if i < first or i % every)


def _gpt2(keys: Keys) -> Shape:
    hidden, heads = keys.count("n_embd"), keys.count("n_head")
    return {
        "layers": keys.count("n_layer"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": heads,
        "head_dim": _head_dim(keys, "n_head", hidden, heads),
        "ffn": keys.count("n_inner", default=4 * hidden),
        "vocab": keys.count("vocab_size"),
        "positions": keys.count("n_positions"),
        "gated": False,
        "tied": keys.flag("tie_word_embeddings", default=True),
        **_all_biases(),
    }


def _gpt_neox(keys: Keys) -> Shape:
    shape = _llama(keys, bias=True)
    return shape | {"gated": False, "ffn_bias": True, "norm_bias": True}


def _mpt(keys: Keys) -> Shape:
    hidden, heads = keys.count("d_model"), keys.count("n_heads")
    attention = keys.inner("attn_config")
    kind = attention.text("attn_type", "multihead_attention")
    kv_heads = {"multihead_attention": heads, "multiquery_attention": 1}.get(kind)
    if kind == "grouped_query_attention" or kv_heads is None:
        kv_heads = attention.count("kv_n_heads")
    if attention.flag("qk_ln", default=False):
        keys.wrong("qk_ln", "norms of queries and keys over the whole width are not counted", "set it to false")
    learned = keys.flag("learned_pos_emb", default=True) and not attention.flag("alibi", default=True)
    biases = {} if keys.flag("no_bias", default=True) else _all_biases()
    return {
        "layers": keys.count("n_layers"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": kv_heads,
        "head_dim": _head_dim(keys, "n_heads", hidden, heads),
        "ffn": keys.count("expansion_ratio", default=4) * hidden,
        "vocab": keys.count("vocab_size"),
        "positions": keys.count("max_seq_len") if learned else 0,
        "gated": False,
        "tied": keys.flag("tie_word_embeddings", default=True),
        **biases,
    }


def _falcon(keys: Keys) -> Shape:
    hidden, heads = keys.count("hidden_size", "n_embed"), keys.count("num_attention_heads", "n_head")
    new = keys.flag("new_decoder_architecture", default=False)
    parallel = new or keys.flag("parallel_attn", default=True)
    if new:
        kv_heads = keys.count("num_kv_heads", "n_head_kv", default=heads)
    else:
        kv_heads = 1 if keys.flag("multi_query", default=True) else heads
    biased = keys.flag("bias", default=False)
    return {
        "layers": keys.count("num_hidden_layers", "n_layer"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": kv_heads,
        "head_dim": _head_dim(keys, "num_attention_heads", hidden, heads),
        "ffn": keys.count("ffn_hidden_size", default=4 * hidden),
        "vocab": keys.count("vocab_size"),
        "gated": False,
        "tied": keys.flag("tie_word_embeddings", default=True),
        "attention_bias": biased,
        "output_bias": biased,
        "ffn_bias": biased,
        "norm_bias": True,
        "one_norm": parallel and keys.count("num_ln_in_parallel_attn", default=2 if new else 1) == 1,
    }


def _gemma(keys: Keys) -> Shape:
    return _llama(keys, tied=True, head_dim=256)


def _gemma2(keys: Keys) -> Shape:
    shape = _gemma(keys)
    window = keys.count("sliding_window", default=4096)
    return shape | {
        "post_norms": True,
        "window": window,
        "window_layers": _windowed(keys, int(shape["layers"]), every=2),
    }


def _gemma3(keys: Keys) -> Shape:
    shape = _gemma(keys)
    every = keys.count("sliding_window_pattern", "_sliding_window_pattern", default=6)
    window = keys.count("sliding_window", default=4096)
    window_layers = _windowed(keys, int(shape["layers"]), every=every)
    return shape | {"post_norms": True, "qk_norm": True, "window": window, "window_layers": window_layers}


def _nemotron_h(keys: Keys) -> Shape:
    """Nemotron-H, Nano 2 and Nemotron 3: every layer is a Mamba-2 mixer, attention, a network or a mixture."""
    names = {"M": "mamba", "*": "attention", "-": "mlp", "E": "moe"}
    kinds = [str(each) for each in keys.items("layers_block_type")]
    kinds = kinds or [names.get(sign, sign) for sign in keys.text("hybrid_override_pattern")]
    if not kinds:
        keys.wrong("hybrid_override_pattern", "the key is missing", "write a letter per layer: M, *, - or E")
    for kind in sorted(set(kinds) - set(names.values())):
        keys.wrong("hybrid_override_pattern", f"'{kind}' is no kind of layer", f"kinds are {', '.join(names.values())}")
    mixtures, dense = kinds.count("moe"), kinds.count("mlp")
    latent = keys.count("moe_latent_size", default=0, least=0)
    shape = _llama(keys.but(num_hidden_layers=max(1, len(kinds))), head_dim=128)
    experts: Shape = {
        "experts": keys.count("n_routed_experts"),
        "top_k": keys.count("num_experts_per_tok"),
        "expert_ffn": keys.count("moe_intermediate_size"),
        "expert_latent": latent,
        "shared_ffn": keys.count("moe_shared_expert_intermediate_size", default=0, least=0),
        "router_bias": True,
        "dense_layers": dense,
    }
    return shape | {
        "ffn": shape["ffn"] if dense else 0,
        "gated": False,
        "window": 0,
        "window_layers": 0,
        "no_attention": len(kinds) - kinds.count("attention"),
        "no_ffn": len(kinds) - mixtures - dense,
        "mamba_layers": kinds.count("mamba"),
        "mamba_heads": keys.count("mamba_num_heads"),
        "mamba_head_dim": keys.count("mamba_head_dim"),
        "mamba_state": keys.count("ssm_state_size"),
        "mamba_groups": keys.count("n_groups"),
        "mamba_conv": keys.count("conv_kernel"),
        "mtp_layers": keys.count("num_nextn_predict_layers", default=0, least=0),
        **(experts if mixtures else {}),
    }


def _head_dim(keys: Keys, key: str, hidden: int, heads: int, default: int | None = None) -> int:
    """Give the width of a head: stated, the default of the family, or the heads' share of the hidden width."""
    if key == "head_dim" and (keys.has(key) or default is not None):
        return keys.count(key, default=default)
    if hidden % heads:
        would = [each for each in range(max(1, heads - heads // 2), 2 * heads + 1) if hidden % each == 0]
        nearest = sorted(would, key=lambda each: abs(each - heads))[:3]
        hint = f"state 'head_dim', or a number of heads such as {', '.join(map(str, nearest)) or hidden}"
        keys.wrong("num_attention_heads" if key == "head_dim" else key, f"{heads} heads do not divide {hidden}", hint)
    return hidden // heads


def _windowed(keys: Keys, layers: int, *, every: int) -> int:
    """Count the layers with a window: as listed, or all but each ``every``-th (all where that is each)."""
    kinds = keys.items("layer_types")
    if kinds:
        if len(kinds) != layers:
            hint = f"name {layers} layers, 'full_attention' or 'sliding_attention'"
            keys.wrong("layer_types", f"{len(kinds)} types stand for {layers} layers", hint)
        return sum(1 for kind in kinds if kind == "sliding_attention")
    return layers if every == 1 else layers - layers // every


def _all_biases() -> Shape:
    return {"attention_bias": True, "output_bias": True, "ffn_bias": True, "norm_bias": True}


FAMILIES: Mapping[str, Callable[[Keys], Shape]] = MappingProxyType(
    {
        "llama": _llama,
        "mistral": _llama,
        "mixtral": _mixtral,
        "qwen2": _qwen2,
        "qwen3": _qwen3,
        "qwen3_moe": _qwen3_moe,
        "gpt_oss": _gpt_oss,
        "deepseek_v2": _deepseek,
        "deepseek_v3": _deepseek,
        "kimi_k2": _deepseek,
        "nemotron_h": _nemotron_h,
        "gemma": _gemma,
        "gemma2": _gemma2,
        "gemma3_text": _gemma3,
        "gpt2": _gpt2,
        "gpt_neox": _gpt_neox,
        "mpt": _mpt,
        "falcon": _falcon,
    }
)
"""Readers of shapes by ``model_type``."""
