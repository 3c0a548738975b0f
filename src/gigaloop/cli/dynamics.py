"""What ``gigaloop design dynamics`` does: the power of a site over time, its limits, and the storage between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.design import find_generation, find_site, load, stated
from gigaloop.cli.dynamics_object import dynamics_object
from gigaloop.cli.numbers import percent, power, share
from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import find

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Dynamics
    from gigaloop.design.records.dynamics import GridFinding, Spread
    from gigaloop.programme.schema import Site

_RIGHT, _LEFT = "right", "left"


def dynamics(
    folder: Path,
    generation: str,
    site: str,
    scenario: str,
    facts: Path | None,
    *,
    trace: Path | None,
    hours: float,
    seed: int,
    limits: str,
    ramp: str,
    json: bool,
) -> None:
    """Engineer the power of a site over time and show it."""
    from gigaloop.design.dynamics.recorded import read_trace
    from gigaloop.design.dynamics.site import site_dynamics
    from gigaloop.design.facility.facility import design_facility

    if not 0.0 < hours <= 168.0:
        raise UsageError(f"a trace of {hours:g} hours is not computed", hint="more than 0 and at most 168 hours")
    if seed < 0:
        raise UsageError(f"the seed {seed} is below 0")
    programme, catalogue = load(folder, scenario, facts)
    chosen, where = find_generation(programme, generation), find_site(programme, site)
    recorded = None if trace is None else read_trace(trace)
    sited = bool(where.climate_station or where.facility.weather_file)
    found = site_dynamics(
        programme,
        chosen,
        _with_limits(where, limits, ramp, catalogue),
        catalogue,
        facility=design_facility(programme, chosen, where, catalogue) if sited else None,
        hours=hours,
        seed=seed,
        trace=recorded,
        source="computed" if trace is None else trace.name,
    )
    if json:
        output.print_json({"programme": programme.id, "dynamics": dynamics_object(found)})
        return
    show_dynamics(found)


def show_dynamics(found: Dynamics) -> None:
    """Print the power of a site over time: how it moves, what its grid allows, what storage and coolant hold."""
    output.line()
    length = f"{found.hours:.3g} h by {found.step:g} s"
    what = f"computed, {length}, seed {found.seed}" if found.source == "computed" else f"{found.source}, {length}"
    output.line(f"{found.site}: power over time with {found.racks:,.0f} racks of {found.generation}", style="bold")
    output.line(f"Trace: {what}; least {power(found.least)}, mean {power(found.mean)}, peak {power(found.peak)}")
    output.line()
    output.table(
        "Largest changes",
        [("within", _RIGHT), ("rise", _RIGHT), ("fall", _RIGHT), ("range", _RIGHT), ("rate", _RIGHT)],
        [(f"{r.window:g} s", power(r.rise), power(r.fall), power(r.range), f"{power(r.rate)}/s") for r in found.ramps],
    )
    if found.band is not None:
        band = found.band
        at = f"largest line {power(band.amplitude)} at {band.frequency:.2f} Hz, root mean square {power(band.rms)}"
        output.line(f"{band.low:g} to {band.high:g} Hz: {at}")
    _show_limits(found)
    if found.remedies:
        columns = [("remedy", _LEFT), ("takes", _LEFT), ("swing", _RIGHT), ("left", _RIGHT), ("ramp left", _RIGHT)]
        rows = [
            (
                r.name, r.covers, power(r.swing_before), power(r.swing_after), f"{power(r.ramp_after)}/s",
                "not known" if r.storage is None else energy(r.storage), percent(r.energy_cost),
            )
            for r in found.remedies
        ]  # fmt: skip
        output.line()
        heads = [*columns, ("storage", _RIGHT), ("energy cost", _RIGHT)]
        output.table("Remedies in layers", heads, rows, optional=("takes", "swing"))
    output.line()
    output.table("One rack, swings of iterations", [("", _LEFT), ("", _RIGHT), ("", _LEFT)], _rack(found))
    if found.thermal:
        output.line()
        output.table(
            "Without cooling",
            [("loops", _LEFT), ("holds", _RIGHT), ("rise", _RIGHT), ("step of load carried", _RIGHT)],
            [(h.loop, f"{h.seconds:.0f} s", f"{h.headroom:.1f} K", power(h.load_step)) for h in found.thermal],
        )
    if found.reconnect is not None:
        output.line(f"all load is back {found.reconnect / 60.0:.0f} min after the utility lets it begin")
    assumed = sum(entry.is_assumption for entry in found.inputs)
    output.line()
    output.line(f"{assumed} of {len(found.inputs)} numbers of the load profiles are assumptions with a range")


def energy(joules: float) -> str:
    """Write an energy of storage.

    >>> energy(4680.0), energy(7.2e9)
    ('4.68 kJ', '2 MWh')
    """
    units = (("MWh", 3.6e9), ("kWh", 3.6e6), ("MJ", 1e6), ("kJ", 1e3))
    unit, factor = next((entry for entry in units if joules >= entry[1]), units[-1])
    return f"{joules / factor:.3g} {unit}" if joules else "none"


def _show_limits(found: Dynamics) -> None:
    output.line()
    output.table(
        "Limits of the grid",
        [("what", _LEFT), ("value", _RIGHT), ("limit", _RIGHT), ("margin", _RIGHT), ("", _LEFT), ("detail", _LEFT)],
        [_finding(finding) for finding in found.findings],
    )
    for need in found.storage:
        spread = f", {_between(found.storage_energy)} over the ranges of the load profile"
        more = f"; no storage below {energy(need.least_energy)} can do it{spread}" if need.purpose == "ramps" else ""
        output.line(f"storage against {need.purpose}: {power(need.power)}, {energy(need.energy)}{more}")
    if not any(finding.id in ("grid.ramp", "grid.range", "grid.band") for finding in found.findings):
        hint = f"sites.{found.site}.facility.grid states no limit of ramp, range or band; try --limits steady-feed"
        output.note(hint)


def _between(spread: Spread) -> str:
    return f"{energy(spread.low)} to {energy(spread.high)}"


def _finding(finding: GridFinding) -> tuple[str, ...]:
    def written(value: float) -> str:
        if finding.unit == "W/s":
            return f"{power(value * 60.0)}/min"
        if finding.unit == "1":
            return percent(value)
        if finding.unit == "J":
            return energy(value)
        return power(value) if finding.unit == "W" else f"{value:.3g} {finding.unit}"

    mark = "" if finding.ok else "not met"
    return finding.title, written(finding.value), written(finding.limit), share(finding.margin), mark, finding.detail


def _rack(found: Dynamics) -> Iterator[tuple[str, str, str]]:
    swing = found.swing
    yield "swing", power(swing.swing), f"every {swing.period:g} s, computing {percent(swing.duty)} of it"
    yield "storage that evens it out", energy(swing.needed.value), f"{_between(swing.needed)} over the ranges"
    if swing.installed is None:
        yield "storage in the rack", "not known", ""
        return
    covered = (
        f"carries the swing for {swing.covered_time or 0.0:.2f} s; {percent(swing.coverage or 0.0)} of what is needed"
    )
    yield "storage in the rack", energy(swing.installed), covered


def _with_limits(site: Site, limits: str, ramp: str, catalogue: Catalogue) -> Site:
    """Give the site with limits of the catalogue, or another limit of ramp, in place of its own."""
    from gigaloop.design.dynamics.findings import limits_of

    grid = site.facility.grid
    if limits:
        known = ((each.id, catalogue.grid_requirement(each.id)) for each in catalogue.of_kind("grid_requirement"))
        grid = limits_of(find("grid requirement", limits, known), grid)
    if ramp:
        limit = stated("--ramp", ramp, "power rate", "50 MW/min")
        if not limit > 0.0:
            raise UsageError(f"a ramp of {ramp} allows no change", hint="e.g. --ramp '50 MW/min'")
        grid = grid.model_copy(update={"ramp": limit})
    return site.model_copy(update={"facility": site.facility.model_copy(update={"grid": grid})})
