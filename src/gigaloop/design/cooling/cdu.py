"""Coolant distribution units (CDU): a plate heat exchanger between the technology cooling system and facility water.

The technology cooling system (TCS) takes the heat of the racks, the facility water system (FWS) takes it on. A unit is
rated by heat, the flows of both sides, and its approach: TCS supply less FWS supply. From the rating follows UA by
effectiveness and NTU of counterflow; off the rating each film follows its flow. All fields and arguments broadcast, so
a :class:`Cdu` may hold one unit or an array of designs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fluids.coolant import Coolant, coolant_properties
from gigaloop.design.fluids.exchanger import effectiveness, ntu

FILM_EXPONENT = 0.7
"""Of flow in the film coefficient of a plate heat exchanger, ``Nu = c Re^n Pr^(1/3)``: Kumar's correlation (1984) for
chevron plates in turbulent flow gives 0.663 to 0.732 by chevron angle, as tabled by Ayub, Heat Transfer Engineering
24(5), 2003 (doi 10.1080/01457630304056)."""

WALL_SHARE = 0.15
"""Share of plate and fouling in the thermal resistance at rating: 0.5 mm of stainless steel at 16 W/m/K is 3e-5 m2K/W,
the two films at 10 to 15 kW/m2/K are 1.3e-4 to 2e-4. Source: none public, an assumption of 2026-11 with a range of
0.1 to 0.25."""

FLOW_LOW = 0.25
"""Least flow of a side over the rated: pumps and valves are held to no less. Source: none public, an assumption of
2026-11 (0.2 to 0.4)."""

FLOW_HIGH = 1.25
"""Most flow of a side over the rated. Source: none public, an assumption of 2026-11 (1.1 to 1.5, the margin of pumps
N+1)."""

_HALVINGS = 40
"""Of the range in which the valve's flow is looked for: to a part in 1e12. Source: 2**40 is 1.1e12."""


@dataclass(frozen=True)
class Cdu:
    """A coolant distribution unit by its rating; arrays over designs of any shape."""

    heat: NDArray[np.float64]
    """Rated [W]."""
    tcs_capacity: NDArray[np.float64]
    """Heat capacity flow of the TCS at its rated flow [W/K]."""
    fws_capacity: NDArray[np.float64]
    """Heat capacity flow of the FWS at its rated flow [W/K]."""
    ua: NDArray[np.float64]
    """At rated flows [W/K]."""
    tcs_share: NDArray[np.float64]
    """Of the film of the TCS in the thermal resistance at rating."""
    fws_share: NDArray[np.float64]
    """Of the film of the FWS."""


def rate_cdu(
    heat: ArrayLike,
    tcs_flow: ArrayLike,
    fws_flow: ArrayLike,
    approach: ArrayLike,
    tcs_supply: ArrayLike,
    tcs_coolant: Coolant = "PG25",
    fws_coolant: Coolant = "water",
    wall_share: float = WALL_SHARE,
) -> Cdu:
    """Give a coolant distribution unit from its rating.

    Parameters
    ----------
    heat
        Rated heat [W].
    tcs_flow, fws_flow
        Rated flows [m3/s].
    approach
        TCS supply less FWS supply at rating [K].
    tcs_supply
        TCS supply at rating [K]; properties are taken at the mean temperature of each side.
    tcs_coolant, fws_coolant
        What flows on either side; the rating is that with water on the facility side.
    wall_share
        Of plate and fouling in the thermal resistance.

    Raises
    ------
    GigaloopError
        If the approach is not above zero, or no counterflow heat exchanger has it at these flows.

    Notes
    -----
    The films share what the wall leaves as ``1/h`` with ``h ~ k Re^n Pr^(1/3)``, in equal channels on both sides.

    Examples
    --------
    1.3 MW at 1.5 L/min/kW on both sides and an approach of 3 K:

    >>> unit = rate_cdu(1.3e6, 0.0325, 0.0325, 3.0, 318.15)
    >>> round(float(unit.ua) / 1e3)
    413
    """
    q, a = np.asarray(heat, dtype=np.float64), np.asarray(approach, dtype=np.float64)
    _above_zero(a, "approach of a coolant distribution unit")
    _above_zero(np.asarray(tcs_flow), "flow of the TCS")
    _above_zero(np.asarray(fws_flow), "flow of the FWS")
    supply = np.asarray(tcs_supply, dtype=np.float64)
    tcs_film, tcs_capacity = _side(tcs_coolant, supply, q, tcs_flow)
    fws_film, fws_capacity = _side("water", supply - a, q, fws_flow)
    least = np.minimum(tcs_capacity, fws_capacity)
    ratio = least / np.maximum(tcs_capacity, fws_capacity)
    needed = q / (least * (q / tcs_capacity + a))
    films = (1.0 - wall_share) / (1.0 / tcs_film + 1.0 / fws_film)
    rated = Cdu(q, tcs_capacity, fws_capacity, ntu(needed, ratio) * least, films / tcs_film, films / fws_film)
    if fws_coolant == "water":
        return rated
    film, capacity = _side(fws_coolant, supply - a, q, fws_flow)
    facility = rated.fws_share * fws_film / film
    resistance = rated.tcs_share + facility + wall_share
    shares = rated.tcs_share / resistance, facility / resistance
    return Cdu(q, tcs_capacity, capacity, rated.ua / resistance, *shares)


def _side(
    coolant: Coolant, inlet: NDArray[np.float64], heat: NDArray[np.float64], flow: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the film coefficient of a side up to a common factor, and its heat capacity flow [W/K]."""
    v = np.asarray(flow, dtype=np.float64)
    first = coolant_properties(coolant, inlet)
    mean = coolant_properties(coolant, inlet + heat / (first.density * first.specific_heat * v) / 2.0)
    film = mean.conductivity * (mean.density * v / mean.viscosity) ** FILM_EXPONENT * np.cbrt(mean.prandtl)
    return film, mean.density * mean.specific_heat * v


def cdu_approach(
    cdu: Cdu, heat: ArrayLike, tcs_flow: ArrayLike = 1.0, fws_flow: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Give the approach that a unit needs: TCS supply less FWS supply [K].

    Parameters
    ----------
    cdu
        The unit.
    heat
        Heat that it carries [W].
    tcs_flow, fws_flow
        Flows over the rated ones; above zero.

    Raises
    ------
    GigaloopError
        If a flow is not above zero.

    Notes
    -----
    ``Q / (eff Cmin) - Q / C_tcs``, with ``1 / UA`` the sum of the films, each over its flow to the power of 0.7, and
    the wall. At given flows it is proportional to the heat.
    """
    x, y = np.asarray(tcs_flow, dtype=np.float64), np.asarray(fws_flow, dtype=np.float64)
    _above_zero(x, "flow of the TCS")
    _above_zero(y, "flow of the FWS")
    tcs, fws = cdu.tcs_capacity * x, cdu.fws_capacity * y
    least = np.minimum(tcs, fws)
    eff = effectiveness(_ua(cdu, x, y) / least, least / np.maximum(tcs, fws))
    return np.asarray(np.asarray(heat) * (1.0 / (eff * least) - 1.0 / tcs))


def _ua(cdu: Cdu, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    tcs, fws = cdu.tcs_share, cdu.fws_share
    resistance = tcs * x**-FILM_EXPONENT + fws * y**-FILM_EXPONENT + (1.0 - tcs - fws)
    return np.asarray(cdu.ua / resistance)


def cdu_facility_supply(
    cdu: Cdu, tcs_supply: ArrayLike, heat: ArrayLike, tcs_flow: ArrayLike = 1.0, fws_flow: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Give the warmest facility water that holds the TCS supply of a unit at a heat and flows.

    Parameters
    ----------
    cdu
        The unit.
    tcs_supply
        TCS supply to hold [K].
    heat
        Heat that the unit carries [W].
    tcs_flow, fws_flow
        Flows over the rated ones; above zero.

    Returns
    -------
    ndarray
        FWS supply [K], in the shape that the arguments broadcast to.

    Examples
    --------
    At half of the heat and full flows the approach halves; with the TCS flow halved too it falls further:

    >>> unit = rate_cdu(1.3e6, 0.0325, 0.0325, 3.0, 318.15)
    >>> (318.15 - cdu_facility_supply(unit, 318.15, [1.3e6, 0.65e6, 0.65e6], [1.0, 1.0, 0.5])).round(2).tolist()
    [3.0, 1.5, 0.47]
    """
    return np.asarray(np.asarray(tcs_supply, dtype=np.float64) - cdu_approach(cdu, heat, tcs_flow, fws_flow))


def cdu_facility_return(
    cdu: Cdu, fws_supply: ArrayLike, heat: ArrayLike, fws_flow: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """Give the temperature at which facility water leaves a unit [K]."""
    taken = np.asarray(heat) / (cdu.fws_capacity * np.asarray(fws_flow))
    return np.asarray(np.asarray(fws_supply, dtype=np.float64) + taken)


def cdu_facility_flow(
    cdu: Cdu,
    tcs_supply: ArrayLike,
    fws_supply: ArrayLike,
    heat: ArrayLike,
    tcs_flow: ArrayLike = 1.0,
    limits: tuple[float, float] = (FLOW_LOW, FLOW_HIGH),
) -> NDArray[np.float64]:
    """Give the flow of facility water with which the control valve of a unit holds the TCS supply, over the rated.

    Parameters
    ----------
    cdu
        The unit.
    tcs_supply, fws_supply
        Temperatures of supply on both sides [K].
    heat
        Heat that the unit carries [W].
    tcs_flow
        Flow of the TCS over the rated.
    limits
        Least and most flow of the FWS over the rated.

    Returns
    -------
    ndarray
        Flow over the rated, at least the lower limit; NaN where the heat or the flow is beyond the unit.

    Raises
    ------
    GigaloopError
        If the approach is negative: facility water is warmer than the TCS supply that is asked of it.

    Examples
    --------
    >>> unit = rate_cdu(1.3e6, 0.0325, 0.0325, 3.0, 318.15)
    >>> cdu_facility_flow(unit, 318.15, [315.15, 308.15], 1.3e6).round(2).tolist()
    [1.0, 0.51]
    """
    approach = np.asarray(tcs_supply, dtype=np.float64) - np.asarray(fws_supply, dtype=np.float64)
    q, x = np.asarray(heat, dtype=np.float64), np.asarray(tcs_flow, dtype=np.float64)
    wrong = (approach <= 0.0) & (q > 0.0)
    if wrong.any():
        raise GigaloopError(
            f"negative approach: facility water is {-float(approach.min()):.1f} K warmer than the coolant supply that"
            " the coolant distribution unit is to hold with it",
            hint="cool the facility water further (a wet tower or a trim chiller), or allow the racks a warmer supply",
        )
    shape = np.broadcast_shapes(approach.shape, q.shape, x.shape, cdu.ua.shape)
    low, high = np.full(shape, limits[0]), np.full(shape, limits[1])
    beyond = cdu_approach(cdu, q, x, high) > approach * (1.0 + 1e-12)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        short = cdu_approach(cdu, q, x, middle) > approach
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(beyond, np.nan, high)


def _above_zero(value: NDArray[np.float64], what: str) -> None:
    if not (value > 0.0).all():
        raise GigaloopError(
            f"the {what} must be above zero, not {float(np.min(value)):.4g}",
            hint="heat flows from the warmer to the cooler side only while both flow",
        )
