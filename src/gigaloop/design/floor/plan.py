"""The floor of a fabric: racks placed row by row under the limits of rows and halls, and every switch in its rack."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.design.floor.geometry import Pitch, blocks_of, node_units, pitch_of
from gigaloop.design.floor.rooms import Room, floor_rooms
from gigaloop.design.floor.rows import Stand, fill_rows, positions_in_rows
from gigaloop.design.floor.switches import (
    Group,
    InRack,
    Racked,
    SwitchGroup,
    rack_switches,
    switch_groups,
    switches_in_racks,
)
from gigaloop.design.records import Design
from gigaloop.design.records.network import RACK_KINDS, Fabric, FloatArray, FloorPlan, IntArray
from gigaloop.programme.schema import Generation, Programme, Site

_COMPUTE, _NETWORK, _CDU, _POWER = (RACK_KINDS.index(kind) for kind in ("compute", "network", "cdu", "power"))
_LAST = 1e9
"""Order within a row of what stands at its end."""


@dataclass(frozen=True)
class _Hall:
    """What stands in one hall: columns over its stands and its rows."""

    kind: IntArray
    index: IntArray
    """Number of the stand within its kind: rack of the fabric, network rack, coolant unit."""
    row: IntArray
    """Within the hall."""
    position: IntArray
    storey: IntArray
    """Of each row."""
    line: IntArray
    block: IntArray
    pitch: Pitch
    blocks: int
    lines: int


@dataclass(frozen=True)
class _Share:
    """The racks of a fabric that stand in one hall, and their scalable units."""

    room: Room
    first: int
    end: int


def plan_floor(
    programme: Programme,
    generation: Generation,
    fabric: Fabric,
    design: Design,
    site: Site | None = None,
    *,
    rooms: Sequence[Room] | None = None,
) -> FloorPlan:
    """Place the racks and switches of a fabric on the floor of halls.

    Racks stand scalable unit (SU) by SU along the rows; network racks of leafs, coolant distribution units and power
    racks stand in the rows with them, spines and cores in rows of their own, as the hall's floor says. A row is closed
    by the first rack that its positions, power, coolant or mass do not take. Rows stand in blocks side by side that make
    a storey about square. Halls of a site are filled in the order in which they are ready, in whole SUs where that
    suffices; each takes spines and cores by its share of the racks.

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
    rooms
        Halls to stand in, in order, laid out otherwise than the site's own; those of the site where not given.

    Raises
    ------
    GigaloopError
        If no hall of the site takes the rack, the racks are more than its halls hold, or a row does not take one rack.
    """
    if rooms is None:
        rooms = floor_rooms(programme, generation, design, site)
    shares = _shares(generation, fabric, design, site, rooms)
    lower, upper = switch_groups(fabric)
    rack_units = math.floor(design.elevation.capacity or float(shares[0].room.floor.network_units))
    unplaced: list[str] = []
    in_rack = _leafs_in_racks(lower, shares, fabric, design, rack_units, unplaced)
    builder = _Builder(generation, fabric, design, shares, in_rack)
    leafs = builder.leafs(() if in_rack else lower)
    halls = builder.halls(leafs)
    tops = builder.tops(upper, halls)
    halls = [builder.with_tops(number, hall, tops) for number, hall in enumerate(halls)]
    unplaced.extend(_overdrawn((*lower, *upper), shares, fabric))
    return _assemble(builder, halls, leafs, tops, rack_units, tuple(unplaced))


def _shares(
    generation: Generation, fabric: Fabric, design: Design, site: Site | None, rooms: Sequence[Room]
) -> tuple[_Share, ...]:
    """Share the racks of a fabric out to halls in order, in whole scalable units where these suffice."""
    per_su = fabric.racks_per_su
    held = [room.racks for room in rooms]
    if sum(held) < fabric.racks:
        per_rack = design.accelerators
        where = f"the halls of site '{site.id}'" if site is not None else "the hall"
        told = ", ".join(f"{room.id} {room.racks:,} by its {room.limit}" for room in rooms)
        units = sum(held) // per_su
        raise GigaloopError(
            f"{fabric.racks:,} racks of '{generation.id}' with {fabric.racks * per_rack:,.0f} accelerators are more than"
            f" {where} hold: {sum(held):,} racks with {sum(held) * per_rack:,.0f} ({told})",
            hint=f"ask for at most {units:,} scalable units ({units * per_su * per_rack:,.0f} accelerators), or state"
            " another site",
        )
    whole = [count // per_su * per_su for count in held]
    if sum(whole) >= fabric.racks:
        held = whole
    shares, first = [], 0
    for room, count in zip(rooms, held, strict=True):
        end = min(first + count, fabric.racks)
        if end > first:
            shares.append(_Share(room, first, end))
        first = end
    return tuple(shares)


def _leafs_in_racks(
    lower: Sequence[Group],
    shares: Sequence[_Share],
    fabric: Fabric,
    design: Design,
    rack_units: int,
    unplaced: list[str],
) -> InRack | None:
    """Put leafs into the racks that they serve where the floor says so and the racks have room; None where not."""
    if shares[0].room.floor.leafs != "in rack" or not lower:
        return None
    used = math.ceil(design.elevation.used - 1e-9)
    found = switches_in_racks(lower, fabric.racks, fabric.racks_per_su, fabric.sus, used)
    if found.units > rack_units - used:
        unplaced.append(
            f"leafs in their racks: {found.units} U wanted in a rack, {rack_units - used} U of {rack_units} U free;"
            " they stand in network racks"
        )
        return None
    most = design.power.design + float(found.power.max())
    limit = min(share.room.rack_power for share in shares)
    if most > limit * (1.0 + 1e-9):
        unplaced.append(
            f"leafs in their racks: {most / 1e3:.5g} kW with them, {limit / 1e3:.5g} kW at a position;"
            " they stand in network racks"
        )
        return None
    return found


def _overdrawn(groups: Sequence[Group], shares: Sequence[_Share], fabric: Fabric) -> list[str]:
    """Say which switches a network rack cannot take at all."""
    told: list[str] = []
    for share in shares:
        floor = share.room.floor
        units = int(floor.network_units) - int(floor.panel_units)
        power = min(float(floor.network_power), share.room.rack_power)
        for name, height, drawn in sorted({(group.key[0], group.units, group.power) for group in groups}):
            if height > units:
                told.append(f"switches of {name} in {share.room.id}: {height} U each, {units} U of a network rack free")
            if drawn > power * (1.0 + 1e-9):
                told.append(
                    f"switches of {name} in {share.room.id}: {drawn / 1e3:.5g} kW each, {power / 1e3:.5g} kW a network"
                    " rack"
                )
    return told


class _Builder:
    """The steps of a floor plan, with what they share."""

    def __init__(
        self,
        generation: Generation,
        fabric: Fabric,
        design: Design,
        shares: Sequence[_Share],
        in_rack: InRack | None,
    ) -> None:
        self.generation, self.fabric, self.design, self.shares = generation, fabric, design, shares
        self.in_rack = in_rack
        self.power = np.full(fabric.racks, design.power.design)
        if in_rack is not None:
            self.power += in_rack.power
        self.su = np.arange(fabric.racks, dtype=np.int32) // np.int32(fabric.racks_per_su)
        beside = generation.power.bus == "800 VDC" and float(generation.power.shelves) > 0.0
        self.width = 2 if beside else 1
        """Positions of a rack: two where its power shelves stand in a power rack beside it."""
        self.racks_per_cdu = float(generation.cooling.racks_per_cdu) if design.cooling.liquid_heat > 0.0 else 0.0
        first = np.minimum(np.arange(fabric.sus) * fabric.racks_per_su, fabric.racks - 1)
        self.hall_of_su = (np.searchsorted([share.first for share in shares], first, side="right") - 1).astype(np.int32)

    def _units(self) -> int:
        floor = self.shares[0].room.floor
        return max(1, int(floor.network_units) - int(floor.panel_units))

    def _rack_power(self) -> FloatArray:
        """The most that a network rack draws, by hall [W]."""
        return np.array([min(float(s.room.floor.network_power), s.room.rack_power) for s in self.shares])

    def leafs(self, groups: Sequence[Group]) -> Racked:
        """Put leafs into network racks of their scalable unit, or of a bundle of units that fills a network row."""
        bundle = self._bundle(groups)
        hall_first = np.array([int(np.searchsorted(self.hall_of_su, n)) for n in range(len(self.shares))])
        local = (np.arange(self.fabric.sus) - hall_first[self.hall_of_su]) // bundle
        key = self.hall_of_su.astype(np.int64) * (self.fabric.sus + 1) + local
        names, place_of_su = np.unique(key, return_inverse=True)
        self.place_of_su = place_of_su.reshape(-1).astype(np.int32)
        self.hall_of_place = (names // (self.fabric.sus + 1)).astype(np.int32)
        where = [self.place_of_su[group.at(self.fabric.sus)] for group in groups]
        return rack_switches(groups, where, len(names), self._units(), self._rack_power()[self.hall_of_place])

    def _bundle(self, groups: Sequence[Group]) -> int:
        floor = self.shares[0].room.floor
        if floor.leafs != "own rows" or not groups:
            return 1
        units = sum(group.count * group.units for group in groups) / self.fabric.sus
        power = sum(group.count * group.power for group in groups) / self.fabric.sus
        racks = max(units / self._units(), power / float(self._rack_power().min()))
        return max(1, math.floor(int(floor.racks_per_row) / racks))

    def halls(self, leafs: Racked) -> list[_Hall]:
        """Stand racks, their network racks and coolant units in the rows of the halls."""
        return [self._hall(number, share, leafs) for number, share in enumerate(self.shares)]

    def _hall(self, number: int, share: _Share, leafs: Racked) -> _Hall:
        floor = share.room.floor
        racks = np.arange(share.first, share.end, dtype=np.int32)
        network = np.flatnonzero(self.hall_of_place[leafs.place] == number).astype(np.int32)
        cdus = self._cdus(number)
        beside = floor.leafs == "own rows"
        rank = racks - self.su[racks] * self.fabric.racks_per_su
        half = self.fabric.racks_per_su / 2.0
        kinds = [(_COMPUTE, racks, self.su[racks], np.where(rank < half, 0.0, 2.0))]
        if not beside:
            kinds.append((_NETWORK, network, leafs.place[network], np.ones(len(network))))
        last = np.minimum(((cdus + 1) * self.racks_per_cdu).astype(np.int64) - 1 + share.first, share.end - 1)
        kinds.append((_CDU, cdus, self.su[last], np.full(len(cdus), 3.0)))
        kind = np.concatenate([np.full(len(index), code) for code, index, _, _ in kinds]).astype(np.int32)
        index = np.concatenate([index for _, index, _, _ in kinds]).astype(np.int32)
        group = np.concatenate([su for _, _, su, _ in kinds]).astype(np.int32)
        part = np.concatenate([part for _, _, _, part in kinds])
        order = np.lexsort((index, part, group))
        kind, index, group = kind[order], index[order], group[order]
        row = fill_rows(self._stand(kind, index, group, leafs), floor)
        within = np.arange(len(row), dtype=np.float64) + np.where(kind == _CDU, 2.0 * _LAST, 0.0)
        if floor.leafs == "end of row":
            within += np.where(kind == _NETWORK, _LAST, 0.0)
        position = positions_in_rows(row, within, self._widths(kind))
        key = np.arange(row.max(initial=-1) + 1, dtype=np.float64)
        if beside and len(network):
            apart = fill_rows(self._stand(np.full(len(network), _NETWORK), network, leafs.place[network], leafs), floor)
            seat = positions_in_rows(apart, np.zeros(len(apart)), np.ones(len(apart), dtype=np.int32))
            key = np.concatenate([key, self._between(kind, index, row, apart, leafs.place[network])])
            kind = np.concatenate([kind, np.full(len(network), _NETWORK, dtype=np.int32)])
            index, position = np.concatenate([index, network]), np.concatenate([position, seat])
            row = np.concatenate([row, apart + np.int32(len(key) - (apart.max() + 1))])
        rank_of = np.empty(len(key), dtype=np.int32)
        rank_of[np.argsort(key, kind="stable")] = np.arange(len(key))
        storey = rank_of // max(1, -(-len(key) // int(floor.storeys)))
        none = np.zeros(len(key), dtype=np.int32)
        pitch = pitch_of(floor, self.generation, self.width)
        # Lines and blocks are given out once the rows of spines are known: until then ``line`` ranks the rows.
        return _Hall(kind, index, row, position, storey.astype(np.int32), rank_of, none, pitch, 1, len(key))

    def _cdus(self, number: int) -> IntArray:
        share = self.shares[number]
        if not self.racks_per_cdu:
            return np.empty(0, dtype=np.int32)
        return np.arange(math.ceil((share.end - share.first) / self.racks_per_cdu - 1e-9), dtype=np.int32)

    def _widths(self, kind: IntArray) -> IntArray:
        return np.where(kind == _COMPUTE, self.width, 1).astype(np.int32)

    def _stand(self, kind: IntArray, index: IntArray, group: IntArray, racked: Racked) -> Stand:
        compute, network = kind == _COMPUTE, kind == _NETWORK
        power = np.zeros(len(kind))
        power[compute] = self.power[index[compute]]
        power[network] = racked.power[index[network]]
        return Stand(
            group=group,
            width=self._widths(kind),
            power=power,
            flow=np.where(compute, self.design.cooling.flow, 0.0),
            mass=np.where(compute, self.design.mass, 0.0),
        )

    def _between(self, kind: IntArray, index: IntArray, row: IntArray, apart: IntArray, place: IntArray) -> FloatArray:
        """Rank each network row in the middle of the rows of the scalable units that it serves."""
        compute = kind == _COMPUTE
        served = self.place_of_su[self.su[index[compute]]]
        count = np.bincount(served, minlength=len(self.hall_of_place))
        middle = np.bincount(served, weights=row[compute], minlength=len(count)) / np.maximum(count, 1)
        first = np.searchsorted(apart, np.arange(apart.max() + 1))
        return np.floor(middle[place[first]]) + 0.5

    def tops(self, groups: Sequence[Group], halls: Sequence[_Hall]) -> Racked:
        """Put spines and cores into network racks of the storeys, by the share of racks on each."""
        storeys = [int(share.room.floor.storeys) for share in self.shares]
        self.first_zone = np.cumsum([0, *storeys])
        racks = np.zeros(int(self.first_zone[-1]))
        for number, hall in enumerate(halls):
            zone = self.first_zone[number] + hall.storey[hall.row[hall.kind == _COMPUTE]]
            racks += np.bincount(zone, minlength=len(racks))
        share = np.cumsum(racks) / racks.sum()
        where = [
            np.searchsorted(share, (np.arange(group.count) + 0.5) / group.count * (1.0 - 1e-12)).astype(np.int32)
            for group in groups
        ]
        hall_of_zone = np.repeat(np.arange(len(storeys)), storeys)
        return rack_switches(groups, where, len(racks), self._units(), self._rack_power()[hall_of_zone])

    def with_tops(self, number: int, hall: _Hall, tops: Racked) -> _Hall:
        """Stand the racks of spines and cores in rows of their own, and give every row its line and block."""
        floor = self.shares[number].room.floor
        zones = np.arange(self.first_zone[number], self.first_zone[number + 1])
        kind, index, row, position = [hall.kind], [hall.index], [hall.row], [hall.position]
        storey, new, count = [hall.storey], [], len(hall.storey)
        for level, zone in enumerate(zones):
            racks = np.flatnonzero(tops.place == zone).astype(np.int32)
            none = np.zeros(len(racks), dtype=np.int32)
            own = fill_rows(self._stand(none + np.int32(_NETWORK), racks, none, tops), floor)
            rows = int(own.max(initial=-1)) + 1
            kind.append(none + np.int32(_NETWORK))
            index.append(-1 - racks)
            row.append(own + np.int32(count))
            position.append(positions_in_rows(own, np.zeros(len(own)), none + np.int32(1)))
            storey.append(np.full(rows, level, dtype=np.int32))
            new.append(rows)
            count += rows
        levels = np.concatenate(storey)
        most = int(np.bincount(levels, minlength=1).max())
        blocks = blocks_of(most, hall.pitch)
        slot = np.empty(count, dtype=np.int32)
        done = len(hall.storey)
        for level, rows in enumerate(new):
            mine = np.flatnonzero(hall.storey == level)
            mine = mine[np.argsort(hall.line[mine], kind="stable")]
            at = _insertion(len(mine), rows, blocks, floor.spines == "middle of hall")
            ranked = np.concatenate([mine[:at], np.arange(done, done + rows), mine[at:]])
            slot[ranked] = np.arange(len(ranked))
            done += rows
        return _Hall(
            np.concatenate(kind),
            np.concatenate(index),
            np.concatenate(row),
            np.concatenate(position),
            levels,
            slot // blocks,
            slot % blocks,
            hall.pitch,
            blocks,
            -(-most // blocks),
        )


def _insertion(rows: int, new: int, blocks: int, middle: bool) -> int:
    """Say before which of its rows a storey has those of the spines: at the end, or centred in it."""
    if not middle:
        return rows
    if new >= blocks:
        return min(rows, round(rows / 2.0 / blocks) * blocks)
    lines = -(-(rows + new) // blocks)
    return min(rows, (lines - 1) // 2 * blocks + (blocks - new) // 2)


def _assemble(
    builder: _Builder,
    halls: Sequence[_Hall],
    leafs: Racked,
    tops: Racked,
    rack_units: int,
    unplaced: tuple[str, ...],
) -> FloorPlan:
    """Put the halls side by side, and the racks into the order of the record."""
    fabric, design = builder.fabric, builder.design
    racks, near = fabric.racks, len(leafs.place)
    aside = racks if builder.width == 2 else 0
    columns: list[dict[str, FloatArray | IntArray]] = []
    edge, width, rows = 0.0, 0.0, 0
    risers = []
    cdus = 0
    for number, hall in enumerate(halls):
        floor, pitch = builder.shares[number].room.floor, hall.pitch
        line, block = hall.line[hall.row], hall.block[hall.row]
        left = block * pitch.block + pitch.cross / 2.0
        top = hall.index < 0
        # Racks of the record: with accelerators, their power racks, of leafs, of spines and cores, coolant units.
        target = np.select(
            [hall.kind == _COMPUTE, top, hall.kind == _NETWORK],
            [hall.index, racks + aside + near - 1 - hall.index, racks + aside + hall.index],
            racks + aside + near + len(tops.place) + cdus + hall.index,
        )
        column = {
            "target": target,
            "hall_of": np.full(len(target), number),
            "kind": hall.kind,
            "storey": hall.storey[hall.row],
            "row": hall.row + rows,
            "position": hall.position,
            "x": left + pitch.cross / 2.0 + (hall.position + 0.5) * pitch.position,
            "y": edge + pitch.y(line),
            "left": left,
            "right": left + pitch.block,
        }
        columns.append(column)
        if aside:
            mine = hall.kind == _COMPUTE
            beside = {name: values[mine] for name, values in column.items()}
            beside["target"] = beside["target"] + racks
            beside["kind"] = np.full(int(mine.sum()), _POWER)
            beside["position"] = beside["position"] + 1
            beside["x"] = beside["x"] + pitch.position
            columns.append(beside)
        depth = pitch.depth_of(hall.lines)
        risers.append(edge + depth / 2.0)
        width = max(width, hall.blocks * pitch.block + pitch.cross)
        edge += depth + (float(floor.gap) if number + 1 < len(halls) else 0.0)
        rows += len(hall.storey)
        cdus += int((hall.kind == _CDU).sum())
    merged = {name: np.concatenate([each[name] for each in columns]) for name in columns[0]}
    order = np.argsort(merged.pop("target"))
    power = np.zeros(len(order))
    power[:racks] = builder.power
    power[racks + aside : racks + aside + near] = leafs.power
    power[racks + aside + near : racks + aside + near + len(tops.place)] = tops.power
    flow, mass = np.zeros(len(order)), np.zeros(len(order))
    flow[:racks] = design.cooling.flow
    mass[:racks] = design.mass
    if aside:
        beside_mass = _power_rack_mass(design)
        mass[:racks] -= beside_mass
        mass[racks : 2 * racks] = beside_mass
    switch_rack: dict[SwitchGroup, IntArray] = {}
    switch_unit: dict[SwitchGroup, IntArray] = {}
    for racked, base in ((leafs, racks + aside), (tops, racks + aside + near)):
        switch_rack |= {key: where + np.int32(base) for key, where in racked.rack.items()}
        switch_unit |= racked.unit
    if builder.in_rack is not None:
        switch_rack |= builder.in_rack.rack
        switch_unit |= builder.in_rack.unit
    integer = {name: merged[name][order].astype(np.int32) for name in ("hall_of", "kind", "storey", "row", "position")}
    real = {name: np.asarray(merged[name][order], dtype=np.float64) for name in ("x", "y", "left", "right")}
    return FloorPlan(
        hall=tuple(share.room.id for share in builder.shares),
        **integer,
        **real,
        power=power,
        flow=flow,
        mass=mass,
        node_unit=node_units(design, fabric.nodes_per_rack, rack_units),
        switch_rack=switch_rack,
        switch_unit=switch_unit,
        rack_units=rack_units,
        rows_per_storey=max(int(np.bincount(hall.storey).max()) for hall in halls),
        storey_height=max(float(share.room.floor.storey_height) for share in builder.shares),
        risers=np.asarray(risers, dtype=np.float64),
        width=width,
        depth=edge,
        unplaced=unplaced,
        notes=_notes(builder),
    )


def _power_rack_mass(design: Design) -> float:
    """Give the mass of the power rack beside a rack, as far as the bill of materials has it at the top [kg]."""
    return math.fsum(row.mass or 0.0 for row in design.bom.rows if row.level == 1 and row.family == "power")


def _notes(builder: _Builder) -> tuple[str, ...]:
    notes = []
    if len(builder.shares) > 1:
        gaps = sorted({float(share.room.floor.gap) for share in builder.shares[:-1]})
        told = " and ".join(f"{gap:.4g} m" for gap in gaps)
        notes.append(f"the fabric spans {len(builder.shares)} halls, {told} apart")
    if any(network.switch_power is None for network in builder.fabric.networks):
        names = ", ".join(network.name for network in builder.fabric.networks if network.switch_power is None)
        notes.append(f"power of switches not known, racks filled by height alone: {names}")
    return tuple(notes)
