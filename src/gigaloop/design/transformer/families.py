"""The families of models whose Hugging Face configurations can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gigaloop.design.transformer import dense_families as dense
from gigaloop.design.transformer import mixture_families as mixtures
from gigaloop.design.transformer.dense_families import Shape
from gigaloop.design.transformer.keys import Keys

FAMILIES: Mapping[str, Callable[[Keys], Shape]] = MappingProxyType(
    {
        "llama": dense.llama,
        "mistral": dense.llama,
        "phi3": dense.llama,
        "mixtral": mixtures.mixtral,
        "qwen2": dense.qwen2,
        "qwen3": dense.qwen3,
        "qwen3_moe": mixtures.qwen3_moe,
        "llama4_text": mixtures.llama4,
        "gpt_oss": mixtures.gpt_oss,
        "deepseek_v2": mixtures.deepseek,
        "deepseek_v3": mixtures.deepseek,
        "kimi_k2": mixtures.deepseek,
        "glm4_moe": mixtures.glm4_moe,
        "nemotron_h": mixtures.nemotron_h,
        "gemma": dense.gemma,
        "gemma2": dense.gemma2,
        "gemma3_text": dense.gemma3,
        "gpt2": dense.gpt2,
        "gpt_neox": dense.gpt_neox,
        "mpt": dense.mpt,
        "falcon": dense.falcon,
    }
)
"""Readers of shapes by ``model_type``."""
