"""The floor of a fabric: racks placed row by row under the limits of rows and halls, and every switch in its rack."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.design.floor.geometry import node_units
from gigaloop.design.floor.places import Order, place_halls
from gigaloop.design.floor.rooms import Share, floor_rooms, share_racks
from gigaloop.design.floor.standing import Laid, Task, lay_rows, rack_leafs, rack_tops, stand_racks
from gigaloop.design.floor.switches import Group, InRack, Racked, switch_groups, switches_in_racks
from gigaloop.design.records import Design
from gigaloop.design.records.fabric import Fabric
from gigaloop.design.records.floor import FloorPlan
from gigaloop.programme.schema import Generation, Programme, Site

_FORGIVEN = 1e-9


def plan_floor(
    programme: Programme, generation: Generation, fabric: Fabric, design: Design, site: Site | None = None
) -> FloorPlan:
    """Place the racks and switches of a fabric on the floor of halls.

    Racks stand scalable unit (SU) by SU along the rows; network racks of leafs, coolant distribution units and power
    racks stand in the rows with them, spines and cores in rows of their own, as the hall's floor says. A row is closed
    by the first rack that its positions, power, coolant or mass do not take. Rows stand in blocks side by side that
    make a storey about square. Of a site as few halls as hold the racks are taken, each in whole SUs where that
    suffices; spines and cores stand in each by its share of the racks.

    Parameters
    ----------
    programme
        The programme, whose halls say what a floor that is no site's must look like.
    generation, design
        The generation, and its rack engineered.
    fabric
        What is to be placed.
    site
        The site whose halls it stands in; a hall as large as needed where not given.

    Raises
    ------
    GigaloopError
        If no hall of the site takes the rack, the racks are more than its halls hold, or a row does not take one rack.
    """
    try:
        shares = share_racks(generation, fabric, design, site, floor_rooms(programme, generation, design, site))
    except GigaloopError as error:
        place = programme.place(f"sites.{site.id}") if site is not None else None
        raise GigaloopError(error.why, where=place, hint=error.hint) from error
    lower, upper = switch_groups(fabric)
    units = math.floor(design.elevation.capacity or float(shares[0].room.floor.network_units))
    within, refused = _leafs_in_racks(lower, shares, fabric, design, units)
    power = np.full(fabric.racks, design.power.design) + (0.0 if within is None else within.power)
    task = Task(generation, fabric, design, shares, power)
    leafs = rack_leafs(task, () if within else lower)
    stood = [stand_racks(task, number, leafs) for number in range(len(shares))]
    tops = rack_tops(task, upper, stood)
    halls = [lay_rows(task, number, rows, tops) for number, rows in enumerate(stood)]
    unplaced = (*refused, *_overdrawn((*lower, *upper), shares))
    return _assemble(task, halls, leafs.racked, tops, within, units, unplaced)


def _leafs_in_racks(
    lower: Sequence[Group], shares: Sequence[Share], fabric: Fabric, design: Design, units: int
) -> tuple[InRack | None, tuple[str, ...]]:
    """Put leafs into the racks that they serve, where the floor says so; None, and why, where these have no room."""
    if shares[0].room.floor.leafs != "in rack" or not lower:
        return None, ()
    used = math.ceil(design.elevation.used - _FORGIVEN)
    found = switches_in_racks(lower, fabric.racks, fabric.racks_per_su, fabric.sus, used)
    most, limit = design.power.design + float(found.power.max()), min(share.room.rack_power for share in shares)
    why = ""
    if found.units > units - used:
        why = f"{found.units} U wanted in a rack, {max(0, units - used)} U of {units} U free"
    elif most > limit * (1.0 + _FORGIVEN):
        why = f"{most / 1e3:.5g} kW a rack with them, {limit / 1e3:.5g} kW at a position"
    if why:
        return None, (f"leafs in the racks that they serve: {why}; they stand in network racks instead",)
    return found, ()


def _overdrawn(groups: Sequence[Group], shares: Sequence[Share]) -> Iterator[str]:
    """Say which switches a network rack does not take."""
    kinds = sorted({(group.key[0], group.units, group.power) for group in groups})
    for room in (share.room for share in shares):
        for name, units, power in kinds:
            if units > room.switch_units:
                yield f"switches of {name} in {room.id}: {units} U each, {room.switch_units} U of a network rack free"
            if power > room.switch_power * (1.0 + _FORGIVEN):
                limit = room.switch_power / 1e3
                yield f"switches of {name} in {room.id}: {power / 1e3:.5g} kW each, {limit:.5g} kW a network rack"


def _assemble(
    task: Task,
    halls: Sequence[Laid],
    leafs: Racked,
    tops: Racked,
    within: InRack | None,
    units: int,
    unplaced: tuple[str, ...],
) -> FloorPlan:
    """Put what stands in the halls into the record: where it is, what it draws, takes and weighs."""
    fabric, design, racks = task.fabric, task.design, task.fabric.racks
    near = racks * task.width
    order = Order(racks, near, near + len(leafs.place), near + len(leafs.place) + len(tops.place))
    places = place_halls(task, halls, order)
    power, flow, mass = (np.zeros(len(places.x)) for _ in range(3))
    power[:racks], flow[:racks], mass[:racks] = task.power, design.cooling.flow, design.mass
    power[order.leafs : order.tops], power[order.tops : order.cdus] = leafs.power, tops.power
    if task.width > 1:
        mass[racks:near] = _power_rack_mass(design)
        mass[:racks] -= mass[racks:near]
    in_racks = ({}, {}) if within is None else (within.rack, within.unit)
    return FloorPlan(
        hall=tuple(share.room.id for share in task.shares),
        hall_power=np.array([share.room.power for share in task.shares]),
        hall_of=places.hall_of,
        kind=places.kind,
        storey=places.storey,
        row=places.row,
        position=places.position,
        x=places.x,
        y=places.y,
        power=power,
        flow=flow,
        mass=mass,
        left=places.left,
        right=places.right,
        node_unit=node_units(design, fabric.nodes_per_rack, units),
        switch_rack={
            **in_racks[0],
            **{key: where + np.int32(order.leafs) for key, where in leafs.rack.items()},
            **{key: where + np.int32(order.tops) for key, where in tops.rack.items()},
        },
        switch_unit={**in_racks[1], **leafs.unit, **tops.unit},
        rack_units=units,
        storey_height=max(float(share.room.floor.storey_height) for share in task.shares),
        risers=places.risers,
        width=places.width,
        depth=places.depth,
        unplaced=unplaced,
        notes=tuple(_notes(task)),
    )


def _power_rack_mass(design: Design) -> float:
    """Give the mass of the power rack beside a rack, as far as the bill of materials has it at the top [kg]."""
    return math.fsum(row.mass or 0.0 for row in design.bom.rows if row.level == 1 and row.family == "power")


def _notes(task: Task) -> Iterator[str]:
    """Say what was assumed."""
    shares = task.shares
    if len(shares) > 1:
        gaps = sorted({float(share.room.floor.gap) for share in shares[:-1]})
        told = " and ".join(f"{gap:.4g} m" for gap in gaps)
        yield f"the fabric spans {len(shares)} halls, {told} apart"
    unknown = [network.name for network in task.fabric.networks if network.switch_power is None]
    if unknown:
        yield f"the power of switches of {', '.join(unknown)} is not known: their racks are filled by height alone"
    bare = [each.name for each in task.fabric.networks if each.switch_power is not None and each.optics_power is None]
    if bare:
        yield f"the power of the modules of {', '.join(bare)} is not stated: it is not in that of network racks"
