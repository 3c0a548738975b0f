"""Times of collectives of a training step: latency of steps plus volume over the links that a group's ranks span."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.machine import Machine

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Links:
    """The links of a machine as a step uses them, () or (n,)."""

    domain: FloatArray
    scale_up: FloatArray
    """[B/s]"""
    scale_out: FloatArray
    """[B/s]"""
    all_to_all: tuple[float, float]
    """What exchanges of all with all reach over rings, inside a domain and across."""
    mesh: FloatArray
    """One where accelerators of a domain are joined one to one."""
    reduces: NDArray[np.bool_]
    """Whether the switches of the domain add up."""


def links_of(machine: Machine, constants: Constants) -> Links:
    """Give the links of a machine."""
    out = np.asarray(machine.scale_out, dtype=np.float64)
    return Links(
        domain=np.asarray(machine.domain, dtype=np.float64),
        scale_up=np.asarray(machine.scale_up, dtype=np.float64) * constants.scale_up,
        scale_out=np.where(out > 0.0, out, np.nan) * constants.scale_out,
        all_to_all=(constants.all_to_all / constants.scale_up, constants.all_to_all_out / constants.scale_out),
        mesh=np.asarray(machine.mesh, dtype=np.float64),
        reduces=np.asarray(machine.in_switch_reduction, dtype=np.bool_),
    )


@dataclass(frozen=True)
class Group:
    """A group of ranks on a machine, () or (n,): seconds per byte and per call."""

    size: FloatArray
    inside: FloatArray
    """Ranks of the group in one domain."""
    domains: FloatArray
    ring: FloatArray
    """Of an all-gather or a reduce-scatter [s/B], over the bytes that all ranks hold together."""
    latency: FloatArray
    """Of a call [s]."""
    local: FloatArray
    """Seconds for a byte to a rank of the same domain, rings' rate."""
    far: FloatArray
    """Seconds for a byte to another domain."""


def group_of(links: Links, constants: Constants, size: FloatArray, stride: FloatArray) -> Group:
    """Lay a group of ``size`` ranks, ``stride`` apart, over domains that hold as many ranks each.

    A ring over all ranks moves ``(n - 1) / n`` of the bytes over each link inside a domain; between domains it has a
    network port for each rank in the domain. The latency of a ring goes with the ranks inside a domain, between domains
    with the logarithm of their number, as trees have it.
    """
    n = np.maximum(size, 1.0)
    domains = np.minimum(n, np.ceil(n * stride / links.domain))
    inside = n / domains
    part = (n - 1.0) / n
    beside = np.maximum(links.domain - 1.0, 1.0)
    usable = np.where(links.mesh > 0.0, np.clip((inside - 1.0) / beside, 1.0 / beside, 1.0), 1.0)
    local = 1.0 / (links.scale_up * usable)
    far = 1.0 / links.scale_out
    ring = part * np.maximum(np.where(inside > 1.0, local, 0.0), np.where(domains > 1.0, far / inside, 0.0))
    steps = constants.hop * (inside - 1.0) + constants.network_hop * np.log2(np.maximum(domains, 1.0))
    latency = np.where(n > 1.0, constants.call + steps, 0.0)
    return Group(n, inside, domains, ring, latency, local, far)


def exchange_time(
    links: Links, group: Group, tokens: FloatArray, top_k: FloatArray, token_bytes: FloatArray
) -> FloatArray:
    """Give the time to send each token of a rank to its ``top_k`` experts' ranks, spread evenly [s].

    Between domains a token crosses once for each domain that it goes to, ``K (1 - (1 - 1/K)^k)`` of K on average, and
    is handed on inside; as in DeepEP (arXiv:2412.19437, section 3.2.2).
    """
    n, d, k = group.size, group.inside, group.domains
    copies = tokens * token_bytes
    within = copies * top_k * (n - 1.0) / n * np.where(d > 1.0, group.local, 0.0)
    reached = k * (1.0 - (1.0 - 1.0 / k) ** top_k)
    across = np.where(k > 1.0, copies * reached * (k - 1.0) / k * group.far, 0.0)
    return np.asarray(np.maximum(within / links.all_to_all[0], across / links.all_to_all[1]) + group.latency)


def exposed(
    time: FloatArray, budget: FloatArray, reach: FloatArray | float, interference: float
) -> tuple[FloatArray, FloatArray]:
    """Part a collective's time into what shows and what compute hides: ``(shown, hidden)`` [s].

    At most ``reach`` of it can be hidden, and no more than the compute it runs behind; what is hidden slows that
    compute by ``interference`` of its time, which counts as shown.
    """
    hidden = np.minimum(reach * time, budget)
    return np.asarray(time - (1.0 - interference) * hidden), np.asarray(hidden)
