"""Switches of a fabric, tier by tier: which racks, and which units of them, they stand in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.design.floor.packing import Packing, Run, pack
from gigaloop.design.records.fabric import DeviceKind, Fabric, FloatArray, IntArray

SwitchGroup = tuple[str, int, DeviceKind]
"""Network, plane and tier."""
_BY_RACKS: frozenset[DeviceKind] = frozenset(("leaf", "switch"))
"""Tiers that nodes plug into."""


@dataclass(frozen=True)
class Group:
    """Switches of one tier of one plane."""

    key: SwitchGroup
    count: int
    units: int
    """Height of one, in whole units [U]."""
    power: float
    """Of one with its modules [W]; 0 where it is not known."""
    rails: int = 1
    """Into how many rails those of a scalable unit divide, one rail after the other in order of their nodes."""

    def at(self, places: int) -> IntArray:
        """Share its switches out evenly, in order, over places (n,)."""
        return (np.arange(self.count, dtype=np.int64) * places // max(1, self.count)).astype(np.int32)


def switch_groups(fabric: Fabric) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """Give the switches that nodes plug into, and those above them, by network, plane and tier.

    A switch draws its own power and that of modules in all its cages, as far as they are known.
    """
    groups = tuple(_groups(fabric))
    return (
        tuple(group for group in groups if group.key[2] in _BY_RACKS),
        tuple(group for group in groups if group.key[2] not in _BY_RACKS),
    )


def _groups(fabric: Fabric) -> Iterator[Group]:
    for network in fabric.networks:
        units = max(1, math.ceil(network.switch_units - 1e-9))
        power = (network.switch_power or 0.0) + (network.optics_power or 0.0)
        for plane in range(network.planes):
            for tier, count in network.plane.switches.items():
                if count and tier != "node":
                    rails = network.plane.rails if tier == "leaf" else 1
                    yield Group((network.name, plane, tier), count, units, power, rails)


@dataclass(frozen=True)
class Racked:
    """Switches in network racks, each rack of one place: a scalable unit, a bundle of them, or a part of a hall."""

    place: IntArray
    """Of each rack (r,)."""
    power: FloatArray
    """Of each rack (r,) [W]."""
    rack: Mapping[SwitchGroup, IntArray]
    unit: Mapping[SwitchGroup, IntArray]


def rack_switches(
    groups: Sequence[Group], place_of: Sequence[IntArray], places: int, units: int, power: FloatArray
) -> Racked:
    """Put switches into the network racks of the places where they belong, place by place and group by group.

    Parameters
    ----------
    groups, place_of
        Switches, and the place of each of a group, ascending.
    places
        Places.
    units
        Units of a rack that switches may fill.
    power
        The most that the switches of a rack draw, by place (places,) [W].
    """
    counts = np.zeros((places, len(groups)), dtype=np.int64)
    for column, where in enumerate(place_of):
        counts[:, column] = np.bincount(where, minlength=places)
    alike, kind = np.unique(np.column_stack([counts, power]), axis=0, return_inverse=True)
    kind = kind.reshape(-1)
    packed = [
        pack([Run(int(n), g.units, g.power) for n, g in zip(row[:-1], groups, strict=True)], units, float(row[-1]))
        for row in alike
    ]
    racks = np.array([each.racks for each in packed], dtype=np.int64)[kind]
    base = np.cumsum(racks) - racks
    start, rack, unit = _flat(packed)
    before = np.cumsum(counts, axis=1) - counts
    in_rack: dict[SwitchGroup, IntArray] = {}
    at_unit: dict[SwitchGroup, IntArray] = {}
    for column, (group, where) in enumerate(zip(groups, place_of, strict=True)):
        rank = np.arange(group.count) - (np.cumsum(counts[:, column]) - counts[:, column])[where]
        slot = start[kind[where]] + before[where, column] + rank
        in_rack[group.key] = (base[where] + rack[slot]).astype(np.int32)
        at_unit[group.key] = unit[slot]
    drawn = [np.asarray(each.power, dtype=np.float64) for each in packed]
    return Racked(
        np.repeat(np.arange(places, dtype=np.int32), racks),
        np.concatenate([drawn[index] for index in kind]) if len(kind) else np.empty(0),
        in_rack,
        at_unit,
    )


def _flat(packed: Sequence[Packing]) -> tuple[IntArray, IntArray, IntArray]:
    """Lay packings end to end: where each begins, and racks and units of all."""
    sizes = np.array([len(each.rack) for each in packed], dtype=np.int64)
    empty = np.empty(0, dtype=np.int32)
    return (
        (np.cumsum(sizes) - sizes).astype(np.int32),
        np.concatenate([empty, *(each.rack for each in packed)], dtype=np.int32),
        np.concatenate([empty, *(each.unit for each in packed)], dtype=np.int32),
    )


@dataclass(frozen=True)
class InRack:
    """Switches in the racks with the accelerators that they serve."""

    rack: Mapping[SwitchGroup, IntArray]
    unit: Mapping[SwitchGroup, IntArray]
    power: FloatArray
    """Added to each rack [W]."""
    units: int
    """Most units that they fill of a rack [U]."""


def switches_in_racks(groups: Sequence[Group], racks: int, racks_per_su: int, sus: int, above: int) -> InRack:
    """Put switches above what fills the racks, those of a scalable unit evenly over its racks in order of their nodes.

    Parameters
    ----------
    groups
        Switches that nodes plug into.
    racks, racks_per_su, sus
        Racks with accelerators; of a scalable unit; units.
    above
        Units that the rack fills itself.
    """
    used = np.zeros(racks, dtype=np.int64)
    power = np.zeros(racks)
    in_rack: dict[SwitchGroup, IntArray] = {}
    at_unit: dict[SwitchGroup, IntArray] = {}
    for group in groups:
        su = group.at(sus)
        counts = np.bincount(su, minlength=sus)
        rank = np.arange(group.count) - (np.cumsum(counts) - counts)[su]
        if (counts % group.rails == 0).all():
            of_rail = (counts // group.rails)[su]
            rank = rank % of_rail * group.rails + rank // of_rail
        size = np.clip(racks - su.astype(np.int64) * racks_per_su, 1, racks_per_su)
        where = np.minimum(su * np.int64(racks_per_su) + rank * size // counts[su], racks - 1)
        here = np.bincount(where, minlength=racks)
        nth = np.arange(group.count) - (np.cumsum(here) - here)[where]
        in_rack[group.key] = where.astype(np.int32)
        at_unit[group.key] = (above + 1 + used[where] + nth * group.units).astype(np.int32)
        used += here * group.units
        power += here * group.power
    return InRack(in_rack, at_unit, power, int(used.max(initial=0)))
