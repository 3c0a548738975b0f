"""What holds for every linear programme: feasibility, duality, complementary slackness, warm equals cold."""

import importlib.util
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.solve import Model, Outcome, SolveOptions

_spec: Any = importlib.util.spec_from_file_location("solve_programmes", Path(__file__).with_name("programmes.py"))
programmes: Any = importlib.util.module_from_spec(_spec)
sys.modules["solve_programmes"] = programmes
_spec.loader.exec_module(programmes)

few = settings(max_examples=60, deadline=None)
near: Any = {"abs": 1e-6, "rel": 1e-7}


def dual_objective(p: Any, y: Any, d: Any) -> Any:
    """Objective of the dual programme: each multiplier times the limit it presses against."""

    def part(multiplier: Any, lower: Any, upper: Any) -> Any:
        limit = np.where(multiplier > 0, lower, upper)
        return float(np.sum(multiplier[np.abs(multiplier) > 1e-9] * limit[np.abs(multiplier) > 1e-9]))

    return p.offset + part(y, p.row_lower, p.row_upper) + part(d, p.column_lower, p.column_upper)


@few
@given(programmes.feasible(), st.sampled_from(["simplex", "ipx"]))
def test_an_optimum_is_feasible_and_proven_by_its_duals(made: Any, method: Any) -> None:
    model, x, r = made
    s = model.solve(SolveOptions(method=method))
    p = s.program
    assert s.status is Outcome.OPTIMAL
    assert p.violation(s.values) <= 1e-6
    y, d = s.dual(r), s.reduced_cost(x)
    assert p.cost - p.matrix.transposed_times(y) == pytest.approx(d, **near)  # dual feasibility
    assert dual_objective(p, y, d) == pytest.approx(s.objective, **near)  # no duality gap
    assert s.slack(r) * np.abs(y) == pytest.approx(np.zeros(r.size), abs=1e-5)  # complementary slackness
    assert s.objective == pytest.approx(float(p.cost @ s.values), **near)


@few
@given(programmes.feasible())
def test_the_optimum_is_that_of_scipy(made: Any) -> None:
    model, _, _ = made
    assert model.solve().objective == pytest.approx(programmes.oracle(model.program()).fun, **near)


@few
@given(programmes.feasible(integer=True))
def test_the_whole_number_optimum_is_that_of_scipy(made: Any) -> None:
    model, x, _ = made
    s = model.solve(SolveOptions(mip_gap=0.0))
    assert s.objective == pytest.approx(programmes.oracle(model.program()).fun, **near)
    assert s[x] == pytest.approx(np.round(s[x]), abs=1e-6)
    assert s.fixed_duals().objective == pytest.approx(s.objective, **near)


def cold_copy(model: Any) -> Any:
    """The same arrays in a new model without history."""
    p = model.program()
    fresh = Model("fresh")
    x = fresh.columns("x", [("j", range(p.n_columns))], lower=p.column_lower, upper=p.column_upper, cost=p.cost)
    r = fresh.rows("r", [("i", range(p.n_rows))], lower=p.row_lower, upper=p.row_upper)
    fresh.add(r[p.matrix.row], x[p.matrix.column], p.matrix.value)
    fresh.add_constant(p.offset)
    return fresh


def change(model: Any, x: Any, r: Any, kind: Any, size: Any, where: Any) -> None:
    i, j = where % r.size, where % x.size
    p = model.program()
    if kind == "limits":
        model.set_limits(r[i], lower=p.row_lower[i] + size, upper=p.row_upper[i] + size)
    elif kind == "bounds":
        model.set_bounds(x[j], lower=p.column_lower[j] - abs(size), upper=p.column_upper[j] + size)
    elif kind == "cost":
        model.set_cost(x[j], size)
        model.add_constant(size)
    elif kind == "coefficient":
        model.set_coefficients(r[i], x[j], size)
    elif kind == "sum":
        model.add(r[i], x[j], size)
    elif kind == "row":
        cut = model.rows(f"cut {model.n_rows}", upper=float(p.column_upper.sum() + size))
        model.add(cut, x, 1.0)
    else:
        y = model.columns(f"new {model.n_columns}", [("k", [1, 2])], upper=3.0, cost=size)
        cut = model.rows(f"link {model.n_rows}", lower=-9.0)
        model.add(r[:, None], y, np.full((r.size, 2), [1.0, -1.0]))
        model.add(cut, y, 1.0)
        model.add(cut, x[j], -1.0)


_changes = st.lists(
    st.tuples(
        st.sampled_from(["limits", "bounds", "cost", "coefficient", "sum", "row", "column"]),
        st.integers(-3, 3).map(float),
        st.integers(0, 11),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=120, deadline=None)
@given(programmes.feasible(), _changes, st.booleans())
def test_a_changed_model_solved_again_equals_a_cold_solve(made: Any, changes: Any, solve_between: Any) -> None:
    model, x, r = made
    model.solve()
    for kind, size, where in changes:
        change(model, x, r, kind, size, where)
        if solve_between:
            model.solve()
    warm, cold = model.solve(), cold_copy(model).solve()
    assert warm.status is cold.status
    if warm.status.has_solution:
        assert warm.objective == pytest.approx(cold.objective, **near)
        assert warm.program.violation(warm.values) <= 1e-6


@few
@given(programmes.feasible())
def test_a_restored_basis_is_optimal_without_an_iteration(made: Any) -> None:
    model, _, _ = made
    first = model.solve(SolveOptions(method="simplex"))
    fresh = cold_copy(model)
    fresh.restore(pickle.loads(pickle.dumps(model.basis())))  # noqa: S301
    again = fresh.solve()
    assert again.objective == pytest.approx(first.objective, **near)
    assert again.iterations == 0


def test_a_basis_survives_more_rows_and_columns() -> None:
    model = Model("grows")
    x = model.columns("x", [("j", range(4))], upper=2.0, cost=[-4, -3, -2, -1])
    r = model.rows("r", upper=5.0)
    model.add(r, x, 1.0)
    model.solve()
    basis = model.basis()
    y = model.columns("y", upper=1.0, cost=-9.0)
    model.add(r, y, 1.0)
    cut = model.rows("cut", upper=1.0)
    model.add(cut, x[0], 1.0)
    model.restore(basis)
    s = model.solve()
    # y = 1, x0 = 1 by the cut, x1 = 2, x2 = 1
    assert s.objective == pytest.approx(-9 - 4 - 6 - 2)


def test_many_changed_coefficients_are_passed_as_a_new_matrix_and_keep_the_basis() -> None:
    rng = np.random.default_rng(5)
    model = Model("dense")
    x = model.columns("x", [("j", range(60))], upper=1.0, cost=-rng.random(60))
    r = model.rows("r", [("i", range(40))], upper=10.0)
    a = rng.random((40, 60))
    model.add(r[:, None], x, a)
    model.solve()
    model.set_coefficients(r[:, None], x, a * 1.0001)
    warm, cold = model.solve(), cold_copy(model).solve()
    assert warm.objective == pytest.approx(cold.objective)
    assert warm.iterations < cold.iterations
