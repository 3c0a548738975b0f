"""Heats and flows of designs over load: what the loops carry, and what pumps and air fans take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.climate.psychrometrics import CP_WATER
from gigaloop.design.cooling.air import fan_share
from gigaloop.design.facility.plants import WATER_CAPACITY, AirSide, Chiller, LoopSet, PlantSet, Rejection
from gigaloop.design.fluids.pump import part_load_power

Floats = NDArray[np.float64]

MECHANICAL_MARGIN = 1.25
"""Rating of the transformers of the mechanical load over its rated power. Source: common practice; NFPA 70 (2023),
430.24, asks for it of the largest motor."""


@dataclass(frozen=True, eq=False)
class Heats:
    """Heats of designs at the levels of load: loads, IT, losses and pumps [W], (d, levels); design heats [W] (d,)."""

    it: Floats
    path: Floats
    tcs: Floats
    pumps: Floats
    fans: Floats
    water: Floats
    """On the facility water."""
    air: Floats
    """On the loop of the air, or in outside air."""
    water_design: Floats
    air_design: Floats
    water_flow: Floats
    air_flow: Floats
    rejected: Floats


def heats_of(plants: PlantSet, loads: Floats, density: float) -> Heats:
    """Give heats, pumps and air fans at the levels of load; design values are those at full load."""
    everything = np.concatenate([loads, np.ones((len(plants), 1))], axis=1)
    it = plants.it_power[:, None] * everything
    path = np.stack([np.interp(row, plants.loss_load, loss) for row, loss in zip(everything, plants.loss, strict=True)])
    path = path * plants.it_power[:, None]
    liquid = it * plants.liquid_share[:, None]
    tcs_flow = np.maximum(everything, plants.cdu_turndown[:, None])
    tcs = plants.cdu_share[:, None] * liquid[:, -1:] * as_run(part_load_power(tcs_flow, 1.0, 0.0), plants)
    bare = it - liquid + plants.loss_inside[:, None] * path
    share = fan_share(plants.fan_pressure, plants.air_rise, plants.fan_efficiency, density)[:, None]
    air_flow = np.maximum(bare / np.maximum(bare[:, -1:], 1e-9), plants.fan_turndown[:, None])
    fans = bare[:, -1:] * share / (1.0 - share) * as_run(air_flow ** plants.fan_exponent[:, None], plants)
    air = bare + fans
    loop = plants.water
    load = (liquid + tcs + np.where(plants.air[:, None] == AirSide.COILS, air, 0.0)) * (1.0 - plants.reuse[:, None])
    water_flow = np.maximum(load / np.maximum(load[:, -1:], 1e-9), loop.turndown[:, None])
    own = loop_pump_power(loop)[:, None]
    part = as_run(part_load_power(water_flow, 1.0, loop.held_head[:, None]), loop)
    pumps = load[:, -1:] * own / (1.0 - own) * part
    water = load + pumps
    towers = water[:, -1:] * tower_pump_power(loop)[:, None] * part
    pumps = pumps + towers
    on_air = np.where(plants.air[:, None] == AirSide.COILS, 0.0, air)
    rejected = it + plants.loss_inside[:, None] * path + tcs + fans + (water - load) + towers
    return Heats(
        it=it[:, :-1],
        path=path[:, :-1],
        tcs=tcs[:, :-1],
        pumps=pumps[:, :-1],
        fans=fans[:, :-1],
        water=water[:, :-1],
        air=on_air[:, :-1],
        water_design=water[:, -1],
        air_design=on_air[:, -1],
        water_flow=water_flow[:, :-1],
        air_flow=air_flow[:, :-1],
        rejected=rejected[:, :-1],
    )


def as_run(share: Floats, of: PlantSet | LoopSet) -> Floats:
    """Give the power of machines as run from that under ideal control, over their power at full speed (d, levels).

    Control that is not ideal turns them faster than needed, but no faster than full speed.
    """
    return np.minimum(of.operation[:, None] * share, 1.0)


def loop_pump_power(loop: LoopSet) -> Floats:
    """Give the power of a loop's pumps over the heat that its flow carries: ``dp / (rho cp dT eta)``."""
    return loop.head / (loop.heat_capacity * loop.rise * loop.pump_efficiency)


def tower_pump_power(loop: LoopSet) -> Floats:
    """Give the power of the pumps of the tower's or the condenser's water over the heat."""
    wet = np.isin(loop.rejection, (Rejection.WET, Rejection.HYBRID))
    power = loop.tower_head / (WATER_CAPACITY * loop.rejection_rise * loop.pump_efficiency)
    return np.where(wet, power, 0.0)


def mechanical_rating(plants: PlantSet, heat: Heats) -> Floats:
    """Give the rating of the transformers of the mechanical load (d,) [W]: its rated power with a margin."""
    total = plants.it_power * (plants.cdu_share * plants.liquid_share + 1e-3)
    for loop, design in ((plants.water, heat.water_design), (plants.air_loop, heat.air_design)):
        chiller = np.where(loop.chiller == Chiller.NONE, 0.0, loop.chiller_capacity / loop.chiller_cop)
        pumps = loop_pump_power(loop) + tower_pump_power(loop)
        total = total + design * (loop.fan_share * loop.spare + chiller + pumps)
    air = heat.air_design + np.where(plants.air == AirSide.COILS, plants.it_power * (1.0 - plants.liquid_share), 0.0)
    return MECHANICAL_MARGIN * (total + air * fan_share(plants.fan_pressure, plants.air_rise, plants.fan_efficiency))


def drift_of(plants: PlantSet, heat: Heats) -> Floats:
    """Give the water that towers lose as drops at the levels of load (d, levels) [kg/s]."""
    total = np.zeros_like(heat.water)
    for loop, design, flow in (
        (plants.water, heat.water_design, heat.water_flow),
        (plants.air_loop, heat.air_design, np.maximum(heat.air_flow, plants.air_loop.turndown[:, None])),
    ):
        wet = np.isin(loop.rejection, (Rejection.WET, Rejection.HYBRID))
        mass = np.where(wet, design / (CP_WATER * loop.rejection_rise) * loop.drift, 0.0)
        total = total + mass[:, None] * flow
    return total
