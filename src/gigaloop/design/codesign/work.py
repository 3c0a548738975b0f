"""The workloads of a mix as a search needs them: ways to lay each out, and the rate of every way on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np

from gigaloop.design.performance.constants import Constants
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.step import training_steps
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.records.codesign import Floats, Ints
from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.loads import ServingLayouts, ServingLoad
from gigaloop.design.serving.points import serving_points
from gigaloop.design.strategy import Space, strategies_of
from gigaloop.design.transformer import Transformer

CHUNK = 16_384
"""Rows evaluated at once, so that columns stay in the cache of a core. Source: a choice of this project."""

R = TypeVar("R")


class Work(Protocol):
    """A workload: a numbered set of ways to lay it out, and their rates."""

    @property
    def name(self) -> str:
        """Of the workload."""

    @property
    def kind(self) -> str:
        """``training`` or ``inference``."""

    @property
    def share(self) -> float:
        """Of accelerator time."""

    @property
    def accelerators(self) -> int:
        """Of one job, or of one instance at the most."""

    @property
    def draws(self) -> Sequence[Any]:
        """Constants as they may be, for the band."""

    @property
    def size(self) -> int:
        """Number of ways."""

    def rates(self, machine: Machine, way: Ints, constants: Any = None) -> Floats:
        """Give tokens/s of an accelerator for rows of machines and ways (n,); 0 where it does not fit."""

    def over_memory(self, machine: Machine, way: Ints, memory: Floats) -> Floats:
        """Give the rates of ways (n,) on one machine with several sizes of memory (m,), as (m, n)."""


@dataclass(frozen=True)
class TrainingWork:
    """A training job."""

    name: str
    share: float
    model: Transformer
    job: Job
    accelerators: int
    constants: Constants = field(default_factory=Constants)
    draws: tuple[Constants, ...] = ()
    kind: str = "training"

    @cached_property
    def space(self) -> Space:
        """All strategies of the job, on machines with a network."""
        return strategies_of(self.model, _NETWORKED, self.job, self.accelerators)

    @property
    def size(self) -> int:
        """Number of strategies."""
        return self.space.size

    def rates(self, machine: Machine, way: Ints, constants: Constants | None = None) -> Floats:
        """Give tokens/s of an accelerator for rows of machines and strategies (n,)."""
        strategies = self.space.strategies(way)
        rate = self._rate(machine, strategies, constants)
        return np.where(training_memory(self.model, machine, self.job, strategies).fits, rate, 0.0)

    def over_memory(self, machine: Machine, way: Ints, memory: Floats) -> Floats:
        """Give the rates of strategies (n,) on one machine with several sizes of memory (m,), as (m, n)."""
        strategies = self.space.strategies(way)
        largest = replace(machine, hbm=float(memory.max()))
        found = training_memory(self.model, largest, self.job, strategies)
        spare = found.available / float(memory.max())
        near = np.flatnonzero(found.fits)
        rates = np.zeros(len(way))
        if near.size:
            rates[near] = self._rate(machine, rows_of(strategies, near), None)
        return np.where(found.total <= memory[:, None] * spare, rates, 0.0)

    def _rate(self, machine: Machine, strategies: Strategies, constants: Constants | None) -> Floats:
        steps = training_steps(self.model, machine, self.job, strategies, constants or self.constants)
        return np.where(_runs(self.job, strategies), steps.tokens_per_s_per_accelerator, 0.0)


@dataclass(frozen=True)
class ServingWork:
    """Requests to be served."""

    name: str
    share: float
    model: Transformer
    load: ServingLoad
    layouts: ServingLayouts
    """Ways to lay it out that are tried."""
    least_speed: float = 0.0
    """Least tokens/s of a user."""
    longest_wait: float = np.inf
    """Longest time to the first token [s]."""
    constants: ServingConstants = field(default_factory=ServingConstants)
    draws: tuple[ServingConstants, ...] = ()
    kind: str = "inference"

    @property
    def accelerators(self) -> int:
        """Of the largest instance that is tried."""
        return int(np.max(np.asarray(self.layouts.accelerators)))

    @property
    def size(self) -> int:
        """Number of layouts."""
        return int(np.asarray(self.layouts.tp).shape[0])

    def rates(self, machine: Machine, way: Ints, constants: ServingConstants | None = None) -> Floats:
        """Give output tokens/s of an accelerator for rows of machines and layouts (n,)."""
        layouts = rows_of(self.layouts, way)
        points = serving_points(self.model, machine, self.load, layouts, constants or self.constants)
        good = points.fits & (points.tokens_per_s_per_user >= self.least_speed) & (points.ttft <= self.longest_wait)
        return np.where(good, points.tokens_per_s_per_accelerator, 0.0)

    def over_memory(self, machine: Machine, way: Ints, memory: Floats) -> Floats:
        """Give the rates of layouts (n,) on one machine with several sizes of memory (m,), as (m, n)."""
        return np.stack([self.rates(replace(machine, hbm=float(each)), way) for each in memory])


_NETWORKED = Machine("any", "blackwell", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""A machine of which strategies only need to know that it has a network."""


def _runs(job: Job, strategies: Strategies) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether a schedule goes with the number of micro-batches.

    Interleaved 1F1B takes them in rounds of the stages (Narayanan et al., arXiv:2104.04473), DualPipe an even number and
    at least two per stage (DeepSeek-V3, arXiv:2412.19437).
    """
    micro_batches = np.asarray(job.batch) // (np.asarray(strategies.dp) * np.asarray(strategies.micro_batch))
    pp, schedule = np.asarray(strategies.pp), np.asarray(strategies.schedule)
    rounds = (np.asarray(strategies.vp) == 1) | (micro_batches % pp == 0)
    both = (schedule != 2) | ((micro_batches % 2 == 0) & (micro_batches >= 2 * pp))
    return np.asarray(rounds & both)


def rows_of(record: R, rows: Ints) -> R:
    """Give some rows of a record of columns; what is single stays."""
    columns = {
        each.name: value[rows]
        for each in fields(record)  # type: ignore[arg-type]
        if isinstance(value := getattr(record, each.name), np.ndarray) and value.ndim
    }
    return replace(record, **columns)  # type: ignore[type-var]


def machine_rows(machines: Machine, rows: Ints) -> Machine:
    """Give some of several machines."""
    return rows_of(machines, rows)


def one_machine(machines: Machine, row: int) -> Machine:
    """Give one of several machines, with numbers in place of columns."""
    columns = {
        each.name: value[row].item()
        for each in fields(Machine)
        if isinstance(value := getattr(machines, each.name), np.ndarray) and value.ndim
    }
    return replace(machines, **columns)


def best_everywhere(work: Work, machine: Machine) -> tuple[float, int]:
    """Give the best rate of every way there is on one machine, and which way has it."""
    best, way = 0.0, 0
    for start in range(0, work.size, CHUNK):
        some = np.arange(start, min(start + CHUNK, work.size))
        rates = work.over_memory(machine, some, np.array([float(np.asarray(machine.hbm))]))[0]
        at = int(np.argmax(rates))
        if rates[at] > best:
            best, way = float(rates[at]), int(some[at])
    return best, way


def best_of_ways(work: Work, machines: Machine, ways: Ints, constants: Any = None) -> tuple[Floats, Ints]:
    """Give the best rate of some ways on every machine (m,), and which of the ways has it."""
    count = len(np.asarray(machines.hbm))
    best, which = np.zeros(count), np.zeros(count, dtype=np.int64)
    step = max(1, CHUNK // max(len(ways), 1))
    for start in range(0, count, step):
        rows = np.arange(start, min(start + step, count))
        repeated = machine_rows(machines, np.repeat(rows, len(ways)))
        rates = work.rates(repeated, np.tile(ways, len(rows)), constants).reshape(len(rows), len(ways))
        at = rates.argmax(axis=1)
        best[rows], which[rows] = rates[np.arange(len(rows)), at], ways[at]
    return best, which
