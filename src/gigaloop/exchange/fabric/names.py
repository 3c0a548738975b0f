"""Names of racks, devices and ports: one scheme for every format, in sorting order, and read back.

====================== ================================== ==========================================================
what                   name                               meaning
====================== ================================== ==========================================================
rack                   ``hall-1.f1.r0012.p07``            hall, floor (storey), row and position in it
node                   ``node-000123``                    the 123rd, in the order of racks
switch                 ``leaf-p1-00007``                  tier, plane, and the 7th of that tier
switch beside          ``storage.leaf-p1-00007``          the same of the network ``storage``
port of a switch       ``17``                             the 17th at the link rate
port of a node         ``p1r3``, ``storage.p1r3``         plane and rail
ports of one cord      ``17-18``, ``p1r3-4``              a cord with several links
====================== ================================== ==========================================================

All count from 1; records and InfraGraph count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.design.records.fabric import DeviceKind
from gigaloop.exchange.fabric.rows import Cells, digits

if TYPE_CHECKING:
    from gigaloop.design.records import FloorPlan

SCALE_OUT = "scale-out"
"""The network whose name is left out of the names of its devices."""

KINDS: tuple[DeviceKind, ...] = get_args(DeviceKind)
NODE_DIGITS, SWITCH_DIGITS = 6, 5

_DEVICE = re.compile(r"(?:([a-z0-9][a-z0-9_-]*)\.)?([a-z]+)-(?:p([1-9]\d*)-)?(\d+)", re.ASCII)
_NODE_PORT = re.compile(r"(?:([a-z0-9][a-z0-9_-]*)\.)?p([1-9]\d*)r([1-9]\d*)(?:-([1-9]\d*))?", re.ASCII)
_SWITCH_PORT = re.compile(r"([1-9]\d*)(?:-([1-9]\d*))?", re.ASCII)
_RACK = re.compile(r"(.+)\.f([1-9]\d*)\.r(\d+)\.p(\d+)", re.ASCII)


class Device(NamedTuple):
    """A device as its name says: network and plane (both empty and -1 for a node), kind, and number from 0."""

    network: str
    plane: int
    kind: DeviceKind
    number: int


class Ports(NamedTuple):
    """Ports as their name says: of a node with network and plane, of a switch without; first and last from 0."""

    network: str
    plane: int
    first: int
    last: int


@dataclass(frozen=True)
class RackPlace:
    """Where a rack stands as its name says; storey, row and position from 0."""

    hall: str
    storey: int
    row: int
    position: int

    @property
    def name(self) -> str:
        """The name of the rack."""
        return f"{self.hall}.f{self.storey + 1}.r{self.row + 1:04d}.p{self.position + 1:02d}"


def prefix(network: str, plane: int, kind: DeviceKind) -> str:
    """Give what stands before the number of a device.

    >>> prefix("scale-out", 0, "leaf"), prefix("storage", 1, "spine"), prefix("storage", 0, "node")
    ('leaf-p1-', 'storage.spine-p2-', 'node-')
    """
    if kind == "node":
        return "node-"
    return f"{_of(network)}{kind}-p{plane + 1}-"


def device_name(network: str, plane: int, kind: DeviceKind, number: int) -> str:
    """Name a device, its number counted from 0.

    >>> device_name("scale-out", 0, "leaf", 6), device_name("storage", 0, "node", 122)
    ('leaf-p1-00007', 'node-000123')
    """
    return f"{prefix(network, plane, kind)}{number + 1:0{_digits(kind)}d}"


def device_cells(network: str, plane: int, kind: DeviceKind, numbers: ArrayLike) -> list[Cells | bytes]:
    """Name devices, (m,), their numbers counted from 0."""
    return [prefix(network, plane, kind).encode(), digits(np.asarray(numbers) + 1, _digits(kind))]


def port_prefix(network: str, plane: int, kind: DeviceKind) -> str:
    """Give what stands before the number of a port.

    >>> port_prefix("scale-out", 0, "node"), port_prefix("storage", 0, "node"), port_prefix("storage", 0, "leaf")
    ('p1r', 'storage.p1r', '')
    """
    return f"{_of(network)}p{plane + 1}r" if kind == "node" else ""


def port_cells(network: str, plane: int, kind: DeviceKind, ports: ArrayLike, links: ArrayLike) -> list[Cells | bytes]:
    """Name ports, (m,), counted from 0; with the last one where a cord carries several links."""
    first, many = np.asarray(ports, dtype=np.int64), np.asarray(links, dtype=np.int64)
    several = many > 1
    cells: list[Cells | bytes] = [port_prefix(network, plane, kind).encode(), digits(first + 1)]
    if several.any():
        cells += [np.where(several, ord("-"), 0).astype(np.uint8)[:, None], digits(np.where(several, first + many, -1))]
    return cells


def rack_names(floor: FloorPlan) -> tuple[str, ...]:
    """Name the racks of a floor."""
    places: Sequence[tuple[int, int, int, int]] = np.stack(
        [floor.hall_of, floor.storey, floor.row, floor.position], axis=1
    ).tolist()
    return tuple(RackPlace(floor.hall[h], storey, row, position).name for h, storey, row, position in places)


def parse_rack(name: str) -> RackPlace:
    """Read the name of a rack.

    Raises
    ------
    ValueError
        If it is none.

    >>> parse_rack("hall-1.f1.r0012.p07")
    RackPlace(hall='hall-1', storey=0, row=11, position=6)
    """
    match = _RACK.fullmatch(name)
    if not match or not int(match[3]) or not int(match[4]):
        raise ValueError(f"'{name}' is no name of a rack such as 'hall-1.f1.r0012.p07'")
    return RackPlace(match[1], int(match[2]) - 1, int(match[3]) - 1, int(match[4]) - 1)


def parse_device(name: str) -> Device:
    """Read the name of a device.

    Raises
    ------
    ValueError
        If it is none.

    >>> parse_device("storage.leaf-p1-00007")
    Device(network='storage', plane=0, kind='leaf', number=6)
    """
    match = _DEVICE.fullmatch(name)
    if match and match[2] in KINDS and int(match[4]):
        kind = KINDS[KINDS.index(match[2])]
        if (kind == "node") == (match[3] is None) and (match[3] or not match[1]):
            plane = int(match[3]) - 1 if match[3] else -1
            return Device((match[1] or SCALE_OUT) if match[3] else "", plane, kind, int(match[4]) - 1)
    raise ValueError(f"'{name}' is no name of a device such as 'node-000123' or 'leaf-p1-00007'")


def parse_ports(name: str) -> Ports:
    """Read the name of a port, or of those that one cord takes.

    Raises
    ------
    ValueError
        If it is none.

    >>> parse_ports("17-18"), parse_ports("storage.p1r3")
    (Ports(network='', plane=-1, first=16, last=17), Ports(network='storage', plane=0, first=2, last=2))
    """
    node = _NODE_PORT.fullmatch(name)
    switch = _SWITCH_PORT.fullmatch(name)
    groups = node.groups() if node else ("", "0", *switch.groups()) if switch else ()
    if groups:
        network, plane, first, last = groups
        if not last or int(last) > int(first):
            return Ports((network or SCALE_OUT) if node else "", int(plane) - 1, int(first) - 1, int(last or first) - 1)
    raise ValueError(f"'{name}' is no name of a port such as '17', '17-18' or, of a node, 'p1r3'")


def _of(network: str) -> str:
    return "" if network == SCALE_OUT else f"{network}."


def _digits(kind: DeviceKind) -> int:
    return NODE_DIGITS if kind == "node" else SWITCH_DIGITS
