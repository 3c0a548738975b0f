"""Ports of a switch at a link rate: as stated, or those of the catalogue broken out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gigaloop.catalogue.kinds.network import Switch
from gigaloop.core.errors import GigaloopError
from gigaloop.programme.schema.network import Switched

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue


def switch_ports(network: Switched, catalogue: Catalogue) -> int:
    """Give the ports of a network's switch at its link rate: as stated, else of its switch, broken out.

    Raises
    ------
    GigaloopError
        If neither is given, or the switch cannot have them.
    """
    if network.switch is None:
        if network.switch_radix is None:
            raise GigaloopError("the network states no switch and no radix", hint="give 'switch' or 'switch_radix'")
        return int(network.switch_radix)
    ports = broken_out(catalogue.switch(network.switch), float(network.link_rate))
    if network.switch_radix is None:
        return ports
    if network.switch_radix > ports:
        raise GigaloopError(
            f"{network.switch} has {ports} ports of {network.link_rate}, not {int(network.switch_radix)}",
            hint=f"leave 'switch_radix' away, or give at most {ports}",
        )
    return int(network.switch_radix)


def broken_out(switch: Switch, rate: float) -> int:
    """Give the ports of a switch at a link rate [bit/s], by break-out of its cages.

    Raises
    ------
    GigaloopError
        If the catalogue does not know its ports, or none of them is as fast.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> switch = load_catalogue().switch("sn5600")
    >>> broken_out(switch, 800e9), broken_out(switch, 400e9)
    (64, 128)
    """
    if switch.ports is None or switch.port_rate is None:
        raise GigaloopError(f"the catalogue does not state the ports of {switch.id}", hint="give 'switch_radix'")
    fastest = float(switch.port_rate) * float(switch.ports_per_cage or 1.0)
    if rate > fastest * (1.0 + 1e-9):
        raise GigaloopError(
            f"a port of {switch.id} carries {fastest / 1e9:g} Gb/s, not {rate / 1e9:g}",
            hint=f"use links of {fastest / 1e9:g} Gb/s or less, or another switch",
        )
    ports = math.floor(float(switch.ports) / float(switch.ports_per_cage or 1)) * caged(switch, rate)
    return min(ports, int(switch.most_ports)) if switch.most_ports is not None else ports


def caged(switch: Switch, rate: float) -> int:
    """Give the links of a rate that one module cage of a switch holds: whole ones, and each of a lane or more.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> switch = load_catalogue().switch("q3400")
    >>> caged(switch, 800e9), caged(switch, 300e9), caged(switch, 100e9)
    (2, 5, 8)
    """
    if switch.port_rate is None:
        return 1
    cage = float(switch.port_rate) * float(switch.ports_per_cage or 1.0)
    slowest = rate if switch.lane_rate is None else max(rate, float(switch.lane_rate))
    return max(1, math.floor(cage / slowest * (1.0 + 1e-9)))
