"""Blocks of strategies, and a step that none of a block is faster than.

A block is what one layout, expert parallelism and micro-batch have in common; its members differ in pipeline, recompute,
ZeRO stage and sequence parallelism. Its bound is the step without what these can only add: no bubble, no transfer
between stages, stages that are even, nothing recomputed, data parallelism hidden and its states sharded. So a search
that takes blocks by their bounds (branch and bound; Land and Doig 1960, doi:10.2307/1910129) may stop at the first
bound that is above all that it has to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.performance.step import training_steps
from gigaloop.design.performance.strategies import Job, Strategies
from gigaloop.design.strategy.space import Space, schedule_runs

if TYPE_CHECKING:
    from gigaloop.design.performance.constants import Constants
    from gigaloop.design.performance.machine import Machine
    from gigaloop.design.transformer import Transformer

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

AVOIDABLE = ("pipeline transfers", "pipeline bubble", "stage imbalance", "data parallelism")
"""Parts of a step that another strategy of the same block may not have."""
SLACK = 1e-9
"""By which bounds are lowered, as a share: more than they can be off by rounding. Source: a choice of this project."""


@dataclass(frozen=True)
class Blocks:
    """Blocks of a space, columns (n,)."""

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
    def sizes(self) -> IntArray:
        """Members of each block whose schedule goes with the number of micro-batches (n,)."""
        return np.asarray(self.runs.sum(axis=1) * self.space.counts[self.layout, 3])

    def members(self, which: IntArray) -> IntArray:
        """Give the indices of the members of blocks (m,) whose schedule goes with the number of micro-batches."""
        space = self.space
        row, pipeline = np.nonzero(self.runs[which])
        block = which[row]
        layout = self.layout[block]
        pipelines, _, micro_batches, options = space.counts[layout].T
        pipeline += self.experts[block] * pipelines
        start = space.first[layout] + (pipeline * micro_batches + self.micro_batch[block]) * options
        before = np.cumsum(options) - options
        return np.asarray(np.repeat(start - before, options) + np.arange(options.sum()))


def blocks_of(space: Space, job: Job) -> Blocks:
    """List the blocks of a space."""
    _, experts, micro_batches, _ = space.counts.T
    number = experts * micro_batches
    layout = np.repeat(np.arange(len(number)), number)
    rest = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    expert, micro_batch = np.divmod(rest, micro_batches[layout])
    _, _, pp, dp = space.layouts.T
    there = np.arange(space.pipelines.shape[1]) < space.counts[:, :1]
    tables = Strategies(
        tp=1,
        cp=1,
        pp=pp[:, None, None],
        vp=space.pipelines[:, :, None, 0],
        dp=dp[:, None, None],
        ep=1,
        micro_batch=space.micro_batches[:, None, :],
        recompute=0,
        zero=0,
        schedule=space.pipelines[:, :, None, 1],
    )
    runs = schedule_runs(job, tables) & there[:, :, None]
    return Blocks(space, layout, expert, micro_batch, runs[layout, :, micro_batch])


def bounds_of(blocks: Blocks, model: Transformer, machine: Machine, job: Job, constants: Constants) -> FloatArray:
    """Give a step that no member of each block is faster than (n,) [s]."""
    space = blocks.space
    tp, cp, pp, dp = space.layouts[blocks.layout].T
    ep = space.experts[blocks.layout, blocks.experts]
    micro_batch = space.micro_batches[blocks.layout, blocks.micro_batch]
    bound = np.full(tp.shape, np.inf)
    for parallel in (True, False):
        rows = np.flatnonzero(parallel | (tp > 1))
        if not rows.size:
            continue
        columns = {"tp": tp, "cp": cp, "pp": pp, "dp": dp, "ep": ep, "micro_batch": micro_batch}
        some = {name: column[rows] for name, column in columns.items()}
        least = Strategies(**some, vp=1, recompute=0, zero=1, sequence_parallel=parallel)
        steps = training_steps(model, machine, job, least, constants)
        avoidable = sum(steps.parts[part] for part in AVOIDABLE)
        longer = 1.0 + constants.stragglers * np.log(np.prod(space.layouts[0]))
        bound[rows] = np.fmin(bound[rows], steps.step - longer * avoidable)
    return np.asarray(bound * (1.0 - SLACK))
