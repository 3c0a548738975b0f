"""Checks of the floors of halls: rows that take no rack, and network racks without room."""

from __future__ import annotations

from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema import Hall
from gigaloop.programme.schema.floor import HallFloor

_SHORTEST, _LONGEST = 1, 100
"""Units of a network rack; no rack is higher."""
MOST_STOREYS = 100
"""Storeys of a hall; no building for computers has as many."""


def check_floors(findings: Findings) -> None:
    """Check the floors of the halls of the sites."""
    for site in findings.programme.sites:
        for hall in site.halls:
            if hall.floor is not None:
                path = f"sites.{site.id}.halls.{hall.id}.floor"
                _storeys(findings, path, hall.floor)
                _rows(findings, path, hall, hall.floor)
                _network_racks(findings, path, hall.floor)


def _storeys(findings: Findings, path: str, floor: HallFloor) -> None:
    if int(floor.storeys) > MOST_STOREYS:
        why = f"no hall has {int(floor.storeys):,} storeys"
        findings.add(f"{path}.storeys", why, f"state the storeys of the hall, at most {MOST_STOREYS}")


def _rows(findings: Findings, path: str, hall: Hall, floor: HallFloor) -> None:
    for name, whole in (("row_power", hall.rack_power), ("row_flow", hall.rack_flow)):
        limit = getattr(floor, name)
        if limit is not None and float(limit) < float(whole):
            why = f"a row of {limit} does not take one position of {whole}"
            findings.add(f"{path}.{name}", why, f"state at least {whole}, or leave '{name}' out")
    if floor.row_mass is not None and float(floor.row_mass) <= 0.0:
        findings.add(f"{path}.row_mass", "a row that carries nothing takes no rack", "state a mass, or leave it out")


def _network_racks(findings: Findings, path: str, floor: HallFloor) -> None:
    units, panels = float(floor.network_units), float(floor.panel_units)
    if not _SHORTEST <= units <= _LONGEST:
        why = f"a network rack of {floor.network_units} is none"
        findings.add(f"{path}.network_units", why, "racks have 42 U to 52 U")
    elif not 0.0 <= panels <= units - 1.0:
        why = f"of {floor.network_units}, {floor.panel_units} for panels leave no switch a place"
        findings.add(f"{path}.panel_units", why, f"keep at most {units - 1.0:g} U free")
