"""How long until a programme is planned, and planned again after a change?

The size is the plan's reference size (``plan_instance.py``): 3 generations, 45 made items, 105 bought part families, 5
factories, 12 sites, 156 weeks. The alternatives are what a planner with the same weekly model would otherwise use: the
model stated in ``linopy`` (where it is installed: the ``bench`` group), and its arrays given to ``highspy`` as is.
All times are CPU seconds of one thread, so that a busy machine moves them little; ``FULL=1`` adds the rules of
sourcing, and five times the factories and sites.
"""

import importlib
import importlib.util
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.plan_instance import instance

from gigaloop.core.calendar import weeks_up
from gigaloop.plan import RackFacts
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.facts import energy_price, rack_facts
from gigaloop.plan.lp.model import PlanModel, build_model, solve_model
from gigaloop.plan.lp.replan import Change, Replanner
from gigaloop.plan.lp.supply import could_bind
from gigaloop.programme.schema import Programme
from gigaloop.solve import LinearProgram, SolveOptions

T = TypeVar("T")
CHANGES = 100
CLOSE = 1e-4
"""Relative difference of objectives up to which answers count as the same."""


def built(programme: Programme, facts: dict[str, RackFacts]) -> PlanModel:
    """Build the model of a programme."""
    prices = tuple(energy_price(programme, site, None) for site in programme.sites)
    early = weeks_up(float(programme.policy.early))
    return build_model(gather(programme, rack_facts(programme.generations, facts), prices, early))


def timed(do: Callable[[], T]) -> tuple[T, float]:
    """Do something and give the CPU seconds that it took."""
    begin = time.process_time()
    done = do()
    return done, time.process_time() - begin


def whole_model(programme: Programme, facts: dict[str, RackFacts]) -> LinearProgram:
    """Give the straightforward weekly model: with the rows of every bought part that could bind, and of every rule."""
    plan = built(programme, facts)
    pools = enumerate(plan.data.sourcing.pools)
    joins = [n for n, pool in pools if n not in plan.pools and could_bind(plan.data, pool)]
    plan.add_pools([*joins, plan.floors] if plan.rules.years else joins)
    return plan.model.program()


def by_highspy(lp: LinearProgram, solver: str) -> float:
    """Give the objective that plain HiGHS finds for the arrays."""
    highspy: Any = importlib.import_module("highspy")  # its type stubs lack names that it has
    highs = highspy._Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("solver", solver)):
        highs.setOptionValue(name, value)
    matrix = lp.matrix
    by_column, minimise = int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize)
    size = (lp.n_columns, lp.n_rows, len(matrix.value), by_column, minimise, lp.offset)
    limits = (lp.cost, lp.column_lower, lp.column_upper, lp.row_lower, lp.row_upper)
    whole = np.zeros(lp.n_columns, dtype=np.int32)
    highs.passModel(*size, *limits, matrix.start, matrix.row, matrix.value, whole)
    highs.run()
    return float(highs.getInfo().objective_function_value)


def by_linopy(lp: LinearProgram) -> float:
    """Give the objective that linopy finds with HiGHS as it picks its method: columns, then rows by sense."""
    import linopy
    import xarray as xr
    from scipy.sparse import csr_array

    model = linopy.Model()
    x = model.add_variables(
        xr.DataArray(lp.column_lower, dims="column"), xr.DataArray(lp.column_upper, dims="column"), name="x"
    )
    matrix = lp.matrix
    rows = csr_array((matrix.value, (matrix.row, matrix.column)), shape=(lp.n_rows, lp.n_columns))
    width = np.diff(rows.indptr)
    for sense, limit, chosen in (
        ("=", lp.row_upper, lp.row_lower == lp.row_upper),
        ("<=", lp.row_upper, (lp.row_lower != lp.row_upper) & np.isfinite(lp.row_upper)),
        (">=", lp.row_lower, (lp.row_lower != lp.row_upper) & np.isfinite(lp.row_lower)),
    ):
        # Rows of one length at a time, as linopy stores the terms of a constraint in a rectangle.
        for length in np.unique(width[chosen]).tolist():
            of_length = np.flatnonzero(chosen & (width == length))
            if not length:
                continue
            at = rows.indptr[of_length][:, None] + np.arange(length)
            terms = xr.Dataset(
                {
                    "coeffs": (("row", "_term"), rows.data[at]),
                    "vars": (("row", "_term"), x.labels.values[rows.indices[at]]),
                    "const": (("row",), np.zeros(len(of_length))),
                }
            )
            left = linopy.LinearExpression(terms, model)
            model.add_constraints(left, sense, xr.DataArray(limit[of_length], dims="row"), name=f"{sense} {length}")
    model.add_objective((xr.DataArray(lp.cost, dims="column") * x).sum())
    model.solve("highs", io_api="direct", threads=1, output_flag=False)
    if model.objective.value is None:
        raise SystemExit("linopy finds no plan")
    return float(model.objective.value) + lp.offset


def say(case: str, ours: float, name: str, theirs: float) -> None:
    """Print one case."""
    print(f"{case:52s} gigaloop {ours:7.3f} s    {name} {theirs:7.2f} s    {theirs / ours:.1f}x", flush=True)


def check(name: str, theirs: float, ours: float) -> None:
    """End with an error where two answers differ."""
    if abs(theirs - ours) > CLOSE * abs(ours):
        raise SystemExit(f"{name} finds {theirs}, gigaloop {ours}")


def change(again: Replanner, rng: random.Random) -> Change:
    """Give a random change of one resource: a cell's power, a line's rate, a supplier, a substation's date."""
    data = again.plan.data
    factories = [factory.id for factory in data.programme.factories if factory.test_cells]
    kind, factor = rng.randrange(5), rng.uniform(0.6, 1.4)
    if kind == 0:
        return again.test_power(rng.choice(factories), factor)
    if kind == 1:
        return again.line(rng.choice(data.production.lines), factor)
    if kind == 2:
        return again.allocation(rng.choice(data.sourcing.parts), factor=factor)
    if kind == 3:
        return again.allocation(rng.choice(data.sourcing.parts), weeks_late=6)
    return again.energisation(rng.choice(data.places).site.id, rng.randint(1, 12))


def reference(rules: bool) -> None:
    """Plan the reference size by each way, and plan it again after random changes."""
    programme, facts = instance(1, rules=rules)
    case = "with sourcing rules" if rules else "without sourcing rules"
    plan, building = timed(lambda: built(programme, facts))
    again, solving = timed(lambda: Replanner(plan))
    ours, objective = building + solving, again.base.objective
    lp, stating = timed(lambda: whole_model(programme, facts))
    print(f"reference size {case}: {lp.n_columns:,} columns, {lp.n_rows:,} rows, {len(lp.matrix.value):,} entries")
    ways = {"highspy ipx": lambda: by_highspy(lp, "ipx")}
    if importlib.util.find_spec("linopy") and not rules:
        ways["linopy (highs)"] = lambda: by_linopy(lp)
    cold = 0.0
    for name, way in ways.items():
        theirs, seconds = timed(way)
        check(name, theirs, objective)
        say(f"first plan {case}, of it {building:.2f} s to build", ours, name, seconds + stating)
        cold = cold or seconds
    rng = random.Random(1)  # noqa: S311
    times = sorted(timed(lambda: again.again(change(again, rng)))[1] for _ in range(CHANGES))
    say(f"again, median of {CHANGES} changes", statistics.median(times), "from nothing", cold)
    say(f"again, worst of {CHANGES} changes", times[-1], "from nothing", cold)
    print(f"re-plans per core-hour: {3600 * len(times) / sum(times):,.0f}", flush=True)


def five_times() -> None:
    """Plan five times the factories and sites."""
    programme, facts = instance(1, scale=5)
    plan, building = timed(lambda: built(programme, facts))
    _, solving = timed(lambda: solve_model(plan, SolveOptions()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    size = f"{plan.model.n_columns:,} columns, {plan.model.n_rows:,} rows"
    print(f"five times the factories and sites ({size}): {building + solving:.1f} s, peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    reference(rules=False)
    if os.environ.get("FULL"):
        reference(rules=True)
        five_times()
