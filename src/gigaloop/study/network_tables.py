"""The networks of a run as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.records import CableSchedule, Medium
from gigaloop.study.columns import Columns, table

if TYPE_CHECKING:
    from gigaloop.design.records.fabric import FloatArray
    from gigaloop.study.chain import Result


@dataclass(frozen=True)
class Cords:
    """Every cord of one layer and medium of a network, planes together."""

    network: str
    layer: str
    medium: Medium | None
    """None where no medium reaches."""
    length: FloatArray
    """Of each run [m]."""
    stock: FloatArray
    """Of each as ordered [m]; nan where no medium reaches."""
    links: int
    """Links that they carry."""


def cords_of(schedule: CableSchedule) -> Iterator[Cords]:
    """Give the cords of a schedule by network, layer and medium, in its order; a cord counts once for all its links."""
    groups: dict[tuple[str, str], list[int]] = {}
    for code, (network, _, layer) in enumerate(schedule.layers):
        groups.setdefault((network, layer), []).append(code)
    first = schedule.first_rows
    layer_of = np.empty(len(schedule.layers), dtype=np.int64)
    for position, codes in enumerate(groups.values()):
        layer_of[codes] = position
    many = len(schedule.media) + 1
    medium = np.where(schedule.medium < 0, many - 1, schedule.medium)
    key = layer_of[schedule.layer] * many + medium
    links = np.bincount(key, minlength=len(groups) * many)
    key = key[first]
    order = np.argsort(key, kind="stable")
    bounds = np.searchsorted(key[order], np.arange(len(groups) * many + 1))
    for position, (network, layer) in enumerate(groups):
        for m in range(many):
            at = position * many + m
            rows = first[order[bounds[at] : bounds[at + 1]]]
            if len(rows):
                known = schedule.media[m] if m < many - 1 else None
                length, stock = schedule.length[rows], schedule.stock[rows]
                yield Cords(network, layer, known, length.astype(float), stock.astype(float), int(links[at]))


def network_tables(result: Result) -> dict[str, Columns]:
    """Give the fabric of each deployed generation: a row of ``networks`` each, its tiers and layers, bill and lengths.

    ``links`` are connections at the link rate, ``cords`` cables with both ends; counts are those of all planes.
    """
    deployed = list(result.networks.values())
    cords = [(d.generation, each) for d in deployed for each in cords_of(d.network.schedule)]
    return {
        "networks": table(
            (
                "generation", "site", "site_racks", "fabrics", "sus", "racks", "accelerators", "floor_racks",
                "switches", "links", "power_w", "node_power_w", "cost_usd_low", "cost_usd", "cost_usd_high", "unpriced",
                "unpowered", "tray_fill", "unreached_links", "unplaced", "feasible",
            ),
            (
                (
                    d.generation, d.site, d.racks, d.fabrics, n.fabric.sus, n.fabric.racks, n.fabric.accelerators,
                    n.floor.racks, sum(each.switches for each in n.fabric.networks),
                    sum(each.links for each in n.fabric.networks), n.bill.power, n.bill.node_power, *n.bill.cost,
                    len(n.bill.unpriced), len(n.bill.unpowered), float(n.trays.fill.max(initial=0.0)),
                    len(n.schedule.unreached), len(n.floor.unplaced), n.feasible,
                )
                for d in deployed
                for n in (d.network,)
            ),
        ),
        "network_tiers": table(
            ("generation", "network", "purpose", "planes", "tier", "switches", "switch_power_w"),
            (
                (d.generation, each.name, each.purpose, each.planes, kind, count * each.planes, each.switch_power)
                for d in deployed
                for each in d.network.fabric.networks
                for kind, count in each.plane.switches.items()
            ),
        ),
        "network_layers": table(
            ("generation", "network", "planes", "layer", "links", "rate_bit_s"),
            (
                (d.generation, each.name, each.planes, layer, count * each.planes, each.plane.rates[layer])
                for d in deployed
                for each in d.network.fabric.networks
                for layer, count in each.plane.link_counts.items()
            ),
        ),
        "network_bill": table(
            (
                "generation", "item", "name", "catalogue", "part", "network", "where", "quantity", "unit", "length_m",
                "power_w", "cost_usd_low", "cost_usd", "cost_usd_high",
            ),
            (
                (
                    d.generation, line.item, line.name, line.catalogue, line.part, line.network, line.where,
                    line.quantity, line.unit, line.length, line.power, *(line.cost or (None, None, None)),
                )
                for d in deployed
                for line in d.network.bill.lines
            ),
        ),
        "network_lengths": table(
            (
                "generation", "network", "layer", "medium", "kind", "cords", "links", "length_m", "stock_m", "mean_m",
                "median_m", "longest_m", "reach_m", "standard_reach_m",
            ),
            (
                (
                    generation, c.network, c.layer, c.medium.id if c.medium else "",
                    c.medium.kind if c.medium else "", len(c.length), c.links, float(c.length.sum()),
                    float(c.stock.sum()), float(c.length.mean()), float(np.median(c.length)), float(c.length.max()),
                    c.medium.reach if c.medium else None, c.medium.standard_reach if c.medium else None,
                )
                for generation, c in cords
            ),
        ),
    }  # fmt: skip
