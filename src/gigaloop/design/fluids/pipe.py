"""Pipes: friction, pressure drop of pipes, fittings and valves, and the nominal size that a flow needs.

Everything broadcasts over arrays, in SI units. Pressure drops are of permanent loss at one level: static height cancels
in closed loops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError

NOMINAL = (
    (15, 0.01576, 0.0213),
    (20, 0.02096, 0.0267),
    (25, 0.02664, 0.0334),
    (32, 0.03508, 0.0422),
    (40, 0.04094, 0.0483),
    (50, 0.05248, 0.0603),
    (65, 0.06268, 0.0730),
    (80, 0.07792, 0.0889),
    (100, 0.10226, 0.1143),
    (125, 0.12820, 0.1413),
    (150, 0.15408, 0.1683),
    (200, 0.20274, 0.2191),
    (250, 0.25446, 0.2730),
    (300, 0.30474, 0.3238),
    (350, 0.33654, 0.3556),
    (400, 0.38734, 0.4064),
    (450, 0.43794, 0.4570),
    (500, 0.48894, 0.5080),
    (600, 0.59094, 0.6100),
    (750, 0.74294, 0.7620),
    (900, 0.89494, 0.9140),
    (1050, 1.04794, 1.0670),
)
"""Nominal diameter DN, inside and outside diameter [m] of standard-weight steel pipe. Source: ASME B36.10M, schedule
40 up to DN 250, a wall of 9.53 mm above."""

STEEL_DENSITY, STEEL_HEAT = 7850.0, 480.0
"""Of steel [kg/m3], [J/kg/K]: EN 1993-1-2, 3.2.2 and 3.4.1, at 100 degC and below."""

STEEL = 4.5e-5
"""Roughness of commercial steel pipe [m] Source: Moody, Trans. ASME 66 (1944)."""

STAINLESS = 1.5e-5
"""Roughness of welded and cleaned stainless steel pipe [m], as of the coolant side. Source: Idelchik, Handbook of
Hydraulic Resistance: 1e-5 to 3e-5 for clean seamless steel."""

_LAMINAR, _TURBULENT = 2300.0, 4000.0
"""Reynolds numbers between which friction goes over from laminar to turbulent, here linearly. Source: the
usual bounds of a pipe (Schlichting, Boundary-Layer Theory, chapter 16)."""

_KV_FLOW = 1.0 / 3600.0 / np.sqrt(1.0e5 / 1000.0)
"""Kv of 1: 1 m3/h of water of 1,000 kg/m3 at 1 bar (IEC 60534-1), as flow over the root of pressure over density
[m2]."""

CV_TO_KV = 0.8650
"""Kv over Cv: 1 US gallon per minute at 1 psi, as m3/h at 1 bar (IEC 60534-1)."""

BEND, TEE_BRANCH, BALL_VALVE, BUTTERFLY_VALVE = 0.3, 1.0, 0.1, 0.7
"""Loss coefficients K of long-radius bends, tees turned into, full-bore ball valves and butterfly valves in turbulent
flow. Source: mean values of Crane Technical Paper 410 (2013), appendix A."""


def reynolds(velocity: ArrayLike, diameter: ArrayLike, density: ArrayLike, viscosity: ArrayLike) -> NDArray[np.float64]:
    """Give the Reynolds number ``rho v d / mu``."""
    return np.asarray(np.asarray(density) * np.asarray(velocity) * np.asarray(diameter) / np.asarray(viscosity))


def friction_factor(re: ArrayLike, roughness: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Give the Darcy friction factor, explicitly.

    Parameters
    ----------
    re
        Reynolds number; above zero.
    roughness
        Of the wall over the inside diameter.

    Notes
    -----
    ``64 / Re`` below 2,300; above 4,000 Colebrook's equation by Haaland's explicit formula (1983) and two steps of
    Newton on ``1 / sqrt(f)``, which leaves an error below 1e-9; linear in Re between. In the transition flow is
    unsteady and no correlation holds.

    References
    ----------
    Colebrook, J. Inst. Civil Eng. 11 (1939), doi 10.1680/ijoti.1939.13150; Haaland, J. Fluids Eng. 105 (1983), doi
    10.1115/1.3240948.

    Examples
    --------
    >>> friction_factor([1000.0, 1e5], 1e-4).round(5).tolist()
    [0.064, 0.01851]
    """
    n, e = np.broadcast_arrays(np.asarray(re, dtype=np.float64), np.asarray(roughness, dtype=np.float64))
    laminar, turbulent = 64.0 / np.minimum(n, _LAMINAR), _colebrook(np.maximum(n, _TURBULENT), e)
    share = np.clip((n - _LAMINAR) / (_TURBULENT - _LAMINAR), 0.0, 1.0)
    return np.asarray(laminar + share * (turbulent - laminar))


def _colebrook(re: NDArray[np.float64], roughness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve the equation of Colebrook from the formula of Haaland (doi 10.1115/1.3240948)."""
    # x = 1 / sqrt(f) solves x = -2 log10(e / 3.7 + 2.51 x / Re).
    relative, slope = roughness / 3.7, 2.51 / re
    x = -1.8 * np.log10(6.9 / re + relative**1.11)
    for _ in range(2):
        inner = relative + slope * x
        x = x - (x + 2.0 * np.log10(inner)) / (1.0 + 2.0 / np.log(10.0) * slope / inner)
    return np.asarray(1.0 / (x * x))


def velocity(flow: ArrayLike, diameter: ArrayLike) -> NDArray[np.float64]:
    """Give the mean velocity of a flow in a pipe [m/s]."""
    d = np.asarray(diameter, dtype=np.float64)
    return np.asarray(4.0 * np.asarray(flow, dtype=np.float64) / (np.pi * d * d))


def pressure_gradient(
    flow: ArrayLike, diameter: ArrayLike, density: ArrayLike, viscosity: ArrayLike, roughness: ArrayLike = STEEL
) -> NDArray[np.float64]:
    """Give the pressure drop over the length of a straight pipe [Pa/m], ``f rho v^2 / (2 d)`` of Darcy and Weisbach.

    Parameters
    ----------
    flow
        [m3/s], above zero.
    diameter
        Inside [m].
    density, viscosity
        Of the fluid [kg/m3], [Pa s].
    roughness
        Of the wall [m].

    Examples
    --------
    198 L/min of PG25 at 40 degC, as a rack of 132 kW needs at 10 K rise, in DN 50:

    >>> round(float(pressure_gradient(3.3e-3, 0.05248, 1009.9, 1.353e-3)))
    516
    """
    d = np.asarray(diameter, dtype=np.float64)
    v = velocity(flow, d)
    f = friction_factor(reynolds(v, d, density, viscosity), np.asarray(roughness) / d)
    return np.asarray(f * np.asarray(density) * v * v / (2.0 * d))


def fitting_drop(flow: ArrayLike, diameter: ArrayLike, density: ArrayLike, k: ArrayLike) -> NDArray[np.float64]:
    """Give the pressure drop of fittings with a sum of loss coefficients K [Pa], ``K rho v^2 / 2``."""
    v = velocity(flow, diameter)
    return np.asarray(np.asarray(k) * np.asarray(density) * v * v / 2.0)


def valve_drop(flow: ArrayLike, kv: ArrayLike, density: ArrayLike) -> NDArray[np.float64]:
    """Give the pressure drop of a valve, strainer or quick disconnect by its Kv [Pa]; Kv is 0.865 Cv.

    Examples
    --------
    1 m3/h of water through Kv 1 drops 1 bar:

    >>> round(float(valve_drop(1 / 3600, 1.0, 1000.0)))
    100000
    """
    q = np.asarray(flow, dtype=np.float64) / (np.asarray(kv) * _KV_FLOW)
    return np.asarray(np.asarray(density) * q * q)


def scaled_drop(flow: ArrayLike, rated_flow: ArrayLike, rated_drop: ArrayLike, exponent: float) -> NDArray[np.float64]:
    """Give the pressure drop of a component from one point of its curve, ``dp ~ flow^n`` [Pa].

    Parameters
    ----------
    flow, rated_flow
        [m3/s]
    rated_drop
        At the rated flow [Pa].
    exponent
        1 for laminar flow, 1.75 for smooth turbulent, 2 for fittings.
    """
    return np.asarray(np.asarray(rated_drop) * (np.asarray(flow) / np.asarray(rated_flow)) ** exponent)


@dataclass(frozen=True)
class PipeLimits:
    """What a pipe may not pass at design flow."""

    velocity: float = 2.4
    """[m/s]: about 8 ft/s, above which noise and erosion set in (ASHRAE Handbook Fundamentals 2021, chapter 22)."""
    gradient: float = 400.0
    """[Pa/m]: 4 ft per 100 ft, the upper end of common practice for closed loops (ASHRAE, as above)."""


BRANCH = PipeLimits(velocity=2.0, gradient=650.0)
"""Of the few metres between a row header and a rack. Source: none public, an assumption of 2026-11 (1.5 to 2.5 m/s, 400
to 1,000 Pa/m)."""


@dataclass(frozen=True)
class Pipe:
    """A pipe of a nominal size at its design flow."""

    nominal: int
    """DN."""
    diameter: float
    """Inside [m]."""
    outside: float
    """Outside diameter [m]."""
    velocity: float
    """[m/s]"""
    gradient: float
    """[Pa/m]"""

    @property
    def steel(self) -> float:
        """Mass of the wall over length [kg/m]."""
        return float(np.pi / 4.0 * (self.outside**2 - self.diameter**2) * STEEL_DENSITY)

    @property
    def area(self) -> float:
        """Of the inside [m2]: volume over length."""
        return float(np.pi * self.diameter**2 / 4.0)


def size_pipe(
    flow: float, density: float, viscosity: float, limits: PipeLimits | None = None, roughness: float = STEEL
) -> Pipe:
    """Give the smallest nominal pipe that keeps velocity and pressure gradient within limits.

    Parameters
    ----------
    flow
        Design flow [m3/s].
    density, viscosity
        Of the fluid [kg/m3], [Pa s].
    limits
        Those of headers where not given.
    roughness
        Of the wall [m].

    Raises
    ------
    GigaloopError
        If the flow is not above zero, or beyond the largest nominal pipe.

    Examples
    --------
    A row header of 1.3 MW and the header of a 10 MW hall, PG25 at 10 K rise:

    >>> [size_pipe(flow, 1009.9, 1.353e-3).nominal for flow in (0.0324, 0.2495)]
    [150, 400]
    """
    if not flow > 0.0:
        raise GigaloopError(f"a pipe needs a flow above zero, not {flow:.4g} m3/s")
    limits = limits or PipeLimits()
    diameters = np.array([row[1] for row in NOMINAL])
    speed = velocity(flow, diameters)
    gradient = pressure_gradient(flow, diameters, density, viscosity, roughness)
    fits = np.flatnonzero((speed <= limits.velocity) & (gradient <= limits.gradient))
    if not len(fits):
        raise GigaloopError(
            f"{flow * 1e3:.0f} L/s is more than the largest nominal pipe, DN {NOMINAL[-1][0]}, carries at"
            f" {limits.velocity:.1f} m/s",
            hint="feed the racks by several loops: a smaller block, or fewer racks on a header",
        )
    at = int(fits[0])
    return Pipe(*NOMINAL[at], float(speed[at]), float(gradient[at]))
