"""What the links of a network ask of a cable or module."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.catalogue.kinds import Interconnect, Switch
from gigaloop.core.errors import GigaloopError
from gigaloop.core.quantity import Quantity
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.network import ScaleOut, Switched

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

Usd = Callable[[Quantity], float]
"""An amount in the programme's prices [USD]."""


@dataclass(frozen=True)
class Need:
    """What the links of a network ask of a medium."""

    network: str
    to_node: bool
    """Whether the lower end is a node; both are switches where not."""
    link_rate: float
    """[bit/s]"""
    node_rate: float
    """Of a module cage of a node [bit/s]."""
    cage_rate: float | None
    """Of a module cage of the switch [bit/s]; None where any will do."""
    cage_power: float | None
    """The most that a cage supplies [W]."""
    switch: Switch | None
    named: tuple[str, ...]
    end_power: float | None
    """Of one end of a link as the programme states it [W]."""


def networks_of(generation: Generation) -> Iterator[tuple[str, Switched]]:
    """Give the switched networks of a generation by the names that a fabric gives them."""
    yield "scale-out", generation.scale_out
    for network in generation.networks:
        yield network.id, network


def need_of(catalogue: Catalogue, name: str, network: Switched, *, to_node: bool, every: bool) -> Need:
    """Read from a network what its links to nodes, or those between switches, ask of a medium.

    Raises
    ------
    GigaloopError
        If ports of nodes do not split into whole links.
    """
    rate, port = float(network.link_rate), float(network.port_rate or network.link_rate)
    if not whole(port / rate):
        raise GigaloopError(
            f"ports of {shown_rate(port)} do not split into links of {shown_rate(rate)} in the network {name}",
            hint=f"give a 'port_rate' of {shown_rate(rate * max(1, round(port / rate)))}",
        )
    switch = None if network.switch is None else catalogue.switch(network.switch)
    named = named_media(network, every=every)
    cage = None if named else _usual_cage(catalogue, network)
    if switch is not None and switch.port_rate is not None:
        cage = float(switch.port_rate) * float(switch.ports_per_cage or 1)
    above = network.uplink_rate if network.uplink_rate is not None else network.link_rate
    return Need(
        network=name,
        to_node=to_node,
        link_rate=float(network.link_rate if to_node else above),
        node_rate=port,
        cage_rate=cage,
        cage_power=None if switch is None or switch.cage_power is None else float(switch.cage_power),
        switch=switch,
        named=named,
        end_power=None if network.transceiver_power is None else float(network.transceiver_power),
    )


def named_media(network: Switched, *, every: bool) -> tuple[str, ...]:
    """Give the entries that a network may use alone; none where all may be looked at."""
    return network.media if isinstance(network, ScaleOut) and not every else ()


def _usual_cage(catalogue: Catalogue, network: Switched) -> float | None:
    """Give the rate of a cage of a switch that is not named: that of nodes broken out, else of twin ports or one."""
    rates = {
        float(entry.rate)
        for entry in catalogue.of_kind("interconnect")
        if isinstance(entry, Interconnect) and entry.form == "transceiver" and entry.medium and entry.rate is not None
    }
    link = float(network.link_rate)
    usual = (2 * link, link) if network.port_rate is None else (float(network.port_rate),)
    return next((rate for rate in usual if rate in rates), None)


def links_in(rate: Quantity | None, link_rate: float) -> int:
    """Give how many links a rate is shared by; 0 where it is no whole number."""
    return 0 if rate is None else whole(float(rate) / link_rate)


def whole(ratio: float) -> int:
    """Give a ratio that is a whole number; 0 for any other.

    >>> whole(8.0), whole(2.5), whole(0.5)
    (8, 0, 0)
    """
    return round(ratio) if ratio > 0.5 and math.isclose(ratio, round(ratio), rel_tol=1e-9) else 0


def shown_rate(rate: float) -> str:
    """Show a rate [bit/s].

    >>> shown_rate(400e9)
    '400 Gb/s'
    """
    return f"{rate / 1e9:g} Gb/s"
