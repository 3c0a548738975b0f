"""Conflicts are irreducible and name their sources; relaxations are the cheapest that make a model feasible."""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import InfeasibleError, Place, SolveError, UsageError
from gigaloop.solve import Model, Outcome, elastic
from gigaloop.solve import explain_infeasible as explain

_spec: Any = importlib.util.spec_from_file_location("solve_programmes_2", Path(__file__).with_name("programmes.py"))
programmes: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(programmes)


def explain_infeasible(model: Model, **options: Any) -> Any:
    """The conflict, whose absence shows as an error of the attribute that is read."""
    return explain(model, **options)


few = settings(max_examples=60, deadline=None)


def site(**demand: Any) -> Any:
    m = Model("site")
    x = m.columns("racks", [("hall", ["A", "B"])], upper=10, cost=1.0, unit="racks")
    power = m.rows("power", upper=1000.0, unit="kW")
    m.add(power, x, 1.0)
    r = m.rows("demand", lower=25.0, unit="racks", **demand)
    m.add(r, x, 1.0)
    return m, x, r, power


def keep_only(model: Any, members: Any) -> Any:
    """The model with the limits of these members alone, by name."""
    p = model.program()
    rows, columns = np.arange(p.n_rows), np.arange(p.n_columns)
    model.set_limits(rows, lower=-np.inf, upper=np.inf)
    model.set_bounds(columns, lower=-np.inf, upper=np.inf)
    model.set_cost(columns, 0.0)
    for member in members:
        sides = {"at least": ["lower"], "at most": ["upper"], "exactly": ["lower", "upper"]}[member.side]
        bound = dict.fromkeys(sides, member.bound)
        labels = tuple(member.labels.values())
        blocks = {block.name: block for block in (*model._rows, *model._columns)}
        block = blocks[member.block]
        put = model.set_limits if member.block in {b.name for b in model._rows} else model.set_bounds
        put(np.array([block.at(*labels)]), **bound)
    return model


@few
@given(programmes.infeasible())
def test_a_conflict_is_infeasible_and_without_any_member_feasible(made: Any) -> None:
    model, _, _, asked = made
    assert model.solve().status is Outcome.INFEASIBLE
    conflict = explain_infeasible(model)
    assert conflict.irreducible
    assert keep_only(model, conflict.members).solve().status is Outcome.INFEASIBLE
    for left_out in conflict.members:
        rest = [member for member in conflict.members if member is not left_out]
        assert keep_only(model, rest).solve().status is Outcome.OPTIMAL
    assert asked.name in {member.block for member in conflict.members}


def test_a_conflict_leaves_out_what_has_no_part_in_it_and_points_at_its_source() -> None:
    m, _, _, _ = site(origin=lambda _i: Place("demand.yaml", 12, 3), say="{name} asks for {bound} {unit}")
    conflict = explain_infeasible(m)
    assert {(c.block, *c.labels.values(), c.side, c.bound) for c in conflict.members} == {
        ("demand", "at least", 25.0),
        ("racks", "A", "at most", 10.0),
        ("racks", "B", "at most", 10.0),
    }
    assert "demand asks for 25 racks (demand.yaml:12:3)" in str(conflict)
    error = conflict.error(("raise a hall",))
    assert isinstance(error, InfeasibleError)
    assert error.problems[0].where == Place("demand.yaml", 12, 3)
    assert error.ways_out == ("raise a hall",)


def test_balances_and_quantities_that_cannot_be_negative_come_last() -> None:
    m = Model("flow")
    stock = m.columns("stock", [("week", range(4))])
    out = m.columns("out", [("week", range(4))])
    balance = m.rows("balance", [("week", range(4))], lower=0.0, upper=0.0, definition=True)
    m.add(balance, stock, 1.0)
    m.add(balance, out, 1.0)
    m.add(balance[1:], stock[:-1], -1.0)
    wanted = m.rows("wanted", [("week", range(4))], lower=[0, 0, 5, 0])
    m.add(wanted, out, 1.0)
    conflict = explain_infeasible(m)
    assert [member.block for member in conflict.limits] == ["wanted"]
    assert conflict.limits[0].labels == {"week": 2}
    assert {member.block for member in conflict.members if member.given} >= {"balance", "stock"}
    assert str(conflict).count("  - ") == 1
    assert "follow" in str(conflict)


def test_a_feasible_model_has_no_conflict() -> None:
    m, _, demand, _ = site()
    m.set_limits(demand, lower=20.0)
    assert explain_infeasible(m) is None


def test_bounds_that_cross_are_a_conflict_of_their_own() -> None:
    m, x, _, _ = site()
    m.set_bounds(x[0], lower=12.0)
    conflict = explain_infeasible(m)
    assert [(c.block, c.side, c.bound) for c in conflict.members] == [
        ("racks", "at least", 12.0),
        ("racks", "at most", 10.0),
    ]


def test_an_equation_is_one_member() -> None:
    m = Model("equation")
    x = m.columns("x", [("j", [1, 2])], lower=-np.inf)
    same = m.rows("same", lower=0.0, upper=0.0)
    m.add(same, x, [1.0, -1.0])
    apart = m.rows("apart", [("k", [1, 2])], lower=1.0, upper=1.0)
    m.add(apart[0], x[0], 1.0)
    m.add(apart[1], x[1], -1.0)
    blocks = {(c.block, *c.labels.values()) for c in explain_infeasible(m).members}
    assert blocks == {("same",), ("apart", 1), ("apart", 2)}


def test_a_conflict_that_only_whole_numbers_make_is_found() -> None:
    m = Model("parity")
    x = m.columns("x", [("j", [1, 2])], upper=9, integer=True)
    even = m.rows("even", lower=7.0, upper=7.0)
    m.add(even, x, [2.0, 4.0])
    spare = m.rows("spare", upper=100.0)
    m.add(spare, x, 1.0)
    assert m.solve().status is Outcome.INFEASIBLE
    conflict = explain_infeasible(m)
    assert {(c.block, c.side) for c in conflict.members} == {("even", "exactly")}
    m.set_limits(even, lower=-np.inf)
    assert m.solve().status is Outcome.OPTIMAL


def test_explaining_leaves_the_warm_state_of_the_model_alone() -> None:
    m, _, demand, _ = site()
    m.solve()
    explain_infeasible(m)
    m.set_limits(demand, lower=20.0)
    assert m.solve().objective == pytest.approx(20.0)


def test_the_cheapest_relaxation_is_that_computed_by_hand() -> None:
    m, x, demand, _ = site()
    # 5 racks are missing: hall A costs 2 a rack and has no end, hall B 4, demand 3
    way = elastic(m, {x: [2.0, 4.0], demand: 3.0})
    assert way.cost == pytest.approx(10.0)
    assert way.proven
    (change,) = way.relaxations
    assert (change.block, change.labels, change.side) == ("racks", {"hall": "A"}, "at most")
    assert (change.amount, change.bound, change.relaxed) == pytest.approx((5.0, 10.0, 15.0))
    assert "raise the upper limit of racks[A] by 5 racks, from 10 to 15" in str(way)


def test_a_member_priced_infinite_is_not_relaxed() -> None:
    m, x, demand, _ = site()
    way = elastic(m, {x: [np.inf, 4.0], demand: 3.0})
    assert [change.block for change in way.relaxations] == ["demand"]
    assert way.cost == pytest.approx(15.0)
    assert way.relaxations[0].sentence.startswith("lower the lower limit of demand by 5 racks")


def test_limits_that_conflict_without_the_soft_ones_are_reported() -> None:
    m, _, _, power = site()
    with pytest.raises(InfeasibleError) as error:
        elastic(m, {power: 1.0})
    assert len(error.value.problems) == 3
    assert m.solve().status is Outcome.INFEASIBLE


def test_prices_must_be_above_zero_and_blocks_of_the_model() -> None:
    m, x, _, _ = site()
    with pytest.raises(UsageError, match="above 0"):
        elastic(m, {x: 0.0})
    with pytest.raises(UsageError, match="no block"):
        elastic(m, {site()[1]: 1.0})


@few
@given(programmes.infeasible(), st.integers(1, 5), st.integers(1, 5))
def test_applied_relaxations_make_the_model_feasible_at_the_cost_stated(
    made: Any, row_price: Any, column_price: Any
) -> None:
    model, x, r, asked = made
    way = elastic(model, {x: column_price, r: row_price, asked: row_price})
    assert way.cost == pytest.approx(sum(change.cost for change in way.relaxations))
    assert way.cost > 0
    way.apply(model)
    assert model.solve().status is Outcome.OPTIMAL
    assert elastic(model, {x: column_price, r: row_price, asked: row_price}).cost == pytest.approx(0, abs=1e-6)


@few
@given(programmes.feasible())
def test_a_feasible_model_needs_no_relaxation(made: Any) -> None:
    model, x, r = made
    assert elastic(model, {x: 1.0, r: 1.0}).relaxations == ()


def test_no_conflict_within_no_time_is_said() -> None:
    rng = np.random.default_rng(0)
    m = Model("large")
    x = m.columns("x", [("j", range(400))], upper=1.0)
    r = m.rows("r", [("i", range(300))], lower=150.0)
    m.add(r[:, None], x, rng.random((300, 400)))
    with pytest.raises(SolveError, match="time"):
        explain_infeasible(m, time_limit=1e-9)


def test_a_conflict_of_hundreds_of_limits_is_certified_and_shortened_in_its_text() -> None:
    weeks = 150
    m = Model("chain")
    stock = m.columns("stock", [("week", range(weeks))])
    make = m.columns("make", [("week", range(weeks))], upper=1.0)
    balance = m.rows("balance", [("week", range(weeks))], lower=1.0, upper=1.0, definition=True)
    m.add(balance, make, 1.0)
    m.add(balance, stock, -1.0)
    m.add(balance[1:], stock[:-1], 1.0)
    final = m.rows("final", lower=1.0)
    m.add(final, stock[-1], 1.0)
    idle = m.rows("idle", [("week", range(weeks))], upper=5.0)
    m.add(idle, make, 1.0)
    conflict = explain_infeasible(m)
    # what is made in all weeks, 150 at most, must be the 150 asked for and 1 more at the end
    assert conflict.irreducible
    assert len(conflict.members) == weeks + weeks + 1
    assert {member.block for member in conflict.members} == {"make", "balance", "final"}
    assert f"and {weeks - 8} more limits of make" in str(conflict)


def test_a_conflict_is_found_and_certified_without_a_proof(monkeypatch: Any) -> None:
    m, _, _, _ = site()
    monkeypatch.setattr("gigaloop.solve.highs.Engine.infeasibility_ray", lambda _engine: None)
    monkeypatch.setattr("gigaloop.solve.conflict._FEW", 1)
    conflict = explain_infeasible(m)
    assert conflict.irreducible
    assert sorted(member.block for member in conflict.members) == ["demand", "racks", "racks"]
