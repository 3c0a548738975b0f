"""How families of mixtures of experts, and hybrids, name their shape in a Hugging Face configuration.

Keys and defaults are those of the configuration classes at https://github.com/huggingface/transformers (read 2026-11),
and of the models' own code for DeepSeek, Kimi and Nemotron.
"""

from __future__ import annotations

from gigaloop.design.transformer.dense_families import Shape, llama, qwen3, window_layers_of
from gigaloop.design.transformer.keys import Keys


def mixtral(keys: Keys) -> Shape:
    """Mixtral: experts in every layer."""
    shape = llama(keys)
    return shape | {
        "ffn": 0,
        "expert_ffn": shape["ffn"],
        "experts": keys.count("num_local_experts"),
        "top_k": keys.count("num_experts_per_tok"),
    }


def qwen3_moe(keys: Keys) -> Shape:
    """Qwen 3 with experts, in all layers or every so many."""
    shape = qwen3(keys)
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


def gpt_oss(keys: Keys) -> Shape:
    """gpt-oss: experts in every layer, biases everywhere, a window in every second layer."""
    shape = llama(keys, bias=True, head_dim=64)
    window = keys.count("sliding_window", default=128, least=0)
    return shape | {
        "ffn": 0,
        "expert_ffn": shape["ffn"],
        "experts": keys.count("num_local_experts", "num_experts"),
        "top_k": keys.count("num_experts_per_tok", "experts_per_token"),
        "window": window,
        "window_layers": window_layers_of(keys, int(shape["layers"]), every=2),
        "ffn_bias": True,
        "router_bias": True,
        "sinks": True,
    }


def llama4(keys: Keys) -> Shape:
    """Llama 4: a mixture with a shared expert in every so many layers, and attention in chunks but in each fourth.

    A chunk is taken as a window of as many tokens.
    """
    shape = llama(keys, head_dim=128)
    layers, step = int(shape["layers"]), keys.count("interleave_moe_layer_step", default=1)
    chunk = keys.count("attention_chunk_size", default=8192, least=0)
    full = keys.count("no_rope_layer_interval", default=4)
    return shape | {
        "ffn": keys.count("intermediate_size_mlp"),
        "experts": keys.count("num_local_experts"),
        "top_k": keys.count("num_experts_per_tok"),
        "expert_ffn": shape["ffn"],
        "shared_ffn": shape["ffn"],
        "dense_layers": layers - layers // step,
        "window": chunk,
        "window_layers": layers - layers // full if chunk else 0,
    }


def deepseek(keys: Keys) -> Shape:
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


def glm4_moe(keys: Keys) -> Shape:
    """GLM-4.5 and its like: grouped attention with DeepSeek's mixture."""
    shape = llama(keys, head_dim=128)
    expert_ffn = keys.count("moe_intermediate_size")
    return shape | {
        "output_bias": False,
        "qk_norm": keys.flag("use_qk_norm", default=False),
        "experts": keys.count("n_routed_experts"),
        "top_k": keys.count("num_experts_per_tok"),
        "expert_ffn": expert_ffn,
        "shared_ffn": keys.count("n_shared_experts", default=0, least=0) * expert_ffn,
        "dense_layers": keys.count("first_k_dense_replace", default=0, least=0),
        "mtp_layers": keys.count("num_nextn_predict_layers", default=0, least=0),
        "router_bias": True,
    }


def nemotron_h(keys: Keys) -> Shape:
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
    shape = llama(keys.but(num_hidden_layers=max(1, len(kinds))), head_dim=128)
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
