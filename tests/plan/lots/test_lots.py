"""Lots with set-ups: the textbook, brute force, and tables."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import InfeasibleError, ProgrammeError, UsageError
from gigaloop.plan.lots import LotPlan, LotProblem, plan_lots, read_lots
from gigaloop.validation import run

DATA = Path(run.__file__).parent / "data" / "lots"


def problem(demand, setup_cost, holding, capacity=np.inf, setup_time=0.0, unit_time=1.0, initial=None) -> LotProblem:
    asked = np.array(demand, dtype=float)
    n, periods = asked.shape

    def grid(value) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=float).reshape(-1, 1), (n, periods)).copy()

    return LotProblem(
        tuple(f"i{k}" for k in range(n)),
        asked,
        grid(setup_cost),
        grid(setup_time),
        grid(0.0),
        grid(unit_time),
        grid(holding),
        np.full(periods, capacity, dtype=float),
        np.zeros(n) if initial is None else np.array(initial, dtype=float),
    )


def check(asked: LotProblem, found: LotPlan) -> None:
    """Demands are met, nothing is made without a set-up, the machine's time suffices, and costs add up."""
    stock = asked.initial_stock[:, None] + np.cumsum(found.made - asked.demand, axis=1)
    assert (stock >= -1e-6).all()
    np.testing.assert_allclose(stock, found.stock, atol=1e-6)
    assert not found.made[~(found.setups | found.carried)].any()
    time = (asked.unit_time * found.made + asked.setup_time * found.setups).sum(axis=0)
    assert (time <= asked.capacity + 1e-6).all()
    cost = (asked.setup_cost * found.setups + asked.unit_cost * found.made + asked.holding_cost * found.stock).sum()
    assert found.cost == pytest.approx(float(cost))
    assert found.bound <= found.cost + 1e-9
    assert found.carried.sum(axis=0).max() <= 1


def best_without_limit(demand: list[float], setup: float, holding: float) -> float:
    """Wagner and Whitin's recursion: the last set-up serves all demands from its period on."""
    least = [0.0]
    for end in range(1, len(demand) + 1):
        options = []
        for begin in range(end):
            tail = demand[begin:end]
            stored = sum(holding * k * each for k, each in enumerate(tail))
            options.append(least[begin] + stored + (setup if any(tail) else 0.0))
        least.append(min(options))
    return least[-1]


def test_the_months_of_wagner_and_whitin_cost_864():
    asked = read_lots(DATA / "wagner-whitin.csv")
    found = plan_lots(asked, gap=1e-9)
    check(asked, found)
    assert found.cost == pytest.approx(864.0)


@settings(max_examples=30, deadline=None)
@given(
    demand=st.lists(st.integers(0, 30), min_size=1, max_size=8),
    setup=st.integers(0, 80),
    holding=st.integers(0, 3),
)
def test_without_a_limit_every_item_costs_what_wagner_and_whitin_find(demand, setup, holding):
    asked = problem([demand, demand[::-1]], [setup, setup + 5], holding)
    found = plan_lots(asked, gap=1e-9)
    check(asked, found)
    expected = best_without_limit([float(d) for d in demand], setup, holding)
    expected += best_without_limit([float(d) for d in demand[::-1]], setup + 5, holding)
    assert found.cost == pytest.approx(expected, abs=1e-6)


def brute_force(asked: LotProblem, lots: int) -> float:
    """Try every set of set-ups and every whole number of pieces."""
    n, periods = asked.demand.shape
    best = np.inf
    for made in itertools.product(range(lots + 1), repeat=n * periods):
        pieces = np.array(made, dtype=float).reshape(n, periods)
        stock = np.cumsum(pieces - asked.demand, axis=1)
        setups = pieces > 0
        time = (asked.unit_time * pieces + asked.setup_time * setups).sum(axis=0)
        if (stock < 0).any() or (time > asked.capacity).any():
            continue
        best = min(best, float((asked.setup_cost * setups + asked.holding_cost * stock).sum()))
    return best


@pytest.mark.parametrize("capacity", [5.0, 6.0, 9.0])
def test_with_a_limit_the_cost_is_that_of_the_best_of_all_plans(capacity):
    asked = problem([[1, 2, 1], [0, 1, 2]], [4, 3], [1, 2], capacity=capacity, setup_time=1.0)
    found = plan_lots(asked, gap=1e-9)
    check(asked, found)
    assert found.cost == pytest.approx(brute_force(asked, 4))


def test_a_set_up_that_is_carried_over_is_not_paid_again():
    asked = problem([[4, 4, 4]], 10, 3, capacity=5.0)
    apart, linked = plan_lots(asked, gap=1e-9), plan_lots(asked, carry_over=True, gap=1e-9)
    check(asked, apart)
    check(asked, linked)
    assert apart.cost == pytest.approx(30.0)
    assert linked.cost == pytest.approx(10.0)
    assert linked.carried[0].tolist() == [False, True, True]


def test_nothing_is_carried_through_a_period_with_another_set_up():
    asked = problem([[3, 3, 3], [0, 2, 0]], [50, 1], [40, 40], capacity=5.0)
    linked = plan_lots(asked, carry_over=True, gap=1e-9)
    check(asked, linked)
    # into period 2 from 1 and from 2 into 3, but the second item is set up in 2
    assert not (linked.carried[0, 1] and linked.carried[0, 2])


def test_stock_at_the_start_is_used_first():
    asked = problem([[5, 5, 5]], 10, 1, initial=[7])
    found = plan_lots(asked, gap=1e-9)
    check(asked, found)
    assert found.made.sum() == pytest.approx(8.0)
    assert found.cost == pytest.approx(2.0 + 10.0 + 5.0)


def test_demands_beyond_the_machines_time_are_refused():
    with pytest.raises(InfeasibleError) as error:
        plan_lots(problem([[9, 1]], 1, 1, capacity=5.0))
    assert "has not the time" in error.value.problems[0].why


def test_a_published_case_stays_within_its_gap_and_bound():
    found = plan_lots(read_lots(DATA / "tr24-15.csv"), gap=0.01, time_limit=60)
    check(read_lots(DATA / "tr24-15.csv"), found)
    assert found.bound <= 136509 * (1 + 1e-9)
    assert 136509 * (1 - 1e-9) <= found.cost <= 136509 * 1.01


@pytest.mark.parametrize("name", ["tr6-30", "tr12-15", "tr12-30", "tr24-15", "tr24-30"])
def test_published_instances_have_the_size_in_their_name(name):
    asked = read_lots(DATA / f"{name}.csv")
    items, periods = (int(each) for each in name.removeprefix("tr").split("-"))
    assert (len(asked.items), asked.periods) == (items, periods)
    assert (asked.demand <= 125).all()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("item,measure,every,1\na,demand,,1\n", "no row gives the setup_cost of 'a'"),
        ("item,measure,every,1\na,demmand,,1\n", "there is no measure 'demmand'"),
        ("item,measure,every,1\n,demand,,1\n", "of no item"),
        ("item,measure,every,1,2\na,demand,,1\n", "cells"),
        ("item,measure,every,1\na,demand,1,1\n", "and others"),
        ("item,measure,every,1\na,demand,,x\n", "'x' is no number"),
        ("item,measure,every,1\na,demand,,-2\n", "'-2' is no number of 0 or more"),
        ("item,measure,every,1\na,demand,,1\na,demand,,1\n", "given twice"),
        ("item,measure,every\na,demand,1\n", "no row with a period"),
    ],
)
def test_a_table_that_is_wrong_is_refused(tmp_path, text, why):
    table = tmp_path / "lots.csv"
    table.write_text(text)
    with pytest.raises(ProgrammeError) as error:
        read_lots(table)
    assert any(why in problem.why for problem in error.value.problems), [p.why for p in error.value.problems]


def test_a_file_that_is_not_there_and_arrays_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(ProgrammeError):
        read_lots(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="shape"):
        problem([[1, 2]], [1], [1], initial=[1, 2])
    with pytest.raises(UsageError, match="negative"):
        problem([[1, -2]], [1], [1])
