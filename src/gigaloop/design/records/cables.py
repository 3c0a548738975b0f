"""What makes the links of a fabric: media, the schedule of every cable, the bill of materials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.evidence import Evidence
from gigaloop.design.records.fabric import DeviceKind, FloatArray, IntArray


@dataclass(frozen=True)
class MediumEnd:
    """What is plugged into a node at the end of a link."""

    id: str
    """Entry of the catalogue; that of the cable where it is a tail of one."""
    name: str
    links: int
    """Links at the link rate that it carries."""
    power: float | None
    """[W]"""
    price: tuple[float, float, float] | None
    """Low, base and high [USD]; None where nobody has given one, or where it is that of the cable."""
    failure_rate: float | None
    """[1/s]"""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Medium:
    """A way to make a link: a cable, or a pair of modules with fibre between them."""

    id: str
    """Entry of the catalogue: of the cable, or of the module at a switch."""
    name: str
    kind: Literal["passive copper", "active copper", "active optical", "multimode", "single mode"]
    link_rate: float
    """Of the links that it makes [bit/s]."""
    node: MediumEnd | None
    """What is plugged into a node; None for links between switches, whose ends are alike."""
    rate: float
    """Of the module or cable [bit/s]."""
    links: int
    """Links at the link rate that one module, or one end of the cable at a switch, carries."""
    cords: int
    """Cords of fibre that one link takes; of a cable 1, which its links share."""
    cord: str
    """Entry of the catalogue of the fibre cord; empty for a cable."""
    fibres: int
    """Of one cord of fibre; 0 for a cable."""
    reach: float
    """Supported [m]."""
    standard_reach: float | None
    """Of the standard [m]."""
    stock: FloatArray
    """Lengths in which it is sold, ascending [m]."""
    power: float | None
    """Of one module or cable end [W]."""
    diameter: float
    """Of one cord [m]; of several to one link, that of a round one of as much area."""
    density: float
    """Of what one cable number stands for [kg/m]."""
    price: tuple[float, float, float] | None
    """Low, base and high of one module, or of one cable with both ends [USD]; None where nobody has given one."""
    price_per_metre: tuple[float, float, float] | None
    """Of the cords of one cable number [USD/m]."""
    failure_rate: float | None
    """Of one module or cable end [1/s]."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def pluggable(self) -> bool:
        """Whether it is a pair of modules with a fibre between them."""
        return self.kind in ("multimode", "single mode")


FabricMedia = Mapping[str, tuple[Medium, ...]]
"""What may be used for the links of each network of a fabric, by name, the one to be preferred first."""


@dataclass(frozen=True)
class CableSchedule:
    """Every cable of a fabric on a floor: columns (m,), a row for each link; links of one cable share its number.

    Indices point into the tuples beside them: ``layer`` into ``layers``, ``medium`` into ``media`` (-1 where none of
    them reaches).
    """

    layers: tuple[tuple[str, int, str], ...]
    """(network, plane, layer) by code."""
    ends: tuple[tuple[DeviceKind, DeviceKind], ...]
    """Kinds of device at both ends, by code of the layer."""
    media: tuple[Medium, ...]
    layer: NDArray[np.int16]
    cable: IntArray
    """Number of the cord, from 0: links that one cord carries share it."""
    a: IntArray
    a_port: IntArray
    b: IntArray
    b_port: IntArray
    a_rack: IntArray
    a_unit: IntArray
    b_rack: IntArray
    b_unit: IntArray
    length: NDArray[np.float32]
    """Of the run, with drops and slack [m]."""
    stock: NDArray[np.float32]
    """As ordered [m]; nan where no medium reaches."""
    medium: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.layer)

    @property
    def first_rows(self) -> IntArray:
        """The first of the rows of each cable, by its number (cables,)."""
        first = np.empty(int(self.cable.max(initial=-1)) + 1, dtype=np.int32)
        first[self.cable[::-1]] = np.arange(len(self) - 1, -1, -1, dtype=np.int32)
        return first

    @property
    def unreached(self) -> IntArray:
        """Rows beyond the supported reach of every medium."""
        return np.flatnonzero(self.medium < 0).astype(np.int32)


@dataclass(frozen=True)
class BeyondReach:
    """Links of one layer of one plane that are beyond the supported reach of every medium at hand."""

    network: str
    plane: int
    layer: str
    rows: IntArray
    """Rows of the schedule."""
    shortest: float
    """Length of the shortest of them [m]."""
    longest: float
    """[m]"""
    serves: Medium | None
    """The medium of the catalogue with the shortest reach that takes the longest of them; None where none does."""


@dataclass(frozen=True)
class RefusedMedium:
    """A cable or module that has the rate of a network's links and still does not serve them, and why."""

    network: str
    id: str
    """Entry of the catalogue."""
    why: str


@dataclass(frozen=True)
class FabricItemLine:
    """A line of a fabric's bill of materials."""

    item: str
    """One of the programme's fabric items, such as ``switch`` or ``fibre cord``."""
    name: str
    catalogue: str
    """Entry of the catalogue; empty where there is none."""
    part: str
    """Part of the programme; empty where none is named."""
    network: str
    where: str
    """Tier or layer."""
    quantity: float
    unit: str
    """What is counted: switches, modules, cords, trunks, racks, panels."""
    length: float | None
    """As ordered in all [m]."""
    power: float | None
    """In all [W]."""
    cost: tuple[float, float, float] | None
    """Low, base and high in all [USD, price year of the programme]; None where a price is not known."""
    evidence: tuple[Evidence, ...] = ()
    at_node: bool = False
    """Whether it is plugged into nodes, and so may stand in the racks' own bill of materials."""


@dataclass(frozen=True)
class FabricBill:
    """The bill of materials of a fabric, its power, heat and cost."""

    lines: tuple[FabricItemLine, ...]
    power: float | None
    """Switches and what is plugged into them [W]; as much heat."""
    node_power: float | None
    """Modules and cable ends in the nodes, which count in the racks' power [W]."""
    cost: tuple[float, float, float]
    """Low, base and high of the lines with a price, without those in the nodes [USD]."""
    node_cost: tuple[float, float, float]
    """Low, base and high of what is plugged into nodes, where it has a price [USD]."""
    unpriced: tuple[str, ...]
    """Lines without a price."""
    unpowered: tuple[str, ...]
    """Lines that draw power of which none is known."""
