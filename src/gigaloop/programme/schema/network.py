"""The networks of a generation: its scale-up domain, its scale-out fabric, and further networks beside it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator

from gigaloop.core.quantity import (
    Bandwidth,
    Count,
    DataRate,
    Dim,
    Power,
    Quantity,
    WholeCount,
)
from gigaloop.programme.schema.base import Id, InterconnectRef, NetworkEntryRef, PartRef, Record, SwitchRef

_RATIO = re.compile(r"\s*(\d+(?:\.\d+)?)\s*:\s*1\s*")


def _ratio(value: object) -> object:
    """Read '2:1', as oversubscription is spoken of."""
    found = _RATIO.fullmatch(value) if isinstance(value, str) else None
    return value if found is None else float(found[1])


Oversubscription = Annotated[Quantity, Dim("number", low=1.0), BeforeValidator(_ratio)]

FabricItem = Literal[
    "network rack", "switch", "transceiver", "copper cable", "optical cable", "fibre cord", "fibre trunk", "patch panel"
]
"""What of a fabric's bill of materials a part stands for."""


class ScaleUp(Record):
    """The scale-up domain: accelerators that share one switched memory fabric."""

    domain: WholeCount
    bandwidth: Bandwidth
    """Per accelerator and direction."""
    in_switch_reduction: bool = True
    """Whether its switches add up what they forward (NVLink SHARP and its like)."""


class NetworkPart(Record):
    """The part of the programme that an item of the fabric is bought or made as: its price, suppliers and lead time."""

    item: FabricItem
    part: PartRef
    entry: NetworkEntryRef | None = None
    """The switch, module or cable of the catalogue that the part is; whichever serves as the item where not given."""


class Switched(Record):
    """What all switched networks state: ports, rate, tiers and what is left free or saved."""

    rails: WholeCount
    """Network ports per node and plane, each to its own rail."""
    planes: WholeCount = Quantity.count(1)
    """Independent networks that each node is joined to, with ``rails`` ports of ``link_rate`` on each: planes of a port
    that is broken out count with the rate of the parts."""
    link_rate: DataRate
    """Of one link from a node to a leaf."""
    uplink_rate: DataRate | None = None
    """Of one link above the leafs; ``link_rate`` where not given."""
    port_rate: DataRate | None = None
    """Of one module cage of a node, where it is broken out: its links are those of a rail over the planes, then of the
    next rail; the link rate where not given."""
    switch: SwitchRef | None = None
    """Entry of the catalogue; it gives ports, power and height where they are not stated."""
    switch_radix: WholeCount | None = None
    """Ports of one switch at the link rate; those of ``switch``, broken out to the link rate, where not given."""
    switch_power: Power | None = None
    transceiver_power: Power | None = None
    """Of one end of a link."""
    tiers: Annotated[Quantity, Dim("count", low=1.0, high=3.0, whole=True)] | None = None
    """Tiers of a Clos; as few as serve where not given."""
    oversubscription: Oversubscription = Quantity.count(1)
    """Rate of a leaf toward its nodes over that toward the spines."""
    spine_oversubscription: Oversubscription = Quantity.count(1)
    """Rate of a spine toward its leafs over that toward the cores."""
    reserved_ports: Count = Quantity.count(0)
    """Ports of each leaf that stay free for management and spares."""
    wired: Literal["full", "populated"] = "full"
    """Whether leafs of a scalable unit that is not full of racks are wired upward in full, or as far as nodes ask."""


class ScaleOut(Switched):
    """The scale-out fabric: rails and planes of switches at one link rate."""

    nodes_per_rack: WholeCount
    topology: Literal["clos", "dragonfly", "slim fly", "torus"] = "clos"
    span: WholeCount | None = None
    """Scalable units that one fabric joins; as many as the largest site takes where not given."""
    load_balancing: Literal["ecmp", "spraying"] = "spraying"
    """How flows spread over equal paths: each hashed to one of them, or packet by packet over all."""
    in_network_reduction: bool = False
    """Whether its switches add up what they forward (SHARP and its like)."""
    media: tuple[InterconnectRef, ...] = ()
    """Transceivers and cables of the catalogue that may be used; all of its rate where not given."""
    cabling: Literal["direct", "structured"] = "direct"
    """Whether fibre runs as cords from end to end, or in trunks between patch panels of racks that share many."""
    parts: tuple[NetworkPart, ...] = ()
    """Which parts of the programme the items of the fabric are."""


class BesideNetwork(Switched):
    """A network beside the scale-out fabric: storage and frontend, or out-of-band management."""

    id: Id
    purpose: Literal["frontend", "storage", "out-of-band"]
