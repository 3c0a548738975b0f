"""Small models with optima computed by hand."""

import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gigaloop.core.errors import SolveError, UsageError
from gigaloop.solve import Model, Outcome, SolveOptions


def wyndor() -> Any:
    """Wyndor Glass, Hillier and Lieberman, Introduction to Operations Research, section 3.1: Z = 36 at (2, 6)."""
    m = Model("plants")
    x = m.columns("batches", axes=[("product", ["door", "window"])], cost=[-3, -5])
    hours = m.rows("hours", axes=[("plant", [1, 2, 3])], upper=[4, 12, 18])
    m.add(hours[[0, 1, 2, 2]], x[[0, 1, 0, 1]], [1, 2, 3, 2])
    return m, x, hours


def test_production_mix_has_the_published_optimum_and_shadow_prices() -> None:
    m, x, hours = wyndor()
    s = m.solve()
    assert s.status is Outcome.OPTIMAL
    assert s.objective == pytest.approx(-36)
    assert s[x] == pytest.approx([2, 6])
    # shadow prices of Hillier and Lieberman, section 4.7: 0, 3/2 and 1 of profit per hour
    assert s.dual(hours) == pytest.approx([0, -1.5, -1])
    assert s.activity(hours) == pytest.approx([2, 12, 18])
    assert s.slack(hours) == pytest.approx([2, 0, 0])
    assert s.reduced_cost(x) == pytest.approx([0, 0])
    assert s.bound == s.objective
    assert s.gap == 0


def test_a_basis_that_is_far_from_the_optimum_leads_to_the_same_one() -> None:
    m, x, hours = wyndor()
    m.solve()
    m.set_limits(hours, upper=[40, 120, 180])
    s = m.solve(SolveOptions(far=True))
    again, y, limits = wyndor()
    again.set_limits(limits, upper=[40, 120, 180])
    cold = again.solve()
    assert s.objective == pytest.approx(cold.objective)
    assert s[x] == pytest.approx(cold[y])


@pytest.mark.parametrize(("plant", "step"), [(0, 1.0), (1, 1.0), (2, 1.0)])
def test_a_dual_is_the_change_of_the_objective_per_unit_of_right_hand_side(plant: Any, step: Any) -> None:
    m, _, hours = wyndor()
    before = m.solve()
    m.set_limits(hours[plant], upper=[4, 12, 18][plant] + step)
    after = m.solve()
    assert after.objective - before.objective == pytest.approx(before.dual(hours)[plant] * step)


def test_reduced_cost_is_the_change_of_the_objective_per_unit_of_bound() -> None:
    m, x, _ = wyndor()
    m.set_bounds(x[1], upper=5.0)
    before = m.solve()
    assert before.reduced_cost(x)[1] < 0
    m.set_bounds(x[1], upper=5.1)
    assert m.solve().objective - before.objective == pytest.approx(0.1 * before.reduced_cost(x)[1])


def test_transport_has_the_optimum_computed_by_hand() -> None:
    m = Model("transport")
    ship = m.columns("ship", [("from", ["TX", "OH"]), ("to", ["VA", "IN"])], cost=[[8, 6], [5, 2]])
    supply = m.rows("supply", [("from", ["TX", "OH"])], upper=[40, 30])
    demand = m.rows("demand", [("to", ["VA", "IN"])], lower=[35, 25])
    m.add(supply[:, None], ship, 1.0)
    m.add(demand, ship, 1.0)
    s = m.solve()
    # Ohio saves 4 a unit to Indiana and 3 to Virginia: 25 and 5 from there, 30 from Texas to Virginia
    assert s[ship] == pytest.approx(np.array([[30, 0], [5, 25]]))
    assert s.objective == pytest.approx(30 * 8 + 5 * 5 + 25 * 2)
    assert s.dual(supply) == pytest.approx([0, -3])
    assert s.dual(demand) == pytest.approx([8, 5])
    assert s.reduced_cost(ship)[0, 1] == pytest.approx(6 - 5)


def knapsack(**block: Any) -> Any:
    m = Model("knapsack")
    x = m.columns("take", [("item", list("abcd"))], upper=1, cost=[-16, -22, -12, -8], integer=True, **block)
    weight = m.rows("weight", upper=14.0)
    m.add(weight, x, [5, 7, 4, 3])
    return m, x, weight


def test_knapsack_has_the_published_optimum() -> None:
    # Wolsey, Integer Programming, chapter on knapsack relaxations: 42 with items b, c and d
    m, x, _ = knapsack()
    s = m.solve(SolveOptions(mip_gap=0.0))
    assert s.status is Outcome.OPTIMAL
    assert s.objective == pytest.approx(-42)
    assert s[x] == pytest.approx([0, 1, 1, 1])
    assert s.bound == pytest.approx(-42)


def test_a_mixed_integer_model_has_no_duals_but_those_of_the_fixed_programme() -> None:
    m, x, weight = knapsack()
    b = m.columns("rent", cost=3.0)
    m.add(weight, b, -1.0)
    s = m.solve(SolveOptions(mip_gap=0.0))
    with pytest.raises(SolveError, match="no duals"):
        s.dual(weight)
    fixed = s.fixed_duals()
    assert fixed.objective == pytest.approx(s.objective)
    assert fixed[x] == pytest.approx(s[x])
    assert fixed.status is Outcome.OPTIMAL
    # a, b and c weigh 16 and 2 are rented at 3 each; d earns 8 and would cost 9, so the limit is worth the rent
    assert s[b] == pytest.approx(2)
    assert fixed.dual(weight) == pytest.approx(-3)


def test_a_changed_mixed_integer_model_is_solved_again() -> None:
    m, x, weight = knapsack()
    m.solve()
    m.set_limits(weight, upper=12.0)
    again = m.solve(SolveOptions(mip_gap=0.0))
    assert again.objective == pytest.approx(-38)  # a and b: 5 + 7
    assert again[x] == pytest.approx([1, 1, 0, 0])


def test_costs_by_block_add_up_to_the_objective() -> None:
    m, x, _ = wyndor()
    m.add_constant(7.0)
    m.add_cost(x[[0, 0]], [0.25, 0.25])
    s = m.solve()
    assert s.cost(x) == pytest.approx([-5, -30])
    assert s.breakdown() == pytest.approx({"batches": -35.0, "constant": 7.0})
    assert sum(s.breakdown().values()) == pytest.approx(s.objective)


def test_a_solution_keeps_its_numbers_when_the_model_changes() -> None:
    m, x, hours = wyndor()
    s = m.solve()
    m.set_cost(x, [-1, 0])
    m.set_limits(hours, upper=[1, 1, 1])
    m.solve()
    assert s[x] == pytest.approx([2, 6])
    assert s.slack(hours) == pytest.approx([2, 0, 0])
    assert s.breakdown() == pytest.approx({"batches": -36.0})


def test_a_solution_and_its_blocks_can_be_pickled() -> None:
    m, x, hours = wyndor()
    s, x2, hours2 = pickle.loads(pickle.dumps((m.solve(), x, hours)))  # noqa: S301
    assert s[x2] == pytest.approx([2, 6])
    assert s.dual(hours2) == pytest.approx([0, -1.5, -1])


def test_duplicate_coefficients_are_summed_and_those_that_cancel_vanish() -> None:
    m = Model("sums")
    x = m.columns("x", [("i", [1, 2])], cost=1.0)
    r = m.rows("r", lower=6.0)
    m.add(r, x[[0, 0, 1, 1]], [1.0, 2.0, 5.0, -5.0])
    assert m.program().matrix.value.tolist() == [3.0]
    assert m.solve()[x] == pytest.approx([2, 0])


def test_sparse_blocks_take_tuples_as_labels() -> None:
    m = Model("lanes")
    lanes = [("TX", "VA"), ("OH", "IN")]
    ship = m.columns("ship", [(("from", "to"), lanes), ("week", range(3))])
    assert ship.shape == (2, 3)
    assert ship.at(("OH", "IN"), 2) == 5
    assert ship.labels(5) == {"from": "OH", "to": "IN", "week": 2}
    assert ship.member(5) == "ship[OH, IN, 2]"


def test_free_rows_and_free_columns_are_allowed() -> None:
    m = Model("free")
    x = m.columns("x", lower=-np.inf, cost=1.0)
    watched, floor = m.rows("watched"), m.rows("floor", lower=-4.0)
    m.add(np.array([watched.index, floor.index]), x, [2.0, 1.0])
    s = m.solve()
    assert s[x] == pytest.approx(-4)
    assert s.activity(watched) == pytest.approx(-8)
    assert s.dual(watched) == 0
    assert math.isinf(s.slack(watched))


@pytest.mark.parametrize(("lower", "expected"), [(-1.0, Outcome.OPTIMAL), (1.0, Outcome.INFEASIBLE)])
def test_rows_without_columns_hold_or_not_by_their_limits(lower: Any, expected: Any) -> None:
    m = Model("no columns")
    m.rows("r", lower=lower)
    m.add_constant(3.0)
    s = m.solve()
    assert s.status is expected
    assert s.objective == 3.0 if expected is Outcome.OPTIMAL else math.isnan(s.objective)


def test_an_empty_model_is_optimal_at_its_constant() -> None:
    m = Model("empty")
    m.add_constant(2.5)
    s = m.solve()
    assert (s.status, s.objective) == (Outcome.OPTIMAL, 2.5)
    assert m.columns("none", [("i", [])])[...].size == 0


@pytest.mark.parametrize("integer", [False, True])
@pytest.mark.parametrize(("limit", "expected"), [(np.inf, Outcome.UNBOUNDED), (-1.0, Outcome.INFEASIBLE)])
def test_unbounded_and_infeasible_are_told_apart(integer: Any, limit: Any, expected: Any) -> None:
    m = Model("apart")
    x = m.columns("x", [("i", [1, 2])], cost=-1.0, integer=integer)
    level = m.rows("level", lower=0.0)
    m.add(level, x, [1.0, -1.0])
    cap = m.rows("cap", upper=limit)
    m.add(cap, x[0], 1.0)
    s = m.solve()
    assert s.status is expected
    with pytest.raises(SolveError, match=expected.value):
        s[x]
    m.set_cost(x, 1.0)
    m.set_limits(cap, upper=5.0)
    assert m.solve().status is Outcome.OPTIMAL


def hard_knapsack() -> Any:
    rng = np.random.default_rng(3)
    m = Model("market split")  # Cornuejols and Dawande's market split instances are hard for branch and bound
    x = m.columns("x", [("i", range(40))], upper=1, integer=True)
    over = m.columns("over", [("j", range(5))], cost=1.0)
    under = m.columns("under", [("j", range(5))], cost=1.0)
    a = rng.integers(0, 100, (5, 40)).astype(float)
    r = m.rows("split", [("j", range(5))], lower=np.floor(a.sum(1) / 2), upper=np.floor(a.sum(1) / 2))
    m.add(r[:, None], x, a)
    m.add(r, over, -1.0)
    m.add(r, under, 1.0)
    return m, x


def test_a_solve_that_runs_out_of_time_gives_its_best_solution_and_gap() -> None:
    m, _ = hard_knapsack()
    s = m.solve(SolveOptions(time_limit=0.5))
    assert s.status is Outcome.FEASIBLE
    assert s.stopped_by == "time limit"
    assert s.program.violation(s.values) < 1e-6
    assert s.bound <= s.objective
    assert s.gap > 0


@pytest.mark.parametrize(("made", "clock_runs_on"), [(wyndor, True), (knapsack, False)])
def test_the_time_limit_counts_from_each_solve_anew(monkeypatch: Any, made: Any, clock_runs_on: bool) -> None:
    from gigaloop.solve.highs import Engine

    limits = []
    option = Engine.option

    def recorded(engine: Engine, name: str, value: float) -> None:
        limits.extend([value] if name == "time_limit" else [])
        option(engine, name, value)

    monkeypatch.setattr(Engine, "option", recorded)
    m, *_ = made()
    for _ in range(3):
        m.solve(SolveOptions(time_limit=5.0, warm=False))
    # HiGHS compares the limit with a clock that runs on in linear programmes and not in mixed-integer ones
    assert [limit > 5.0 for limit in limits[1:]] == [clock_runs_on] * 2
    assert max(limits) < 10.0


def test_a_later_mixed_integer_solve_has_the_whole_of_its_time() -> None:
    m, _ = hard_knapsack()
    m.solve(SolveOptions(time_limit=0.6))
    again = m.solve(SolveOptions(time_limit=0.5, warm=False))
    assert again.status is Outcome.FEASIBLE
    assert again.nodes > 1


def test_a_solve_can_be_stopped_from_outside() -> None:
    m, _ = hard_knapsack()
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 20

    s = m.solve(SolveOptions(stop=stop, time_limit=60.0))
    assert s.stopped_by == "interrupt"
    assert s.status in (Outcome.FEASIBLE, Outcome.STOPPED)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, _x, _r: m.columns("batches"), "already"),
        (lambda m, _x, _r: m.rows(""), "name"),
        (lambda m, _x, _r: m.columns("y", [("i", [1, 1])]), "twice"),
        (lambda m, _x, _r: m.columns("y", [("i", [1]), ("i", [2])]), "two axes"),
        (lambda m, _x, _r: m.columns("y", [(("a", "b"), [(1, 2, 3)])]), "tuple of 2"),
        (lambda m, _x, _r: m.columns("y", [("i", [1, 2])], upper=[1.0, 2.0, 3.0]), "shape"),
        (lambda m, _x, _r: m.columns("y", cost=np.nan), "nan"),
        (lambda m, _x, _r: m.columns("y", cost=np.inf), "inf"),
        (lambda m, _x, _r: m.columns("y", lower=np.nan), "nan"),
        (lambda m, _x, _r: m.columns("y", lower=np.inf), "inf"),
        (lambda m, _x, _r: m.columns("y", upper="many"), "no number"),
        (lambda m, x, r: m.add(r, x, 1.0), "broadcast"),
        (lambda m, x, r: m.add(r[:2], x, [1.0, np.nan]), "nan"),
        (lambda m, x, r: m.add(r[:2], x, 1e15), "1e"),
        (lambda m, x, _r: m.add([7], x[0], 1.0), "no index 7"),
        (lambda m, x, _r: m.add([-1], x[0], 1.0), "no index -1"),
        (lambda m, x, _r: m.add([0.5], x[0], 1.0), "whole numbers"),
        (lambda m, x, r: m.add(x, r, 1.0), "no block of rows"),
        (lambda m, _x, _r: m.set_bounds(wyndor()[1], upper=1.0), "no block of columns"),
        (lambda m, x, r: m.set_coefficients(r[[0, 0]], x[[0, 0]], 1.0), "twice"),
        (lambda m, _x, r: m.set_limits(r, upper=[1.0, 2.0]), "shape"),
        (lambda _m, x, _r: x.at("gate"), "no label"),
        (lambda _m, x, _r: x.at("door", 1), "1 axes"),
    ],
)
def test_wrong_calls_are_refused_with_a_reason_and_change_nothing(call: Any, message: Any) -> None:
    m, x, hours = wyndor()
    with pytest.raises(UsageError, match=message):
        call(m, x, hours)
    assert m.solve().objective == pytest.approx(-36)


@pytest.mark.parametrize(
    "wrong",
    [{"time_limit": 0.0}, {"threads": 0}, {"method": "barrier"}, {"mip_gap": -1.0}, {"tolerance": 1.0}],
)
def test_options_out_of_range_are_refused(wrong: Any) -> None:
    with pytest.raises(UsageError):
        SolveOptions(**wrong)


def test_a_solution_does_not_answer_for_a_block_added_later() -> None:
    m, _, _ = wyndor()
    s = m.solve()
    late = m.columns("late", cost=1.0)
    with pytest.raises(UsageError, match="older"):
        s[late]


def test_the_number_of_threads_may_change_from_solve_to_solve() -> None:
    m, _, _ = wyndor()
    for threads in (1, 2, 1):
        assert m.solve(SolveOptions(threads=threads, warm=False)).objective == pytest.approx(-36)


def test_the_solver_is_not_imported_before_a_solve_and_writes_nothing_to_the_console() -> None:
    code = (
        "import sys; from gigaloop.solve import Model; m = Model('m'); m.columns('x', cost=1.0);"
        "before = {'highspy', 'scipy'} & set(sys.modules); m.solve();"
        "sys.exit(1 if before or 'highspy' not in sys.modules else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_ctrl_c_ends_a_mixed_integer_solve_with_its_best_solution() -> None:
    code = f"""
import os, signal, sys, threading
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_model import SolveOptions, hard_knapsack
model, _ = hard_knapsack()
threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
s = model.solve(SolveOptions(time_limit=60.0))
print(s.status.value, s.stopped_by, s.seconds < 50)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("Ctrl-C works as before")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["feasible interrupt True", "Ctrl-C works as before"], done.stderr


def test_an_error_in_the_stop_callable_comes_through_and_leaves_the_model_usable() -> None:
    m, _ = hard_knapsack()

    def stop() -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        m.solve(SolveOptions(stop=stop, time_limit=30.0))
    assert m.solve(SolveOptions(time_limit=0.5)).status is Outcome.FEASIBLE
