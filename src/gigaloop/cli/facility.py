"""``gigaloop design facility``: what sites need around the racks of a generation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.checks import show_checks
from gigaloop.cli.design import find_generation, find_site, load
from gigaloop.cli.facility_object import facility_object
from gigaloop.cli.facility_tables import (
    show_blocks,
    show_equipment,
    show_loops,
    show_months,
    show_orders,
    show_uses,
)
from gigaloop.cli.numbers import celsius, counted, equipment, megawatts, money, percent, power, rounded
from gigaloop.core.errors import GigaloopError, ProgrammeError, UsageError
from gigaloop.core.units import UNITS, YEAR
from gigaloop.design.records import Band, Facility, Severity, WeatherNote

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme import Programme
    from gigaloop.programme.schema import Generation

_LITRE_PER_KWH = UNITS["L/kWh"].factor
_GWH = UNITS["GWh"].factor
_LEFT, _RIGHT = "left", "right"


def facility(
    folder: Path, generation: str, site: str, scenario: str, facts: Path | None, weather: Path | None, *, json: bool
) -> None:
    """Engineer the facility of one site or of all."""
    programme, catalogue = load(folder, scenario, facts)
    chosen = find_generation(programme, generation)
    if weather is not None and not site:
        raise UsageError("a weather file is of one site", hint="name it with --site")
    if site:
        found = _one(programme, catalogue, chosen, site, weather)
        if json:
            output.print_json({"programme": programme.id, "facilities": {site: facility_object(found)}, "problems": {}})
            return
        show_facility(found)
        return
    made, errors = _all(programme, catalogue, chosen)
    if json:
        found_objects = {name: facility_object(one) for name, one in made.items()}
        problems = {name: [p.as_dict() for p in error.problems] for name, error in errors.items()}
        output.print_json({"programme": programme.id, "facilities": found_objects, "problems": problems})
        return
    _show_all(chosen, made, errors)


def _one(
    programme: Programme, catalogue: Catalogue, generation: Generation, name: str, weather: Path | None
) -> Facility:
    from gigaloop.design.climate import read_epw, warmed
    from gigaloop.design.facility.facility import design_facility

    site = find_site(programme, name)
    own = None if weather is None else warmed(read_epw(weather), float(site.facility.warming))
    return design_facility(programme, generation, site, catalogue, weather=own)


def _all(
    programme: Programme, catalogue: Catalogue, generation: Generation
) -> tuple[dict[str, Facility], dict[str, GigaloopError]]:
    """Engineer every site; what one lacks does not keep the others from being shown.

    Raises
    ------
    ProgrammeError
        If no site can be engineered.
    """
    from gigaloop.design import design_generation
    from gigaloop.design.facility.facility import design_facility

    designs = {generation.id: design_generation(programme, generation, catalogue)}
    made: dict[str, Facility] = {}
    errors: dict[str, GigaloopError] = {}
    for site in programme.sites:
        try:
            made[site.id] = design_facility(programme, generation, site, catalogue, designs=designs)
        except GigaloopError as error:
            errors[site.id] = error
    if not made:
        raise ProgrammeError([problem for error in errors.values() for problem in error.problems])
    return made, errors


def _show_all(generation: Generation, made: Mapping[str, Facility], errors: Mapping[str, GigaloopError]) -> None:
    output.table(
        f"Facilities for {generation.name}: {counted(len(made), 'site')}, the final power filled with its racks",
        [
            ("site", _LEFT), ("PUE (P10-P90)", _RIGHT), ("design day", _RIGHT), ("L/kWh", _RIGHT), ("peak", _RIGHT),
            ("racks", _RIGHT), ("trim", _RIGHT), ("blocks", _RIGHT), ("rack served", _RIGHT), ("station", _LEFT),
            ("checks", _LEFT),
        ],
        [
            (
                name,
                _banded(found.year.pue),
                f"{found.year.peak_pue.value:.3f}",
                rounded(found.year.wue.value / _LITRE_PER_KWH, "", 3),
                megawatts(found.year.peak_power),
                f"{found.racks:,.0f}",
                f"{found.year.trim_hours:,.0f} h",
                f"{found.blocks.blocks} + {found.blocks.spare_blocks}",
                f"{100 * found.blocks.rack_availability:.4f} %",
                found.weather.station,
                _count_failed(found),
            )
            for name, found in made.items()
        ],
        optional=("blocks", "station", "rack served", "trim", "peak"),
    )  # fmt: skip
    output.line(
        "PUE, L/kWh: of the year at the racks' mean power; design day: PUE at full power in the extremes and 1.5 K"
    )
    output.line("trim: hours in which chillers help; blocks: and spare ones; rack served: time with power and cooling")
    periods = dict.fromkeys(f"{_period(one.weather)}. {one.weather.source}" for one in made.values())
    for period in periods:
        output.line(f"Weather: {period}")
    for name, error in errors.items():
        for problem in error.problems:
            where = f"{problem.where}: " if problem.where else ""
            output.line(f"{name}: {where}{problem.why}", style="yellow")
            if problem.hint:
                output.line(f"    {problem.hint}", style="dim")
    output.line("One site in full: gigaloop design facility ... --site SITE", style="dim")


def _period(weather: WeatherNote) -> str:
    """Say which years the weather is of, and what it is not."""
    typical = ", not extreme" if weather.period.startswith("typical") else ""
    warming = f", warmed by {weather.warming:+.1f} K" if weather.warming else ""
    grain = "by the hour" if weather.grain == "hours" else "in bins of 2 K by month"
    return f"{weather.period}{typical}, {grain}{warming}"


def _count_failed(found: Facility) -> str:
    wrong = [check for check in found.checks if check.failed]
    errors = sum(check.severity is Severity.ERROR for check in wrong)
    parts = [(errors, "error"), (len(wrong) - errors, "warning")]
    return ", ".join(counted(number, name) for number, name in parts if number) or f"{len(found.checks)} hold"


def show_facility(found: Facility) -> None:
    """Print the card of a facility with everything that it stands on."""
    output.line()
    output.line(f"{found.name} with {found.generation}  ({found.site})", style="bold")
    weather = found.weather
    output.line(f"Weather: {weather.name} ({weather.station}), {_period(weather)}. {weather.source}")
    output.table("", [("facility", _LEFT), ("", _RIGHT), ("", _LEFT)], _card(found))
    show_uses(found)
    show_months(found)
    show_loops(found.loops)
    show_blocks(found)
    show_equipment(found)
    show_orders(found)
    show_checks(found.checks, f"sites.{found.site}")
    assumed = sum(entry.is_assumption for entry in found.inputs)
    output.line()
    output.line(f"{assumed} of {len(found.inputs)} inputs of the facility are assumptions; their ranges make the bands")


def _banded(band: Band, digits: int = 3) -> str:
    return f"{band.value:.{digits}f} ({band.p10:.{digits}f}-{band.p90:.{digits}f})"


def _card(found: Facility) -> Iterator[tuple[str, str, str]]:
    year, blocks, weather = found.year, found.blocks, found.weather
    yield "racks", f"{found.racks:,.0f}", f"{power(found.it_power)} of IT at design power, {found.architecture}"
    yield "PUE of the year", _banded(year.pue), f"P10-P90; racks draw {percent(found.mean_load)} of their design power"
    if weather.bins_difference is not None:
        yield "", "", f"by bins instead of hours: {weather.bins_difference:+.4f}"
    yield (
        "  uncertain by",
        "",
        ", ".join(f"{_component(name)} {100 * share:.0f} %" for name, share in found.drivers[:4]),
    )
    within = f"of {megawatts(found.site_power)} energised; PUE {_banded(year.peak_pue)}"
    yield "power at the design day", megawatts(year.peak_power), within
    water = f"{rounded(year.water, 'm3', 3)} a year, at most {rounded(found.water_max / UNITS['L/s'].factor, 'L/s', 3)}"
    litres = Band(*(value / _LITRE_PER_KWH for value in (year.wue.value, year.wue.p10, year.wue.p90)))
    yield "water of the year", f"{_banded(litres, 2)} L/kWh" if year.water else "none", water if year.water else ""
    hot = f"{found.cooling}; at the design day {celsius(found.supply_max)}"
    yield "facility water", celsius(found.supply), hot
    free = f"of 8,760; chillers of any loop run {year.chiller_hours:,.0f} h"
    yield "hours with trim chillers", f"{year.trim_hours:,.0f} h", free
    if year.short_hours:
        yield "hours above the set point", f"{year.short_hours:,.0f} h", "the facility water is warmer than asked"
    heat = f"a year leave the racks in liquid, water returns at {celsius(year.reuse_temperature)}"
    yield "heat for reuse", rounded(year.reusable_heat / _GWH, "GWh", 3), heat
    reuse = None if found.loop_designs is None else found.loop_designs.reuse
    if reuse is not None:
        there = (
            f"{100 * reuse.share:.0f} % of the heat at design, from {celsius(reuse.returns)} to {celsius(reuse.supply)}"
        )
        yield "heat to the network", power(reuse.heat), there
    together = f"of {power(blocks.block_power)} of IT ({blocks.racks_per_block:.0f} racks) each, {blocks.redundancy}"
    yield "blocks", f"{blocks.blocks} + {blocks.spare_blocks}", together
    away = f"a rack is without power or cooling for {(1 - blocks.rack_availability) * YEAR / 60.0:,.0f} minutes a year"
    yield "power and cooling there", f"{100 * blocks.rack_availability:.4f} %", away
    unpriced = [equipment(line.role) for line in found.equipment if line.unit_cost is None]
    without = f"no public price of: {', '.join(unpriced)}" if unpriced else "all classes priced"
    yield "equipment", money(found.equipment_cost), without


def _component(name: str) -> str:
    """Name a component of the bands in words."""
    return name.removeprefix("path.").replace("_", " ")
