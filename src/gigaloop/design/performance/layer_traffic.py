"""Collectives within layers: tensor, context and expert parallelism, and what of them runs behind compute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.local import FloatArray, Local, number
from gigaloop.design.performance.strategies import Strategies
from gigaloop.design.performance.traffic import Links, exchange_time, exposed, group_of

ONE = np.ones(())


@dataclass(frozen=True)
class Shown:
    """What a parallelism adds to a layer's passes, and what compute hides of it, () or (n,) [s]."""

    forward: FloatArray
    backward: FloatArray
    forward_hidden: FloatArray
    backward_hidden: FloatArray


def tensor_times(
    local: Local, links: Links, strategies: Strategies, c: Constants, forward: FloatArray, backward: FloatArray
) -> Shown:
    """Give the collectives of tensor parallelism: a gather and a scatter around each part that it cuts.

    With sequence parallelism, as in Korthikanti et al., arXiv:2205.05198, section 4.2.2; without, an all-reduce in
    place of the two, in the switches where they add up. Backward, gradients of inputs are scattered behind the products
    for those of weights, and inputs gathered again behind those for inputs, overlap or not. ``forward`` and
    ``backward`` are the times of matrix products [s].
    """
    tp = local.tp
    group = group_of(links, c, tp, ONE)
    sharded = np.asarray(strategies.sequence_parallel, dtype=np.bool_)
    unit = local.tokens * local.hidden * 2.0 * group.ring + group.latency
    inside = links.reduces & (group.domains <= 1.0)
    switched = np.where(inside, (tp + 1.0) / np.maximum(2.0 * (tp - 1.0), 1.0), 1.0)
    unit = local.cuts * np.where(sharded, unit, unit * np.minimum(switched, 1.0))
    reach = number(strategies.overlap_tp) * c.hidden_tp
    first = exposed(2.0 * unit, c.cover * forward, reach, c.interference)
    waits, runs = np.where(sharded, unit, 0.0), np.where(sharded, 3.0, 2.0) * unit
    behind = exposed(runs, c.cover * backward, local.trained + (1.0 - local.trained) * reach, c.interference)
    rest = exposed(waits, np.maximum(c.cover * backward - behind[1], 0.0), reach, c.interference)
    return Shown(first[0], behind[0] + rest[0], first[1], behind[1] + rest[1])


def context_times(
    local: Local, links: Links, strategies: Strategies, c: Constants, forward: FloatArray, backward: FloatArray
) -> Shown:
    """Give the ring on which keys and values go round behind attention (Liu et al., arXiv:2310.01889).

    Backward their gradients go with them. ``forward`` and ``backward`` are the times of attention [s].
    """
    cp = local.cp
    ring = group_of(links, c, cp, local.tp)
    size = local.tokens * local.keys * (local.qk + local.value) * 2.0
    pace = np.where(ring.domains > 1.0, ring.far, ring.local)
    turns = np.where(cp > 1.0, local.attends * (cp - 1.0) * (size * pace + c.call), 0.0)
    reach, rest = number(strategies.overlap_cp) * c.hidden_cp, (cp - 1.0) / cp
    there = exposed(turns, rest * forward, reach, c.interference)
    back = exposed(2.0 * turns, rest * backward, reach, c.interference)
    return Shown(there[0], back[0], there[1], back[1])


def expert_times(
    local: Local, links: Links, strategies: Strategies, c: Constants, forward: FloatArray, backward: FloatArray
) -> Shown:
    """Give the exchanges that send tokens to their experts and back, and the same again backward.

    ``forward`` and ``backward`` are the compute of a layer that other micro-batches' exchanges can run behind [s].
    """
    group = group_of(links, c, local.ep, ONE)
    tokens = local.tokens / local.tp * c.imbalance
    once = exchange_time(links, group, tokens, local.top_k, 2.0 * local.expert_width)
    both: NDArray[np.float64] = np.where(local.ep > 1.0, 2.0 * local.mixes * once, 0.0)
    reach = number(strategies.overlap_ep) * c.hidden_ep
    there = exposed(both, c.cover * forward, reach, c.interference)
    back = exposed(both, c.cover * backward, reach, c.interference)
    return Shown(there[0], back[0], there[1], back[1])
