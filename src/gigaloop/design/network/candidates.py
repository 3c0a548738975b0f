"""The candidates of a search: every fabric that the choices make, as a choice and as the generation that it is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import TYPE_CHECKING, Literal

from gigaloop.core.errors import GigaloopError
from gigaloop.core.quantity import Quantity
from gigaloop.design.fabric import broken_out
from gigaloop.design.records import Fabric
from gigaloop.design.records.fabric_search import FabricChoice
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.network import NetworkPart

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

LANE = 100e9
"""Slowest link that a port is broken out to, one lane of its module [bit/s]. Source: IEEE 802.3df, 100 Gb/s a lane."""

BREAK_OUTS = (1, 2, 4, 8)
"""Links that a port of a node is broken out to; the last only where it saves a tier, unless planes are named."""

MEDIA = {
    "any": ("passive copper", "active copper", "active optical", "multimode", "single mode"),
    "optical": ("active optical", "multimode", "single mode"),
    "single mode": ("single mode",),
}
"""Kinds of cable by the name of what a candidate may use."""

TOPOLOGIES = ("clos", "dragonfly", "slim fly", "torus")
LEAFS = ("in rack", "middle of row", "end of row", "own rows")
SPINES = ("middle of hall", "end of hall")

GROUPS = ("stated", "filled")

_WITH_SWITCH = ("switch", "transceiver", "copper cable", "optical cable")
"""Items of a fabric that are others with another switch."""
_OWN = "as stated"
"""In place of an entry of the catalogue for what a generation has without one."""

Group = Literal["stated", "filled"]
Topology = Literal["clos", "dragonfly", "slim fly", "torus"]


@dataclass(frozen=True)
class Placement:
    """Where switches stand; what is None is as the halls have it."""

    leafs: str | None = None
    spines: str | None = None
    storeys: int | None = None


@dataclass(frozen=True)
class SearchSpace:
    """What a search chooses from; the generation's own or all of the catalogue where a tuple is empty."""

    tiers: tuple[int, ...] = (2, 3)
    planes: tuple[int, ...] = ()
    """Independent planes in all; 1, 2, 4 and 8 for each port of a node where none is given."""
    oversubscription: tuple[tuple[float, float], ...] = ((1.0, 1.0), (1.0, 2.0), (2.0, 1.0))
    """Of leafs and of spines; that of spines counts where there are three tiers."""
    switches: tuple[str, ...] = ()
    placements: tuple[Placement, ...] = (
        Placement("middle of row", "middle of hall"),
        Placement("middle of row", "end of hall"),
        Placement("middle of row", "middle of hall", 2),
        Placement("end of row", "middle of hall"),
        Placement("end of row", "end of hall"),
        Placement("own rows", "middle of hall"),
    )
    media: tuple[str, ...] = ("any", "single mode")
    topologies: tuple[Topology, ...] = ("clos",)
    groups: tuple[Group, ...] = ("filled",)
    """Racks of a scalable unit, which share a group of leafs: as stated, or as many as fill its leafs best."""


@dataclass(frozen=True)
class Shape:
    """A fabric without its place and its cables: what links and switches follow from."""

    topology: Topology
    switch: str
    planes: int
    link_rate: float
    radix: int
    tiers: int
    oversubscription: float
    spine_oversubscription: float
    racks_per_su: int

    def generation(self, generation: Generation) -> Generation:
        """Give the generation with this fabric."""
        out = generation.scale_out
        update: dict[str, object] = {
            "topology": self.topology,
            "planes": Quantity.count(self.planes),
            "link_rate": Quantity.of(self.link_rate / 1e9, "Gb/s"),
            "port_rate": Quantity.of(port_rate(generation) / 1e9, "Gb/s"),
            "uplink_rate": None,
            "tiers": Quantity.count(self.tiers) if self.tiers else None,
            "oversubscription": Quantity.count(self.oversubscription),
            "spine_oversubscription": Quantity.count(self.spine_oversubscription),
            "span": None,
        }
        if self.switch != (out.switch or ""):
            update |= {"switch": self.switch, "switch_radix": None, "switch_power": None, "transceiver_power": None}
            update["parts"] = tuple(_of_own_switch(each, out.switch) for each in out.parts)
        elif out.switch is not None:
            update["switch_radix"] = None
        return generation.model_copy(
            update={
                "scale_out": out.model_copy(update=update),
                "racks_per_su": Quantity.count(self.racks_per_su),
                "networks": (),
            }
        )

    def as_engineered(self, fabric: Fabric) -> Shape:
        """Give the shape with the ports and tiers that its fabric has."""
        plane = fabric.scale_out.plane
        return replace(self, radix=plane.radix, tiers=getattr(plane, "tiers", 0))

    def choice(self, placement: Placement, media: str) -> FabricChoice:
        """Give the candidate that has this shape at a place with some media."""
        return FabricChoice(
            **self.__dict__,
            leafs=placement.leafs or "",
            spines=placement.spines or "",
            storeys=placement.storeys or 0,
            media=media,
        )


def _of_own_switch(part: NetworkPart, switch: str | None) -> NetworkPart:
    """Keep a part to the generation's own switch, and to what is plugged into that, where it names no entry.

    What it costs is not what another box costs. A part whose entry is named stands for that entry, whatever the switch.
    """
    if part.entry is not None or part.item not in _WITH_SWITCH:
        return part
    return part.model_copy(update={"entry": switch or _OWN})


def shape_of(choice: FabricChoice) -> Shape:
    """Give the shape of a candidate."""
    return Shape(**{each.name: getattr(choice, each.name) for each in fields(Shape)})


def stated_shape(generation: Generation) -> Shape:
    """Give the fabric that a generation states; ports and tiers that it leaves open are 0 until it is engineered."""
    out = generation.scale_out
    return Shape(
        topology=out.topology,
        switch=out.switch or "",
        planes=int(out.planes),
        link_rate=float(out.link_rate),
        radix=int(out.switch_radix or 0),
        tiers=int(out.tiers or 0),
        oversubscription=float(out.oversubscription),
        spine_oversubscription=float(out.spine_oversubscription),
        racks_per_su=max(1, round(float(generation.racks_per_su))),
    )


def port_rate(generation: Generation) -> float:
    """Give the rate of a port of a node before it is broken out [bit/s]."""
    out = generation.scale_out
    return float(out.port_rate or out.link_rate)


def usable_switches(catalogue: Catalogue, generation: Generation) -> tuple[str, ...]:
    """Give the switches to choose from: the generation's own, and boxes of the catalogue that ship."""
    own = generation.scale_out.switch or ""
    boxes = (
        each.id
        for each in catalogue.of_kind("switch")
        if getattr(each, "status", "") == "shipping" and getattr(each, "height", None) is not None
    )
    return tuple(dict.fromkeys((own, *boxes)))


def shapes(space: SearchSpace, generation: Generation, catalogue: Catalogue) -> Iterator[Shape]:
    """Give every shape that the choices make, each once, whether or not it serves."""
    out = generation.scale_out
    rate = float(out.planes) * float(out.link_rate)
    ports = max(1, round(rate / port_rate(generation)))
    planes = space.planes or tuple(ports * each for each in BREAK_OUTS)
    deepest = ports * BREAK_OUTS[-1]
    for switch, count in product(space.switches or usable_switches(catalogue, generation), planes):
        link = rate / count
        radix = _radix(switch, link, generation, catalogue)
        if radix < 2 or link < LANE * (1.0 - 1e-9):
            continue
        found = (
            shape
            for topology, tiers, ratios in product(space.topologies, space.tiers, space.oversubscription)
            if space.planes or tiers != space.tiers[-1] or tiers == space.tiers[0] or count < deepest
            for shape in _variants(space, generation, topology, switch, count, link, radix, tiers, ratios)
        )
        yield from dict.fromkeys(found)


def _variants(
    space: SearchSpace,
    generation: Generation,
    topology: Topology,
    switch: str,
    planes: int,
    link: float,
    radix: int,
    tiers: int,
    ratios: tuple[float, float],
) -> Iterator[Shape]:
    clos = topology == "clos"
    leaf, spine = (ratios[0], ratios[1] if tiers == 3 else 1.0) if clos else (1.0, 1.0)
    stated = max(1, round(float(generation.racks_per_su)))
    down = math.floor(radix * leaf / (1.0 + leaf) + 1e-9)
    sizes = {"stated": stated, "filled": filling_racks(int(generation.scale_out.nodes_per_rack), down, stated)}
    for group in space.groups if clos else ("stated",):
        yield Shape(topology, switch, planes, link, radix, tiers if clos else 0, leaf, spine, sizes[group])


def filling_racks(nodes_per_rack: int, down: int, stated: int) -> int:
    """Give the racks of a scalable unit that leave the fewest ports of its leafs toward nodes free.

    As many as fill one leaf, or up to the stated number where more leafs than one serve it; the largest of equals.

    Examples
    --------
    >>> filling_racks(18, 256, 8), filling_racks(18, 32, 8)
    (14, 7)
    """
    most = max(stated, down // nodes_per_rack)
    return max(
        range(1, most + 1),
        key=lambda racks: (racks * nodes_per_rack / (-(-racks * nodes_per_rack // down) * down), racks),
    )


def _radix(switch: str, link: float, generation: Generation, catalogue: Catalogue) -> int:
    """Give the ports of a switch at a link rate; 0 where it has none as fast or cannot be broken out so far.

    A switch whose most ports are not known is broken out no further than its ports are bought; one that is stated by
    its radix alone is not broken out at all.
    """
    out = generation.scale_out
    if not switch:
        same = math.isclose(link, float(out.link_rate), rel_tol=1e-9)
        return int(out.switch_radix) if same and out.switch_radix is not None else 0
    box = catalogue.switch(switch)
    try:
        ports = broken_out(box, link)
    except GigaloopError:
        return 0
    if box.most_ports is None and box.ports is not None and ports > box.ports:
        return 0
    return ports


def sus_for(generation: Generation, racks_per_su: int, accelerators: int) -> int:
    """Give the scalable units that hold a number of accelerators."""
    return max(1, math.ceil(accelerators / (float(generation.accelerators_per_rack) * racks_per_su) - 1e-9))
