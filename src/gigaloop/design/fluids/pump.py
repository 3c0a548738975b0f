"""Pumps: affinity laws along a system curve with a held pressure, electric power, pumps that share a flow."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOTOR_AND_DRIVE = 0.92
"""Efficiency of a permanent-magnet or IE4 motor of 15 to 75 kW (0.94 to 0.96, IEC 60034-30-1) and its frequency
converter (0.97, IEC 61800-9-2) at design."""

DRIVE_NO_LOAD = 0.02
"""Power of motor and drive at no load over the rated: iron losses and control. Source: none public, an
assumption of 2026-11 (0.01 to 0.04)."""


def system_head(flow: ArrayLike, design_head: ArrayLike, held: ArrayLike = 0.0) -> NDArray[np.float64]:
    """Give the head that a loop needs: a held share, and the rest by the square of the flow [Pa].

    Parameters
    ----------
    flow
        Over the design flow.
    design_head
        At design flow [Pa].
    held
        Share of the head that control holds at any flow: the differential pressure at the remote rack, or static
        height.

    Examples
    --------
    >>> system_head([1.0, 0.5], 250e3, 0.4).tolist()
    [250000.0, 137500.0]
    """
    x, h = np.asarray(flow, dtype=np.float64), np.asarray(held)
    return np.asarray(np.asarray(design_head) * (h + (1.0 - h) * x * x))


def pump_efficiency(flow: ArrayLike) -> NDArray[np.float64]:
    """Give the hydraulic efficiency of a centrifugal pump of a design flow at its best point.

    Parameters
    ----------
    flow
        Design flow of one pump [m3/s].

    Returns
    -------
    ndarray
        Efficiency, within 0.45 and 0.86.

    References
    ----------
    Source: the minimum efficiency index of commission regulation (EU) 547/2012, annex III, for end-suction pumps with
    own bearings at 1,450 rpm, ``88.59 x + 13.46 y - 11.48 x^2 - 0.85 y^2 - 0.38 x y - C``, with x the logarithm of
    the specific speed (30, as usual for such loops), y that of the flow in m3/h, and C of 128.07 for an index of 0.4,
    the least that may be sold since 2015. Valid for 6 to 1,000 m3/h; held at the ends beyond.

    Examples
    --------
    >>> pump_efficiency([2e-3, 30e-3, 250e-3]).round(2).tolist()
    [0.61, 0.79, 0.84]
    """
    x = math.log(30.0)
    y = np.log(np.clip(np.asarray(flow, dtype=np.float64) * 3600.0, 6.0, 1000.0))
    percent = 88.59 * x + 13.46 * y - 11.48 * x * x - 0.85 * y * y - 0.38 * x * y - 128.07
    return np.asarray(np.clip(percent / 100.0, 0.45, 0.86))


def pump_power(
    flow: ArrayLike, head: ArrayLike, efficiency: ArrayLike, drive: ArrayLike = MOTOR_AND_DRIVE
) -> NDArray[np.float64]:
    """Give the electric power of a pump, ``V dp / (eta_pump eta_drive)`` [W].

    Parameters
    ----------
    flow
        [m3/s]
    head
        [Pa]
    efficiency
        Of the pump: hydraulic over shaft power.
    drive
        Of motor and drive.

    Examples
    --------
    PG25 at 10 K rise against 250 kPa at 60 % over all: 1.0 % of the heat moved.

    >>> round(float(pump_power(1.497e-3 / 60, 250e3, 0.6, 1.0)), 1)
    10.4
    """
    return np.asarray(np.asarray(flow) * np.asarray(head) / (np.asarray(efficiency) * np.asarray(drive)))


def part_load_power(
    flow: ArrayLike, design_power: ArrayLike, held: ArrayLike = 0.0, no_load: ArrayLike = DRIVE_NO_LOAD
) -> NDArray[np.float64]:
    """Give the electric power of pumps with variable speed on a loop [W].

    Parameters
    ----------
    flow
        Over the design flow; 0 stands.
    design_power
        Electric power at design flow [W].
    held
        Share of the design head that control holds at any flow.
    no_load
        Losses of motor and drive that do not fall with the load, over the design power.

    Notes
    -----
    Flow times head of the system curve: the cube of the flow where nothing is held. Along such a curve the pump stays
    near its best point, so its efficiency is taken as constant (affinity laws).

    Examples
    --------
    >>> part_load_power([1.0, 0.5, 0.0], 10e3).round().tolist()
    [10000.0, 1425.0, 0.0]
    """
    x = np.asarray(flow, dtype=np.float64)
    load = x * system_head(x, 1.0, held)
    idle = np.asarray(no_load)
    return np.asarray(np.asarray(design_power) * np.where(x > 0.0, idle + (1.0 - idle) * load, 0.0))


def pump_speed(flow: ArrayLike, held: ArrayLike = 0.0, shut_off: float = 1.2) -> NDArray[np.float64]:
    """Give the speed over that at design, for a pump whose head falls by the square of its flow.

    Parameters
    ----------
    flow
        Over the design flow.
    held
        Share of the design head that control holds at any flow.
    shut_off
        Head at no flow over that at design flow; 1.1 to 1.3 for centrifugal pumps. Source: none public,
        an assumption of 2026-11 on their flat curves.

    Notes
    -----
    With affinity laws the pump gives ``s n^2 - (s - 1) x^2`` at speed n; that must be the head of the system.

    Examples
    --------
    >>> pump_speed([1.0, 0.5]).round(3).tolist(), pump_speed([0.5], 0.4).round(3).tolist()
    ([1.0, 0.5], [0.707])
    """
    x = np.asarray(flow, dtype=np.float64)
    return np.asarray(np.sqrt((system_head(x, 1.0, held) + (shut_off - 1.0) * x * x) / shut_off))
