"""The tiers of a network as a figure, aggregated by pod: never a link for itself."""

from __future__ import annotations

from gigaloop.core.units import UNITS
from gigaloop.design.fabric import Clos
from gigaloop.design.records import Fabric, NetworkDesign
from gigaloop.report.content.basis import Basis
from gigaloop.report.figures import Layer, Tier, TierBox, TierFigure
from gigaloop.report.numbers import Number

_NAMES = {
    "node": "Nodes",
    "leaf": "Leaf switches",
    "spine": "Spine switches",
    "core": "Core switches",
    "switch": "Switches",
    "ocs": "Circuit switches",
}
_COUNTED = {"leaf": "leafs", "spine": "spines", "core": "cores", "ocs": "circuit switches", "switch": "switches"}
_COLUMNS = 4
"""Columns of boxes; of more pods the first two and the last are drawn."""
_GBIT = UNITS["Gb/s"].factor


def tier_figure(basis: Basis, fabric: Fabric, design: NetworkDesign) -> TierFigure:
    """Draw one network of a fabric by tiers."""
    plane, planes = design.plane, design.planes
    tiers, layers = _clos(design, plane) if isinstance(plane, Clos) else _flat(design)
    what = "one plane" if planes == 1 else f"{planes} planes that are alike"
    domain = fabric.scale_up
    reduces = ", which add up what they forward" if domain.in_switch_reduction else ""
    inside = (
        f"Scale-up domains of {domain.accelerators:,} accelerators at {domain.bandwidth / 1e9:,.0f} GB/s each and "
        f"direction, over switches of their own{reduces}, are inside the nodes' racks and not drawn."
    )
    notes = [inside, "Numbers between the boxes are links."]
    if planes > 1:
        notes[1] += " Of the planes one is drawn in front: numbers in and between its boxes are its own."
    return TierFigure(
        id=f"network-tiers-{design.name}",
        title=f"{design.name.capitalize()} network of {fabric.accelerators:,} accelerators: {what}, "
        f"{design.switches:,} switches, {design.links:,} links",
        alt=f"Boxes of the tiers of the {design.name} network from the nodes up, with the links between them.",
        tiers=tiers,
        layers=layers,
        planes=planes,
        evidence=basis.computed("fabric engine: counts of a folded Clos or another topology by index arithmetic"),
        notes=notes,
    )


def _columns(count: int) -> list[tuple[int, int]]:
    """Give (column, number) of the boxes drawn of some that are alike but for the last."""
    if count <= _COLUMNS:
        return [(i, i) for i in range(count)]
    return [(0, 0), (1, 1), (_COLUMNS - 1, count - 1)]


def _clos(design: NetworkDesign, plane: Clos) -> tuple[list[Tier], list[Layer]]:
    """Group a Clos: nodes and leafs by scalable unit, or by pod where spines are in pods."""
    per_su = plane.rails * plane.leafs_per_rail
    leafs_in, name = (plane.pod_leafs, "Pod") if plane.tiers == 3 else (per_su, "SU")
    count = -(-plane.leafs // leafs_in)
    spots = _columns(count)
    wide = (0, spots[-1][0])
    leafs = [min(leafs_in, plane.leafs - number * leafs_in) for _, number in spots]
    whole = leafs_in % per_su == 0
    per_group = leafs_in // per_su * plane.nodes_per_su
    nodes = [min(per_group, plane.nodes - number * per_group) for _, number in spots]
    boxes = [
        TierBox(column, column, f"{name} {number + 1:,}", _inside(plane, many, leafs_in // per_su))
        for (column, number), many in zip(spots, nodes, strict=True)
    ]
    if not whole:
        boxes = [TierBox(*wide, f"{plane.sus:,} SUs", (f"{plane.nodes_per_su:,} nodes each",))]
    ports = f"{plane.radix} ports of {_rate(plane.rate)}"
    switches = design.plane.switches
    tiers = [
        Tier(_NAMES["node"], _count(plane.nodes), boxes),
        Tier(
            _NAMES["leaf"],
            _count(switches["leaf"] * design.planes),
            [
                TierBox(
                    column,
                    column,
                    _some(many, "leaf"),
                    (f"{plane.down} down, {plane.up if plane.tiers > 1 else 0} up",),
                )
                for (column, _), many in zip(spots, leafs, strict=True)
            ],
            stacked=True,
            evidence=design.switch_evidence,
        ),
    ]
    links = [
        Layer(
            "node-leaf",
            0,
            1,
            _count(design.link_counts["node-leaf"]),
            _rate(plane.rate),
            _rails(plane.rails),
            tuple(f"{many * plane.rails:,}" for many in nodes) if whole else (),
        )
    ]
    if plane.tiers > 1:
        up = tuple(f"{many * plane.up:,}" for many in leafs) if plane.wired == "full" else ()
        layer = Layer(
            "leaf-spine",
            1,
            2,
            _count(design.link_counts["leaf-spine"]),
            _rate(plane.uplink_rate),
            _ratio(plane.oversubscription),
            up,
        )
        links.append(layer)
        if plane.tiers == 2:
            spines = [TierBox(*wide, _some(plane.spines, "spine"), (ports,))]
        else:
            in_pod = [min(plane.pod_spines, plane.spines - number * plane.pod_spines) for _, number in spots]
            spines = [
                TierBox(column, column, _some(many, "spine"), (f"{plane.spine_down} down, {plane.spine_up} up",))
                for (column, _), many in zip(spots, in_pod, strict=True)
            ]
        tiers.append(Tier(_NAMES["spine"], _count(switches["spine"] * design.planes), spines, stacked=True))
    if plane.tiers == 3:
        bundles = tuple(f"{many * plane.spine_up:,}" for many in in_pod) if plane.wired == "full" else ()
        tiers.append(
            Tier(
                _NAMES["core"],
                _count(switches["core"] * design.planes),
                [TierBox(*wide, _some(plane.cores, "core"), (ports,))],
                stacked=True,
            )
        )
        links.append(
            Layer(
                "spine-core",
                2,
                3,
                _count(design.link_counts["spine-core"]),
                _rate(plane.uplink_rate),
                _ratio(plane.spine_down / plane.spine_up),
                bundles,
            )
        )
    return tiers, links


def _inside(plane: Clos, nodes: int, sus: int) -> tuple[str, ...]:
    if sus == 1:
        return (f"{nodes:,} nodes",)
    return f"{-(-nodes // plane.nodes_per_su):,} SUs", f"{nodes:,} nodes"


def _flat(design: NetworkDesign) -> tuple[list[Tier], list[Layer]]:
    """Draw any other topology with one box for each kind of device."""
    plane = design.plane
    joins = [(layer, plane.links(layer)) for layer in plane.link_counts]
    kinds = list(dict.fromkeys(["node", *(kind for _, each in joins for kind in (each.lower, each.upper))]))
    tiers = []
    for kind in kinds:
        count = plane.nodes if kind == "node" else plane.switches.get(kind)
        words = "nodes" if kind == "node" else _COUNTED.get(kind, kind)
        ports = () if kind == "node" else (f"{plane.radix} ports of {_rate(plane.rate)}",)
        box = TierBox(0, _COLUMNS - 1, words.capitalize() if count is None else f"{count:,} {words}", ports)
        every = Number(None if count is None else count * (1 if kind == "node" else design.planes), decimals=0)
        evidence = () if kind == "node" else design.switch_evidence
        tiers.append(Tier(_NAMES.get(kind, kind), every, [box], stacked=kind != "node", evidence=evidence))
    layers = []
    for layer, each in joins:
        low, high = sorted((kinds.index(each.lower), kinds.index(each.upper)))
        layers.append(Layer(layer, low, high, _count(design.link_counts[layer]), _rate(plane.rates[layer])))
    return tiers, layers


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _count(value: float) -> Number:
    return Number(value, decimals=0)


def _rate(rate: float) -> str:
    return f"{rate / _GBIT:,.4g} Gb/s"


def _rails(rails: int) -> str:
    return f"{rails} rails" if rails > 1 else ""


def _ratio(oversubscription: float) -> str:
    return f"{oversubscription:.3g}:1"
