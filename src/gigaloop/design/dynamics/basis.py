"""What a trace of a site rests on: its racks at work by kind of workload, and what it draws beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.dynamics.jobs import Job, Load, Share, load_of, schedule
from gigaloop.design.dynamics.lag import first_order
from gigaloop.design.dynamics.swing import square_energy

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.catalogue.kinds import SiteResponse
    from gigaloop.design.records import Design, Facility
    from gigaloop.design.records.step_power import StepPower
    from gigaloop.programme.schema import Generation, Programme, Site, Workload

PROFILES = {"training": "pre-training", "inference": "serving"}
"""Load profiles of the catalogue for workloads that name none, by their kind."""


@dataclass(frozen=True)
class Basis:
    """Racks of a site and the power beside theirs."""

    racks: float
    rack_power: float
    """Into a rack at design power [W]."""
    rack_accelerators: float
    loss: float
    """Of the power path before the racks, over their power: it follows at once."""
    cooling: float
    """Power of cooling and the rest over the racks': it follows with ``lag``."""
    lag: float
    """Time constant of cooling [s]."""

    def site_power(self, it_power: NDArray[np.float64], step: float) -> NDArray[np.float64]:
        """Give the power of the site from that of its racks [W]."""
        slow = first_order(it_power, step, self.lag)
        return np.asarray(it_power * (1.0 + self.loss) + slow * self.cooling, dtype=np.float64)


def site_basis(
    generation: Generation, site: Site, design: Design, response: SiteResponse, facility: Facility | None = None
) -> Basis:
    """Give the racks that all power of a site feeds, and what is drawn beside them.

    Losses are those of the generation's power chain before the rack; the rest of the PUE is cooling and follows slowly.

    Parameters
    ----------
    generation, site
        Of the programme.
    design
        The generation's.
    response
        How the site answers.
    facility
        The site's, where it is at hand: racks and PUE are then its own, else the site's stated PUE counts.

    Raises
    ------
    ProgrammeError
        If the site's PUE is neither stated nor engineered.
    """
    over = (site.annual_pue if facility is None else facility.year.pue.value) - 1.0
    loss = min(over, design.facility_power_per_rack / design.rack_input - 1.0) if design.rack_input else 0.0
    racks = site_racks(site, design) if facility is None else facility.racks
    lag = float(response.cooling_lag)
    return Basis(racks, design.rack_input, float(generation.accelerators_per_rack), loss, over - loss, lag)


def site_racks(site: Site, design: Design) -> float:
    """Give the racks that all power of a site feeds: its last step of energisation over what a rack draws.

    On the facility's basis the site's PUE at its peak is taken off.
    """
    power = float(site.energisation[-1].power) if site.energisation else 0.0
    per_rack = design.rack_input * (site.peak_pue if site.power_basis == "facility" else 1.0)
    return power / per_rack if per_rack else 0.0


def site_jobs(
    programme: Programme,
    catalogue: Catalogue,
    basis: Basis,
    installed: float | None,
    seconds: float,
    seed: int,
    end: Literal["value", "calm", "harsh"] = "value",
    steps: Mapping[str, StepPower] | None = None,
) -> tuple[Job, ...]:
    """Share the racks of a site among the programme's workloads, as jobs of the size that each states.

    A workload whose step is predicted swings as its step does, others as their load profile says. Storage in the racks
    takes its part off what swings in step. Serving is one job: nothing in it is in step.

    Parameters
    ----------
    programme, catalogue
        Workloads and their load profiles.
    basis
        The site's racks.
    installed
        Energy storage in a rack [J]; None where it is not known.
    seconds
        Length of the trace [s].
    seed
        Of the draws.
    end
        Ends of the ranges of the load profiles, see :func:`gigaloop.design.dynamics.jobs.load_of`.
    steps
        Predicted steps of training, by workload.
    """
    total = math.fsum(float(workload.share) for workload in programme.workloads)
    shares = []
    for workload in programme.workloads:
        load = workload_load(catalogue, workload, basis, end, steps)
        steady = workload.kind == "inference"
        if not steady:
            load = replace(load, coherence=load.coherence * (1.0 - coverage(load, basis.rack_power, installed)))
        size = None if workload.training is None else workload.training.accelerators
        racks = basis.racks * float(workload.share) / total if total else 0.0
        shares.append(Share(load, racks, math.inf if size is None else float(size), workload.id, steady))
    return schedule(shares, basis.rack_power, basis.rack_accelerators, seconds, seed)


def workload_load(
    catalogue: Catalogue,
    workload: Workload,
    basis: Basis,
    end: Literal["value", "calm", "harsh"] = "value",
    steps: Mapping[str, StepPower] | None = None,
) -> Load:
    """Give how a workload loads its racks: by its predicted step where there is one, else as its load profile says.

    Parameters
    ----------
    catalogue, workload, basis
        Load profiles, the workload, and the racks.
    end
        End of the ranges of the load profile.
    steps
        Predicted steps of training, by workload.
    """
    profile = catalogue.load_profile(profile_of(workload))
    load, step = load_of(profile, end), (steps or {}).get(workload.id)
    if step is None or workload.kind != "training":
        return load
    share = min(1.0, basis.rack_accelerators * step.limit / basis.rack_power) if basis.rack_power else 0.0
    return load_from_step(load, load_of(profile), step, share)


def load_from_step(load: Load, base: Load, step: StepPower, share: float) -> Load:
    """Put the period, the duty and the two levels of a predicted step into a load.

    Parameters
    ----------
    load
        Of the workload's profile, at the end of its ranges that is looked at: by as much as its levels are off those of
        ``base``, those of the step are moved.
    base
        The same profile, at its values.
    step
        Power of the accelerators over a step.
    share
        Of the rack's design power that the accelerators' thermal design power is; the rest of the rack does not swing.
    """
    high, low, duty = step.levels
    rest = 1.0 - share
    upper = rest + share * high / step.limit + load.compute - base.compute
    lower = rest + share * low / step.limit + load.communicate - base.communicate
    return replace(load, period=step.period, duty=duty, compute=max(upper, lower), communicate=max(lower, 0.0))


def profile_of(workload: Workload) -> str:
    """Give the id of a workload's load profile: its own, or that of its kind."""
    return workload.load_profile or PROFILES[workload.kind]


def coverage(load: Load, rack_power: float, installed: float | None) -> float:
    """Give the share of a load's swing that storage in the rack takes away."""
    needed = square_energy(rack_power * max(0.0, load.compute - load.communicate), load.period, load.duty)
    return min(1.0, installed / needed) if installed and needed else 0.0
