"""Variants of generations side by side: what they cost, draw and do on a mix of workloads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Axis:
    """A choice of a generation and the values that are tried."""

    name: str
    what: str
    unit: str
    """Empty for a count."""
    values: tuple[float, ...]
    """From small to large, in base units; ranks for redundancy."""
    labels: tuple[str, ...]
    """The values as they are written."""
    stated: int
    """Which of them the generation has today."""


@dataclass(frozen=True)
class WorkloadShare:
    """A workload of the mix."""

    name: str
    kind: str
    """``training`` or ``inference``."""
    share: float
    """Of the accelerator time that the mix takes on the generation it is measured on; shares add up to 1."""
    accelerators: int
    """Of one job or one instance."""
    tokens_per_s: float
    """Of an accelerator of the generation it is measured on."""
    shortlist: int
    """Ways to lay it out that every variant is held against."""
    regret: float
    """The most that the shortlist loses against a search of every way, over the variants that were searched."""
    searched: int
    """Variants that were searched in full."""


@dataclass(frozen=True)
class Assumption:
    """What a search rests on that the programme does not state."""

    what: str
    source: str


@dataclass(frozen=True)
class Worth:
    """What one step of a choice is worth at a variant: relative changes, all other choices as they are."""

    choice: str
    what: str
    before: str
    after: str
    factor: float | None
    """Of the value; None for counts, temperatures and ranks."""
    row: int
    """The variant with the step taken."""
    work: float
    """Of the work on the mix in the same time."""
    work_band: tuple[float, float]
    """80 % interval, by the uncertainty of the performance constants."""
    cost: float
    """Of the annual cost of a rack with its share of network and facility, as far as prices are known."""
    power: float
    """Of the facility power of a rack."""
    objectives: Mapping[str, float]
    """Of each objective but the date."""
    unpriced: tuple[str, ...]
    """What changes with it and has no price."""
    obstacle: str
    """Why the step cannot be built; empty where it can."""


@dataclass(frozen=True)
class Finding:
    """The best variant of a generation in one objective, and what each choice is worth there."""

    generation: str
    objective: str
    row: int
    worths: tuple[Worth, ...]


@dataclass(frozen=True)
class Common:
    """One value of a choice for all generations, the one that loses least."""

    choice: str
    what: str
    value: str
    loss: float
    """Of the first objective in the generation that loses most, all other choices free."""
    best: tuple[str, ...]
    """The value that each generation has where it is free."""


@dataclass(frozen=True, eq=False)
class CodesignSearch:
    """Variants of generations, columns (n,); rows of one generation follow each other."""

    programme: str
    site: str
    """Whose facility and electricity count."""
    generations: tuple[str, ...]
    workloads: tuple[WorkloadShare, ...]
    axes: Mapping[str, tuple[Axis, ...]]
    """By generation; the same choices in each."""
    stated: tuple[int, ...]
    """Row of each generation as it is."""
    generation: Ints
    """Index of the generation."""
    choice: Ints
    """Index of the value of every choice (n, choices)."""
    rates: Floats
    """Tokens/s of an accelerator on each workload (n, workloads); 0 where it does not fit."""
    speed: Floats
    """Work on the mix in the same time, over that of an accelerator of the first generation as it is stated."""
    tokens_per_s: Floats
    """Of a rack on the mix; 0 where a workload does not fit."""
    rack_power: Floats
    """Into a rack at design power [W]."""
    network_power: Floats
    """Of the scale-out network, for one rack [W]."""
    facility_power: Floats
    """At the design day, for one rack with its network [W]."""
    mass: Floats
    """[kg]"""
    flow: Floats
    """Of coolant [m3/s]."""
    rack_cost: Floats
    """[USD, programme's price year]"""
    network_cost: Floats
    facility_cost: Floats
    annual_cost: Floats
    """Capital over its life and electricity, for one rack [USD/yr]."""
    unpriced: Mapping[str, Floats]
    """Amounts without a price by name, for one rack."""
    first: tuple[dt.date, ...]
    """Day from which the first rack can be complete by lead times; of variants by row."""
    obstacles: tuple[str, ...]
    """Why a variant cannot be built; empty where it can."""
    objectives: Mapping[str, Floats]
    """By name, more is better."""
    front: NDArray[np.bool_]
    """Whether no other variant that can be built is as good in everything and better in something."""
    findings: tuple[Finding, ...]
    common: tuple[Common, ...]
    """Of several generations: what it takes to make each choice the same in all."""
    assumptions: tuple[Assumption, ...]

    def __len__(self) -> int:
        return len(self.generation)

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Whether a variant can be built."""
        return np.array([not each for each in self.obstacles], dtype=np.bool_)

    @property
    def priced(self) -> NDArray[np.bool_]:
        """Whether a variant has no more of anything without a price than its generation as it is."""
        known = np.ones(len(self), dtype=np.bool_)
        own = np.array(self.stated)[self.generation]
        for amounts in self.unpriced.values():
            known &= amounts <= amounts[own] + 1e-9
        return known

    def label(self, row: int, axis: int) -> str:
        """Give the value of a choice as it is written."""
        of = self.axes[self.generations[int(self.generation[row])]][axis]
        return of.labels[int(self.choice[row, axis])]
