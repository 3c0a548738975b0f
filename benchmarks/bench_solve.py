"""Build and warm re-solve of a production network, against ``scipy.optimize.linprog(method="highs")`` cold.

python benchmarks/bench_solve.py [--weeks 104] [--seed 1] [--repeat 3]
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array

from gigaloop.solve import Columns, Model, Rows, SolveOptions
from gigaloop.solve.arrays import LinearProgram


@dataclass(frozen=True)
class Network:
    model: Model
    ship: Columns
    demand: Rows
    test_power: Rows
    wanted: np.ndarray


def build(weeks: int, seed: int, factories: int = 6, products: int = 4, sites: int = 12) -> Network:
    """Build a network: factories make and stock products, ship them to sites, and demand may be late at a price."""
    rng = np.random.default_rng(seed)
    f, p, s, w = (np.arange(n) for n in (factories, products, sites, weeks))
    by_factory = [("factory", f.tolist()), ("product", p.tolist()), ("week", w.tolist())]
    by_site = [("site", s.tolist()), ("product", p.tolist()), ("week", w.tolist())]
    wanted = np.round(rng.gamma(2.0, 3.0, (sites, products, weeks)) * np.linspace(0.3, 1.7, weeks))

    m = Model("production network")
    make = m.columns("make", by_factory, cost=rng.uniform(80, 120, (factories, products, 1)))
    stock = m.columns("stock", by_factory, cost=0.4)
    lanes = [by_factory[0], by_site[0], *by_site[1:]]
    ship = m.columns("ship", lanes, cost=rng.uniform(2, 15, (factories, sites, 1, 1)))
    late = m.columns("late", by_site, cost=rng.uniform(3, 9, (1, products, 1)) * np.ones((sites, 1, weeks)))
    late_end = m.columns("never", by_site[:2], cost=600.0)

    balance = m.rows("balance", by_factory, lower=0.0, upper=0.0, definition=True)
    m.add(balance, make, 1.0)
    m.add(balance, stock, -1.0)
    m.add(balance[:, :, 1:], stock[:, :, :-1], 1.0)
    m.add(balance[:, None], ship, -1.0)

    demand = m.rows("demand", by_site, lower=wanted, upper=wanted)
    lead = rng.integers(1, 4, (factories, sites))
    for i in f:
        for j in s:
            m.add(demand[j, :, lead[i, j] :], ship[i, j, :, : weeks - lead[i, j]], 1.0)
    m.add(demand, late, 1.0)
    m.add(demand[:, :, 1:], late[:, :, :-1], -1.0)
    m.add(demand[:, :, -1], late_end, 1.0)

    load = wanted.sum() / weeks / factories
    hours = rng.uniform(0.8, 1.2, (factories, products, 1))
    capacity = m.rows("capacity", [by_factory[0], by_factory[2]], upper=1.15 * load)
    m.add(capacity[:, None, :], make, hours)
    ramp = 2.2 * load * np.minimum(1.0, np.linspace(0.2, 1.6, weeks))
    test_power = m.rows("test power", [by_factory[0], by_factory[2]], upper=ramp)
    m.add(test_power[:, None, :], make, rng.uniform(1.0, 2.5, (1, products, 1)))
    return Network(m, ship, demand, test_power, wanted)


def cold_scipy(program: LinearProgram) -> tuple[float, float]:
    """Give seconds and objective of SciPy's linprog on the same arrays."""
    a = program.matrix
    whole = csc_array((a.value, a.row, a.start), shape=(program.n_rows, program.n_columns)).tocsr()
    equal = program.row_lower == program.row_upper
    above = ~equal & np.isfinite(program.row_upper)
    began = time.perf_counter()
    result = linprog(
        program.cost,
        A_ub=whole[above],
        b_ub=program.row_upper[above],
        A_eq=whole[equal],
        b_eq=program.row_upper[equal],
        bounds=np.column_stack([program.column_lower, program.column_upper]),
        method="highs",
    )
    return time.perf_counter() - began, float(result.fun)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()

    build(4, chosen.seed).model.solve()  # imports
    began = time.perf_counter()
    net = build(chosen.weeks, chosen.seed)
    program = net.model.program()
    built = time.perf_counter() - began
    print(f"{program.n_columns:,} columns, {program.n_rows:,} rows, {len(program.matrix.value):,} entries")
    print(f"build                    gigaloop {built:.3f} s")
    cold = [compared(net.model, SolveOptions(warm=False)) for _ in range(chosen.repeat)]
    report("cold solve", cold)

    rng = np.random.default_rng(chosen.seed)
    warm = []
    for _ in range(chosen.repeat):
        site, week = rng.integers(net.wanted.shape[0]), rng.integers(net.wanted.shape[2])
        wanted = net.wanted.copy()
        wanted[site, :, week:] = np.round(wanted[site, :, week:] * 1.1)
        net.model.set_limits(net.demand, lower=wanted, upper=wanted)
        warm.append(compared(net.model, SolveOptions()))
    report("demand changes, re-plan", warm)


def compared(model: Model, options: SolveOptions) -> tuple[float, float]:
    """Give the seconds of a solve with its values read, and of SciPy's cold; end where the optima differ."""
    began = time.perf_counter()
    solution = model.solve(options)
    solution.values.sum()
    ours = time.perf_counter() - began
    theirs, objective = cold_scipy(model.program())
    if abs(objective - solution.objective) > 1e-6 * abs(objective):
        raise SystemExit(f"objectives differ: {solution.objective} and {objective}")
    return ours, theirs


def report(case: str, times: list[tuple[float, float]]) -> None:
    """Print the medians and their ratio."""
    ours, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{case:<24} gigaloop {ours:.3f} s    scipy linprog cold {theirs:.3f} s    {theirs / ours:.1f}x")


if __name__ == "__main__":
    main()
