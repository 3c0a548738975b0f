"""Coolant loops that store heat: how fast they warm, how long they hold without cooling, what step they carry."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.lag import first_order
from gigaloop.design.records.dynamics import ThermalHold


def loop_temperature(
    heat: ArrayLike, step: float, capacity: float, conductance: float, sink: float, initial: float | None = None
) -> NDArray[np.float64]:
    """Give the temperature of a loop that takes up heat and rejects it through a conductance to a sink.

    ``C dT/dt = Q - UA (T - T_sink)``: a first-order lag of time constant ``C / UA``. One lag for a loop is enough:
    a twin of a liquid-cooled system found its secondary loops nearly static and its units thermally independent.

    Parameters
    ----------
    heat
        Into the loop in each step, shape (..., n) [W].
    step
        [s]
    capacity
        Heat capacity of the fluid [J/K].
    conductance
        [W/K]
    sink
        [K]
    initial
        [K]; in balance with the first heat where not given.

    Returns
    -------
    NDArray
        At the end of each step [K], shape (..., n).

    Examples
    --------
    100 kW more through 5 kW/K end 20 K higher:

    >>> warm = loop_temperature([100e3] * 4000, 1.0, 2e6, 5e3, 300.0, initial=300.0)
    >>> round(float(warm[399]), 2), round(float(warm[-1]), 2)
    (312.64, 320.0)
    """
    _above_zero(capacity, "heat capacity", "J/K")
    _above_zero(conductance, "conductance", "W/K")
    target = sink + np.asarray(heat, dtype=np.float64) / conductance
    return first_order(target, step, capacity / conductance, initial)


def hold_time(capacity: float, heat: float, start: float, limit: float, conductance: float = 0.0) -> float:
    """Give the time from the loss of cooling until a loop reaches its limit.

    Without any path left ``C dT/dt = Q``. With a conductance left to a sink at ``start`` less what kept the balance,
    that is after a partial loss, the temperature rises as ``(Q / UA) (1 - exp(-t UA / C))`` and may never get there.

    Parameters
    ----------
    capacity
        Heat capacity of the fluid, and of what else warms with it [J/K].
    heat
        That goes on coming [W].
    start
        Temperature at the loss [K].
    limit
        [K]
    conductance
        Left to a sink that stands at the temperature of the start [W/K].

    Returns
    -------
    float
        [s]; infinite where the limit is not reached.

    Examples
    --------
    A loop of 100 L of water on a rack of 132 kW has half a minute for 10 K:

    >>> round(hold_time(100e-3 * 994 * 4180, 132e3, 313.15, 323.15), 1)
    31.5
    """
    _above_zero(capacity, "heat capacity", "J/K")
    if heat < 0.0 or conductance < 0.0:
        raise GigaloopError("heat and conductance of a loop are at least 0")
    headroom = limit - start
    if headroom <= 0.0:
        return 0.0
    if heat == 0.0:
        return math.inf
    if conductance == 0.0:
        return capacity * headroom / heat
    share = headroom * conductance / heat
    return math.inf if share >= 1.0 else -capacity / conductance * math.log1p(-share)


def carried_step(capacity: float, headroom: float, cooling_lag: float) -> float:
    """Give the largest step of heat that a loop carries while its cooling follows with a first-order lag.

    The heat that cooling is behind adds up to step times lag, whether load steps or ramps, so the temperature ends
    ``step lag / C`` higher: the step is ``C headroom / lag``. The loop's own conductance helps and is left out.

    Parameters
    ----------
    capacity
        [J/K]
    headroom
        Rise of temperature that is allowed [K].
    cooling_lag
        Time constant of pumps, valves, fans and chillers [s].

    Examples
    --------
    >>> round(carried_step(4.15e5, 5.0, 60.0))
    34583
    """
    _above_zero(capacity, "heat capacity", "J/K")
    if cooling_lag <= 0.0:
        return math.inf
    return max(0.0, headroom) * capacity / cooling_lag


def thermal_hold(
    loop: str, *, volume: float, heat_capacity: float, heat: float, flow: float, headroom: float, cooling_lag: float
) -> ThermalHold:
    """Give how long a loop carries its heat without cooling, and which step of load it rides.

    Parameters
    ----------
    loop
        Its name.
    volume
        Of fluid [m3].
    heat_capacity
        Of the fluid by volume [J/m3/K].
    heat
        At design [W].
    flow
        [m3/s]
    headroom
        From operation to the limit [K].
    cooling_lag
        [s]
    """
    capacity = volume * heat_capacity
    _above_zero(capacity, "heat capacity", "J/K")
    _above_zero(flow, "flow", "m3/s")
    return ThermalHold(
        loop=loop,
        capacity=capacity,
        time_constant=volume / flow,
        headroom=headroom,
        seconds=hold_time(capacity, heat, 0.0, headroom),
        load_step=carried_step(capacity, headroom, cooling_lag),
    )


def _above_zero(value: float, name: str, unit: str) -> None:
    if not (value > 0.0 and math.isfinite(value)):
        raise GigaloopError(f"a {name} of {value:g} {unit} is not above 0")
