"""Loops through the hours: tables looked up by weather and load."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.climate import Weather, humidity_ratio_of_wet_bulb
from gigaloop.design.cooling.chiller import AIR_CONDENSER_APPROACH, EVAPORATOR_APPROACH, MIN_LIFT
from gigaloop.design.cooling.rejection import EVAPORATION, wetted_air
from gigaloop.design.facility.loops import (
    LoopTable,
    Moist,
    bare_table,
    dry_table,
    hybrid_dry_fans,
    wet_table,
)
from gigaloop.design.facility.plants import Chiller, LoopSet, Rejection

Floats = NDArray[np.float64]

STEP = 0.25
"""Of the grid of temperatures [K]; twice that blurs the hours with chillers."""
_TOWER_LEVELS = 17
"""Of heat, between which the towers of a hybrid are interpolated. Source: a choice of this project."""


@dataclass(frozen=True, eq=False)
class Climate:
    """What the loops need of a weather: states (n,), the grid of temperatures, saturated air at its mean pressure."""

    dry_bulb: Floats
    wet_bulb: Floats
    humidity: Floats
    """[kg/kg]"""
    grid: Floats
    """[K]"""
    pressure: float
    moist: Moist

    @classmethod
    def of(cls, weather: Weather) -> Climate:
        """Take it from a weather."""
        dry, wet = weather.dry_bulb, np.minimum(weather.wet_bulb, weather.dry_bulb)
        low, high = min(float(dry.min()), float(wet.min())), max(float(dry.max()), float(wet.max()))
        # On multiples of the step, so that equal temperatures read equal values in every weather.
        start = STEP * np.floor(low / STEP - 1.0)
        count = int(np.ceil((high - start) / STEP)) + 2
        pressure = float(weather.mean(weather.pressure))
        return cls(
            dry,
            wet,
            humidity_ratio_of_wet_bulb(dry, wet, weather.pressure),
            np.asarray(start + STEP * np.arange(count), dtype=np.float64),
            pressure,
            Moist.at(pressure),
        )


@dataclass(frozen=True, eq=False)
class Spot:
    """Where values lie on an evenly spaced axis: index below, and share of the way to the next."""

    index: NDArray[np.int64]
    share: Floats

    @classmethod
    def on(cls, values: Floats, start: Floats | float, step: Floats | float, count: int) -> Spot:
        """Find them; outside, the outermost hold."""
        along = np.clip((values - start) / step, 0.0, count - 1.0)
        index = np.minimum(along.astype(np.int64), max(count - 2, 0))
        return cls(index, along - index)


def look_up(table: Floats, spot: Spot, level: Spot | None = None) -> Floats:
    """Interpolate a table (d, levels, grid) at spots (n,) or (d, n) of the grid, and of the levels where given."""
    if level is None:
        return _along(table[:, 0, :], spot)
    d, levels, grid = table.shape
    n = max(spot.index.shape[-1], level.index.shape[-1])
    flat = table.reshape(d, levels * grid)
    first = np.broadcast_to(level.index * grid + spot.index, (d, n))
    low = _along(flat, Spot(first, spot.share))
    high = _along(flat, Spot(first + grid, spot.share))
    return np.asarray(low + level.share * (high - low), dtype=np.float64)


def at_level(values: Floats, level: Spot | None) -> Floats:
    """Interpolate values (d, levels) at levels; those of the only one (d, 1) where none are given."""
    if level is None:
        return values[:, :1]
    return _along(values, level)


def _along(table: Floats, spot: Spot) -> Floats:
    if spot.index.ndim == 1:
        low = np.take(table, spot.index, axis=1)
        step = np.take(np.diff(table, axis=1), spot.index, axis=1)
    else:
        low = np.take_along_axis(table, spot.index, axis=1)
        step = np.take_along_axis(table, spot.index + 1, axis=1) - low
    step *= spot.share
    step += low
    return step


@dataclass(frozen=True, eq=False)
class LoopHours:
    """A loop through the hours, arrays (d, n) over its design heat."""

    fans: Floats
    taken: Floats
    """Heat to chillers."""
    chillers: Floats
    evaporation: Floats
    """[kg/J]"""
    supply: Floats
    """[K]"""


def loop_hours(
    loop: LoopSet, climate: Climate, heat: Floats, flow: Floats, level: Spot | None, airflow: Floats | None = None
) -> LoopHours:
    """Run loops through the states of a weather.

    Parameters
    ----------
    loop
        The designs (d,).
    climate
        The weather.
    heat, flow
        Over design heat and flow, at the levels of load (d, levels).
    level
        Where the hours lie among the levels (n,) or (d, n); one level at all hours unless given.
    airflow
        Capacity flow of outside air at the levels over the design heat [1/K] (d, levels), for outside air.
    """
    d, n = len(loop.supply), len(climate.dry_bulb)
    out = LoopHours(*(np.zeros((d, n)) for _ in fields(LoopHours)))
    for code in np.unique(loop.rejection):
        rows = np.flatnonzero(loop.rejection == code)
        part = take(loop, rows)
        spot = level if level is None or level.index.ndim == 1 else Spot(level.index[rows], level.share[rows])
        flows = None if airflow is None else airflow[rows]
        found = _rejection_hours(Rejection(int(code)), part, climate, heat[rows], flow[rows], spot, flows)
        for field in fields(LoopHours):
            if len(rows) == d:
                return found
            getattr(out, field.name)[rows] = getattr(found, field.name)
    return out


def take(loop: LoopSet, rows: slice | NDArray[np.int64]) -> LoopSet:
    """Give some of the designs."""
    return LoopSet(**{field.name: getattr(loop, field.name)[rows] for field in fields(loop)})


def _rejection_hours(
    code: Rejection,
    loop: LoopSet,
    climate: Climate,
    heat: Floats,
    flow: Floats,
    level: Spot | None,
    airflow: Floats | None,
) -> LoopHours:
    if code is Rejection.HYBRID:
        return _hybrid_hours(loop, climate, heat, flow, level)
    grid = climate.grid
    if code is Rejection.WET:
        table = wet_table(loop, heat, flow, grid, climate.pressure, climate.moist)
        return _wet_hours(loop, climate, table, level)
    if code is Rejection.NONE:
        return _read(loop, climate, bare_table(loop, heat, flow, grid), _spot(climate, climate.dry_bulb), level)
    table, held = dry_table(loop, heat, flow, grid)
    if code is Rejection.DRY:
        return _read(loop, climate, table, _spot(climate, climate.dry_bulb), level)
    limit = at_level(held, level)
    air = wetted_air(climate.dry_bulb, climate.wet_bulb, loop.pad_effectiveness[:, None], limit)
    if code is Rejection.ADIABATIC:
        gas = (loop.spare * loop.capacity_ratio / loop.rejection_rise)[:, None]
    else:
        gas = at_level(np.zeros_like(heat) if airflow is None else airflow, level)
    evaporation = gas / EVAPORATION * (climate.dry_bulb - air)
    found = _read(loop, climate, table, _spot(climate, air), level, evaporation)
    # Air held at the limit needs the fans at full speed and no chiller: a kink that the grid would blur.
    kept = air <= limit
    full = (loop.fan_share * loop.spare)[:, None] if code is Rejection.ADIABATIC else np.zeros((1, 1))
    return LoopHours(
        fans=np.where(evaporation > 0.0, full, found.fans),
        taken=np.where(kept, 0.0, found.taken),
        chillers=np.where(kept, 0.0, found.chillers),
        evaporation=evaporation,
        supply=np.where(kept, loop.supply[:, None], found.supply),
    )


def _spot(climate: Climate, air: Floats) -> Spot:
    return Spot.on(air, climate.grid[0], STEP, len(climate.grid))


def _read(
    loop: LoopSet,
    climate: Climate,
    table: LoopTable,
    spot: Spot,
    level: Spot | None,
    evaporation: Floats | None = None,
) -> LoopHours:
    """Look the table up; chillers with condensers of their own see the dry bulb."""
    fans = look_up(table.fans, spot, level)
    supply = look_up(table.supply, spot, level)
    if np.any(table.taken > 0.0):
        taken, chillers = look_up(table.taken, spot, level), look_up(table.work, spot, level)
        air = loop.chiller == Chiller.AIR
        if np.any(air):
            evaporating = (loop.supply - EVAPORATOR_APPROACH)[:, None]
            lift = np.maximum(climate.dry_bulb + AIR_CONDENSER_APPROACH - evaporating, MIN_LIFT)
            chillers = chillers * (lift if np.all(air) else np.where(air[:, None], lift, 1.0))
    else:
        taken = chillers = np.broadcast_to(np.float64(0.0), fans.shape)
    if evaporation is None:
        evaporation = np.broadcast_to(np.float64(0.0), fans.shape)
    return LoopHours(fans, taken, chillers, evaporation, supply)


def _wet_hours(loop: LoopSet, climate: Climate, table: LoopTable, level: Spot | None) -> LoopHours:
    spot = _spot(climate, climate.wet_bulb)
    evaporation = np.zeros((len(loop.supply), len(climate.wet_bulb)))
    if table.gain is not None and table.base is not None:
        evaporation = look_up(table.gain, spot, level)
        evaporation *= -climate.humidity
        evaporation += look_up(table.base, spot, level)
    return _read(loop, climate, table, spot, level, np.maximum(evaporation, 0.0, out=evaporation))


def _hybrid_hours(loop: LoopSet, climate: Climate, heat: Floats, flow: Floats, level: Spot | None) -> LoopHours:
    """Run a dry cooler in series before a tower: dry takes what it can, the tower the rest."""
    fans, full = hybrid_dry_fans(loop, heat, flow, climate.grid)
    entering = loop.supply[:, None] + loop.rise[:, None] * at_level(heat / flow, level)
    dry = at_level(full * flow, level) * (entering - climate.dry_bulb) / loop.rise[:, None]
    asked = at_level(heat, level)
    dry = np.clip(dry, 0.0, asked)
    top = heat.max(axis=1)
    levels = top[:, None] * np.linspace(0.0, 1.0, _TOWER_LEVELS)
    tower = np.maximum(levels, loop.turndown[:, None])
    table = wet_table(loop, levels, tower, climate.grid, climate.pressure, climate.moist)
    step = np.maximum(top / (_TOWER_LEVELS - 1), 1e-12)[:, None]
    wet = _wet_hours(loop, climate, table, Spot.on(asked - dry, 0.0, step, _TOWER_LEVELS))
    dry_fans = look_up(fans, _spot(climate, climate.dry_bulb), level)
    return LoopHours(wet.fans + dry_fans, wet.taken, wet.chillers, wet.evaporation, wet.supply)
