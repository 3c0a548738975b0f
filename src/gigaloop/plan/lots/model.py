"""Lot sizing as a mixed-integer programme in the facility-location form, whose relaxation is tight.

With the share w[i,s,t] of the demand of item i in period t that is made in period s, and set-ups y[i,s], the rows
w[i,s,t] <= y[i,s] describe the uncapacitated problem of an item exactly: its relaxation has whole set-ups (J. Krarup,
O. Bilde, Plant location, set covering and economic lot size, in: Numerische Methoden bei Optimierungsaufgaben 3,
1977, 155-180, doi:10.1007/978-3-0348-5936-3_10). Carry-over of the last set-up into the next period follows
C. Suerie, H. Stadtler, The capacitated lot-sizing problem with linked lot sizes, Management Science 49 (2003)
1039-1054, doi:10.1287/mnsc.49.8.1039.16406.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import InfeasibleError, Problem, SolveError
from gigaloop.plan.lots.problem import FloatArray, LotPlan, LotProblem
from gigaloop.solve import Columns, Model, Outcome, Rows, Solution, SolveOptions
from gigaloop.solve.outcome import IntArray

_MADE = 1e-9
"""Share of a demand below which what is made is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """The model, with the item, the period of work and the period of demand of every share column."""

    model: Model
    setup: Columns
    carry: Columns | None
    share: Columns
    item: IntArray
    begun: IntArray
    due: IntArray


def plan_lots(
    problem: LotProblem,
    *,
    carry_over: bool = False,
    time_limit: float = 60.0,
    gap: float = 1e-4,
    threads: int = 1,
    seed: int = 0,
) -> LotPlan:
    """Plan lots at the least cost of set-ups, pieces and stock, with a bound.

    Parameters
    ----------
    problem
        Items, demands, costs and the machine's time.
    carry_over
        Whether the set-up of the last item of a period holds for the beginning of the next one.
    time_limit
        Wall time after which the best plan found is returned [s].
    gap
        Relative gap at which a plan counts as optimal [1].
    threads, seed
        Of the solver.

    Raises
    ------
    InfeasibleError
        If the machine has not the time to meet the demands.
    SolveError
        If no plan is found in time.

    Examples
    --------
    The twelve months of H. M. Wagner, T. M. Whitin, Dynamic version of the economic lot size model, Management
    Science 5 (1958) 89-96, cost 864.

    >>> ones, zeros = np.ones((1, 12)), np.zeros((1, 12))
    >>> demand = np.array([[69.0, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]])
    >>> setup = np.array([[85.0, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114]])
    >>> unlimited = np.full(12, np.inf)
    >>> months = LotProblem(("item",), demand, setup, zeros, zeros, ones, ones, unlimited, np.zeros(1))
    >>> round(plan_lots(months).cost)
    864
    """
    began = time.perf_counter()
    blocks = _build(problem, carry_over=carry_over)
    options = SolveOptions(time_limit=time_limit, mip_gap=gap, threads=threads, seed=seed)
    solution = blocks.model.solve(options)
    if solution.status is Outcome.INFEASIBLE:
        why = "the machine has not the time to meet the demands of the lots"
        raise InfeasibleError([Problem(why, hint="raise the capacity, or move demands to later periods")])
    if not solution.status.has_solution:
        raise SolveError("no plan of the lots was found in time", hint="give it a longer time limit")
    return _read(problem, blocks, solution, time.perf_counter() - began)


def _build(problem: LotProblem, *, carry_over: bool) -> _Blocks:
    n, periods = len(problem.items), problem.periods
    demand = problem.net_demand()
    model = Model("lot sizes")
    axes = [("item", problem.items), ("period", range(1, periods + 1))]
    setup = model.columns("set up", axes, upper=1.0, cost=problem.setup_cost, integer=True)
    grid = np.meshgrid(np.arange(n), np.arange(periods), np.arange(periods), indexing="ij")
    kept = (grid[1] <= grid[2]) & (demand[grid[0], grid[2]] > 0.0)
    item, begun, due = (each[kept] for each in grid)
    stored = np.concatenate([np.zeros((n, 1)), np.cumsum(problem.holding_cost, axis=1)], axis=1)
    pieces = demand[item, due]
    cost = pieces * (problem.unit_cost[item, begun] + stored[item, due] - stored[item, begun])
    share = model.columns("share made", [("lot", range(len(item)))], cost=cost)
    model.add_constant(_cost_of_initial_stock(problem))
    limited = np.isfinite(problem.capacity)
    capacity = model.rows("capacity", [("period", range(1, periods + 1))], upper=problem.capacity, unit="time")
    model.add(
        np.broadcast_to(capacity.index, (n, periods))[:, limited], setup[:, limited], problem.setup_time[:, limited]
    )
    worked = limited[begun]
    model.add(capacity[begun[worked]], share[worked], (problem.unit_time[item, begun] * pieces)[worked])
    asked = demand > 0.0
    served = model.rows("demand served", axes, lower=asked * 1.0, upper=np.where(asked, 1.0, np.inf), definition=True)
    model.add(served[item, due], share, 1.0)
    ready = model.rows("set up before it is made", [("lot", range(len(item)))], upper=0.0, definition=True)
    model.add(ready, share, 1.0)
    model.add(ready, setup[item, begun], -1.0)
    carry = _add_carry_over(model, problem, setup) if carry_over else None
    if carry is not None:
        model.add(ready, carry[item, begun], -1.0)
    return _Blocks(model, setup, carry, share, item, begun, due)


def _cost_of_initial_stock(problem: LotProblem) -> float:
    left = np.maximum(problem.initial_stock[:, None] - np.cumsum(problem.demand, axis=1), 0.0)
    return float((left * problem.holding_cost).sum())


def _add_carry_over(model: Model, problem: LotProblem, setup: Columns) -> Columns:
    """Let at most one set-up be carried into a period, through a whole period only where nothing else is set up."""
    n, periods = len(problem.items), problem.periods
    axes = [("item", problem.items), ("period", range(1, periods + 1))]
    first = np.arange(periods) == 0
    carry = model.columns("carried", axes, upper=np.where(first, 0.0, 1.0), integer=True)
    alone = model.columns("only what is carried", [("period", range(1, periods + 1))], upper=1.0)
    one: Rows = model.rows("one is carried", [("period", range(1, periods + 1))], upper=1.0, definition=True)
    model.add(np.broadcast_to(one.index, (n, periods)), carry, 1.0)
    later = [("item", problem.items), ("into", range(2, periods + 1))]
    held = model.rows("carried what was set up", later, upper=0.0, definition=True)
    model.add(held, carry[:, 1:], 1.0)
    model.add(held, setup[:, :-1], -1.0)
    model.add(held, carry[:, :-1], -1.0)
    through = model.rows("carried on", later, upper=1.0, definition=True)
    model.add(through, carry[:, 1:], 1.0)
    model.add(through, carry[:, :-1], 1.0)
    model.add(through, np.broadcast_to(alone[:-1], (n, periods - 1)), -1.0)
    other = model.rows("nothing else", axes, upper=1.0, definition=True)
    model.add(other, setup, 1.0)
    model.add(other, np.broadcast_to(alone.index, (n, periods)), 1.0)
    return carry


def _read(problem: LotProblem, blocks: _Blocks, solution: Solution, seconds: float) -> LotPlan:
    made = np.zeros(problem.demand.shape)
    share = np.clip(solution[blocks.share.index], 0.0, None)
    share[share < _MADE] = 0.0
    np.add.at(made, (blocks.item, blocks.begun), share * problem.net_demand()[blocks.item, blocks.due])
    setups = solution[blocks.setup.index] > 0.5
    carried = np.zeros_like(setups) if blocks.carry is None else solution[blocks.carry.index] > 0.5
    stock = problem.initial_stock[:, None] + np.cumsum(made - problem.demand, axis=1)
    stock = np.maximum(stock, 0.0)
    cost = cost_of(problem, made, setups, stock)
    bound = min(solution.bound, cost)
    gap = (cost - bound) / cost if cost > 0.0 else 0.0
    return LotPlan(made, setups, carried, stock, cost, bound, gap, solution.status.value, seconds)


def cost_of(problem: LotProblem, made: FloatArray, setups: np.ndarray, stock: FloatArray) -> float:
    """Give the cost of a plan's set-ups, pieces and stock (items, periods)."""
    return float((problem.setup_cost * setups + problem.unit_cost * made + problem.holding_cost * stock).sum())
