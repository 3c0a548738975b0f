"""Designs of one site run through its typical year, with the racks that they feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.quantity import Quantity
from gigaloop.design.climate import Weather, weather_note
from gigaloop.design.facility.plant import simulate
from gigaloop.design.facility.plants import AirSide, PlantSet
from gigaloop.design.facility.sizing import design_day, site_power
from gigaloop.design.facility.year import year_table
from gigaloop.design.records import Check, Design, Severity
from gigaloop.design.records.trade import TradeSpace
from gigaloop.design.rules.places import hall_takes
from gigaloop.design.trade.choices import Choice, Rack
from gigaloop.design.trade.front import pareto_front
from gigaloop.design.trade.pieces import build, sized_plant

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Programme

_ROUNDING = 1e-9
_WATER = 1000.0


def mean_load(design: Design) -> float:
    """Give the mean power into a rack over that at design power."""
    return design.mean_input / design.rack_input if design.rack_input else 1.0


def _air_share(design: Design) -> float:
    return design.cooling.air_heat / design.rack_input if design.rack_input else 0.0


def run_site(
    programme: Programme, catalogue: Catalogue, choices: Sequence[Choice], plants: PlantSet, weather: Weather
) -> TradeSpace:
    """Run the designs of one site."""
    site = choices[0].site
    power = site_power(programme, site)
    day = design_day(weather)
    unit = simulate(plants, day, 1.0)
    peak_pue = np.max(unit.power / unit.it_power, axis=1)
    rack_power = np.array([choice.rack.design.rack_input for choice in choices])
    basis = peak_pue if site.power_basis == "facility" else np.ones(len(choices))
    racks = np.floor(power / (rack_power * basis) * (1.0 + _ROUNDING))
    plants = replace(plants, it_power=np.maximum(racks, 1.0) * rack_power)
    state = simulate(plants, day, 1.0)
    year = year_table(plants, weather, np.array([mean_load(choice.rack.design) for choice in choices]))
    air = np.array([_air_share(choice.rack.design) for choice in choices]) * (plants.air == AirSide.CHILLED)
    chilled = (1.0 - year.free_share) * (1.0 - air) + year.chiller_hours / weather.hours.sum() * air
    built = [
        build(programme, catalogue, choice, sized_plant(choice, max(racks[row], 1.0), plants, state, row), chilled[row])
        for row, choice in enumerate(choices)
    ]
    roles = tuple(dict.fromkeys(role for each in built for role in each.pieces))
    none = racks < 1.0
    obstacles = tuple(
        obstacle_of(choice, bool(none[row]), float(year.short_hours[row]), float(np.max(state.water[row])))
        for row, choice in enumerate(choices)
    )
    it_power = racks * rack_power
    columns = {
        "racks": racks,
        "rack_power": rack_power,
        "it_power": it_power,
        "accelerators": racks * np.array([choice.rack.design.accelerators for choice in choices]),
        "supply": np.array([choice.supply for choice in choices]),
        "power_cap": np.array([choice.rack.cap for choice in choices]),
        "pue": year.pue,
        "wue": year.wue,
        "peak_pue": peak_pue,
        "peak_power": it_power * peak_pue,
        "water": np.where(none, 0.0, year.water),
        "chilled_share": chilled,
        "chiller_hours": year.chiller_hours,
        "short_hours": year.short_hours,
        "expected_lost": np.where(none, 0.0, [each.lost for each in built]),
        "cost": np.where(none, 0.0, [each.cost for each in built]),
    }
    pieces = {role: np.where(none, 0, [each.pieces.get(role, 0) for each in built]).astype(np.int64) for role in roles}
    objectives = [-it_power, year.pue, year.wue, columns["expected_lost"] / np.maximum(it_power, 1.0)]
    objectives.append(columns["cost"] / np.maximum(it_power, 1.0))
    return TradeSpace(
        programme=programme.id,
        weather={site.id: weather_note(weather)},
        site=tuple(site.id for _ in choices),
        generation=tuple(choice.rack.generation.id for choice in choices),
        cooling=tuple(choice.site.facility.cooling.rejection for choice in choices),
        redundancy=tuple(choice.site.facility.power.redundancy for choice in choices),
        equipment=pieces,
        unpriced=tuple(sorted({role for each in built for role in each.unpriced})),
        left_out=(),
        obstacles=obstacles,
        front=pareto_front(np.stack(objectives, axis=1), np.array([not each for each in obstacles])),
        **columns,
    )


def _own(check: Check, rack: Rack) -> bool:
    """Say whether a check is of the rack itself and not of a place that may take it."""
    subject = f"generations.{rack.generation.id}"
    return check.subject == subject or check.subject.startswith(f"{subject}.")


def obstacle_of(choice: Choice, rackless: bool, short: float, make_up: float) -> str:
    """Say why a design cannot be built or run as it is."""
    limit = choice.site.facility.cooling.water_limit
    rack, halls = choice.rack, choice.site.halls
    if choice.obstacle:
        return choice.obstacle
    footprint, bus = float(rack.generation.footprint), rack.generation.power.bus
    if halls and not any(hall_takes(rack.design, footprint, bus, hall) for hall in halls):
        return f"no hall of the site feeds, cools and carries a rack of {rack.generation.id}"
    broken = [check.id for check in rack.design.failed_checks if check.severity is Severity.ERROR and _own(check, rack)]
    if broken:
        return f"the rack of {rack.generation.id} breaks {', '.join(dict.fromkeys(broken))}"
    if rackless:
        return "the site's power feeds no rack"
    if short >= 1.0:
        return f"the facility water is too warm for {short:.0f} hours of the year"
    if limit is not None and make_up / _WATER > float(limit):
        drawn = Quantity(make_up / _WATER, limit.unit).magnitude
        return f"its make-up of {drawn:,.4g} {limit.unit.symbol} at the design day is above the site's limit of {limit}"
    return ""
