"""The power of jobs over time, exact in energy at any resolution: 24 h at 1 s, or minutes at 100 values per second."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.dynamics.jobs import Job, Load, Stretches, stretches
from gigaloop.design.dynamics.lag import decay, first_order
from gigaloop.design.records.dynamics import JobLine

_DAY = 86400.0

FINE = 0.1
"""Steps up to this length [s] show the spikes at the beginning of computing phases, and the filter of the shelves."""


@dataclass(frozen=True, eq=False)
class PowerTrace:
    """Power at even steps: means over each step."""

    begin: float
    """[s]"""
    step: float
    """[s]"""
    power: NDArray[np.float64]
    """Of all jobs [W], shape (n,)."""
    by_job: NDArray[np.float32]
    """[W], shape (jobs, n); (0, n) where only the sum was asked for, or the trace was read."""
    jobs: tuple[JobLine, ...]

    @property
    def times(self) -> NDArray[np.float64]:
        """Middle of each step [s]."""
        return self.begin + self.step * (np.arange(self.power.size, dtype=np.float64) + 0.5)

    @property
    def energy(self) -> float:
        """Sum over the trace [J]."""
        return float(self.power.sum()) * self.step


def power_trace(
    jobs: Sequence[Job],
    seconds: float,
    *,
    step: float = 1.0,
    begin: float = 0.0,
    end: float | None = None,
    seed: int = 0,
    filter_time: float = 0.0,
    keep_jobs: bool = True,
) -> PowerTrace:
    """Give the power of jobs at even steps; a window of the same seed shows the same failures and iterations.

    Each value is the mean over its step of the power that the job's stretches and iterations give, by differences of
    its energy up to each moment, so that no swing is lost or aliased at a step longer than an iteration. Work scales
    with jobs times steps plus iterations, whatever the number of racks.

    Parameters
    ----------
    jobs
        What runs; those of :func:`gigaloop.design.dynamics.jobs.schedule` or one's own.
    seconds
        Length of the whole trace [s], over which failures are drawn.
    step
        [s]
    begin, end
        Window of the trace [s]; all of it where not given.
    seed
        Of failures, iterations and noise.
    filter_time
        Time constant of the storage in the shelves [s]; acts at steps of at most ``FINE``.
    keep_jobs
        Keep the power of each job, in single precision.

    Raises
    ------
    GigaloopError
        If the window is empty or the step not above 0.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> from gigaloop.design.dynamics.jobs import Share, load_of, schedule
    >>> load = load_of(load_catalogue().load_profile("pre-training"))
    >>> jobs = schedule([Share(load, 100.0, 7200.0)], 132e3, 72.0, 3600.0, seed=1)
    >>> trace = power_trace(jobs, 3600.0, seed=1)
    >>> trace.power.size, bool(trace.power.max() < 13.4e6)
    (3600, True)
    """
    last = seconds if end is None else end
    count = round((last - begin) / step) if step > 0.0 else 0
    if count < 1 or begin < 0.0:
        raise GigaloopError(
            f"a trace from {begin:g} to {last:g} s at steps of {step:g} s is empty", hint="give it a positive length"
        )
    grid = begin + step * np.arange(count + 1, dtype=np.float64)
    total = np.zeros(count)
    kept = np.empty((len(jobs) if keep_jobs else 0, count), dtype=np.float32)
    lines = []
    for index, job in enumerate(jobs):
        events, iterations, noise = (np.random.default_rng([seed, 1 + index, kind]) for kind in range(3))
        cut = stretches(job, seconds, events)
        power = _job_power(job, cut, grid, step, iterations, noise)
        if filter_time > 0.0 and step <= FINE:
            power = first_order(power, step, filter_time)
        total += power
        if keep_jobs:
            kept[index] = power
        lines.append(JobLine(job.name, job.load.name, job.racks, job.start, job.stop, cut.failures))
    return PowerTrace(begin, step, total, kept, tuple(lines))


def row_power(
    trace: PowerTrace, racks: NDArray[np.float64], first: int = 0, last: int | None = None
) -> NDArray[np.float32]:
    """Give the power of rows of racks from that of the jobs that they take part in.

    Parameters
    ----------
    trace
        With the power of its jobs.
    racks
        Racks of each job in each row, shape (rows, jobs).
    first, last
        Steps of the trace; a window keeps the result small.

    Returns
    -------
    NDArray
        [W], shape (rows, steps).
    """
    if racks.ndim != 2 or racks.shape[1] != len(trace.jobs) or trace.by_job.shape[0] != len(trace.jobs):
        raise GigaloopError(
            f"racks of {racks.shape} do not fit a trace of {len(trace.jobs)} jobs", hint="rows by jobs, jobs kept"
        )
    share = racks / np.array([line.racks for line in trace.jobs])
    return np.asarray(share.astype(np.float32) @ trace.by_job[:, first:last], dtype=np.float32)


def _job_power(
    job: Job,
    cut: Stretches,
    grid: NDArray[np.float64],
    step: float,
    iterations: np.random.Generator,
    noise: np.random.Generator,
) -> NDArray[np.float64]:
    """Give the power of a job in each step [W]: differences of its energy, with the noise of many racks."""
    load, unit = job.load, job.racks * job.rack_power
    at = np.searchsorted(cut.begin, grid, side="right") - 1
    inside = np.maximum(grid - cut.begin[at], 0.0)
    rest = cut.energy[at] + (cut.level[at] + 0.5 * cut.slope[at] * inside) * inside
    worked = cut.worked[at] + np.where(cut.runs[at], inside, 0.0)
    if load.coherence > 0.0 and load.compute > load.communicate:
        swung = load.coherence * _iterated(load, worked, iterations, spikes=step <= FINE)
        swung += (1.0 - load.coherence) * load.mean * worked
    else:
        swung = load.mean * worked
    running = np.diff(swung) / step
    middle = 0.5 * (grid[1:] + grid[:-1])
    if load.day_swing:
        running *= 1.0 + load.day_swing * np.cos(2.0 * np.pi * (middle - load.day_peak) / _DAY)
    if load.noise and job.racks > 0.0:
        keep = math.exp(-step / load.noise_time)
        drawn = noise.standard_normal(middle.size)
        drawn[1:] *= math.sqrt(1.0 - keep * keep)
        running *= 1.0 + load.noise / math.sqrt(max(job.racks, 1.0)) * decay(drawn, keep)
    return np.asarray(unit * (running + np.diff(rest) / step), dtype=np.float64)


def _iterated(
    load: Load, worked: NDArray[np.float64], rng: np.random.Generator, *, spikes: bool
) -> NDArray[np.float64]:
    """Give the energy of iterations over design power, up to each moment of working time [s]."""
    phase = load.period * rng.random()
    count = math.ceil((float(worked[-1]) + phase) / load.period * (1.0 + load.jitter)) + 16
    count += math.ceil(5.0 * load.jitter * math.sqrt(count))
    spread = math.sqrt(math.log1p(load.jitter**2))
    length = load.period * np.exp(spread * rng.standard_normal(count) - 0.5 * spread * spread)
    begin = np.concatenate(([0.0], np.cumsum(length))) - phase
    per_period = load.mean * length
    extra = load.spike * min(load.spike_time, load.duty * load.period) if spikes else 0.0
    energy = np.concatenate(([0.0], np.cumsum(per_period + extra)))
    sharp = min(load.spike_time, 0.5 * load.duty * load.period) if extra else 0.0
    knots = [begin[:-1], begin[:-1] + load.duty * length]
    levels = [energy[:-1], energy[:-1] + extra + load.compute * load.duty * length]
    if sharp:
        knots.insert(1, begin[:-1] + sharp)
        levels.insert(1, energy[:-1] + extra + load.compute * sharp)
    times = np.concatenate((np.stack(knots, axis=1).ravel(), begin[-1:]))
    values = np.concatenate((np.stack(levels, axis=1).ravel(), energy[-1:]))
    return np.asarray(np.interp(worked, times, values), dtype=np.float64)
