"""Numbers are written so that they can be read and compared."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.report.numbers import MISSING, Number, as_numbers, format_number, shared_decimals
from gigaloop.report.tables import Column, Table, Text, slug

FACT = Evidence("a datasheet", "2025", EvidenceKind.DATASHEET)
GUESS = Evidence("a guess", "2025", EvidenceKind.ASSUMPTION)


@given(st.floats(min_value=-1e12, max_value=1e12), st.integers(0, 4))
def test_a_written_number_reads_back_to_its_last_decimal(value, decimals):
    text = format_number(value, decimals).replace(",", "").replace("−", "-")
    assert abs(float(text) - value) <= 0.5 * 10**-decimals + 1e-9 * abs(value)


def test_a_number_that_rounds_to_nothing_has_no_minus_sign():
    assert format_number(-0.001, 1) == "0.0"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_a_dash(value):
    assert format_number(value) == MISSING
    assert Number(value).value is None


@given(st.lists(st.floats(min_value=1e-3, max_value=1e9), min_size=1, max_size=8))
def test_columns_show_the_largest_with_three_digits_or_all_it_has(values):
    decimals = shared_decimals(values)
    largest = max(values)
    assert abs(round(largest, decimals) - largest) <= 0.005 * largest


def test_solver_dust_does_not_add_decimals_to_whole_numbers():
    assert shared_decimals([410.0, 1e-9, 0.0]) == 0


def test_arrays_of_numpy_become_numbers():
    numbers = as_numbers(np.array([1.5, np.nan]), "MW")
    assert [(number.value, number.unit) for number in numbers] == [(1.5, "MW"), (None, "MW")]


def test_one_piece_of_evidence_may_be_given_bare():
    assert Number(1, "kW", FACT).evidence == (FACT,)
    assert Number(1, "kW", (FACT, GUESS)).is_assumption
    assert not Text("yes", FACT).is_assumption


def test_a_range_is_written_with_shared_decimals():
    assert Number(3.4, "GW", low=3.1, high=3.66).range_text == "3.10 to 3.66"


def test_columns_of_numbers_stand_right_and_share_decimals():
    table = Table("t", ["name", Column("power", "kW")], [["a", 132.0], ["b", 5.6], ["c", None]])
    assert [column.align for column in table.columns] == ["left", "right"]
    assert [cell.text for cell in table.column("power")] == ["132.0", "5.6", MISSING]


def test_a_number_with_the_unit_of_its_column_does_not_repeat_it():
    table = Table("t", ["name", Column("power", "kW")], [["a", Number(1, "kW")], ["b", Number(2, "MW")]])
    assert [cell.unit for cell in table.column("power") if isinstance(cell, Number)] == ["", "MW"]


def test_dates_are_written_in_iso_order():
    assert Table("t", ["when"], [[date(2026, 3, 9)]]).rows[0][0].text == "2026-03-09"


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 cells for 1 columns"):
        Table("t", ["a"], [[1, 2]])


@given(st.text())
def test_a_slug_can_stand_in_a_link(text):
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(text)
