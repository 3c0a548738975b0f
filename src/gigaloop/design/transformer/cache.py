"""Keys and values that a transformer keeps of past tokens."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.design.transformer.shape import Transformer

FloatArray = NDArray[np.float64]


def kv_bytes_per_token(model: Transformer, bytes_per_value: ArrayLike) -> FloatArray:
    """Give the bytes that a further token adds in the layers that look back without limit (n,) [B].

    Grouped attention keeps keys and values of its key heads; latent attention keeps the compressed pair and the rotary
    part of the keys, once for all heads (DeepSeek-V2, arXiv:2405.04434).

    Examples
    --------
    Llama 3.1 70B in 16 bits, 320 kB a token; DeepSeek-V3, whose 61 layers keep 512 + 64 values each:

    >>> llama = Transformer("Llama 3.1 70B", 80, 8192, 64, 8, 128, 28672, 128256)
    >>> float(kv_bytes_per_token(llama, 2)) / 1024
    320.0
    >>> v3 = Transformer("V3", 61, 7168, 128, 128, 128, 18432, 129280, kv_rank=512, rope_dim=64)
    >>> float(kv_bytes_per_token(v3, 2))
    70272.0
    """
    full = np.asarray(model.attention_layers) - np.asarray(model.window_layers)
    return np.asarray(full * _values(model) * np.asarray(bytes_per_value, dtype=np.float64))


def kv_bytes(model: Transformer, context: ArrayLike, bytes_per_value: ArrayLike) -> FloatArray:
    """Give the bytes that a sequence of ``context`` tokens keeps (n,) [B]; windowed layers keep their window at most.

    The state of Mamba-2 layers, which does not grow, is :func:`state_bytes`.

    Examples
    --------
    Every second of gpt-oss 120B's 36 layers looks back 128 tokens alone, which halves the cache of long sequences:

    >>> model = Transformer("gpt-oss", 36, 2880, 64, 8, 64, 0, 201088, window=128, window_layers=18)
    >>> float(kv_bytes(model, 131072, 1)) / float(kv_bytes(model, 128, 1)) / 1024
    0.50048828125
    """
    length = np.asarray(context, dtype=np.float64)
    window = np.where(np.asarray(model.window) > 0, np.minimum(model.window, length), length)
    each = np.asarray(bytes_per_value, dtype=np.float64)
    windowed = np.asarray(model.window_layers) * window * _values(model) * each
    return np.asarray(kv_bytes_per_token(model, bytes_per_value) * length + windowed)


def state_bytes(model: Transformer, bytes_per_value: ArrayLike) -> FloatArray:
    """Give the bytes that a sequence keeps of any length: states and last inputs of Mamba-2 layers (n,) [B].

    Source: Dao and Gu, Mamba-2, arXiv:2405.21060: a state of inner width by ``mamba_state``, and the inputs that the
    convolution looks back on.
    """
    inner = np.asarray(model.mamba_heads) * np.asarray(model.mamba_head_dim)
    state = np.asarray(model.mamba_state)
    last = (inner + 2 * np.asarray(model.mamba_groups) * state) * np.maximum(np.asarray(model.mamba_conv) - 1, 0)
    values = np.asarray(model.mamba_layers) * (inner * state + last)
    return np.asarray(values * np.asarray(bytes_per_value, dtype=np.float64))


def _values(model: Transformer) -> NDArray[np.int64]:
    """Values that a layer keeps of a token."""
    grouped = np.asarray(model.kv_heads) * (np.asarray(model.head_dim) + np.asarray(model.value_dim))
    compressed = np.asarray(model.kv_rank) + np.asarray(model.rope_dim)
    return np.asarray(np.where(np.asarray(model.kv_rank) > 0, compressed, grouped), dtype=np.int64)
