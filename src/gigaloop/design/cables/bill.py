"""The bill of materials of a fabric: what it takes, what that draws, and what it costs."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.cables.making import priced
from gigaloop.design.cables.need import networks_of
from gigaloop.design.cables.part_prices import Cost, PartPrices
from gigaloop.design.cables.quantities import LayerUse, uses_of
from gigaloop.design.cables.trunks import PANEL, TRUNK, Trunks, bundle
from gigaloop.design.records.cables import CableSchedule, FabricBill, FabricItemLine, Medium
from gigaloop.design.records.fabric import Fabric
from gigaloop.design.records.floor import RACK_KINDS, FloorPlan
from gigaloop.programme.schema import Generation, Programme

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

CABLE_ITEM = {"passive copper": "copper cable", "active copper": "copper cable", "active optical": "optical cable"}
"""The programme's item that a cable of a kind is."""

UNITS = {
    "network rack": "racks",
    "switch": "switches",
    "transceiver": "modules",
    "copper cable": "cables",
    "optical cable": "cables",
    "fibre cord": "cords",
    "fibre trunk": "trunks",
    "patch panel": "panels",
}
"""What is counted of an item."""


def fabric_bill(
    programme: Programme,
    generation: Generation,
    fabric: Fabric,
    floor: FloorPlan,
    schedule: CableSchedule,
    catalogue: Catalogue,
    on: dt.date,
) -> FabricBill:
    """Give what a fabric takes, its power and its cost on a day.

    The cost of a line is that of the programme's part (``scale_out.parts``) on the day, else the catalogue's price with
    its range, else unknown. What is plugged into nodes is told apart: the bill of the racks may hold it already.

    Parameters
    ----------
    programme, generation
        Parts, their prices, and which of them the items of the fabric are.
    fabric, floor, schedule
        Switches, racks and cables.
    catalogue
        Prices and names where the programme states none.
    on
        Day for which prices hold.
    """
    trunks = bundle(schedule, floor, catalogue) if generation.scale_out.cabling == "structured" else None
    lines = [
        *_racks(floor),
        *_switches(generation, fabric, catalogue, programme),
        *_wired(uses_of(fabric, schedule, None if trunks is None else trunks.loose)),
        *(() if trunks is None else _structured(trunks, schedule, catalogue, programme)),
    ]
    prices = PartPrices(programme, generation, on)
    named: dict[tuple[str, str], str] = {
        (each.item, each.entry or ""): each.part for each in generation.scale_out.parts
    }
    known = {(line.item, line.catalogue) for line in lines if line.network in ("", "scale-out")}
    placed = tuple(
        _at_part(line, _part(line, named), prices) if (line.item, line.catalogue) in known else line for line in lines
    )
    return bill_of(placed)


def bill_of(lines: tuple[FabricItemLine, ...]) -> FabricBill:
    """Add up the lines of a bill: power and cost of the network's side and of the nodes' side."""
    side = [line for line in lines if not line.at_node]
    nodes = [line for line in lines if line.at_node]
    return FabricBill(
        lines=lines,
        power=_power(side),
        node_power=_power(nodes),
        cost=_cost(side),
        node_cost=_cost(nodes),
        unpriced=tuple(_label(line) for line in lines if line.cost is None),
        unpowered=tuple(_label(line) for line in lines if line.power is None),
    )


def _power(lines: Iterable[FabricItemLine]) -> float | None:
    powers = [line.power for line in lines]
    return None if None in powers else math.fsum(power for power in powers if power is not None)


def _cost(lines: Iterable[FabricItemLine]) -> Cost:
    low, base, high = (math.fsum(line.cost[end] for line in lines if line.cost is not None) for end in range(3))
    return low, base, high


def _label(line: FabricItemLine) -> str:
    return ", ".join(text for text in (line.network, line.where, line.name) if text)


def _line(item: str, name: str, quantity: float, **more: object) -> FabricItemLine:
    blank = FabricItemLine(item, name, "", "", "", "", quantity, UNITS[item], None, 0.0, None)
    return replace(blank, **more)  # type: ignore[arg-type]


def _racks(floor: FloorPlan) -> Iterator[FabricItemLine]:
    count = int(np.count_nonzero(floor.kind == RACK_KINDS.index("network")))
    if count:
        yield _line("network rack", "Network rack, without its switches", count)


def _switches(
    generation: Generation, fabric: Fabric, catalogue: Catalogue, programme: Programme
) -> Iterator[FabricItemLine]:
    named = dict(networks_of(generation))
    for network in fabric.networks:
        stated = named[network.name].switch
        entry = None if stated is None else catalogue.switch(stated)
        price = None if entry is None or entry.price is None else priced(entry.price, programme.usd)
        for tier, of_plane in network.plane.switches.items():
            if tier == "node":
                continue
            count = of_plane * network.planes
            yield _line(
                "switch",
                f"Switch of {network.plane.radix} ports" if entry is None else entry.name,
                count,
                catalogue="" if entry is None else entry.id,
                network=network.name,
                where=tier,
                power=None if network.switch_power is None else count * network.switch_power,
                cost=_times(price, count),
                evidence=network.switch_evidence,
            )


def _wired(uses: Iterable[LayerUse]) -> Iterator[FabricItemLine]:
    for use in uses:
        if use.medium.pluggable:
            yield from _modules(use)
        yield from _cords(use)


def _modules(use: LayerUse) -> Iterator[FabricItemLine]:
    for end, count, at_node in (
        (use.medium, use.ends_at_switches, False),
        (use.medium.node, use.ends_at_nodes, True),
    ):
        if end is not None and count:
            yield _line(
                "transceiver",
                end.name,
                count,
                catalogue=end.id,
                network=use.network,
                where=f"{use.layer}, in {'nodes' if at_node else 'switches'}",
                power=_scaled(end.power, count),
                cost=_times(end.price, count),
                evidence=end.evidence,
                at_node=at_node,
            )


def _cords(use: LayerUse) -> Iterator[FabricItemLine]:
    medium, cables = use.medium, sum(use.cords.values())
    ends = _cable_power(use)
    for length, count in use.cords.items():
        metres = _times(medium.price_per_metre, length * count / medium.cords)
        item, name, entry, cost = "fibre cord", _cord_name(medium), medium.cord, metres
        power: float | None = 0.0
        if not medium.pluggable:
            item, name, entry = CABLE_ITEM[medium.kind], medium.name, medium.id
            cost, power = _times(medium.price, count) or metres, _scaled(ends, count / cables)
        yield _line(
            item,
            f"{name}, {length:g} m",
            count,
            catalogue=entry,
            network=use.network,
            where=use.layer,
            length=length * count,
            power=power,
            cost=cost,
            evidence=medium.evidence,
        )


def _cable_power(use: LayerUse) -> float | None:
    """Give what the ends of cables draw [W]; of cables to nodes both ends, as they are one piece."""
    if use.medium.pluggable or use.medium.power is None:
        return None
    node = use.medium.node
    at_nodes = 0.0 if node is None or node.power is None else node.power * use.ends_at_nodes
    return use.medium.power * use.ends_at_switches + at_nodes


def _cord_name(medium: Medium) -> str:
    return f"{medium.kind.capitalize()} fibre cord of {medium.fibres} fibres"


def _structured(
    trunks: Trunks, schedule: CableSchedule, catalogue: Catalogue, programme: Programme
) -> Iterator[FabricItemLine]:
    trunk, panel = catalogue.interconnect(TRUNK), catalogue.interconnect(PANEL)
    for index in np.unique(trunks.medium):
        medium, there = schedule.media[index], trunks.medium == index
        for length in np.unique(trunks.length[there]):
            count = int(trunks.count[there & (trunks.length == length)].sum())
            yield _line(
                "fibre trunk",
                f"Trunk of {trunks.held} {medium.kind} cords of {medium.fibres} fibres, {length:g} m",
                count,
                catalogue=trunk.id,
                length=float(length) * count,
                cost=None
                if trunk.price_per_metre is None
                else _times(priced(trunk.price_per_metre, programme.usd), float(length) * count),
                evidence=trunk.evidence,
            )
        count = 2 * trunks.held * int(trunks.count[there].sum())
        yield _line(
            "fibre cord",
            f"{_cord_name(medium)} to a patch panel, {trunks.jumper:g} m",
            count,
            catalogue=medium.cord,
            where="patch panels",
            length=trunks.jumper * count,
            cost=_times(medium.price_per_metre, trunks.jumper * count),
            evidence=medium.evidence,
        )
    if trunks.panels:
        price = None if panel.price is None else priced(panel.price, programme.usd)
        count = sum(trunks.panels.values())
        yield _line(
            "patch panel", panel.name, count, catalogue=panel.id, cost=_times(price, count), evidence=panel.evidence
        )


def _part(line: FabricItemLine, named: Mapping[tuple[str, str], str]) -> str:
    """Give the part that a line is; what is plugged into nodes only where its own entry is named."""
    exact = named.get((line.item, line.catalogue), "") if line.catalogue else ""
    return exact or ("" if line.at_node else named.get((line.item, ""), ""))


def _at_part(line: FabricItemLine, part: str, prices: PartPrices) -> FabricItemLine:
    if not part:
        return line
    cost = prices.of(part)
    if cost is None:
        return replace(line, part=part)
    return replace(line, part=part, cost=_times(cost.usd, line.quantity), evidence=(*cost.evidence, *line.evidence))


def _times(cost: Cost | None, count: float) -> Cost | None:
    return None if cost is None else (cost[0] * count, cost[1] * count, cost[2] * count)


def _scaled(value: float | None, count: float) -> float | None:
    return None if value is None else value * count
