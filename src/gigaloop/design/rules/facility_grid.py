"""Rules of a facility against its grid: ramps, swings, storage, dips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.facility_draft import FacilityDraft
from gigaloop.design.rules.rule import Finding, Rule, shown

if TYPE_CHECKING:
    from gigaloop.design.records.dynamics import GridFinding


_UNITS = {"W/s": "MW/min", "1": "%", "s": "s", "W": "MW", "J": "MWh"}
_AT_ALL = 3600.0


def _passed_on(found: GridFinding) -> Finding:
    """Give what the power over time was held against as a finding; what holds for ever is shown as an hour."""
    value = found.value if found.unit != "s" else min(found.value, _AT_ALL)
    sense = Sense.AT_MOST if found.ok == (found.value <= found.limit) else Sense.AT_LEAST
    unit = _UNITS[found.unit]
    return Finding(shown(value, unit), shown(found.limit, unit), found.path, detail=found.detail, sense=sense)


def _of_grid(draft: FacilityDraft, name: str) -> Iterator[Finding]:
    dynamics = draft.facility.dynamics
    for found in dynamics.findings if dynamics is not None else ():
        if found.id == name:
            yield _passed_on(found)


def _ramp(draft: FacilityDraft) -> Iterator[Finding]:
    return _of_grid(draft, "grid.ramp")


def _range(draft: FacilityDraft) -> Iterator[Finding]:
    return _of_grid(draft, "grid.range")


def _band(draft: FacilityDraft) -> Iterator[Finding]:
    return _of_grid(draft, "grid.band")


def _storage(draft: FacilityDraft) -> Iterator[Finding]:
    return _of_grid(draft, "grid.storage")


def _ride_through(draft: FacilityDraft) -> Iterator[Finding]:
    """Hold a UPS or battery of the chain, or the hold-up of the rack's shelves, against the dip to ride."""
    from gigaloop.design.dynamics.findings import ride_finding
    from gigaloop.design.dynamics.ride_through import rack_backup

    backup = rack_backup(draft.design.rack)
    yield _passed_on(ride_finding(draft.site.facility.grid, draft.path("facility", "grid"), backup))


RULES = (
    Rule(
        "facility.ramp",
        "Ramps of the site within the utility's limit",
        Sense.AT_MOST,
        Severity.WARNING,
        "power of a day of the programme's workloads at 1 s",
        "storage at the site, a ramp of the job scheduler, or power smoothing in the racks",
        _ramp,
    ),
    Rule(
        "facility.range",
        "Change of power within the utility's window",
        Sense.AT_MOST,
        Severity.WARNING,
        "power of a day of the programme's workloads at 1 s",
        "storage at the site, a ramp of the job scheduler, or power smoothing in the racks",
        _range,
    ),
    Rule(
        "facility.band",
        "Swings within the utility's critical band of frequencies",
        Sense.AT_MOST,
        Severity.WARNING,
        "largest line of the spectrum of the busiest minutes",
        "energy storage in the racks, power smoothing of the accelerators, or jobs out of step",
        _band,
    ),
    Rule(
        "facility.storage",
        "Storage of the site adequate to its limits",
        Sense.AT_LEAST,
        Severity.WARNING,
        "the day's trace behind the storage that the site has",
        "more energy or power of storage",
        _storage,
    ),
    Rule(
        "facility.ride-through",
        "Dips of the grid ridden through",
        Sense.AT_LEAST,
        Severity.WARNING,
        "voltage and duration that the site must ride, against UPS, battery or hold-up of the shelves",
        "a battery shelf or a UPS in the power chain, or supplies that run on at the lower voltage",
        _ride_through,
    ),
)
