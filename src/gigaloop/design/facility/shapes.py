"""What a sized plant and its year become in the record of a facility."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.quantity import Quantity
from gigaloop.design.climate import Weather, bin_weather, weather_note
from gigaloop.design.cooling.air import air_flow
from gigaloop.design.facility.bands import around
from gigaloop.design.facility.plant import PlantState
from gigaloop.design.facility.plants import AirSide, PlantSet
from gigaloop.design.facility.sizing import SizedPlant
from gigaloop.design.facility.uncertainty import Bands
from gigaloop.design.facility.year import MonthTable, YearTable, annual, year_table
from gigaloop.design.records import (
    END_USES,
    AnnualFigures,
    ChainStage,
    Design,
    EquipmentLine,
    Input,
    LoopPoint,
    Monthly,
    WeatherNote,
    YearProfile,
)
from gigaloop.programme.schema import Site

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gigaloop.catalogue import Catalogue

WATER_DENSITY = 1000.0
"""Of make-up water [kg/m3]."""

_SOME = 1e-9


def note_of(weather: Weather, state: PlantState, load: float) -> WeatherNote:
    """Say which weather it is; for hours also how far the year by bins is off."""
    if weather.grain == "bins":
        return weather_note(weather)
    binned = year_table(state.plants, bin_weather(weather), load)
    return weather_note(weather, bins_difference=float(binned.pue[0] - annual(state).pue[0]))


def chain_of(sized: SizedPlant, design: Design) -> tuple[ChainStage, ...]:
    """Give the stages before the racks for all racks at design power, loaded as redundancy loads them."""
    if sized.chain is None:
        return ()
    it_power = sized.racks * design.rack_input
    stages = [stage for stage in design.chain if stage.location == "facility"]
    flows = sized.chain.flows(1.0)
    return tuple(
        replace(
            stage,
            power_in=into * it_power,
            power_out=out * it_power,
            loss=loss * it_power,
            efficiency=out / into,
        )
        for stage, (_, into, loss, out) in zip(stages, flows, strict=True)
    )


def loop_points_of(sized: SizedPlant, design: Design) -> tuple[LoopPoint, ...]:
    """Give the loops at the design day: coolant, facility water, tower water, and the air side."""
    points: list[LoopPoint] = []
    if sized.loops is not None:
        points += sized.loops.points
    if sized.tower is not None:
        points.append(sized.tower.point)
    plants, day, at = sized.plants, sized.day, sized.worst
    fans = float(day.end_uses["air_fans"][0, at])
    heat = design.cooling.air_heat * sized.racks + fans
    if heat > 0.0:
        supply, rise = float(plants.air_supply[0]), float(plants.air_rise[0])
        flow, pressure = float(air_flow(heat, rise)), float(plants.fan_pressure[0])
        points.append(LoopPoint("air", "air", supply, supply + rise, flow, heat, pressure, fans, 0.0))
    return tuple(points)


def chilled_share(sized: SizedPlant, design: Design, state: PlantState) -> float:
    """Give the share of the year's heat that chillers carry: of facility water, and of the air where it has a loop."""
    air = design.cooling.air_heat / design.rack_input if sized.plants.air[0] == AirSide.CHILLED else 0.0
    taken = (1.0 - state.free[0]) * (1.0 - air) + state.chilled[0] * air
    return state.weather.mean(taken)


def year_of(table: YearTable, bands: Bands, sized: SizedPlant, state: PlantState) -> AnnualFigures:
    """Give the figures of the year with their bands."""
    return AnnualFigures(
        pue=around(float(table.pue[0]), bands.pue),
        wue=around(float(table.wue[0]), bands.wue),
        peak_pue=around(sized.peak_pue, bands.peak_pue),
        peak_power=sized.peak_power,
        it_energy=float(table.it_energy[0]),
        end_uses={name: float(table.end_uses[name][0]) for name in END_USES},
        evaporation=float(table.evaporation[0]),
        drift=float(table.drift[0]),
        blowdown=float(table.blowdown[0]),
        free_hours=float(table.free_hours[0]),
        chiller_hours=float(table.chiller_hours[0]),
        trim_hours=float((state.free[0] < 1.0 - _SOME) @ state.weather.hours),
        wetted_hours=float(table.wetted_hours[0]),
        short_hours=float(table.short_hours[0]),
        heat=float(table.heat[0]),
        reusable_heat=float(table.reusable_heat[0]),
        reuse_temperature=float(table.reuse_temperature[0]),
    )


def months_of(table: MonthTable) -> tuple[Monthly, ...]:
    """Give the months that the weather has."""
    return tuple(
        Monthly(
            month + 1,
            float(table.pue[0, month]),
            float(table.wue[0, month]),
            float(table.dry_bulb[month]),
            float(table.wet_bulb[month]),
            float(table.free_share[0, month]),
        )
        for month in range(12)
        if np.isfinite(table.pue[0, month])
    )


def profile_of(state: PlantState) -> YearProfile:
    """Give the facility in every state of the weather."""
    weather = state.weather
    return YearProfile(
        hours=weather.hours,
        month=weather.month,
        dry_bulb=weather.dry_bulb,
        wet_bulb=weather.wet_bulb,
        it_power=state.it_power[0],
        end_uses={name: np.asarray(state.end_uses[name][0], dtype=np.float64) for name in END_USES},
        water=state.water[0] / WATER_DENSITY,
        supply=state.supply[0],
        free=state.free[0],
    )


def set_point(plants: PlantSet) -> float:
    """Give the set point of the facility water, of the air where there is none [K]."""
    return float(plants.water.supply[0]) if bool(plants.water_heat[0]) else float(plants.air_supply[0])


def facility_inputs(site: Site, catalogue: Catalogue, lines: tuple[EquipmentLine, ...]) -> Iterator[Input]:
    """Give what the site states of its facility, the architecture, and the facts of the equipment."""
    yield from _stated(site.facility, f"sites.{site.id}.facility")
    if site.pue is not None:
        yield Input(f"sites.{site.id}.pue", site.pue)
    yield from _facts(catalogue.facility_architecture(site.facility.architecture))
    power = set(catalogue.ids("power_equipment"))
    entries = dict.fromkeys(line.entry for line in lines)
    for id_ in entries:
        yield from _facts(catalogue.power_equipment(id_) if id_ in power else catalogue.cooling_equipment(id_))


def _stated(record: BaseModel, path: str) -> Iterator[Input]:
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Quantity) and name in record.model_fields_set:
            yield Input(f"{path}.{name}", value)
        elif hasattr(value, "model_fields_set"):
            yield from _stated(value, f"{path}.{name}")


def _facts(entry: BaseModel) -> Iterator[Input]:
    for name in type(entry).model_fields:
        value = getattr(entry, name)
        if isinstance(value, Quantity):
            yield Input(f"catalogue.{getattr(entry, 'id', '')}.{name}", value)
