"""Algorithms and protocols of collectives as rows of coefficients, from which ``evaluate`` makes their times."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.collectives import priors
from gigaloop.design.collectives.priors import FloatArray
from gigaloop.design.records.service import COLLECTIVES

BoolArray = NDArray[np.bool_]

LIBRARY = ("ring", "tree", "switch", "switch tree", "network reduction", "direct")
"""Algorithms that a library chooses among by itself."""

ALGORITHMS = (*LIBRARY, "hierarchical")
"""All algorithms; ``hierarchical`` is what a program composes of three calls: reduce-scatter within the domain,
all-reduce across domains on each rail, all-gather within."""


@dataclass(frozen=True)
class Regime:
    """Coefficients of an algorithm with a protocol: see the head of the module.

    ``volume`` and ``across_volume`` are (constant, over n, over d, over k), in messages.
    """

    algorithm: str
    protocol: priors.Protocol
    base: float = 0.0
    ring_inside: float = 0.0
    tree_inside: float = 0.0
    ring_across: float = 0.0
    levels: float = 0.0
    one: float = 0.0
    post_each: float = 0.0
    post_domain: float = 0.0
    fill: float = 0.0
    volume: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    across_volume: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    tree: bool = False
    """Whether a domain between others sends what it has both up and down."""
    share: float = 1.0
    """Of the link inside the domain that the protocol leaves."""
    across_share: float = 1.0
    """Of the network port."""
    low_latency: bool = False
    overlapped: float = 1.0
    """Share of the shorter phase that runs beside the longer one."""
    ports: Literal["few", "all", "own"] = "few"
    """Network ports of a domain at work: as many as ``Constants.ports``, all, or the accelerator's own alone."""

    @property
    def name(self) -> str:
        """For people: ``ring LL128``."""
        return self.algorithm if self.protocol == "Simple" else f"{self.algorithm} {self.protocol}"


def _rings(factor: float, *, broadcast: bool = False) -> list[Regime]:
    """Rings: ``factor`` passes of n - 1 steps, each moving S / n of an accelerator; all of S once in a broadcast."""
    volume = (1.0, 0.0, 0.0, 0.0) if broadcast else (factor, -factor, 0.0, 0.0)
    return [
        Regime(
            "ring", protocol, priors.BASE["ring"][i], factor * priors.INSIDE["ring"][i], 0.0,
            factor * priors.ACROSS["ring"][i], volume=volume, across_volume=volume,
            share=priors.LL128_SHARE if protocol == "LL128" else 1.0, across_share=priors.PAYLOAD[i],
            low_latency=protocol == "LL",
        )
        for i, protocol in enumerate(priors.PROTOCOLS)
    ]  # fmt: skip


def _trees() -> list[Regime]:
    """Double binary trees between domains, chains within, up and down."""
    return [
        Regime(
            "tree", protocol, priors.BASE["tree"][i], tree_inside=2.0 * priors.INSIDE["tree"][i],
            levels=2.0 * priors.ACROSS["tree"][i], volume=(2.0, 0.0, 0.0, 0.0), across_volume=(2.0, 0.0, 0.0, 0.0),
            tree=True, share=priors.TREE_SHARES[i], across_share=priors.PAYLOAD[i], low_latency=protocol == "LL",
        )
        for i, protocol in enumerate(priors.PROTOCOLS)
    ]  # fmt: skip


def _all_reduce() -> list[Regime]:
    return [
        *_rings(2.0),
        *_trees(),
        # What a switch adds up leaves an accelerator once, with its own n-th of the sum; the sum comes back alike.
        Regime("switch", "Simple", fill=1.0, volume=(1.0, 0.0, 1.0, 0.0)),
        Regime(
            "switch tree", "Simple", fill=1.0, levels=2.0 * priors.SWITCH_TREE_LATENCY,
            volume=(1.0, 0.0, 1.0, 0.0), across_volume=(2.0, 0.0, 0.0, 0.0), tree=True,
        ),
        Regime(
            "network reduction", "Simple", fill=1.0, one=priors.NETWORK_REDUCTION_LATENCY,
            volume=(1.0, 0.0, 1.0, 0.0), across_volume=(1.0, 0.0, 0.0, 0.0), overlapped=0.5,
        ),
        Regime(
            "hierarchical", "Simple", 3.0 * priors.BASE["ring"][2], tree_inside=2.0 * priors.INSIDE["ring"][2],
            ring_across=2.0 * priors.ACROSS["ring"][2], volume=(2.0, 0.0, -2.0, 0.0),
            across_volume=(2.0, 0.0, 0.0, -2.0), overlapped=0.5, ports="all",
        ),
    ]  # fmt: skip


def _one_way() -> list[Regime]:
    """Reduce-scatter and all-gather: one pass of the ring, or one phase in the switches."""
    return [
        *_rings(1.0),
        Regime("switch", "Simple", fill=1.0, volume=(1.0, 0.0, -1.0, 0.0)),
        Regime(
            "hierarchical", "Simple", 2.0 * priors.BASE["ring"][2], tree_inside=priors.INSIDE["ring"][2],
            ring_across=priors.ACROSS["ring"][2], volume=(1.0, 0.0, -1.0, 0.0), across_volume=(1.0, 0.0, 0.0, -1.0),
            overlapped=0.5, ports="all",
        ),
    ]  # fmt: skip


def _direct(*, pairwise: bool) -> list[Regime]:
    """Every accelerator sends to its peer, or an n-th to every peer, over its own port."""
    inside, across = ((0.0, -1.0, 0.0, 1.0), (1.0, 0.0, 0.0, -1.0)) if pairwise else ((1.0, 0.0, 0.0, 0.0),) * 2
    return [
        Regime(
            "direct", protocol, priors.BASE["ring"][i] + priors.INSIDE["ring"][i], one=priors.ACROSS["ring"][i],
            post_each=priors.POST_OVERHEAD if pairwise else 0.0, volume=inside, across_volume=across,
            share=priors.LL128_SHARE if protocol == "LL128" else 1.0, across_share=priors.PAYLOAD[i],
            low_latency=protocol == "LL", ports="own",
        )
        for i, protocol in enumerate(priors.PROTOCOLS)
    ]  # fmt: skip


def _all_to_all() -> list[Regime]:
    """Each with each, or within the domain first, so that each accelerator sends to one of every other domain."""
    return [
        *_direct(pairwise=True),
        Regime(
            "hierarchical", "Simple", 2.0 * priors.BASE["ring"][2] + priors.INSIDE["ring"][2],
            one=priors.ACROSS["ring"][2], post_domain=priors.POST_OVERHEAD, volume=(1.0, 0.0, -1.0, 0.0),
            across_volume=(1.0, 0.0, 0.0, -1.0), overlapped=0.5, ports="own",
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Table:
    """The regimes of a collective as columns (r,)."""

    names: tuple[str, ...]
    algorithms: tuple[str, ...]
    base: FloatArray
    ring_inside: FloatArray
    tree_inside: FloatArray
    ring_across: FloatArray
    levels: FloatArray
    one: FloatArray
    post_each: FloatArray
    post_domain: FloatArray
    fill: FloatArray
    volumes: FloatArray
    """Inside, then across, (4, 2 r)"""
    tree: FloatArray
    share: FloatArray
    across_share: FloatArray
    low_latency: FloatArray
    serial: FloatArray
    """Share of the shorter phase that does not run beside the longer one."""
    few: FloatArray
    every: FloatArray
    own: FloatArray
    switch: BoolArray
    """Whether it needs reduction in the switches of the domain."""
    network: BoolArray
    """Whether it needs reduction in those of the network."""
    one_domain: BoolArray
    """Whether it stays within a domain."""
    many_domains: BoolArray
    """Whether it needs more than one."""


@lru_cache(maxsize=64)
def table(collective: str, algorithms: tuple[str, ...] = LIBRARY) -> Table:
    """Give the regimes of a collective.

    Raises
    ------
    UsageError
        For a collective or an algorithm that there is not.
    """
    if collective not in COLLECTIVES:
        hint = did_you_mean(collective, COLLECTIVES, f"the collectives are {', '.join(COLLECTIVES)}")
        raise UsageError(f"there is no collective '{collective}'", hint=hint)
    for each in algorithms:
        if each not in ALGORITHMS:
            hint = did_you_mean(each, ALGORITHMS, f"the algorithms are {', '.join(ALGORITHMS)}")
            raise UsageError(f"there is no algorithm '{each}'", hint=hint)
    rows = [each for each in _rows(collective) if each.algorithm in algorithms]
    if not rows:
        there = ", ".join(dict.fromkeys(each.algorithm for each in _rows(collective)))
        raise UsageError(f"{collective} does not go by {' or '.join(algorithms)}", hint=f"it goes by {there}")
    names = np.array([each.algorithm for each in rows])

    def column(name: str) -> FloatArray:
        return np.array([getattr(each, name) for each in rows], dtype=np.float64)

    ports = np.array([each.ports for each in rows])
    return Table(
        names=tuple(each.name for each in rows),
        algorithms=tuple(each.algorithm for each in rows),
        **{name: column(name) for name in _COLUMNS},
        serial=1.0 - column("overlapped"),
        volumes=np.concatenate([column("volume").T, column("across_volume").T], axis=1),
        few=(ports == "few").astype(np.float64),
        every=(ports == "all").astype(np.float64),
        own=(ports == "own").astype(np.float64),
        switch=np.isin(names, ("switch", "switch tree", "network reduction")),
        network=names == "network reduction",
        one_domain=names == "switch",
        many_domains=np.isin(names, ("switch tree", "network reduction", "hierarchical")),
    )


_COLUMNS = (
    "base", "ring_inside", "tree_inside", "ring_across", "levels", "one", "post_each", "post_domain", "fill", "tree",
    "share", "across_share", "low_latency",
)  # fmt: skip


def _rows(collective: str) -> list[Regime]:
    match collective:
        case "all_reduce":
            return _all_reduce()
        case "reduce_scatter" | "all_gather":
            return _one_way()
        case "broadcast":
            return _rings(1.0, broadcast=True)
        case "all_to_all":
            return _all_to_all()
        case _:
            return _direct(pairwise=False)
