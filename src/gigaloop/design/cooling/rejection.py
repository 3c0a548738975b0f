"""Heat rejection to the air: dry coolers, wetted pads and open cooling towers, over arrays that broadcast.

A dry cooler is a counterflow heat exchanger whose conductance follows both flows; a tower is one of enthalpy (Merkel),
by the effectiveness model of Braun, Klein and Mitchell (ASHRAE Transactions 95(2), 1989), with the specific heat of
saturated air along the water's range. Both are rated by what a data sheet states: approach, range, flows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.climate.psychrometrics import CP_WATER, saturated_enthalpy
from gigaloop.design.fluids.exchanger import effectiveness
from gigaloop.design.fluids.exchanger import ntu as exchanger_ntu

Floats = NDArray[np.float64]

EVAPORATION = 2.43e6
"""Heat of evaporation at 30 degC [J/kg]: IAPWS-95."""
AIR_EXPONENT = 0.6
"""Of the air side's film coefficient over air flow, for plate fins on staggered tubes (0.5 to 0.7). Source: Wang, Chi
and Chang, International Journal of Heat and Mass Transfer 43 (2000) 2693-2700."""
WATER_EXPONENT = 0.8
"""Of the water side's over water flow, turbulent. Source: F. W. Dittus and L. M. K. Boelter (1930)."""
AIR_RESISTANCE = 0.75
"""Share of the air side in the resistance of a dry cooler at rating. Source: assumption of 2026-11, 0.65 to 0.85."""
TOWER_EXPONENT = 0.4
"""NTU of a tower over its ratio of water to air flow, ``1 + n`` with n = -0.6: Braun et al. 1989."""

TOWER_EFFECT = 0.8
"""Most that the air of a tower takes up of what it could at infinite fill; beyond, fill grows without bound. Source:
assumption of 2026-11, 0.7 to 0.9."""


def counterflow(ntu: ArrayLike, ratio: ArrayLike) -> Floats:
    """Give the effectiveness of a counterflow exchanger on one stream, for any ratio of capacity flows.

    Parameters
    ----------
    ntu
        Conductance over the capacity flow of the stream.
    ratio
        Capacity flow of the stream over that of the other, above 0; it may exceed 1.

    Notes
    -----
    That of :func:`gigaloop.design.fluids.exchanger.effectiveness`, referred to one stream instead of the weaker one.

    Examples
    --------
    >>> counterflow([1.0, 1.0], [1.0, 2.0]).round(4).tolist()
    [0.5, 0.3873]
    """
    ntu, ratio = np.asarray(ntu, dtype=np.float64), np.asarray(ratio, dtype=np.float64)
    stronger = np.maximum(ratio, 1.0)
    found = effectiveness(ntu * stronger, ratio / (stronger * stronger)) / stronger
    return np.asarray(found, dtype=np.float64)


def counterflow_ntu(effect: ArrayLike, ratio: ArrayLike) -> Floats:
    """Give the NTU that :func:`counterflow` needs for an effectiveness; NaN where no exchanger reaches it."""
    effect, ratio = np.asarray(effect, dtype=np.float64), np.asarray(ratio, dtype=np.float64)
    stronger = np.maximum(ratio, 1.0)
    reached = (effect > 0.0) & (effect * stronger < 1.0)
    units = exchanger_ntu(np.where(reached, effect * stronger, 0.5), ratio / (stronger * stronger)) / stronger
    return np.asarray(np.where(reached, units, np.nan), dtype=np.float64)


def dry_rating(approach: ArrayLike, rise: ArrayLike, capacity_ratio: ArrayLike, share: ArrayLike = 1.0) -> Floats:
    """Give the NTU of a dry cooler on its water, from its approach at rating.

    Parameters
    ----------
    approach
        Leaving water over entering air [K].
    rise
        Of the water, by the heat [K].
    capacity_ratio
        Capacity flow of the air over that of the water.
    share
        Of the heat that the cooler takes out of the water, the rest being left to what follows it.

    Raises
    ------
    UsageError
        If no exchanger has that approach with that air flow.

    Examples
    --------
    >>> round(float(dry_rating(8.0, 10.0, 1.0)), 3)
    1.25
    """
    approach, rise = np.asarray(approach, dtype=np.float64), np.asarray(rise, dtype=np.float64)
    share, capacity_ratio = np.asarray(share, dtype=np.float64), np.asarray(capacity_ratio, dtype=np.float64)
    ntu = counterflow_ntu(share * rise / (rise + approach), 1.0 / (capacity_ratio * share))
    if np.any((approach <= 0.0) | ~np.isfinite(ntu)):
        raise UsageError(
            f"no dry cooler reaches an approach of {float(np.min(approach)):.1f} K with air of"
            f" {float(np.min(capacity_ratio)):.2f} times the water's capacity flow",
            hint="take a larger approach or more air",
        )
    return ntu


def dry_effectiveness(
    air: ArrayLike, water: ArrayLike, ntu: ArrayLike, capacity_ratio: ArrayLike, share: ArrayLike = 1.0
) -> Floats:
    """Give the effectiveness of a dry cooler on its water at part flows.

    The conductance is ``1 / (a air**-0.6 + (1 - a) water**-0.8)`` of that at rating, where ``a`` is
    ``AIR_RESISTANCE``; fouling and wall are taken with the water.

    Parameters
    ----------
    air, water
        Flows over those at rating, above 0.
    ntu
        At rating, by :func:`dry_rating`.
    capacity_ratio, share
        As of :func:`dry_rating`.
    """
    air, water = np.asarray(air, dtype=np.float64), np.asarray(water, dtype=np.float64)
    conductance = 1.0 / (AIR_RESISTANCE * air**-AIR_EXPONENT + (1.0 - AIR_RESISTANCE) * water**-WATER_EXPONENT)
    rated = np.asarray(ntu, dtype=np.float64)
    return counterflow(rated * conductance / water, water / (air * np.asarray(capacity_ratio) * np.asarray(share)))


def pad_air(dry_bulb: ArrayLike, wet_bulb: ArrayLike, effectiveness: ArrayLike) -> Floats:
    """Give the temperature of air behind a wetted pad: ``T - e (T - Twb)``, at constant wet bulb [K].

    References
    ----------
    ASHRAE Handbook, HVAC Systems and Equipment 2020, chapter 41: direct evaporative coolers, saturation effectiveness.

    Examples
    --------
    >>> float(pad_air(40.0, 20.0, 0.85))
    23.0
    """
    dry_bulb = np.asarray(dry_bulb, dtype=np.float64)
    depression = dry_bulb - np.asarray(wet_bulb, dtype=np.float64)
    return np.asarray(dry_bulb - np.asarray(effectiveness) * depression, dtype=np.float64)


def wetted_air(dry_bulb: ArrayLike, wet_bulb: ArrayLike, effectiveness: ArrayLike, limit: ArrayLike) -> Floats:
    """Give the air of a cooler whose pads are wetted only as far as needed: dry up to a limit, then held at it.

    Pads are wetted in stages; above what all of them reach the air rises again. Water is then never used for less fan
    power alone.

    Parameters
    ----------
    dry_bulb, wet_bulb
        [K], any shapes that broadcast.
    effectiveness
        Saturation effectiveness of the pads.
    limit
        Warmest air that holds the set point with the fans at full speed [K].
    """
    dry_bulb = np.asarray(dry_bulb, dtype=np.float64)
    padded = np.maximum(np.asarray(limit, dtype=np.float64), pad_air(dry_bulb, wet_bulb, effectiveness))
    return np.asarray(np.minimum(dry_bulb, padded), dtype=np.float64)


def tower_water(
    approach: ArrayLike, cooling_range: ArrayLike, wet_bulb: ArrayLike, liquid_to_gas: ArrayLike, pressure: float
) -> Floats:
    """Give the water over dry air of a tower: what is stated, or less where its approach needs more air.

    The air takes up at most ``TOWER_EFFECT`` of what it could; parameters as of :func:`tower_rating`.

    Examples
    --------
    Cool air holds little: at 10 degC wet bulb a tower with 3 K approach needs more air than water.

    >>> tower_water(3.0, 5.0, [283.15, 298.75], 1.2, 101325.0).round(2).tolist()
    [0.83, 1.2]
    """
    into = saturated_enthalpy(np.asarray(wet_bulb) + np.asarray(approach) + np.asarray(cooling_range), pressure)
    most = TOWER_EFFECT * (into - saturated_enthalpy(wet_bulb, pressure)) / (CP_WATER * np.asarray(cooling_range))
    return np.asarray(np.minimum(np.asarray(liquid_to_gas, dtype=np.float64), most), dtype=np.float64)


def tower_rating(
    approach: ArrayLike, cooling_range: ArrayLike, wet_bulb: ArrayLike, liquid_to_gas: ArrayLike, pressure: float
) -> Floats:
    """Give the NTU of a tower on its air, from its approach at rating.

    Parameters
    ----------
    approach
        Leaving water over wet bulb [K].
    cooling_range
        Entering less leaving water [K].
    wet_bulb
        Of the entering air [K].
    liquid_to_gas
        Mass flow of water over dry air.
    pressure
        [Pa]

    Raises
    ------
    UsageError
        If no tower has that approach with that air flow.

    Examples
    --------
    35/29.4 degC at 25.6 degC wet bulb, the common rating of counterflow towers, with as much air as water:

    >>> round(float(tower_rating(3.8, 5.6, 298.75, 1.0, 101325.0)), 2)
    1.07
    """
    approach, wet_bulb = np.asarray(approach, dtype=np.float64), np.asarray(wet_bulb, dtype=np.float64)
    span, gas = np.asarray(cooling_range, dtype=np.float64), np.asarray(liquid_to_gas, dtype=np.float64)
    leaving = wet_bulb + approach
    out, into = saturated_enthalpy(leaving, pressure), saturated_enthalpy(leaving + span, pressure)
    effect = CP_WATER * gas * span / (into - saturated_enthalpy(wet_bulb, pressure))
    ntu = counterflow_ntu(effect, (into - out) / span / (CP_WATER * gas))
    if np.any((approach <= 0.0) | ~np.isfinite(ntu)):
        raise UsageError(
            f"no tower reaches an approach of {float(np.min(approach)):.1f} K at a range of {float(np.max(span)):.1f} K"
            f" with {float(np.max(gas)):.2f} kg of water for each kg of air",
            hint="take a larger approach or more air",
        )
    return ntu


def tower_ntu(air: ArrayLike, water: ArrayLike, ntu: ArrayLike) -> Floats:
    """Give the NTU of a tower at part flows (over those at rating), from that at rating: ``(water / air)**0.4``."""
    ratio = np.asarray(water, dtype=np.float64) / np.asarray(air, dtype=np.float64)
    return np.asarray(np.asarray(ntu) * ratio**TOWER_EXPONENT, dtype=np.float64)
