"""What the utility asks, held against a site: ramp, range, band, ride-through, storage."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gigaloop.core.units import UNITS
from gigaloop.design.dynamics.ride_through import Backup, Dip, ride
from gigaloop.design.dynamics.storage import Smoothed
from gigaloop.design.records.dynamics import BandSwing, GridFinding, RampStatistic, Spread
from gigaloop.programme.schema.facility import GridLimits, Storage

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import GridRequirement

_MWH = UNITS["MWh"].factor
_ROUNDING = 1e-9


def within(id_: str, title: str, value: float, limit: float, unit: str, path: str, detail: str = "") -> GridFinding:
    """Hold a value against the most that is allowed.

    Examples
    --------
    >>> within("grid.ramp", "Ramp", 3.0, 4.0, "W/s", "").margin
    0.25
    """
    ok = value <= limit * (1.0 + _ROUNDING)
    margin = 1.0 - value / limit if limit else (0.0 if ok else -math.inf)
    return GridFinding(id_, title, value, limit, unit, max(margin, 0.0) if ok else margin, ok, path, detail)


def at_least(id_: str, title: str, value: float, limit: float, unit: str, path: str, detail: str = "") -> GridFinding:
    """Hold a value against the least that is due."""
    margin = value / limit - 1.0 if limit else math.inf
    return GridFinding(id_, title, value, limit, unit, margin, value >= limit, path, detail)


def limits_of(requirement: GridRequirement, stated: GridLimits) -> GridLimits:
    """Give the limits that a site states, with those of a requirement of the catalogue in their place.

    Parameters
    ----------
    requirement
        The entry; what it does not state stays what the site states.
    stated
        By the site.
    """
    named = {name: getattr(requirement, name) for name in GridLimits.model_fields}
    return stated.model_copy(update={name: value for name, value in named.items() if value is not None})


def allowed_ramp(grid: GridLimits, peak: float) -> float | None:
    """Give the ramp that keeps a site within its limits of ramp and of range; None where there is neither [W/s].

    A range within a window is kept by a ramp of range over window: enough for any trace, and needed for a steady one.

    Parameters
    ----------
    grid
        The limits.
    peak
        That shares are of [W].
    """
    ramps = [float(grid.ramp)] if grid.ramp is not None else []
    if grid.range is not None and float(grid.range) > 0.0:
        ramps.append(float(grid.range) * peak / float(grid.range_window))
    return min(ramps, default=None)


def trace_findings(
    grid: GridLimits,
    path: str,
    ramps: Sequence[RampStatistic],
    window: RampStatistic,
    band: BandSwing | None,
    peak: float,
) -> Iterator[GridFinding]:
    """Hold the movements of a trace against the limits that the site states.

    Parameters
    ----------
    grid
        The limits; what is not stated is not checked.
    path
        Of the limits in the programme.
    ramps
        Of the trace, by window.
    window
        Of the trace, over the window of the range.
    band
        Its swings within the band; None where it is too coarse to say.
    peak
        That shares are of [W].
    """
    if grid.ramp is not None and ramps:
        worst = max(ramps, key=lambda found: found.rate)
        detail = f"{worst.change / 1e6:.3g} MW within {worst.window:g} s"
        yield within("grid.ramp", "Ramp of the site", worst.rate, float(grid.ramp), "W/s", f"{path}.ramp", detail)
    if grid.range is not None:
        detail = f"{window.range / 1e6:.3g} MW within {window.window:g} s"
        share = window.range / peak if peak else 0.0
        yield within("grid.range", "Range of power", share, float(grid.range), "1", f"{path}.range", detail)
    if grid.band_amplitude is not None and band is not None:
        detail = f"largest at {band.frequency:.2f} Hz, {band.low:g} to {band.high:g} Hz"
        share = band.amplitude / peak if peak else 0.0
        limit = float(grid.band_amplitude)
        yield within("grid.band", "Swings in the critical band", share, limit, "1", f"{path}.band_amplitude", detail)


def ride_finding(grid: GridLimits, path: str, backup: Backup) -> GridFinding:
    """Hold what stands behind the feed of the racks against the dip that a site must ride.

    Parameters
    ----------
    grid
        The limits.
    path
        Of the limits in the programme.
    backup
        What stands behind the feed.
    """
    dip = Dip(0.0, float(grid.ride_through_voltage), float(grid.ride_through))
    ridden = ride(dip, backup)
    held = math.inf if ridden.outcome == "grid" else dip.duration * (1.0 + ridden.margin)
    means = {
        "grid": "the supplies run on at that voltage",
        "storage": "on the hold-up of the shelves"
        if backup.takes_over is None
        else "on stored energy: the load is off the grid meanwhile",
        "lost": "the racks stop; a UPS, or a battery of the power chain that starts within the hold-up, carries them",
    }
    return at_least(
        "grid.ride-through",
        "Dips ridden through",
        held,
        dip.duration,
        "s",
        f"{path}.ride_through",
        means[ridden.outcome],
    )


def storage_findings(storage: Storage, path: str, need: Spread, power: float, tried: Smoothed) -> Iterator[GridFinding]:
    """Hold the storage that a site has against what its limits need.

    Parameters
    ----------
    storage
        Of the site.
    path
        Of the storage in the programme.
    need
        Energy [J].
    power
        Needed [W].
    tried
        The trace behind the storage that the site has.
    """
    detail = f"the load shows through for {tried.missed:.0f} s of the trace; needed {need.low / _MWH:.3g} to "
    detail += f"{need.high / _MWH:.3g} MWh over the ranges of the load profile"
    yield at_least(
        "grid.storage", "Energy of the site's storage", float(storage.energy), need.value, "J", f"{path}.energy", detail
    )
    yield at_least("grid.storage", "Power of the site's storage", float(storage.power), power, "W", f"{path}.power")
