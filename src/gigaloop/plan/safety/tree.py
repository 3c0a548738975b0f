"""Exact dynamic programme over trees of stages, and the folding of a network's trees into what is left of it.

S. C. Graves, S. P. Willems, Optimizing strategic safety stock placement in supply chains, Manufacturing & Service
Operations Management 2 (2000) 68-83, doi:10.1287/msom.2.1.68.23267.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.safety.model import FloatArray, IntArray, Model


@dataclass(eq=False)
class Costs:
    """What service times cost beyond the stages' own cost: by incoming and by outgoing time of every stage."""

    incoming: list[FloatArray]
    outgoing: list[FloatArray]

    @classmethod
    def none(cls, model: Model) -> Costs:
        """Give costs of zero."""
        return cls([np.zeros(k + 1) for k in model.entering], [np.zeros(k + 1) for k in model.limit])

    def copy(self) -> Costs:
        """Give a copy: the vectors themselves are replaced, never written to."""
        return Costs(list(self.incoming), list(self.outgoing))


@dataclass(frozen=True, slots=True)
class Step:
    """A stage taken off: the arc that held it (-1 for the last of its tree), and the cost by its shared time."""

    stage: int
    arc: int
    by_time: FloatArray | None


def peel(n: int, source: IntArray, target: IntArray) -> tuple[list[tuple[int, int]], IntArray]:
    """Take off stages that one arc holds, then the last stage of every tree, until only loops are left.

    Parameters
    ----------
    n
        Number of stages.
    source, target
        Stages that the arcs join (m,).

    Returns
    -------
    steps, core
        Stage and arc (-1 where none holds it) in the order of taking off; the stages that are left.

    >>> peel(3, np.array([0, 1]), np.array([1, 2]))[0]
    [(0, 0), (1, 1), (2, -1)]
    """
    at: list[set[int]] = [set() for _ in range(n)]
    ends = list(zip(source.tolist(), target.tolist(), strict=True))
    for k, (i, j) in enumerate(ends):
        at[i].add(k)
        at[j].add(k)
    ready = [i for i in range(n - 1, -1, -1) if len(at[i]) <= 1]
    gone = [False] * n
    steps = []
    while ready:
        i = ready.pop()
        if gone[i]:
            continue
        gone[i] = True
        arc = at[i].pop() if at[i] else -1
        steps.append((i, arc))
        if arc >= 0:
            other = ends[arc][0] + ends[arc][1] - i
            at[other].discard(arc)
            if len(at[other]) <= 1:
                ready.append(other)
    return steps, np.flatnonzero(~np.array(gone, dtype=np.bool_))


def fold(
    model: Model, steps: list[tuple[int, int]], costs: Costs, source: IntArray, target: IntArray
) -> tuple[float, list[Step]]:
    """Fold stages into their neighbours' costs, in the order in which they were taken off.

    Parameters
    ----------
    model
        The problem.
    steps
        What :func:`peel` gives.
    costs
        Costs of service times; those of neighbours are replaced.
    source, target
        Stages that the arcs join (m,).

    Returns
    -------
    cost, steps
        Least cost of the trees that were folded whole [money]; what :func:`unfold` needs.
    """
    total = 0.0
    done = []
    for i, arc in steps:
        own = model.costs[i]
        if arc < 0:
            both = own + costs.incoming[i][:, None] + costs.outgoing[i]
            total += float(both.min())
            done.append(Step(i, arc, None))
        elif source[arc] == i:
            j = int(target[arc])
            by_out = (own + costs.incoming[i][:, None]).min(axis=0) + costs.outgoing[i]
            least = np.minimum.accumulate(by_out)
            room = np.minimum(np.arange(len(costs.incoming[j])), len(least) - 1)
            costs.incoming[j] = costs.incoming[j] + least[room]
            done.append(Step(i, arc, by_out))
        else:
            j = int(source[arc])
            by_in = (own + costs.outgoing[i]).min(axis=1) + costs.incoming[i]
            least = np.minimum.accumulate(by_in[::-1])[::-1]
            costs.outgoing[j] = costs.outgoing[j] + least[: len(costs.outgoing[j])]
            done.append(Step(i, arc, by_in))
    return total, done


def unfold(
    model: Model,
    steps: list[Step],
    costs: Costs,
    incoming: IntArray,
    outgoing: IntArray,
    source: IntArray,
    target: IntArray,
) -> None:
    """Write the best service times of the folded stages into ``incoming`` and ``outgoing``, last folded first."""
    for step in reversed(steps):
        i = step.stage
        own = model.costs[i]
        if step.by_time is None:
            both = own + costs.incoming[i][:, None] + costs.outgoing[i]
            incoming[i], outgoing[i] = np.unravel_index(int(both.argmin()), both.shape)
        elif source[step.arc] == i:
            wait = int(incoming[target[step.arc]])
            outgoing[i] = int(step.by_time[: wait + 1].argmin())
            incoming[i] = int((own[:, outgoing[i]] + costs.incoming[i]).argmin())
        else:
            wait = int(outgoing[source[step.arc]])
            incoming[i] = wait + int(step.by_time[wait:].argmin())
            outgoing[i] = int((own[incoming[i]] + costs.outgoing[i]).argmin())
