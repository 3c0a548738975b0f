"""Quantities: what is written comes back exactly, and nothing of another dimension passes."""

from __future__ import annotations

import copy
import math
import pickle

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gigaloop.core.errors import Place, QuantityError
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.quantity import (
    Count,
    Dim,
    Fraction,
    Money,
    PositiveCount,
    Power,
    Quantity,
    format_quantity,
    parse,
    read,
    serialise,
)
from gigaloop.core.units import DIMENSIONS, UNITS, Unit

units = st.sampled_from(list(UNITS.values()))
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30)


def _written(number: float, unit: Unit) -> str:
    year = " (2025)" if DIMENSIONS[unit.dimension].money else ""
    return f"{number!r} {unit.symbol}{year}"


@given(numbers, units)
def test_what_is_written_is_read_and_written_back_exactly(number, unit):
    quantity = parse(_written(number, unit), unit.dimension)
    assert float(quantity) == number * unit.factor + unit.offset
    again = parse(str(quantity), unit.dimension)
    if unit.offset == 0.0:
        assert float(again) == float(quantity)
    else:
        # Adding the offset rounds, so a temperature close to 0 K may have no text that gives it back to the bit.
        assert float(again) == pytest.approx(float(quantity), rel=1e-15, abs=1e-12)
    assert again.unit is quantity.unit
    assert again.year == quantity.year


@given(numbers, units, st.sampled_from(list(DIMENSIONS)))
def test_a_quantity_of_another_dimension_never_passes(number, unit, dimension):
    assume(unit.dimension != dimension)
    assume(not (dimension == "number" and unit.dimension == "fraction"))
    with pytest.raises(QuantityError) as error:
        parse(_written(number, unit), dimension)
    assert error.value.hint


@given(st.text(max_size=40), st.sampled_from(list(DIMENSIONS)))
def test_any_text_is_a_quantity_or_a_quantity_error(text, dimension):
    try:
        value = float(parse(text, dimension))
        told = ("fine", "fine")
    except QuantityError as error:
        value, told = 0.0, (error.why, error.hint)
    assert math.isfinite(value)
    assert all(told)


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("132 kW", "power", 132e3),
        ("132kW", "power", 132e3),
        ("1,200 racks/week", "piece rate", 1200 / 604800),
        ("45 degC", "temperature", 318.15),
        ("-40 degF", "temperature", 233.15),
        ("3.4 MUSD (2025)", "money", 3.4e6),
        ("87 %", "fraction", 0.87),
        ("0.87", "fraction", 0.87),
        ("72", "count", 72.0),
        ("1e26 FLOP", "flop", 1e26),
        ("1.5 L/min/kW", "specific flow", 1.5e-3 / 60 / 1e3),
        (".5 W", "power", 0.5),
        ("+5 W", "power", 5.0),
    ],
)
def test_planners_text_is_read(text, dimension, value):
    assert parse(text, dimension) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "why", "hint"),
    [
        ("132", "power", "needs a unit", "132 kW"),
        ("132 KW", "power", "unknown unit", "'kW'"),
        ("132 kWh", "power", "is an energy", "132 kW"),
        ("$5", "money", "no quantity", "MUSD (2025)"),
        ("5 MUSD", "money", "needs a price year", "MUSD (2025)"),
        ("5 kW (2025)", "power", "has a year", "132 kW"),
        ("nan W", "power", "no quantity", "132 kW"),
        ("inf W", "power", "no quantity", "132 kW"),
        ("1e999 W", "power", "too large", "132 kW"),
        ("", "power", "no quantity", "132 kW"),
        ("1 U", "power", "is a number of rack units", "132 kW"),
        ("12,34 W", "power", "no quantity", "132 kW"),
    ],
)
def test_what_is_no_quantity_is_told(text, dimension, why, hint):
    with pytest.raises(QuantityError) as error:
        parse(text, dimension)
    assert why in error.value.why
    assert hint in error.value.hint


def test_unit_year_and_evidence_survive_pickle_and_copy():
    evidence = Evidence("a data sheet", "2025-10", EvidenceKind.DATASHEET, place=Place("a.yaml", 3, 5))
    quantity = parse("3.4 MUSD (2025)", "money").with_evidence(evidence)
    for other in (pickle.loads(pickle.dumps(quantity)), copy.copy(quantity), copy.deepcopy(quantity)):  # noqa: S301
        assert float(other) == 3.4e6
        assert str(other) == "3.4 MUSD (2025)"
        assert other.evidence == evidence


def test_arithmetic_gives_plain_floats():
    result = parse("2 kW", "power") * 3
    assert type(result) is float
    assert result == 6000.0


def test_evidence_is_read_from_a_mapping_and_keeps_its_place():
    place = Place("a.yaml", 7, 3)
    quantity = read({"value": "52 weeks", "source": "a survey", "date": 2026, "kind": "reported", "low": "40 weeks"},
                    "duration", place)  # fmt: skip
    assert quantity.evidence == Evidence("a survey", "2026", EvidenceKind.REPORTED, low="40 weeks", place=place)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"valu": "5 W"}, "unknown key 'valu'"),
        ({"source": "x"}, "no 'value'"),
        ({"value": "5 W", "kind": "datasheet"}, "needs a source and a date"),
        ({"value": "5 W", "kind": "rumour"}, "rumour"),
        ({"value": "5 W", "low": "4 kg"}, "is a mass"),
        ({"value": "5 W", "source": "x", "date": "last week", "kind": "reported"}, "no date of evidence"),
        ([], "not list"),
        (True, "not bool"),
    ],
)
def test_evidence_that_is_wrong_is_told(value, why):
    with pytest.raises(QuantityError) as error:
        read(value, "power")
    assert why in error.value.why


def test_a_text_with_a_comma_in_a_mapping_gets_the_hint_to_quote_it():
    with pytest.raises(QuantityError) as error:
        read({"value": "5 W", "note": "one", "two and three": None}, "power")
    assert "quotes" in error.value.hint


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (Power, "-5 W", "must not be negative"),
        (Fraction, "120 %", "at most 1"),
        (PositiveCount, 0, "more than 0"),
        (Count, 1.5, "whole number"),
        (Money, float("nan"), "no quantity"),
    ],
)
def test_bounds_hold_in_pydantic(kind, value, why):
    with pytest.raises(ValidationError) as error:
        TypeAdapter(kind).validate_python(value)
    details = error.value.errors()[0]
    assert why in details["ctx"]["why"]
    assert details["ctx"]["hint"]


def test_pydantic_writes_the_users_unit_and_the_evidence_from_outside():
    stated = read("132 kW", "power", Place("a.yaml", 1, 1))
    sourced = read({"value": "132 kW", "source": "a brochure", "date": "2025", "kind": "datasheet"}, "power")
    assert serialise(stated) == "132 kW"
    assert serialise(sourced) == {"value": "132 kW", "source": "a brochure", "date": "2025", "kind": "datasheet"}
    assert TypeAdapter(Power).dump_python(stated, mode="json") == "132 kW"


@given(st.floats(min_value=0, max_value=1e12), st.sampled_from([u for u in UNITS.values() if u.dimension == "power"]))
def test_format_gives_the_shortest_text_that_reads_back(value, unit):
    text = format_quantity(value, unit)
    assert float(parse(text, "power")) == pytest.approx(value, rel=1e-15)


def test_dim_bounds_are_in_base_units():
    assert Dim("power", high=1e6).check("1 MW") == 1e6
    with pytest.raises(QuantityError):
        Dim("power", high=1e6).check("1.1 MW")


def test_a_quantity_that_is_read_already_passes_only_for_its_own_dimension():
    power, share, count = parse("5 W", "power"), parse("5 %", "fraction"), pickle.loads(pickle.dumps(Quantity.count(5)))  # noqa: S301
    assert read(power, "power") is power
    assert read(share, "number") is share
    assert read(count, "count") is count
    for value, dimension in ((power, "number"), (power, "energy"), (count, "power")):
        with pytest.raises(QuantityError, match="is due"):
            read(value, dimension)


def test_a_hint_never_shows_what_is_refused():
    marked = Dim("number", low=1.0)
    with pytest.raises(QuantityError) as refused:
        marked.check("0.5")
    assert refused.value.hint == ""


def test_what_is_counted_is_named_as_a_number_of_it():
    with pytest.raises(QuantityError, match="'3 racks' is a number of pieces, but a duration is due"):
        parse("3 racks", "duration")
