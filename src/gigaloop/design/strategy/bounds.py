"""Parts of a space of strategies, and a step that no strategy of a part is faster than.

A block is what one layout, expert parallelism and micro-batch have in common, a family what of it has one pipeline too.
The bound of a block is the step without what other choices can only add: no bubble, no transfer between stages, stages
that are even, nothing computed again, data parallelism hidden and its states sharded; that of a family has its bubble
and transfers. A search that takes parts by their bounds may stop at the first that is above all that it has to show
(branch and bound; Land and Doig 1960, doi:10.2307/1910129).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.step import training_steps
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.strategy.space import Space, rows, schedule_runs

if TYPE_CHECKING:
    from gigaloop.design.performance.constants import Constants
    from gigaloop.design.performance.machine import Machine
    from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

OF_OPTIONS = ("stage imbalance", "data parallelism")
"""Parts of a step that another strategy of the same family may not have, or have less of."""
OF_PIPELINES = (*OF_OPTIONS, "pipeline transfers", "pipeline bubble")
"""The same of the same block."""
SLACK = 1e-9
"""By which bounds are lowered, as a share: more than they can be off by rounding. Source: a choice of this project."""


@dataclass(frozen=True)
class Blocks:
    """All blocks of a space, columns (n,)."""

    space: Space
    layout: IntArray
    """Index of the layout."""
    experts: IntArray
    """Index into the layout's expert parallelisms."""
    micro_batch: IntArray
    """Index into the layout's micro-batches."""
    runs: NDArray[np.bool_]
    """Whether each pipeline's schedule goes with the number of micro-batches (n, most)."""

    @property
    def size(self) -> int:
        """Number of strategies whose schedule goes with their number of micro-batches."""
        return int(self.sizes.sum())

    @property
    def sizes(self) -> IntArray:
        """The same of each block (n,)."""
        return np.asarray(self.runs.sum(axis=1) * self.space.counts[self.layout, 3])

    def bounds(self, model: Transformer, machine: Machine, job: Job, constants: Constants) -> FloatArray:
        """Give a step that nothing in each block is faster than (n,) [s]."""
        every = np.arange(self.layout.size)
        return _bounds(self.strategies(every), OF_PIPELINES, model, machine, job, constants)

    def families(self, which: IntArray) -> Families:
        """Give the families of blocks (m,), as far as their schedule goes with the number of micro-batches."""
        row, pipeline = np.nonzero(self.runs[which])
        return Families(self, which[row], pipeline)

    def strategies(self, which: IntArray) -> Strategies:
        """Give the fastest strategy of blocks (m,) as far as their options go."""
        space, layout = self.space, self.layout[which]
        tp, cp, pp, dp = space.layouts[layout].T
        ep, micro_batch = (
            space.experts[layout, self.experts[which]],
            space.micro_batches[layout, self.micro_batch[which]],
        )
        return Strategies(tp=tp, cp=cp, pp=pp, vp=1, dp=dp, ep=ep, micro_batch=micro_batch, recompute=0, zero=1)


@dataclass(frozen=True)
class Families:
    """Families of some blocks, columns (n,)."""

    blocks: Blocks
    block: IntArray
    pipeline: IntArray
    """Index into the layout's pipelines."""

    def bounds(self, model: Transformer, machine: Machine, job: Job, constants: Constants) -> FloatArray:
        """Give a step that nothing in each family is faster than (n,) [s]."""
        vp, schedule = self.blocks.space.pipelines[self.blocks.layout[self.block], self.pipeline].T
        strategies = replace(self.blocks.strategies(self.block), vp=vp, schedule=schedule)
        return _bounds(strategies, OF_OPTIONS, model, machine, job, constants)

    @property
    def sizes(self) -> IntArray:
        """Number of strategies of each family (n,)."""
        return np.asarray(self.blocks.space.counts[self.blocks.layout[self.block], 3])

    def members(self, which: IntArray) -> IntArray:
        """Give the indices of all strategies of families (m,)."""
        blocks, block = self.blocks, self.block[which]
        layout = blocks.layout[block]
        pipelines, _, micro_batches, options = blocks.space.counts[layout].T
        place = blocks.experts[block] * pipelines + self.pipeline[which]
        start = blocks.space.first[layout] + (place * micro_batches + blocks.micro_batch[block]) * options
        before = np.cumsum(options) - options
        return np.asarray(np.repeat(start - before, options) + np.arange(options.sum()))


def blocks_of(space: Space, job: Job) -> Blocks:
    """List the blocks of a space."""
    _, experts, micro_batches, _ = space.counts.T
    number = experts * micro_batches
    layout = np.repeat(np.arange(len(number)), number)
    rest = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    expert, micro_batch = np.divmod(rest, micro_batches[layout])
    pp, dp = space.layouts[:, 2:].T[:, :, None, None]
    vp, schedule = np.moveaxis(space.pipelines, 2, 0)[:, :, :, None]
    sizes = space.micro_batches[:, None, :]
    combined = Strategies(
        tp=1, cp=1, pp=pp, vp=vp, dp=dp, ep=1, micro_batch=sizes, recompute=0, zero=0, schedule=schedule
    )
    there = np.arange(space.pipelines.shape[1]) < space.counts[:, :1]
    runs = schedule_runs(job, combined) & there[:, :, None]
    return Blocks(space, layout, expert, micro_batch, runs[layout, :, micro_batch])


def _bounds(
    strategies: Strategies,
    avoidable: tuple[str, ...],
    model: Transformer,
    machine: Machine,
    job: Job,
    constants: Constants,
) -> FloatArray:
    """Give the steps of strategies without avoidable parts (n,) [s], sequences cut or not, whichever is faster."""
    tp = np.asarray(strategies.tp)
    bound = np.full(tp.shape, np.inf)
    for parallel in (True, False):
        which = np.flatnonzero(parallel | (tp > 1))
        if which.size:
            some = replace(rows(strategies, which), sequence_parallel=parallel)
            steps = training_steps(model, machine, job, some, constants)
            longer = 1.0 + constants.stragglers * np.log(np.asarray(some.accelerators, float))
            least = steps.step - longer * sum(steps.parts[part] for part in avoidable)
            bound[which] = np.fmin(bound[which], least)
    return np.asarray(bound * (1.0 - SLACK))
