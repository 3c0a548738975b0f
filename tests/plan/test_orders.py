"""Purchase orders: whole lots at least cost, checked against full enumeration, and what they add to the costs."""

import itertools

import numpy as np
import pytest
from benchmarks.plan_programmes import day, part, small, supplier, supply
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.plan import plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.orders.lots import LotRule, place_lots

ONE_PRICE = ((0.0, 5.0),)
BREAKS = ((0.0, 5.0), (4.0, 4.5), (7.0, 3.0))


def worth(weeks: int, weekly: float) -> FloatArray:
    """Give what a dollar of each week is worth."""
    return np.asarray(weekly ** np.arange(weeks), dtype=np.float64)


def cheapest(need, limit, rule, weight):
    """Give the fewest small orders and then the least cost, by trying all."""
    step = rule.multiple
    low = np.ceil(need / step - 1e-6) * step
    high = np.maximum(np.floor(limit / step + 1e-6) * step, low)
    most = low[-1] + np.ceil(max(rule.minimum, rule.prices[-1][0]) / step) * step
    best = (np.inf, np.inf)
    sizes = np.arange(0.0, most + step, step)
    for orders in itertools.product(sizes, repeat=len(need)):
        to_date = np.cumsum(orders)
        if (to_date >= low).all() and (to_date <= np.maximum(np.minimum(high, most), low)).all():
            small_orders = sum(0.0 < each < rule.minimum for each in orders)
            cost = sum(w * q * rule.price(q) for w, q in zip(weight, orders, strict=True) if q)
            best = min(best, (small_orders, cost))
    return best


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.5, 3.0]), min_size=2, max_size=3),
    st.lists(st.sampled_from([0.0, 2.0, 9.0]), min_size=3, max_size=3),
    st.sampled_from([0.0, 2.0, 5.0]),
    st.sampled_from([1.0, 2.0]),
    st.sampled_from([ONE_PRICE, BREAKS]),
)
def test_lots_cost_as_little_as_the_best_of_all(needs, slack, minimum, multiple, prices):
    need = np.cumsum(needs)
    limit = np.maximum.accumulate(need + np.array(slack)[: len(need)])
    rule, weight = LotRule(minimum, multiple, prices), worth(len(need), 0.98)
    lots = place_lots(need, limit, rule, weight)
    cost = float(weight @ (lots.quantity * lots.price))
    assert (len(lots.small), cost) == pytest.approx(cheapest(need, limit, rule, weight))


def test_without_breaks_orders_come_as_late_as_the_minimum_lets_them():
    need = np.array([0.0, 10.0, 20.0, 30.0])
    lots = place_lots(need, np.full(4, 100.0), LotRule(15.0, 5.0, ONE_PRICE), worth(4, 0.99))
    assert lots.quantity.tolist() == [0.0, 15.0, 15.0, 0.0]


def test_orders_below_the_minimum_are_taken_where_the_allocation_is_too_slow():
    need = np.array([10.0, 20.0, 30.0])
    lots = place_lots(need, need, LotRule(25.0, 1.0, ONE_PRICE), np.ones(3))
    assert lots.quantity.sum() == 30.0
    assert len(lots.small) == 3


def test_a_lot_that_passes_the_allocation_is_told():
    need = np.array([3.0, 6.0])
    lots = place_lots(need, need, LotRule(0.0, 4.0, ONE_PRICE), np.ones(2))
    assert lots.quantity.tolist() == [4.0, 4.0]
    assert lots.ahead == pytest.approx(2.0)


def test_large_quantities_are_told_apart_in_multiples_of_the_lot():
    need = np.cumsum(np.full(20, 5000.0))
    lots = place_lots(need, need * 2.0, LotRule(7000.0, 2.0, ONE_PRICE), worth(20, 0.99))
    assert lots.step == 26.0
    assert (np.cumsum(lots.quantity) >= need).all()
    assert (lots.quantity[lots.quantity > 0.0] % 26.0 == 0.0).all()


def planned(**offer):
    """Plan 100 racks of 72 pieces with one offer, and hold the plan against the independent check."""
    made, facts = small(12, suppliers=[supplier("s1", supply("gpu", 2160, price=40000) | offer)])
    plan = plan_programme(made, facts)
    assert check_plan(made, facts, plan) == ()
    return plan


def orders(plan, kind="order"):
    return plan.orders.quantity[plan.orders.kinds == kind]


def test_parts_without_rules_are_ordered_as_late_as_use_lets_them():
    plan = planned()
    assert orders(plan).sum() == pytest.approx(7200)
    assert not plan.orders.whole.any()
    assert plan.gap <= 1e-9
    assert "purchase surplus" not in plan.costs


def test_whole_lots_add_their_surplus_to_the_costs_and_the_gap_says_so():
    plan = planned(minimum_order=1000, order_multiple=1000)
    assert orders(plan).sum() == pytest.approx(8000)
    assert float(plan.flows["purchase surplus"].sum()) == pytest.approx(800 * 40000)
    assert plan.objective == pytest.approx(sum(plan.costs.values()))
    assert plan.objective > plan.bound
    assert plan.gap == pytest.approx((plan.objective - plan.bound) / abs(plan.objective))
    assert plan.status == "feasible"


def test_orders_use_price_breaks_where_they_pay():
    plan = planned(price_breaks=[{"quantity": 7000, "price": "30000 USD (2026)"}], on_hand=2160, order_multiple=8)
    bought = plan.orders.kinds == "order"
    assert set(plan.orders.price[bought].tolist()) <= {40000.0, 30000.0}
    assert plan.costs["price breaks"] > 0.0
    assert plan.purchases.price[0] == 30000.0


def test_orders_leave_their_lead_time_and_firm_receipts_are_listed():
    plan = planned(lead_time="3 weeks", receipts=[{"date": day(1), "quantity": 720}], on_hand=72)
    assert orders(plan, "receipt").tolist() == [720.0]
    placed = plan.orders.kinds == "order"
    ordered = plan.orders.ordered[placed]
    arrives = np.array([plan.calendar.date(int(week)) for week in plan.orders.arrives[placed]], dtype="datetime64[D]")
    late = ordered > np.datetime64(day(0))
    assert ((arrives - ordered)[late] == np.timedelta64(21, "D")).all()


def test_what_does_not_fit_is_noted():
    plan = planned(minimum_order=5000)
    assert {note.kind for note in plan.buying.notes} == {"below minimum"}
    assert "below the minimum of 5,000" in plan.buying.notes[0].sentence


def test_every_part_has_its_use_its_receipts_and_its_orders():
    parts = [part("rack", "L11", {"gpu": 72, "bolt": 10, "nut": 20}), part("gpu"), part("bolt"), part("nut")]
    offers = [supply("gpu", 72000, price=40000), supply("bolt", 9000, price=1), supply("nut", 9000, price=2)]
    made, facts = small(12, parts=parts, suppliers=[supplier("s1", *offers)])
    plan = plan_programme(made, facts)
    assert check_plan(made, facts, plan) == ()
    for name, each in (("gpu", 72), ("bolt", 10), ("nut", 20)):
        row = plan.purchases.parts.index(name)
        assert plan.part_use[plan.parts.index(name)].sum() == pytest.approx(100 * each)
        assert plan.purchases.received[row].sum() == pytest.approx(100 * each)
        assert plan.orders.quantity[plan.orders.rows == row].sum() == pytest.approx(100 * each)


def test_the_plan_s_tables_hold_orders_shares_and_content():
    plan = planned(minimum_order=1000)
    table = plan.tables()["orders"]
    assert table["quantity"].sum() == pytest.approx(orders(plan).sum())
    assert set(table["supply"]) == {"suppliers.s1.supplies.gpu"}
