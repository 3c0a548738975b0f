"""How long the loops of a site carry its heat when their cooling stops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.errors import GigaloopError
from gigaloop.design.cooling.layout import CDU_APPROACH, CduRating
from gigaloop.design.cooling.loop import design_loops
from gigaloop.design.dynamics.thermal import thermal_hold
from gigaloop.design.fluids.coolant import Coolant, coolant_state
from gigaloop.design.records.dynamics import ThermalHold

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import SiteResponse
    from gigaloop.design.records import Design, LoopPoint
    from gigaloop.programme.schema import Generation


@dataclass(frozen=True)
class Store:
    """A loop as a store of heat."""

    name: str
    capacity: float
    """Of its fluid, and of the steel around it where that is known [J/K]."""
    volume: float
    """[m3]"""
    flow: float
    """[m3/s]"""
    heat: float
    """[W]"""
    supply: float
    """[K]"""


def stores_of(points: Sequence[LoopPoint]) -> tuple[Store, ...]:
    """Give the stores of heat of loops at their design day; loops of air hold nothing that counts."""
    found = []
    for loop in points:
        if loop.volume > 0.0 and loop.flow > 0.0:
            fluid: Coolant = "PG25" if loop.fluid.upper().startswith("PG") else "water"
            by_volume = coolant_state(fluid, 0.5 * (loop.supply + loop.returns)).heat_capacity
            found.append(Store(loop.name, loop.volume * by_volume, loop.volume, loop.flow, loop.heat, loop.supply))
    return tuple(found)


def designed_stores(generation: Generation, design: Design, racks: float) -> tuple[Store, ...]:
    """Give the stores of heat of loops laid out for racks with the generation's own coolant distribution units.

    None where nothing is cooled by liquid or the units cannot carry the racks, which the design rules say.
    """
    cooling = generation.cooling
    rating = CduRating(float(cooling.cdu_heat), float(cooling.cdu_flow), float(cooling.cdu_flow), CDU_APPROACH)
    try:
        loops = design_loops(design.cooling, racks, rating)
    except GigaloopError:
        return ()
    return tuple(
        Store(
            loop.point.name, loop.heat_capacity, loop.point.volume, loop.point.flow, loop.point.heat, loop.point.supply
        )
        for loop in (loops.tcs, loops.fws)
    )


def thermal_holds(generation: Generation, stores: Sequence[Store], response: SiteResponse) -> tuple[ThermalHold, ...]:
    """Give the hold of each liquid loop of a site, the racks' first, alone and then with those behind it.

    When the facility water stops, the coolant of the racks holds alone; when only the rejection stops, the pumps go on
    and the loops warm together. The limit is the inlet limit of the racks and the excursion above it.

    Parameters
    ----------
    generation
        With the inlet limit of its racks.
    stores
        The loops, from the racks outwards.
    response
        How the site answers.
    """
    if not stores:
        return ()
    headroom = response.inlet_excursion + max(0.0, float(generation.cooling.inlet_limit) - stores[0].supply)
    found = []
    for count in range(1, len(stores) + 1):
        warm = stores[:count]
        volume = math.fsum(store.volume for store in warm)
        found.append(
            thermal_hold(
                " + ".join(store.name for store in warm),
                volume=volume,
                heat_capacity=math.fsum(store.capacity for store in warm) / volume,
                heat=stores[0].heat,
                flow=warm[-1].flow,
                headroom=headroom,
                cooling_lag=float(response.cooling_lag),
            )
        )
    return tuple(found)
