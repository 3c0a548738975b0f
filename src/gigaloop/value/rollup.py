"""Capital, energy and the value of compute by year, and $/GW with what it covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue import Catalogue
from gigaloop.core.units import WEEK, YEAR
from gigaloop.design import Design
from gigaloop.plan import Plan
from gigaloop.plan.inputs.facts import energy_price
from gigaloop.programme import Programme
from gigaloop.programme.schema import Site
from gigaloop.value.tokens import HourCost, TokenCost, hour_costs, token_costs
from gigaloop.value.unit_parts import UnitPartCost, unit_part_costs

Floats = NDArray[np.float64]

_UNIT_PARTS = "racks brought online x pieces of su_parts per rack x cost of the part"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the roll-up: money by year [USD of the price year, not discounted], at a site."""

    item: str
    group: str
    """``capital``, ``running`` or ``compute``."""
    site: str
    usd: Floats
    """(years,)"""
    basis: str
    """How the line is computed."""


@dataclass(frozen=True, slots=True)
class PerPower:
    """Capital per unit of power, with the basis: which power, what is in and what is out."""

    basis: str
    """``IT`` or ``facility``."""
    usd_per_watt: float
    power: float
    """Power that the capital brings online [W]."""
    capital: float
    included: tuple[str, ...]
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Valuation:
    """What the plan costs and what its compute is worth, in the programme's price year."""

    price_year: int
    years: tuple[int, ...]
    lines: tuple[Line, ...]
    per_power: tuple[PerPower, ...]
    energy: Floats
    """Facility energy by site and year [J], (sites, years)."""
    carbon: Floats
    """Emissions by site and year at the grid's mean rate [kg]; NaN where the catalogue holds no rate."""
    peak: Floats
    """Highest facility power of the new racks by site and year [W], (sites, years)."""
    sites: tuple[str, ...]
    assumptions: tuple[str, ...]
    hours: tuple[HourCost, ...] = ()
    """What an accelerator's hour costs, by generation; its parts add up to the lines."""
    tokens: tuple[TokenCost, ...] = ()
    """What a million tokens cost, by generation and workload."""

    def total(self, group: str) -> Floats:
        """Sum the lines of a group by year, (years,)."""
        rows = [line.usd for line in self.lines if line.group == group]
        return np.asarray(np.sum(rows or [np.zeros(len(self.years))], axis=0))


def value_programme(programme: Programme, designs: Mapping[str, Design], plan: Plan, catalogue: Catalogue) -> Valuation:
    """Roll up capital, energy and the value of compute of a plan.

    Parameters
    ----------
    programme
        The programme.
    designs
        Designs by generation.
    plan
        The plan; its racks online by site, generation and week are what is valued.
    catalogue
        Electricity prices and grid emissions by state.

    Notes
    -----
    Covers the racks that the plan brings online, not those online at its start. Money is not discounted. Energy is
    racks online x rack input at design power x ``policy.utilisation`` x PUE; a rack counts as online for whole weeks.
    Capital of a rack, of what completes its scalable unit, and of its facility power falls in the year in which the
    rack comes online.
    """
    years = tuple(sorted(set(plan.calendar.years())))
    year_of = np.searchsorted(years, plan.calendar.years())
    online = np.asarray(plan.online_racks, dtype=np.float64)
    added = np.diff(online, axis=2, prepend=0.0)
    rack_power = np.array([designs[g].rack_input for g in plan.generations])
    beside = {g: tuple(unit_part_costs(programme, programme.generation_of[g], designs[g].on)) for g in plan.generations}
    lines: list[Line] = []
    sites = [programme.site_of[site] for site in plan.sites]
    energy = np.zeros((len(sites), len(years)))
    carbon = np.zeros_like(energy)
    peak = np.zeros_like(energy)
    prices: dict[str, str] = {}

    def by_year(weekly: Floats) -> Floats:
        return np.bincount(year_of, weights=weekly, minlength=len(years)).astype(np.float64)

    for s, site in enumerate(sites):
        for g, generation in enumerate(plan.generations):
            racks = by_year(added[s, g])
            if np.any(racks):
                usd = racks * designs[generation].cost_per_rack
                lines.append(
                    Line(f"{generation} racks", "capital", site.id, usd, "racks brought online x cost per rack")
                )
                lines += [
                    Line(f"{generation} {each.part}", "capital", site.id, racks * each.per_rack, _UNIT_PARTS)
                    for each in beside[generation]
                ]
        facility_power = (rack_power @ online[s]) * site.peak_pue
        usd = by_year(np.diff(facility_power, prepend=0.0)) * programme.usd(site.facility_cost)
        lines.append(Line("facility", "capital", site.id, usd, "facility power added x site.facility_cost"))
        joules = (rack_power @ online[s]) * site.annual_pue * float(programme.policy.utilisation) * WEEK
        energy[s] = by_year(joules)
        price, prices[site.id], emissions = _electricity(programme, site, catalogue)
        lines.append(Line("energy", "running", site.id, energy[s] * price, f"facility energy x {prices[site.id]}"))
        carbon[s] = energy[s] * emissions
        for y in range(len(years)):
            peak[s, y] = facility_power[year_of == y].max(initial=0.0)
        if site.capacity_price is not None:
            weeks = by_year(np.ones_like(facility_power))
            usd = peak[s] * programme.usd(site.capacity_price) * weeks * WEEK
            lines.append(Line("capacity", "running", site.id, usd, "peak facility power x site.capacity_price"))
        lines.append(_compute(programme, plan, online[s], site.id, by_year))
    capital = np.sum([line.usd for line in lines if line.group == "capital"], axis=0).sum()
    hours = hour_costs(programme, designs, plan, lines)
    per_power = tuple(_per_power(rack_power, online[:, :, -1], sites, capital, designs, beside))
    return Valuation(
        programme.price_year,
        tuple(int(year) for year in years),
        tuple(lines),
        per_power,
        energy,
        carbon,
        peak,
        plan.sites,
        tuple(f"{site}: energy at {price}" for site, price in prices.items()),
        hours,
        token_costs(programme, designs, hours),
    )


def _electricity(programme: Programme, site: Site, catalogue: Catalogue) -> tuple[float, str, float]:
    """Give price [USD/J], its description, and emissions [kg/J] of a site's electricity."""
    entry = catalogue.electricity(site.electricity)
    quantity = site.energy_price if site.energy_price is not None else entry.industrial_price
    usd = energy_price(programme, site, catalogue)
    emissions = entry.carbon_intensity
    stated = "stated for the site" if site.energy_price is not None else entry.id
    return usd, f"{quantity} ({stated})", float("nan") if emissions is None else float(emissions)


def _compute(programme: Programme, plan: Plan, online: Floats, site: str, by_year: Callable[[Floats], Floats]) -> Line:
    weeks = np.arange(online.shape[1])
    price_path = (1.0 + float(programme.policy.compute_price_change) * YEAR) ** (weeks * WEEK / YEAR)
    weekly = np.zeros(online.shape[1])
    for g, name in enumerate(plan.generations):
        generation = programme.generation_of[name]
        rack_week = programme.usd(generation.compute_value) * WEEK * float(generation.accelerators_per_rack)
        weekly += online[g] * rack_week * float(programme.policy.availability) * price_path
    basis = "accelerators online x compute_value x availability, moving with policy.compute_price_change"
    return Line("value of compute", "compute", site, by_year(weekly), basis)


def _per_power(
    rack_power: Floats,
    racks: Floats,
    sites: list[Site],
    capital: float,
    designs: Mapping[str, Design],
    beside: Mapping[str, tuple[UnitPartCost, ...]],
) -> list[PerPower]:
    costs = [each for generation in beside.values() for each in generation]
    parts = sorted({each.part for each in costs})
    bare = sorted(generation for generation, found in beside.items() if not found)
    unpriced = {part for each in costs for part in each.unpriced} | {
        p for g in beside for p in designs[g].cost.unpriced
    }
    by_site = racks @ rack_power
    it = float(by_site.sum())
    facility = float(by_site @ np.array([site.peak_pue for site in sites]))
    included = (
        "racks at the price of their bill of materials and conversion",
        *([f"what completes a scalable unit beside its racks: {', '.join(parts)}"] if parts else []),
        "shell, power and cooling at site.facility_cost",
    )
    excluded = (
        *([f"scale-out switches and site cabling of {', '.join(bare)}"] if bare else []),
        "land, grid connection and generation outside site.facility_cost",
        "financing, tax and incentives",
        *(f"{part} (no price known)" for part in sorted(unpriced)),
    )
    return [
        PerPower(basis, capital / power if power else float("nan"), power, capital, included, excluded)
        for basis, power in (("facility", facility), ("IT", it))
    ]
