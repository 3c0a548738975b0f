"""A training job in a mix: strategies by their numbers, the few that are the best somewhere, and their rates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from gigaloop.design.codesign.work import CHUNK, changed, rows_of, top
from gigaloop.design.performance import Constants, training_steps
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.records.codesign import Floats, Ints
from gigaloop.design.strategy import Space, strategies_of
from gigaloop.design.transformer import Transformer

NEAR = 0.5
"""Rate over the best on the generation as it is, from which a strategy is tried elsewhere. Source: a choice of this
project; the regret is measured."""

MOST = 60_000
"""Strategies tried elsewhere, the best ones. Source: as ``NEAR``."""

_NETWORKED = Machine("any", "blackwell", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""A machine of which strategies only need to know that it has a network."""


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
    fixed: Mapping[str, object] = field(default_factory=dict)
    """Choices that are settled."""
    keeps: Callable[[Machine], Floats] | None = None
    """Gives the share of its rate that a machine keeps."""
    few: Ints | None = None
    """Numbers of the strategies that count; all where not given."""
    kind: str = "training"

    @cached_property
    def space(self) -> Space:
        """All strategies of the job, on machines with a network."""
        return strategies_of(self.model, _NETWORKED, self.job, self.accelerators, fixed=self.fixed)

    @property
    def size(self) -> int:
        """Number of strategies that count."""
        return self.space.size if self.few is None else len(self.few)

    def drawn(self) -> Iterator[TrainingWork]:
        """Give the job with constants as they may be."""
        return (replace(self, constants=each, draws=()) for each in self.draws)

    def kept(self, machine: Machine) -> Floats:
        """Give the share of its rate that a machine keeps, or each of several (m,)."""
        return np.ones(np.shape(machine.hbm)) if self.keeps is None else self.keeps(machine)

    def rates(self, machine: Machine, way: Ints) -> Floats:
        """Give tokens/s of an accelerator for rows of machines and strategies (n,)."""
        strategies = self._strategies(way)
        rate = self._rate(machine, strategies)
        return np.where(training_memory(self.model, machine, self.job, strategies).fits, rate, 0.0)

    def everywhere(self, machine: Machine) -> float:
        """Give the best tokens/s of an accelerator over all strategies, on one machine."""
        memory = np.array([float(np.asarray(machine.hbm))])
        best = max((float(rates.max()) for _, rates in self._passed(machine, memory)), default=0.0)
        return best * float(self.kept(machine))

    def shortlisted(self, probes: Sequence[Machine], memory: Floats) -> TrainingWork:
        """Give the job with the strategies alone that are among the best on some machines, with any memory (m,) each.

        All strategies are evaluated on the first machine; those not much slower than the best go on to the others.
        """
        near = self._near(probes[0], memory)
        kept: set[int] = set()
        some = replace(self, few=near)
        for probe in probes:
            found = [rates for _, rates in some._passed(probe, memory)]
            for row in np.concatenate(found, axis=1) if found else ():
                kept.update(near[top(row)].tolist())
        return replace(self, few=np.array(sorted(kept), dtype=np.int64))

    def _strategies(self, way: Ints) -> Strategies:
        return self.space.strategies(way if self.few is None else self.few[way])

    def _rate(self, machine: Machine, strategies: Strategies) -> Floats:
        steps = training_steps(self.model, machine, self.job, strategies, self.constants)
        return np.where(_runs(self.job, strategies), steps.tokens_per_s_per_accelerator, 0.0)

    def _passed(self, machine: Machine, memory: Floats) -> Iterator[tuple[Ints, Floats]]:
        """Go through the strategies: their numbers (n,) and rates on one machine with each memory (m, n)."""
        most = float(memory.max())
        largest = changed(machine, {"hbm": most})
        for start in range(0, self.size, CHUNK):
            way = np.arange(start, min(start + CHUNK, self.size))
            strategies = self._strategies(way)
            held = training_memory(self.model, largest, self.job, strategies)
            near = np.flatnonzero(held.fits)
            rates = np.zeros(len(way))
            if near.size:
                rates[near] = self._rate(machine, rows_of(strategies, near))
            yield way, np.where(held.total <= memory[:, None] * (held.available / most), rates, 0.0)

    def _near(self, machine: Machine, memory: Floats) -> Ints:
        """Give the strategies that are not much slower than the best on a machine, with any of some memories."""
        best = np.zeros(len(memory))
        found: list[tuple[Ints, Floats]] = []
        for way, rates in self._passed(machine, memory):
            best = np.maximum(best, rates.max(axis=1))
            near = ((rates > 0.0) & (rates >= NEAR * best[:, None])).any(axis=0)
            found.append((way[near], rates[:, near]))
        ways = np.concatenate([each for each, _ in found])
        rates = np.concatenate([each for _, each in found], axis=1)
        share = np.max(rates / np.where(best > 0.0, best, np.inf)[:, None], axis=0, initial=0.0)
        near = np.flatnonzero(share >= NEAR)
        return np.sort(ways[near[np.argsort(-share[near], kind="stable")[:MOST]]])


def _runs(job: Job, strategies: Strategies) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether a schedule goes with the number of micro-batches.

    Interleaved 1F1B takes them in rounds of the stages (Narayanan et al., arXiv:2104.04473), DualPipe an even number
    and at least two per stage (DeepSeek-V3, arXiv:2412.19437).
    """
    micro_batches = np.asarray(job.batch) // (np.asarray(strategies.dp) * np.asarray(strategies.micro_batch))
    pp, schedule = np.asarray(strategies.pp), np.asarray(strategies.schedule)
    rounds = (np.asarray(strategies.vp) == 1) | (micro_batches % pp == 0)
    both = (schedule != 2) | ((micro_batches % 2 == 0) & (micro_batches >= 2 * pp))
    return np.asarray(rounds & both)
