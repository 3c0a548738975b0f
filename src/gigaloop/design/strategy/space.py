"""All ways to lay a job out over accelerators, reached by index: nothing is stored but a table of layouts.

A layout is a choice of tensor, context, pipeline and data parallelism whose product is the number of accelerators. Each
layout has its own lists of pipelines (chunks and schedule), expert parallelism, micro-batches and options; a strategy
is a number from which these are taken by division with remainder, so that any range of strategies becomes columns
without a loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import InfeasibleError, Problem
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES, Job, Strategies
from gigaloop.design.records.strategy import RuledOut
from gigaloop.design.strategy.choices import Wanted, are_wanted, is_wanted, wanted_of
from gigaloop.design.transformer import Transformer

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Space:
    """The strategies of a job on a number of accelerators; strategy ``i`` of ``size`` comes from :meth:`strategies`."""

    layouts: IntArray
    """Tensor, context, pipeline and data parallelism (layouts, 4)."""
    first: IntArray
    """Index of the first strategy of each layout, and behind the last of them the size (layouts + 1,)."""
    counts: IntArray
    """Pipelines, expert parallelisms, micro-batches and options of each layout (layouts, 4)."""
    pipelines: IntArray
    """Chunks and schedule of each layout's pipelines (layouts, most, 2)."""
    experts: IntArray
    """Expert parallelism (layouts, most)."""
    micro_batches: IntArray
    """Sequences of a micro-batch (layouts, most)."""
    options: IntArray
    """Recompute, ZeRO stage and sequence parallelism (layouts, most, 3)."""
    ruled_out: tuple[RuledOut, ...]

    @property
    def size(self) -> int:
        """Number of strategies."""
        return int(self.first[-1])

    def strategies(self, index: IntArray) -> Strategies:
        """Give strategies by their indices (n,) as columns."""
        layout = self.layout(index)
        rest = index - self.first[layout]
        counts = self.counts[layout]
        rest, option = np.divmod(rest, counts[:, 3])
        rest, micro_batch = np.divmod(rest, counts[:, 2])
        experts, pipeline = np.divmod(rest, counts[:, 0])
        tp, cp, pp, dp = self.layouts[layout].T
        vp, schedule = self.pipelines[layout, pipeline].T
        recompute, zero, sequence_parallel = self.options[layout, option].T
        return Strategies(
            tp=tp,
            cp=cp,
            pp=pp,
            vp=vp,
            dp=dp,
            ep=self.experts[layout, experts],
            micro_batch=self.micro_batches[layout, micro_batch],
            recompute=recompute,
            zero=zero,
            schedule=schedule,
            sequence_parallel=sequence_parallel.astype(bool),
        )

    def layout(self, index: IntArray) -> IntArray:
        """Give the layout of strategies by their indices (n,)."""
        return np.searchsorted(self.first, index, side="right") - 1

    def group(self, index: IntArray) -> IntArray:
        """Give a number that strategies of one layout and expert parallelism share (n,); it grows with the index."""
        layout = self.layout(index)
        counts = self.counts[layout]
        experts = (index - self.first[layout]) // (counts[:, 0] * counts[:, 2] * counts[:, 3])
        return np.asarray(layout * self.experts.shape[1] + experts)


def strategies_of(
    model: Transformer,
    machine: Machine,
    job: Job,
    accelerators: int,
    *,
    fixed: Mapping[str, object] | None = None,
) -> Space:
    """List every way to lay a job out over accelerators.

    Parameters
    ----------
    model, machine, job
        Scalars.
    accelerators
        Accelerators that the job takes, all of them.
    fixed
        Values by name (``CHOICES``) that the user insists on, one or several for each; ``recompute`` and ``schedule``
        by their names or indices.

    Raises
    ------
    UsageError
        When ``fixed`` names something that a strategy does not have.
    InfeasibleError
        When nothing divides without remainder.
    """
    wanted = wanted_of(fixed or {})
    heads, kv_heads = int(model.heads), int(model.kv_heads)
    layers, batch, sequence = int(model.layers), int(job.batch), int(job.sequence)
    tp, cp, pp, dp = _products(accelerators).T
    domain = float(np.asarray(machine.domain))
    alone = float(np.asarray(machine.scale_out)) <= 0.0
    checks = (
        (
            "heads",
            (heads % tp == 0) & ((kv_heads % tp == 0) | (tp % kv_heads == 0)),
            f"tensor parallelism divides neither {heads} heads nor their {kv_heads} keys and values",
        ),
        (
            "layers",
            _even(layers, pp, np.ones_like(pp)),
            f"{layers} layers leave a stage more than one layer short, or empty",
        ),
        (
            "sequence",
            (sequence % (np.where(cp > 1, 2, 1) * cp * tp) == 0) & (cp <= sequence),
            f"a sequence of {sequence} tokens does not divide by context and tensor parallelism",
        ),
        ("batch", batch % dp == 0, f"a batch of {batch} sequences does not divide by data parallelism"),
        (
            "domain",
            np.full(tp.shape, not (alone and accelerators > domain)),
            f"more accelerators than the domain of {domain:g}, and no network beyond it",
        ),
        ("fixed", are_wanted(wanted, tp=tp, cp=cp, pp=pp, dp=dp), "other than what is fixed"),
    )
    left = np.ones(tp.shape, dtype=bool)
    ruled_out = []
    for cause, passes, sentence in checks:
        count = int(np.sum(left & ~passes))
        if count:
            ruled_out.append(RuledOut(cause, count, "layouts", sentence))
        left &= passes
    layouts = np.stack([tp, cp, pp, dp], axis=1)[left]
    return _space(model, job, layouts, wanted, tuple(ruled_out), accelerators)


def schedule_runs(job: Job, strategies: Strategies) -> NDArray[np.bool_]:
    """Whether a schedule goes with the number of micro-batches.

    Interleaved 1F1B takes them in rounds of the stages (Narayanan et al., arXiv:2104.04473), DualPipe an even number,
    at least two for each stage (DeepSeek-V3, arXiv:2412.19437).
    """
    micro_batches = np.asarray(job.batch) // (np.asarray(strategies.dp) * np.asarray(strategies.micro_batch))
    pp, schedule = np.asarray(strategies.pp), np.asarray(strategies.schedule)
    rounds = (np.asarray(strategies.vp) == 1) | (micro_batches % pp == 0)
    both = (schedule != 2) | ((micro_batches % 2 == 0) & (micro_batches >= 2 * pp))
    return np.asarray(rounds & both)


def rows(strategies: Strategies, which: IntArray) -> Strategies:
    """Give some rows of strategies, by their indices (n,)."""
    return replace(
        strategies,
        **{
            name: column[which]
            for name, column in vars(strategies).items()
            if isinstance(column, np.ndarray) and column.ndim
        },
    )


def _space(
    model: Transformer,
    job: Job,
    layouts: IntArray,
    wanted: Wanted,
    ruled_out: tuple[RuledOut, ...],
    accelerators: int,
) -> Space:
    layers, batch, experts = int(model.layers), int(job.batch), int(model.experts)
    pipelines: list[Sequence[tuple[int, int]]] = []
    by_experts: list[Sequence[int]] = []
    micro_batches: list[Sequence[int]] = []
    options: list[Sequence[tuple[int, int, int]]] = []
    for tp, cp, pp, dp in layouts.tolist():
        pipelines.append(_pipelines(layers, pp, wanted))
        by_experts.append([ep for ep in _expert_sizes(experts, tp * cp * dp) if is_wanted(wanted, "ep", ep)])
        micro_batches.append([size for size in divisors(batch // dp) if is_wanted(wanted, "micro_batch", size)])
        options.append(_options(tp > 1, cp * dp > 1, wanted))
    lists = (pipelines, by_experts, micro_batches, options)
    counts = np.array([[len(each) for each in row] for row in zip(*lists, strict=True)], dtype=np.int64).reshape(-1, 4)
    some = counts.prod(axis=1) > 0
    if not some.any():
        raise _nothing_divides(model, job, accelerators, ruled_out, wanted)
    emptied = int(np.sum(~some))
    if emptied:
        ruled_out = (*ruled_out, RuledOut("fixed", emptied, "layouts", "nothing of what is fixed divides them"))
    kept = np.flatnonzero(some)
    return Space(
        layouts=layouts[kept],
        first=np.concatenate([[0], np.cumsum(counts[kept].prod(axis=1))]),
        counts=counts[kept],
        pipelines=_table([pipelines[i] for i in kept], 2),
        experts=_table([[(ep,) for ep in by_experts[i]] for i in kept], 1)[:, :, 0],
        micro_batches=_table([[(size,) for size in micro_batches[i]] for i in kept], 1)[:, :, 0],
        options=_table([options[i] for i in kept], 3),
        ruled_out=ruled_out,
    )


@lru_cache(maxsize=4096)
def divisors(number: int) -> tuple[int, ...]:
    """Give the divisors of a number in rising order."""
    small = [each for each in range(1, int(number**0.5) + 1) if number % each == 0]
    return tuple(sorted({*small, *(number // each for each in small)}))


@lru_cache(maxsize=64)
def _products(number: int) -> IntArray:
    """Give all ordered products of four whole numbers that make ``number`` (n, 4)."""
    rows = [
        (a, b, c, number // (a * b * c))
        for a in divisors(number)
        for b in divisors(number // a)
        for c in divisors(number // (a * b))
    ]
    return np.array(rows, dtype=np.int64)


def _even(layers: int, pp: IntArray, vp: IntArray) -> NDArray[np.bool_]:
    """Whether chunks of layers are equal but for less than one layer a stage, whose place embedding and loss take."""
    chunks = pp * vp
    short = -(-layers // chunks) * chunks - layers
    return np.asarray((chunks <= layers) & (short < np.maximum(pp, 2)) & ((pp > 1) | (short == 0)))


def _pipelines(layers: int, pp: int, wanted: Wanted) -> list[tuple[int, int]]:
    if pp == 1:
        found = [(1, 0)]
    else:
        chunks = np.arange(1, layers // pp + 1)
        found = [(vp, 0) for vp in chunks[_even(layers, np.full_like(chunks, pp), chunks)].tolist()]
        found.append((1, 1))
        if pp % 2 == 0:  # DualPipe runs two pipelines against each other
            found.append((1, 2))
    return [
        (vp, how) for vp, how in found if is_wanted(wanted, "vp", vp) and is_wanted(wanted, "schedule", SCHEDULES[how])
    ]


@lru_cache(maxsize=4096)
def _expert_sizes(experts: int, ranks: int) -> tuple[int, ...]:
    return tuple(ep for ep in divisors(experts) if ranks % ep == 0) if experts else (1,)


def _options(tensors: bool, data: bool, wanted: Wanted) -> list[tuple[int, int, int]]:
    return [
        (recompute, zero, sequence_parallel)
        for recompute, zero, sequence_parallel in product(
            range(len(RECOMPUTE)), range(4) if data else (0,), (1, 0) if tensors else (1,)
        )
        if is_wanted(wanted, "recompute", RECOMPUTE[recompute])
        and (not data or is_wanted(wanted, "zero", zero))
        and (not tensors or is_wanted(wanted, "sequence_parallel", bool(sequence_parallel)))
    ]


def _table(lists: Sequence[Sequence[tuple[int, ...]]], width: int) -> IntArray:
    table = np.ones((len(lists), max(len(each) for each in lists), width), dtype=np.int64)
    for row, each in zip(table, lists, strict=True):
        row[: len(each)] = np.array(each, dtype=np.int64).reshape(-1, width)
    return table


def _nothing_divides(
    model: Transformer,
    job: Job,
    accelerators: int,
    ruled_out: Sequence[RuledOut],
    wanted: Wanted,
) -> InfeasibleError:
    causes = "; ".join(f"{each.sentence} ({each.count} {each.unit})" for each in ruled_out)
    heads, kv_heads = int(model.heads), int(model.kv_heads)
    tensors = [tp for tp in divisors(heads) if kv_heads % tp == 0 or tp % kv_heads == 0]
    pipelines = [
        pp for pp in range(1, int(model.layers) + 1) if bool(_even(int(model.layers), np.array(pp), np.array(1)))
    ]
    fixed = f", and {', '.join(wanted)} {'are' if len(wanted) > 1 else 'is'} fixed" if wanted else ""
    why = f"{model.name} with a batch of {int(job.batch)} on {accelerators} accelerators{fixed}: {causes}"
    hint = (
        f"tensor parallelism can be {_few(tensors)}; pipeline stages {_few(pipelines)}; "
        f"data parallelism any divisor of {int(job.batch)}"
    )
    return InfeasibleError(
        [Problem(why, path="strategy", hint=hint)], ways_out=[hint], title="no layout divides the job"
    )


def _few(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(each) for each in numbers[:12])
    return shown + (", ..." if len(numbers) > 12 else "")
