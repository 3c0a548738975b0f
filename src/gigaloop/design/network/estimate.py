"""What one candidate fabric takes and does: cables, bill, trays, time of collectives, what failures leave."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.cables import PlacedLinks, fabric_bill, make_links
from gigaloop.design.collectives import collective_times, system_of
from gigaloop.design.fabric.balance import contention
from gigaloop.design.fabric.failures import fail
from gigaloop.design.floor import tray_fill
from gigaloop.design.records import Fabric, FloorPlan
from gigaloop.design.records.cables import FabricItemLine, FabricMedia
from gigaloop.design.records.fabric_search import Demand, Floats
from gigaloop.design.records.service import Resilience
from gigaloop.programme.schema import Generation, Programme
from gigaloop.programme.schema.floor import Tray

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

CONTENTION_DRAWS = 2
FAILURE_DRAWS = 64
"""Random switches that fail, one draw each; the spread over draws is that over tiers."""

_CABLES = ("copper cable", "optical cable", "fibre cord", "fibre trunk")


@dataclass(frozen=True)
class Wiring:
    """What a fabric takes on a floor with some media, the scale-out network alone."""

    modules: int
    cords: int
    length: float
    """As ordered [m]."""
    longest: float
    """[m]"""
    unreached: int
    """Links."""
    power: float
    """As far as it is known [W]."""
    cost: tuple[float, float, float]
    """As far as it is known [USD]."""
    unpriced: Mapping[str, float]
    """Pieces, or metres of what is sold by length, by name."""
    unpowered: Mapping[str, float]
    """Pieces by name."""


def wiring(
    programme: Programme,
    generation: Generation,
    fabric: Fabric,
    floor: FloorPlan,
    placed: PlacedLinks,
    media: FabricMedia,
    catalogue: Catalogue,
    on: dt.date,
) -> Wiring:
    """Wire a fabric on a floor: every cable, and the bill with what is plugged into the nodes."""
    schedule = make_links(placed, media)
    lines = fabric_bill(programme, generation, fabric, floor, schedule, catalogue, on).lines
    priced = [line.cost for line in lines if line.cost is not None]
    return Wiring(
        modules=round(sum(line.quantity for line in lines if line.item == "transceiver")),
        cords=round(sum(line.quantity for line in lines if line.item in _CABLES)),
        length=math.fsum(line.length or 0.0 for line in lines),
        longest=float(schedule.length.max(initial=0.0)),
        unreached=len(schedule.unreached),
        power=math.fsum(line.power for line in lines if line.power is not None),
        cost=(
            math.fsum(cost[0] for cost in priced),
            math.fsum(cost[1] for cost in priced),
            math.fsum(cost[2] for cost in priced),
        ),
        unpriced=_pieces(line for line in lines if line.cost is None),
        unpowered=_pieces(line for line in lines if line.power is None),
    )


def trays(floor: FloorPlan, placed: PlacedLinks, media: FabricMedia, tray: Tray) -> tuple[float, float]:
    """Give how full the fullest and how heavy the heaviest segment of the trays is, over its limit."""
    found = tray_fill(floor, make_links(placed, media), tray)
    return float(found.fill.max(initial=0.0)) / found.fill_limit, float(found.load.max(initial=0.0)) / found.load_limit


def _pieces(lines: Iterable[FabricItemLine]) -> dict[str, float]:
    """Add up lines of one item: by its entry, lengths of cords and cables that are not in stock apart from pieces."""
    found: dict[str, float] = {}
    for line in lines:
        name = line.part or line.catalogue or line.name
        found[name] = found.get(name, 0.0) + (line.length if line.length else line.quantity)
    return found


def demand_times(fabric: Fabric, demands: Sequence[Demand], seed: int) -> Floats:
    """Give the time of one call of each demand (d,) [s].

    Contention is that of neighbours anywhere in the fabric: every endpoint sends to another of its rail at random, by
    the fabric's load balancing.
    """
    plane = fabric.scale_out.plane
    slow = contention(plane, fabric.load_balancing, "permutation", seed, draws=CONTENTION_DRAWS).factor
    system = system_of(fabric)
    across = replace(system, domain=1.0, in_switch_reduction=False)
    return np.array(
        [
            float(
                collective_times(
                    across if each.per_domain else system, each.collective, each.bytes, each.group, contention=slow
                ).time
            )
            for each in demands
        ]
    )


def step_time(times: Floats, demands: Sequence[Demand]) -> float:
    """Give the time of a step, workloads weighed by their share [s]."""
    shares = {each.workload: each.share for each in demands}
    return float(
        sum(each.share * each.calls * time for each, time in zip(demands, times, strict=True)) / sum(shares.values())
    )


def after_failure(fabric: Fabric, switches: int, job: int, seed: int) -> Resilience:
    """Let some switches of the scale-out network fail at random."""
    return fail(fabric, "switches", switches, FAILURE_DRAWS, seed, job_accelerators=job)
