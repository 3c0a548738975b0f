"""Load flow of a radial network: backward and forward sweeps, for many cases of load at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.power.network import BASE, Network, Tree, tree

TOLERANCE = 1e-10
"""Of the voltage between two sweeps [per unit]."""
SWEEPS = 100


@dataclass(frozen=True, eq=False)
class Flow:
    """A solved load flow over cases (c,) and buses (b,) in the order of the network.

    Branch figures stand at the bus that the branch feeds, and are 0 at the source's bus.
    """

    voltage: NDArray[np.complex128]
    """[per unit] (c, b)"""
    power_in: NDArray[np.complex128]
    """Into the branch at its feeding end [VA] (c, b)."""
    loss: NDArray[np.float64]
    """Of the branch [W] (c, b)."""
    current: NDArray[np.float64]
    """At the fed end, per phase [A] (c, b)."""
    feed_current: NDArray[np.float64]
    """At the feeding end, per phase [A] (c, b)."""
    source_power: NDArray[np.complex128]
    """[VA] (c,)"""
    sweeps: int

    @property
    def losses(self) -> NDArray[np.float64]:
        """Of the whole network [W] (c,)."""
        return np.asarray(self.loss.sum(axis=1), dtype=np.float64)


def load_flow(network: Network, loads: ArrayLike) -> Flow:
    """Solve the voltages of a radial network for constant-power loads.

    A backward sweep adds the currents of loads, shunts and branches from the ends to the source; a forward sweep lets
    the voltage drop along the branches; both repeat until the voltages stand (D. Shirmohammadi et al., A compensation-
    based power flow method for weakly meshed networks, IEEE Transactions on Power Systems 3 (1988) 753). Lines are pi
    equivalents; transformers carry half of their magnetising branch at either end.

    Parameters
    ----------
    network
        Radial.
    loads
        Complex power drawn at each bus [VA], (b,) or (c, b).

    Raises
    ------
    UsageError
        If the loads do not fit the buses, or no voltages carry them.
    """
    grid = tree(network)
    drawn = np.atleast_2d(np.asarray(loads, dtype=np.complex128)) / BASE
    if drawn.shape[1] != len(network.buses):
        raise UsageError(
            f"loads for {drawn.shape[1]} buses do not fit a network of {len(network.buses)}",
            hint="give one complex power per bus, in the order of the buses",
        )
    held = complex(network.source.voltage)
    voltage = np.full(drawn.shape, held)
    sweeps, change = 0, float("inf")
    while change >= TOLERANCE and sweeps < SWEEPS and np.min(np.abs(voltage)) > 1e-3:
        sweeps += 1
        series, _, _ = _backward(grid, voltage, drawn)
        updated = np.full_like(voltage, held)
        for level in grid.levels:
            updated[:, level] = updated[:, grid.parent[level]] / grid.ratio[level] - (
                grid.impedance[level] * series[:, level]
            )
        change = float(np.max(np.abs(updated - voltage)))
        voltage = updated
    if not change < TOLERANCE:
        raise UsageError(
            "no voltages carry the loads of the network", hint="lower the loads, or take larger transformers and cables"
        )
    return _result(grid, voltage, drawn, sweeps)


def _backward(
    grid: Tree, voltage: NDArray[np.complex128], drawn: NDArray[np.complex128]
) -> tuple[NDArray[np.complex128], NDArray[np.complex128], NDArray[np.complex128]]:
    """Give the series current of each bus's branch, its current at the feeding and at the fed end (c, b) [per unit]."""
    at_bus = np.conj(drawn / voltage)
    fed = np.zeros_like(voltage)
    series = np.zeros_like(voltage)
    feeding = np.zeros_like(voltage)
    for level in reversed(grid.levels):
        parent = grid.parent[level]
        fed[:, level] = at_bus[:, level]
        series[:, level] = at_bus[:, level] + grid.shunt[level] * voltage[:, level]
        inside = voltage[:, parent] / grid.ratio[level]
        feeding[:, level] = (series[:, level] + grid.shunt[level] * inside) / grid.ratio[level]
        np.add.at(at_bus.T, parent, feeding[:, level].T)
    return series, feeding, fed


def _result(grid: Tree, voltage: NDArray[np.complex128], drawn: NDArray[np.complex128], sweeps: int) -> Flow:
    _, feeding, fed = _backward(grid, voltage, drawn)
    fed_from = np.where(grid.parent < 0, grid.root, grid.parent)
    power_in = voltage[:, fed_from] * np.conj(feeding) * BASE
    power_out = voltage * np.conj(fed) * BASE
    first = grid.levels[0] if grid.levels else np.zeros(0, dtype=np.int64)
    own = drawn[:, grid.root] * BASE
    return Flow(
        voltage=voltage,
        power_in=power_in,
        loss=np.asarray((power_in - power_out).real, dtype=np.float64),
        current=np.asarray(np.abs(fed) * grid.base_current, dtype=np.float64),
        feed_current=np.asarray(np.abs(feeding) * grid.base_current[fed_from], dtype=np.float64),
        source_power=np.asarray(own + power_in[:, first].sum(axis=1), dtype=np.complex128),
        sweeps=sweeps,
    )
