"""Short circuits: initial and peak current at every bus of a radial network, and faults of DC buses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.power.network import BASE, Network, Transformer, tree

C_MAX = 1.1
"""Voltage factor of the largest short-circuit current, IEC 60909-0 table 1: medium and high voltage, and low voltage
with a tolerance of 10 %. The table has 1.05 for low voltage with a tolerance of 6 %; the larger is taken for either."""


@dataclass(frozen=True, eq=False)
class Fault:
    """Largest three-phase short circuit at every bus (b,), IEC 60909-0.

    Sources other than the grid (motors, generators, inverters) add nothing.
    """

    current: NDArray[np.float64]
    """Initial symmetrical [A]."""
    peak: NDArray[np.float64]
    """[A]"""
    power: NDArray[np.float64]
    """Initial short-circuit power [VA]."""
    rx: NDArray[np.float64]
    """Resistance over reactance up to the fault."""


def fault_levels(network: Network) -> Fault:
    """Give the largest initial and peak short-circuit current of a three-phase fault at every bus.

    IEC 60909-0: an equivalent voltage ``c Un / sqrt 3`` at the fault; the grid behind ``c Un^2 / Sk``; transformers
    with the correction ``K_T = 0.95 c_max / (1 + 0.6 x_T)``; cables with their resistance at 20 degC; loads,
    capacitances and taps left out. Peak ``kappa sqrt 2 Ik`` with ``kappa = 1.02 + 0.98 exp(-3 R/X)``, which holds for
    a fault that one path feeds.

    Parameters
    ----------
    network
        Radial, with the fault level of its source.
    """
    grid = tree(network)
    size = len(network.buses)
    path = np.zeros(size, dtype=np.complex128)
    level = network.source.fault_level
    if math.isfinite(level):
        # Reactance of the source with its R/X, IEC 60909-0.
        magnitude = C_MAX * BASE / level
        reactance = magnitude / math.hypot(1.0, network.source.rx)
        path[grid.root] = complex(network.source.rx * reactance, reactance)
    impedance = grid.cold.copy()
    for bus in range(size):
        if bus == grid.root:
            continue
        element = network.branches[int(grid.branch[bus])]
        if isinstance(element, Transformer):
            impedance[bus] *= correction(element)
    for fed in grid.levels:
        # Impedances per unit follow the nominal voltages; a ratio off them refers what lies before to the fed side.
        rated = np.array([_rated_ratio(network, grid.branch[bus], grid.ratio[bus]) for bus in fed])
        path[fed] = path[grid.parent[fed]] / rated**2 + impedance[fed]
    with np.errstate(divide="ignore", invalid="ignore"):
        per_unit = C_MAX / np.abs(path)
        rx = np.where(path.imag > 0.0, path.real / path.imag, 0.0)
    current = per_unit * grid.base_current
    # Factor of the peak, IEC 60909-0.
    kappa = 1.02 + 0.98 * np.exp(-3.0 * rx)
    return Fault(
        current=np.asarray(current, dtype=np.float64),
        peak=np.asarray(kappa * math.sqrt(2.0) * current, dtype=np.float64),
        power=np.asarray(math.sqrt(3.0) * grid.voltage * current, dtype=np.float64),
        rx=np.asarray(rx, dtype=np.float64),
    )


def correction(transformer: Transformer) -> float:
    """Give the correction of a transformer's impedance, ``K_T = 0.95 c_max / (1 + 0.6 x_T)``, IEC 60909-0, 6.3.3.

    Examples
    --------
    >>> unit = Transformer("t", "h", "l", 3.75e6, 34.5e3, 480.0, 0.0575, 26e3, 5e3)
    >>> round(correction(unit), 4)
    1.0104
    """
    return 0.95 * C_MAX / (1.0 + 0.6 * transformer.impedance.imag)


def _rated_ratio(network: Network, branch: np.int64, ratio: float) -> float:
    """Give the ratio of a branch without its tap."""
    element = network.branches[int(branch)]
    return float(ratio) / element.tap if isinstance(element, Transformer) else 1.0


@dataclass(frozen=True)
class DcFault:
    """A short circuit of a DC bus: the discharge of its capacitors, then what the converters go on feeding."""

    discharge_peak: float
    """Of the capacitors [A]."""
    peak_time: float
    """After the fault [s]."""
    energy: float
    """Stored in the capacitors [J]."""
    sustained: float
    """From the converters at their current limit [A]."""
    peak: float
    """Both together, an upper bound [A]."""
    damping: float
    """Damping over that of the critical case: below 1 the discharge rings."""


def dc_fault(voltage: float, capacitance: float, resistance: float, inductance: float, source_limit: float) -> DcFault:
    """Give the short circuit of a DC bus that converters with a current limit and capacitors feed.

    Closed form of the series circuit of R, L and C from the bus voltage: with ``a = R / 2L`` and ``w0^2 = 1 / LC`` the
    current is ``V / (L w) exp(-a t) sin(w t)``, ``w^2 = w0^2 - a^2`` (``sinh`` above critical damping), largest at
    ``tan(w t) = w / a``: IEC 61660-1 treats the same circuit.

    Parameters
    ----------
    voltage
        Of the bus before the fault [V].
    capacitance
        Of all converters on the bus [F].
    resistance, inductance
        Of the loop through the fault [ohm], [H].
    source_limit
        Current that all converters together go on feeding [A].

    Examples
    --------
    A bus of 800 V with 20 mF behind 2 mohm and 2 uH:

    >>> fault = dc_fault(800.0, 20e-3, 2e-3, 2e-6, 2000.0)
    >>> round(fault.discharge_peak, -2), round(fault.energy)
    (69000.0, 6400)
    """
    decay = resistance / (2.0 * inductance)
    natural = 1.0 / math.sqrt(inductance * capacitance)
    damping = decay / natural
    if math.isclose(damping, 1.0, rel_tol=1e-9):
        time = 1.0 / decay
        peak = voltage / inductance * time * math.exp(-1.0)
    elif damping < 1.0:
        ringing = math.sqrt(natural**2 - decay**2)
        time = math.atan2(ringing, decay) / ringing
        peak = voltage / (inductance * ringing) * math.exp(-decay * time) * math.sin(ringing * time)
    else:
        spread = math.sqrt(decay**2 - natural**2)
        time = math.atanh(spread / decay) / spread
        peak = voltage / (inductance * spread) * math.exp(-decay * time) * math.sinh(spread * time)
    return DcFault(
        discharge_peak=peak,
        peak_time=time,
        energy=0.5 * capacitance * voltage**2,
        sustained=source_limit,
        peak=peak + source_limit,
        damping=damping,
    )
