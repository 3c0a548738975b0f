"""Whether a cable or module of the catalogue fits a network's links, and why not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigaloop.catalogue.kinds import Interconnect
from gigaloop.design.cables.need import Need, links_in, shown_rate

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

PARALLEL = frozenset({"VR", "SR", "DR"})
"""Classes with a pair of fibres for each lane, so that each lane can be a link; FR and LR lay lanes on one pair."""

TRANSCEIVERS = frozenset({"transceiver", "linear transceiver"})
PLUGGED = TRANSCEIVERS | {"cable", "co-packaged optics"}
"""Forms of what makes an end of a link."""

Reasons = dict[str, str]
"""Why entries were refused, by id; the first reason stays."""


def eligible(catalogue: Catalogue, need: Need, refused: Reasons, *, every: bool) -> Iterator[Interconnect]:
    """Give the cables and modules to look at: those named, else those of the switch's maker, else all."""
    known = [
        entry
        for entry in catalogue.of_kind("interconnect")
        if isinstance(entry, Interconnect) and entry.medium and entry.rate is not None and entry.form in PLUGGED
    ]
    if need.named:
        yield from (entry for entry in known if entry.id in need.named)
        return
    maker = "" if need.switch is None or every else need.switch.vendor
    own = any(entry.vendor == maker and links_in(entry.rate, need.link_rate) for entry in known)
    for entry in known:
        if entry.form == "linear transceiver":
            if links_in(entry.rate, need.link_rate):
                refused.setdefault(entry.id, "the switch has to do its signal processing: name it in 'media' to use it")
        elif maker and own and entry.vendor and entry.vendor != maker:
            if links_in(entry.rate, need.link_rate):
                refused.setdefault(
                    entry.id, f"{maker}, who makes the switch, sells its own: name it in 'media' to use it"
                )
        else:
            yield entry


def carries(entry: Interconnect, need: Need, refused: Reasons) -> bool:
    """Say whether a module can carry links of the rate: its own ports, or lanes broken out of them."""
    links, ports = links_in(entry.rate, need.link_rate), float(entry.ports or 1)
    if not links:
        return False
    if entry.reach is None:
        refused.setdefault(entry.id, "no supported reach is known")
        return False
    if links <= ports:
        return ports % links == 0
    lanes = float(entry.lanes or ports)
    if entry.reach_class not in PARALLEL or links > lanes or links % ports:
        refused.setdefault(entry.id, f"it cannot be broken out to {links} links of {shown_rate(need.link_rate)}")
        return False
    return True


def serves_node(entry: Interconnect, need: Need) -> bool:
    """Say whether a module serves a port of a node: at its rate, or at a higher one of which it lights some lanes."""
    if entry.rate is None or entry.reach is None or float(entry.rate) < need.node_rate * (1.0 - 1e-9):
        return False
    if math.isclose(float(entry.rate), need.node_rate):
        return links_in(entry.rate, need.link_rate) <= float(entry.lanes or entry.ports or 1)
    lanes = need.node_rate / float(entry.rate) * float(entry.lanes or 1)
    return entry.reach_class in PARALLEL and float(entry.ports or 1) == 1 and lanes >= 1.0 and lanes.is_integer()


def fits_cage(entry: Interconnect, need: Need, links: int, refused: Reasons) -> bool:
    """Say whether a module or cable can be plugged into the switch: rate of the cage, its power, kind of optics."""
    rate = float(entry.rate or 0)
    packaged = need.switch is not None and need.switch.optics == "co-packaged"
    if packaged != (entry.form == "co-packaged optics"):
        if packaged:
            refused.setdefault(entry.id, "the optics of the switch are co-packaged")
        return False
    if packaged:
        return links == 1
    if need.cage_rate is not None and not math.isclose(rate, need.cage_rate):
        return False
    lane = None if need.switch is None else need.switch.lane_rate
    if lane is not None and entry.lanes is not None and not math.isclose(rate / float(entry.lanes), float(lane)):
        lanes = shown_rate(rate / float(entry.lanes))
        refused.setdefault(entry.id, f"its lanes of {lanes} are not those of the switch")
        return False
    power = entry.max_power or entry.power
    if need.cage_power is not None and power is not None and float(power) > need.cage_power:
        refused.setdefault(
            entry.id, f"it draws {float(power):g} W and a cage of the switch supplies {need.cage_power:g} W"
        )
        return False
    return True


def talk(a: Interconnect, b: Interconnect) -> bool:
    """Say whether two modules can talk: same fibre, same class, same rate of a lane."""
    if (a.medium, a.reach_class) != (b.medium, b.reach_class):
        return False
    if a.lanes is None or b.lanes is None or a.rate is None or b.rate is None:
        return True
    return math.isclose(float(a.rate) / float(a.lanes), float(b.rate) / float(b.lanes))


def mate_preference(entry: Interconnect) -> tuple[float, float, float, str]:
    """Order modules for nodes: none faster than need be, then by reach and power."""
    power = math.inf if entry.power is None else float(entry.power)
    return float(entry.rate or 0.0), -float(entry.reach or 0.0), power, entry.id
