"""Remedies against swings in layers: storage in the racks, a floor held by software, storage of the site."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.dynamics.basis import Basis, coverage
from gigaloop.design.dynamics.jobs import Job
from gigaloop.design.dynamics.limits import ramp_statistics
from gigaloop.design.dynamics.storage import Smoothed
from gigaloop.design.dynamics.swing import square_energy
from gigaloop.design.dynamics.trace import power_trace
from gigaloop.design.records.dynamics import Remedy

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import LoadProfile, SiteResponse


def remedies(
    jobs: Sequence[Job],
    raw: Sequence[Job],
    basis: Basis,
    installed: float | None,
    profile: LoadProfile,
    response: SiteResponse,
    power: NDArray[np.float64],
    site: Smoothed | None,
    seconds: float,
    seed: int,
) -> tuple[Remedy, ...]:
    """Give what each layer takes away, what it costs in energy, and how much storage it is.

    Storage in the racks takes swings of iterations down by what it holds over what would flatten them. A floor, on top
    of it, keeps waiting and stalling racks at work that nobody needs; it ends with the job. The site's storage turns
    what is left, starts, stops and failures included, into ramps.

    Parameters
    ----------
    jobs, raw
        With the storage in the racks, and as they would be without it.
    basis
        The site's racks.
    installed
        Storage in a rack [J]; None where it is not known.
    profile
        Of the catalogue, for the floor.
    response
        How the site answers: losses of the storage in the racks.
    power
        Of the site, with the storage in the racks [W].
    site
        The trace behind the site's storage; None where no limit asks for any.
    seconds
        Length of the trace [s].
    seed
        Of the trace.
    """
    before, after = _swing(raw, basis), _swing(jobs, basis)
    base_energy = float(power.sum())
    found = [
        Remedy(
            "rack storage",
            "swings of iterations, spikes",
            before,
            after,
            _ramp(power),
            _cycling(raw, installed, float(response.shelf_round_trip)) / base_energy if base_energy else 0.0,
            None if installed is None else installed * basis.racks,
        )
    ]
    floored = [_floored(job, float(profile.floor), basis, installed) for job in raw]
    held = basis.site_power(power_trace(floored, seconds, seed=seed, keep_jobs=False).power, 1.0)
    found.append(
        Remedy(
            "software floor",
            "swings of iterations, checkpoints; not failures and stops",
            after,
            _swing(floored, basis),
            _ramp(held),
            float(held.sum()) / base_energy - 1.0 if base_energy else 0.0,
            0.0,
        )
    )
    if site is not None:
        left = min(after, _ramp(site.grid) * profile.period * profile.duty)
        cost = site.losses / base_energy if base_energy else 0.0
        found.append(Remedy("site storage", "all that is slower", after, left, _ramp(site.grid), cost, site.energy))
    return tuple(found)


def _swing(jobs: Sequence[Job], basis: Basis) -> float:
    """Give what the jobs swing by at the site if all are in step [W]."""
    return (1.0 + basis.loss) * math.fsum(
        job.racks * job.rack_power * job.load.coherence * (job.load.compute - job.load.communicate) for job in jobs
    )


def _floored(job: Job, floor: float, basis: Basis, installed: float | None) -> Job:
    """Give a job that holds a floor; the storage in its racks then covers more of the swing that is left."""
    load = job.load
    if load.coherence <= 0.0:
        return job
    level = min(floor, load.compute)
    load = replace(load, communicate=max(load.communicate, level), stall=max(load.stall, level))
    return replace(
        job, load=replace(load, coherence=load.coherence * (1.0 - coverage(load, basis.rack_power, installed)))
    )


def _cycling(jobs: Sequence[Job], installed: float | None, round_trip: float) -> float:
    """Give the power that storage in the racks loses by cycling once in each period [W s over seconds of trace]."""
    lost = 0.0
    for job in jobs:
        load = job.load
        if installed and load.coherence > 0.0:
            need = square_energy(job.rack_power * (load.compute - load.communicate), load.period, load.duty)
            cycled = min(installed, need) * job.racks * load.coherence
            lost += cycled * (1.0 - round_trip) / load.period * (job.stop - job.start)
    return lost


def _ramp(power: NDArray[np.float64]) -> float:
    return ramp_statistics(power, 1.0, [1.0])[0].rate
