"""Chillers: coefficient of performance from a Carnot fraction over the lift, and a part-load curve, over arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EVAPORATOR_APPROACH = 1.5
"""Leaving water over evaporating refrigerant [K]. Source: assumption of 2026-11, 1 to 2 for flooded shells."""
CONDENSER_APPROACH = 1.5
"""Condensing refrigerant over leaving water [K]. Source: assumption of 2026-11, 1 to 2."""
AIR_CONDENSER_APPROACH = 14.0
"""Condensing refrigerant over entering air [K]. Source: assumption of 2026-11, 11 to 17 in common practice."""
MIN_LIFT = 10.0
"""Least difference of condensing over evaporating temperature that keeps refrigerant and oil moving [K]. Source:
assumption of 2026-11, 8 to 15."""
RATING_EVAPORATOR, RATING_CONDENSER, RATING_AIR = 280.15, 308.15, 308.15
"""Water leaves the evaporator at 7 degC, the condenser at 35 degC; air enters at 35 degC. Source: AHRI 551/591 (SI)."""
PART_LOAD = (0.1715, 0.5882, 0.2403)
"""Power over that at full load, at the same temperatures, by powers of the load, of centrifugal chillers. Source: the
quadratic of the DOE-2 model as COMNET publishes it for energy code baselines, scaled to 1 at full load."""
MIN_LOAD = 0.2
"""Of a machine; below, it cycles. Source: assumption of 2026-11, 0.1 to 0.3 by type of compressor."""


def carnot_fraction(cop: ArrayLike, air_cooled: ArrayLike) -> Floats:
    """Give the COP at rating over that of a Carnot machine between the refrigerant's temperatures there.

    Parameters
    ----------
    cop
        At the conditions of AHRI 551/591, fans of air-cooled condensers included.
    air_cooled
        Whether the condenser gives off to air.

    Examples
    --------
    >>> carnot_fraction([6.0, 3.1], [False, True]).round(2).tolist()
    [0.67, 0.48]
    """
    evaporating = RATING_EVAPORATOR - EVAPORATOR_APPROACH
    condensing = np.where(air_cooled, RATING_AIR + AIR_CONDENSER_APPROACH, RATING_CONDENSER + CONDENSER_APPROACH)
    return np.asarray(np.asarray(cop, dtype=np.float64) * (condensing - evaporating) / evaporating, dtype=np.float64)


def part_load_factor(load: ArrayLike, machines: ArrayLike = 1.0) -> Floats:
    """Give power over heat at part load, relative to full load, at the same temperatures.

    Machines are switched so that each runs near its best load; a single one runs down to ``MIN_LOAD`` and cycles below.

    Parameters
    ----------
    load
        Heat over the capacity of all machines, 0 to 1.
    machines
        That share it.

    Examples
    --------
    >>> part_load_factor([1.0, 0.5, 0.02], 10.0).round(3).tolist()
    [1.0, 0.994, 1.494]
    """
    load = np.asarray(load, dtype=np.float64)
    c0, c1, c2 = PART_LOAD
    best = np.sqrt(c0 / c2)
    each = np.maximum(np.maximum(np.minimum(load * machines, best), load), MIN_LOAD)
    return np.asarray(c0 / each + c1 + c2 * each, dtype=np.float64)


def chiller_power(
    heat: ArrayLike,
    load: ArrayLike,
    leaving: ArrayLike,
    condensing: ArrayLike,
    fraction: ArrayLike,
    machines: ArrayLike = 1.0,
) -> Floats:
    """Give the electricity of chillers: ``heat factor(load) lift / (fraction Te)``.

    Parameters
    ----------
    heat
        At the evaporator [W], any shape.
    load
        That heat over the capacity of all machines.
    leaving
        Water that leaves the evaporator [K]; ``Te`` is ``EVAPORATOR_APPROACH`` below.
    condensing
        Refrigerant in the condenser [K]; the lift over ``Te`` is at least ``MIN_LIFT``.
    fraction
        By :func:`carnot_fraction`.
    machines
        That share the load.

    Examples
    --------
    At rating, the COP of the data sheet:

    >>> fraction = carnot_fraction(6.0, False)
    >>> round(float(1e6 / chiller_power(1e6, 1.0, 280.15, 309.65, fraction)), 6)
    6.0
    """
    evaporating = np.asarray(leaving, dtype=np.float64) - EVAPORATOR_APPROACH
    lift = np.maximum(np.asarray(condensing, dtype=np.float64) - evaporating, MIN_LIFT)
    work = lift / (np.asarray(fraction, dtype=np.float64) * evaporating)
    taken = np.asarray(heat, dtype=np.float64)
    return np.asarray(taken * part_load_factor(load, machines) * work, dtype=np.float64)
