"""Floating-point operations of a token through a transformer, as models need them (nothing computed twice)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.design.transformer.parameters import layer_weights
from gigaloop.design.transformer.shape import Transformer

FloatArray = NDArray[np.float64]

SCAN_FLOPS = 7.0
"""Of a Mamba-2 layer's recurrence, per token, channel and width of the state.

Source: NVIDIA, count of FLOPs of hybrid models,
https://github.com/NVIDIA-NeMo/Megatron-Bridge/blob/main/src/megatron/bridge/training/utils/flop_utils.py
"""


def matrix_flops(model: Transformer) -> FloatArray:
    """Give the FLOPs of a token's forward pass through all matrices (n,) [FLOP]: two per weight that it meets.

    Looking up an embedding is no product; the head is one, tied or not. Norms, biases and activations are left out, as
    in Narayanan et al., arXiv:2104.04473, appendix.
    """
    weights = layer_weights(model)
    moe_layers = _float(model.moe_layers)
    mixture = _float(model.top_k) * weights.expert + weights.shared + weights.router
    each = (
        _float(model.attention_layers) * weights.attention
        + _float(model.mamba_layers) * weights.mamba
        + (_float(model.ffn_layers) - moe_layers) * weights.dense
        + moe_layers * mixture
        + _float(model.vocab) * _float(model.hidden)
    )
    return np.asarray(2.0 * each)


def mixing_flops(model: Transformer, context: ArrayLike, *, causal: bool = True) -> FloatArray:
    """Give the FLOPs of a token's forward pass through attention scores, values and recurrences (n,) [FLOP].

    ``context`` is the length of the sequences that tokens stand in: averaged over their tokens where ``causal`` (half
    of it where nothing limits the window), all of it for every token where not.

    Examples
    --------
    One layer with one head of 128 at 1,000 tokens: scores and values, two FLOPs each, over 500 tokens on average:

    >>> one = Transformer("one", 1, 128, 1, 1, 128, 512, 1000)
    >>> float(mixing_flops(one, 1000)) == 2 * 2 * 128 * 500
    True
    """
    length = np.asarray(context, dtype=np.float64)
    window = np.where(_float(model.window) > 0, np.minimum(_float(model.window), length), length)
    seen = length / 2.0 if causal else length
    seen_windowed = window * (1.0 - window / (2.0 * length)) if causal else window
    windowed = _float(model.window_layers)
    full = _float(model.attention_layers) - windowed
    inner = _float(model.mamba_heads) * _float(model.mamba_head_dim)
    scan = SCAN_FLOPS * inner * _float(model.mamba_state) * _float(model.mamba_layers)
    return np.asarray(_scores(model) * (full * seen + windowed * seen_windowed) + scan)


def forward_flops(model: Transformer, sequence: ArrayLike, *, causal: bool = True) -> FloatArray:
    """Give the FLOPs of a token's forward pass (n,) [FLOP], averaged over sequences of ``sequence`` tokens.

    What predicts further tokens in training is left out.

    Examples
    --------
    Mixtral 8x7B at 4,096 tokens: two per active weight but the embedding's, and 1.1 GFLOP of attention:

    >>> mixtral = Transformer("Mixtral", 32, 4096, 32, 8, 128, 0, 32000, experts=8, top_k=2, expert_ffn=14336)
    >>> round(float(forward_flops(mixtral, 4096)) / 1e9, 2), round(float(mixing_flops(mixtral, 4096)) / 1e9, 2)
    (26.57, 1.07)
    """
    return matrix_flops(model) + mixing_flops(model, sequence, causal=causal)


def training_flops(
    model: Transformer, sequence: ArrayLike, *, causal: bool = True, adapters: ArrayLike = False
) -> FloatArray:
    """Give the FLOPs to train on a token (n,) [FLOP]: three times those of its forward pass.

    With ``causal``, attention counts what a token may look at; without, every token looks at the full sequence, which
    is the convention of PaLM (``6 N + 12 L H Q T``, arXiv:2204.02311, appendix B) and of Narayanan et al.
    (arXiv:2104.04473). Layers that predict further tokens count, with the head that they share. What is computed again
    in the backward pass does not count. With ``adapters`` the weights are frozen: matrices count twice, as no gradient
    of theirs is needed, and the small adapters are left out.

    Examples
    --------
    Llama 3.1 405B at 8,192 tokens:

    >>> llama = Transformer("Llama 3.1 405B", 126, 16384, 128, 8, 128, 53248, 128256)
    >>> round(float(training_flops(llama, 8192)) / 1e9), round(float(training_flops(llama, 8192, causal=False)) / 1e9)
    (2524, 2625)
    """
    further_matrices, further_mixing = _prediction(model, sequence, causal=causal)
    matrices = matrix_flops(model) + further_matrices
    mixing = mixing_flops(model, sequence, causal=causal) + further_mixing
    return np.asarray((3.0 - np.asarray(adapters, dtype=np.float64)) * matrices + 3.0 * mixing)


def _prediction(model: Transformer, sequence: ArrayLike, *, causal: bool) -> tuple[FloatArray, FloatArray]:
    """Give the FLOPs of a forward pass through the layers that predict further tokens: matrices and mixing."""
    weights = layer_weights(model)
    mixture = _float(model.top_k) * weights.expert + weights.shared + weights.router
    network = np.where(_float(model.experts) > 0, mixture, weights.dense)
    h = _float(model.hidden)
    passes = _float(model.further_layers)
    matrices = 2.0 * passes * (2.0 * h * h + weights.attention + network + _float(model.vocab) * h)
    length = np.asarray(sequence, dtype=np.float64)
    return np.asarray(matrices), np.asarray(passes * _scores(model) * (length / 2.0 if causal else length))


def _scores(model: Transformer) -> FloatArray:
    """Give the FLOPs of scores and values of a layer, per token and token looked at."""
    return np.asarray(2.0 * _float(model.heads) * (_float(model.qk_dim) + _float(model.value_dim)))


def _float(value: object) -> FloatArray:
    return np.asarray(value, dtype=np.float64)
