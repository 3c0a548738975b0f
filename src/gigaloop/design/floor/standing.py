"""What stands in each hall of a fabric, row by row: racks, their network racks and coolant units, spines and cores."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.design.floor.geometry import Pitch, blocks_of, pitch_of
from gigaloop.design.floor.packing import Run, pack
from gigaloop.design.floor.rooms import Share
from gigaloop.design.floor.rows import Stand, fill_rows, positions_in_rows
from gigaloop.design.floor.switches import Group, Racked, rack_switches
from gigaloop.design.records import Design
from gigaloop.design.records.fabric import Fabric, FloatArray, IntArray
from gigaloop.design.records.floor import RACK_KINDS
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.floor import HallFloor

COMPUTE, NETWORK, CDU, POWER = (RACK_KINDS.index(kind) for kind in ("compute", "network", "cdu", "power"))
_LAST = 1e9
"""Order within a row of what stands at its end."""


@dataclass(frozen=True)
class Task:
    """A fabric that is to stand in halls, and what its racks bring with them."""

    generation: Generation
    fabric: Fabric
    design: Design
    shares: tuple[Share, ...]
    power: FloatArray
    """Of each rack with accelerators, with the leafs in it (r,) [W]."""

    @property
    def policy(self) -> HallFloor:
        """The floor that says where leafs stand, and how high network racks are: that of the first hall."""
        return self.shares[0].room.floor

    @property
    def width(self) -> int:
        """Positions of a rack: two where its shelves stand in a power rack beside it, as on an 800 V bus."""
        power = self.generation.power
        return 2 if power.bus == "800 VDC" and float(power.shelves) > 0.0 else 1

    @property
    def su(self) -> IntArray:
        """Scalable unit of each rack (r,)."""
        return np.arange(self.fabric.racks, dtype=np.int32) // np.int32(self.fabric.racks_per_su)

    def cdus(self, share: Share) -> IntArray:
        """Give the coolant distribution units of a hall, from 0; none for racks without liquid."""
        count = 0.0
        if self.design.cooling.liquid_heat > 0.0:
            count = (share.end - share.first) / float(self.generation.cooling.racks_per_cdu)
        return np.arange(math.ceil(count - 1e-9), dtype=np.int32)


@dataclass(frozen=True)
class Leafs:
    """Leafs in network racks, those of a scalable unit or of a bundle of them (a place) together."""

    racked: Racked
    place_of_su: IntArray
    hall_of_place: IntArray


@dataclass(frozen=True)
class Rows:
    """What stands in one hall, (n,), and its rows, (m,)."""

    kind: IntArray
    index: IntArray
    """Number within its kind; -1 - number for racks of spines and cores."""
    row: IntArray
    position: IntArray
    storey: IntArray
    """Of each row."""
    slot: IntArray
    """Of each row on its storey, in order."""

    @property
    def most(self) -> int:
        """Most rows on a storey."""
        return int(np.bincount(self.storey, minlength=1).max())


@dataclass(frozen=True)
class Laid:
    """The rows of a hall with their place: ``blocks`` side by side, filled line by line."""

    rows: Rows
    pitch: Pitch
    blocks: int

    @property
    def lines(self) -> int:
        """Lines of rows, one behind the other."""
        return -(-self.rows.most // self.blocks)


def rack_leafs(task: Task, groups: Sequence[Group]) -> Leafs:
    """Put leafs into network racks of their scalable unit, or of as many units as fill a network row."""
    sus, per_su = task.fabric.sus, task.fabric.racks_per_su
    firsts = np.minimum(np.arange(sus) * per_su, task.fabric.racks - 1)
    hall = np.searchsorted([share.first for share in task.shares], firsts, side="right") - 1
    within = (np.arange(sus) - np.searchsorted(hall, hall)) // _bundle(task, groups)
    names, place = np.unique(hall * (sus + 1) + within, return_inverse=True)
    place_of_su: IntArray = place.reshape(-1).astype(np.int32)
    hall_of_place: IntArray = (names // (sus + 1)).astype(np.int32)
    where = [place_of_su[group.at(sus)] for group in groups]
    power = np.array([share.room.switch_power for share in task.shares])[hall_of_place]
    racked = rack_switches(groups, where, len(names), task.shares[0].room.switch_units, power)
    return Leafs(racked, place_of_su, hall_of_place)


def _bundle(task: Task, groups: Sequence[Group]) -> int:
    """Count the scalable units whose leafs share a network row: one where leafs stand in the rows with the racks."""
    if task.policy.leafs != "own rows" or not groups:
        return 1
    room, sus = task.shares[0].room, task.fabric.sus

    def racks(units: int) -> int:
        runs = [Run(-(-group.count * units // sus), group.units, group.power) for group in groups]
        return pack(runs, room.switch_units, room.switch_power).racks

    return max(1, bisect_right(range(1, sus + 1), int(task.policy.racks_per_row), key=racks))


def rack_tops(task: Task, groups: Sequence[Group], halls: Sequence[Rows]) -> Racked:
    """Put spines and cores into network racks of the storeys of the halls, by the share of racks on each.

    The places are the storeys of all halls in order.
    """
    storeys = [int(share.room.floor.storeys) for share in task.shares]
    first = np.cumsum([0, *storeys])
    racks = np.zeros(int(first[-1]))
    for number, rows in enumerate(halls):
        racks += np.bincount(first[number] + rows.storey[rows.row[rows.kind == COMPUTE]], minlength=len(racks))
    share = np.cumsum(racks) / racks.sum()
    where = [
        np.searchsorted(share, (np.arange(group.count) + 0.5) / group.count * (1.0 - 1e-12)).astype(np.int32)
        for group in groups
    ]
    power = np.array([share.room.switch_power for share in task.shares])[np.repeat(np.arange(len(storeys)), storeys)]
    return rack_switches(groups, where, len(racks), task.shares[0].room.switch_units, power)


def stand_racks(task: Task, number: int, leafs: Leafs) -> Rows:
    """Stand racks, the network racks of their leafs and coolant units in the rows of a hall.

    A scalable unit is half its racks, its network racks, the other half. Coolant units stand at the ends of rows.
    """
    share, su, per_su = task.shares[number], task.su, task.fabric.racks_per_su
    floor, policy = share.room.floor, task.policy.leafs
    racks = np.arange(share.first, share.end, dtype=np.int32)
    network = np.flatnonzero(leafs.hall_of_place[leafs.racked.place] == number).astype(np.int32)
    place = leafs.racked.place[network]
    apart = policy == "own rows"
    cdus = task.cdus(share)
    served = ((cdus + 1) * float(task.generation.cooling.racks_per_cdu)).astype(np.int64) - 1 + share.first
    inside = np.zeros(0 if apart else len(network), dtype=np.int32) + np.int32(NETWORK)
    kind = np.concatenate([np.full(len(racks), COMPUTE), inside, np.full(len(cdus), CDU)]).astype(np.int32)
    index = np.concatenate([racks, network[: len(inside)], cdus])
    group = np.concatenate([su[racks], place[: len(inside)], su[np.minimum(served, share.end - 1)]])
    half = np.where(racks - su[racks] * per_su < per_su / 2.0, 0, 2)
    order = np.lexsort((index, np.concatenate([half, np.full(len(inside), 1), np.full(len(cdus), 3)]), group))
    kind, index, group = kind[order], index[order], group[order]
    row = fill_rows(_stand(task, kind, index, group, leafs.racked), floor)
    late = np.where(kind == CDU, 2.0 * _LAST, np.where((kind == NETWORK) & (policy == "end of row"), _LAST, 0.0))
    position = positions_in_rows(row, late + np.arange(len(row)), _widths(task, kind))
    rows = Rows(kind, index, row, position, row[:0], np.arange(int(row.max(initial=-1)) + 1, dtype=np.int32))
    if apart and len(network):
        rows = _with_network_rows(task, rows, floor, network, leafs)
    storey = rows.slot // np.int32(max(1, -(-len(rows.slot) // int(floor.storeys))))
    return replace(rows, storey=storey)


def _with_network_rows(task: Task, rows: Rows, floor: HallFloor, network: IntArray, leafs: Leafs) -> Rows:
    """Stand network racks in rows apart, each in the middle of the rows of the scalable units that it serves."""
    place, count = leafs.racked.place[network], len(rows.slot)
    apart = np.full(len(network), NETWORK, dtype=np.int32)
    row = fill_rows(_stand(task, apart, network, place, leafs.racked), floor)
    compute = rows.kind == COMPUTE
    served = leafs.place_of_su[task.su[rows.index[compute]]]
    racks = np.bincount(served, minlength=len(leafs.hall_of_place))
    middle = np.bincount(served, weights=rows.row[compute], minlength=len(racks)) / np.maximum(racks, 1)
    first = np.searchsorted(row, np.arange(row[-1] + 1))
    rank = np.concatenate([np.arange(count), np.floor(middle[place[first]]) + 0.5])
    slot = np.empty(len(rank), dtype=np.int32)
    slot[np.argsort(rank, kind="stable")] = np.arange(len(rank))
    return Rows(
        np.concatenate([rows.kind, apart]),
        np.concatenate([rows.index, network]),
        np.concatenate([rows.row, row + np.int32(count)]),
        np.concatenate([rows.position, positions_in_rows(row, np.zeros(len(row)), np.ones_like(row))]),
        rows.storey,
        slot,
    )


def lay_rows(task: Task, number: int, rows: Rows, tops: Racked) -> Laid:
    """Stand the racks of spines and cores in rows of their own in each storey of a hall, and lay its rows out."""
    floor = task.shares[number].room.floor
    first = sum(int(share.room.floor.storeys) for share in task.shares[:number])
    added: list[int] = []
    for level in range(int(floor.storeys)):
        racks = np.flatnonzero(tops.place == first + level).astype(np.int32)
        kind = np.full(len(racks), NETWORK, dtype=np.int32)
        row = fill_rows(_stand(task, kind, racks, np.zeros_like(racks), tops), floor)
        added.append(int(row.max(initial=-1)) + 1)
        rows = Rows(
            np.concatenate([rows.kind, kind]),
            np.concatenate([rows.index, -1 - racks]),
            np.concatenate([rows.row, row + np.int32(len(rows.storey))]),
            np.concatenate([rows.position, positions_in_rows(row, np.zeros(len(row)), np.ones_like(row))]),
            np.concatenate([rows.storey, np.full(added[-1], level, dtype=np.int32)]),
            rows.slot,
        )
    pitch = pitch_of(floor, task.generation, task.width)
    blocks = blocks_of(rows.most, pitch)
    slot = np.empty(len(rows.storey), dtype=np.int32)
    before, done = rows.storey[: len(rows.slot)], len(rows.slot)
    for level, new in enumerate(added):
        mine = np.flatnonzero(before == level)
        mine = mine[np.argsort(rows.slot[mine], kind="stable")]
        at = len(mine) if floor.spines == "end of hall" else _middle(len(mine), new, blocks)
        ranked = np.concatenate([mine[:at], np.arange(done, done + new), mine[at:]])
        slot[ranked] = np.arange(len(ranked))
        done += new
    return Laid(replace(rows, slot=slot), pitch, blocks)


def _middle(rows: int, new: int, blocks: int) -> int:
    """Say before which of the rows of a storey others stand, so that they are in its middle."""
    if new >= blocks:
        return min(rows, round(rows / 2.0 / blocks) * blocks)
    lines = -(-(rows + new) // blocks)
    return min(rows, (lines - 1) // 2 * blocks + (blocks - new) // 2)


def _widths(task: Task, kind: IntArray) -> IntArray:
    return np.where(kind == COMPUTE, task.width, 1).astype(np.int32)


def _stand(task: Task, kind: IntArray, index: IntArray, group: IntArray, racked: Racked) -> Stand:
    compute, network = kind == COMPUTE, kind == NETWORK
    power = np.zeros(len(kind))
    power[compute] = task.power[index[compute]]
    power[network] = racked.power[index[network]]
    return Stand(
        group=group,
        width=_widths(task, kind),
        power=power,
        flow=np.where(compute, task.design.cooling.flow, 0.0),
        mass=np.where(compute, task.design.mass, 0.0),
    )
