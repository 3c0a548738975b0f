"""The facility through a year: every design in every state of the weather, in arrays.

Heat into the facility is that of the IT and of what its power path loses inside the halls, and what pumps and fans add
on the way; it leaves through the loops of :mod:`gigaloop.design.facility.hours`. The facility's power is that of its IT
and the sum of its end uses, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.climate import Weather
from gigaloop.design.climate.psychrometrics import DRY_AIR
from gigaloop.design.cooling.air import fan_rise, fan_share
from gigaloop.design.cooling.water import blowdown
from gigaloop.design.facility.heats import (
    Heats,
    as_run,
    drift_of,
    heats_of,
    loop_pump_power,
    mechanical_rating,
    tower_pump_power,
)
from gigaloop.design.facility.hours import Climate, LoopHours, Spot, at_level, loop_hours, take
from gigaloop.design.facility.plants import AirSide, LoopSet, PlantSet, Rejection
from gigaloop.design.fluids.pump import part_load_power
from gigaloop.design.records import END_USES

Floats = NDArray[np.float64]

COLDEST, HOTTEST = 223.15, 333.15
"""Weather that the equations hold for, -50 to 60 degC [K]. Source: a choice of this project, beyond any site."""
LEAST_CHILL = 0.005
"""Heat over the loop's design heat below which no chiller is started. Source: a choice of this project, a twentieth of
a kelvin at 10 K, which no sensor of a plant tells from none."""
HALL_AIR = 298.15
"""Temperature at which air fans move their volume [K], as ``AIR_DENSITY``: ASHRAE Fundamentals 2017, chapter 1."""
LEVELS = 9
"""Of load, between which the year is interpolated where the load varies by the hour."""


@dataclass(frozen=True, eq=False)
class PlantState:
    """Designs in every state of a weather, arrays (d, n)."""

    plants: PlantSet
    weather: Weather
    it_power: Floats
    """[W]"""
    end_uses: Mapping[str, Floats]
    """[W] by the names of ``END_USES``."""
    evaporation: Floats
    """[kg/s]"""
    drift: Floats
    """[kg/s]"""
    blowdown: Floats
    """[kg/s]"""
    supply: Floats
    """Facility water [K]; the air to the IT where there is no liquid."""
    free: Floats
    """Share of the heat to liquid (to air where there is no liquid) that leaves without a chiller."""
    chilled: NDArray[np.bool_]
    """Whether any chiller runs."""
    wetted: NDArray[np.bool_]
    """Whether water evaporates."""
    heat: Floats
    """That leaves through loops and air [W]."""
    reusable: Floats
    """That leaves the racks in liquid [W]."""
    returns: Floats
    """Of the facility water [K]."""
    losses: tuple[Floats, Floats, Floats]
    """Parts of the end use ``losses`` [W]: power path of the IT, transformers of the mechanical load, substation."""

    @property
    def mechanical(self) -> Floats:
        """Power of pumps, fans and chillers [W]."""
        return np.asarray(
            sum(self.end_uses[name] for name in END_USES if name not in ("losses", "other")), dtype=np.float64
        )

    @property
    def power(self) -> Floats:
        """Facility power [W]."""
        return np.asarray(self.it_power + sum(self.end_uses[name] for name in END_USES), dtype=np.float64)

    @property
    def water(self) -> Floats:
        """Make-up [kg/s]."""
        return self.evaporation + self.drift + self.blowdown


def simulate(plants: PlantSet, weather: Weather, load: ArrayLike = 1.0) -> PlantState:
    """Run designs through the states of a weather.

    Parameters
    ----------
    plants
        The designs.
    weather
        Hours or bins.
    load
        IT power over what the plants are designed for, 0 to 1: a number, one for each design (d,), or one for each
        state (1, n) or (d, n).

    Raises
    ------
    UsageError
        If the load is outside of 0 to 1 or of no shape that fits, or the weather outside of what the equations hold for
        (-50 to 60 degC).
    """
    d, n = len(plants), len(weather)
    loads, level = _levels(np.asarray(load, dtype=np.float64), d, n)
    _check_weather(weather)
    climate = Climate.of(weather)
    density = climate.pressure / (DRY_AIR * HALL_AIR)
    heat = heats_of(plants, loads, density)
    water = _water_loop(plants, climate, heat, level)
    air, air_pumps = _air_loop(plants, climate, heat, level, density)

    def at(values: Floats) -> Floats:
        return np.asarray(np.broadcast_to(at_level(values, level), (d, n)), dtype=np.float64)

    design = heat.water_design[:, None], heat.air_design[:, None]
    it = plants.it_power[:, None] * loads if level is None else plants.it_power[:, None] * np.broadcast_to(load, (d, n))
    uses = {
        "tcs_pumps": at(heat.tcs),
        "fws_pumps": at(heat.pumps + air_pumps),
        "rejection_fans": water.fans * design[0] + air.fans * design[1],
        "chillers": water.chillers * design[0] + air.chillers * design[1],
        "air_fans": at(heat.fans),
        "other": np.broadcast_to((plants.other * plants.it_power)[:, None], (d, n)),
    }
    mechanical = uses["tcs_pumps"] + uses["fws_pumps"] + uses["rejection_fans"] + uses["chillers"] + uses["air_fans"]
    rating = mechanical_rating(plants, heat)[:, None]
    transformers = plants.mechanical_idle[:, None] * rating
    transformers = transformers + plants.mechanical_loss[:, None] / rating * mechanical * mechanical
    path = at(heat.path)
    site = plants.site_loss[:, None] / (1.0 - plants.site_loss[:, None])
    site = site * (it + path + transformers + mechanical + uses["other"])
    evaporation = water.evaporation * design[0] + air.evaporation * design[1]
    drift = np.where(evaporation > 0.0, at(drift_of(plants, heat)), 0.0)
    # Of the loop that carries the liquid, or, without liquid, of what carries the air.
    main = (heat.water_design > 0.0)[:, None]
    share = np.where(main, heat.water, heat.air) / np.where(main[:, 0], heat.water_design, heat.air_design)[:, None]
    flow = np.where(main, heat.water_flow, heat.air_flow)
    rise = np.where(main, plants.water.rise[:, None], plants.air_rise[:, None])
    taken = water.taken if np.all(main) else np.where(main, water.taken, air.taken)
    supply = water.supply if np.all(main) else np.where(main, water.supply, air.supply)
    reusable = at(heat.it * plants.liquid_share[:, None])
    return PlantState(
        plants=plants,
        weather=weather,
        it_power=np.asarray(np.broadcast_to(it, (d, n)), dtype=np.float64),
        end_uses={"losses": path + transformers + site, **uses},
        evaporation=evaporation,
        drift=drift,
        blowdown=blowdown(evaporation, drift, plants.water.cycles[:, None]),
        supply=supply,
        free=1.0 - np.minimum(taken / np.maximum(at(share), 1e-12), 1.0),
        chilled=(water.taken > LEAST_CHILL) | (air.taken > LEAST_CHILL),
        wetted=evaporation > 0.0,
        heat=at(heat.rejected),
        reusable=reusable,
        returns=supply + at(rise * share / flow),
        losses=(path, transformers, site),
    )


def _levels(load: Floats, d: int, n: int) -> tuple[Floats, Spot | None]:
    """Give the levels of load at which designs are solved (d, levels), and where the states lie among them."""
    if not np.all((load >= 0.0) & (load <= 1.0 + 1e-9)):
        raise UsageError(
            "the load of a facility lies between 0 and 1",
            hint="it is the IT power over the IT power that the facility is built for",
        )
    if load.ndim == 0:
        return np.full((d, 1), float(load)), None
    if load.shape == (d,):
        return load[:, None], None
    if load.ndim == 2 and load.shape in ((1, n), (d, n)):
        low, high = load.min(axis=1, keepdims=True), load.max(axis=1, keepdims=True)
        levels = np.broadcast_to(low + (high - low) * np.linspace(0.0, 1.0, LEVELS), (d, LEVELS))
        step = np.maximum(high - low, 1e-9) / (LEVELS - 1)
        spot = Spot.on(np.broadcast_to(load, (d, n)), low, step, LEVELS)
        return np.asarray(levels, dtype=np.float64), spot
    raise UsageError(
        f"a load of shape {load.shape} fits neither {d} designs nor {n} states of the weather",
        hint=f"give a number, one for each design ({d},), or one for each state (1, {n})",
    )


def _check_weather(weather: Weather) -> None:
    if len(weather) == 0:
        raise UsageError("a weather without states makes no year", hint="read an EPW file or take a station's bins")
    for name, values in (("dry bulb", weather.dry_bulb), ("wet bulb", weather.wet_bulb)):
        low, high = float(np.min(values)), float(np.max(values))
        if not (low >= COLDEST and high <= HOTTEST):
            raise UsageError(
                f"{name} from {low - 273.15:.1f} to {high - 273.15:.1f} degC lies outside of what the plant's"
                f" equations hold for ({COLDEST - 273.15:.0f} to {HOTTEST - 273.15:.0f} degC)",
                hint="check the weather's units (K) and its warming",
            )


def _water_loop(plants: PlantSet, climate: Climate, heat: Heats, level: Spot | None) -> LoopHours:
    share = heat.water / np.maximum(heat.water_design, 1e-9)[:, None]
    return _some_hours(plants.water, heat.water_design > 0.0, climate, share, heat.water_flow, level)


def _air_loop(
    plants: PlantSet, climate: Climate, heat: Heats, level: Spot | None, density: float
) -> tuple[LoopHours, Floats]:
    """Run the loops of the air, and give the power of their pumps (d, levels) [W]."""
    loop, active = plants.air_loop, plants.air != AirSide.COILS
    outside = plants.air == AirSide.OUTSIDE
    design = np.maximum(heat.air_design, 1e-9)[:, None]
    share = heat.air / design
    # Outside air: its flow carries the heat of the hall, fans included, and the fans warm it before the IT.
    warmth = fan_rise(plants.fan_pressure, plants.fan_efficiency, density)
    through = fan_share(plants.fan_pressure, plants.air_rise, plants.fan_efficiency, density)
    rise = np.where(outside, plants.air_rise / (1.0 - through), loop.rise)
    flow = np.where(outside[:, None], heat.air_flow, np.maximum(share, loop.turndown[:, None]))
    own = np.where(outside, 0.0, loop_pump_power(loop))[:, None]
    pumps = design * (own + np.where(outside[:, None], 0.0, tower_pump_power(loop)[:, None]))
    loop = replace(
        loop,
        rejection=np.where(outside, Rejection.OUTSIDE, loop.rejection),
        economiser=loop.economiser | outside,
        rise=rise,
        rejection_rise=np.where(outside, rise, loop.rejection_rise),
        exchanger_approach=np.where(outside, warmth, loop.exchanger_approach),
    )
    found = _some_hours(loop, active & (heat.air_design > 0.0), climate, share, flow, level, flow / rise[:, None])
    return found, np.where(active[:, None], pumps, 0.0) * as_run(
        part_load_power(flow, 1.0, loop.held_head[:, None]), loop
    )


def _some_hours(
    loop: LoopSet,
    active: NDArray[np.bool_],
    climate: Climate,
    heat: Floats,
    flow: Floats,
    level: Spot | None,
    airflow: Floats | None = None,
) -> LoopHours:
    """Run the loops that carry heat; the others do nothing."""
    shape = len(active), len(climate.dry_bulb)
    if np.all(active):
        return loop_hours(loop, climate, heat, flow, level, airflow)
    if not np.any(active):
        zero = np.broadcast_to(np.float64(0.0), shape)
        return LoopHours(zero, zero, zero, zero, np.broadcast_to(loop.supply[:, None], shape))
    rows = np.flatnonzero(active)
    spot = level if level is None or level.index.ndim == 1 else Spot(level.index[rows], level.share[rows])
    flows = None if airflow is None else airflow[rows]
    found = loop_hours(take(loop, rows), climate, heat[rows], flow[rows], spot, flows)
    fans, taken, chillers, evaporation = (np.zeros(shape) for _ in range(4))
    full = LoopHours(fans, taken, chillers, evaporation, np.repeat(loop.supply[:, None], shape[1], axis=1))
    for name in ("fans", "taken", "chillers", "evaporation", "supply"):
        getattr(full, name)[rows] = getattr(found, name)
    return full
