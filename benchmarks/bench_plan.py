"""How long until a programme is planned, and planned again after a change?

The size is that of a real programme: 4 generations of four made levels, 6 factories, 12 sites, 60 bought parts, 209
weeks. What a user would otherwise pick for the same linear programme is ``scipy.optimize.linprog``; as it takes minutes
at that size, it is measured on half of the weeks. Planning again is compared with planning from nothing.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.plan_programmes import generated

from gigaloop.core.calendar import weeks_up
from gigaloop.plan import RackFacts
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import energy_price, rack_facts
from gigaloop.plan.lp.grid import NONE
from gigaloop.plan.lp.model import PlanModel, build_model, solve_model
from gigaloop.programme.schema import Programme
from gigaloop.solve import Solution, SolveOptions

REPEATS = 3
HALF = {"weeks": 104, "generations": 3, "factories": 4, "sites": 6}


def built(programme: Programme, facts: dict[str, RackFacts]) -> PlanModel:
    """Build the model of a programme."""
    prices = tuple(energy_price(programme, site, None) for site in programme.sites)
    early = weeks_up(float(programme.policy.early))
    return build_model(gather(programme, rack_facts(programme.generations, facts), prices, early))


def by_linprog(plan: PlanModel) -> tuple[float, float]:
    """Give objective and seconds of scipy's linprog on the same arrays."""
    from scipy.optimize import linprog
    from scipy.sparse import csc_array, vstack

    lp = plan.model.program()
    matrix = csc_array((lp.matrix.value, lp.matrix.row, lp.matrix.start), shape=(lp.n_rows, lp.n_columns)).tocsr()
    equal = lp.row_lower == lp.row_upper
    upper, lower = ~equal & np.isfinite(lp.row_upper), ~equal & np.isfinite(lp.row_lower)
    begin = time.perf_counter()
    answer = linprog(
        lp.cost,
        A_ub=vstack([matrix[upper], -matrix[lower]]),
        b_ub=np.concatenate([lp.row_upper[upper], -lp.row_lower[lower]]),
        A_eq=matrix[equal],
        b_eq=lp.row_upper[equal],
        bounds=np.column_stack([lp.column_lower, lp.column_upper]),
        method="highs",
    )
    return float(answer.fun), time.perf_counter() - begin


def say(case: str, ours: float, name: str, theirs: float) -> None:
    """Print one case."""
    print(f"{case:44s} gigaloop {ours:6.2f} s    {name} {theirs:6.2f} s    {theirs / ours:.1f}x")


def solved(plan: PlanModel) -> tuple[Solution, float]:
    """Solve a model and give the seconds that it took."""
    begin = time.perf_counter()
    solution = solve_model(plan, SolveOptions())
    return solution, time.perf_counter() - begin


def half() -> None:
    """Compare with linprog on the same linear programme."""
    programme, facts = generated(1, **HALF)
    times, objective = [], 0.0
    for _ in range(REPEATS):
        begin = time.perf_counter()
        plan = built(programme, facts)
        objective = solved(plan)[0].objective
        times.append(time.perf_counter() - begin)
    theirs, seconds = by_linprog(plan)
    assert abs(theirs - objective) <= 1e-6 * abs(objective), (theirs, objective)
    say(f"first plan, {plan.model.n_columns:,} columns (built too)", statistics.median(times), "linprog", seconds)


def whole() -> None:
    """Compare planning again after a change with planning from nothing, at full size."""
    programme, facts = generated(1)
    begin = time.perf_counter()
    plan = built(programme, facts)
    building = time.perf_counter() - begin
    first, cold = solved(plan)
    size = f"first plan, {plan.model.n_columns:,} columns (full size)"
    print(f"{size:44s} gigaloop {building + cold:6.2f} s, of it {building:.2f} s to build")
    basis = plan.model.basis()
    changes = {
        "crews of a site, 10 % more": plan.site.crew[8],
        "a line, 10 % more": plan.factory.line[2],
        "burn-in power, 20 % less": plan.factory.test["power"][0],
    }
    for name, rows in changes.items():
        index = rows[rows != NONE]
        limit = plan.model.program().row_upper[index]
        plan.model.restore(basis)
        plan.model.set_limits(index, upper=limit * (0.8 if "less" in name else 1.1))
        again, warm = solved(plan)
        fresh = plan.model.solve(SolveOptions(warm=False))
        assert abs(fresh.objective - again.objective) <= 1e-6 * abs(first.objective), (fresh.objective, again.objective)
        say(f"again: {name}", warm, "from nothing", fresh.seconds)
        plan.model.set_limits(index, upper=limit)


if __name__ == "__main__":
    half()
    whole()
