"""Water of a heat rejection: what evaporates, drifts and is blown down, and the make-up that replaces it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError

Floats = NDArray[np.float64]

LITRES_PER_KWH = 3.6e9
"""L/kWh of one m3/J: 1,000 L and 3.6 MJ, BIPM SI Brochure."""


def blowdown(evaporation: ArrayLike, drift: ArrayLike, cycles: ArrayLike) -> Floats:
    """Give the water that keeps dissolved matter at a multiple of what the make-up brings: ``E / (C - 1) - drift``.

    Drift takes dissolved matter along as blowdown does, so it counts against it; where drift alone keeps the
    concentration down, nothing is blown down.

    Parameters
    ----------
    evaporation, drift
        [kg/s], any shapes that broadcast.
    cycles
        Concentration in the water over that of the make-up, above 1.

    Raises
    ------
    UsageError
        If the cycles are not above 1.

    References
    ----------
    Mass balance; U.S. DOE Federal Energy Management Program, Best Management Practice 10: Cooling Tower Management.

    Examples
    --------
    >>> float(blowdown(4.0, 0.0, 5.0))
    1.0
    """
    cycles = np.asarray(cycles, dtype=np.float64)
    if not np.all(cycles > 1.0):
        raise UsageError(
            f"cycles of concentration must be above 1, not {float(np.min(cycles)):g}",
            hint="towers run at 3 to 8; 5 is common",
        )
    evaporation, drift = np.asarray(evaporation, dtype=np.float64), np.asarray(drift, dtype=np.float64)
    return np.asarray(np.maximum(evaporation / (cycles - 1.0) - drift, 0.0), dtype=np.float64)


def make_up(evaporation: ArrayLike, drift: ArrayLike, cycles: ArrayLike) -> Floats:
    """Give the water that replaces evaporation, drift and blowdown [kg/s]; parameters as of :func:`blowdown`.

    Examples
    --------
    At five cycles a quarter more than what evaporates:

    >>> float(make_up(4.0, 0.1, 5.0))
    5.0
    """
    evaporation, drift = np.asarray(evaporation, dtype=np.float64), np.asarray(drift, dtype=np.float64)
    return np.asarray(evaporation + drift + blowdown(evaporation, drift, cycles), dtype=np.float64)
