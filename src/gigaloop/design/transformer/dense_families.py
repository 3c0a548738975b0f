"""How families of dense models name their shape in a Hugging Face configuration, and what they leave to defaults.

Keys and defaults are those of the configuration classes at https://github.com/huggingface/transformers (read 2026-11).
"""

from __future__ import annotations

from gigaloop.design.transformer.keys import Keys

Shape = dict[str, int | bool]
"""Fields of a :class:`~gigaloop.design.transformer.Transformer` by name."""


def llama(keys: Keys, *, tied: bool = False, head_dim: int | None = None, bias: bool = False) -> Shape:
    """Llama, and what others share with it; Mistral and Phi-3 with their window."""
    layers, hidden = keys.count("num_hidden_layers"), keys.count("hidden_size")
    heads = keys.count("num_attention_heads")
    biased = keys.flag("attention_bias", default=bias)
    window = keys.count("sliding_window", default=0, least=0)
    return {
        "layers": layers,
        "hidden": hidden,
        "heads": heads,
        "kv_heads": keys.count("num_key_value_heads", default=heads),
        "head_dim": head_dim_of(keys, "head_dim", hidden, heads, head_dim),
        "ffn": keys.count("intermediate_size"),
        "vocab": keys.count("vocab_size"),
        "tied": keys.flag("tie_word_embeddings", default=tied),
        "attention_bias": biased,
        "output_bias": biased,
        "ffn_bias": keys.flag("mlp_bias", default=False),
        "window": window,
        "window_layers": window_layers_of(keys, layers, every=1) if window else 0,
    }


def qwen2(keys: Keys) -> Shape:
    """Qwen 2 and 2.5: biases of queries, keys and values; a window from a layer on, where one is used."""
    shape = llama(keys)
    windowed = keys.flag("use_sliding_window", default=False)
    full = keys.count("max_window_layers", default=int(shape["layers"]), least=0)  # the first layers look at everything
    window_layers = max(0, int(shape["layers"]) - full) if windowed else 0
    return shape | {
        "attention_bias": True,
        "output_bias": False,
        "window": shape["window"] if window_layers else 0,
        "window_layers": window_layers,
    }


def qwen3(keys: Keys) -> Shape:
    """Qwen 3: normalised queries and keys."""
    shape = llama(keys, head_dim=128)
    if not keys.flag("use_sliding_window", default=False):
        shape |= {"window": 0, "window_layers": 0}
    return shape | {"qk_norm": True}


def gemma(keys: Keys) -> Shape:
    """Gemma."""
    return llama(keys, tied=True, head_dim=256)


def gemma2(keys: Keys) -> Shape:
    """Gemma 2: outputs normalised too; every second layer has a window."""
    shape = gemma(keys)
    window = keys.count("sliding_window", default=4096)
    return shape | {
        "post_norms": True,
        "window": window,
        "window_layers": window_layers_of(keys, int(shape["layers"]), every=2),
    }


def gemma3(keys: Keys) -> Shape:
    """Gemma 3: as Gemma 2 with normalised queries and keys; all but every sixth layer have a window."""
    shape = gemma(keys)
    every = keys.count("sliding_window_pattern", "_sliding_window_pattern", default=6)
    window = keys.count("sliding_window", default=4096)
    window_layers = window_layers_of(keys, int(shape["layers"]), every=every)
    return shape | {"post_norms": True, "qk_norm": True, "window": window, "window_layers": window_layers}


def gpt2(keys: Keys) -> Shape:
    """GPT-2."""
    hidden, heads = keys.count("n_embd"), keys.count("n_head")
    return {
        "layers": keys.count("n_layer"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": heads,
        "head_dim": head_dim_of(keys, "n_head", hidden, heads),
        "ffn": keys.count("n_inner", default=4 * hidden),
        "vocab": keys.count("vocab_size"),
        "positions": keys.count("n_positions"),
        "gated": False,
        "tied": keys.flag("tie_word_embeddings", default=True),
        **_all_biases(),
    }


def gpt_neox(keys: Keys) -> Shape:
    """GPT-NeoX and Pythia."""
    shape = llama(keys, bias=True)
    return shape | {"gated": False, "ffn_bias": True, "norm_bias": True}


def mpt(keys: Keys) -> Shape:
    """MPT: learned positions where it has no ALiBi; keys shared by none, all or groups of heads."""
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
        "head_dim": head_dim_of(keys, "n_heads", hidden, heads),
        "ffn": keys.count("expansion_ratio", default=4) * hidden,
        "vocab": keys.count("vocab_size"),
        "positions": keys.count("max_seq_len") if learned else 0,
        "gated": False,
        "tied": keys.flag("tie_word_embeddings", default=True),
        **biases,
    }


def falcon(keys: Keys) -> Shape:
    """Falcon: attention and network side by side, behind one norm or one each."""
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
        "head_dim": head_dim_of(keys, "num_attention_heads", hidden, heads),
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


def head_dim_of(keys: Keys, key: str, hidden: int, heads: int, default: int | None = None) -> int:
    """Give the width of a head: stated, the default of the family, or the heads' share of the hidden width."""
    if key == "head_dim" and (keys.has(key) or default is not None):
        return keys.count(key, default=default)
    unread = hidden == 1 and bool(keys.problems)
    if hidden % heads and not unread:
        would = [each for each in range(max(1, heads - heads // 2), 2 * heads + 1) if hidden % each == 0]
        nearest = sorted(would, key=lambda each: abs(each - heads))[:3]
        hint = f"state 'head_dim', or a number of heads such as {', '.join(map(str, nearest)) or hidden}"
        keys.wrong("num_attention_heads" if key == "head_dim" else key, f"{heads} heads do not divide {hidden}", hint)
    return hidden // heads


def window_layers_of(keys: Keys, layers: int, *, every: int) -> int:
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
