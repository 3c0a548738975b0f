"""The section on the networks: what joins the accelerators of each generation, from the tiers to the last cable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.records import RACK_KINDS, Check, FabricBill, NetworkDesign
from gigaloop.programme.schema.floor import HallFloor
from gigaloop.report.content.basis import Basis
from gigaloop.report.content.network_cables import both_costs, cable_blocks, range_number
from gigaloop.report.content.network_service import failure_blocks, speed_blocks
from gigaloop.report.content.network_tiers import tier_figure
from gigaloop.report.document import Block, Callout, Heading, Section
from gigaloop.report.figures import FloorFigure
from gigaloop.report.numbers import Number
from gigaloop.report.tables import CellLike, Column, Row, Table
from gigaloop.study.networks import DeployedNetwork

if TYPE_CHECKING:
    from gigaloop.study.chain import Result

KIND_NAMES = {"compute": "compute", "network": "network", "cdu": "coolant distribution", "power": "power"}
_TITLE = "The networks"


def network_section(basis: Basis) -> Section:
    """Show the fabric of every generation that gets racks, and in full that of the generation with most of them."""
    deployed = list(basis.result.networks.values())
    left_out = [f"{basis.generation(each)}: {why}" for each, why in basis.result.without_network.items()]
    missing: list[Block] = (
        [Callout("Generations whose network is not engineered", tone="warning", points=left_out)] if left_out else []
    )
    if not deployed:
        return Section("networks", _TITLE, "No network is engineered.", missing)
    lead = (
        "For each generation that gets racks: a fabric at the site that gets most of them, as large as the generation "
        "states, the plan fills it or its switches serve. A link is one connection at the link rate, a module one "
        "pluggable transceiver, which may carry several links, and a cord one cable with both its ends. Counts are "
        "those of all planes together."
    )
    blocks: list[Block] = [_overview(basis, deployed), *missing, *_shown(basis, most_deployed(basis.result))]
    return Section("networks", _TITLE, lead, blocks)


def most_deployed(result: Result) -> DeployedNetwork:
    """Give the network of the generation that gets most racks of those that have one."""
    racks = dict(zip(result.plan.generations, result.plan.online_racks[:, :, -1].sum(axis=0), strict=True))
    return max(result.networks.values(), key=lambda each: racks[each.generation])


def _shown(basis: Basis, shown: DeployedNetwork) -> Iterator[Block]:
    network = shown.network
    where = basis.site(shown.site)
    yield Heading(f"{basis.generation(shown.generation)} at {where}")
    yield from _findings(shown)
    for each in network.fabric.networks:
        yield tier_figure(basis, network.fabric, each)
    yield _floor(basis, shown)
    yield from cable_blocks(basis, network)
    yield Heading("How fast, and what failures leave")
    yield from speed_blocks(basis, network.fabric)
    yield from failure_blocks(basis, network.fabric)


def _tiers(designs: Sequence[NetworkDesign]) -> str:
    """Say how many switches of each tier the networks have, each with its name where there are several."""
    said = [", ".join(f"{count:,} {kind}" for kind, count in design.switch_counts.items()) for design in designs]
    return said[0] if len(said) == 1 else "; ".join(f"{d.name}: {s}" for d, s in zip(designs, said, strict=True))


def _overview(basis: Basis, deployed: Sequence[DeployedNetwork]) -> Table:
    how = basis.computed("fabric engine: counts by index arithmetic, every cable along the trays of its floor")
    rows: list[Row] = []
    for each in deployed:
        network, fabric, bill = each.network, each.network.fabric, each.network.bill
        power = None if bill.power is None or bill.node_power is None else bill.power + bill.node_power
        rows.append(
            [
                basis.generation(each.generation),
                basis.site(each.site),
                Number(each.fabrics, decimals=0),
                Number(fabric.accelerators, evidence=how, decimals=0),
                _tiers(fabric.networks),
                Number(sum(one.links for one in fabric.networks), decimals=0),
                Number(network.schedule.length.max(initial=0.0), decimals=0),
                Number(None if power is None else power / fabric.accelerators, decimals=0),
                _priced(bill),
            ]
        )
    return Table(
        "One fabric of each generation",
        [
            "generation",
            "site",
            Column("fabrics there"),
            Column("accelerators"),
            "switches",
            Column("links"),
            Column("longest cable", "m"),
            Column("power each", "W"),
            Column("cost", "MUSD", align="right"),
        ],
        rows,
        id="networks-table",
        note=(
            "Numbers of one fabric; power of switches, modules and cable ends, those in the nodes included, per "
            "accelerator; cost of what has a price, with its range."
        ),
    )


def _priced(bill: FabricBill) -> CellLike:
    """Give the cost of what has a price, or say that nothing has one."""
    known = any(line.cost is not None for line in bill.lines)
    return range_number(both_costs(bill)) if known else "no price known"


def _findings(shown: DeployedNetwork) -> Iterator[Block]:
    """Say where the fabric stands, and which checks do not hold."""
    network = shown.network
    points: list[str] = []
    if not shown.own_floor:
        points.append("It does not fit the halls of the site as they are stated: a floor of common practice is shown.")
    if shown.fabrics > 1:
        points.append(f"The site takes {shown.fabrics} such fabrics; one that is full is shown.")
    points += [f"{note[0].upper()}{note[1:]}." for note in network.floor.notes]
    if points:
        yield Callout("Where it stands", points=points)
    failed = [
        f"{each.title}: {_magnitude(each):,.4g}{_unit(each)}, {each.sense} {each.limit}"
        + (f" ({each.detail})" if each.detail else "")
        + f". {each.way_out[:1].upper()}{each.way_out[1:]}."
        for each in network.checks
        if each.failed
    ]
    if failed:
        yield Callout("Checks that do not hold", tone="warning", points=failed)


def _unit(check: Check) -> str:
    return "" if check.unit == "1" else f" {check.unit}"


def _magnitude(check: Check) -> float:
    return (float(check.value) - check.limit.unit.offset) / check.limit.unit.factor


def _floor(basis: Basis, shown: DeployedNetwork) -> FloorFigure:
    floor, schedule = shown.network.floor, shown.network.schedule
    first = schedule.first_rows
    ends = np.concatenate([schedule.a_rack[first], schedule.b_rack[first]])
    metres = np.concatenate([schedule.length[first], schedule.length[first]]).astype(float)
    cords = np.bincount(ends, minlength=floor.racks)
    sums = np.bincount(ends, metres, minlength=floor.racks)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(cords > 0, sums / cords, np.nan)
    compute = int(np.count_nonzero(floor.kind == 0))
    return FloorFigure(
        id="network-floor",
        title=f"{floor.racks:,} racks on the floor, {compute:,} of them compute, whose cables are "
        f"{np.nanmean(mean[floor.kind == 0]):.0f} m long on average",
        alt="Floor plan of the racks by kind, and the same plan shaded by the mean length of the cables at each rack.",
        measure="mean length of the cables at a rack",
        unit="m",
        halls=floor.hall,
        kinds=[KIND_NAMES[kind] for kind in RACK_KINDS],
        hall=floor.hall_of,
        storey=floor.storey,
        row=floor.row,
        group=floor.kind,
        x=floor.x,
        y=floor.y,
        value=mean,
        rack=_rack_size(basis, shown),
        evidence=basis.computed("racks in rows under the limits of each row, cables along trays with drops and slack"),
        notes="To scale. A cord counts at both of its racks; numbers are those of the rows that lie outermost.",
    )


def _rack_size(basis: Basis, shown: DeployedNetwork) -> tuple[float, float]:
    """Give the width and depth of a position: as far as neighbours are apart, and as deep as its hall says [m]."""
    programme, floor = basis.result.programme, shown.network.floor
    halls = programme.site_of[shown.site].halls
    stated = next((hall.floor for hall in halls if hall.id == floor.hall[0]), None) or HallFloor()
    order = np.lexsort((floor.x, floor.row, floor.hall_of))
    apart = np.diff(floor.x[order])[np.diff(floor.row[order]) == 0]
    envelope = programme.generation_of[shown.generation].envelope
    depth = max(float(stated.position_depth), float(envelope.depth) if envelope is not None else 0.0)
    apart = apart[apart > 0.0]
    return float(apart.min()) if len(apart) else float(stated.position_width), depth
