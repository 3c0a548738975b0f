"""What runs when: jobs with their racks, and the stretches of idling, warming up, running and stalling of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import GigaloopError

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import LoadProfile

EDGE = 1 / 16
"""Share of a trace at its beginning and at its end within which the jobs of a schedule start and stop: an assumption
that puts each start and each stop, which load the grid most, once into every trace."""

_SHORTEST = 0.1
"""A run is broken off by a failure after this time at the earliest [s]; keeps stretches in order."""


@dataclass(frozen=True)
class Load:
    """A load profile in plain numbers: powers over the rack's design power, times in s (infinite for never)."""

    name: str
    compute: float
    communicate: float
    idle: float
    stall: float
    period: float
    duty: float
    jitter: float
    coherence: float
    spike: float
    spike_time: float
    warm_up: float
    checkpoint_interval: float
    checkpoint_time: float
    failure_interval: float
    restart: float
    day_swing: float
    day_peak: float
    noise: float
    noise_time: float

    @property
    def mean(self) -> float:
        """Power over a period, over the rack's design power."""
        return self.duty * self.compute + (1.0 - self.duty) * self.communicate


def load_of(profile: LoadProfile, end: Literal["value", "calm", "harsh"] = "value") -> Load:
    """Give a load profile of the catalogue in plain numbers.

    Parameters
    ----------
    profile
        The entry.
    end
        ``calm`` and ``harsh`` take each power, and the coherence, at the end of its range at which load swings least
        or most; times keep their values, as no end of them is the harsher one in every respect.
    """
    low, high = (0, 1) if end == "harsh" else (1, 0)
    shares = {"compute": high, "communicate": low, "idle": low, "stall": low, "coherence": high, "noise": high}
    powers = {name: getattr(profile, name) for name in shares}
    chosen = {name: float(q) if end == "value" else q.bounds[shares[name]] for name, q in powers.items()}
    chosen["compute"] = max(chosen["compute"], chosen["communicate"])

    def seconds(name: str, missing: float) -> float:
        value = getattr(profile, name)
        return missing if value is None else float(value)

    return Load(
        name=profile.id,
        **chosen,
        period=float(profile.period),
        duty=float(profile.duty),
        jitter=float(profile.jitter),
        spike=float(profile.spike),
        spike_time=float(profile.spike_time),
        warm_up=float(profile.warm_up),
        checkpoint_interval=seconds("checkpoint_interval", math.inf),
        checkpoint_time=seconds("checkpoint_time", 0.0),
        failure_interval=seconds("failure_interval", math.inf),
        restart=seconds("restart", 0.0),
        day_swing=float(profile.day_swing),
        day_peak=float(profile.day_peak),
        noise_time=float(profile.noise_time),
    )


@dataclass(frozen=True)
class Job:
    """Work on a number of racks from one moment to another [s]; before and after they idle."""

    name: str
    load: Load
    racks: float
    rack_power: float
    """Thermal design power of a rack [W]."""
    accelerators: float
    """Of the job: one failure of any stops it."""
    start: float
    stop: float


@dataclass(frozen=True, eq=False)
class Stretches:
    """A job cut into stretches, each array of shape (m,): its power is constant, rises in a line, or iterates.

    ``level`` and ``slope`` are over the design power (0 while it iterates); ``worked`` is the time spent iterating and
    ``energy`` the rest's energy over design power, up to the beginning of the stretch [s].
    """

    begin: NDArray[np.float64]
    level: NDArray[np.float64]
    slope: NDArray[np.float64]
    runs: NDArray[np.bool_]
    worked: NDArray[np.float64]
    energy: NDArray[np.float64]
    failures: int


def stretches(job: Job, seconds: float, rng: np.random.Generator) -> Stretches:
    """Cut a job into stretches up to the end of a trace.

    A job warms up, iterates, stalls for each checkpoint, and falls to idle when one of its accelerators fails (times
    between failures are exponential with the mean of one accelerator over their number); after the restart it warms
    up again. At its stop it falls to idle.

    Parameters
    ----------
    job
        The job.
    seconds
        Length of the trace [s].
    rng
        Draws the failures.
    """
    load, end = job.load, min(job.stop, seconds)
    mean_time = load.failure_interval / max(job.accelerators, 1.0)
    first = min(0.0, job.start)
    rows: list[tuple[float, float, float, bool]] = [(first, load.idle, 0.0, False)] if job.start > first else []
    now, failures = job.start, 0
    while now < end:
        warm = min(load.warm_up, end - now)
        if warm > 0.0:
            rows.append((now, load.idle, (load.mean - load.idle) / load.warm_up, False))
            now += warm
        fails = now + max(_SHORTEST, rng.exponential(mean_time)) if math.isfinite(mean_time) else math.inf
        while now < min(end, fails):
            rows.append((now, 0.0, 0.0, True))
            now = min(now + load.checkpoint_interval, fails, end)
            if now < min(end, fails) and load.checkpoint_time > 0.0:
                rows.append((now, load.stall, 0.0, False))
                now = min(now + load.checkpoint_time, fails, end)
        if now < end:
            failures += 1
            rows.append((now, load.idle, 0.0, False))
            now = min(now + max(load.restart, _SHORTEST), end)
    rows.append((max(end, first), load.idle, 0.0, False))
    begin, level, slope = (np.array([row[column] for row in rows]) for column in range(3))
    runs = np.array([row[3] for row in rows])
    length = np.diff(begin)
    worked = np.concatenate(([0.0], np.cumsum(np.where(runs[:-1], length, 0.0))))
    energy = np.concatenate(([0.0], np.cumsum((level[:-1] + 0.5 * slope[:-1] * length) * length)))
    return Stretches(begin, level, slope, runs, worked, energy, failures)


@dataclass(frozen=True)
class Share:
    """A part of a site's racks that does one kind of work."""

    load: Load
    racks: float
    job_accelerators: float
    """Accelerators of one job; infinite for all that the share has."""
    name: str = ""
    """Of its jobs; that of the load profile where not given."""
    steady: bool = False
    """Whether it runs before, through and after the trace, as serving does."""


def schedule(
    shares: Sequence[Share], rack_power: float, rack_accelerators: float, seconds: float, seed: int
) -> tuple[Job, ...]:
    """Fill racks with jobs; those that are not steady start once near the trace's beginning and stop near its end.

    Parameters
    ----------
    shares
        Kinds of work with their racks; each is cut into jobs of its size, the last one smaller.
    rack_power
        Thermal design power of a rack [W].
    rack_accelerators
        Accelerators of a rack.
    seconds
        Length of the trace [s].
    seed
        Of the draws.
    """
    if not seconds > 0.0:
        raise GigaloopError(f"a trace of {seconds:g} s has no length", hint="give it hours, such as 24")
    rng = np.random.default_rng([seed, 0])
    jobs = []
    for share in shares:
        whole = share.racks * rack_accelerators
        size = min(share.job_accelerators, whole)
        count = math.ceil(whole / size - 1e-9) if size > 0.0 else 0
        for index in range(count):
            accelerators = min(size, whole - index * size)
            start, stop = rng.uniform(0.0, EDGE) * seconds, rng.uniform(1.0 - EDGE, 1.0) * seconds
            if share.steady:
                start, stop = -share.load.warm_up - 1.0, seconds + 1.0
            jobs.append(
                Job(
                    name=(share.name or share.load.name) + (f" {index + 1}" if count > 1 else ""),
                    load=share.load,
                    racks=accelerators / rack_accelerators,
                    rack_power=rack_power,
                    accelerators=accelerators,
                    start=start,
                    stop=stop,
                )
            )
    return tuple(jobs)
