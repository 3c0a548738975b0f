"""The plan as a record: periods, tables, and storage."""

import numpy as np
import pytest
from benchmarks.plan_programmes import day, factory, generated, line, small, supplier, supply

from gigaloop.core.errors import UsageError
from gigaloop.plan import RackFacts, check_plan, plan_programme
from gigaloop.plan.outcome.bought import latest_receipts
from gigaloop.solve import SolveOptions
from gigaloop.study.codec import dumps, loads


@pytest.fixture(scope="module")
def plan():
    programme, facts = generated(2, weeks=60, sites=2, factories=3, generations=2, own_parts=4, shared_parts=3)
    return plan_programme(programme, facts)


def test_periods_add_up_to_the_weeks(plan):
    made = plan.production.pieces
    assert plan.labels("quarter")[:3] == ("2027-Q1", "2027-Q2", "2027-Q3")
    np.testing.assert_allclose(plan.sums(made, "quarter").sum(axis=-1), made.sum(axis=-1))
    np.testing.assert_allclose(plan.sums(made, "year").sum(axis=-1), made.sum(axis=-1))
    np.testing.assert_array_equal(plan.at_ends(plan.online_racks, "year")[..., -1], plan.online_racks[..., -1])
    assert len(plan.labels("year")) == plan.at_ends(plan.energised, "year").shape[-1]


def test_flows_discounted_are_the_costs(plan):
    for name, flow in plan.flows.items():
        assert float(flow @ plan.discount) == pytest.approx(plan.costs[name], rel=1e-9, abs=1e-3)


def test_tables_hold_the_totals_of_the_arrays(plan):
    tables = plan.tables()
    assert tables["production"]["pieces"].sum() == pytest.approx(plan.production.pieces.sum())
    assert tables["online"]["online_racks"].sum() == pytest.approx(plan.online_racks.sum())
    assert tables["shipments"]["pieces"].sum() == pytest.approx(plan.shipments.pieces.sum())
    assert tables["costs"]["present_value_usd"].sum() == pytest.approx(plan.objective)
    for name, table in tables.items():
        assert len({len(column) for column in table.values()}) == 1, name
        assert all(column.dtype.kind in "UfiM" for column in table.values()), name


def test_what_is_shipped_is_built_and_what_is_online_is_shipped(plan):
    racks = [part.endswith("rack") for part in plan.production.parts]
    built = plan.production.pieces[racks].sum()
    assert plan.shipments.pieces.sum() <= built + 1e-6
    assert plan.online_racks[..., -1].sum() <= plan.shipments.pieces.sum() + 1e-6
    assert plan.online_accelerators[..., -1].sum() == pytest.approx(72 * plan.online_racks[..., -1].sum())
    assert plan.online_tokens_per_s.sum() > 0.0


def test_a_plan_is_stored_and_read_back(plan):
    again = loads(dumps(plan))
    np.testing.assert_array_equal(again.online_racks, plan.online_racks)
    assert again.late == plan.late
    assert again.binding == plan.binding
    assert again.costs == plan.costs


def test_receipts_are_as_late_as_arrivals_allow():
    assert latest_receipts(np.array([5.0, 5.0, 5.0]), np.array([0.0, 2.0, 9.0])).tolist() == [1.0, 5.0, 5.0]
    assert latest_receipts(np.array([9.0, 0.0]), np.array([0.0, 4.0])).tolist() == [4.0, 0.0]


def test_a_generation_without_a_design_is_an_error():
    programme, _ = small()
    with pytest.raises(UsageError, match="g1 has no design"):
        plan_programme(programme, {})


def test_a_site_without_an_energy_price_needs_the_catalogue():
    programme, facts = small()
    data = programme.model_dump(by_alias=True)
    data["sites"][0]["energy_price"] = None
    with pytest.raises(UsageError, match="energy price"):
        plan_programme(type(programme).model_validate(data), facts)


def test_two_generations_cannot_share_a_rack():
    programme, facts = small()
    data = programme.model_dump(by_alias=True)
    data["generations"] = [data["generations"][0], data["generations"][0] | {"id": "g2"}]
    with pytest.raises(Exception, match="rack is also the rack of g1"):
        plan_programme(type(programme).model_validate(data), facts | {"g2": RackFacts(1e5, 1e5)})


def test_a_solve_out_of_time_gives_the_best_plan_found():
    programme, facts = generated(2, weeks=120, sites=6, factories=4, generations=3)
    plan = plan_programme(programme, facts, options=SolveOptions(time_limit=1e-3))
    assert plan.status == "stopped"
    assert check_plan(programme, facts, plan) == ()


def test_sentences_name_records_of_the_programme():
    programme, facts = small(
        suppliers=[supplier("s1", supply("gpu", 720))],
        factories=[factory("f1", line("l11", "L11", {"rack": 1000}))],
    )
    made = plan_programme(programme, facts)
    (late,) = made.late
    assert late.sentence.startswith("x 1: 11.2 MW of 12.5 MW due on 2027-01-11 late; it is met on " + day(10))
    assert "gpu" in late.sentence
    assert "s1" in late.sentence
    assert made.binding[0].kind == "supply"
    assert made.binding[0].sentence.startswith("gpu (supply, 2027-01-04 to ")
    assert ": 10 % more is worth" in made.binding[0].sentence
