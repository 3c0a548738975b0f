"""Checks of how a site is fed and cooled: numbers that no facility can have, whatever its racks."""

from __future__ import annotations

from gigaloop.core.marks import item_keys
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema import Site

COLDEST, HOTTEST = 273.15 + 4.0, 273.15 + 60.0
"""Facility water [K]: above freezing with a margin, and below what seals of plate exchangers take. Source: a guard
against slips of the pen, 2026-11."""


def check_facilities(findings: Findings) -> None:
    """Check the facilities of the sites."""
    for site in findings.programme.sites:
        _weather(findings, site)
        _water(findings, site)
        _grid(findings, site)
        _storage(findings, site)
        _roles(findings, site)


def _weather(findings: Findings, site: Site) -> None:
    left_out = [] if site.pue is not None else ["pue"]
    left_out += [f"per_power of {each.part}" for each in site.equipment if each.per_power is None]
    if left_out and not (site.climate_station or site.facility.weather_file):
        why = f"'{site.id}' leaves its {', '.join(left_out)} to the facility engine, and has no weather"
        hint = "state it, or give the site a 'climate_station' or a 'facility.weather_file'"
        findings.add(f"sites.{site.id}", why, hint)


def _water(findings: Findings, site: Site) -> None:
    cooling = site.facility.cooling
    path = f"sites.{site.id}.facility.cooling"
    if cooling.supply is not None and not COLDEST <= float(cooling.supply) <= HOTTEST:
        why = f"facility water of {cooling.supply} is outside of {COLDEST - 273.15:.0f} to {HOTTEST - 273.15:.0f} degC"
        findings.add(f"{path}.supply", why, "racks take 17 to 45 degC by their class; write it like '40 degC'")
    if cooling.water_limit is not None and float(cooling.water_limit) <= 0.0 and cooling.rejection != "dry":
        why = f"{cooling.rejection} heat rejection needs water, and the limit is {cooling.water_limit}"
        findings.add(f"{path}.water_limit", why, "reject the heat dry, or leave the limit out")


def _grid(findings: Findings, site: Site) -> None:
    grid = site.facility.grid
    path = f"sites.{site.id}.facility.grid"
    if float(grid.band_low) >= float(grid.band_high):
        why = f"the band of frequencies from {grid.band_low} to {grid.band_high} holds none"
        findings.add(f"{path}.band_low", why, "give the lower end a lower frequency than the upper")
    if float(grid.range_window) <= 0.0:
        findings.add(f"{path}.range_window", "a window without length sees no change", "write it like '60 s'")
    for name in ("range", "band_amplitude"):
        share = getattr(grid, name)
        if share is not None and float(share) <= 0.0:
            why = f"'{name}' of {share} lets no load change at all"
            findings.add(f"{path}.{name}", why, "give the share that the utility allows, or leave it out")


def _storage(findings: Findings, site: Site) -> None:
    storage = site.facility.storage
    if storage is None:
        return
    path = f"sites.{site.id}.facility.storage"
    for name in ("power", "energy", "round_trip"):
        if float(getattr(storage, name)) <= 0.0:
            why = f"storage of {getattr(storage, name)} {name.replace('_', ' ')} stores nothing"
            findings.add(f"{path}.{name}", why, "give it some, or leave the storage out")


def _roles(findings: Findings, site: Site) -> None:
    seen: dict[str, str] = {}
    for key, each in zip(item_keys(site.equipment), site.equipment, strict=True):
        if each.role is None:
            continue
        if each.role in seen:
            why = f"'{each.part}' and '{seen[each.role]}' are both the {each.role}"
            hint = "one class of equipment is one line; leave the role of the others out"
            findings.add(f"sites.{site.id}.equipment.{key}.role", why, hint)
        seen.setdefault(each.role, each.part)
