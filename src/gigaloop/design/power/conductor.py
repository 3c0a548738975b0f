"""Conductor metals: resistance over temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError

REFERENCE = 293.15
"""Temperature of reference of resistivities, IEC 60028 [K]."""


@dataclass(frozen=True)
class Metal:
    """A conductor: resistivity at 20 degC [ohm m], its rise with temperature [1/K], density [kg/m3]."""

    resistivity: float
    coefficient: float
    density: float


METALS = {
    "copper": Metal(1.7241e-8, 0.00393, 8890.0),
    "aluminium": Metal(2.8264e-8, 0.00403, 2703.0),
}
"""Standard annealed copper, IEC 60028 (100 % IACS); hard-drawn aluminium of conductors, IEC 60889."""


def metal(name: str) -> Metal:
    """Give a conductor metal.

    Raises
    ------
    UsageError
        If it is neither copper nor aluminium.
    """
    if name not in METALS:
        raise UsageError(f"'{name}' is no conductor metal", hint=f"take one of {', '.join(METALS)}")
    return METALS[name]


def resistivity(name: str, temperature: ArrayLike) -> NDArray[np.float64]:
    """Give the resistivity of a conductor metal [ohm m] at temperatures [K] of any shape.

    Examples
    --------
    Copper at 75 degC has 22 % more than at 20 degC:

    >>> round(float(resistivity("copper", 348.15) / resistivity("copper", 293.15)), 3)
    1.216
    """
    kind = metal(name)
    rise = np.asarray(temperature, dtype=np.float64) - REFERENCE
    return np.asarray(kind.resistivity * (1.0 + kind.coefficient * rise), dtype=np.float64)
