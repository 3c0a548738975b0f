"""Calibrating a machine by its own measurements, with a band that widens away from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.design.collectives import priors
from gigaloop.design.collectives.evaluate import regime_times
from gigaloop.design.collectives.fitted import POOLED, Pool
from gigaloop.design.collectives.measurements import Measurements
from gigaloop.design.collectives.priors import FloatArray
from gigaloop.design.collectives.regimes import table
from gigaloop.design.collectives.segments import NOISE, FittedRegime, cut
from gigaloop.design.collectives.system import System

STEPS = 8.0
"""Messages to a doubling of ``GRID``."""

GRID = 2.0 ** (np.arange(0.0, 42.0 * STEPS) / STEPS)
"""Messages [B] at which a calibrated run is kept: eight to a doubling, from 1 B to 4 TiB. Source: a choice of this
project."""

_SAME = 1e-9


@dataclass(frozen=True)
class Run:
    """A run over sizes of one collective and group: its regimes by rising size, or what it is off the model by.

    Parameters
    ----------
    factor
        Measured over modelled time, geometric mean, where there are too few sizes for a regime.
    spread
        Standard deviation of the logarithm of time about the fit.
    ratio
        Logarithm of calibrated over modelled time at the messages of ``GRID``.
    """

    collective: str
    algorithms: tuple[str, ...]
    group: float
    low: float
    high: float
    regimes: tuple[FittedRegime, ...]
    factor: float
    spread: float
    ratio: FloatArray

    def time(self, size: FloatArray, modelled: FloatArray) -> FloatArray:
        """Give the time of messages (...) [s], given what the model says of this group."""
        if not self.regimes:
            return modelled * self.factor
        ends = [np.sqrt(a.high * b.low) for a, b in zip(self.regimes, self.regimes[1:], strict=False)]
        which = np.searchsorted(ends, size)
        latency = np.array([each.latency for each in self.regimes])
        slope = np.array([1.0 / each.bandwidth for each in self.regimes])
        return np.asarray(latency[which] + size * slope[which])


@dataclass(frozen=True)
class _Curves:
    """Runs by rising group as columns (g,), their corrections at the messages of ``GRID`` (g, s)."""

    group: FloatArray
    """Logarithm to the base 2."""
    order: FloatArray
    low: FloatArray
    """Logarithm to the base 2 of the smallest message, and of the largest."""
    high: FloatArray
    spread: FloatArray
    ratio: FloatArray

    @staticmethod
    def of(runs: Sequence[Run]) -> _Curves:
        return _Curves(
            group=np.log2([run.group for run in runs]),
            order=np.arange(float(len(runs))),
            low=np.log2([run.low for run in runs]),
            high=np.log2([run.high for run in runs]),
            spread=np.array([run.spread for run in runs]),
            ratio=np.array([run.ratio for run in runs]),
        )

    def at_points(
        self, size: FloatArray, group: FloatArray, spread: FloatArray
    ) -> tuple[FloatArray, FloatArray, np.ndarray]:
        """Give the correction (...), its spread, and which points are among measurements."""
        octave, want = np.log2(size), np.log2(group)
        run = np.interp(want, self.group, self.order)
        lower = run.astype(np.intp)
        share = run - lower
        place = np.minimum(np.maximum(octave * STEPS, 0.0), len(GRID) - 1.0)
        left = np.minimum(place.astype(np.intp), len(GRID) - 2)
        part = place - left
        log = (1.0 - part) * self.ratio[lower, left] + part * self.ratio[lower, left + 1]
        if len(self.order) > 1:
            upper = np.minimum(lower + 1, len(self.order) - 1)
            other = (1.0 - part) * self.ratio[upper, left] + part * self.ratio[upper, left + 1]
            log = (1.0 - share) * log + share * other
        near = np.rint(run).astype(np.intp)
        away = np.maximum(np.maximum(self.low[near] - octave, octave - self.high[near]), 0.0)
        away = away + np.abs(self.group[near] - want)
        own = self.spread[near]
        return log, np.minimum(own + priors.WIDENING * away, np.maximum(spread, own)), away < _SAME


@dataclass(frozen=True)
class Calibration:
    """What a machine's own measurements say of its collectives."""

    system: System
    runs: tuple[Run, ...]
    pool: Pool
    basis: tuple[str, ...]

    def corrected(
        self,
        collective: str,
        algorithms: tuple[str, ...],
        size: FloatArray,
        group: FloatArray,
        time: FloatArray,
        spread: FloatArray,
    ) -> tuple[FloatArray, FloatArray, np.ndarray]:
        """Correct times (...) [s] of the model and their spread, and say which are among measurements.

        At a measured group time is that of its regimes. Between measured groups the logarithm of measured over
        modelled time runs straight in the logarithm of the group; beyond them it stays. The spread is that of the fit,
        plus ``WIDENING`` for each doubling of size or group away from what was measured, at most that of the model.
        Runs within a domain say nothing of the network, nor the other way round.
        """
        outside = group > float(self.system.domain)
        measured = np.zeros(size.shape, dtype=np.bool_)
        for beyond in (False, True):
            curves = self._curves.get((collective, algorithms, beyond))
            here = outside if beyond else ~outside
            if curves is None or not here.any():
                continue
            log, wide, among = curves.at_points(size, group, spread)
            if here.all():
                return time * np.exp(log), wide, among
            time, spread = np.where(here, time * np.exp(log), time), np.where(here, wide, spread)
            measured |= here & among
        return time, spread, measured

    def covers(self, collective: str, algorithms: tuple[str, ...], group: float) -> bool:
        """Say whether there are runs of a collective within the domain, or beyond it, as a group is."""
        return (collective, algorithms, group > float(self.system.domain)) in self._curves

    @cached_property
    def _curves(self) -> dict[tuple[str, tuple[str, ...], bool], _Curves]:
        """Put the runs of one collective, choice of algorithms and side of the domain together."""
        runs: dict[tuple[str, tuple[str, ...], bool], list[Run]] = {}
        for run in self.runs:
            key = (run.collective, run.algorithms, run.group > float(self.system.domain))
            runs.setdefault(key, []).append(run)
        return {key: _Curves.of(own) for key, own in runs.items()}

    def lines(self) -> tuple[str, ...]:
        """Say in a line each which regimes were found."""
        out = []
        for run in self.runs:
            if not run.regimes:
                out.append(f"{run.collective} of {run.group:g}: {run.factor:.3g} times the model's time, too few sizes")
            for each in run.regimes:
                rate = "latency alone" if np.isinf(each.bandwidth) else f"{each.bandwidth / 1e9:.4g} GB/s"
                out.append(
                    f"{run.collective} of {run.group:g}, {shown_size(each.low)} to {shown_size(each.high)}: "
                    f"{each.latency * 1e6:.4g} us and {rate} of message, {each.measurements} sizes"
                )
        return tuple(out)


def calibrate(measurements: Measurements, system: System, *, pool: Pool = POOLED) -> Calibration:
    """Calibrate a machine by its own measurements.

    Parameters
    ----------
    measurements
        Of the machine: runs with a forced algorithm serve estimates of that algorithm alone.
    system
        The machine.
    pool
        The model that stands in where nothing was measured.

    Raises
    ------
    UsageError
        If there is none of two accelerators or more.
    """
    runs = [
        _run(collective, algorithms, group, run, system, pool)
        for collective, algorithms, group, run in measurements.series()
        if group > 1.0
    ]
    if not runs:
        hint = "take runs of two accelerators or more"
        raise UsageError(f"{measurements.source} has nothing to calibrate {system.name} by", hint=hint)
    runs.sort(key=lambda each: (each.collective, each.group))
    basis = f"{system.name}: own measurements, {len(measurements)} in {len(runs)} runs"
    return Calibration(system, tuple(runs), pool, (f"{basis}; {measurements.source}",))


def _run(
    collective: str, algorithms: tuple[str, ...], group: float, run: Measurements, system: System, pool: Pool
) -> Run:
    rows = table(collective, algorithms)

    def model(size: FloatArray) -> FloatArray:
        there = np.full_like(size, group)
        times = regime_times(rows, system, size, there, pool.constants, np.ones_like(size))
        return np.asarray(times.min(axis=-1))

    size, time = run.bytes, run.time
    factor = float(np.exp(np.log(time / model(size)).mean()))
    found = Run(
        collective, algorithms, group, float(size.min()), float(size.max()), cut(size, time), factor, NOISE, GRID
    )
    error = np.log(found.time(size, model(size)) / time)
    freedom = max(len(size) - 2 * len(found.regimes), 1)
    spread = max(NOISE, float(np.sqrt((error**2).sum() / freedom)))
    modelled = model(GRID)
    return replace(found, spread=spread, ratio=np.log(found.time(GRID, modelled) / modelled))


def shown_size(size: float) -> str:
    """Write a message for people.

    >>> shown_size(2.0**20), shown_size(1500.0)
    ('1 MiB', '1500 B')
    """
    for unit, scale in (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024)):
        if size >= scale and (size / scale).is_integer():
            return f"{size / scale:g} {unit}"
    return f"{size:g} B"
