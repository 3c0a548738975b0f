"""The power of a site over time: its racks at work, the limits of its grid, and the storage between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue.facts import facts_of
from gigaloop.design.dynamics.basis import PROFILES, Basis, profile_of, site_basis, site_jobs, workload_load
from gigaloop.design.dynamics.findings import allowed_ramp, ride_finding, storage_findings, trace_findings
from gigaloop.design.dynamics.holds import designed_stores, stores_of, thermal_holds
from gigaloop.design.dynamics.jobs import Job
from gigaloop.design.dynamics.limits import band_swing, ramp_statistics
from gigaloop.design.dynamics.remedies import remedies
from gigaloop.design.dynamics.ride_through import rack_backup, reconnect_time
from gigaloop.design.dynamics.steps import predicted_steps
from gigaloop.design.dynamics.storage import Smoothed, follow, least_energy, sized
from gigaloop.design.dynamics.swing import rack_swing_storage, square_energy, swing_storage
from gigaloop.design.dynamics.trace import PowerTrace, power_trace
from gigaloop.design.dynamics.views import ZOOM_STEP, busiest, decimated, steepest
from gigaloop.design.generation import design_generation
from gigaloop.design.records.dynamics import BandSwing, Dynamics, GridFinding, Remedy, SiteStorage, Spread, SwingStorage
from gigaloop.design.records.rack import Input

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.catalogue.entry import Entry
    from gigaloop.design.records import Design, Facility
    from gigaloop.design.records.step_power import StepPower
    from gigaloop.programme.schema import Generation, Programme, Site, Workload
    from gigaloop.programme.schema.facility import GridLimits

RESPONSE = "usual-site"
"""Entry of the catalogue that says how a site answers to a load that moves."""

Floats = NDArray[np.float64]


def site_dynamics(
    programme: Programme,
    generation: Generation,
    site: Site,
    catalogue: Catalogue,
    *,
    design: Design | None = None,
    facility: Facility | None = None,
    hours: float = 24.0,
    seed: int = 0,
    trace: PowerTrace | None = None,
    source: str = "computed",
    steps: Mapping[str, StepPower] | None = None,
) -> Dynamics:
    """Give the power of a site over time with all its power taken by racks of one generation.

    The programme's workloads share the racks; each kind has its load profile, whose swings give way to those of a
    predicted step. Jobs have the size that their workload
    states, start and stop once, fail and restart. What stands in the racks against swings is taken off before the
    site's. The storage of the site follows without foresight; the ranges of the load profile reach its energy.

    Parameters
    ----------
    programme, generation, site, catalogue
        What to engineer.
    design
        The generation's, where it is at hand.
    facility
        The site's, where it is at hand: racks, PUE and loops are then its own.
    hours
        Length of the trace [h].
    seed
        Of all draws.
    trace
        A recorded trace of the site's power instead of one computed.
    source
        What the trace is: ``computed``, or the name of its file.
    steps
        Power of a step of training, by workload; predicted where not given.

    Raises
    ------
    GigaloopError
        If the trace has no length.
    """
    design = design_generation(programme, generation, catalogue) if design is None else design
    response = catalogue.site_response(RESPONSE)
    basis = site_basis(generation, site, design, response, facility)
    steps = predicted_steps(programme, generation, catalogue, design) if steps is None else steps
    main = _training(programme)
    training = catalogue.load_profile(PROFILES["training"] if main is None else profile_of(main))
    swing = rack_swing_storage(basis.rack_power, training, design.rack.storage.installed)
    if main is not None and steps and main.id in steps:
        swing = _step_swing(catalogue, main, basis, swing.installed, steps)
    grid, path = site.facility.grid, f"sites.{site.id}.facility.grid"
    low, high = float(grid.band_low), float(grid.band_high)
    jobs: tuple[Job, ...] = ()
    if trace is None:
        seconds, step, peak = hours * 3600.0, 1.0, _peak(site, basis, facility)
        jobs = site_jobs(programme, catalogue, basis, swing.installed, seconds, seed, steps=steps)
        racks = power_trace(jobs, seconds, seed=seed, keep_jobs=False)
        power, lines = basis.site_power(racks.power, step), racks.jobs
        zoom_begin, zoom = busiest(jobs, basis, power, seconds, seed, swing.installed)
        zoom_step = ZOOM_STEP
        band = _band(zoom, zoom_step, low, high)
    else:
        power, step, lines = trace.power, trace.step, ()
        seconds, peak, zoom_step = power.size * step, float(power.max()), step
        zoom_begin, zoom = steepest(power, step)
        band = _band(power, step, low, high)
    ramps = ramp_statistics(power, step)
    seen = _Seen(power, step, band)
    findings: list[GridFinding] = []
    ramp = allowed_ramp(grid, peak)
    stored = site.facility.storage
    smoothed, energy, storage = None, Spread(0.0, 0.0, 0.0), []
    if ramp is not None:
        trip = float(response.battery_round_trip if stored is None else stored.round_trip)
        smoothed, restore = sized(power, step, ramp, trip)
        storage.append(_ramp_storage(smoothed, power, step, ramp))
        energies = [smoothed.energy]
        for end in ("calm", "harsh") if trace is None else ():
            other = site_jobs(programme, catalogue, basis, swing.installed, seconds, seed, end, steps)
            moved = basis.site_power(power_trace(other, seconds, seed=seed, keep_jobs=False).power, step)
            energies.append(follow(moved, step, ramp, restore=restore, round_trip=trip).energy)
        energy = Spread(smoothed.energy, min(energies), max(energies))
        if stored is not None:
            size = {"capacity": float(stored.energy), "rating": float(stored.power)}
            tried = follow(power, step, ramp, restore=restore, round_trip=trip, **size)
            findings += storage_findings(stored, f"sites.{site.id}.facility.storage", energy, smoothed.power, tried)
            smoothed = tried
            close = follow(zoom, zoom_step, ramp, restore=restore, round_trip=trip, **size).grid
            seen = _Seen(tried.grid, step, _band(close, zoom_step, low, high), "behind the storage of the site; ")
    findings = [*seen.findings(grid, path, peak), ride_finding(grid, path, rack_backup(design.rack)), *findings]
    storage += _band_storage(grid, seen.band, peak, jobs)
    raw = site_jobs(programme, catalogue, basis, None, seconds, seed, steps=steps) if jobs else ()
    stores = designed_stores(generation, design, basis.racks) if facility is None else stores_of(facility.loops)
    times, shown = decimated(power, step)
    zoom_times, zoom_shown = decimated(zoom, zoom_step, zoom_begin)
    names = dict.fromkeys((training.id, *(profile_of(workload) for workload in programme.workloads)))
    entries = [*(catalogue.load_profile(name) for name in names), response]
    layers: tuple[Remedy, ...] = ()
    if jobs:
        layers = remedies(jobs, raw, basis, swing.installed, training, response, power, smoothed, seconds, seed)
    return Dynamics(
        site=site.id,
        generation=generation.id,
        source=source,
        racks=basis.racks,
        hours=seconds / 3600.0,
        step=step,
        seed=seed,
        jobs=lines,
        peak=float(power.max()),
        mean=float(power.mean()),
        least=float(power.min()),
        ramps=ramps,
        band=band,
        swing=swing,
        findings=tuple(findings),
        storage=tuple(storage),
        storage_energy=energy,
        remedies=layers,
        thermal=thermal_holds(generation, stores, response),
        reconnect=None if grid.reconnect is None else reconnect_time(float(power.max()), float(grid.reconnect)),
        times=times,
        trace=shown,
        smoothed=shown if smoothed is None else decimated(smoothed.grid, step)[1],
        zoom_times=zoom_times,
        zoom=zoom_shown,
        inputs=tuple(entry for source_of in entries for entry in _inputs(source_of)),
    )


@dataclass(frozen=True)
class _Seen:
    """What the grid sees of a site: its load, or the feed behind the storage that it has."""

    power: Floats
    step: float
    band: BandSwing | None
    behind: str = ""

    def findings(self, grid: GridLimits, path: str, peak: float) -> Iterator[GridFinding]:
        ramps = ramp_statistics(self.power, self.step)
        span = min(float(grid.range_window), (self.power.size - 1) * self.step)
        window = ramp_statistics(self.power, self.step, [span])[0]
        for found in trace_findings(grid, path, ramps, window, self.band, peak):
            yield replace(found, detail=self.behind + found.detail)


def _training(programme: Programme) -> Workload | None:
    """Give the training that takes most of the racks."""
    found = [workload for workload in programme.workloads if workload.kind == "training"]
    return max(found, key=lambda workload: workload.share) if found else None


def _step_swing(
    catalogue: Catalogue, workload: Workload, basis: Basis, installed: float | None, steps: Mapping[str, StepPower]
) -> SwingStorage:
    """Hold the storage of a rack against the swing of a predicted step."""
    ends: tuple[Literal["value", "calm", "harsh"], ...] = ("value", "calm", "harsh")
    loads = [workload_load(catalogue, workload, basis, end, steps) for end in ends]
    depths = [basis.rack_power * (load.compute - load.communicate) for load in loads]
    first = loads[0]
    needed = [square_energy(depth, first.period, first.duty) for depth in depths]
    return swing_storage(depths[0], first.period, first.duty, installed, min(needed), max(needed))


def _peak(site: Site, basis: Basis, facility: Facility | None) -> float:
    """Give the power of the site with all racks at design power when it draws most [W]."""
    return basis.racks * basis.rack_power * site.peak_pue if facility is None else facility.year.peak_power


def _band(power: Floats, step: float, low: float, high: float) -> BandSwing | None:
    """Measure the band where a trace is fine and long enough to show it."""
    if 0.5 / step <= low or power.size * step < 2.0 / low:
        return None
    return band_swing(power, step, low, high)


def _ramp_storage(found: Smoothed, power: Floats, step: float, ramp: float) -> SiteStorage:
    _, bound = least_energy(power, step, ramp)
    return SiteStorage("ramps", found.power, found.energy, bound, found.losses)


def _band_storage(grid: GridLimits, band: BandSwing | None, peak: float, jobs: tuple[Job, ...]) -> list[SiteStorage]:
    """Give the storage that brings the largest line of the band to its limit, spread over the racks that swing.

    Storage takes swings down in proportion to its energy, so the share of the line that must go is the share of what
    would flatten the racks.
    """
    if grid.band_amplitude is None or band is None or band.amplitude <= grid.band_amplitude * peak:
        return []
    cut = 1.0 - grid.band_amplitude * peak / band.amplitude
    power = energy = 0.0
    for job in jobs:
        load = job.load
        if load.coherence > 0.0 and load.period <= 1.0 / band.low:
            swing = job.racks * job.rack_power * load.coherence * (load.compute - load.communicate)
            power += cut * swing
            energy += cut * square_energy(swing, load.period, load.duty)
    return [SiteStorage("swings", power, energy, energy, 0.0)] if energy else []


def _inputs(profile: Entry) -> Iterator[Input]:
    for fact in facts_of(profile):
        if fact.quantity is not None:
            yield Input(f"catalogue.{profile.id}.{fact.name}", fact.quantity.with_evidence(fact.evidence))
