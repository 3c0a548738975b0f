"""Memory of an accelerator that serves: weights, buffers, and the sequences whose cache fits beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.design.serving.columns import FloatArray, Rows

RESERVE = 3.0e9
"""Of an accelerator for runtime, communication buffers and captured graphs [B]. Source: an estimate; vLLM and
TensorRT-LLM leave 2 to 5 GB beside weights and cache."""

LIVE = 12.0
"""Hidden states of a token alive at once in a layer, in values of two bytes, beside its widest product. Source: an
estimate from fused layers."""


@dataclass(frozen=True)
class Held:
    """What an accelerator holds (n,) [B]."""

    weights: FloatArray
    buffers: FloatArray
    sequence: FloatArray
    """Cache of one sequence that is reserved, on one of the accelerators that share it."""
    available: FloatArray
    limit: FloatArray
    """Sequences of an instance."""


def held_by(r: Rows, tp: FloatArray, dp: FloatArray, ep: FloatArray, pp: FloatArray) -> Held:
    """Give what an accelerator holds under a layout, and the sequences that an instance holds at most."""
    s, c = r.shapes, r.constants
    split = tp * dp / ep  # of an expert's matrices
    stage = np.ceil(s.layers / pp) / s.layers
    attention = (s.attention_layers * s.attention + s.mixers) * r.attention_bytes
    dense = s.dense_layers * s.dense * r.expert_bytes
    shared = s.moe_layers * s.shared * r.attention_bytes
    experts = s.moe_layers * np.ceil(s.experts / ep) * s.expert * r.expert_bytes / split
    ends = s.vocab * s.hidden * 2.0 * np.where(pp > 1.0, 1.0, 2.0 - s.tied) / tp
    weights = stage * ((attention + dense + shared) / tp + experts) + ends
    buffers = RESERVE + r.chunk * s.hidden * 2.0 * (LIVE + 2.0 * s.top_k)
    context = r.isl + c.reserved * r.osl  # a cached prefix spares its prefill: decoding reads it all the same
    kept = _kept(r, context) / np.minimum(tp, s.kv_heads) * r.cache_bytes
    sequence = stage * (kept + s.state / tp)
    available = r.hbm * c.utilised
    room = (available - weights - buffers) / np.maximum(sequence, 1.0)
    return Held(weights, buffers, sequence, available, np.maximum(np.floor(room), 0.0) * dp)


def _kept(r: Rows, context: FloatArray) -> FloatArray:
    """Values that a sequence keeps in all layers, windowed ones at most their window."""
    s = r.shapes
    windowed = np.where(s.window > 0.0, np.minimum(s.window, context), context)
    return s.values * ((s.attention_layers - s.window_layers) * context + s.window_layers * windowed)
