"""Least-cost service times of any acyclic network: trees folded exactly, loops bounded by prices and branched on."""

from __future__ import annotations

import heapq
import math
import time
from dataclasses import dataclass
from itertools import count

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.plan.safety import prices as price
from gigaloop.plan.safety.model import FloatArray, IntArray, Model, trim
from gigaloop.plan.safety.prices import Core, make_core
from gigaloop.plan.safety.search import core_cost, improve, settle
from gigaloop.plan.safety.tree import Costs, fold, peel, unfold

# Effort of the search; it moves the time taken, not what is proven. Source: trials on chains of 8 to 2,025 stages.
_SWEEPS_AT_ROOT = 1000
_SWEEPS_BELOW = 40
_STALLED = 1e-10
"""Relative rise of the bound over one pair of sweeps below which sweeping ends [1]."""
_FORESTS = 20
"""Spanning forests tried in a row without success before branching."""
_PROBES = 8
_SWEEPS_TO_PROBE = 5
_SAME = 1e-9
"""Relative difference of bounds below which they count as equal when the next node is picked [1]."""
_FORESTS_BELOW = 4
_ROUNDING = 1e-11
"""Relative error allowed to sums of floats in the bound [1]."""

Times = tuple[IntArray, IntArray]


@dataclass(frozen=True, eq=False)
class Found:
    """The service times found (n,), (n,) [period], a bound on the cost [money], and how they were found."""

    incoming: IntArray
    outgoing: IntArray
    bound: float
    method: str


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop: relative gap [1], wall time [s], nodes of branch and bound; and the seed of the search."""

    gap: float = 1e-9
    time_limit: float = 60.0
    nodes: int = 100_000
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.gap < 1:
            raise UsageError(f"the gap is {self.gap:g}", hint="write a share from 0 to below 1, e.g. 1e-6")
        if not self.time_limit > 0:
            raise UsageError(f"the time limit is {self.time_limit:g} s", hint="write seconds above 0")


def solve_network(model: Model, effort: Effort) -> Found:
    """Find service times of least cost and a lower bound on the cost.

    Parameters
    ----------
    model
        The problem.
    effort
        When to stop.
    """
    steps, left = peel(model.size, model.source, model.target)
    costs = Costs.none(model)
    trees, done = fold(model, steps, costs, model.source, model.target)
    incoming, outgoing = np.zeros(model.size, dtype=np.intp), np.zeros(model.size, dtype=np.intp)
    bound, method = trees, "dynamic programme over trees"
    if len(left):
        core = make_core(model, left)
        (incoming, outgoing), below, method = _Search(model, core, costs, trees, effort).run()
        bound += below
    unfold(model, done, costs, incoming, outgoing, model.source, model.target)
    incoming, outgoing = trim(model, outgoing)
    return Found(incoming, outgoing, bound, method)


@dataclass(frozen=True, eq=False)
class _Node:
    """A part of the search: the costs that forbid what is outside it, prices, its bound."""

    costs: Costs
    prices: FloatArray
    bound: float


class _Search:
    """The search over the core of one network; holds the best service times found so far."""

    def __init__(self, model: Model, core: Core, costs: Costs, offset: float, effort: Effort) -> None:
        self.model, self.core, self.costs, self.offset, self.effort = model, core, costs, offset, effort
        self.best = math.inf
        self.floor = math.inf  # least bound of the parts that are searched no further
        self.times: Times = (np.zeros(model.size, dtype=np.intp), np.zeros(model.size, dtype=np.intp))
        self.random = np.random.default_rng(effort.seed)
        self.deadline = time.perf_counter() + effort.time_limit

    def run(self) -> tuple[Times, float, str]:
        """Give service times of the core, a bound on their cost, and the method that ended the search."""
        root = self._bound(_Node(self.costs, self.core.no_prices(), -math.inf), _SWEEPS_AT_ROOT)
        if self._closed(root.bound):
            return self.times, min(root.bound, self.best), "prices on arcs, gap closed"
        self._explore()
        if self._closed(root.bound):
            return self.times, min(root.bound, self.best), "prices on arcs and spanning forests, gap closed"
        bound = self._branch(root)
        ending = "gap closed" if self._closed(bound) else "stopped early"
        return self.times, bound, f"branch and bound, {ending}"

    def _closed(self, bound: float) -> bool:
        """Whether no service times above the bound can be better by more than the gap."""
        return self.best - bound <= max(self.effort.gap, _ROUNDING) * (abs(self.best + self.offset))

    def _late(self) -> bool:
        return time.perf_counter() > self.deadline

    def _take(self, times: Times) -> Times:
        """Settle service times, keep them if they are the best, and give them."""
        times = settle(self.model, self.core, self.costs, times)
        cost = core_cost(self.model, self.core, self.costs, times)
        if cost < self.best:
            self.best, self.times = cost, times
        return times

    def _bound(self, node: _Node, sweeps: int, *, choose: bool = True) -> _Node:
        """Sweep until the node is closed, the bound stalls, or enough was done; choose service times on the way."""
        arguments = self.model, self.core, node.costs, node.prices
        bound = node.bound
        for k in range(sweeps):
            price.sweep_down(*arguments)
            new = price.sweep_up(*arguments)
            stalled = new - bound <= _STALLED * abs(new + self.offset)
            bound = max(bound, new)
            if choose and (k % 5 == 0 or stalled):
                self._take(price.choose_down(*arguments))
                self._take(price.choose_up(*arguments))
            if stalled or self._closed(bound) or self._late():
                break
        return _Node(node.costs, node.prices, bound)

    def _explore(self) -> None:
        """Improve the best service times over random spanning forests."""
        failures = 0
        while failures < _FORESTS and not self._late():
            before = self.best
            self._take(improve(self.model, self.core, self.costs, self.times, self.random))
            failures = 0 if self.best < before else failures + 1

    def _polish(self, node: _Node) -> None:
        """Improve what a node's prices choose over a few spanning forests."""
        times = self._take(price.choose_down(self.model, self.core, node.costs, node.prices))
        for _ in range(_FORESTS_BELOW):
            times = self._take(improve(self.model, self.core, self.costs, times, self.random))

    def _branch(self, root: _Node) -> float:
        """Split ranges of service times, lowest bound first and deepest among equals; give the bound in the end."""
        number = count()
        heap = [(root.bound, next(number), root)]
        for _ in range(self.effort.nodes):
            if not heap or self._closed(heap[0][0]) or self._late():
                break
            lowest, _, node = heapq.heappop(heap)
            for part in self._split(node):
                child = self._bound(part, _SWEEPS_BELOW)
                if not self._closed(child.bound):
                    self._polish(child)
                if self._closed(child.bound):
                    self.floor = min(self.floor, child.bound)
                else:
                    same = child.bound - lowest <= _SAME * abs(lowest + self.offset)
                    heapq.heappush(heap, (lowest if same else child.bound, -next(number), child))
        return min(self.best, self.floor, *(bound for bound, _, _ in heap[:1]))

    def _split(self, node: _Node) -> list[_Node]:
        """Split a node in two; where probing closes one part, only the other is given.

        Of the splits proposed, the first that closes a part is taken, else the one whose lower bound is highest.
        """
        best: list[_Node] = []
        for i, outgoing, cut in self._splits(node):
            parts = [self._bound(part, _SWEEPS_TO_PROBE, choose=False) for part in self._parts(node, i, outgoing, cut)]
            still_open = [part for part in parts if not self._closed(part.bound)]
            if len(still_open) < 2:
                self.floor = min(self.floor, *(part.bound for part in parts if self._closed(part.bound)))
                return still_open
            best = max(best, parts, key=lambda pair: min((part.bound for part in pair), default=-math.inf))
            if self._late():
                break
        if not best:  # one time is left to every stage on either side
            self._take_last(node)
        return best

    def _take_last(self, node: _Node) -> None:
        """Try the only service times that a node leaves; where they cannot be kept, the node is empty."""
        times = np.zeros(self.model.size, dtype=np.intp), np.zeros(self.model.size, dtype=np.intp)
        for i in self.core.order:
            for outgoing in (False, True):
                times[outgoing][i] = price.times_left(node.costs, self.costs, i, outgoing)[0]
        kept = bool((times[1][self.core.source] <= times[0][self.core.target]).all())
        if kept and math.isfinite(core_cost(self.model, self.core, self.costs, times)):
            self._take(times)

    def _splits(self, node: _Node) -> list[tuple[int, bool, int]]:
        """Propose splits that leave service times on either side: none only where every stage has no choice left."""
        arguments = self.model, self.core, node.costs, node.prices
        found = self._dividing(node, price.holes(*arguments, self.costs))
        if not found:
            found = self._dividing(node, price.widest(*arguments, price.choose_down(*arguments)))
        return found or price.halves(self.model, self.core, node.costs, self.costs)[:_PROBES]

    def _dividing(self, node: _Node, proposed: list[tuple[int, bool, int]]) -> list[tuple[int, bool, int]]:
        """Keep the first of the splits proposed that divide the service times that a node leaves."""
        found = []
        for i, outgoing, cut in proposed:
            left = price.times_left(node.costs, self.costs, i, outgoing)
            if left[0] < cut <= left[-1]:
                found.append((i, outgoing, cut))
            if len(found) == _PROBES:
                break
        return found

    def _parts(self, node: _Node, i: int, outgoing: bool, cut: int) -> list[_Node]:
        """Make the parts of a node below and from a service time; what is outside costs more than can be best."""
        parts = []
        for inside in (slice(0, cut), slice(cut, None)):
            costs = node.costs.copy()
            side = costs.outgoing if outgoing else costs.incoming
            dear = side[i] + 2.0 * (abs(self.best + self.offset) + 1.0)
            dear[inside] = side[i][inside]
            side[i] = dear
            parts.append(_Node(costs, node.prices.copy(), node.bound))
        return parts
