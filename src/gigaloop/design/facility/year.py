"""A year of many designs in sums: energies, PUE, WUE, hours with and without chillers, by year and by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.design.climate import Weather, design_states
from gigaloop.design.facility.hours import take
from gigaloop.design.facility.plant import PlantState, simulate
from gigaloop.design.facility.plants import PlantSet
from gigaloop.design.records import END_USES

Floats = NDArray[np.float64]

CHUNK = 16
"""Designs that are run together, so that their hours stay in the processor's cache."""
_HOUR = 3600.0
_WATER_DENSITY = 1000.0


@dataclass(frozen=True, eq=False)
class YearTable:
    """A year of designs, arrays (d,): energies [J], water [m3], hours [h]."""

    it_energy: Floats
    end_uses: Mapping[str, Floats]
    """By the names of ``END_USES``."""
    evaporation: Floats
    drift: Floats
    blowdown: Floats
    peak_pue: Floats
    """Highest of all states."""
    peak_power: Floats
    """Highest facility power of all states, at the load of the state [W]."""
    free_hours: Floats
    """Without any chiller."""
    chiller_hours: Floats
    wetted_hours: Floats
    short_hours: Floats
    """In which the supply is warmer than its set point by more than 0.1 K."""
    free_share: Floats
    """Of the heat to liquid (to air where there is none)."""
    supply_max: Floats
    """[K]"""
    heat: Floats
    reusable_heat: Floats
    reuse_temperature: Floats
    """Mean return of the facility water, weighted by the reusable heat [K]."""

    @property
    def energy(self) -> Floats:
        """Energy of the facility."""
        return np.asarray(self.it_energy + sum(self.end_uses[name] for name in END_USES), dtype=np.float64)

    @property
    def pue(self) -> Floats:
        """Energy of the facility over that of its IT (ISO/IEC 30134-2)."""
        return _over(self.energy, self.it_energy)

    @property
    def water(self) -> Floats:
        """Make-up."""
        return self.evaporation + self.drift + self.blowdown

    @property
    def wue(self) -> Floats:
        """Make-up over the energy of the IT [m3/J] (ISO/IEC 30134-9)."""
        return _over(self.water, self.it_energy)


@dataclass(frozen=True, eq=False)
class MonthTable:
    """Months of designs, arrays (d, 12); NaN in months that the weather lacks."""

    pue: Floats
    wue: Floats
    """[m3/J]"""
    free_share: Floats
    """Of the hours, without any chiller."""
    dry_bulb: Floats
    """Mean (12,) [K]."""
    wet_bulb: Floats
    """Mean (12,) [K]."""


def _over(value: Floats, it: Floats) -> Floats:
    """Divide by what the IT takes; without IT nothing is effective."""
    return np.asarray(np.divide(value, it, out=np.full(value.shape, np.inf), where=it > 0.0), dtype=np.float64)


def annual(state: PlantState, weather: Weather | None = None) -> YearTable:
    """Sum the states of a year up.

    Parameters
    ----------
    state
        By :func:`~gigaloop.design.facility.plant.simulate`.
    weather
        Whose hours count; that of the state unless given.
    """
    hours = (state.weather if weather is None else weather).hours
    seconds = hours * _HOUR
    power = state.power
    liquid = state.reusable @ seconds
    set_point = np.where(state.plants.water_heat, state.plants.water.supply, state.plants.air_supply)[:, None]
    weight = np.where(liquid > 0.0, liquid, 1.0)
    return YearTable(
        it_energy=state.it_power @ seconds,
        end_uses={name: state.end_uses[name] @ seconds for name in END_USES},
        evaporation=state.evaporation @ seconds / _WATER_DENSITY,
        drift=state.drift @ seconds / _WATER_DENSITY,
        blowdown=state.blowdown @ seconds / _WATER_DENSITY,
        peak_pue=np.max(_over(power, state.it_power), axis=1),
        peak_power=np.max(power, axis=1),
        free_hours=~state.chilled @ hours,
        chiller_hours=state.chilled @ hours,
        wetted_hours=state.wetted @ hours,
        short_hours=(state.supply > set_point + 0.1) @ hours,
        free_share=state.free @ hours / hours.sum(),
        supply_max=np.max(state.supply, axis=1),
        heat=state.heat @ seconds,
        reusable_heat=liquid,
        reuse_temperature=np.where(
            liquid > 0.0, (state.reusable * state.returns) @ seconds / weight, state.returns @ hours / hours.sum()
        ),
    )


def monthly(state: PlantState) -> MonthTable:
    """Sum the states up by month."""
    weather = state.weather
    member = (weather.month[:, None] == 1 + np.arange(12)) * weather.hours[:, None]
    total = member.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        energy = state.it_power @ member
        return MonthTable(
            pue=state.power @ member / energy,
            wue=state.water @ member / energy / _WATER_DENSITY,
            free_share=~state.chilled @ member / total,
            dry_bulb=weather.dry_bulb @ member / total,
            wet_bulb=weather.wet_bulb @ member / total,
        )


def year_table(plants: PlantSet, weather: Weather, load: ArrayLike = 1.0) -> YearTable:
    """Run designs through a year and sum it up, a few at a time: memory stays that of ``CHUNK`` designs.

    Parameters
    ----------
    plants
        The designs.
    weather
        Hours or bins.
    load
        As of :func:`~gigaloop.design.facility.plant.simulate`.
    """
    tables = [annual(simulate(part, weather, share)) for part, share in _chunks(plants, load)]
    joined: dict[str, Floats | dict[str, Floats]] = {
        field.name: np.concatenate([getattr(table, field.name) for table in tables])
        for field in fields(YearTable)
        if field.name != "end_uses"
    }
    uses = {name: np.concatenate([table.end_uses[name] for table in tables]) for name in END_USES}
    return YearTable(**{**joined, "end_uses": uses})  # type: ignore[arg-type]


def part_load(plants: PlantSet, weather: Weather, loads: ArrayLike) -> tuple[Floats, Floats]:
    """Give PUE and mean facility power [W] of a year at each of several loads (k,), both (d, k).

    What does not fall with load, such as no-load losses, held heads, least flows and lighting, makes the PUE of a
    campus rise while its racks are not all there.
    """
    loads = np.asarray(loads, dtype=np.float64)
    tables = [year_table(plants, weather, float(load)) for load in loads]
    seconds = float(weather.hours.sum()) * _HOUR
    return np.stack([t.pue for t in tables], axis=1), np.stack([t.energy / seconds for t in tables], axis=1)


def design_peak(plants: PlantSet, weather: Weather, load: ArrayLike = 1.0) -> tuple[Floats, Floats]:
    """Give PUE and facility power [W] at the design day (d,): the worse of the hottest and the most humid state."""
    state = simulate(plants, design_states(weather), load)
    return np.max(_over(state.power, state.it_power), axis=1), np.max(state.power, axis=1)


def _chunks(plants: PlantSet, load: ArrayLike) -> Iterator[tuple[PlantSet, ArrayLike]]:
    load = np.asarray(load, dtype=np.float64)
    each = load.ndim > 0 and load.shape[0] == len(plants) and (load.ndim == 1 or load.shape[0] > 1)
    for start in range(0, len(plants), CHUNK):
        rows = slice(start, start + CHUNK)
        yield take_plants(plants, rows), load[rows] if each else load


def take_plants(plants: PlantSet, rows: slice | NDArray[np.int64]) -> PlantSet:
    """Give some of the designs."""
    columns = {
        field.name: value[rows]
        for field in fields(PlantSet)
        if isinstance(value := getattr(plants, field.name), np.ndarray) and field.name != "loss_load"
    }
    return replace(plants, **columns, water=take(plants.water, rows), air_loop=take(plants.air_loop, rows))
