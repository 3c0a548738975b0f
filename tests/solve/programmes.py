"""Random programmes for the property tests, and SciPy's solver as an independent oracle."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csc_array

from gigaloop.solve import Model

_small = st.integers(-5, 5)


@st.composite
def feasible(draw: Any, integer: bool = False) -> Any:
    """A model with a known feasible point and finite bounds, so that it has an optimum; numbers are whole."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    numbers = {
        name: np.array(draw(st.lists(_small, min_size=size, max_size=size)), dtype=float)
        for name, size in (("a", n * m), ("cost", n), ("point", n), ("room", m), ("below", n), ("above", n))
    }
    kinds = draw(st.lists(st.sampled_from(["upper", "lower", "equal", "both"]), min_size=m, max_size=m))
    a = numbers["a"].reshape(m, n)
    middle, room = a @ numbers["point"], np.abs(numbers["room"])
    lower = np.array(
        [-np.inf if k == "upper" else b if k == "equal" else b - r for k, b, r in zip(kinds, middle, room, strict=True)]
    )
    upper = np.array(
        [np.inf if k == "lower" else b if k == "equal" else b + r for k, b, r in zip(kinds, middle, room, strict=True)]
    )
    model = Model("random")
    x = model.columns(
        "x",
        [("j", range(n))],
        lower=numbers["point"] - np.abs(numbers["below"]),
        upper=numbers["point"] + np.abs(numbers["above"]),
        cost=numbers["cost"],
        integer=integer,
    )
    r = model.rows("r", [("i", range(m))], lower=lower, upper=upper)
    model.add(r[:, None], x, a)
    return model, x, r


@st.composite
def infeasible(draw: Any) -> Any:
    """A model whose limits ask for more than the columns' bounds give, among rows that may have no part in it."""
    model, x, r = draw(feasible())
    p = model.program()
    weights = np.array(draw(st.lists(st.integers(-3, 3), min_size=p.n_columns, max_size=p.n_columns)), dtype=float)
    reach = np.where(weights > 0, weights * p.column_upper, weights * p.column_lower).sum()
    asked = model.rows("asked", lower=reach + draw(st.integers(1, 4)))
    model.add(asked, x, weights)
    return model, x, r, asked


def oracle(program: Any) -> Any:
    """Give SciPy's result for a programme."""
    matrix = program.matrix
    a = csc_array((matrix.value, matrix.row, matrix.start), shape=(program.n_rows, program.n_columns)).toarray()
    if program.is_mixed_integer:
        return milp(
            program.cost,
            integrality=program.integer.astype(int),
            bounds=(program.column_lower, program.column_upper),
            constraints=LinearConstraint(a, program.row_lower, program.row_upper),
        )
    upper, lower = np.isfinite(program.row_upper), np.isfinite(program.row_lower)
    return linprog(
        program.cost,
        A_ub=np.vstack([a[upper], -a[lower]]),
        b_ub=np.concatenate([program.row_upper[upper], -program.row_lower[lower]]),
        bounds=np.column_stack([program.column_lower, program.column_upper]),
        method="highs",
    )
