"""Heat for reuse: what the return of the facility water can give to a heat network through a heat exchanger."""

from __future__ import annotations

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fluids.coolant import coolant_properties
from gigaloop.design.fluids.exchanger import ntu
from gigaloop.design.records import HeatReuse, LoopPoint


def heat_reuse(point: LoopPoint, network_return: float, approach: float = 3.0) -> HeatReuse:
    """Give the heat and the temperature that a loop can give to a heat network.

    The exchanger stands in the return of the loop, in counterflow with as much heat capacity flow in the network: its
    approach is the same at both ends. The network cools the loop to no less than the loop's own supply, and gets its
    water back no cooler than that less the approach; what it cannot take, the heat rejection does.

    Parameters
    ----------
    point
        The loop, usually the facility water.
    network_return
        Water that comes back from the network [K].
    approach
        Of the heat exchanger [K]; 2 to 5 K is usual for plates.

    Raises
    ------
    GigaloopError
        If the approach is not above zero, or the network returns too warm for the loop to give it anything: a heat pump
        must then stand between.

    Examples
    --------
    Half of the heat of a loop of 45 to 55 degC goes into a network that returns at 47 degC:

    >>> loop = LoopPoint("FWS", "water", 318.15, 328.15, 0.0243, 1e6, 2e5, 6e3, 3.0)
    >>> given = heat_reuse(loop, 320.15)
    >>> round(given.share, 2), round(given.supply - 273.15, 1)
    (0.5, 52.0)
    """
    if not approach > 0.0:
        raise GigaloopError(
            f"the approach of a heat exchanger must be above 0 K, not {approach:.3g} K",
            hint="2 to 5 K is usual for plate heat exchangers",
        )
    coldest = max(point.supply, network_return + approach)
    share = (point.returns - coldest) / (point.returns - point.supply) if point.returns > point.supply else 0.0
    if share <= 0.0:
        raise GigaloopError(
            f"a heat network that returns at {network_return - 273.15:.1f} degC cannot be heated by water of"
            f" {point.returns - 273.15:.1f} degC through an approach of {approach:.1f} K",
            hint="put a heat pump between, let the network return cooler, or let the racks return warmer",
        )
    heat = share * point.heat
    supply, returns = point.returns - approach, coldest - approach
    water = coolant_properties("water", (supply + returns) / 2.0)
    flow = heat / (float(water.density * water.specific_heat) * (supply - returns))
    return HeatReuse(heat, supply, returns, flow, share)


def reuse_exchanger(given: HeatReuse, approach: float) -> float:
    """Give the UA of the heat exchanger behind a heat reuse [W/K]: balanced counterflow, ``NTU = eff / (1 - eff)``.

    Examples
    --------
    >>> round(reuse_exchanger(HeatReuse(1e6, 325.15, 315.15, 0.0242, 1.0), 3.0) / 1e3)
    333
    """
    span = given.supply - given.returns
    capacity = given.heat / span
    needed = span / (span + approach)
    return float(ntu(needed, 1.0)) * capacity
