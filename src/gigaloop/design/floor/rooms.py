"""The halls that a fabric may stand in: which take the generation, how many of its racks, and how they are laid out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gigaloop.core.errors import GigaloopError
from gigaloop.design.records import Design
from gigaloop.design.records.fabric import Fabric
from gigaloop.programme.schema import Generation, Hall, Programme, Site
from gigaloop.programme.schema.floor import HallFloor

_FORGIVEN = 1e-9
_UNBOUNDED = 1 << 30
"""Racks that a hall without limits holds: more than any fabric joins."""


@dataclass(frozen=True)
class Room:
    """A hall as the floor of a fabric sees it."""

    id: str
    floor: HallFloor
    racks: int
    """Racks with accelerators that its positions and its power hold."""
    limit: str
    """What stops at that number."""
    rack_power: float
    """The most that one position is fed and cooled for [W]."""
    power: float
    """Of all positions [W]."""

    @property
    def switch_units(self) -> int:
        """Units of a network rack that switches may fill."""
        return max(1, int(self.floor.network_units) - int(self.floor.panel_units))

    @property
    def switch_power(self) -> float:
        """The most that the switches of a network rack draw [W]."""
        return min(float(self.floor.network_power), self.rack_power)


@dataclass(frozen=True)
class Share:
    """The racks with accelerators of a fabric that stand in one hall: ``first`` up to ``end``."""

    room: Room
    first: int
    end: int


def hall_rooms(generation: Generation, design: Design, site: Site) -> tuple[Room, ...]:
    """Give the halls of a site that take racks of a generation, those that are ready first.

    Parameters
    ----------
    generation, design
        The generation, and its rack engineered: power, flow and mass.
    site
        The site.

    Raises
    ------
    GigaloopError
        If none of the halls takes the rack; each is named with the limit that refuses it.
    """
    rooms, refused = [], []
    for hall in sorted(site.halls, key=lambda each: each.ready):
        reasons = list(_refusals(generation, design, hall))
        if reasons:
            refused.append(f"{hall.id}: {', '.join(reasons)}")
            continue
        floor = HallFloor() if hall.floor is None else hall.floor
        by_power = math.floor(float(hall.power) / design.power.design * (1.0 + _FORGIVEN))
        positions = int(hall.positions)
        limit = f"{positions} positions" if positions <= by_power else f"{hall.power} of power"
        rooms.append(Room(hall.id, floor, min(positions, by_power), limit, float(hall.rack_power), float(hall.power)))
    if not rooms:
        told = "; ".join(refused) if refused else "it has none"
        raise GigaloopError(
            f"no hall of site '{site.id}' takes racks of '{generation.id}' ({told})",
            hint="choose another site, or a generation whose rack its halls feed, cool and carry",
        )
    return tuple(rooms)


def racks_held(generation: Generation, design: Design, site: Site) -> int:
    """Count the racks with accelerators that the halls of a site hold by positions and power; 0 where none takes them.

    What the network beside them needs is not taken from it: a hall's positions and power are those of racks with
    accelerators, as in the plan.
    """
    try:
        return sum(room.racks for room in hall_rooms(generation, design, site))
    except GigaloopError:
        return 0


def common_room(programme: Programme, generation: Generation, design: Design) -> Room:
    """Give a hall that is no site's, big enough for any fabric.

    It is laid out as the largest of the programme's halls that take the rack and state a floor, under the strictest of
    their limits per row; as common practice has it where none does.
    """
    taking = [
        hall
        for site in programme.sites
        for hall in site.halls
        if hall.floor is not None and not any(_refusals(generation, design, hall))
    ]
    if not taking:
        return Room("hall", HallFloor(), _UNBOUNDED, "nothing", math.inf, math.inf)
    largest = max(taking, key=lambda hall: float(hall.positions))
    floors = [hall.floor for hall in taking if hall.floor is not None]
    strictest = {
        name: min(stated, key=float)
        for name in ("row_power", "row_flow", "row_mass", "racks_per_row", "storeys")
        if (stated := [value for floor in floors if (value := getattr(floor, name)) is not None])
    }
    floor = (largest.floor or HallFloor()).model_copy(update=strictest)
    return Room("hall", floor, _UNBOUNDED, "nothing", min(float(hall.rack_power) for hall in taking), math.inf)


def floor_rooms(
    programme: Programme, generation: Generation, design: Design, site: Site | None = None
) -> tuple[Room, ...]:
    """Give the halls of a site that take a generation, or the one that is no site's."""
    if site is None:
        return (common_room(programme, generation, design),)
    return hall_rooms(generation, design, site)


def share_racks(
    generation: Generation, fabric: Fabric, design: Design, site: Site | None, rooms: Sequence[Room]
) -> tuple[Share, ...]:
    """Share the racks of a fabric out to as few halls as hold them, in whole scalable units where these suffice.

    The first hall that holds them all takes them; else the largest are filled in turn.

    Raises
    ------
    GigaloopError
        If they are more than the halls hold.
    """
    per_su = fabric.racks_per_su
    total = sum(room.racks for room in rooms)
    if total < fabric.racks:
        per_rack = design.accelerators
        where = f"the halls of site '{site.id}' hold" if site is not None else "the hall holds"
        told = ", ".join(f"{room.id} {room.racks:,} by its {room.limit}" for room in rooms)
        units = total // per_su
        raise GigaloopError(
            f"{fabric.racks:,} racks of '{generation.id}' with {fabric.racks * per_rack:,.0f} accelerators are more"
            f" than {where}: {total:,} racks with {total * per_rack:,.0f} ({told})",
            hint=f"ask for at most {units:,} scalable units ({units * per_su * per_rack:,.0f} accelerators), or for"
            " another site",
        )
    rooms = sorted(rooms, key=lambda room: (room.racks < fabric.racks, -min(room.racks, fabric.racks)))
    whole = _filled(rooms, fabric.racks, per_su)
    return whole if whole and whole[-1].end == fabric.racks else _filled(rooms, fabric.racks, 1)


def _filled(rooms: Sequence[Room], racks: int, step: int) -> tuple[Share, ...]:
    """Fill halls in turn in multiples of a number of racks; the hall that holds all that are left takes them."""
    shares, first = [], 0
    for room in rooms:
        end = racks if room.racks >= racks - first else first + room.racks // step * step
        if end > first:
            shares.append(Share(room, first, end))
        first = end
    return tuple(shares)


def _refusals(generation: Generation, design: Design, hall: Hall) -> Iterator[str]:
    """Say which limits of a position of a hall refuse a rack."""
    load = design.mass / float(generation.footprint)
    for found, limit, what in (
        (design.power.design, hall.rack_power, "power of a rack"),
        (design.cooling.flow, hall.rack_flow, "coolant of a rack"),
        (load, hall.floor_load, "floor load"),
    ):
        if found > float(limit) * (1.0 + _FORGIVEN):
            shown = (found - limit.unit.offset) / limit.unit.factor
            yield f"{what} of {shown:.5g} {limit.unit.symbol} above {limit}"
    if generation.power.bus not in hall.bus:
        yield f"no {generation.power.bus}"
