"""What is asked of suppliers is checked on loading, each problem with its path."""

import pytest
from benchmarks.plan_programmes import day, part, small, supplier, supply

from gigaloop.programme.checks import check_programme

OLD = {"part": "gpu", "quantity": 72, "position": "p", "effective_until": day(4), "use_up_until": day(8)}
NEW = {"part": "gpu2", "quantity": 72, "position": "p", "effective_from": day(4)}


def problems(**changes):
    made, _ = small(12, **changes)
    return {problem.path: problem.why for problem in check_programme(made)}


def bill(*lines):
    return [part("rack", "L11") | {"components": list(lines)}, part("gpu"), part("gpu2")]


BOTH = [supplier("s1", supply("gpu", 72000), supply("gpu2", 72000))]


@pytest.mark.parametrize(
    ("offer", "key", "why"),
    [
        (
            {"duty": [{"start": day(3), "rate": 0.1}, {"start": day(1), "rate": 0.2}]},
            f"duty.{day(1)}.start",
            "stands after",
        ),
        (
            {"price_breaks": [{"quantity": 10, "price": "5 USD (2026)"}], "price": "4 USD (2026)"},
            "price_breaks",
            "rises",
        ),
        (
            {"lead_time_distribution": {"kind": "triangular", "low": "2 weeks", "high": "3 weeks"}},
            "lead_time_distribution",
            "is not between",
        ),
    ],
)
def test_a_supply_that_makes_no_sense_is_told(offer, key, why):
    found = problems(suppliers=[supplier("s1", supply("gpu", 72000) | offer)])
    assert why in found[f"suppliers.s1.supplies.gpu.{key}"]


def test_a_made_part_has_no_safety_stock_of_a_bought_one():
    parts = [part("rack", "L11", {"gpu": 72}) | {"safety_stock": 5}, part("gpu")]
    assert "lines make 'rack'" in problems(parts=parts)["parts.rack.safety_stock"]


def test_use_up_is_told_where_nothing_follows_or_the_dates_are_wrong():
    path = "parts.rack.components.gpu.use_up_until"
    assert problems(parts=bill(OLD, NEW), suppliers=BOTH) == {}
    assert "nothing follows" in problems(parts=bill(OLD), suppliers=BOTH)[path]
    assert "does not end" in problems(parts=bill(OLD | {"effective_until": None}), suppliers=BOTH)[path]
    assert "ends on" in problems(parts=bill(OLD | {"use_up_until": day(3)}, NEW), suppliers=BOTH)[path]
