"""Graphviz: one scalable unit and the switches above it, parallel links drawn as one, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gigaloop.design.records import Network
from gigaloop.exchange.fabric.cabling import Cabling
from gigaloop.exchange.fabric.names import device_name, parse_device
from gigaloop.exchange.fabric.reading import text_of, wrong

_TIERS = {"node": 0, "switch": 1, "leaf": 1, "ocs": 2, "spine": 2, "core": 3}
_COLOURS = {"node": "#e3f2fd", "leaf": "#c8e6c9", "switch": "#c8e6c9", "spine": "#ffe0b2"}
_OTHER = "#f8bbd0"
_EDGE = re.compile(
    r'\s*"([^"]+)" -- "([^"]+)" \[links=([1-9]\d{0,8}), plane="([^"]*)", layer="([a-z-]+)"(?:, [^]]*)?\];'
)
_OPEN = re.compile(r"(?:strict )?graph\b[^{]*\{")


@dataclass(frozen=True)
class Bundle:
    """All links between two devices: their names, the network with its plane, the layer, and how many there are."""

    a: str
    b: str
    plane: str
    layer: str
    links: int


@dataclass(frozen=True)
class Drawing:
    """What a drawing says: bundles of links."""

    name: str
    bundles: tuple[Bundle, ...] = field(default=())


def drawing_of(network: Network, cabling: Cabling, unit: int = 0) -> Drawing:
    """Gather the links of the nodes of one scalable unit, and those above its switches, by pair of devices.

    Parameters
    ----------
    network
        Gives the nodes of a unit.
    cabling
        Every link.
    unit
        Number of the scalable unit, from 0.
    """
    fabric = network.fabric
    per = fabric.racks_per_su * fabric.nodes_per_rack
    return Drawing(
        f"{fabric.generation}, scalable unit {unit + 1} of {fabric.sus}",
        bundles_of(cabling, unit * per, (unit + 1) * per),
    )


def bundles_of(cabling: Cabling, first: int, last: int) -> tuple[Bundle, ...]:
    """Gather the links of nodes from ``first`` up to ``last``, and of the switches that they are joined to upward."""
    reached: dict[tuple[str, int, str], np.ndarray] = {}
    found: list[Bundle] = []
    for code, layer in sorted(enumerate(cabling.layers), key=lambda each: _TIERS[each[1].lower]):
        rows = np.flatnonzero(cabling.layer == code)
        a, b = cabling.a[rows], cabling.b[rows]
        if layer.lower == "node":
            kept = (a >= first) & (a < last)
        else:
            kept = np.isin(a, reached.get((layer.network, layer.plane, layer.lower), np.zeros(0, np.int32)))
        pairs, links = np.unique(np.stack([a[kept], b[kept]], axis=1), axis=0, return_counts=True)
        key = (layer.network, layer.plane, layer.upper)
        reached[key] = np.union1d(reached.get(key, np.zeros(0, np.int32)), pairs[:, 1])
        names = [
            (
                device_name(layer.network, layer.plane, layer.lower, low),
                device_name(layer.network, layer.plane, layer.upper, up),
            )
            for low, up in pairs.tolist()
        ]
        plane = f"{layer.network} p{layer.plane + 1}"
        found += [Bundle(*ends, plane, layer.name, many) for ends, many in zip(names, links.tolist(), strict=True)]
    return tuple(sorted(found, key=lambda each: (each.plane, each.layer, each.a, each.b)))


def graphviz(drawing: Drawing) -> Iterator[bytes]:
    """Write a drawing in the DOT language: nodes at the bottom, each tier above in a rank of its own."""
    yield f'graph "{drawing.name}" {{\n'.encode()
    yield b"  graph [rankdir=BT, splines=line, ranksep=2];\n  node [shape=box, style=filled, fontname=Helvetica];\n"
    yield b"  edge [fontname=Helvetica, fontsize=9];\n"
    tiers: dict[int, dict[str, str]] = {}
    for bundle in drawing.bundles:
        for name in (bundle.a, bundle.b):
            kind = parse_device(name).kind
            tiers.setdefault(_TIERS[kind], {})[name] = _COLOURS.get(kind, _OTHER)
    for tier in sorted(tiers):
        yield b"  { rank=same;\n"
        for name, colour in tiers[tier].items():
            yield f'    "{name}" [fillcolor="{colour}"];\n'.encode()
        yield b"  }\n"
    for each in drawing.bundles:
        label = f', label="{each.links}"' if each.links > 1 else ""
        told = f'links={each.links}, plane="{each.plane}", layer="{each.layer}"{label}'
        yield f'  "{each.a}" -- "{each.b}" [{told}];\n'.encode()
    yield b"}\n"


def read_graphviz(path: Path) -> Drawing:
    """Read a drawing that :func:`graphviz` wrote.

    Raises
    ------
    StoreError
        If it is none: it says file, line and reason.
    """
    lines = text_of(path).splitlines()
    hint = "drawings are those that 'gigaloop design fabric ... --cables FILE.dot' writes"
    if not lines or not _OPEN.match(lines[0]):
        raise wrong(path, 1, "this is no graph of Graphviz", hint)
    found = []
    for number, line in enumerate(lines, 1):
        if " -- " not in line:
            continue
        match = _EDGE.fullmatch(line)
        if not match:
            raise wrong(path, number, "this is no edge with 'links', 'plane' and 'layer'", hint)
        try:
            for name in match.groups()[:2]:
                parse_device(name)
        except ValueError as error:
            raise wrong(path, number, str(error), hint) from error
        found.append(Bundle(match[1], match[2], match[4], match[5], int(match[3])))
    if lines[-1].strip() != "}":
        raise wrong(path, len(lines), "the file ends before the graph does", "write it again")
    name = re.match(r'graph "([^"]*)"', lines[0])
    return Drawing(name[1] if name else "", tuple(found))
