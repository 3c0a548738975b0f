"""The power of a site over time as plain data in SI units, for machines."""

from __future__ import annotations

from typing import Any

from gigaloop.design.records import Dynamics
from gigaloop.design.records.dynamics import RampStatistic, Remedy, SiteStorage, Spread, SwingStorage


def dynamics_object(found: Dynamics) -> dict[str, Any]:
    """Give the dynamics of a site as plain data: SI units, shares as fractions."""
    band = found.band
    return {
        "site": found.site,
        "generation": found.generation,
        "source": found.source,
        "racks": found.racks,
        "hours": found.hours,
        "step_s": found.step,
        "seed": found.seed,
        "ok": found.ok,
        "peak_w": found.peak,
        "mean_w": found.mean,
        "least_w": found.least,
        "jobs": [
            {
                "name": job.name,
                "profile": job.profile,
                "racks": job.racks,
                "start_s": job.start,
                "stop_s": job.stop,
                "failures": job.failures,
            }
            for job in found.jobs
        ],
        "ramps": [_ramp(ramp) for ramp in found.ramps],
        "band": None
        if band is None
        else {
            "low_hz": band.low,
            "high_hz": band.high,
            "amplitude_w": band.amplitude,
            "frequency_hz": band.frequency,
            "rms_w": band.rms,
        },
        "rack_swing": _swing(found.swing),
        "findings": [
            {
                "id": finding.id,
                "title": finding.title,
                "value": finding.value,
                "limit": finding.limit,
                "unit": finding.unit,
                "margin": finding.margin,
                "ok": finding.ok,
                "path": finding.path,
                "detail": finding.detail,
            }
            for finding in found.findings
        ],
        "storage": [_storage(need) for need in found.storage],
        "storage_energy_j": _spread(found.storage_energy),
        "remedies": [_remedy(remedy) for remedy in found.remedies],
        "thermal": [
            {
                "loop": hold.loop,
                "capacity_j_k": hold.capacity,
                "time_constant_s": hold.time_constant,
                "headroom_k": hold.headroom,
                "holds_s": hold.seconds,
                "load_step_w": hold.load_step,
            }
            for hold in found.thermal
        ],
        "reconnect_s": found.reconnect,
        "times_s": found.times,
        "trace_w": found.trace,
        "smoothed_w": found.smoothed,
        "zoom_times_s": found.zoom_times,
        "zoom_w": found.zoom,
        "inputs": {
            entry.path: {
                "value": str(entry.quantity),
                "low": entry.quantity.bounds[0],
                "high": entry.quantity.bounds[1],
                "assumption": entry.is_assumption,
            }
            for entry in found.inputs
        },
    }


def _ramp(ramp: RampStatistic) -> dict[str, float]:
    return {
        "window_s": ramp.window,
        "rise_w": ramp.rise,
        "fall_w": ramp.fall,
        "range_w": ramp.range,
        "rate_w_s": ramp.rate,
    }


def _swing(swing: SwingStorage) -> dict[str, Any]:
    return {
        "swing_w": swing.swing,
        "period_s": swing.period,
        "duty": swing.duty,
        "needed_j": _spread(swing.needed),
        "installed_j": swing.installed,
        "coverage": swing.coverage,
        "residual_w": swing.residual,
    }


def _storage(need: SiteStorage) -> dict[str, Any]:
    return {
        "purpose": need.purpose,
        "power_w": need.power,
        "energy_j": need.energy,
        "least_energy_j": need.least_energy,
        "losses": need.losses,
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "name": remedy.name,
        "covers": remedy.covers,
        "swing_before_w": remedy.swing_before,
        "swing_after_w": remedy.swing_after,
        "ramp_after_w_s": remedy.ramp_after,
        "energy_cost": remedy.energy_cost,
        "storage_j": remedy.storage,
    }


def _spread(spread: Spread) -> dict[str, float]:
    return {"value": spread.value, "low": spread.low, "high": spread.high}
