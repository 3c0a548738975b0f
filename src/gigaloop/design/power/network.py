"""A radial electrical network: buses, cables and transformers from one source outward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError

BASE = 100e6
"""Base of the per-unit system [VA]."""


@dataclass(frozen=True)
class Bus:
    """A node: its name and nominal voltage between phases [V]."""

    name: str
    voltage: float


@dataclass(frozen=True)
class Source:
    """The grid: bus that it holds, voltage it holds [per unit], and its short circuit.

    ``fault_level`` is the initial symmetrical short-circuit power [VA]; infinite for a stiff grid. ``rx`` is the ratio
    of resistance to reactance of its impedance.
    """

    bus: str
    voltage: float = 1.0
    fault_level: float = math.inf
    rx: float = 0.1
    """0.1 for feeders, IEC 60909-0, 6.2."""


@dataclass(frozen=True)
class Line:
    """A cable or busway, all parallel runs together, phase values.

    Resistance at operating temperature and reactance in ohm, capacitance to earth in F. ``cold_resistance`` at 20 degC
    is what short circuits see; ``resistance`` where None.
    """

    name: str
    start: str
    end: str
    resistance: float
    reactance: float
    capacitance: float = 0.0
    cold_resistance: float | None = None


@dataclass(frozen=True)
class Transformer:
    """A two-winding transformer, or several alike in parallel.

    Rating of one [VA], rated voltages [V], impedance voltage ``vk`` [per unit], load loss at the rating and loss
    without load [W] of one, and magnetising current [per unit of the rating]. ``tap`` multiplies the rated high
    voltage.
    """

    name: str
    high: str
    low: str
    rating: float
    high_voltage: float
    low_voltage: float
    vk: float
    load_loss: float
    no_load_loss: float
    magnetising: float = 0.0
    count: int = 1
    tap: float = 1.0

    @property
    def impedance(self) -> complex:
        """Short-circuit impedance of one [per unit of its rating]."""
        resistance = self.load_loss / self.rating
        return complex(resistance, math.sqrt(max(0.0, self.vk**2 - resistance**2)))


@dataclass(frozen=True)
class Network:
    """A radial network. Every bus but the source's hangs on exactly one branch, listed in any order."""

    source: Source
    buses: tuple[Bus, ...]
    branches: tuple[Line | Transformer, ...]
    frequency: float = 60.0

    def index(self, name: str) -> int:
        """Give the position of a bus.

        Raises
        ------
        UsageError
            If there is none of this name.
        """
        for position, bus in enumerate(self.buses):
            if bus.name == name:
                return position
        raise UsageError(f"there is no bus '{name}'", hint="list it among the buses of the network")


@dataclass(frozen=True, eq=False)
class Tree:
    """A network as arrays over its buses (b,): the branch that feeds each, per unit of ``BASE``, and their order.

    The branch into the source's bus is empty. ``ratio`` is the ideal ratio from the feeding bus; ``shunt`` stands at
    either end of the series impedance.
    """

    parent: NDArray[np.int64]
    branch: NDArray[np.int64]
    impedance: NDArray[np.complex128]
    cold: NDArray[np.complex128]
    """Impedance that short circuits see: resistance at 20 degC, transformers uncorrected."""
    shunt: NDArray[np.complex128]
    ratio: NDArray[np.float64]
    voltage: NDArray[np.float64]
    """Nominal [V]."""
    root: int
    levels: tuple[NDArray[np.int64], ...]
    """Buses by their distance from the source, the source's own left out."""
    down: NDArray[np.bool_] = field(repr=False)
    """Whether the branch is fed from its first end (``start`` or ``high``)."""

    @property
    def base_current(self) -> NDArray[np.float64]:
        """Current that is 1 per unit at each bus (b,) [A]."""
        return np.asarray(BASE / (math.sqrt(3.0) * self.voltage), dtype=np.float64)


def tree(network: Network) -> Tree:
    """Order a network outward from its source.

    Raises
    ------
    UsageError
        If a branch names an unknown bus, buses are listed twice, a bus is not fed, or the network has a loop.
    """
    position = {bus.name: index for index, bus in enumerate(network.buses)}
    if len(position) != len(network.buses):
        raise UsageError("two buses of a network have the same name", hint="name each bus once")
    if network.source.bus not in position:
        raise UsageError(f"the source feeds '{network.source.bus}', which is no bus", hint="list it among the buses")
    ends = [_ends(branch, position) for branch in network.branches]
    if len(ends) != len(position) - 1:
        raise UsageError(
            f"{len(position)} buses with {len(ends)} branches are no radial network",
            hint="feed every bus but the source's by exactly one branch; join parallel cables into one",
        )
    touching: list[list[int]] = [[] for _ in position]
    for index, (start, end) in enumerate(ends):
        touching[start].append(index)
        touching[end].append(index)
    size = len(position)
    root = position[network.source.bus]
    parent, branch = np.full(size, -1), np.full(size, -1)
    down = np.ones(size, dtype=bool)
    seen, levels, front = {root}, [], [root]
    while front:
        following: list[int] = []
        for bus in front:
            for index in touching[bus]:
                other = ends[index][1] if ends[index][0] == bus else ends[index][0]
                if index == branch[bus]:
                    continue
                if other in seen:
                    raise UsageError(
                        f"branch '{network.branches[index].name}' closes a loop",
                        hint="open the loop: only trees are solved",
                    )
                seen.add(other)
                parent[other], branch[other], down[other] = bus, index, ends[index][0] == bus
                following.append(other)
        if following:
            levels.append(np.asarray(following, dtype=np.int64))
        front = following
    if len(seen) != size:
        lost = next(bus.name for index, bus in enumerate(network.buses) if index not in seen)
        raise UsageError(f"bus '{lost}' is not fed by the source", hint="join it with a branch")
    return _filled(network, parent, branch, down, root, levels)


def _ends(branch: Line | Transformer, position: dict[str, int]) -> tuple[int, int]:
    names = (branch.start, branch.end) if isinstance(branch, Line) else (branch.high, branch.low)
    for name in names:
        if name not in position:
            raise UsageError(
                f"branch '{branch.name}' ends at '{name}', which is no bus", hint="list it among the buses"
            )
    return position[names[0]], position[names[1]]


def _filled(
    network: Network,
    parent: NDArray[np.int64],
    branch: NDArray[np.int64],
    down: NDArray[np.bool_],
    root: int,
    levels: Sequence[NDArray[np.int64]],
) -> Tree:
    size = len(network.buses)
    voltage = np.array([bus.voltage for bus in network.buses])
    impedance, cold = np.zeros(size, complex), np.zeros(size, complex)
    shunt, ratio = np.zeros(size, complex), np.ones(size)
    for bus in range(size):
        if bus == root:
            continue
        element, feeding = network.branches[int(branch[bus])], int(parent[bus])
        if isinstance(element, Line):
            if not math.isclose(voltage[bus], voltage[feeding], rel_tol=1e-6):
                raise UsageError(f"'{element.name}' joins two voltages", hint="a line needs one voltage at both ends")
            base = voltage[bus] ** 2 / BASE
            impedance[bus] = complex(element.resistance, element.reactance) / base
            cold_resistance = element.resistance if element.cold_resistance is None else element.cold_resistance
            cold[bus] = complex(cold_resistance, element.reactance) / base
            shunt[bus] = 0.5j * 2.0 * math.pi * network.frequency * element.capacitance * base
        else:
            _fill_transformer(element, bus, feeding, bool(down[bus]), voltage, impedance, cold, shunt, ratio)
    return Tree(parent, branch, impedance, cold, shunt, ratio, voltage, root, tuple(levels), down)


def _fill_transformer(
    element: Transformer,
    bus: int,
    feeding: int,
    is_down: bool,
    voltage: NDArray[np.float64],
    impedance: NDArray[np.complex128],
    cold: NDArray[np.complex128],
    shunt: NDArray[np.complex128],
    ratio: NDArray[np.float64],
) -> None:
    """Refer a transformer to the bus that it feeds, its magnetising branch split over both ends."""
    rated = element.low_voltage if is_down else element.high_voltage * element.tap
    scale = (rated / voltage[bus]) ** 2 * BASE / (element.rating * element.count)
    impedance[bus] = cold[bus] = element.impedance * scale
    conductance = element.no_load_loss / element.rating
    susceptance = math.sqrt(max(0.0, element.magnetising**2 - conductance**2))
    shunt[bus] = 0.5 * complex(conductance, -susceptance) / scale
    turns = (element.high_voltage * element.tap / voltage[feeding if is_down else bus]) / (
        element.low_voltage / voltage[bus if is_down else feeding]
    )
    ratio[bus] = turns if is_down else 1.0 / turns
