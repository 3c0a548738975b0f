"""The power of a site over time: what it swings by, what the grid allows, and the storage between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.rack import Input


@dataclass(frozen=True)
class Spread:
    """A number with the lowest and the highest that it takes within the ranges of what it rests on."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SwingStorage:
    """Energy storage against a periodic swing of load: what would flatten it, and what stands there."""

    swing: float
    """Power between the two levels [W]."""
    period: float
    """[s]"""
    duty: float
    """Share of the period at the upper level."""
    needed: Spread
    """Energy that makes the feed flat [J]."""
    installed: float | None
    """[J]; None where nobody has stated it."""

    @property
    def covered_time(self) -> float | None:
        """How long what is installed carries the whole swing [s]; None where it is not stated."""
        if self.installed is None:
            return None
        return self.installed / self.swing if self.swing else float("inf")

    @property
    def coverage(self) -> float | None:
        """Share of the swing that it takes away, at most 1; None where it is not stated."""
        if self.installed is None:
            return None
        return min(1.0, self.installed / self.needed.value) if self.needed.value else 1.0

    @property
    def residual(self) -> float:
        """Swing that is left at the feed [W]."""
        return self.swing * (1.0 - (self.coverage or 0.0))


@dataclass(frozen=True)
class RampStatistic:
    """How fast a trace moves, by one length of window."""

    window: float
    """[s]"""
    rise: float
    """Largest ``P(t + window) - P(t)``, at least 0 [W]."""
    fall: float
    """Largest ``P(t) - P(t + window)``, at least 0 [W]."""
    range: float
    """Largest difference of any two moments within a window [W]."""

    @property
    def change(self) -> float:
        """The larger of rise and fall [W]."""
        return max(self.rise, self.fall)

    @property
    def rate(self) -> float:
        """Change over the window [W/s]."""
        return self.change / self.window


@dataclass(frozen=True)
class BandSwing:
    """What a trace swings by within a band of frequencies."""

    low: float
    """[Hz]"""
    high: float
    """[Hz]"""
    amplitude: float
    """Of the largest line of the spectrum [W]."""
    frequency: float
    """Of that line [Hz]."""
    rms: float
    """Of all that lies in the band [W]."""


@dataclass(frozen=True)
class GridFinding:
    """One limit of the utility held against the site."""

    id: str
    """``grid.ramp``, ``grid.range``, ``grid.band``, ``grid.ride-through`` or ``grid.storage``."""
    title: str
    value: float
    limit: float
    unit: str
    """SI unit of both."""
    margin: float
    """Distance to the limit as a share of it; positive is inside."""
    ok: bool
    path: str
    """Of the limit in the programme."""
    detail: str = ""


@dataclass(frozen=True)
class SiteStorage:
    """Power and energy of storage that brings a trace within its limits."""

    purpose: str
    power: float
    """[W]"""
    energy: float
    """Usable [J]."""
    least_energy: float
    """Below which no storage can do it, whatever it knows in advance [J]."""
    losses: float
    """Of the trace's energy, lost in charging and discharging [J]."""


@dataclass(frozen=True)
class Remedy:
    """One layer of remedies against swings: what it takes away and what it costs in energy."""

    name: str
    """``software floor``, ``rack storage``, ``site storage``."""
    covers: str
    swing_before: float
    """Iteration-scale swing at the site [W]."""
    swing_after: float
    """[W]"""
    ramp_after: float
    """Fastest change of a 1 s trace with this layer and those before it [W/s]."""
    energy_cost: float
    """Energy spent over energy of the trace."""
    storage: float | None
    """Energy of storage that it takes [J]; None where nobody has stated what stands in the racks."""


@dataclass(frozen=True)
class ThermalHold:
    """How long a loop carries its heat without cooling."""

    loop: str
    capacity: float
    """Heat capacity of its fluid [J/K]."""
    time_constant: float
    """Of its temperature after a step of heat [s]."""
    headroom: float
    """From operation to the limit [K]."""
    seconds: float
    """From the loss of cooling to the limit at full heat [s]."""
    load_step: float
    """Largest step of heat that it carries while cooling follows with its own lag [W]."""


@dataclass(frozen=True)
class JobLine:
    """A job of the schedule."""

    name: str
    profile: str
    racks: float
    start: float
    """[s] from the beginning of the trace; negative where it runs already."""
    stop: float
    """[s]; beyond the trace where it goes on."""
    failures: int


@dataclass(frozen=True, eq=False)
class Dynamics:
    """The power of a site over time, with the limits of its grid: SI units."""

    site: str
    generation: str
    source: str
    """``computed``, or the file of the trace."""
    racks: float
    hours: float
    step: float
    """[s]"""
    seed: int
    jobs: tuple[JobLine, ...]
    peak: float
    """[W]"""
    mean: float
    least: float
    ramps: tuple[RampStatistic, ...]
    """By window, the shortest first."""
    band: BandSwing | None
    """None for a trace too coarse for it."""
    swing: SwingStorage
    """Of one rack, at the scale of iterations."""
    findings: tuple[GridFinding, ...]
    storage: tuple[SiteStorage, ...]
    storage_energy: Spread
    """Energy of the site's storage with the ranges of the load profile [J]."""
    remedies: tuple[Remedy, ...]
    thermal: tuple[ThermalHold, ...]
    reconnect: float | None
    """Time to bring all load back at the utility's ramp [s]."""
    times: NDArray[np.float64]
    """Of the decimated trace, its least and greatest in each stretch [s], shape (m,)."""
    trace: NDArray[np.float64]
    """[W], shape (m,)."""
    smoothed: NDArray[np.float64]
    """The same at the grid, behind the site's storage [W], shape (m,)."""
    zoom_times: NDArray[np.float64]
    """Of a window of two minutes at a high rate [s], shape (k,)."""
    zoom: NDArray[np.float64]
    """[W], shape (k,)."""
    inputs: tuple[Input, ...]

    @property
    def ok(self) -> bool:
        """Whether all limits hold."""
        return all(finding.ok for finding in self.findings)
