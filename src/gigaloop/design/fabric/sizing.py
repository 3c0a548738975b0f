"""Sizing a Clos network: ports of leaf and spine are split, as few tiers as serve, and what would fit where none do."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fabric.clos import Clos, Wiring, spreading_spines, upper_cage, whole_cages

_NEAR = 1e-9
"""Share by which a ratio may be off by rounding of the machine."""


def size_clos(
    *,
    nodes: int,
    rails: int,
    rate: float,
    radix: int,
    nodes_per_su: int,
    sus: int | None = None,
    tiers: int | None = None,
    oversubscription: float = 1.0,
    spine_oversubscription: float = 1.0,
    reserved: int = 0,
    uplink_rate: float | None = None,
    wired: Wiring = "full",
    cage: int = 1,
) -> Clos:
    """Size one plane of a rail-optimised Clos network.

    A leaf splits its ports, less the reserved ones, so that its nodes' rate is at most ``oversubscription`` times that
    of its uplinks. Leafs = SUs x rails x ceil(nodes per SU / ports toward nodes). A network of one rail whose nodes all
    fit one switch has one tier. Two tiers serve as long as a spine has a port for every leaf (k^2/2 endpoints at 1:1);
    spines are then the smallest number with a port for every uplink that divides the uplinks of a leaf. Where that is
    twice as many as have the ports, or more, because the uplinks have few divisors, leafs leave a few ports of both
    directions free, as few as help, as long as the oversubscription and the number of leafs stay. Three tiers have pods
    of as many leafs as a spine has ports toward them, with as many spines as a leaf has uplinks;
    cores = ceil(spine uplinks / k).

    Parameters
    ----------
    nodes
        Nodes that are there.
    rails
        Ports of a node on the plane, each to its own rail.
    rate, uplink_rate
        Of a link from a node, and of all links above, as the first where not given [bit/s].
    radix
        Ports of a switch at ``rate``.
    nodes_per_su
        Nodes of a full scalable unit.
    sus
        Scalable units; as many as the nodes need where not given.
    tiers
        1 (one leaf for each rail), 2 or 3; as few as serve where not given.
    oversubscription, spine_oversubscription
        Rate downward over rate upward, of a leaf and of a spine; at least 1.
    reserved
        Ports of each leaf that stay free, at ``rate``.
    wired
        See :class:`Clos`.
    cage
        Ports at ``rate`` that one module cage holds; the two directions of a switch share none.

    Raises
    ------
    GigaloopError
        If the numbers do not fit; the hint says which would.

    References
    ----------
    NVIDIA DGX SuperPOD reference architectures (H100, B200, B300), switch and cable count tables. Limits k^2/2 and
    k^3/4: Al-Fares, Loukissas, Vahdat, SIGCOMM 2008, doi:10.1145/1402958.1402967.

    Examples
    --------
    >>> pod = size_clos(nodes=95, rails=8, rate=400e9, radix=64, nodes_per_su=32)
    >>> pod.tiers, dict(pod.switches), pod.link_counts["leaf-spine"]
    (2, {'leaf': 24, 'spine': 16}, 768)
    """
    uplink_rate = rate if uplink_rate is None else uplink_rate
    sus = -(-nodes // max(nodes_per_su, 1)) if sus is None else sus
    _require_numbers(nodes, nodes_per_su, sus, rails)
    _require_ports(radix, reserved, rate, uplink_rate, min(oversubscription, spine_oversubscription))
    if tiers == 1 or (tiers is None and rails == 1 and sus * nodes_per_su <= radix - reserved):
        return _one_tier(nodes, sus * nodes_per_su, rails, rate, radix, reserved, wired)

    def split(ports: int) -> Split:
        return _split(ports, reserved, uplink_rate / rate, oversubscription, spine_oversubscription, cage)

    ports = split(radix)
    if min(ports.down, ports.up, ports.upper) < 1:
        raise GigaloopError(
            f"leafs of {radix} ports, {reserved} of them reserved, have none left for nodes or for uplinks",
            hint="use a larger radix, reserve fewer ports, or oversubscribe less",
        )

    def leafs_of(ports: Split) -> int:
        return sus * rails * -(-nodes_per_su // ports.down)

    leafs = leafs_of(ports)
    serve = next((count for count in ((2, 3) if tiers is None else (tiers,)) if leafs <= ports.most_leafs(count)), None)
    if serve is not None:
        spine = (ports.upper, 0) if serve == 2 else (ports.spine_down, ports.spine_up)
        down, up = ports.down, ports.up
        if serve == 2:
            down, up = _even(down, up, ports.upper, leafs, nodes_per_su, oversubscription * uplink_rate / rate)
        return Clos(nodes, nodes_per_su, sus, rails, rate, uplink_rate, radix, serve, down, up, *spine, wired, cage)
    tiers = 3 if tiers is None else tiers
    most = ports.most_leafs(tiers)
    factor = next(
        (2**n for n in range(1, 12) if leafs_of(split(radix * 2**n)) <= split(radix * 2**n).most_leafs(tiers)), None
    )
    ways = [f"three tiers serve {ports.most_leafs(3):,} leafs"] if tiers == 2 and leafs <= ports.most_leafs(3) else []
    if factor is not None:
        ways.append(
            f"a radix of {radix * factor:,} serves, such as that of ports broken out into {factor} times as many planes"
        )
    fits = most // (leafs // sus)
    ways.append(f"{fits:,} scalable units fit" if fits else "more nodes to a leaf or fewer rails")
    raise GigaloopError(
        f"{'two' if tiers == 2 else 'three'} tiers of {radix}-port switches serve {most:,} leafs, "
        f"{most * ports.down:,} endpoints per plane; this plane needs {leafs:,} leafs for {nodes * rails:,} endpoints",
        hint="; ".join(ways),
    )


@dataclass(frozen=True)
class Split:
    """How the ports of leafs and spines are split."""

    down: int
    up: int
    upper: int
    """Ports of a spine or core, at the rate of the uplinks."""
    spine_down: int
    spine_up: int

    def most_leafs(self, tiers: int) -> int:
        """Give the leafs that two or three tiers join: a port of a spine, or of every core, for each leaf or pod."""
        if self.down < 1 or self.up < 1:
            return 0
        return self.upper if tiers == 2 else self.spine_down * self.upper if self.spine_up else 0


def _split(radix: int, reserved: int, uplink: float, leaf: float, spine: float, cage: int) -> Split:
    """Split ports; an uplink takes as many as its rate is larger, and ``leaf`` and ``spine`` are oversubscriptions."""
    upper = math.floor(radix / uplink * (1.0 + _NEAR))
    above = _shares(upper, 0, spine, 1.0, upper_cage(cage, uplink))
    return Split(*_shares(radix, reserved, leaf, uplink, cage), upper, *above)


def _shares(radix: int, reserved: int, oversubscription: float, uplink: float, cage: int) -> tuple[int, int]:
    """Give the most ports down, and those up, that fit beside the reserved ones and share no cage."""
    ports = radix - reserved
    down = math.floor(ports * oversubscription / (1.0 + oversubscription) * (1.0 + _NEAR))
    while down > 0:
        up = math.ceil(down / (oversubscription * uplink) * (1.0 - _NEAR))
        apart = whole_cages(down, cage) + up * uplink <= radix * (1.0 + _NEAR)
        if apart and down + up * uplink <= ports * (1.0 + _NEAR):
            return down, up
        down -= 1
    return 0, 0


def _even(down: int, up: int, radix: int, leafs: int, nodes_per_su: int, ratio: float) -> tuple[int, int]:
    """Give the ports of a leaf down and up that a number of spines below twice the least shares evenly.

    The first ports given serve where they do; else the most uplinks below that do, with ``ratio`` ports down to each,
    if the nodes of a scalable unit then still need as many leafs; else the first ones again.
    """
    for fewer in range(up, 0, -1):
        most = min(down, math.floor(fewer * ratio * (1.0 + _NEAR)))
        if most < 1 or -(-nodes_per_su // most) != -(-nodes_per_su // down):
            break
        if spreading_spines(leafs, fewer, radix) < 2 * -(-leafs * fewer // radix):
            return most, fewer
    return down, up


def _one_tier(
    nodes: int, nodes_per_leaf: int, rails: int, rate: float, radix: int, reserved: int, wired: Wiring
) -> Clos:
    if nodes_per_leaf > radix - reserved:
        raise GigaloopError(
            f"one tier joins as many nodes as a switch has ports, {radix - reserved:,}, not {nodes_per_leaf:,}",
            hint="use two tiers, a larger radix, or more planes of a fraction of the rate",
        )
    return Clos(nodes, nodes_per_leaf, 1, rails, rate, rate, radix, 1, radix - reserved, 0, 0, 0, wired)


def _require_numbers(nodes: int, nodes_per_su: int, sus: int, rails: int) -> None:
    if min(nodes, nodes_per_su, sus, rails) < 1:
        raise GigaloopError(
            f"{sus:,} scalable units of {nodes_per_su:,} nodes, {nodes:,} in all, with {rails} rails join nothing",
            hint="give at least one node, one scalable unit and one rail",
        )
    if nodes > nodes_per_su * sus:
        raise GigaloopError(
            f"{sus:,} scalable units of {nodes_per_su:,} nodes hold no {nodes:,}",
            hint=f"give {-(-nodes // nodes_per_su):,} scalable units",
        )


def _require_ports(radix: int, reserved: int, rate: float, uplink_rate: float, oversubscription: float) -> None:
    if radix < 2 or not 0 <= reserved < radix:
        raise GigaloopError(
            f"a switch of {radix} ports with {reserved} of them reserved joins nothing",
            hint="use at least 2 ports, and reserve fewer than there are",
        )
    if rate <= 0.0 or uplink_rate < rate * (1.0 - _NEAR):
        raise GigaloopError(
            f"uplinks of {uplink_rate / 1e9:g} Gb/s above links of {rate / 1e9:g} Gb/s cannot be",
            hint="uplinks are at least as fast as the links of nodes",
        )
    if oversubscription < 1.0:
        raise GigaloopError(
            "a tier with more rate upward than downward wastes ports", hint="oversubscribe by 1 or more"
        )
