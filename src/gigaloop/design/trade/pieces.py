"""What one design of a trade space needs beside its racks: equipment, its cost, and the power that is lost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gigaloop.design.cooling import tower_loop
from gigaloop.design.facility.blocks import count_blocks, share_without_power
from gigaloop.design.facility.duties import cooling_lost, equipment_demand, power_path
from gigaloop.design.facility.equipment import size_equipment
from gigaloop.design.facility.orders import equipment_lines
from gigaloop.design.facility.plant import PlantState
from gigaloop.design.facility.plants import PlantSet
from gigaloop.design.facility.sizing import SizedPlant
from gigaloop.design.facility.year import take_plants
from gigaloop.design.records import END_USES
from gigaloop.design.records.loops import Loops
from gigaloop.design.trade.choices import Choice

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Programme


@dataclass(frozen=True)
class Built:
    """What a design needs beside its racks."""

    pieces: Mapping[str, int]
    cost: float
    unpriced: tuple[str, ...]
    lost: float


def sized_plant(choice: Choice, racks: float, plants: PlantSet, state: PlantState, row: int) -> SizedPlant:
    """Give one design as :func:`~gigaloop.design.facility.sizing.size_plant` does."""
    one = take_plants(plants, slice(row, row + 1))
    loops, tower = choice.loops, None
    if loops is not None:
        loops = _scaled(loops, racks * choice.rack.design.cooling.liquid_heat / loops.tcs.point.heat)
        if choice.site.facility.cooling.rejection == "wet":
            supply = loops.fws.point.supply - float(one.water.exchanger_approach[0])
            tower = tower_loop(loops.fws.point.heat, supply, float(one.water.rejection_rise[0]))
    return SizedPlant(racks, choice.chain, loops, one, _state(state, one, row), tower)


def _state(state: PlantState, one: PlantSet, row: int) -> PlantState:
    """Give one design of a state."""
    rows = slice(row, row + 1)
    arrays: dict[str, Any] = {
        field.name: value[rows]
        for field in fields(PlantState)
        if isinstance(value := getattr(state, field.name), np.ndarray)
    }
    uses = {name: state.end_uses[name][rows] for name in END_USES}
    losses = (state.losses[0][rows], state.losses[1][rows], state.losses[2][rows])
    return replace(state, plants=one, end_uses=uses, losses=losses, **arrays)


def _scaled(loops: Loops, factor: float) -> Loops:
    """Give loops for another number of racks: more or fewer circuits of the same kind."""
    points = []
    for loop in (loops.tcs, loops.fws):
        point = loop.point
        changed = {name: getattr(point, name) * factor for name in ("flow", "heat", "pump_power", "volume")}
        points.append(replace(loop, point=replace(point, **changed)))
    return replace(loops, tcs=points[0], fws=points[1], cdus=math.ceil(loops.cdus * factor))


def build(programme: Programme, catalogue: Catalogue, choice: Choice, sized: SizedPlant, chilled_share: float) -> Built:
    """Size the equipment of one design."""
    site, design = choice.site, choice.rack.design
    facility = site.facility.power
    block, group = float(facility.block), int(facility.blocks_per_group)
    count = count_blocks(sized.racks, design.rack_input, block, facility.redundancy, group)
    demand = equipment_demand(sized, design, site, count, catalogue)
    cooling = choice.rack.generation.cooling
    needs = size_equipment(demand, site, catalogue, float(cooling.cdu_heat), float(cooling.cdu_flow))
    basis = sized.peak_pue if site.power_basis == "it" else 1.0
    lines = equipment_lines(needs, programme, site, catalogue, sized.peak_power, basis)
    path = power_path(needs, site, catalogue, design.rack.backup)
    lost = share_without_power(path, count, facility.redundancy)
    hot = cooling_lost(needs, site, catalogue, count.blocks, chilled_share)
    return Built(
        pieces={line.role: line.count for line in lines},
        cost=math.fsum(line.cost for line in lines if line.cost is not None),
        unpriced=tuple(line.role for line in lines if line.cost is None),
        lost=(1.0 - (1.0 - lost) * (1.0 - hot)) * sized.racks * design.rack_input,
    )
