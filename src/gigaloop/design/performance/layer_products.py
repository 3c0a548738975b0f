"""The matrix products of an average layer, and of the head, on one accelerator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.local import FloatArray, Local, number
from gigaloop.design.performance.matrix import Products, Rates, products
from gigaloop.design.transformer import Transformer


@dataclass
class Total:
    """Adds up products, each by its share of the layers."""

    forward: FloatArray
    data: FloatArray
    weights: FloatArray
    flops: FloatArray

    @staticmethod
    def none() -> Total:
        """Start with nothing."""
        zero = np.zeros(())
        return Total(zero, zero, zero, zero)

    def add(self, product: Products, share: FloatArray | float = 1.0) -> None:
        """Add a product that a share of the layers has."""
        self.forward = self.forward + share * product.forward
        self.data = self.data + share * product.data
        self.weights = self.weights + share * product.weights
        self.flops = self.flops + share * product.flops


def layer_products(model: Transformer, local: Local, rates: Rates, grouped: Rates, constants: Constants) -> Total:
    """Add up the products of a layer: projections of attention, networks, experts, mixers.

    ``grouped`` are the rates of products of experts, which run as many small ones.
    """
    total = Total.none()
    _attention(model, local, rates, total)
    for width, share in ((local.ffn, local.dense), (local.shared, local.mixes)):
        if np.any((share > 0.0) & (width > 0.0)):
            there, wide = share * (width > 0.0), np.maximum(width, 1.0)
            total.add(products(rates, local.tokens, local.hidden, wide * (local.matrices - 1.0)), there)
            total.add(products(rates, local.tokens, wide, local.hidden), there)
    if np.any(local.mixes > 0.0):
        rows = local.routed / local.owned * constants.imbalance
        into, inner, several = local.expert_width, local.expert_ffn, local.owned
        gates = local.matrices - 1.0
        total.add(products(grouped, rows, into, inner * gates, several, constants.ragged), local.mixes)
        total.add(products(grouped, rows, inner, into, several, constants.ragged), local.mixes)
        narrow = number(model.expert_latent)
        if np.any(narrow > 0.0):
            between = products(rates, local.sharded, local.hidden, 2.0 * np.maximum(narrow, 1.0))
            total.add(between, local.mixes * (narrow > 0.0))
    if np.any(local.scans > 0.0):
        states = 2.0 * number(model.mamba_groups) * number(model.mamba_state) / local.tp
        total.add(products(rates, local.tokens, local.hidden, np.maximum(2.0 * local.inner + states, 1.0)), local.scans)
        total.add(products(rates, local.tokens, np.maximum(local.inner, 1.0), local.hidden), local.scans)
    return total


def _attention(model: Transformer, local: Local, rates: Rates, total: Total) -> None:
    tokens, hidden, attends = local.tokens, local.hidden, local.attends
    if np.any(local.latent):
        q_rank, kv_rank, rope = number(model.q_rank), number(model.kv_rank), number(model.rope_dim)
        queries = np.where(local.latent, local.heads * local.qk, local.projected)
        source = np.where(local.latent & (q_rank > 0.0), q_rank, hidden)
        total.add(products(rates, tokens, source, queries), attends)
        share = attends * local.latent
        total.add(products(rates, local.sharded, hidden, np.maximum(q_rank + kv_rank + rope, 1.0)), share)
        spread = local.heads * (number(model.head_dim) + local.value)
        total.add(products(rates, tokens, np.maximum(kv_rank, 1.0), spread), share)
    else:
        total.add(products(rates, tokens, hidden, local.projected), attends)
    total.add(products(rates, tokens, local.attended, hidden), attends)


def end_products(model: Transformer, local: Local, rates: Rates, plain: Rates) -> Total:
    """Add up the products behind the layers: the head, in 16 bits, once more for each further prediction."""
    total, extra = Total.none(), number(model.mtp_layers)
    total.add(products(plain, local.tokens, local.hidden, number(model.vocab) / local.tp), 1.0 + extra)
    if np.any(extra > 0.0):
        total.add(products(rates, local.tokens, 2.0 * local.hidden / local.tp, local.hidden), extra)
    return total
