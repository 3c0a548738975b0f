"""Weeks as in ISO 8601, and money between price years."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.calendar import Calendar, monday, quarter_label, week_label, weeks_up
from gigaloop.core.money import discount_factor, in_prices_of
from gigaloop.core.quantity import parse
from gigaloop.core.units import WEEK, YEAR

days = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 1, 1))


@given(days, st.integers(0, 3000))
def test_every_day_of_the_horizon_lies_in_its_week(first, length):
    last = first + dt.timedelta(days=length)
    calendar = Calendar.spanning(first, last)
    for day in (first, last):
        index = calendar.index(day)
        assert 0 <= index < calendar.weeks
        assert calendar.date(index) <= day < calendar.date(index + 1)
        assert calendar.label(index) == week_label(day)
    assert calendar.index(calendar.end) == calendar.weeks


@given(days)
def test_labels_agree_with_strftime(day):
    assert week_label(day) == day.strftime("%G-W%V")
    assert monday(day) == dt.date.fromisocalendar(day.isocalendar().year, day.isocalendar().week, 1)
    assert quarter_label(day) == f"{day.year}-Q{(day.month + 2) // 3}"


@given(days, st.integers(0, 200))
def test_what_is_due_by_a_day_counts_from_the_first_week_that_starts_on_or_after_it(first, later):
    calendar = Calendar.spanning(first, first + dt.timedelta(days=400))
    day = first + dt.timedelta(days=later)
    index = calendar.index_from(day)
    assert calendar.date(index) >= day
    assert calendar.date(index - 1) < day


def test_a_calendar_starts_on_a_monday_and_has_a_week():
    with pytest.raises(ValueError, match="Monday"):
        Calendar(dt.date(2027, 1, 1), 3)
    with pytest.raises(ValueError, match="at least one week"):
        Calendar(dt.date(2027, 1, 4), 0)


@pytest.mark.parametrize(("seconds", "weeks"), [(0, 0), (1, 1), (WEEK, 1), (WEEK + 1, 2), (WEEK * (1 + 1e-12), 1)])
def test_durations_round_up_to_weeks(seconds, weeks):
    assert weeks_up(seconds) == weeks


def test_prices_escalate_by_whole_years_and_back():
    rate = float(parse("3 %/yr", "rate of change"))
    assert in_prices_of(parse("100 USD (2025)", "money"), 2027, rate) == pytest.approx(106.09)
    assert in_prices_of(parse("106.09 USD (2027)", "money"), 2025, rate) == pytest.approx(100.0)
    with pytest.raises(ValueError, match="price year"):
        in_prices_of(parse("5 W", "power"), 2027, rate)


def test_discounting_compounds_yearly():
    assert discount_factor(0.08 / YEAR, 10 * YEAR) == pytest.approx(1.08**-10)
    assert discount_factor(0.08 / YEAR, 0.0) == 1.0
