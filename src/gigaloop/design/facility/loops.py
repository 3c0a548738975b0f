"""Loops over weather: what rejection and chillers of a loop do at each heat and temperature, as tables.

At constant heat the state of a rejection follows from one temperature: dry bulb for dry coolers, wet bulb for towers,
the air behind the pads where they are wetted. So every design is solved once on a grid of it, the year is looked up.
Heat and power are over the design heat of the loop: one set of tables serves any size.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.climate import saturated_enthalpy, saturated_humidity_ratio
from gigaloop.design.climate.psychrometrics import CP_WATER
from gigaloop.design.cooling.chiller import (
    CONDENSER_APPROACH,
    EVAPORATOR_APPROACH,
    MIN_LIFT,
    carnot_fraction,
    part_load_factor,
)
from gigaloop.design.cooling.fans import fan_power
from gigaloop.design.cooling.rejection import (
    counterflow,
    dry_effectiveness,
    dry_rating,
    tower_ntu,
    tower_rating,
    tower_water,
)
from gigaloop.design.facility.plants import WATER_CAPACITY, Chiller, LoopSet, Rejection
from gigaloop.design.fluids.pump import part_load_power

Floats = NDArray[np.float64]

_SPEEDS = np.concatenate([[0.0], np.geomspace(0.004, 1.0, 96)])
"""Of fans, between which a table is interpolated. Source: a choice of this project."""
_ROUNDS = 12
_LEAST_SPAN = 0.02
"""Range of a tower's water that its slopes are taken over at least [K]. Source: a choice of this project."""
_STEP, _FLATTEST = 15.0, 500.0
"""Longest step of Newton's method [K], and least slope that it divides by [J/kg/K]. Source: a choice of this project;
the slope of saturated air is above 1,000."""
_COLDEST_AIR, _HOTTEST_AIR = 208.15, 368.15
"""Of the table of saturated air [K]: wider than any weather. Source: a choice of this project."""


@dataclass(frozen=True, eq=False)
class Moist:
    """Saturated air at one pressure, by temperature: enthalpy [J/kg] and humidity ratio [kg/kg]."""

    temperature: Floats
    enthalpy: Floats
    humidity: Floats

    @classmethod
    def at(cls, pressure: float) -> Moist:
        """Tabulate it in steps of 0.1 K from -65 degC to what is well short of boiling; beyond, the outermost hold.

        Its boiling point falls by ``R T**2 / r`` = 28 K per logarithm of pressure from 100 degC on (IAPWS-95).
        """
        boiling = 373.15 + 28.0 * np.log(pressure / 101325.0)
        temperature = np.arange(_COLDEST_AIR, min(_HOTTEST_AIR, boiling - 8.0), 0.1)
        return cls(
            temperature,
            saturated_enthalpy(temperature, pressure),
            saturated_humidity_ratio(temperature, pressure),
        )

    def enthalpy_at(self, temperature: Floats) -> Floats:
        """Give the enthalpy of saturated air at a temperature."""
        return np.interp(temperature, self.temperature, self.enthalpy)

    def humidity_of(self, enthalpy: Floats) -> Floats:
        """Give the humidity ratio of saturated air of an enthalpy."""
        return np.interp(enthalpy, self.enthalpy, self.humidity)


@dataclass(frozen=True, eq=False)
class LoopTable:
    """What a loop does at each level of load and each temperature of its air: arrays (d, levels, grid).

    Over the loop's design heat: ``fans`` [1], ``taken`` by chillers [1], ``work`` of chillers [1], per kelvin of lift
    [1/K] where condensers give off to air; evaporation at humidity ratio ``w`` is ``base - gain w`` [kg/J].
    """

    fans: Floats
    taken: Floats
    work: Floats
    supply: Floats
    """Of the loop [K]."""
    base: Floats | None = None
    gain: Floats | None = None


def shaped(loop: LoopSet) -> LoopSet:
    """Give the designs with fields (d, 1, 1), to broadcast over levels and grid."""
    return LoopSet(**{field.name: getattr(loop, field.name)[:, None, None] for field in fields(loop)})


def chill(loop: LoopSet, heat: Floats, flow: Floats, leaving: Floats, work: Floats) -> tuple[Floats, Floats, Floats]:
    """Give heat taken by the chillers, their work and the loop's supply.

    Chillers stand behind the rejection in series: they take what is left above the set point, or all of it where the
    loop has no economiser or the rejection leaves the water warmer than it returns. Capacity short of that raises the
    supply.

    Parameters
    ----------
    loop
        The designs, fields (d, 1, 1).
    heat, flow
        Over the loop's design heat and flow (d, levels, 1).
    leaving
        Water that leaves the rejection [K].
    work
        Of the chillers, an estimate: it warms the condenser's water.

    Returns
    -------
    Heat taken and work (per kelvin of lift for air-cooled condensers) over design heat, and supply [K].
    """
    excess = flow * (leaving + loop.exchanger_approach - loop.supply) / loop.rise
    asked = np.where(loop.economiser, np.minimum(np.maximum(excess, 0.0), heat), heat)
    asked = np.where(loop.chiller == Chiller.NONE, np.maximum(excess, 0.0), asked)
    taken = np.where(loop.chiller == Chiller.NONE, 0.0, np.minimum(asked, loop.chiller_capacity))
    supply = loop.supply + np.where(taken < asked - 1e-12, excess - taken, 0.0) * loop.rise / flow
    evaporating = loop.supply - EVAPORATOR_APPROACH
    fraction = carnot_fraction(loop.chiller_cop, loop.chiller == Chiller.AIR)
    factor = part_load_factor(taken / loop.chiller_capacity, loop.chillers)
    condensing = leaving + (heat + work) * loop.rejection_rise / flow + CONDENSER_APPROACH
    lift = np.where(loop.chiller == Chiller.AIR, 1.0, np.maximum(condensing - evaporating, MIN_LIFT))
    return taken, taken * factor * lift / (fraction * evaporating), supply


def _target(loop: LoopSet, heat: Floats, flow: Floats) -> tuple[Floats, Floats]:
    """Give the leaving water that fans hold where they can, and the heat then rejected, over the design heat.

    With an economiser that is the water of the set point; without, what leaves the chillers their least lift.
    """
    evaporating = loop.supply - EVAPORATOR_APPROACH
    fraction = carnot_fraction(loop.chiller_cop, loop.chiller == Chiller.AIR)
    work = heat * part_load_factor(heat / loop.chiller_capacity, loop.chillers) * MIN_LIFT / (fraction * evaporating)
    rejected = np.where(loop.economiser, heat, heat + np.where(loop.chiller == Chiller.WATER, work, 0.0))
    condenser = evaporating + MIN_LIFT - CONDENSER_APPROACH - rejected * loop.rejection_rise / flow
    return np.where(loop.economiser, loop.supply - loop.exchanger_approach, condenser), rejected


def _speeds(required: Floats, reached: Floats) -> Floats:
    """Give the speed (d, levels, grid) at which a curve over ``_SPEEDS`` (d, levels, k) reaches what is required."""
    speed = np.empty(required.shape)
    for row in np.ndindex(required.shape[:2]):
        speed[row] = np.interp(required[row], reached[row], _SPEEDS)
    return speed


def _fans(loop: LoopSet, speed: Floats) -> Floats:
    """Give the power of fans as run, at most that at full speed."""
    power = fan_power(speed, loop.drive_loss, loop.min_speed)
    return np.asarray(loop.fan_share * loop.spare * np.minimum(loop.operation * power, 1.0))


def dry_table(loop: LoopSet, heat: Floats, flow: Floats, air: Floats) -> tuple[LoopTable, Floats]:
    """Solve loops with dry coolers, or with outside air through the hall, at each temperature of the air.

    Parameters
    ----------
    loop
        The designs (d,).
    heat, flow
        Over design heat and flow (d, levels).
    air
        Temperature of the air that the coolers draw in [K] (grid,).

    Returns
    -------
    The table, and the warmest air that holds the set point without chillers (d, levels) [K].
    """
    coolers = loop.rejection != Rejection.OUTSIDE
    ntu = np.ones_like(loop.supply)
    ntu[coolers] = dry_rating(loop.dry_approach[coolers], loop.rejection_rise[coolers], loop.capacity_ratio[coolers])
    ntu = ntu[:, None, None]
    return _dry(shaped(loop), ntu, heat[:, :, None], flow[:, :, None], air, share=np.ones_like(ntu))


def hybrid_dry_fans(loop: LoopSet, heat: Floats, flow: Floats, air: Floats) -> tuple[Floats, Floats]:
    """Give fans (d, levels, grid) of the dry part of a hybrid, and its effectiveness at full speed (d, levels)."""
    share = loop.dry_share[:, None, None]
    ntu = dry_rating(loop.dry_approach, loop.rise, loop.capacity_ratio, loop.dry_share)[:, None, None]
    # It stands on the loop itself, before the heat exchanger.
    shape = shaped(replace(loop, rejection_rise=loop.rise, exchanger_approach=np.zeros_like(loop.rise)))
    _, full = _dry_curve(shape, ntu, flow[:, :, None], share)
    table, _ = _dry(shape, ntu, heat[:, :, None], flow[:, :, None], air, share)
    return table.fans * share, full


def _dry_curve(loop: LoopSet, ntu: Floats, flow: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Give effectiveness over ``_SPEEDS`` (d, levels, k), and at full speed (d, levels)."""
    each = flow / loop.spare
    curve = dry_effectiveness(np.maximum(_SPEEDS, 1e-6), each, ntu, loop.capacity_ratio, share)
    curve[:, :, 0] = 0.0
    return curve, curve[:, :, -1]


def _dry(
    loop: LoopSet, ntu: Floats, heat: Floats, flow: Floats, air: Floats, share: Floats
) -> tuple[LoopTable, Floats]:
    rise = loop.rejection_rise / flow
    target, rejected = _target(loop, heat, flow)
    outside = loop.rejection == Rejection.OUTSIDE
    curve, full = _dry_curve(loop, ntu, flow, share)
    approach = np.where(outside, 0.0, rise * (1.0 / full[:, :, None] - 1.0))
    held = target - rejected * approach
    free = air <= held
    below = np.where(free, target - air, 1.0)
    warmth = rejected * rise
    speed = np.where(free, _speeds(np.where(free, warmth / (warmth + below + 1e-12), 0.0), curve), 1.0)
    leaving = np.where(free, target, air + heat * approach)
    work = np.zeros_like(leaving)
    water = loop.chiller == Chiller.WATER
    for _ in range(4 if np.any(water) else 1):
        leaving = np.where(free, target, air + (heat + np.where(water, work, 0.0)) * approach)
        taken, work, supply = chill(loop, heat, flow, leaving, work)
    fans = np.where(outside, 0.0, _fans(loop, speed))
    return LoopTable(fans, taken, work, supply), held[:, :, 0]


def bare_table(loop: LoopSet, heat: Floats, flow: Floats, air: Floats) -> LoopTable:
    """Solve loops that chillers with air-cooled condensers cool alone."""
    leaving = np.broadcast_to(np.float64(1e6), (*heat.shape, len(air)))
    shape = shaped(loop)
    taken, work, supply = chill(shape, heat[:, :, None], flow[:, :, None], leaving, np.zeros(leaving.shape))
    return LoopTable(np.zeros(leaving.shape), taken, work, supply)


def _tower_pumps(loop: LoopSet, flow: Floats) -> Floats:
    """Give the power of the tower water's pumps, which ends as heat in it, over the loop's design heat."""
    full = loop.tower_head / (WATER_CAPACITY * loop.rejection_rise * loop.pump_efficiency)
    return np.asarray(full * np.minimum(loop.operation * part_load_power(flow, 1.0, loop.held_head), 1.0))


def wet_table(loop: LoopSet, heat: Floats, flow: Floats, wet_bulb: Floats, pressure: float, moist: Moist) -> LoopTable:
    """Solve loops with open towers at each wet bulb.

    Parameters
    ----------
    loop
        The designs (d,).
    heat, flow
        Heat that the towers take, over the loop's design heat, and flow of the tower water over its design flow
        (d, levels).
    wet_bulb
        [K] (grid,)
    pressure
        Of the air [Pa].
    moist
        Saturated air at that pressure.
    """
    rating = loop.tower_approach, loop.rejection_rise, loop.design_wet_bulb
    loop = replace(loop, liquid_to_gas=tower_water(*rating, loop.liquid_to_gas, pressure))
    ntu = tower_rating(*rating, loop.liquid_to_gas, pressure)
    ntu, loop, heat, flow = ntu[:, None, None], shaped(loop), heat[:, :, None], flow[:, :, None]
    rise = loop.rejection_rise / flow
    # Dry air at full speed of all cells, over the design heat [kg/J]; its ratio to the water in heat capacity.
    full = loop.spare / (loop.liquid_to_gas * CP_WATER * loop.rejection_rise)
    per_water = loop.spare / (loop.liquid_to_gas * flow * CP_WATER)
    entering_air = moist.enthalpy_at(wet_bulb)

    def effect(speed: Floats, leaving: Floats, rejected: Floats) -> tuple[Floats, Floats, Floats]:
        span = np.maximum(rejected * rise, _LEAST_SPAN)
        into = moist.enthalpy_at(leaving + span)
        slope = (into - moist.enthalpy_at(leaving)) / span
        units = tower_ntu(speed, flow / loop.spare, ntu)
        return counterflow(units, np.maximum(per_water * speed * slope, 1e-9)), into, units

    pumped = _tower_pumps(loop, flow)
    target, rejected = _target(loop, heat, flow)
    rejected = rejected + pumped
    curve, into, _ = effect(np.maximum(_SPEEDS, 1e-6), target, rejected)
    curve = curve * _SPEEDS
    drive = np.maximum(into - entering_air, 1.0)
    required = rejected / (full * drive)
    free = (required <= curve[:, :, -1:]) & (into > entering_air)
    speed = np.where(free, _speeds(required, curve), 1.0)

    leaving = np.maximum(np.broadcast_to(wet_bulb + 6.0 * heat, required.shape), target)
    work = np.zeros(required.shape)
    water = loop.chiller == Chiller.WATER
    for _ in range(_ROUNDS):
        load = np.where(free, rejected, heat + pumped + np.where(water, work, 0.0))
        found, into, _ = effect(np.ones(1), leaving, load)
        slope = (into - moist.enthalpy_at(into * 0.0 + leaving)) / np.maximum(load * rise, _LEAST_SPAN)
        miss = load / (full * found) - (into - entering_air)
        leaving = np.where(free, target, leaving + np.clip(miss / np.maximum(slope, _FLATTEST), -_STEP, _STEP))
        taken, work, supply = chill(loop, heat, flow, leaving, work)
    load = np.where(free, rejected, heat + pumped + np.where(water, work, 0.0))

    gas = full * np.maximum(speed, 1e-6)
    decay = -np.expm1(-tower_ntu(np.maximum(speed, 1e-6), flow / loop.spare, ntu))
    film = moist.humidity_of(entering_air + load / (gas * decay))
    fans = _fans(loop, speed)
    return LoopTable(fans, taken, work, supply, gas * decay * film, gas * decay)
