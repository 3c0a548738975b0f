"""A fabric, the floor under it, its cables, and what it costs and does: records of arrays, SI floats.

Units of count, stated wherever a number is shown: a **link** is one connection at the link rate; a **module** is one
pluggable transceiver, which may carry several links (twin-port); a **cord** is one cable with both its ends, which may
carry several links; a **trunk** is a bundle of fibre cords with one pair of patch panels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.evidence import Evidence
from gigaloop.design.records.checks import Check

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int32]

DeviceKind = Literal["node", "leaf", "spine", "core", "switch", "cube", "ocs"]
"""What stands at an end of a link: ``switch`` where a topology has no tiers, ``cube`` and ``ocs`` in a torus."""


@dataclass(frozen=True)
class Links:
    """The links of one layer of one plane, (m,): device and port at both ends, each counted from 0 within its kind.

    The port of a node is its rail. A layer is named after its ends, from the nodes upward: ``node-leaf``,
    ``leaf-spine``, ``spine-core``, ``node-switch``, ``local``, ``global``.
    """

    layer: str
    lower: DeviceKind
    upper: DeviceKind
    a: IntArray
    a_port: IntArray
    b: IntArray
    b_port: IntArray

    def __len__(self) -> int:
        return len(self.a)


@runtime_checkable
class Plane(Protocol):
    """One plane of a network: index arithmetic; every count is a property. A value: what is found of it may be kept."""

    def __hash__(self) -> int:
        """Hash what defines it."""

    @property
    def nodes(self) -> int:
        """Nodes that are there (populated)."""

    @property
    def rails(self) -> int:
        """Ports of a node on this plane."""

    @property
    def endpoints(self) -> int:
        """Ports of nodes on this plane: nodes times rails."""

    @property
    def radix(self) -> int:
        """Ports of a switch at the link rate."""

    @property
    def rate(self) -> float:
        """Of a link from a node [bit/s]."""

    @property
    def switches(self) -> Mapping[DeviceKind, int]:
        """Switches by tier, from the nodes upward."""

    @property
    def link_counts(self) -> Mapping[str, int]:
        """Links at speed by layer, from the nodes upward."""

    @property
    def rates(self) -> Mapping[str, float]:
        """Rate of a link by layer [bit/s]."""

    def links(self, layer: str) -> Links:
        """Give the links of a layer."""


@dataclass(frozen=True)
class ScaleUpDomain:
    """Accelerators that share one switched memory fabric."""

    accelerators: int
    bandwidth: float
    """Per accelerator and direction [B/s]."""
    in_switch_reduction: bool


@dataclass(frozen=True)
class NetworkDesign:
    """A network of a fabric: one plane and how many there are alike."""

    name: str
    """``scale-out``, or the id of a network beside it."""
    purpose: str
    plane: Plane
    planes: int
    switch_power: float | None
    """Of one switch without modules [W]."""
    switch_units: float
    """Height of one switch [U]."""
    switch_evidence: tuple[Evidence, ...] = ()
    optics_power: float | None = None
    """Of modules in all cages of one switch, which room is left for [W]."""

    @property
    def switch_counts(self) -> Mapping[DeviceKind, int]:
        """Switches of all planes by tier, from the nodes upward."""
        return {kind: self.planes * count for kind, count in self.plane.switches.items()}

    @property
    def link_counts(self) -> Mapping[str, int]:
        """Links at speed of all planes by layer, from the nodes upward."""
        return {layer: self.planes * count for layer, count in self.plane.link_counts.items()}

    @property
    def switches(self) -> int:
        """Switches of all planes."""
        return sum(self.switch_counts.values())

    @property
    def links(self) -> int:
        """Links at speed of all planes."""
        return sum(self.link_counts.values())


@dataclass(frozen=True)
class Fabric:
    """Everything that joins the accelerators of one fabric: scale-up domains, scale-out planes, networks beside."""

    generation: str
    sus: int
    racks: int
    """Racks with accelerators."""
    racks_per_su: int
    nodes_per_rack: int
    accelerators_per_node: float
    scale_up: ScaleUpDomain
    networks: tuple[NetworkDesign, ...]
    """The scale-out network first."""
    load_balancing: Literal["ecmp", "spraying"]
    in_network_reduction: bool = False
    """Whether the scale-out switches add up what they forward."""

    @property
    def scale_out(self) -> NetworkDesign:
        """The network that collectives run over."""
        return self.networks[0]

    @property
    def accelerators(self) -> int:
        """Accelerators of all racks."""
        return round(self.racks * self.nodes_per_rack * self.accelerators_per_node)


RACK_KINDS = ("compute", "network", "cdu", "power")
"""What stands at a position of a floor, by code."""


@dataclass(frozen=True)
class FloorPlan:
    """Where racks stand, arrays (r,), and which devices are in which: the frame of every cable.

    x runs along the rows and y across them [m]; storeys lie above each other. Racks with accelerators come first, in
    the order of the fabric: rack ``i`` holds nodes ``i * nodes_per_rack`` onward.
    """

    hall: tuple[str, ...]
    """Ids of the halls."""
    hall_power: FloatArray
    """Of all positions of each hall, infinite where none is stated (h,) [W]."""
    hall_of: IntArray
    kind: IntArray
    """Index into ``RACK_KINDS``."""
    storey: IntArray
    row: IntArray
    position: IntArray
    """Within the row, from 0."""
    x: FloatArray
    """Of the rack's centre [m]."""
    y: FloatArray
    power: FloatArray
    """Drawn by what stands there [W]."""
    flow: FloatArray
    """Coolant [m3/s]."""
    mass: FloatArray
    """[kg]"""
    left: FloatArray
    """x of the cross aisle at the left end of its row, where a tray runs across the rows [m]."""
    right: FloatArray
    """x of the cross aisle at the right end of its row [m]."""
    node_unit: IntArray
    """Rack unit of each node of a rack, (nodes per rack,)."""
    switch_rack: Mapping[tuple[str, int, DeviceKind], IntArray]
    """Rack of every switch, by network, plane and tier."""
    switch_unit: Mapping[tuple[str, int, DeviceKind], IntArray]
    """Lowest rack unit of every switch."""
    rack_units: int
    """Height of the racks, to which cables rise on their way to the tray [U]."""
    storey_height: float
    """[m]"""
    risers: FloatArray
    """y at which trays join the storeys at every cross aisle, by hall [m]."""
    width: float
    """Of a storey, along the rows [m]."""
    depth: float
    """Of all halls side by side, across the rows [m]."""
    unplaced: tuple[str, ...] = ()
    """What did not fit, with the limit that stopped it."""
    notes: tuple[str, ...] = ()
    """What was assumed of the floor."""

    @property
    def aisles(self) -> FloatArray:
        """X of all cross aisles [m]."""
        return np.unique(np.concatenate([self.left, self.right]))

    @property
    def racks(self) -> int:
        """Racks of all kinds."""
        return len(self.x)


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
class TrayFill:
    """Trays of a floor: segments (s,), what lies in them, and the limits."""

    storey: IntArray
    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray
    cords: IntArray
    fill: FloatArray
    """Share of the cross-section of all levels that is taken."""
    load: FloatArray
    """[kg/m]"""
    fill_limit: float
    load_limit: float
    """Of all levels [kg/m]."""

    @property
    def overfull(self) -> IntArray:
        """Segments that are filled or loaded above a limit."""
        return np.flatnonzero((self.fill > self.fill_limit) | (self.load > self.load_limit)).astype(np.int32)


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


COLLECTIVES = ("all_reduce", "reduce_scatter", "all_gather", "all_to_all", "broadcast", "send_recv")


@dataclass(frozen=True)
class CollectiveTimes:
    """Times of a collective, arrays (...) of the broadcast of message sizes and groups."""

    collective: str
    bytes: FloatArray
    group: FloatArray
    """Accelerators."""
    time: FloatArray
    """[s]"""
    low: FloatArray
    """Lower end of the band [s]."""
    high: FloatArray
    bus_bandwidth: FloatArray
    """As nccl-tests counts it [B/s]."""
    algorithm: NDArray[np.int8]
    """Index into ``algorithms``."""
    algorithms: tuple[str, ...]
    measured: NDArray[np.bool_]
    """Whether measurements of this or a like system lie around the point; the band is wide where not."""
    basis: tuple[str, ...]
    """What the constants rest on, with source."""


@dataclass(frozen=True)
class Resilience:
    """What failures leave of a fabric, by Monte Carlo."""

    failed: str
    """``links``, ``optics``, ``switches`` or ``planes``."""
    count: int
    draws: int
    bandwidth: FloatArray
    """Share of the bandwidth left to the worst-hit job, (draws,)."""
    mean_bandwidth: FloatArray
    """Share of the fabric's bandwidth left, (draws,)."""
    nodes_cut: FloatArray
    """Nodes without any path, (draws,)."""
    jobs_hit: FloatArray
    """Jobs that lose bandwidth, (draws,)."""
    jobs_stopped: FloatArray
    """Jobs with a node without any path, (draws,)."""


@dataclass(frozen=True)
class Network:
    """The networks of a number of scalable units of a generation, engineered: fabric, floor, cables, bill, checks."""

    site: str
    """Id of the site; empty for a floor that is no site's."""
    fabric: Fabric
    floor: FloorPlan
    schedule: CableSchedule
    trays: TrayFill
    bill: FabricBill
    checks: tuple[Check, ...]
    beyond: tuple[BeyondReach, ...] = ()
    """Links that no medium at hand reaches, by layer, with the shortest medium that would serve."""
    refused: tuple[RefusedMedium, ...] = ()
    """Cables and modules of the rate that do not serve, with the reason."""

    @property
    def feasible(self) -> bool:
        """Whether everything is placed and every cable is within a supported reach."""
        return not self.floor.unplaced and not len(self.schedule.unreached)
