"""What a programme leaves to the facility engine, for the plan and the costs: PUE, and what equipment serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.quantity import BARE, Quantity
from gigaloop.core.units import UNITS
from gigaloop.design.climate import site_weather
from gigaloop.design.facility.facility import design_facility
from gigaloop.design.facility.sizing import size_plant
from gigaloop.design.facility.year import year_table
from gigaloop.design.records import Design
from gigaloop.design.rules.places import hall_takes
from gigaloop.programme.schema import Programme, Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

_DECIMALS = 4


@dataclass(frozen=True)
class SiteFigures:
    """What the facility engine fills in at a site."""

    pue: Quantity
    """Facility over IT power at the design day."""
    energy_pue: Quantity
    """Facility over IT energy of the year."""
    per_power: Mapping[str, Quantity]
    """Facility power that one piece of equipment serves, spares counted, by part."""


def engineered(programme: Programme, designs: Mapping[str, Design], catalogue: Catalogue) -> Mapping[str, SiteFigures]:
    """Engineer what sites leave to the facility engine, by site: their PUE, and what a piece of equipment serves.

    Each hall counts with its power and the newest generation that it takes: its PUE at the design day for power, over
    a typical year at mean load for energy. Equipment is sized for the generation with the most power. A site that
    states all, or takes no generation, is left out.

    Parameters
    ----------
    programme
        The programme.
    designs
        Its generations, engineered, by id.
    catalogue
        Classes of equipment, architectures, climate stations.

    Raises
    ------
    ProgrammeError
        If a site that leaves something out has no weather.
    GigaloopError
        If its racks cannot be fed or cooled as it states.
    """
    found = {site.id: _figures(programme, site, designs, catalogue) for site in programme.sites if _asks(site)}
    return {site: figures for site, figures in found.items() if figures is not None}


def with_engineered(programme: Programme, found: Mapping[str, SiteFigures]) -> Programme:
    """Give the programme with what its sites left out; what they state stays."""
    if not found:
        return programme
    return programme.with_sites(
        tuple(_filled(site, found[site.id]) if site.id in found else site for site in programme.sites)
    )


def _asks(site: Site) -> bool:
    return site.pue is None or any(each.per_power is None for each in site.equipment)


def _filled(site: Site, figures: SiteFigures) -> Site:
    equipment = tuple(
        each.model_copy(update={"per_power": figures.per_power.get(each.part)}) if each.per_power is None else each
        for each in site.equipment
    )
    update: dict[str, object] = {"equipment": equipment}
    if site.pue is None:
        update |= {"pue": figures.pue, "energy_pue": site.energy_pue or figures.energy_pue}
    return site.model_copy(update=update)


def _figures(
    programme: Programme, site: Site, designs: Mapping[str, Design], catalogue: Catalogue
) -> SiteFigures | None:
    weather = site_weather(programme, site, catalogue)
    powers = _powers(programme, site, designs)
    if not powers:
        return None
    peak = annual = 0.0
    for id_, power in powers.items():
        design = designs[id_]
        sized = size_plant(programme, programme.generation_of[id_], design, site, catalogue, weather)
        year = year_table(sized.plants, weather, min(1.0, design.mean_input / design.rack_input))
        peak += power * sized.peak_pue
        annual += power * float(year.pue[0])
    total = sum(powers.values())
    main = programme.generation_of[max(powers, key=lambda each: powers[each])]
    where = f"{weather.name}, {weather.period}"
    names = ", ".join(f"{100 * powers[each] / total:.0f} % {programme.generation_of[each].name}" for each in powers)
    per_power: dict[str, Quantity] = {}
    if any(each.per_power is None for each in site.equipment):
        facility = design_facility(programme, main, site, catalogue, weather, designs, samples=0)
        note = f"facility power at the design day over the pieces that it needs, spares counted, with {main.name}"
        per_power = {
            line.part: _engineered(programme, line.per_power, "MW", note) for line in facility.equipment if line.part
        }
    return SiteFigures(
        _engineered(programme, round(peak / total, _DECIMALS), "1", f"design day of {where}, halls with {names}"),
        _engineered(programme, round(annual / total, _DECIMALS), "1", f"{where}, halls with {names}"),
        per_power,
    )


def _powers(programme: Programme, site: Site, designs: Mapping[str, Design]) -> dict[str, float]:
    """Give the power of a site's halls by the newest generation that each takes [W]."""
    newest = sorted(programme.generations, key=lambda each: each.effectivity.volume, reverse=True)
    powers: dict[str, float] = {}
    for hall in site.halls:
        for generation in newest:
            footprint, bus = float(generation.footprint), generation.power.bus
            if hall_takes(designs[generation.id], footprint, bus, hall):
                powers[generation.id] = powers.get(generation.id, 0.0) + float(hall.power)
                break
    return powers


def _engineered(programme: Programme, value: float, unit: str, note: str) -> Quantity:
    evidence = Evidence("facility engine of gigaloop", programme.as_of.isoformat(), EvidenceKind.COMPUTED, note=note)
    return Quantity(value, BARE if unit == "1" else UNITS[unit], None, evidence)
