"""Bytes that the operators of a layer move beside its matrix products: norms, activations, casts, routing, loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.local import FloatArray, Local, number
from gigaloop.design.transformer import Transformer

NORM_BYTES = (10.0, 18.0)
"""Bytes moved for a value of the residual stream by a norm with its residual addition in 16 bits, forward and backward.
Forward the norm reads and writes one, the addition reads two and writes one; backward the norm reads two and writes
one, reads two again for its weights, and gradients of both branches are added.
Source: counted, as arXiv:2205.05198 counts activations."""
SCAN_SHARES = (0.3, 0.7)
"""Of the bytes that a Mamba-2 mixer moves, forward and backward. Source: an estimate, as for attention."""
LOGIT_BYTES = (16.0, 8.0)
"""Bytes moved for a logit by cross entropy in 32 bits over logits in 16, forward and backward: written, read and
widened, maximum, exponentials and sum; gradient.
Source: https://github.com/NVIDIA/Megatron-LM (vocabulary-parallel cross entropy), 2026-08."""
EMBEDDING_BYTES = (4.0, 12.0)
"""Bytes moved for a value of the embedding, forward and backward. Source: counted; gradients are added in 32 bits."""
ADAPTER_BYTES = (4.0, 8.0)
"""Bytes moved for each value into and out of a matrix that has a low-rank adapter, forward and backward.
Source: counted: read into the narrow product, added to the result; arXiv:2106.09685."""
ROTARY_BYTES = 4.0
"""Bytes moved for each value of queries, keys and values by position and layout. Source: counted: read and written."""
ROUTER_BYTES = 12.0
"""Bytes moved for each score of the router, in 32 bits. Source: counted: written, read for the choice, and weighted."""

BIAS_BYTES = 4.0
"""Bytes moved for each result of an expert to which a bias is added, and for its gradient; elsewhere products add it.
Source: counted: read and written."""


@dataclass(frozen=True)
class Moved:
    """Bytes that an accelerator moves in a layer for a micro-batch, () or (n,) [B]."""

    forward: FloatArray
    backward: FloatArray
    again: FloatArray
    """Those of norms and activations, which selective recompute makes again."""


def layer_bytes(
    model: Transformer, local: Local, precision: NDArray[np.intp], sharded: FloatArray, constants: Constants
) -> Moved:
    """Count the bytes of a layer.

    ``sharded`` is the part of the residual stream that an accelerator has, as a share. What matrix products take in FP8
    or FP4 is cast before them, with ``quantise`` bytes a value.
    """
    attends, dense, mixes, scans = local.attends, local.dense, local.mixes, local.scans
    norms = (attends + scans + dense + mixes) * (1.0 + number(model.post_norms)) * local.hidden * sharded
    rotary = attends * ROTARY_BYTES * local.projected
    inner = dense * local.ffn + mixes * local.shared
    active = inner * local.matrices
    cast = np.asarray(constants.quantise)[precision]
    into = (attends + scans + dense + mixes * (local.shared > 0.0)) * local.hidden * sharded
    into = into + attends * local.attended + inner
    back = 2.0 * (attends + dense) * local.hidden + attends * local.projected + (local.matrices - 1.0) * inner
    adapted = (1.0 - local.trained) * attends * (2.0 * local.hidden + local.projected + local.attended)
    forward = NORM_BYTES[0] * norms + rotary + 2.0 * active + cast * into + ADAPTER_BYTES[0] * adapted
    backward = NORM_BYTES[1] * norms + rotary + 4.0 * active + cast * back + ADAPTER_BYTES[1] * adapted
    again = NORM_BYTES[0] * norms + 2.0 * active
    if np.any(scans > 0.0):
        scanned = scans * constants.scan * local.inner
        forward, backward = forward + SCAN_SHARES[0] * scanned, backward + SCAN_SHARES[1] * scanned
    forward, backward, again = local.tokens * forward, local.tokens * backward, local.tokens * again
    if np.any(mixes > 0.0):
        acted = local.routed * local.expert_ffn * local.matrices
        moved = constants.routed * local.routed * local.expert_width
        moved = moved + local.tokens / local.tp * ROUTER_BYTES * local.experts
        outward = local.routed * (local.expert_width + local.expert_ffn)
        inward = local.routed * (local.expert_width + (local.matrices - 1.0) * local.expert_ffn)
        alone = cast * constants.expert_casts
        biased = number(model.ffn_bias) * BIAS_BYTES * local.routed
        biased = biased * (local.expert_width + (local.matrices - 1.0) * local.expert_ffn)
        forward = forward + mixes * (moved + biased + 2.0 * acted + alone * outward)
        backward = backward + mixes * (moved + biased + 4.0 * acted + alone * inward)
        again = again + mixes * 2.0 * acted
    return Moved(forward, backward, again)


def end_bytes(model: Transformer, local: Local) -> tuple[FloatArray, FloatArray]:
    """Count the bytes of embedding, logits and loss, forward and backward."""
    logits = local.tokens * number(model.vocab) / local.tp * (1.0 + number(model.mtp_layers))
    embedded = local.sharded * local.hidden
    return (
        LOGIT_BYTES[0] * logits + EMBEDDING_BYTES[0] * embedded,
        LOGIT_BYTES[1] * logits + EMBEDDING_BYTES[1] * embedded,
    )
