"""Branch and bound over the strategies of a job, from the most promising part of the space on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.step import training_steps
from gigaloop.design.strategy.bounds import Blocks, blocks_of
from gigaloop.design.strategy.space import Space, rows

if TYPE_CHECKING:
    from gigaloop.design.performance.constants import Constants
    from gigaloop.design.performance.machine import Machine
    from gigaloop.design.performance.strategies import Job
    from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CHUNK = 16_384
"""Strategies evaluated at once: columns of them stay in the cache of a core. Source: measured, a flat optimum."""
AHEAD = 8 * CHUNK
"""Strategies whose families are bounded at once. Source: as ``CHUNK``."""
MEMORY_WITHIN = 2.0
"""Steps are also computed of strategies that need up to this many times the memory, to say what more would unlock.
Source: a choice of this project."""
GAIN = 1e-3
"""Relative gain below which more memory is not spoken of. Source: a choice of this project."""


@dataclass
class Found:
    """What is known of a space so far."""

    shown: int
    """Layouts to find; all of them, and every count, where it is more than there are."""
    steps: FloatArray
    """Of the best fitting strategy of each group of one layout and expert parallelism, infinite for none (groups,)."""
    index: IntArray
    """Its index (groups,)."""
    fitting: int = 0
    """Strategies that fit, of those whose memory was computed."""
    least: float = np.inf
    """Least memory of any of them [B]."""
    half: float = np.inf
    """Step of the fastest that takes half of the memory at most."""
    smaller: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    """Its index, if there is one (0 or 1,)."""
    larger: tuple[IntArray, FloatArray, FloatArray] = field(
        default_factory=lambda: (np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    )
    """Those that do not fit and nothing with less memory is faster than: index, memory, step; least memory first."""

    @property
    def best(self) -> float:
        """Step of the fastest strategy that fits."""
        return float(self.steps.min())

    @property
    def limit(self) -> float:
        """Step that a strategy must not exceed to matter."""
        if self.shown > self.steps.size:
            return np.inf
        return float(np.partition(self.steps, self.shown - 1)[self.shown - 1])

    @property
    def fastest(self) -> IntArray:
        """Index of the best strategy of each group that is within the limit, fastest first."""
        some = np.flatnonzero((self.steps < np.inf) & (self.steps <= self.limit))
        return self.index[some[np.lexsort((self.index[some], self.steps[some]))]]

    @property
    def faster(self) -> IntArray:
        """Indices of strategies that do not fit and would be faster, each by a gain over those before."""
        kept, step = [], self.best
        for index, its in zip(self.larger[0].tolist(), self.larger[2].tolist(), strict=True):
            if its < step * (1.0 - GAIN):
                kept.append(index)
                step = its
        return np.array(kept, dtype=np.int64)


def explore(
    space: Space,
    model: Transformer,
    machine: Machine,
    job: Job,
    constants: Constants,
    *,
    shown: int,
    thorough: bool,
) -> tuple[Found, int]:
    """Find the fastest strategies of a space, and give also how many have a schedule that their micro-batches go with.

    Parameters
    ----------
    shown
        How many groups to find, the fastest; ties with the last of them are found too.
    thorough
        Find the best of all groups, the fastest with half of the memory, and count what fits. Otherwise what is slower
        than ``shown`` is left out by its bounds.
    """
    blocks = blocks_of(space, job)
    groups = space.experts.size
    found = Found(groups + 1 if thorough else shown, np.full(groups, np.inf), np.zeros(groups, dtype=np.int64))
    for index, bound in _promising(blocks, found, model, machine, job, constants):
        strategies = space.strategies(index)
        memory = training_memory(model, machine, job, strategies)
        total, available = memory.total, memory.available
        fits = total <= available
        found.fitting += int(np.sum(fits))
        found.least = min(found.least, float(total.min()))
        group = space.group(index)
        matters = np.where(
            fits, bound <= found.steps[group], (total <= MEMORY_WITHIN * available) & (bound < found.best)
        )
        small = total <= 0.5 * available if thorough else np.zeros(index.shape, dtype=bool)
        which = np.flatnonzero(matters | (small & (bound < found.half)))
        if not which.size:
            continue
        steps = training_steps(model, machine, job, rows(strategies, which), constants).step
        _keep_best(found, group[which], index[which], np.where(fits[which], steps, np.inf))
        _keep_smaller(found, index[which], np.where(small[which], steps, np.inf))
        _keep_larger(found, index[which], total[which], steps, ~fits[which])
    return found, blocks.size


def _promising(
    blocks: Blocks, found: Found, model: Transformer, machine: Machine, job: Job, constants: Constants
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Go through the strategies that can matter, with their bounds; what is found meanwhile leaves others out."""
    bounds, sizes = blocks.bounds(model, machine, job, constants), blocks.sizes
    order = np.argsort(bounds, kind="stable")
    order = order[sizes[order] > 0]
    batch = np.cumsum(sizes[order]) // AHEAD
    for which in np.split(order, np.flatnonzero(np.diff(batch)) + 1):
        which = which[bounds[which] <= found.limit]
        if not which.size:
            return
        families = blocks.families(which)
        bound = families.bounds(model, machine, job, constants)
        ranked = np.argsort(bound, kind="stable")
        place = np.cumsum(families.sizes[ranked]) // CHUNK
        for some in np.split(ranked, np.flatnonzero(np.diff(place)) + 1):
            some = some[bound[some] <= found.limit]
            if not some.size:
                break
            yield families.members(some), np.repeat(bound[some], families.sizes[some])


def _keep_best(found: Found, group: IntArray, index: IntArray, step: FloatArray) -> None:
    order = np.lexsort((index, step, group))
    first = np.ones(order.size, dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    chosen = order[first]
    group, index, step = group[chosen], index[chosen], step[chosen]
    better = (step < found.steps[group]) | ((step == found.steps[group]) & (index < found.index[group]))
    better &= step < np.inf
    found.steps[group[better]], found.index[group[better]] = step[better], index[better]


def _keep_smaller(found: Found, index: IntArray, step: FloatArray) -> None:
    at = int(np.lexsort((index, step))[0])
    if step[at] < found.half:
        found.half, found.smaller = float(step[at]), index[[at]]


def _keep_larger(found: Found, index: IntArray, memory: FloatArray, step: FloatArray, which: NDArray[np.bool_]) -> None:
    """Merge strategies into the front of memory and step."""
    index, memory, step = (
        np.concatenate([known, new[which]]) for known, new in zip(found.larger, (index, memory, step), strict=True)
    )
    order = np.lexsort((index, step, memory))
    before = np.minimum.accumulate(np.concatenate([[found.best], step[order]]))[:-1]
    chosen = order[step[order] < before]
    found.larger = index[chosen], memory[chosen], step[chosen]
